//! The first answer: promised beside the resolution, and settled by what whoever asked can see.

use crate::town::{Town, at, code, entry, opening, reclassification};
use beffroi_domain::{
    CatalogueEntry, Change, Channel, Delay, FollowUp, HoldReason, Promise, PromiseKind, Reclassify,
    Rule, Verdict,
};

/// A request by e-mail, opened on Monday at 10:00: an answer by Wednesday's closing, the resolution
/// by Monday's.
fn by_email() -> Town {
    let mut open = opening(1, "Nids");
    open.channel = Channel::Email;
    Town::default().when(1, "02 10:00", Change::Open(Box::new(open)))
}

fn promise(town: &Town, kind: PromiseKind) -> Option<&Promise> {
    town.of(1).promises.iter().rev().find(|it| it.term.kind == kind)
}

impl Town {
    #[track_caller]
    fn then_answer(self, now: &str, verdict: Verdict) -> Self {
        let answer = promise(&self, PromiseKind::FirstAnswer).unwrap();
        assert_eq!(self.of(1).verdict(answer, at(now)), verdict);
        self
    }

    #[track_caller]
    fn then_answered_at(self, time: &str) -> Self {
        let answer = promise(&self, PromiseKind::FirstAnswer).unwrap();
        assert_eq!(answer.fulfilled_at, Some(at(time)));
        self
    }

    #[track_caller]
    fn then_promised(self, kind: PromiseKind, due: &str) -> Self {
        assert_eq!(promise(&self, kind).unwrap().term.due_at, at(due));
        self
    }
}

fn follow_up(by: FollowUp) -> Change {
    Change::FollowUp(by)
}

#[test]
fn it_is_promised_beside_the_resolution() {
    let town = by_email()
        .then_promised(PromiseKind::FirstAnswer, "04 19:00")
        .then_promised(PromiseKind::Resolution, "09 19:00");
    assert_eq!(town.of(1).promises.len(), 2);
}

#[test]
fn only_what_the_citizen_can_see_answers() {
    by_email()
        .when(1, "03 09:30", follow_up(FollowUp::FromCitizen))
        .when(1, "03 10:00", follow_up(FollowUp::Internal))
        .then_answer("03 11:00", Verdict::Pending)
        .then_answer("04 19:01", Verdict::Late)
        .when(1, "04 19:00", follow_up(FollowUp::Public))
        .then_answer("20 10:00", Verdict::OnTime);
    by_email()
        .when(1, "04 19:01", follow_up(FollowUp::Public))
        .then_answer("20 10:00", Verdict::Late);
}

#[test]
fn what_is_dated_earlier_counts_though_it_comes_later() {
    by_email()
        .when(1, "05 10:00", follow_up(FollowUp::Public))
        .then_answer("05 11:00", Verdict::Late)
        .when(1, "04 10:00", follow_up(FollowUp::Public))
        .then_answer("05 11:00", Verdict::OnTime)
        .when(1, "03 09:00", follow_up(FollowUp::Public))
        .then_answered_at("03 09:00")
        .when(1, "06 10:00", follow_up(FollowUp::Public))
        .then_answered_at("03 09:00")
        .then_answer("07 10:00", Verdict::OnTime);
}

#[test]
fn a_resolution_is_an_answer_and_a_cancellation_none() {
    by_email().when(1, "03 10:00", Change::Resolve).then_answer("20 10:00", Verdict::OnTime);
    by_email().when(1, "05 10:00", Change::Resolve).then_answer("20 10:00", Verdict::Late);
    by_email().when(1, "03 10:00", Change::Cancel).then_answer("20 10:00", Verdict::Rescinded);
    by_email().when(1, "05 10:00", Change::Cancel).then_answer("20 10:00", Verdict::Late);
}

#[test]
fn it_does_not_wait_when_the_request_does() {
    let waiting = by_email().when(1, "03 09:00", Change::PutOnHold(HoldReason::Citizen));
    let alarm = waiting.of(1).alarms().next().unwrap();
    assert_eq!(
        waiting.of(1).promises[usize::from(alarm.promise)].term.kind,
        PromiseKind::FirstAnswer
    );
    let waiting =
        waiting.then_answer("04 19:00", Verdict::Pending).then_answer("04 19:01", Verdict::Late);
    let request = waiting.of(1);
    assert!(request.raised(alarm.promise, at("04 19:01"), 1).is_some());
    waiting
        .when(1, "04 09:00", Change::Resume)
        .then_promised(PromiseKind::FirstAnswer, "04 19:00")
        .then_promised(PromiseKind::Resolution, "10 19:00");
}

#[test]
fn it_stops_where_the_request_is_planned_and_does_not_come_back() {
    by_email()
        .when(1, "03 10:00", Change::EnterProgramme(code("nids")))
        .then_answer("20 10:00", Verdict::Rescinded)
        .when(1, "04 10:00", Change::LeaveProgramme)
        .then_answer("20 10:00", Verdict::Rescinded);
}

#[test]
fn it_is_promised_once_however_often_the_request_is_reopened() {
    let town = by_email().when(1, "03 10:00", Change::Resolve).when(1, "05 10:00", Change::Reopen);
    let kinds: Vec<_> = town.of(1).promises.iter().map(|it| (it.cycle, it.term.kind)).collect();
    let (answer, resolution) = (PromiseKind::FirstAnswer, PromiseKind::Resolution);
    assert_eq!(kinds, [(1, answer), (1, resolution), (2, resolution)]);
}

