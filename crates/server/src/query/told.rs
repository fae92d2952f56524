//! What the city told a citizen last.

use super::history::summary;
use super::view::View;
use crate::error::ApiError;
use beffroi_aggregator::{RequestRow, Told};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::time;

/// How many of the latest changes are looked at for a note: most have none. A follow-up is found
/// however long ago it was.
const NOTES_MAX: usize = 10;

/// What the city told the citizen of a request last, in words.
pub(super) fn last(view: &View<'_>, row: &RequestRow) -> Result<Option<pb::FollowUp>, ApiError> {
    for told in candidates(&row.told) {
        let event = view.snapshot.recorded(told.sequence)?.event;
        if let Some(text) = &event.personal.text {
            return Ok(Some(pb::FollowUp {
                kind: event.kind.name().to_owned(),
                summary: summary(&event.kind, view.language),
                text: text.as_str().to_owned(),
                occurred_at: Some(time::to_pb(event.meta.occurred_at)),
                approximate: event.meta.approximate,
            }));
        }
    }
    Ok(None)
}

/// What may have a text, latest first.
fn candidates(told: &[Told]) -> impl Iterator<Item = Told> + '_ {
    let latest = told.iter().rev().copied().enumerate();
    latest.filter(|(nth, it)| it.follow_up || *nth < NOTES_MAX).map(|(_, it)| it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follow_up_is_found_behind_any_number_of_changes() {
        let mut told = vec![Told { sequence: 0, follow_up: true }];
        told.extend((1..=50).map(|sequence| Told { sequence, follow_up: false }));
        let sequences: Vec<u64> = candidates(&told).map(|it| it.sequence).collect();
        assert_eq!(sequences, [50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 0]);
    }
}
