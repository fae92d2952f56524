//! Which facts must be on the log: told from what was done alone, one request after the other.

use beffroi_domain::{Timestamp, Warn};
use uuid::Uuid;

use super::life::{Deed, Known, Life, Promised, Which};
use super::regimes::Times;

/// A fact in words: whatever is said in it must be as it says, and there once.
pub(crate) type Fact = String;

/// What is said of a fact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub kind: &'static str,
    pub request: Uuid,
    pub which: Which,
    pub due_at: Timestamp,
    pub threshold: Option<Warn>,
    pub revision: usize,
    pub occurred_at: Timestamp,
    pub noticed_at: Timestamp,
}

impl Said {
    pub(crate) fn fact(&self) -> Fact {
        let (promise, cycle) = (self.which.0.name(), self.which.1);
        let threshold = match self.threshold {
            None => String::new(),
            Some(Warn::Percent(percent)) => format!(" at {percent} %"),
            Some(Warn::WorkingSecs(secs)) => format!(" at {secs} s"),
            Some(Warn::BusinessDays(days)) => format!(" at {days} days"),
        };
        format!(
            "{} {}{threshold} of {promise} {cycle} due {}, revision {}, occurred {}, noticed {}",
            self.request, self.kind, self.due_at, self.revision, self.occurred_at, self.noticed_at
        )
    }
}

/// What was raised of one promise.
#[derive(Clone, Debug, Default)]
struct Raised {
    /// The due time of the breach that stands.
    breach: Option<Timestamp>,
    /// Of which due times a breach was withdrawn.
    withdrawn: Vec<Timestamp>,
    /// Of warnings: the threshold, when it was reached, and the due time.
    warned: Vec<(Warn, Timestamp, Timestamp)>,
}

/// The looks at the clock, three in each step: when it has moved, when a regime has changed, and when
/// all was done.
#[derive(Clone, Debug)]
pub(crate) struct Looks(Vec<Timestamp>);

impl Looks {
    pub(crate) fn new(steps: impl Iterator<Item = Timestamp>) -> Self {
        Self(steps.flat_map(|at| [at, at, at]).collect())
    }
}

/// The first look at which it is known what was done in a step, and what became of a regime in it.
fn once_done(step: usize) -> usize {
    3 * step + 2
}

fn once_changed(step: usize) -> usize {
    3 * step + 1
}

/// The facts of a request.
pub(crate) fn facts(times: &Times, life: &Life, looks: &Looks) -> Vec<Fact> {
    let deeds = life.deeds.iter().map(|it| (once_done(it.step), it.step, Some(it)));
    let changes = times.steps().filter(|step| life.step < *step);
    let changes = changes.map(|step| (once_changed(step), step, None));
    let mut turns: Vec<(usize, usize, Option<&Deed>)> = deeds.chain(changes).collect();
    turns.sort_by_key(|it| it.0);

    let mut known = life.opened(times);
    let mut raised: Vec<(Which, Raised)> = Vec::new();
    let mut facts = Vec::new();
    let mut from = once_done(life.step);
    for (look, step, deed) in turns {
        facts.extend(raise(life.id, &known, &mut raised, looks.0.get(from..look)));
        from = look;
        if let Some(deed) = deed {
            known.learn(deed);
        }
        known.count(times, step);
    }
    facts.extend(raise(life.id, &known, &mut raised, looks.0.get(from..)));
    facts.iter().map(Said::fact).collect()
}

/// What is raised of a request that stands as it does during some looks.
fn raise(
    request: Uuid,
    known: &Known,
    raised: &mut Vec<(Which, Raised)>,
    looks: Option<&[Timestamp]>,
) -> Vec<Said> {
    let promises = known.promises();
    for promise in &promises {
        if raised.iter().all(|it| it.0 != promise.which) {
            raised.push((promise.which, Raised::default()));
        }
    }
    let looks = looks.expect("turns in order");
    let said = raised.iter_mut().map(|(which, raised)| {
        let promise = promises.iter().find(|it| it.which == *which);
        raised.look((request, *which), promise, looks)
    });
    said.flatten().collect()
}

impl Raised {
    /// What is raised of a promise that stands as it does during some looks; `None`: it is not
    /// promised any more.
    fn look(
        &mut self,
        (request, which): (Uuid, Which),
        promise: Option<&Promised>,
        looks: &[Timestamp],
    ) -> Vec<Said> {
        let fact = |kind, due_at, (occurred_at, noticed_at)| Said {
            kind,
            request,
            which,
            due_at,
            threshold: None,
            revision: 0,
            occurred_at,
            noticed_at,
        };
        let mut said = Vec::new();
        let first = *looks.first().expect("there is a look after all that is done");
        if let Some(stands) = self.breach
            && !promise.is_some_and(|it| it.due == stands && it.breaks())
        {
            let revision = self.withdrawn_of(stands);
            said.push(Said { revision, ..fact("withdrawal", stands, (first, first)) });
            self.withdrawn.push(stands);
            self.breach = None;
        }
        let Some(promise) = promise.filter(|_| self.breach.is_none()) else { return said };
        let due = promise.due;
        // The first look at which something has passed.
        let after = |at: Timestamp| looks.get(looks.partition_point(|look| *look <= at)).copied();
        for (at, warn) in promise.warnings.iter().filter(|it| it.0 < due) {
            let is_known = self.warned.iter().any(|(known, then, _)| known == warn && at <= then);
            let noticed = after(*at).filter(|look| *look <= due);
            if let Some(noticed) = noticed.filter(|_| promise.stopped.is_none() && !is_known) {
                let same = self.warned.iter().filter(|it| (it.0, it.2) == (*warn, due));
                let revision = same.count();
                let threshold = Some(*warn);
                let warning = fact("warning", due, (*at, noticed));
                said.push(Said { threshold, revision, ..warning });
                self.warned.push((*warn, *at, due));
            }
        }
        if let Some(noticed) = after(due).filter(|_| promise.breaks()) {
            let revision = self.withdrawn_of(due);
            said.push(Said { revision, ..fact("breach", due, (due, noticed)) });
            self.breach = Some(due);
        }
        said
    }

    fn withdrawn_of(&self, due: Timestamp) -> usize {
        self.withdrawn.iter().filter(|it| **it == due).count()
    }
}
