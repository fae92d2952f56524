//! The life of a request: what is done to it, and what it was promised, as far as is known.

use beffroi_domain::{Channel, PromiseKind, Timestamp, Warn};
use uuid::Uuid;

use super::city::{Delay, Product, TO_EMAIL};
use super::minutes::{Due, Wait};
use super::regimes::Times;

/// What can be done to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Hold,
    Resume,
    Answer,
    Resolve,
    Reopen,
    Cancel,
    Reclassify(&'static Product),
    Plan,
    Unplan,
}

/// Something that is done: told in a step, happened perhaps before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed {
    pub step: usize,
    pub act: Act,
    pub at: Timestamp,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub id: Uuid,
    pub product: &'static Product,
    pub channel: Channel,
    pub received: Timestamp,
    /// The step in which it is opened.
    pub step: usize,
    /// One at most in a step, in order.
    pub deeds: Vec<Deed>,
}

impl Life {
    /// It as it was opened.
    pub(crate) fn opened(&self, times: &Times) -> Known {
        let mut known = Known::opened(self);
        known.count(times, self.step);
        known
    }
}

/// Which promise of a request: its kind and its cycle.
pub(crate) type Which = (PromiseKind, u32);

/// A promise as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Promised {
    pub which: Which,
    pub due: Timestamp,
    pub warnings: Vec<(Timestamp, Warn)>,
    /// When its clock stopped: it was kept or given up, or waits since then.
    pub stopped: Option<Timestamp>,
}

impl Promised {
    fn new(which: Which, due: &Due, stopped: Option<Timestamp>) -> Self {
        let Due { at, warnings } = due.clone();
        Self { which, due: at, warnings, stopped }
    }

    /// Once its due time has passed, it is broken: exactly at it is on time.
    pub(crate) fn breaks(&self) -> bool {
        self.stopped.is_none_or(|stopped| self.due < stopped)
    }
}

/// From a reception, a reopening, or the end of a programme on.
#[derive(Clone, Debug)]
struct Cycle {
    from: Timestamp,
    product: &'static Product,
    waits: Vec<Wait>,
    waits_since: Option<Timestamp>,
    /// When the resolution is due, as it was counted last while it was open.
    due: Option<Due>,
    /// When the resolution was promised no more.
    dropped: Option<Timestamp>,
    /// When it ended; what waited then ended when it began to wait.
    ended: Option<Timestamp>,
}

impl Cycle {
    fn new(from: Timestamp, product: &'static Product) -> Self {
        Self {
            from,
            product,
            waits: Vec::new(),
            waits_since: None,
            due: None,
            dropped: None,
            ended: None,
        }
    }

    fn end(&mut self, at: Timestamp) {
        self.ended.get_or_insert(self.stands_still(at));
        self.waits_since = None;
    }

    /// What waits has stood still since then.
    fn stands_still(&self, at: Timestamp) -> Timestamp {
        self.waits_since.map_or(at, |since| since.min(at))
    }

    /// It is about something else from now on: perhaps something of which nothing is promised.
    fn reclassify(&mut self, product: &'static Product, at: Timestamp) {
        let stopped = self.dropped.unwrap_or(self.stands_still(at));
        let dropped = product.resolution.is_none().then_some(stopped);
        (self.product, self.dropped) = (product, dropped);
    }

    fn promised(&self, number: u32) -> Option<Promised> {
        let ended = self.ended.into_iter().chain(self.dropped).min();
        let stopped = ended.or(self.waits_since);
        Some(Promised::new((PromiseKind::Resolution, number), self.due.as_ref()?, stopped))
    }
}

/// A request after its first deeds.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    cycles: Vec<Cycle>,
    received: Timestamp,
    channel: Channel,
    /// What is promised of the first answer.
    first_answer: Option<&'static Delay>,
    /// When it is due, as it was counted last while it was open.
    answer_due: Option<Due>,
    /// When it was promised no more.
    answer_dropped: Option<Timestamp>,
    /// When whoever asked heard first, or the promise that they would was given up.
    heard: Option<Timestamp>,
    product: &'static Product,
    pub standing: Standing,
    /// What changes where it stands cannot be dated before this.
    pub stands_since: Timestamp,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    InHand,
    Waiting,
    Planned,
    Resolved,
    Cancelled,
}

