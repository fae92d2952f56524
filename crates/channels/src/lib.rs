//! Channels: clients of the intake, like any outsider. They know the wire and nothing else of ours.

pub mod import;
