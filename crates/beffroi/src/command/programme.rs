//! `programme`: the requests that wait in planned intervention programmes.

mod close;
mod csv;
mod export;
mod geojson;
mod requests;

use beffroi_wire::pb::programme::v1::ListProgrammesRequest;

use crate::cli::{ProgrammeAction, ProgrammeArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::view::ProgrammesAnswer;

/// Runs the command.
pub(crate) async fn run(
    client: Client,
    args: ProgrammeArgs,
    console: Console,
) -> Result<Exit, Failure> {
    match args.action {
        ProgrammeAction::List => list(client, console).await,
        ProgrammeAction::Requests(args) => requests::run(client, args, console).await,
        ProgrammeAction::Close(args) => close::run(client, args, console).await,
    }
}

async fn list(mut client: Client, console: Console) -> Result<Exit, Failure> {
    let call = ListProgrammesRequest { min_position: None };
    let answer = client.programme.list_programmes(call).await?.into_inner();
    let programmes = answer.programmes;
    let view = ProgrammesAnswer {
        programmes: programmes.iter().cloned().map(Into::into).collect(),
        position: answer.position.map(Into::into),
    };
    console.answer(&view, |reader| render::programmes(&programmes, reader))?;
    Ok(Exit::Done)
}
