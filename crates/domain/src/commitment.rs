//! What a city promises: how long something may take, and when to warn of it.

use crate::catalogue::limits::BUSINESS_DAYS_MAX;
use crate::{Channel, Code, Days, Label, Nature, PromiseKind, Rule, Warn};
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

impl Commitment {
    /// Whether it applies to a request of this product, nature and channel.
    pub(crate) fn applies(&self, product: &Label, nature: Nature, channel: Channel) -> bool {
        self.product.as_ref().is_none_or(|only| only == product)
            && self.nature.is_none_or(|only| only == nature)
            && self.channel.is_none_or(|only| only == channel)
    }
}

/// Ten years.
const DAYS_MAX: u32 = 3_653;
const DAY_SECS: u64 = 24 * 3600;

impl Rule {
    /// Whether somebody would promise it: more than nothing, at most 2,000 business days, ten years or
    /// as many hours, with a cut-off within a day.
    pub fn can_be_promised(&self) -> bool {
        let whole = |days: u32| (1..=BUSINESS_DAYS_MAX).contains(&days);
        let days = |it: &Days| {
            (it.days > 0 || it.extra_secs > 0)
                && it.days <= BUSINESS_DAYS_MAX
                && u64::from(it.extra_secs) <= DAY_SECS
        };
        let time = |secs: u64| (1..=u64::from(DAYS_MAX) * DAY_SECS).contains(&secs);
        match self {
            Self::Source => false,
            Self::BusinessDaysEodV1(days) | Self::BusinessDaysLandingV1(days) => whole(*days),
            Self::BusinessDaysSameTimeV1(it)
            | Self::BusinessDaysMidnightV1(it)
            | Self::BusinessDaysOpeningV1(it)
            | Self::BusinessDaysThenOpeningV1(it)
            | Self::BusinessDaysWithinV1(it)
            | Self::BusinessDaysClosingV1(it) => days(it),
            Self::BusinessDaysCutOffV1(it, cut_off) => {
                days(it) && cut_off.at_minute < 1440 && cut_off.restart_minute < 1440
            }
            Self::CalendarDaysV1(days) => (1..=DAYS_MAX).contains(days),
            Self::BusinessTimeV1 { secs }
            | Self::BusinessTimeOpeningV1 { secs }
            | Self::CalendarTimeV1 { secs } => time(*secs),
        }
    }
}
