//! Events on the log: `beffroi.event.v1.Event`.

mod citizen;
mod decode;
mod encode;
mod regime;
mod rule;
#[cfg(test)]
mod tests;

pub use decode::{Error, decode, place_from_pb, promise_from_pb};
pub use encode::{encode, place_to_pb, promise_to_pb};
pub use regime::{hours_from_pb, hours_to_pb};