#[test]
fn a_verdict_stays_whatever_the_request_turns_out_to_be() {
    let to = Change::Reclassify(Box::new(reclassification("Arbres")));
    by_email()
        .when(1, "03 10:00", follow_up(FollowUp::Public))
        .when(1, "03 11:00", to)
        .then_answer("20 10:00", Verdict::OnTime)
        .then_promised(PromiseKind::Resolution, "04 19:00");
}

/// Requests 1 and 2, both by e-mail, opened on Monday at 10:00.
fn two_by_email() -> Town {
    let mut open = opening(2, "Nids");
    open.channel = Channel::Email;
    by_email().when(2, "02 10:00", Change::Open(Box::new(open)))
}

#[test]
fn what_is_told_of_the_survivor_answers_whoever_asked_for_a_duplicate() {
    let public = || follow_up(FollowUp::Public);
    let town = two_by_email().when_merged(1, 2, "03 10:00");
    let told = town.clone().when(2, "04 10:00", public());
    let told = told.then_answer("20 10:00", Verdict::OnTime).then_answered_at("04 10:00");
    assert_eq!(told.of(1).public_follow_ups, 0, "the words are the survivor's");
    // Only the first is an event of the duplicate, or one dated earlier that comes later.
    let events = told.histories[&1].len();
    let told = told.when(2, "05 10:00", public());
    assert_eq!(told.histories[&1].len(), events);
    told.when(2, "03 11:00", public()).then_answered_at("03 11:00");
    town.clone().when(2, "04 19:01", public()).then_answer("20 10:00", Verdict::Late);
    for unseen in [FollowUp::Internal, FollowUp::FromCitizen] {
        town.clone().when(2, "04 10:00", follow_up(unseen)).then_answer("04 19:01", Verdict::Late);
    }
}

#[test]
fn what_the_survivor_told_is_seen_under_a_duplicate_from_the_merge_on() {
    // Before the merge it was written for one person: whoever asked for the other one cannot see it.
    let town = two_by_email()
        .when(2, "02 12:00", follow_up(FollowUp::Public))
        .when_merged(1, 2, "03 10:00");
    town.then_answer("04 19:01", Verdict::Late);
    // Told before and recorded after it is seen: since the merge, whatever happened to it since.
    two_by_email()
        .when_merged(1, 2, "03 10:00")
        .when(2, "03 12:00", Change::PutOnHold(HoldReason::Citizen))
        .when(2, "02 12:00", follow_up(FollowUp::Public))
        .then_answered_at("03 10:00");
}

#[test]
fn a_false_breach_of_a_duplicate_is_taken_back_when_the_survivor_had_told() {
    let town = two_by_email()
        .when_merged(1, 2, "03 10:00")
        .when_raised(1, "04 19:01")
        .when(2, "04 10:00", follow_up(FollowUp::Public))
        .when_raised(1, "04 19:02");
    assert!(town.of(1).raised[0].withdrawn);
}

#[test]
fn taken_apart_only_what_was_told_of_the_request_itself_has_answered_it() {
    let town = two_by_email().when_merged(1, 2, "03 10:00");
    town.clone()
        .when(2, "03 11:00", follow_up(FollowUp::Public))
        .when_unmerged(1, "03 12:00")
        .then_answer("03 13:00", Verdict::Pending);
    town.when(1, "03 11:00", follow_up(FollowUp::Public))
        .when_unmerged(1, "03 12:00")
        .then_answered_at("03 11:00");
}

#[test]
fn whoever_has_heard_already_is_not_promised_to_hear_again() {
    let answer = Delay::new(PromiseKind::FirstAnswer, Rule::BusinessDaysEodV1(2));
    let entry = CatalogueEntry { promised: vec![answer.into()], ..entry(None) };
    let to = Reclassify { entry: Some(entry), ..reclassification("Chaussée") };
    // Nothing was promised when they heard: within what is promised now, or not.
    for (heard, verdict) in [("04 19:00", Verdict::OnTime), ("04 19:01", Verdict::Late)] {
        let town = Town::with(1);
        assert_eq!(promise(&town, PromiseKind::FirstAnswer), None);
        town.when(1, heard, follow_up(FollowUp::Public))
            .when(1, "05 10:00", Change::Reclassify(Box::new(to.clone())))
            .then_answered_at(heard)
            .then_answer("05 11:00", verdict);
    }
}

#[test]
fn what_was_given_up_in_time_was_not_answered_late() {
    by_email()
        .when(1, "05 10:00", follow_up(FollowUp::Public))
        .then_answer("05 11:00", Verdict::Late)
        .when(1, "04 19:00", Change::Cancel)
        .then_answer("05 11:00", Verdict::Rescinded);
    by_email()
        .when(1, "05 10:00", follow_up(FollowUp::Public))
        .when(1, "04 19:01", Change::Cancel)
        .then_answer("05 11:00", Verdict::Late)
        .then_answered_at("05 10:00");
}

#[test]
fn what_was_settled_in_time_was_not_overdue_when_nothing_was_promised_any_more() {
    let to = Reclassify { entry: Some(entry(None)), ..reclassification("Chaussée") };
    let town = by_email().when(1, "05 10:00", follow_up(FollowUp::Public)).when(
        1,
        "06 10:00",
        Change::Reclassify(Box::new(to)),
    );
    assert_eq!(promise(&town, PromiseKind::FirstAnswer).unwrap().verdict, Verdict::Late);
    town.when(1, "04 19:00", Change::Cancel).then_answer("07 10:00", Verdict::Rescinded);
}
