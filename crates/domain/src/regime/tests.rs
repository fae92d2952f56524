//! What may happen to regimes, and when the centre is open under them.

use super::*;
use crate::{Calendar, Window};
use chrono::{NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::America::Toronto;
use proptest::prelude::*;

/// Local time in Québec.
fn at(local: &str) -> Timestamp {
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
    Toronto.from_local_datetime(&local).unwrap().with_timezone(&Utc).try_into().unwrap()
}

/// Monday to Friday, 8:00 to 19:00, less 24 June and Christmas.
fn calendar() -> Calendar {
    let day = Window::new(8 * 60, 19 * 60);
    let holidays = ["2026-06-24", "2026-12-25"].map(|it| it.parse::<NaiveDate>().unwrap());
    Calendar::new(Toronto, [day, day, day, day, day, None, None], holidays).unwrap()
}

fn week(opens: u16, closes: u16) -> Week {
    Week::new([Window::new(opens * 60, closes * 60); 7]).unwrap()
}

fn declaration(from: Timestamp, until: Timestamp, hours: Option<Week>) -> Declaration {
    let text = |text: &str| text.parse().unwrap();
    Declaration {
        kind: RegimeKind::CivilSecurity,
        from,
        until,
        hours,
        products: vec!["eau-potable".parse().unwrap()],
        notice: Bilingual { french: text("Inondation"), english: text("Flood") },
    }
}

fn declare(from: &str, until: &str, hours: Option<Week>) -> RegimeChange {
    RegimeChange::Declare(Box::new(declaration(at(from), at(until), hours)))
}

fn extend(until: &str, hours: Option<Week>) -> RegimeChange {
    RegimeChange::Extend { until: at(until), hours }
}

/// The regimes after changes that are all accepted.
fn given(changes: &[(&str, RegimeChange)]) -> Regimes {
    changes.iter().fold(Regimes::default(), |regimes, (when, change)| {
        let fact = regimes.decide(change.clone(), at(when)).unwrap();
        regimes.evolve(&fact, at(when)).unwrap()
    })
}

#[track_caller]
fn refused(regimes: &Regimes, when: &str, change: RegimeChange, expected: RegimeRejection) {
    assert_eq!(regimes.decide(change, at(when)), Err(expected));
}

#[track_caller]
fn open(regimes: &Regimes, when: &str, closes: &str) {
    let expected = Opening::Open { closes_at: Some(at(closes)) };
    assert_eq!(opening(&calendar(), regimes, at(when)), expected, "{when}");
}

#[track_caller]
fn closed(regimes: &Regimes, when: &str, opens: &str) {
    let expected = Opening::Closed { opens_at: Some(at(opens)) };
    assert_eq!(opening(&calendar(), regimes, at(when)), expected, "{when}");
}

// 2026-03-02 is a Monday; clocks go forward on Sunday 2026-03-08, back on 2026-11-01.
fn flood() -> Regimes {
    let hours = Some(Week::AROUND_THE_CLOCK);
    given(&[("2026-03-03 10:00", declare("2026-03-03 12:00", "2026-03-10 12:00", hours))])
}

#[test]
fn a_regime_holds_from_its_beginning_until_its_end_without_an_event() {
    let regimes = flood();
    assert_eq!(regimes.kind_at(at("2026-03-03 11:59")), RegimeKind::Normal);
    assert_eq!(regimes.kind_at(at("2026-03-03 12:00")), RegimeKind::CivilSecurity);
    assert_eq!(regimes.kind_at(at("2026-03-10 11:59")), RegimeKind::CivilSecurity);
    assert_eq!(regimes.kind_at(at("2026-03-10 12:00")), RegimeKind::Normal);
    assert!(regimes.standing(at("2026-03-03 10:00")).is_some());
    assert!(regimes.standing(at("2026-03-10 12:00")).is_none());
}

#[test]
fn a_regime_serves_the_products_it_names() {
    let regimes = flood();
    let regime = regimes.at(at("2026-03-04 03:00")).unwrap();
    assert!(regime.serves("eau-potable"));
    assert!(!regime.serves("taxes"));
    let mut for_none = declaration(at("2026-03-03 12:00"), at("2026-03-10 12:00"), None);
    for_none.products.clear();
    let fact = RegimeFact::Declared(Box::new(for_none));
    let regimes = Regimes::default().evolve(&fact, at("2026-03-03 12:00")).unwrap();
    assert!(!regimes.all()[0].serves("taxes"));
}

#[test]
fn products_are_named_once() {
    let mut twice = declaration(at("2026-03-03 12:00"), at("2026-03-10 12:00"), None);
    twice.products = ["rue", "eau", "rue"].map(|it| it.parse().unwrap()).into();
    let change = RegimeChange::Declare(Box::new(twice));
    let regimes = given(&[("2026-03-03 12:00", change)]);
    let named: Vec<_> = regimes.all()[0].products().iter().map(Code::as_str).collect();
    assert_eq!(named, ["eau", "rue"]);
}

#[test]
fn while_one_stands_none_is_declared() {
    let (from, until) = (at("2026-03-03 12:00"), at("2026-03-10 12:00"));
    let expected = RegimeRejection::AlreadyDeclared { from, until };
    for when in ["2026-03-03 10:00", "2026-03-04 10:00", "2026-03-10 11:59"] {
        let change = declare("2026-04-01 00:00", "2026-04-02 00:00", None);
        refused(&flood(), when, change, expected);
    }
}

#[test]
fn after_one_has_ended_another_is_declared_but_not_into_its_time() {
    let early = declare("2026-03-10 11:00", "2026-03-12 12:00", None);
    let end = at("2026-03-10 12:00");
    refused(&flood(), "2026-03-10 13:00", early, RegimeRejection::Overlap { end });
    let late = declare("2026-03-10 12:00", "2026-03-12 12:00", None);
    assert!(flood().decide(late, at("2026-03-10 13:00")).is_ok());
}

#[test]
fn a_declaration_ends_after_it_begins_and_not_in_the_past() {
    let none = Regimes::default();
    let backwards = declare("2026-03-03 12:00", "2026-03-03 12:00", None);
    refused(&none, "2026-03-01 00:00", backwards, RegimeRejection::UntilNotAfterFrom);
    let past = declare("2026-03-01 12:00", "2026-03-03 12:00", None);
    refused(&none, "2026-03-03 12:00", past, RegimeRejection::UntilPast);
}

#[test]
fn only_an_exceptional_regime_is_declared_and_of_a_bounded_size() {
    let mut declared = declaration(at("2026-03-03 12:00"), at("2026-03-10 12:00"), None);
    declared.products = (0..2_001).map(|it| format!("p{it}").parse().unwrap()).collect();
    let many = RegimeChange::Declare(Box::new(declared.clone()));
    let none = Regimes::default();
    refused(&none, "2026-03-03 12:00", many, RegimeRejection::TooManyProducts { found: 2_001 });
    declared.kind = RegimeKind::Normal;
    let normal = RegimeChange::Declare(Box::new(declared));
    refused(&none, "2026-03-03 12:00", normal, RegimeRejection::Normal);
}

#[test]
fn what_does_not_stand_is_neither_extended_nor_lifted() {
    let lifted = given(&[
        ("2026-03-03 10:00", declare("2026-03-03 12:00", "2026-03-10 12:00", None)),
        ("2026-03-05 10:00", RegimeChange::Lift),
    ]);
    for (regimes, when) in [
        (Regimes::default(), "2026-03-03 10:00"),
        (flood(), "2026-03-10 12:00"),
        (lifted, "2026-03-06 10:00"),
    ] {
        let later = extend("2026-04-01 12:00", None);
        refused(&regimes, when, later, RegimeRejection::NoneDeclared);
        refused(&regimes, when, RegimeChange::Lift, RegimeRejection::NoneDeclared);
    }
}

#[test]
fn an_extension_ends_later_than_planned_before() {
    let until = at("2026-03-10 12:00");
    for too_soon in ["2026-03-10 12:00", "2026-03-09 12:00"] {
        let change = extend(too_soon, None);
        refused(&flood(), "2026-03-04 10:00", change, RegimeRejection::NotLater { until });
    }
}

#[test]
fn nothing_happens_before_what_is_known_already() {
    let not_before = at("2026-03-03 10:00");
    let expected = RegimeRejection::TooEarly { not_before };
    refused(&flood(), "2026-03-03 09:59", RegimeChange::Lift, expected);
}

#[test]
fn a_lifted_regime_ends_at_once_and_one_to_come_never_begins() {
    let lifted = given(&[
        ("2026-03-03 10:00", declare("2026-03-03 12:00", "2026-03-10 12:00", None)),
        ("2026-03-05 10:00", RegimeChange::Lift),
    ]);
    assert!(lifted.at(at("2026-03-05 09:59")).is_some());
    assert!(lifted.at(at("2026-03-05 10:00")).is_none());
    let never = given(&[
        ("2026-03-03 10:00", declare("2026-03-06 12:00", "2026-03-10 12:00", None)),
        ("2026-03-05 10:00", RegimeChange::Lift),
        ("2026-03-05 11:00", declare("2026-03-05 09:00", "2026-03-20 12:00", None)),
    ]);
    assert_eq!(never.at(at("2026-03-07 12:00")), never.all().last());
}

#[test]
fn a_week_without_hours_is_refused() {
    assert_eq!(Week::new([None; 7]), Err(InvalidWeek::NeverOpen));
}

#[test]
fn facts_that_cannot_follow_are_refused() {
    let declared = |from, until| declaration(at(from), at(until), None);
    let fact = |declared| RegimeFact::Declared(Box::new(declared));
    let extended = |until| RegimeFact::Extended { until: at(until), hours: None };
    let normal = Declaration {
        kind: RegimeKind::Normal,
        ..declared("2026-04-01 00:00", "2026-04-02 00:00")
    };
    let none = Regimes::default;
    for (regimes, when, fact) in [
        (flood(), "2026-03-04 10:00", fact(declared("2026-04-01 00:00", "2026-04-02 00:00"))),
        (flood(), "2026-03-10 13:00", fact(declared("2026-03-10 11:00", "2026-04-02 00:00"))),
        (flood(), "2026-03-04 10:00", extended("2026-03-09 00:00")),
        (flood(), "2026-03-10 12:00", extended("2026-03-12 00:00")),
        (flood(), "2026-03-03 09:00", RegimeFact::Lifted),
        (flood(), "2026-03-10 12:00", RegimeFact::Lifted),
        (none(), "2026-03-04 10:00", extended("2026-03-09 00:00")),
        (none(), "2026-03-04 10:00", RegimeFact::Lifted),
        (none(), "2026-03-04 10:00", fact(declared("2026-03-05 00:00", "2026-03-05 00:00"))),
        (none(), "2026-03-04 10:00", fact(normal)),
    ] {
        let expected = RegimeOutOfOrder { event: fact.name() };
        assert_eq!(regimes.evolve(&fact, at(when)), Err(expected), "{when} {fact:?}");
    }
}

#[test]
fn as_usual_the_calendar_says_when_the_centre_is_open() {
    let usual = Regimes::default();
    open(&usual, "2026-03-02 08:00", "2026-03-02 19:00");
    closed(&usual, "2026-03-02 19:00", "2026-03-03 08:00");
    closed(&usual, "2026-03-06 19:30", "2026-03-09 08:00");
    closed(&usual, "2026-06-24 10:00", "2026-06-25 08:00");
}

#[test]
fn around_the_clock_closes_when_the_calendar_next_does() {
    let regimes = flood();
    // The regime begins and ends within opening hours: they are one with the calendar's.
    open(&regimes, "2026-03-03 09:00", "2026-03-10 19:00");
    open(&regimes, "2026-03-08 03:30", "2026-03-10 19:00");
    closed(&regimes, "2026-03-03 07:00", "2026-03-03 08:00");
}

#[test]
fn the_hours_of_a_regime_stand_in_place_of_the_calendar_on_holidays_too() {
    let long = given(&[(
        "2026-06-22 10:00",
        declare("2026-06-23 00:00", "2026-06-28 00:00", Some(week(6, 23))),
    )]);
    open(&long, "2026-06-24 06:00", "2026-06-24 23:00");
    closed(&long, "2026-06-24 23:00", "2026-06-25 06:00");
    closed(&long, "2026-06-27 23:00", "2026-06-29 08:00");
    let as_usual =
        given(&[("2026-06-22 10:00", declare("2026-06-23 00:00", "2026-06-28 00:00", None))]);
    closed(&as_usual, "2026-06-24 10:00", "2026-06-25 08:00");
}

#[test]
fn a_regime_that_begins_or_ends_opens_and_closes_the_centre() {
    let hours = Some(Week::AROUND_THE_CLOCK);
    let night =
        given(&[("2026-03-02 10:00", declare("2026-03-03 01:00", "2026-03-03 04:30", hours))]);
    closed(&night, "2026-03-02 19:00", "2026-03-03 01:00");
    open(&night, "2026-03-03 01:00", "2026-03-03 04:30");
    closed(&night, "2026-03-03 04:30", "2026-03-03 08:00");
}

#[test]
fn extended_hours_hold_from_the_extension_on() {
    let regimes = given(&[
        ("2026-03-03 10:00", declare("2026-03-03 12:00", "2026-03-10 12:00", Some(week(7, 21)))),
        ("2026-03-06 20:00", extend("2026-03-15 00:00", Some(week(5, 24)))),
        ("2026-03-07 10:00", extend("2026-03-16 00:00", None)),
    ]);
    closed(&regimes, "2026-03-05 22:00", "2026-03-06 07:00");
    open(&regimes, "2026-03-06 19:00", "2026-03-07 00:00");
    closed(&regimes, "2026-03-07 00:00", "2026-03-07 05:00");
    open(&regimes, "2026-03-15 10:00", "2026-03-16 00:00");
    closed(&regimes, "2026-03-16 00:00", "2026-03-16 08:00");
}

#[test]
fn hours_changed_before_the_beginning_hold_from_the_beginning() {
    let regimes = given(&[
        ("2026-03-03 10:00", declare("2026-03-05 00:00", "2026-03-10 12:00", Some(week(7, 21)))),
        ("2026-03-04 10:00", extend("2026-03-11 00:00", Some(week(5, 22)))),
    ]);
    assert_eq!(regimes.all()[0].hours().len(), 1);
    closed(&regimes, "2026-03-04 20:00", "2026-03-05 05:00");
}

#[test]
fn clock_changes_keep_local_hours_and_real_time() {
    let hours = Some(week(1, 3));
    let spring =
        given(&[("2026-03-01 00:00", declare("2026-03-01 00:00", "2026-03-20 00:00", hours))]);
    // 02:00 to 03:00 does not exist that night: the shift lasts one hour.
    open(&spring, "2026-03-08 01:30", "2026-03-08 03:00");
    let lasts = at("2026-03-08 03:00").micros() - at("2026-03-08 01:00").micros();
    assert_eq!(lasts, 3_600_000_000);
    let autumn =
        given(&[("2026-10-01 00:00", declare("2026-10-01 00:00", "2026-11-20 00:00", hours))]);
    // 01:00 to 02:00 comes twice: the shift begins with the first and lasts three hours.
    let opens = at("2026-11-01 00:00").saturating_add_micros(3_600_000_000);
    let before = opening(&calendar(), &autumn, at("2026-11-01 00:30"));
    assert_eq!(before, Opening::Closed { opens_at: Some(opens) });
    let second = opens.saturating_add_micros(5_400_000_000);
    let closes_at = Some(at("2026-11-01 03:00"));
    assert_eq!(opening(&calendar(), &autumn, second), Opening::Open { closes_at });
    assert_eq!(at("2026-11-01 03:00").micros() - opens.micros(), 3 * 3_600_000_000);
}

#[test]
fn a_centre_that_never_closes_says_so() {
    let always = Calendar::new(Toronto, [Some(Window::ALL_DAY); 7], []).unwrap();
    let found = opening(&always, &Regimes::default(), at("2026-03-02 10:00"));
    assert_eq!(found, Opening::Open { closes_at: None });
}

const HOUR: i64 = 3_600_000_000;

/// Hours after Monday 2026-03-02, 00:00: two weeks hold a clock change.
fn hour(count: i64) -> Timestamp {
    at("2026-03-02 00:00").saturating_add_micros(count * HOUR)
}

fn any_week() -> impl Strategy<Value = Option<Week>> {
    let window = proptest::option::of((0_u16..24, 1_u16..=24));
    let window = window.prop_map(|it| it.and_then(|it| Window::new(it.0 * 60, it.1 * 60)));
    let week = proptest::array::uniform7(window).prop_map(|days| Week::new(days).ok());
    prop_oneof![Just(None), Just(Some(Week::AROUND_THE_CLOCK)), week]
}

fn any_change() -> impl Strategy<Value = RegimeChange> {
    let declare = (0_i64..300, 0_i64..300, any_week()).prop_map(|(from, until, hours)| {
        RegimeChange::Declare(Box::new(declaration(hour(from), hour(until), hours)))
    });
    let extend = (0_i64..300, any_week())
        .prop_map(|(until, hours)| RegimeChange::Extend { until: hour(until), hours });
    prop_oneof![declare, extend, Just(RegimeChange::Lift)]
}

/// The regimes after changes, of which those that are refused leave no trace.
fn any_regimes() -> impl Strategy<Value = Regimes> {
    let changes = proptest::collection::vec((0_i64..30, any_change()), 0..30);
    changes.prop_map(|changes| {
        let mut now = 0;
        changes.into_iter().fold(Regimes::default(), |regimes, (later, change)| {
            now += later;
            match regimes.decide(change, hour(now)) {
                Ok(fact) => regimes.evolve(&fact, hour(now)).unwrap(),
                Err(_) => regimes,
            }
        })
    })
}

proptest! {
    #[test]
    fn any_changes_leave_legal_regimes(regimes in any_regimes()) {
        for regime in regimes.all() {
            prop_assert!(regime.from() < regime.until());
            prop_assert_eq!(regime.hours()[0].since, regime.from());
            prop_assert!(regime.hours().is_sorted_by(|a, b| a.since < b.since));
        }
        let ended = regimes.all().split_last().map_or(&[][..], |(_, before)| before);
        for regime in ended {
            let next = regimes.all().last().unwrap();
            prop_assert!(regime.end() <= next.changed_at());
        }
    }

    #[test]
    fn at_most_one_regime_holds_at_any_instant(regimes in any_regimes(), when in -10_i64..400) {
        let holding = regimes.all().iter().filter(|it| it.holds(hour(when)));
        let holding: Vec<&Regime> = holding.collect();
        prop_assert!(holding.len() <= 1);
        prop_assert_eq!(regimes.at(hour(when)), holding.first().copied());
    }

    #[test]
    fn a_change_in_any_order_of_time_is_decided_and_folded_alike(
        regimes in any_regimes(),
        change in any_change(),
        when in 0_i64..400,
    ) {
        if let Ok(fact) = regimes.decide(change, hour(when)) {
            prop_assert!(regimes.evolve(&fact, hour(when)).is_ok());
        }
    }

    #[test]
    fn as_usual_the_opening_is_the_calendar(minutes in 0_i64..600_000) {
        let from = at("2026-01-01 00:00").saturating_add_micros(minutes * 60_000_000);
        let works = |from: Timestamp, to: Timestamp| calendar().working_micros(from, to);
        let is_open = works(from, from.saturating_add_micros(1)) == 1;
        match opening(&calendar(), &Regimes::default(), from) {
            Opening::Open { closes_at } => {
                let closes = closes_at.unwrap();
                prop_assert!(is_open);
                prop_assert_eq!(works(from, closes), closes.micros() - from.micros());
                prop_assert_eq!(works(closes, closes.saturating_add_micros(1)), 0);
            }
            Opening::Closed { opens_at } => {
                let opens = opens_at.unwrap();
                prop_assert!(!is_open);
                prop_assert_eq!(works(from, opens), 0);
                prop_assert_eq!(works(opens, opens.saturating_add_micros(1)), 1);
            }
        }
    }

    #[test]
    fn under_regimes_the_opening_is_that_of_the_hours_in_force(
        regimes in any_regimes(),
        minutes in 0_i64..30_000,
    ) {
        let when = hour(0).saturating_add_micros(minutes * 60_000_000);
        let week = regimes.at(when).and_then(|regime| {
            regime.hours().iter().rev().find(|it| it.since <= when).and_then(|it| it.week)
        });
        let mut in_force = calendar();
        if let Some(week) = week {
            in_force = Calendar::new(Toronto, *week.days(), []).unwrap();
        }
        let expected = in_force.working_micros(when, when.saturating_add_micros(1)) == 1;
        prop_assert_eq!(opening(&calendar(), &regimes, when).is_open(), expected);
    }

    #[test]
    fn nothing_changes_before_the_announced_opening_or_closing(
        regimes in any_regimes(),
        minutes in 0_i64..30_000,
        sample in 0_i64..100,
    ) {
        let when = hour(0).saturating_add_micros(minutes * 60_000_000);
        let open_at = |at| opening(&calendar(), &regimes, at);
        let now = open_at(when);
        let (Opening::Open { closes_at: next } | Opening::Closed { opens_at: next }) = now;
        let next = next.unwrap();
        let between = when.saturating_add_micros((next.micros() - when.micros()) / 100 * sample);
        prop_assert_eq!(open_at(between), now);
        prop_assert_eq!(open_at(next).is_open(), !now.is_open());
    }
}
