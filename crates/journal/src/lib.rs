//! The event log: entries in one order, appended all or none, read from any position.
//!
//! A [`Journal`] is either embedded (one redb file) or a NATS JetStream stream. Both keep the same
//! contract, proved by one suite in `tests/contract.rs`. The journal moves keys and bytes: what an
//! entry means is not its business.

mod duplicates;
mod embedded;
mod entry;
mod error;
mod handle;
mod jetstream;
mod reader;

pub use entry::{Append, Entry, MAX_ENTRIES, Record, State, Stored};
pub use error::{
    AccessFault, AppendError, Denial, Doubt, Error, ReadError, Refusal, UnsafeSetting,
};
pub use handle::Journal;

pub use jetstream::{Access, ClientCertificate, JetStreamConfig, Login};
#[cfg(feature = "simulation")]
pub use jetstream::{Call, Link, Publication, Reply};
pub use reader::Reader;
