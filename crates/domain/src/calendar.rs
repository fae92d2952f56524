//! Business time: the hours of a week in a time zone, less the holidays.

use crate::{Timestamp, Week};
use chrono::offset::LocalResult;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use thiserror::Error;

/// The opening hours of one day, in minutes from midnight, local time.
// Invariant: opens < closes <= 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    opens: u16,
    closes: u16,
}

impl Window {
    /// From midnight to midnight.
    pub const ALL_DAY: Self = Self { opens: 0, closes: 1440 };

    /// Returns `None` unless `opens` comes before `closes` and both lie within the day.
    pub fn new(opens: u16, closes: u16) -> Option<Self> {
        (opens < closes && closes <= 1440).then_some(Self { opens, closes })
    }

    /// When it opens, in minutes from midnight.
    pub fn opens(self) -> u16 {
        self.opens
    }

    /// When it closes, in minutes from midnight; 1440: at midnight.
    pub fn closes(self) -> u16 {
        self.closes
    }
}

/// Working days and hours of a city.
// Invariant: at least one day of the week is open.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: Tz,
    week: [Option<Window>; 7],
    holidays: BTreeSet<NaiveDate>,
}

/// The calendar would never be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no day of the week is open")]
pub struct InvalidCalendar;

/// The count led beyond the years a calendar covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the due time lies beyond what a calendar can count")]
pub struct OutOfCalendar;

/// A day's opening and closing, as instants.
pub(crate) type Shift = (Timestamp, Timestamp);

impl Calendar {
    /// A calendar of `zone`, with the hours of Monday to Sunday and the dates that are closed.
    pub fn new(
        zone: Tz,
        week: [Option<Window>; 7],
        holidays: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<Self, InvalidCalendar> {
        if week.iter().all(Option::is_none) {
            return Err(InvalidCalendar);
        }
        Ok(Self { zone, week, holidays: holidays.into_iter().collect() })
    }

    /// The time zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The hours of Monday to Sunday.
    pub fn week(&self) -> &[Option<Window>; 7] {
        &self.week
    }

    /// The local date of an instant.
    pub fn date(&self, at: Timestamp) -> NaiveDate {
        at.utc().with_timezone(&self.zone).date_naive()
    }

    /// The instant at which a local date begins: not midnight where a clock change skips it.
    pub fn start_of(&self, date: NaiveDate) -> Option<Timestamp> {
        self.instant(date, 0)
    }

    /// The closing of the `days`-th business day after the day of reception
    /// (rule `business_days_eod_v1`).
    ///
    /// Reception on a day off counts as reception on the next business day; reception after hours
    /// on a business day does not cost a day.
    pub fn business_days_eod(
        &self,
        received: Timestamp,
        days: u32,
    ) -> Result<Timestamp, OutOfCalendar> {
        let mut shifts = self.shifts_from(self.date(received));
        let at = usize::try_from(days).map_err(|_| OutOfCalendar)?;
        shifts.nth(at).map(|(_, closing)| closing).ok_or(OutOfCalendar)
    }

    /// The fewest business days of a promise that is still in time when it is fulfilled `at` that time,
    /// and `given_back` microseconds of working time were added to its due time.
    pub fn business_days_until(
        &self,
        received: Timestamp,
        given_back: i64,
        at: Timestamp,
    ) -> Result<u32, OutOfCalendar> {
        let mut left = self.working_micros(received, at);
        let mut from = received;
        for ((_, closing), days) in self.shifts_from(self.date(received)).zip(0_u32..) {
            left -= self.working_micros(from, closing);
            from = from.max(closing);
            // Counting back is quick, and wrong only where it ends outside of opening hours.
            if left <= given_back && at <= self.add_working_micros(closing, given_back)? {
                return Ok(days);
            }
        }
        Err(OutOfCalendar)
    }

    /// The working time between two instants, in microseconds; 0 when `to` is not after `from`.
    pub fn working_micros(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.shifts_from(self.date(from))
            .take_while(|(opening, _)| *opening < to)
            .map(|(opening, closing)| closing.min(to).micros() - opening.max(from).micros())
            .filter(|overlap| *overlap > 0)
            .sum()
    }

    /// The instant at which `micros` of working time after `from` are used up.
    ///
    /// A budget used up exactly at a closing ends at that closing.
    pub fn add_working_micros(
        &self,
        from: Timestamp,
        micros: i64,
    ) -> Result<Timestamp, OutOfCalendar> {
        if micros <= 0 {
            return Ok(from);
        }
        let mut left = micros;
        for (opening, closing) in self.shifts_from(self.date(from)) {
            let start = opening.max(from);
            let available = closing.micros() - start.micros();
            if available <= 0 {
                continue;
            }
            if left <= available {
                return Ok(start.saturating_add_micros(left));
            }
            left -= available;
        }
        Err(OutOfCalendar)
    }

    /// The shifts of the day of `from` and after, in order: those of `week`, on holidays too, or else
    /// the calendar's own.
    pub(crate) fn shifts(
        &self,
        week: Option<Week>,
        from: Timestamp,
    ) -> impl Iterator<Item = Shift> + '_ {
        days_from(self.date(from)).filter_map(move |day| match &week {
            Some(week) => self.shift_of(week.days(), day),
            None => self.shift(day),
        })
    }

