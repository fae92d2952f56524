//! Business time on random calendars against the minute by minute count.

use crate::minutes::{Around, MINUTE, Way, minutes, used_up, worked, worked_on};
use crate::random::{Situation, pauses, situation};
use beffroi_domain::{Calendar, Count, Days, InvalidCalendar, Rule, Timestamp, Warn};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// How many situations: ten times as many in the long form.
pub(crate) fn runner(cases: u32) -> TestRunner {
    let long = std::env::var_os("BEFFROI_LONG").is_some();
    let cases = if long { cases * 10 } else { cases };
    TestRunner::new(Config { cases, max_global_rejects: cases * 20, ..Config::default() })
}

/// The calendar, unless its draft is refused: then for a reason that holds.
fn built(it: &Situation) -> Result<Calendar, TestCaseError> {
    match it.draft.build() {
        Ok(calendar) => Ok(calendar),
        Err(InvalidCalendar::RunsInto(error)) => {
            prop_assert!(error.next.opens() + 1440 < error.window.closes());
            Err(TestCaseError::reject("a window runs into another"))
        }
        Err(InvalidCalendar::NeverOpen) => Err(TestCaseError::reject("it never opens")),
        Err(InvalidCalendar::Pieces { .. }) => Err(TestCaseError::reject("too many pieces")),
        Err(other) => Err(TestCaseError::fail(other.to_string())),
    }
}

pub(crate) fn later(at: Timestamp, minutes: i64) -> Timestamp {
    at.saturating_add_micros(minutes * MINUTE)
}

#[test]
fn working_time_is_what_the_clock_on_the_wall_says() {
    let strategy = (situation(), 0_i64..2_000, pauses());
    let result = runner(20_000).run(&strategy, |(it, length, pauses)| {
        let (calendar, pauses) = (built(&it)?, it.pauses(&pauses));
        let (from, to) = (it.received, later(it.received, length));
        let expected = worked(&it.draft, (from, to), &[]);
        prop_assert_eq!(calendar.working_micros(from, to), expected);
        prop_assert_eq!(
            calendar.worked_micros(from, to, &pauses),
            worked(&it.draft, (from, to), &pauses)
        );
        prop_assert_eq!(calendar.is_open(from), worked_on(&it.draft, from.utc()).is_some());
        let mut open =
            minutes(from).take(2_000).filter(|at| worked_on(&it.draft, at.utc()).is_some());
        match (open.next(), calendar.next_open(from)) {
            (Some(expected), found) => prop_assert_eq!(found, Ok(expected)),
            (None, Ok(found)) => prop_assert!(later(from, 2_000) <= found),
            (None, Err(_)) => {}
        }
        // Back again, when there is something to come back over.
        prop_assert_eq!(
            calendar
                .subtract_working_micros(to, expected)
                .map(|it| calendar.working_micros(it, to)),
            Ok(expected)
        );
        Ok(())
    });
    result.unwrap();
}

#[test]
fn working_time_is_used_up_outside_of_pauses() {
    let strategy = (situation(), 0_u32..2_500, pauses(), 0_u32..=100);
    let result = runner(3_000).run(&strategy, |(it, budget, pauses, percent)| {
        let (calendar, pauses) = (built(&it)?, it.pauses(&pauses));
        let most = 15 * 1440;
        let received = it.received;
        let secs = u64::from(budget) * 60;
        let due = |rule| calendar.due(&Count { rule, received: it.received, pauses: &pauses });
        let (closing, opening) =
            (due(Rule::BusinessTimeV1 { secs }), due(Rule::BusinessTimeOpeningV1 { secs }));
        let Some((expected, next)) = used_up(&it.draft, it.received, (budget, most), &pauses)
        else {
            let beyond = opening.is_ok_and(|it| later(received, 15 * 1440) <= it);
            prop_assert!(closing.is_err() || opening.is_err() || beyond);
            return Ok(());
        };
        prop_assert_eq!(closing, Ok(expected));
        prop_assert_eq!(opening, Ok(next));
        let count =
            Count { rule: Rule::BusinessTimeV1 { secs }, received: it.received, pauses: &pauses };
        let warn = calendar.warn_at(&count, expected, Warn::Percent(percent)).unwrap();
        let used = calendar.worked_micros(it.received, warn, &pauses);
        prop_assert_eq!(used, i64::from(budget) * MINUTE * i64::from(percent) / 100);
        Ok(())
    });
    result.unwrap();
}

#[test]
fn business_days_are_counted_by_every_rule() {
    let result = runner(1_500).run(&(situation(), 0_u32..5), |(it, n)| {
        let calendar = built(&it)?;
        let around = Around::new(&it.draft, it.received, 12);
        let days = Days::whole(n);
        for (way, rule) in [
            (Way::ShiftClosing, Rule::BusinessDaysEodV1(n)),
            (Way::LandingClosing, Rule::BusinessDaysLandingV1(n)),
            (Way::SameTime, Rule::BusinessDaysSameTimeV1(days)),
            (Way::Midnight, Rule::BusinessDaysMidnightV1(days)),
            (Way::Opening, Rule::BusinessDaysOpeningV1(days)),
            (Way::ThenOpening, Rule::BusinessDaysThenOpeningV1(days)),
            (Way::Within, Rule::BusinessDaysWithinV1(days)),
            (Way::Closing, Rule::BusinessDaysClosingV1(days)),
        ] {
            let found = calendar.due(&Count { rule, received: it.received, pauses: &[] });
            if let Some(expected) = around.due(way, n) {
                prop_assert_eq!(found, Ok(expected), "{:?}", way);
            }
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn pauses_of_days_are_given_back_as_working_time() {
    let result = runner(3_000).run(&(situation(), 0_u32..4, pauses()), |(it, n, pauses)| {
        let (calendar, pauses) = (built(&it)?, it.pauses(&pauses));
        let count = Count { rule: Rule::BusinessDaysEodV1(n), received: it.received, pauses: &[] };
        let Ok(mut expected) = calendar.due(&count) else { return Ok(()) };
        // One pause after the other: each gives back what is paused and worked, and not before.
        let mut sorted = pauses.clone();
        sorted.sort();
        let mut paused_until = None;
        for pause in sorted.into_iter().filter(|pause| it.received < pause.to()) {
            let from = pause.from().max(it.received);
            let goes_on = paused_until.is_some_and(|until| from <= until);
            if !goes_on && expected < from {
                break;
            }
            let from = paused_until.map_or(from, |until| from.max(until));
            let paused = worked(&it.draft, (from, pause.to()), &[]);
            match calendar.add_working_micros(expected, paused) {
                Ok(later) => expected = later,
                Err(_) => return Ok(()),
            }
            paused_until = paused_until.max(Some(pause.to()));
        }
        prop_assert_eq!(calendar.due(&Count { pauses: &pauses, ..count }), Ok(expected));
        Ok(())
    });
    result.unwrap();
}
