//! What if: a history replayed under another calendar or other commitments, to see which verdicts
//! would be others. Rules, receptions, pauses and the instants of what was done stay as they were.

use crate::city::Asked;
use crate::{
    Calendar, City, Commitment, Count, Event, Kind, Promise, Request, Rule, Status, Term,
    Timestamp, Verdict,
};

/// What is supposed.
#[derive(Clone, Debug)]
pub struct WhatIf {
    city: City,
    supposed: Supposed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Supposed {
    Calendar,
    Commitments,
}

/// A request as it would be.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The request.
    pub request: Request,
    /// A due time could not be counted, so that one that was recorded stands in its place or a
    /// promise is missing.
    pub is_uncounted: bool,
}

/// What would become of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Kept, and would not have been.
    OnTimeToLate,
    /// Not kept, and would have been.
    LateToOnTime,
    /// Not fulfilled yet and still to come, and would be late by now.
    OpenToLate,
    /// Not fulfilled yet and late by now, and would be still to come.
    LateToOpen,
    /// Rescinded before it was late, and would have been late by then.
    RescindedToLate,
    /// Late before it would have been rescinded.
    LateToRescinded,
    /// There would be a promise where there is none; whether it would be late.
    NewlyPromised {
        /// It would be late.
        is_late: bool,
    },
    /// There would be no promise where there is one.
    NoLongerPromised,
    /// Settled in the same way.
    Unchanged,
    /// Not fulfilled yet and still to come, either way.
    StillOpen,
    /// It cannot be counted: its source gave its time, or the count leads out of the calendar.
    NotRecounted,
}

impl WhatIf {
    /// The rules by which promises were made, counted by another calendar. What a source has promised
    /// cannot be counted.
    pub fn calendar(city: &City, calendar: Calendar) -> Self {
        Self { city: City { calendar, ..city.clone() }, supposed: Supposed::Calendar }
    }

    /// Other commitments, by the calendar as it is, for imported history too. What the catalogue
    /// promises comes before them as ever.
    pub fn commitments(city: &City, commitments: Vec<Commitment>) -> Self {
        Self { city: City { commitments, ..city.clone() }, supposed: Supposed::Commitments }
    }

    /// Whether a request comes out as it is whatever its history: nothing that was promised can be
    /// counted.
    pub fn leaves_alone(&self, request: &Request) -> bool {
        self.supposed == Supposed::Calendar
            && request.promises.iter().all(|it| it.term.rule == Rule::Source)
    }

