//! `explain`: why promises are due when they are.

use beffroi_wire::pb::query::v1::ExplainPromisesRequest;

use crate::cli::ExplainArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::time::to_pb;
use crate::view::ExplainAnswer;

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: ExplainArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let call = ExplainPromisesRequest {
        service_request: args.request,
        as_of: args.as_of.map(to_pb),
        known_at: args.known_at.map(to_pb),
        current_cycle_only: args.current,
        min_position: None,
    };
    let mut answer = client.query.explain_promises(call).await?.into_inner();
    let view = ExplainAnswer::from(answer.clone());
    // Who did not ask for another time is not told that it is now.
    answer.as_of = answer.as_of.filter(|_| args.as_of.is_some());
    console.answer(&view, |reader| render::explained(&answer, reader))?;
    Ok(Exit::Done)
}
