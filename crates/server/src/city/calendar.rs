//! The calendar of a city's file.

use super::file::{Dated, File, Holiday, Name, Windows};
use super::words::{both, of_hours, of_text};
use super::{InvalidCity, Source};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{
    self as domain, Calendar, CalendarDraft, Closing, Day, DayName, ExceptionalHours, HolidayRule,
    Hours, InvalidCalendar, InvalidHours, ProposedHoliday, Window, propose_holidays,
};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::value::Datetime;

const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub(super) fn parse(
    source: &Source<'_>,
    file: &File,
    rules: &[HolidayRule],
) -> Result<Calendar, InvalidCity> {
    let zone = file.time_zone.get_ref();
    let zone: Tz = zone.parse().map_err(|_| {
        let what = both(
            format!("`{zone}` n'est pas un fuseau de l'IANA, tel que America/Toronto"),
            format!("`{zone}` is not an IANA time zone such as America/Toronto"),
        );
        source.wrong("time_zone", &file.time_zone.span(), what)
    })?;
    let mut week = [Hours::CLOSED; 7];
    for ((slot, name), day) in week.iter_mut().zip(DAYS).zip(weekdays(file)) {
        if let Some(windows) = day {
            *slot = hours(source, &format!("hours.{name}"), windows)?;
        }
    }
    let mut draft = CalendarDraft::new(zone, week);
    let mut proposed = ProposedNames { rules, years: BTreeMap::new() };
    for (index, it) in file.holidays.iter().enumerate() {
        let mut holiday = holiday(source, &format!("holidays[{index}]"), it)?;
        holiday.name = holiday.name.or_else(|| proposed.name(holiday.date));
        draft.holidays.push(holiday);
    }
    for (index, it) in file.exceptions.iter().enumerate() {
        let (date, hours, name) = dated(source, &format!("exception[{index}]"), it)?;
        draft.exceptions.push(ExceptionalHours { date, hours, name });
    }
    for (index, it) in file.closings.iter().enumerate() {
        let key = format!("closing[{index}]");
        let (date, hours, name) = dated(source, &key, it)?;
        if hours.is_closed() {
            let what = both(
                "une fermeture dit de quand à quand, par exemple \"12:00-14:00\"",
                "a closing says from when until when, such as \"12:00-14:00\"",
            );
            return Err(source.wrong(format!("{key}.hours"), &it.date.span(), what));
        }
        draft.closings.push(Closing { date, hours, name });
    }
    if let Some(until) = &file.known_until {
        draft.known_until = Some(date(source, "known_until", until.get_ref(), &until.span())?);
    }
    draft.build().map_err(|error| misfit(source, file, error))
}

/// What the rules call the holidays that they propose: a date without a name has theirs.
struct ProposedNames<'a> {
    rules: &'a [HolidayRule],
    years: BTreeMap<i32, Vec<ProposedHoliday>>,
}

impl ProposedNames<'_> {
    fn name(&mut self, date: NaiveDate) -> Option<DayName> {
        let proposed = || propose_holidays(self.rules, date.year());
        let year = self.years.entry(date.year()).or_insert_with(proposed);
        year.iter().find(|it| it.date == date)?.name.clone()
    }
}

fn weekdays(file: &File) -> [Option<&Spanned<Windows>>; 7] {
    let it = file.hours.get_ref();
    [&it.monday, &it.tuesday, &it.wednesday, &it.thursday, &it.friday, &it.saturday, &it.sunday]
        .map(Option::as_ref)
}

fn hours(source: &Source<'_>, key: &str, windows: &Spanned<Windows>) -> Result<Hours, InvalidCity> {
    let texts = match windows.get_ref() {
        Windows::One(text) => std::slice::from_ref(text),
        Windows::Several(texts) => texts,
    };
    let wrong = |text: &str, error: &InvalidHours| {
        source.wrong(key, &windows.span(), of_hours(text, error))
    };
    let mut read: Vec<Window> = Vec::with_capacity(texts.len());
    for text in texts {
        // One text may hold several as well: `08:00-12:00, 13:00-17:00`; none: closed.
        let hours: Hours = text.parse().map_err(|error| wrong(text, &error))?;
        read.extend(hours.windows());
    }
    Hours::new(read).map_err(|error| wrong(&texts.join(", "), &error))
}

