//! `report`: figures.

use beffroi_wire::pb::query::v1::GetVolumesRequest;
use beffroi_wire::pb::report::v1::{
    GetCommitmentReportRequest, GetContactReportRequest, GetRequestReportRequest, Window,
};

use crate::cli::{
    By, CommitmentReportArgs, ContactReportArgs, Key, Report, ReportArgs, RequestReportArgs,
    VolumesArgs, WindowArgs,
};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::html::{Page, page};
use crate::output::{Console, save};
use crate::render;
use crate::view::{CommitmentsAnswer, ReportAnswer, VolumesAnswer};

/// Runs the command.
pub(crate) async fn run(
    client: Client,
    args: ReportArgs,
    console: Console,
) -> Result<Exit, Failure> {
    match args.report {
        Report::Volumes(args) => volumes(client, &args, console).await?,
        Report::Contacts(args) => contacts(client, &args, console).await?,
        Report::Requests(args) => requests(client, args, console).await?,
        Report::Commitments(args) => commitments(client, &args, console).await?,
    }
    Ok(Exit::Done)
}

async fn volumes(mut client: Client, args: &VolumesArgs, console: Console) -> Result<(), Failure> {
    let call = GetVolumesRequest { min_position: None };
    let answer = client.query.get_volumes(call).await?.into_inner();
    let view = VolumesAnswer::new(answer, &args.by);
    console.answer(&view, |reader| render::volumes(&view, &args.by, reader.lang))
}

async fn contacts(
    mut client: Client,
    args: &ContactReportArgs,
    console: Console,
) -> Result<(), Failure> {
    let call = GetContactReportRequest {
        window: Some(window(&args.window)),
        by: args.by.of_contacts(),
        period: args.by.period().into(),
        channel: args.channel.map(i32::from).unwrap_or_default(),
        language: args.language().into(),
        min_position: None,
    };
    let answer = client.report.get_contact_report(call).await?.into_inner();
    let view = ReportAnswer::of_contacts(answer, args.by.keys());
    console.answer(&view, |reader| render::report(&view, args.by.keys(), reader.lang))
}

async fn requests(
    mut client: Client,
    args: RequestReportArgs,
    console: Console,
) -> Result<(), Failure> {
    let call = GetRequestReportRequest {
        window: Some(window(&args.window)),
        by: args.by.of_requests(),
        period: args.by.period().into(),
        source_system: args.source.unwrap_or_default(),
        origin: args.origin.map(i32::from).unwrap_or_default(),
        min_position: None,
    };
    let answer = client.report.get_request_report(call).await?.into_inner();
    let view = ReportAnswer::of_requests(answer, args.by.keys());
    console.answer(&view, |reader| render::report(&view, args.by.keys(), reader.lang))
}

async fn commitments(
    mut client: Client,
    args: &CommitmentReportArgs,
    console: Console,
) -> Result<(), Failure> {
    let Some(file) = &args.html else {
        let view = promises(&mut client, &args.window, &args.by).await?;
        return console
            .answer(&view, |reader| render::commitments(&view, args.by.keys(), reader.lang));
    };
    let is_period = |key: &&Key| matches!(key, Key::Day | Key::Week | Key::Month | Key::Year);
    let period = args.by.keys().iter().find(is_period).copied().unwrap_or(Key::Month);
    let by = By::from([Key::Commitment]);
    let commitments = promises(&mut client, &args.window, &by).await?;
    let units = promises(&mut client, &args.window, &By::from([Key::Unit])).await?;
    let periods = promises(&mut client, &args.window, &By::from([period])).await?;
    let (commitments, units, periods) = (&commitments, &units, &periods);
    let shown = Page { commitments, units, periods, period, window: &args.window };
    save(file, &page(&shown, console.reader()))
}

async fn promises(
    client: &mut Client,
    over: &WindowArgs,
    by: &By,
) -> Result<CommitmentsAnswer, Failure> {
    let call = GetCommitmentReportRequest {
        window: Some(window(over)),
        by: by.of_commitments(),
        period: by.period().into(),
        min_position: None,
    };
    let answer = client.report.get_commitment_report(call).await?.into_inner();
    Ok(CommitmentsAnswer::new(answer, by.keys()))
}

fn window(args: &WindowArgs) -> Window {
    Window { from: args.from(), before: args.before() }
}
