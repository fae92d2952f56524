//! `quarantine` and `projections`: what could not be folded, and how the projections stand.

use std::time::Duration;

use beffroi_wire::pb::operations::v1::{
    GetProjectionsRequest, GetProjectionsResponse, GetQuarantinedEventRequest,
    ListQuarantinedEventsRequest, RefoldProjectionsRequest, ReleaseQuarantinedEventRequest,
};

use super::{id_or_new, page_size};
use crate::cli::{QuarantineAction, QuarantineArgs, ReleaseArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::progress::Progress;
use crate::render;
use crate::view::{
    ProjectionsAnswer, QuarantineAnswer, QuarantinedAnswer, QuarantinedView, RetryAnswer,
};
use crate::words;
use crate::words::error::Said;

/// Between two looks at how far a fold is.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Runs the command `quarantine`.
pub(crate) async fn run(
    mut client: Client,
    args: QuarantineArgs,
    console: Console,
) -> Result<Exit, Failure> {
    match args.action {
        QuarantineAction::List { all, limit } => {
            let call = ListQuarantinedEventsRequest {
                page_size: page_size(limit),
                include_released: all,
                ..ListQuarantinedEventsRequest::default()
            };
            let it = client.operations.list_quarantined_events(call).await?.into_inner();
            let view = QuarantineAnswer::new(it.events.clone(), it.held_total, it.position);
            console.answer(&view, |reader| render::quarantine(&it.events, reader))?;
        }
        QuarantineAction::Show { sequence } => {
            let call = GetQuarantinedEventRequest { sequence, min_position: None };
            let it = client.operations.get_quarantined_event(call).await?.into_inner();
            let view = QuarantinedAnswer::from(it.clone());
            let event = it.event.unwrap_or_default();
            console.answer(&view, |reader| render::quarantined(&event, &it.waiting, reader))?;
        }
        QuarantineAction::Retry { no_wait } => retry(&mut client, no_wait, console).await?,
        QuarantineAction::Release(args) => release(&mut client, args, console).await?,
    }
    Ok(Exit::Done)
}

async fn release(client: &mut Client, args: ReleaseArgs, console: Console) -> Result<(), Failure> {
    let id = id_or_new(args.id);
    let call = ReleaseQuarantinedEventRequest {
        release_id: id.to_string(),
        sequence: args.sequence,
        why: args.why,
        actor: args.actor.unwrap_or_default(),
    };
    let answer = client.operations.release_quarantined_event(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    let event = answer.event.unwrap_or_default();
    let view = QuarantinedView::from(event.clone());
    console.answer(&view, |reader| render::quarantined(&event, &[], reader))
}

async fn retry(client: &mut Client, no_wait: bool, console: Console) -> Result<(), Failure> {
    let before = projections_of(client).await?;
    client.operations.refold_projections(RefoldProjectionsRequest {}).await?;
    let mut answer = RetryAnswer { held_before: before.quarantined_total, held: None };
    if !no_wait {
        let mut bar = Progress::new(console.say(words::REFOLDING));
        let after = loop {
            let now = projections_of(client).await?;
            let Some(fold) = &now.fold else { break now };
            bar.at(fold.done, fold.total);
            tokio::time::sleep(LOOK_EVERY).await;
        };
        bar.finish();
        if after.swaps == before.swaps {
            let said = Said::new(
                "le journal n'a pu être relu : voyez ce que dit le nœud",
                "the log could not be folded anew: see what the node says",
            );
            return Err(Failure::Other(said.into()));
        }
        answer.held = Some(after.quarantined_total);
    }
    console.answer(&answer, |reader| render::retried(&answer, reader.lang))
}

async fn projections_of(client: &mut Client) -> Result<GetProjectionsResponse, Failure> {
    let answer = client.operations.get_projections(GetProjectionsRequest {}).await?;
    Ok(answer.into_inner())
}

/// Runs the command `projections`.
pub(crate) async fn projections(mut client: Client, console: Console) -> Result<Exit, Failure> {
    let answer = projections_of(&mut client).await?;
    let view = ProjectionsAnswer::from(answer.clone());
    console.answer(&view, |reader| render::projections(&answer, reader))?;
    Ok(Exit::Done)
}
