//! What if: the same changes nothing, and what flips is what an independent recount flips.

use crate::laws::{REQUESTS, steps, take};
use crate::town::{Town, at, city, opening, reclassification};
use beffroi_domain::account::{Account, accounts};
use beffroi_domain::what_if::{Outcome, WhatIf};
use beffroi_domain::{
    Calendar, Change, City, Count, Event, FollowUp, HoldReason, Kind, PromiseKind, Request, Rule,
    Term, Timestamp, Verdict, Window,
};
use chrono_tz::America::Toronto;
use proptest::prelude::*;

/// Open an hour longer, closed on Wednesdays, and on Monday the 9th.
fn other_calendar() -> Calendar {
    let day = Window::new(8 * 60, 20 * 60);
    let week = [day, day, None, day, day, None, None];
    Calendar::new(Toronto, week, ["2026-03-09".parse().unwrap()]).unwrap()
}

/// The same promises, each with `days` more or fewer.
fn other_commitments(days: i32) -> WhatIf {
    let City { mut commitments, .. } = city();
    for commitment in &mut commitments {
        let Rule::BusinessDaysEodV1(promised) = commitment.delay.rule else {
            panic!("business days")
        };
        let rule = Rule::BusinessDaysEodV1(promised.checked_add_signed(days).unwrap());
        commitment.delay.rule = rule;
    }
    WhatIf::commitments(&city(), commitments)
}

fn outcomes(what_if: &WhatIf, town: &Town, of: u128, now: Timestamp) -> Vec<Outcome> {
    let replayed = what_if.replay(&town.histories[&of]).unwrap();
    assert!(!replayed.is_uncounted);
    what_if.outcomes(town.of(of), &replayed, now)
}

#[test]
fn a_longer_promise_keeps_what_a_shorter_one_breaks() {
    // Promised by Wednesday 19:00, done on Thursday.
    let late = Town::with(1).when(1, "05 10:00", Change::Resolve);
    let now = at("10 10:00");
    assert_eq!(outcomes(&other_commitments(1), &late, 1, now), [Outcome::LateToOnTime]);
    assert_eq!(outcomes(&other_commitments(0), &late, 1, now), [Outcome::Unchanged]);
    let kept = Town::with(1).when(1, "04 10:00", Change::Resolve);
    assert_eq!(outcomes(&other_commitments(-1), &kept, 1, now), [Outcome::OnTimeToLate]);
    assert_eq!(outcomes(&other_commitments(1), &kept, 1, now), [Outcome::Unchanged]);
}

#[test]
fn what_is_open_and_what_is_rescinded_may_become_late_and_back() {
    let open = Town::with(1);
    let (early, late) = (at("04 10:00"), at("05 10:00"));
    assert_eq!(outcomes(&other_commitments(-1), &open, 1, early), [Outcome::OpenToLate]);
    assert_eq!(outcomes(&other_commitments(1), &open, 1, late), [Outcome::LateToOpen]);
    assert_eq!(outcomes(&other_commitments(1), &open, 1, early), [Outcome::StillOpen]);
    let cancelled = Town::with(1).when(1, "04 10:00", Change::Cancel);
    assert_eq!(outcomes(&other_commitments(-1), &cancelled, 1, late), [Outcome::RescindedToLate]);
    let cancelled = Town::with(1).when(1, "05 10:00", Change::Cancel);
    assert_eq!(outcomes(&other_commitments(1), &cancelled, 1, late), [Outcome::LateToRescinded]);
}

#[test]
fn promises_may_come_and_go() {
    let town = Town::with(1).when(1, "04 10:00", Change::Resolve);
    let nothing = WhatIf::commitments(&city(), Vec::new());
    assert_eq!(outcomes(&nothing, &town, 1, at("05 10:00")), [Outcome::NoLongerPromised]);
    let all_answered = all_answered();
    let town = Town::with(1).when(1, "04 10:00", Change::FollowUp(FollowUp::Public));
    let found = outcomes(&all_answered, &town, 1, at("04 12:00"));
    assert_eq!(found, [Outcome::StillOpen, Outcome::NewlyPromised { is_late: false }]);
    let town = Town::with(1).when(1, "05 10:00", Change::FollowUp(FollowUp::Public));
    let found = outcomes(&all_answered, &town, 1, at("05 12:00"));
    assert_eq!(found[1], Outcome::NewlyPromised { is_late: true });
}

