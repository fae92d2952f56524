//! A day lived at a thousand times its speed: clocks run out by the thousand while requests wait, are
//! answered, resolved, reopened and reclassified, regimes change, and nodes end and start again. The
//! facts on the log are those of an oracle that knows only what was done: each once, none missing.

mod city;
mod life;
mod minutes;
mod oracle;
mod play;
mod regimes;
mod script;
mod stage;

use std::collections::BTreeSet;
use std::io::Write as _;

use beffroi_domain::{About, Event, FactKind};
use beffroi_harness::NatsServer;
use fastrand::Rng;
use tokio::runtime::Runtime;

use self::life::Life;
use self::minutes::Minutes;
use self::oracle::{Fact, Looks, Said, facts};
use self::play::{play, publish};
use self::script::{Script, Size, day};
use self::stage::{Log, Place, threads};

const SHORT: Size = Size { clocks: 2_000, step_secs: 360, restarts: 8 };
const LONG: Size = Size { clocks: 100_000, step_secs: 60, restarts: 24 };
const SHORT_OF_TWO: Size = Size { clocks: 300, step_secs: 900, restarts: 4 };

/// The seed of this run; said when the test fails.
struct Seed(u64);

impl Seed {
    fn of_run() -> Self {
        let given = std::env::var("BEFFROI_SEED").ok();
        Self(given.map_or_else(|| fastrand::u64(..), |it| it.parse().expect("a number")))
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("BEFFROI_SEED={} plays this day again", self.0);
        }
    }
}

/// A fact of the log, as the oracle says it.
fn said(event: &Event) -> Option<Said> {
    let (About::Request(request), (kind, fact)) = (event.about, event.kind.fact()?) else {
        return None;
    };
    let kind = match kind {
        FactKind::Warning => "warning",
        FactKind::Breach => "breach",
        FactKind::Withdrawal => "withdrawal",
    };
    Some(Said {
        kind,
        request: request.uuid(),
        which: (fact.kind, fact.cycle),
        due_at: fact.due_at,
        threshold: fact.threshold,
        revision: usize::try_from(fact.revision).unwrap(),
        occurred_at: event.meta.occurred_at,
        noticed_at: fact.noticed_at,
    })
}

/// Lives of which a difference is shown.
const SHOWN: usize = 3;

/// Fails with what is in one list and not in the other, and with the lives of which that is told.
fn compare(script: &Script, expected: &[Fact], found: &[Fact]) {
    let once = |facts: &[Fact]| facts.iter().cloned().collect::<BTreeSet<_>>();
    let (wanted, there) = (once(expected), once(found));
    if wanted == there {
        assert_eq!(expected.len(), found.len(), "some facts are there twice");
        return;
    }
    let missing: Vec<_> = wanted.difference(&there).collect();
    let extra: Vec<_> = there.difference(&wanted).collect();
    let differs = |life: &&Life| {
        let id = life.id.to_string();
        missing.iter().chain(&extra).any(|fact| fact.starts_with(&id))
    };
    let shown = script.lives.iter().filter(differs).take(SHOWN).map(|life| {
        let id = life.id.to_string();
        let of_it = |facts: &[&Fact]| {
            let facts = facts.iter().filter(|it| it.starts_with(&id));
            facts.map(|it| it.as_str()).collect::<Vec<_>>().join("\n  ")
        };
        let (missing, extra) = (of_it(&missing), of_it(&extra));
        format!("\n{}\n missing:\n  {missing}\n too many:\n  {extra}", script.told(life))
    });
    let shown = shown.collect::<String>();
    panic!("{} facts are missing, {} are too many{shown}", missing.len(), extra.len());
}

/// Lives the day on so many nodes, and compares.
fn live(size: Size, nodes: usize, log: &Log) {
    let seed = Seed::of_run();
    let minutes = Minutes::new();
    let script = Script::draw(&mut Rng::with_seed(seed.0), &minutes, size);
    let folder = tempfile::tempdir().unwrap();
    let city = city::city(folder.path());
    let place =
        |it| Place::new(folder.path().join(format!("node-{it}")), city.clone(), log.clone());
    let mut places: Vec<Place> = (0..nodes).map(place).collect();
    let hands = threads();
    for place in &mut places {
        place.start(day().0, &hands);
    }
    publish(places.first().expect("a node"), &hands, folder.path());
    let took = play(&script, &mut places, &hands);

    let facts = check(&script, &places, &hands);
    let (begin, end) = day();
    let times = (end.micros() - begin.micros()) / i64::try_from(took.as_micros()).unwrap();
    let summary = format!("{}, seed {}, {times} times its speed", told(&script, &facts), seed.0);
    // Not `println`, which tests capture: whoever runs the long form wants to read it.
    if is_long() {
        writeln!(std::io::stderr(), "{summary}").expect("standard error");
    } else {
        println!("{summary}");
    }
}

/// Compares what the log holds and what the nodes tell with the facts of the oracle, and gives these.
fn check(script: &Script, places: &[Place], hands: &Runtime) -> Vec<Fact> {
    let looks = Looks::new(script.steps.iter().map(|it| it.at));
    let mut expected: Vec<Fact> =
        script.lives.iter().flat_map(|it| facts(&script.times, it, &looks)).collect();
    expected.sort_unstable();
    for place in places {
        let events = hands.block_on(place.log());
        let of_promises = events.iter().filter_map(|it| Some((it.id.uuid(), said(it)?)));
        let (on_log, mut found): (Vec<_>, Vec<Fact>) =
            of_promises.map(|(id, said)| (id, said.fact())).unzip();
        found.sort_unstable();
        compare(script, &expected, &found);
        assert_eq!(place.told(), on_log, "a node tells what the log holds");
    }
    expected
}

/// The day in a line.
fn told(script: &Script, facts: &[Fact]) -> String {
    let of = |kind: &str| facts.iter().filter(|it| it.contains(kind)).count();
    let Script { lives, steps, times, clocks } = script;
    format!(
        "{clocks} clocks of {} requests in {} steps, {} changes of regimes, {} restarts: {} facts ({} \
         warnings, {} breaches, {} withdrawals)",
        lives.len(),
        steps.len(),
        times.steps().count(),
        steps.iter().filter(|it| it.end.is_some()).count(),
        facts.len(),
        of(" warning "),
        of(" breach "),
        of(" withdrawal "),
    )
}

fn is_long() -> bool {
    std::env::var_os("BEFFROI_LONG").is_some()
}

#[test]
fn the_facts_of_a_day_are_those_of_an_oracle_whatever_happens_to_the_node() {
    live(if is_long() { LONG } else { SHORT }, 1, &Log::Embedded);
}

#[test]
fn the_facts_of_a_day_are_there_once_when_two_nodes_keep_time() {
    let nats = NatsServer::start_temporary();
    live(SHORT_OF_TWO, 2, &Log::JetStream(nats.url()));
}
