//! The fold: one record at a time, in log order, no clock, no randomness.

use crate::batch::Batch;
use crate::digest::Digest;
use crate::schema::{
    BreachRow, CalendarRow, CatalogueRow, ContactRow, FactRow, GivenUp, LevelFactRow,
    QuarantineRow, RELEASE, RequestRow, SetAside, Step,
};
use crate::store::Error;
use crate::subject::{AGGREGATE_HEADER, KIND_HEADER, Subject};
use beffroi_domain::level::Stated;
use beffroi_domain::{
    About, CalendarPublished, CataloguePublished, Citizen, CitizenFact, CitizenId, Contact,
    ContactId, Event, FactKind, Kind, LevelFact, LevelFactKind, Origin, PromiseRef,
    QuarantineReleased, Raised, RaisedOf, Reference, RegimeFact, Request, Timestamp,
};
use beffroi_journal::{Entry, Record};
use beffroi_wire::event;
use bytes::Bytes;
use uuid::Uuid;

/// A record with what its payload decodes to; decoding runs ahead of the fold.
pub(crate) struct Decoded {
    pub record: Record,
    event: Result<Event, event::Error>,
    recorded_at: Timestamp,
    /// Where in the log what comes of it shows: at its own place, unless it had waited.
    shows_at: u64,
}

impl Decoded {
    pub(crate) fn new(record: Record) -> Self {
        let event = event::decode(&record.entry.payload);
        let recorded_at = Timestamp::try_from(record.recorded_at).unwrap_or(Timestamp::EPOCH);
        let shows_at = record.sequence;
        Self { record, event, recorded_at, shows_at }
    }

    /// It in quarantine, set aside by a release of the program.
    pub(crate) fn set_aside(&self, why: SetAside, release: &str) -> QuarantineRow {
        let Entry { subject, headers, payload, .. } = &self.record.entry;
        QuarantineRow {
            aggregate: aggregate(self).map(|it| it.as_u128()),
            subject: subject.clone(),
            kind: header(headers, KIND_HEADER).map(ToOwned::to_owned),
            recorded_at: self.recorded_at,
            why,
            release: release.to_owned(),
            given_up: None,
            payload: payload.to_vec(),
        }
    }

    /// What waited in quarantine until a release.
    fn waited(sequence: u64, row: &QuarantineRow, shows_at: u64) -> Self {
        let payload = Bytes::copy_from_slice(&row.payload);
        let event = event::decode(&payload);
        let subject = row.subject.clone();
        let entry = Entry { id: Uuid::nil(), subject, headers: Vec::new(), payload };
        let record = Record { sequence, recorded_at: row.recorded_at.utc(), entry };
        Self { record, event, recorded_at: row.recorded_at, shows_at }
    }
}

/// Why an event cannot be applied.
type Reason = String;

/// Folds a record into the batch. An event that cannot be applied is set aside in quarantine, and so
/// are the later ones of its aggregate until it is released; nothing but the store can fail.
pub(crate) fn fold(batch: &mut Batch, decoded: &Decoded) -> Result<(), Error> {
    let record = &decoded.record;
    let mut digest: Digest = batch.checkpoint.digest;
    digest.extend(record);
    batch.advance(record.sequence, digest);
    if let Some(subject) = Subject::parse(&record.entry.subject) {
        batch.subject(subject, record.sequence);
    }
    match &decoded.event {
        Ok(event @ Event { kind: Kind::QuarantineReleased(it), .. }) => {
            release(batch, decoded, (event, it))?;
        }
        Ok(_) | Err(_) => place(batch, decoded)?,
    }
    if let Ok(event) = &decoded.event {
        let known_until = &mut batch.checkpoint.known_until;
        *known_until = (*known_until).max(told_of(event));
    }
    Ok(())
}

/// Folds an event where it stands, or sets it aside.
fn place(batch: &mut Batch, decoded: &Decoded) -> Result<(), Error> {
    let aggregate = aggregate(decoded);
    let waits = match aggregate {
        Some(aggregate) => batch.is_quarantined(aggregate)?,
        None => false,
    };
    let why = if waits { Some(SetAside::Waits) } else { attempt(batch, decoded)? };
    let Some(why) = why else { return Ok(()) };
    batch.quarantine(decoded.record.sequence, decoded.set_aside(why, RELEASE))
}

