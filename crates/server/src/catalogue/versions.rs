//! The versions of the catalogue, each read from the log once.

use crate::error::ApiError;
use beffroi_aggregator::Snapshot;
use beffroi_domain::Kind;
use beffroi_domain::catalogue::Catalogue;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The catalogues that were asked for. There are few versions, and none ever changes.
#[derive(Debug, Default)]
pub(crate) struct Catalogues(Mutex<HashMap<Key, Arc<Catalogue>>>);

/// A version, in one of the stores that the node has had: another one may understand more of the log.
type Key = (u64, u64);

/// A version of the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    pub version: u64,
    pub catalogue: Arc<Catalogue>,
}

impl Catalogues {
    /// The version that is in force; `None`: none was published, and products are free text.
    pub(crate) fn in_force(&self, snapshot: &Snapshot) -> Result<Option<InForce>, ApiError> {
        match snapshot.catalogue_version()? {
            0 => Ok(None),
            version => self.version(snapshot, version),
        }
    }

    /// A version; `None`: there is no such version.
    pub(crate) fn version(
        &self,
        snapshot: &Snapshot,
        version: u64,
    ) -> Result<Option<InForce>, ApiError> {
        let key = (snapshot.generation(), version);
        if let Some(catalogue) = self.known(key) {
            return Ok(Some(InForce { version, catalogue }));
        }
        let Some(row) = snapshot.catalogue_row(version)? else { return Ok(None) };
        let Kind::CataloguePublished(published) = snapshot.recorded(row.sequence)?.event.kind
        else {
            return Ok(None);
        };
        let catalogue = Arc::new(published.catalogue);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, Arc::clone(&catalogue));
        Ok(Some(InForce { version, catalogue }))
    }

    fn known(&self, key: Key) -> Option<Arc<Catalogue>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&key).cloned()
    }
}
