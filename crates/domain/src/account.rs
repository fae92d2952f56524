//! The account of a request's promises: what the due time of each depends on, and what became of it,
//! gathered while its history is folded.

use crate::ledger::{self, PromiseStep};
use crate::{Event, FactKind, HoldReason, Pause, Promise, Request, Status, Timestamp, Verdict};
use std::collections::BTreeMap;

/// A request as its history left it, with the account of each of its promises, oldest cycle first.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// The request.
    pub request: Request,
    /// One for each of its promises, in the same order.
    pub promises: Vec<Account>,
}

/// A promise with what its due time depends on, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The promise as it stands.
    pub promise: Promise,
    /// The reception from which it is counted.
    pub received: Timestamp,
    /// The waits of its cycle, in order. What does not pause has none.
    pub waits: Vec<Wait>,
    /// What happened to it, in order.
    pub entries: Vec<LedgerEntry>,
}

/// A time during which a request waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// When it began.
    pub from: Timestamp,
    /// When it ended; `None`: it goes on.
    pub to: Option<Timestamp>,
    /// On whom; `None`: only the request knows into which this one was merged.
    pub reason: Option<HoldReason>,
    /// The request went on after it, so that it is not counted. Otherwise it goes on, or the request
    /// ended with it.
    pub is_counted_out: bool,
}

/// Something that happened to a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The place in the history of the event by which it happened.
    pub event: usize,
    /// What.
    pub what: Happened,
}

/// What may happen to a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// An event changed it.
    Step(PromiseStep),
    /// Something was stated of it, for this due time.
    Fact(FactKind, Timestamp),
}

impl Account {
    /// The pauses with which its due time is counted.
    pub fn pauses(&self) -> Vec<Pause> {
        let counted_out = self.waits.iter().filter(|it| it.is_counted_out);
        counted_out.filter_map(|it| Pause::new(it.from, it.to?).ok()).collect()
    }

    /// The place in the history of the event that settled it, if it is settled.
    pub fn settled_by(&self) -> Option<usize> {
        use ledger::PromiseChange::{Met, Missed, Rescinded, Revised, Set};
        let settles = |it: &LedgerEntry| match it.what {
            Happened::Step(step) => match step.change {
                Met | Missed | Rescinded => Some(Some(it.event)),
                Set => Some(None),
                Revised { .. } => None,
            },
            Happened::Fact(..) => None,
        };
        self.entries.iter().rev().find_map(settles).flatten()
    }
}

/// Folds a history, which may lack events: what cannot follow without them is stepped over. `None`:
/// it has no opening.
pub fn accounts<'a>(history: impl IntoIterator<Item = &'a Event>) -> Option<Accounts> {
    let mut state: Option<Request> = None;
    let mut books: BTreeMap<Key, Book> = BTreeMap::new();
    let mut reasons = BTreeMap::new();
    for (index, event) in history.into_iter().enumerate() {
        let Ok(after) = Request::evolve(state.clone(), event) else { continue };
        if let (Status::OnHold, Some(reason)) = (after.status, after.waits_on) {
            reasons.insert(after.status_changed_at, reason);
        }
        for (key, what) in happened(state.as_ref(), &after, event) {
            books.entry(key).or_default().entries.push(LedgerEntry { event: index, what });
        }
        for promise in after.promises.iter().filter(|it| it.cycle == after.cycle) {
            let book = books.entry(key(promise)).or_default();
            book.note(&after, promise, (event.meta.occurred_at, &reasons));
        }
        state = Some(after);
    }
    let request = state?;
    let account = |promise: &Promise| {
        let book = books.remove(&key(promise)).unwrap_or_default();
        let received = book.received.unwrap_or(request.opened_at);
        Account { promise: promise.clone(), received, waits: book.waits, entries: book.entries }
    };
    let promises = request.promises.iter().map(account).collect();
    Some(Accounts { request, promises })
}

/// A promise by its kind and cycle.
type Key = (&'static str, u32);

fn key(promise: &Promise) -> Key {
    (promise.term.kind.name(), promise.cycle)
}

/// What an event did to which promises.
fn happened(before: Option<&Request>, after: &Request, event: &Event) -> Vec<(Key, Happened)> {
    let steps = ledger::steps(before, after).into_iter();
    let steps = steps.map(|it| ((it.kind.name(), it.cycle), Happened::Step(it)));
    let is_void = before.is_some_and(|it| it.is_void(&event.kind));
    let fact = event.kind.fact().filter(|_| !is_void);
    let fact = fact.map(|(kind, it)| ((it.kind.name(), it.cycle), Happened::Fact(kind, it.due_at)));
    steps.chain(fact).collect()
}

/// What is written down of a promise.
#[derive(Default)]
struct Book {
    received: Option<Timestamp>,
    waits: Vec<Wait>,
    entries: Vec<LedgerEntry>,
}

impl Book {
    /// As long as a promise is open it has all the waits of its cycle; then those it had.
    fn note(
        &mut self,
        request: &Request,
        promise: &Promise,
        (at, reasons): (Timestamp, &BTreeMap<Timestamp, HoldReason>),
    ) {
        self.received.get_or_insert(request.cycle_started_at);
        if promise.verdict != Verdict::Pending {
            for wait in self.waits.iter_mut().filter(|it| it.to.is_none()) {
                wait.to = Some(at);
            }
            return;
        }
        self.received = Some(request.cycle_started_at);
        if !promise.term.kind.pauses() {
            return;
        }
        let wait = |from, to: Option<Timestamp>| {
            let reason = reasons.get(&from).copied();
            Wait { from, to, reason, is_counted_out: to.is_some() }
        };
        let over = request.pauses.iter().map(|(from, to)| wait(*from, Some(*to)));
        let stands =
            (request.status == Status::OnHold).then(|| wait(request.status_changed_at, None));
        self.waits = over.chain(stands).collect();
    }
}
