//! Rules of the repository that no compiler checks.

#![expect(clippy::expect_used, clippy::panic, reason = "a rule that cannot be checked fails")]

mod layers;
mod links;
mod proto;
mod sources;
mod tree;
