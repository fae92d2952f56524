//! A city: its calendar and what it promises.

use crate::{
    Calendar, CannotCount, CatalogueEntry, Channel, Code, Commitment, Count, Delay, Label, Level,
    Nature, Origin, OutOfCalendar, Pause, Promise, PromiseKind, Regimes, Request, Rule, Term,
    Timestamp, Verdict, Warn, Warning,
};
use std::borrow::Cow;

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
    /// The regimes under which its centre has worked.
    pub regimes: Regimes,
    /// Its promises; of each kind, the first one that applies holds.
    pub commitments: Vec<Commitment>,
    /// The shares that it promises to reach.
    pub levels: Vec<Level>,
}

impl City {
    /// The hours on which promises about a product run: the calendar's, and in their place those of
    /// the regimes that serve it. In free text the product is its own code.
    pub fn hours(&self, product: &Label, entry: Option<&CatalogueEntry>) -> Cow<'_, Calendar> {
        let product = entry.map_or(product.as_str(), |it| it.product.as_str());
        let mut serving = self.regimes.serving(product).peekable();
        match serving.peek() {
            None => Cow::Borrowed(&self.calendar),
            Some(_) => Cow::Owned(self.calendar.overlaid(serving)),
        }
    }

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
        let hours = self.hours(asked.product, asked.entry);
        promised.into_iter().map(|it| term(&hours, it, received, pauses)).collect()
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

    /// How long a promise of a request took until it was fulfilled; `None`: it is not, or beyond the
    /// calendar.
    pub fn taken(&self, request: &Request, promise: &Promise) -> Option<Taken> {
        let fulfilled_at = promise.fulfilled_at?;
        let hours = self.hours(&request.product, request.entry.as_ref());
        let count = Count { rule: promise.term.rule, received: promise.since, pauses: &[] };
        let due = hours.due(&count).ok();
        // What was given back for waits moved the due time by so much.
        let given_back = due.map_or(0, |due| hours.working_micros(due, promise.term.due_at));
        let business_days =
            hours.business_days_until(promise.since, given_back, fulfilled_at).ok()?;
        let taken = hours.working_micros(promise.since, fulfilled_at) - given_back;
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
        let hours = self.hours(&request.product, request.entry.as_ref());
        let promised = (term.commitment.as_ref(), &delay);
        self::term(&hours, promised, request.cycle_started_at, &pauses)
    }

    /// The terms of what is still open of a request that come out otherwise when they are counted now,
    /// because the calendar or a regime changed. One that leads out of the calendar stays as it is.
    pub fn revised(&self, request: &Request) -> Vec<Term> {
        let is_open = |it: &&Promise| {
            (it.cycle, it.verdict) == (request.cycle, Verdict::Pending)
                && request.origin == Origin::Live
        };
        let counted = request.promises.iter().filter(is_open).filter_map(|it| {
            let now = self.recount(request, &it.term, None).ok()?;
            (now != it.term).then_some(now)
        });
        counted.collect()
    }
}

fn term(
    hours: &Calendar,
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
    let due_at = hours.due(&count).map_err(out)?;
    let warning = |warn: &Warn| {
        let at = hours.warn_at(&count, due_at, *warn).map_err(out)?;
        Ok::<_, OutOfCalendar>(Warning { warn: *warn, at })
    };
    let mut warnings = delay.warnings.iter().map(warning).collect::<Result<Vec<_>, _>>()?;
    warnings.sort_by_key(|it| it.at);
    let (kind, rule) = (delay.promise, delay.rule);
    Ok(Term { kind, commitment: commitment.cloned(), rule, warnings, due_at })
}
