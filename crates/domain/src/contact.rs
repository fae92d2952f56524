//! A contact: one exchange on one channel.

use crate::{CitizenId, Code, ContactOutcome, Emergency, Label, Language, Nature, RequestId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One exchange on one channel. Most end there; some open or follow up a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Who called; `None`: anonymous.
    pub citizen: Option<CitizenId>,
    /// What was wanted.
    pub nature: Nature,
    /// The language of the exchange.
    pub language: Language,
    /// What it came to.
    pub outcome: ContactOutcome,
    /// The request that was opened or followed up.
    pub request: Option<RequestId>,
    /// What it was sent to 9-1-1 for.
    pub emergency: Option<Emergency>,
    /// What it was about.
    pub product: Option<Label>,
    /// The product's code in the catalogue.
    pub product_code: Option<Code>,
    /// Seconds waited before the answer.
    pub waited_secs: u32,
    /// Seconds of the exchange itself.
    pub handled_secs: u32,
}

/// The outcome of a contact and what else it names do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidContact {
    /// The outcome speaks of a request but none is named.
    #[error("this outcome needs the request that was opened or followed up")]
    RequestMissing,
    /// A request is named but the outcome does not speak of one.
    #[error("this outcome names no request")]
    RequestUnexpected,
    /// An emergency is named but the contact was not sent to 9-1-1.
    #[error("only a contact sent to 9-1-1 names an emergency")]
    EmergencyUnexpected,
}

impl ContactOutcome {
    /// Whether a contact with this outcome names a request: it must exactly when it speaks of one.
    pub fn check_request(self, named: bool) -> Result<(), InvalidContact> {
        let expected = match self {
            Self::RequestOpened | Self::FollowedUp => true,
            Self::Informed | Self::TransferredTo911 | Self::Abandoned => false,
        };
        match (expected, named) {
            (true, false) => Err(InvalidContact::RequestMissing),
            (false, true) => Err(InvalidContact::RequestUnexpected),
            (true, true) | (false, false) => Ok(()),
        }
    }

    /// Whether a contact with this outcome may name an emergency: only one sent to 9-1-1.
    pub fn check_emergency(self, named: bool) -> Result<(), InvalidContact> {
        if named && self != Self::TransferredTo911 {
            return Err(InvalidContact::EmergencyUnexpected);
        }
        Ok(())
    }

    /// Whether the contact was resolved at first contact: answered at once, without a request.
    /// `None`: it counts neither way, for it was not the 311's to answer, or nobody answered it.
    pub fn is_resolved_at_first_contact(self) -> Option<bool> {
        match self {
            Self::Informed => Some(true),
            Self::RequestOpened | Self::FollowedUp => Some(false),
            Self::TransferredTo911 | Self::Abandoned => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_contact_sent_to_911_names_an_emergency() {
        let informed = ContactOutcome::Informed;
        assert_eq!(informed.check_emergency(true), Err(InvalidContact::EmergencyUnexpected));
        assert_eq!(informed.check_emergency(false), Ok(()));
        assert_eq!(ContactOutcome::TransferredTo911.check_emergency(true), Ok(()));
        assert_eq!(ContactOutcome::TransferredTo911.check_emergency(false), Ok(()));
    }

    #[test]
    fn only_what_the_311_answered_counts_at_first_contact() {
        let resolved = ContactOutcome::is_resolved_at_first_contact;
        assert_eq!(resolved(ContactOutcome::Informed), Some(true));
        assert_eq!(resolved(ContactOutcome::FollowedUp), Some(false));
        assert_eq!(resolved(ContactOutcome::TransferredTo911), None);
        assert_eq!(resolved(ContactOutcome::Abandoned), None);
    }
}
