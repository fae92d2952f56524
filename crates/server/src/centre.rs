//! The centre: the regime that holds, when it is open, what it leaves to 9-1-1.

mod change;
mod problem;
mod service;
mod view;

pub(crate) use problem::{CentreProblem, regime_metadata, regime_reason, regime_text};
pub(crate) use service::Centre;
pub(crate) use view::notice;
