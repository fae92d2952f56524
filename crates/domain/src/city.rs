//! A city: its calendar and what it promises.

use crate::{
    Calendar, Channel, Label, Level, Nature, OutOfCalendar, Promise, PromiseKind, Rule, Term,
    Timestamp,
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
    /// What is promised.
    pub promise: PromiseKind,
    /// The delay, in business days.
    pub business_days: u32,
}

/// How long a promise took, as it is counted: what was given back for waits is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    /// Business days after that of the reception: what is fulfilled within a promise of so many is in
    /// time, with fewer it would be late.
    pub business_days: u32,
    /// Seconds of opening hours.
    pub business_secs: u32,
}

/// What a promise depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promised<'a> {
    pub product: &'a Label,
    pub nature: Nature,
    pub channel: Channel,
    /// When the catalogue promises that it is resolved: it comes before the city's general promises.
    pub business_days: Option<u32>,
}

/// A city, as far as deciding needs it.
#[derive(Clone, Debug)]
pub struct City {
    /// Its name.
    pub name: Label,
    /// Its working days and hours.
    pub calendar: Calendar,
    /// Its promises; of each kind, the first one that applies holds.
    pub commitments: Vec<Commitment>,
    /// The shares that it promises to reach.
    pub levels: Vec<Level>,
}

/// The share of the working time of a delay after which a warning comes, in percent.
const WARN_AT_PERCENT: i64 = 80;

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
        let general = |kind| {
            let mut applying = self.commitments.iter().filter(applies);
            applying.find(|it| it.promise == kind).map(|it| it.business_days)
        };
        let answer = general(PromiseKind::FirstAnswer);
        let resolution = asked.business_days.or_else(|| general(PromiseKind::Resolution));
        let answer = answer.map(|days| (PromiseKind::FirstAnswer, days));
        let resolution = resolution.map(|days| (PromiseKind::Resolution, days));
        let promised = answer.into_iter().chain(resolution);
        promised.map(|(kind, days)| self.term(kind, days, received)).collect()
    }

    fn term(
        &self,
        kind: PromiseKind,
        days: u32,
        received: Timestamp,
    ) -> Result<Term, OutOfCalendar> {
        let due_at = self.calendar.business_days_eod(received, days)?;
        let total = self.calendar.working_micros(received, due_at);
        let warn_at = self.calendar.add_working_micros(received, total / 100 * WARN_AT_PERCENT)?;
        Ok(Term { kind, rule: Rule::BusinessDaysEodV1(days), warn_at: Some(warn_at), due_at })
    }

    /// The general promise of a kind for a request of this product, nature and channel, if any.
    pub fn general(
        &self,
        promise: PromiseKind,
        (product, nature, channel): (&Label, Nature, Channel),
    ) -> Option<&Commitment> {
        self.commitments.iter().find(|it| {
            it.promise == promise
                && it.product.as_ref().is_none_or(|only| only == product)
                && it.nature.is_none_or(|only| only == nature)
                && it.channel.is_none_or(|only| only == channel)
        })
    }

    /// How long a promise took until it was fulfilled; `None`: it is not, or beyond the calendar.
    pub fn delay(&self, promise: &Promise) -> Option<Delay> {
        let fulfilled_at = promise.fulfilled_at?;
        let due = match promise.term.rule {
            Rule::BusinessDaysEodV1(days) => {
                self.calendar.business_days_eod(promise.since, days).ok()
            }
            Rule::Source => None,
        };
        // What was given back for waits moved the due time by so much.
        let given_back =
            due.map_or(0, |due| self.calendar.working_micros(due, promise.term.due_at));
        let business_days =
            self.calendar.business_days_until(promise.since, given_back, fulfilled_at).ok()?;
        let taken = self.calendar.working_micros(promise.since, fulfilled_at) - given_back;
        let business_secs = u32::try_from(taken.max(0) / 1_000_000).unwrap_or(u32::MAX);
        Some(Delay { business_days, business_secs })
    }

    /// A term moved by the working time of a pause, if its clock stood still.
    pub fn after_pause(
        &self,
        term: &Term,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Term, OutOfCalendar> {
        // A due time that had passed before the pause is not given back.
        if !term.kind.pauses() || term.due_at < from {
            return Ok(*term);
        }
        let paused = self.calendar.working_micros(from, to);
        let moved = |at: Timestamp| self.calendar.add_working_micros(at, paused);
        let warn_at = match term.warn_at {
            Some(at) if at >= from => Some(moved(at)?),
            over => over,
        };
        Ok(Term { warn_at, due_at: moved(term.due_at)?, ..*term })
    }
}
