//! By what products are found: codes, names, aliases, words.

use super::Product;
use super::fold::fold;
use super::search::Entry;
use crate::Code;
use std::collections::HashMap;

/// A product by its place, and perhaps one of its precisions.
pub(super) type Place = (usize, Option<usize>);

/// By what products are found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    codes: HashMap<Code, usize>,
    /// Codes and names, folded.
    names: HashMap<String, usize>,
    /// Aliases, folded.
    aliases: HashMap<String, Place>,
    /// Names of precisions, folded; `None`: several products have one.
    precisions: HashMap<String, Option<Place>>,
    /// What search goes through.
    pub(super) entries: Vec<Entry>,
}

impl Index {
    pub(super) fn new(products: &[Product]) -> Self {
        let mut index = Self::default();
        for (at, product) in products.iter().enumerate() {
            index.add(at, product);
        }
        index
    }

    fn add(&mut self, at: usize, product: &Product) {
        self.codes.insert(product.code.clone(), at);
        let names =
            [product.code.as_str(), product.name.french.as_str(), product.name.english.as_str()];
        for name in names {
            self.names.insert(fold(name), at);
        }
        for alias in &product.aliases {
            self.aliases.insert(fold(alias.as_str()), (at, None));
        }
        self.entries.push(Entry::of_product(at, product));
        for (nth, precision) in product.precisions.iter().enumerate() {
            let place = (at, Some(nth));
            for alias in &precision.aliases {
                self.aliases.insert(fold(alias.as_str()), place);
            }
            for name in [&precision.name.french, &precision.name.english] {
                let known = self.precisions.entry(fold(name.as_str())).or_insert(Some(place));
                if *known != Some(place) {
                    *known = None;
                }
            }
            self.entries.push(Entry::of_precision(place, product, precision));
        }
    }

    pub(super) fn product(&self, code: &Code) -> Option<usize> {
        self.codes.get(code).copied()
    }

    pub(super) fn named(&self, folded: &str) -> Option<usize> {
        self.names.get(folded).copied()
    }

    /// Codes and names of products, folded, in no order.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, usize)> {
        self.names.iter().map(|(name, at)| (name.as_str(), *at))
    }

    /// What another system's word stands for: an alias before a name, a product before a precision.
    pub(super) fn foreign(&self, folded: &str) -> Option<Place> {
        let alias = self.aliases.get(folded).copied();
        let product = || self.named(folded).map(|at| (at, None));
        alias.or_else(product).or_else(|| self.precisions.get(folded).copied().flatten())
    }
}