    /// The shifts of `date` and after, in order.
    fn shifts_from(&self, date: NaiveDate) -> impl Iterator<Item = Shift> + '_ {
        days_from(date).filter_map(|day| self.shift(day))
    }

    fn shift(&self, date: NaiveDate) -> Option<Shift> {
        if self.holidays.contains(&date) { None } else { self.shift_of(&self.week, date) }
    }

    fn shift_of(&self, week: &[Option<Window>; 7], date: NaiveDate) -> Option<Shift> {
        let weekday = date.weekday().num_days_from_monday() as usize;
        let window = week.get(weekday).copied().flatten()?;
        let opening = self.instant(date, window.opens)?;
        let closing = self.instant(date, window.closes)?;
        // A day that the zone skipped altogether has no length.
        (opening < closing).then_some((opening, closing))
    }

    /// The instant of a local time; within an hour that a clock change skips, the end of the gap;
    /// within one that it repeats, the first.
    fn instant(&self, date: NaiveDate, minute: u16) -> Option<Timestamp> {
        let midnight = date.and_time(NaiveTime::MIN);
        let mut local: NaiveDateTime = if minute == 1440 {
            date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN)
        } else {
            midnight.checked_add_signed(TimeDelta::minutes(minute.into()))?
        };
        // The longest gap of any zone is a day (Samoa, December 2011).
        for _ in 0..=24 * 60 {
            match self.zone.from_local_datetime(&local) {
                LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => {
                    return Timestamp::try_from(time.with_timezone(&Utc)).ok();
                }
                LocalResult::None => local = local.checked_add_signed(TimeDelta::minutes(1))?,
            }
        }
        None
    }
}

