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
    let request = answer.service_request.clone().unwrap_or_default();
    let (answers, address) = (answer.answers.clone(), answer.address.clone());
    let regime = answer.regime.clone();
    let view = RequestAnswer::told(answer);
    console.answer(&view, |reader| {
        let card = render::told(&request, (&answers, &address), reader);
        render::with_notice(regime.as_ref(), card)
    })?;
    Ok(Exit::Done)
}
