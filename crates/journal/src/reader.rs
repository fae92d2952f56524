//! Reading the log in order.

use crate::embedded::EmbeddedReader;
use crate::entry::Record;
use crate::error::ReadError;
use crate::jetstream::JetStreamReader;

/// Follows the log from a position, without gaps.
#[derive(Debug)]
pub struct Reader(Backend);

#[derive(Debug)]
enum Backend {
    Embedded(EmbeddedReader),
    JetStream(Box<JetStreamReader>),
}

impl Reader {
    pub(crate) fn embedded(reader: EmbeddedReader) -> Self {
        Self(Backend::Embedded(reader))
    }

    pub(crate) fn jetstream(reader: JetStreamReader) -> Self {
        Self(Backend::JetStream(Box::new(reader)))
    }

    /// Waits until there is a record, then returns what is there within both limits, but always
    /// at least one record.
    ///
    /// Dropping the future loses no record. Trouble that may pass, such as a broker that restarts,
    /// is waited out; an error is final.
    pub async fn next(
        &mut self,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Vec<Record>, ReadError> {
        match &mut self.0 {
            Backend::Embedded(reader) => reader.next(max_records, max_bytes).await,
            Backend::JetStream(reader) => reader.next(max_records, max_bytes).await,
        }
    }
}
