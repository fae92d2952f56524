//! Outcomes that go on with another product: no walk goes round in a circle.
//!
//! Each outcome can come about, or is reported; the answers given under one product say nothing of
//! another's. So a circle of outcomes is a walk without an end.

use super::circle::components;
use super::names::Products;
use crate::catalogue::build::shown;
use crate::catalogue::defect::{Findings, Flaw, Part};
use crate::catalogue::{Draft, limits};

/// The most products of a circle that are named.
const NAMED_MAX: usize = 10;

pub(super) fn check(draft: &Draft, products: &Products<'_>, found: &mut Findings) {
    let mut edges = vec![Vec::new(); draft.products.len().min(limits::PRODUCTS_MAX)];
    let mut switches = Vec::new();
    for (at, (product, edges)) in draft.products.iter().zip(&mut edges).enumerate() {
        if product.questions.len() > limits::QUESTIONS_MAX {
            continue;
        }
        for (question, it) in product.questions.iter().enumerate() {
            for (nth, outcome) in it.outcomes.iter().take(limits::OUTCOMES_MAX).enumerate() {
                let goes_on = outcome.emergency.is_none() && outcome.answer.is_absent();
                let target = products.get(outcome.product.trim()).filter(|_| goes_on);
                if let Some(target) = target {
                    edges.push(*target);
                    switches.push((Part::Outcome(at, question, nth), at, *target));
                }
            }
        }
    }
    let components = components(&edges);
    for (part, from, to) in switches {
        let (from, to) = (components.get(from), components.get(to));
        if from == to {
            let members = draft.products.iter().zip(&components);
            let members = members.filter(|(_, it)| Some(*it) == from);
            let members = members.map(|(it, _)| shown(&it.code)).take(NAMED_MAX);
            found.add(part, "product", Flaw::SwitchCycle(members.collect()));
        }
    }
}
