//! What the city told a citizen last, and what it tells them through the request into which theirs
//! was merged.
//!
//! While a request is a duplicate, whoever asked for it follows the other one: its public
//! follow-ups, made since the merge, are for them as well. Those before were written for another
//! person, and what that person writes is nobody else's. Once taken apart, the two have nothing to
//! do with each other, and nothing of the one is shown for the other.

use super::history::summary;
use super::view::View;
use crate::error::ApiError;
use beffroi_aggregator::{RequestRow, Snapshot, Told};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::time;

/// How many of the latest changes are looked at for a note: most have none. A follow-up is found
/// however long ago it was.
const NOTES_MAX: usize = 10;

/// The request into which one was merged.
pub(super) fn survivor(
    snapshot: &Snapshot,
    row: &RequestRow,
) -> Result<Option<RequestRow>, ApiError> {
    match &row.request.merged {
        Some(merged) => Ok(snapshot.request(merged.into)?),
        None => Ok(None),
    }
}

/// The sequence of the last event that changed what is seen of a request.
pub(super) fn last_sequence(snapshot: &Snapshot, row: &RequestRow) -> Result<u64, ApiError> {
    let survivor = survivor(snapshot, row)?;
    let of_survivor = survivor.as_ref().and_then(|it| row.told_of(it).last());
    Ok(row.last_sequence().max(of_survivor.map_or(0, |it| it.sequence)))
}

/// What the city told the citizen of a request last, in words.
pub(super) fn last(view: &View<'_>, row: &RequestRow) -> Result<Option<pb::FollowUp>, ApiError> {
    let survivor = survivor(view.snapshot, row)?;
    let of_survivor: Vec<Told> = survivor.iter().flat_map(|it| row.told_of(it)).collect();
    for told in candidates(&row.told, &of_survivor) {
        let event = view.snapshot.recorded(told.sequence)?.event;
        let Some(text) = &event.personal.text else { continue };
        let of = survivor.as_ref().filter(|_| of_survivor.contains(&told));
        return Ok(Some(pb::FollowUp {
            kind: event.kind.name().to_owned(),
            summary: summary(&event.kind, view.language),
            text: text.as_str().to_owned(),
            occurred_at: Some(time::to_pb(event.meta.occurred_at)),
            approximate: event.meta.approximate,
            service_request: of.map(|it| it.number.to_string()).unwrap_or_default(),
        }));
    }
    Ok(None)
}

/// What may have a text, latest first.
fn candidates(own: &[Told], of_survivor: &[Told]) -> impl Iterator<Item = Told> + use<> {
    let mut all = [own, of_survivor].concat();
    all.sort_unstable_by_key(|it| it.sequence);
    let latest = all.into_iter().rev().enumerate();
    latest.filter(|(nth, it)| it.follow_up || *nth < NOTES_MAX).map(|(_, it)| it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follow_up_is_found_behind_any_number_of_changes() {
        let own: Vec<Told> =
            (1..=50).map(|sequence| Told { sequence, follow_up: sequence == 1 }).collect();
        let of_survivor = [Told { sequence: 45, follow_up: true }];
        let sequences = candidates(&own, &of_survivor).map(|it| it.sequence);
        let expected = [50, 49, 48, 47, 46, 45, 45, 44, 43, 42, 1];
        assert_eq!(sequences.collect::<Vec<u64>>(), expected);
    }
}
