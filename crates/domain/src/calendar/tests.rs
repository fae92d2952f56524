//! Business days and working time on calendars made by hand.

use super::*;
use chrono::{NaiveDateTime, TimeZone, Utc};
use proptest::prelude::*;

fn workday() -> Option<Window> {
    Window::new(8 * 60, 19 * 60)
}

fn quebec(holidays: &[&str]) -> Calendar {
    let week = [workday(), workday(), workday(), workday(), workday(), None, None];
    let holidays = holidays.iter().map(|it| it.parse().unwrap());
    Calendar::new(chrono_tz::America::Toronto, week, holidays).unwrap()
}

fn at(local: &str) -> Timestamp {
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
    let time = chrono_tz::America::Toronto.from_local_datetime(&local).unwrap();
    time.with_timezone(&Utc).try_into().unwrap()
}

#[track_caller]
fn check(received: &str, days: u32, due: &str) {
    let calendar = quebec(&["2026-06-24", "2026-07-01"]);
    assert_eq!(calendar.business_days_eod(at(received), days), Ok(at(due)), "{received}");
}

// 2026-03-02 is a Monday; clocks go forward on Sunday 2026-03-08, back on 2026-11-01.
#[test]
fn the_due_time_is_the_closing_of_the_nth_business_day_after_reception() {
    check("2026-03-02 10:00", 2, "2026-03-04 19:00");
    check("2026-03-02 00:00", 2, "2026-03-04 19:00");
    check("2026-03-05 10:00", 2, "2026-03-09 19:00");
}

#[test]
fn reception_on_a_day_off_counts_as_the_next_business_day() {
    check("2026-03-07 10:00", 2, "2026-03-11 19:00");
    check("2026-03-08 10:00", 2, "2026-03-11 19:00");
    check("2026-06-24 10:00", 1, "2026-06-26 19:00");
}

#[test]
fn reception_after_hours_does_not_cost_a_day() {
    check("2026-03-02 19:00", 2, "2026-03-04 19:00");
    check("2026-03-02 23:59", 2, "2026-03-04 19:00");
}

#[test]
fn holidays_do_not_count() {
    check("2026-06-23 10:00", 1, "2026-06-25 19:00");
    check("2026-06-30 10:00", 1, "2026-07-02 19:00");
}

#[test]
fn clock_changes_leave_the_local_closing_where_it_is() {
    check("2026-03-06 10:00", 1, "2026-03-09 19:00");
    check("2026-10-30 10:00", 1, "2026-11-02 19:00");
    // 19:00 is 24:00 UTC in winter and 23:00 UTC in summer.
    assert_eq!(at("2026-03-06 19:00").to_string(), "2026-03-07T00:00:00Z");
    assert_eq!(at("2026-03-09 19:00").to_string(), "2026-03-09T23:00:00Z");
}

#[test]
fn a_date_begins_where_its_first_instant_is() {
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let start = |zone, text: &str| {
        let calendar = Calendar::new(zone, [workday(); 7], []).unwrap();
        let start = calendar.start_of(date(text)).unwrap();
        assert_eq!(calendar.date(start), date(text));
        assert_ne!(calendar.date(start.saturating_add_micros(-1)), date(text));
        start.to_string()
    };
    let toronto = chrono_tz::America::Toronto;
    assert_eq!(start(toronto, "2026-03-08"), "2026-03-08T05:00:00Z");
    assert_eq!(start(toronto, "2026-03-09"), "2026-03-09T04:00:00Z");
    assert_eq!(start(toronto, "2026-11-02"), "2026-11-02T05:00:00Z");
    // Clocks went from 00:00 to 01:00 there.
    assert_eq!(start(chrono_tz::America::Sao_Paulo, "2018-11-04"), "2018-11-04T03:00:00Z");
}

#[test]
fn a_budget_used_up_at_closing_ends_there() {
    let calendar = quebec(&[]);
    let day = 11 * 3600 * 1_000_000;
    assert_eq!(
        calendar.add_working_micros(at("2026-03-06 08:00"), day),
        Ok(at("2026-03-06 19:00"))
    );
    assert_eq!(
        calendar.add_working_micros(at("2026-03-06 08:00"), day + 60_000_000),
        Ok(at("2026-03-09 08:01"))
    );
}

