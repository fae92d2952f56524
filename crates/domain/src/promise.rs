//! What the city promised for a request, and how it stands.

use crate::{Code, Rule, Timestamp, Warn};
use serde::{Deserialize, Serialize};

/// What is promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

    /// Its place among the promises of a request, as people expect them.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::FirstAnswer => 0,
            Self::Resolution => 1,
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

/// A promised time, as it is set and revised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What is promised.
    pub kind: PromiseKind,
    /// By which commitment of the catalogue; `None`: the product itself or the city promises it.
    pub commitment: Option<Code>,
    /// How the due time was found.
    pub rule: Rule,
    /// When warnings are due, in order of time.
    pub warnings: Vec<Warning>,
    /// The last instant that is still on time.
    pub due_at: Timestamp,
}

/// When a warning is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The threshold.
    pub warn: Warn,
    /// When it is reached.
    pub at: Timestamp,
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
    /// Before the due time the request was cancelled, entered a programme, or turned out to be
    /// something of which it is not promised.
    Rescinded,
}

/// One promise of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The promised time.
    pub term: Term,
    /// 1 for the opening, one more for each reopening.
    pub cycle: u32,
    /// The thresholds of which a warning was raised.
    pub warned: Vec<Warn>,
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
            warned: Vec::new(),
            breached: false,
            verdict: Verdict::Pending,
            since,
            fulfilled_at: None,
        }
    }

    /// The first warning before the due time that was not raised.
    pub(crate) fn next_warning(&self) -> Option<&Warning> {
        let Term { warnings, due_at, .. } = &self.term;
        warnings.iter().find(|it| it.at < *due_at && !self.warned.contains(&it.warn))
    }

    /// Whether a warning of this threshold is still to be raised.
    pub(crate) fn awaits(&self, threshold: Warn) -> bool {
        !self.warned.contains(&threshold)
            && self.term.warnings.iter().any(|it| it.warn == threshold)
    }

    /// It no longer held at some time, in time or late, without being fulfilled.
    pub(crate) fn was_dropped(&self) -> bool {
        let is_settled = matches!(self.verdict, Verdict::Rescinded | Verdict::Late);
        is_settled && self.fulfilled_at.is_none()
    }
}
