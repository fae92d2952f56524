//! The stretches of working time, one after the other: forwards and backwards.
//!
//! The zone's spans come first, the days within a span second: so the stretches are in order of time
//! even where a clock change leads back across midnight (St. John's until 2011).

use super::window::{Hours, Window};
use super::zone::{FIRST_DAY, LAST_DAY, MINUTE, Zone, day_at, start_of};

/// A stretch of working time, in microseconds. Two that touch may follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// The day to whose windows it belongs.
    pub day: i32,
    pub from: i64,
    pub to: i64,
}

/// The local times of a window of a day.
pub(crate) fn local(day: i32, window: Window) -> (i64, i64) {
    let minutes = |it: u16| start_of(day) + i64::from(it) * MINUTE;
    (minutes(window.opens()), minutes(window.closes()))
}

/// The working time that ends after `at`, in order.
pub(crate) fn after<'a>(
    zone: &'a Zone,
    hours: impl Fn(i32) -> Hours + 'a,
    at: i64,
) -> impl Iterator<Item = Opening> + 'a {
    let first = zone.span_at(at);
    let begins = zone.local_of(at);
    (first..zone.spans())
        .flat_map(move |span| {
            let (from, to) = zone.local_bounds(span);
            // A window of the day before may run into the span.
            let day = day_at(from.max(if span == first { begins } else { from })).saturating_sub(1);
            let last = day_at(to.saturating_sub(1)).min(LAST_DAY);
            (day.max(FIRST_DAY)..=last).map(move |day| (span, day))
        })
        .flat_map(move |(span, day)| pieces(zone, span, day, hours(day)))
        .filter(move |it| at < it.to)
}

/// The working time that begins before `at`, latest first.
pub(crate) fn before<'a>(
    zone: &'a Zone,
    hours: impl Fn(i32) -> Hours + 'a,
    at: i64,
) -> impl Iterator<Item = Opening> + 'a {
    let last = zone.span_at(at);
    let ends = zone.local_of(at);
    (0..=last)
        .rev()
        .flat_map(move |span| {
            let (from, to) = zone.local_bounds(span);
            let day = day_at(if span == last { ends } else { to - 1 }).min(LAST_DAY);
            let first = day_at(from).saturating_sub(1).max(FIRST_DAY);
            (first..=day).rev().map(move |day| (span, day))
        })
        .flat_map(move |(span, day)| {
            let mut found = [None; Hours::MAX];
            for (slot, it) in found.iter_mut().zip(pieces(zone, span, day, hours(day))) {
                *slot = Some(it);
            }
            found.into_iter().flatten().rev()
        })
        .filter(move |it| it.from < at)
}

/// What a span of the zone holds of the windows of a day, in order.
fn pieces(zone: &Zone, span: usize, day: i32, hours: Hours) -> impl Iterator<Item = Opening> + '_ {
    (0..hours.windows().len()).filter_map(move |at| {
        let (from, to) = local(day, *hours.windows().get(at)?);
        let (from, to) = zone.piece(span, from, to)?;
        Some(Opening { day, from, to })
    })
}
