//! What is in quarantine.

use super::VERSION;
use beffroi_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// The release of the program that folds. Another one may understand what this one does not.
pub(crate) const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// An event that could not be folded where it stands in the log, kept whole: it may be folded later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineRow {
    /// The id of what it is about, as far as that can be told: later events of it wait.
    pub aggregate: Option<u128>,
    /// Its subject on the log.
    pub subject: String,
    /// What it says that it is.
    pub kind: Option<String>,
    /// When the log recorded it.
    pub recorded_at: Timestamp,
    /// Why it is here.
    pub why: SetAside,
    /// The release of the program that set it aside.
    pub release: String,
    /// It was given up.
    pub given_up: Option<GivenUp>,
    /// The bytes of the event.
    pub payload: Vec<u8>,
}

/// Why an event is in quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SetAside {
    /// It cannot be read, or cannot follow what was before it.
    Fails(String),
    /// An earlier one of the same aggregate is in quarantine.
    Waits,
}

/// That an event was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {
    /// The place of the release in the log.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Option<String>,
    /// Why.
    pub why: String,
}

impl QuarantineRow {
    /// It waits, or keeps others waiting.
    pub fn is_held(&self) -> bool {
        self.given_up.is_none()
    }

    /// It could not be folded for a reason of its own.
    pub fn fails(&self) -> bool {
        matches!(self.why, SetAside::Fails(_))
    }

    /// A row of the bytes. Those of version 6 lack what is needed: [`upcast`](crate::older) writes them
    /// anew before anybody reads them.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (version, row) = bytes.split_first()?;
        (*version == VERSION).then(|| postcard::from_bytes(row).ok()).flatten()
    }
}
