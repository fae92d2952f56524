//! Events on the log: `beffroi.event.v1.Event`.

mod citizen;
mod decode;
mod encode;
mod level;
mod regime;
#[cfg(test)]
mod tests;

pub use decode::{Error, decode, place_from_pb, promise_from_pb};
pub use encode::{encode, place_to_pb, promise_to_pb};
pub use level::{definition_to_pb, window_length_to_pb};

/// Names of the rules that give a due time, as the log keeps them.
mod rule {
    pub(super) const BUSINESS_DAYS_EOD_V1: &str = "business_days_eod_v1";
    pub(super) const SOURCE: &str = "source";
}
