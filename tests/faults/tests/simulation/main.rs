//! The real node on a simulated disk and a simulated broker, with every fault that they may have.
//!
//! A run is told by its seed: `BEFFROI_SEED` runs one again, `BEFFROI_LONG=1` runs many.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a simulation that cannot go on has found something"
)]

mod appends;
mod broker;
mod client;
mod cluster;
mod disk;
mod journal;
mod node;
mod projections;
mod records;
mod seeds;
mod stream;
mod tasks;
