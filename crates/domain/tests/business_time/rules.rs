//! The worked examples of docs/business-time.md, the edges of each rule, and explanations.

use crate::random::{Situation, pauses, situation};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{
    Calendar, CalendarDraft, Cause, Count, CutOff, DayKind, Days, Holiday, Hours, Pause, Rule,
    Step, Timestamp, Warn,
};
use chrono::NaiveDateTime;
use chrono_tz::America::Toronto;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const SECOND: i64 = 1_000_000;

/// Monday to Friday, 8:00 to 19:00, less 24 June 2026.
fn quebec() -> Calendar {
    let mut week = ["08:00-19:00".parse().unwrap(); 7];
    week[5] = Hours::CLOSED;
    week[6] = Hours::CLOSED;
    let name = |text: &str| text.parse().unwrap();
    let name = Some(Bilingual { french: name("Fête nationale"), english: name("National Day") });
    let holiday = Holiday { date: "2026-06-24".parse().unwrap(), name };
    let draft = CalendarDraft::new(Toronto, week);
    CalendarDraft { holidays: vec![holiday], ..draft }.build().unwrap()
}

/// Local time in Québec.
fn at(text: &str) -> Timestamp {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    quebec().changes().instant(local).unwrap()
}

fn pause(from: &str, to: &str) -> Pause {
    Pause::new(at(from), at(to)).unwrap()
}

#[track_caller]
fn check(rule: Rule, received: &str, due: &str) {
    let count = Count { rule, received: at(received), pauses: &[] };
    assert_eq!(quebec().due(&count), Ok(at(due)), "{rule:?} {received}");
}

const fn cut_off(waits_for_restart: bool, day_off_restarts: bool) -> CutOff {
    CutOff { at_minute: 1020, restart_minute: 510, waits_for_restart, day_off_restarts }
}

// 2026-02-10 is a Tuesday, 2026-02-14 a Saturday.
#[test]
fn two_days_by_each_rule() {
    let days = Days::whole(2);
    let secs = 22 * 3_600;
    for (rule, tuesday_evening, saturday_noon) in [
        (Rule::BusinessDaysEodV1(2), "12 19:00", "18 19:00"),
        (Rule::BusinessDaysLandingV1(2), "12 19:00", "17 19:00"),
        (Rule::BusinessDaysSameTimeV1(days), "12 20:00", "17 12:00"),
        (Rule::BusinessDaysMidnightV1(days), "12 20:00", "18 00:00"),
        (Rule::BusinessDaysOpeningV1(days), "13 08:00", "18 08:00"),
        (Rule::BusinessDaysThenOpeningV1(days), "13 08:00", "17 12:00"),
        (Rule::BusinessDaysWithinV1(days), "12 19:00", "18 08:00"),
        (Rule::BusinessDaysClosingV1(days), "12 20:00", "17 19:00"),
        (Rule::BusinessDaysCutOffV1(days, cut_off(false, false)), "13 08:30", "18 12:00"),
        (Rule::BusinessDaysCutOffV1(days, cut_off(true, true)), "13 08:30", "18 08:30"),
        (Rule::BusinessTimeV1 { secs }, "12 19:00", "17 19:00"),
        (Rule::BusinessTimeOpeningV1 { secs }, "13 08:00", "18 08:00"),
        (Rule::CalendarDaysV1(2), "12 20:00", "16 12:00"),
        (Rule::CalendarTimeV1 { secs: 48 * 3_600 }, "12 20:00", "16 12:00"),
    ] {
        check(rule, "2026-02-10 20:00", &format!("2026-02-{tuesday_evening}"));
        check(rule, "2026-02-14 12:00", &format!("2026-02-{saturday_noon}"));
    }
}

#[test]
fn a_quarter_of_a_day_follows_the_days() {
    let days = Days { days: 1, extra_secs: 2 * 3_600 };
    check(Rule::BusinessDaysSameTimeV1(days), "2026-02-10 09:00", "2026-02-11 11:00");
    check(Rule::BusinessDaysSameTimeV1(days), "2026-02-10 18:00", "2026-02-12 09:00");
}

