//! Levels: what is stated of a window that has closed, once, whichever node keeps time.

use crate::support::{City, at, contact, contact_of, due, flood, open, regime, release};
use crate::timekeeper::Node;
use beffroi_aggregator::{FactRow, LevelFactRow};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::level::{Definition, HangUps, Measure};
use beffroi_domain::{Change, Channel, Level, LevelFactKind, Origin, Period, PromiseKind};
use beffroi_journal::Entry;
use uuid::Uuid;

use LevelFactKind::{Breached, Restored};

/// A day, in seconds.
const DAY: i64 = 86_400;
/// Seconds from the beginning, at 15:00 UTC on Monday 2026-03-02, to the first midnight.
const MIDNIGHT: i64 = 9 * 3600;

/// A city that answers 80 % of its calls within two minutes, each day and each week.
fn city() -> City {
    let mut city = City::new();
    city.promise(vec![Level {
        code: "telephone".parse().unwrap(),
        name: Bilingual { french: "Appels".parse().unwrap(), english: "Calls".parse().unwrap() },
        definition: Definition {
            measure: Measure::Contacts {
                channels: vec![Channel::Telephone],
                within_secs: 120,
                hang_ups: HangUps::Ignored,
            },
            percent: 80,
        },
        windows: vec![Period::Day, Period::Week],
        first_day: None,
        last_day: None,
    }]);
    city
}

async fn given(entries: impl IntoIterator<Item = Entry>) -> City {
    let city = city();
    for entry in entries {
        city.append(entry).await;
    }
    city
}

/// A city that resolves all of its requests in time, each day.
fn resolving() -> City {
    let mut city = City::new();
    city.promise(vec![Level {
        code: "resolution".parse().unwrap(),
        name: Bilingual {
            french: "Demandes".parse().unwrap(),
            english: "Requests".parse().unwrap(),
        },
        definition: Definition {
            measure: Measure::Requests { promise: PromiseKind::Resolution },
            percent: 100,
        },
        windows: vec![Period::Day],
        first_day: None,
        last_day: None,
    }]);
    city
}

/// Records something, and waits until the node shows it.
async fn record(city: &City, node: &Node, entry: Entry) {
    city.append(entry).await;
    node.projections.folded(city.journal.state().await.unwrap().last).await;
}

fn rows(node: &Node) -> Vec<LevelFactRow> {
    let rows = node.projections.snapshot().unwrap().breaches_after(0, 1000).unwrap();
    let level = |row| if let FactRow::Level(row) = row { Some(*row) } else { None };
    rows.into_iter().filter_map(|(_, row)| level(row)).collect()
}

/// What was said: of which window, what, the figure, its revision, and the fact's.
type Said = (String, LevelFactKind, (u64, u64), u32, u32);

fn said(node: &Node) -> Vec<Said> {
    let said = |row: LevelFactRow| {
        let fact = row.fact;
        let figure = (fact.share.within, fact.share.of);
        (fact.window.name(), row.kind, figure, fact.figure_revision, fact.revision)
    };
    rows(node).into_iter().map(said).collect()
}

fn fact(window: &str, kind: LevelFactKind, figure: (u64, u64), revisions: (u32, u32)) -> Said {
    (window.to_owned(), kind, figure, revisions.0, revisions.1)
}

#[tokio::test]
async fn a_contact_that_waited_in_quarantine_counts_from_its_release_on() {
    let city = given([contact(60, at(0))]).await;
    let poison = city.poison(Uuid::from_u128(121)).await;
    city.append(contact(121, at(1))).await;
    let mut node = Node::start(&city, "p", at(2)).await;
    node.until(at(MIDNIGHT)).await;
    assert_eq!(said(&node), []);
    let released = release(&city, poison).await;
    node.projections.folded(released).await;
    node.until(at(MIDNIGHT + 1)).await;
    assert_eq!(said(&node), [fact("2026-03-02", Breached, (1, 2), (0, 0))]);
}

#[tokio::test]
async fn a_missed_day_is_a_breach_when_it_has_closed_and_the_next_one_reached_restores() {
    // Monday: one of two. Tuesday: nobody. Wednesday and Thursday: all, at the limit.
    let city = given([contact(60, at(0)), contact(121, at(1)), contact(120, at(2 * DAY))]).await;
    let mut node = Node::start(&city, "p", at(2)).await;
    node.until(at(MIDNIGHT - 1)).await;
    assert_eq!(said(&node), []);
    node.until(at(MIDNIGHT)).await;
    let breached = fact("2026-03-02", Breached, (1, 2), (0, 0));
    assert_eq!(said(&node), std::slice::from_ref(&breached));
    node.until(at(DAY + MIDNIGHT)).await;
    assert_eq!(said(&node).len(), 1);
    node.until(at(2 * DAY + MIDNIGHT)).await;
    let restored = fact("2026-03-04", Restored, (1, 1), (0, 0));
    assert_eq!(said(&node), [breached.clone(), restored.clone()]);
    record(&city, &node, contact(119, at(3 * DAY))).await;
    node.until(at(3 * DAY + MIDNIGHT)).await;
    // The week ends with Sunday: three of four.
    node.until(at(6 * DAY + MIDNIGHT)).await;
    let week = fact("2026-W10", Breached, (3, 4), (0, 0));
    assert_eq!(said(&node), [breached, restored, week]);
}

