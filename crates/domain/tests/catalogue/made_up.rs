//! Drafts that are made up: small trees with few answers, so that every walk can be tried.

use crate::support::{choices, product, question, when, words};
use beffroi_domain::catalogue::{
    AnswerKind, ConditionDraft, Draft, OutcomeDraft, ProductDraft, QuestionDraft, TestDraft,
    UnitDraft,
};
use beffroi_domain::{Emergency, Urgency};
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

const CODES: [&str; 3] = ["x", "y", "z"];
/// The greatest number; the least is 0.
pub(crate) const NUMBER_MAX: i64 = 3;

fn kind() -> impl Strategy<Value = AnswerKind> {
    prop_oneof![
        3 => Just(AnswerKind::YesNo),
        2 => Just(AnswerKind::OneOf),
        2 => Just(AnswerKind::ManyOf),
        2 => Just(AnswerKind::Number),
        1 => Just(AnswerKind::Text),
    ]
}

fn test(kind: AnswerKind) -> BoxedStrategy<TestDraft> {
    let codes = |codes: &'static [&'static str]| {
        let some = subsequence(codes, 1..codes.len());
        (some, any::<bool>()).prop_map(|(codes, is)| {
            let codes = codes.into_iter().map(str::to_owned).collect();
            if is {
                TestDraft { is: codes, ..TestDraft::default() }
            } else {
                TestDraft { not: codes, ..TestDraft::default() }
            }
        })
    };
    match kind {
        AnswerKind::YesNo => codes(&["yes", "no"]).boxed(),
        AnswerKind::OneOf | AnswerKind::ManyOf => codes(&CODES).boxed(),
        AnswerKind::Number => (0..=NUMBER_MAX, 0..=NUMBER_MAX, 0..3)
            .prop_map(|(a, b, form)| TestDraft {
                at_least: (form != 0).then_some(a.min(b)),
                at_most: (form != 1).then_some(a.max(b)),
                ..TestDraft::default()
            })
            .boxed(),
        AnswerKind::Text | AnswerKind::Date | AnswerKind::Place | AnswerKind::Photo => {
            Just(TestDraft::default()).boxed()
        }
    }
}

fn any_test(kind: AnswerKind) -> impl Strategy<Value = TestDraft> {
    prop_oneof![3 => test(kind), 1 => Just(TestDraft::default())]
}

/// An outcome; those that go on with another product name the second of two.
fn outcome(kind: AnswerKind, switches: bool) -> impl Strategy<Value = OutcomeDraft> {
    (any_test(kind), 0..4).prop_map(move |(test, effect)| {
        let nothing = OutcomeDraft { test, ..OutcomeDraft::default() };
        match effect {
            0 => OutcomeDraft { emergency: Some(Emergency::Crime), ..nothing },
            1 => OutcomeDraft { answer: words("Voilà.", "There."), ..nothing },
            2 if switches => OutcomeDraft { product: "b".to_owned(), ..nothing },
            _ => OutcomeDraft { urgency: Some(Urgency::Urgent), ..nothing },
        }
    })
}

fn bare(at: usize, kind: AnswerKind, required: bool) -> QuestionDraft {
    let mut it = question(&format!("q{at}"), kind);
    it.required = required;
    if matches!(kind, AnswerKind::OneOf | AnswerKind::ManyOf) {
        it.choices = choices(&CODES);
    }
    if kind == AnswerKind::Number {
        (it.min, it.max) = (Some(0), Some(NUMBER_MAX));
    }
    it
}

/// A tree of up to `max` questions whose conditions name earlier ones; it may be unreachable in part.
pub(crate) fn tree(max: usize, switches: bool) -> impl Strategy<Value = Vec<QuestionDraft>> {
    let questions = prop::collection::vec((kind(), prop::bool::weighted(0.8)), 1..=max);
    questions.prop_flat_map(move |kinds| {
        let known: Vec<AnswerKind> = kinds.iter().map(|(kind, _)| *kind).collect();
        let questions: Vec<_> = kinds
            .into_iter()
            .enumerate()
            .map(|(at, (kind, required))| {
                let conditions = conditions(known[..at].to_vec());
                let outcomes = prop::collection::vec(outcome(kind, switches), 0..3);
                (conditions, outcomes).prop_map(move |(when, outcomes)| QuestionDraft {
                    when,
                    outcomes,
                    ..bare(at, kind, required)
                })
            })
            .collect();
        questions
    })
}

fn conditions(earlier: Vec<AnswerKind>) -> BoxedStrategy<Vec<ConditionDraft>> {
    if earlier.is_empty() {
        return Just(Vec::new()).boxed();
    }
    let one = any::<Index>().prop_flat_map(move |at| {
        let at = at.index(earlier.len());
        test(earlier[at]).prop_map(move |test| when(&format!("q{at}"), test))
    });
    prop::collection::vec(one, 0..3).boxed()
}

/// A draft of two products, of which the first may send to the second.
pub(crate) fn drafts() -> impl Strategy<Value = Draft> {
    (tree(6, true), tree(4, false)).prop_map(|(first, second)| Draft {
        name: words("Ville", "City"),
        units: vec![UnitDraft { code: "eau".to_owned(), name: words("Eau", "Water") }],
        programmes: Vec::new(),
        commitments: Vec::new(),
        products: vec![
            ProductDraft { questions: first, ..product("a", "A fr", "A en") },
            ProductDraft { questions: second, ..product("b", "B fr", "B en") },
        ],
    })
}
