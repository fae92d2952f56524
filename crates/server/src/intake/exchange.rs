//! The exchange in which a request is opened or followed up: a contact recorded in the same append.

use super::{Asked, subject};
use crate::error::{ApiError, Problem};
use crate::parse::Fields;
use beffroi_aggregator::{Aggregate, Snapshot, Subject};
use beffroi_domain::{
    About, CatalogueEntry, CitizenId, Contact, ContactId, ContactOutcome, Event, EventId, Kind,
    Language, Meta, Nature, Personal, PersonalData, Request, RequestId,
};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;

/// The longest time that an exchange, or the wait before it, may have taken.
pub(super) const SECS_MAX: u32 = 86_400;

/// What a call says of its exchange, beyond what it says anyway.
pub(super) struct Exchange {
    contact: ContactId,
    waited_secs: u32,
    handled_secs: u32,
    /// `None`: at an opening who asks, at a follow-up anonymous.
    citizen: Option<CitizenId>,
    /// `None`: the request's.
    language: Option<Language>,
}

impl Exchange {
    /// Reads the exchange of the call with the id `call`.
    pub(super) fn parse(
        fields: &mut Fields,
        call: Option<EventId>,
        message: Option<&pb::Exchange>,
    ) -> Option<Option<Self>> {
        let Some(message) = message else { return Some(None) };
        let contact = if message.contact_id.trim().is_empty() {
            call.and_then(|call| ContactId::new(call.derive("exchange")).ok())
        } else {
            fields.id("exchange.contact_id", &message.contact_id)
        };
        if contact.is_some_and(|it: ContactId| Some(it.uuid()) == call.map(EventId::uuid)) {
            fields.wrong("exchange.contact_id", Problem::SameId);
        }
        let waited_secs = fields.at_most("exchange.waited_secs", message.waited_secs, SECS_MAX);
        let handled_secs = fields.at_most("exchange.handled_secs", message.handled_secs, SECS_MAX);
        let citizen = fields.citizen("exchange.citizen_id", &message.citizen_id);
        let language = vocabulary::language::from_pb(message.language);
        let language = fields.word("exchange.language", message.language, language);
        Some(Some(Self {
            contact: contact?,
            waited_secs: waited_secs?,
            handled_secs: handled_secs?,
            citizen: citizen?,
            language: language.filter(|_| message.language != 0),
        }))
    }

    /// The id of its contact, and how long the wait and the exchange took.
    pub(super) fn told(&self) -> (uuid::Uuid, u32, u32) {
        (self.contact.uuid(), self.waited_secs, self.handled_secs)
    }

    /// Who took part, if it is said.
    pub(super) fn citizen(&self) -> Option<CitizenId> {
        self.citizen
    }

    /// Where the contact lies on the log.
    pub(super) fn subject(&self) -> Subject {
        subject(Aggregate::Contact, self.contact.uuid())
    }

    /// The contact in which `event` happened to `request`, of which `state` is what it was before.
    fn contact(&self, event: &Event, request: RequestId, state: Option<&Request>) -> Contact {
        let contact = Contact {
            citizen: self.citizen,
            nature: Nature::Unknown,
            language: self.language.unwrap_or_default(),
            outcome: ContactOutcome::FollowedUp,
            request: Some(request),
            emergency: None,
            product: None,
            product_code: None,
            waited_secs: self.waited_secs,
            handled_secs: self.handled_secs,
        };
        let code = |entry: &Option<CatalogueEntry>| entry.as_ref().map(|it| it.product.clone());
        match (&event.kind, state) {
            (Kind::Opened(opened), _) => Contact {
                citizen: self.citizen.or(opened.citizen),
                nature: opened.nature,
                language: self.language.unwrap_or(opened.language),
                outcome: ContactOutcome::RequestOpened,
                product: Some(opened.product.clone()),
                product_code: code(&opened.entry),
                ..contact
            },
            (_, Some(request)) => Contact {
                nature: request.nature,
                language: self.language.unwrap_or(request.language),
                product: Some(request.product.clone()),
                product_code: code(&request.entry),
                ..contact
            },
            (_, None) => contact,
        }
    }
}

/// The events of a command: its own, and the contact in which it was given.
pub(super) fn with_exchange(
    snapshot: &Snapshot,
    asked: &Asked,
    (mut event, request, state): (Event, RequestId, Option<&Request>),
) -> Result<Vec<Event>, ApiError> {
    let Some(exchange) = &asked.exchange else { return Ok(vec![event]) };
    let id = exchange.contact;
    if snapshot.contact(id)?.is_some() {
        return Err(ApiError::IdTaken(id.to_string()));
    }
    if snapshot.is_quarantined(id.uuid())? {
        return Err(ApiError::Quarantined);
    }
    event.meta.correlation = Some(id.uuid());
    let contact = exchange.contact(&event, request, state);
    let contact = Event {
        id: EventId::new(id.uuid())
            .map_err(|error| Problem::Id(error).at("exchange.contact_id"))?,
        about: About::Contact(id),
        meta: Meta { causation: Some(event.id.uuid()), ..event.meta.clone() },
        personal: Personal(PersonalData::default()),
        kind: Kind::ContactRecorded(Box::new(contact)),
    };
    Ok(vec![event, contact])
}
