//! Days of the calendar, for people and for a city's file.

use std::fmt::Write as _;

use beffroi_wire::pb::centre::v1 as pb;
use beffroi_wire::pb::event::v1::DateCause;
use chrono::{Datelike as _, NaiveDate, Weekday};

use super::{Reader, cell, label, number, plain, table};
use crate::view::{CalendarAnswer, DateView, HolidayView, HolidaysAnswer, NameView};
use crate::words::{self, Lang, Text};

/// A table of versions.
pub(crate) fn calendar_versions(versions: &[pb::CalendarVersion], reader: Reader) -> String {
    let lang = reader.lang;
    let heading = [words::VERSION, words::HOLDS_FROM, words::PUBLISHED_AT, words::ACTOR];
    let mut table = table(heading, lang);
    for it in versions {
        let from = match it.holds_from.as_str() {
            "" => words::ALL_DATES.in_lang(lang),
            date => date,
        };
        table.add_row([
            number(it.version),
            cell(from),
            cell(&reader.minutes(it.published_at.as_ref(), false)),
            cell(&it.actor),
        ]);
    }
    table.to_string()
}

/// The hours of the week, the dates that are `shown`, and the versions.
pub(crate) fn calendar(
    view: &CalendarAnswer,
    (versions, shown): (&[pb::CalendarVersion], &dyn Fn(NaiveDate) -> bool),
    reader: Reader,
) -> String {
    let lang = reader.lang;
    let mut parts = vec![title(view, lang), week(view, lang)];
    let dates = view.dates.iter().filter_map(|it| Some((it.date.parse().ok()?, it)));
    let dates: Vec<(NaiveDate, &DateView)> = dates.filter(|(date, _)| shown(*date)).collect();
    if !dates.is_empty() {
        parts.push(special(&dates, lang));
    }
    if !versions.is_empty() {
        parts.push(calendar_versions(versions, reader));
    }
    parts.join("\n\n")
}

fn title(view: &CalendarAnswer, lang: Lang) -> String {
    let version = match &view.version {
        None => words::CALENDAR_OF_FILE.in_lang(lang).to_owned(),
        Some(it) => format!("{} {}", words::CALENDAR_VERSION.in_lang(lang), it.version),
    };
    let known = view.known_until.as_ref();
    let known = known.map(|it| format!(", {} {}", words::KNOWN_UNTIL.in_lang(lang), plain(it)));
    format!("{version} ({}{})", plain(&view.time_zone), known.unwrap_or_default())
}

fn week(view: &CalendarAnswer, lang: Lang) -> String {
    let days = [words::MON, words::TUE, words::WED, words::THU, words::FRI, words::SAT, words::SUN];
    let mut table = table([words::DAY_OF_WEEK, words::HOURS], lang);
    for (day, hours) in days.iter().zip(&view.week) {
        table.add_row([cell(day.in_lang(lang)), cell(open(hours, lang))]);
    }
    table.to_string()
}

fn special(dates: &[(NaiveDate, &DateView)], lang: Lang) -> String {
    let mut table = table([words::DATE, words::HOURS, words::CAUSE, words::NAME], lang);
    for (date, it) in dates {
        table.add_row([
            cell(&day(*date, lang)),
            cell(open(&it.hours, lang)),
            cell(label::<DateCause>(it.cause_number, lang)),
            cell(it.name.as_ref().map_or("", |name| called(name, lang))),
        ]);
    }
    table.to_string()
}

fn open(hours: &str, lang: Lang) -> &str {
    if hours.is_empty() { words::CENTRE_CLOSED.in_lang(lang) } else { hours }
}

/// A table of the holidays of a year.
pub(crate) fn holidays(answer: &HolidaysAnswer, reader: Reader) -> String {
    let lang = reader.lang;
    let heading = [words::DATE, words::HOLIDAY, words::MOVED_FROM, words::CITY_FILE];
    let mut table = table(heading, lang);
    for it in &answer.holidays {
        let name = it.name.as_ref().map_or("", |name| called(name, lang));
        let state = match (it.proposed, it.in_file) {
            (true, true) => words::IN_FILE,
            (_, false) => words::NOT_IN_FILE,
            (false, true) => words::ONLY_IN_FILE,
        };
        let moved_from = it.moved_from.map(|from| day(from, lang)).unwrap_or_default();
        table.add_row([
            cell(&day(it.date, lang)),
            cell(name),
            cell(&moved_from),
            cell(state.in_lang(lang)),
        ]);
    }
    table.to_string()
}

/// The lines of `holidays` in a city's file.
pub(crate) fn holiday_lines(answer: &HolidaysAnswer) -> String {
    let mut lines = format!("    # {}", answer.year);
    for it in &answer.holidays {
        // Writing to a string does not fail.
        let _ = match &it.name {
            None => write!(lines, "\n    {},", it.date),
            Some(name) => write!(lines, "\n    {},", entry(it, name)),
        };
    }
    lines
}

fn entry(it: &HolidayView, name: &NameView) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let (french, english) = (quoted(&plain(&name.french)), quoted(&plain(&name.english)));
    format!("{{ date = {}, name = {{ fr = {french}, en = {english} }} }}", it.date)
}

fn called(name: &NameView, lang: Lang) -> &str {
    match lang {
        Lang::Fr => &name.french,
        Lang::En => &name.english,
    }
}

/// A date with its day of the week.
fn day(date: NaiveDate, lang: Lang) -> String {
    let weekday: Text = match date.weekday() {
        Weekday::Mon => words::MON,
        Weekday::Tue => words::TUE,
        Weekday::Wed => words::WED,
        Weekday::Thu => words::THU,
        Weekday::Fri => words::FRI,
        Weekday::Sat => words::SAT,
        Weekday::Sun => words::SUN,
    };
    format!("{date} {}", weekday.in_lang(lang))
}
