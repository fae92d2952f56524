//! Business time: the hours of a week in a time zone, less the holidays.
//!
//! An instant is working time when its local time lies in a window of a day, and at no other time.
//! All else follows: clock changes cut windows, and what is counted is real time. So an hour that the
//! clocks skip is not worked, one that they repeat is worked twice, and a day that a zone leaves out
//! does not exist.

mod build;
mod count;
mod explain;
mod holiday;
mod openings;
mod overlay;
mod pause;
mod rule;
mod succession;
#[cfg(test)]
mod tests;
mod warn;
mod window;
mod zone;

pub use build::{
    CalendarDraft, Closing, Day, DayName, ExceptionalHours, Holiday, InvalidCalendar, RunsInto,
};
pub use count::{CannotCount, Count};
pub use explain::{DayKind, ExplainedDay, Explanation, Step};
pub use holiday::{HolidayDate, HolidayRule, Moved, ProposedHoliday, propose_holidays};
pub use pause::{InvalidPause, Pause};
pub use rule::{CutOff, Days, Rule};
pub use warn::Warn;
pub use window::{Hours, InvalidHours, InvalidWindow, Window};
pub use zone::Zone;

pub(crate) use build::check_week;

use crate::{Timestamp, Week};
use chrono::{Months, NaiveDate};
use chrono_tz::Tz;
use overlay::Overlay;
use std::collections::BTreeMap;
use succession::Era;
use thiserror::Error;

/// How far ahead a calendar must be known: 13 months, so that the coming year is known before the
/// present one ends.
const KNOWN_AHEAD: Months = Months::new(13);

/// Working days and hours of a city.
// Invariant: it opens at some time; no window runs into another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    zone: Zone,
    week: [Hours; 7],
    /// The days that are not like others of the week.
    special: BTreeMap<i32, Special>,
    known_until: Option<NaiveDate>,
    /// What held before it, in order of time.
    before: Vec<Era>,
    /// The hours of regimes that are laid over it, in order of time and apart from each other.
    overlays: Vec<Overlay>,
}

/// A day that is not like others of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Special {
    hours: Hours,
    cause: Cause,
}

/// A date that is not like others of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarDate {
    /// Which date.
    pub date: NaiveDate,
    /// Its hours.
    pub hours: Hours,
    /// Why.
    pub cause: Cause,
}

/// Why a day is not like others of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is a holiday.
    Holiday(Option<DayName>),
    /// It has hours of its own.
    Exception(Option<DayName>),
    /// Something is closed that would be open.
    Closing(Option<DayName>),
    /// The hours of a regime stand in place of the calendar's.
    Regime,
}

impl Cause {
    /// What the day is called, if anything.
    pub fn name(&self) -> Option<&DayName> {
        match self {
            Self::Holiday(name) | Self::Exception(name) | Self::Closing(name) => name.as_ref(),
            Self::Regime => None,
        }
    }
}

/// The count led beyond the years a calendar covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the due time lies beyond what a calendar can count")]
pub struct OutOfCalendar;

/// A calendar is not known far enough ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotKnown {
    /// It does not say until when it is known.
    #[error(
        "the calendar does not say until when its holidays are known: state `known_until`, \
         {needed} or later"
    )]
    NotStated {
        /// Until when it must be: 13 months ahead.
        needed: NaiveDate,
    },
    /// It is known for too short a time.
    #[error(
        "the calendar is known until {until}, and must be until {needed}, 13 months ahead: add the \
         holidays and move `known_until`"
    )]
    TooShort {
        /// Until when it is known.
        until: NaiveDate,
        /// Until when it must be.
        needed: NaiveDate,
    },
}

/// A stretch of working time, as instants.
pub(crate) type Shift = (Timestamp, Timestamp);

