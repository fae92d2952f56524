//! What can be wrong with a draft, and where.

use super::{AnswerKind, Draft};
use crate::{InvalidCode, InvalidText, Language};
use thiserror::Error;

/// Something that is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// The part of the draft, by position: two parts of the same code are told apart.
    pub part: Part,
    /// The key within the part, as catalogue files spell it; empty: the part as a whole.
    pub field: &'static str,
    /// The part for people: `eau-potable/couleur`; empty: the whole catalogue.
    pub place: String,
    /// What is wrong.
    pub flaw: Flaw,
}

/// A part of a draft, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The whole.
    Catalogue,
    /// A unit.
    Unit(usize),
    /// A programme.
    Programme(usize),
    /// A commitment.
    Commitment(usize),
    /// A product.
    Product(usize),
    /// A precision of a product.
    Precision(usize, usize),
    /// A question of a product.
    Question(usize, usize),
    /// A choice of a question of a product.
    Choice(usize, usize, usize),
    /// A condition of a question of a product.
    Condition(usize, usize, usize),
    /// An outcome of a question of a product.
    Outcome(usize, usize, usize),
}

/// What a code can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A unit.
    Unit,
    /// A programme.
    Programme,
    /// A product.
    Product,
    /// A precision of the product in force.
    Precision,
    /// A question of the same product.
    Question,
    /// A choice of the question.
    Choice,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// Something that must be there is not.
    #[error("it is missing")]
    Missing,
    /// A text exists in one language only.
    #[error("the text is missing in {}", language_name(*.0))]
    MissingTranslation(Language),
    /// A text cannot be taken.
    #[error("{0}")]
    InvalidText(InvalidText),
    /// A code cannot be taken.
    #[error("{0}")]
    InvalidCode(InvalidCode),
    /// A code names two things of the same kind.
    #[error("the code `{0}` is used already")]
    DuplicateCode(String),
    /// Two names read the same, but for case, accents and punctuation.
    #[error("`{name}` reads the same as the name or code of `{other}`")]
    Ambiguous {
        /// The name.
        name: String,
        /// What has it already.
        other: String,
    },
    /// Another system's word stands for two things.
    #[error("the alias `{alias}` belongs to `{other}` already")]
    DuplicateAlias {
        /// The word.
        alias: String,
        /// What has it already.
        other: String,
    },
    /// A code leads nowhere.
    #[error("there is no {} `{code}`", reference_name(*.what))]
    Unknown {
        /// To what it should lead.
        what: Reference,
        /// The code.
        code: String,
    },
    /// A condition names a question that is asked later.
    #[error("`{0}` is asked later: a condition can only name an earlier question")]
    LaterQuestion(String),
    /// Questions wait on each other.
    #[error("a condition goes round in a circle: `{0}` waits on this question as well")]
    ConditionCycle(String),
    /// No answers make all conditions hold.
    #[error("the conditions contradict each other: the question is never asked")]
    Contradiction,
    /// Whatever is answered before, the question is not asked.
    #[error("the question is never asked, whatever is answered before")]
    Unreachable,
    /// No answer brings it about: its test contradicts itself, or earlier outcomes match first.
    #[error("no answer brings this about: earlier outcomes match first, or its test never holds")]
    UnreachableOutcome,
    /// Products send to each other for ever.
    #[error("these products send to each other in a circle: {}", .0.join(", "))]
    SwitchCycle(Vec<String>),
    /// Choices where nothing is chosen.
    #[error("a question of the kind {} has no choices", .0.name())]
    ChoicesUnexpected(AnswerKind),
    /// Nothing to choose from.
    #[error("there is nothing to choose from")]
    ChoicesMissing,
    /// A bound or a unit where no number is asked.
    #[error("a question of the kind {} has no unit, least or greatest number", .0.name())]
    RangeUnexpected(AnswerKind),
    /// The least number is above the greatest.
    #[error("the least number is greater than the greatest")]
    MinAboveMax,
    /// A test that answers of this kind cannot pass.
    #[error("answers of the kind {} cannot be tested so", .0.name())]
    TestUnfit(AnswerKind),
    /// A condition that says nothing of the answer.
    #[error(
        "the condition does not say what the answer must be: give is, not, at_least or at_most"
    )]
    TestMissing,
    /// An outcome that brings about nothing.
    #[error("the outcome brings about nothing")]
    OutcomeEmpty,
    /// An outcome that brings about what cannot be together.
    #[error("an emergency ends everything: nothing else can come of the same answer")]
    OutcomeConflict,
    /// No product at all.
    #[error("the catalogue has no product")]
    Empty,
    /// More than is taken.
    #[error("there are {found}, at most {max} are taken")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many are taken.
        max: usize,
    },
    /// A precision without its product.
    #[error("a precision needs its product: give `product` as well")]
    PrecisionAlone,
    /// A delay that cannot be counted, or that nobody would wait for.
    #[error(
        "the delay must be more than none and at most {} business days, ten years or as many \
             hours",
        super::limits::BUSINESS_DAYS_MAX
    )]
    DelayOutOfRange,
    /// A warning that comes before the delay begins, or after it ends.
    #[error("warn after 1 to 99 % of the delay, or before it ends")]
    WarningOutOfRange,
    /// A number that is not taken.
    #[error("it is {found}, {min} to {max} is taken")]
    OutOfRange {
        /// The number.
        found: u32,
        /// The least that is taken.
        min: u32,
        /// The greatest that is taken.
        max: u32,
    },
}

