//! Warnings and breaches: listed, and streamed with resume tokens.

mod filter;
mod latest;

use super::view::View;
use super::{Outlet, list};
use crate::error::{ApiError, Problem};
use crate::shared::Shared;
use crate::token;
use beffroi_aggregator::{BreachRow, FactRow, LevelFactRow};
use beffroi_domain::{FactKind, Language, LevelFactKind};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::{event, time, vocabulary};
use filter::Filter;
pub(crate) use latest::Latest;
use pb::subscribe_breaches_response::Event;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

const HEARTBEAT: Duration = Duration::from_secs(15);
/// Facts read at once.
const READ_MAX: usize = 512;
/// What resume tokens are bound to: not the filter, which a subscriber may change.
const RESUME_BINDING: &str = "breaches";

type Message = pb::SubscribeBreachesResponse;

fn kind(row: &FactRow) -> pb::BreachKind {
    match row {
        FactRow::Promise(row) => match row.kind {
            FactKind::Warning => pb::BreachKind::Warning,
            FactKind::Breach => pb::BreachKind::Breach,
            FactKind::Withdrawal => pb::BreachKind::Withdrawal,
        },
        FactRow::Level(row) => match row.kind {
            LevelFactKind::Breached => pb::BreachKind::LevelBreached,
            LevelFactKind::Restored => pb::BreachKind::LevelRestored,
        },
    }
}

pub(super) async fn list(
    node: Arc<Shared>,
    call: pb::ListBreachesRequest,
    language: Language,
) -> Result<pb::ListBreachesResponse, ApiError> {
    let wanted = call.filter.unwrap_or_default();
    let filter = filter::parse((call.kind, &call.unit), &wanted)?;
    let size = list::page_size(call.page_size)?;
    let binding = format!("breaches {} {} {wanted:?}", call.kind, call.unit.trim());
    let after = match call.page_token.as_str() {
        "" => 0,
        token => token::read(("page_token", || Problem::PageToken), &node.log, &binding, token)?,
    };
    node.at_least(call.min_position.as_ref()).await?;
    let read = {
        let node = Arc::clone(&node);
        move || page(&node, &filter, (after, size), &binding, language)
    };
    node.admission.reads.run(read).await
}

