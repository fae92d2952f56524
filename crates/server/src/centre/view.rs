//! What callers see of regimes and hours.

use crate::error::ApiError;
use crate::shared::Shared;
use beffroi_aggregator::Snapshot;
use beffroi_domain::{Calendar, Hours, Language, Regime, Timestamp, Week};
use beffroi_wire::pb::centre::v1 as pb;
use beffroi_wire::pb::query::v1 as query;
use beffroi_wire::{time, vocabulary};

/// The exceptional regime that holds now, for the answers that depend on it.
pub(crate) fn notice(
    node: &Shared,
    snapshot: &Snapshot,
    language: Language,
) -> Result<Option<query::RegimeNotice>, ApiError> {
    let regimes = snapshot.regimes()?;
    Ok(regimes.at(node.clock.now()).map(|it| query::RegimeNotice {
        kind: vocabulary::regime_kind::to_pb(it.kind()).into(),
        notice: it.notice().get(language).as_str().to_owned(),
        until: Some(time::to_pb(it.end())),
    }))
}

pub(super) fn regime(it: &Regime, language: Language) -> pb::Regime {
    pb::Regime {
        kind: vocabulary::regime_kind::to_pb(it.kind()).into(),
        from: Some(time::to_pb(it.from())),
        until: Some(time::to_pb(it.end())),
        lifted_at: it.lifted_at().map(time::to_pb),
        hours: it.hours().last().and_then(|it| it.week).map(|it| hours(it.days())),
        products: it.products().iter().map(ToString::to_string).collect(),
        notice: it.notice().get(language).as_str().to_owned(),
        changed_at: Some(time::to_pb(it.changed_at())),
    }
}

/// The hours in force at an instant: the regime's while it has some, else the calendar's.
pub(super) fn hours_at(
    calendar: &Calendar,
    regime: Option<&Regime>,
    at: Timestamp,
) -> pb::WeeklyHours {
    let own = regime.and_then(|it| it.hours_at(at));
    hours(own.as_ref().map_or(calendar.week_of(calendar.date(at)), Week::days))
}

fn hours(days: &[Hours; 7]) -> pb::WeeklyHours {
    let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] =
        days.map(|it| it.to_string());
    pb::WeeklyHours {
        monday,
        tuesday,
        wednesday,
        thursday,
        friday,
        saturday,
        sunday,
        around_the_clock: *days == [Hours::ALL_DAY; 7],
    }
}
