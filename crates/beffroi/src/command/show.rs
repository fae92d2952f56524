//! `show`: one request.

use beffroi_wire::pb::query::v1::GetServiceRequestRequest;

use crate::cli::RequestArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::view::RequestAnswer;

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: RequestArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let call = GetServiceRequestRequest { service_request: args.request, min_position: None };
    let answer = client.query.get_service_request(call).await?.into_inner();
    let request = answer.service_request.unwrap_or_default();
    let view = RequestAnswer::new(request.clone(), answer.position);
    console.answer(&view, |lang| render::card(&request, lang))?;
    Ok(Exit::Done)
}
