//! A city: its calendar and what it promises.

mod wait;

use crate::{
    Calendar, CannotCount, Channel, Count, Label, Nature, OutOfCalendar, PromiseKind, Rule, Term,
    Timestamp, Warn,
};

/// A promised delay, and the requests to which it applies.
#[derive(Clone, Debug)]
pub struct Commitment {
    /// Only this product.
    pub product: Option<Label>,
    /// Only this nature.
    pub nature: Option<Nature>,
    /// Only this channel.
    pub channel: Option<Channel>,
    /// How its due time is counted. Not [`Rule::Source`], and with a cut-off within a day.
    pub rule: Rule,
}

/// What a promise depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promised<'a> {
    pub product: &'a Label,
    pub nature: Nature,
    pub channel: Channel,
    /// What the catalogue promises for the product: it comes before the city's general promises.
    pub business_days: Option<u32>,
}

/// A city, as far as deciding needs it.
#[derive(Clone, Debug)]
pub struct City {
    /// Its name.
    pub name: Label,
    /// Its working days and hours.
    pub calendar: Calendar,
    /// Its promises; the first one that applies holds.
    pub commitments: Vec<Commitment>,
}

impl City {
    /// What the city promises for a request, if anything.
    pub(crate) fn terms(
        &self,
        asked: &Promised<'_>,
        received: Timestamp,
    ) -> Result<Vec<Term>, OutOfCalendar> {
        let applies = |it: &&Commitment| {
            it.product.as_ref().is_none_or(|only| only == asked.product)
                && it.nature.is_none_or(|only| only == asked.nature)
                && it.channel.is_none_or(|only| only == asked.channel)
        };
        let general = || self.commitments.iter().find(applies).map(|it| it.rule);
        let of_product = asked.business_days.map(Rule::BusinessDaysEodV1);
        let Some(rule) = of_product.or_else(general) else { return Ok(Vec::new()) };
        let count = Count { rule, received, pauses: &[] };
        let due_at = self.calendar.due(&count).map_err(out)?;
        let warn_at = self.calendar.warn_at(&count, due_at, Warn::DEFAULT).map_err(out)?;
        Ok(vec![Term { kind: PromiseKind::Resolution, rule, warn_at: Some(warn_at), due_at }])
    }
}

fn out(error: CannotCount) -> OutOfCalendar {
    match error {
        CannotCount::OutOfCalendar(out) => out,
        // Neither is a rule that a commitment has.
        CannotCount::Source | CannotCount::CutOff(_) => OutOfCalendar,
    }
}
