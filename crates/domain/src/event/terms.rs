//! The terms that events carry.

use super::Kind;
use crate::Term;

impl Kind {
    /// What it promises, or leaves of what was promised; `None`: it says nothing of that.
    pub fn terms(&self) -> Option<&[Term]> {
        match self {
            Self::Opened(it) => Some(&it.terms),
            Self::Reclassified(it) => Some(&it.terms),
            Self::Merged(it) => Some(&it.terms),
            Self::PromisesRevised(it) => Some(&it.terms),
            Self::Resumed(it) | Self::Reopened(it) | Self::ProgrammeLeft(it) => Some(it),
            Self::Assigned(_)
            | Self::PutOnHold(_)
            | Self::FollowUpAdded(_)
            | Self::Resolved
            | Self::Cancelled
            | Self::Transferred(_)
            | Self::ProgrammeEntered(_)
            | Self::Unmerged
            | Self::DuplicateAdded(_)
            | Self::DuplicateRemoved(_)
            | Self::Related(_)
            | Self::Unrelated(_)
            | Self::AttachmentAdded(_)
            | Self::CataloguePublished(_)
            | Self::CalendarPublished(_)
            | Self::QuarantineReleased(_)
            | Self::Citizen(_)
            | Self::Regime(_)
            | Self::ContactRecorded(_)
            | Self::PromiseWarned(_)
            | Self::PromiseBreached(_)
            | Self::BreachWithdrawn(_)
            | Self::Level(..) => None,
        }
    }

    /// The same, to be replaced.
    pub(crate) fn terms_mut(&mut self) -> Option<&mut Vec<Term>> {
        match self {
            Self::Opened(it) => Some(&mut it.terms),
            Self::Reclassified(it) => Some(&mut it.terms),
            Self::Merged(it) => Some(&mut it.terms),
            Self::PromisesRevised(it) => Some(&mut it.terms),
            Self::Resumed(it) | Self::Reopened(it) | Self::ProgrammeLeft(it) => Some(it),
            Self::Assigned(_)
            | Self::PutOnHold(_)
            | Self::FollowUpAdded(_)
            | Self::Resolved
            | Self::Cancelled
            | Self::Transferred(_)
            | Self::ProgrammeEntered(_)
            | Self::Unmerged
            | Self::DuplicateAdded(_)
            | Self::DuplicateRemoved(_)
            | Self::Related(_)
            | Self::Unrelated(_)
            | Self::AttachmentAdded(_)
            | Self::CataloguePublished(_)
            | Self::CalendarPublished(_)
            | Self::QuarantineReleased(_)
            | Self::Citizen(_)
            | Self::Regime(_)
            | Self::ContactRecorded(_)
            | Self::PromiseWarned(_)
            | Self::PromiseBreached(_)
            | Self::BreachWithdrawn(_)
            | Self::Level(..) => None,
        }
    }
}
