//! Domain to protobuf: cannot fail.

use super::{calendar, citizen, level, regime, rule};
use crate::pb::event::v1 as pb;
use crate::{catalogue, time, vocabulary};
use beffroi_domain::{
    CatalogueEntry, Code, Contact, Event, FollowUp, Kind, Label, MergedInto, Opened, PersonalData,
    Place, PromiseRef, Reclassified, RequestId, Source, Term, Text, Warn, Warning,
};
use bytes::Bytes;
use prost::Message;
use uuid::Uuid;

/// The bytes of an event.
pub fn encode(event: &Event) -> Bytes {
    let meta = &event.meta;
    pb::Event {
        id: uuid(event.id.uuid()),
        aggregate_id: uuid(event.about.uuid()),
        occurred_at: Some(time::to_pb(meta.occurred_at)),
        approximate: meta.approximate,
        origin: vocabulary::origin::to_pb(meta.origin).into(),
        actor: label(meta.actor.as_ref()),
        channel: vocabulary::channel::to_pb(meta.channel).into(),
        causation_id: meta.causation.map(uuid).unwrap_or_default(),
        correlation_id: meta.correlation.map(uuid).unwrap_or_default(),
        catalogue_version: meta.catalogue_version,
        sealed: seal(&event.personal, &event.kind),
        source_status: label(meta.source_status.as_ref()),
        kind: kind(&event.kind),
    }
    .encode_to_vec()
    .into()
}

fn seal(data: &PersonalData, kind: &Kind) -> Option<pb::Sealed> {
    let mut content = pb::PersonalData {
        text: text(data.text.as_ref()),
        name: text(data.name.as_ref()),
        telephone: text(data.telephone.as_ref()),
        email: text(data.email.as_ref()),
        address: text(data.address.as_ref()),
        app_account: text(data.app_account.as_ref()),
        file_name: text(data.file_name.as_ref()),
        reference: text(data.reference.as_ref()),
        ..pb::PersonalData::default()
    };
    if let Kind::Citizen(fact) = kind {
        citizen::seal(fact, &mut content);
    }
    if let Kind::Opened(opened) = kind {
        content.answers = answers(opened, true);
    }
    if content == pb::PersonalData::default() {
        return None;
    }
    let content = content.encode_to_vec().into();
    Some(pb::Sealed { key_id: String::new(), nonce: Bytes::new(), content })
}

fn kind(kind: &Kind) -> Option<pb::event::Kind> {
    use pb::event::Kind as Wire;
    Some(match kind {
        Kind::Opened(it) => Wire::RequestOpened(opened(it)),
        Kind::Assigned(unit) => {
            Wire::RequestAssigned(pb::RequestAssigned { unit: label(unit.as_ref()) })
        }
        Kind::PutOnHold(reason) => Wire::RequestPutOnHold(pb::RequestPutOnHold {
            reason: vocabulary::hold_reason::to_pb(*reason).into(),
        }),
        Kind::Resumed(terms) => {
            Wire::RequestResumed(pb::RequestResumed { promises: promises(terms) })
        }
        Kind::FollowUpAdded(it) => {
            let (visibility, author) = vocabulary::follow_up::to_pb(*it);
            let (visibility, author) = (visibility.into(), author.into());
            let shared = *it == FollowUp::Shared;
            Wire::FollowUpAdded(pb::FollowUpAdded { visibility, author, shared })
        }
        Kind::Resolved => Wire::RequestResolved(pb::RequestResolved {}),
        Kind::Reopened(terms) => {
            Wire::RequestReopened(pb::RequestReopened { promises: promises(terms) })
        }
        Kind::Cancelled => Wire::RequestCancelled(pb::RequestCancelled {}),
        Kind::Reclassified(it) => Wire::RequestReclassified(reclassified(it)),
        Kind::Transferred(unit) => {
            Wire::RequestTransferred(pb::RequestTransferred { unit: unit.to_string() })
        }
        Kind::ProgrammeEntered(programme) => {
            Wire::ProgrammeEntered(pb::ProgrammeEntered { programme: programme.to_string() })
        }
        Kind::ProgrammeLeft(terms) => {
            Wire::ProgrammeLeft(pb::ProgrammeLeft { promises: promises(terms) })
        }
        Kind::Merged(_)
        | Kind::Unmerged
        | Kind::DuplicateAdded(_)
        | Kind::DuplicateRemoved(_)
        | Kind::Related(_)
        | Kind::Unrelated(_)
        | Kind::AttachmentAdded(_) => return links(kind),
        Kind::CataloguePublished(it) => Wire::CataloguePublished(pb::CataloguePublished {
            version: it.version,
            catalogue: Some(catalogue::to_pb(&it.catalogue)),
        }),
        Kind::CalendarPublished(it) => Wire::CalendarPublished(calendar::published(it)),
        Kind::QuarantineReleased(it) => Wire::QuarantineReleased(pb::QuarantineReleased {
            sequence: it.sequence,
            why: it.why.to_string(),
        }),
        Kind::PromisesRevised(it) => Wire::PromisesRevised(calendar::revised(it)),
        Kind::Citizen(fact) => citizen::encode(fact),
        Kind::Regime(fact) => regime::encode(fact),
        Kind::ContactRecorded(it) => Wire::ContactRecorded(contact(it)),
        Kind::PromiseWarned(it) => {
            Wire::PromiseWarned(pb::PromiseWarned { promise: Some(promise_ref(it)) })
        }
        Kind::PromiseBreached(it) => {
            Wire::PromiseBreached(pb::PromiseBreached { promise: Some(promise_ref(it)) })
        }
        Kind::BreachWithdrawn(it) => {
            Wire::BreachWithdrawn(pb::BreachWithdrawn { promise: Some(promise_ref(it)) })
        }
        Kind::Level(kind, fact) => level::encode(*kind, fact),
    })
}

