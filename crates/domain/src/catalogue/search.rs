//! Search: what somebody may mean who types a few words.

use super::fold::fold;
use super::index::Place;
use super::{Bilingual, Catalogue, Class, Precision, Product};
use crate::{Label, Language};

/// Words of a search that are looked at.
const WORDS_MAX: usize = 20;
/// Characters of a search that are looked at.
const CHARS_MAX: usize = 200;

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit<'a> {
    /// The product, or one of its precisions.
    pub class: Class<'a>,
    /// How far it is from what was asked: 0 is nearest.
    pub distance: u32,
}

/// A product or a precision, as search goes through it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    place: Place,
    texts: Bilingual<Texts>,
}

/// Folded texts of one language.
#[derive(Clone, Debug, Default, PartialEq)]
struct Texts {
    name: String,
    synonyms: Vec<String>,
    /// Of a precision: the name of its product.
    product: String,
    group: String,
}

impl Entry {
    pub(super) fn of_product(at: usize, product: &Product) -> Self {
        let texts = |language| Texts {
            name: fold(product.name.get(language).as_str()),
            synonyms: folded(product.synonyms.get(language)),
            product: String::new(),
            group: group(product, language),
        };
        Self { place: (at, None), texts: both(texts) }
    }

    pub(super) fn of_precision(place: Place, product: &Product, precision: &Precision) -> Self {
        let texts = |language| Texts {
            name: fold(precision.name.get(language).as_str()),
            synonyms: folded(precision.synonyms.get(language)),
            product: fold(product.name.get(language).as_str()),
            group: group(product, language),
        };
        Self { place, texts: both(texts) }
    }
}

fn both<T>(of: impl Fn(Language) -> T) -> Bilingual<T> {
    Bilingual { french: of(Language::French), english: of(Language::English) }
}

fn folded(labels: &[Label]) -> Vec<String> {
    labels.iter().map(|it| fold(it.as_str())).collect()
}

fn group(product: &Product, language: Language) -> String {
    product.group.as_ref().map(|it| fold(it.get(language).as_str())).unwrap_or_default()
}

impl Texts {
    /// How far it is from the words; `None`: one of them is nowhere.
    ///
    /// Each word counts by where it is found: in the name, a synonym, the product of a precision,
    /// the group; the beginning of a word counts less than the whole. At least one word must be in the
    /// name or a synonym, so that a product does not bring all its precisions along.
    fn distance(&self, words: &[&str], wanted: &str) -> Option<u32> {
        if self.name == wanted {
            return Some(0);
        }
        let mut sum = 1;
        let mut is_own = false;
        for word in words {
            let synonyms = self.synonyms.iter().filter_map(|it| nearness(it, word)).min();
            let own = [nearness(&self.name, word), synonyms.map(|it| it + 2)];
            let other = [
                nearness(&self.product, word).map(|it| it + 4),
                nearness(&self.group, word).map(|it| it + 6),
            ];
            let own = own.into_iter().flatten().min();
            is_own |= own.is_some();
            sum += own.into_iter().chain(other.into_iter().flatten()).min()?;
        }
        is_own.then_some(sum).or_else(|| self.by_group(words))
    }

    /// Words that are all in the group find the products of the group, last.
    fn by_group(&self, words: &[&str]) -> Option<u32> {
        let all = words.iter().all(|it| nearness(&self.group, it).is_some());
        (all && self.product.is_empty()).then_some(1_000)
    }
}

/// A word that says nothing of what is looked for.
fn is_small(word: &str) -> bool {
    const SMALL: &[&str] = &[
        "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ma", "mon",
        "un", "une", "an", "and", "in", "my", "of", "on", "the", "to",
    ];
    SMALL.contains(&word)
}

/// 0 when the text has the word, 1 when one of its words begins so.
fn nearness(text: &str, word: &str) -> Option<u32> {
    let near = text.split(' ').filter(|it| it.starts_with(word));
    near.map(|it| u32::from(it.len() > word.len())).min()
}

impl Catalogue {
    /// The products and precisions in which each word of the text begins a word, the nearest first,
    /// else in the order of the catalogue. Case, accents and punctuation do not matter.
    pub fn search(&self, text: &str, language: Language, limit: usize) -> Vec<Hit<'_>> {
        let wanted = fold(&text.chars().take(CHARS_MAX).collect::<String>());
        let typed: Vec<&str> =
            wanted.split(' ').filter(|it| !it.is_empty()).take(WORDS_MAX).collect();
        // Articles and the like stand in few names: they count only when there is nothing else.
        let mut words: Vec<&str> = typed.iter().copied().filter(|it| !is_small(it)).collect();
        if words.is_empty() {
            words = typed;
        }
        if words.is_empty() {
            return Vec::new();
        }
        let entries = self.index.entries.iter();
        let mut hits: Vec<Hit<'_>> = entries
            .filter_map(|it| {
                let distance = it.texts.get(language).distance(&words, &wanted)?;
                Some(Hit { class: self.class_at(it.place)?, distance })
            })
            .collect();
        hits.sort_by_key(|it| it.distance);
        hits.truncate(limit);
        hits
    }

    pub(super) fn class_at(&self, (product, precision): Place) -> Option<Class<'_>> {
        let product = self.products.get(product)?;
        let precision = match precision {
            Some(at) => Some(product.precisions.get(at)?),
            None => None,
        };
        Some(Class { product, precision })
    }
}
