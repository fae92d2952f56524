//! Quarantine: what cannot be folded waits with what follows it, is given up by an event, and what
//! waited is folded then, in order.

use crate::support::{City, at, due, flood, meta, open, regime, release, request_id};
use crate::timekeeper::Node;
use beffroi_aggregator::{Cities, FactRow, Projections, SetAside, compare, entry, refold};
use beffroi_domain::{
    About, Change, Channel, Event, EventId, FactKind, FollowUp, HoldReason, Kind, Personal,
    PersonalData, Reference, RegimeFact, RegimeKind, Request, Status,
};
use beffroi_journal::Entry;
use bytes::Bytes;
use proptest::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

impl City {
    /// Bytes that nobody can read, said to be of an aggregate.
    pub(crate) async fn poison(&self, aggregate: Uuid) -> u64 {
        let last = self.last().await;
        let headers = vec![("Beffroi-Aggregate".to_owned(), aggregate.to_string())];
        let entry = Entry {
            id: Uuid::from_u128((5 << 64) + u128::from(last)),
            subject: "request.0000".to_owned(),
            headers,
            payload: Bytes::from_static(b"\xff\xffnot an event"),
        };
        self.append(entry).await;
        last + 1
    }

    /// An event that can be read, and follows nothing.
    async fn impossible(&self, id: u128) -> u64 {
        let last = self.last().await;
        let event = Event {
            id: EventId::new(Uuid::from_u128((6 << 64) + u128::from(last))).unwrap(),
            about: About::Request(request_id(id)),
            meta: meta(at(0), Channel::App),
            personal: Personal(PersonalData::default()),
            kind: Kind::Unmerged,
        };
        self.append(entry(&event)).await;
        last + 1
    }

    async fn release(&self, sequence: u64) -> u64 {
        release(self, sequence).await
    }

    async fn last(&self) -> u64 {
        self.journal.state().await.unwrap().last
    }
}

fn request(projections: &Projections, id: u128) -> Option<Request> {
    projections.snapshot().unwrap().request(request_id(id)).unwrap().map(|row| row.request)
}

#[tokio::test]
async fn a_release_folds_what_waited_in_order_and_keeps_what_was_given_up() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let poison = city.poison(Uuid::from_u128(1)).await;
    let assign = Change::Assign(Some("Voirie".parse().unwrap()));
    city.play_on(&[(1, assign), (2, open()), (1, Change::Resolve)]).await;
    let before = city.folded("before").await;
    assert_eq!(request(&before, 1).unwrap().status, Status::Open);
    assert_eq!(request(&before, 2).unwrap().status, Status::Open);
    let snapshot = before.snapshot().unwrap();
    assert_eq!(snapshot.quarantined().unwrap(), 3);
    assert_eq!(snapshot.first_held(Uuid::from_u128(1)).unwrap(), Some(poison));
    let rows = snapshot.set_aside_after(0, 9).unwrap();
    let waits: Vec<_> = rows.iter().map(|(at, row)| (*at, row.why == SetAside::Waits)).collect();
    assert_eq!(waits, [(2, false), (3, true), (5, true)]);
    // Nobody knows how it stands: nothing is raised.
    assert_eq!(snapshot.next_alarm().unwrap(), request_alarm(&before, 2));

    let release = city.release(poison).await;
    let after = city.folded("after").await;
    assert_eq!(request(&after, 1).unwrap().status, Status::Resolved);
    let snapshot = after.snapshot().unwrap();
    assert!(!snapshot.is_quarantined(Uuid::from_u128(1)).unwrap());
    assert_eq!(snapshot.quarantined().unwrap(), 0);
    let row = snapshot.request(request_id(1)).unwrap().unwrap();
    assert_eq!(row.steps.iter().map(|it| it.sequence).collect::<Vec<_>>(), [1, 3, 5]);
    let kept = snapshot.set_aside(poison).unwrap().unwrap();
    assert_eq!(kept.payload, b"\xff\xffnot an event");
    let given_up = kept.given_up.unwrap();
    assert_eq!((given_up.sequence, given_up.why.as_str()), (release, "ressaisi"));
    assert_eq!(snapshot.set_aside_after(0, 9).unwrap().len(), 1);
}

fn request_alarm(projections: &Projections, id: u128) -> Option<beffroi_domain::Timestamp> {
    request(projections, id).unwrap().alarms().map(|it| it.at).min()
}