#[test]
fn a_day_open_through_a_clock_change_counts_real_time() {
    let all_day = Window::new(0, 1440);
    let calendar = Calendar::new(chrono_tz::America::Toronto, [all_day; 7], []).unwrap();
    let hours = |from, to| calendar.working_micros(at(from), at(to)) / 3_600_000_000;
    assert_eq!(hours("2026-03-08 00:00", "2026-03-09 00:00"), 23);
    assert_eq!(hours("2026-11-01 00:00", "2026-11-02 00:00"), 25);
}

#[test]
fn a_calendar_that_never_opens_is_refused() {
    assert_eq!(
        Calendar::new(chrono_tz::UTC, [None; 7], []).unwrap_err(),
        InvalidCalendar::NeverOpen
    );
}

#[test]
fn a_day_that_never_was_is_no_business_day() {
    // Samoa went from Thursday 2011-12-29 to Saturday 2011-12-31.
    let calendar =
        Calendar::new(chrono_tz::Pacific::Apia, [Window::new(480, 1140); 7], []).unwrap();
    let thursday = NaiveDate::from_ymd_opt(2011, 12, 29).unwrap();
    let ten = chrono::NaiveTime::from_hms_opt(10, 0, 0).unwrap();
    let received = calendar.changes().instant(thursday.and_time(ten)).unwrap();
    let due = calendar.business_days_eod(received, 1).unwrap();
    assert_eq!(calendar.date(due).to_string(), "2011-12-31");
}

proptest! {
    #[test]
    fn what_is_added_is_what_lies_between(
        start in 1_600_000_000_i64..1_900_000_000,
        minutes in 1_i64..100_000,
    ) {
        let calendar = quebec(&["2026-06-24"]);
        let from = Timestamp::from_micros(start * 1_000_000).unwrap();
        let micros = minutes * 60_000_000;
        let to = calendar.add_working_micros(from, micros).unwrap();
        prop_assert_eq!(calendar.working_micros(from, to), micros);
    }
}

#[test]
fn each_version_holds_from_its_date_until_that_of_another() {
    let date = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
    let (june, july) = (quebec(&["2026-06-24"]), quebec(&["2026-07-01"]));
    let (none, both) = (quebec(&[]), quebec(&["2026-06-24", "2026-07-01"]));
    let open = |versions: &[(Option<NaiveDate>, &Calendar)]| {
        let calendar = Calendar::of_versions(&none, versions.iter().copied());
        ["2026-06-24 10:00", "2026-07-01 10:00"].map(|it| calendar.is_open(at(it)))
    };
    assert_eq!(open(&[]), [true, true]);
    assert_eq!(open(&[(date("2026-06-25"), &both)]), [true, false]);
    // A correction of June leaves what was published for July.
    assert_eq!(open(&[(date("2026-07-01"), &july), (date("2026-06-01"), &june)]), [false, false]);
    assert_eq!(open(&[(date("2026-06-01"), &both), (date("2026-06-01"), &none)]), [true, true]);
    // Without a date it takes the place of all.
    assert_eq!(open(&[(date("2026-06-01"), &both), (None, &july)]), [true, false]);
}

#[test]
fn a_version_is_open_from_its_date_on_and_no_night_runs_into_it() {
    let date = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
    let closed = CalendarDraft {
        exceptions: vec![ExceptionalHours {
            date: "2026-06-24".parse().unwrap(),
            hours: workday().into(),
            name: None,
        }],
        ..CalendarDraft::new(chrono_tz::America::Toronto, [Hours::CLOSED; 7])
    };
    let closed = closed.build().unwrap();
    assert_eq!(closed.check_from(&closed, date("2026-06-24")), Ok(()));
    let never = closed.check_from(&closed, date("2026-06-25"));
    assert_eq!(never, Err(InvalidCalendar::NeverOpen));
    let night = Calendar::new(chrono_tz::America::Toronto, [Window::overnight(1320, 600); 7], []);
    let (night, day) = (night.unwrap(), quebec(&[]));
    let both = Calendar::of_versions(&night, [(date("2026-06-24"), &day)]);
    assert!(matches!(both.check_successions(), Err(InvalidCalendar::RunsInto(_))));
    let both = Calendar::of_versions(&day, [(date("2026-06-24"), &night)]);
    assert_eq!(both.check_successions(), Ok(()));
}
