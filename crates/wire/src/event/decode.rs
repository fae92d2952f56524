//! Protobuf to domain: everything is checked, nothing panics.

use super::{calendar, citizen as facts, level, regime, rule};
use crate::pb::event::v1 as pb;
use crate::{catalogue, time, vocabulary};
use beffroi_domain::catalogue::Answered;
use beffroi_domain::{
    Attachment, CatalogueEntry, CataloguePublished, CitizenId, Code, Contact, Delay, Duplicate,
    Event, EventId, FollowUp, InvalidText, Kind, Label, LevelFactKind, MergedInto, Meta, Opened,
    Personal, PersonalData, Place, PromiseRef, Promised, QuarantineReleased, Reclassified,
    RegimeFact, Relation, RequestId, Source, Term, Text, Timestamp, Warn, Warning,
};
use prost::Message;
use thiserror::Error;
use uuid::Uuid;

/// The bytes are not an event that this version understands.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// Not protobuf.
    #[error("the bytes are not an event")]
    Protobuf(#[source] prost::DecodeError),
    /// No kind that this version knows: an event of a later version.
    #[error("the event is of a kind that this version does not know")]
    UnknownKind,
    /// Its personal data is encrypted, and this version has no keys.
    #[error("the event is sealed with key `{0}`")]
    Sealed(String),
    /// A field is missing or holds what it cannot hold.
    #[error("field `{field}` is {what}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        what: String,
    },
}

pub(super) fn wrong(field: &'static str, what: impl Into<String>) -> Error {
    Error::Field { field, what: what.into() }
}

/// Reads the bytes of an event.
pub fn decode(bytes: &[u8]) -> Result<Event, Error> {
    let event = pb::Event::decode(bytes).map_err(Error::Protobuf)?;
    let wire = event.kind.ok_or(Error::UnknownKind)?;
    let aggregate = uuid("aggregate_id", &event.aggregate_id)?;
    let sealed = unseal(event.sealed)?;
    let kind = kind(wire, &sealed)?;
    let about = kind.about(aggregate).map_err(|error| wrong("aggregate_id", error.to_string()))?;
    let meta = Meta {
        occurred_at: instant("occurred_at", event.occurred_at.as_ref())?,
        approximate: event.approximate,
        origin: word("origin", vocabulary::origin::from_pb(event.origin))?,
        actor: label("actor", &event.actor)?,
        channel: word("channel", vocabulary::channel::from_pb(event.channel))?,
        causation: optional_uuid("causation_id", &event.causation_id)?,
        correlation: optional_uuid("correlation_id", &event.correlation_id)?,
        catalogue_version: event.catalogue_version,
        source_status: label("source_status", &event.source_status)?,
    };
    Ok(Event {
        id: id("id", EventId::new, uuid("id", &event.id)?)?,
        about,
        meta,
        personal: Personal(personal(&sealed)?),
        kind,
    })
}

fn unseal(sealed: Option<pb::Sealed>) -> Result<pb::PersonalData, Error> {
    match sealed {
        None => Ok(pb::PersonalData::default()),
        Some(sealed) if sealed.key_id.is_empty() => {
            pb::PersonalData::decode(sealed.content).map_err(Error::Protobuf)
        }
        Some(sealed) => Err(Error::Sealed(sealed.key_id)),
    }
}

fn personal(data: &pb::PersonalData) -> Result<PersonalData, Error> {
    Ok(PersonalData {
        text: text("text", &data.text)?,
        name: text("name", &data.name)?,
        telephone: text("telephone", &data.telephone)?,
        email: text("email", &data.email)?,
        app_account: text("app_account", &data.app_account)?,
        address: text("address", &data.address)?,
        file_name: text("file_name", &data.file_name)?,
        reference: text("reference", &data.reference)?,
    })
}

