//! A city: its calendar and what it promises.

use crate::{
    Calendar, CannotCount, CatalogueEntry, Channel, Code, Commitment, Count, Delay, Label, Level,
    Nature, OutOfCalendar, Pause, Promise, PromiseKind, Request, Rule, Term, Timestamp, Warn,
    Warning,
};

/// How long a promise took, as it is counted: what was given back for waits is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Business days after that of the reception: what is fulfilled within a promise of so many is in
    /// time, with fewer it would be late.
    pub business_days: u32,
    /// Seconds of opening hours.
    pub business_secs: u32,
}

/// What a promise depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub product: &'a Label,
    pub nature: Nature,
    pub channel: Channel,
    /// What the catalogue promises comes before the city's general promises.
    pub entry: Option<&'a CatalogueEntry>,
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

impl City {
    /// What is promised for a request that waited through `pauses`, if anything: of each kind the
    /// catalogue's promise, or else the city's.
    pub(crate) fn terms(
        &self,
        asked: &Asked<'_>,
        received: Timestamp,
        pauses: &[Pause],
    ) -> Result<Vec<Term>, OutOfCalendar> {
        let of_catalogue = asked.entry.map(|it| it.promised.as_slice()).unwrap_or_default();
        let of_catalogue = of_catalogue.iter().map(|it| (it.commitment.as_ref(), &it.delay));
        let applies = |it: &&Commitment| {
            it.product.as_ref().is_none_or(|only| only == asked.product)
                && it.nature.is_none_or(|only| only == asked.nature)
                && it.channel.is_none_or(|only| only == asked.channel)
        };
        let general = self.commitments.iter().filter(applies).map(|it| (None, &it.delay));
        let mut promised: Vec<(Option<&Code>, &Delay)> = Vec::new();
        for it in of_catalogue.chain(general) {
            if !promised.iter().any(|known| known.1.promise == it.1.promise) {
                promised.push(it);
            }
        }
        promised.sort_by_key(|it| it.1.promise.rank());
        promised.into_iter().map(|it| self.term(it, received, pauses)).collect()
    }

    fn term(
        &self,
        (commitment, delay): (Option<&Code>, &Delay),
        received: Timestamp,
        pauses: &[Pause],
    ) -> Result<Term, OutOfCalendar> {
        let pauses = if delay.promise.pauses() { pauses } else { &[] };
        let count = Count { rule: delay.rule, received, pauses };
        let out = |error| match error {
            CannotCount::OutOfCalendar(out) => out,
            // Neither is a delay that a commitment can have.
            CannotCount::Source | CannotCount::CutOff(_) => OutOfCalendar,
        };
        let due_at = self.calendar.due(&count).map_err(out)?;
        let warning = |warn: &Warn| {
            let at = self.calendar.warn_at(&count, due_at, *warn).map_err(out)?;
            Ok::<_, OutOfCalendar>(Warning { warn: *warn, at })
        };
        let mut warnings = delay.warnings.iter().map(warning).collect::<Result<Vec<_>, _>>()?;
        warnings.sort_by_key(|it| it.at);
        let (kind, rule) = (delay.promise, delay.rule);
        Ok(Term { kind, commitment: commitment.cloned(), rule, warnings, due_at })
    }

    /// The general promise of a kind for a request of this product, nature and channel, if any.
    pub fn general(
        &self,
        promise: PromiseKind,
        (product, nature, channel): (&Label, Nature, Channel),
    ) -> Option<&Commitment> {
        self.commitments.iter().find(|it| {
            it.delay.promise == promise
                && it.product.as_ref().is_none_or(|only| only == product)
                && it.nature.is_none_or(|only| only == nature)
                && it.channel.is_none_or(|only| only == channel)
        })
    }

    /// How long a promise took until it was fulfilled; `None`: it is not, or beyond the calendar.
    pub fn taken(&self, promise: &Promise) -> Option<Taken> {
        let fulfilled_at = promise.fulfilled_at?;
        let count = Count { rule: promise.term.rule, received: promise.since, pauses: &[] };
        let due = self.calendar.due(&count).ok();
        // What was given back for waits moved the due time by so much.
        let given_back =
            due.map_or(0, |due| self.calendar.working_micros(due, promise.term.due_at));
        let business_days =
            self.calendar.business_days_until(promise.since, given_back, fulfilled_at).ok()?;
        let taken = self.calendar.working_micros(promise.since, fulfilled_at) - given_back;
        let business_secs = u32::try_from(taken.max(0) / 1_000_000).unwrap_or(u32::MAX);
        Some(Taken { business_days, business_secs })
    }

    /// A term of a request as it is counted now: by its rule, from the reception, with the waits there
    /// were and `pause`. What was taken over with imported history stays as it was.
    pub fn recount(
        &self,
        request: &Request,
        term: &Term,
        pause: Option<(Timestamp, Timestamp)>,
    ) -> Result<Term, OutOfCalendar> {
        if term.rule == Rule::Source {
            return Ok(term.clone());
        }
        let mut pauses = request.waits();
        pauses.extend(pause.and_then(|(from, to)| Pause::new(from, to).ok()));
        let warnings = term.warnings.iter().map(|it| it.warn).collect();
        let delay = Delay { promise: term.kind, rule: term.rule, warnings };
        self.term((term.commitment.as_ref(), &delay), request.cycle_started_at, &pauses)
    }
}
