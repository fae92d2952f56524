//! The fold and the timekeeper over a real journal and real files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod aged;
mod beside;
mod citizens;
mod creation;
mod dump;
mod fold;
mod levels;
mod quarantine;
mod revisions;
mod support;
mod timekeeper;
