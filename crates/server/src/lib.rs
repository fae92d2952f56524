//! The node: gRPC intake and queries over one journal and its projections.

#![expect(clippy::option_option, reason = "a field that was parsed may have been left empty")]

mod admission;
mod calendar;
mod catalogue;
mod centre;
mod citizen;
mod city;
mod commit;
mod error;
mod health;
mod identifier_key;
mod intake;
mod language;
mod node;
mod operations;
mod parse;
mod programme;
mod query;
mod report;
mod shared;
mod starting;
mod token;

pub use catalogue::{
    BUNDLED_CATALOGUES, Expected, FileDefect, FileFlaw, bundled_catalogue, read_catalogue,
};
pub use city::{InvalidCity, default_city, default_holiday_rules, read_city, read_holiday_rules};
pub use health::READINESS;
pub use identifier_key::InvalidKeyFile;
pub use node::{Config, Failure, Node};
pub use starting::Starting;
