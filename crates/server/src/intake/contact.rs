//! Recording a contact.

use super::again::is_same_contact;
use super::asker::{details, found};
use super::exchange::SECS_MAX;
use super::{find, subject};
use crate::catalogue::asked_product;
use crate::commit::Decision;
use crate::error::{ApiError, Problem};
use crate::parse::{Fields, Name};
use crate::shared::Shared;
use beffroi_aggregator::{Aggregate, Snapshot};
use beffroi_domain::catalogue::Class;
use beffroi_domain::{
    About, Code, Contact, ContactId, ContactOutcome, Emergency, Event, EventId, Identifier, Kind,
    Label, Language, Meta, Origin, Personal, PersonalData,
};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;
use std::collections::BTreeSet;

pub(super) async fn record(
    node: &Shared,
    message: pb::RecordContactRequest,
    language: Language,
) -> Result<pb::RecordContactResponse, ApiError> {
    let Parsed { id, name, caller, mut contact, meta } = parse(node, &message, language)?;
    if let Some(name) = name {
        contact.request = Some(find(node, &message.service_request, name)?.request.id);
    }
    if contact.citizen.is_none() {
        contact.citizen = found(node, &caller)?.first().copied();
    }
    let event = Event {
        id: EventId::new(id.uuid()).map_err(|error| Problem::Id(error).at("contact_id"))?,
        about: About::Contact(id),
        meta,
        personal: Personal(PersonalData::default()),
        kind: Kind::ContactRecorded(Box::new(contact)),
    };
    let sequence = commit(node, id, event.clone()).await?;
    let snapshot = node.projections.snapshot()?;
    let recorded = snapshot.contact(id)?.map(|it| snapshot.recorded(it)).transpose()?;
    if recorded.is_some_and(|it| !is_same_contact(&event, &it.event)) {
        return Err(ApiError::IdTaken(id.to_string()));
    }
    let position = Some(node.position(sequence));
    Ok(pb::RecordContactResponse { contact_id: id.to_string(), position })
}

/// Records a contact once; the position at which it is visible.
pub(super) async fn commit(node: &Shared, id: ContactId, event: Event) -> Result<u64, ApiError> {
    let subjects = BTreeSet::from([subject(Aggregate::Contact, id.uuid())]);
    let decide = |snapshot: &Snapshot| match snapshot.contact(id)? {
        Some(_) => Ok(Decision::Done(snapshot.checkpoint().sequence)),
        None if snapshot.is_quarantined(id.uuid())? => Err(ApiError::Quarantined),
        None => Ok(Decision::Record(vec![event.clone()])),
    };
    node.committer.commit(subjects, decide).await
}

/// A contact, as it was told.
struct Parsed {
    id: ContactId,
    /// The request that it names.
    name: Option<Name>,
    /// By what its caller is found. Nobody has to be answered: it is not kept.
    caller: Vec<Identifier>,
    contact: Contact,
    meta: Meta,
}

fn parse(
    node: &Shared,
    message: &pb::RecordContactRequest,
    spoken: Language,
) -> Result<Parsed, ApiError> {
    let mut fields = Fields::default();
    let id: Option<ContactId> = fields.id("contact_id", &message.contact_id);
    let about = about(node, &mut fields, (&message.product, id), spoken)?;
    let citizen = fields.citizen("citizen_id", &message.citizen_id);
    let caller = details(&mut fields, message.contact_details.as_ref());
    let channel =
        fields.known("channel", message.channel, vocabulary::channel::from_pb(message.channel));
    let nature =
        fields.known("nature", message.nature, vocabulary::nature::from_pb(message.nature));
    let language = vocabulary::language::from_pb(message.language);
    let language = fields.word("language", message.language, language);
    let outcome = vocabulary::contact_outcome::from_pb(message.outcome);
    let outcome = fields.word("outcome", message.outcome, outcome);
    let name = outcome.and_then(|outcome| request(&mut fields, outcome, &message.service_request));
    let emergency = outcome.and_then(|outcome| emergency(&mut fields, outcome, message.emergency));
    let waited_secs = fields.at_most("waited_secs", message.waited_secs, SECS_MAX);
    let handled_secs = fields.at_most("handled_secs", message.handled_secs, SECS_MAX);
    let now = node.clock.now();
    let occurred_at = fields.optional_past("occurred_at", message.occurred_at.as_ref(), now);
    let actor = fields.optional_label("actor", &message.actor);
    let parsed = (|| {
        let about = about?;
        let contact = Contact {
            citizen: citizen?,
            nature: nature?,
            language: language?,
            outcome: outcome?,
            request: None,
            emergency: emergency?,
            product: about.product,
            product_code: about.code,
            waited_secs: waited_secs?,
            handled_secs: handled_secs?,
        };
        let meta = Meta {
            occurred_at: occurred_at?.unwrap_or(now),
            approximate: false,
            origin: Origin::Live,
            actor: actor?,
            channel: channel?,
            causation: None,
            correlation: None,
            catalogue_version: about.version,
            source_status: None,
        };
        Some(Parsed { id: id?, name: name?, caller: caller?.0, contact, meta })
    })();
    Ok(fields.finish(parsed)?)
}

/// What a contact is about.
struct Topic {
    product: Option<Label>,
    code: Option<Code>,
    /// The version of the catalogue, 0 where it says nothing of it.
    version: u64,
}

/// What it is about: a product of the catalogue where one is published, as at an opening. A contact
/// that is there already is found whatever the catalogue has become.
fn about(
    node: &Shared,
    fields: &mut Fields,
    (text, id): (&str, Option<ContactId>),
    language: Language,
) -> Result<Option<Topic>, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let known = match id {
        Some(id) => snapshot.contact(id)?.is_some(),
        None => false,
    };
    let in_force = node.catalogues.in_force(&snapshot)?;
    let Some(in_force) = in_force.filter(|_| !known && !text.trim().is_empty()) else {
        let product = fields.optional_label("product", text);
        return Ok(product.map(|product| Topic { product, code: None, version: 0 }));
    };
    let found = asked_product(fields, &in_force.catalogue, (text, ""), language);
    Ok(found.map(|Class { product, .. }| Topic {
        product: Some(product.name.french.clone()),
        code: Some(product.code.clone()),
        version: in_force.version,
    }))
}

/// The request is named exactly when the outcome speaks of one.
fn request(fields: &mut Fields, outcome: ContactOutcome, text: &str) -> Option<Option<Name>> {
    let named = !text.trim().is_empty();
    match outcome.check_request(named) {
        Ok(()) if named => fields.name("service_request", text).map(Some),
        Ok(()) => Some(None),
        Err(error) => {
            fields.wrong("service_request", Problem::Contact(error));
            None
        }
    }
}

/// An emergency is named only with the outcome that speaks of one.
fn emergency(
    fields: &mut Fields,
    outcome: ContactOutcome,
    number: i32,
) -> Option<Option<Emergency>> {
    let said = fields.word("emergency", number, vocabulary::emergency::from_pb(number))?;
    match outcome.check_emergency(said.is_some()) {
        Ok(()) => Some(said),
        Err(error) => {
            fields.wrong("emergency", Problem::Contact(error));
            None
        }
    }
}
