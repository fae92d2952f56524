//! Reads: one moment of the projections.

use crate::schema::{
    self, CalendarRow, CatalogueRow, CitizenRow, ContactRow, PlannedRow, RegimesRow, RequestRow,
    Save, StoredEvent, VolumeKey, code, from_row, owned,
};
use crate::store::{Checkpoint, Error, Mark, Store};
use crate::subject::Subject;
use beffroi_domain::level::Stated;
use beffroi_domain::{
    About, Alarm, Calendar, Channel, Citizen, CitizenId, Code, ContactId, ContactOutcome, Event,
    IdentifierHash, KeyId, Kind, Number, Regimes, RequestId, Span, Timestamp, TooManyRecords,
};
use chrono::NaiveDate;
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, ReadableTableMetadata, TableDefinition};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::ops::Bound;
use std::sync::Arc;

/// One moment of the projections: later commits do not show.
#[derive(Debug)]
pub struct Snapshot {
    txn: ReadTransaction,
    checkpoint: Checkpoint,
    /// What it reads stays, even when another store is put in place.
    store: Arc<Store>,
}

/// An event of a history, with its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its sequence.
    pub sequence: u64,
    /// When the log recorded it.
    pub recorded_at: Timestamp,
    /// The event.
    pub event: Event,
}

/// The place of an alarm in the order of time: when in microseconds, the ordinal of its request, its
/// promise.
pub(crate) type AlarmPlace = (i64, u64, u16);

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items found.
    pub items: Vec<T>,
    /// Where the next page goes on; `None`: the list has ended.
    pub next: Option<u64>,
}

impl Snapshot {
    pub(crate) fn new(txn: ReadTransaction, store: Arc<Store>) -> Result<Self, Error> {
        let meta = txn.open_table(schema::META)?;
        let checkpoint = match meta.get("checkpoint")? {
            None => Checkpoint::default(),
            Some(row) => owned(row.value()).ok_or_else(|| damaged("meta", &"checkpoint"))?,
        };
        Ok(Self { txn, checkpoint, store })
    }

    /// Of two snapshots with another one, what was folded from the same events may differ.
    pub fn generation(&self) -> u64 {
        self.store.generation
    }

