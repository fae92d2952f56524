//! The account of promises: from it a due time can be counted again, as a person would.

use crate::laws::{REQUESTS, steps, take};
use crate::town::{Town, at, city, opening, reclassification};
use beffroi_domain::account::{Account, Accounts, Happened, Wait, accounts};
use beffroi_domain::ledger::PromiseChange;
use beffroi_domain::{
    Change, Channel, Count, FactKind, FollowUp, HoldReason, Request, Status, Timestamp, Verdict,
};
use proptest::prelude::*;

fn told(town: &Town, of: u128) -> Accounts {
    accounts(&town.histories[&of]).unwrap()
}

/// The due time, counted from what the account says.
fn counted(account: &Account) -> Timestamp {
    let pauses = account.pauses();
    let rule = account.promise.term.rule;
    let count = Count { rule, received: account.received, pauses: &pauses };
    city().calendar.due(&count).unwrap()
}

fn wait(from: &str, to: Option<&str>, is_counted_out: bool) -> Wait {
    let reason = Some(HoldReason::Citizen);
    Wait { from: at(from), to: to.map(at), reason, is_counted_out }
}

const HOLD: Change = Change::PutOnHold(HoldReason::Citizen);

#[test]
fn waits_are_told_with_their_reason_whether_they_gave_time_back_or_not() {
    let town = Town::with(1).when(1, "02 11:00", HOLD).when(1, "02 12:00", Change::Resume);
    let town = town.when(1, "03 11:00", HOLD);
    let waits = told(&town, 1).promises[0].waits.clone();
    assert_eq!(waits, [wait("02 11:00", Some("02 12:00"), true), wait("03 11:00", None, false)]);
    let town = town.when(1, "04 09:00", Change::Resolve);
    let account = told(&town, 1).promises[0].clone();
    assert_eq!(account.waits[1], wait("03 11:00", Some("04 09:00"), false));
    assert_eq!(account.pauses().len(), 1);
    assert_eq!(counted(&account), at("05 09:00"));
}

#[test]
fn each_cycle_has_its_own_reception_and_waits() {
    let mut open = opening(1, "Arbres");
    open.channel = Channel::Email;
    let town = Town::default().when(1, "02 10:00", Change::Open(Box::new(open)));
    let town = town.when(1, "02 11:00", HOLD).when(1, "02 12:00", Change::Resume);
    let town = town.when(1, "03 12:00", Change::Resolve).when(1, "05 10:00", Change::Reopen);
    let promises = told(&town, 1).promises;
    let of: Vec<_> = promises.iter().map(|it| (it.received, it.waits.len())).collect();
    // The first answer waits for nobody.
    assert_eq!(of, [(at("02 10:00"), 0), (at("02 10:00"), 1), (at("05 10:00"), 0)]);
}

#[test]
fn the_ledger_names_the_events() {
    let town = Town::with(1).when(1, "02 11:00", HOLD).when(1, "02 12:00", Change::Resume);
    let town = town.when_raised(1, "05 10:00");
    let entries = told(&town, 1).promises[0].entries.clone();
    let said: Vec<_> = entries.iter().map(|it| (it.event, it.what)).collect();
    assert!(matches!(said[0], (0, Happened::Step(step)) if step.change == PromiseChange::Set));
    let from = at("04 19:00");
    assert!(
        matches!(said[1], (2, Happened::Step(it)) if it.change == PromiseChange::Revised { from })
    );
    assert_eq!(said[2], (3, Happened::Fact(FactKind::Breach, at("05 09:00"))));
    assert_eq!(told(&town, 1).promises[0].settled_by(), None);
    let town = town.when(1, "05 12:00", Change::Resolve);
    assert_eq!(told(&town, 1).promises[0].settled_by(), Some(4));
}

#[test]
fn what_cannot_follow_is_stepped_over() {
    let town = Town::with(1).when(1, "02 11:00", HOLD).when(1, "02 12:00", Change::Resume);
    let history = &town.histories[&1];
    let without_hold = [&history[0], &history[2]];
    let told = accounts(without_hold).unwrap();
    assert_eq!(told.request.status, Status::Open);
    assert_eq!(told.promises[0].promise.term.due_at, at("04 19:00"));
    assert!(accounts(&history[1..]).is_none());
}

#[test]
fn a_promise_that_no_longer_holds_keeps_the_waits_it_had() {
    let town = Town::with(1).when(1, "02 11:00", HOLD).when(1, "02 12:00", Change::Resume);
    let mut plan = reclassification("Arbres");
    plan.programme = Some(crate::town::code("refection"));
    let town = town.when(1, "02 13:00", Change::Reclassify(Box::new(plan)));
    let town = town.when(1, "02 14:00", Change::LeaveProgramme);
    let town = town.when(1, "02 15:00", HOLD).when(1, "02 16:00", Change::Resume);
    let first = told(&town, 1).promises[0].clone();
    assert_eq!((first.promise.verdict, first.waits.len()), (Verdict::Rescinded, 1));
    assert_eq!(told(&town, 1).promises[1].waits, [wait("02 15:00", Some("02 16:00"), true)]);
}

/// A promise is due as its account counts it; and nothing else comes of the history.
fn is_accounted_for(request: &Request, told: &Accounts) {
    assert_eq!(&told.request, request);
    assert_eq!(told.promises.len(), request.promises.len());
    for account in &told.promises {
        assert_eq!(counted(account), account.promise.term.due_at, "{account:#?}");
        let settled = account.promise.verdict != Verdict::Pending;
        assert_eq!(account.settled_by().is_some(), settled, "{account:#?}");
    }
}

proptest! {
    #[test]
    fn whatever_happens_a_due_time_is_that_of_its_account(steps in steps()) {
        let mut town = Town::with(REQUESTS);
        let mut now = at("02 10:00");
        for (of, step, minutes) in steps {
            now = now.saturating_add_micros(i64::from(minutes) * 60_000_000);
            take(&mut town, (of, step, now));
        }
        for (of, request) in &town.requests {
            is_accounted_for(request, &told(&town, *of));
        }
    }

    #[test]
    fn a_history_that_is_cut_short_is_accounted_for_as_well(steps in steps(), kept in 1..40_usize) {
        let mut town = Town::with(1);
        let mut now = at("02 10:00");
        for (_, step, minutes) in steps {
            now = now.saturating_add_micros(i64::from(minutes) * 60_000_000);
            take(&mut town, (1, step, now));
        }
        let history = town.histories[&1].iter().take(kept);
        for account in accounts(history).unwrap().promises {
            prop_assert_eq!(counted(&account), account.promise.term.due_at);
        }
    }
}

#[test]
fn a_public_follow_up_settles_the_first_answer() {
    let mut open = opening(1, "Arbres");
    open.channel = Channel::Email;
    let town = Town::default().when(1, "02 10:00", Change::Open(Box::new(open)));
    let town = town.when(1, "02 11:00", Change::FollowUp(FollowUp::Public));
    assert_eq!(told(&town, 1).promises[0].settled_by(), Some(1));
    assert_eq!(told(&town, 1).promises[1].settled_by(), None);
}
