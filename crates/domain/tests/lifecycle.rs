//! The life of a request: given what happened, when something is asked for, then this follows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use beffroi_domain::{
    About, Alarm, Calendar, Change, Channel, City, Command, Commitment, Delay, Event, EventId,
    FollowUp, HoldReason, Kind, Language, Meta, Nature, Open, Origin, Personal, PersonalData,
    Place, Reclassify, Regimes, Rejection, Request, RequestId, Source, Status, Timestamp, Urgency,
    Verdict, Warn, Window, decide,
};
use chrono::{NaiveDateTime, TimeZone, Utc};
use chrono_tz::America::Toronto;
use proptest::prelude::*;
use uuid::Uuid;

fn city() -> City {
    let workday = Window::new(8 * 60, 19 * 60);
    let week = [workday, workday, workday, workday, workday, None, None];
    City {
        name: "Québec".parse().unwrap(),
        calendar: Calendar::new(Toronto, week, []).unwrap(),
        regimes: Regimes::default(),
        commitments: vec![Commitment {
            product: Some("Abattage d'arbre".parse().unwrap()),
            nature: None,
            channel: None,
            delay: Delay::resolved_within(2),
        }],
        levels: Vec::new(),
    }
}

/// A local time of March 2026; the 2nd is a Monday.
fn at(day_and_time: &str) -> Timestamp {
    let local = format!("2026-03-{day_and_time}");
    let local = NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M").unwrap();
    Toronto.from_local_datetime(&local).unwrap().with_timezone(&Utc).try_into().unwrap()
}

fn opening() -> Change {
    Change::Open(Box::new(Open {
        citizen: None,
        product: "Abattage d'arbre".parse().unwrap(),
        precision: None,
        nature: Nature::Service,
        urgency: Urgency::Normal,
        entry: None,
        programme: None,
        screened: false,
        answers: Vec::new(),
        channel: Channel::Telephone,
        language: Language::French,
        other_channels: Vec::new(),
        unit: None,
        place: Place::default(),
        source: None,
        promised_by: None,
    }))
}

/// What has happened so far.
struct Story {
    request: Option<Request>,
    origin: Origin,
}

fn opened(time: &str) -> Story {
    Story { request: None, origin: Origin::Live }.when(time, opening())
}

impl Story {
    fn ask(&self, time: &str, change: Change) -> Result<Kind, Rejection> {
        let command = Command { change, occurred_at: at(time), origin: self.origin };
        decide(&city(), self.request.as_ref(), &command)
    }

    #[track_caller]
    fn when(self, time: &str, change: Change) -> Self {
        let kind = self.ask(time, change).unwrap();
        self.happened(time, kind)
    }

    #[track_caller]
    fn happened(self, time: &str, kind: Kind) -> Self {
        let event = Event {
            id: EventId::new(Uuid::from_u128(9)).unwrap(),
            about: About::Request(RequestId::new(Uuid::from_u128(1)).unwrap()),
            meta: Meta {
                occurred_at: at(time),
                approximate: false,
                origin: self.origin,
                actor: None,
                channel: Channel::Telephone,
                causation: None,
                correlation: None,
                catalogue_version: 0,
                source_status: None,
            },
            personal: Personal(PersonalData::default()),
            kind,
        };
        let request = Request::evolve(self.request, &event).unwrap();
        Self { request: Some(request), ..self }
    }

    fn request(&self) -> &Request {
        self.request.as_ref().unwrap()
    }

    #[track_caller]
    fn then_status(self, status: Status) -> Self {
        assert_eq!(self.request().status, status);
        self
    }

    #[track_caller]
    fn then_due(self, time: &str) -> Self {
        assert_eq!(self.request().promises.last().unwrap().term.due_at, at(time));
        self
    }

    #[track_caller]
    fn then_verdict(self, now: &str, verdict: Verdict) -> Self {
        let promise = self.request().promises.last().unwrap();
        assert_eq!(self.request().verdict(promise, at(now)), verdict);
        self
    }

