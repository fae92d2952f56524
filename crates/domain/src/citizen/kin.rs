//! Finding one's way in a tree of merged records. Every walk is bounded, whatever is stored.

use crate::{Citizen, CitizenId};
use thiserror::Error;

/// More records hang together than can ever have been merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the citizen `{0}` is merged with more than {max} records", max = Citizen::RECORDS_MAX)]
pub struct TooManyRecords(pub CitizenId);

impl Citizen {
    /// The root of the tree in which `citizen` stands: itself when it is merged into none.
    ///
    /// `find` gives the record of a citizen, if there is one.
    pub fn root<E: From<TooManyRecords>>(
        citizen: CitizenId,
        mut find: impl FnMut(CitizenId) -> Result<Option<Self>, E>,
    ) -> Result<CitizenId, E> {
        let mut root = citizen;
        for _ in 0..Self::RECORDS_MAX {
            match find(root)?.and_then(|it| it.merged_into) {
                Some(above) => root = above,
                None => return Ok(root),
            }
        }
        Err(TooManyRecords(citizen).into())
    }

    /// Everyone merged into `root`, directly or not, after `root` itself; the nearest first.
    ///
    /// `find` gives the record of a citizen, if there is one.
    pub fn family<E: From<TooManyRecords>>(
        root: CitizenId,
        mut find: impl FnMut(CitizenId) -> Result<Option<Self>, E>,
    ) -> Result<Vec<CitizenId>, E> {
        let mut family = vec![root];
        let mut seen = 0;
        while let Some(citizen) = family.get(seen).copied() {
            family.extend(find(citizen)?.into_iter().flat_map(|it| it.absorbed));
            if family.len() > Self::RECORDS_MAX {
                return Err(TooManyRecords(root).into());
            }
            seen += 1;
        }
        Ok(family)
    }
}
