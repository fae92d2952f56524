//! Levels: what counts, when it is reached, and what is stated of it.

use super::*;
use crate::{Calendar, Declaration, RegimeFact, RegimeKind, Regimes, Timestamp, Week, Window};
use chrono::{NaiveDateTime, TimeZone, Utc};
use chrono_tz::America::Toronto;
use proptest::prelude::*;

const ANSWERED: ContactOutcome = ContactOutcome::Informed;
const ABANDONED: ContactOutcome = ContactOutcome::Abandoned;

fn calls(hang_ups: HangUps) -> Definition {
    let channels = vec![Channel::Telephone];
    Definition { measure: Measure::Contacts { channels, within_secs: 120, hang_ups }, percent: 80 }
}

fn level(definition: Definition) -> Level {
    Level {
        code: "telephone".parse().unwrap(),
        name: Bilingual {
            french: "Téléphone".parse().unwrap(),
            english: "Telephone".parse().unwrap(),
        },
        definition,
        windows: vec![Period::Day, Period::Week],
        first_day: None,
        last_day: None,
    }
}

/// Seven answered in time, one of them at the last second, one a second late; one who left at once,
/// one who waited beyond the limit.
const TEN_CALLS: [(ContactOutcome, u32); 10] = [
    (ANSWERED, 0),
    (ANSWERED, 12),
    (ANSWERED, 45),
    (ANSWERED, 60),
    (ANSWERED, 90),
    (ANSWERED, 119),
    (ANSWERED, 120),
    (ANSWERED, 121),
    (ABANDONED, 5),
    (ABANDONED, 130),
];

fn share(definition: &Definition, calls: &[(ContactOutcome, u32)]) -> Share {
    let mut share = Share::default();
    for (outcome, waited_secs) in calls {
        if let Some(in_time) = definition.contact(Channel::Telephone, *outcome, *waited_secs) {
            share.add(in_time);
        }
    }
    share
}

#[test]
fn the_same_ten_calls_give_four_figures() {
    let check = |hang_ups, within, of, permille, standing| {
        let definition = calls(hang_ups);
        let found = share(&definition, &TEN_CALLS);
        assert_eq!(found, Share { within, of }, "{hang_ups:?}");
        // Rounded half up, as people read it: 77.8 %.
        assert_eq!((within * 2000 + of) / (of * 2), permille, "{hang_ups:?}");
        assert_eq!(definition.standing(found), standing, "{hang_ups:?}");
    };
    check(HangUps::Ignored, 7, 8, 875, Standing::Reached);
    check(HangUps::Offered, 7, 10, 700, Standing::Missed);
    check(HangUps::ShortExcluded { secs: 5 }, 7, 9, 778, Standing::Missed);
    check(HangUps::ShortGood { secs: 5 }, 8, 10, 800, Standing::Reached);
}

#[test]
fn a_limit_lies_within() {
    let definition = calls(HangUps::ShortExcluded { secs: 10 });
    let count = |outcome, secs| definition.contact(Channel::Telephone, outcome, secs);
    assert_eq!(
        [119, 120, 121].map(|it| count(ANSWERED, it)),
        [Some(true), Some(true), Some(false)]
    );
    assert_eq!([9, 10, 11].map(|it| count(ABANDONED, it)), [None, None, Some(false)]);
    let good = calls(HangUps::ShortGood { secs: 10 });
    assert_eq!(good.contact(Channel::Telephone, ABANDONED, 10), Some(true));
    assert_eq!(good.contact(Channel::Telephone, ABANDONED, 11), Some(false));
}

#[test]
fn what_is_not_the_311s_to_answer_or_was_not_measured_does_not_count() {
    let definition = calls(HangUps::Offered);
    let count = |channel, outcome| definition.contact(channel, outcome, 0);
    assert_eq!(count(Channel::Telephone, ContactOutcome::TransferredTo911), None);
    assert_eq!(count(Channel::Email, ANSWERED), None);
    assert_eq!(count(Channel::Telephone, ANSWERED), Some(true));
    let written = Definition {
        measure: Measure::Contacts {
            channels: vec![Channel::Email],
            within_secs: 120,
            hang_ups: HangUps::Ignored,
        },
        percent: 80,
    };
    assert_eq!(written.contact(Channel::Email, ANSWERED, 0), None);
    assert_eq!(written.contact(Channel::Email, ANSWERED, 120), Some(true));
    assert_eq!(definition.promise(PromiseKind::Resolution, Verdict::OnTime), None);
}

