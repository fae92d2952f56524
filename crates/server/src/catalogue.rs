//! The catalogue: published on the log, searched, and walked through.

mod bundled;
mod files;
mod flaw;
mod problem;
mod publish;
mod service;
mod versions;
mod walk;

pub use bundled::{BUNDLED_CATALOGUES, bundled_catalogue};
pub use files::{Expected, FileDefect, FileFlaw, read_catalogue};
pub(crate) use flaw::flaw_in_french;
pub(crate) use problem::CatalogueProblem;
pub(crate) use service::CatalogueEndpoint;
pub(crate) use versions::{Catalogues, InForce};
pub(crate) use walk::{all_said, asked_product, asked_product_of, given_answers, wrong_answers};

/// The most bytes that a catalogue or a calendar may take on the log: a broker takes messages of 1 MiB.
pub(crate) const BYTES_MAX: usize = 900 << 10;
