//! Which questions of a product can be asked.

use super::answers::{Answers, Bits, Tests};

/// A question, as far as being asked matters.
pub(super) struct Node {
    /// All its answers.
    pub(super) all: Answers,
    /// Those that do not leave the product.
    pub(super) staying: Answers,
    pub(super) required: bool,
    /// Its conditions: the earlier question, and the test.
    pub(super) when: Vec<(usize, Bits)>,
}

/// Whether a question can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Asked,
    /// Its own conditions contradict each other.
    Contradiction,
    Never,
}

/// How much may still be searched, for a whole catalogue.
pub(super) struct Effort(u32);

impl Default for Effort {
    fn default() -> Self {
        Self(5_000_000)
    }
}

impl Effort {
    /// Whether there is any left; takes some of it.
    fn spend(&mut self, much: usize) -> bool {
        self.0 = self.0.saturating_sub(u32::try_from(much).unwrap_or(u32::MAX));
        self.0 > 0
    }
}

/// Of each question, whether it can be asked. Conditions name earlier questions only.
pub(super) fn reach(nodes: &[Node], effort: &mut Effort) -> Vec<Reach> {
    let ancestors = ancestors(nodes);
    let mut clauses: Vec<Vec<(usize, Bits)>> = Vec::new();
    let mut found = Vec::with_capacity(nodes.len());
    // Whether the answers that a question needs exist at all, whatever they lead to.
    let mut consistent: Vec<bool> = Vec::with_capacity(nodes.len());
    for (node, ancestors) in nodes.iter().zip(&ancestors) {
        let tests = needed(nodes, ancestors, node);
        let holds = tests.iter().all(|(_, node, tests)| node.all.some_pass(tests));
        let parents =
            node.when.iter().all(|(parent, _)| consistent.get(*parent).copied().unwrap_or(true));
        consistent.push(holds);
        found.push(match (holds, parents) {
            (true, _) if is_met(nodes, &tests, &clauses, effort) => Reach::Asked,
            (true, _) | (false, false) => Reach::Never,
            (false, true) => Reach::Contradiction,
        });
        // Somebody who comes further was not asked it.
        if node.required && node.staying.is_empty() {
            clauses.push(conditions(nodes, ancestors, node).collect());
        }
    }
    found
}

/// A question on which another hangs, with all tests of it.
type Needed<'a> = Vec<(usize, &'a Node, Tests)>;

/// The questions on which each hangs, a bit each: a product has at most 200.
fn ancestors(nodes: &[Node]) -> Vec<[u128; 2]> {
    let mut ancestors: Vec<[u128; 2]> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let mut bits = [0_u128; 2];
        for (parent, _) in &node.when {
            let of_parent = ancestors.get(*parent).copied().unwrap_or_default();
            for (bits, of_parent) in bits.iter_mut().zip(of_parent) {
                *bits |= of_parent;
            }
            if let Some(bits) = bits.get_mut(parent / 128) {
                *bits |= 1 << (parent % 128);
            }
        }
        ancestors.push(bits);
    }
    ancestors
}

/// All conditions that must hold for a question to be asked: those of the questions on which it
/// hangs, in order, then its own.
fn conditions<'a>(
    nodes: &'a [Node],
    ancestors: &[u128; 2],
    node: &'a Node,
) -> impl Iterator<Item = (usize, Bits)> {
    let ancestors = *ancestors;
    let is_ancestor =
        move |at: usize| ancestors.get(at / 128).is_some_and(|it| (it >> (at % 128)) & 1 == 1);
    let inherited = nodes.iter().enumerate().filter(move |(at, _)| is_ancestor(*at));
    inherited.flat_map(|(_, it)| &it.when).chain(&node.when).copied()
}

/// The questions on which a question hangs, with what is needed of each.
fn needed<'a>(nodes: &'a [Node], ancestors: &[u128; 2], node: &'a Node) -> Needed<'a> {
    let mut tests: Vec<Option<Tests>> = nodes.iter().map(|_| None).collect();
    for (at, test) in conditions(nodes, ancestors, node) {
        if let Some(tests) = tests.get_mut(at) {
            tests.get_or_insert_default().add(&test);
        }
    }
    nodes
        .iter()
        .zip(tests)
        .enumerate()
        .filter_map(|(at, (node, tests))| Some((at, node, tests?)))
        .collect()
}

/// Whether answers that do not leave give what is needed, and let a condition of each clause fail.
fn is_met(
    nodes: &[Node],
    needed: &Needed<'_>,
    clauses: &[Vec<(usize, Bits)>],
    effort: &mut Effort,
) -> bool {
    if !needed.iter().all(|(_, node, tests)| node.staying.some_pass(tests)) {
        return false;
    }
    if clauses.is_empty() {
        return true;
    }
    let mut known: Vec<Known> = nodes.iter().map(Known::of).collect();
    for (at, node, tests) in needed {
        if let Some(place) = known.get_mut(*at) {
            *place = Known { answers: node.staying.passing(tests), unanswered: false };
        }
    }
    meet(clauses, &known, effort)
}

/// What may still be answered to a question.
#[derive(Clone)]
struct Known {
    answers: Answers,
    /// It may also be left without an answer.
    unanswered: bool,
}

impl Known {
    fn of(node: &Node) -> Self {
        Self { answers: node.staying.clone(), unanswered: !node.required }
    }

    fn failing(&self, test: &Bits) -> Option<Self> {
        let answers = self.answers.failing(test);
        let is_possible = self.unanswered || !answers.is_empty();
        is_possible.then_some(Self { answers, unanswered: self.unanswered })
    }
}

/// Whether some answers let one condition of each clause fail.
fn meet(clauses: &[Vec<(usize, Bits)>], known: &[Known], effort: &mut Effort) -> bool {
    let Some((clause, rest)) = clauses.split_first() else { return true };
    let mut ways = Vec::new();
    for (at, test) in clause {
        let Some(of) = known.get(*at) else { return true };
        if !effort.spend(of.answers.weight()) {
            return true;
        }
        let fails = !of.answers.some_pass(&test.into());
        if fails && (of.unanswered || !of.answers.is_empty()) {
            return meet(rest, known, effort);
        }
        if let Some(way) = of.failing(test) {
            ways.push((*at, way));
        }
    }
    ways.into_iter().any(|(at, way)| {
        if !effort.spend(known.len()) {
            return true;
        }
        let mut known = known.to_vec();
        if let Some(place) = known.get_mut(at) {
            *place = way;
        }
        meet(rest, &known, effort)
    })
}
