//! Planned intervention programmes.

use crate::town::{Town, assign, code, opening};
use beffroi_domain::{Change, FollowUp, HoldReason, Rejection, Status, Verdict};

fn enter() -> Change {
    Change::EnterProgramme(code("refection"))
}

#[test]
fn no_delay_runs_and_the_citizen_is_told_nothing_more_while_planned() {
    let planned = Rejection::Status(Status::Planned);
    let town = Town::with(1)
        .when(1, "02 11:00", enter())
        .then_refused(
            1,
            ("02 12:00", Change::FollowUp(FollowUp::Public)),
            Rejection::PlannedFollowUp,
        )
        .then_refused(1, ("02 12:00", enter()), planned.clone())
        .then_refused(1, ("02 12:00", assign("Voirie")), planned.clone())
        .then_refused(1, ("02 12:00", Change::PutOnHold(HoldReason::Citizen)), planned)
        .when(1, "02 12:00", Change::FollowUp(FollowUp::Internal))
        .when(1, "02 12:00", Change::FollowUp(FollowUp::FromCitizen));
    assert_eq!(town.of(1).promises[0].verdict, Verdict::Rescinded);
    assert_eq!(town.of(1).alarms().count(), 0);
    assert_eq!((town.of(1).public_follow_ups, town.of(1).citizen_messages), (0, 1));
}

#[test]
fn leaving_a_programme_makes_new_promises_from_then_on() {
    let town = Town::with(1)
        .when(1, "02 11:00", assign("Voirie"))
        .when(1, "02 12:00", enter())
        .when(1, "23 10:00", Change::LeaveProgramme)
        .then_due(1, "25 19:00");
    let request = town.of(1);
    assert_eq!((request.status, request.cycle), (Status::Assigned, 2));
    assert_eq!(request.programme, None);
    town.then_refused(1, ("24 10:00", Change::LeaveProgramme), Rejection::Status(Status::Assigned));
}

#[test]
fn what_is_planned_can_be_done_and_is_in_no_programme_then() {
    let town = Town::with(1)
        .when(1, "02 11:00", enter())
        .when(1, "20 10:00", Change::Resolve)
        .when(1, "23 10:00", Change::Reopen)
        .then_due(1, "25 19:00");
    assert_eq!((town.of(1).status, town.of(1).programme.as_ref()), (Status::Open, None));
}

#[test]
fn a_product_may_enter_its_programme_when_it_is_opened() {
    let mut open = opening(1, "Trottoir");
    open.programme = Some(code("refection"));
    let town = Town::default().when(1, "02 10:00", Change::Open(Box::new(open)));
    assert_eq!(town.of(1).status, Status::Planned);
    assert!(town.of(1).promises.is_empty());
}

#[test]
fn a_request_merged_into_a_planned_one_is_planned_until_it_is_taken_apart() {
    let town = Town::with(2).when(2, "02 11:00", enter()).when_merged(1, 2, "02 12:00");
    assert_eq!(town.of(1).status, Status::Planned);
    assert_eq!(town.of(1).alarms().count(), 0);
    let town = town.when_unmerged(1, "02 13:00").then_due(1, "04 19:00");
    assert_eq!(town.of(1).status, Status::Open);
    assert_eq!(town.of(1).promises[0].verdict, Verdict::Pending);
}
