//! Events: what the log keeps.

mod terms;

use crate::catalogue::{Answered, Catalogue};
use crate::request::{Attachment, CatalogueEntry, Duplicate, MergedInto, Relation};
use crate::{
    Calendar, Channel, CitizenFact, CitizenId, Code, Contact, ContactId, EventId, FollowUp,
    HoldReason, InvalidId, Label, Language, LevelFact, LevelFactKind, Nature, Origin, Personal,
    Place, PromiseKind, Reference, RegimeFact, RequestId, Source, Term, Text, Timestamp, Urgency,
    Warn,
};
use chrono::NaiveDate;
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
    /// A citizen.
    Citizen(CitizenId),
    /// What there is one of in the city.
    Reference(Reference),
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
    /// An account of the app.
    pub app_account: Option<Text>,
    /// A street address.
    pub address: Option<Text>,
    /// What an attachment is called.
    pub file_name: Option<Text>,
    /// Where an attachment is kept.
    pub reference: Option<Text>,
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
    FollowUpAdded(FollowUp),
    /// The request was resolved.
    Resolved,
    /// It was opened again, with these terms for the new cycle.
    Reopened(Vec<Term>),
    /// It was cancelled or refused.
    Cancelled,
    /// It is about something else than was thought.
    Reclassified(Box<Reclassified>),
    /// Another unit is responsible.
    Transferred(Label),
    /// It entered a planned intervention programme; no delay runs.
    ProgrammeEntered(Code),
    /// It left its programme, with these terms for the new cycle.
    ProgrammeLeft(Vec<Term>),
    /// It is a duplicate of another request, whose status it shows from now on.
    Merged(Box<MergedInto>),
    /// It was no duplicate after all: it stands again as before.
    Unmerged,
    /// Another request is a duplicate of this one.
    DuplicateAdded(Duplicate),
    /// Another request is no duplicate of this one after all.
    DuplicateRemoved(RequestId),
    /// It has to do with another request.
    Related(Relation),
    /// It has nothing to do with another request after all.
    Unrelated(RequestId),
    /// A photo or a document belongs to it.
    AttachmentAdded(Attachment),
    /// The city published a version of its catalogue.
    CataloguePublished(Box<CataloguePublished>),
    /// The city published a version of its calendar.
    CalendarPublished(Box<CalendarPublished>),
    /// Operations gave up an event in quarantine.
    QuarantineReleased(Box<QuarantineReleased>),
    /// Something happened to a citizen's record.
    Citizen(CitizenFact),
    /// Something happened to the regimes.
    Regime(RegimeFact),
    /// An exchange took place.
    ContactRecorded(Box<Contact>),
    /// What is still open of a request was counted again.
    PromisesRevised(Box<Revision>),
    /// A promise is about to be broken.
    PromiseWarned(PromiseRef),
    /// A promise was broken.
    PromiseBreached(PromiseRef),
    /// A promise that was said to be broken is not.
    BreachWithdrawn(PromiseRef),
    /// Something is stated of a level.
    Level(LevelFactKind, Box<LevelFact>),
}