    #[track_caller]
    fn then_refused(self, time: &str, change: Change, rejection: Rejection) -> Self {
        assert_eq!(self.ask(time, change), Err(rejection));
        self
    }

    fn raised(&self, now: &str) -> Option<Kind> {
        let Alarm { promise, .. } = self.request().alarms().next()?;
        self.request().raised(promise, at(now), 1)
    }

    #[track_caller]
    fn raise(self, now: &str) -> Self {
        let kind = self.raised(now).unwrap();
        self.happened(now, kind)
    }

    #[track_caller]
    fn then_raises(self, now: &str, name: &str) -> Self {
        assert_eq!(self.raised(now).map(|it| it.name()), Some(name));
        self.raise(now)
    }

    #[track_caller]
    fn then_next_alarm(self, time: Option<&str>) -> Self {
        assert_eq!(
            self.request().alarms().map(|it| it.at).find(|it| *it < Timestamp::MAX),
            time.map(at)
        );
        self
    }
}

#[test]
fn a_request_goes_from_open_to_resolved_and_back() {
    opened("02 10:00")
        .then_status(Status::Open)
        .then_due("04 19:00")
        .when("02 11:00", Change::Assign(Some("Foresterie".parse().unwrap())))
        .then_status(Status::Assigned)
        .when("03 10:00", Change::Resolve)
        .then_status(Status::Resolved)
        .then_verdict("05 10:00", Verdict::OnTime)
        .when("05 10:00", Change::Reopen)
        .then_status(Status::Assigned)
        .then_due("09 19:00");
}

#[test]
fn exactly_at_the_due_time_is_on_time_and_after_it_is_late() {
    opened("02 10:00").when("04 19:00", Change::Resolve).then_verdict("04 19:00", Verdict::OnTime);
    opened("02 10:00").when("04 19:01", Change::Resolve).then_verdict("04 19:01", Verdict::Late);
    opened("02 10:00")
        .then_verdict("04 19:00", Verdict::Pending)
        .then_verdict("04 19:01", Verdict::Late);
}

#[test]
fn waiting_moves_the_due_time_by_the_working_time_waited() {
    opened("02 10:00")
        .when("03 09:00", Change::PutOnHold(HoldReason::Citizen))
        .then_verdict("20 09:00", Verdict::Paused)
        .then_next_alarm(None)
        .when("04 10:00", Change::Resume)
        // 10 hours of Tuesday and 2 of Wednesday.
        .then_due("06 09:00");
}

#[test]
fn waiting_after_the_due_time_gives_nothing_back() {
    opened("02 10:00")
        .when("05 09:00", Change::PutOnHold(HoldReason::ThirdParty))
        .then_verdict("05 10:00", Verdict::Late)
        .when("06 09:00", Change::Resume)
        .then_due("04 19:00");
}

#[test]
fn a_request_resolved_while_it_waits_is_judged_by_when_its_clock_stopped() {
    opened("02 10:00")
        .when("03 09:00", Change::PutOnHold(HoldReason::Citizen))
        .when("12 09:00", Change::Resolve)
        .then_verdict("12 09:00", Verdict::OnTime)
        .then_next_alarm(None);
}

