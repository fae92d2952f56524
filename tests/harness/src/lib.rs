//! Support for tests that need a real broker.
//!
//! [`NatsServer`] and [`NatsCluster`] run the files of `deploy/nats` as they are, so that what is tried
//! is what operators are given.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot have its broker must fail, and say why"
)]

mod jwt;
mod keys;
mod nats_cluster;
mod nats_server;
mod process;
mod proxy;

pub use jwt::Operator;
pub use keys::{Authority, Certificate, Nkey};
pub use nats_cluster::{NatsCluster, SERVERS};
pub use nats_server::NatsServer;
pub use proxy::Proxy;
