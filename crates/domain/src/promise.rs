//! What the city promised for a request, and how it stands.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// What is promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseKind {
    /// The request is resolved.
    #[default]
    Resolution,
    /// Whoever asked hears of the request: a follow-up that they can see, or its resolution.
    FirstAnswer,
}

impl PromiseKind {
    /// The name in derived ids: never change it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resolution => "resolution",
            Self::FirstAnswer => "first_answer",
        }
    }

    /// Its clock stands still while the request waits on the citizen or on a third party.
    pub fn pauses(self) -> bool {
        match self {
            Self::Resolution => true,
            Self::FirstAnswer => false,
        }
    }

    /// It is promised anew when the request is reopened or leaves a programme.
    pub fn recurs(self) -> bool {
        match self {
            Self::Resolution => true,
            Self::FirstAnswer => false,
        }
    }
}

/// How a due time was found. A rule never changes; another one gets another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// The closing of the n-th business day after the day of reception, see
    /// [`Calendar::business_days_eod`](crate::Calendar::business_days_eod).
    BusinessDaysEodV1(u32),
    /// Taken over with imported history.
    Source,
}

/// A promised time, as it is set and revised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What is promised.
    pub kind: PromiseKind,
    /// How the due time was found.
    pub rule: Rule,
    /// When a warning is due, if any.
    pub warn_at: Option<Timestamp>,
    /// The last instant that is still on time.
    pub due_at: Timestamp,
}

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Not fulfilled yet.
    Pending,
    /// Not fulfilled yet, and its clock is stopped.
    Paused,
    /// Fulfilled at or before the due time.
    OnTime,
    /// Fulfilled after the due time, or the due time has passed.
    Late,
    /// The request was cancelled, or entered a programme, before the due time.
    Rescinded,
}

/// One promise of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The promised time.
    pub term: Term,
    /// 1 for the opening, one more for each reopening.
    pub cycle: u32,
    /// A warning was raised.
    pub warned: bool,
    /// A breach was raised.
    pub breached: bool,
    /// The verdict, [`Verdict::Pending`] until the cycle ends.
    pub verdict: Verdict,
    /// Since when its delay runs.
    pub since: Timestamp,
    /// When it was fulfilled, in time or late.
    pub fulfilled_at: Option<Timestamp>,
}

impl Promise {
    /// A promise that has just been made, whose delay runs since then.
    pub fn new(term: Term, cycle: u32, since: Timestamp) -> Self {
        Self {
            term,
            cycle,
            warned: false,
            breached: false,
            verdict: Verdict::Pending,
            since,
            fulfilled_at: None,
        }
    }

    /// It no longer holds, unless it has been settled.
    pub(crate) fn rescind(&mut self) {
        if self.verdict == Verdict::Pending {
            self.verdict = Verdict::Rescinded;
        }
    }
}