fn page(
    node: &Shared,
    filter: &Filter,
    (mut after, size): (u64, usize),
    binding: &str,
    language: Language,
) -> Result<pb::ListBreachesResponse, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let view = View::new(node, &snapshot, language);
    let rows = snapshot.breaches_after(after, list::SCAN_MAX)?;
    let mut ended = rows.len() < list::SCAN_MAX;
    let mut breaches = Vec::new();
    for (sequence, row) in rows {
        // What shows at one place is on one page.
        if breaches.len() >= size && after < sequence {
            ended = false;
            break;
        }
        after = sequence;
        if filter.takes(&row) {
            breaches.push(breach(node, &view, (sequence, &row))?);
        }
    }
    let next = (!ended).then_some(after);
    Ok(pb::ListBreachesResponse {
        breaches,
        next_page_token: next.map(|at| token::write(&node.log, binding, at)).unwrap_or_default(),
        resume_token: resume_token(node, after),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

pub(super) fn subscribe(
    node: Arc<Shared>,
    call: &pb::SubscribeBreachesRequest,
    language: Language,
) -> Result<ReceiverStream<Result<Message, Status>>, ApiError> {
    let wanted = call.filter.clone().unwrap_or_default();
    let filter = filter::parse((call.kind, &call.unit), &wanted)?;
    let after = match call.resume_token.as_str() {
        "" => 0,
        token => {
            token::read((token::RESUME, || Problem::ResumeToken), &node.log, RESUME_BINDING, token)?
        }
    };
    let (outlet, stream) = Outlet::open(&node, language)?;
    tokio::spawn(async move {
        if let Err(error) = run(&node, &outlet, &Arc::new(filter), after).await {
            outlet.end(error).await;
        }
    });
    Ok(stream)
}

/// Sends the facts after `after`, then those to come. The table of facts is the only source, before
/// and after catching up: nothing can fall between, and a slow reader is waited for.
async fn run(
    node: &Arc<Shared>,
    outlet: &Outlet<Message>,
    filter: &Arc<Filter>,
    mut after: u64,
) -> Result<(), ApiError> {
    let mut caught_up = false;
    loop {
        let from = after;
        let read = if caught_up {
            latest::latest(node, from, outlet.language).await?
        } else {
            let wanted = Some(Arc::clone(filter));
            Arc::new(latest::read(node, wanted, from, outlet.language).await?)
        };
        let Next { facts, last, all, sequence } = read.as_ref();
        let (all, sequence) = (*all, *sequence);
        after = from.max(*last);
        let places = facts.iter().map(|(at, _, _)| *at).skip(1).chain([u64::MAX]);
        let wanted = facts.iter().zip(places);
        let wanted = wanted.filter(|((at, row, _), _)| from < *at && filter.takes(row));
        for ((at, _, fact), next) in wanted {
            // Of several that show at one place, only the last has been passed by its token.
            let passed = if next == *at { at.saturating_sub(1) } else { *at };
            if !send(node, outlet, Event::Breach(fact.clone()), passed).await {
                return Ok(());
            }
            if node.shutdown.is_cancelled() {
                return Err(ApiError::ShuttingDown);
            }
        }
        if outlet.is_gone() {
            return Ok(());
        }
        if !all {
            continue;
        }
        after = after.max(sequence);
        if !caught_up {
            caught_up = true;
            let mark = pb::CaughtUp { position: Some(node.position(sequence)) };
            if !send(node, outlet, Event::CaughtUp(mark), after).await {
                return Ok(());
            }
        }
        tokio::select! {
            () = node.projections.raised_after(after) => {}
            () = tokio::time::sleep(HEARTBEAT) => {
                let beat = pb::Heartbeat { position: Some(node.position(sequence)) };
                if !send(node, outlet, Event::Heartbeat(beat), after).await {
                    return Ok(());
                }
            }
            () = outlet.gone() => return Ok(()),
            () = node.shutdown.cancelled() => return Err(ApiError::ShuttingDown),
        }
    }
}

/// The facts that come next.
#[derive(Debug)]
struct Next {
    /// Those that are wanted, or more.
    facts: Vec<(u64, FactRow, pb::Breach)>,
    /// Up to where they were looked for.
    last: u64,
    /// Whether these are all there are.
    all: bool,
    /// Where the node is.
    sequence: u64,
}

fn next(
    node: &Shared,
    wanted: Option<&Filter>,
    after: u64,
    language: Language,
) -> Result<Next, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let view = View::new(node, &snapshot, language);
    let rows = snapshot.breaches_after(after, READ_MAX)?;
    let last = rows.last().map_or(after, |(at, _)| *at);
    let all = rows.len() < READ_MAX;
    let rows = rows.into_iter().filter(|(_, row)| wanted.is_none_or(|it| it.takes(row)));
    let facts = rows.map(|(at, row)| {
        let fact = breach(node, &view, (at, &row))?;
        Ok((at, row, fact))
    });
    let facts = facts.collect::<Result<_, ApiError>>()?;
    Ok(Next { facts, last, all, sequence: snapshot.checkpoint().sequence })
}

async fn send(node: &Shared, outlet: &Outlet<Message>, event: Event, at: u64) -> bool {
    let resume_token = resume_token(node, at);
    outlet.send(Message { resume_token, event: Some(event) }).await
}

fn resume_token(node: &Shared, after: u64) -> String {
    token::write(&node.log, RESUME_BINDING, after)
}

fn breach(
    node: &Shared,
    view: &View<'_>,
    (sequence, row): (u64, &FactRow),
) -> Result<pb::Breach, ApiError> {
    let recorded_at = match row {
        FactRow::Promise(row) => row.recorded_at,
        FactRow::Level(row) => row.recorded_at,
    };
    let position =
        pb::Position { recorded_at: Some(time::to_pb(recorded_at)), ..node.position(sequence) };
    let fact = match row {
        FactRow::Promise(row) => of_promise(view, row)?,
        FactRow::Level(row) => of_level(view.language, row),
    };
    Ok(pb::Breach { kind: kind(row).into(), position: Some(position), ..fact })
}

fn of_promise(view: &View<'_>, row: &BreachRow) -> Result<pb::Breach, ApiError> {
    Ok(pb::Breach {
        id: row.id.to_string(),
        request_id: row.request.to_string(),
        number: row.number.to_string(),
        product: row.product.clone(),
        unit: row.unit.clone().unwrap_or_default(),
        promise_kind: vocabulary::promise_kind::to_pb(row.promise).into(),
        commitment: row.commitment.as_ref().map(ToString::to_string).unwrap_or_default(),
        threshold: row.threshold.map(beffroi_wire::event::threshold_to_pb),
        cycle: row.cycle,
        due_at: Some(time::to_pb(row.due_at)),
        noticed_at: Some(time::to_pb(row.noticed_at)),
        names: view.names_of_fact(row)?,
        product_code: row.product_code.as_ref().map(ToString::to_string).unwrap_or_default(),
        urgency: vocabulary::urgency::to_pb(row.urgency).into(),
        ..pb::Breach::default()
    })
}

fn of_level(language: Language, row: &LevelFactRow) -> pb::Breach {
    let fact = &row.fact;
    let level = pb::BreachedLevel {
        code: fact.code.to_string(),
        name: fact.name.get(language).to_string(),
        definition: Some(event::definition_to_pb(&fact.definition)),
        length: event::window_length_to_pb(fact.window.period()).into(),
        window: fact.window.name(),
        within: fact.share.within,
        of: fact.share.of,
        figure_revision: fact.figure_revision,
        revision: fact.revision,
    };
    pb::Breach {
        id: row.id.to_string(),
        due_at: Some(time::to_pb(row.ended_at)),
        noticed_at: Some(time::to_pb(fact.noticed_at)),
        level: Some(level),
        ..pb::Breach::default()
    }
}
