//! The rolling digest of the log: two logs with the same digest at a sequence are the same up to it.

use beffroi_journal::Record;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// SHA-256.
pub(crate) type Hash = [u8; 32];

/// What is known of the log up to a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digest {
    /// Over every record up to the sequence.
    pub rolling: Hash,
    /// Of the record at the sequence alone, so that one read can tell a changed log.
    pub last: Hash,
}

impl Digest {
    pub(crate) fn extend(&mut self, record: &Record) {
        self.last = of(record);
        let mut rolling = Sha256::new();
        rolling.update(self.rolling);
        rolling.update(self.last);
        self.rolling = rolling.finalize().into();
    }
}

/// The digest of one record: its sequence, id, subject and payload.
pub(crate) fn of(record: &Record) -> Hash {
    let mut hash = Sha256::new();
    hash.update(record.sequence.to_be_bytes());
    hash.update(record.entry.id.as_bytes());
    hash.update((record.entry.subject.len() as u64).to_be_bytes());
    hash.update(record.entry.subject.as_bytes());
    hash.update(&record.entry.payload);
    hash.finalize().into()
}
