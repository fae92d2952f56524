//! The timekeeper: what falls due is raised once, by whichever node, whenever it was up.

use crate::support::{City, at, due, open, open_in, request_id, warn};
use beffroi_aggregator::{
    BreachRow, Cities, FactRow, ManualClock, Projections, Timekeeper, follow, keep_time,
};
use beffroi_domain::{Change, FactKind, HoldReason, Timestamp, Verdict};
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A node that folds and keeps time on a clock set by hand.
pub(crate) struct Node {
    pub(crate) projections: Projections,
    hand: ManualClock,
    checked: watch::Receiver<Timestamp>,
    pub(crate) stop: CancellationToken,
}

impl Node {
    pub(crate) async fn start(city: &City, name: &str, now: Timestamp) -> Self {
        Self::start_as(city, (name, city.rules()), now).await
    }

    /// One whose city's file is another.
    pub(crate) async fn start_as(
        city: &City,
        (name, rules): (&str, beffroi_domain::City),
        now: Timestamp,
    ) -> Self {
        let projections = city.projections(name);
        let stop = CancellationToken::new();
        let last = city.journal.state().await.unwrap().last;
        let _follower =
            follow(city.journal.clone(), projections.clone(), stop.clone()).await.unwrap();
        projections.folded(last).await;
        let (hand, clock) = ManualClock::new(now);
        let (sender, checked) = watch::channel(Timestamp::EPOCH);
        let keeper = Timekeeper {
            journal: city.journal.clone(),
            projections: projections.clone(),
            cities: Arc::new(Cities::new(rules)),
            clock,
            checked: sender,
        };
        tokio::spawn(keep_time(keeper, stop.clone()));
        Self { projections, hand, checked, stop }
    }

    pub(crate) async fn until(&mut self, now: Timestamp) {
        self.hand.set(now);
        self.checked.wait_for(|checked| *checked >= now).await.unwrap();
    }

    pub(crate) fn facts(&self) -> Vec<(u128, FactKind)> {
        let rows = self.projections.snapshot().unwrap().breaches_after(0, 1_000_000).unwrap();
        let promises = rows.into_iter().filter_map(|(_, row)| promise(row));
        promises.map(|row| (row.request.uuid().as_u128(), row.kind)).collect()
    }
}

fn promise(row: FactRow) -> Option<BreachRow> {
    if let FactRow::Promise(row) = row { Some(*row) } else { None }
}

#[tokio::test]
async fn a_warning_then_a_breach_are_raised_once_each_in_time() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let mut node = Node::start(&city, "p", at(0)).await;
    node.until(warn()).await;
    assert_eq!(node.facts(), []);
    node.until(warn().saturating_add_micros(1)).await;
    assert_eq!(node.facts(), [(1, FactKind::Warning)]);
    node.until(due()).await;
    assert_eq!(node.facts(), [(1, FactKind::Warning)]);
    node.until(due().saturating_add_micros(1)).await;
    node.until(due().saturating_add_micros(1_000_000)).await;
    assert_eq!(node.facts(), [(1, FactKind::Warning), (1, FactKind::Breach)]);
    let snapshot = node.projections.snapshot().unwrap();
    let (_, breach) = snapshot.breaches_after(0, 9).unwrap().pop().unwrap();
    let breach = promise(breach).unwrap();
    assert_eq!(breach.due_at, due());
    assert_eq!(breach.noticed_at, due().saturating_add_micros(1));
}

#[tokio::test]
async fn what_fell_due_while_the_node_was_down_is_raised_on_return_with_its_own_time() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let later = due().saturating_add_micros(86_400_000_000);
    let mut node = Node::start(&city, "p", later).await;
    node.until(later).await;
    assert_eq!(node.facts(), [(1, FactKind::Breach)]);
    let snapshot = node.projections.snapshot().unwrap();
    let (_, breach) = snapshot.breaches_after(0, 9).unwrap().pop().unwrap();
    let breach = promise(breach).unwrap();
    assert_eq!((breach.due_at, breach.noticed_at), (due(), later));
}

#[tokio::test]
async fn nothing_is_raised_for_what_was_done_or_waits_in_time() {
    let city = City::new();
    let waits = Change::PutOnHold(HoldReason::Citizen);
    city.play(&[(1, open()), (1, Change::Resolve), (2, open()), (2, waits), (3, open())]).await;
    city.play_on(&[(3, Change::Cancel)]).await;
    let later = due().saturating_add_micros(1);
    let mut node = Node::start(&city, "p", later).await;
    node.until(later).await;
    assert_eq!(node.facts(), []);
}

