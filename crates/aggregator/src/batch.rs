//! A batch: what some events change, kept in memory until it is written once, in key order.

mod quarantine;
mod write;

use crate::digest::Digest;
use crate::places::Placed;
use crate::schema::{
    self, CalendarRow, CatalogueRow, CitizenRow, ContactRow, FactRow, PlannedRow, QuarantineRow,
    RegimesRow, RequestRow, StoredEvent, VolumeKey, code, owned, to_row,
};
use crate::snapshot::Snapshot;
use crate::store::{Checkpoint, Error, Mark};
use crate::subject::Subject;
use beffroi_domain::level::Stated;
use beffroi_domain::{
    Alarm, CitizenId, CitizenSaved, Code, ContactId, KeyId, Number, RequestId, Span, Timestamp,
};
use redb::{ReadOnlyTable, ReadableTable};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;
use write::volume_key;

/// The changes of some events over the state before them.
pub(crate) struct Batch {
    pub checkpoint: Checkpoint,
    pub requests: HashMap<u64, Touched>,
    before: Before,
    ids: BTreeMap<u128, u64>,
    numbers: BTreeMap<(u16, u32), u64>,
    next_ordinal: u64,
    serials: HashMap<u16, u32>,
    citizens: BTreeMap<u128, CitizenRow>,
    identifiers: BTreeMap<(u8, [u8; 32]), Option<u128>>,
    catalogues: BTreeMap<u64, CatalogueRow>,
    last_catalogue: u64,
    calendars: BTreeMap<u64, CalendarRow>,
    last_calendar: u64,
    regimes: Option<RegimesRow>,
    regimes_before: RegimesRow,
    identifier_key: Option<KeyId>,
    saves: BTreeMap<u128, Option<u128>>,
    contacts: BTreeMap<u128, u64>,
    contact_times: BTreeMap<(i64, u64), Vec<u8>>,
    contact_volumes: BTreeMap<(u8, u8), u64>,
    contact_arrivals: BTreeMap<u64, i64>,
    levels: BTreeMap<(String, u8, i32), Stated>,
    events: Vec<(u64, Vec<u8>)>,
    breaches: Vec<(u64, Vec<u8>)>,
    late_breaches: Vec<((u64, u64), Vec<u8>)>,
    subjects: BTreeMap<(u8, u16), u64>,
    quarantine: BTreeMap<u64, Option<QuarantineRow>>,
    /// Whether an event of an aggregate is held from now on.
    queue: BTreeMap<(u128, u64), bool>,
    /// Something was held before.
    any_held: bool,
    last_breach: u64,
}

/// A request that the batch touches, and what it counted for before.
pub(crate) struct Touched {
    pub row: RequestRow,
    alarms_before: Vec<Alarm>,
    counted_before: Option<VolumeKey>,
    planned_before: Option<PlannedRow>,
    placed_before: Option<Placed>,
}