/// Applies an event; says why it cannot be.
fn attempt(batch: &mut Batch, decoded: &Decoded) -> Result<Option<SetAside>, Error> {
    let outcome = match &decoded.event {
        Ok(event) => apply(batch, decoded, event)?,
        Err(error) => Err(error.to_string()),
    };
    Ok(outcome.err().map(SetAside::Fails))
}

/// Gives up the event that a release names, and folds what waits behind it, in log order, up to the
/// next that cannot be. A release of anything else than an event that keeps others waiting is void:
/// where this program understands the event, it was folded at its place.
fn release(
    batch: &mut Batch,
    decoded: &Decoded,
    (event, released): (&Event, &QuarantineReleased),
) -> Result<(), Error> {
    let here = decoded.record.sequence;
    batch.event(here, decoded.recorded_at, &decoded.record.entry.payload)?;
    let Some(mut row) = batch.set_aside(released.sequence)? else { return Ok(()) };
    if !row.is_held() || !row.fails() {
        return Ok(());
    }
    row.given_up = Some(GivenUp {
        sequence: here,
        at: event.meta.occurred_at,
        actor: event.meta.actor.as_ref().map(ToString::to_string),
        why: released.why.to_string(),
    });
    let aggregate = row.aggregate.map(Uuid::from_u128);
    batch.quarantine(released.sequence, row)?;
    let Some(aggregate) = aggregate else { return Ok(()) };
    for sequence in batch.held_of(aggregate)? {
        let Some(mut row) = batch.set_aside(sequence)? else { continue };
        match attempt(batch, &Decoded::waited(sequence, &row, here))? {
            None => batch.taken_up(sequence, aggregate),
            Some(why) => {
                row.why = why;
                return batch.quarantine(sequence, row);
            }
        }
    }
    Ok(())
}

/// The latest time of which an event tells: when it was recorded, it was not earlier.
fn told_of(event: &Event) -> Option<Timestamp> {
    let promise = event.kind.fact().map(|(_, fact)| fact.noticed_at);
    let level = if let Kind::Level(_, fact) = &event.kind { Some(fact.noticed_at) } else { None };
    let noticed_at = promise.max(level);
    let occurred_at = Some(event.meta.occurred_at);
    (event.meta.origin == Origin::Live).then(|| noticed_at.max(occurred_at)).flatten()
}

/// What an event is about, as far as that can be told. A release waits for nothing, and nothing waits
/// for one.
fn aggregate(decoded: &Decoded) -> Option<Uuid> {
    let found = match &decoded.event {
        Ok(event) => Some(event.about.uuid()),
        Err(_) => {
            let value = header(&decoded.record.entry.headers, AGGREGATE_HEADER)?;
            Uuid::parse_str(value).ok()
        }
    };
    found.filter(|it| *it != Reference::Quarantine.uuid())
}

fn header<'a>(headers: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

fn apply(batch: &mut Batch, decoded: &Decoded, event: &Event) -> Result<Result<(), Reason>, Error> {
    match (event.about, &event.kind) {
        (About::Contact(id), Kind::ContactRecorded(contact)) => {
            apply_contact(batch, decoded, (event, id, contact)).map(Ok)
        }
        (About::Contact(_), _) => Ok(Err("the event is not one of a contact".to_owned())),
        (About::Citizen(id), Kind::Citizen(fact)) => {
            apply_citizen(batch, decoded, (event, id, fact))
        }
        (About::Citizen(_), _) => Ok(Err("the event is not one of a citizen".to_owned())),
        (About::Reference(Reference::Catalogue), Kind::CataloguePublished(published)) => {
            apply_catalogue(batch, decoded, (event, published))
        }
        (About::Reference(Reference::Calendar), Kind::CalendarPublished(published)) => {
            apply_calendar(batch, decoded, (event, published))
        }
        (About::Reference(Reference::Regime), Kind::Regime(fact)) => {
            apply_regime(batch, decoded, (event, fact))
        }
        (About::Reference(Reference::Level), Kind::Level(kind, fact)) => {
            apply_level(batch, decoded, (event, *kind, fact)).map(Ok)
        }
        (About::Reference(_), _) => Ok(Err("the event is not one of a reference".to_owned())),
        (About::Request(id), _) => match batch.ordinal(id)? {
            None => apply_first(batch, decoded, event),
            Some(ordinal) => apply_next(batch, decoded, event, ordinal),
        },
    }
}

