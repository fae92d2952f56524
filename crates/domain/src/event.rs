//! Events: what the log keeps.

use crate::{
    Channel, CitizenId, Contact, ContactId, EventId, HoldReason, Label, Language, Nature, Origin,
    Personal, Place, PromiseKind, RequestId, Source, Term, Text, Timestamp, Visibility,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The event's id.
    pub id: EventId,
    /// What it is about.
    pub about: About,
    /// When, by whom, through what.
    pub meta: Meta,
    /// Whatever can name a person.
    pub personal: Personal<PersonalData>,
    /// What happened.
    pub kind: Kind,
}

/// The aggregate of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// A request.
    Request(RequestId),
    /// A contact.
    Contact(ContactId),
}

/// What every event carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// `occurred_at` is only known roughly.
    pub approximate: bool,
    /// Whether it happened here or was imported.
    pub origin: Origin,
    /// Who did it, pseudonymous.
    pub actor: Option<Label>,
    /// The channel through which it came.
    pub channel: Channel,
    /// The event or command that caused it.
    pub causation: Option<Uuid>,
    /// The exchange to which it belongs.
    pub correlation: Option<Uuid>,
    /// The version of the catalogue under which it was decided.
    pub catalogue_version: u64,
    /// Imported: the source's own word for the state.
    pub source_status: Option<Label>,
}

/// What can name a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonalData {
    /// Free text: a description, a follow-up, a closing note.
    pub text: Option<Text>,
    /// A name.
    pub name: Option<Text>,
    /// A telephone number.
    pub telephone: Option<Text>,
    /// An e-mail address.
    pub email: Option<Text>,
    /// A street address.
    pub address: Option<Text>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A request was opened.
    Opened(Box<Opened>),
    /// A unit took charge; the unit may be unknown in imported history.
    Assigned(Option<Label>),
    /// The request waits; its clock stops.
    PutOnHold(HoldReason),
    /// The wait is over; these are the terms of the current cycle now.
    Resumed(Vec<Term>),
    /// A step was documented.
    FollowUpAdded(Visibility),
    /// The request was resolved.
    Resolved,
    /// It was opened again, with these terms for the new cycle.
    Reopened(Vec<Term>),
    /// It was cancelled or refused.
    Cancelled,
    /// An exchange took place.
    ContactRecorded(Box<Contact>),
    /// A promise is about to be broken.
    PromiseWarned(PromiseRef),
    /// A promise was broken.
    PromiseBreached(PromiseRef),
}

impl Kind {
    /// The name of the event: the same on the log, in the API and in the documentation.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "request_opened",
            Self::Assigned(_) => "request_assigned",
            Self::PutOnHold(_) => "request_put_on_hold",
            Self::Resumed(_) => "request_resumed",
            Self::FollowUpAdded(_) => "follow_up_added",
            Self::Resolved => "request_resolved",
            Self::Reopened(_) => "request_reopened",
            Self::Cancelled => "request_cancelled",
            Self::ContactRecorded(_) => "contact_recorded",
            Self::PromiseWarned(_) => "promise_warned",
            Self::PromiseBreached(_) => "promise_breached",
        }
    }

    /// The fact about a promise that it states, if it states one.
    pub fn fact(&self) -> Option<(FactKind, &PromiseRef)> {
        match self {
            Self::PromiseWarned(promise) => Some((FactKind::Warning, promise)),
            Self::PromiseBreached(promise) => Some((FactKind::Breach, promise)),
            Self::Opened(_)
            | Self::Assigned(_)
            | Self::PutOnHold(_)
            | Self::Resumed(_)
            | Self::FollowUpAdded(_)
            | Self::Resolved
            | Self::Reopened(_)
            | Self::Cancelled
            | Self::ContactRecorded(_) => None,
        }
    }
}

/// What is raised about a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactKind {
    /// It is about to be broken.
    Warning,
    /// It was broken.
    Breach,
}

/// How a request begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Who asked; `None`: anonymous.
    pub citizen: Option<CitizenId>,
    /// What it is about.
    pub product: Label,
    /// The precision within the product.
    pub precision: Option<Label>,
    /// What is wanted.
    pub nature: Nature,
    /// The language of the asker.
    pub language: Language,
    /// Other channels through which it was also reported.
    pub other_channels: Vec<Channel>,
    /// The responsible unit.
    pub unit: Option<Label>,
    /// Where it is.
    pub place: Place,
    /// The record it was imported from.
    pub source: Option<Source>,
    /// The calendar year in which its number counts.
    pub number_year: u16,
    /// What was promised.
    pub terms: Vec<Term>,
}

/// The promise a warning or a breach speaks of, as it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromiseRef {
    /// What was promised.
    pub kind: PromiseKind,
    /// 1 for the opening, one more for each reopening.
    pub cycle: u32,
    /// The due time the fact relies on.
    pub due_at: Timestamp,
    /// When it was noticed.
    pub noticed_at: Timestamp,
    /// The log sequence of the state it was decided on.
    pub based_on: u64,
}
