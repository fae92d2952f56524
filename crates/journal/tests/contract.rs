//! The journal's contract, run against each backend.

#[path = "contract/cases.rs"]
mod cases;
#[path = "contract/embedded.rs"]
mod embedded;
#[path = "contract/jetstream.rs"]
mod jetstream;
#[path = "contract/subject.rs"]
mod subject;
