//! The ledger: what each event did to the promises of a request.

use crate::town::{Town, at, code, opening, reclassification};
use beffroi_domain::ledger::{PromiseChange, PromiseStep, steps};
use beffroi_domain::{Change, Channel, FollowUp, HoldReason, PromiseKind, Request};

const ANSWER: PromiseKind = PromiseKind::FirstAnswer;
const RESOLUTION: PromiseKind = PromiseKind::Resolution;

fn step(kind: PromiseKind, cycle: u32, due: &str, change: PromiseChange) -> PromiseStep {
    PromiseStep { kind, cycle, due_at: at(due), change }
}

/// What a change did, and the town after it.
fn done(town: Town, time: &str, change: Change) -> (Vec<PromiseStep>, Town) {
    let before: Option<Request> = town.requests.get(&1).cloned();
    let town = town.when(1, time, change);
    (steps(before.as_ref(), town.of(1)), town)
}

#[test]
fn each_event_says_what_it_did() {
    let mut open = opening(1, "Nids");
    open.channel = Channel::Email;
    let (set, town) = done(Town::default(), "02 10:00", Change::Open(Box::new(open)));
    let answer = step(ANSWER, 1, "04 19:00", PromiseChange::Set);
    assert_eq!(set, [answer, step(RESOLUTION, 1, "09 19:00", PromiseChange::Set)]);

    let (held, town) = done(town, "03 09:00", Change::PutOnHold(HoldReason::Citizen));
    assert_eq!(held, []);
    let (resumed, town) = done(town, "03 10:00", Change::Resume);
    let from = at("09 19:00");
    assert_eq!(resumed, [step(RESOLUTION, 1, "10 09:00", PromiseChange::Revised { from })]);

    let (answered, town) = done(town, "03 11:00", Change::FollowUp(FollowUp::Public));
    assert_eq!(answered, [step(ANSWER, 1, "04 19:00", PromiseChange::Met)]);

    let to = Change::Reclassify(Box::new(reclassification("Arbres")));
    let (reclassified, town) = done(town, "03 12:00", to);
    let from = at("10 09:00");
    assert_eq!(reclassified, [step(RESOLUTION, 1, "05 09:00", PromiseChange::Revised { from })]);

    let (resolved, town) = done(town, "05 10:00", Change::Resolve);
    assert_eq!(resolved, [step(RESOLUTION, 1, "05 09:00", PromiseChange::Missed)]);
    let (reopened, town) = done(town, "06 10:00", Change::Reopen);
    assert_eq!(reopened, [step(RESOLUTION, 2, "10 19:00", PromiseChange::Set)]);
    let (cancelled, _) = done(town, "06 11:00", Change::Cancel);
    assert_eq!(cancelled, [step(RESOLUTION, 2, "10 19:00", PromiseChange::Rescinded)]);
}

#[test]
fn what_is_taken_apart_holds_again() {
    let town = Town::with(2).when_merged(1, 2, "03 09:00");
    let (planned, mut town) = {
        let before = town.of(1).clone();
        let town = town.when(2, "03 10:00", Change::EnterProgramme(code("arbres")));
        (steps(Some(&before), town.of(1)), town)
    };
    assert_eq!(planned, [step(RESOLUTION, 1, "04 19:00", PromiseChange::Rescinded)]);
    let before = town.of(1).clone();
    town.unmerge(1, at("03 11:00")).unwrap();
    let apart = steps(Some(&before), town.of(1));
    assert_eq!(apart, [step(RESOLUTION, 1, "04 19:00", PromiseChange::Set)]);
}
