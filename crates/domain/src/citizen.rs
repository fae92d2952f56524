//! A citizen's record: what they are found by, their language, and the records it is one with.
//!
//! Records that prove to be of one person are merged into a tree: each keeps what it holds, so that
//! un-merging gives back exactly what was there, and the root speaks for all. An identifier belongs
//! to one tree; whoever holds an index of all of them sees to that.

mod decide;
mod kin;

pub use decide::{CitizenRejection, Kin, SaveCitizen};
pub use kin::TooManyRecords;

use crate::{CitizenId, IdentifierHash, Language};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A citizen's record as its events left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citizen {
    /// Its id.
    pub id: CitizenId,
    /// The language they want to be answered in, once they have said so.
    pub language: Option<Language>,
    /// What they are found by, oldest first.
    pub identifiers: Vec<IdentifierHash>,
    /// The record that it is merged into.
    pub merged_into: Option<CitizenId>,
    /// The records merged into this one, oldest first.
    pub absorbed: Vec<CitizenId>,
}

/// What happened to a citizen's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CitizenFact {
    /// It was made or changed.
    Saved(CitizenSaved),
    /// It was merged into another.
    Merged {
        /// That one.
        into: CitizenId,
    },
    /// Another was merged into it.
    Absorbed {
        /// That one.
        citizen: CitizenId,
    },
    /// It stands apart again.
    Unmerged {
        /// The record it was merged into.
        from: CitizenId,
    },
    /// Another that was merged into it stands apart again.
    Released {
        /// That one.
        citizen: CitizenId,
    },
}

/// What changed in a citizen's record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CitizenSaved {
    /// Identifiers it is found by from now on.
    pub added: Vec<IdentifierHash>,
    /// Identifiers it is no longer found by.
    pub withdrawn: Vec<IdentifierHash>,
    /// The language from now on; `None`: as before.
    pub language: Option<Language>,
}

/// The event does not follow from the events before it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{event} cannot follow what happened to the citizen's record before")]
pub struct CitizenOutOfOrder {
    /// The event's name.
    pub event: &'static str,
}

impl CitizenFact {
    /// The name of the event: the same on the log, in the API and in the documentation.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Saved(_) => "citizen_saved",
            Self::Merged { .. } => "citizen_merged",
            Self::Absorbed { .. } => "citizen_absorbed",
            Self::Unmerged { .. } => "citizen_unmerged",
            Self::Released { .. } => "citizen_released",
        }
    }
}

impl Citizen {
    /// The most identifiers a record is found by.
    pub const IDENTIFIERS_MAX: usize = 50;
    /// The most records that stand merged in one tree, its root included.
    pub const RECORDS_MAX: usize = 200;

    /// A record in which nothing is written yet: also that of a citizen whom only requests name.
    pub fn new(id: CitizenId) -> Self {
        Self {
            id,
            language: None,
            identifiers: Vec::new(),
            merged_into: None,
            absorbed: Vec::new(),
        }
    }

    /// Folds one fact into the record of its citizen; `None`: nothing is written yet.
    ///
    /// Pure and total: the same history always gives the same record.
    pub fn evolve(
        state: Option<Self>,
        id: CitizenId,
        fact: &CitizenFact,
    ) -> Result<Self, CitizenOutOfOrder> {
        let mut citizen = state.unwrap_or_else(|| Self::new(id));
        let follows = match fact {
            CitizenFact::Saved(saved) => {
                citizen.save(saved);
                true
            }
            CitizenFact::Merged { into } => citizen.turn_into(*into),
            CitizenFact::Absorbed { citizen: other } => citizen.absorb(*other),
            CitizenFact::Unmerged { from } => {
                citizen.merged_into.take_if(|it| it == from).is_some()
            }
            CitizenFact::Released { citizen: other } => citizen.release(*other),
        };
        if follows { Ok(citizen) } else { Err(CitizenOutOfOrder { event: fact.name() }) }
    }

    fn save(&mut self, saved: &CitizenSaved) {
        self.identifiers.retain(|it| !saved.withdrawn.contains(it));
        for added in &saved.added {
            if !self.identifiers.contains(added) {
                self.identifiers.push(*added);
            }
        }
        self.language = saved.language.or(self.language);
    }

    fn turn_into(&mut self, into: CitizenId) -> bool {
        let may = self.merged_into.is_none() && into != self.id && !self.absorbed.contains(&into);
        if may {
            self.merged_into = Some(into);
        }
        may
    }

    fn absorb(&mut self, other: CitizenId) -> bool {
        let may = self.merged_into.is_none() && other != self.id && !self.absorbed.contains(&other);
        if may {
            self.absorbed.push(other);
        }
        may
    }

    fn release(&mut self, other: CitizenId) -> bool {
        let before = self.absorbed.len();
        self.absorbed.retain(|it| *it != other);
        self.absorbed.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(number: u128) -> CitizenId {
        CitizenId::new(Uuid::from_u128(number)).unwrap()
    }

    #[track_caller]
    fn cannot_follow(facts: &[CitizenFact]) {
        let (last, before) = facts.split_last().unwrap();
        let state = before
            .iter()
            .fold(None, |state, fact| Some(Citizen::evolve(state, id(1), fact).unwrap()));
        let expected = CitizenOutOfOrder { event: last.name() };
        assert_eq!(Citizen::evolve(state, id(1), last), Err(expected));
    }

    #[test]
    fn facts_that_cannot_follow_are_refused() {
        let merged = |into| CitizenFact::Merged { into: id(into) };
        let absorbed = |citizen| CitizenFact::Absorbed { citizen: id(citizen) };
        cannot_follow(&[merged(1)]);
        cannot_follow(&[merged(2), merged(3)]);
        cannot_follow(&[merged(2), absorbed(3)]);
        cannot_follow(&[absorbed(1)]);
        cannot_follow(&[absorbed(2), absorbed(2)]);
        cannot_follow(&[absorbed(2), merged(2)]);
        cannot_follow(&[CitizenFact::Unmerged { from: id(2) }]);
        cannot_follow(&[merged(2), CitizenFact::Unmerged { from: id(3) }]);
        cannot_follow(&[absorbed(2), CitizenFact::Released { citizen: id(3) }]);
    }
}
