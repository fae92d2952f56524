//! What a catalogue promises.

use super::{Bilingual, Catalogue, Class};
use crate::{Channel, Code, Delay, Label, Nature, Promised, Urgency};

/// A promised delay, and the requests to which it applies.
#[derive(Clone, Debug, PartialEq)]
pub struct Commitment {
    /// Its code.
    pub code: Code,
    /// Its name.
    pub name: Bilingual<Label>,
    /// The delay.
    pub delay: Delay,
    /// Only this product.
    pub product: Option<Code>,
    /// Only this precision of the product.
    pub precision: Option<Code>,
    /// Only this channel.
    pub channel: Option<Channel>,
    /// Only this nature.
    pub nature: Option<Nature>,
    /// Only this urgency.
    pub urgency: Option<Urgency>,
}

impl Commitment {
    fn applies(&self, class: Class<'_>, asked: Asked) -> bool {
        self.product.as_ref().is_none_or(|only| *only == class.product.code)
            && self
                .precision
                .as_ref()
                .is_none_or(|only| class.precision.is_some_and(|it| it.code == *only))
            && self.channel.is_none_or(|only| only == asked.channel)
            && self.nature.is_none_or(|only| only == asked.nature)
            && self.urgency.is_none_or(|only| only == asked.urgency)
    }
}

/// How something is asked for, as far as promises depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How it came.
    pub channel: Channel,
    /// What is wanted.
    pub nature: Nature,
    /// How fast it must be dealt with.
    pub urgency: Urgency,
}

impl Catalogue {
    /// What is promised for a product: of each kind, what the product promises itself, or else the
    /// first commitment that applies.
    pub fn promised(&self, class: Class<'_>, asked: Asked) -> Vec<Promised> {
        let own = class.business_days().map(|days| Delay::resolved_within(days).into());
        let applying = self.commitments().iter().filter(|it| it.applies(class, asked));
        let applying = applying
            .map(|it| Promised { commitment: Some(it.code.clone()), delay: it.delay.clone() });
        let mut promised: Vec<Promised> = Vec::new();
        for it in own.into_iter().chain(applying) {
            if !promised.iter().any(|known| known.delay.promise == it.delay.promise) {
                promised.push(it);
            }
        }
        promised
    }

    /// The commitment of a code.
    pub fn commitment(&self, code: &Code) -> Option<&Commitment> {
        self.commitments().iter().find(|it| it.code == *code)
    }
}