#[test]
fn changes_that_the_status_does_not_allow_are_refused() {
    let resolved = || opened("02 10:00").when("03 10:00", Change::Resolve);
    let status = Rejection::Status;
    resolved()
        .then_refused("03 11:00", Change::Assign(None), status(Status::Resolved))
        .then_refused("03 11:00", Change::PutOnHold(HoldReason::Citizen), status(Status::Resolved))
        .then_refused("03 11:00", Change::Resume, status(Status::Resolved))
        .then_refused("03 11:00", Change::Resolve, status(Status::Resolved))
        .then_refused("03 11:00", Change::Cancel, status(Status::Resolved))
        .then_refused("03 11:00", opening(), Rejection::Exists);
    opened("02 10:00")
        .then_refused("03 11:00", Change::Resume, status(Status::Open))
        .then_refused("03 11:00", Change::Reopen, status(Status::Open))
        .when("03 11:00", Change::Cancel)
        .then_refused("03 12:00", Change::Reopen, status(Status::Cancelled))
        .then_refused("03 12:00", Change::Resolve, status(Status::Cancelled));
    let nothing = Story { request: None, origin: Origin::Live };
    assert_eq!(nothing.ask("02 10:00", Change::Resolve), Err(Rejection::Unknown));
}

#[test]
fn while_it_waits_in_a_programme_nothing_runs_and_nothing_is_sent() {
    let enter = || Change::EnterProgramme("trottoirs".parse().unwrap());
    let status = Rejection::Status;
    let planned = opened("02 10:00")
        .when("03 10:00", enter())
        .then_status(Status::Planned)
        .then_verdict("30 10:00", Verdict::Rescinded)
        .then_next_alarm(None)
        .then_refused("03 11:00", Change::FollowUp(FollowUp::Public), Rejection::PlannedFollowUp)
        .then_refused("03 11:00", Change::Assign(None), status(Status::Planned))
        .then_refused("03 11:00", enter(), status(Status::Planned))
        .when("03 12:00", Change::FollowUp(FollowUp::Internal));
    assert_eq!(planned.request().programme, Some("trottoirs".parse().unwrap()));
}

#[test]
fn a_request_is_in_a_programme_only_while_it_waits_there() {
    let planned = || {
        opened("02 10:00").when("03 10:00", Change::EnterProgramme("trottoirs".parse().unwrap()))
    };
    for change in [Change::LeaveProgramme, Change::Resolve, Change::Cancel] {
        assert_eq!(planned().when("04 10:00", change).request().programme, None);
    }
}

#[test]
fn a_change_cannot_be_dated_before_the_last_one() {
    opened("02 10:00")
        .when("03 10:00", Change::Assign(None))
        .then_refused(
            "03 09:00",
            Change::Resolve,
            Rejection::TooEarly { not_before: at("03 10:00") },
        )
        .when("02 12:00", Change::FollowUp(FollowUp::Public))
        .then_refused(
            "02 09:00",
            Change::FollowUp(FollowUp::Public),
            Rejection::TooEarly { not_before: at("02 10:00") },
        );
}

#[test]
fn a_warning_comes_at_80_percent_of_the_working_time_then_the_breach_once() {
    // 31 working hours from Monday 10:00 to Wednesday 19:00; 80 % are 24.8.
    let story = opened("02 10:00").then_next_alarm(Some("04 12:48"));
    assert_eq!(story.raised("04 12:00"), None);
    let story = story.raise("04 13:00").then_next_alarm(Some("04 19:00"));
    assert!(story.request().promises[0].warned == [Warn::DEFAULT]);
    assert_eq!(story.raised("04 19:00"), None);
    let story = story.raise("04 19:01").then_next_alarm(None);
    assert!(story.request().promises[0].breached);
}

#[test]
fn a_due_time_that_moves_after_its_breach_is_raised_again() {
    // The hold became known only after the breach was raised.
    opened("02 10:00")
        .raise("04 19:01")
        .when("04 18:00", Change::PutOnHold(HoldReason::Citizen))
        .then_raises("04 19:02", "breach_withdrawn")
        .then_next_alarm(None)
        .when("05 18:00", Change::Resume)
        // An hour was left, and an hour is left.
        .then_due("05 19:00")
        .then_verdict("05 18:00", Verdict::Pending)
        .raise("05 19:01")
        .then_verdict("05 19:01", Verdict::Late)
        .then_next_alarm(None);
}