#[tokio::test]
async fn nothing_is_raised_or_late_for_what_waits_in_a_programme() {
    let city = City::new();
    let enter = Change::EnterProgramme("trottoirs".parse().unwrap());
    let waits = Change::PutOnHold(HoldReason::Citizen);
    city.play(&[(1, open()), (1, enter.clone()), (2, open_in("trottoirs")), (3, open())]).await;
    city.play_on(&[(3, waits), (3, enter)]).await;
    let later = due().saturating_add_micros(1);
    let mut node = Node::start(&city, "p", later).await;
    node.until(later).await;
    assert_eq!(node.facts(), []);
    let snapshot = node.projections.snapshot().unwrap();
    for id in [1, 2, 3] {
        let request = snapshot.request(request_id(id)).unwrap().unwrap().request;
        for promise in &request.promises {
            assert_eq!(request.verdict(promise, later), Verdict::Rescinded, "{id}");
        }
    }
}

#[tokio::test]
async fn a_request_in_quarantine_does_not_hold_up_the_others() {
    let city = City::new();
    city.play(&[(1, open()), (2, open())]).await;
    let mut poison = city.journal.get(1).await.unwrap().unwrap().entry;
    poison.id = Uuid::from_u128(99);
    poison.payload = Bytes::from_static(b"\xff\xffnot an event");
    city.append(poison).await;
    let later = due().saturating_add_micros(1);
    let mut node = Node::start(&city, "p", later).await;
    node.until(later).await;
    assert_eq!(node.facts(), [(2, FactKind::Breach)]);
    assert!(node.projections.snapshot().unwrap().is_quarantined(Uuid::from_u128(1)).unwrap());
}

#[tokio::test]
async fn several_nodes_raise_each_fact_once() {
    let city = City::new();
    let plays: Vec<_> = (1..=700).map(|id| (id, open())).collect();
    city.play(&plays).await;
    let later = due().saturating_add_micros(1);
    let mut one = Node::start(&city, "one", later).await;
    let mut other = Node::start(&city, "other", later).await;
    tokio::join!(one.until(later), other.until(later));
    let last = city.journal.state().await.unwrap().last;
    assert_eq!(last, 1_400);
    one.projections.folded(last).await;
    other.projections.folded(last).await;
    let mut raised: Vec<u128> = one.facts().into_iter().map(|(id, _)| id).collect();
    raised.sort_unstable();
    assert_eq!(raised, (1..=700).collect::<Vec<u128>>());
    assert_eq!(one.facts(), other.facts());
}

#[tokio::test]
async fn a_restart_raises_nothing_again() {
    let city = City::new();
    city.play(&[(1, open()), (2, open())]).await;
    let later = due().saturating_add_micros(1);
    let mut node = Node::start(&city, "p", later).await;
    node.until(later).await;
    node.stop.cancel();
    let before = city.journal.state().await.unwrap().last;
    let mut again = Node::start(&city, "q", later).await;
    again.until(later).await;
    assert_eq!(city.journal.state().await.unwrap().last, before);
    assert_eq!(again.facts().len(), 2);
    let row = again.projections.snapshot().unwrap().request(request_id(1)).unwrap().unwrap();
    assert_eq!(row.request.verdict(&row.request.promises[0], later), Verdict::Late);
}

#[tokio::test]
async fn a_withdrawal_is_of_the_unit_that_was_told_of_the_breach() {
    let to = |unit: &str| Change::Transfer(unit.parse().unwrap());
    let city = City::new();
    city.play(&[(1, open()), (1, to("Eaux"))]).await;
    let later = due().saturating_add_micros(1);
    let mut node = Node::start(&city, "p", later).await;
    node.until(later).await;
    // Resolved in time, which becomes known once another unit is responsible.
    city.play_on(&[(1, to("Voirie")), (1, Change::Resolve)]).await;
    node.projections.folded(city.journal.state().await.unwrap().last).await;
    node.until(later.saturating_add_micros(1)).await;
    assert_eq!(node.facts(), [(1, FactKind::Breach), (1, FactKind::Withdrawal)]);
    let rows = node.projections.snapshot().unwrap().breaches_after(0, 9).unwrap();
    let units: Vec<_> = rows.into_iter().filter_map(|(_, row)| promise(row)?.unit).collect();
    assert_eq!(units, ["Eaux", "Eaux"]);
}