/// The links of a request; `None` for other kinds.
fn links(kind: &Kind) -> Option<pb::event::Kind> {
    use pb::event::Kind as Wire;
    let request = |id: RequestId| uuid(id.uuid());
    match kind {
        Kind::Merged(it) => Some(Wire::RequestMerged(merged(it))),
        Kind::Unmerged => Some(Wire::RequestUnmerged(pb::RequestUnmerged {})),
        Kind::DuplicateAdded(it) => Some(Wire::DuplicateAdded(pb::DuplicateAdded {
            request: request(it.request),
            citizen_id: it.citizen.map(|it| uuid(it.uuid())).unwrap_or_default(),
        })),
        Kind::DuplicateRemoved(it) => {
            Some(Wire::DuplicateRemoved(pb::DuplicateRemoved { request: request(*it) }))
        }
        Kind::Related(it) => Some(Wire::RequestRelated(pb::RequestRelated {
            request: request(it.request),
            kind: vocabulary::relation_kind::to_pb(it.kind).into(),
        })),
        Kind::Unrelated(it) => {
            Some(Wire::RequestUnrelated(pb::RequestUnrelated { request: request(*it) }))
        }
        Kind::AttachmentAdded(it) => Some(Wire::AttachmentAdded(pb::AttachmentAdded {
            media_type: it.media_type.to_string(),
            bytes: it.bytes,
            sha256: Bytes::copy_from_slice(&it.sha256),
        })),
        Kind::Opened(_)
        | Kind::Assigned(_)
        | Kind::PutOnHold(_)
        | Kind::Resumed(_)
        | Kind::FollowUpAdded(_)
        | Kind::Resolved
        | Kind::Reopened(_)
        | Kind::Cancelled
        | Kind::Reclassified(_)
        | Kind::Transferred(_)
        | Kind::ProgrammeEntered(_)
        | Kind::ProgrammeLeft(_)
        | Kind::CataloguePublished(_)
        | Kind::CalendarPublished(_)
        | Kind::QuarantineReleased(_)
        | Kind::PromisesRevised(_)
        | Kind::Citizen(_)
        | Kind::Regime(_)
        | Kind::ContactRecorded(_)
        | Kind::PromiseWarned(_)
        | Kind::PromiseBreached(_)
        | Kind::BreachWithdrawn(_)
        | Kind::Level(..) => None,
    }
}

fn merged(it: &MergedInto) -> pb::RequestMerged {
    pb::RequestMerged {
        into: uuid(it.into.uuid()),
        status: vocabulary::request_status::to_pb(it.status).into(),
        unit: label(it.unit.as_ref()),
        programme: code(it.programme.as_ref()),
        promises: promises(&it.terms),
    }
}

fn reclassified(it: &Reclassified) -> pb::RequestReclassified {
    pb::RequestReclassified {
        product: it.product.to_string(),
        precision: label(it.precision.as_ref()),
        nature: vocabulary::nature::to_pb(it.nature).into(),
        urgency: vocabulary::urgency::to_pb(it.urgency).into(),
        entry: it.entry.as_ref().map(entry),
        unit: label(it.unit.as_ref()),
        programme: code(it.programme.as_ref()),
        promises: promises(&it.terms),
    }
}

fn entry(it: &CatalogueEntry) -> pb::CatalogueEntry {
    pb::CatalogueEntry {
        product: it.product.to_string(),
        precision: code(it.precision.as_ref()),
        business_days: rule::plain_business_days(&it.promised),
        reopen_within_days: it.reopen_within_days,
        promised: match rule::plain_business_days(&it.promised) {
            Some(_) => Vec::new(),
            None => it.promised.iter().map(rule::promised_to_pb).collect(),
        },
    }
}

