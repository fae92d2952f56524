//! A request: the state that its events fold into.

use crate::{
    About, Channel, CitizenId, Event, FactKind, Kind, Label, Language, Nature, Opened, Origin,
    Promise, PromiseRef, RequestId, Term, Timestamp, Verdict, Visibility,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Status {
    /// Received; nobody has taken charge yet.
    Open,
    /// A unit has taken charge.
    Assigned,
    /// Waiting on the citizen or on a third party.
    OnHold,
    /// Done.
    Resolved,
    /// Given up or refused.
    Cancelled,
}

/// Where something lies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The borough or neighbourhood, in the city's own words.
    pub borough: Option<Label>,
    /// WGS 84 latitude and longitude in ten-millionths of a degree.
    pub coordinates: Option<(i32, i32)>,
}

/// The record of another system from which a request was taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The system.
    pub system: Label,
    /// The record's id there.
    pub id: Label,
}

/// A request as its events left it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Who asked; `None`: anonymous.
    pub citizen: Option<CitizenId>,
    /// What it is about.
    pub product: Label,
    /// The precision within the product.
    pub precision: Option<Label>,
    /// What is wanted.
    pub nature: Nature,
    /// How it came.
    pub channel: Channel,
    /// Other channels through which it was also reported.
    pub other_channels: Vec<Channel>,
    /// The language of the asker.
    pub language: Language,
    /// The responsible unit.
    pub unit: Option<Label>,
    /// Where it is.
    pub place: Place,
    /// The record it was imported from.
    pub source: Option<Source>,
    /// Imported: the source's own word for the state.
    pub source_status: Option<Label>,
    /// Whether it was opened here or imported.
    pub origin: Origin,
    /// Where it stands.
    pub status: Status,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// `opened_at` is only known roughly.
    pub approximate: bool,
    /// The last time its status changed.
    pub status_changed_at: Timestamp,
    /// When it was resolved, if it is.
    pub resolved_at: Option<Timestamp>,
    /// What was promised, oldest cycle first.
    pub promises: Vec<Promise>,
    /// 1 from the opening, one more for each reopening.
    pub cycle: u32,
    /// How many follow-ups the citizen can see.
    pub public_follow_ups: u32,
}

/// A time at which a promise must be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    /// When.
    pub at: Timestamp,
    /// The promise's place in [`Request::promises`].
    pub promise: u16,
}

/// The event does not follow from the events before it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{event} cannot follow when the request is {}", status.map_or("unknown", Status::name))]
pub struct OutOfOrder {
    /// The event's name.
    pub event: &'static str,
    /// Where the request stood.
    pub status: Option<Status>,
}

impl Status {
    /// The name in output for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assigned => "assigned",
            Self::OnHold => "on_hold",
            Self::Resolved => "resolved",
            Self::Cancelled => "cancelled",
        }
    }

    /// Work on the request is going on or waiting.
    pub fn is_active(self) -> bool {
        match self {
            Self::Open | Self::Assigned | Self::OnHold => true,
            Self::Resolved | Self::Cancelled => false,
        }
    }
}

