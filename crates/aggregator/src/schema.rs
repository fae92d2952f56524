//! The projections' tables: the only place that knows their keys and rows.
//!
//! Rows are postcard behind a version byte: private, rebuilt at will. Keys follow the order of
//! arrival wherever they can, because redb is bound by the pages it copies.

mod fact;
mod quarantine;
mod tables;

pub use fact::{BreachRow, FactRow, LevelFactRow};
pub(crate) use quarantine::RELEASE;
pub use quarantine::{GivenUp, QuarantineRow, SetAside};
pub(crate) use tables::{EachTable, each_table};

use beffroi_domain::{
    Channel, Citizen, CitizenId, Code, Contact, ContactOutcome, Emergency, Event, IdentifierHash,
    IdentifierKind, Kind, Label, Language, Nature, Number, Origin, Regimes, Request, RequestId,
    Span, Status, Timestamp,
};
use chrono::NaiveDate;
use redb::TableDefinition;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The version of all rows, also part of the file's name. A change of any row is a new version.
pub(crate) const VERSION: u8 = 7;
/// Older versions whose rows this code can still read: a node serves from them while it folds anew.
/// Of version 6 only what is in quarantine was another row: see [`older`](crate::older).
pub(crate) const READABLE: [u8; 1] = [6];

/// `checkpoint`, and `regimes`: [`RegimesRow`].
/// `checkpoint`, and `identifier_key`: the key of all identifiers, once there are any.
pub(crate) const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
/// Requests by ordinal: 0, 1, 2 … in the order in which they were recorded.
pub(crate) const REQUESTS: TableDefinition<u64, &[u8]> = TableDefinition::new("requests");
/// The ordinal of a request's id.
pub(crate) const REQUEST_IDS: TableDefinition<u128, u64> = TableDefinition::new("request_ids");
/// The ordinal of a number: year and serial.
pub(crate) const NUMBERS: TableDefinition<(u16, u32), u64> = TableDefinition::new("numbers");
/// Events by sequence: [`StoredEvent`].
pub(crate) const EVENTS: TableDefinition<u64, &[u8]> = TableDefinition::new("events");
/// Citizens by id: [`CitizenRow`].
pub(crate) const CITIZENS: TableDefinition<u128, &[u8]> = TableDefinition::new("citizens");
/// The citizen of an identifier: its kind and its keyed hash.
pub(crate) const IDENTIFIERS: TableDefinition<(u8, [u8; 32]), u128> =
    TableDefinition::new("identifiers");
/// The versions of the catalogue: [`CatalogueRow`].
pub(crate) const CATALOGUES: TableDefinition<u64, &[u8]> = TableDefinition::new("catalogues");
/// The versions of the calendar: [`CalendarRow`].
pub(crate) const CALENDARS: TableDefinition<u64, &[u8]> = TableDefinition::new("calendars");
/// What became of a save, by the id of its event: the citizen it was written for, or `None` when it
/// was void.
pub(crate) const SAVES: TableDefinition<u128, Option<u128>> = TableDefinition::new("saves");
/// The sequence of a contact's id.
pub(crate) const CONTACTS: TableDefinition<u128, u64> = TableDefinition::new("contacts");
/// Contacts by time in microseconds and sequence: [`ContactRow`].
pub(crate) const CONTACT_TIMES: TableDefinition<(i64, u64), &[u8]> =
    TableDefinition::new("contact_times");
/// When the contact of a sequence began, in microseconds: contacts in the order in which they were
/// recorded.
pub(crate) const CONTACT_ARRIVALS: TableDefinition<u64, i64> =
    TableDefinition::new("contact_arrivals");
/// Alarms by time, ordinal and promise. Every promise that is open has one.
pub(crate) const ALARMS: TableDefinition<(i64, u64, u16), ()> = TableDefinition::new("alarms");
/// Active requests that have coordinates, by product, row and column of a grid, and ordinal: the
/// coordinates, when they were opened, their precision. See [`places`](crate::places).
pub(crate) const ACTIVE_POINTS: TableDefinition<PointKey<'_>, PointRow<'_>> =
    TableDefinition::new("active_points");
/// Active requests that have a borough, by product, borough and ordinal: when they were opened,
/// whether they have coordinates, their precision.
pub(crate) const ACTIVE_BOROUGHS: TableDefinition<(&str, &str, u64), (i64, bool, &str)> =
    TableDefinition::new("active_boroughs");