#[test]
fn a_cut_off_begins_with_its_minute_and_ends_with_the_restart() {
    let one =
        |waits, restarts| Rule::BusinessDaysCutOffV1(Days::whole(1), cut_off(waits, restarts));
    check(one(false, false), "2026-02-10 16:59", "2026-02-11 16:59");
    check(one(false, false), "2026-02-10 17:00", "2026-02-12 08:30");
    let just_before = at("2026-02-10 17:00").saturating_add_micros(-1);
    let count = Count { rule: one(true, true), received: just_before, pauses: &[] };
    assert_eq!(quebec().due(&count), Ok(at("2026-02-11 17:00").saturating_add_micros(-1)));
    check(one(false, false), "2026-02-10 02:00", "2026-02-11 02:00");
    check(one(true, false), "2026-02-10 02:00", "2026-02-11 08:30");
    check(one(true, false), "2026-02-10 08:31", "2026-02-11 08:31");
    // On a Saturday evening: Monday evening, which is after the cut-off, hence Tuesday.
    check(one(false, false), "2026-02-14 18:00", "2026-02-18 08:30");
    check(one(false, true), "2026-02-14 18:00", "2026-02-17 08:30");
    check(one(true, false), "2026-02-14 02:00", "2026-02-17 08:30");
}

#[test]
fn a_calendar_day_is_not_always_24_hours() {
    let secs = 24 * 3_600;
    check(Rule::CalendarDaysV1(1), "2026-03-07 12:00", "2026-03-08 12:00");
    check(Rule::CalendarTimeV1 { secs }, "2026-03-07 12:00", "2026-03-08 13:00");
    check(Rule::CalendarDaysV1(1), "2026-03-07 02:30", "2026-03-08 03:00");
    check(Rule::CalendarDaysV1(1), "2026-10-31 12:00", "2026-11-01 12:00");
    check(Rule::CalendarTimeV1 { secs }, "2026-10-31 12:00", "2026-11-01 11:00");
}

#[test]
fn a_pause_that_begins_when_it_is_due_is_given_back_and_a_later_one_is_not() {
    let due = |rule, pauses: &[Pause]| {
        quebec().due(&Count { rule, received: at("2026-02-10 10:00"), pauses })
    };
    let eod = Rule::BusinessDaysEodV1(1);
    let exactly = pause("2026-02-11 19:00", "2026-02-12 10:00");
    assert_eq!(due(eod, &[exactly]), Ok(at("2026-02-12 10:00")));
    let from = exactly.from().saturating_add_micros(1);
    let later = Pause::new(from, exactly.to()).unwrap();
    assert_eq!(due(eod, &[later]), Ok(at("2026-02-11 19:00")));
    // Working time that is used up when a pause begins is used up.
    let hour = Rule::BusinessTimeV1 { secs: 3_600 };
    assert_eq!(
        due(hour, &[pause("2026-02-10 11:00", "2026-02-10 12:00")]),
        Ok(at("2026-02-10 11:00"))
    );
    assert_eq!(
        due(hour, &[pause("2026-02-10 10:59", "2026-02-10 12:00")]),
        Ok(at("2026-02-10 12:01"))
    );
    let two = [
        pause("2026-02-10 10:30", "2026-02-10 12:00"),
        pause("2026-02-10 11:30", "2026-02-10 13:00"),
    ];
    assert_eq!(due(hour, &two), Ok(at("2026-02-10 13:30")));
    let within = [
        pause("2026-02-10 10:30", "2026-02-10 13:00"),
        pause("2026-02-10 11:00", "2026-02-10 12:00"),
    ];
    assert_eq!(due(hour, &within), Ok(at("2026-02-10 13:30")));
    // For calendar rules all time counts.
    let night = [pause("2026-02-10 22:00", "2026-02-11 06:00")];
    assert_eq!(due(Rule::CalendarDaysV1(1), &night), Ok(at("2026-02-11 18:00")));
    let secs = 12 * 3_600;
    assert_eq!(due(Rule::CalendarTimeV1 { secs }, &night), Ok(at("2026-02-10 22:00")));
    let more = due(Rule::CalendarTimeV1 { secs: secs + 1 }, &night);
    assert_eq!(more, Ok(at("2026-02-11 06:00").saturating_add_micros(SECOND)));
}

