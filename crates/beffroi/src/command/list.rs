//! `list`: requests by filter.

use beffroi_wire::pb::query::v1::{
    ListServiceRequestsRequest, ListServiceRequestsResponse, ServiceRequestFilter,
};

use super::page_size;
use crate::cli::ListArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::time::to_pb;
use crate::view::RequestsAnswer;
use crate::{render, words};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: ListArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let answer = collect(&mut client, args).await?;
    let requests = answer.service_requests;
    let more = !answer.next_page_token.is_empty();
    let view = RequestsAnswer {
        service_requests: requests.iter().cloned().map(Into::into).collect(),
        next_page_token: more.then_some(answer.next_page_token),
        position: answer.position.map(Into::into),
    };
    console.answer(&view, |reader| match requests.as_slice() {
        [] => words::NONE_FOUND.in_lang(reader.lang).to_owned(),
        requests => render::requests(requests, reader),
    })?;
    if more {
        console.remark(words::MORE);
    }
    Ok(Exit::Done)
}

/// Follows the pages until there are enough or no more, as if it were one page.
async fn collect(
    client: &mut Client,
    args: ListArgs,
) -> Result<ListServiceRequestsResponse, Failure> {
    let mut call = ListServiceRequestsRequest {
        page_token: args.page.page_token.clone(),
        page_size: page_size(args.page.limit),
        min_position: None,
        filter: Some(filter(&args)),
    };
    let mut all = Vec::new();
    loop {
        let page = client.query.list_service_requests(call.clone()).await?.into_inner();
        all.extend(page.service_requests);
        let wanted = args.page.limit.saturating_sub(u32::try_from(all.len()).unwrap_or(u32::MAX));
        if wanted == 0 || page.next_page_token.is_empty() {
            return Ok(ListServiceRequestsResponse { service_requests: all, ..page });
        }
        call.page_size = page_size(wanted);
        call.page_token = page.next_page_token;
    }
}

fn filter(args: &ListArgs) -> ServiceRequestFilter {
    ServiceRequestFilter {
        statuses: args.statuses.iter().map(|status| (*status).into()).collect(),
        product: args.product.clone().unwrap_or_default(),
        unit: args.unit.clone().unwrap_or_default(),
        channel: args.channel.map(i32::from).unwrap_or_default(),
        citizen_id: args.citizen.map(|it| it.to_string()).unwrap_or_default(),
        opened_from: args.opened_from.map(to_pb),
        opened_before: args.opened_before.map(to_pb),
        source_system: args.source.clone().unwrap_or_default(),
        urgency: args.urgency.map(i32::from).unwrap_or_default(),
        merged: args.merged,
    }
}
