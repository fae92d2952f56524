//! Support for tests that need a real broker.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot have its broker must fail, and say why"
)]

mod nats_server;

pub use nats_server::NatsServer;
