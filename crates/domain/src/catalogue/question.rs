//! Questions: when they are asked, what answers them, what an answer brings about.

use super::{Answer, AnswerKind, Bilingual};
use crate::{Code, Emergency, Label, Text, Urgency};

/// A question of a product.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its code, unique in its product.
    pub code: Code,
    /// What is asked.
    pub text: Bilingual<Text>,
    /// What helps to answer.
    pub help: Option<Bilingual<Text>>,
    /// What answers it.
    pub kind: QuestionKind,
    /// Whether it must be answered.
    pub required: bool,
    /// When it is asked: all must hold. Each names an earlier question.
    pub when: Vec<Condition>,
    /// What its answer brings about: the first that matches.
    pub outcomes: Vec<Outcome>,
}

/// What answers a question.
#[derive(Clone, Debug, PartialEq)]
pub enum QuestionKind {
    /// Yes or no.
    YesNo,
    /// One of these.
    OneOf(Vec<Choice>),
    /// One of these or several.
    ManyOf(Vec<Choice>),
    /// A number.
    Number(NumberRange),
    /// Some words.
    Text,
    /// A day.
    Date,
    /// A place.
    Place,
    /// A photo that is kept elsewhere.
    Photo,
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its code, unique in its question.
    pub code: Code,
    /// What is read.
    pub label: Bilingual<Label>,
}

/// Which numbers are taken, in thousandths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberRange {
    /// The unit, such as `m`.
    pub unit: Option<Label>,
    /// The least.
    pub min: Option<i64>,
    /// The greatest.
    pub max: Option<i64>,
}

/// A condition on the answer to an earlier question: it fails when that question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The question.
    pub question: Code,
    /// What its answer must be.
    pub test: Test,
}

/// A test of an answer; whatever stands must hold, and nothing holds for any answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Test {
    /// One of these was chosen.
    pub is: Vec<Code>,
    /// None of these was chosen.
    pub not: Vec<Code>,
    /// The number is not less, in thousandths.
    pub at_least: Option<i64>,
    /// The number is not more, in thousandths.
    pub at_most: Option<i64>,
}

/// What an answer brings about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the answer must be.
    pub test: Test,
    /// It belongs to 9-1-1: the walk ends.
    pub emergency: Option<Emergency>,
    /// The product with which it goes on.
    pub product: Option<Code>,
    /// The precision, one of the product then in force.
    pub precision: Option<Code>,
    /// How fast it must be dealt with.
    pub urgency: Option<Urgency>,
    /// What is answered at once: the walk ends.
    pub answer: Option<Bilingual<Text>>,
}

impl Question {
    /// What its answer brings about, if anything.
    pub fn outcome(&self, answer: &Answer) -> Option<&Outcome> {
        self.outcomes.iter().find(|it| it.test.holds(answer))
    }

    /// Whether some answer ends the walk through its product: nothing later is sure to be asked.
    pub fn may_leave(&self) -> bool {
        self.outcomes.iter().any(Outcome::leaves)
    }

    /// What is chosen from; empty when nothing is.
    pub fn choices(&self) -> &[Choice] {
        match &self.kind {
            QuestionKind::OneOf(choices) | QuestionKind::ManyOf(choices) => choices,
            QuestionKind::YesNo
            | QuestionKind::Number(_)
            | QuestionKind::Text
            | QuestionKind::Date
            | QuestionKind::Place
            | QuestionKind::Photo => &[],
        }
    }

    /// Which numbers are taken, where one is asked.
    pub fn range(&self) -> Option<&NumberRange> {
        match &self.kind {
            QuestionKind::Number(range) => Some(range),
            QuestionKind::YesNo
            | QuestionKind::OneOf(_)
            | QuestionKind::ManyOf(_)
            | QuestionKind::Text
            | QuestionKind::Date
            | QuestionKind::Place
            | QuestionKind::Photo => None,
        }
    }
}

impl QuestionKind {
    /// What answers it, in a word.
    pub fn answer_kind(&self) -> AnswerKind {
        match self {
            Self::YesNo => AnswerKind::YesNo,
            Self::OneOf(_) => AnswerKind::OneOf,
            Self::ManyOf(_) => AnswerKind::ManyOf,
            Self::Number(_) => AnswerKind::Number,
            Self::Text => AnswerKind::Text,
            Self::Date => AnswerKind::Date,
            Self::Place => AnswerKind::Place,
            Self::Photo => AnswerKind::Photo,
        }
    }
}

impl Outcome {
    /// Whether the questions of its product end with it.
    pub fn leaves(&self) -> bool {
        self.emergency.is_some() || self.answer.is_some() || self.product.is_some()
    }
}

impl Test {
    /// Whether an answer passes.
    pub fn holds(&self, answer: &Answer) -> bool {
        let chosen = |codes: &[Code]| match answer {
            Answer::YesNo(yes) => codes.iter().any(|it| it.as_str() == yes_no(*yes)),
            Answer::Choice(code) => codes.contains(code),
            Answer::Choices(chosen) => chosen.iter().any(|it| codes.contains(it)),
            Answer::Number(_)
            | Answer::Text(_)
            | Answer::Date(_)
            | Answer::Place(_)
            | Answer::Photo(_) => false,
        };
        let number = match answer {
            Answer::Number(number) => Some(*number),
            Answer::YesNo(_)
            | Answer::Choice(_)
            | Answer::Choices(_)
            | Answer::Text(_)
            | Answer::Date(_)
            | Answer::Place(_)
            | Answer::Photo(_) => None,
        };
        (self.is.is_empty() || chosen(&self.is))
            && !chosen(&self.not)
            && self.at_least.is_none_or(|least| number.is_some_and(|it| it >= least))
            && self.at_most.is_none_or(|most| number.is_some_and(|it| it <= most))
    }
}

/// The codes by which tests speak of yes and no.
pub(super) const YES: &str = "yes";
pub(super) const NO: &str = "no";

fn yes_no(yes: bool) -> &'static str {
    if yes { YES } else { NO }
}