#[tokio::test]
async fn only_what_keeps_others_waiting_is_given_up() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let poison = city.poison(Uuid::from_u128(1)).await;
    city.play_on(&[(1, Change::Resolve)]).await;
    for sequence in [0, 1, 3, 77, u64::MAX] {
        city.release(sequence).await;
    }
    let projections = city.folded("void").await;
    let snapshot = projections.snapshot().unwrap();
    assert_eq!(snapshot.first_held(Uuid::from_u128(1)).unwrap(), Some(poison));
    assert_eq!(snapshot.quarantined().unwrap(), 2);
    city.release(poison).await;
    let once = city.folded("once").await.snapshot().unwrap().set_aside(poison).unwrap();
    city.release(poison).await;
    let twice = city.folded("twice").await.snapshot().unwrap().set_aside(poison).unwrap();
    assert_eq!(once, twice);
}

#[tokio::test]
async fn what_waited_and_fails_itself_keeps_the_rest_waiting() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let poison = city.poison(Uuid::from_u128(1)).await;
    let second = city.impossible(1).await;
    city.play_on(&[(1, Change::Resolve)]).await;
    city.release(poison).await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    assert_eq!(snapshot.first_held(Uuid::from_u128(1)).unwrap(), Some(second));
    assert!(snapshot.set_aside(second).unwrap().unwrap().fails());
    assert_eq!(request(&projections, 1).unwrap().status, Status::Open);
    assert_eq!(snapshot.next_alarm().unwrap(), None);
    city.release(second).await;
    assert_eq!(request(&city.folded("q").await, 1).unwrap().status, Status::Resolved);
}

#[tokio::test]
async fn what_cannot_be_read_and_is_of_nobody_keeps_nobody_waiting() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let nobody = city.poison(Reference::Quarantine.uuid()).await;
    let neither = city.poison(Reference::Quarantine.uuid()).await;
    let poison = city.poison(Uuid::from_u128(1)).await;
    // A release waits for nothing, not even for one that cannot be read.
    city.release(poison).await;
    city.release(neither).await;
    city.release(nobody).await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    assert_eq!(snapshot.quarantined().unwrap(), 0);
    assert!(snapshot.set_aside(nobody).unwrap().unwrap().given_up.is_some());
}

#[tokio::test]
async fn facts_that_waited_show_to_whoever_had_passed_them() {
    let city = City::new();
    city.play(&[(1, open()), (2, open())]).await;
    // A node that had not seen the poison raised them.
    let copy = city.copy_of_journal("copy").await;
    let mut node = Node::start(&copy, "p", at(0)).await;
    node.until(due().saturating_add_micros(-1)).await;
    node.until(due().saturating_add_micros(1)).await;
    assert_eq!(node.facts().len(), 4);
    let raised = |sequence| {
        let journal = copy.journal.clone();
        async move { journal.get(sequence).await.unwrap().unwrap().entry }
    };
    let poison = city.poison(Uuid::from_u128(1)).await;
    for sequence in 3..=6 {
        city.append(raised(sequence).await).await;
    }
    let passed = city.last().await;
    let release = city.release(poison).await;
    let projections = city.folded("after").await;
    let snapshot = projections.snapshot().unwrap();
    let shown = |rows: Vec<(u64, FactRow)>| -> Vec<_> {
        let facts = rows.into_iter().filter_map(|(at, row)| match row {
            FactRow::Promise(row) => Some((at, row.request.uuid().as_u128(), row.kind)),
            FactRow::Level(_) => None,
        });
        facts.collect()
    };
    let late = [(release, 1, FactKind::Warning), (release, 1, FactKind::Breach)];
    assert_eq!(shown(snapshot.breaches_after(passed, 9).unwrap()), late);
    // They show at one place, and are not taken apart.
    assert_eq!(shown(snapshot.breaches_after(passed, 1).unwrap()), late);
    assert_eq!(snapshot.breaches_after(release, 9).unwrap(), []);
    assert_eq!(snapshot.breaches_after(0, 9).unwrap().len(), 4);
    assert_eq!(snapshot.breaches_after(0, 1).unwrap().len(), 1);
    let wakes = projections.raised_after(release - 1);
    tokio::time::timeout(std::time::Duration::from_secs(5), wakes).await.unwrap();
}

#[tokio::test]
async fn a_regime_that_waited_holds_from_its_release_on() {
    let city = City::new();
    let poison = city.poison(Reference::Regime.uuid()).await;
    city.append(regime(1, 0, flood())).await;
    let cities = Cities::new(city.rules());
    let kind = |projections: &Projections| {
        let now = cities.at(&projections.snapshot().unwrap()).unwrap();
        now.city.regimes.kind_at(at(8))
    };
    assert_eq!(kind(&city.folded("before").await), RegimeKind::Normal);
    city.release(poison).await;
    assert_eq!(kind(&city.folded("after").await), RegimeKind::CivilSecurity);
    city.append(regime(2, 9, RegimeFact::Lifted)).await;
    let lifted = city.folded("lifted").await.snapshot().unwrap().regimes_row().unwrap();
    assert_eq!(lifted.steps.len(), 2);
}

