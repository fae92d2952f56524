//! A calendar that was another one before: each holds for its own days.

use super::build::{Day, check_pair};
use super::zone::{FIRST_DAY, LAST_DAY, date_of, day_of};
use super::{Calendar, InvalidCalendar, Special};
use crate::Hours;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What held until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Era {
    /// The first day for which it holds no more.
    pub until: i32,
    pub week: [Hours; 7],
    pub special: BTreeMap<i32, Special>,
}

impl Calendar {
    /// This calendar for the days before `from`, and `next` from then on; without a date, `next` for
    /// all days.
    #[must_use]
    pub fn succeeded_by(&self, next: &Self, from: Option<NaiveDate>) -> Self {
        let Some(from) = from.map(day_of) else { return next.clone() };
        let mut before: Vec<Era> =
            self.before.iter().filter(|it| it.until < from).cloned().collect();
        let (week, special) = self.era(from - 1);
        before.push(Era { until: from, week: *week, special: special.clone() });
        Self { before, ..next.clone() }
    }

    /// Whether `next` may hold from a date on: in the same time zone, and no window of the day before
    /// runs into it.
    pub fn check_successor(
        &self,
        next: &Self,
        from: Option<NaiveDate>,
    ) -> Result<(), InvalidCalendar> {
        if self.zone() != next.zone() {
            return Err(InvalidCalendar::Zone(self.zone()));
        }
        let Some(from) = from else { return Ok(()) };
        let day = day_of(from);
        if !(FIRST_DAY < day && day < LAST_DAY) {
            return Err(InvalidCalendar::Year(from));
        }
        let both = self.succeeded_by(next, Some(from));
        let (before, after) = (both.hours(day - 1), both.hours(day));
        Ok(check_pair((Day::Date(date_of(day - 1)), &before), (Day::Date(from), &after))?)
    }

    /// The week and the dates that hold on a day.
    pub(super) fn era(&self, day: i32) -> (&[Hours; 7], &BTreeMap<i32, Special>) {
        match self.before.iter().find(|it| day < it.until) {
            Some(era) => (&era.week, &era.special),
            None => (&self.week, &self.special),
        }
    }
}