    /// Replays a whole history. `None`: it has no opening.
    pub fn replay<'a>(&self, history: impl IntoIterator<Item = &'a Event>) -> Option<Replayed> {
        let mut state: Option<Request> = None;
        let mut is_uncounted = false;
        // What was raised of promises is nothing of theirs.
        for event in history.into_iter().filter(|it| it.kind.fact().is_none()) {
            let Ok(after) = Request::evolve(state.clone(), event) else { continue };
            let terms = self.terms(&event.kind, state.as_ref(), &after);
            let Some(terms) = terms else {
                state = Some(after);
                continue;
            };
            let terms = terms.unwrap_or_else(|Beyond| {
                is_uncounted = true;
                Vec::new()
            });
            let mut supposed = event.clone();
            if let Some(it) = supposed.kind.terms_mut() {
                *it = self.counted(terms, &after, &mut is_uncounted);
            }
            let next = Request::evolve(state.take(), &supposed).unwrap_or(after);
            state = Some(next);
        }
        state.map(|request| Replayed { request, is_uncounted })
    }

    /// What becomes of each promise that there is or would be when it is `now`.
    pub fn outcomes(&self, actual: &Request, replayed: &Replayed, now: Timestamp) -> Vec<Outcome> {
        let Replayed { request: supposed, is_uncounted } = replayed;
        let same = |it: &Promise, as_that: &Promise| {
            (it.term.kind, it.cycle) == (as_that.term.kind, as_that.cycle)
        };
        let is = actual.promises.iter().map(|it| {
            let other = supposed.promises.iter().find(|other| same(other, it));
            let of_source = it.term.rule == Rule::Source && self.supposed == Supposed::Calendar;
            if of_source || *is_uncounted {
                return Outcome::NotRecounted;
            }
            let other = other.map(|other| supposed.verdict(other, now));
            outcome(Some(actual.verdict(it, now)), other)
        });
        let is_new = |it: &&Promise| !actual.promises.iter().any(|other| same(other, it));
        let new = supposed.promises.iter().filter(is_new);
        let new = new.map(|it| outcome(None, Some(supposed.verdict(it, now))));
        is.chain(new).collect()
    }

    /// The terms that an event would carry, before they are counted; `None`: it carries none.
    fn terms(
        &self,
        kind: &Kind,
        before: Option<&Request>,
        after: &Request,
    ) -> Option<Result<Vec<Term>, Beyond>> {
        let recorded = kind.terms()?;
        if matches!(kind, Kind::Resumed(_) | Kind::Merged(_) | Kind::PromisesRevised(_)) {
            // Whatever is still promised goes on.
            return Some(Ok(pending(before)));
        }
        Some(match self.supposed {
            Supposed::Calendar => Ok(recorded.to_vec()),
            Supposed::Commitments => self.promised(after),
        })
    }

    /// What the commitments promise for the current cycle of a request.
    fn promised(&self, request: &Request) -> Result<Vec<Term>, Beyond> {
        if request.status == Status::Planned {
            return Ok(Vec::new());
        }
        let asked = Asked {
            product: &request.product,
            nature: request.nature,
            channel: request.channel,
            entry: request.entry.as_ref(),
        };
        let terms = self.city.terms(&asked, request.cycle_started_at, &[]).map_err(|_| Beyond)?;
        Ok(terms.into_iter().filter(|it| request.cycle == 1 || it.kind.recurs()).collect())
    }

    /// The same terms, due as they would be.
    fn counted(&self, terms: Vec<Term>, request: &Request, is_uncounted: &mut bool) -> Vec<Term> {
        let pauses = request.waits();
        let hours = self.city.hours(&request.product, request.entry.as_ref());
        let count = |term: Term| {
            if term.rule == Rule::Source {
                return term;
            }
            let pauses = if term.kind.pauses() { pauses.as_slice() } else { &[] };
            let count = Count { rule: term.rule, received: request.cycle_started_at, pauses };
            match hours.due(&count) {
                Ok(due_at) => Term { due_at, ..term },
                Err(_) => {
                    *is_uncounted = true;
                    term
                }
            }
        };
        terms.into_iter().map(count).collect()
    }
}

/// The count leads out of the calendar.
struct Beyond;

fn pending(request: Option<&Request>) -> Vec<Term> {
    let promises = request.map(|it| it.promises.as_slice()).unwrap_or_default();
    promises.iter().filter(|it| it.verdict == Verdict::Pending).map(|it| it.term.clone()).collect()
}

/// What becomes of a promise whose verdict is, and would be, one of these.
fn outcome(is: Option<Verdict>, would_be: Option<Verdict>) -> Outcome {
    use Verdict::{Late, OnTime, Paused, Pending, Rescinded};
    match (is, would_be) {
        (None | Some(Rescinded), Some(OnTime | Pending | Paused)) => {
            Outcome::NewlyPromised { is_late: false }
        }
        (None, Some(Late)) => Outcome::NewlyPromised { is_late: true },
        (Some(OnTime | Late | Pending | Paused), None)
        | (Some(OnTime | Pending | Paused), Some(Rescinded)) => Outcome::NoLongerPromised,
        (Some(OnTime), Some(Late)) => Outcome::OnTimeToLate,
        (Some(Late), Some(OnTime)) => Outcome::LateToOnTime,
        (Some(Pending | Paused), Some(Late)) => Outcome::OpenToLate,
        (Some(Late), Some(Pending | Paused)) => Outcome::LateToOpen,
        (Some(Rescinded), Some(Late)) => Outcome::RescindedToLate,
        (Some(Late), Some(Rescinded)) => Outcome::LateToRescinded,
        (Some(Pending | Paused), Some(Pending | Paused)) => Outcome::StillOpen,
        // What was done was done either way: settled here and open there there is none.
        (Some(OnTime), Some(OnTime | Pending | Paused))
        | (Some(Pending | Paused), Some(OnTime))
        | (Some(Late), Some(Late))
        | (Some(Rescinded) | None, Some(Rescinded) | None) => Outcome::Unchanged,
    }
}