/// The tables that are looked into while folding, opened once.
struct Before {
    requests: ReadOnlyTable<u64, &'static [u8]>,
    ids: ReadOnlyTable<u128, u64>,
    numbers: ReadOnlyTable<(u16, u32), u64>,
    citizens: ReadOnlyTable<u128, &'static [u8]>,
    identifiers: ReadOnlyTable<(u8, [u8; 32]), u128>,
    saves: ReadOnlyTable<u128, Option<u128>>,
    contacts: ReadOnlyTable<u128, u64>,
    levels: ReadOnlyTable<(&'static str, u8, i32), &'static [u8]>,
    quarantine: ReadOnlyTable<u64, &'static [u8]>,
    queue: ReadOnlyTable<(u128, u64), ()>,
}

impl Batch {
    pub(crate) fn new(snapshot: &Snapshot) -> Result<Self, Error> {
        let before = Before {
            requests: snapshot.table(schema::REQUESTS)?,
            ids: snapshot.table(schema::REQUEST_IDS)?,
            numbers: snapshot.table(schema::NUMBERS)?,
            citizens: snapshot.table(schema::CITIZENS)?,
            identifiers: snapshot.table(schema::IDENTIFIERS)?,
            saves: snapshot.table(schema::SAVES)?,
            contacts: snapshot.table(schema::CONTACTS)?,
            levels: snapshot.table(schema::LEVELS)?,
            quarantine: snapshot.table(schema::QUARANTINE)?,
            queue: snapshot.table(schema::QUARANTINE_QUEUE)?,
        };
        let any_held = before.queue.first()?.is_some();
        let next_ordinal = before.requests.last()?.map_or(0, |(last, _)| last.value() + 1);
        Ok(Self {
            checkpoint: snapshot.checkpoint().clone(),
            requests: HashMap::new(),
            before,
            ids: BTreeMap::new(),
            numbers: BTreeMap::new(),
            next_ordinal,
            serials: HashMap::new(),
            citizens: BTreeMap::new(),
            identifiers: BTreeMap::new(),
            catalogues: BTreeMap::new(),
            last_catalogue: snapshot.catalogue_version()?,
            calendars: BTreeMap::new(),
            last_calendar: snapshot.calendar_version()?,
            regimes: None,
            regimes_before: snapshot.regimes_row()?,
            identifier_key: snapshot.identifier_key()?,
            saves: BTreeMap::new(),
            contacts: BTreeMap::new(),
            contact_times: BTreeMap::new(),
            contact_volumes: BTreeMap::new(),
            contact_arrivals: BTreeMap::new(),
            levels: BTreeMap::new(),
            events: Vec::new(),
            breaches: Vec::new(),
            late_breaches: Vec::new(),
            subjects: BTreeMap::new(),
            quarantine: BTreeMap::new(),
            queue: BTreeMap::new(),
            any_held,
            last_breach: snapshot.mark()?.last_breach,
        })
    }

    pub(crate) fn advance(&mut self, sequence: u64, digest: Digest) {
        self.checkpoint.sequence = sequence;
        self.checkpoint.digest = digest;
    }

    pub(crate) fn ordinal(&self, id: RequestId) -> Result<Option<u64>, Error> {
        let key = id.uuid().as_u128();
        if let Some(ordinal) = self.ids.get(&key) {
            return Ok(Some(*ordinal));
        }
        Ok(self.before.ids.get(key)?.map(|it| it.value()))
    }

    /// Brings a request into the batch.
    pub(crate) fn load(&mut self, ordinal: u64) -> Result<&mut Touched, Error> {
        if !self.requests.contains_key(&ordinal) {
            let touched = self.stored(ordinal)?;
            self.requests.insert(ordinal, touched);
        }
        self.requests.get_mut(&ordinal).ok_or_else(|| damaged(ordinal))
    }

    fn stored(&self, ordinal: u64) -> Result<Touched, Error> {
        let stored = self.before.requests.get(ordinal)?;
        let row: RequestRow =
            stored.and_then(|row| owned(row.value())).ok_or_else(|| damaged(ordinal))?;
        // How it stands is not known while an event of it is in quarantine: nothing is raised.
        let silenced = self.was_quarantined(row.request.id.uuid())?;
        Ok(Touched {
            alarms_before: row.request.alarms().filter(|_| !silenced).collect(),
            counted_before: Some(volume_key(&row)),
            planned_before: PlannedRow::of(&row.request),
            placed_before: Placed::of(&row.request),
            row,
        })
    }

    /// Gives the next number of `year`; `None` when the year is full.
    pub(crate) fn next_number(&mut self, year: u16) -> Result<Option<Number>, Error> {
        let last = match self.serials.get(&year) {
            Some(last) => *last,
            None => {
                let mut of_year = self.before.numbers.range((year, 0)..=(year, u32::MAX))?;
                of_year.next_back().transpose()?.map_or(0, |(key, _)| key.value().1)
            }
        };
        let number = Number::new(year, last + 1);
        if number.is_some() {
            self.serials.insert(year, last + 1);
        }
        Ok(number)
    }