impl Request {
    /// Folds one event into the state of its request.
    ///
    /// Pure and total: the same history always gives the same state. A warning or a breach that an
    /// earlier event had already settled changes nothing (see [`Request::is_void`]).
    pub fn evolve(state: Option<Self>, event: &Event) -> Result<Self, OutOfOrder> {
        match (state, &event.kind) {
            (None, Kind::Opened(opened)) => Self::open(event, opened),
            (Some(mut request), Kind::Assigned(unit)) if request.is_in_hand() => {
                request.unit = unit.clone().or(request.unit);
                request.turn(Status::Assigned, event);
                Ok(request)
            }
            (Some(mut request), Kind::PutOnHold(_)) if request.is_in_hand() => {
                request.turn(Status::OnHold, event);
                Ok(request)
            }
            (Some(mut request), Kind::Resumed(terms)) if request.status == Status::OnHold => {
                request.revise(terms);
                let back = if request.unit.is_some() { Status::Assigned } else { Status::Open };
                request.turn(back, event);
                Ok(request)
            }
            (Some(mut request), Kind::Resolved) if request.status.is_active() => {
                request.settle_at(event.meta.occurred_at);
                request.resolved_at = Some(event.meta.occurred_at);
                request.turn(Status::Resolved, event);
                Ok(request)
            }
            (Some(mut request), Kind::Cancelled) if request.status.is_active() => {
                request.settle(Verdict::Rescinded);
                request.turn(Status::Cancelled, event);
                Ok(request)
            }
            (Some(mut request), Kind::Reopened(terms)) if request.status == Status::Resolved => {
                request.cycle += 1;
                request.resolved_at = None;
                let cycle = request.cycle;
                request.promises.extend(terms.iter().map(|term| Promise::new(*term, cycle)));
                let back = if request.unit.is_some() { Status::Assigned } else { Status::Open };
                request.turn(back, event);
                Ok(request)
            }
            (Some(mut request), Kind::FollowUpAdded(visibility)) => {
                request.public_follow_ups += u32::from(*visibility == Visibility::Public);
                Ok(request)
            }
            (Some(mut request), Kind::PromiseWarned(_) | Kind::PromiseBreached(_)) => {
                request.raise(&event.kind);
                Ok(request)
            }
            (
                state,
                Kind::Opened(_)
                | Kind::Assigned(_)
                | Kind::PutOnHold(_)
                | Kind::Resumed(_)
                | Kind::FollowUpAdded(_)
                | Kind::Resolved
                | Kind::Reopened(_)
                | Kind::Cancelled
                | Kind::ContactRecorded(_)
                | Kind::PromiseWarned(_)
                | Kind::PromiseBreached(_),
            ) => Err(OutOfOrder { event: event.kind.name(), status: state.map(|it| it.status) }),
        }
    }

    fn open(event: &Event, opened: &Opened) -> Result<Self, OutOfOrder> {
        let About::Request(id) = event.about else {
            return Err(OutOfOrder { event: event.kind.name(), status: None });
        };
        let opened = opened.clone();
        Ok(Self {
            id,
            citizen: opened.citizen,
            product: opened.product,
            precision: opened.precision,
            nature: opened.nature,
            channel: event.meta.channel,
            other_channels: opened.other_channels,
            language: opened.language,
            unit: opened.unit,
            place: opened.place,
            source: opened.source,
            source_status: event.meta.source_status.clone(),
            origin: event.meta.origin,
            status: Status::Open,
            opened_at: event.meta.occurred_at,
            approximate: event.meta.approximate,
            status_changed_at: event.meta.occurred_at,
            resolved_at: None,
            promises: opened.terms.iter().map(|term| Promise::new(*term, 1)).collect(),
            cycle: 1,
            public_follow_ups: 0,
        })
    }

    /// Open or assigned: neither waiting nor ended.
    fn is_in_hand(&self) -> bool {
        matches!(self.status, Status::Open | Status::Assigned)
    }

    fn turn(&mut self, status: Status, event: &Event) {
        self.status = status;
        self.status_changed_at = event.meta.occurred_at;
        if event.meta.source_status.is_some() {
            self.source_status.clone_from(&event.meta.source_status);
        }
    }

    fn current(&mut self) -> impl Iterator<Item = &mut Promise> {
        let cycle = self.cycle;
        self.promises.iter_mut().filter(move |it| it.cycle == cycle)
    }

    fn revise(&mut self, terms: &[Term]) {
        for term in terms {
            for promise in self.current().filter(|it| it.term.kind == term.kind) {
                // What was raised spoke of the time that has moved: the new one is raised again.
                promise.breached &= promise.term.due_at == term.due_at;
                promise.warned &= promise.term.warn_at == term.warn_at;
                promise.term = *term;
            }
        }
    }

    fn settle_at(&mut self, at: Timestamp) {
        // While it waited the clock stood still: what had not passed by then has not passed since.
        let stopped = (self.status == Status::OnHold).then_some(self.status_changed_at);
        let counted = stopped.map_or(at, |since| since.min(at));
        for promise in self.current() {
            let late = counted > promise.term.due_at;
            promise.verdict = if late { Verdict::Late } else { Verdict::OnTime };
        }
    }

