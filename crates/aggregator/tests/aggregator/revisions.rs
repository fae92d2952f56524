//! The timekeeper counts what is open again when the calendar or a regime changes, once.

use crate::support::{City, at, due, flood, meta, open, regime, request_id};
use crate::timekeeper::Node;
use beffroi_aggregator::entry;
use beffroi_domain::{
    About, Calendar, CalendarPublished, Change, Channel, Event, EventId, FactKind, Kind, Personal,
    PersonalData, Reference, RegimeFact, Timestamp, Verdict, Week, Window,
};
use chrono::NaiveDate;
use uuid::Uuid;

const HOUR: i64 = 3_600;

/// When a request is due by a calendar that is open from 0:00 to 24:00 every day: at the end of the
/// next day.
fn counted(city: &City) -> Timestamp {
    city.rules().calendar.business_days_eod(at(0), 1).unwrap()
}

/// The calendar of the city, with these dates closed.
async fn publish(city: &City, version: u64, holidays: impl IntoIterator<Item = NaiveDate>) {
    let calendar = Calendar::new(chrono_tz::UTC, [Window::new(0, 1440); 7], holidays).unwrap();
    let published = CalendarPublished { version, holds_from: None, calendar };
    let event = Event {
        id: EventId::new(Uuid::from_u128(900 + u128::from(version))).unwrap(),
        about: About::Reference(Reference::Calendar),
        meta: meta(at(0), Channel::System),
        personal: Personal(PersonalData::default()),
        kind: Kind::CalendarPublished(Box::new(published)),
    };
    city.append(entry(&event)).await;
}

/// Four days of nights without work and mornings of it, for a product.
fn mornings(product: &str) -> RegimeFact {
    let mut fact = flood();
    if let RegimeFact::Declared(declared) = &mut fact {
        declared.until = at(96 * HOUR);
        declared.hours = Some(Week::new([Window::new(0, 720); 7]).unwrap());
        declared.products = vec![product.parse().unwrap()];
    }
    fact
}

fn open_of(product: &str) -> Change {
    let mut change = open();
    if let Change::Open(open) = &mut change {
        open.product = product.parse().unwrap();
    }
    change
}

impl Node {
    /// Waits until what was recorded is folded, and what follows from it was looked at.
    async fn settled(&mut self, city: &City, now: Timestamp) {
        let last = city.journal.state().await.unwrap().last;
        self.projections.folded(last).await;
        // What is checked after a change of the log has seen it.
        self.until(now.saturating_add_micros(1)).await;
    }

    fn due_of(&self, of: u128) -> (Timestamp, Verdict) {
        let row = self.projections.snapshot().unwrap().request(request_id(of)).unwrap().unwrap();
        let promise = row.request.promises.last().unwrap();
        (promise.term.due_at, promise.verdict)
    }

    fn revisions(&self, of: u128) -> usize {
        let snapshot = self.projections.snapshot().unwrap();
        let row = snapshot.request(request_id(of)).unwrap().unwrap();
        let history = snapshot.history(&row).unwrap();
        history.iter().filter(|it| matches!(it.event.kind, Kind::PromisesRevised(_))).count()
    }
}

#[tokio::test]
async fn what_is_open_is_counted_again_by_a_published_calendar_and_what_is_settled_is_not() {
    let city = City::new();
    city.play(&[(1, open()), (2, open()), (2, Change::Resolve), (3, open())]).await;
    let mut node = Node::start(&city, "p", at(0)).await;
    let late = due().saturating_add_micros(1);
    node.until(late).await;
    assert_eq!(node.facts(), [(1, FactKind::Breach), (3, FactKind::Breach)]);
    publish(&city, 1, []).await;
    node.settled(&city, late).await;
    assert_eq!(node.due_of(1), (counted(&city), Verdict::Pending));
    assert_eq!(node.due_of(2), (due(), Verdict::OnTime));
    let withdrawn = [(1, FactKind::Withdrawal), (3, FactKind::Withdrawal)];
    assert_eq!(node.facts().split_off(2), withdrawn);
    assert_eq!([1, 2, 3].map(|it| node.revisions(it)), [1, 0, 1]);
    // Sent again by whoever looks, it stays once.
    node.stop.cancel();
    let mut again = Node::start(&city, "q", late).await;
    again.settled(&city, late).await;
    assert_eq!([1, 2, 3].map(|it| again.revisions(it)), [1, 0, 1]);
    again.until(counted(&city).saturating_add_micros(1)).await;
    let breached = [(1, FactKind::Breach), (3, FactKind::Breach)];
    assert_eq!(again.facts().split_off(again.facts().len() - 2), breached);
}

