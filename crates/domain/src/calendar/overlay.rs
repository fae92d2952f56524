//! Hours that stand in place of a calendar's own for a time, to the instant: those of regimes.

use super::openings::{self, Opening};
use super::pause::outside;
use super::{Calendar, of_week, zone};
use crate::{Timestamp, Week};
use itertools::{Either, Itertools};

/// A time through which other hours stand in place of the calendar's, on holidays too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Overlay {
    pub from: i64,
    pub to: i64,
    pub week: Week,
}

impl Overlay {
    /// What of a stretch of time lies in it.
    fn part(&self, from: i64, to: i64) -> Option<(i64, i64)> {
        let (from, to) = (from.max(self.from), to.min(self.to));
        (from < to).then_some((from, to))
    }

    fn piece(&self, it: Opening) -> Option<Opening> {
        self.part(it.from, it.to).map(|(from, to)| Opening { from, to, ..it })
    }
}

impl Calendar {
    /// The calendar with the hours of regimes laid over it: of each, from when until when, in order
    /// and apart from each other.
    pub(crate) fn overlaid(
        &self,
        hours: impl IntoIterator<Item = (Timestamp, Timestamp, Week)>,
    ) -> Self {
        let hours = hours.into_iter().map(|(from, to, week)| (from.micros(), to.micros(), week));
        let hours = hours.filter(|(from, to, _)| from < to);
        let overlays = hours.map(|(from, to, week)| Overlay { from, to, week }).collect();
        Self { overlays, ..self.clone() }
    }

    /// Whether hours of a regime stand in place of those of a day, or of a part of it.
    pub(super) fn is_overlaid(&self, day: i32) -> bool {
        let day = self.zone.pieces(zone::start_of(day), zone::start_of(day + 1));
        let mut day =
            day.filter(|(from, to)| self.overlays.iter().any(|it| it.part(*from, *to).is_some()));
        day.next().is_some()
    }

    /// When the calendar's own hours do not count, in microseconds.
    fn covered(&self) -> Vec<(i64, i64)> {
        self.overlays.iter().map(|it| (it.from, it.to)).collect()
    }

    /// The working time that ends after `at`, in order.
    pub(super) fn after(&self, at: i64) -> impl Iterator<Item = Opening> + '_ {
        let own = openings::after(&self.zone, |day| self.hours(day), at);
        if self.overlays.is_empty() {
            return Either::Left(own);
        }
        let covered = self.covered();
        let own = own.flat_map(move |it| left(it, &covered));
        let overlays = self.overlays.iter().filter(move |it| at < it.to);
        let theirs = overlays.flat_map(move |overlay| {
            let hours = |day| of_week(overlay.week.days(), day);
            openings::after(&self.zone, hours, at.max(overlay.from))
                .take_while(|it| it.from < overlay.to)
                .filter_map(|it| overlay.piece(it))
        });
        let all = own.merge_by(theirs, |one, other| one.from <= other.from);
        Either::Right(all.filter(move |it| at < it.to))
    }

    /// The working time that begins before `at`, latest first.
    pub(super) fn before(&self, at: i64) -> impl Iterator<Item = Opening> + '_ {
        let own = openings::before(&self.zone, |day| self.hours(day), at);
        if self.overlays.is_empty() {
            return Either::Left(own);
        }
        let covered = self.covered();
        let own = own.flat_map(move |it| {
            let mut left = left(it, &covered);
            left.reverse();
            left
        });
        let overlays = self.overlays.iter().rev().filter(move |it| it.from < at);
        let theirs = overlays.flat_map(move |overlay| {
            let hours = |day| of_week(overlay.week.days(), day);
            openings::before(&self.zone, hours, at.min(overlay.to))
                .take_while(|it| overlay.from < it.to)
                .filter_map(|it| overlay.piece(it))
        });
        let all = own.merge_by(theirs, |one, other| one.from >= other.from);
        Either::Right(all.filter(move |it| it.from < at))
    }

    /// The working time of a day, in order.
    pub(super) fn openings_on(&self, day: i32) -> impl Iterator<Item = (i64, i64)> + '_ {
        let own = self.windows_on(self.hours(day), day);
        if self.overlays.is_empty() {
            return Either::Left(own);
        }
        let covered = self.covered();
        let own = own.flat_map(move |(from, to)| outside(&covered, from, to).collect::<Vec<_>>());
        let theirs = self.overlays.iter().flat_map(move |overlay| {
            let hours = of_week(overlay.week.days(), day);
            self.windows_on(hours, day).filter_map(|(from, to)| overlay.part(from, to))
        });
        Either::Right(own.chain(theirs).sorted_unstable())
    }
}

/// What is left of an opening where its calendar's own hours count.
fn left(it: Opening, covered: &[(i64, i64)]) -> Vec<Opening> {
    outside(covered, it.from, it.to).map(|(from, to)| Opening { from, to, ..it }).collect()
}