    fn settle(&mut self, verdict: Verdict) {
        for promise in self.current() {
            promise.verdict = verdict;
        }
    }

    /// The promise of which a fact speaks, unless the fact is void.
    fn spoken_of(&self, kind: FactKind, fact: &PromiseRef) -> Option<usize> {
        let at = self.promises.iter().position(|it| {
            it.term.kind == fact.kind && it.cycle == fact.cycle && it.term.due_at == fact.due_at
        })?;
        let promise = self.promises.get(at)?;
        let open = match (promise.verdict, kind) {
            (Verdict::Pending, FactKind::Breach) => {
                !promise.breached && !self.stopped_by(fact.due_at)
            }
            (Verdict::Late, FactKind::Breach) => !promise.breached,
            (Verdict::Pending, FactKind::Warning) => {
                !promise.warned && !promise.breached && self.status != Status::OnHold
            }
            (Verdict::Late | Verdict::Paused | Verdict::OnTime | Verdict::Rescinded, _) => false,
        };
        open.then_some(at)
    }

    /// Its clock had stopped at `at` or before, and has not run since.
    fn stopped_by(&self, at: Timestamp) -> bool {
        self.status == Status::OnHold && self.status_changed_at <= at
    }

    /// The fact was already settled by an earlier event: the promise was met or rescinded, its due
    /// time moved, its clock stopped, or the fact was raised before.
    pub fn is_void(&self, kind: &Kind) -> bool {
        kind.fact().is_some_and(|(kind, fact)| self.spoken_of(kind, fact).is_none())
    }

    fn raise(&mut self, kind: &Kind) {
        let Some((kind, fact)) = kind.fact() else { return };
        let Some(at) = self.spoken_of(kind, fact) else { return };
        let Some(promise) = self.promises.get_mut(at) else { return };
        match kind {
            FactKind::Warning => promise.warned = true,
            FactKind::Breach => promise.breached = true,
        }
    }

    /// The times at which its promises must be looked at; none for imported history.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm> + '_ {
        let live = self.origin == Origin::Live;
        self.promises.iter().zip(0_u16..).filter(move |_| live).filter_map(|(promise, index)| {
            Some(Alarm { at: self.alarm_at(promise)?, promise: index })
        })
    }

    fn alarm_at(&self, promise: &Promise) -> Option<Timestamp> {
        let term = &promise.term;
        if promise.breached {
            return None;
        }
        match promise.verdict {
            Verdict::Late => Some(term.due_at),
            Verdict::Pending if self.status == Status::OnHold => {
                (!self.stopped_by(term.due_at)).then_some(term.due_at)
            }
            Verdict::Pending if promise.warned => Some(term.due_at),
            Verdict::Pending => Some(term.warn_at.unwrap_or(term.due_at)),
            Verdict::Paused | Verdict::OnTime | Verdict::Rescinded => None,
        }
    }

    /// What must be raised for a promise when it is `now`, decided on the state at log sequence
    /// `based_on`. A warning that a breach has overtaken is not raised any more.
    pub fn raised(&self, promise: u16, now: Timestamp, based_on: u64) -> Option<Kind> {
        let promise = self.promises.get(usize::from(promise))?;
        let alarm_at = self.alarm_at(promise)?;
        let Term { kind, due_at, .. } = promise.term;
        let fact = PromiseRef { kind, cycle: promise.cycle, due_at, noticed_at: now, based_on };
        if now > due_at {
            Some(Kind::PromiseBreached(fact))
        } else if now >= alarm_at && alarm_at < due_at {
            Some(Kind::PromiseWarned(fact))
        } else {
            None
        }
    }

    /// How a promise stands when it is `now`.
    pub fn verdict(&self, promise: &Promise, now: Timestamp) -> Verdict {
        if promise.verdict != Verdict::Pending {
            promise.verdict
        } else if self.stopped_by(promise.term.due_at) {
            Verdict::Paused
        } else if now > promise.term.due_at {
            Verdict::Late
        } else {
            Verdict::Pending
        }
    }
}
