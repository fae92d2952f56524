//! City files: what they may say, and what is wrong where.

use super::*;
use beffroi_domain::{Cause, CutOff, Days, Rule, propose_holidays};
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

/// The rule of the one commitment of a file.
#[track_caller]
fn rule(commitment: &str) -> Result<Rule, String> {
    let text = file("\"08:00-19:00\"", "") + "[[commitment]]\n" + commitment;
    parse(&text).map(|it| it.commitments[0].delay.rule).map_err(|error| error.to_string())
}

#[test]
fn a_commitment_says_its_rule_and_what_it_counts() {
    let days = Days::whole(2);
    let and_time = Days { days: 2, extra_secs: 5_400 };
    let cut_off = CutOff {
        at_minute: 1_020,
        restart_minute: 510,
        waits_for_restart: true,
        day_off_restarts: false,
    };
    for (text, expected) in [
        ("business_days = 2", Rule::BusinessDaysEodV1(2)),
        ("rule = \"business_days_eod_v1\"\ndays = 2", Rule::BusinessDaysEodV1(2)),
        ("rule = \"calendar_days_v1\"\ndays = 2", Rule::CalendarDaysV1(2)),
        ("rule = \"business_days_same_time_v1\"\ndays = 2", Rule::BusinessDaysSameTimeV1(days)),
        (
            "rule = \"business_days_then_opening_v1\"\ndays = 2\nhours = 1\nminutes = 30",
            Rule::BusinessDaysThenOpeningV1(and_time),
        ),
        ("rule = \"business_time_v1\"\nhours = 22", Rule::BusinessTimeV1 { secs: 79_200 }),
        ("rule = \"calendar_time_v1\"\nminutes = 90", Rule::CalendarTimeV1 { secs: 5_400 }),
        (
            "rule = \"business_days_cut_off_v1\"\ndays = 2\n\
             cut_off = { at = \"17:00\", restart = \"08:30\", waits_for_restart = true }",
            Rule::BusinessDaysCutOffV1(days, cut_off),
        ),
    ] {
        assert_eq!(rule(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_a_rule_does_not_count_is_refused_with_its_line() {
    let cut_off = "rule = \"business_days_cut_off_v1\"\ndays = 2\n";
    for (text, expected) in [
        ("", "`commitment[0]`, line 6: give either `business_days`, or `rule`"),
        ("days = 2", "`commitment[0]`, line 7: give either"),
        ("business_days = 2\ndays = 3", "`commitment[0]`, line 8: give either"),
        ("rule = \"source\"", "`commitment[0].rule`, line 7: `source` is no rule, which are"),
        ("rule = \"calendar_days_v1\"", "`commitment[0].days`, line 6: give the days"),
        (
            "rule = \"calendar_days_v1\"\ndays = 0",
            "`commitment[0].days`, line 8: must be 1 to 2000",
        ),
        (
            "rule = \"business_days_eod_v1\"\nbusiness_days = 2",
            "`commitment[0]`, line 8: give either",
        ),
        (
            "rule = \"business_days_eod_v1\"\ndays = 2\nhours = 1",
            "`commitment[0].hours`, line 9: the rule takes none: remove it",
        ),
        (
            "rule = \"business_time_v1\"\nhours = 1\ndays = 1",
            "`commitment[0].days`, line 9: the rule takes none",
        ),
        (
            "rule = \"business_time_v1\"\nhours = 1\ncut_off = { at = \"17:00\", restart = \"08:30\" }",
            "`commitment[0].cut_off`, line 9: the rule takes none",
        ),
        ("rule = \"business_time_v1\"", "`commitment[0].hours`, line 6: give hours or minutes"),
        (
            "rule = \"business_time_v1\"\nhours = 48001",
            "`commitment[0].hours`, line 8: must be 1 to",
        ),
        (cut_off, "`commitment[0].cut_off`, line 6: give one such as"),
        (
            &format!("{cut_off}cut_off = {{ at = \"24:00\", restart = \"08:30\" }}"),
            "`commitment[0].cut_off.at`, line 9: `24:00` is not a time",
        ),
    ] {
        let error = rule(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
