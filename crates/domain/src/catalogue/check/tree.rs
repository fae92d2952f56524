//! The questions of one product: what they refer to, what tests them, whether they come up.

use super::answers::{Answers, Bits};
use super::circle::components;
use super::names::Products;
use super::reach::{Effort, Node, Reach, reach};
use crate::catalogue::build::shown;
use crate::catalogue::defect::{Findings, Flaw, Part, Reference};
use crate::catalogue::question::{NO, YES};
use crate::catalogue::{
    AnswerKind, Draft, OutcomeDraft, ProductDraft, QuestionDraft, TestDraft, limits,
};
use std::collections::HashMap;

/// The questions of a product, in their draft.
pub(super) struct Tree<'a> {
    pub(super) draft: &'a Draft,
    pub(super) products: &'a Products<'a>,
    /// The product's place in the draft.
    pub(super) at: usize,
    pub(super) product: &'a ProductDraft,
}

/// Checks the questions of a product that has not too many.
pub(super) fn check(tree: &Tree<'_>, effort: &mut Effort, found: &mut Findings) {
    let shapes: Vec<Shape<'_>> = tree.product.questions.iter().map(Shape::new).collect();
    for (question, it) in tree.product.questions.iter().enumerate() {
        kind(Part::Question(tree.at, question), it, found);
        for (nth, outcome) in it.outcomes.iter().take(limits::OUTCOMES_MAX).enumerate() {
            tree.outcome(Part::Outcome(tree.at, question, nth), outcome, found);
        }
    }
    let conditions = conditions(tree, &shapes, found);
    let nodes: Vec<Node> = (tree.product.questions.iter().zip(&shapes).zip(conditions))
        .enumerate()
        .map(|(question, ((it, shape), when))| {
            let staying = staying(tree, question, (it, shape), found);
            Node { all: shape.all.clone(), staying, required: it.required, when }
        })
        .collect();
    for (question, reach) in reach(&nodes, effort).into_iter().enumerate() {
        let part = Part::Question(tree.at, question);
        match reach {
            Reach::Asked => {}
            Reach::Contradiction => found.add(part, "when", Flaw::Contradiction),
            Reach::Never => found.add(part, "", Flaw::Unreachable),
        }
    }
}

/// What may answer a question.
struct Shape<'a> {
    kind: Option<AnswerKind>,
    /// The bit of each choice.
    choices: HashMap<&'a str, u32>,
    all: Answers,
}

impl<'a> Shape<'a> {
    fn new(it: &'a QuestionDraft) -> Self {
        let mut choices = HashMap::new();
        match it.kind {
            Some(AnswerKind::YesNo) => {
                choices.insert(YES, 0);
                choices.insert(NO, 1);
            }
            Some(_) | None => {
                for (choice, bit) in it.choices.iter().take(limits::CHOICES_MAX).zip(0..) {
                    choices.entry(choice.code.trim()).or_insert(bit);
                }
            }
        }
        let bits = choices.values().fold(0, |bits, bit| bits | 1_u128 << bit);
        let (min, max) = (it.min.unwrap_or(i64::MIN), it.max.unwrap_or(i64::MAX));
        let range = if min <= max { (min, max) } else { (i64::MIN, i64::MAX) };
        let all = it.kind.map_or(Answers::Whole(true), |kind| Answers::all(kind, bits, range));
        // Without choices nothing can be said of the rest: that is reported by itself.
        let all = if all.is_empty() { Answers::Whole(true) } else { all };
        Self { kind: it.kind, choices, all }
    }

    /// A test of its answers, or `None` when the test is wrong in itself, which is reported.
    fn test(&self, part: Part, test: &TestDraft, found: &mut Findings) -> Option<Bits> {
        let kind = self.kind?;
        let chooses = match kind {
            AnswerKind::YesNo | AnswerKind::OneOf | AnswerKind::ManyOf => true,
            AnswerKind::Number
            | AnswerKind::Text
            | AnswerKind::Date
            | AnswerKind::Place
            | AnswerKind::Photo => false,
        };
        let counts = kind == AnswerKind::Number;
        let mut is_right = true;
        let mut unfit = |field, is_there: bool, fits: bool| {
            if is_there && !fits {
                found.add(part, field, Flaw::TestUnfit(kind));
                is_right = false;
            }
        };
        unfit("is", !test.is.is_empty(), chooses);
        unfit("not", !test.not.is_empty(), chooses);
        unfit("at_least", test.at_least.is_some(), counts);
        unfit("at_most", test.at_most.is_some(), counts);
        if !is_right {
            return None;
        }
        let is = self.bits(part, "is", &test.is, found);
        let not = self.bits(part, "not", &test.not, found);
        let (at_least, at_most) = (test.at_least, test.at_most);
        let is = if test.is.is_empty() { None } else { Some(is?) };
        Some(Bits { is, not: not?, at_least, at_most })
    }

    fn bits(
        &self,
        part: Part,
        field: &'static str,
        codes: &[String],
        found: &mut Findings,
    ) -> Option<u128> {
        if codes.len() > limits::CHOICES_MAX {
            let flaw = Flaw::TooMany { found: codes.len(), max: limits::CHOICES_MAX };
            found.add(part, field, flaw);
            return None;
        }
        let mut bits = Some(0_u128);
        for code in codes {
            match self.choices.get(code.trim()) {
                Some(bit) => bits = bits.map(|bits| bits | 1 << bit),
                None => {
                    let flaw = Flaw::Unknown { what: Reference::Choice, code: shown(code) };
                    found.add(part, field, flaw);
                    bits = None;
                }
            }
        }
        bits
    }
}

