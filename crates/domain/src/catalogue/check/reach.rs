//! Which questions of a product can be asked.

use super::answers::{Answers, Bits};

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

/// How many sets may still be compared in searches, for a whole catalogue.
pub(super) struct Effort(u32);

impl Default for Effort {
    fn default() -> Self {
        Self(5_000_000)
    }
}

impl Effort {
    /// Whether there is any left; takes a little of it.
    fn spend(&mut self) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 > 0
    }
}

/// Of each question, whether it can be asked. Conditions name earlier questions only.
pub(super) fn reach(nodes: &[Node], effort: &mut Effort) -> Vec<Reach> {
    let needs = needs(nodes);
    let mut clauses: Vec<&[(usize, Bits)]> = Vec::new();
    let mut found = Vec::with_capacity(nodes.len());
    // Whether the answers that a question needs exist at all, whatever they lead to.
    let mut consistent: Vec<bool> = Vec::with_capacity(nodes.len());
    for (node, needs) in nodes.iter().zip(&needs) {
        let holds = left(nodes, needs, |it| it.all.clone()).is_some();
        let parents =
            node.when.iter().all(|(parent, _)| consistent.get(*parent).copied().unwrap_or(true));
        consistent.push(holds);
        found.push(if holds {
            let staying = |it: &Node| it.staying.clone();
            let left = left(nodes, needs, staying);
            let met = left.is_some_and(|left| {
                let mut known: Vec<Option<Known>> = nodes.iter().map(|_| None).collect();
                for (at, answers) in left {
                    if let Some(place) = known.get_mut(at) {
                        *place = Some(Known { answers, unanswered: false });
                    }
                }
                meet(nodes, &clauses, &known, effort)
            });
            if met { Reach::Asked } else { Reach::Never }
        } else if parents {
            Reach::Contradiction
        } else {
            Reach::Never
        });
        // Somebody who comes further was not asked it.
        if node.required && node.staying.is_empty() {
            clauses.push(needs);
        }
    }
    found
}

/// All conditions that must hold for a question to be asked: its own, and those of the questions
/// that they name, in order.
fn needs(nodes: &[Node]) -> Vec<Vec<(usize, Bits)>> {
    // The questions on which each depends, a bit each: a product has at most 200.
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
    let is_ancestor = |bits: &[u128; 2], at: usize| {
        bits.get(at / 128).is_some_and(|it| it >> (at % 128) & 1 == 1)
    };
    let needs = nodes.iter().zip(&ancestors).map(|(node, bits)| {
        let inherited = nodes.iter().enumerate().filter(|(at, _)| is_ancestor(bits, *at));
        inherited.flat_map(|(_, it)| &it.when).chain(&node.when).copied().collect()
    });
    needs.collect()
}

/// The answers of each needed question that pass all tests; `None`: some question has none.
fn left(
    nodes: &[Node],
    needs: &[(usize, Bits)],
    from: impl Fn(&Node) -> Answers,
) -> Option<Vec<(usize, Answers)>> {
    let mut left: Vec<(usize, Answers)> = Vec::new();
    let mut at_of: Vec<Option<usize>> = nodes.iter().map(|_| None).collect();
    for (at, test) in needs {
        let place = at_of.get_mut(*at)?;
        let index = match *place {
            Some(index) => index,
            None => {
                left.push((*at, from(nodes.get(*at)?)));
                *place.insert(left.len() - 1)
            }
        };
        let (_, answers) = left.get_mut(index)?;
        *answers = answers.passing(test);
        if answers.is_empty() {
            return None;
        }
    }
    Some(left)
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
fn meet(
    nodes: &[Node],
    clauses: &[&[(usize, Bits)]],
    known: &[Option<Known>],
    effort: &mut Effort,
) -> bool {
    let Some((clause, rest)) = clauses.split_first() else { return true };
    let mut ways = Vec::new();
    for (at, test) in *clause {
        if !effort.spend() {
            return true;
        }
        let Some(node) = nodes.get(*at) else { return true };
        let of = known.get(*at).cloned().flatten().unwrap_or_else(|| Known::of(node));
        if of.answers.passing(test).is_empty() && (of.unanswered || !of.answers.is_empty()) {
            return meet(nodes, rest, known, effort);
        }
        if let Some(way) = of.failing(test) {
            ways.push((*at, way));
        }
    }
    ways.into_iter().any(|(at, way)| {
        let mut known = known.to_vec();
        if let Some(place) = known.get_mut(at) {
            *place = Some(way);
        }
        meet(nodes, rest, &known, effort)
    })
}
