//! What a city promises: how long something may take, and when to warn of it.

use crate::{Channel, Code, Label, Nature, PromiseKind, Rule, Warn};
use serde::{Deserialize, Serialize};

/// How long something may take.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Delay {
    /// What is promised.
    pub promise: PromiseKind,
    /// How its due time is counted.
    pub rule: Rule,
    /// When to warn before it, at most [`Delay::WARNINGS_MAX`].
    pub warnings: Vec<Warn>,
}

impl Delay {
    /// The most warnings of a promise.
    pub const WARNINGS_MAX: usize = 4;

    /// A delay with a warning after four fifths of it.
    pub fn new(promise: PromiseKind, rule: Rule) -> Self {
        Self { promise, rule, warnings: vec![Warn::DEFAULT] }
    }

    /// Resolved by the closing of the n-th business day, with a warning after four fifths of it.
    pub fn resolved_within(business_days: u32) -> Self {
        Self::new(PromiseKind::Resolution, Rule::BusinessDaysEodV1(business_days))
    }
}

/// A delay that is promised for a request, and by which commitment of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Promised {
    /// The commitment; `None`: the product itself or the city promises it.
    pub commitment: Option<Code>,
    /// The delay.
    pub delay: Delay,
}

impl From<Delay> for Promised {
    fn from(delay: Delay) -> Self {
        Self { commitment: None, delay }
    }
}

/// A delay that a city promises in general, and the requests to which it applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Only this product.
    pub product: Option<Label>,
    /// Only this nature.
    pub nature: Option<Nature>,
    /// Only this channel.
    pub channel: Option<Channel>,
    /// The delay.
    pub delay: Delay,
}
