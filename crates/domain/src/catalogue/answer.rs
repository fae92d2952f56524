//! Answers to questions.

use crate::{Code, Personal, Place, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What answers a question, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AnswerKind {
    /// Yes or no.
    YesNo,
    /// One of the choices.
    OneOf,
    /// One of the choices or several.
    ManyOf,
    /// A number.
    Number,
    /// Some words.
    Text,
    /// A day.
    Date,
    /// A place.
    Place,
    /// A photo.
    Photo,
}

impl AnswerKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::YesNo,
        Self::OneOf,
        Self::ManyOf,
        Self::Number,
        Self::Text,
        Self::Date,
        Self::Place,
        Self::Photo,
    ];

    /// The name in catalogue files and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::YesNo => "yes_no",
            Self::OneOf => "one_of",
            Self::ManyOf => "many_of",
            Self::Number => "number",
            Self::Text => "text",
            Self::Date => "date",
            Self::Place => "place",
            Self::Photo => "photo",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Yes or no.
    YesNo(bool),
    /// What was chosen.
    Choice(Code),
    /// What was chosen, one or several.
    Choices(Vec<Code>),
    /// A number, in thousandths.
    Number(i64),
    /// Some words.
    Text(Personal<Text>),
    /// A day.
    Date(NaiveDate),
    /// A place.
    Place(Personal<PlaceAnswer>),
    /// A photo.
    Photo(Personal<Photo>),
}

/// A place that answers a question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlaceAnswer {
    /// Where it lies.
    pub place: Place,
    /// Its street address.
    pub address: Option<Text>,
}

/// A photo that answers a question; it is kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Where it is kept.
    pub reference: Text,
    /// The SHA-256 digest of its content.
    pub sha256: Option<[u8; 32]>,
}

impl Answer {
    /// What it answers.
    pub fn kind(&self) -> AnswerKind {
        match self {
            Self::YesNo(_) => AnswerKind::YesNo,
            Self::Choice(_) => AnswerKind::OneOf,
            Self::Choices(_) => AnswerKind::ManyOf,
            Self::Number(_) => AnswerKind::Number,
            Self::Text(_) => AnswerKind::Text,
            Self::Date(_) => AnswerKind::Date,
            Self::Place(_) => AnswerKind::Place,
            Self::Photo(_) => AnswerKind::Photo,
        }
    }

    /// Whether it can name a person: it belongs in the sealed part of an event.
    pub fn is_personal(&self) -> bool {
        match self {
            Self::Text(_) | Self::Place(_) | Self::Photo(_) => true,
            Self::YesNo(_)
            | Self::Choice(_)
            | Self::Choices(_)
            | Self::Number(_)
            | Self::Date(_) => false,
        }
    }
}

/// An answer as a caller gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The product whose question it is; `None`: the first product of the walk that has it.
    pub product: Option<Code>,
    /// The question.
    pub question: Code,
    /// The answer.
    pub answer: Answer,
}

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The product whose question it is.
    pub product: Code,
    /// The question.
    pub question: Code,
    /// The answer.
    pub answer: Answer,
}
