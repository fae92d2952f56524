//! The timekeeper: raises a warning or a breach when its time passes, and what must be stated of a
//! level when a window closes, once.
//!
//! When the calendar or a regime has changed, it first counts again what is open.
//!
//! What it raises is decided on a snapshot and appended with the expected sequence of its subject
//! and an id that any node would derive: any number of nodes may keep time, the log holds each fact
//! once. A request's state changes when the fact is folded, not when it is sent.

use crate::city::{Cities, CityNow};
use crate::clock::Clock;
use crate::levels::LevelKeeper;
use crate::revision::{Found, Part, Sweep, revision};
use crate::schema::RequestRow;
use crate::snapshot::Snapshot;
use crate::store::{Error, Projections};
use beffroi_domain::{
    About, Alarm, Channel, Event, EventId, FactKind, Meta, Origin, Personal, PersonalData,
    Timestamp, Warn,
};
use beffroi_journal::{Append, AppendError, Journal, MAX_ENTRIES};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long one append may take before it is tried again.
const APPEND_DEADLINE: Duration = Duration::from_secs(10);
/// How long to wait when raising did not help.
const BACK_OFF: Duration = Duration::from_secs(1);

/// What the timekeeper needs.
#[derive(Debug)]
pub struct Timekeeper {
    /// Where it appends.
    pub journal: Journal,
    /// Where it looks.
    pub projections: Projections,
    /// The city, of which it needs the calendar and the levels.
    pub cities: Arc<Cities>,
    /// Its clock.
    pub clock: Clock,
    /// Tells up to when everything due has been raised and folded.
    pub checked: watch::Sender<Timestamp>,
}

/// Keeps time until `shutdown`.
pub async fn keep_time(mut keeper: Timekeeper, shutdown: CancellationToken) -> Result<(), Error> {
    let mut stuck = Stuck::default();
    let mut sweep = Sweep::default();
    let mut share = Share::default();
    let levels = Arc::new(Mutex::new(LevelKeeper::new(keeper.cities.file())));
    loop {
        let round = keeper.round((&mut stuck, &mut share), &mut sweep, &levels);
        let pause = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            pause = round => pause?,
        };
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            () = keeper.pause(pause, sweep.again()) => {}
        }
    }
}

/// What was raised last: what survives its own fact would be raised for ever.
#[derive(Debug, Default)]
struct Stuck {
    alarm: Option<Uuid>,
    level: Option<EventId>,
}

/// How many events go into one append: less after a conflict, more after none. Each must find the
/// partition of its request as it was seen, so that the busier the log, the fewer get through
/// together.
#[derive(Clone, Copy, Debug)]
struct Share(usize);

impl Default for Share {
    fn default() -> Self {
        Self(MAX_ENTRIES)
    }
}

impl Share {
    fn learn(&mut self, stored: bool) {
        self.0 = if stored { (self.0 * 2).min(MAX_ENTRIES) } else { (self.0 / 4).max(1) };
    }
}

enum Pause {
    /// There may be more to raise.
    None,
    /// Nothing is due before this.
    Until(Option<Timestamp>, u64),
    /// Raising did not help.
    BackOff,
}

/// What came of looking for what is due.
enum Raised {
    /// There is nothing: the next alarm, and where the projections were.
    Nothing(Option<Timestamp>, u64),
    /// Something was raised, or could not be.
    Tried(Pause),
}

impl Timekeeper {
    async fn pause(&mut self, pause: Pause, sweep: Option<Instant>) {
        match pause {
            Pause::None => {}
            Pause::BackOff => tokio::time::sleep(BACK_OFF).await,
            Pause::Until(next, sequence) => {
                tokio::select! {
                    biased;
                    () = self.clock.sleep_until(next) => {}
                    () = tokio::time::sleep_until(sweep.unwrap_or_else(Instant::now)), if sweep.is_some() => {}
                    () = self.projections.folded(sequence + 1) => {}
                }
            }
        }
    }