fn apply_contact(
    batch: &mut Batch,
    decoded: &Decoded,
    (event, id, contact): (&Event, ContactId, &Contact),
) -> Result<(), Error> {
    let sequence = decoded.record.sequence;
    // The journal's duplicate window is minutes: what comes later is recognised here.
    if batch.has_contact(id)? {
        return Ok(());
    }
    let known = (event.meta.origin, batch.checkpoint.known_until);
    let row = ContactRow::new(event.meta.channel, known, contact);
    batch.contact(id, (event.meta.occurred_at, sequence), &row)?;
    batch.event(sequence, decoded.recorded_at, &decoded.record.entry.payload)?;
    if let Some(request) = contact.request
        && let Some(ordinal) = batch.ordinal(request)?
    {
        let contacts = &mut batch.load(ordinal)?.row.contacts;
        let at = contacts.partition_point(|it| *it < sequence);
        contacts.insert(at, sequence);
    }
    if let Some(citizen) = contact.citizen {
        let row = batch.citizen(citizen)?;
        row.contacts += 1;
        row.last_contact_at = row.last_contact_at.max(Some(event.meta.occurred_at));
    }
    Ok(())
}

fn apply_catalogue(
    batch: &mut Batch,
    decoded: &Decoded,
    (event, published): (&Event, &CataloguePublished),
) -> Result<Result<(), Reason>, Error> {
    let sequence = decoded.record.sequence;
    let products = published.catalogue.products();
    let count = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    let row = CatalogueRow {
        sequence,
        id: event.id.uuid(),
        published_at: event.meta.occurred_at,
        actor: event.meta.actor.as_ref().map(ToString::to_string),
        products: count(products.len()),
        questions: count(products.iter().map(|it| it.questions.len()).sum()),
    };
    if !batch.publish(published.version, row) {
        return Ok(Err(format!("version {} of the catalogue cannot follow", published.version)));
    }
    batch.event(sequence, decoded.recorded_at, &decoded.record.entry.payload)?;
    Ok(Ok(()))
}

fn apply_calendar(
    batch: &mut Batch,
    decoded: &Decoded,
    (event, published): (&Event, &CalendarPublished),
) -> Result<Result<(), Reason>, Error> {
    let sequence = decoded.record.sequence;
    let row = CalendarRow {
        sequence,
        id: event.id.uuid(),
        published_at: event.meta.occurred_at,
        recorded_at: decoded.recorded_at,
        actor: event.meta.actor.as_ref().map(ToString::to_string),
        holds_from: published.holds_from,
    };
    if !batch.publish_calendar(published.version, row) {
        return Ok(Err(format!("version {} of the calendar cannot follow", published.version)));
    }
    batch.event(sequence, decoded.recorded_at, &decoded.record.entry.payload)?;
    Ok(Ok(()))
}

fn apply_regime(
    batch: &mut Batch,
    decoded: &Decoded,
    (event, fact): (&Event, &RegimeFact),
) -> Result<Result<(), Reason>, Error> {
    let sequence = decoded.record.sequence;
    let row = batch.regimes();
    if row.sequence_of(event.id.uuid()).is_some() {
        return Ok(Ok(()));
    }
    row.regimes = match row.regimes.clone().evolve(fact, event.meta.occurred_at) {
        Ok(regimes) => regimes,
        Err(error) => return Ok(Err(error.to_string())),
    };
    row.steps.push(Step { sequence, id: event.id.uuid() });
    batch.event(sequence, decoded.recorded_at, &decoded.record.entry.payload)?;
    Ok(Ok(()))
}

fn apply_level(
    batch: &mut Batch,
    decoded: &Decoded,
    (event, kind, fact): (&Event, LevelFactKind, &LevelFact),
) -> Result<(), Error> {
    let sequence = decoded.record.sequence;
    let before = batch.stated(&fact.code, fact.window)?;
    // Sent twice, or another node stated something else first.
    let Some(after) = Stated::after(before.as_ref(), kind, fact) else { return Ok(()) };
    batch.state(&fact.code, fact.window, after);
    let row = LevelFactRow {
        id: event.id.uuid(),
        kind,
        fact: fact.clone(),
        ended_at: event.meta.occurred_at,
        recorded_at: decoded.recorded_at,
    };
    batch.breach((decoded.shows_at, sequence), &FactRow::Level(Box::new(row)))?;
    batch.event(sequence, decoded.recorded_at, &decoded.record.entry.payload)
}

