//! 9-1-1 or 3-1-1: what belongs to the emergency services is refused, and the refusal recorded.

use super::super::exchange::Exchange;
use super::super::{Asked, Standing, contact};
use crate::error::ApiError;
use crate::shared::Shared;
use beffroi_domain::{
    About, Change, Contact, ContactId, ContactOutcome, Emergency, Event, EventId, Kind, Language,
    Meta, Origin, Personal, PersonalData, RequestId, suggest,
};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;

/// Refuses an opening, once a contact says so: sending the call again records nothing more.
pub(super) async fn refuse(
    node: &Shared,
    (request, emergency): (RequestId, Emergency),
    asked: Asked,
    language: Language,
) -> Result<Standing, ApiError> {
    let refused = ApiError::Emergency(emergency, language);
    let Change::Open(open) = asked.change else { return Err(refused) };
    let told = asked.exchange.as_ref().map(Exchange::told);
    let (uuid, waited_secs, handled_secs) = told.unwrap_or((request.derive("9-1-1"), 0, 0));
    let (Ok(id), Ok(event_id)) = (ContactId::new(uuid), EventId::new(uuid)) else {
        return Err(refused);
    };
    let contact = Contact {
        citizen: asked.exchange.as_ref().and_then(Exchange::citizen).or(open.citizen),
        nature: open.nature,
        language: open.language,
        outcome: ContactOutcome::TransferredTo911,
        request: None,
        emergency: Some(emergency),
        product: Some(open.product),
        product_code: open.entry.map(|it| it.product),
        waited_secs,
        handled_secs,
    };
    let event = Event {
        id: event_id,
        about: About::Contact(id),
        meta: Meta {
            occurred_at: asked.occurred_at.unwrap_or_else(|| node.clock.now()),
            approximate: false,
            origin: Origin::Live,
            actor: asked.actor,
            channel: asked.channel,
            causation: None,
            correlation: Some(request.uuid()),
            catalogue_version: asked.catalogue_version,
            source_status: None,
        },
        personal: Personal(PersonalData::default()),
        kind: Kind::ContactRecorded(Box::new(contact)),
    };
    contact::commit(node, id, event).await?;
    Err(refused)
}

/// What a free text suggests.
pub(super) fn suggestion(text: &str, language: Language) -> Option<pb::EmergencySuggestion> {
    let found = suggest(text)?;
    Some(pb::EmergencySuggestion {
        emergency: vocabulary::emergency::to_pb(Some(found.emergency)).into(),
        instruction: found.emergency.instruction(language).to_owned(),
    })
}