#[tokio::test]
async fn what_closed_while_no_node_was_up_is_stated_on_return_with_its_own_time() {
    let city = given([contact(121, at(0))]).await;
    let mut node = Node::start(&city, "p", at(30 * DAY)).await;
    node.until(at(30 * DAY)).await;
    let rows = rows(&node);
    let ended: Vec<_> = rows.iter().map(|row| row.ended_at).collect();
    assert_eq!(ended, [at(MIDNIGHT), at(6 * DAY + MIDNIGHT)]);
    assert!(rows.iter().all(|row| row.fact.noticed_at == at(30 * DAY)));
    // What it is based on is the call: the first event of the log.
    assert!(rows.iter().all(|row| row.fact.based_on == 1));
}

#[tokio::test]
async fn several_nodes_state_each_fact_once_and_a_restart_states_nothing_again() {
    let calls = (0_u8..40).map(|day| contact(121 + u32::from(day), at(i64::from(day) * DAY)));
    let city = given(calls).await;
    let later = at(50 * DAY);
    let mut one = Node::start(&city, "one", later).await;
    let mut other = Node::start(&city, "other", later).await;
    tokio::join!(one.until(later), other.until(later));
    let last = city.journal.state().await.unwrap().last;
    // Forty days and six weeks.
    assert_eq!(last, 40 + 40 + 6);
    one.projections.folded(last).await;
    other.projections.folded(last).await;
    assert_eq!(rows(&one), rows(&other));
    one.stop.cancel();
    other.stop.cancel();
    let mut again = Node::start(&city, "again", later).await;
    again.until(later).await;
    assert_eq!(city.journal.state().await.unwrap().last, last);
    assert_eq!(said(&again), said(&one));
}

#[tokio::test]
async fn what_is_recorded_late_revises_the_figure_and_takes_the_breach_back() {
    let city = given([contact(121, at(0)), contact(5, at(DAY))]).await;
    let mut node = Node::start(&city, "p", at(DAY)).await;
    node.until(at(DAY)).await;
    let breached = fact("2026-03-02", Breached, (0, 1), (0, 0));
    assert_eq!(said(&node), std::slice::from_ref(&breached));
    for id in 1..=4 {
        record(&city, &node, contact(id, at(id.into()))).await;
    }
    node.until(at(DAY + 1)).await;
    let restored = fact("2026-03-02", Restored, (4, 5), (4, 1));
    assert_eq!(said(&node), [breached, restored]);
}

#[tokio::test]
async fn a_regime_declared_for_the_past_takes_its_hours_out_of_the_figure() {
    let city = given([contact(121, at(0))]).await;
    let mut node = Node::start(&city, "p", at(DAY)).await;
    node.until(at(DAY)).await;
    assert_eq!(said(&node).len(), 1);
    record(&city, &node, regime(7, DAY, flood())).await;
    node.until(at(DAY + 1)).await;
    assert_eq!(said(&node)[1], fact("2026-03-02", Restored, (0, 0), (0, 1)));
}

#[tokio::test]
async fn imported_history_raises_nothing() {
    let city = given([contact_of(Origin::Imported, 121, at(0))]).await;
    let mut node = Node::start(&city, "p", at(30 * DAY)).await;
    node.until(at(30 * DAY)).await;
    assert_eq!(said(&node), []);
}

#[tokio::test]
async fn facts_of_levels_are_folded_again_as_they_were() {
    let city = given([contact(121, at(0)), contact(5, at(DAY))]).await;
    let mut node = Node::start(&city, "p", at(9 * DAY)).await;
    node.until(at(9 * DAY)).await;
    let folded = city.folded("again").await;
    let (before, after) = (node.projections.snapshot().unwrap(), folded.snapshot().unwrap());
    assert_eq!(beffroi_aggregator::compare(&before, &after, 9).unwrap(), []);
    assert_eq!(said(&node).len(), 3);
}

#[tokio::test]
async fn a_resolution_that_becomes_known_late_revises_the_figure_before_another_window_closes() {
    let city = resolving();
    city.play(&[(1, open())]).await;
    let day_after = due().saturating_add_micros(DAY * 1_000_000);
    let mut node = Node::start(&city, "p", day_after).await;
    node.until(day_after).await;
    let window = said(&node)[0].0.clone();
    assert_eq!(said(&node), [fact(&window, Breached, (0, 1), (0, 0))]);
    city.play_on(&[(1, Change::Resolve)]).await;
    node.projections.folded(city.journal.state().await.unwrap().last).await;
    node.until(day_after.saturating_add_micros(1)).await;
    assert_eq!(said(&node)[1..], [fact(&window, Restored, (1, 1), (1, 1))]);
}
