//! The catalogue: what is wrong with a draft, where a walk goes, what a search finds.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod commitments;
mod defects;
mod laws;
mod made_up;
mod search;
mod size;
mod support;
mod walks;