#[test]
fn a_warning_comes_after_a_share_of_the_delay_or_near_its_end() {
    let warn = |rule, warn| {
        let count = Count { rule, received: at("2026-02-10 10:00"), pauses: &[] };
        quebec().warn_at(&count, quebec().due(&count).unwrap(), warn)
    };
    // 9 + 11 hours: 16 of them.
    let eod = Rule::BusinessDaysEodV1(1);
    assert_eq!(warn(eod, Warn::DEFAULT), Ok(at("2026-02-11 15:00")));
    assert_eq!(warn(eod, Warn::Percent(0)), Ok(at("2026-02-10 10:00")));
    assert_eq!(warn(eod, Warn::Percent(100)), Ok(at("2026-02-11 19:00")));
    assert_eq!(warn(eod, Warn::WorkingSecs(-3_600)), Ok(at("2026-02-11 18:00")));
    assert_eq!(warn(eod, Warn::WorkingSecs(3_600)), Ok(at("2026-02-12 09:00")));
    assert_eq!(warn(eod, Warn::BusinessDays(-1)), Ok(at("2026-02-10 19:00")));
    assert_eq!(warn(eod, Warn::BusinessDays(2)), Ok(at("2026-02-13 19:00")));
    // Never before the reception.
    assert_eq!(warn(eod, Warn::BusinessDays(-3)), Ok(at("2026-02-10 10:00")));
    assert_eq!(warn(eod, Warn::WorkingSecs(-86_400)), Ok(at("2026-02-10 10:00")));
    assert_eq!(warn(Rule::CalendarDaysV1(5), Warn::DEFAULT), Ok(at("2026-02-14 10:00")));
}

/// A step in short, times in local time.
fn said(step: &Step) -> String {
    let time = |it: Timestamp| quebec().changes().local(it).format("%H:%M").to_string();
    let hours = |it: i64| it / 3_600 / SECOND;
    match step {
        Step::Start { at } => format!("start {}", at.map(time).unwrap_or_default()),
        Step::Day { number, left } => format!("day {number}, {left} left"),
        Step::Time { from, to, left_micros } => {
            format!("{}-{}, {} h left", time(*from), time(*to), hours(*left_micros))
        }
        Step::GivenBack { from, to, left_micros } => {
            format!("back {}-{}, {} h left", time(*from), time(*to), hours(*left_micros))
        }
    }
}

fn explained(rule: Rule, received: &str, pauses: &[Pause]) -> (Vec<String>, String) {
    let count = Count { rule, received: at(received), pauses };
    let explanation = quebec().explain(&count).unwrap();
    assert_eq!(Ok(explanation.due), quebec().due(&count));
    let kind = |kind: &DayKind| match kind {
        DayKind::Usual => String::new(),
        DayKind::DayOff => "off".to_owned(),
        DayKind::Special(Cause::Holiday(name)) => {
            name.as_ref().map_or("holiday", |it| it.english.as_str()).to_owned()
        }
        DayKind::Special(_) | DayKind::LeftOut => "special".to_owned(),
    };
    let days = explanation.days.iter().map(|it| {
        let steps: Vec<String> = it.steps.iter().map(said).collect();
        let paused = it.paused.len();
        format!("{} {} [{paused}] {}", it.date, kind(&it.kind), steps.join("; "))
    });
    (days.collect(), quebec().changes().local(explanation.due).to_string())
}

// 2026-06-19 is a Friday.
#[test]
fn an_explanation_tells_each_day_and_what_it_counted() {
    let pauses = [pause("2026-06-23 12:00", "2026-06-25 12:00")];
    let (days, due) = explained(Rule::BusinessDaysEodV1(3), "2026-06-20 10:00", &pauses);
    assert_eq!(
        days,
        [
            "2026-06-20 off [0] ",
            "2026-06-21 off [0] ",
            "2026-06-22  [0] start ",
            "2026-06-23  [1] day 1, 2 left",
            "2026-06-24 National Day [0] ",
            "2026-06-25  [1] day 2, 1 left",
            "2026-06-26  [0] day 3, 0 left",
            "2026-06-27 off [0] ",
            "2026-06-28 off [0] ",
            "2026-06-29  [0] back 08:00-19:00, 0 h left",
        ]
    );
    assert_eq!(due, "2026-06-29 19:00:00");

    let secs = 20 * 3_600;
    let pauses = [pause("2026-06-23 09:00", "2026-06-23 12:00")];
    let (days, due) = explained(Rule::BusinessTimeV1 { secs }, "2026-06-22 18:00", &pauses);
    assert_eq!(
        days,
        [
            "2026-06-22  [0] 18:00-19:00, 19 h left",
            "2026-06-23  [1] 08:00-09:00, 18 h left; 12:00-19:00, 11 h left",
            "2026-06-24 National Day [0] ",
            "2026-06-25  [0] 08:00-19:00, 0 h left",
        ]
    );
    assert_eq!(due, "2026-06-25 19:00:00");
    let (days, _) = explained(Rule::CalendarDaysV1(9), "2026-06-22 18:00", &[]);
    assert!(days.is_empty());
}

