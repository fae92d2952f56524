//! Folding events into the state of their request.

use super::clock::answer;
use super::{OutOfOrder, Request, Status};
use crate::{
    About, Event, FollowUp, HoldReason, Kind, Label, Opened, Promise, Reclassified, Term, Timestamp,
};

impl Request {
    /// Folds one event into the state of its request.
    ///
    /// Pure and total: the same history always gives the same state. A revision, a warning or a breach
    /// that an earlier event had already settled changes nothing (see [`Request::is_void`]).
    pub fn evolve(state: Option<Self>, event: &Event) -> Result<Self, OutOfOrder> {
        let status = state.as_ref().map(|it| it.status);
        let next = match (state, &event.kind) {
            (None, Kind::Opened(opened)) => Self::open(event, opened),
            (Some(request), kind) => request.next(kind, event),
            (None, _) => None,
        };
        next.ok_or_else(|| OutOfOrder { event: event.kind.name(), status })
    }

    /// `None` when the event cannot follow.
    fn next(mut self, kind: &Kind, event: &Event) -> Option<Self> {
        let at = event.meta.occurred_at;
        let follows = match kind {
            Kind::Opened(_)
            | Kind::CataloguePublished(_)
            | Kind::CalendarPublished(_)
            | Kind::QuarantineReleased(_)
            | Kind::Citizen(_)
            | Kind::Regime(_)
            | Kind::Level(..)
            | Kind::ContactRecorded(_) => false,
            Kind::Assigned(unit) => self.assign(unit.as_ref(), event),
            Kind::PutOnHold(reason) => self.wait(*reason, event),
            Kind::Resumed(terms) => self.resume(terms, event),
            Kind::FollowUpAdded(it) => self.follow_up(*it, at),
            Kind::Resolved => self.resolve(event),
            Kind::Reopened(terms) => self.reopen(terms, event),
            Kind::Cancelled => self.cancel(event),
            Kind::Reclassified(it) => self.reclassify(it, event),
            Kind::Transferred(unit) => {
                self.unit = Some(unit.clone());
                self.status.is_active()
            }
            Kind::ProgrammeEntered(programme) => {
                self.programme = Some(programme.clone());
                self.rescind(at);
                let may = self.is_in_hand() || self.status == Status::OnHold;
                may && self.turn(Status::Planned, event)
            }
            Kind::ProgrammeLeft(terms) => {
                self.begin_cycle(terms, at);
                self.status == Status::Planned && self.turn(self.taken_up(), event)
            }
            Kind::Merged(merged) => self.merge(merged, event),
            Kind::Unmerged => self.unmerge(),
            Kind::DuplicateAdded(duplicate) => {
                self.duplicates.retain(|it| it.request != duplicate.request);
                self.duplicates.push(*duplicate);
                true
            }
            Kind::DuplicateRemoved(request) => {
                self.duplicates.retain(|it| it.request != *request);
                true
            }
            Kind::Related(relation) => {
                self.relations.retain(|it| it.request != relation.request);
                self.relations.push(*relation);
                true
            }
            Kind::Unrelated(request) => {
                self.relations.retain(|it| it.request != *request);
                true
            }
            Kind::AttachmentAdded(attachment) => {
                self.attachments.push(attachment.clone());
                true
            }
            Kind::PromisesRevised(_)
            | Kind::PromiseWarned(_)
            | Kind::PromiseBreached(_)
            | Kind::BreachWithdrawn(_) => {
                self.keep_promises(kind, at);
                true
            }
        };
        follows.then_some(self)
    }

    fn open(event: &Event, opened: &Opened) -> Option<Self> {
        let About::Request(id) = event.about else { return None };
        let opened = opened.clone();
        let status = if opened.programme.is_some() { Status::Planned } else { Status::Open };
        Some(Self {
            id,
            citizen: opened.citizen,
            product: opened.product,
            precision: opened.precision,
            nature: opened.nature,
            urgency: opened.urgency,
            entry: opened.entry,
            catalogue_version: event.meta.catalogue_version,
            channel: event.meta.channel,
            other_channels: opened.other_channels,
            language: opened.language,
            unit: opened.unit,
            place: opened.place,
            source: opened.source,
            source_status: event.meta.source_status.clone(),
            origin: event.meta.origin,
            status,
            waits_on: None,
            opened_at: event.meta.occurred_at,
            approximate: event.meta.approximate,
            status_changed_at: event.meta.occurred_at,
            status_approximate: event.meta.approximate,
            resolved_at: None,
            promises: promised(&opened.terms, event.meta.occurred_at),
            cycle: 1,
            cycle_started_at: event.meta.occurred_at,
            pauses: Vec::new(),
            programme: opened.programme,
            merged: None,
            duplicates: Vec::new(),
            relations: Vec::new(),
            attachments: Vec::new(),
            raised: Vec::new(),
            public_follow_ups: 0,
            answered_at: None,
            citizen_messages: 0,
        })
    }