#[test]
fn requests_count_once_their_promise_is_decided() {
    let promise = PromiseKind::FirstAnswer;
    let definition = Definition { measure: Measure::Requests { promise }, percent: 90 };
    let count = |verdict| definition.promise(promise, verdict);
    assert_eq!(count(Verdict::OnTime), Some(true));
    assert_eq!(count(Verdict::Late), Some(false));
    for undecided in [Verdict::Pending, Verdict::Paused, Verdict::Rescinded] {
        assert_eq!(count(undecided), None);
    }
    assert_eq!(definition.promise(PromiseKind::Resolution, Verdict::OnTime), None);
    assert_eq!(definition.contact(Channel::Telephone, ANSWERED, 1), None);
}

#[test]
fn exactly_the_percentage_is_reached_and_nothing_is_no_data() {
    let definition = calls(HangUps::Ignored);
    let standing = |within, of| definition.standing(Share { within, of });
    assert_eq!(standing(0, 0), Standing::NoData);
    assert_eq!((standing(4, 5), standing(79, 99)), (Standing::Reached, Standing::Missed));
    assert_eq!(standing(u64::MAX, u64::MAX), Standing::Reached);
}

#[test]
fn a_level_is_promised_on_its_days_for_windows_of_its_lengths() {
    let date = |text: &str| text.parse().unwrap();
    let mut level = level(calls(HangUps::Ignored));
    level.first_day = Some(date("2026-03-02"));
    level.last_day = Some(date("2026-03-09"));
    let is_promised = |length: Period, day: &str| level.is_promised(length.of(date(day)));
    assert!(is_promised(Period::Day, "2026-03-02") && is_promised(Period::Day, "2026-03-09"));
    assert!(!is_promised(Period::Day, "2026-03-01") && !is_promised(Period::Day, "2026-03-10"));
    // A week that began before is none of it.
    assert!(!is_promised(Period::Week, "2026-03-01") && is_promised(Period::Week, "2026-03-10"));
    assert!(!is_promised(Period::Month, "2026-03-02"));
}

fn local(time: &str) -> Timestamp {
    let local = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").unwrap();
    Toronto.from_local_datetime(&local).unwrap().with_timezone(&Utc).try_into().unwrap()
}

fn calendar() -> Calendar {
    let day = Window::new(8 * 60, 19 * 60);
    let week = [day, day, day, day, day, None, None];
    Calendar::new(Toronto, week, ["2026-04-03".parse().unwrap()]).unwrap()
}

// 2026-04-01 is a Wednesday, the 3rd is Good Friday.
#[test]
fn an_arrival_lies_in_ordinary_hours_in_those_of_a_regime_or_in_none() {
    let declaration = Declaration {
        kind: RegimeKind::CivilSecurity,
        from: local("2026-04-02 12:00"),
        until: local("2026-04-05 12:00"),
        hours: Some(Week::new([Window::new(6 * 60, 1440); 7]).unwrap()),
        products: Vec::new(),
        notice: Bilingual { french: "Crue".parse().unwrap(), english: "Flood".parse().unwrap() },
    };
    let fact = RegimeFact::Declared(Box::new(declaration));
    let regimes = Regimes::default().evolve(&fact, local("2026-04-02 12:00")).unwrap();
    let calendar = calendar();
    let check = |time: &str, expected| {
        assert_eq!(arrival_hours(&calendar, &regimes, local(time)), expected, "{time}");
    };
    check("2026-04-01 08:00", ArrivalHours::Ordinary);
    check("2026-04-01 19:00", ArrivalHours::Closed);
    check("2026-04-02 11:59", ArrivalHours::Ordinary);
    check("2026-04-02 12:00", ArrivalHours::Exceptional);
    check("2026-04-02 23:59", ArrivalHours::Exceptional);
    check("2026-04-03 05:59", ArrivalHours::Closed);
    check("2026-04-03 06:00", ArrivalHours::Exceptional);
    check("2026-04-05 12:00", ArrivalHours::Closed);
    check("2026-04-06 18:59", ArrivalHours::Ordinary);
}

