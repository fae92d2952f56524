//! The regimes of the day, and what time they make of it for the products that they name.

use std::collections::BTreeMap;

use beffroi_domain::Timestamp;

use super::city::{PRODUCTS, Product};
use super::minutes::{Extra, Minutes, Over};

/// What happens to the regimes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Regime {
    Declare { until: Timestamp, extra: Extra, products: Vec<&'static str> },
    Extend { until: Timestamp, extra: Option<Extra> },
    Lift,
}

/// A regime that was declared.
#[derive(Clone, Debug)]
struct Declared {
    products: Vec<&'static str>,
    hours: Vec<(Timestamp, Extra)>,
    end: Timestamp,
}

impl Declared {
    fn over(&self) -> Vec<Over> {
        let next = self.hours.iter().skip(1).map(|it| it.0).chain([self.end]);
        let over = self.hours.iter().zip(next).map(|(it, next)| (it.0, next.min(self.end), it.1));
        over.filter(|it| it.0 < it.1).collect()
    }
}

/// The time that counts for a product, as far as the regimes are known.
#[derive(Debug)]
pub(crate) struct Times {
    ordinary: Minutes,
    /// By the step in which a regime was changed: what the products count by from then on.
    changes: Vec<(usize, BTreeMap<&'static str, Minutes>)>,
}

impl Times {
    /// Of a day on which regimes change in some steps.
    pub(crate) fn new(
        ordinary: &Minutes,
        changes: impl Iterator<Item = (usize, Timestamp, Regime)>,
    ) -> Self {
        let mut declared: Vec<Declared> = Vec::new();
        let changes = changes.map(|(step, at, change)| {
            match (change, declared.last_mut()) {
                (Regime::Declare { until, extra, products }, _) => {
                    declared.push(Declared { products, hours: vec![(at, extra)], end: until });
                }
                (Regime::Extend { until, extra }, Some(last)) => {
                    last.end = until;
                    last.hours.extend(extra.map(|it| (at, it)));
                }
                (Regime::Lift, Some(last)) => last.end = at,
                (Regime::Extend { .. } | Regime::Lift, None) => panic!("none was declared"),
            }
            let of = PRODUCTS.iter().map(|product| {
                let serving = declared.iter().filter(|it| it.products.contains(&product.code));
                let over: Vec<Over> = serving.flat_map(Declared::over).collect();
                (product.code, over)
            });
            let of = of.filter(|it| !it.1.is_empty());
            (step, of.map(|(code, over)| (code, ordinary.under(&over))).collect())
        });
        Self { changes: changes.collect(), ordinary: ordinary.clone() }
    }

    /// In which steps the regimes changed.
    pub(crate) fn steps(&self) -> impl Iterator<Item = usize> {
        self.changes.iter().map(|it| it.0)
    }

    /// What counts for a product as it is known once regimes have changed in a step, if they did.
    pub(crate) fn of(&self, product: &Product, step: usize) -> &Minutes {
        let known = self.changes.iter().rev().find(|it| it.0 <= step);
        known.and_then(|it| it.1.get(product.code)).unwrap_or(&self.ordinary)
    }
}
