//! The worked examples of docs/business-time.md come out as it says.

use beffroi_domain::{
    Calendar, Count, CutOff, Days, HolidayDate, Hours, Pause, Rule, Timestamp, Zone,
};
use chrono::{NaiveDate, NaiveDateTime, Weekday};
use chrono_tz::America::Toronto;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../docs/business-time.md");

/// The calendar of the examples.
fn office() -> Calendar {
    let mut week: [Hours; 7] = ["08:00-19:00".parse().unwrap(); 7];
    week[5] = Hours::CLOSED;
    week[6] = Hours::CLOSED;
    let holidays = ["2026-04-03", "2026-04-06", "2026-06-24"];
    Calendar::new(Toronto, week, holidays.map(|it| it.parse::<NaiveDate>().unwrap())).unwrap()
}

fn always_open() -> Calendar {
    Calendar::new(Toronto, [Hours::ALL_DAY; 7], []).unwrap()
}

/// `2026-02-10 20:00`, with or without its day of the week.
fn at(text: &str) -> Timestamp {
    let (_, time) = text.rsplit_once(char::is_alphabetic).unwrap_or(("", text));
    let local = NaiveDateTime::parse_from_str(time.trim(), "%Y-%m-%d %H:%M").unwrap();
    if text.starts_with(char::is_alphabetic) {
        assert_eq!(local.format("%a %Y-%m-%d %H:%M").to_string(), text);
    }
    Zone::from(Toronto).instant(local).unwrap()
}

/// A due time as the page writes it; in a repeated hour with its abbreviation.
fn shown(due: Timestamp, like: &str) -> String {
    let zone = if like.ends_with('T') { " %Z" } else { "" };
    let format = format!("%a %Y-%m-%d %H:%M{zone}");
    due.utc().with_timezone(&Toronto).format(&format).to_string()
}

/// `2 days, at 17:00, restart 08:30`, `1 day 2 h`, `2 h 30 min`.
fn rule(name: &str, counts: &str) -> Rule {
    let mut parts = counts.split(", ");
    let amounts: Vec<&str> = parts.next().unwrap().split(' ').collect();
    let (mut days, mut secs) = (0, 0);
    for pair in amounts.chunks(2) {
        let amount: u32 = pair[0].parse().unwrap();
        match pair[1] {
            "day" | "days" => days = amount,
            "h" => secs += amount * 3_600,
            "min" => secs += amount * 60,
            other => panic!("{other}"),
        }
    }
    let minute = |text: &str| -> u16 {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap()
    };
    let mut cut_off = CutOff {
        at_minute: 0,
        restart_minute: 0,
        waits_for_restart: false,
        day_off_restarts: false,
    };
    for part in parts {
        match part.split_once(' ') {
            Some(("at", time)) => cut_off.at_minute = minute(time),
            Some(("restart", time)) => cut_off.restart_minute = minute(time),
            None if part == "waits" => cut_off.waits_for_restart = true,
            Some(("day", "off restarts")) => cut_off.day_off_restarts = true,
            _ => panic!("{part}"),
        }
    }
    let both = Days { days, extra_secs: secs };
    let secs = u64::from(secs);
    let rule = match name {
        "business_days_eod_v1" => Rule::BusinessDaysEodV1(days),
        "business_days_landing_v1" => Rule::BusinessDaysLandingV1(days),
        "business_days_same_time_v1" => Rule::BusinessDaysSameTimeV1(both),
        "business_days_midnight_v1" => Rule::BusinessDaysMidnightV1(both),
        "business_days_opening_v1" => Rule::BusinessDaysOpeningV1(both),
        "business_days_then_opening_v1" => Rule::BusinessDaysThenOpeningV1(both),
        "business_days_within_v1" => Rule::BusinessDaysWithinV1(both),
        "business_days_closing_v1" => Rule::BusinessDaysClosingV1(both),
        "business_days_cut_off_v1" => Rule::BusinessDaysCutOffV1(both, cut_off),
        "business_time_v1" => Rule::BusinessTimeV1 { secs },
        "business_time_opening_v1" => Rule::BusinessTimeOpeningV1 { secs },
        "calendar_days_v1" => Rule::CalendarDaysV1(days),
        "calendar_time_v1" => Rule::CalendarTimeV1 { secs },
        other => panic!("{other}"),
    };
    assert_eq!(rule.name(), name);
    rule
}

fn waits(text: &str) -> Vec<Pause> {
    let waits = text.split(", ").filter(|it| !it.is_empty()).map(|it| it.split_once(" to "));
    waits.flatten().map(|(from, to)| Pause::new(at(from), at(to)).unwrap()).collect()
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn the_pages_examples_come_out() {
    let (office, always_open) = (office(), always_open());
    let (mut heading, mut tried, mut rules) = (Vec::new(), 0, BTreeSet::new());
    for line in PAGE.lines() {
        let row = cells(line);
        if row.get(1) == Some(&"counts") {
            heading = row;
            continue;
        }
        if line.is_empty() {
            heading.clear();
        }
        if heading.is_empty() || !line.starts_with("| `") {
            continue;
        }
        let rule = rule(row[0].trim_matches('`'), row[1]);
        rules.insert(rule.name());
        let mut check = |calendar: &Calendar, received: &str, pauses: &[Pause], due: &str| {
            let count = Count { rule, received: at(received), pauses };
            assert_eq!(shown(calendar.due(&count).unwrap(), due), due, "{line}");
            tried += 1;
        };
        match heading[2] {
            "received" => check(&office, row[2], &waits(row[3]), row[4]),
            "always open, received" => check(&always_open, row[2], &waits(row[3]), row[4]),
            _ => {
                check(&office, heading[2], &[], row[2]);
                check(&office, heading[3], &[], row[3]);
            }
        }
    }
    assert_eq!((tried, rules.len()), (2 * 14 + 9 + 10, 13));
    let explained = |name: &&str| PAGE.contains(&format!("- `{name}`: "));
    assert!(rules.iter().all(explained), "{rules:?}");
}

#[test]
fn the_pages_holidays_fall_as_it_says() {
    let monday = Weekday::Mon;
    for (rule, date) in [
        ("| `fixed = \"06-24\"` |", HolidayDate::Fixed { month: 6, day: 24 }),
        ("| `easter = -2` |", HolidayDate::Easter { days: -2 }),
        ("| `easter = 1` |", HolidayDate::Easter { days: 1 }),
        ("`nth = 1`, `month = 9` |", HolidayDate::Nth { nth: 1, weekday: monday, month: 9 }),
        ("`before = \"05-25\"` |", HolidayDate::Before { weekday: monday, month: 5, day: 25 }),
    ] {
        let row = PAGE.lines().find(|it| it.contains(rule)).unwrap();
        assert_eq!(cells(row)[2], date.in_year(2026).unwrap().to_string(), "{rule}");
    }
}
