//! Cases from the test suites of others: each policy of theirs is a rule of ours, and where they
//! differ, they differ as stated in docs/business-time.md.

use crate::data::{file, say};
use crate::json::{Case, cases, instant};
use crate::minutes;
use beffroi_domain::{Calendar, Cause, Count, Days, InvalidCalendar, Rule, Timestamp, Warn, Zone};
use chrono::{NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;

const SECOND: i64 = 1_000_000;

/// The rule that each peer's way of counting days is.
fn days_rule(policy: &str, days: Days) -> Rule {
    match policy {
        "glpi_end_of_working_day" => Rule::BusinessDaysEodV1(days.days),
        "glpi_work_in_days" => Rule::BusinessDaysWithinV1(days),
        "biz_days" => Rule::BusinessDaysThenOpeningV1(days),
        "business_time_days" => Rule::BusinessDaysOpeningV1(days),
        "php_days" => Rule::BusinessDaysClosingV1(days),
        "signalen_days" => Rule::BusinessDaysMidnightV1(days),
        "landing_date_only" => Rule::BusinessDaysSameTimeV1(days),
        other => panic!("no rule for the policy `{other}`"),
    }
}

/// The rule of a case. Zammad's own is the next opening, where it says so.
fn rule(case: &Case) -> Rule {
    let working = |unit_secs: u64| {
        let secs = case.secs(unit_secs);
        let opening = case.check("boundary") == "next_open" && case.check("verdict") == "match";
        if opening { Rule::BusinessTimeOpeningV1 { secs } } else { Rule::BusinessTimeV1 { secs } }
    };
    let days = || {
        // What is left of a day is worked in days as long as the first of the week.
        let day_secs = (case.draft().week.iter())
            .find_map(|it| it.windows().first().copied())
            .map_or(0, |it| u64::from(it.closes() - it.opens()) * 60);
        let secs = case.secs(day_secs);
        let small = |it: u64| u32::try_from(it).unwrap();
        Days { days: small(secs / day_secs), extra_secs: small(secs % day_secs) }
    };
    match case.0["target"]["unit"].as_str().unwrap() {
        "business_seconds" => working(1),
        "business_minutes" => working(60),
        "business_hours" => working(3_600),
        "business_days" => days_rule(case.0["target"]["policy"].as_str().unwrap(), days()),
        "calendar_days" => Rule::CalendarDaysV1(u32::try_from(case.secs(1)).unwrap()),
        "calendar_hours" => Rule::CalendarTimeV1 { secs: case.secs(3_600) },
        other => panic!("{}: no rule for the unit `{other}`", case.id()),
    }
}

/// Whether a case is as the peer has it; panics where it differs otherwise than stated.
fn agrees(case: &Case) -> bool {
    match case.text("kind") {
        "due" => due(case),
        "elapsed" => elapsed(case),
        "is_holiday" => is_holiday(case),
        "wall_to_instant" => wall_to_instant(case),
        other => panic!("{}: no such kind as `{other}`", case.id()),
    }
}

fn due(case: &Case) -> bool {
    let id = case.id();
    let calendar = match case.calendar() {
        Ok(calendar) => calendar,
        Err(error) => {
            // No working hours at all: the peer gives a time, we refuse the calendar.
            assert_eq!(error, InvalidCalendar::NeverOpen, "{id}");
            assert!(case.0["expected_due"].is_null(), "{id}");
            return false;
        }
    };
    let pauses = case.pauses();
    let count = Count { rule: rule(case), received: case.at("start"), pauses: &pauses };
    let due = calendar.due(&count).unwrap();
    warned(case, &calendar, &count, due);
    paused(case, &calendar);
    if let Some(date) = case.0["expected_due_date"].as_str() {
        assert_eq!(calendar.date(due).to_string(), date, "{id}");
        return true;
    }
    if let Some(observed) = case.0["observed_due"].as_str() {
        // What the peer was seen to answer; the case states the true one.
        assert_eq!(due, case.at("expected_due"), "{id}");
        assert!(due != instant(observed) || case.check("verdict") == "match", "{id}");
        return due == instant(observed);
    }
    let expected = case.at("expected_due");
    if case.check("verdict") == "differs" {
        let ours = case.check("independent_closing").as_str().unwrap();
        assert_eq!(due, instant(ours), "{id}");
        assert_ne!(due, expected, "{id}");
        if case.check("boundary") == "next_open" {
            assert_eq!(calendar.next_open(due), Ok(expected), "{id}");
            let Rule::BusinessTimeV1 { secs } = count.rule else { panic!("{id}") };
            let rule = Rule::BusinessTimeOpeningV1 { secs };
            assert_eq!(calendar.due(&Count { rule, ..count }), Ok(expected), "{id}");
        }
        return false;
    }
    assert_eq!(due, expected, "{id}: {due} but {expected}");
    if let Some(closing) = case.check("independent_closing").as_str()
        && let Rule::BusinessTimeV1 { secs } = count.rule
    {
        assert_eq!(due, instant(closing), "{id}");
        let rule = Rule::BusinessTimeOpeningV1 { secs };
        let opening = instant(case.check("independent_next_open").as_str().unwrap());
        assert_eq!(calendar.due(&Count { rule, ..count }), Ok(opening), "{id}");
    }
    others(case, &calendar, &count);
    true
}

/// The same input under the other ways of counting days, which were computed independently.
fn others(case: &Case, calendar: &Calendar, count: &Count<'_>) {
    for (policy, expected) in case.check("other_policies").as_object().into_iter().flatten() {
        let days = u32::try_from(case.secs(1)).unwrap();
        let (Some(rule), Some(expected)) = (policy_rule(policy, days), expected.as_str()) else {
            continue;
        };
        let due = calendar.due(&Count { rule, pauses: &[], ..*count });
        let expected = instant(expected);
        assert_eq!(due, Ok(expected), "{} under {policy}", case.id());
    }
}

/// The rules by the letters of the files.
pub(crate) fn policy_rule(policy: &str, days: u32) -> Option<Rule> {
    let whole = Days::whole(days);
    Some(match policy {
        "A_eod_shift" | "A_plus_paused_hours" => Rule::BusinessDaysEodV1(days),
        "B_eod_landing" => Rule::BusinessDaysLandingV1(days),
        "C_same_time_landing" => Rule::BusinessDaysSameTimeV1(whole),
        "D_shift_midnight" => Rule::BusinessDaysMidnightV1(whole),
        "E_shift_opening" => Rule::BusinessDaysOpeningV1(whole),
        "F_landing_then_open" => Rule::BusinessDaysThenOpeningV1(whole),
        "H_as_hours" => Rule::BusinessTimeV1 { secs: u64::from(days) * 11 * 3_600 },
        _ => return None,
    })
}

fn warned(case: &Case, calendar: &Calendar, count: &Count<'_>, due: Timestamp) {
    let it = &case.0["warn"];
    let Some(expected) = it["expected_utc"].as_str() else { return };
    assert_eq!(it["unit"], "business", "{}", case.id());
    let warn = match (it["offset_seconds"].as_i64(), it["offset_days"].as_i64()) {
        (Some(secs), None) => Warn::WorkingSecs(secs),
        (None, Some(days)) => Warn::BusinessDays(i32::try_from(days).unwrap()),
        other => panic!("{}: {other:?}", case.id()),
    };
    assert_eq!(calendar.warn_at(count, due, warn), Ok(instant(expected)), "{}", case.id());
}

fn paused(case: &Case, calendar: &Calendar) {
    let Some(expected) = case.0["expected_paused_seconds"].as_i64() else { return };
    let (from, pauses) = (case.at("start"), case.pauses());
    let to = pauses.iter().map(|it| it.to()).max().unwrap();
    let paused = calendar.working_micros(from, to) - calendar.worked_micros(from, to, &pauses);
    assert_eq!(paused, expected * SECOND, "{}", case.id());
}

fn elapsed(case: &Case) -> bool {
    let (from, to, pauses) = (case.at("start"), case.at("end"), case.pauses());
    let worked = case.calendar().unwrap().worked_micros(from, to, &pauses);
    let expected = case.0["expected_elapsed_seconds"].as_i64().unwrap() * SECOND;
    let ours = case.check("independent").as_i64().unwrap() * SECOND;
    if case.check("second_method") == "DISAGREE" {
        // An edge in a gap: theirs moves it an hour on, the minutes on the wall do not.
        assert_eq!(worked, minutes::worked(&case.draft(), (from, to), &pauses), "{}", case.id());
        assert_ne!(worked, expected, "{}", case.id());
        return false;
    }
    assert_eq!(worked, ours, "{}", case.id());
    worked == expected
}

fn is_holiday(case: &Case) -> bool {
    let date: NaiveDate = case.text("start").parse().unwrap();
    let found = match case.0["calendar"]["rule"].as_str() {
        Some("CA-QC") => crate::quebec::holidays(date).contains(&date),
        Some(other) => panic!("{}: no rules for `{other}`", case.id()),
        None => {
            let mut draft = case.draft();
            draft.week = [beffroi_domain::Hours::ALL_DAY; 7];
            let calendar = draft.build().unwrap();
            matches!(calendar.cause_of(date), Some(Cause::Holiday(_)))
        }
    };
    case.0["expected"] == found
}

fn wall_to_instant(case: &Case) -> bool {
    let zone = Zone::from(case.tz());
    let wall: NaiveDateTime = case.text("start").parse().unwrap();
    let expected = instant(case.text("expected"));
    let found = zone.instant(wall).unwrap();
    let is_gap = zone.local(found) != wall;
    if is_gap && case.check("policy").to_string().contains("gap_plus_one_hour") {
        // Theirs lies behind the gap by as much as the time lay within it.
        let before = zone.local(found.saturating_add_micros(-1));
        let within = wall - before;
        let behind = expected.micros() - found.micros();
        assert_eq!(Some(behind), within.num_microseconds().map(|it| it - 1), "{}", case.id());
        return false;
    }
    assert_eq!(found, expected, "{}", case.id());
    true
}

#[test]
fn peers_cases_come_out_as_theirs_or_differ_as_stated() {
    let Some(path) = file("sla/peer_cases.json") else { return };
    let mut tried = BTreeMap::<String, (u32, Vec<String>)>::new();
    for case in cases(&std::fs::read_to_string(path).unwrap()) {
        let (count, differ) = tried.entry(case.text("peer").to_owned()).or_default();
        *count += 1;
        let differs = case.check("verdict") == "differs";
        if agrees(&case) {
            assert!(!differs, "{}", case.id());
        } else {
            // Gaps apart: there the peers differ from each other, and the file takes no side.
            let gap =
                case.text("kind") == "wall_to_instant" || case.check("second_method") == "DISAGREE";
            assert!(gap || differs, "{}", case.id());
            differ.push(case.id().to_owned());
        }
    }
    let total: u32 = tried.values().map(|it| it.0).sum();
    let differ: Vec<String> = tried.into_values().flat_map(|it| it.1).collect();
    say(&format!("{total} cases of peers, of which differ as stated: {}", differ.join(", ")));
}