fn kind(wire: pb::event::Kind, sealed: &pb::PersonalData) -> Result<Kind, Error> {
    use pb::event::Kind as Wire;
    Ok(match wire {
        Wire::RequestOpened(it) => Kind::Opened(Box::new(opened(&it, sealed)?)),
        Wire::RequestAssigned(it) => Kind::Assigned(label("unit", &it.unit)?),
        Wire::RequestPutOnHold(it) => {
            Kind::PutOnHold(word("reason", vocabulary::hold_reason::from_pb(it.reason))?)
        }
        Wire::RequestResumed(it) => Kind::Resumed(terms(&it.promises)?),
        Wire::FollowUpAdded(it) if it.shared => Kind::FollowUpAdded(FollowUp::Shared),
        Wire::FollowUpAdded(it) => {
            let visibility = word("visibility", pb::Visibility::try_from(it.visibility).ok())?;
            let author = word("author", pb::Author::try_from(it.author).ok())?;
            let follow_up = vocabulary::follow_up::from_pb(visibility, author);
            Kind::FollowUpAdded(word("visibility", follow_up)?)
        }
        Wire::RequestResolved(pb::RequestResolved {}) => Kind::Resolved,
        Wire::RequestReopened(it) => Kind::Reopened(terms(&it.promises)?),
        Wire::RequestCancelled(pb::RequestCancelled {}) => Kind::Cancelled,
        Wire::RequestReclassified(it) => Kind::Reclassified(Box::new(reclassified(&it)?)),
        Wire::RequestTransferred(it) => Kind::Transferred(required("unit", &it.unit)?),
        Wire::ProgrammeEntered(it) => {
            let programme = code("programme", &it.programme)?;
            Kind::ProgrammeEntered(programme.ok_or_else(|| wrong("programme", "missing"))?)
        }
        Wire::ProgrammeLeft(it) => Kind::ProgrammeLeft(terms(&it.promises)?),
        Wire::RequestMerged(it) => Kind::Merged(Box::new(merged(&it)?)),
        Wire::RequestUnmerged(pb::RequestUnmerged {}) => Kind::Unmerged,
        Wire::DuplicateAdded(it) => Kind::DuplicateAdded(Duplicate {
            request: request("request", &it.request)?,
            citizen: citizen(&it.citizen_id)?,
        }),
        Wire::DuplicateRemoved(it) => Kind::DuplicateRemoved(request("request", &it.request)?),
        Wire::RequestRelated(it) => Kind::Related(Relation {
            request: request("request", &it.request)?,
            kind: word("kind", vocabulary::relation_kind::from_pb(it.kind))?,
        }),
        Wire::RequestUnrelated(it) => Kind::Unrelated(request("request", &it.request)?),
        Wire::AttachmentAdded(it) => Kind::AttachmentAdded(Attachment {
            media_type: required("media_type", &it.media_type)?,
            bytes: it.bytes,
            sha256: it.sha256.as_ref().try_into().map_err(|_| wrong("sha256", "not 32 bytes"))?,
        }),
        Wire::CataloguePublished(it) => Kind::CataloguePublished(Box::new(published(it)?)),
        Wire::CalendarPublished(it) => {
            Kind::CalendarPublished(Box::new(calendar::published_from_pb(&it)?))
        }
        Wire::QuarantineReleased(it) => Kind::QuarantineReleased(Box::new(QuarantineReleased {
            sequence: it.sequence,
            why: required("why", &it.why)?,
        })),
        Wire::PromisesRevised(it) => {
            Kind::PromisesRevised(Box::new(calendar::revised_from_pb(&it)?))
        }
        Wire::CitizenSaved(it) => Kind::Citizen(facts::saved(it, sealed)?),
        Wire::CitizenMerged(it) => Kind::Citizen(facts::merged(&it)?),
        Wire::CitizenAbsorbed(it) => Kind::Citizen(facts::absorbed(&it)?),
        Wire::CitizenUnmerged(it) => Kind::Citizen(facts::unmerged(&it)?),
        Wire::CitizenReleased(it) => Kind::Citizen(facts::released(&it)?),
        Wire::RegimeDeclared(it) => Kind::Regime(regime::declared(&it)?),
        Wire::RegimeExtended(it) => Kind::Regime(regime::extended(&it)?),
        Wire::RegimeLifted(pb::RegimeLifted {}) => Kind::Regime(RegimeFact::Lifted),
        Wire::ContactRecorded(it) => Kind::ContactRecorded(Box::new(contact(&it)?)),
        Wire::PromiseWarned(it) => Kind::PromiseWarned(warned(it.promise)?),
        Wire::PromiseBreached(it) => Kind::PromiseBreached(promise_ref(it.promise)?),
        Wire::BreachWithdrawn(it) => Kind::BreachWithdrawn(promise_ref(it.promise)?),
        Wire::LevelBreached(it) => Kind::Level(LevelFactKind::Breached, level::decode(it.level)?),
        Wire::LevelRestored(it) => Kind::Level(LevelFactKind::Restored, level::decode(it.level)?),
    })
}

