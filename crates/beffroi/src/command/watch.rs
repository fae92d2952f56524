//! `watch`: one request now, and again whenever it changes.

use beffroi_wire::pb::query::v1::WatchServiceRequestRequest;

use super::until_stopped;
use crate::cli::RequestArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::view::RequestAnswer;

/// Runs the command.
pub(crate) async fn run(
    client: Client,
    args: RequestArgs,
    console: Console,
) -> Result<Exit, Failure> {
    until_stopped(watch(client, args, console)).await
}

async fn watch(mut client: Client, args: RequestArgs, console: Console) -> Result<(), Failure> {
    let call = WatchServiceRequestRequest { service_request: args.request };
    let mut stream = client.query.watch_service_request(call).await?.into_inner();
    while let Some(message) = stream.message().await? {
        // Without a request it is a heartbeat.
        if let Some(request) = message.service_request {
            let view = RequestAnswer::new(request.clone(), message.position);
            console.item(&view, |reader| render::request_line(&request, reader))?;
        }
    }
    Ok(())
}