impl Calendar {
    /// A calendar of `zone`, with the hours of Monday to Sunday and the dates that are closed. What
    /// else a calendar may have is in a [`CalendarDraft`].
    pub fn new<H: Into<Hours>>(
        zone: impl Into<Zone>,
        week: [H; 7],
        holidays: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<Self, InvalidCalendar> {
        let holidays = holidays.into_iter().map(|date| Holiday { date, name: None }).collect();
        let draft = CalendarDraft::new(zone, week.map(Into::into));
        CalendarDraft { holidays, ..draft }.build()
    }

    /// The time zone.
    pub fn zone(&self) -> Tz {
        self.zone.tz()
    }

    /// The time zone with its clock changes.
    pub fn changes(&self) -> &Zone {
        &self.zone
    }

    /// The hours of Monday to Sunday.
    pub fn week(&self) -> &[Hours; 7] {
        &self.week
    }

    /// The hours of Monday to Sunday that hold on a date.
    pub fn week_of(&self, date: NaiveDate) -> &[Hours; 7] {
        self.era(zone::day_of(date)).0
    }

    /// The last date for which it is known, if it says so.
    pub fn known_until(&self) -> Option<NaiveDate> {
        self.known_until
    }

    /// Whether it is known for the 13 months after an instant.
    pub fn check_known(&self, at: Timestamp) -> Result<(), NotKnown> {
        let needed = self.date(at).checked_add_months(KNOWN_AHEAD).unwrap_or(NaiveDate::MAX);
        let until = self.known_until.ok_or(NotKnown::NotStated { needed })?;
        if until < needed { Err(NotKnown::TooShort { until, needed }) } else { Ok(()) }
    }

    /// Whether an instant lies beyond what it says to know. It is counted all the same, as if no
    /// holidays came.
    pub fn is_beyond_known(&self, at: Timestamp) -> bool {
        self.known_until.is_some_and(|until| until < self.date(at))
    }

    /// The local date of an instant.
    pub fn date(&self, at: Timestamp) -> NaiveDate {
        at.utc().with_timezone(&self.zone.tz()).date_naive()
    }

    /// The instant at which a local date begins: not midnight where a clock change skips it.
    pub fn start_of(&self, date: NaiveDate) -> Option<Timestamp> {
        self.zone.instant(date.and_time(chrono::NaiveTime::MIN))
    }

    /// The hours of a date, as a clock on the wall shows them.
    pub fn hours_of(&self, date: NaiveDate) -> Hours {
        self.hours(zone::day_of(date))
    }

    /// Why a date is not like others of the week, if it is not.
    pub fn cause_of(&self, date: NaiveDate) -> Option<&Cause> {
        let day = zone::day_of(date);
        self.era(day).1.get(&day).map(|it| &it.cause)
    }

    /// The dates that are not like others of the week.
    pub fn special_dates(&self) -> impl Iterator<Item = CalendarDate> + '_ {
        self.special.iter().map(|(day, it)| CalendarDate {
            date: zone::date_of(*day),
            hours: it.hours,
            cause: it.cause.clone(),
        })
    }

    /// The working time of a date, as instants: of the windows that begin on it.
    pub fn openings_of(&self, date: NaiveDate) -> Vec<(Timestamp, Timestamp)> {
        let openings = self.openings_on(zone::day_of(date)).filter_map(|(from, to)| {
            Some((Timestamp::from_micros(from).ok()?, Timestamp::from_micros(to).ok()?))
        });
        openings.collect()
    }