/// A date and those after it.
fn days_from(date: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    // The last day of chrono's calendar ends the count: no input can make it endless.
    date.iter_days().map_while(|day| (day.year() < 9999).then_some(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WORKDAY: Option<Window> = Some(Window { opens: 8 * 60, closes: 19 * 60 });

    fn quebec(holidays: &[&str]) -> Calendar {
        let week = [WORKDAY, WORKDAY, WORKDAY, WORKDAY, WORKDAY, None, None];
        let holidays = holidays.iter().map(|it| it.parse().unwrap());
        Calendar::new(chrono_tz::America::Toronto, week, holidays).unwrap()
    }

    fn at(local: &str) -> Timestamp {
        let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
        let time = chrono_tz::America::Toronto.from_local_datetime(&local).unwrap();
        time.with_timezone(&Utc).try_into().unwrap()
    }

    #[track_caller]
    fn check(received: &str, days: u32, due: &str) {
        let calendar = quebec(&["2026-06-24", "2026-07-01"]);
        assert_eq!(calendar.business_days_eod(at(received), days), Ok(at(due)), "{received}");
    }

    // 2026-03-02 is a Monday; clocks go forward on Sunday 2026-03-08, back on 2026-11-01.
    #[test]
    fn the_due_time_is_the_closing_of_the_nth_business_day_after_reception() {
        check("2026-03-02 10:00", 2, "2026-03-04 19:00");
        check("2026-03-02 00:00", 2, "2026-03-04 19:00");
        check("2026-03-05 10:00", 2, "2026-03-09 19:00");
    }

    #[test]
    fn reception_on_a_day_off_counts_as_the_next_business_day() {
        check("2026-03-07 10:00", 2, "2026-03-11 19:00");
        check("2026-03-08 10:00", 2, "2026-03-11 19:00");
        check("2026-06-24 10:00", 1, "2026-06-26 19:00");
    }

    #[test]
    fn reception_after_hours_does_not_cost_a_day() {
        check("2026-03-02 19:00", 2, "2026-03-04 19:00");
        check("2026-03-02 23:59", 2, "2026-03-04 19:00");
    }

    #[test]
    fn holidays_do_not_count() {
        check("2026-06-23 10:00", 1, "2026-06-25 19:00");
        check("2026-06-30 10:00", 1, "2026-07-02 19:00");
    }

    #[test]
    fn clock_changes_leave_the_local_closing_where_it_is() {
        check("2026-03-06 10:00", 1, "2026-03-09 19:00");
        check("2026-10-30 10:00", 1, "2026-11-02 19:00");
        // 19:00 is 24:00 UTC in winter and 23:00 UTC in summer.
        assert_eq!(at("2026-03-06 19:00").to_string(), "2026-03-07T00:00:00Z");
        assert_eq!(at("2026-03-09 19:00").to_string(), "2026-03-09T23:00:00Z");
    }

    #[test]
    fn a_date_begins_where_its_first_instant_is() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let start = |zone, text: &str| {
            let calendar = Calendar::new(zone, [WORKDAY; 7], []).unwrap();
            let start = calendar.start_of(date(text)).unwrap();
            assert_eq!(calendar.date(start), date(text));
            assert_ne!(calendar.date(start.saturating_add_micros(-1)), date(text));
            start.to_string()
        };
        let toronto = chrono_tz::America::Toronto;
        assert_eq!(start(toronto, "2026-03-08"), "2026-03-08T05:00:00Z");
        assert_eq!(start(toronto, "2026-03-09"), "2026-03-09T04:00:00Z");
        assert_eq!(start(toronto, "2026-11-02"), "2026-11-02T05:00:00Z");
        // Clocks went from 00:00 to 01:00 there.
        assert_eq!(start(chrono_tz::America::Sao_Paulo, "2018-11-04"), "2018-11-04T03:00:00Z");
    }

    #[test]
    fn a_budget_used_up_at_closing_ends_there() {
        let calendar = quebec(&[]);
        let day = 11 * 3600 * 1_000_000;
        assert_eq!(
            calendar.add_working_micros(at("2026-03-06 08:00"), day),
            Ok(at("2026-03-06 19:00"))
        );
        assert_eq!(
            calendar.add_working_micros(at("2026-03-06 08:00"), day + 60_000_000),
            Ok(at("2026-03-09 08:01"))
        );
    }

    #[test]
    fn a_day_open_through_a_clock_change_counts_real_time() {
        let all_day = Window::new(0, 1440);
        let calendar = Calendar::new(chrono_tz::America::Toronto, [all_day; 7], []).unwrap();
        let hours = |from, to| calendar.working_micros(at(from), at(to)) / 3_600_000_000;
        assert_eq!(hours("2026-03-08 00:00", "2026-03-09 00:00"), 23);
        assert_eq!(hours("2026-11-01 00:00", "2026-11-02 00:00"), 25);
    }

    #[test]
    fn a_calendar_that_never_opens_is_refused() {
        assert_eq!(Calendar::new(chrono_tz::UTC, [None; 7], []).unwrap_err(), InvalidCalendar);
        assert!(Window::new(600, 600).is_none());
        assert!(Window::new(600, 1441).is_none());
    }

    #[test]
    fn a_day_that_never_was_is_no_business_day() {
        // Samoa went from Thursday 2011-12-29 to Saturday 2011-12-31.
        let calendar =
            Calendar::new(chrono_tz::Pacific::Apia, [Window::new(480, 1140); 7], []).unwrap();
        let thursday = NaiveDate::from_ymd_opt(2011, 12, 29).unwrap();
        let received = calendar.instant(thursday, 600).unwrap();
        let due = calendar.business_days_eod(received, 1).unwrap();
        assert_eq!(calendar.date(due).to_string(), "2011-12-31");
    }

    proptest! {
        #[test]
        fn as_many_business_days_as_it_took_are_the_fewest_that_would_have_been_in_time(
            start in 1_770_000_000_i64..1_790_000_000,
            given_back in 0_i64..3_000,
            taken in 0_i64..40_000,
        ) {
            let calendar = quebec(&["2026-06-24"]);
            let received = Timestamp::from_micros(start * 1_000_000).unwrap();
            let given_back = given_back * 60_000_000;
            let at = received.saturating_add_micros(taken * 60_000_000);
            let days = calendar.business_days_until(received, given_back, at).unwrap();
            let in_time = |days| {
                let due = calendar.business_days_eod(received, days).unwrap();
                at <= calendar.add_working_micros(due, given_back).unwrap()
            };
            prop_assert!(in_time(days));
            prop_assert!(days == 0 || !in_time(days - 1));
        }

        #[test]
        fn what_is_added_is_what_lies_between(
            start in 1_600_000_000_i64..1_900_000_000,
            minutes in 1_i64..100_000,
        ) {
            let calendar = quebec(&["2026-06-24"]);
            let from = Timestamp::from_micros(start * 1_000_000).unwrap();
            let micros = minutes * 60_000_000;
            let to = calendar.add_working_micros(from, micros).unwrap();
            prop_assert_eq!(calendar.working_micros(from, to), micros);
        }
    }
}