pub(super) fn date(
    source: &Source<'_>,
    key: &str,
    given: &Datetime,
    span: &Range<usize>,
) -> Result<NaiveDate, InvalidCity> {
    let date = given.to_string().parse();
    let what = || {
        both(
            format!("`{given}` n'est pas une date telle que 2026-06-24"),
            format!("`{given}` is not a date such as 2026-06-24"),
        )
    };
    date.map_err(|_| source.wrong(key, span, what()))
}

pub(super) fn name(
    source: &Source<'_>,
    key: &str,
    given: Option<&Name>,
    span: &Range<usize>,
) -> Result<Option<DayName>, InvalidCity> {
    let Some(given) = given else { return Ok(None) };
    let (french, english) = match given {
        Name::Both(name) => (name, name),
        Name::Each(names) => (&names.fr, &names.en),
    };
    let label = |text: &String| {
        let label = text.parse();
        label.map_err(|error| source.wrong(format!("{key}.name"), span, of_text(&error)))
    };
    Ok(Some(Bilingual { french: label(french)?, english: label(english)? }))
}

fn holiday(
    source: &Source<'_>,
    key: &str,
    it: &Spanned<Holiday>,
) -> Result<domain::Holiday, InvalidCity> {
    let (given, called) = match it.get_ref() {
        Holiday::Date(date) => (date, None),
        Holiday::Named(it) => (&it.date, it.name.as_ref()),
    };
    let date = date(source, key, given, &it.span())?;
    Ok(domain::Holiday { date, name: name(source, key, called, &it.span())? })
}

fn dated(
    source: &Source<'_>,
    key: &str,
    it: &Dated,
) -> Result<(NaiveDate, Hours, Option<DayName>), InvalidCity> {
    let date = date(source, &format!("{key}.date"), it.date.get_ref(), &it.date.span())?;
    let windows = it.hours.as_ref().map(|it| hours(source, &format!("{key}.hours"), it));
    let span = it.name.as_ref().map_or_else(|| it.date.span(), Spanned::span);
    let name = name(source, key, it.name.as_ref().map(Spanned::get_ref), &span)?;
    Ok((date, windows.transpose()?.unwrap_or(Hours::CLOSED), name))
}

/// What does not fit together, at the key of the day at which it was found.
fn misfit(source: &Source<'_>, file: &File, error: InvalidCalendar) -> InvalidCity {
    let place = match &error {
        InvalidCalendar::NeverOpen | InvalidCalendar::Zone(_) => None,
        InvalidCalendar::RunsInto(it) => {
            day_place(file, it.day).or_else(|| day_place(file, it.next_day))
        }
        InvalidCalendar::Twice(date)
        | InvalidCalendar::TwoNames(date)
        | InvalidCalendar::Year(date)
        | InvalidCalendar::Pieces { date, .. } => day_place(file, Day::Date(*date)),
    };
    let (key, span) = place.unwrap_or_else(|| ("hours".to_owned(), file.hours.span()));
    InvalidCity::Calendar { key, line: source.line(&span), error }
}

/// Where a file speaks of a day; the last place, which comes upon the ones before.
fn day_place(file: &File, day: Day) -> Option<(String, Range<usize>)> {
    let date = match day {
        Day::Weekday(weekday) => {
            let at = weekday.num_days_from_monday() as usize;
            let windows = weekdays(file).into_iter().nth(at)??;
            return Some((format!("hours.{}", DAYS.get(at)?), windows.span()));
        }
        Day::Date(date) => date.to_string(),
    };
    let mut holidays = file.holidays.iter().enumerate().filter_map(|(index, it)| {
        let given = match it.get_ref() {
            Holiday::Date(date) => date,
            Holiday::Named(it) => &it.date,
        };
        (given.to_string() == date).then(|| (format!("holidays[{index}]"), it.span()))
    });
    let of = |kind: &'static str, dated: &[Dated]| {
        let found = dated.iter().enumerate().rfind(|(_, it)| it.date.get_ref().to_string() == date);
        found.map(|(index, it)| (format!("{kind}[{index}].date"), it.date.span()))
    };
    of("closing", &file.closings)
        .or_else(|| of("exception", &file.exceptions))
        .or_else(|| holidays.next_back())
}