fn opened(it: &pb::RequestOpened, sealed: &pb::PersonalData) -> Result<Opened, Error> {
    let other = it.other_channels.iter().map(|number| vocabulary::channel::from_pb(*number));
    Ok(Opened {
        citizen: citizen(&it.citizen_id)?,
        product: required("product", &it.product)?,
        precision: label("precision", &it.precision)?,
        nature: word("nature", vocabulary::nature::from_pb(it.nature))?,
        language: word("language", vocabulary::language::from_pb(it.language))?,
        other_channels: word("other_channels", other.collect())?,
        unit: label("unit", &it.unit)?,
        place: place_from_pb(it.place.as_ref())?,
        source: it.source.as_ref().map(source).transpose()?,
        number_year: it.number_year.try_into().map_err(|_| wrong("number_year", "not a year"))?,
        terms: terms(&it.promises)?,
        urgency: word("urgency", vocabulary::urgency::from_pb(it.urgency))?,
        entry: it.entry.as_ref().map(entry).transpose()?,
        programme: code("programme", &it.programme)?,
        screened: it.screened,
        answers: answers(it, sealed)?,
    })
}

fn answers(it: &pb::RequestOpened, sealed: &pb::PersonalData) -> Result<Vec<Answered>, Error> {
    let answers = it.answers.iter().chain(&sealed.answers).map(catalogue::answer_from_pb);
    answers.collect::<Result<_, _>>().map_err(|error| wrong("answers", error.to_string()))
}

fn published(it: pb::CataloguePublished) -> Result<CataloguePublished, Error> {
    let catalogue = it.catalogue.ok_or_else(|| wrong("catalogue", "missing"))?;
    let catalogue = catalogue::published_from_pb(catalogue).map_err(|defects| {
        let first = defects.first();
        let first = first.map(|it| format!("{}: {}", it.place, it.flaw)).unwrap_or_default();
        wrong("catalogue", format!("not one that can be used: {first}"))
    })?;
    Ok(CataloguePublished { version: it.version, catalogue })
}

fn entry(it: &pb::CatalogueEntry) -> Result<CatalogueEntry, Error> {
    let product = code("entry.product", &it.product)?;
    let plain = it.business_days.map(|days| Delay::resolved_within(days).into());
    let promised = it.promised.iter().map(promised_from_pb).collect::<Result<Vec<_>, _>>()?;
    Ok(CatalogueEntry {
        product: product.ok_or_else(|| wrong("entry.product", "missing"))?,
        precision: code("entry.precision", &it.precision)?,
        promised: plain.into_iter().chain(promised).collect(),
        reopen_within_days: it.reopen_within_days,
    })
}

fn reclassified(it: &pb::RequestReclassified) -> Result<Reclassified, Error> {
    Ok(Reclassified {
        product: required("product", &it.product)?,
        precision: label("precision", &it.precision)?,
        nature: word("nature", vocabulary::nature::from_pb(it.nature))?,
        urgency: word("urgency", vocabulary::urgency::from_pb(it.urgency))?,
        entry: it.entry.as_ref().map(entry).transpose()?,
        unit: label("unit", &it.unit)?,
        programme: code("programme", &it.programme)?,
        terms: terms(&it.promises)?,
    })
}

