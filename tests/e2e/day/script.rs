//! What happens on the day, drawn from a seed: nothing of it depends on what a node answers.

use std::fmt::Write as _;

use beffroi_domain::{Channel, Timestamp};
use fastrand::Rng;

use super::city::PRODUCTS;
use super::life::{Act, Deed, Life, Promised, Standing};
use super::minutes::{Extra, HOUR, MINUTE, Minutes, SECOND, march};
use super::regimes::{Regime, Times};

/// How long the day is in the test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Clocks that run out on the day.
    pub clocks: usize,
    /// The mean length of a step.
    pub step_secs: i64,
    /// How often a node stops or is stopped.
    pub restarts: usize,
}

/// How a node comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// In order, and stays away until the next step.
    InOrder,
    /// It vanishes as soon as the clock has moved.
    OnceDue,
    /// It vanishes when the first of what is due is there.
    WhileRaising,
    /// It vanishes while commands are under way: all of them are sent again.
    AmongCommands,
}

/// What a node finds of its projections when it starts again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    All,
    Nothing,
    /// Those of an earlier end.
    Older,
}

/// The clock moves, then things happen.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub at: Timestamp,
    pub regime: Option<Regime>,
    pub end: Option<(End, Left)>,
    /// Requests that somebody writes a note on while the clock moves: it changes no promise.
    pub notes: Vec<usize>,
}

/// The whole day.
#[derive(Debug)]
pub(crate) struct Script {
    pub lives: Vec<Life>,
    pub steps: Vec<Step>,
    /// What time counts, as the regimes change.
    pub times: Times,
    /// How many clocks run out on the day, as they were set at first.
    pub clocks: usize,
}

/// When the day begins and ends.
pub(crate) fn day() -> (Timestamp, Timestamp) {
    (march(12, 0, 0), march(13, 0, 0))
}

impl Script {
    pub(crate) fn draw(rng: &mut Rng, minutes: &Minutes, size: Size) -> Self {
        let (mut lives, mut clocks, mut turns) = (Vec::new(), 0, Vec::new());
        let ordinary = Times::new(minutes, std::iter::empty());
        while clocks < size.clocks {
            let life = opened_before(rng);
            let promises = life.opened(&ordinary).promises();
            let (begin, end) = day();
            let on_day = |it: &&Promised| (begin..end).contains(&it.due);
            let due = promises.iter().filter(on_day).count();
            if 0 < due {
                clocks += due;
                turns.extend(promises.iter().flat_map(turns_of));
                lives.push(life);
            }
        }
        turns.sort_unstable();
        let mut steps = steps(rng, &turns, size);
        regimes(rng, &mut steps);
        for _ in 0..lives.len() / 20 {
            lives.push(opened_on_the_day(rng, &steps));
        }
        let changes = steps.iter().enumerate();
        let changes = changes.filter_map(|(step, it)| Some((step, it.at, it.regime.clone()?)));
        let times = Times::new(minutes, changes);
        for life in &mut lives {
            live(rng, &times, life, &steps);
        }
        for (number, step) in steps.iter_mut().enumerate().skip(1) {
            let notes = (0..3).map(|_| rng.usize(0..lives.len()));
            let is_open = |it: &usize| lives.get(*it).is_some_and(|it| it.step < number);
            step.notes = notes.filter(is_open).collect();
        }
        Self { lives, steps, times, clocks }
    }

    /// The life of a request in words.
    pub(crate) fn told(&self, life: &Life) -> String {
        let Life { id, product, channel, received, .. } = life;
        let code = product.code;
        let mut told = format!("{id}, {code} by {channel:?}, received {received}");
        for Deed { step, act, at } in &life.deeds {
            let now = self.steps.get(*step).map_or(*at, |it| it.at);
            let act = match act {
                Act::Reclassify(product) => format!("reclassify to {}", product.code),
                Act::Hold
                | Act::Resume
                | Act::Answer
                | Act::Resolve
                | Act::Reopen
                | Act::Cancel
                | Act::Plan
                | Act::Unplan => format!("{act:?}").to_lowercase(),
            };
            write!(told, "\n  {now}: {act} at {at}").expect("a string");
        }
        told
    }
}

