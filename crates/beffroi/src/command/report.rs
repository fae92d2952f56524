//! `report`: figures.

use beffroi_wire::pb::query::v1::GetVolumesRequest;

use crate::cli::{Report, ReportArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::view::VolumesAnswer;

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: ReportArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let Report::Volumes(args) = args.report;
    let call = GetVolumesRequest { min_position: None };
    let answer = client.query.get_volumes(call).await?.into_inner();
    let view = VolumesAnswer::new(answer, &args.by);
    console.answer(&view, |lang| render::volumes(&view, &args.by, lang))?;
    Ok(Exit::Done)
}