fn reclassification(product: &str) -> Reclassify {
    Reclassify {
        product: product.parse().unwrap(),
        precision: None,
        nature: None,
        urgency: None,
        entry: None,
        unit: None,
        programme: None,
    }
}

#[test]
fn a_breach_that_was_none_is_withdrawn_once() {
    for settled in [Change::Resolve, Change::Cancel] {
        opened("02 10:00")
            .then_raises("04 19:01", "promise_breached")
            // Dated before the due time, it became known after the breach.
            .when("04 18:00", settled)
            .then_raises("05 08:00", "breach_withdrawn")
            .then_next_alarm(None);
    }
    opened("02 10:00")
        .raise("04 19:01")
        .when("04 19:01", Change::Resolve)
        .then_verdict("05 08:00", Verdict::Late)
        .then_next_alarm(None);
}

#[test]
fn a_breach_that_comes_true_after_all_is_raised_anew_with_its_revision() {
    let elsewhere = |product| Change::Reclassify(Box::new(reclassification(product)));
    let story = opened("02 10:00")
        .then_raises("04 19:01", "promise_breached")
        .when("04 18:00", elsewhere("Parc"))
        .then_raises("05 08:01", "breach_withdrawn")
        .then_next_alarm(None)
        .when("05 09:00", elsewhere("Abattage d'arbre"))
        .then_due("04 19:00");
    let Some(Kind::PromiseBreached(fact)) = story.raised("05 09:01") else { panic!("no breach") };
    assert_eq!(fact.revision, 1);
    let story = story.raise("05 09:01").when("04 18:00", elsewhere("Parc"));
    let Some(Kind::BreachWithdrawn(fact)) = story.raised("05 10:01") else { panic!("it stands") };
    assert_eq!((fact.revision, fact.due_at), (1, at("04 19:00")));
}

#[test]
fn a_late_resolution_is_still_raised_as_a_breach() {
    let story = opened("02 10:00").when("06 10:00", Change::Resolve);
    assert!(matches!(story.raised("06 10:01"), Some(Kind::PromiseBreached(_))));
}

#[test]
fn what_ends_without_being_done_keeps_the_lateness_it_had() {
    let programme = || Change::EnterProgramme("refection-trottoirs".parse().unwrap());
    for end in [|| Change::Cancel, programme] {
        // Nobody has looked since the due time passed: the breach is still raised.
        opened("02 10:00")
            .when("04 19:01", end())
            .then_verdict("04 19:01", Verdict::Late)
            .then_next_alarm(Some("04 19:00"))
            .raise("04 19:02")
            .then_verdict("05 10:00", Verdict::Late)
            .then_next_alarm(None);
        opened("02 10:00")
            .raise("04 19:01")
            .when("05 10:00", end())
            .then_verdict("05 10:00", Verdict::Late)
            .then_next_alarm(None);
        opened("02 10:00")
            .when("04 19:00", end())
            .then_verdict("05 10:00", Verdict::Rescinded)
            .then_next_alarm(None);
    }
}

#[test]
fn a_request_cancelled_while_it_waits_is_judged_by_when_its_clock_stopped() {
    let hold = || Change::PutOnHold(HoldReason::Citizen);
    opened("02 10:00")
        .when("03 09:00", hold())
        .when("12 09:00", Change::Cancel)
        .then_verdict("12 09:00", Verdict::Rescinded)
        .then_next_alarm(None);
    opened("02 10:00")
        .when("05 09:00", hold())
        .when("12 09:00", Change::Cancel)
        .then_verdict("12 09:00", Verdict::Late)
        .then_next_alarm(Some("04 19:00"));
}

#[test]
fn a_reclassification_into_a_programme_keeps_the_lateness_there_was() {
    let reclassify = || {
        Change::Reclassify(Box::new(Reclassify {
            programme: Some("refection-trottoirs".parse().unwrap()),
            ..reclassification("Trottoir")
        }))
    };
    opened("02 10:00")
        .when("05 10:00", reclassify())
        .then_status(Status::Planned)
        .then_verdict("05 10:00", Verdict::Late);
    opened("02 10:00").when("03 10:00", reclassify()).then_verdict("05 10:00", Verdict::Rescinded);
}

