//! Changing the state of a request.

use super::open::entry;
use super::{Asked, Standing, event_id, execute, find};
use crate::catalogue::{InForce, asked_product_of};
use crate::error::{ApiError, Problem, Violation};
use crate::parse::{Fields, Name, name, only_text};
use crate::shared::Shared;
use beffroi_domain::catalogue::Asked as AskedFor;
use beffroi_domain::{Change, Channel, Language, Reclassify, Text};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;
use pb::change_service_request_request::Change as Wire;
use uuid::Uuid;

pub(super) async fn change(
    node: &Shared,
    message: pb::ChangeServiceRequestRequest,
    language: Language,
) -> Result<Standing, ApiError> {
    let named = message.service_request.clone();
    let by = in_force(node, &message)?;
    let (name, asked) = parse(node, message, (by.as_ref(), language))?;
    if let (Some(by), Change::EnterProgramme(programme)) = (&by, &asked.change)
        && by.in_force.catalogue.programme(programme).is_none()
    {
        return Err(ApiError::UnknownProgramme(programme.to_string()));
    }
    let request = find(node, &named, name)?.request.id;
    execute(node, request, asked).await
}

/// The catalogue that decides a change, and how the request came.
struct By {
    in_force: InForce,
    channel: Channel,
}

fn parse(
    node: &Shared,
    message: pb::ChangeServiceRequestRequest,
    (by, language): (Option<&By>, Language),
) -> Result<(Name, Asked), Vec<Violation>> {
    let mut fields = Fields::default();
    let id = event_id(&mut fields, "change_id", &message.change_id);
    let name = fields.name("service_request", &message.service_request);
    let change = match message.change {
        None => {
            fields.wrong("change", Problem::Missing);
            None
        }
        Some(Wire::Assign(it)) => {
            fields.label("assign.unit", &it.unit).map(|unit| Change::Assign(Some(unit)))
        }
        Some(Wire::PutOnHold(it)) => {
            let reason = vocabulary::hold_reason::from_pb(it.reason);
            fields.word("put_on_hold.reason", it.reason, reason).map(Change::PutOnHold)
        }
        Some(Wire::Resume(_)) => Some(Change::Resume),
        Some(Wire::Resolve(_)) => Some(Change::Resolve),
        Some(Wire::Reopen(_)) => Some(Change::Reopen),
        Some(Wire::Cancel(_)) => Some(Change::Cancel),
        Some(Wire::Reclassify(it)) => match by {
            Some(by) => classify(&mut fields, &it, (by, language)),
            None => reclassify(&mut fields, &it),
        },
        Some(Wire::Transfer(it)) => fields.label("transfer.unit", &it.unit).map(Change::Transfer),
        Some(Wire::EnterProgramme(it)) => {
            fields.code("enter_programme.programme", &it.programme).map(Change::EnterProgramme)
        }
        Some(Wire::LeaveProgramme(_)) => Some(Change::LeaveProgramme),
    };
    let note = fields.text("note", &message.note, Text::MAX);
    let now = node.clock.now();
    let occurred_at = fields.optional_past("occurred_at", message.occurred_at.as_ref(), now);
    let actor = fields.optional_label("actor", &message.actor);
    let parsed = (|| {
        let asked = Asked {
            id: id?,
            change: change?,
            occurred_at: occurred_at?,
            actor: actor?,
            channel: Channel::Unknown,
            catalogue_version: by.map_or(0, |it| it.in_force.version),
            personal: only_text(note?),
            exchange: None,
        };
        Some((name?, asked))
    })();
    fields.finish(parsed)
}

/// The catalogue by which a request is reclassified or enters a programme, if one is published. A
/// change that is recorded already was decided then: sending the call again finds it whatever the
/// catalogue has become.
fn in_force(
    node: &Shared,
    message: &pb::ChangeServiceRequestRequest,
) -> Result<Option<By>, ApiError> {
    if !matches!(message.change, Some(Wire::Reclassify(_) | Wire::EnterProgramme(_))) {
        return Ok(None);
    }
    let named = name(&message.service_request).and_then(|name| {
        let id = Uuid::parse_str(message.change_id.trim()).map_err(|_| Problem::Missing)?;
        Ok((name, id))
    });
    let mut channel = Channel::Unknown;
    if let Ok((name, id)) = named {
        let row = find(node, &message.service_request, name)?;
        if row.sequence_of(id).is_some() {
            return Ok(None);
        }
        channel = row.request.channel;
    }
    let in_force = node.catalogues.in_force(&node.projections.snapshot()?)?;
    Ok(in_force.map(|in_force| By { in_force, channel }))
}

/// By the catalogue: what it says of the product holds where the call says nothing.
fn classify(
    fields: &mut Fields,
    it: &pb::Reclassify,
    (by, language): (&By, Language),
) -> Option<Change> {
    let named = ("reclassify.", it.product.as_str(), it.precision.as_str());
    let catalogue = &by.in_force.catalogue;
    let class = asked_product_of(fields, catalogue, named, language);
    let nature = vocabulary::nature::from_pb(it.nature);
    let nature = fields.word("reclassify.nature", it.nature, nature);
    let nature = nature.map(|nature| (it.nature != 0).then_some(nature));
    let unit = fields.optional_label("reclassify.unit", &it.unit);
    let class = class?;
    let nature = nature?.unwrap_or_else(|| class.nature());
    let urgency = class.urgency();
    let promised = catalogue.promised(class, AskedFor { channel: by.channel, nature, urgency });
    Some(Change::Reclassify(Box::new(Reclassify {
        product: class.product.name.french.clone(),
        precision: class.precision.map(|it| it.name.french.clone()),
        nature: Some(nature),
        urgency: Some(urgency),
        entry: Some(entry(class, promised)),
        unit: Some(unit?.unwrap_or_else(|| class.unit().name.french.clone())),
        programme: class.programme().map(|it| it.code.clone()),
    })))
}

/// In free text, where no catalogue is published.
fn reclassify(fields: &mut Fields, it: &pb::Reclassify) -> Option<Change> {
    let product = fields.label("reclassify.product", &it.product);
    let precision = fields.optional_label("reclassify.precision", &it.precision);
    let nature = vocabulary::nature::from_pb(it.nature);
    let nature = fields.word("reclassify.nature", it.nature, nature);
    let unit = fields.optional_label("reclassify.unit", &it.unit);
    Some(Change::Reclassify(Box::new(Reclassify {
        product: product?,
        precision: precision?,
        nature: nature.map(|nature| (it.nature != 0).then_some(nature))?,
        urgency: None,
        entry: None,
        unit: unit?,
        programme: None,
    })))
}
