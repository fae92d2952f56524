//! The journal's contract, run against each backend.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "contract/cases.rs"]
mod cases;
#[path = "contract/cluster.rs"]
mod cluster;
#[path = "contract/embedded.rs"]
mod embedded;
#[path = "contract/jetstream.rs"]
mod jetstream;
#[path = "contract/settings.rs"]
mod settings;
#[path = "contract/subject.rs"]
mod subject;