/// One more entry of a log.
#[derive(Clone, Debug)]
enum Step {
    Change(u8, u8),
    Poison(u8),
    Impossible(u8),
    /// Of an earlier sequence, counted back from the end.
    Release(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let id = 1_u8..4;
    prop_oneof![
        6 => (id.clone(), 0_u8..8).prop_map(|(id, change)| Step::Change(id, change)),
        2 => id.clone().prop_map(Step::Poison),
        1 => id.prop_map(Step::Impossible),
        3 => (0_u8..10).prop_map(Step::Release),
    ]
}

fn change(which: u8) -> Change {
    match which {
        0 | 1 => open(),
        2 => Change::Assign(Some("Voirie".parse().unwrap())),
        3 => Change::PutOnHold(HoldReason::Citizen),
        4 => Change::Resume,
        5 => Change::Resolve,
        6 => Change::Reopen,
        _ => Change::FollowUp(FollowUp::Public),
    }
}

async fn play(city: &City, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Change(id, which) => {
                city.play_on(&[(u128::from(*id), change(*which))]).await;
            }
            Step::Poison(id) => {
                city.poison(Uuid::from_u128(u128::from(*id))).await;
            }
            Step::Impossible(id) => {
                city.impossible(u128::from(*id)).await;
            }
            Step::Release(back) => {
                let last = city.last().await;
                city.release(last.saturating_sub(u64::from(*back))).await;
            }
        }
    }
}

/// Releases what keeps others waiting until nothing is held.
async fn release_all(city: &City) -> Projections {
    let projections = city.projections("released");
    loop {
        refold(&city.journal, &projections, city.last().await, |_| {}).await.unwrap();
        let rows = projections.snapshot().unwrap().set_aside_after(0, 1_000).unwrap();
        let mut held = rows.into_iter().filter(|(_, row)| row.is_held() && row.fails());
        let Some((sequence, _)) = held.next() else { return projections };
        city.release(sequence).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rebuilt_is_incremental_with_poison_and_releases_anywhere(
        steps in prop::collection::vec(step(), 1..60),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let city = City::new();
            play(&city, &steps).await;
            let last = city.last().await;
            let whole = city.folded("whole").await;
            let one = city.projections("one");
            for until in 0..=last {
                refold(&city.journal, &one, until, |_| {}).await.unwrap();
            }
            let parts = city.projections("parts");
            let cuts: BTreeSet<u64> =
                cuts.iter().map(|it| it.index(usize::try_from(last).unwrap() + 1) as u64).collect();
            for until in cuts.into_iter().chain([last]) {
                refold(&city.journal, &parts, until, |_| {}).await.unwrap();
            }
            let whole = whole.snapshot().unwrap();
            for other in [one, parts] {
                let differences = compare(&whole, &other.snapshot().unwrap(), 10).unwrap();
                assert_eq!(differences, []);
            }
        });
    }

    /// Once everything is released, what could be folded is as if the rest had never come.
    #[test]
    fn nothing_that_waited_is_lost_or_out_of_order(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (city, clean) = (City::new(), City::new());
            play(&city, &steps).await;
            let projections = release_all(&city).await;
            // The same without what cannot be folded: the rest was decided as if that had not come.
            for sequence in 1..=city.last().await {
                let entry = city.journal.get(sequence).await.unwrap().unwrap().entry;
                let is_good = projections.snapshot().unwrap().set_aside(sequence).unwrap().is_none();
                if is_good && entry.subject.starts_with("request.") {
                    clean.append(entry).await;
                }
            }
            let expected = clean.folded("clean").await;
            assert_eq!(expected.snapshot().unwrap().quarantined().unwrap(), 0);
            for id in 1..4 {
                assert_eq!(request(&projections, id), request(&expected, id));
                assert_eq!(request(&projections, id), city.state(id));
            }
            let alarms = |it: &Projections| it.snapshot().unwrap().next_alarm().unwrap();
            assert_eq!(alarms(&projections), alarms(&expected));
            let volumes = |it: &Projections| it.snapshot().unwrap().request_volumes().unwrap();
            assert_eq!(volumes(&projections), volumes(&expected));
        });
    }
}
