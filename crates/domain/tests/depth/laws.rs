//! What holds after any sequence of commands.

use crate::town::{Town, assign, at, city, code, id, reclassification};
use beffroi_domain::{
    Attachment, Change, FollowUp, HoldReason, Reclassify, Relation, RelationKind, Request, Status,
    Timestamp, Verdict,
};
use proptest::prelude::*;

/// Three requests are enough for chains and rings.
pub(crate) const REQUESTS: u128 = 3;

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Change(Change),
    Merge(u128),
    Unmerge,
    Raise,
}

fn to(unit: Option<&str>, programme: Option<&str>) -> Change {
    Change::Reclassify(Box::new(Reclassify {
        unit: unit.map(|it| it.parse().unwrap()),
        programme: programme.map(code),
        ..reclassification("Chaussée")
    }))
}

fn step() -> impl Strategy<Value = Step> {
    let attachment =
        Attachment { media_type: "image/png".parse().unwrap(), bytes: 1, sha256: [0; 32] };
    let changes = vec![
        assign("Voirie"),
        Change::PutOnHold(HoldReason::Citizen),
        Change::Resume,
        Change::FollowUp(FollowUp::Public),
        Change::FollowUp(FollowUp::FromCitizen),
        Change::Resolve,
        Change::Reopen,
        Change::Cancel,
        to(None, None),
        to(Some("Eaux"), None),
        to(Some("Eaux"), Some("drainage")),
        Change::Reclassify(Box::new(reclassification("Arbres"))),
        Change::Transfer("Parcs".parse().unwrap()),
        Change::EnterProgramme(code("refection")),
        Change::LeaveProgramme,
        Change::Relate(Relation { request: id(1), kind: RelationKind::Causes }),
        Change::Unrelate(id(1)),
        Change::Attach(attachment),
    ];
    prop_oneof![
        8 => prop::sample::select(changes).prop_map(Step::Change),
        3 => (1..=REQUESTS).prop_map(Step::Merge),
        1 => Just(Step::Unmerge),
        2 => Just(Step::Raise),
    ]
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<(u128, Step, u32)>> {
    prop::collection::vec((1..=REQUESTS, step(), 0..3_000_u32), 0..40)
}

/// Whatever is decided can be folded, or folding panics.
pub(crate) fn take(
    town: &mut Town,
    (of, step, now): (u128, Step, beffroi_domain::Timestamp),
) -> bool {
    match step {
        Step::Change(change) => town.change(of, now, change).is_ok(),
        Step::Merge(into) => town.merge(of, into, now).is_ok(),
        Step::Unmerge => town.unmerge(of, now).is_ok(),
        Step::Raise => town.raise(of, now),
    }
}

fn is_legal(request: &Request) {
    assert_eq!(request.resolved_at.is_some(), request.status == Status::Resolved);
    assert_eq!(request.programme.is_some(), request.status == Status::Planned);
    let pending = request.promises.iter().filter(|it| it.verdict == Verdict::Pending);
    let runs = request.status.is_active() && request.status != Status::Planned;
    assert!(pending.clone().all(|it| runs && it.cycle == request.cycle), "{request:#?}");
    assert!(pending.count() <= 1);
    for promise in &request.promises {
        let of_it = |it: &&beffroi_domain::Promise| it.cycle == promise.cycle;
        assert_eq!(request.promises.iter().filter(of_it).count(), 1);
    }
    assert!(request.pauses.iter().all(|(from, until)| from <= until));
    for alarm in request.alarms().filter(|it| it.at < Timestamp::MAX) {
        let after = alarm.at.saturating_add_micros(1);
        assert!(request.raised(alarm.promise, after, 1).is_some(), "{request:#?}");
    }
}

fn are_linked(town: &Town) {
    for (of, request) in &town.requests {
        if let Some(merged) = &request.merged {
            let into = town.of(merged.into.uuid().as_u128());
            assert!(request.duplicates.is_empty() && into.merged.is_none(), "a chain");
            assert_eq!(into.duplicates.iter().filter(|it| it.request == request.id).count(), 1);
            assert_eq!(
                (request.status, &request.unit, &request.programme),
                (into.status, &into.unit, &into.programme)
            );
        }
        for duplicate in &request.duplicates {
            let duplicate = town.of(duplicate.request.uuid().as_u128());
            assert_eq!(duplicate.merged.as_ref().map(|it| it.into), Some(id(*of)));
        }
    }
}

/// A request without its history, which un-merging keeps.
fn without_history(request: &Request) -> Request {
    let mut request = request.clone();
    request.raised.clear();
    for promise in &mut request.promises {
        promise.warned.clear();
        promise.breached = false;
    }
    request.public_follow_ups = 0;
    request.answered_at = None;
    request.citizen_messages = 0;
    request.relations.clear();
    request.attachments.clear();
    request
}

proptest! {
    #[test]
    fn any_commands_leave_legal_states(steps in steps()) {
        let mut town = Town::with(REQUESTS);
        let mut now = at("02 10:00");
        for (of, step, minutes) in steps {
            now = now.saturating_add_micros(i64::from(minutes) * 60_000_000);
            let before = town.requests.clone();
            if !take(&mut town, (of, step, now)) {
                prop_assert_eq!(&before, &town.requests);
            }
            town.requests.values().for_each(is_legal);
            are_linked(&town);
            // As long as nothing has changed, counting again changes nothing.
            for request in town.requests.values() {
                prop_assert_eq!(city().revised(request), []);
            }
        }
    }

    #[test]
    fn commands_that_come_out_of_order_leave_legal_states(steps in steps()) {
        let mut town = Town::with(REQUESTS);
        for (of, step, minutes) in steps {
            let now = at("02 10:00").saturating_add_micros(i64::from(minutes) * 600_000_000);
            take(&mut town, (of, step, now));
            town.requests.values().for_each(is_legal);
            are_linked(&town);
        }
    }

    /// Whatever becomes of the survivor meanwhile, whoever raises what.
    #[test]
    fn merging_and_taking_apart_restores(first in steps(), then in steps()) {
        let mut town = Town::with(REQUESTS);
        let mut now = at("02 10:00");
        for (of, step, minutes) in first {
            now = now.saturating_add_micros(i64::from(minutes) * 60_000_000);
            take(&mut town, (of, step, now));
        }
        let Some((of, into)) = [(1, 2), (2, 3), (3, 1), (2, 1), (3, 2), (1, 3)]
            .into_iter()
            .find(|(of, into)| town.clone().merge(*of, *into, now).is_ok()) else { return Ok(()) };
        let before = town.of(of).clone();
        town.merge(of, into, now).unwrap();
        for (it, step, minutes) in then {
            now = now.saturating_add_micros(i64::from(minutes) * 60_000_000);
            if it != of || !matches!(step, Step::Unmerge) {
                take(&mut town, (it, step, now));
            }
        }
        town.unmerge(of, now).unwrap();
        prop_assert_eq!(without_history(town.of(of)), without_history(&before));
        is_legal(town.of(of));
    }
}
