//! Why promises are due when they are, as of a time on two axes: what had happened by then, and what
//! was known by then.

mod day;
mod rule;

use super::find;
use super::history::summary;
use super::view::{Recorded as Named, View};
use crate::error::{ApiError, Problem};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::{Recorded, RequestRow};
use beffroi_domain::account::{Account, Accounts, Happened, LedgerEntry, Wait, accounts};
use beffroi_domain::ledger::PromiseChange;
use beffroi_domain::{Calendar, CannotCount, Count, FactKind, Language, Request, Timestamp};
use beffroi_wire::event::promise_to_pb;
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::{time, vocabulary};

pub(super) async fn explain(
    node: &Shared,
    call: pb::ExplainPromisesRequest,
    language: Language,
) -> Result<pb::ExplainPromisesResponse, ApiError> {
    let axes = Axes::parse(&call)?;
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let row = find(&snapshot, "service_request", &call.service_request)?;
    let history = axes.part_of(snapshot.history(&row)?, &row)?;
    let told = accounts(history.iter().map(|it| &it.event));
    let Accounts { request, promises } = told.ok_or(ApiError::Quarantined)?;
    let view = View::new(node, &snapshot, language);
    let as_of = axes.as_of.unwrap_or_else(|| node.clock.now());
    let names = Named { entry: request.entry.as_ref(), ..Named::default() };
    let names = view.names(request.catalogue_version, names)?;
    let city = match axes.known_at {
        Some(at) => node.cities.known(&snapshot, at)?,
        None => node.city_at(&snapshot)?.city.clone(),
    };
    let hours = city.hours(&request.product, request.entry.as_ref());
    let told = (history.as_slice(), &request);
    let teller = Teller { node, told, calendar: &hours, as_of, language };
    let promises = promises.iter().filter(|it| {
        let is_current = it.promise.cycle == request.cycle;
        is_current || !call.current_cycle_only
    });
    Ok(pb::ExplainPromisesResponse {
        request_id: request.id.to_string(),
        number: row.number.to_string(),
        product: request.product.to_string(),
        names,
        status: vocabulary::status::to_pb(request.status).into(),
        as_of: Some(time::to_pb(as_of)),
        known_at: axes.known_at.map(time::to_pb),
        promises: promises.map(|it| teller.promise(it)).collect(),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

/// As of when.
struct Axes {
    as_of: Option<Timestamp>,
    known_at: Option<Timestamp>,
}

impl Axes {
    fn parse(call: &pb::ExplainPromisesRequest) -> Result<Self, ApiError> {
        let mut fields = Fields::default();
        let mut time = |field, at: &Option<prost_types::Timestamp>| match at {
            None => Some(None),
            Some(at) => fields.time(field, Some(at)).map(Some),
        };
        let (as_of, known_at) = (time("as_of", &call.as_of), time("known_at", &call.known_at));
        let axes = as_of.zip(known_at).map(|(as_of, known_at)| Self { as_of, known_at });
        Ok(fields.finish(axes)?)
    }

    /// What had happened and was known, which is nothing before the opening.
    fn part_of(&self, history: Vec<Recorded>, row: &RequestRow) -> Result<Vec<Recorded>, ApiError> {
        let opened = row.request.opened_at;
        if self.as_of.is_some_and(|it| it < opened) {
            return Err(Problem::NotOpenedYet(opened).at("as_of").into());
        }
        let recorded = history.first().map_or(opened, |it| it.recorded_at);
        if self.known_at.is_some_and(|it| it < recorded) {
            return Err(Problem::NotRecordedYet(recorded).at("known_at").into());
        }
        let counts = |it: &Recorded| {
            self.as_of.is_none_or(|as_of| it.event.meta.occurred_at <= as_of)
                && self.known_at.is_none_or(|known_at| it.recorded_at <= known_at)
        };
        Ok(history.into_iter().filter(counts).collect())
    }
}

/// Tells of the promises of a request.
struct Teller<'a> {
    node: &'a Shared,
    told: (&'a [Recorded], &'a Request),
    /// The hours on which the request's promises run.
    calendar: &'a Calendar,
    as_of: Timestamp,
    language: Language,
}

impl Teller<'_> {
    fn promise(&self, account: &Account) -> pb::PromiseExplanation {
        let Account { promise, received, waits, entries } = account;
        let (history, request) = self.told;
        let calendar = self.calendar;
        let pauses = account.pauses();
        let count = Count { rule: promise.term.rule, received: *received, pauses: &pauses };
        let (counted, not_counted) = match calendar.explain(&count) {
            Ok(counted) => (Some(counted), pb::NotCounted::Unspecified),
            Err(error) => (None, reason(error)),
        };
        let due = counted.as_ref().map(|it| it.due);
        let settled = account.settled_by().and_then(|at| history.get(at));
        let days = counted.as_ref().map(|it| day::days(calendar, it, self.language));
        let known_until = counted.as_ref().and_then(|it| it.known_until);
        let without = counted.as_ref().and_then(|it| it.without_pauses);
        pb::PromiseExplanation {
            promise: Some(promise_to_pb(&promise.term)),
            cycle: promise.cycle,
            rule_meaning: rule::meaning(promise.term.rule, self.language),
            received_at: Some(time::to_pb(*received)),
            pauses: waits.iter().map(pause).collect(),
            days: days.unwrap_or_default(),
            due_without_pauses: without.map(time::to_pb),
            counted_due_at: due.map(time::to_pb),
            not_counted: not_counted.into(),
            differs: due.is_some_and(|it| it != promise.term.due_at),
            beyond_known_until: known_until.map(|it| it.to_string()).unwrap_or_default(),
            verdict: vocabulary::verdict::to_pb(request.verdict(promise, self.as_of)).into(),
            warned: !promise.warned.is_empty(),
            breached: promise.breached,
            settled_at: settled.map(|it| time::to_pb(it.event.meta.occurred_at)),
            ledger: entries.iter().filter_map(|it| self.entry(it)).collect(),
        }
    }

    fn entry(&self, entry: &LedgerEntry) -> Option<pb::LedgerEntry> {
        let recorded = self.told.0.get(entry.event)?;
        let event = &recorded.event;
        let mut told = pb::LedgerEntry {
            event_id: event.id.to_string(),
            event_kind: event.kind.name().to_owned(),
            summary: summary(&event.kind, self.language),
            occurred_at: Some(time::to_pb(event.meta.occurred_at)),
            position: Some(pb::Position {
                recorded_at: Some(time::to_pb(recorded.recorded_at)),
                ..self.node.position(recorded.sequence)
            }),
            ..pb::LedgerEntry::default()
        };
        match entry.what {
            Happened::Step(step) => {
                let (change, from) = change(step.change);
                told.change = change.into();
                told.due_at = Some(time::to_pb(step.due_at));
                told.due_before = from.map(time::to_pb);
            }
            Happened::Fact(kind, due_at) => {
                told.fact = fact(kind).into();
                told.due_at = Some(time::to_pb(due_at));
            }
        }
        Some(told)
    }
}

fn pause(wait: &Wait) -> pb::ExplainedPause {
    pb::ExplainedPause {
        from: Some(time::to_pb(wait.from)),
        to: wait.to.map(time::to_pb),
        reason: wait.reason.map(vocabulary::hold_reason::to_pb).unwrap_or_default().into(),
        counted: wait.is_counted_out,
    }
}

fn reason(error: CannotCount) -> pb::NotCounted {
    match error {
        CannotCount::OutOfCalendar(_) => pb::NotCounted::BeyondCalendar,
        CannotCount::Source => pb::NotCounted::Source,
        CannotCount::CutOff(_) => pb::NotCounted::Rule,
    }
}

fn change(it: PromiseChange) -> (pb::PromiseChange, Option<Timestamp>) {
    match it {
        PromiseChange::Set => (pb::PromiseChange::Set, None),
        PromiseChange::Revised { from } => (pb::PromiseChange::Revised, Some(from)),
        PromiseChange::Met => (pb::PromiseChange::Met, None),
        PromiseChange::Missed => (pb::PromiseChange::Missed, None),
        PromiseChange::Rescinded => (pb::PromiseChange::Rescinded, None),
    }
}

fn fact(it: FactKind) -> pb::BreachKind {
    match it {
        FactKind::Warning => pb::BreachKind::Warning,
        FactKind::Breach => pb::BreachKind::Breach,
        FactKind::Withdrawal => pb::BreachKind::Withdrawal,
    }
}
