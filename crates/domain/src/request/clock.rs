//! The promises of a request: how they are set, revised and settled, and when to look at them.

use super::{Alarm, Raised, RaisedOf, Request, Status};
use crate::{
    FactKind, Kind, Origin, Promise, PromiseKind, PromiseRef, Term, Timestamp, Verdict, Warn,
};

impl Request {
    fn current(&mut self) -> impl Iterator<Item = &mut Promise> {
        let cycle = self.cycle;
        self.promises.iter_mut().filter(move |it| it.cycle == cycle)
    }

    pub(super) fn begin_cycle(&mut self, terms: &[Term], at: Timestamp) {
        self.cycle += 1;
        self.cycle_started_at = at;
        self.pauses.clear();
        let cycle = self.cycle;
        self.promises.extend(terms.iter().map(|term| Promise::new(term.clone(), cycle, at)));
    }

    pub(super) fn revise(&mut self, terms: &[Term]) {
        for term in terms {
            let open = |it: &&mut Promise| it.verdict == Verdict::Pending;
            for promise in self.current().filter(open).filter(|it| it.term.kind == term.kind) {
                promise.term = term.clone();
            }
        }
        self.recall();
    }

    /// Marks what was raised of the promises as they are due now: a threshold or a due time that lies
    /// later now is raised again, one that has come back is not.
    pub(super) fn recall(&mut self) {
        for promise in &mut self.promises {
            let term = &promise.term;
            let mut of_it = self
                .raised
                .iter()
                .filter(|it| (it.promise, it.cycle) == (term.kind, promise.cycle) && !it.withdrawn);
            let reached = |raised: &Raised| {
                // Unless it is reached again later: a wait moves only what had not passed.
                let now = term.warnings.iter().find(|it| Some(it.warn) == raised.threshold)?;
                (now.at <= raised.at).then_some(now.warn)
            };
            promise.warned = of_it.clone().filter_map(reached).collect();
            promise.breached =
                of_it.any(|it| it.fact == FactKind::Breach && it.due_at == term.due_at);
        }
    }

    /// The current cycle has these terms and no others from now on: of what is promised no longer,
    /// what was late by then stays so.
    pub(super) fn replace(&mut self, terms: &[Term], at: Timestamp) {
        let cycle = self.cycle;
        let is_kept = |it: &Promise| terms.iter().any(|term| term.kind == it.term.kind);
        let dropped = |it: &Promise| it.verdict == Verdict::Pending && !is_kept(it);
        self.settle_of(dropped, at, Verdict::Rescinded);
        for promise in self.current().filter(|it| is_kept(it) && it.was_dropped()) {
            promise.verdict = Verdict::Pending;
        }
        self.revise(terms);
        for term in terms {
            if !self.current().any(|it| it.term.kind == term.kind) {
                self.promises.push(Promise::new(term.clone(), cycle, self.cycle_started_at));
            }
        }
        // Whoever has heard of it already need not be answered again.
        if let Some(at) = self.answered_at {
            self.answer(at);
        }
    }

    /// The cycle ends with the request being resolved.
    pub(super) fn fulfil(&mut self, at: Timestamp) {
        self.settle(at, Verdict::OnTime);
    }

    /// The cycle ends without the request being resolved: what was late by then stays so.
    pub(super) fn rescind(&mut self, at: Timestamp) {
        self.settle(at, Verdict::Rescinded);
    }

    /// Whoever asked has heard of it.
    pub(super) fn answer(&mut self, at: Timestamp) {
        self.answered_at = Some(self.answered_at.map_or(at, |before| before.min(at)));
        answer(&mut self.promises, at);
    }

    /// What the citizen hears at that time is the first answer, or an earlier one than was known.
    pub(crate) fn would_answer(&self, at: Timestamp) -> bool {
        self.promises.iter().any(|it| is_answered(it, at))
    }

    fn settle(&mut self, at: Timestamp, otherwise: Verdict) {
        // What was late as far as was known may turn out to have been settled in time.
        let may = |it: &Promise| matches!(it.verdict, Verdict::Pending | Verdict::Late);
        self.settle_of(may, at, otherwise);
    }

    fn settle_of(&mut self, of: impl Fn(&Promise) -> bool, at: Timestamp, otherwise: Verdict) {
        // While it waited the clock stood still: what had not passed by then has not passed since.
        let stopped = (self.status == Status::OnHold).then_some(self.status_changed_at);
        let paused = stopped.map_or(at, |since| since.min(at));
        for promise in self.current().filter(|it| of(it)) {
            let counted = if promise.term.kind.pauses() { paused } else { at };
            let late = counted > promise.term.due_at;
            if late && promise.verdict == Verdict::Late {
                continue;
            }
            promise.verdict = if late { Verdict::Late } else { otherwise };
            promise.fulfilled_at = (otherwise == Verdict::OnTime).then_some(at);
        }
    }

