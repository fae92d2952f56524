//! The ledger of a request's promises: what each event did to them.

use crate::{Promise, PromiseKind, Request, Timestamp, Verdict};

/// Something that happened to a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromiseStep {
    /// What was promised.
    pub kind: PromiseKind,
    /// 1 for the opening, one more for each reopening.
    pub cycle: u32,
    /// The due time, as it is now.
    pub due_at: Timestamp,
    /// What happened.
    pub change: PromiseChange,
}

/// What may happen to a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromiseChange {
    /// It was made, or holds again.
    Set,
    /// Its due time moved.
    Revised {
        /// The due time until then.
        from: Timestamp,
    },
    /// It was kept in time.
    Met,
    /// It was settled after its due time.
    Missed,
    /// It no longer holds.
    Rescinded,
}

/// What an event did to the promises of a request, given how it stood before.
pub fn steps(before: Option<&Request>, after: &Request) -> Vec<PromiseStep> {
    let known = before.map(|it| it.promises.as_slice()).unwrap_or_default();
    let same = |it: &Promise, as_that: &Promise| {
        (it.term.kind, it.cycle) == (as_that.term.kind, as_that.cycle)
    };
    let step = |now: &Promise| {
        let was = known.iter().find(|it| same(it, now));
        Some(PromiseStep {
            kind: now.term.kind,
            cycle: now.cycle,
            due_at: now.term.due_at,
            change: change(was, now)?,
        })
    };
    after.promises.iter().filter_map(step).collect()
}

fn change(was: Option<&Promise>, now: &Promise) -> Option<PromiseChange> {
    let Some(was) = was else { return Some(PromiseChange::Set) };
    if was.verdict != now.verdict {
        return match now.verdict {
            Verdict::Pending => Some(PromiseChange::Set),
            Verdict::OnTime => Some(PromiseChange::Met),
            Verdict::Late => Some(PromiseChange::Missed),
            Verdict::Rescinded => Some(PromiseChange::Rescinded),
            Verdict::Paused => None,
        };
    }
    let from = was.term.due_at;
    (from != now.term.due_at).then_some(PromiseChange::Revised { from })
}