fn language_name(language: Language) -> &'static str {
    match language {
        Language::French => "French",
        Language::English => "English",
    }
}

fn reference_name(what: Reference) -> &'static str {
    match what {
        Reference::Unit => "unit",
        Reference::Programme => "programme",
        Reference::Product => "product",
        Reference::Precision => "precision",
        Reference::Question => "question",
        Reference::Choice => "choice",
    }
}

impl Flaw {
    /// A stable word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::MissingTranslation(_) => "missing_translation",
            Self::InvalidText(_) => "invalid_text",
            Self::InvalidCode(_) => "invalid_code",
            Self::DuplicateCode(_) => "duplicate_code",
            Self::Ambiguous { .. } => "ambiguous_name",
            Self::DuplicateAlias { .. } => "duplicate_alias",
            Self::Unknown { what, .. } => match what {
                Reference::Unit => "unknown_unit",
                Reference::Programme => "unknown_programme",
                Reference::Product => "unknown_product",
                Reference::Precision => "unknown_precision",
                Reference::Question => "unknown_question",
                Reference::Choice => "unknown_choice",
            },
            Self::LaterQuestion(_) => "later_question",
            Self::ConditionCycle(_) => "condition_cycle",
            Self::Contradiction => "contradictory_conditions",
            Self::Unreachable => "unreachable_question",
            Self::UnreachableOutcome => "unreachable_outcome",
            Self::SwitchCycle(_) => "product_cycle",
            Self::ChoicesUnexpected(_) => "unexpected_choices",
            Self::ChoicesMissing => "missing_choices",
            Self::RangeUnexpected(_) => "unexpected_range",
            Self::MinAboveMax => "min_above_max",
            Self::TestUnfit(_) => "unfit_test",
            Self::TestMissing => "missing_test",
            Self::OutcomeEmpty => "empty_outcome",
            Self::OutcomeConflict => "contradictory_outcome",
            Self::Empty => "empty_catalogue",
            Self::TooMany { .. } => "too_many",
            Self::PrecisionAlone => "precision_alone",
            Self::DelayOutOfRange => "delay_out_of_range",
            Self::WarningOutOfRange => "warning_out_of_range",
            Self::OutOfRange { .. } => "out_of_range",
        }
    }
}