/// What was stated of levels, by level, length of the window and its first day: see [`level_key`].
pub(crate) const LEVELS: TableDefinition<(&str, u8, i32), &[u8]> = TableDefinition::new("levels");
/// Warnings, breaches and what was stated of levels by sequence: [`FactRow`].
pub(crate) const BREACHES: TableDefinition<u64, &[u8]> = TableDefinition::new("breaches");
/// Requests that wait in planned programmes, by ordinal: [`PlannedRow`].
pub(crate) const PLANNED: TableDefinition<u64, &[u8]> = TableDefinition::new("planned");
/// How many requests by channel, product and status.
pub(crate) const REQUEST_VOLUMES: TableDefinition<(u8, &str, u8), u64> =
    TableDefinition::new("request_volumes");
/// How many contacts by channel and outcome.
pub(crate) const CONTACT_VOLUMES: TableDefinition<(u8, u8), u64> =
    TableDefinition::new("contact_volumes");
/// The last sequence of each subject: aggregate and partition.
pub(crate) const SUBJECTS: TableDefinition<(u8, u16), u64> = TableDefinition::new("subjects");
/// Events that could not be folded, by sequence: [`QuarantineRow`].
pub(crate) const QUARANTINE: TableDefinition<u64, &[u8]> = TableDefinition::new("quarantine");
/// Events in quarantine that were not given up, by aggregate and sequence.
pub(crate) const QUARANTINE_QUEUE: TableDefinition<(u128, u64), ()> =
    TableDefinition::new("quarantine_queue");
/// The same as [`BREACHES`] of what had waited in quarantine: by the sequence of the release, then by
/// their own.
pub(crate) const LATE_BREACHES: TableDefinition<(u64, u64), &[u8]> =
    TableDefinition::new("late_breaches");

/// A key of [`ACTIVE_POINTS`].
pub(crate) type PointKey<'a> = (&'a str, i32, i32, u64);
/// A row of [`ACTIVE_POINTS`].
pub(crate) type PointRow<'a> = (i32, i32, i64, &'a str);

/// A request, with its number and its history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// Its number.
    pub number: Number,
    /// Its state.
    pub request: Request,
    /// The events that made it so, in log order.
    pub steps: Vec<Step>,
    /// Those of them with which the city told the citizen something, in log order.
    pub told: Vec<Told>,
    /// The sequence of its merge, while it is a duplicate.
    pub merged_at: Option<u64>,
    /// The sequence of its last event that was no revision of its promises.
    pub unrevised: u64,
    /// The contacts in which it was opened or followed up, by sequence, in log order.
    pub contacts: Vec<u64>,
}

/// An event with which the city told a citizen something: see [`Kind::tells_the_citizen`]. Whether
/// it has a text is not kept: that may be erased, and the log folded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its place in the log.
    pub sequence: u64,
    /// It is a public follow-up.
    pub follow_up: bool,
}

/// One event of a request's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its place in the log.
    pub sequence: u64,
    /// Its id.
    #[serde(with = "uuid::serde::compact")]
    pub id: uuid::Uuid,
}

impl CitizenRow {
    /// The sequence of the event with this id, if it is one of the record's.
    pub fn sequence_of(&self, id: uuid::Uuid) -> Option<u64> {
        self.steps.iter().find(|step| step.id == id).map(|step| step.sequence)
    }
}

impl RegimesRow {
    /// The sequence of the event with this id, if it is one of the regimes'.
    pub fn sequence_of(&self, id: uuid::Uuid) -> Option<u64> {
        self.steps.iter().find(|step| step.id == id).map(|step| step.sequence)
    }
}

impl RequestRow {
    /// A request as its first event left it.
    pub(crate) fn new(number: Number, request: Request, (sequence, event): (u64, &Event)) -> Self {
        let (steps, told, contacts) = (Vec::new(), Vec::new(), Vec::new());
        let (merged_at, unrevised) = (None, sequence);
        let mut row = Self { number, request, steps, told, merged_at, unrevised, contacts };
        row.note(sequence, event);
        row
    }

    /// An event is part of the history from now on.
    pub(crate) fn note(&mut self, sequence: u64, event: &Event) {
        self.steps.push(Step { sequence, id: event.id.uuid() });
        if !matches!(event.kind, Kind::PromisesRevised(_)) {
            self.unrevised = sequence;
        }
        if event.kind.tells_the_citizen() {
            self.told.push(Told { sequence, follow_up: event.kind.is_public_follow_up() });
        }
        if matches!(event.kind, Kind::Merged(_)) {
            self.merged_at = Some(sequence);
        } else if matches!(event.kind, Kind::Unmerged) {
            // What the other one waited or ended for was told of something else.
            let merged_at = self.merged_at.take().unwrap_or(u64::MAX);
            self.told.retain(|it| it.follow_up || it.sequence < merged_at);
        }
    }