/// When something turns for a promise.
fn turns_of(promise: &Promised) -> impl Iterator<Item = Timestamp> + '_ {
    promise.warnings.iter().map(|it| it.0).chain([promise.due])
}

/// An instant close to another: mostly at it.
fn beside(rng: &mut Rng, at: Timestamp) -> Timestamp {
    at.saturating_add_micros(rng.i64(-1..=1) * i64::from(rng.bool()))
}

fn channel(rng: &mut Rng) -> Channel {
    if rng.u8(0..3) == 0 { Channel::Email } else { Channel::Telephone }
}

fn life(rng: &mut Rng, received: Timestamp, step: usize) -> Life {
    let id = uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid();
    let product = rng.choice(&PRODUCTS).expect("there are products");
    Life { id, product, channel: channel(rng), received, step, deeds: Vec::new() }
}

fn opened_before(rng: &mut Rng) -> Life {
    let (begin, _) = day();
    let mut life = life(rng, begin, 0);
    let micros = rng.i64(0..life.product.came_hours_before * HOUR);
    let to_the_minute = rng.u8(0..4) != 0;
    let before = if to_the_minute { micros / MINUTE * MINUTE } else { micros };
    life.received = begin.saturating_add_micros(-before);
    life
}

fn opened_on_the_day(rng: &mut Rng, steps: &[Step]) -> Life {
    let step = rng.usize(1..steps.len() - 1);
    let now = steps.get(step).map_or(day().0, |it| it.at);
    let before = if rng.bool() { 0 } else { rng.i64(0..4 * HOUR) };
    life(rng, now.saturating_add_micros(-before), step)
}

/// The clock's steps, often just to where something turns, and the ends of nodes. The last one is the
/// longest: whatever is still open then falls due while no node is there.
fn steps(rng: &mut Rng, turns: &[Timestamp], size: Size) -> Vec<Step> {
    let (begin, end) = day();
    let length = 2 * size.step_secs * SECOND;
    let mut ends = ends(rng, size.restarts).into_iter().peekable();
    let mut steps = vec![step(begin, None)];
    let (mut now, mut outage) = (begin, 0);
    while now < end {
        let next = now.saturating_add_micros(outage + rng.i64(SECOND..length));
        let (from, to) = (
            turns.partition_point(|it| *it < now.saturating_add_micros(outage + 2)),
            turns.partition_point(|it| *it <= next),
        );
        let turn = turns.get(from..to).and_then(|turns| rng.choice(turns)).copied();
        now = turn.filter(|_| rng.bool()).map_or(next, |turn| beside(rng, turn));
        let end = ends.next_if(|it| it.0 <= now).map(|it| (it.1, it.2));
        let is_away = end.is_some_and(|it| it.0 == End::InOrder);
        outage = if is_away { rng.i64(0..90 * MINUTE) } else { 0 };
        steps.push(step(now, end));
    }
    if let Some(last) = steps.last_mut() {
        last.end = Some((End::InOrder, Left::All));
    }
    steps.push(step(march(18, 12, 0), None));
    steps
}

fn step(at: Timestamp, end: Option<(End, Left)>) -> Step {
    Step { at, regime: None, end, notes: Vec::new() }
}

/// When nodes end on the day, and how: each way as often as the others.
fn ends(rng: &mut Rng, count: usize) -> Vec<(Timestamp, End, Left)> {
    let mut ways = [End::InOrder, End::OnceDue, End::WhileRaising, End::AmongCommands];
    rng.shuffle(&mut ways);
    let (begin, _) = day();
    let mut ends: Vec<_> = (ways.into_iter().cycle().take(count))
        .map(|end| {
            let at = begin.saturating_add_micros(rng.i64(0..23 * HOUR));
            let left = rng.choice([Left::All, Left::All, Left::Nothing, Left::Older]);
            (at, end, left.unwrap_or(Left::All))
        })
        .collect();
    ends.sort_by_key(|it| it.0);
    ends
}