    async fn round(
        &self,
        (stuck, share): (&mut Stuck, &mut Share),
        sweep: &mut Sweep,
        levels: &Arc<Mutex<LevelKeeper>>,
    ) -> Result<Pause, Error> {
        let now = self.clock.now();
        let part = sweep.due(&*self.cities.at(&self.projections.snapshot()?)?);
        if let Some(part) = part {
            // What falls due meanwhile does not wait for all of them.
            let pause = self.sweep_round((sweep, share), part, now).await?;
            return Ok(match self.raise_round((stuck, share), now).await? {
                Raised::Nothing(..) => pause,
                Raised::Tried(pause) => pause,
            });
        }
        match self.raise_round((stuck, share), now).await? {
            Raised::Nothing(next, sequence) => {
                self.level_round((stuck, share), levels, (now, next, sequence)).await
            }
            Raised::Tried(pause) => Ok(pause),
        }
    }

    /// Raises what is due of promises.
    async fn raise_round(
        &self,
        (stuck, share): (&mut Stuck, &mut Share),
        now: Timestamp,
    ) -> Result<Raised, Error> {
        let (due, append, next, sequence) = {
            let snapshot = self.projections.snapshot()?;
            let due = snapshot.alarms_before(now, share.0)?;
            let append = raise(&snapshot, &*self.cities.at(&snapshot)?, &due, now)?;
            (due, append, snapshot.next_alarm()?, snapshot.checkpoint().sequence)
        };
        let Some(first) = due.first().copied() else {
            stuck.alarm = None;
            return Ok(Raised::Nothing(next, sequence));
        };
        // A fact that does not settle its alarm would be raised for ever: look again later.
        let fact = append.as_ref().and_then(|it| it.entries.first()).map(|it| it.id);
        let Some(append) = append.filter(|_| stuck.alarm != fact) else {
            tracing::error!(request.ordinal = first.0, "an alarm cannot be settled");
            stuck.alarm = None;
            return Ok(Raised::Tried(Pause::BackOff));
        };
        let (pause, stored) = self.append(append, share).await;
        if stored {
            stuck.alarm = fact;
        }
        Ok(Raised::Tried(pause))
    }

    /// Counts the next part of what is open again.
    async fn sweep_round(
        &self,
        (sweep, share): (&mut Sweep, &mut Share),
        part: Part,
        now: Timestamp,
    ) -> Result<Pause, Error> {
        let (projections, cities) = (self.projections.clone(), Arc::clone(&self.cities));
        let (cause, again, most) = (part.cause(), part.clone(), share.0);
        let look = self.projections.aside(move || {
            let snapshot = projections.snapshot()?;
            let found = part.look(&snapshot, &*cities.at(&snapshot)?, (now, most))?;
            let append = append_of(&snapshot, &found.events)?;
            Ok::<_, Error>((found, append))
        });
        let (found, append): (Found, Option<Append>) = match look.await {
            Ok(looked) => looked?,
            Err(error) => {
                tracing::error!(error = %error, "open promises could not be counted again");
                return Ok(Pause::BackOff);
            }
        };
        let pause = match append {
            None => Pause::None,
            Some(append) => match self.append(append, share).await {
                (pause, true) => pause,
                (pause, false) => {
                    sweep.failed(again);
                    return Ok(pause);
                }
            },
        };
        sweep.done(cause, found);
        Ok(pause)
    }

    /// Raises what is due of levels, once nothing else is due before `next`.
    async fn level_round(
        &self,
        (stuck, share): (&mut Stuck, &mut Share),
        levels: &Arc<Mutex<LevelKeeper>>,
        (now, next, sequence): (Timestamp, Option<Timestamp>, u64),
    ) -> Result<Pause, Error> {
        let (projections, levels) = (self.projections.clone(), Arc::clone(levels));
        let (cities, most) = (Arc::clone(&self.cities), share.0);
        // After a start all contacts are counted: not where it would hold up calls.
        let look = self.projections.aside(move || {
            let snapshot = projections.snapshot()?;
            let mut levels = levels.lock().unwrap_or_else(PoisonError::into_inner);
            let events = levels.due(&snapshot, &cities.at(&snapshot)?.city, (now, most))?;
            Ok((append_of(&snapshot, &events)?, events.first().map(|it| it.id), levels.next()))
        });
        let looked: Result<_, Error> = match look.await {
            Ok(looked) => looked,
            Err(error) => {
                tracing::error!(error = %error, "levels could not be looked at");
                return Ok(Pause::BackOff);
            }
        };
        let (append, first, closes) = looked?;
        let Some(append) = append else {
            stuck.level = None;
            self.checked.send_replace(now);
            let next = [next, closes].into_iter().flatten().min();
            return Ok(Pause::Until(next, sequence));
        };
        if first.is_some() && stuck.level == first {
            tracing::error!("a fact of a level cannot be settled");
            stuck.level = None;
            return Ok(Pause::BackOff);
        }
        let (pause, stored) = self.append(append, share).await;
        if stored {
            stuck.level = first;
        }
        Ok(pause)
    }

