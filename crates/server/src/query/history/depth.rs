//! What entries say of requests in depth: other requests, what it was about before, attachments.

use crate::error::ApiError;
use crate::query::view::{Recorded, View, label};
use beffroi_domain::{
    Attachment, CatalogueEntry, Code, Event, FollowUp, Kind, Label, Nature, PersonalData, Request,
    RequestId, Text, Urgency,
};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::vocabulary;

/// Adds to an entry, given how the request stood before the event.
pub(super) fn add(
    entry: &mut pb::HistoryEntry,
    event: &Event,
    (before, view, staff): (Option<&Request>, &View<'_>, bool),
) -> Result<(), ApiError> {
    let unit_before = || label(before.and_then(|it| it.unit.as_ref()));
    let mut link = |to: RequestId| view.number(to).map(|number| entry.other_request = number);
    match &event.kind {
        Kind::Merged(it) => {
            link(it.into)?;
            entry.programme = optional(it.programme.as_ref());
        }
        Kind::Unmerged | Kind::FollowUpAdded(FollowUp::Shared) => {
            if let Some(merged) = before.and_then(|it| it.merged.as_ref()) {
                link(merged.into)?;
            }
        }
        Kind::DuplicateAdded(it) => link(it.request)?,
        Kind::DuplicateRemoved(other) => link(*other)?,
        Kind::Related(it) => {
            link(it.request)?;
            entry.relation = vocabulary::relation_kind::to_pb(it.kind).into();
        }
        Kind::Unrelated(other) => {
            link(*other)?;
            let was = before.and_then(|it| it.relations.iter().find(|it| it.request == *other));
            let was = was.map(|it| vocabulary::relation_kind::to_pb(it.kind).into());
            entry.relation = was.unwrap_or_default();
        }
        Kind::Reclassified(it) => {
            if let Some(before) = before {
                let about = (&before.product, before.precision.as_ref(), before.entry.as_ref());
                let names = of_entry(view, before.catalogue_version, before.entry.as_ref())?;
                let was = classification(about, before.nature, before.urgency);
                entry.classified_before = Some(pb::Classification { names, ..was });
            }
            let about = (&it.product, it.precision.as_ref(), it.entry.as_ref());
            let names = of_entry(view, event.meta.catalogue_version, it.entry.as_ref())?;
            let is = classification(about, it.nature, it.urgency);
            entry.classified_after = Some(pb::Classification { names, ..is });
            if it.unit.is_some() {
                entry.unit_before = unit_before();
            }
            entry.programme = optional(it.programme.as_ref());
        }
        Kind::Assigned(Some(_)) | Kind::Transferred(_) => entry.unit_before = unit_before(),
        Kind::ProgrammeEntered(programme) => entry.programme = programme.to_string(),
        Kind::ProgrammeLeft(_) => {
            let left = before.and_then(|it| it.programme.as_ref());
            entry.programme = optional(left);
        }
        Kind::Opened(it) => entry.programme = optional(it.programme.as_ref()),
        Kind::AttachmentAdded(it) => {
            entry.attachment = Some(attachment(it, staff.then_some(&event.personal)));
        }
        Kind::Assigned(None)
        | Kind::PutOnHold(_)
        | Kind::Resumed(_)
        | Kind::FollowUpAdded(FollowUp::Public | FollowUp::Internal | FollowUp::FromCitizen)
        | Kind::Resolved
        | Kind::Reopened(_)
        | Kind::Cancelled
        | Kind::ContactRecorded(_)
        | Kind::Citizen(_)
        | Kind::Regime(_)
        | Kind::Level(..)
        | Kind::CataloguePublished(_)
        | Kind::CalendarPublished(_)
        | Kind::QuarantineReleased(_)
        | Kind::PromisesRevised(_)
        | Kind::PromiseWarned(_)
        | Kind::PromiseBreached(_)
        | Kind::BreachWithdrawn(_) => {}
    }
    Ok(())
}

/// Adds what people call the units and the programme of an entry.
pub(super) fn add_names(
    entry: &mut pb::HistoryEntry,
    event: &Event,
    (before, view): (Option<&Request>, &View<'_>),
) -> Result<(), ApiError> {
    let version = event.meta.catalogue_version;
    let (unit, programme) = (entry.unit.parse().ok(), entry.programme.parse().ok());
    let (unit, programme): (Option<Label>, Option<Code>) = (unit, programme);
    let now = Recorded { unit: unit.as_ref(), programme: programme.as_ref(), entry: None };
    entry.names = view.names(version, now)?;
    let unit = before.and_then(|it| it.unit.as_ref()).filter(|_| !entry.unit_before.is_empty());
    entry.names_before = view.names(version, Recorded { unit, ..Recorded::default() })?;
    Ok(())
}

fn optional(code: Option<&Code>) -> String {
    code.map(ToString::to_string).unwrap_or_default()
}

fn of_entry(
    view: &View<'_>,
    version: u64,
    entry: Option<&CatalogueEntry>,
) -> Result<Option<pb::Names>, ApiError> {
    view.names(version, Recorded { entry, ..Recorded::default() })
}

fn classification(
    (product, precision, entry): (&Label, Option<&Label>, Option<&CatalogueEntry>),
    nature: Nature,
    urgency: Urgency,
) -> pb::Classification {
    let precision_code = entry.and_then(|it| it.precision.as_ref());
    pb::Classification {
        product: product.to_string(),
        precision: label(precision),
        nature: vocabulary::nature::to_pb(nature).into(),
        urgency: vocabulary::urgency::to_pb(urgency).into(),
        product_code: entry.map(|it| it.product.to_string()).unwrap_or_default(),
        precision_code: precision_code.map(ToString::to_string).unwrap_or_default(),
        names: None,
    }
}

/// `personal`: for those who may know what it is called and where it is kept.
fn attachment(it: &Attachment, personal: Option<&PersonalData>) -> pb::Attachment {
    let text = |it: Option<&Text>| it.map(|it| it.as_str().to_owned()).unwrap_or_default();
    pb::Attachment {
        media_type: it.media_type.to_string(),
        size_bytes: it.bytes,
        sha256: hexadecimal(&it.sha256),
        file_name: text(personal.and_then(|it| it.file_name.as_ref())),
        reference: text(personal.and_then(|it| it.reference.as_ref())),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(nibble.into(), 16));
        }
    }
    text
}
