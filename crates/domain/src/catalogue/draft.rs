//! A catalogue as a city wrote it, right or wrong. An empty text is one that was not written.

use super::{AnswerKind, Bilingual, DuplicateRule, Words};
use crate::{Channel, Emergency, Nature, PromiseKind, Rule, Urgency, Warn};

/// A catalogue as a city wrote it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Whose catalogue it is.
    pub name: Words,
    /// The units that are responsible for products.
    pub units: Vec<UnitDraft>,
    /// The planned intervention programmes.
    pub programmes: Vec<ProgrammeDraft>,
    /// What citizens can ask for.
    pub products: Vec<ProductDraft>,
    /// What is promised: of each kind, the first that applies to a request holds.
    pub commitments: Vec<CommitmentDraft>,
}

/// A promised delay, and the requests to which it applies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommitmentDraft {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Words,
    /// What is promised.
    pub promise: PromiseKind,
    /// How its due time is counted.
    pub rule: Option<Rule>,
    /// When to warn.
    pub warnings: Vec<Warn>,
    /// The code of the only product; may be empty.
    pub product: String,
    /// The code of the only precision of the product; may be empty.
    pub precision: String,
    /// The only channel.
    pub channel: Option<Channel>,
    /// The only nature.
    pub nature: Option<Nature>,
    /// The only urgency.
    pub urgency: Option<Urgency>,
}

/// A unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnitDraft {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Words,
}

/// A planned intervention programme.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProgrammeDraft {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Words,
    /// What the citizen is told, once.
    pub notice: Words,
}

/// A product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductDraft {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Words,
    /// Under what it stands on a screen; may be absent.
    pub group: Words,
    /// The code of the responsible unit.
    pub unit: String,
    /// What is wanted.
    pub nature: Option<Nature>,
    /// How fast it must be dealt with.
    pub urgency: Urgency,
    /// Other words for it, for search.
    pub synonyms: Bilingual<Vec<String>>,
    /// How other systems name it.
    pub aliases: Vec<String>,
    /// The promised delay.
    pub business_days: Option<u32>,
    /// The code of the programme that its requests enter; may be empty.
    pub programme: String,
    /// How long after its end a request may be reopened; `None`: always.
    pub reopen_within_days: Option<u32>,
    /// Which requests are suggested as duplicates.
    pub duplicates: Option<DuplicateRule>,
    /// Its precisions.
    pub precisions: Vec<PrecisionDraft>,
    /// Its questions, in the order in which they are asked.
    pub questions: Vec<QuestionDraft>,
}

/// A precision; what is absent is as for its product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrecisionDraft {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Words,
    /// The code of the responsible unit; may be empty.
    pub unit: String,
    /// What is wanted.
    pub nature: Option<Nature>,
    /// How fast it must be dealt with.
    pub urgency: Option<Urgency>,
    /// Other words for it, for search.
    pub synonyms: Bilingual<Vec<String>>,
    /// How other systems name it.
    pub aliases: Vec<String>,
    /// The promised delay.
    pub business_days: Option<u32>,
    /// The code of the programme that its requests enter; may be empty.
    pub programme: String,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionDraft {
    /// Its code, unique within its product.
    pub code: String,
    /// What is asked.
    pub text: Words,
    /// What helps to answer; may be absent.
    pub help: Words,
    /// What answers it.
    pub kind: Option<AnswerKind>,
    /// Whether it must be answered.
    pub required: bool,
    /// What is chosen from.
    pub choices: Vec<ChoiceDraft>,
    /// The unit of a number; may be empty.
    pub unit: String,
    /// The least number, in thousandths.
    pub min: Option<i64>,
    /// The greatest number, in thousandths.
    pub max: Option<i64>,
    /// When it is asked: all must hold.
    pub when: Vec<ConditionDraft>,
    /// What its answer brings about: the first that matches.
    pub outcomes: Vec<OutcomeDraft>,
}

impl Default for QuestionDraft {
    /// A required question, with nothing written yet.
    fn default() -> Self {
        Self {
            code: String::new(),
            text: Words::default(),
            help: Words::default(),
            kind: None,
            required: true,
            choices: Vec::new(),
            unit: String::new(),
            min: None,
            max: None,
            when: Vec::new(),
            outcomes: Vec::new(),
        }
    }
}

/// What can be chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChoiceDraft {
    /// Its code.
    pub code: String,
    /// What is read.
    pub label: Words,
}

/// A condition on the answer to an earlier question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConditionDraft {
    /// The code of the question.
    pub question: String,
    /// What its answer must be.
    pub test: TestDraft,
}

/// A test of an answer; whatever stands must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestDraft {
    /// One of these was chosen.
    pub is: Vec<String>,
    /// None of these was chosen.
    pub not: Vec<String>,
    /// The number is not less, in thousandths.
    pub at_least: Option<i64>,
    /// The number is not more, in thousandths.
    pub at_most: Option<i64>,
}

/// What an answer brings about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutcomeDraft {
    /// What the answer must be.
    pub test: TestDraft,
    /// It belongs to 9-1-1: the walk ends.
    pub emergency: Option<Emergency>,
    /// The code of the product with which it goes on; may be empty.
    pub product: String,
    /// The code of the precision of the product then in force; may be empty.
    pub precision: String,
    /// How fast it must be dealt with.
    pub urgency: Option<Urgency>,
    /// What is answered at once: the walk ends; may be absent.
    pub answer: Words,
}