impl About {
    /// The aggregate's id.
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Request(id) => id.uuid(),
            Self::Contact(id) => id.uuid(),
            Self::Citizen(id) => id.uuid(),
            Self::Reference(it) => it.uuid(),
        }
    }
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
            Self::Reclassified(_) => "request_reclassified",
            Self::Transferred(_) => "request_transferred",
            Self::ProgrammeEntered(_) => "programme_entered",
            Self::ProgrammeLeft(_) => "programme_left",
            Self::Merged(_) => "request_merged",
            Self::Unmerged => "request_unmerged",
            Self::DuplicateAdded(_) => "duplicate_added",
            Self::DuplicateRemoved(_) => "duplicate_removed",
            Self::Related(_) => "request_related",
            Self::Unrelated(_) => "request_unrelated",
            Self::AttachmentAdded(_) => "attachment_added",
            Self::CataloguePublished(_) => "catalogue_published",
            Self::CalendarPublished(_) => "calendar_published",
            Self::QuarantineReleased(_) => "quarantine_released",
            Self::Citizen(fact) => fact.name(),
            Self::Regime(fact) => fact.name(),
            Self::ContactRecorded(_) => "contact_recorded",
            Self::PromisesRevised(_) => "promises_revised",
            Self::PromiseWarned(_) => "promise_warned",
            Self::PromiseBreached(_) => "promise_breached",
            Self::BreachWithdrawn(_) => "breach_withdrawn",
            Self::Level(kind, _) => kind.name(),
        }
    }

    /// With it the city tells the citizen how the request goes on, in words where it has a text: a
    /// public follow-up, or why the request waits or has ended.
    pub fn tells_the_citizen(&self) -> bool {
        let ends_or_waits = matches!(self, Self::PutOnHold(_) | Self::Resolved | Self::Cancelled);
        ends_or_waits || self.is_public_follow_up()
    }

    /// A follow-up of the city that the citizen can see.
    pub fn is_public_follow_up(&self) -> bool {
        matches!(self, Self::FollowUpAdded(FollowUp::Public))
    }

    /// The aggregate that it is about, given its id.
    pub fn about(&self, id: Uuid) -> Result<About, InvalidId> {
        match self {
            Self::ContactRecorded(_) => ContactId::new(id).map(About::Contact),
            Self::CataloguePublished(_) => Ok(About::Reference(Reference::Catalogue)),
            Self::CalendarPublished(_) => Ok(About::Reference(Reference::Calendar)),
            Self::QuarantineReleased(_) => Ok(About::Reference(Reference::Quarantine)),
            Self::Citizen(_) => CitizenId::new(id).map(About::Citizen),
            Self::Regime(_) => Ok(About::Reference(Reference::Regime)),
            Self::Level(..) => Ok(About::Reference(Reference::Level)),
            Self::Opened(_)
            | Self::Assigned(_)
            | Self::PutOnHold(_)
            | Self::Resumed(_)
            | Self::FollowUpAdded(_)
            | Self::Resolved
            | Self::Reopened(_)
            | Self::Cancelled
            | Self::Reclassified(_)
            | Self::Transferred(_)
            | Self::ProgrammeEntered(_)
            | Self::ProgrammeLeft(_)
            | Self::Merged(_)
            | Self::Unmerged
            | Self::DuplicateAdded(_)
            | Self::DuplicateRemoved(_)
            | Self::Related(_)
            | Self::Unrelated(_)
            | Self::AttachmentAdded(_)
            | Self::PromisesRevised(_)
            | Self::PromiseWarned(_)
            | Self::PromiseBreached(_)
            | Self::BreachWithdrawn(_) => RequestId::new(id).map(About::Request),
        }
    }

    /// The fact about a promise that it states, if it states one.
    pub fn fact(&self) -> Option<(FactKind, &PromiseRef)> {
        match self {
            Self::PromiseWarned(promise) => Some((FactKind::Warning, promise)),
            Self::PromiseBreached(promise) => Some((FactKind::Breach, promise)),
            Self::BreachWithdrawn(promise) => Some((FactKind::Withdrawal, promise)),
            Self::Opened(_)
            | Self::Assigned(_)
            | Self::PutOnHold(_)
            | Self::Resumed(_)
            | Self::FollowUpAdded(_)
            | Self::Resolved
            | Self::Reopened(_)
            | Self::Cancelled
            | Self::Reclassified(_)
            | Self::Transferred(_)
            | Self::ProgrammeEntered(_)
            | Self::ProgrammeLeft(_)
            | Self::Merged(_)
            | Self::Unmerged
            | Self::DuplicateAdded(_)
            | Self::DuplicateRemoved(_)
            | Self::Related(_)
            | Self::Unrelated(_)
            | Self::AttachmentAdded(_)
            | Self::CataloguePublished(_)
            | Self::CalendarPublished(_)
            | Self::QuarantineReleased(_)
            | Self::PromisesRevised(_)
            | Self::Citizen(_)
            | Self::Regime(_)
            | Self::Level(..)
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
    /// It was said to be broken, and is not: what settled it in time became known later, or it is no
    /// longer due at that time.
    Withdrawal,
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
    /// How fast it must be dealt with.
    pub urgency: Urgency,
    /// Its place in the catalogue, and what that promised; `None`: in free text.
    pub entry: Option<CatalogueEntry>,
    /// The programme that it enters at once.
    pub programme: Option<Code>,
    /// Somebody was asked whether it is an emergency, and said no.
    pub screened: bool,
    /// The answers to the product's questions, those that can name a person last.
    pub answers: Vec<Answered>,
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

/// A version of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct CataloguePublished {
    /// 1, 2, 3 …
    pub version: u64,
    /// The catalogue.
    pub catalogue: Catalogue,
}

/// A version of the calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarPublished {
    /// 1, 2, 3 …
    pub version: u64,
    /// The first date for which it holds, until the next date of another version. `None`: it holds for
    /// all dates, in place of all versions before it.
    pub holds_from: Option<NaiveDate>,
    /// The calendar.
    pub calendar: Calendar,
}

/// An event that could not be folded is given up: what waits behind it is folded from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineReleased {
    /// The place of the event in the log.
    pub sequence: u64,
    /// Why it is given up.
    pub why: Label,
}

/// What is still open of a request, counted again.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// The cycle of the request of which it speaks.
    pub cycle: u32,
    /// The terms that came out otherwise, as they are now.
    pub terms: Vec<Term>,
    /// Why they were counted again.
    pub cause: RevisionCause,
}

/// Why promises were counted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevisionCause {
    /// This version of the calendar was published.
    Calendar(u64),
    /// A regime that serves the product was declared, extended or lifted.
    Regime,
}

/// What a request turned out to be about.
#[derive(Clone, Debug, PartialEq)]
pub struct Reclassified {
    /// What it is about.
    pub product: Label,
    /// The precision within the product.
    pub precision: Option<Label>,
    /// What is wanted.
    pub nature: Nature,
    /// How fast it must be dealt with.
    pub urgency: Urgency,
    /// Its place in the catalogue, and what that promised; `None`: in free text.
    pub entry: Option<CatalogueEntry>,
    /// The unit that is responsible from now on; `None`: as before.
    pub unit: Option<Label>,
    /// The programme that it enters, if any.
    pub programme: Option<Code>,
    /// The terms of the current cycle now; a promise without a term no longer holds.
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
    /// How often the same was stated before: a breach and withdrawn, or a warning that comes later now.
    pub revision: u32,
    /// The threshold that was reached, for a warning.
    pub threshold: Option<Warn>,
}
