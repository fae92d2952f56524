//! Drafts of any size are checked.

use crate::defects::{asked_when, many_of, yes_no};
use crate::support::{draft, informed, is, product, when, words};
use beffroi_domain::catalogue::{Draft, ProductDraft, TestDraft, check, limits};

/// A draft of whatever size is told what is wrong with it: a check that does not end would hang here.
#[track_caller]
fn told(draft: &Draft, expected: (&str, &str)) {
    let found = check(draft);
    assert!(found.iter().any(|it| (it.place.as_str(), it.flaw.name()) == expected), "{expected:?}");
}

#[test]
fn a_million_questions_or_products_are_refused_at_once() {
    let questions = (0..1_000_000).map(|it| asked_when(&format!("q{it}"), &[("q0", is(&["yes"]))]));
    let mut tree = product("a", "A", "A");
    tree.questions = questions.collect();
    let mut deep = draft();
    deep.products = vec![tree];
    told(&deep, ("a", "too_many"));
    let mut wide = draft();
    wide.products = (0..1_000_000).map(|_| product("a", "A", "A")).collect();
    told(&wide, ("", "too_many"));
}

#[test]
fn the_biggest_tree_is_checked() {
    // Each question hangs on as many others as it may, and ends in as many ways as it may.
    let questions = (0..limits::QUESTIONS_MAX).map(|at| {
        let mut it = many_of(&format!("q{at}"));
        it.when = (0..at.min(limits::CONDITIONS_MAX))
            .map(|nth| when(&format!("q{}", at - 1 - nth), is(&["x", "y"])))
            .collect();
        it.outcomes = (0..limits::OUTCOMES_MAX)
            .map(|_| informed(TestDraft { not: vec!["x".into()], ..is(&["y", "z"]) }))
            .collect();
        it
    });
    let mut tree = product("a", "A", "A");
    tree.questions = questions.collect();
    let mut draft = draft();
    draft.products = vec![tree; 20];
    told(&draft, ("a/q0", "unreachable_outcome"));
}

#[test]
fn a_puzzle_of_endings_does_not_take_long() {
    // Forty yes-or-no questions, then one clause of three for each of the rest, drawn by a fixed rule:
    // whether the last one is reachable is a puzzle, not a tree.
    let mut questions: Vec<_> = (0..40).map(|it| yes_no(&format!("p{it}"))).collect();
    let mut seed = 311_u64;
    let mut draw = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for at in 0..159 {
        let mut clause = yes_no(&format!("c{at}"));
        clause.when = (0..3)
            .map(|_| {
                let answer = if draw(2) == 0 { "yes" } else { "no" };
                when(&format!("p{}", draw(40)), is(&[answer]))
            })
            .collect();
        clause.outcomes = vec![informed(TestDraft::default())];
        questions.push(clause);
    }
    questions.push(yes_no("q"));
    let mut tree = product("a", "A", "A");
    tree.questions = questions;
    let mut draft = draft();
    draft.products = (0..20)
        .map(|at| ProductDraft {
            code: format!("a{at}"),
            name: words(&format!("A{at}"), &format!("A{at}")),
            ..tree.clone()
        })
        .collect();
    check(&draft);
}