    /// How far the log was folded.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    pub(crate) fn table<K: redb::Key + 'static, V: redb::Value + 'static>(
        &self,
        table: TableDefinition<'_, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, Error> {
        Ok(self.txn.open_table(table)?)
    }

    pub(crate) fn mark(&self) -> Result<Mark, Error> {
        Ok(Mark { sequence: self.checkpoint.sequence, last_breach: self.last_breach()? })
    }

    /// A request by its id.
    pub fn request(&self, id: RequestId) -> Result<Option<RequestRow>, Error> {
        let ids = self.table(schema::REQUEST_IDS)?;
        let Some(ordinal) = ids.get(id.uuid().as_u128())?.map(|it| it.value()) else {
            return Ok(None);
        };
        self.request_at(ordinal).map(Some)
    }

    /// A request by its number.
    pub fn numbered(&self, number: Number) -> Result<Option<RequestRow>, Error> {
        let numbers = self.table(schema::NUMBERS)?;
        let key = (number.year(), number.serial());
        let Some(ordinal) = numbers.get(key)?.map(|it| it.value()) else {
            return Ok(None);
        };
        self.request_at(ordinal).map(Some)
    }

    /// A request by its ordinal, which another row gave.
    pub fn request_at(&self, ordinal: u64) -> Result<RequestRow, Error> {
        let requests = self.table(schema::REQUESTS)?;
        let row = requests.get(ordinal)?;
        row.and_then(|row| owned(row.value())).ok_or_else(|| damaged("requests", &ordinal))
    }

    /// How many requests there are.
    pub fn request_count(&self) -> Result<u64, Error> {
        Ok(self.table(schema::REQUESTS)?.len()?)
    }

    /// Requests with an ordinal below `before`, newest first, of which `take` says whether they
    /// belong to the list; at most `limit` of them, looking at no more than `scan_max` rows.
    pub fn requests_before(
        &self,
        before: u64,
        limit: usize,
        scan_max: usize,
        take: impl Fn(&RequestRow) -> bool,
    ) -> Result<Page<RequestRow>, Error> {
        let requests = self.table(schema::REQUESTS)?;
        let mut items = Vec::new();
        for (scanned, row) in requests.range(..before)?.rev().enumerate() {
            let (ordinal, row) = row?;
            let ordinal = ordinal.value();
            if items.len() == limit || scanned == scan_max {
                return Ok(Page { items, next: Some(ordinal + 1) });
            }
            let row: RequestRow = row_of("requests", ordinal, row.value())?;
            if take(&row) {
                items.push(row);
            }
        }
        Ok(Page { items, next: None })
    }

    /// The history of a request, in log order.
    pub fn history(&self, row: &RequestRow) -> Result<Vec<Recorded>, Error> {
        row.steps.iter().map(|step| self.recorded(step.sequence)).collect()
    }

    /// An event of a history, which its row names.
    pub fn recorded(&self, sequence: u64) -> Result<Recorded, Error> {
        let events = self.table(schema::EVENTS)?;
        let stored = events.get(sequence)?.ok_or_else(|| damaged("events", &sequence))?;
        let stored: StoredEvent<'_> =
            from_row(stored.value()).ok_or_else(|| damaged("events", &sequence))?;
        let event = beffroi_wire::event::decode(stored.payload)
            .map_err(|_| damaged("events", &sequence))?;
        Ok(Recorded { sequence, recorded_at: stored.recorded_at, event })
    }

    /// A citizen, if a request or a contact named them.
    pub fn citizen(&self, id: CitizenId) -> Result<Option<CitizenRow>, Error> {
        let citizens = self.table(schema::CITIZENS)?;
        let Some(row) = citizens.get(schema::citizen_key(id))? else { return Ok(None) };
        row_of("citizens", id, row.value()).map(Some)
    }

    /// The version of the catalogue that is in force; 0: none was published.
    pub fn catalogue_version(&self) -> Result<u64, Error> {
        let catalogues = self.table(schema::CATALOGUES)?;
        Ok(catalogues.last()?.map_or(0, |(version, _)| version.value()))
    }

    /// A version of the catalogue, without the catalogue itself.
    pub fn catalogue_row(&self, version: u64) -> Result<Option<CatalogueRow>, Error> {
        let catalogues = self.table(schema::CATALOGUES)?;
        let Some(row) = catalogues.get(version)? else { return Ok(None) };
        row_of("catalogues", version, row.value()).map(Some)
    }

    /// Versions of the catalogue below `before`, newest first, at most `limit`.
    pub fn catalogues_before(
        &self,
        before: u64,
        limit: usize,
    ) -> Result<Vec<(u64, CatalogueRow)>, Error> {
        let catalogues = self.table(schema::CATALOGUES)?;
        let rows = catalogues.range(..before)?.rev().take(limit);
        rows.map(|row| {
            let (version, row) = row?;
            Ok((version.value(), row_of("catalogues", version.value(), row.value())?))
        })
        .collect()
    }

    /// The version of the calendar that was published last; 0: none was.
    pub fn calendar_version(&self) -> Result<u64, Error> {
        let calendars = self.table(schema::CALENDARS)?;
        Ok(calendars.last()?.map_or(0, |(version, _)| version.value()))
    }

    /// The versions of the calendar, oldest first, without the calendars themselves. There are few.
    pub fn calendars(&self) -> Result<Vec<(u64, CalendarRow)>, Error> {
        let calendars = self.table(schema::CALENDARS)?;
        let rows = calendars.iter()?.map(|row| {
            let (version, row) = row?;
            Ok((version.value(), row_of("calendars", version.value(), row.value())?))
        });
        rows.collect()
    }

    /// The calendar of a version, as it was published.
    pub fn calendar(&self, row: &CalendarRow) -> Result<Calendar, Error> {
        let Kind::CalendarPublished(it) = self.recorded(row.sequence)?.event.kind else {
            return Err(damaged("calendars", &row.sequence));
        };
        Ok(it.calendar)
    }

    /// The regimes under which the centre has worked.
    pub fn regimes(&self) -> Result<Regimes, Error> {
        Ok(self.regimes_row()?.regimes)
    }

    /// The regimes, with the events that made them so.
    pub fn regimes_row(&self) -> Result<RegimesRow, Error> {
        let meta = self.table(schema::META)?;
        let Some(row) = meta.get("regimes")? else { return Ok(RegimesRow::default()) };
        row_of("meta", "regimes", row.value())
    }

    /// The citizen whose record holds an identifier.
    pub fn identified(&self, hash: &IdentifierHash) -> Result<Option<CitizenId>, Error> {
        let identifiers = self.table(schema::IDENTIFIERS)?;
        let key = schema::identifier_key(hash);
        let Some(citizen) = identifiers.get(key)?.map(|it| it.value()) else { return Ok(None) };
        let citizen = CitizenId::new(uuid::Uuid::from_u128(citizen));
        citizen.map(Some).map_err(|_| damaged("identifiers", &key))
    }

    /// The key with which all identifiers are hashed; `None`: there are none yet.
    pub fn identifier_key(&self) -> Result<Option<KeyId>, Error> {
        let meta = self.table(schema::META)?;
        let Some(row) = meta.get("identifier_key")? else { return Ok(None) };
        row_of("meta", "identifier_key", row.value()).map(Some)
    }

    /// What became of the save whose event has this id.
    pub fn save(&self, id: uuid::Uuid) -> Result<Option<Save>, Error> {
        let saves = self.table(schema::SAVES)?;
        let Some(save) = saves.get(id.as_u128())?.map(|it| it.value()) else { return Ok(None) };
        let Some(citizen) = save else { return Ok(Some(Save::Void)) };
        let citizen = CitizenId::new(uuid::Uuid::from_u128(citizen));
        citizen.map(|it| Some(Save::Of(it))).map_err(|_| damaged("saves", &id))
    }

    /// The citizen who speaks for this one: themselves, unless they are merged.
    pub fn root(&self, citizen: CitizenId) -> Result<CitizenId, Error> {
        Ok(Citizen::root(citizen, |it| self.record(it))?)
    }

    /// Everyone who is merged into `root`, after `root` itself.
    pub fn family(&self, root: CitizenId) -> Result<Vec<CitizenId>, Error> {
        Ok(Citizen::family(root, |it| self.record(it))?)
    }

    fn record(&self, citizen: CitizenId) -> Result<Option<Citizen>, Walk> {
        Ok(self.citizen(citizen).map_err(Walk::Store)?.and_then(|row| row.record))
    }

    /// The sequence at which a contact was recorded.
    pub fn contact(&self, id: ContactId) -> Result<Option<u64>, Error> {
        let contacts = self.table(schema::CONTACTS)?;
        Ok(contacts.get(id.uuid().as_u128())?.map(|it| it.value()))
    }

    /// Contacts that began at `from` or after and before `before`, oldest first.
    pub fn contacts_between(
        &self,
        from: Option<Timestamp>,
        before: Option<Timestamp>,
    ) -> Result<impl Iterator<Item = Result<(Timestamp, ContactRow), Error>> + use<>, Error> {
        let from = from.map_or(i64::MIN, Timestamp::micros);
        // A range that ends before it begins is empty, not a panic.
        let before = before.map_or(i64::MAX, Timestamp::micros).max(from);
        let contacts = self.table(schema::CONTACT_TIMES)?;
        let rows = contacts.range((from, 0)..(before, 0))?;
        Ok(rows.map(|row| {
            let (key, row) = row?;
            let (at, _) = key.value();
            let time = Timestamp::from_micros(at).map_err(|_| damaged("contact_times", &at))?;
            Ok((time, row_of("contact_times", at, row.value())?))
        }))
    }

    /// Every request, in order of arrival.
    pub fn requests(
        &self,
    ) -> Result<impl Iterator<Item = Result<RequestRow, Error>> + use<>, Error> {
        let requests = self.table(schema::REQUESTS)?;
        let rows = requests.range::<u64>(..)?;
        Ok(rows.map(|row| {
            let (ordinal, row) = row?;
            row_of("requests", ordinal.value(), row.value())
        }))
    }

    /// Contacts recorded after `sequence`, in the order in which they were, with sequence and time.
    pub(crate) fn contacts_after(
        &self,
        sequence: u64,
    ) -> Result<impl Iterator<Item = Result<(u64, Timestamp, ContactRow), Error>> + use<>, Error>
    {
        let arrivals = self.table(schema::CONTACT_ARRIVALS)?;
        let contacts = self.table(schema::CONTACT_TIMES)?;
        let rows = arrivals.range(sequence.saturating_add(1)..)?;
        Ok(rows.map(move |row| {
            let (sequence, at) = row?;
            let key = (at.value(), sequence.value());
            let row = contacts.get(key)?.ok_or_else(|| damaged("contact_times", &key))?;
            let at = Timestamp::from_micros(key.0).map_err(|_| damaged("contact_times", &key))?;
            Ok((key.1, at, row_of("contact_times", key, row.value())?))
        }))
    }

    /// The requests of which something was recorded after `sequence`.
    pub(crate) fn requests_changed_after(
        &self,
        sequence: u64,
    ) -> Result<BTreeSet<RequestId>, Error> {
        let events = self.table(schema::EVENTS)?;
        let mut changed = BTreeSet::new();
        for row in events.range(sequence.saturating_add(1)..)? {
            let sequence = row?.0.value();
            if let About::Request(id) = self.recorded(sequence)?.event.about {
                changed.insert(id);
            }
        }
        Ok(changed)
    }

    /// What was stated of the windows of a level.
    pub(crate) fn stated(&self, code: &Code) -> Result<BTreeMap<Span, Stated>, Error> {
        let levels = self.table(schema::LEVELS)?;
        let mut found = BTreeMap::new();
        for row in
            levels.range((code.as_str(), 0, i32::MIN)..=(code.as_str(), u8::MAX, i32::MAX))?
        {
            let (key, row) = row?;
            let (_, length, day) = key.value();
            let first = NaiveDate::from_epoch_days(day);
            let window = code::period(length).zip(first).map(|(length, day)| length.of(day));
            let window = window.ok_or_else(|| damaged("levels", &key.value()))?;
            found.insert(window, row_of("levels", key.value(), row.value())?);
        }
        Ok(found)
    }

    /// The requests that wait in planned programmes, oldest recorded first, by ordinal.
    pub fn planned(
        &self,
    ) -> Result<impl Iterator<Item = Result<(u64, PlannedRow), Error>> + use<>, Error> {
        let rows = self.table(schema::PLANNED)?.range::<u64>(..)?;
        Ok(rows.map(|row| {
            let (ordinal, row) = row?;
            let ordinal = ordinal.value();
            Ok((ordinal, row_of("planned", ordinal, row.value())?))
        }))
    }

    /// Requests by channel, product and status.
    pub fn request_volumes(&self) -> Result<Vec<(VolumeKey, u64)>, Error> {
        let volumes = self.table(schema::REQUEST_VOLUMES)?;
        let mut found = Vec::new();
        for row in volumes.iter()? {
            let (key, count) = row?;
            let (channel, product, status) = key.value();
            let (Some(channel), Some(status)) = (code::channel(channel), code::status(status))
            else {
                return Err(damaged("request_volumes", &key.value()));
            };
            let key = VolumeKey { channel, product: product.to_owned(), status };
            found.push((key, count.value()));
        }
        Ok(found)
    }

    /// Contacts by channel and outcome.
    pub fn contact_volumes(&self) -> Result<Vec<(Channel, ContactOutcome, u64)>, Error> {
        let volumes = self.table(schema::CONTACT_VOLUMES)?;
        let mut found = Vec::new();
        for row in volumes.iter()? {
            let (key, count) = row?;
            let (channel, outcome) = key.value();
            match (code::channel(channel), code::outcome(outcome)) {
                (Some(channel), Some(outcome)) => found.push((channel, outcome, count.value())),
                _ => return Err(damaged("contact_volumes", &key.value())),
            }
        }
        Ok(found)
    }

    /// The last sequence of a subject as of this moment; 0: nothing was recorded there.
    pub fn last_of(&self, subject: Subject) -> Result<u64, Error> {
        let subjects = self.table(schema::SUBJECTS)?;
        let key = (subject.aggregate.code(), subject.partition);
        Ok(subjects.get(key)?.map_or(0, |it| it.value()))
    }

    /// Alarms before `now`, earliest first, at most `limit`, with the ordinal of their request.
    pub(crate) fn alarms_before(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(u64, Alarm)>, Error> {
        let alarms = self.table(schema::ALARMS)?;
        alarms.range(..(now.micros(), 0, 0))?.take(limit).map(|row| alarm(row?.0.value())).collect()
    }

    /// When a promise must be looked at next.
    pub fn next_alarm(&self) -> Result<Option<Timestamp>, Error> {
        let alarms = self.table(schema::ALARMS)?;
        let Some((key, _)) = alarms.first()? else { return Ok(None) };
        Ok(Some(alarm(key.value())?.1.at).filter(|it| *it < Timestamp::MAX))
    }

    /// Alarms after a place, in order, at most `limit`, with their own places.
    pub(crate) fn alarms_after(
        &self,
        place: Option<AlarmPlace>,
        limit: usize,
    ) -> Result<Vec<AlarmPlace>, Error> {
        let after = place.map_or(Bound::Unbounded, Bound::Excluded);
        let alarms = self.table(schema::ALARMS)?;
        let places = alarms.range((after, Bound::Unbounded))?.take(limit);
        places.map(|row| Ok(row?.0.value())).collect()
    }
}

/// Why a walk among merged records does not end well.
enum Walk {
    Store(Error),
    TooMany(TooManyRecords),
}

impl From<TooManyRecords> for Walk {
    fn from(error: TooManyRecords) -> Self {
        Self::TooMany(error)
    }
}

impl From<Walk> for Error {
    fn from(walk: Walk) -> Self {
        match walk {
            Walk::Store(error) => error,
            Walk::TooMany(TooManyRecords(citizen)) => damaged("citizens", &citizen),
        }
    }
}

fn alarm((at, ordinal, promise): (i64, u64, u16)) -> Result<(u64, Alarm), Error> {
    let at = Timestamp::from_micros(at).map_err(|_| damaged("alarms", &(at, ordinal, promise)))?;
    Ok((ordinal, Alarm { at, promise }))
}

pub(crate) fn row_of<T: DeserializeOwned>(
    table: &'static str,
    key: impl Debug,
    bytes: &[u8],
) -> Result<T, Error> {
    owned(bytes).ok_or_else(|| damaged(table, &key))
}

pub(crate) fn damaged(table: &'static str, key: &dyn Debug) -> Error {
    Error::Row { table, key: format!("{key:?}") }
}