#[test]
fn a_breach_decided_before_a_resolution_in_time_was_known_is_void() {
    let story = opened("02 10:00");
    let breach = story.raised("04 20:00").unwrap();
    let story = story.when("04 18:00", Change::Resolve);
    assert!(story.request().is_void(&breach));
    let story = story.happened("04 20:00", breach).then_verdict("05 09:00", Verdict::OnTime);
    assert!(!story.request().promises[0].breached);
}

#[test]
fn imported_history_keeps_the_promise_of_its_source_and_raises_nothing() {
    let story = Story { request: None, origin: Origin::Imported };
    let Change::Open(mut open) = opening() else { unreachable!() };
    open.promised_by = Some(at("03 12:00"));
    let source = Source { system: "ville".parse().unwrap(), id: "7".parse().unwrap() };
    open.source = Some((source, Toronto));
    story
        .when("02 10:00", Change::Open(open))
        .then_due("03 12:00")
        .then_verdict("03 12:01", Verdict::Late)
        .then_next_alarm(None)
        .when("03 12:00", Change::Resolve)
        .then_verdict("09 12:00", Verdict::OnTime)
        .then_next_alarm(None)
        // The source takes its closing back, and closes it later.
        .when("03 12:00", Change::Reopen)
        .then_due("03 12:00")
        .when("03 12:01", Change::Resolve)
        .then_verdict("09 12:00", Verdict::Late)
        .then_next_alarm(None);
}

fn changes() -> impl Strategy<Value = Vec<(Change, u32)>> {
    let change = prop::sample::select(vec![
        Change::Assign(None),
        Change::PutOnHold(HoldReason::Citizen),
        Change::Resume,
        Change::FollowUp(FollowUp::Internal),
        Change::Resolve,
        Change::Reopen,
        Change::Cancel,
    ]);
    prop::collection::vec((change, 0..3_000_u32), 0..20)
}

proptest! {
    /// Whatever is decided can be folded, and leaves a legal state.
    #[test]
    fn what_is_decided_can_always_be_folded(changes in changes()) {
        let mut story = opened("02 10:00");
        let mut now = at("02 10:00");
        for (change, minutes) in changes {
            now = now.saturating_add_micros(i64::from(minutes) * 60_000_000);
            let command = Command { change, occurred_at: now, origin: Origin::Live };
            if let Ok(kind) = decide(&city(), story.request.as_ref(), &command) {
                let event = Event {
                    meta: Meta {
                        occurred_at: now,
                        approximate: false,
                        origin: Origin::Live,
                        actor: None,
                        channel: Channel::App,
                        causation: None,
                        correlation: None,
                        catalogue_version: 0,
                        source_status: None,
                    },
                    id: EventId::new(Uuid::from_u128(9)).unwrap(),
                    about: About::Request(RequestId::new(Uuid::from_u128(1)).unwrap()),
                    personal: Personal(PersonalData::default()),
                    kind,
                };
                story.request = Some(Request::evolve(story.request.take(), &event).unwrap());
            }
            let request = story.request();
            prop_assert_eq!(request.resolved_at.is_some(), request.status == Status::Resolved);
            prop_assert_eq!(request.promises.len(), request.cycle as usize);
            let pending = request.promises.iter().filter(|it| it.verdict == Verdict::Pending).count();
            prop_assert_eq!(pending, usize::from(request.status.is_active()));
            for alarm in request.alarms().filter(|it| it.at < Timestamp::MAX) {
                let raised = request.raised(alarm.promise, alarm.at.saturating_add_micros(1), 1);
                prop_assert!(raised.is_some());
            }
        }
    }
}
