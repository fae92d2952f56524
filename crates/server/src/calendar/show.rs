//! Showing the versions of the calendar.

use crate::error::ApiError;
use crate::shared::Shared;
use beffroi_aggregator::CalendarRow;
use beffroi_wire::pb::centre::v1 as pb;
use beffroi_wire::{calendar, time};

pub(crate) async fn show(
    node: &Shared,
    call: &pb::GetCalendarRequest,
) -> Result<pb::GetCalendarResponse, ApiError> {
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let versions = snapshot.calendars()?;
    let asked = match call.version {
        0 => versions.last(),
        version => {
            let found = versions.iter().find(|(it, _)| *it == version);
            Some(found.ok_or(ApiError::UnknownCalendar(version))?)
        }
    };
    let calendar = match asked {
        None => calendar::to_pb(&node.city().calendar),
        Some((_, row)) => calendar::to_pb(&snapshot.calendar(row)?),
    };
    Ok(pb::GetCalendarResponse {
        version: asked.map(|(version, row)| version_view(*version, row)),
        calendar: Some(calendar),
        versions: versions.iter().rev().map(|(it, row)| version_view(*it, row)).collect(),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

pub(super) fn version_view(version: u64, row: &CalendarRow) -> pb::CalendarVersion {
    pb::CalendarVersion {
        version,
        holds_from: row.holds_from.map(|it| it.to_string()).unwrap_or_default(),
        published_at: Some(time::to_pb(row.published_at)),
        actor: row.actor.clone().unwrap_or_default(),
    }
}
