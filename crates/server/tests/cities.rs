//! Due dates that cities promised themselves: Boston by two rules, Baltimore by calendar days.

use crate::data::{file, say};
use beffroi_domain::{
    Calendar, Count, CutOff, Days, HolidayDate, HolidayRule, Hours, Moved, Rule, propose_holidays,
};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Weekday};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

/// Monday to Friday, around the clock: what Boston counts are days.
fn weekdays(holidays: Vec<NaiveDate>) -> Calendar {
    let mut week = [Hours::ALL_DAY; 7];
    week[5] = Hours::CLOSED;
    week[6] = Hours::CLOSED;
    Calendar::new(chrono_tz::America::New_York, week, holidays).unwrap()
}

/// The federal holidays and Patriots' Day.
fn boston_holidays() -> Vec<NaiveDate> {
    let fixed = |month, day| HolidayDate::Fixed { month, day };
    let monday = |nth, month| HolidayDate::Nth { nth, weekday: Weekday::Mon, month };
    let dates = [
        fixed(1, 1),
        monday(3, 1),
        monday(3, 2),
        monday(3, 4),
        monday(-1, 5),
        fixed(7, 4),
        monday(1, 9),
        monday(2, 10),
        fixed(11, 11),
        HolidayDate::Nth { nth: 4, weekday: Weekday::Thu, month: 11 },
        fixed(12, 25),
    ];
    let moved = Moved::SundayToWeekday;
    let rules = dates.map(|date| HolidayRule { name: None, date, moved });
    (2013..=2020).flat_map(|year| propose_holidays(&rules, year)).map(|it| it.date).collect()
}

/// Until 2011: what comes in after 17:00 counts from 8:30, and nothing else moves it.
const BOSTON_2011: CutOff = CutOff {
    at_minute: 17 * 60,
    restart_minute: 8 * 60 + 30,
    waits_for_restart: false,
    day_off_restarts: false,
};

/// From 2013 on: whatever comes in outside of 8:30 to 17:00 counts from 8:30.
const BOSTON_2013: CutOff =
    CutOff { waits_for_restart: true, day_off_restarts: true, ..BOSTON_2011 };

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

/// The local time that is due when something was opened at a local time.
fn due(calendar: &Calendar, rule: Rule, opened: NaiveDateTime) -> NaiveDateTime {
    let zone = calendar.changes();
    let count = Count { rule, received: zone.instant(opened).unwrap(), pauses: &[] };
    zone.local(calendar.due(&count).unwrap())
}

/// Rows, those that come out, and those that an independent count has.
#[derive(Default)]
struct Share {
    rows: u32,
    ours: u32,
    theirs: u32,
}

impl Share {
    /// Per ten thousand.
    fn of(&self, part: u32) -> u32 {
        part * 10_000 / self.rows
    }
}

fn boston() -> BTreeMap<(String, &'static str), Share> {
    let Some(path) = file("boston/sla_oracle.csv") else { return BTreeMap::new() };
    let (plain, loaded) = (weekdays(Vec::new()), weekdays(boston_holidays()));
    let mut shares = BTreeMap::<_, Share>::new();
    for row in csv::Reader::from_path(path).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let n: u32 = row["rule_n"].parse().unwrap();
        let days = Days::whole(n);
        let (kind, calendar, rule) = match (row["rule_unit"].as_str(), row["year"].as_str()) {
            ("calendar", _) => ("calendar", &plain, Rule::CalendarDaysV1(n)),
            ("business_no_holidays", "2011") => {
                ("business", &plain, Rule::BusinessDaysCutOffV1(days, BOSTON_2011))
            }
            // Evidently without the holidays of 2013 and 2018.
            ("business_no_holidays", _) => {
                ("business", &plain, Rule::BusinessDaysCutOffV1(days, BOSTON_2013))
            }
            ("business_with_holidays", _) => {
                ("business", &loaded, Rule::BusinessDaysCutOffV1(days, BOSTON_2013))
            }
            other => panic!("{other:?}"),
        };
        let due = due(calendar, rule, local(&row["opened_local"]));
        let share = shares.entry((row["year"].clone(), kind)).or_default();
        share.rows += 1;
        // The city counted from another time of the same opening, a little earlier or later.
        let apart = TimeDelta::minutes(if kind == "business" { 2 } else { 15 });
        let is_ours = (local(&row["target_local"]) - due).abs() <= apart;
        share.ours += u32::from(is_ours);
        share.theirs += u32::from(row["rule_matches_city"] == "1");
    }
    shares
}

#[test]
fn boston_promised_what_its_two_rules_give() {
    for ((year, kind), share) in boston() {
        let (rows, ours) = (share.rows, share.of(share.ours));
        let left = rows - share.ours;
        say(&format!(
            "Boston {year}, {kind} days: {}.{:02} % of {rows}, {left} left (moved by hand, mostly)",
            ours / 100,
            ours % 100
        ));
        let floor = if kind == "business" { 9_850 } else { 9_300 };
        assert!(floor <= ours, "{year} {kind}");
        assert!(share.of(share.theirs) <= ours + 10, "{year} {kind}");
    }
}

#[test]
fn baltimore_promises_calendar_days_and_nothing_else() {
    let Some(path) = file("requests_11_cities.csv.gz") else { return };
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let calendar = weekdays(Vec::new());
    let (mut rows, mut business, mut weekends, mut exact) = (0, 0, 0, 0);
    for row in csv::Reader::from_reader(text.as_bytes()).deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        if row["city"] != "baltimore" || row["due_at"].is_empty() || row["opened_at"].is_empty() {
            continue;
        }
        let (opened, promised) = (local(&row["opened_at"]), local(&row["due_at"]));
        let n = (promised.date() - opened.date()).num_days();
        let n = u32::try_from(n).unwrap();
        // A local time in a gap is the end of the gap: the city writes one that never was.
        let existing = |it: NaiveDateTime| calendar.changes().instant(it).unwrap();
        let found = due(&calendar, Rule::CalendarDaysV1(n), opened);
        assert_eq!(existing(found), existing(promised), "{}", row["source_id"]);
        rows += 1;
        let by_days = due(&calendar, Rule::BusinessDaysSameTimeV1(Days::whole(n)), opened);
        business += u32::from(by_days == promised);
        let between = opened.date().iter_days().skip(1).take(n as usize);
        let is_off = |it: &NaiveDate| calendar.hours_of(*it).is_closed();
        if between.filter(is_off).count() > 0 {
            weekends += 1;
            assert_ne!(by_days, promised, "{}", row["source_id"]);
        }
        let secs = u64::from(n) * 86_400;
        exact += u32::from(due(&calendar, Rule::CalendarTimeV1 { secs }, opened) == promised);
    }
    say(&format!(
        "Baltimore: all {rows} due dates by calendar days; {business} by business days, none of the \
         {weekends} over a week-end; {exact} by days of 24 hours"
    ));
    assert!(business < rows / 2 && exact < rows);
}
