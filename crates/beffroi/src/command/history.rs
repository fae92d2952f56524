//! `history`: what happened to a request.

use beffroi_wire::pb::query::v1::{Audience, GetServiceRequestHistoryRequest};

use crate::cli::{AudienceArg, HistoryArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::view::HistoryAnswer;

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: HistoryArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let audience = match args.audience {
        AudienceArg::Public => Audience::Public,
        AudienceArg::Staff => Audience::Staff,
    };
    let call = GetServiceRequestHistoryRequest {
        service_request: args.request,
        audience: audience.into(),
        min_position: None,
    };
    let answer = client.query.get_service_request_history(call).await?.into_inner();
    let view = HistoryAnswer::from(answer.clone());
    console.answer(&view, |reader| render::history(&answer, reader))?;
    Ok(Exit::Done)
}
