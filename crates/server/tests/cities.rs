//! Due dates that cities promised themselves, by the settings of their files: Boston by two rules,
//! Baltimore by calendar days.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../../domain/tests/business_time/data.rs"]
mod data;

use beffroi_domain::{City, Count, Days, Rule, propose_holidays};
use beffroi_server::{read_city, read_holiday_rules};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use data::{file, say};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;

/// Monday to Friday, around the clock: what these cities count are days.
const WEEKDAYS: &str = r#"
name = "Boston"
time_zone = "America/New_York"
holidays = []

[hours]
monday = "00:00-24:00"
tuesday = "00:00-24:00"
wednesday = "00:00-24:00"
thursday = "00:00-24:00"
friday = "00:00-24:00"
"#;

/// The federal holidays and Patriots' Day, as Massachusetts moves them.
const HOLIDAYS: &str = r#"
holiday_rule = [
    { fixed = "01-01", moved = "sunday_to_weekday" },
    { weekday = "monday", nth = 3, month = 1 },
    { weekday = "monday", nth = 3, month = 2 },
    { weekday = "monday", nth = 3, month = 4 },
    { weekday = "monday", nth = -1, month = 5 },
    { fixed = "07-04", moved = "sunday_to_weekday" },
    { weekday = "monday", nth = 1, month = 9 },
    { weekday = "monday", nth = 2, month = 10 },
    { fixed = "11-11", moved = "sunday_to_weekday" },
    { weekday = "thursday", nth = 4, month = 11 },
    { fixed = "12-25", moved = "sunday_to_weekday" },
]
"#;

/// Until 2011: what comes in after 17:00 counts from 8:30, and nothing else moves it.
const BOSTON_2011: &str = r#"
rule = "business_days_cut_off_v1"
cut_off = { at = "17:00", restart = "08:30" }
"#;

/// From 2013 on: whatever comes in outside of 8:30 to 17:00 counts from 8:30.
const BOSTON_2013: &str = r#"
rule = "business_days_cut_off_v1"
cut_off = { at = "17:00", restart = "08:30", waits_for_restart = true, day_off_restarts = true }
"#;

const CALENDAR_DAYS: &str = r#"
rule = "calendar_days_v1"
"#;

/// The longest promise that is found.
const DAYS_MAX: u32 = 2_000;

/// A city that promises each number of days for a product of that name.
fn city(calendar: &str, delay: &str) -> City {
    let mut text = calendar.to_owned();
    for n in 1..=DAYS_MAX {
        write!(text, "[[commitment]]\nproduct = \"{n}\"{delay}days = {n}\n").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city.toml");
    std::fs::write(&path, text).unwrap();
    read_city(&path).unwrap()
}

/// [`WEEKDAYS`] with the holidays that the rules propose.
fn with_holidays() -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city.toml");
    std::fs::write(&path, WEEKDAYS.replace("holidays = []", HOLIDAYS)).unwrap();
    let rules = read_holiday_rules(&path).unwrap();
    let proposed = (2013..=2020).flat_map(|year| propose_holidays(&rules, year));
    let dates: Vec<String> = proposed.map(|it| it.date.to_string()).collect();
    WEEKDAYS.replace("holidays = []", &format!("holidays = [{}]", dates.join(", ")))
}

/// What a city promises for so many days. In the data some are 0, which no file can promise.
fn rule_for(city: &City, n: u32) -> Rule {
    let commitment = &city.commitments[usize::try_from(n.max(1)).unwrap() - 1];
    assert_eq!(commitment.product.as_ref().unwrap().as_str(), n.max(1).to_string());
    if let Rule::BusinessDaysCutOffV1(_, cut_off) = commitment.delay.rule {
        return Rule::BusinessDaysCutOffV1(Days::whole(n), cut_off);
    }
    assert_eq!(commitment.delay.rule, Rule::CalendarDaysV1(n.max(1)));
    Rule::CalendarDaysV1(n)
}

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

/// The local time that is due when something was opened at a local time.
fn due(city: &City, rule: Rule, opened: NaiveDateTime) -> NaiveDateTime {
    let zone = city.calendar.changes();
    let count = Count { rule, received: zone.instant(opened).unwrap(), pauses: &[] };
    zone.local(city.calendar.due(&count).unwrap())
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
    let before = city(WEEKDAYS, BOSTON_2011);
    // Evidently without the holidays of 2013 and 2018.
    let (plain, loaded) = (city(WEEKDAYS, BOSTON_2013), city(&with_holidays(), BOSTON_2013));
    let all_days = city(WEEKDAYS, CALENDAR_DAYS);
    let mut shares = BTreeMap::<_, Share>::new();
    for row in csv::Reader::from_path(path).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let n: u32 = row["rule_n"].parse().unwrap();
        let (kind, city) = match (row["rule_unit"].as_str(), row["year"].as_str()) {
            ("calendar", _) => ("calendar", &all_days),
            ("business_no_holidays", "2011") => ("business", &before),
            ("business_no_holidays", _) => ("business", &plain),
            ("business_with_holidays", _) => ("business", &loaded),
            other => panic!("{other:?}"),
        };
        let due = due(city, rule_for(city, n), local(&row["opened_local"]));
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
    let city = city(WEEKDAYS, CALENDAR_DAYS);
    let calendar = &city.calendar;
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
        let found = due(&city, rule_for(&city, n), opened);
        assert_eq!(existing(found), existing(promised), "{}", row["source_id"]);
        rows += 1;
        let by_days = due(&city, Rule::BusinessDaysSameTimeV1(Days::whole(n)), opened);
        business += u32::from(by_days == promised);
        let between = opened.date().iter_days().skip(1).take(n as usize);
        let is_off = |it: &NaiveDate| calendar.hours_of(*it).is_closed();
        if between.filter(is_off).count() > 0 {
            weekends += 1;
            assert_ne!(by_days, promised, "{}", row["source_id"]);
        }
        let secs = u64::from(n) * 86_400;
        exact += u32::from(due(&city, Rule::CalendarTimeV1 { secs }, opened) == promised);
    }
    say(&format!(
        "Baltimore: all {rows} due dates by calendar days; {business} by business days, none of the \
         {weekends} over a week-end; {exact} by days of 24 hours"
    ));
    assert!(business < rows / 2 && exact < rows);
}
