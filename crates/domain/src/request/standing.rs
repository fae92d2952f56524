//! Duplicates: a request that is one shows the status of the other, and can stand again as before.

use super::{Request, Status};
use crate::{CitizenId, Code, Event, HoldReason, Label, Promise, RequestId, Term, Timestamp};
use serde::{Deserialize, Serialize};

/// How a request stands: what a merge replaces and an un-merge gives back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Where it stood.
    pub status: Status,
    /// On whom it waited.
    pub waits_on: Option<HoldReason>,
    /// Since when.
    pub status_changed_at: Timestamp,
    /// That time is only known roughly.
    pub status_approximate: bool,
    /// When it was resolved, if it was.
    pub resolved_at: Option<Timestamp>,
    /// The responsible unit.
    pub unit: Option<Label>,
    /// What was promised.
    pub promises: Vec<Promise>,
    /// The cycle.
    pub cycle: u32,
    /// When the cycle began.
    pub cycle_started_at: Timestamp,
    /// When it waited.
    pub pauses: Vec<(Timestamp, Timestamp)>,
    /// The programme it was in.
    pub programme: Option<Code>,
    /// When whoever asked first heard of it.
    pub answered_at: Option<Timestamp>,
}

/// What a duplicate remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merged {
    /// The request that goes on for both.
    pub into: RequestId,
    /// Since when.
    pub at: Timestamp,
    /// How the duplicate stood.
    pub before: Standing,
}

/// How a request becomes a duplicate.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedInto {
    /// The request that goes on for both.
    pub into: RequestId,
    /// Where that one stands.
    pub status: Status,
    /// The unit responsible for that one.
    pub unit: Option<Label>,
    /// The programme that one is in.
    pub programme: Option<Code>,
    /// The terms of the duplicate's current cycle now, where the merge ends its wait.
    pub terms: Vec<Term>,
}

/// A duplicate, as the request that goes on for both knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// The duplicate.
    pub request: RequestId,
    /// Who asked for it, and follows this one now; `None`: anonymous.
    pub citizen: Option<CitizenId>,
}

impl Request {
    fn standing(&self) -> Standing {
        Standing {
            status: self.status,
            waits_on: self.waits_on,
            status_changed_at: self.status_changed_at,
            status_approximate: self.status_approximate,
            resolved_at: self.resolved_at,
            unit: self.unit.clone(),
            promises: self.promises.clone(),
            cycle: self.cycle,
            cycle_started_at: self.cycle_started_at,
            pauses: self.pauses.clone(),
            programme: self.programme.clone(),
            answered_at: self.answered_at,
        }
    }

    /// `false` when the event cannot follow.
    pub(super) fn merge(&mut self, merged: &MergedInto, event: &Event) -> bool {
        let follows = self.merged.is_none() && self.duplicates.is_empty();
        let (into, at) = (merged.into, event.meta.occurred_at);
        self.merged = Some(Box::new(Merged { into, at, before: self.standing() }));
        self.unit.clone_from(&merged.unit);
        self.programme.clone_from(&merged.programme);
        match merged.status {
            Status::Planned => self.rescind(event.meta.occurred_at),
            Status::Open | Status::Assigned if self.status == Status::OnHold => {
                self.revise(&merged.terms);
                self.pauses.push((self.status_changed_at, event.meta.occurred_at));
            }
            Status::Open
            | Status::Assigned
            | Status::OnHold
            | Status::Resolved
            | Status::Cancelled => {}
        }
        self.waits_on = None;
        self.turn(merged.status, event);
        follows
    }

    /// `false` when the event cannot follow.
    pub(super) fn unmerge(&mut self) -> bool {
        let Some(merged) = self.merged.take() else { return false };
        let Standing {
            status,
            waits_on,
            status_changed_at,
            status_approximate,
            resolved_at,
            unit,
            promises,
            cycle,
            cycle_started_at,
            pauses,
            programme,
            answered_at,
        } = merged.before;
        self.status = status;
        self.waits_on = waits_on;
        self.status_changed_at = status_changed_at;
        self.status_approximate = status_approximate;
        self.resolved_at = resolved_at;
        self.unit = unit;
        self.promises = promises;
        self.cycle = cycle;
        self.cycle_started_at = cycle_started_at;
        self.pauses = pauses;
        self.programme = programme;
        self.answered_at = answered_at;
        self.recall();
        true
    }
}