    /// Whether an instant is working time. At an opening it is, at a closing it is not.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.after(at.micros()).next().is_some_and(|it| it.from <= at.micros())
    }

    /// The first instant of working time from `at` on: `at` itself within hours.
    pub fn next_open(&self, at: Timestamp) -> Result<Timestamp, OutOfCalendar> {
        timestamp(self.open_from(at.micros())?)
    }

    /// The closing of the `days`-th business day after the day of reception: see
    /// [`Rule::BusinessDaysEodV1`].
    pub fn business_days_eod(
        &self,
        received: Timestamp,
        days: u32,
    ) -> Result<Timestamp, OutOfCalendar> {
        count::business_days_eod(self, received, days)
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
        let first = zone::day_of(self.date(received));
        let closings = (first..zone::LAST_DAY).filter_map(|day| self.closing(day));
        for (closing, days) in closings.zip(0_u32..) {
            let closing = timestamp(closing)?;
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
        self.working(from.micros(), to.micros())
    }

    /// The working time between two instants outside of pauses, in microseconds.
    pub fn worked_micros(&self, from: Timestamp, to: Timestamp, pauses: &[Pause]) -> i64 {
        let pauses = pause::union(pauses, from.micros());
        count::between(Some(self), &pauses, (from.micros(), to.micros()))
    }

    /// The instant at which `micros` of working time after `from` are used up.
    ///
    /// A budget used up exactly at a closing ends at that closing.
    pub fn add_working_micros(
        &self,
        from: Timestamp,
        micros: i64,
    ) -> Result<Timestamp, OutOfCalendar> {
        timestamp(count::add(self, from.micros(), micros)?)
    }

    /// The instant from which `micros` of working time lie before `to`: exactly as much as since an
    /// opening, that opening.
    pub fn subtract_working_micros(
        &self,
        to: Timestamp,
        micros: i64,
    ) -> Result<Timestamp, OutOfCalendar> {
        timestamp(count::subtract(self, to.micros(), micros)?)
    }

    /// The stretches of working time that end after an instant, in order: those of `week`, on
    /// holidays too, or else the calendar's own. Two may touch.
    pub(crate) fn shifts(
        &self,
        week: Option<Week>,
        from: Timestamp,
    ) -> impl Iterator<Item = Shift> + '_ {
        let hours = move |day| match &week {
            Some(week) => of_week(week.days(), day),
            None => self.hours(day),
        };
        openings::after(&self.zone, hours, from.micros())
            .map_while(|it| Some((timestamp(it.from).ok()?, timestamp(it.to).ok()?)))
    }

    fn working(&self, from: i64, to: i64) -> i64 {
        self.after(from)
            .take_while(|it| it.from < to)
            .map(|it| it.to.min(to) - it.from.max(from))
            .sum()
    }

    /// The first instant of working time from `at` on.
    fn open_from(&self, at: i64) -> Result<i64, OutOfCalendar> {
        self.after(at).next().map(|it| it.from.max(at)).ok_or(OutOfCalendar)
    }

    fn hours(&self, day: i32) -> Hours {
        let (week, special) = self.era(day);
        special.get(&day).map_or_else(|| of_week(week, day), |it| it.hours)
    }

    /// The working time of some hours of a day.
    fn windows_on(&self, hours: Hours, day: i32) -> impl Iterator<Item = (i64, i64)> + '_ {
        (0..hours.windows().len()).filter_map(move |at| hours.windows().get(at).copied()).flat_map(
            move |window| {
                let (from, to) = openings::local(day, window);
                self.zone.pieces(from, to)
            },
        )
    }

    /// When a day's working time begins; `None`: it is no business day.
    fn opening(&self, day: i32) -> Option<i64> {
        self.openings_on(day).map(|(from, _)| from).min().filter(|_| self.exists(day))
    }

    /// When a day's working time ends; `None`: it is no business day.
    fn closing(&self, day: i32) -> Option<i64> {
        self.openings_on(day).map(|(_, to)| to).max().filter(|_| self.exists(day))
    }

    /// Whether a zone has not left a day out. The end of a night that would have begun on it is worked
    /// all the same.
    fn exists(&self, day: i32) -> bool {
        self.zone.pieces(zone::start_of(day), zone::start_of(day + 1)).next().is_some()
    }
}

/// The hours of a day of the week in which it lies.
fn of_week(week: &[Hours; 7], day: i32) -> Hours {
    // 1970-01-01 was a Thursday.
    let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
    week.get(weekday).copied().unwrap_or(Hours::CLOSED)
}

fn timestamp(micros: i64) -> Result<Timestamp, OutOfCalendar> {
    Timestamp::from_micros(micros).map_err(|_| OutOfCalendar)
}
