//! `breaches`: promises about to be broken, or broken.

use beffroi_wire::pb::query::v1::{ListBreachesRequest, ListBreachesResponse};

use super::{follow, page_size, until_stopped};
use crate::cli::BreachesArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::view::BreachesAnswer;
use crate::{render, words};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: BreachesArgs,
    console: Console,
) -> Result<Exit, Failure> {
    if args.follow {
        return until_stopped(follow::run(client, args, console)).await;
    }
    let answer = collect(&mut client, args).await?;
    let breaches = answer.breaches;
    let more = !answer.next_page_token.is_empty();
    let token = answer.resume_token;
    let view = BreachesAnswer {
        breaches: breaches.iter().cloned().map(Into::into).collect(),
        more,
        resume_token: (!token.is_empty()).then_some(token),
        position: answer.position.map(Into::into),
    };
    console.answer(&view, |reader| match breaches.as_slice() {
        [] => words::NO_BREACHES.in_lang(reader.lang).to_owned(),
        breaches => render::breaches(breaches, reader),
    })?;
    if more {
        console.remark(words::MORE);
    }
    Ok(Exit::Done)
}

/// Follows the pages until there are enough or no more, as if it were one page.
async fn collect(client: &mut Client, args: BreachesArgs) -> Result<ListBreachesResponse, Failure> {
    let mut call = ListBreachesRequest {
        filter: Some(args.filter.into()),
        page_size: page_size(args.limit),
        ..ListBreachesRequest::default()
    };
    let mut all = Vec::new();
    loop {
        let page = client.query.list_breaches(call.clone()).await?.into_inner();
        all.extend(page.breaches);
        let wanted = args.limit.saturating_sub(u32::try_from(all.len()).unwrap_or(u32::MAX));
        if wanted == 0 || page.next_page_token.is_empty() {
            return Ok(ListBreachesResponse { breaches: all, ..page });
        }
        call.page_size = page_size(wanted);
        call.page_token = page.next_page_token;
    }
}
