//! The promises of the binary, tried on real processes.
//!
//! Every test starts its own nodes on free ports, in directories of its own, and ends only what it
//! started. Tests that need the cities' files are skipped, and say so, where these are absent.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod badinput;
mod breach_fanout;
mod breach_filters;
mod breach_nats;
mod breaches;
mod broker;
mod calendar;
mod catalogue;
mod catalogue_files;
mod centre;
mod citizens;
mod commitments;
mod crash;
mod day;
mod depth;
mod emergency;
mod explain;
mod extracts;
mod faults;
mod files;
mod idempotence;
mod levels;
mod lifecycle;
mod nodes;
mod notify;
mod overload;
mod privacy;
mod programme;
mod promises;
mod python;
mod quarantine;
mod refusals;
mod repair;
mod reports;
mod serve;
mod shown;
mod snapshots;
mod support;
mod synthesis;
mod transcripts;
mod what_if;