    /// As it would be with this event next; `None`: it cannot follow.
    pub fn after(&self, event: &Event) -> Option<Self> {
        let mut row = self.clone();
        row.request = Request::evolve(Some(row.request), event).ok()?;
        row.note(self.last_sequence() + 1, event);
        Some(row)
    }

    /// Of the request into which this one was merged, what was told since: the public follow-ups.
    /// Its changes are events of this one, too.
    pub fn told_of<'a>(&self, survivor: &'a Self) -> impl Iterator<Item = Told> + use<'a> {
        let since = self.merged_at.unwrap_or(u64::MAX);
        survivor.told.iter().copied().filter(move |it| it.follow_up && since < it.sequence)
    }

    /// The sequence of its last event.
    pub fn last_sequence(&self) -> u64 {
        self.steps.last().map_or(0, |step| step.sequence)
    }

    /// The sequence of the event with this id, if it is part of the history.
    pub fn sequence_of(&self, id: uuid::Uuid) -> Option<u64> {
        self.steps.iter().find(|step| step.id == id).map(|step| step.sequence)
    }
}

/// A citizen: their record, and the requests and contacts that name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitizenRow {
    /// Their record; `None`: nothing is written in it yet.
    pub record: Option<Citizen>,
    /// The events of their record, in log order.
    pub steps: Vec<Step>,
    /// The ordinals of their requests, oldest first.
    pub requests: Vec<u64>,
    /// How many contacts.
    pub contacts: u64,
    /// When the latest contact took place.
    pub last_contact_at: Option<Timestamp>,
}

/// The regimes under which the centre has worked. There are few.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegimesRow {
    /// All of them.
    pub regimes: Regimes,
    /// The events that made them so, in log order.
    pub steps: Vec<Step>,
}

/// A version of the catalogue. The catalogue itself is in its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueRow {
    /// The place of its event in the log.
    pub sequence: u64,
    /// The id of its event.
    #[serde(with = "uuid::serde::compact")]
    pub id: uuid::Uuid,
    /// When it was published.
    pub published_at: Timestamp,
    /// Who published it.
    pub actor: Option<String>,
    /// How many products it has.
    pub products: u32,
    /// How many questions its products have.
    pub questions: u32,
}

/// A version of the calendar. The calendar itself is in its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarRow {
    /// The place of its event in the log.
    pub sequence: u64,
    /// The id of its event.
    #[serde(with = "uuid::serde::compact")]
    pub id: uuid::Uuid,
    /// When it was published.
    pub published_at: Timestamp,
    /// When the log recorded it.
    pub recorded_at: Timestamp,
    /// Who published it.
    pub actor: Option<String>,
    /// The first date for which it holds; `None`: it holds for all dates.
    pub holds_from: Option<NaiveDate>,
}

/// A contact, as far as reports need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    /// How.
    pub channel: Channel,
    /// Whether it took place here or was imported.
    pub origin: Origin,
    /// The latest time of which the log told when it was recorded; `None`: of none.
    pub known_until: Option<Timestamp>,
    /// In which language.
    pub language: Language,
    /// What was wanted.
    pub nature: Nature,
    /// What it came to.
    pub outcome: ContactOutcome,
    /// What it was sent to 9-1-1 for.
    pub emergency: Option<Emergency>,
    /// What it was about.
    pub product: Option<Label>,
    /// The product's code in the catalogue.
    pub product_code: Option<Code>,
    /// Seconds waited before the answer.
    pub waited_secs: u32,
    /// Seconds of the exchange itself.
    pub handled_secs: u32,
    /// Who called.
    pub citizen: Option<CitizenId>,
    /// The request that was opened or followed up.
    pub request: Option<RequestId>,
}

impl ContactRow {
    pub(crate) fn new(
        channel: Channel,
        (origin, known_until): (Origin, Option<Timestamp>),
        contact: &Contact,
    ) -> Self {
        Self {
            channel,
            origin,
            known_until,
            language: contact.language,
            nature: contact.nature,
            outcome: contact.outcome,
            emergency: contact.emergency,
            product: contact.product.clone(),
            product_code: contact.product_code.clone(),
            waited_secs: contact.waited_secs,
            handled_secs: contact.handled_secs,
            citizen: contact.citizen,
            request: contact.request,
        }
    }
}

/// A request that waits in a planned programme, with what planners choose by: they look at all of
/// them, which would be slow over whole requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRow {
    /// The programme.
    pub programme: Code,
    /// What it is about.
    pub product: Label,
    /// The code of its product in the catalogue.
    pub product_code: Option<Code>,
    /// Its borough.
    pub borough: Option<Label>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// WGS 84 latitude and longitude in ten-millionths of a degree.
    pub coordinates: Option<(i32, i32)>,
}