/// An answer is promised to whoever asks, by whatever channel.
fn all_answered() -> WhatIf {
    let City { mut commitments, .. } = city();
    commitments[0].channel = None;
    WhatIf::commitments(&city(), commitments)
}

#[test]
fn a_wait_moves_what_is_to_be_resolved_and_no_answer() {
    let town = Town::with(1).when(1, "03 09:00", Change::PutOnHold(HoldReason::Citizen)).when(
        1,
        "04 10:00",
        Change::Resume,
    );
    let found = outcomes(&all_answered(), &town, 1, at("05 10:00"));
    assert_eq!(found, [Outcome::StillOpen, Outcome::NewlyPromised { is_late: true }]);
}

#[test]
fn an_answer_is_promised_once_however_often_a_request_is_reopened() {
    let town =
        Town::with(1).when(1, "03 10:00", Change::Resolve).when(1, "04 10:00", Change::Reopen);
    let found = outcomes(&all_answered(), &town, 1, at("04 12:00"));
    let answered = Outcome::NewlyPromised { is_late: false };
    assert_eq!(found, [Outcome::Unchanged, Outcome::StillOpen, answered]);
}

#[test]
fn another_calendar_moves_the_same_promise() {
    // Without the Wednesday, day 2 of a Monday is Thursday.
    let town = Town::with(1).when(1, "05 10:00", Change::Resolve);
    let what_if = WhatIf::calendar(&city(), other_calendar());
    assert_eq!(outcomes(&what_if, &town, 1, at("09 10:00")), [Outcome::LateToOnTime]);
    assert!(!what_if.leaves_alone(town.of(1)));
}

/// An imported request that its source promised by Tuesday, and that was done on Wednesday.
fn imported() -> Town {
    let mut town = Town::with(1);
    let Kind::Opened(mut opened) = town.histories[&1][0].kind.clone() else { panic!() };
    let (kind, rule, due_at) = (PromiseKind::Resolution, Rule::Source, at("03 12:00"));
    let term = opened.terms.remove(0);
    opened.terms = vec![Term { kind, rule, due_at, ..term }];
    town = Town::default();
    town.happen_imported(1, at("02 10:00"), Kind::Opened(opened));
    town.happen_imported(1, at("04 10:00"), Kind::Resolved);
    town
}

#[test]
fn what_a_source_promised_is_not_recounted_but_given_what_the_commitments_promise() {
    let (town, now) = (imported(), at("09 10:00"));
    let calendar = WhatIf::calendar(&city(), other_calendar());
    assert!(calendar.leaves_alone(town.of(1)));
    assert_eq!(outcomes(&calendar, &town, 1, now), [Outcome::NotRecounted]);
    assert!(!other_commitments(0).leaves_alone(town.of(1)));
    assert_eq!(outcomes(&other_commitments(0), &town, 1, now), [Outcome::LateToOnTime]);
    assert_eq!(outcomes(&other_commitments(-1), &town, 1, now), [Outcome::Unchanged]);
}

#[test]
fn what_leads_out_of_the_calendar_is_not_recounted() {
    let Kind::Opened(mut opened) = Town::with(1).histories[&1][0].kind.clone() else { panic!() };
    opened.terms[0].rule = Rule::BusinessDaysEodV1(u32::MAX);
    let mut town = Town::default();
    town.happen([(1, at("02 10:00"), Kind::Opened(opened))]);
    let what_if = WhatIf::calendar(&city(), other_calendar());
    let replayed = what_if.replay(&town.histories[&1]).unwrap();
    assert!(replayed.is_uncounted);
    assert_eq!(what_if.outcomes(town.of(1), &replayed, at("03 10:00")), [Outcome::NotRecounted]);
}

fn is_flip(it: Outcome) -> bool {
    !matches!(it, Outcome::Unchanged | Outcome::StillOpen)
}

