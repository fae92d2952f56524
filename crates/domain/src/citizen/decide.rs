//! Deciding what may happen to citizens' records.

use crate::{Citizen, CitizenFact, CitizenId, CitizenSaved, IdentifierHash, Language};
use thiserror::Error;

/// What is to be written in a citizen's record, which is made if there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaveCitizen {
    /// Identifiers to be found by; those it has already change nothing.
    pub add: Vec<IdentifierHash>,
    /// Identifiers not to be found by any more; those it does not have change nothing.
    pub withdraw: Vec<IdentifierHash>,
    /// The language; `None`: as it is.
    pub language: Option<Language>,
}

/// A record and the tree in which it stands.
#[derive(Clone, Copy, Debug)]
pub struct Kin<'a> {
    /// The record; [`Citizen::new`] when nothing is written yet.
    pub citizen: &'a Citizen,
    /// The root of its tree, see [`Citizen::root`].
    pub root: CitizenId,
    /// How many records stand in its tree, see [`Citizen::family`].
    pub records: usize,
}

/// Why a citizen's record cannot change so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CitizenRejection {
    /// The same identifier is to be added and withdrawn.
    #[error("the same identifier is to be added and withdrawn")]
    Contradictory,
    /// It would be found by too many identifiers.
    #[error("the citizen would have {found} identifiers, at most {max} are taken")]
    TooManyIdentifiers {
        /// How many it would have.
        found: usize,
        /// How many it may have.
        max: usize,
    },
    /// The record speaks through another one, which has to be changed in its place.
    #[error("the citizen is merged into `{into}`: change that one")]
    Merged {
        /// That one.
        into: CitizenId,
    },
    /// It is to be merged into itself.
    #[error("a citizen cannot be merged into itself")]
    Itself,
    /// It is merged already.
    #[error("the citizen is already merged into `{into}`: un-merge it first")]
    AlreadyMerged {
        /// Into this one.
        into: CitizenId,
    },
    /// It is to be merged into a record that is merged into it.
    #[error("`{into}` is itself merged into this citizen: this would close a ring")]
    Ring {
        /// That record.
        into: CitizenId,
    },
    /// It is to be merged into a record that is merged itself.
    #[error("`{into}` is itself merged: merge into `{root}`, which speaks for it")]
    IntoMerged {
        /// That record.
        into: CitizenId,
        /// The one that speaks for it.
        root: CitizenId,
    },
    /// Too many records would be merged into one.
    #[error("{found} records would be merged into one, at most {max} are taken")]
    TooManyRecords {
        /// How many there would be.
        found: usize,
        /// How many there may be.
        max: usize,
    },
    /// It is not merged.
    #[error("the citizen is not merged into another")]
    NotMerged,
}

impl Citizen {
    /// Decides what saving changes; `None`: nothing does.
    ///
    /// A merged record only loses identifiers: everything else is written in the root.
    pub fn decide_save(
        state: Option<&Self>,
        command: &SaveCitizen,
    ) -> Result<Option<CitizenFact>, CitizenRejection> {
        let held = state.map_or(&[][..], |it| &it.identifiers);
        if command.add.iter().any(|it| command.withdraw.contains(it)) {
            return Err(CitizenRejection::Contradictory);
        }
        let added = distinct(command.add.iter().filter(|it| !held.contains(it)));
        let withdrawn = distinct(command.withdraw.iter().filter(|it| held.contains(it)));
        let language = command.language.filter(|it| state.and_then(|it| it.language) != Some(*it));
        if let Some(into) = state.and_then(|it| it.merged_into)
            && (!added.is_empty() || language.is_some())
        {
            return Err(CitizenRejection::Merged { into });
        }
        let found = held.len() + added.len() - withdrawn.len();
        if !added.is_empty() && found > Self::IDENTIFIERS_MAX {
            let max = Self::IDENTIFIERS_MAX;
            return Err(CitizenRejection::TooManyIdentifiers { found, max });
        }
        let saved = CitizenSaved { added, withdrawn, language };
        let changes = state.is_none() || saved != CitizenSaved::default();
        Ok(changes.then_some(CitizenFact::Saved(saved)))
    }

    /// Decides merging one record into another: the fact of the one, the fact of the other.
    ///
    /// What was merged into the first stays with it.
    pub fn decide_merge(
        one: &Kin<'_>,
        into: &Kin<'_>,
    ) -> Result<(CitizenFact, CitizenFact), CitizenRejection> {
        let (citizen, other) = (one.citizen.id, into.citizen.id);
        if citizen == other {
            return Err(CitizenRejection::Itself);
        }
        if let Some(into) = one.citizen.merged_into {
            return Err(CitizenRejection::AlreadyMerged { into });
        }
        if into.root == citizen {
            return Err(CitizenRejection::Ring { into: other });
        }
        if into.citizen.merged_into.is_some() {
            return Err(CitizenRejection::IntoMerged { into: other, root: into.root });
        }
        let (found, max) = (one.records + into.records, Self::RECORDS_MAX);
        if found > max {
            return Err(CitizenRejection::TooManyRecords { found, max });
        }
        Ok((CitizenFact::Merged { into: other }, CitizenFact::Absorbed { citizen }))
    }

    /// Decides un-merging a record: the one it leaves, its own fact and the fact of that one.
    pub fn decide_unmerge(
        &self,
    ) -> Result<(CitizenId, CitizenFact, CitizenFact), CitizenRejection> {
        let from = self.merged_into.ok_or(CitizenRejection::NotMerged)?;
        let released = CitizenFact::Released { citizen: self.id };
        Ok((from, CitizenFact::Unmerged { from }, released))
    }
}

fn distinct<'a>(hashes: impl Iterator<Item = &'a IdentifierHash>) -> Vec<IdentifierHash> {
    let mut distinct = Vec::new();
    for hash in hashes {
        if !distinct.contains(hash) {
            distinct.push(*hash);
        }
    }
    distinct
}