#[tokio::test]
async fn two_nodes_count_again_once() {
    let city = City::new();
    let opened: Vec<_> = (1..=250).map(|it| (it, open())).collect();
    city.play(&opened).await;
    let mut one = Node::start(&city, "p", at(0)).await;
    let mut other = Node::start(&city, "q", at(0)).await;
    publish(&city, 1, []).await;
    one.settled(&city, at(1)).await;
    other.settled(&city, at(1)).await;
    one.settled(&city, at(2)).await;
    let last = city.journal.state().await.unwrap().last;
    assert_eq!(last, 250 + 1 + 250);
    for of in 1..=250 {
        assert_eq!((one.revisions(of), other.revisions(of)), (1, 1));
        assert_eq!(one.due_of(of).0, counted(&city));
    }
}

#[tokio::test]
async fn what_was_decided_before_and_recorded_after_a_change_is_counted_again_before_it_is_raised()
{
    let city = City::new();
    city.play(&[(1, open())]).await;
    let mut node = Node::start(&city, "p", at(0)).await;
    publish(&city, 1, []).await;
    node.settled(&city, at(1)).await;
    // Promised by the calendar of before.
    city.play_on(&[(2, open())]).await;
    node.settled(&city, at(2)).await;
    assert_eq!(node.due_of(2).0, due());
    node.until(due().saturating_add_micros(1)).await;
    assert_eq!(node.facts(), []);
    assert_eq!(node.due_of(2).0, counted(&city));
}

#[tokio::test]
async fn a_later_version_moves_it_again() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let mut node = Node::start(&city, "p", at(0)).await;
    publish(&city, 1, []).await;
    node.settled(&city, at(1)).await;
    let tomorrow = counted(&city).saturating_add_micros(-1).utc().date_naive();
    publish(&city, 2, [tomorrow]).await;
    node.settled(&city, at(2)).await;
    assert_eq!(node.due_of(1).0, counted(&city).saturating_add_micros(24 * HOUR * 1_000_000));
    publish(&city, 3, []).await;
    node.settled(&city, at(3)).await;
    assert_eq!(node.due_of(1).0, counted(&city));
    assert_eq!(node.revisions(1), 3);
}

#[tokio::test]
async fn a_regime_moves_the_promises_of_the_product_that_it_serves() {
    let city = City::new();
    city.play(&[(1, open_of("nid-de-poule")), (2, open_of("arbres"))]).await;
    let mut node = Node::start(&city, "p", at(0)).await;
    city.append(regime(800, 1, mornings("nid-de-poule"))).await;
    node.settled(&city, at(1)).await;
    let noon = counted(&city).saturating_add_micros(-12 * HOUR * 1_000_000);
    assert_eq!((node.due_of(1).0, node.revisions(1)), (noon, 1));
    assert_eq!((node.due_of(2).0, node.revisions(2)), (due(), 0));
    city.append(regime(801, 2, RegimeFact::Lifted)).await;
    node.settled(&city, at(2)).await;
    assert_eq!((node.due_of(1).0, node.revisions(1)), (counted(&city), 2));
    assert_eq!((node.due_of(2).0, node.revisions(2)), (due(), 0));
}

#[tokio::test]
async fn nodes_with_different_files_do_not_revise_each_other_for_ever() {
    let city = City::new();
    city.play(&[(1, open_of("nid-de-poule"))]).await;
    let tomorrow = counted(&city).saturating_add_micros(-1).utc().date_naive();
    let holiday = Calendar::new(chrono_tz::UTC, [Window::new(0, 1440); 7], [tomorrow]).unwrap();
    let rules = beffroi_domain::City { calendar: holiday, ..city.rules() };
    let mut one = Node::start(&city, "p", at(0)).await;
    let mut other = Node::start_as(&city, ("q", rules), at(0)).await;
    let mut short = mornings("nid-de-poule");
    if let RegimeFact::Declared(declared) = &mut short {
        declared.until = at(1);
    }
    city.append(regime(800, 0, short)).await;
    for round in 1..10 {
        one.settled(&city, at(round)).await;
        other.settled(&city, at(round)).await;
    }
    assert_eq!(one.revisions(1), 1);
    assert_eq!(one.due_of(1), other.due_of(1));
}
