//! Answers on the wire.

use crate::event::{place_from_pb, place_to_pb};
use crate::pb::event::v1 as pb;
use beffroi_domain::catalogue::{Answer, Answered, Given, Photo, PlaceAnswer};
use beffroi_domain::{Code, InvalidCode, InvalidText, Personal, Text};
use chrono::NaiveDate;
use thiserror::Error;

/// An answer cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("field `{field}`: {wrong}")]
pub struct InvalidAnswer {
    /// The field of the message.
    pub field: &'static str,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What is wrong with a field of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Wrong {
    /// It must be there.
    #[error("it is missing")]
    Missing,
    /// It is not a code.
    #[error("{0}")]
    Code(InvalidCode),
    /// It is not a text that is taken.
    #[error("{0}")]
    Text(InvalidText),
    /// It is not a day.
    #[error("it is not a day such as 2026-06-24")]
    Date,
    /// It is not a place.
    #[error("it is not a place on the globe")]
    Place,
    /// It is not a digest.
    #[error("it is not a SHA-256 digest of 32 bytes")]
    Digest,
}

/// An answer to the wire.
pub fn answer_to_pb(it: &Answered) -> pb::Answer {
    let (product, question) = (it.product.to_string(), it.question.to_string());
    pb::Answer { product, question, value: Some(value(&it.answer)) }
}

/// An answer as a caller gives it, to the wire.
pub fn given_to_pb(it: &Given) -> pb::Answer {
    let product = it.product.as_ref().map(ToString::to_string).unwrap_or_default();
    pb::Answer { product, question: it.question.to_string(), value: Some(value(&it.answer)) }
}

/// An answer from the log.
pub fn answer_from_pb(it: &pb::Answer) -> Result<Answered, InvalidAnswer> {
    let Given { product, question, answer } = given_from_pb(it)?;
    let product = product.ok_or(InvalidAnswer { field: "product", wrong: Wrong::Missing })?;
    Ok(Answered { product, question, answer })
}

/// An answer from a caller, who may not name the product.
pub fn given_from_pb(it: &pb::Answer) -> Result<Given, InvalidAnswer> {
    let is_named = !it.product.trim().is_empty();
    let product = is_named.then(|| code("product", &it.product)).transpose()?;
    let question = code("question", &it.question)?;
    let value = it.value.as_ref();
    let value = value.ok_or(InvalidAnswer { field: "value", wrong: Wrong::Missing })?;
    Ok(Given { product, question, answer: answer(value)? })
}

fn value(it: &Answer) -> pb::answer::Value {
    use pb::answer::Value;
    match it {
        Answer::YesNo(yes) => Value::Yes(*yes),
        Answer::Choice(code) => Value::Choice(code.to_string()),
        Answer::Choices(codes) => {
            let codes = codes.iter().map(ToString::to_string).collect();
            Value::Choices(pb::answer::Choices { codes })
        }
        Answer::Number(number) => Value::Number(*number),
        Answer::Text(text) => Value::Text(text.as_str().to_owned()),
        Answer::Date(date) => Value::Date(date.to_string()),
        Answer::Place(it) => Value::Place(pb::answer::PlaceAnswer {
            place: place_to_pb(&it.place),
            address: it.address.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
        }),
        Answer::Photo(it) => Value::Photo(pb::answer::Photo {
            reference: it.reference.as_str().to_owned(),
            sha256: it.sha256.map(|it| it.to_vec().into()).unwrap_or_default(),
        }),
    }
}

fn answer(it: &pb::answer::Value) -> Result<Answer, InvalidAnswer> {
    use pb::answer::Value;
    Ok(match it {
        Value::Yes(yes) => Answer::YesNo(*yes),
        Value::Choice(it) => Answer::Choice(code("choice", it)?),
        Value::Choices(it) => {
            let codes = it.codes.iter().map(|it| code("choices", it));
            Answer::Choices(codes.collect::<Result<_, _>>()?)
        }
        Value::Number(number) => Answer::Number(*number),
        Value::Text(it) => Answer::Text(Personal(text("text", it)?)),
        Value::Date(it) => {
            let date: Result<NaiveDate, _> = it.trim().parse();
            let wrong = InvalidAnswer { field: "date", wrong: Wrong::Date };
            Answer::Date(date.map_err(|_| wrong)?)
        }
        Value::Place(it) => {
            let wrong = InvalidAnswer { field: "place", wrong: Wrong::Place };
            let place = place_from_pb(it.place.as_ref()).map_err(|_| wrong)?;
            let address = Text::optional(&it.address, Text::MAX);
            let address = address.map_err(|it| invalid("place.address", it))?;
            Answer::Place(Personal(PlaceAnswer { place, address }))
        }
        Value::Photo(it) => {
            let digest = <[u8; 32]>::try_from(it.sha256.as_ref());
            let wrong = InvalidAnswer { field: "photo.sha256", wrong: Wrong::Digest };
            let sha256 = if it.sha256.is_empty() { None } else { Some(digest.map_err(|_| wrong)?) };
            Answer::Photo(Personal(Photo {
                reference: text("photo.reference", &it.reference)?,
                sha256,
            }))
        }
    })
}

fn code(field: &'static str, text: &str) -> Result<Code, InvalidAnswer> {
    if text.trim().is_empty() {
        return Err(InvalidAnswer { field, wrong: Wrong::Missing });
    }
    text.parse().map_err(|it| InvalidAnswer { field, wrong: Wrong::Code(it) })
}

fn text(field: &'static str, text: &str) -> Result<Text, InvalidAnswer> {
    text.parse().map_err(|it| invalid(field, it))
}

fn invalid(field: &'static str, error: InvalidText) -> InvalidAnswer {
    InvalidAnswer { field, wrong: Wrong::Text(error) }
}
