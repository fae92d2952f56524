//! What cannot be counted is refused, with a reason that a person can act upon.

use beffroi_domain::{
    Calendar, CalendarDraft, CannotCount, Closing, Count, CutOff, Days, ExceptionalHours, Holiday,
    Hours, InvalidCalendar, NotKnown, OutOfCalendar, Pause, Rule, Timestamp, Warn,
};
use chrono_tz::America::Toronto;

fn hours(text: &str) -> Hours {
    text.parse().unwrap()
}

fn office() -> CalendarDraft {
    let mut week = [hours("08:00-12:00, 13:00-17:00"); 7];
    week[5] = Hours::CLOSED;
    week[6] = Hours::CLOSED;
    CalendarDraft::new(Toronto, week)
}

fn at(text: &str) -> Timestamp {
    crate::json::instant(text)
}

#[track_caller]
fn refused(draft: &CalendarDraft, expected: &str) {
    assert_eq!(draft.build().unwrap_err().to_string(), expected);
}

fn exception(date: &str, text: &str) -> ExceptionalHours {
    ExceptionalHours { date: date.parse().unwrap(), hours: hours(text), name: None }
}

#[test]
fn a_calendar_that_contradicts_itself_names_the_day() {
    let mut night = office();
    night.week[0] = hours("22:00-08:30");
    refused(&night, "22:00-08:30 of monday runs into 08:00-12:00 of tuesday");
    night.week[0] = hours("22:00-08:00");
    assert!(night.build().is_ok());
    night.week[6] = hours("23:00-22:30");
    night.week[0] = hours("22:00-08:00");
    refused(&night, "23:00-22:30 of sunday runs into 22:00-08:00 of monday");

    let mut twice = office();
    twice.exceptions = vec![exception("2026-12-24", ""), exception("2026-12-24", "08:00-12:00")];
    refused(&twice, "2026-12-24 has exceptional hours twice: keep one");
    twice.exceptions = vec![exception("2026-12-24", "20:00-09:00")];
    refused(&twice, "20:00-09:00 of 2026-12-24 runs into 08:00-12:00 of 2026-12-25");
    twice.exceptions = vec![exception("1799-12-24", "")];
    refused(&twice, "1799-12-24 is not in the years 1800 to 2199");

    let mut named = office();
    let name = |text: &str| {
        let label = |text: &str| text.parse().unwrap();
        Some(beffroi_domain::catalogue::Bilingual { french: label(text), english: label(text) })
    };
    let date = "2026-12-25".parse().unwrap();
    named.holidays = ["Noël", "Fête"].map(|it| Holiday { date, name: name(it) }).into();
    refused(&named, "the holiday 2026-12-25 is given twice, under two names: keep one");
    named.holidays[1].name = None;
    assert!(named.build().is_ok());
}

#[test]
fn a_calendar_that_never_opens_is_refused() {
    let never = CalendarDraft::new(Toronto, [Hours::CLOSED; 7]);
    assert_eq!(never.build().unwrap_err(), InvalidCalendar::NeverOpen);
    let once = CalendarDraft { exceptions: vec![exception("2026-12-24", "08:00-12:00")], ..never };
    let calendar = once.build().unwrap();
    // After that once, nothing can be due.
    let rule = Rule::BusinessDaysEodV1(1);
    let count = Count { rule, received: at("2026-12-24T15:00:00Z"), pauses: &[] };
    assert_eq!(calendar.due(&count), Err(CannotCount::OutOfCalendar(OutOfCalendar)));
    let closings =
        vec![Closing { hours: Hours::ALL_DAY, name: None, date: "2026-12-24".parse().unwrap() }];
    assert_eq!(CalendarDraft { closings, ..once }.build().unwrap_err(), InvalidCalendar::NeverOpen);
}

fn cannot(calendar: &Calendar, rule: Rule) {
    let count = Count { rule, received: at("2026-02-10T15:00:00Z"), pauses: &[] };
    let error = calendar.due(&count).unwrap_err();
    assert_eq!(error, CannotCount::OutOfCalendar(OutOfCalendar), "{rule:?}");
    assert_eq!(error.to_string(), "the due time lies beyond what a calendar can count");
}

#[test]
fn a_delay_of_a_thousand_years_is_an_error_and_no_loop() {
    let calendar = office().build().unwrap();
    for days in [260_000, 365_000, u32::MAX] {
        let more = Days { days, extra_secs: u32::MAX };
        cannot(&calendar, Rule::BusinessDaysEodV1(days));
        cannot(&calendar, Rule::BusinessDaysLandingV1(days));
        cannot(&calendar, Rule::BusinessDaysSameTimeV1(more));
        cannot(&calendar, Rule::BusinessDaysClosingV1(more));
        cannot(&calendar, Rule::CalendarDaysV1(days));
    }
    for secs in [1_000 * 365 * 86_400, u64::MAX / 1_000_000, u64::MAX] {
        cannot(&calendar, Rule::BusinessTimeV1 { secs });
        cannot(&calendar, Rule::BusinessTimeOpeningV1 { secs });
        cannot(&calendar, Rule::CalendarTimeV1 { secs });
    }
    let rule = Rule::BusinessDaysEodV1(2);
    let count = Count { rule, received: at("2026-02-10T15:00:00Z"), pauses: &[] };
    let due = calendar.due(&count).unwrap();
    for secs in [i64::MIN, i64::MAX, -1_000 * 365 * 86_400] {
        assert!(calendar.warn_at(&count, due, Warn::WorkingSecs(secs)).is_err(), "{secs}");
    }
    for days in [i32::MIN, i32::MAX] {
        assert!(calendar.warn_at(&count, due, Warn::BusinessDays(days)).is_err(), "{days}");
    }
    assert!(calendar.warn_at(&count, due, Warn::Percent(u32::MAX)).is_err());
}

