//! The catalogue: what citizens can ask for, and what they are asked then.
//!
//! A [`Draft`] is what a city wrote, right or wrong. [`Catalogue::new`] checks it and keeps it: every
//! reference leads somewhere, every text exists in both languages, every question can come up, and
//! every walk through the questions ends. [`Catalogue::walk`] asks them.

mod answer;
mod bilingual;
mod build;
mod check;
mod commitment;
mod defect;
mod draft;
mod fold;
mod index;
pub mod limits;
mod product;
mod question;
mod resolve;
mod say;
mod search;
mod walk;

pub use answer::{Answer, AnswerKind, Answered, Given, Photo, PlaceAnswer};
pub use bilingual::{Bilingual, Words};
pub use commitment::{Asked, Commitment};
pub use defect::{Defect, Flaw, Part, Reference};
pub use draft::{
    ChoiceDraft, CommitmentDraft, ConditionDraft, Draft, OutcomeDraft, PrecisionDraft,
    ProductDraft, ProgrammeDraft, QuestionDraft, TestDraft, UnitDraft,
};
pub use product::{Class, DuplicateRule, Precision, Product, Programme, Unit};
pub use question::{Choice, Condition, NumberRange, Outcome, Question, QuestionKind, Test};
pub use resolve::Unresolved;
pub use search::Hit;
pub use walk::{AnswerProblem, Ending, Open, Problem, Step, Walk};

use crate::{Code, Label};
use index::Index;
use std::sync::Arc;

/// What citizens can ask for, and what they are asked then.
// Invariant: nothing of the draft was left out, and `index` is made of the rest. What else a draft
// must be, only the release that published it has checked: no walk and no search relies on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    name: Bilingual<Label>,
    units: Vec<Arc<Unit>>,
    programmes: Vec<Arc<Programme>>,
    products: Vec<Product>,
    commitments: Vec<Commitment>,
    index: Index,
}

/// Everything that is wrong with a draft; nothing: it makes a catalogue.
pub fn check(draft: &Draft) -> Vec<Defect> {
    Catalogue::new(draft).err().unwrap_or_default()
}

impl Catalogue {
    /// Makes a catalogue, or tells everything that is wrong with the draft, in the draft's order.
    pub fn new(draft: &Draft) -> Result<Self, Vec<Defect>> {
        Self::made(draft, |_| true)
    }

    /// A catalogue that was published, as it was taken then: only what would be lost of it stands in
    /// the way. The rest was for its publication to find, by the rules of then.
    pub fn published(draft: &Draft) -> Result<Self, Vec<Defect>> {
        Self::made(draft, Flaw::loses_something)
    }

    fn made(draft: &Draft, is_in_the_way: fn(&Flaw) -> bool) -> Result<Self, Vec<Defect>> {
        let mut found = defect::Findings::default();
        check::check(draft, &mut found);
        let parts = build::build(draft, &mut found);
        found.keep(is_in_the_way);
        match parts {
            Some(parts) if found.is_empty() => {
                let build::Parts { name, units, programmes, products, commitments } = parts;
                let index = Index::new(&products);
                Ok(Self { name, units, programmes, products, commitments, index })
            }
            Some(_) | None => Err(found.into_defects(draft)),
        }
    }

    /// Whose catalogue it is.
    pub fn name(&self) -> &Bilingual<Label> {
        &self.name
    }

    /// The units, in the order of the draft.
    pub fn units(&self) -> impl ExactSizeIterator<Item = &Unit> {
        self.units.iter().map(AsRef::as_ref)
    }

    /// The planned intervention programmes, in the order of the draft.
    pub fn programmes(&self) -> impl ExactSizeIterator<Item = &Programme> {
        self.programmes.iter().map(AsRef::as_ref)
    }

    /// The programme of a code.
    pub fn programme(&self, code: &Code) -> Option<&Programme> {
        self.programmes().find(|it| it.code == *code)
    }

    /// The products, in the order of the draft.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// What is promised, in the order of the draft: the first that applies comes first.
    pub fn commitments(&self) -> &[Commitment] {
        &self.commitments
    }

    /// The product of a code.
    pub fn product(&self, code: &Code) -> Option<&Product> {
        self.products.get(self.index.product(code)?)
    }

    /// A product and, if one is named, one of its precisions.
    pub fn class(&self, product: &Code, precision: Option<&Code>) -> Option<Class<'_>> {
        let product = self.product(product)?;
        let precision = match precision {
            Some(code) => Some(product.precision(code)?),
            None => None,
        };
        Some(Class { product, precision })
    }
}
