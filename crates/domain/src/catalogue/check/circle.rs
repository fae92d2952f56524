//! Circles in a graph: which edges lie on one.

/// The strongly connected component of each node, by Tarjan's algorithm without recursion.
///
/// An edge lies on a circle exactly when both its ends are in the same component.
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut search = Search {
        edges,
        nodes: vec![Node::default(); edges.len()],
        stack: Vec::new(),
        met: 0,
        components: 0,
    };
    for node in 0..edges.len() {
        if !search.node(node).is_met() {
            search.from(node);
        }
    }
    search.nodes.iter().map(|it| it.component).collect()
}

#[derive(Clone, Default)]
struct Node {
    /// When it was met, from 1; 0: not yet.
    met: usize,
    /// The earliest node that it reaches and that is still on the stack.
    low: usize,
    is_stacked: bool,
    component: usize,
}

impl Node {
    fn is_met(&self) -> bool {
        self.met > 0
    }
}

struct Search<'a> {
    edges: &'a [Vec<usize>],
    nodes: Vec<Node>,
    stack: Vec<usize>,
    met: usize,
    components: usize,
}

impl Search<'_> {
    fn node(&self, at: usize) -> Node {
        self.nodes.get(at).cloned().unwrap_or_default()
    }

    fn change(&mut self, at: usize, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(at) {
            change(node);
        }
    }

    fn meet(&mut self, at: usize) {
        self.met += 1;
        let met = self.met;
        self.stack.push(at);
        self.change(at, |it| {
            it.met = met;
            it.low = met;
            it.is_stacked = true;
        });
    }

    fn from(&mut self, start: usize) {
        // Each node on the way, and the next of its edges.
        let mut way = vec![(start, 0)];
        self.meet(start);
        while let Some((at, edge)) = way.last_mut() {
            let at = *at;
            let target = self.edges.get(at).and_then(|it| it.get(*edge)).copied();
            *edge += 1;
            match target {
                Some(target) if !self.node(target).is_met() => {
                    self.meet(target);
                    way.push((target, 0));
                }
                Some(target) => {
                    let target = self.node(target);
                    if target.is_stacked {
                        self.change(at, |it| it.low = it.low.min(target.met));
                    }
                }
                None => {
                    way.pop();
                    self.leave(at, way.last().map(|(parent, _)| *parent));
                }
            }
        }
    }

    fn leave(&mut self, at: usize, parent: Option<usize>) {
        let node = self.node(at);
        if let Some(parent) = parent {
            self.change(parent, |it| it.low = it.low.min(node.low));
        }
        if node.low != node.met {
            return;
        }
        self.components += 1;
        let component = self.components;
        while let Some(member) = self.stack.pop() {
            self.change(member, |it| {
                it.is_stacked = false;
                it.component = component;
            });
            if member == at {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_chain_does_not_overflow() {
        let edges: Vec<Vec<usize>> = (0..200_000).map(|it| vec![it + 1]).collect();
        assert_eq!(components(&edges).len(), 200_000);
    }

    proptest! {
        #[test]
        fn two_nodes_are_together_exactly_when_each_reaches_the_other(
            edges in prop::collection::vec(prop::collection::vec(0..7_usize, 0..3), 7)
        ) {
            let reaches = |from: usize| {
                let mut seen = [false; 7];
                seen[from] = true;
                let mut open = vec![from];
                while let Some(at) = open.pop() {
                    for target in &edges[at] {
                        if !seen[*target] {
                            seen[*target] = true;
                            open.push(*target);
                        }
                    }
                }
                seen
            };
            let found = components(&edges);
            for a in 0..7 {
                for b in 0..7 {
                    let together = reaches(a)[b] && reaches(b)[a];
                    prop_assert_eq!(found[a] == found[b], together);
                }
            }
        }
    }
}
