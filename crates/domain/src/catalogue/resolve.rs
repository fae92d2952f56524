//! From what people and other systems write to a product and a precision.

use super::fold::fold;
use super::{Catalogue, Class, Precision, Product};
use crate::{Label, Language};
use std::collections::HashMap;

/// Suggestions that are made for a name that is not known.
const SUGGESTIONS_MAX: usize = 3;

/// No product or precision is named so.
#[derive(Clone, Debug, PartialEq)]
pub struct Unresolved<'a, T> {
    /// Those whose names are near, the nearest first.
    pub suggestions: Vec<&'a T>,
}

impl Catalogue {
    /// The product of a code, or of a name in either language, whatever its case and accents.
    pub fn resolve_product(&self, text: &str) -> Result<&Product, Unresolved<'_, Product>> {
        let wanted = fold(text);
        let found = self.index.named(&wanted).and_then(|at| self.products.get(at));
        found.ok_or_else(|| Unresolved { suggestions: self.suggest(text, &wanted) })
    }

    fn suggest(&self, text: &str, wanted: &str) -> Vec<&Product> {
        let names = self.index.names();
        let mut near: HashMap<usize, usize> = HashMap::new();
        for (name, at) in names {
            if let Some(distance) = distance(name, wanted) {
                let nearest = near.entry(at).or_insert(distance);
                *nearest = distance.min(*nearest);
            }
        }
        let mut near: Vec<(usize, usize)> = near.into_iter().map(|(at, it)| (it, at)).collect();
        near.sort_unstable();
        let mut found: Vec<&Product> =
            near.into_iter().filter_map(|(_, at)| self.products.get(at)).collect();
        for language in [Language::French, Language::English] {
            for hit in self.search(text, language, SUGGESTIONS_MAX) {
                if !found.iter().any(|it| it.code == hit.class.product.code) {
                    found.push(hit.class.product);
                }
            }
        }
        found.truncate(SUGGESTIONS_MAX);
        found
    }

    /// What another system's words stand for, through aliases first, then names and codes. Words for
    /// the precision are looked at when those for the product do not say it.
    pub fn by_alias(&self, product: &str, precision: Option<&str>) -> Option<Class<'_>> {
        let place = self.index.foreign(&fold(product))?;
        let mut class = self.class_at(place)?;
        if let (None, Some(precision)) = (class.precision, precision) {
            let wanted = fold(precision);
            let named = |it: &&Precision| {
                names(it).any(|it| fold(it) == wanted)
                    || it.aliases.iter().any(|it| fold(it.as_str()) == wanted)
            };
            class.precision = class.product.precisions.iter().find(named);
        }
        Some(class)
    }
}

impl Product {
    /// The precision of a code, or of a name in either language, whatever its case and accents.
    pub fn resolve_precision(&self, text: &str) -> Result<&Precision, Unresolved<'_, Precision>> {
        let wanted = fold(text);
        let found = self.precisions.iter().find(|it| names(it).any(|it| fold(it) == wanted));
        found.ok_or_else(|| {
            let near =
                |it: &Precision| names(it).filter_map(|it| distance(&fold(it), &wanted)).min();
            let precisions = self.precisions.iter();
            let mut near: Vec<_> = precisions.filter_map(|it| Some((near(it)?, it))).collect();
            near.sort_by_key(|(distance, _)| *distance);
            let suggestions = near.into_iter().map(|(_, it)| it).take(SUGGESTIONS_MAX);
            Unresolved { suggestions: suggestions.collect() }
        })
    }
}

fn names(it: &Precision) -> impl Iterator<Item = &str> {
    [it.code.as_str(), it.name.french.as_str(), it.name.english.as_str()].into_iter()
}

/// How many letters differ, unless it is too many for a slip: a third of the longer text.
fn distance(name: &str, wanted: &str) -> Option<usize> {
    let (long, short) = (name.len().max(wanted.len()), name.len().min(wanted.len()));
    let max = (long / 3).clamp(1, 4);
    if long > Label::MAX || long - short > max {
        return None;
    }
    Some(strsim::osa_distance(name, wanted)).filter(|it| *it <= max)
}