/// Regimes follow each other: declared, sometimes extended, lifted, or over by themselves.
fn regimes(rng: &mut Rng, steps: &mut [Step]) {
    let mut until = None;
    let (last, every) = (steps.len() - 1, steps.len() / 16);
    for step in steps.iter_mut().take(last).skip(1) {
        if rng.usize(0..every) != 0 {
            continue;
        }
        let later = step.at.saturating_add_micros(rng.i64(MINUTE..30 * HOUR));
        let extra = if rng.bool() { Extra::AroundTheClock } else { Extra::Long };
        let products = PRODUCTS.iter().map(|it| it.code).filter(|_| rng.u8(0..3) == 0).collect();
        step.regime = Some(match until.filter(|until| step.at < *until) {
            None => Regime::Declare { until: later, extra, products },
            Some(until) if until < later && rng.bool() => {
                Regime::Extend { until: later, extra: Some(extra).filter(|_| rng.bool()) }
            }
            Some(_) => Regime::Lift,
        });
        until = (step.regime != Some(Regime::Lift)).then_some(later);
    }
}

/// What is done to a request.
fn live(rng: &mut Rng, times: &Times, life: &mut Life, steps: &[Step]) {
    let mut known = life.opened(times);
    let mut step = life.step;
    for _ in 0..rng.usize(0..7).saturating_sub(1) {
        let turns: Vec<Timestamp> = known.promises().iter().flat_map(turns_of).collect();
        let turn = rng.choice(&turns).filter(|_| rng.u8(0..3) != 0);
        // Just before something turns, or soon after: then it may be dated before.
        let soon = turn.map(|turn| steps.partition_point(|it| it.at < *turn) + rng.usize(0..3));
        let after = soon.map(|soon| soon.saturating_sub(1)).filter(|soon| step < *soon);
        let next = after.unwrap_or_else(|| step + rng.usize(1..=steps.len() / 8));
        // Nothing is done in the last step.
        let Some(now) = steps.get(next).filter(|_| next + 1 < steps.len()) else { continue };
        let Some(act) = act(rng, known.standing) else { return };
        let not_before = match act {
            Act::Answer | Act::Reclassify(_) => life.received,
            Act::Hold
            | Act::Resume
            | Act::Resolve
            | Act::Reopen
            | Act::Cancel
            | Act::Plan
            | Act::Unplan => known.stands_since,
        };
        let at = match rng.u8(0..4) {
            0 => Timestamp::from_micros(rng.i64(not_before.micros()..=now.at.micros())).ok(),
            1 | 2 => rng.choice(&turns).map(|turn| beside(rng, *turn)),
            _ => None,
        };
        let at = at.filter(|at| (not_before..=now.at).contains(at)).unwrap_or(now.at);
        step = next;
        let deed = Deed { step, act, at };
        known.learn(&deed);
        known.count(times, step);
        life.deeds.push(deed);
    }
}

/// Something that can be done where a request stands.
fn act(rng: &mut Rng, standing: Standing) -> Option<Act> {
    let product = rng.choice(&PRODUCTS)?;
    let reclassify = Act::Reclassify(product);
    let may: &[(u8, Act)] = match standing {
        Standing::InHand => &[
            (30, Act::Hold),
            (15, Act::Answer),
            (20, Act::Resolve),
            (4, Act::Cancel),
            (15, reclassify),
            (5, Act::Plan),
        ],
        Standing::Waiting => &[
            (50, Act::Resume),
            (10, Act::Answer),
            (10, Act::Resolve),
            (4, Act::Cancel),
            (10, reclassify),
            (4, Act::Plan),
        ],
        Standing::Planned => {
            &[(50, Act::Unplan), (10, Act::Resolve), (4, Act::Cancel), (10, reclassify)]
        }
        Standing::Resolved => &[(60, Act::Reopen), (10, Act::Answer)],
        Standing::Cancelled => &[(1, Act::Answer)],
    };
    let mut drawn = rng.u8(0..may.iter().map(|it| it.0).sum());
    may.iter()
        .find(|(weight, _)| {
            let is_it = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            is_it
        })
        .map(|it| it.1)
}