impl PlannedRow {
    /// `None` unless the request waits in a programme. A duplicate waits in the request into which
    /// it was merged: the work is done once.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let waits = request.status == Status::Planned && request.merged.is_none();
        let programme = request.programme.clone().filter(|_| waits)?;
        Some(Self {
            programme,
            product: request.product.clone(),
            product_code: request.entry.as_ref().map(|it| it.product.clone()),
            borough: request.place.borough.clone(),
            opened_at: request.opened_at,
            coordinates: request.place.coordinates,
        })
    }
}

/// An event as the log holds it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredEvent<'a> {
    pub recorded_at: Timestamp,
    #[serde(borrow)]
    pub payload: &'a [u8],
}

/// What requests are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VolumeKey {
    /// The channel.
    pub channel: Channel,
    /// The product.
    pub product: String,
    /// The status.
    pub status: Status,
}

/// The bytes of a row.
pub(crate) fn to_row<T: Serialize>(row: &T) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_extend(row, vec![VERSION])
}

/// A row of the bytes; `None` when they are of a version that cannot be read, or damaged.
pub(crate) fn from_row<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let (version, row) = bytes.split_first()?;
    let is_readable = *version == VERSION || READABLE.contains(version);
    is_readable.then(|| postcard::from_bytes(row).ok()).flatten()
}

/// [`from_row`] for rows that own what they hold.
pub(crate) fn owned<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    from_row(bytes)
}

/// The key of an identifier. Which key it was hashed with is part of the hash.
pub(crate) fn identifier_key(hash: &IdentifierHash) -> (u8, [u8; 32]) {
    let kind = match hash.kind {
        IdentifierKind::Telephone => 1,
        IdentifierKind::Email => 2,
        IdentifierKind::AppAccount => 3,
    };
    (kind, hash.digest)
}

/// The key of a window of a level.
pub(crate) fn level_key(code: &Code, window: Span) -> (&str, u8, i32) {
    (code.as_str(), code::of_period(window.period()), window.first().to_epoch_days())
}

/// What became of a save that is on the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Save {
    /// It was written in the record of this citizen.
    Of(CitizenId),
    /// It changed nothing: another citizen held one of its identifiers by then, or these were
    /// hashed with another key than those before.
    Void,
}

pub(crate) fn citizen_key(id: CitizenId) -> u128 {
    id.uuid().as_u128()
}

/// Codes of the words in keys: never change them.
pub(crate) mod code {
    use super::{Channel, ContactOutcome, Status};
    use beffroi_domain::Period;

    const CHANNELS: [Channel; 11] = [
        Channel::Unknown,
        Channel::Telephone,
        Channel::App,
        Channel::Email,
        Channel::WebForm,
        Channel::InPerson,
        Channel::Mail,
        Channel::SocialMedia,
        Channel::Employee,
        Channel::System,
        Channel::Other,
    ];
    const STATUSES: [Status; 6] = [
        Status::Open,
        Status::Assigned,
        Status::OnHold,
        Status::Resolved,
        Status::Cancelled,
        Status::Planned,
    ];
    const OUTCOMES: [ContactOutcome; 5] = [
        ContactOutcome::Informed,
        ContactOutcome::RequestOpened,
        ContactOutcome::FollowedUp,
        ContactOutcome::TransferredTo911,
        ContactOutcome::Abandoned,
    ];

    fn code<T: PartialEq>(words: &[T], word: &T) -> u8 {
        words.iter().zip(0_u8..).find(|(it, _)| *it == word).map_or(u8::MAX, |(_, code)| code)
    }

    const PERIODS: [Period; 4] = [Period::Day, Period::Week, Period::Month, Period::Year];

    pub(crate) fn of_period(it: Period) -> u8 {
        code(&PERIODS, &it)
    }

    pub(crate) fn period(code: u8) -> Option<Period> {
        PERIODS.get(usize::from(code)).copied()
    }

    pub(crate) fn of_channel(it: Channel) -> u8 {
        code(&CHANNELS, &it)
    }

    pub(crate) fn channel(code: u8) -> Option<Channel> {
        CHANNELS.get(usize::from(code)).copied()
    }

    pub(crate) fn of_status(it: Status) -> u8 {
        code(&STATUSES, &it)
    }

    pub(crate) fn status(code: u8) -> Option<Status> {
        STATUSES.get(usize::from(code)).copied()
    }

    pub(crate) fn of_outcome(it: ContactOutcome) -> u8 {
        code(&OUTCOMES, &it)
    }

    pub(crate) fn outcome(code: u8) -> Option<ContactOutcome> {
        OUTCOMES.get(usize::from(code)).copied()
    }
}
