//! What was sent and what came back.

use std::time::Duration;

use beffroi_domain::Timestamp;
use beffroi_wire::pb::query::v1::Status;
use uuid::Uuid;

/// What a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// A new request; with a due time when that passes during the test.
    Open(Option<Timestamp>),
    FollowUp,
    Hold,
    Resume,
    Resolve,
    Reopen,
    /// A state at least as recent as this position.
    Read(u64),
}

impl Want {
    /// Whether it is done to a request that stands so; `None`: to one that is not there.
    pub(crate) fn is_taken(self, status: Option<Status>) -> bool {
        match (self, status) {
            (Self::Open(_), status) => status.is_none(),
            (_, None) => false,
            (Self::FollowUp | Self::Read(_), Some(_)) => true,
            (Self::Hold, Some(status)) => status == Status::Open,
            (Self::Resume, Some(status)) => status == Status::OnHold,
            (Self::Resolve, Some(status)) => matches!(status, Status::Open | Status::OnHold),
            (Self::Reopen, Some(status)) => status == Status::Resolved,
        }
    }

    /// How a request stands when it was done.
    pub(crate) fn leaves(self, status: Option<Status>) -> Option<Status> {
        match self {
            Self::Open(_) | Self::Resume | Self::Reopen => Some(Status::Open),
            Self::Hold => Some(Status::OnHold),
            Self::Resolve => Some(Status::Resolved),
            Self::FollowUp | Self::Read(_) => status,
        }
    }
}

/// What a client was told at last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Done, or read: true at this position, where the request stands so.
    Done { position: u64, status: Status },
    /// Refused for good, with the reason.
    Refused(String),
}

/// One thing that a client wanted, however often it had to ask.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    /// Its id: sent with each attempt.
    pub id: Uuid,
    /// The request it is about.
    pub request: Uuid,
    pub want: Want,
    /// When it was first sent and when it was answered, since the beginning.
    pub began: Duration,
    pub ended: Duration,
    pub attempts: u32,
    pub answer: Answer,
}

impl Op {
    /// When the resolution that it was promised is overdue.
    pub(crate) fn breaches_at(&self) -> Option<Timestamp> {
        match (self.want, &self.answer) {
            (Want::Open(due), Answer::Done { .. }) => due,
            (
                Want::Open(_)
                | Want::FollowUp
                | Want::Hold
                | Want::Resume
                | Want::Resolve
                | Want::Reopen
                | Want::Read(_),
                Answer::Done { .. } | Answer::Refused(_),
            ) => None,
        }
    }
}