impl Known {
    fn opened(life: &Life) -> Self {
        Self {
            cycles: vec![Cycle::new(life.received, life.product)],
            received: life.received,
            channel: life.channel,
            first_answer: first_answer(life.product, life.channel),
            answer_due: None,
            answer_dropped: None,
            heard: None,
            product: life.product,
            standing: Standing::InHand,
            stands_since: life.received,
        }
    }

    fn hear(&mut self, at: Timestamp) {
        self.heard = Some(earlier(self.heard, at));
    }

    /// What they have heard is not promised anew, and what was not promised any more is from now on,
    /// unless it was overdue by then and they have heard since.
    fn reclassify_answer(&mut self, at: Timestamp) {
        let promised = first_answer(self.product, self.channel);
        let due = self.answer_due.as_ref().map(|it| it.at);
        let in_time = |at: Option<Timestamp>| at.zip(due).is_some_and(|(at, due)| at <= due);
        if promised.is_none() {
            if self.heard.is_none() && due.is_some() {
                self.answer_dropped.get_or_insert(at);
            }
        } else if self.heard.is_none() || due.is_none() || in_time(self.answer_dropped) {
            (self.first_answer, self.answer_dropped, self.answer_due) = (promised, None, None);
        }
    }

    fn stand(&mut self, standing: Standing, at: Timestamp) {
        (self.standing, self.stands_since) = (standing, at);
    }

    pub(crate) fn learn(&mut self, deed: &Deed) {
        let at = deed.at;
        let is_first = self.cycles.len() == 1;
        let cycle = self.cycles.last_mut().expect("the first cycle began with the opening");
        match deed.act {
            Act::Hold => {
                cycle.waits_since = Some(at);
                self.stand(Standing::Waiting, at);
            }
            Act::Resume => {
                cycle.waits.extend(cycle.waits_since.take().map(|since| (since, at)));
                self.stand(Standing::InHand, at);
            }
            Act::Answer => self.hear(at),
            Act::Resolve => {
                cycle.end(at);
                self.hear(at);
                self.stand(Standing::Resolved, at);
            }
            Act::Cancel | Act::Plan => {
                cycle.end(at);
                self.hear(at);
                let planned = deed.act == Act::Plan;
                self.stand(if planned { Standing::Planned } else { Standing::Cancelled }, at);
            }
            Act::Reopen | Act::Unplan => {
                self.cycles.push(Cycle::new(at, self.product));
                self.stand(Standing::InHand, at);
            }
            Act::Reclassify(product) => {
                self.product = product;
                if self.standing != Standing::Planned {
                    cycle.reclassify(product, at);
                    if is_first {
                        self.reclassify_answer(at);
                    }
                }
            }
        }
    }

    /// Counts what is open, with what is known of the regimes in a step.
    pub(crate) fn count(&mut self, times: &Times, step: usize) {
        let minutes = times.of(self.product, step);
        if let Some(cycle) = self.cycles.last_mut().filter(|it| it.ended.is_none()) {
            let delay = cycle.product.resolution.as_ref();
            let due = delay.map(|it| minutes.due(it, cycle.from, &cycle.waits));
            cycle.due = due.or(cycle.due.take());
        }
        let is_open = self.heard.is_none() && self.answer_dropped.is_none();
        if is_open || self.answer_due.is_none() {
            self.answer_due = self.first_answer.map(|it| minutes.due(it, self.received, &[]));
        }
    }

    /// What is promised, oldest cycle first.
    pub(crate) fn promises(&self) -> Vec<Promised> {
        let which = (PromiseKind::FirstAnswer, 1);
        let stopped = self.heard.into_iter().chain(self.answer_dropped).min();
        let answer = self.answer_due.as_ref().map(|it| Promised::new(which, it, stopped));
        let resolutions = self.cycles.iter().zip(1..);
        let resolutions = resolutions.filter_map(|(it, number)| it.promised(number));
        answer.into_iter().chain(resolutions).collect()
    }
}

fn earlier(one: Option<Timestamp>, other: Timestamp) -> Timestamp {
    one.map_or(other, |one| one.min(other))
}

fn first_answer(product: &'static Product, channel: Channel) -> Option<&'static Delay> {
    product.first_answer.as_ref().or((channel == Channel::Email).then_some(&TO_EMAIL))
}