impl Flaw {
    /// Something of the draft cannot be taken as it is written: it would be left out, cut off or
    /// mean something else. Everything else is about whether the catalogue makes sense.
    pub(super) fn loses_something(&self) -> bool {
        match self {
            Self::Missing
            | Self::MissingTranslation(_)
            | Self::InvalidText(_)
            | Self::InvalidCode(_)
            | Self::DuplicateCode(_)
            | Self::Unknown { .. }
            | Self::TestMissing
            | Self::OutcomeEmpty
            | Self::PrecisionAlone
            | Self::TooMany { .. } => true,
            Self::Ambiguous { .. }
            | Self::DuplicateAlias { .. }
            | Self::LaterQuestion(_)
            | Self::ConditionCycle(_)
            | Self::Contradiction
            | Self::Unreachable
            | Self::UnreachableOutcome
            | Self::SwitchCycle(_)
            | Self::ChoicesUnexpected(_)
            | Self::ChoicesMissing
            | Self::RangeUnexpected(_)
            | Self::MinAboveMax
            | Self::TestUnfit(_)
            | Self::OutcomeConflict
            | Self::Empty
            | Self::DelayOutOfRange
            | Self::WarningOutOfRange
            | Self::OutOfRange { .. } => false,
        }
    }
}

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<(Part, &'static str, Flaw)>);

impl Findings {
    pub(super) fn add(&mut self, part: Part, field: &'static str, flaw: Flaw) {
        self.0.push((part, field, flaw));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn keep(&mut self, is_kept: fn(&Flaw) -> bool) {
        self.0.retain(|(_, _, flaw)| is_kept(flaw));
    }

    /// The defects, in the order of the draft.
    pub(super) fn into_defects(self, draft: &Draft) -> Vec<Defect> {
        let mut found = self.0;
        found.sort_by_key(|(part, _, _)| order(*part));
        let defects = found.into_iter();
        defects
            .map(|(part, field, flaw)| Defect { part, field, place: place(draft, part), flaw })
            .collect()
    }
}

/// Sorts parts as they stand in a draft: what belongs to a product follows it.
fn order(part: Part) -> [usize; 5] {
    match part {
        Part::Catalogue => [0; 5],
        Part::Unit(at) => [1, at, 0, 0, 0],
        Part::Programme(at) => [2, at, 0, 0, 0],
        Part::Commitment(at) => [4, at, 0, 0, 0],
        Part::Product(product) => [3, product, 0, 0, 0],
        Part::Precision(product, at) => [3, product, 1, at, 0],
        Part::Question(product, question) => [3, product, 2, question, 0],
        Part::Choice(product, question, at) => [3, product, 2, question, 1 + at],
        Part::Condition(product, question, at) => [3, product, 2, question, 1_000 + at],
        Part::Outcome(product, question, at) => [3, product, 2, question, 2_000 + at],
    }
}

/// The part for people; a part without a code is named by its number.
pub(super) fn place(draft: &Draft, part: Part) -> String {
    let named = |code: Option<&str>, at: usize| match code.map(str::trim) {
        Some(code) if !code.is_empty() => code.chars().take(70).collect(),
        Some(_) | None => format!("#{}", at + 1),
    };
    let product = |at: usize| named(draft.products.get(at).map(|it| it.code.as_str()), at);
    let question = |of: usize, at: usize| {
        let questions = draft.products.get(of).map(|it| &it.questions);
        let code = questions.and_then(|it| it.get(at)).map(|it| it.code.as_str());
        format!("{}/{}", product(of), named(code, at))
    };
    match part {
        Part::Catalogue => String::new(),
        Part::Unit(at) => named(draft.units.get(at).map(|it| it.code.as_str()), at),
        Part::Programme(at) => named(draft.programmes.get(at).map(|it| it.code.as_str()), at),
        Part::Commitment(at) => named(draft.commitments.get(at).map(|it| it.code.as_str()), at),
        Part::Product(at) => product(at),
        Part::Precision(of, at) => {
            let precisions = draft.products.get(of).map(|it| &it.precisions);
            let code = precisions.and_then(|it| it.get(at)).map(|it| it.code.as_str());
            format!("{}/{}", product(of), named(code, at))
        }
        Part::Question(of, at) | Part::Condition(of, at, _) | Part::Outcome(of, at, _) => {
            question(of, at)
        }
        Part::Choice(of, at, choice) => {
            let questions = draft.products.get(of).map(|it| &it.questions);
            let choices = questions.and_then(|it| it.get(at)).map(|it| &it.choices);
            let code = choices.and_then(|it| it.get(choice)).map(|it| it.code.as_str());
            format!("{}/{}", question(of, at), named(code, choice))
        }
    }
}
