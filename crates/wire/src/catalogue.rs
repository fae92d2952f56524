//! Catalogues and answers on the wire: `beffroi.event.v1.Catalogue` and `beffroi.event.v1.Answer`.

mod answer;
mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use answer::{InvalidAnswer, Wrong, answer_from_pb, answer_to_pb, given_from_pb, given_to_pb};
pub use decode::{draft_from_pb, from_pb, published_from_pb};
pub use encode::{encoded_len, question_kind_to_pb, to_pb};
