//! Several warnings of one promise, each raised once in its time.

use crate::town::{Town, at, entry, opening};
use beffroi_domain::{
    CatalogueEntry, Change, Delay, FactKind, HoldReason, Kind, PromiseKind, Rule, Timestamp, Warn,
};

/// Two business days from Monday at 10:00 with 31 working hours until Wednesday's closing.
fn warned(warnings: &[Warn]) -> Town {
    let mut open = opening(1, "Nids");
    let rule = Rule::BusinessDaysEodV1(2);
    let promise = PromiseKind::Resolution;
    let delay = Delay { promise, rule, warnings: warnings.to_vec() };
    open.entry = Some(CatalogueEntry { promised: vec![delay.into()], ..entry(None) });
    Town::default().when(1, "02 10:00", Change::Open(Box::new(open)))
}

const ALL: [Warn; 3] = [Warn::WorkingSecs(-3600), Warn::DEFAULT, Warn::Percent(50)];

impl Town {
    #[track_caller]
    fn then_next(self, time: Option<&str>) -> Self {
        let next = self.of(1).alarms().map(|it| it.at).find(|it| *it < Timestamp::MAX);
        assert_eq!(next, time.map(at));
        self
    }

    #[track_caller]
    fn then_raised(self, expected: &[Option<Warn>]) -> Self {
        let raised: Vec<_> = self.of(1).raised.iter().map(|it| it.threshold).collect();
        assert_eq!(raised, expected);
        self
    }
}

#[test]
fn each_threshold_is_warned_of_once_in_order_of_time() {
    warned(&ALL)
        .then_next(Some("03 14:30"))
        .when_raised(1, "03 14:30")
        .then_next(Some("04 12:48"))
        .when_raised(1, "04 13:00")
        .then_next(Some("04 18:00"))
        .when_raised(1, "04 18:00")
        .then_next(Some("04 19:00"))
        .when_raised(1, "04 19:01")
        .then_next(None)
        .then_raised(&[
            Some(Warn::Percent(50)),
            Some(Warn::DEFAULT),
            Some(Warn::WorkingSecs(-3600)),
            None,
        ]);
}

#[test]
fn thresholds_that_passed_unseen_are_each_warned_of_as_long_as_nothing_is_broken() {
    warned(&ALL)
        .when_raised(1, "04 18:30")
        .when_raised(1, "04 18:30")
        .when_raised(1, "04 18:30")
        .then_next(Some("04 19:00"));
    let town = warned(&ALL).when_raised(1, "04 19:01").then_next(None);
    assert_eq!(town.of(1).raised[0].fact, FactKind::Breach);
}

#[test]
fn a_threshold_that_is_not_of_the_promise_is_void() {
    let town = warned(&ALL);
    let Some(Kind::PromiseWarned(fact)) = town.of(1).raised(0, at("03 14:30"), 1) else {
        panic!("a warning is due");
    };
    assert!(!town.of(1).is_void(&Kind::PromiseWarned(fact)));
    for threshold in [None, Some(Warn::Percent(51))] {
        let mut other = fact;
        other.threshold = threshold;
        assert!(town.of(1).is_void(&Kind::PromiseWarned(other)));
    }
}

#[test]
fn a_wait_moves_the_warnings_that_have_not_passed() {
    warned(&ALL)
        .when_raised(1, "03 14:30")
        .when(1, "04 09:00", Change::PutOnHold(HoldReason::Citizen))
        .then_next(None)
        .when(1, "04 11:00", Change::Resume)
        // 33 hours in all, 31 of them outside of the wait: what was warned of is not again.
        .then_next(Some("04 14:48"));
}

#[test]
fn hours_before_the_due_time_are_hours_that_are_worked() {
    // Warned of at 18:00, waiting from 18:30 until the next day at 9:30: due at 10:00, and not again.
    warned(&[Warn::WorkingSecs(-3600)])
        .when_raised(1, "04 18:00")
        .when(1, "04 18:30", Change::PutOnHold(HoldReason::Citizen))
        .when(1, "05 09:30", Change::Resume)
        .then_next(Some("05 10:00"))
        .then_raised(&[Some(Warn::WorkingSecs(-3600))]);
}

#[test]
fn nothing_is_warned_of_where_nothing_is_asked_for() {
    warned(&[]).then_next(Some("04 19:00")).when_raised(1, "04 19:01").then_next(None);
}

#[test]
fn a_warning_that_comes_later_under_the_same_due_time_is_another_fact() {
    let town = warned(&[Warn::Percent(50)]).when_raised(1, "03 14:30");
    let mut request = town.of(1).clone();
    // As after a recount by other hours: the threshold lies later, the due time where it was.
    request.promises[0].term.warnings[0].at = at("03 16:00");
    request.promises[0].warned.clear();
    let Some(Kind::PromiseWarned(fact)) = request.raised(0, at("03 16:00"), 1) else {
        panic!("a warning is due");
    };
    assert_eq!(fact.revision, 1);
}
