//! Days of the calendar, for people and for a city's file.

use std::fmt::Write as _;

use chrono::{Datelike as _, NaiveDate, Weekday};

use super::{Reader, cell, plain, table};
use crate::view::{HolidayView, HolidaysAnswer, NameView};
use crate::words::{self, Lang, Text};

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
