//! What a duplicate's history shows of the request into which it was merged.

use super::entry;
use crate::error::ApiError;
use crate::query::told;
use crate::query::view::View;
use crate::shared::Shared;
use beffroi_aggregator::RequestRow;
use beffroi_domain::Language;
use beffroi_wire::pb::query::v1 as pb;

/// Adds, while a request is a duplicate, the public follow-ups of the request into which it was
/// merged, made since: each marked with the number of that one, where it was recorded.
pub(super) fn add(
    entries: &mut Vec<pb::HistoryEntry>,
    node: &Shared,
    (view, row): (&View<'_>, &RequestRow),
    language: Language,
) -> Result<(), ApiError> {
    let Some(survivor) = told::survivor(view.snapshot, row)? else { return Ok(()) };
    for told in row.told_of(&survivor) {
        let recorded = view.snapshot.recorded(told.sequence)?;
        let other_request = survivor.number.to_string();
        entries.push(pb::HistoryEntry { other_request, ..entry(node, &recorded, language) });
    }
    Ok(())
}