    pub(crate) fn insert(&mut self, row: RequestRow) -> Result<(), Error> {
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        self.ids.insert(row.request.id.uuid().as_u128(), ordinal);
        self.numbers.insert((row.number.year(), row.number.serial()), ordinal);
        if let Some(citizen) = row.request.citizen {
            self.citizen(citizen)?.requests.push(ordinal);
        }
        let touched = Touched {
            row,
            alarms_before: Vec::new(),
            counted_before: None,
            planned_before: None,
            placed_before: None,
        };
        self.requests.insert(ordinal, touched);
        Ok(())
    }

    pub(crate) fn citizen(&mut self, id: CitizenId) -> Result<&mut CitizenRow, Error> {
        use std::collections::btree_map::Entry;
        let key = schema::citizen_key(id);
        match self.citizens.entry(key) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let row = match self.before.citizens.get(key)? {
                    None => CitizenRow::default(),
                    Some(row) => owned(row.value())
                        .ok_or_else(|| Error::Row { table: "citizens", key: id.to_string() })?,
                };
                Ok(entry.insert(row))
            }
        }
    }

    /// Whether the save with this event id was folded before.
    pub(crate) fn has_saved(&self, id: Uuid) -> Result<bool, Error> {
        Ok(self.save_of(id)?.is_some())
    }

    /// Whether a save changes nothing: it belongs to one that is void, was hashed with another key
    /// than those before, or adds what another citizen holds. Whoever comes first in the log keeps
    /// an identifier, whatever else is decided elsewhere at the same time.
    pub(crate) fn is_void(
        &self,
        citizen: CitizenId,
        cause: Option<Uuid>,
        saved: &CitizenSaved,
    ) -> Result<bool, Error> {
        if let Some(cause) = cause
            && self.save_of(cause)? == Some(None)
        {
            return Ok(true);
        }
        let hashes = || saved.added.iter().chain(&saved.withdrawn);
        let key = self.identifier_key.or_else(|| hashes().next().map(|it| it.key_id));
        if hashes().any(|it| Some(it.key_id) != key) {
            return Ok(true);
        }
        let own = schema::citizen_key(citizen);
        for hash in &saved.added {
            if self.holder(schema::identifier_key(hash))?.is_some_and(|it| it != own) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The save was void.
    pub(crate) fn void(&mut self, id: Uuid) {
        self.saves.insert(id.as_u128(), None);
    }

    /// The save was written: the citizen is found by what it adds from now on, and no longer by
    /// what it withdraws.
    pub(crate) fn saved(
        &mut self,
        id: Uuid,
        citizen: CitizenId,
        saved: &CitizenSaved,
    ) -> Result<(), Error> {
        let own = schema::citizen_key(citizen);
        self.saves.insert(id.as_u128(), Some(own));
        let first = saved.added.iter().chain(&saved.withdrawn).next();
        self.identifier_key = self.identifier_key.or(first.map(|it| it.key_id));
        for key in saved.withdrawn.iter().map(schema::identifier_key) {
            if self.holder(key)? == Some(own) {
                self.identifiers.insert(key, None);
            }
        }
        let added = saved.added.iter().map(schema::identifier_key);
        self.identifiers.extend(added.map(|key| (key, Some(own))));
        Ok(())
    }

    /// Takes the next version of the catalogue; one with another number cannot follow.
    pub(crate) fn publish(&mut self, version: u64, row: CatalogueRow) -> bool {
        let follows = version == self.last_catalogue + 1;
        if follows {
            self.last_catalogue = version;
            self.catalogues.insert(version, row);
        }
        follows
    }

    /// Takes the next version of the calendar; one with another number cannot follow.
    pub(crate) fn publish_calendar(&mut self, version: u64, row: CalendarRow) -> bool {
        let follows = version == self.last_calendar + 1;
        if follows {
            self.last_calendar = version;
            self.calendars.insert(version, row);
        }
        follows
    }

    /// Brings the regimes into the batch.
    pub(crate) fn regimes(&mut self) -> &mut RegimesRow {
        self.regimes.get_or_insert_with(|| self.regimes_before.clone())
    }

    #[expect(clippy::option_option, reason = "a save is not known, void, or of a citizen")]
    fn save_of(&self, id: Uuid) -> Result<Option<Option<u128>>, Error> {
        let key = id.as_u128();
        if let Some(save) = self.saves.get(&key) {
            return Ok(Some(*save));
        }
        Ok(self.before.saves.get(key)?.map(|it| it.value()))
    }

    fn holder(&self, key: (u8, [u8; 32])) -> Result<Option<u128>, Error> {
        match self.identifiers.get(&key) {
            Some(holder) => Ok(*holder),
            None => Ok(self.before.identifiers.get(key)?.map(|it| it.value())),
        }
    }

    pub(crate) fn has_contact(&self, id: ContactId) -> Result<bool, Error> {
        let key = id.uuid().as_u128();
        Ok(self.contacts.contains_key(&key) || self.before.contacts.get(key)?.is_some())
    }

    pub(crate) fn contact(
        &mut self,
        id: ContactId,
        (at, sequence): (Timestamp, u64),
        row: &ContactRow,
    ) -> Result<(), Error> {
        self.contacts.insert(id.uuid().as_u128(), sequence);
        self.contact_arrivals.insert(sequence, at.micros());
        self.contact_times.insert((at.micros(), sequence), to_row(row).map_err(Error::Encode)?);
        let key = (code::of_channel(row.channel), code::of_outcome(row.outcome));
        *self.contact_volumes.entry(key).or_default() += 1;
        Ok(())
    }

    pub(crate) fn event(
        &mut self,
        sequence: u64,
        recorded_at: Timestamp,
        payload: &[u8],
    ) -> Result<(), Error> {
        let row = to_row(&StoredEvent { recorded_at, payload }).map_err(Error::Encode)?;
        self.events.push((sequence, row));
        Ok(())
    }

    /// What was stated of a window of a level so far.
    pub(crate) fn stated(&self, code: &Code, window: Span) -> Result<Option<Stated>, Error> {
        let key = schema::level_key(code, window);
        if let Some(stated) = self.levels.get(&(key.0.to_owned(), key.1, key.2)) {
            return Ok(Some(stated.clone()));
        }
        let Some(row) = self.before.levels.get(key)? else { return Ok(None) };
        let stated = owned(row.value());
        stated.map(Some).ok_or_else(|| Error::Row { table: "levels", key: format!("{key:?}") })
    }

    /// Something more was stated of a window of a level.
    pub(crate) fn state(&mut self, code: &Code, window: Span, stated: Stated) {
        let (code, length, day) = schema::level_key(code, window);
        self.levels.insert((code.to_owned(), length, day), stated);
    }

    /// A fact that shows at a place of the log: its own, unless it had waited in quarantine.
    pub(crate) fn breach(
        &mut self,
        (shows_at, sequence): (u64, u64),
        row: &FactRow,
    ) -> Result<(), Error> {
        let row = to_row(row).map_err(Error::Encode)?;
        if shows_at == sequence {
            self.breaches.push((sequence, row));
        } else {
            self.late_breaches.push(((shows_at, sequence), row));
        }
        self.last_breach = shows_at;
        Ok(())
    }

    pub(crate) fn subject(&mut self, subject: Subject, sequence: u64) {
        self.subjects.insert((subject.aggregate.code(), subject.partition), sequence);
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { sequence: self.checkpoint.sequence, last_breach: self.last_breach }
    }
}

fn damaged(ordinal: u64) -> Error {
    Error::Row { table: "requests", key: ordinal.to_string() }
}
