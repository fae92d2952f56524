//! Requests in depth: what is reclassified, transferred, planned, merged and related, rule by rule
//! and as laws over any sequence of commands.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod account;
mod answer;
mod laws;
mod ledger;
mod links;
mod programme;
mod reclassify;
mod reopen;
mod revision;
mod town;
mod warnings;
mod what_if;