fn opened(it: &Opened) -> pb::RequestOpened {
    let other = it.other_channels.iter().map(|it| vocabulary::channel::to_pb(*it).into());
    pb::RequestOpened {
        citizen_id: it.citizen.map(|it| uuid(it.uuid())).unwrap_or_default(),
        product: it.product.to_string(),
        precision: label(it.precision.as_ref()),
        nature: vocabulary::nature::to_pb(it.nature).into(),
        language: vocabulary::language::to_pb(it.language).into(),
        other_channels: other.collect(),
        unit: label(it.unit.as_ref()),
        place: place_to_pb(&it.place),
        source: it.source.as_ref().map(source),
        number_year: it.number_year.into(),
        promises: promises(&it.terms),
        urgency: vocabulary::urgency::to_pb(it.urgency).into(),
        entry: it.entry.as_ref().map(entry),
        programme: code(it.programme.as_ref()),
        screened: it.screened,
        answers: answers(it, false),
    }
}

/// The answers that can name a person, or those that cannot.
fn answers(it: &Opened, personal: bool) -> Vec<pb::Answer> {
    let answers = it.answers.iter().filter(|it| it.answer.is_personal() == personal);
    answers.map(catalogue::answer_to_pb).collect()
}

fn contact(it: &Contact) -> pb::ContactRecorded {
    pb::ContactRecorded {
        citizen_id: it.citizen.map(|it| uuid(it.uuid())).unwrap_or_default(),
        nature: vocabulary::nature::to_pb(it.nature).into(),
        language: vocabulary::language::to_pb(it.language).into(),
        outcome: vocabulary::contact_outcome::to_pb(it.outcome).into(),
        request_id: it.request.map(|it| uuid(it.uuid())).unwrap_or_default(),
        product: label(it.product.as_ref()),
        waited_secs: it.waited_secs,
        handled_secs: it.handled_secs,
        emergency: vocabulary::emergency::to_pb(it.emergency).into(),
        product_code: code(it.product_code.as_ref()),
    }
}

fn promise_ref(it: &PromiseRef) -> pb::PromiseRef {
    pb::PromiseRef {
        kind: vocabulary::promise_kind::to_pb(it.kind).into(),
        cycle: it.cycle,
        due_at: Some(time::to_pb(it.due_at)),
        noticed_at: Some(time::to_pb(it.noticed_at)),
        based_on: it.based_on,
        revision: it.revision,
        threshold: it.threshold.filter(|it| *it != Warn::DEFAULT).map(rule::threshold_to_pb),
    }
}

fn source(it: &Source) -> pb::Source {
    pb::Source { system: it.system.to_string(), id: it.id.to_string() }
}

pub(super) fn promises(terms: &[Term]) -> Vec<pb::Promise> {
    terms.iter().map(promise_to_pb).collect()
}

/// A promised time on the wire.
pub fn promise_to_pb(term: &Term) -> pb::Promise {
    // As it was written before there were several: it needs less room.
    let plain = match term.warnings.as_slice() {
        [Warning { warn: Warn::DEFAULT, at }] => Some(*at),
        _ => None,
    };
    let warning = |it: &Warning| pb::Warning {
        threshold: Some(rule::threshold_to_pb(it.warn)),
        at: Some(time::to_pb(it.at)),
    };
    let warnings = if plain.is_some() { &[] } else { term.warnings.as_slice() };
    pb::Promise {
        kind: vocabulary::promise_kind::to_pb(term.kind).into(),
        commitment: code(term.commitment.as_ref()),
        warn_at: plain.map(time::to_pb),
        warnings: warnings.iter().map(warning).collect(),
        due_at: Some(time::to_pb(term.due_at)),
        ..rule::encode(&term.rule)
    }
}

/// A place on the wire; `None` where nothing is known of it.
pub fn place_to_pb(place: &Place) -> Option<pb::Place> {
    if *place == Place::default() {
        return None;
    }
    let degrees = |it: i32| f64::from(it) / 1e7;
    let coordinates = place.coordinates.map(|(latitude, longitude)| pb::Coordinates {
        latitude: degrees(latitude),
        longitude: degrees(longitude),
    });
    Some(pb::Place { borough: label(place.borough.as_ref()), coordinates })
}

pub(super) fn uuid(it: Uuid) -> Bytes {
    Bytes::copy_from_slice(it.as_bytes())
}

fn code(it: Option<&Code>) -> String {
    it.map(ToString::to_string).unwrap_or_default()
}

fn label(it: Option<&Label>) -> String {
    it.map(ToString::to_string).unwrap_or_default()
}

fn text(it: Option<&Text>) -> String {
    it.map(|it| it.as_str().to_owned()).unwrap_or_default()
}
