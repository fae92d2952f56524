//! `citizen`: a citizen's synthesis; what is done with records is `record`.

use beffroi_wire::pb::query::v1::{GetCitizenRequest, GetCitizenResponse};
use uuid::Uuid;

use super::{page_size, record};
use crate::cli::{CitizenArgs, Page};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::view::{CitizenAnswer, RequestsAnswer};
use crate::{render, words};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: CitizenArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let CitizenArgs { command, citizen, page } = args;
    if let Some(command) = command {
        return record::run(client, command, console).await;
    }
    let answer = collect(&mut client, citizen.unwrap_or_default(), page).await?;
    let more = !answer.next_page_token.is_empty();
    let view = view(answer.clone());
    console.answer(&view, |reader| render::citizen(&answer, reader))?;
    if more {
        console.remark(words::MORE);
    }
    Ok(Exit::Done)
}

/// Follows the pages until there are enough or no more, as if it were one page.
async fn collect(
    client: &mut Client,
    citizen: Uuid,
    page: Page,
) -> Result<GetCitizenResponse, Failure> {
    let mut call = GetCitizenRequest {
        citizen_id: citizen.to_string(),
        page_size: page_size(page.limit),
        page_token: page.page_token,
        min_position: None,
    };
    let limit = page.limit;
    let mut all = Vec::new();
    loop {
        let page = client.query.get_citizen(call.clone()).await?.into_inner();
        all.extend(page.service_requests);
        let wanted = limit.saturating_sub(u32::try_from(all.len()).unwrap_or(u32::MAX));
        if wanted == 0 || page.next_page_token.is_empty() {
            return Ok(GetCitizenResponse { service_requests: all, ..page });
        }
        call.page_size = page_size(wanted);
        call.page_token = page.next_page_token;
    }
}

fn view(answer: GetCitizenResponse) -> CitizenAnswer {
    let token = answer.next_page_token;
    CitizenAnswer {
        citizen: answer.citizen.unwrap_or_default().into(),
        requests: RequestsAnswer {
            service_requests: answer.service_requests.into_iter().map(Into::into).collect(),
            next_page_token: (!token.is_empty()).then_some(token),
            position: answer.position.map(Into::into),
        },
    }
}
