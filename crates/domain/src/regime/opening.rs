//! Whether the centre is open: its calendar, and the hours of a regime while it holds.

use super::{Regime, Regimes, Week};
use crate::calendar::Shift;
use crate::{Calendar, Timestamp};

/// Whether the centre is open at an instant. At its opening it is open, at its closing it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It is open.
    Open {
        /// Until when; `None`: for more than a year to come.
        closes_at: Option<Timestamp>,
    },
    /// It is closed.
    Closed {
        /// Until when; `None`: for good, as far as a calendar can count.
        opens_at: Option<Timestamp>,
    },
}

impl Opening {
    /// Whether it is open.
    pub fn is_open(self) -> bool {
        match self {
            Self::Open { .. } => true,
            Self::Closed { .. } => false,
        }
    }
}

/// How far ahead a closing is looked for: 400 days.
const HORIZON_MICROS: i64 = 400 * 24 * 3600 * 1_000_000;

/// Whether the centre is open at an instant, and until when, as far as the regimes are known.
pub fn opening(calendar: &Calendar, regimes: &Regimes, at: Timestamp) -> Opening {
    let horizon = at.saturating_add_micros(HORIZON_MICROS);
    let mut closes_at = None;
    for (opens, closes) in shifts(calendar, regimes, at) {
        match closes_at {
            None if at < opens => return Opening::Closed { opens_at: Some(opens) },
            // Shifts that touch are one: a night between two days that never close.
            Some(closing) if closing < opens => break,
            None | Some(_) if horizon <= closes => return Opening::Open { closes_at: None },
            None | Some(_) => closes_at = Some(closes),
        }
    }
    match closes_at {
        Some(_) => Opening::Open { closes_at },
        None => Opening::Closed { opens_at: None },
    }
}

/// A time through which the same hours hold.
struct Span {
    from: Timestamp,
    to: Timestamp,
    week: Option<Week>,
}

/// When the centre is open from an instant on, in order; nothing before the instant is kept.
fn shifts(calendar: &Calendar, regimes: &Regimes, at: Timestamp) -> impl Iterator<Item = Shift> {
    spans(regimes, at).into_iter().flat_map(move |span| {
        calendar
            .shifts(span.week, span.from)
            .take_while(move |(opens, _)| *opens < span.to)
            .map(move |(opens, closes)| (opens.max(span.from), closes.min(span.to)))
            .filter(|(opens, closes)| opens < closes)
    })
}

/// The spans from an instant to the end of time, in order and without gaps.
fn spans(regimes: &Regimes, at: Timestamp) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut from = at;
    let held = regimes.all().iter().filter(|it| it.from() < it.end() && at < it.end());
    for (begins, ends, week) in held.flat_map(hours) {
        if from < begins {
            spans.push(Span { from, to: begins, week: None });
            from = begins;
        }
        if from < ends {
            spans.push(Span { from, to: ends, week });
            from = ends;
        }
    }
    spans.push(Span { from, to: Timestamp::MAX, week: None });
    spans
}

impl Regimes {
    /// The hours of the regimes that serve a product, each from when until when, in order.
    pub(crate) fn serving<'a>(
        &'a self,
        product: &'a str,
    ) -> impl Iterator<Item = (Timestamp, Timestamp, Week)> + 'a {
        let held = self.all().iter().filter(|it| it.from() < it.end() && it.serves(product));
        held.flat_map(hours).filter_map(|(from, to, week)| Some((from, to, week?)))
    }
}

/// The hours of a regime, each with its beginning and end.
fn hours(regime: &Regime) -> impl Iterator<Item = (Timestamp, Timestamp, Option<Week>)> {
    let next = regime.hours().iter().skip(1).map(|it| it.since);
    let ends = next.chain([regime.end()]).map(|end| end.min(regime.end()));
    regime.hours().iter().zip(ends).map(|(it, end)| (it.since, end, it.week))
}
