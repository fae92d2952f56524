//! City files: what they may say, and what is wrong where.

use super::*;
use beffroi_domain::{Cause, propose_holidays};
use chrono::{Datelike, NaiveDate};

#[test]
fn the_default_city_is_valid() {
    let city = default_city().unwrap();
    assert_eq!(city.name.as_str(), "Québec");
    assert_eq!(city.calendar.known_until(), NaiveDate::from_ymd_opt(2030, 12, 31));
    // Its dates have no names of their own: they are called as the rules that propose them.
    let cause = city.calendar.cause_of(NaiveDate::from_ymd_opt(2028, 6, 26).unwrap()).unwrap();
    assert_eq!(cause.name().unwrap().french.as_str(), "Fête nationale du Québec");
}

#[test]
fn the_default_rules_propose_the_default_holidays() {
    let calendar = default_city().unwrap().calendar;
    let rules = default_holiday_rules().unwrap();
    for year in 2024..=2030 {
        let proposed = propose_holidays(&rules, year);
        let proposed: Vec<NaiveDate> = proposed.into_iter().map(|it| it.date).collect();
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let dates = first.iter_days().take_while(|it| it.year() == year);
        let is_holiday = |it: &NaiveDate| matches!(calendar.cause_of(*it), Some(Cause::Holiday(_)));
        assert_eq!(proposed, dates.filter(is_holiday).collect::<Vec<_>>(), "{year}");
    }
}

/// A city's file with a week and what follows.
fn file(monday: &str, more: &str) -> String {
    format!("name = \"A\"\ntime_zone = \"America/Toronto\"\n{more}\n[hours]\nmonday = {monday}\n")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let error = parse(text).expect_err("refused").to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn a_wrong_value_is_named_with_its_line() {
    assert!(parse(&file("\"08:00-19:00\"", "")).is_ok());
    check(&file("\"08:00-19:00\"", "").replace("America/Toronto", "Quebec"), "`time_zone`, line 2");
    check(&file("\"19:00-19:00\"", ""), "`hours.monday`, line 5: `19:00-19:00`: not of the form");
    check(&file("\"08:00-25:00\"", ""), "`hours.monday`, line 5");
    check(&file("[\"08:00-12:00\", \"11:00-17:00\"]", ""), "08:00-12:00 and 11:00-17:00 overlap");
    check(
        &file("\"08:00-19:00\"", "holidays = [\n2026-06-24,\n08:00:00]"),
        "`holidays[1]`, line 5",
    );
    check(&file("\"08:00-19:00\"", "known_until = 08:00:00"), "`known_until`, line 3");
    let commitment = "[[commitment]]\nbusiness_days = 0";
    let text = format!("{}{commitment}", file("\"08:00-19:00\"", ""));
    check(&text, "`commitment[0].business_days`, line 7");
    let never = "name = \"A\"\ntime_zone = \"America/Toronto\"\n[hours]\n";
    check(never, "`hours`, line 3: no day of the week is open");
}

#[test]
fn a_day_has_several_windows_and_dates_have_their_own() {
    let text = file(
        "[\"13:00-17:00\", \"08:00-12:00\"]",
        "known_until = 2027-12-31\n\
         holidays = [2026-01-01, { date = 2026-06-24, name = { fr = \"Fête\", en = \"Day\" } }]\n\
         exception = [{ date = 2026-12-24, hours = \"08:00-12:00\", name = \"Noël\" }, \
         { date = 2026-12-31 }]\n\
         closing = [{ date = 2026-02-02, hours = [\"09:00-10:00\"] }]\n",
    );
    let calendar = parse(&text).unwrap().calendar;
    let hours = |date: &str| calendar.hours_of(date.parse().unwrap()).to_string();
    assert_eq!(hours("2026-02-09"), "08:00-12:00, 13:00-17:00");
    assert_eq!(hours("2026-02-02"), "08:00-09:00, 10:00-12:00, 13:00-17:00");
    assert_eq!(hours("2026-12-24"), "08:00-12:00");
    assert_eq!(hours("2026-12-31"), "");
    let cause = calendar.cause_of("2026-06-24".parse().unwrap()).unwrap();
    assert_eq!(cause.name().unwrap().english.as_str(), "Day");
}

#[test]
fn what_does_not_fit_together_is_named_with_its_line() {
    let night = file("\"22:00-09:00\"", "") + "tuesday = \"08:00-17:00\"\n";
    check(&night, "`hours.monday`, line 5: 22:00-09:00 of monday runs into 08:00-17:00 of tuesday");
    let twice = "exception = [\n{ date = 2026-12-24 },\n{ date = 2026-12-24 }]";
    check(&file("\"08:00-19:00\"", twice), "`exception[1].date`, line 5");
    let closing = "closing = [{ date = 2026-12-24 }]";
    check(&file("\"08:00-19:00\"", closing), "`closing[0].hours`, line 3");
    let names =
        "holidays = [{ date = 2026-06-24, name = \"A\" },\n{ date = 2026-06-24, name = \"B\" }]";
    check(&file("\"08:00-19:00\"", names), "`holidays[1]`, line 4");
    let unknown = "exception = [{ date = 2026-12-24, hour = \"08:00-12:00\" }]";
    let error = parse(&file("\"08:00-19:00\"", unknown)).expect_err("refused");
    assert!(matches!(error, InvalidCity::Toml(_)));
}

#[test]
fn a_rule_says_one_day_that_exists() {
    let rule = |text: &str| file("\"08:00-19:00\"", &format!("holiday_rule = [{{ {text} }}]"));
    for text in [
        "fixed = \"06-24\", moved = \"next_weekday\"",
        "easter = -2",
        "weekday = \"monday\", nth = -1, month = 5",
        "weekday = \"monday\", before = \"05-25\", name = \"A\"",
    ] {
        assert!(parse(&rule(text)).is_ok(), "{text}");
    }
    for text in [
        "",
        "fixed = \"06-31\"",
        "fixed = \"6-24\"",
        "fixed = \"06-24\", easter = 1",
        "weekday = \"monday\"",
        "weekday = \"monday\", nth = 6, month = 5",
        "weekday = \"monday\", nth = 1",
        "weekday = \"monday\", before = \"05-25\", month = 5",
        "easter = 1, month = 3",
    ] {
        check(&rule(text), "`holiday_rule[0]`, line 3: give one of");
    }
}