fn apply_citizen(
    batch: &mut Batch,
    decoded: &Decoded,
    (event, id, fact): (&Event, CitizenId, &CitizenFact),
) -> Result<Result<(), Reason>, Error> {
    let sequence = decoded.record.sequence;
    if batch.citizen(id)?.sequence_of(event.id.uuid()).is_some() {
        return Ok(Ok(()));
    }
    if let CitizenFact::Saved(saved) = fact {
        if batch.has_saved(event.id.uuid())? {
            return Ok(Ok(()));
        }
        if batch.is_void(id, event.meta.causation, saved)? {
            batch.void(event.id.uuid());
            return Ok(Ok(()));
        }
    }
    let record = match Citizen::evolve(batch.citizen(id)?.record.clone(), id, fact) {
        Ok(record) => record,
        Err(error) => return Ok(Err(error.to_string())),
    };
    if let CitizenFact::Saved(saved) = fact {
        batch.saved(event.id.uuid(), id, saved)?;
    }
    let row = batch.citizen(id)?;
    row.record = Some(record);
    row.steps.push(Step { sequence, id: event.id.uuid() });
    batch.event(sequence, decoded.recorded_at, &decoded.record.entry.payload)?;
    Ok(Ok(()))
}

fn apply_first(
    batch: &mut Batch,
    decoded: &Decoded,
    event: &Event,
) -> Result<Result<(), Reason>, Error> {
    let request = match Request::evolve(None, event) {
        Ok(request) => request,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let Kind::Opened(opened) = &event.kind else {
        return Ok(Err("a request begins with its opening".to_owned()));
    };
    let Some(number) = batch.next_number(opened.number_year)? else {
        return Ok(Err(format!("no number is left in the year {}", opened.number_year)));
    };
    let sequence = decoded.record.sequence;
    batch.insert(RequestRow::new(number, request, (sequence, event)))?;
    batch.event(sequence, decoded.recorded_at, &decoded.record.entry.payload)?;
    Ok(Ok(()))
}

fn apply_next(
    batch: &mut Batch,
    decoded: &Decoded,
    event: &Event,
    ordinal: u64,
) -> Result<Result<(), Reason>, Error> {
    let sequence = decoded.record.sequence;
    let row = &mut batch.load(ordinal)?.row;
    // Sent twice beyond the journal's duplicate window, or settled by an earlier event.
    if row.sequence_of(event.id.uuid()).is_some() || row.request.is_void(&event.kind) {
        return Ok(Ok(()));
    }
    row.request = match Request::evolve(Some(row.request.clone()), event) {
        Ok(request) => request,
        Err(error) => return Ok(Err(error.to_string())),
    };
    row.note(sequence, event);
    let fact = event.kind.fact();
    let breach = fact.and_then(|fact| breach_row(row, event.id.uuid(), fact, decoded.recorded_at));
    if let Some(breach) = breach {
        batch.breach((decoded.shows_at, sequence), &breach)?;
    }
    batch.event(sequence, decoded.recorded_at, &decoded.record.entry.payload)?;
    Ok(Ok(()))
}

fn breach_row(
    row: &RequestRow,
    id: Uuid,
    (kind, fact): (FactKind, &PromiseRef),
    recorded_at: Timestamp,
) -> Option<FactRow> {
    // What is taken back is told to those who were told of it.
    let was = if kind == FactKind::Withdrawal { FactKind::Breach } else { kind };
    let is_it = |it: &&Raised| {
        (it.fact, it.promise, it.cycle, it.due_at, it.threshold)
            == (was, fact.kind, fact.cycle, fact.due_at, fact.threshold)
    };
    let RaisedOf { product, product_code, urgency, unit, commitment } =
        row.request.raised.iter().rev().find(is_it)?.of.clone();
    Some(FactRow::Promise(Box::new(BreachRow {
        id,
        kind,
        request: row.request.id,
        number: row.number,
        product: product.to_string(),
        product_code,
        urgency,
        unit: unit.map(|it| it.to_string()),
        promise: fact.kind,
        commitment,
        cycle: fact.cycle,
        threshold: fact.threshold,
        due_at: fact.due_at,
        noticed_at: fact.noticed_at,
        recorded_at,
    })))
}
