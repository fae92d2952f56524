//! A calendar that was another one before: each holds for its own days.

use super::build::{Day, check_pair};
use super::zone::{FIRST_DAY, LAST_DAY, date_of, day_of};
use super::{Calendar, InvalidCalendar, Specials};
use crate::Hours;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What held until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Era {
    /// The first day for which it holds no more.
    pub until: i32,
    pub week: [Hours; 7],
    pub special: Specials,
}

impl Calendar {
    /// What versions of a calendar come to, in the order in which they were published: each holds from
    /// its date on, until that of another one. A later one takes the place of an earlier one of the
    /// same date; one without a date holds for all dates, and leaves nothing of those before it.
    pub fn of_versions<'a>(
        first: &'a Self,
        versions: impl IntoIterator<Item = (Option<NaiveDate>, &'a Self)>,
    ) -> Self {
        let mut dated = BTreeMap::from([(None, first)]);
        for (from, version) in versions {
            if from.is_none() {
                dated.clear();
            }
            dated.insert(from, version);
        }
        let mut versions = dated.into_iter();
        let first = versions.next().map_or(first, |(_, it)| it).clone();
        versions.fold(first, |before, (from, next)| before.succeeded_by(next, from))
    }

    /// This calendar for the days before `from`, and `next` from then on.
    fn succeeded_by(self, next: &Self, from: Option<NaiveDate>) -> Self {
        let Some(until) = from.map(day_of) else { return next.clone() };
        let mut before = self.before;
        before.push(Era { until, week: self.week, special: self.special });
        Self { before, ..next.clone() }
    }

    /// Whether it may hold from a date on, in the time zone that the city has, and is open then.
    pub fn check_from(&self, zone: &Self, from: Option<NaiveDate>) -> Result<(), InvalidCalendar> {
        if self.zone() != zone.zone() {
            return Err(InvalidCalendar::Zone(zone.zone()));
        }
        let Some(from) = from else { return Ok(()) };
        let day = day_of(from);
        if !(FIRST_DAY < day && day < LAST_DAY) {
            return Err(InvalidCalendar::Year(from));
        }
        if self.opens_from(day) { Ok(()) } else { Err(InvalidCalendar::NeverOpen) }
    }

    /// Whether no night before a version of it runs into its first day.
    pub fn check_successions(&self) -> Result<(), InvalidCalendar> {
        for day in self.before.iter().map(|it| it.until) {
            let (before, after) = (self.hours(day - 1), self.hours(day));
            let named = |day| Day::Date(date_of(day));
            check_pair((named(day - 1), &before), (named(day), &after))?;
        }
        Ok(())
    }

    /// Whether it is ever open from a day on.
    pub(super) fn opens_from(&self, day: i32) -> bool {
        let special = self.special.range(day..).map(|(_, it)| &it.hours);
        self.week.iter().chain(special).any(|it| !it.is_closed())
    }

    /// The week and the dates that hold on a day.
    pub(super) fn era(&self, day: i32) -> (&[Hours; 7], &Specials) {
        match self.before.iter().find(|it| day < it.until) {
            Some(era) => (&era.week, &era.special),
            None => (&self.week, &self.special),
        }
    }
}
