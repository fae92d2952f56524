//! Following the file from a position.

use std::sync::Arc;

use tokio::sync::watch;

use super::blocking;
use super::file::File;
use crate::entry::Record;
use crate::error::{Error, ReadError};

#[derive(Debug)]
pub(crate) struct EmbeddedReader {
    file: Arc<File>,
    last: watch::Receiver<u64>,
    position: u64,
    // The position came from the file itself, not from outside.
    read: bool,
}

impl EmbeddedReader {
    pub(super) fn new(file: Arc<File>, last: watch::Receiver<u64>, after: u64) -> Self {
        Self { file, last, position: after, read: false }
    }

    pub(crate) async fn next(
        &mut self,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Vec<Record>, ReadError> {
        let position = self.position;
        // A commit can be read before it is announced: only a position from outside can be beyond
        // the log's end.
        let last = *self.last.borrow();
        if last < position && !self.read {
            return Err(ReadError::Regressed { position, last });
        }
        self.last.wait_for(|last| *last > position).await.map_err(|_| Error::Closed)?;
        let records =
            blocking(&self.file, move |file| file.range(position, max_records, max_bytes)).await?;
        let mut expected = position + 1;
        for record in &records {
            if record.sequence != expected {
                return Err(ReadError::Gap { expected, found: record.sequence });
            }
            expected += 1;
        }
        self.position = expected - 1;
        self.read = true;
        Ok(records)
    }
}