    /// Appends facts and waits until they are folded; says whether they are stored.
    async fn append(&self, append: Append, share: &mut Share) -> (Pause, bool) {
        match self.journal.append(append, Instant::now() + APPEND_DEADLINE).await {
            Ok(stored) => {
                share.learn(true);
                self.projections.folded(stored.last).await;
                (Pause::None, true)
            }
            Err(AppendError::Conflict) => {
                share.learn(false);
                self.catch_up().await;
                (Pause::None, false)
            }
            Err(error) => {
                tracing::warn!(error = %error, "could not raise what is due: trying again");
                self.catch_up().await;
                (Pause::BackOff, false)
            }
        }
    }

    async fn catch_up(&self) {
        match self.journal.state().await {
            Ok(state) => self.projections.folded(state.last).await,
            Err(error) => tracing::warn!(error = %error, "the log cannot be reached"),
        }
    }
}

/// The append of events; `None`: there are none.
fn append_of(snapshot: &Snapshot, events: &[Event]) -> Result<Option<Append>, Error> {
    if events.is_empty() { Ok(None) } else { snapshot.append(events).map(Some) }
}

/// The append that raises what is due; of what turns out to be due at another time, that it is.
fn raise(
    snapshot: &Snapshot,
    city: &CityNow,
    due: &[(u64, Alarm)],
    now: Timestamp,
) -> Result<Option<Append>, Error> {
    let mut events = Vec::new();
    let mut revised = BTreeSet::new();
    for (ordinal, alarm) in due {
        let row = snapshot.request_at(*ordinal)?;
        match revision(city, &row, now) {
            Some(revision) if revised.insert(*ordinal) => events.push(revision),
            Some(_) => {}
            None => events.extend(event(&row, *alarm, now)),
        }
    }
    append_of(snapshot, &events)
}

fn event(row: &RequestRow, alarm: Alarm, now: Timestamp) -> Option<Event> {
    let kind = row.request.raised(alarm.promise, now, row.last_sequence())?;
    let (name, fact, occurred_at) = match kind.fact()? {
        (FactKind::Warning, fact) => ("warned", fact, alarm.at),
        (FactKind::Breach, fact) => ("breached", fact, fact.due_at),
        (FactKind::Withdrawal, fact) => ("withdrawn", fact, now),
    };
    // Request, promise, cycle, threshold, due time and revision: the same on every node, never twice.
    let promise = fact.kind.name();
    let mut id = format!("{name}/{promise}/{}/{}", fact.cycle, fact.due_at.micros());
    match fact.threshold {
        None | Some(Warn::DEFAULT) => {}
        Some(Warn::Percent(percent)) => id = format!("{id}/{percent}%"),
        Some(Warn::WorkingSecs(secs)) => id = format!("{id}/{secs}s"),
        Some(Warn::BusinessDays(days)) => id = format!("{id}/{days}d"),
    }
    if fact.revision > 0 {
        id = format!("{id}/{}", fact.revision);
    }
    Some(Event {
        id: EventId::new(row.request.id.derive(&id)).ok()?,
        about: About::Request(row.request.id),
        meta: Meta {
            occurred_at,
            approximate: false,
            origin: Origin::Live,
            actor: "timekeeper".parse().ok(),
            channel: Channel::System,
            causation: row.steps.last().map(|step| step.id),
            correlation: None,
            catalogue_version: 0,
            source_status: None,
        },
        personal: Personal(PersonalData::default()),
        kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_into_one_append_shrinks_with_conflicts_and_grows_again() {
        let mut share = Share::default();
        let conflicts = std::iter::repeat_with(|| {
            share.learn(false);
            share.0
        });
        assert_eq!(conflicts.take(6).collect::<Vec<_>>(), [250, 62, 15, 3, 1, 1]);
        for _ in 0..10 {
            share.learn(true);
        }
        assert_eq!(share.0, MAX_ENTRIES, "never more than an append takes");
    }
}
