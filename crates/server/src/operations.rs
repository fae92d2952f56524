//! What operations ask and tell: quarantine, and how the projections stand.

mod quarantine;
mod service;

pub(crate) use service::Operations;
