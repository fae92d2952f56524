//! A calendar from what a city says: its week, its holidays, and the dates that are different.

use super::window::{Hours, InvalidHours, Window};
use super::zone::{FIRST_DAY, LAST_DAY, Zone, date_of, day_of};
use super::{Calendar, CalendarDate, Cause, Special};
use crate::Label;
use crate::catalogue::Bilingual;
use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use thiserror::Error;

/// The name of a holiday or of another date.
pub type DayName = Bilingual<Label>;

/// What a calendar is made of. What is not given is empty.
#[derive(Clone, Debug)]
pub struct CalendarDraft {
    /// The time zone.
    pub zone: Zone,
    /// The hours of Monday to Sunday.
    pub week: [Hours; 7],
    /// The dates that are closed.
    pub holidays: Vec<Holiday>,
    /// The dates with hours of their own, in place of the week's and of a holiday's.
    pub exceptions: Vec<ExceptionalHours>,
    /// The times at which what would be open is closed.
    pub closings: Vec<Closing>,
    /// The last date for which all this is known.
    pub known_until: Option<NaiveDate>,
}

/// A date that is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Which date.
    pub date: NaiveDate,
    /// What it is called.
    pub name: Option<DayName>,
}

/// A date with hours of its own: half a day, an opening on a Sunday, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionalHours {
    /// Which date.
    pub date: NaiveDate,
    /// Its hours.
    pub hours: Hours,
    /// Why.
    pub name: Option<DayName>,
}

/// A time of a date at which what would be open is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// On which date it begins.
    pub date: NaiveDate,
    /// When.
    pub hours: Hours,
    /// Why.
    pub name: Option<DayName>,
}

/// A day of the week, or a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// Of every week.
    Weekday(Weekday),
    /// Of one year.
    Date(NaiveDate),
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Weekday(Weekday::Mon) => "monday",
            Self::Weekday(Weekday::Tue) => "tuesday",
            Self::Weekday(Weekday::Wed) => "wednesday",
            Self::Weekday(Weekday::Thu) => "thursday",
            Self::Weekday(Weekday::Fri) => "friday",
            Self::Weekday(Weekday::Sat) => "saturday",
            Self::Weekday(Weekday::Sun) => "sunday",
            Self::Date(date) => return date.fmt(f),
        };
        f.write_str(name)
    }
}

/// A window runs into one of the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{window} of {day} runs into {next} of {next_day}")]
pub struct RunsInto {
    /// The day on which the window begins.
    pub day: Day,
    /// The window.
    pub window: Window,
    /// The day after it.
    pub next_day: Day,
    /// Its window.
    pub next: Window,
}

/// The calendar cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidCalendar {
    /// It would never be open.
    #[error("no day of the week is open, and no date")]
    NeverOpen,
    /// Windows of two days share some time.
    #[error(transparent)]
    RunsInto(#[from] RunsInto),
    /// A date has exceptional hours twice.
    #[error("{0} has exceptional hours twice: keep one")]
    Twice(NaiveDate),
    /// A holiday has two names.
    #[error("the holiday {0} is given twice, under two names: keep one")]
    TwoNames(NaiveDate),
    /// What closings leave of a date is in too many pieces.
    #[error("{date}: {source}")]
    Pieces {
        /// The date.
        date: NaiveDate,
        /// How.
        source: InvalidHours,
    },
    /// A date is outside the years that are counted.
    #[error("{0} is not in the years 1800 to 2199")]
    Year(NaiveDate),
    /// It is of another time zone than the one before it.
    #[error("the time zone does not change: it is {0}")]
    Zone(Tz),
}

impl Calendar {
    /// A calendar of a week and the dates that are not like others of it, each with the hours that are
    /// left of it.
    pub fn of_dates(
        zone: Zone,
        week: [Hours; 7],
        dates: impl IntoIterator<Item = CalendarDate>,
        known_until: Option<NaiveDate>,
    ) -> Result<Self, InvalidCalendar> {
        check_week(&week)?;
        let mut special = BTreeMap::new();
        for CalendarDate { date, hours, cause } in dates {
            check_year(date)?;
            if special.insert(day_of(date), Special { hours, cause }).is_some() {
                return Err(InvalidCalendar::Twice(date));
            }
        }
        let (before, overlays) = (Vec::new(), Vec::new());
        let calendar = Self { zone, week, special, known_until, before, overlays };
        check_dates(&calendar)?;
        check_open(&calendar)?;
        Ok(calendar)
    }
}

impl CalendarDraft {
    /// A zone and a week.
    pub fn new(zone: impl Into<Zone>, week: [Hours; 7]) -> Self {
        Self {
            zone: zone.into(),
            week,
            holidays: Vec::new(),
            exceptions: Vec::new(),
            closings: Vec::new(),
            known_until: None,
        }
    }