fn merged(it: &pb::RequestMerged) -> Result<MergedInto, Error> {
    Ok(MergedInto {
        into: request("into", &it.into)?,
        status: word("status", vocabulary::request_status::from_pb(it.status))?,
        unit: label("unit", &it.unit)?,
        programme: code("programme", &it.programme)?,
        terms: terms(&it.promises)?,
    })
}

fn contact(it: &pb::ContactRecorded) -> Result<Contact, Error> {
    let request = optional_uuid("request_id", &it.request_id)?;
    Ok(Contact {
        citizen: citizen(&it.citizen_id)?,
        nature: word("nature", vocabulary::nature::from_pb(it.nature))?,
        language: word("language", vocabulary::language::from_pb(it.language))?,
        outcome: word("outcome", vocabulary::contact_outcome::from_pb(it.outcome))?,
        request: request.map(|it| id("request_id", RequestId::new, it)).transpose()?,
        product: label("product", &it.product)?,
        waited_secs: it.waited_secs,
        handled_secs: it.handled_secs,
        emergency: word("emergency", vocabulary::emergency::from_pb(it.emergency))?,
        product_code: code("product_code", &it.product_code)?,
    })
}

fn promise_ref(it: Option<pb::PromiseRef>) -> Result<PromiseRef, Error> {
    let it = it.ok_or_else(|| wrong("promise", "missing"))?;
    Ok(PromiseRef {
        kind: word("kind", vocabulary::promise_kind::from_pb(it.kind))?,
        cycle: it.cycle,
        due_at: instant("due_at", it.due_at.as_ref())?,
        noticed_at: instant("noticed_at", it.noticed_at.as_ref())?,
        based_on: it.based_on,
        revision: it.revision,
        threshold: match it.threshold {
            None => None,
            Some(it) => Some(threshold(it)?),
        },
    })
}

/// The promise a warning speaks of.
fn warned(it: Option<pb::PromiseRef>) -> Result<PromiseRef, Error> {
    let fact = promise_ref(it)?;
    Ok(PromiseRef { threshold: fact.threshold.or(Some(Warn::DEFAULT)), ..fact })
}

fn threshold(it: pb::Threshold) -> Result<Warn, Error> {
    rule::threshold_from_pb(it).ok_or_else(|| wrong("threshold", "missing"))
}

fn promised_from_pb(it: &pb::Promise) -> Result<Promised, Error> {
    let commitment = code("commitment", &it.commitment)?;
    Ok(Promised { commitment, delay: delay(it)? })
}

/// What is promised, by which rule and when to warn, from the wire.
pub fn delay(it: &pb::Promise) -> Result<Delay, Error> {
    let threshold = |it: &pb::Warning| threshold(it.threshold.unwrap_or_default());
    Ok(Delay {
        promise: word("kind", vocabulary::promise_kind::from_pb(it.kind))?,
        rule: rule::decode(it)?,
        warnings: it.warnings.iter().map(threshold).collect::<Result<_, _>>()?,
    })
}

pub(super) fn terms(promises: &[pb::Promise]) -> Result<Vec<Term>, Error> {
    promises.iter().map(promise_from_pb).collect()
}

/// A promised time from the wire.
pub fn promise_from_pb(it: &pb::Promise) -> Result<Term, Error> {
    let plain = it.warn_at.as_ref().map(|at| {
        Ok::<_, Error>(Warning { warn: Warn::DEFAULT, at: instant("warn_at", Some(at))? })
    });
    let warnings = it.warnings.iter().map(|it| {
        let warn = threshold(it.threshold.unwrap_or_default())?;
        Ok(Warning { warn, at: instant("warnings.at", it.at.as_ref())? })
    });
    Ok(Term {
        kind: word("kind", vocabulary::promise_kind::from_pb(it.kind))?,
        commitment: code("commitment", &it.commitment)?,
        rule: rule::decode(it)?,
        warnings: plain.into_iter().chain(warnings).collect::<Result<_, _>>()?,
        due_at: instant("due_at", it.due_at.as_ref())?,
    })
}