#[test]
fn a_window_counts_hours_apart_and_knows_what_came_late() {
    let end = local("2026-04-02 00:00");
    let arrival = |hours, known_until| Arrival { in_time: true, hours, known_until, sequence: 7 };
    let mut window = LevelWindow::default();
    window.add(arrival(ArrivalHours::Ordinary, None), end);
    window.add(arrival(ArrivalHours::Exceptional, Some(end.saturating_add_micros(-1))), end);
    window.add(arrival(ArrivalHours::Closed, Some(end)), end);
    let one = Share { within: 1, of: 1 };
    let counted = LevelWindow { ordinary: one, exceptional: one, revision: 0, last: 7 };
    assert_eq!(window, counted);
    let earlier = Arrival { sequence: 3, ..arrival(ArrivalHours::Ordinary, Some(end)) };
    window.add(earlier, end);
    assert_eq!((window.revision, window.last), (1, 7));
}

/// Windows of days in a row, of which `Some(true)` was reached, `Some(false)` missed.
type Days = Vec<(Span, LevelWindow, Option<Stated>)>;

fn days(standings: &[Option<bool>]) -> Days {
    let first: NaiveDate = "2026-03-02".parse().unwrap();
    let day = |(at, standing): (usize, &Option<bool>)| {
        let date = first + chrono::Days::new(at as u64);
        let ordinary = standing.map_or(Share::default(), |it| Share { within: it.into(), of: 1 });
        (Period::Day.of(date), LevelWindow { ordinary, ..LevelWindow::default() }, None)
    };
    standings.iter().enumerate().map(day).collect()
}

/// States what must be stated, and gives it: the day, what, and its revision.
fn state(level: &Level, days: &mut Days) -> Vec<(usize, LevelFactKind, u32)> {
    let stated = statements(&level.definition, days);
    let place = |statement: &Statement| {
        let at = days.iter().position(|(window, _, _)| *window == statement.window).unwrap();
        (at, statement.kind, statement.revision)
    };
    let found: Vec<_> = stated.iter().map(place).collect();
    for (statement, (at, kind, _)) in stated.iter().zip(&found) {
        let fact = LevelFact::new(level, statement, Timestamp::EPOCH);
        let after = Stated::after(days[*at].2.as_ref(), *kind, &fact);
        days[*at].2 = Some(after.expect("it follows"));
        // Sent again it is void.
        assert_eq!(Stated::after(days[*at].2.as_ref(), *kind, &fact), None);
        // Nor is the same said twice in a row, as by a node that has not folded the first.
        let again = LevelFact { revision: fact.revision + 1, ..fact };
        assert_eq!(Stated::after(days[*at].2.as_ref(), *kind, &again), None);
    }
    assert_eq!(statements(&level.definition, days), [], "once each");
    found
}

use LevelFactKind::{Breached, Restored};

fn revise(days: &mut Days, at: usize, reached: bool) {
    days[at].1.ordinary = Share { within: reached.into(), of: 1 };
}

#[test]
fn every_missed_window_is_a_breach_and_the_first_one_reached_again_restores() {
    let level = level(calls(HangUps::Ignored));
    let standings = [Some(true), Some(false), None, Some(false), Some(true), Some(true)];
    let mut days = days(&standings);
    assert_eq!(state(&level, &mut days), [(1, Breached, 0), (3, Breached, 0), (4, Restored, 0)]);
}

