//! Products and their precisions, the units responsible for them and the programmes they enter.

use super::{Bilingual, Question};
use crate::{Code, Label, Nature, Text, Urgency};
use std::sync::Arc;

/// A unit of the city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its code.
    pub code: Code,
    /// Its name.
    pub name: Bilingual<Label>,
}

/// A planned intervention programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// Its code.
    pub code: Code,
    /// Its name.
    pub name: Bilingual<Label>,
    /// What the citizen is told, once.
    pub notice: Bilingual<Text>,
}

/// Which requests of the same product are suggested as duplicates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DuplicateRule {
    /// How near they lie.
    pub within_metres: u32,
    /// How long ago they were opened.
    pub within_days: u32,
}

/// What citizens can ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Its code, unique in the catalogue.
    pub code: Code,
    /// Its name; no other product has one that reads the same.
    pub name: Bilingual<Label>,
    /// Under what it stands on a screen.
    pub group: Option<Bilingual<Label>>,
    /// The responsible unit.
    pub unit: Arc<Unit>,
    /// What is wanted.
    pub nature: Nature,
    /// How fast it must be dealt with.
    pub urgency: Urgency,
    /// Other words for it, for search.
    pub synonyms: Bilingual<Vec<Label>>,
    /// How other systems name it.
    pub aliases: Vec<Label>,
    /// The promised delay.
    pub business_days: Option<u32>,
    /// The programme that its requests enter.
    pub programme: Option<Arc<Programme>>,
    /// How long after its end a request may be reopened; `None`: always, 0: never.
    pub reopen_within_days: Option<u32>,
    /// Which requests are suggested as duplicates.
    pub duplicates: Option<DuplicateRule>,
    /// Its precisions.
    pub precisions: Vec<Precision>,
    /// Its questions, in the order in which they are asked.
    pub questions: Vec<Question>,
}

impl Product {
    /// The precision of a code.
    pub fn precision(&self, code: &Code) -> Option<&Precision> {
        self.precisions.iter().find(|it| it.code == *code)
    }

    /// The question of a code.
    pub fn question(&self, code: &Code) -> Option<&Question> {
        self.questions.iter().find(|it| it.code == *code)
    }
}

/// What a product is about more precisely; `None` is as for the product.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// Its code, unique in its product.
    pub code: Code,
    /// Its name; no other precision of its product has one that reads the same.
    pub name: Bilingual<Label>,
    /// The responsible unit.
    pub unit: Option<Arc<Unit>>,
    /// What is wanted.
    pub nature: Option<Nature>,
    /// How fast it must be dealt with.
    pub urgency: Option<Urgency>,
    /// Other words for it, for search.
    pub synonyms: Bilingual<Vec<Label>>,
    /// How other systems name it.
    pub aliases: Vec<Label>,
    /// The promised delay.
    pub business_days: Option<u32>,
    /// The programme that its requests enter.
    pub programme: Option<Arc<Programme>>,
}

/// A product and perhaps one of its precisions: how a request is classified.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class<'a> {
    /// The product.
    pub product: &'a Product,
    /// One of its precisions.
    pub precision: Option<&'a Precision>,
}

impl<'a> Class<'a> {
    /// The responsible unit.
    pub fn unit(self) -> &'a Unit {
        self.precision.and_then(|it| it.unit.as_ref()).unwrap_or(&self.product.unit)
    }

    /// What is wanted.
    pub fn nature(self) -> Nature {
        self.precision.and_then(|it| it.nature).unwrap_or(self.product.nature)
    }

    /// How fast it must be dealt with, unless an answer says otherwise.
    pub fn urgency(self) -> Urgency {
        self.precision.and_then(|it| it.urgency).unwrap_or(self.product.urgency)
    }

    /// The promised delay.
    pub fn business_days(self) -> Option<u32> {
        self.precision.and_then(|it| it.business_days).or(self.product.business_days)
    }

    /// The programme that its requests enter.
    pub fn programme(self) -> Option<&'a Programme> {
        let own = self.precision.and_then(|it| it.programme.as_deref());
        own.or(self.product.programme.as_deref())
    }
}
