//! Real nodes and brokers that are killed, stopped where they stand, cut off and damaged while four
//! channels send. Afterwards a checker holds what was answered against the log, the projections and
//! each request's history.
//!
//! The short form runs in each CI run. `BEFFROI_LONG=1` kills a thousand times, `BEFFROI_SEED` plays
//! the same faults and commands again, as far as real processes let it.

mod check;
mod history;
mod load;
mod place;

use std::io::Write as _;
use std::time::Duration;

use fastrand::Rng;
use tokio::runtime::{Builder, Runtime};

use self::check::check;
use self::load::Load;
use self::place::{Broker, Place};
use crate::support::wait_until;

/// Kills of nodes and brokers in the short form of each test.
const KILLS: usize = 10;

/// Lives through so many kills in the long form.
fn live(broker: fn() -> Broker, nodes: usize, kills: usize) {
    let is_long = std::env::var_os("BEFFROI_LONG").is_some();
    let kills = if is_long { kills } else { KILLS };
    let given = std::env::var("BEFFROI_SEED").ok();
    let seed = given.map_or_else(|| fastrand::u64(..), |it| it.parse().expect("a number"));
    eprintln!("BEFFROI_SEED={seed}");
    let hands = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut place = Place::start(broker(), nodes, folder.path());
    let load = Load::start(&hands, &place.urls(), seed);
    injure(&mut place, &mut Rng::with_seed(seed), kills);
    place.heal();
    let faults = place.tally.to_string();
    let history = hands.block_on(load.stop());
    settle(&mut place, &hands, &history);
    let told = check(place, &hands, &history);
    let summary = format!("{faults}; {told}; seed {seed}");
    if is_long {
        writeln!(std::io::stderr(), "{summary}").expect("standard error");
    } else {
        println!("{summary}");
    }
}

/// One fault after the other, until so many processes were killed.
fn injure(place: &mut Place, rng: &mut Rng, kills: usize) {
    while place.tally.kills() < kills {
        std::thread::sleep(Duration::from_millis(rng.u64(20..250)));
        place.suffer(rng);
    }
}

/// Waits until each node has everything, and everything due was raised.
fn settle(place: &mut Place, hands: &Runtime, history: &[history::Op]) {
    let due = history.iter().filter(|it| it.breaches_at().is_some()).count();
    for (node, url) in place.urls().iter().enumerate() {
        wait_until(&format!("node {node} to tell of all breaches"), || {
            let told = hands.block_on(check::told(url));
            due <= told.len()
        });
    }
}

#[test]
fn nothing_is_lost_when_a_node_on_the_embedded_log_is_killed() {
    live(|| Broker::None, 1, 300);
}

#[test]
fn nothing_is_lost_when_nodes_and_their_broker_are_killed() {
    live(Broker::single, 2, 400);
}

#[test]
fn nothing_is_lost_when_nodes_and_one_of_three_brokers_are_killed() {
    live(Broker::cluster, 2, 300);
}
