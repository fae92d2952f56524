//! Events on the log: `beffroi.event.v1.Event`.

mod calendar;
mod citizen;
mod decode;
mod encode;
mod level;
mod regime;
mod rule;
#[cfg(test)]
mod tests;

pub use decode::{Error, decode, delay as delay_from_pb, place_from_pb, promise_from_pb};
pub use encode::{encode, place_to_pb, promise_to_pb};
pub use level::{definition_to_pb, window_length_to_pb};
pub use rule::{delay_to_pb, threshold_from_pb, threshold_to_pb};

pub use regime::{hours_from_pb, hours_to_pb};