#[test]
fn an_explanation_ends_where_the_count_does() {
    let secs = |minutes: u32| u64::from(minutes) * 60;
    let strategy = (situation(), 0_u32..4, 0_u32..3_000, pauses());
    let runner = Config { cases: 2_000, max_global_rejects: 100_000, ..Config::default() };
    let result = TestRunner::new(runner).run(&strategy, |(it, n, minutes, pauses)| {
        let Situation { draft, received } = &it;
        let Ok(calendar) = draft.build() else { return Err(TestCaseError::reject("refused")) };
        let pauses = it.pauses(&pauses);
        let extra_secs = u32::try_from(secs(minutes)).unwrap();
        for rule in [
            Rule::BusinessDaysEodV1(n),
            Rule::BusinessDaysThenOpeningV1(Days { days: n, extra_secs }),
            Rule::BusinessTimeV1 { secs: secs(minutes) },
            Rule::CalendarDaysV1(n),
        ] {
            let count = Count { rule, received: *received, pauses: &pauses };
            let explanation = calendar.explain(&count);
            prop_assert_eq!(explanation.clone().map(|it| it.due), calendar.due(&count));
            let Ok(explanation) = explanation else { continue };
            let steps = || explanation.days.iter().flat_map(|it| &it.steps);
            let time = steps().map(|it| match it {
                Step::Time { from, to, .. } => to.micros() - from.micros(),
                Step::Start { .. } | Step::Day { .. } | Step::GivenBack { .. } => 0,
            });
            let counted: i64 = time.sum();
            let is_timed = rule.name().contains("time") || rule.name().contains("then");
            let expected = if is_timed { i64::from(minutes) * 60 * SECOND } else { 0 };
            prop_assert_eq!(counted, expected);
            let days = steps().filter(|it| matches!(it, Step::Day { .. })).count();
            let expected = if rule.name().starts_with("business_days") { n } else { 0 };
            prop_assert_eq!(days, expected as usize);
        }
        Ok(())
    });
    result.unwrap();
}

/// What [`Warn::BusinessDays`] says of a delay with pauses.
fn days_before(days: i32, pauses: &[(&str, &str)], due: &str) -> Timestamp {
    let pauses: Vec<_> =
        pauses.iter().map(|(from, to)| Pause::new(at(from), at(to)).unwrap()).collect();
    let rule = Rule::BusinessDaysEodV1(3);
    let count = Count { rule, received: at("2026-03-02 10:00"), pauses: &pauses };
    assert_eq!(quebec().due(&count).unwrap(), at(due));
    quebec().warn_at(&count, at(due), Warn::BusinessDays(days)).unwrap()
}

#[test]
fn business_days_before_the_due_time_are_days_without_a_wait() {
    // Three days from Monday: Thursday at 19:00, a day before it Wednesday at 19:00.
    assert_eq!(days_before(-1, &[], "2026-03-05 19:00"), at("2026-03-04 19:00"));
    // A wait that is over by then moves it as far as the due time.
    let tuesday = ("2026-03-03 08:00", "2026-03-03 19:00");
    assert_eq!(days_before(-1, &[tuesday], "2026-03-06 19:00"), at("2026-03-05 19:00"));
    let morning = ("2026-03-03 08:00", "2026-03-03 10:00");
    assert_eq!(days_before(-1, &[morning], "2026-03-06 10:00"), at("2026-03-05 10:00"));
    // What had been warned of when a wait began stays where it was, also across several days.
    let thursday = ("2026-03-05 08:00", "2026-03-05 19:00");
    assert_eq!(days_before(-1, &[thursday], "2026-03-06 19:00"), at("2026-03-04 19:00"));
    let long = ("2026-03-05 12:00", "2026-03-11 12:00");
    assert_eq!(days_before(-1, &[long], "2026-03-11 19:00"), at("2026-03-04 19:00"));
    assert_eq!(days_before(-2, &[long, tuesday], "2026-03-12 19:00"), at("2026-03-04 19:00"));
    // Before the reception there is nothing to warn of.
    assert_eq!(days_before(-9, &[long], "2026-03-11 19:00"), at("2026-03-02 10:00"));
}
