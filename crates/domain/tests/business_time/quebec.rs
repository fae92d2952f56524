//! Québec's promises under each way of counting, computed independently.

use crate::data::{file, say};
use crate::json::{cases, instant};
use crate::peers::policy_rule;
use beffroi_domain::{Count, HolidayDate, HolidayRule, Moved, Rule, propose_holidays};
use chrono::{Datelike, NaiveDate, Weekday};

/// Québec's public holidays of a date's year: on their day, and moved from a week-end.
pub(crate) fn holidays(date: NaiveDate) -> Vec<NaiveDate> {
    let fixed = |month, day| HolidayDate::Fixed { month, day };
    let monday = |nth, month| HolidayDate::Nth { nth, weekday: Weekday::Mon, month };
    let dates = [
        fixed(1, 1),
        HolidayDate::Easter { days: -2 },
        HolidayDate::Easter { days: 1 },
        HolidayDate::Before { weekday: Weekday::Mon, month: 5, day: 25 },
        fixed(6, 24),
        fixed(7, 1),
        monday(1, 9),
        monday(2, 10),
        fixed(12, 25),
    ];
    let proposed = [Moved::No, Moved::NextWeekday].map(|moved| {
        let rules = dates.map(|date| HolidayRule { name: None, date, moved });
        propose_holidays(&rules, date.year())
    });
    proposed.into_iter().flatten().map(|it| it.date).collect()
}

#[test]
fn quebecs_promises_come_out_under_every_rule() {
    let Some(path) = file("sla/quebec_cases.json") else { return };
    let mut tried = 0;
    for case in cases(&std::fs::read_to_string(path).unwrap()) {
        let calendar = case.calendar().unwrap();
        let pauses = case.pauses();
        for (policy, expected) in case.0["expected_due"].as_object().unwrap() {
            let rule = match (case.0["target"]["unit"].as_str().unwrap(), policy.as_str()) {
                ("business_days", "A_plus_paused_hours_next_open_rule") => continue,
                ("business_days", policy) => {
                    policy_rule(policy, u32::try_from(case.secs(1)).unwrap()).unwrap()
                }
                ("business_hours", "closing") => Rule::BusinessTimeV1 { secs: case.secs(3_600) },
                ("business_hours", "next_open") => {
                    Rule::BusinessTimeOpeningV1 { secs: case.secs(3_600) }
                }
                other => panic!("{}: {other:?}", case.id()),
            };
            // Days are given without the pauses, but for the one that says so.
            let paused = policy != "A_plus_paused_hours" && rule.name().contains("days");
            let pauses = if paused { &[][..] } else { &pauses };
            let count = Count { rule, received: case.at("start"), pauses };
            let expected = instant(expected.as_str().unwrap());
            assert_eq!(calendar.due(&count), Ok(expected), "{} under {policy}", case.id());
            tried += 1;
        }
        if let Some(secs) = case.0["paused_working_seconds"].as_i64() {
            let (from, to) = (pauses[0].from(), pauses[0].to());
            assert_eq!(calendar.working_micros(from, to), secs * 1_000_000, "{}", case.id());
        }
    }
    say(&format!("{tried} due times of Québec, as computed independently"));
}
