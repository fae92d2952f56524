//! Codes, names and aliases: each stands for one thing.

use crate::catalogue::build::shown;
use crate::catalogue::defect::{Findings, Flaw, Part, place};
use crate::catalogue::fold::fold;
use crate::catalogue::{Draft, ProductDraft, QuestionDraft, Words, limits};
use std::collections::HashMap;

/// The products of a draft by code; of two, the first.
pub(super) type Products<'a> = HashMap<&'a str, usize>;

pub(super) fn products(draft: &Draft) -> Products<'_> {
    let mut products = HashMap::new();
    for (at, product) in draft.products.iter().take(limits::PRODUCTS_MAX).enumerate() {
        products.entry(product.code.trim()).or_insert(at);
    }
    products
}

pub(super) fn check(draft: &Draft, found: &mut Findings) {
    let units = draft.units.iter().take(limits::UNITS_MAX);
    codes(units.map(|it| it.code.as_str()), Part::Unit, found);
    let programmes = draft.programmes.iter().take(limits::PROGRAMMES_MAX);
    codes(programmes.map(|it| it.code.as_str()), Part::Programme, found);
    let commitments = draft.commitments.iter().take(limits::COMMITMENTS_MAX);
    codes(commitments.map(|it| it.code.as_str()), Part::Commitment, found);
    let products = || draft.products.iter().take(limits::PRODUCTS_MAX);
    codes(products().map(|it| it.code.as_str()), Part::Product, found);
    let named = products().map(|it| (it.code.as_str(), &it.name)).collect::<Vec<_>>();
    let mut names = Names { draft, found };
    names.check(&named, Part::Product);
    for (at, product) in products().enumerate() {
        names.of_product(at, product);
    }
    aliases(draft, found);
}

/// Each code but the first of its kind that is the same.
fn codes<'a>(
    codes: impl Iterator<Item = &'a str>,
    part: impl Fn(usize) -> Part,
    found: &mut Findings,
) {
    let mut first = HashMap::new();
    for (at, code) in codes.map(str::trim).enumerate() {
        if !code.is_empty() && *first.entry(code).or_insert(at) != at {
            found.add(part(at), "code", Flaw::DuplicateCode(shown(code)));
        }
    }
}

struct Names<'a, 'b> {
    draft: &'a Draft,
    found: &'b mut Findings,
}

impl Names<'_, '_> {
    fn of_product(&mut self, at: usize, product: &ProductDraft) {
        let precisions = product.precisions.iter().take(limits::PRECISIONS_MAX);
        codes(
            precisions.clone().map(|it| it.code.as_str()),
            |nth| Part::Precision(at, nth),
            self.found,
        );
        let named = precisions.map(|it| (it.code.as_str(), &it.name)).collect::<Vec<_>>();
        self.check(&named, |nth| Part::Precision(at, nth));
        if product.questions.len() > limits::QUESTIONS_MAX {
            return;
        }
        let questions = product.questions.iter().map(|it| it.code.as_str());
        codes(questions, |nth| Part::Question(at, nth), self.found);
        for (nth, question) in product.questions.iter().enumerate() {
            self.of_question((at, nth), question);
        }
    }

    fn of_question(&mut self, (product, at): (usize, usize), question: &QuestionDraft) {
        let choices = question.choices.iter().take(limits::CHOICES_MAX);
        let part = |nth| Part::Choice(product, at, nth);
        codes(choices.clone().map(|it| it.code.as_str()), part, self.found);
        let named = choices.map(|it| (it.code.as_str(), &it.label)).collect::<Vec<_>>();
        self.check(&named, part);
    }

    /// A code or a name, in whatever language, leads to one thing: people and programs name things by
    /// any of them.
    fn check(&mut self, named: &[(&str, &Words)], part: impl Fn(usize) -> Part) {
        let mut taken: HashMap<String, usize> = HashMap::new();
        for (at, (code, _)) in named.iter().enumerate() {
            taken.entry(fold(code)).or_insert(at);
        }
        for (at, (_, name)) in named.iter().enumerate() {
            for text in [&name.french, &name.english] {
                let key = fold(text);
                if key.is_empty() {
                    continue;
                }
                let first = *taken.entry(key).or_insert(at);
                // Two things of the same code are reported as that.
                let same = named.get(first).is_some_and(|(code, _)| {
                    named.get(at).is_some_and(|(own, _)| own.trim() == code.trim())
                });
                if first != at && !same {
                    let flaw = Flaw::Ambiguous {
                        name: text.trim().to_owned(),
                        other: place(self.draft, part(first)),
                    };
                    self.found.add(part(at), "name", flaw);
                    break;
                }
            }
        }
    }
}

/// Each alias stands for one product or one precision.
fn aliases(draft: &Draft, found: &mut Findings) {
    let mut taken: HashMap<String, Part> = HashMap::new();
    let mut check = |part: Part, aliases: &[String]| {
        for alias in aliases.iter().take(limits::ALIASES_MAX) {
            let first = *taken.entry(fold(alias)).or_insert(part);
            if first != part {
                let (alias, other) = (alias.trim().to_owned(), place(draft, first));
                found.add(part, "aliases", Flaw::DuplicateAlias { alias, other });
            }
        }
    };
    for (at, product) in draft.products.iter().take(limits::PRODUCTS_MAX).enumerate() {
        check(Part::Product(at), &product.aliases);
        let precisions = product.precisions.iter().take(limits::PRECISIONS_MAX).enumerate();
        for (nth, precision) in precisions {
            check(Part::Precision(at, nth), &precision.aliases);
        }
    }
}