    /// The promise of which a fact speaks, unless the fact is void.
    fn spoken_of(&self, kind: FactKind, fact: &PromiseRef) -> Option<usize> {
        let is_meant = |it: &Promise| (it.term.kind, it.cycle) == (fact.kind, fact.cycle);
        let at = self.promises.iter().position(is_meant)?;
        let promise = self.promises.get(at)?;
        if kind == FactKind::Withdrawal {
            let wrong = self.wrong_breach(promise);
            return wrong.is_some_and(|it| it.due_at == fact.due_at).then_some(at);
        }
        if promise.term.due_at != fact.due_at {
            return None;
        }
        let open = match (promise.verdict, kind) {
            (Verdict::Pending, FactKind::Breach) => !promise.breached && !self.has_stopped(promise),
            (Verdict::Late, FactKind::Breach) => !promise.breached,
            (Verdict::Pending, FactKind::Warning) => {
                fact.threshold.is_some_and(|it| promise.awaits(it))
                    && !promise.breached
                    && !self.stands_still(promise)
            }
            (Verdict::Late | Verdict::Paused | Verdict::OnTime | Verdict::Rescinded, _)
            | (Verdict::Pending, FactKind::Withdrawal) => false,
        };
        open.then_some(at)
    }

    /// The breach that was raised of a promise and does not hold: what settled the promise in time, or
    /// stopped its clock, became known later, or its due time moved.
    fn wrong_breach(&self, promise: &Promise) -> Option<&Raised> {
        let holds = |due_at| {
            promise.term.due_at == due_at
                && match promise.verdict {
                    Verdict::Late => true,
                    Verdict::Pending => !self.has_stopped(promise),
                    Verdict::Paused | Verdict::OnTime | Verdict::Rescinded => false,
                }
        };
        let stands = |it: &&Raised| it.fact == FactKind::Breach && !it.withdrawn;
        let of_it = |it: &&Raised| (it.promise, it.cycle) == (promise.term.kind, promise.cycle);
        self.raised.iter().filter(stands).filter(of_it).find(|it| !holds(it.due_at))
    }

    /// How often a breach was raised and withdrawn for a due time.
    fn withdrawals(&self, promise: &Promise, due_at: Timestamp) -> u32 {
        let (kind, cycle) = (promise.term.kind, promise.cycle);
        let withdrawn = self.raised.iter().filter(|it| it.withdrawn);
        let of_it =
            withdrawn.filter(|it| (it.promise, it.cycle, it.due_at) == (kind, cycle, due_at));
        u32::try_from(of_it.count()).unwrap_or(u32::MAX)
    }

    fn stands_still(&self, promise: &Promise) -> bool {
        self.status == Status::OnHold && promise.term.kind.pauses()
    }

    /// Its clock had stopped when it fell due or before, and has not run since.
    fn has_stopped(&self, promise: &Promise) -> bool {
        self.stands_still(promise) && self.status_changed_at <= promise.term.due_at
    }

    /// A fact that was already settled by an earlier event: the promise was met or rescinded, its due
    /// time moved, its clock stopped, or the fact was raised before. A revision that changes nothing:
    /// what it speaks of is settled, or counted so already.
    pub fn is_void(&self, kind: &Kind) -> bool {
        if let Kind::PromisesRevised(it) = kind {
            return it.cycle != self.cycle || !it.terms.iter().any(|term| self.would_revise(term));
        }
        kind.fact().is_some_and(|(kind, fact)| self.spoken_of(kind, fact).is_none())
    }

    fn would_revise(&self, term: &Term) -> bool {
        self.promises.iter().any(|it| {
            (it.cycle, it.verdict) == (self.cycle, Verdict::Pending)
                && it.term.kind == term.kind
                && it.term != *term
        })
    }

    pub(super) fn raise(&mut self, kind: &Kind, at: Timestamp) {
        let Some((kind, fact)) = kind.fact() else { return };
        let Some(place) = self.spoken_of(kind, fact) else { return };
        let of = self.raised_of(place);
        let Some(promise) = self.promises.get_mut(place) else { return };
        match kind {
            FactKind::Warning => promise.warned.extend(fact.threshold),
            FactKind::Breach => promise.breached = true,
            FactKind::Withdrawal => return self.withdraw(fact),
        }
        let PromiseRef { kind: promise, cycle, due_at, threshold, .. } = *fact;
        self.raised.push(Raised {
            fact: kind,
            promise,
            cycle,
            due_at,
            threshold,
            at,
            withdrawn: false,
            of,
        });
    }