    /// The calendar, if it holds no contradiction.
    pub fn build(&self) -> Result<Calendar, InvalidCalendar> {
        self.check_years()?;
        check_week(&self.week)?;
        let mut special = BTreeMap::new();
        for holiday in &self.holidays {
            add_holiday(&mut special, holiday)?;
        }
        let mut given = BTreeSet::new();
        for exception in &self.exceptions {
            if !given.insert(exception.date) {
                return Err(InvalidCalendar::Twice(exception.date));
            }
            let cause = Cause::Exception(exception.name.clone());
            special.insert(day_of(exception.date), Special { hours: exception.hours, cause });
        }
        let mut calendar = Calendar {
            zone: self.zone.clone(),
            week: self.week,
            special,
            known_until: self.known_until,
            before: Vec::new(),
            overlays: Vec::new(),
        };
        check_dates(&calendar)?;
        self.close(&mut calendar)?;
        check_open(&calendar)?;
        Ok(calendar)
    }

    fn check_years(&self) -> Result<(), InvalidCalendar> {
        let mut dates = (self.holidays.iter().map(|it| it.date))
            .chain(self.exceptions.iter().map(|it| it.date))
            .chain(self.closings.iter().map(|it| it.date));
        dates.try_for_each(check_year)
    }

    /// Takes the closings away: by local time, whichever day a window belongs to.
    fn close(&self, calendar: &mut Calendar) -> Result<(), InvalidCalendar> {
        let mut touched: BTreeMap<i32, Vec<(i32, i32)>> = BTreeMap::new();
        let mut names: BTreeMap<i32, &Option<DayName>> = BTreeMap::new();
        for closing in &self.closings {
            let date = day_of(closing.date);
            for shift in -1..=1 {
                let taken = closing.hours.windows().iter().map(|it| {
                    let from_midnight = |minutes: u16| i32::from(minutes) - shift * 1440;
                    (from_midnight(it.opens()), from_midnight(it.closes()))
                });
                touched.entry(date + shift).or_default().extend(taken);
                names.entry(date + shift).or_insert(&closing.name);
            }
        }
        for (day, taken) in touched {
            let before = calendar.hours(day);
            let hours = before
                .without(taken)
                .map_err(|source| InvalidCalendar::Pieces { date: date_of(day), source })?;
            if hours != before {
                let name = names.get(&day).and_then(|it| (*it).clone());
                calendar.special.insert(day, Special { hours, cause: Cause::Closing(name) });
            }
        }
        Ok(())
    }
}

fn check_year(date: NaiveDate) -> Result<(), InvalidCalendar> {
    // The day after a closing may be touched by it.
    let counted = FIRST_DAY < day_of(date) && day_of(date) < LAST_DAY;
    if counted { Ok(()) } else { Err(InvalidCalendar::Year(date)) }
}

fn check_open(calendar: &Calendar) -> Result<(), InvalidCalendar> {
    let mut hours = calendar.week.iter().chain(calendar.special.values().map(|it| &it.hours));
    if hours.all(Hours::is_closed) { Err(InvalidCalendar::NeverOpen) } else { Ok(()) }
}

/// Adds a holiday, which may be given twice, but not under two names.
fn add_holiday(
    special: &mut BTreeMap<i32, Special>,
    holiday: &Holiday,
) -> Result<(), InvalidCalendar> {
    let day = day_of(holiday.date);
    let before = special.get(&day).and_then(|it| it.cause.name()).cloned();
    let name = match (before, &holiday.name) {
        (Some(one), Some(other)) if one != *other => {
            return Err(InvalidCalendar::TwoNames(holiday.date));
        }
        (one, other) => one.or_else(|| other.clone()),
    };
    special.insert(day, Special { hours: Hours::CLOSED, cause: Cause::Holiday(name) });
    Ok(())
}

/// No window of a week runs into one of the next day; Monday follows Sunday.
pub(crate) fn check_week(week: &[Hours; 7]) -> Result<(), RunsInto> {
    let names = [0, 1, 2, 3, 4, 5, 6].map(|it| Weekday::try_from(it).map(Day::Weekday));
    let days = names.into_iter().flatten().zip(week);
    let next_days = days.clone().cycle().skip(1);
    for (day, next) in days.zip(next_days) {
        check_pair(day, next)?;
    }
    Ok(())
}

/// Nor does one of a date that is different, or of the day before it.
fn check_dates(calendar: &Calendar) -> Result<(), RunsInto> {
    let named = |day: i32| (Day::Date(date_of(day)), calendar.hours(day));
    for day in calendar.special.keys().flat_map(|it| [*it - 1, *it]) {
        let ((day, hours), (next_day, next)) = (named(day), named(day + 1));
        check_pair((day, &hours), (next_day, &next))?;
    }
    Ok(())
}

pub(super) fn check_pair(day: (Day, &Hours), next: (Day, &Hours)) -> Result<(), RunsInto> {
    let last = day.1.windows().last().copied();
    let first = next.1.windows().first().copied();
    match (last, first) {
        (Some(last), Some(first)) if last.runs_into(first) => {
            Err(RunsInto { day: day.0, window: last, next_day: next.0, next: first })
        }
        _ => Ok(()),
    }
}
