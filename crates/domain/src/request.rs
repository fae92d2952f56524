//! A request: the state that its events fold into.

mod clock;
mod evolve;
mod standing;

pub use standing::{Duplicate, Merged, MergedInto, Standing};

use crate::city::code_of;
use crate::{
    Channel, CitizenId, Code, FactKind, HoldReason, Label, Language, Nature, Origin, Pause,
    Promise, PromiseKind, Promised, RelationKind, RequestId, Timestamp, Urgency, Warn,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Status {
    /// Received; nobody has taken charge yet.
    Open,
    /// A unit has taken charge.
    Assigned,
    /// Waiting on the citizen or on a third party.
    OnHold,
    /// In a planned intervention programme: it may take years and no delay runs.
    Planned,
    /// Done.
    Resolved,
    /// Given up or refused.
    Cancelled,
}

/// Where something lies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The borough or neighbourhood, in the city's own words.
    pub borough: Option<Label>,
    /// WGS 84 latitude and longitude in ten-millionths of a degree.
    pub coordinates: Option<(i32, i32)>,
}

/// The record of another system from which a request was taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The system.
    pub system: Label,
    /// The record's id there.
    pub id: Label,
}

/// The place of a request in the catalogue, with what the catalogue promises there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueEntry {
    /// The product.
    pub product: Code,
    /// The precision.
    pub precision: Option<Code>,
    /// What the catalogue promises, at most one delay of each kind. Of the others the city's general
    /// promises hold.
    pub promised: Vec<Promised>,
    /// How many days after its end a request may be reopened; `None`: always.
    pub reopen_within_days: Option<u32>,
}

/// What a request has to do with another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The other request.
    pub request: RequestId,
    /// What.
    pub kind: RelationKind,
}

/// A photo or a document, kept elsewhere. Its name and where it is kept are personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its media type, such as `image/jpeg`.
    pub media_type: Label,
    /// Its size in bytes.
    pub bytes: u64,
    /// The SHA-256 of its content: whether what is kept is still what was sent.
    pub sha256: [u8; 32],
}

/// A warning or a breach that was raised. It is a fact: only another fact takes a breach back, and
/// neither is raised again should its promise come to be due at that time again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// A warning or a breach.
    pub fact: FactKind,
    /// What was promised.
    pub promise: PromiseKind,
    /// In which cycle.
    pub cycle: u32,
    /// The due time of which it speaks.
    pub due_at: Timestamp,
    /// The threshold that was reached, for a warning.
    pub threshold: Option<Warn>,
    /// When: the due time for a breach.
    pub at: Timestamp,
    /// It was taken back.
    pub withdrawn: bool,
    /// What the request was.
    pub of: RaisedOf,
}

/// What a request was when something was raised of it. Who chose by it to be told of a breach is told
/// by the same that it is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaisedOf {
    /// What it was about.
    pub product: Label,
    /// The product's code; `None`: in free text.
    pub product_code: Option<Code>,
    /// How fast it had to be dealt with.
    pub urgency: Urgency,
    /// The responsible unit.
    pub unit: Option<Label>,
    /// By which commitment of the catalogue it was promised.
    pub commitment: Option<Code>,
}

/// A request as its events left it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
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
    /// Its place in the catalogue; `None`: in free text or imported.
    pub entry: Option<CatalogueEntry>,
    /// The version of the catalogue under which it was taken, 0 where none was.
    pub catalogue_version: u64,
    /// How it came.
    pub channel: Channel,
    /// Other channels through which it was also reported.
    pub other_channels: Vec<Channel>,
    /// The language of the asker.
    pub language: Language,
    /// The responsible unit.
    pub unit: Option<Label>,
    /// Where it is.
    pub place: Place,
    /// The record it was imported from.
    pub source: Option<Source>,
    /// Imported: the source's own word for the state.
    pub source_status: Option<Label>,
    /// Whether it was opened here or imported.
    pub origin: Origin,
    /// Where it stands.
    pub status: Status,
    /// On whom it waits, while it is on hold; `None` also where only the request it was merged into
    /// knows.
    pub waits_on: Option<HoldReason>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// `opened_at` is only known roughly.
    pub approximate: bool,
    /// The last time its status changed.
    pub status_changed_at: Timestamp,
    /// `status_changed_at`, and with it `resolved_at`, is only known roughly.
    pub status_approximate: bool,
    /// When it was resolved, if it is.
    pub resolved_at: Option<Timestamp>,
    /// What was promised, oldest cycle first.
    pub promises: Vec<Promise>,
    /// 1 from the opening, one more for each reopening.
    pub cycle: u32,
    /// When the current cycle began.
    pub cycle_started_at: Timestamp,
    /// When it waited in the current cycle, as far as the waits are over.
    pub pauses: Vec<(Timestamp, Timestamp)>,
    /// The programme it is in, while planned.
    pub programme: Option<Code>,
    /// The request of which it is a duplicate.
    pub merged: Option<Box<Merged>>,
    /// Its duplicates, with those who asked for them and follow it.
    pub duplicates: Vec<Duplicate>,
    /// What it has to do with other requests.
    pub relations: Vec<Relation>,
    /// Its photos and documents, without their names.
    pub attachments: Vec<Attachment>,
    /// The warnings and breaches raised for it.
    pub raised: Vec<Raised>,
    /// How many follow-ups of the city the citizen can see.
    pub public_follow_ups: u32,
    /// When whoever asked first heard of it, if they have: see [`PromiseKind::FirstAnswer`].
    pub answered_at: Option<Timestamp>,
    /// How many messages of the citizen there are.
    pub citizen_messages: u32,
}

impl Request {
    /// The most duplicates of a request, relations to others, and attachments.
    pub const LINKS_MAX: usize = 100;

    /// Everybody who follows it: who asked, and who asked for a duplicate.
    pub fn followers(&self) -> impl Iterator<Item = CitizenId> + '_ {
        self.citizen.into_iter().chain(self.duplicates.iter().filter_map(|it| it.citizen))
    }

    /// The code of its product. In free text it is its own.
    pub fn product_code(&self) -> &str {
        code_of(&self.product, self.entry.as_ref())
    }

    /// The waits of the current cycle that are over.
    pub fn waits(&self) -> Vec<Pause> {
        // One that ends before it begins gives nothing back.
        self.pauses.iter().filter_map(|(from, to)| Pause::new(*from, *to).ok()).collect()
    }

    /// Open or assigned: neither waiting nor planned nor ended.
    pub(crate) fn is_in_hand(&self) -> bool {
        matches!(self.status, Status::Open | Status::Assigned)
    }
}

/// A time at which a promise must be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    /// When.
    pub at: Timestamp,
    /// The promise's place in [`Request::promises`].
    pub promise: u16,
}

/// The event does not follow from the events before it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{event} cannot follow when the request is {}", status.map_or("unknown", Status::name))]
pub struct OutOfOrder {
    /// The event's name.
    pub event: &'static str,
    /// Where the request stood.
    pub status: Option<Status>,
}

impl Status {
    /// The name in output for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assigned => "assigned",
            Self::OnHold => "on_hold",
            Self::Planned => "planned",
            Self::Resolved => "resolved",
            Self::Cancelled => "cancelled",
        }
    }

    /// Work on the request is going on or waiting.
    pub fn is_active(self) -> bool {
        match self {
            Self::Open | Self::Assigned | Self::OnHold | Self::Planned => true,
            Self::Resolved | Self::Cancelled => false,
        }
    }
}