/// What the kind of a question allows.
fn kind(part: Part, it: &QuestionDraft, found: &mut Findings) {
    let Some(kind) = it.kind else {
        found.add(part, "kind", Flaw::Missing);
        return;
    };
    let chooses = matches!(kind, AnswerKind::OneOf | AnswerKind::ManyOf);
    if chooses && it.choices.is_empty() {
        found.add(part, "choices", Flaw::ChoicesMissing);
    }
    if !chooses && !it.choices.is_empty() {
        found.add(part, "choices", Flaw::ChoicesUnexpected(kind));
    }
    let ranges = [
        ("unit", !it.unit.trim().is_empty()),
        ("min", it.min.is_some()),
        ("max", it.max.is_some()),
    ];
    for (field, is_there) in ranges {
        if is_there && kind != AnswerKind::Number {
            found.add(part, field, Flaw::RangeUnexpected(kind));
        }
    }
    if it.min.zip(it.max).is_some_and(|(min, max)| min > max) {
        found.add(part, "min", Flaw::MinAboveMax);
    }
}

impl Tree<'_> {
    /// What an outcome refers to, and whether it makes sense.
    fn outcome(&self, part: Part, it: &OutcomeDraft, found: &mut Findings) {
        let (product, precision) = (it.product.trim(), it.precision.trim());
        let others = !product.is_empty()
            || !precision.is_empty()
            || it.urgency.is_some()
            || !it.answer.is_absent();
        match (it.emergency, others) {
            (Some(_), true) => found.add(part, "emergency", Flaw::OutcomeConflict),
            (None, false) => found.add(part, "", Flaw::OutcomeEmpty),
            (Some(_), false) | (None, true) => {}
        }
        let in_force = if product.is_empty() {
            Some(self.product)
        } else {
            let target = self.products.get(product).and_then(|it| self.draft.products.get(*it));
            if target.is_none() {
                let flaw = Flaw::Unknown { what: Reference::Product, code: shown(product) };
                found.add(part, "product", flaw);
            }
            target
        };
        // Of a product that is not there, nothing can be said of the precision.
        let Some(in_force) = in_force.filter(|_| !precision.is_empty()) else { return };
        let precisions = in_force.precisions.iter().take(limits::PRECISIONS_MAX);
        if !precisions.map(|it| it.code.trim()).any(|it| it == precision) {
            let flaw = Flaw::Unknown { what: Reference::Precision, code: shown(precision) };
            found.add(part, "precision", flaw);
        }
    }
}

/// The conditions of each question that are right in themselves; the others are reported.
fn conditions(
    tree: &Tree<'_>,
    shapes: &[Shape<'_>],
    found: &mut Findings,
) -> Vec<Vec<(usize, Bits)>> {
    let questions = &tree.product.questions;
    let mut at_of = HashMap::new();
    for (at, question) in questions.iter().enumerate() {
        at_of.entry(question.code.trim()).or_insert(at);
    }
    let named = |it: &QuestionDraft| -> Vec<usize> {
        let named = it.when.iter().take(limits::CONDITIONS_MAX);
        named.filter_map(|it| at_of.get(it.question.trim()).copied()).collect()
    };
    let components = components(&questions.iter().map(named).collect::<Vec<_>>());
    let mut all = Vec::with_capacity(questions.len());
    for (question, it) in questions.iter().enumerate() {
        let mut right = Vec::new();
        for (nth, condition) in it.when.iter().take(limits::CONDITIONS_MAX).enumerate() {
            let part = Part::Condition(tree.at, question, nth);
            let code = shown(&condition.question);
            let Some(earlier) = at_of.get(condition.question.trim()).copied() else {
                let missing = condition.question.trim().is_empty();
                let unknown = Flaw::Unknown { what: Reference::Question, code };
                found.add(part, "question", if missing { Flaw::Missing } else { unknown });
                continue;
            };
            let is_circle = components.get(earlier) == components.get(question);
            if earlier >= question {
                let circle = Flaw::ConditionCycle(code.clone());
                let flaw = if is_circle { circle } else { Flaw::LaterQuestion(code) };
                found.add(part, "question", flaw);
                continue;
            }
            let Some(shape) = shapes.get(earlier) else { continue };
            if condition.test == TestDraft::default() && is_tested(shape.kind) {
                found.add(part, "", Flaw::TestMissing);
                continue;
            }
            right.extend(shape.test(part, &condition.test, found).map(|test| (earlier, test)));
        }
        all.push(right);
    }
    all
}

/// Whether some test divides answers of this kind.
fn is_tested(kind: Option<AnswerKind>) -> bool {
    match kind {
        Some(AnswerKind::YesNo | AnswerKind::OneOf | AnswerKind::ManyOf | AnswerKind::Number) => {
            true
        }
        Some(AnswerKind::Text | AnswerKind::Date | AnswerKind::Place | AnswerKind::Photo)
        | None => false,
    }
}

/// The answers after which the product's questions go on. Outcomes that nothing brings about are
/// reported.
fn staying(
    tree: &Tree<'_>,
    question: usize,
    (it, shape): (&QuestionDraft, &Shape<'_>),
    found: &mut Findings,
) -> Answers {
    let mut unmatched = shape.all.clone();
    let mut staying = shape.all.none();
    for (nth, outcome) in it.outcomes.iter().take(limits::OUTCOMES_MAX).enumerate() {
        let part = Part::Outcome(tree.at, question, nth);
        let Some(test) = shape.test(part, &outcome.test, found) else { continue };
        let matched = unmatched.passing(&(&test).into());
        if matched.is_empty() {
            found.add(part, "", Flaw::UnreachableOutcome);
        }
        let leaves = outcome.emergency.is_some()
            || !outcome.product.trim().is_empty()
            || !outcome.answer.is_absent();
        if !leaves {
            staying.add(matched);
        }
        unmatched = unmatched.failing(&test);
    }
    staying.add(unmatched);
    staying
}
