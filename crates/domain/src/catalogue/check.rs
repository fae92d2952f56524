//! What can be wrong with a draft beyond its texts: codes, references, question trees.
//!
//! # When a question can be asked
//!
//! A condition is a conjunction of tests on one earlier question, and it holds only when that question
//! was asked and answered. So a question is asked exactly when its conditions, those of the questions
//! they name, and so on, all hold. Each of them speaks of one question alone: grouped by question they
//! are satisfiable together exactly when, for each question, the answers that pass all its tests are
//! not none. Answers are finite sets of choices or ranges of numbers, so that is decided exactly
//! (`answers`). When none are left, the conditions contradict each other.
//!
//! An earlier answer may leave the product: an emergency, an answer given at once, another product.
//! Somebody who comes as far as a later question gave none of these, so the answers that leave are
//! taken away first. A question all of whose answers leave must not have been asked at all: one of its
//! conditions, or of theirs, fails. That is a clause over the same one-question sets, and the question
//! is reachable exactly when all clauses of the questions before it can be met together with its own
//! conditions (`reach`). Only there is a search needed. It is given up after a fixed effort, and the
//! question then passes for reachable: whatever is reported is true, and a catalogue that a person
//! writes does not come near.
//!
//! Everything else is one pass over the draft. Lists longer than the limits are reported and not
//! looked into, so that no draft takes long.

mod answers;
mod circle;
mod commitment;
mod names;
mod reach;
mod switch;
mod tree;

use super::defect::{Findings, Flaw, Part};
use super::{Draft, limits};
use reach::Effort;

/// Checks a draft.
pub(super) fn check(draft: &Draft, found: &mut Findings) {
    if draft.products.is_empty() {
        found.add(Part::Catalogue, "product", Flaw::Empty);
    }
    counts(draft, found);
    names::check(draft, found);
    let products = names::products(draft);
    let mut effort = Effort::default();
    for (at, product) in draft.products.iter().take(limits::PRODUCTS_MAX).enumerate() {
        if product.questions.len() <= limits::QUESTIONS_MAX {
            tree::check(
                &tree::Tree { draft, products: &products, at, product },
                &mut effort,
                found,
            );
        }
    }
    switch::check(draft, &products, found);
    commitment::check(draft, found);
}

fn counts(draft: &Draft, found: &mut Findings) {
    let mut at_most = |part, field, count: usize, max: usize| {
        if count > max {
            found.add(part, field, Flaw::TooMany { found: count, max });
        }
    };
    at_most(Part::Catalogue, "unit", draft.units.len(), limits::UNITS_MAX);
    at_most(Part::Catalogue, "programme", draft.programmes.len(), limits::PROGRAMMES_MAX);
    at_most(Part::Catalogue, "commitment", draft.commitments.len(), limits::COMMITMENTS_MAX);
    at_most(Part::Catalogue, "product", draft.products.len(), limits::PRODUCTS_MAX);
    for (at, product) in draft.products.iter().take(limits::PRODUCTS_MAX).enumerate() {
        let part = Part::Product(at);
        at_most(part, "precision", product.precisions.len(), limits::PRECISIONS_MAX);
        at_most(part, "question", product.questions.len(), limits::QUESTIONS_MAX);
        if product.questions.len() > limits::QUESTIONS_MAX {
            continue;
        }
        for (nth, question) in product.questions.iter().enumerate() {
            let part = Part::Question(at, nth);
            at_most(part, "choices", question.choices.len(), limits::CHOICES_MAX);
            at_most(part, "when", question.when.len(), limits::CONDITIONS_MAX);
            at_most(part, "outcome", question.outcomes.len(), limits::OUTCOMES_MAX);
        }
    }
}