    fn raised_of(&self, place: usize) -> RaisedOf {
        RaisedOf {
            product: self.product.clone(),
            product_code: self.entry.as_ref().map(|it| it.product.clone()),
            urgency: self.urgency,
            unit: self.unit.clone(),
            commitment: self.promises.get(place).and_then(|it| it.term.commitment.clone()),
        }
    }

    fn withdraw(&mut self, fact: &PromiseRef) {
        let breach = (FactKind::Breach, fact.kind, fact.cycle, fact.due_at, false);
        let is_it =
            |it: &&mut Raised| (it.fact, it.promise, it.cycle, it.due_at, it.withdrawn) == breach;
        if let Some(raised) = self.raised.iter_mut().find(is_it) {
            raised.withdrawn = true;
        }
        self.recall();
    }

    /// The times at which its promises must be looked at; none for imported history. What is open has
    /// one, [`Timestamp::MAX`] where no time makes a difference any more: it is found by it should its
    /// due time have to be counted again.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm> + '_ {
        let live = self.origin == Origin::Live;
        self.promises.iter().zip(0_u16..).filter(move |_| live).filter_map(|(promise, index)| {
            Some(Alarm { at: self.alarm_at(promise)?, promise: index })
        })
    }

    fn alarm_at(&self, promise: &Promise) -> Option<Timestamp> {
        let term = &promise.term;
        if let Some(wrong) = self.wrong_breach(promise) {
            return Some(wrong.due_at);
        }
        match promise.verdict {
            Verdict::Late => (!promise.breached).then_some(term.due_at),
            Verdict::Pending if promise.breached || self.has_stopped(promise) => {
                Some(Timestamp::MAX)
            }
            Verdict::Pending if self.stands_still(promise) => Some(term.due_at),
            Verdict::Pending => Some(promise.next_warning().map_or(term.due_at, |it| it.at)),
            Verdict::Paused | Verdict::OnTime | Verdict::Rescinded => None,
        }
    }

    /// What must be raised for a promise when it is `now`, decided on the state at log sequence
    /// `based_on`. A warning that a breach has overtaken is not raised any more.
    pub fn raised(&self, promise: u16, now: Timestamp, based_on: u64) -> Option<Kind> {
        let promise = self.promises.get(usize::from(promise))?;
        let alarm_at = self.alarm_at(promise).filter(|it| *it <= now)?;
        let fact = |due_at| PromiseRef {
            kind: promise.term.kind,
            cycle: promise.cycle,
            due_at,
            noticed_at: now,
            based_on,
            revision: self.withdrawals(promise, due_at),
            threshold: None,
        };
        if let Some(wrong) = self.wrong_breach(promise) {
            return Some(Kind::BreachWithdrawn(fact(wrong.due_at)));
        }
        let due_at = promise.term.due_at;
        let fact = fact(due_at);
        let warned_before = |threshold: Option<Warn>| {
            let same = self.raised.iter().filter(|it| {
                (it.fact, it.promise, it.cycle) == (FactKind::Warning, fact.kind, fact.cycle)
                    && (it.due_at, it.threshold) == (due_at, threshold)
            });
            u32::try_from(same.count()).unwrap_or(u32::MAX)
        };
        if now > due_at {
            Some(Kind::PromiseBreached(fact))
        } else if now >= alarm_at && alarm_at < due_at {
            let threshold = promise.next_warning().map(|it| it.warn);
            let revision = warned_before(threshold);
            Some(Kind::PromiseWarned(PromiseRef { revision, threshold, ..fact }))
        } else {
            None
        }
    }

    /// How a promise stands when it is `now`.
    pub fn verdict(&self, promise: &Promise, now: Timestamp) -> Verdict {
        if promise.verdict != Verdict::Pending {
            promise.verdict
        } else if self.has_stopped(promise) {
            Verdict::Paused
        } else if now > promise.term.due_at {
            Verdict::Late
        } else {
            Verdict::Pending
        }
    }
}

/// Settles the first answer. What is dated earlier may come later: the earliest counts.
pub(super) fn answer(promises: &mut [Promise], at: Timestamp) {
    for promise in promises.iter_mut().filter(|it| is_answered(it, at)) {
        let late = at > promise.term.due_at;
        promise.verdict = if late { Verdict::Late } else { Verdict::OnTime };
        promise.fulfilled_at = Some(at);
    }
}

fn is_answered(promise: &Promise, at: Timestamp) -> bool {
    promise.term.kind == PromiseKind::FirstAnswer
        && promise.verdict != Verdict::Rescinded
        && promise.fulfilled_at.is_none_or(|before| at < before)
}
