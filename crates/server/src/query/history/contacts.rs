//! The exchanges in which a request was opened or followed up, as the staff sees them.

use super::entry;
use crate::error::ApiError;
use crate::query::view::View;
use crate::shared::Shared;
use beffroi_aggregator::RequestRow;
use beffroi_domain::{Kind, Language};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::vocabulary;

/// Adds the contacts that name a request: how, when and how long, and nothing of who it was.
pub(super) fn add(
    entries: &mut Vec<pb::HistoryEntry>,
    node: &Shared,
    (view, row): (&View<'_>, &RequestRow),
    language: Language,
) -> Result<(), ApiError> {
    for sequence in &row.contacts {
        let recorded = view.snapshot.recorded(*sequence)?;
        let Kind::ContactRecorded(contact) = &recorded.event.kind else { continue };
        let contact = pb::Contact {
            outcome: vocabulary::contact_outcome::to_pb(contact.outcome).into(),
            waited_secs: contact.waited_secs,
            handled_secs: contact.handled_secs,
        };
        let entry = entry(node, &recorded, language);
        let (text, contact) = (String::new(), Some(contact));
        entries.push(pb::HistoryEntry { text, contact, ..entry });
    }
    Ok(())
}