/// When what settled a promise happened, as far as its clock ran.
fn settled_at(account: &Account, history: &[Event]) -> Option<Timestamp> {
    let at = history[account.settled_by()?].meta.occurred_at;
    let last = account.waits.last().filter(|it| !it.is_counted_out);
    Some(last.map_or(at, |it| it.from.min(at)))
}

/// The verdict on a promise that is due at another time, from its account alone.
fn recounted(account: &Account, history: &[Event], (due, now): (Timestamp, Timestamp)) -> Verdict {
    let waits = account.waits.last().filter(|it| it.to.is_none());
    match (account.promise.verdict, settled_at(account, history)) {
        (_, Some(at)) if due < at => Verdict::Late,
        (Verdict::Late | Verdict::OnTime, Some(_)) => {
            let is_done = matches!(history[account.settled_by().unwrap()].kind, Kind::Resolved);
            if is_done { Verdict::OnTime } else { Verdict::Rescinded }
        }
        (Verdict::Rescinded, _) => Verdict::Rescinded,
        (_, _) if waits.is_some_and(|it| it.from <= due) => Verdict::Paused,
        (_, _) if due < now => Verdict::Late,
        (_, _) => Verdict::Pending,
    }
}

fn played(steps: Vec<(u128, crate::laws::Step, u32)>) -> (Town, Timestamp) {
    let mut town = Town::with(REQUESTS);
    let mut now = at("02 10:00");
    for (of, step, minutes) in steps {
        now = now.saturating_add_micros(i64::from(minutes) * 60_000_000);
        take(&mut town, (of, step, now));
    }
    (town, now)
}

fn verdicts(request: &Request, now: Timestamp) -> Vec<(u32, Verdict, Timestamp)> {
    let promises = request.promises.iter();
    promises.map(|it| (it.cycle, request.verdict(it, now), it.term.due_at)).collect()
}

proptest! {
    #[test]
    fn the_same_calendar_and_the_same_commitments_flip_nothing(steps in steps()) {
        let (town, now) = played(steps);
        let City { calendar, commitments, .. } = city();
        for what_if in [
            WhatIf::calendar(&city(), calendar),
            WhatIf::commitments(&city(), commitments),
        ] {
            for (of, history) in &town.histories {
                let replayed = what_if.replay(history).unwrap();
                let (is, would_be) = (town.of(*of), &replayed.request);
                prop_assert_eq!(verdicts(is, now), verdicts(would_be, now));
                prop_assert!(!outcomes(&what_if, &town, *of, now).into_iter().any(is_flip));
            }
        }
    }

    #[test]
    fn what_flips_under_another_calendar_is_what_an_independent_recount_flips(steps in steps()) {
        let (town, now) = played(steps);
        let (calendar, what_if) = (other_calendar(), WhatIf::calendar(&city(), other_calendar()));
        for (of, history) in &town.histories {
            let accounts = accounts(history).unwrap().promises;
            let recount = accounts.iter().map(|it| {
                let pauses = it.pauses();
                let rule = it.promise.term.rule;
                let count = Count { rule, received: it.received, pauses: &pauses };
                let due = calendar.due(&count).unwrap();
                (it.promise.cycle, recounted(it, history, (due, now)), due)
            });
            let replayed = what_if.replay(history).unwrap();
            prop_assert_eq!(verdicts(&replayed.request, now), recount.collect::<Vec<_>>(), "{}", of);
        }
    }
}

#[test]
fn waits_and_reclassifications_are_replayed() {
    let open = Change::Open(Box::new(opening(1, "Nids")));
    let town = Town::default().when(1, "02 10:00", open);
    let town = town.when(1, "03 09:00", Change::PutOnHold(HoldReason::Citizen));
    let town = town.when(1, "03 10:00", Change::Resume);
    let to = Change::Reclassify(Box::new(reclassification("Arbres")));
    let town = town.when(1, "03 12:00", to).when(1, "05 10:00", Change::Resolve);
    // Due on Thursday at 9:00: the hour of the wait is given back; a day more is enough.
    let found = outcomes(&other_commitments(1), &town, 1, at("09 10:00"));
    assert_eq!(found, [Outcome::LateToOnTime]);
    let found = outcomes(&other_commitments(0), &town, 1, at("09 10:00"));
    assert_eq!(found, [Outcome::Unchanged]);
}