#[test]
fn times_at_the_ends_of_what_a_timestamp_holds_are_counted_or_refused() {
    let calendar = office().build().unwrap();
    for text in ["1800-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z"] {
        for rule in [
            Rule::BusinessDaysEodV1(2),
            Rule::BusinessDaysOpeningV1(Days::whole(2)),
            Rule::BusinessTimeV1 { secs: 7_200 },
            Rule::CalendarDaysV1(2),
            Rule::CalendarTimeV1 { secs: 7_200 },
        ] {
            let due = calendar.due(&Count { rule, received: at(text), pauses: &[] });
            assert_eq!(due.is_ok(), !text.starts_with('9'), "{text} {rule:?}");
        }
    }
    let (first, last) = (at("1800-01-01T00:00:00Z"), at("9999-12-31T23:59:59Z"));
    assert!(0 < calendar.working_micros(first, last));
    assert_eq!(calendar.working_micros(last, first), 0);
}

#[test]
fn what_was_taken_over_and_what_has_no_such_minute_is_not_counted() {
    let calendar = office().build().unwrap();
    let due = |rule| calendar.due(&Count { rule, received: Timestamp::EPOCH, pauses: &[] });
    assert_eq!(due(Rule::Source), Err(CannotCount::Source));
    let cut_off = CutOff {
        at_minute: 1_440,
        restart_minute: 0,
        waits_for_restart: false,
        day_off_restarts: false,
    };
    assert_eq!(
        due(Rule::BusinessDaysCutOffV1(Days::whole(1), cut_off)),
        Err(CannotCount::CutOff(1_440))
    );
}

#[test]
fn a_pause_that_ends_before_it_begins_says_so() {
    let (from, to) = (at("2026-02-11T17:00:00Z"), at("2026-02-11T16:59:59Z"));
    assert_eq!(
        Pause::new(from, to).unwrap_err().to_string(),
        "a pause that begins at 2026-02-11T17:00:00Z cannot end at 2026-02-11T16:59:59Z, before it"
    );
}

#[test]
fn a_calendar_is_known_for_thirteen_months_ahead_or_says_what_is_missing() {
    let mut draft = office();
    let check = |draft: &CalendarDraft, text: &str| draft.build().unwrap().check_known(at(text));
    let needed = "2027-12-25".parse().unwrap();
    assert_eq!(check(&draft, "2026-11-25T12:00:00Z"), Err(NotKnown::NotStated { needed }));
    assert!(!draft.build().unwrap().is_beyond_known(at("2100-01-01T00:00:00Z")));
    draft.known_until = "2027-12-31".parse().ok();
    assert_eq!(check(&draft, "2026-11-30T12:00:00Z"), Ok(()));
    let error = check(&draft, "2026-12-01T12:00:00Z").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the calendar is known until 2027-12-31, and must be until 2028-01-01, 13 months ahead: add \
         the holidays and move `known_until`"
    );
}

#[test]
fn what_is_due_beyond_the_known_dates_is_counted_and_said() {
    let mut draft = office();
    draft.known_until = "2027-12-31".parse().ok();
    let calendar = draft.build().unwrap();
    let explained = |received: &str| {
        let rule = Rule::BusinessDaysEodV1(2);
        calendar.explain(&Count { rule, received: at(received), pauses: &[] }).unwrap()
    };
    // 2027-12-29 is a Wednesday.
    let known = explained("2027-12-29T12:00:00Z");
    assert_eq!(
        (calendar.date(known.due).to_string().as_str(), known.known_until),
        ("2027-12-31", None)
    );
    let beyond = explained("2027-12-30T12:00:00Z");
    assert_eq!(calendar.date(beyond.due).to_string(), "2028-01-03");
    assert_eq!(beyond.known_until, draft.known_until);
}

#[test]
fn an_exception_opens_a_holiday_and_a_closing_closes_both() {
    let mut draft = office();
    let date = "2026-06-24".parse().unwrap();
    draft.holidays.push(Holiday { date, name: None });
    draft.exceptions.push(exception("2026-06-24", "09:00-12:00"));
    assert_eq!(draft.build().unwrap().hours_of(date), hours("09:00-12:00"));
    draft.closings.push(Closing { date, hours: hours("10:00-11:00"), name: None });
    assert_eq!(draft.build().unwrap().hours_of(date), hours("09:00-10:00, 11:00-12:00"));
}