/// A place from the wire.
pub fn place_from_pb(it: Option<&pb::Place>) -> Result<Place, Error> {
    let Some(it) = it else { return Ok(Place::default()) };
    let coordinates = it.coordinates.as_ref().map(|it| {
        let latitude = ten_millionths(it.latitude, 90.0)?;
        Some((latitude, ten_millionths(it.longitude, 180.0)?))
    });
    let coordinates = match coordinates {
        Some(None) => return Err(wrong("coordinates", "off the globe")),
        Some(known) => known,
        None => None,
    };
    Ok(Place { borough: label("borough", &it.borough)?, coordinates })
}

#[expect(clippy::cast_possible_truncation, reason = "checked to lie within the range")]
fn ten_millionths(degrees: f64, max: f64) -> Option<i32> {
    (degrees.abs() <= max).then(|| (degrees * 1e7).round() as i32)
}

fn source(it: &pb::Source) -> Result<Source, Error> {
    Ok(Source {
        system: required("source.system", &it.system)?,
        id: required("source.id", &it.id)?,
    })
}

fn citizen(bytes: &[u8]) -> Result<Option<CitizenId>, Error> {
    let uuid = optional_uuid("citizen_id", bytes)?;
    uuid.map(|it| id("citizen_id", CitizenId::new, it)).transpose()
}

pub(super) fn required_citizen(field: &'static str, bytes: &[u8]) -> Result<CitizenId, Error> {
    id(field, CitizenId::new, uuid(field, bytes)?)
}

fn id<T, E: ToString>(
    field: &'static str,
    new: impl Fn(Uuid) -> Result<T, E>,
    uuid: Uuid,
) -> Result<T, Error> {
    new(uuid).map_err(|error| wrong(field, error.to_string()))
}

fn uuid(field: &'static str, bytes: &[u8]) -> Result<Uuid, Error> {
    Uuid::from_slice(bytes).map_err(|_| wrong(field, "not 16 bytes"))
}

fn optional_uuid(field: &'static str, bytes: &[u8]) -> Result<Option<Uuid>, Error> {
    if bytes.is_empty() { Ok(None) } else { uuid(field, bytes).map(Some) }
}

pub(super) fn instant(
    field: &'static str,
    at: Option<&prost_types::Timestamp>,
) -> Result<Timestamp, Error> {
    let at = at.ok_or_else(|| wrong(field, "missing"))?;
    time::from_pb(at).map_err(|error| wrong(field, error.to_string()))
}

pub(super) fn word<T>(field: &'static str, word: Option<T>) -> Result<T, Error> {
    word.ok_or_else(|| wrong(field, "a value that this version does not know"))
}

fn label(field: &'static str, it: &str) -> Result<Option<Label>, Error> {
    Label::optional(it).map_err(|error: InvalidText| wrong(field, error.to_string()))
}

fn required(field: &'static str, it: &str) -> Result<Label, Error> {
    label(field, it)?.ok_or_else(|| wrong(field, "missing"))
}

pub(super) fn code(field: &'static str, it: &str) -> Result<Option<Code>, Error> {
    if it.is_empty() {
        return Ok(None);
    }
    it.parse().map(Some).map_err(|_| wrong(field, "not a code"))
}

fn request(field: &'static str, bytes: &[u8]) -> Result<RequestId, Error> {
    id(field, RequestId::new, uuid(field, bytes)?)
}

pub(super) fn text(field: &'static str, it: &str) -> Result<Option<Text>, Error> {
    Text::optional(it, Text::MAX).map_err(|error| wrong(field, error.to_string()))
}