    /// What the timekeeper says of its promises.
    fn keep_promises(&mut self, kind: &Kind, at: Timestamp) {
        if let Kind::PromisesRevised(it) = kind
            && it.cycle == self.cycle
        {
            self.revise(&it.terms);
        }
        self.raise(kind, at);
    }

    fn follow_up(&mut self, it: FollowUp, at: Timestamp) -> bool {
        match it {
            FollowUp::Public => {
                self.public_follow_ups += 1;
                self.answer(at);
                // It is of its own: taken apart again, the request is answered all the same.
                if let Some(merged) = &mut self.merged {
                    let before = &mut merged.before;
                    answer(&mut before.promises, at);
                    before.answered_at = Some(before.answered_at.map_or(at, |it| it.min(at)));
                }
            }
            FollowUp::Shared => self.answer(at),
            FollowUp::FromCitizen => self.citizen_messages += 1,
            FollowUp::Internal => {}
        }
        true
    }

    fn assign(&mut self, unit: Option<&Label>, event: &Event) -> bool {
        self.unit = unit.cloned().or_else(|| self.unit.take());
        self.is_in_hand() && self.turn(Status::Assigned, event)
    }

    fn wait(&mut self, reason: HoldReason, event: &Event) -> bool {
        self.waits_on = Some(reason);
        self.is_in_hand() && self.turn(Status::OnHold, event)
    }

    fn resume(&mut self, terms: &[Term], event: &Event) -> bool {
        self.revise(terms);
        self.pauses.push((self.status_changed_at, event.meta.occurred_at));
        self.status == Status::OnHold && self.turn(self.taken_up(), event)
    }

    fn resolve(&mut self, event: &Event) -> bool {
        self.answer(event.meta.occurred_at);
        self.fulfil(event.meta.occurred_at);
        self.resolved_at = Some(event.meta.occurred_at);
        self.programme = None;
        self.status.is_active() && self.turn(Status::Resolved, event)
    }

    fn reopen(&mut self, terms: &[Term], event: &Event) -> bool {
        self.resolved_at = None;
        self.begin_cycle(terms, event.meta.occurred_at);
        self.status == Status::Resolved && self.turn(self.taken_up(), event)
    }

    fn cancel(&mut self, event: &Event) -> bool {
        self.rescind(event.meta.occurred_at);
        self.programme = None;
        self.status.is_active() && self.turn(Status::Cancelled, event)
    }

    fn reclassify(&mut self, it: &Reclassified, event: &Event) -> bool {
        self.product = it.product.clone();
        self.precision.clone_from(&it.precision);
        self.nature = it.nature;
        self.urgency = it.urgency;
        self.entry.clone_from(&it.entry);
        self.catalogue_version = event.meta.catalogue_version;
        if it.unit.is_some() {
            self.unit.clone_from(&it.unit);
        }
        if it.programme.is_some() {
            self.rescind(event.meta.occurred_at);
        }
        self.replace(&it.terms, event.meta.occurred_at);
        let active = self.status.is_active();
        if let Some(programme) = &it.programme
            && self.status != Status::Planned
        {
            self.programme = Some(programme.clone());
            self.turn(Status::Planned, event);
        }
        active
    }

    /// Where a request goes on that waits no longer: with its unit, if it has one.
    fn taken_up(&self) -> Status {
        if self.unit.is_some() { Status::Assigned } else { Status::Open }
    }

    /// The request stands elsewhere from now on.
    pub(super) fn turn(&mut self, status: Status, event: &Event) -> bool {
        self.status = status;
        if status != Status::Planned {
            self.programme = None;
        }
        if status != Status::OnHold {
            self.waits_on = None;
        }
        self.status_changed_at = event.meta.occurred_at;
        self.status_approximate = event.meta.approximate;
        if event.meta.source_status.is_some() {
            self.source_status.clone_from(&event.meta.source_status);
        }
        true
    }
}

/// The promises of an opening.
fn promised(terms: &[Term], at: Timestamp) -> Vec<Promise> {
    terms.iter().map(|term| Promise::new(term.clone(), 1, at)).collect()
}
