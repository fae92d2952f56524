//! Opening a request.

mod classify;
mod screening;

use super::asker::{Asker, found, identify, right_ones};
use super::exchange::Exchange;
use super::{Asked, Standing, event_id, execute};
use crate::catalogue::InForce;
use crate::error::{ApiError, Violation};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_domain::{Change, CitizenId, Language, Open, PersonalData, RequestId, Text};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;
use classify::{Class, classify, unclassified};

pub(super) use classify::entry;

const ADDRESS_MAX: usize = 500;

/// Opens a request; gives with it the other citizens who are found by its contact details.
pub(super) async fn open(
    node: &Shared,
    message: pb::OpenServiceRequestRequest,
    language: Language,
) -> Result<(Standing, Vec<CitizenId>), ApiError> {
    let theirs = match message.language {
        0 => Some(language),
        number => vocabulary::language::from_pb(number),
    };
    let theirs = theirs.unwrap_or(language);
    let details = message.contact_details.clone();
    let (id, asked) = parse(node, &message, language)?;
    match asked {
        Parsed::Open(mut asked, asker) => {
            let others = identify(node, id, &mut asked, &asker).await?;
            Ok((execute(node, id, *asked).await?, others))
        }
        Parsed::Emergency(emergency, mut asked) => {
            name_caller(node, &mut asked, details.as_ref());
            let refused = screening::refuse(node, (id, emergency), *asked, theirs).await;
            refused.map(|standing| (standing, Vec::new()))
        }
    }
}

/// Names whoever is found by what is right in the contact details. Nothing may stand in the way of
/// the instruction to call 9-1-1: what fails leaves the caller anonymous.
fn name_caller(node: &Shared, asked: &mut Asked, details: Option<&pb::ContactDetails>) {
    let Change::Open(open) = &mut asked.change else { return };
    if open.citizen.is_none() {
        let callers = found(node, &right_ones(details)).unwrap_or_default();
        open.citizen = callers.first().copied();
    }
}

/// What the description suggests when nobody was asked: a person decides.
pub(super) fn suggestion(
    message: &pb::OpenServiceRequestRequest,
    language: Language,
) -> Option<pb::EmergencySuggestion> {
    screening::suggestion(&message.description, language)
}

enum Parsed {
    Open(Box<Asked>, Asker),
    Emergency(beffroi_domain::Emergency, Box<Asked>),
}

fn parse(
    node: &Shared,
    message: &pb::OpenServiceRequestRequest,
    language: Language,
) -> Result<(RequestId, Parsed), ApiError> {
    let mut fields = Fields::default();
    let request: Option<RequestId> = fields.id("request_id", &message.request_id);
    let id = request.and_then(|_| event_id(&mut fields, "request_id", &message.request_id));
    let class = class(node, &mut fields, (message, request), language)?;
    let citizen = fields.citizen("citizen_id", &message.citizen_id);
    let channel =
        fields.known("channel", message.channel, vocabulary::channel::from_pb(message.channel));
    let their_language = vocabulary::language::from_pb(message.language);
    let their_language = fields.word("language", message.language, their_language);
    let place = fields.place("place", message.place.as_ref());
    let now = node.clock.now();
    let occurred_at = fields.optional_past("occurred_at", message.occurred_at.as_ref(), now);
    let actor = fields.optional_label("actor", &message.actor);
    let declared = vocabulary::emergency::from_pb(message.emergency);
    let declared = fields.word("emergency", message.emergency, declared);
    let exchange = Exchange::parse(&mut fields, id, message.exchange.as_ref());
    let emergency = declared.map(|it| it.or(class.as_ref().and_then(|it| it.emergency)));
    // Nobody must mend a telephone number before being told to call 9-1-1.
    let asker = match emergency {
        Some(Some(_)) => Some(<(Asker, PersonalData)>::default()),
        Some(None) | None => Asker::parse(&mut fields, message),
    };
    let text = fields.text("description", &message.description, Text::MAX);
    let address = fields.text("address", &message.address, ADDRESS_MAX);
    let parsed = (|| {
        let class = class?;
        let (asker, details) = asker?;
        let open = Open {
            citizen: citizen?,
            product: class.product,
            precision: class.precision,
            nature: class.nature,
            urgency: class.urgency,
            entry: class.entry,
            programme: class.programme,
            screened: message.emergency != 0,
            answers: class.answers,
            channel: channel?,
            language: their_language?,
            other_channels: Vec::new(),
            unit: class.unit,
            place: place?,
            source: None,
            promised_by: None,
        };
        let asked = Asked {
            id: id?,
            occurred_at: occurred_at?,
            actor: actor?,
            channel: open.channel,
            catalogue_version: class.version,
            personal: PersonalData { text: text?, address: address?, ..details },
            exchange: exchange?,
            change: Change::Open(Box::new(open)),
        };
        let asked = Box::new(asked);
        let parsed = match emergency? {
            None => Parsed::Open(asked, asker),
            Some(emergency) => Parsed::Emergency(emergency, asked),
        };
        Some((request?, parsed))
    })();
    let finished: Result<_, Vec<Violation>> = fields.finish(parsed);
    Ok(finished?)
}

/// What it is about. A request that is there already was classified when it was opened: sending the
/// call again finds it whatever the catalogue has become.
fn class(
    node: &Shared,
    fields: &mut Fields,
    (message, request): (&pb::OpenServiceRequestRequest, Option<RequestId>),
    language: Language,
) -> Result<Option<Class>, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let known = match request {
        Some(id) => snapshot.request(id)?.is_some(),
        None => false,
    };
    let in_force: Option<InForce> = match message.catalogue_version {
        0 => node.catalogues.in_force(&snapshot)?,
        version => {
            let found = node.catalogues.version(&snapshot, version)?;
            Some(found.ok_or(ApiError::UnknownCatalogue(version))?)
        }
    };
    match in_force {
        Some(in_force) if !known => classify(fields, &in_force, message, language),
        Some(_) | None => Ok(unclassified(fields, message, known)),
    }
}