#[test]
fn what_is_recorded_late_restores_the_window_and_breaches_it_again() {
    let level = level(calls(HangUps::Ignored));
    let mut days = days(&[Some(false), None, Some(true)]);
    assert_eq!(state(&level, &mut days), [(0, Breached, 0), (2, Restored, 0)]);
    revise(&mut days, 0, true);
    assert_eq!(state(&level, &mut days), [(0, Restored, 1)]);
    revise(&mut days, 0, false);
    assert_eq!(state(&level, &mut days), [(0, Breached, 2)]);
    revise(&mut days, 2, false);
    assert_eq!(state(&level, &mut days), [(2, Breached, 1)]);
    // Nothing counts there any more: a regime was declared for it afterwards.
    days[2].1.ordinary = Share::default();
    assert_eq!(state(&level, &mut days), [(2, Restored, 2)]);
}

#[test]
fn ids_are_the_same_everywhere_and_never_the_same_twice() {
    let level = level(calls(HangUps::Ignored));
    let days = days(&[Some(false)]);
    let stated = statements(&level.definition, &days);
    let fact = LevelFact::new(&level, &stated[0], Timestamp::EPOCH);
    assert_eq!(fact.id_name(Breached), "level_breached/telephone/2026-03-02/0");
    let again = LevelFact { revision: 1, ..fact };
    assert_eq!(again.id_name(Restored), "level_restored/telephone/2026-03-02/1");
}

#[test]
fn no_verdict_is_given_again_under_other_rules() {
    let strict = level(Definition { percent: 100, ..calls(HangUps::Ignored) });
    let mut days = days(&[Some(true), Some(false), Some(true), Some(true), Some(false)]);
    let lax = level(calls(HangUps::Ignored));
    assert_eq!(state(&lax, &mut days[..3].to_vec()), [(1, Breached, 0), (2, Restored, 0)]);
    let mut first = days[..2].to_vec();
    state(&lax, &mut first);
    days[..2].clone_from_slice(&first);
    // The window before and the one judged stay; the next ones are judged by the new rules.
    revise(&mut days, 0, false);
    revise(&mut days, 1, true);
    assert_eq!(state(&strict, &mut days), [(2, Restored, 0), (4, Breached, 0)]);
}

proptest! {
    #[test]
    fn shares_are_bounded_and_definitions_ordered(
        calls_made in prop::collection::vec((any::<bool>(), 0_u32..300), 0..60),
        secs in 0_u32..120,
    ) {
        let made: Vec<_> = calls_made
            .into_iter()
            .map(|(answered, secs)| (if answered { ANSWERED } else { ABANDONED }, secs))
            .collect();
        let of = |hang_ups| share(&calls(hang_ups), &made);
        let (ignored, offered) = (of(HangUps::Ignored), of(HangUps::Offered));
        let excluded = of(HangUps::ShortExcluded { secs });
        let good = of(HangUps::ShortGood { secs });
        prop_assert_eq!((offered.of, good.of), (made.len() as u64, made.len() as u64));
        prop_assert_eq!((ignored.within, excluded.within), (offered.within, offered.within));
        prop_assert!(ignored.of <= excluded.of && excluded.of <= offered.of);
        // Those who left soon are either left out or good: as many.
        prop_assert_eq!(good.within - offered.within, offered.of - excluded.of);
        let all_ways = [ignored, offered, excluded, good];
        prop_assert!(all_ways.iter().all(|it| it.within <= it.of));
    }

    #[test]
    fn whatever_is_revised_a_window_says_what_it_is_once(
        standings in prop::collection::vec(any::<Option<bool>>(), 1..12),
        revisions in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..12),
    ) {
        let level = level(calls(HangUps::Ignored));
        let mut days = days(&standings);
        state(&level, &mut days);
        for (at, reached) in revisions {
            let at = at.index(days.len());
            revise(&mut days, at, reached);
            state(&level, &mut days);
        }
        for (window, counted, stated) in &days {
            let said = stated.as_ref().map(|it| it.kind);
            let missed = level.definition.standing(counted.ordinary) == Standing::Missed;
            prop_assert_eq!(said == Some(Breached), missed, "{}", window.name());
        }
    }
}
