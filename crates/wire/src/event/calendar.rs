//! What happens to the calendar, and what follows from it, on the wire.

use super::decode::{Error, terms, word, wrong};
use super::encode::promises;
use crate::calendar;
use crate::pb::event::v1 as pb;
use beffroi_domain::{CalendarPublished, Revision, RevisionCause};

pub(super) fn published(it: &CalendarPublished) -> pb::CalendarPublished {
    pb::CalendarPublished {
        version: it.version,
        holds_from: it.holds_from.map(|it| it.to_string()).unwrap_or_default(),
        calendar: Some(calendar::to_pb(&it.calendar)),
    }
}

pub(super) fn published_from_pb(it: &pb::CalendarPublished) -> Result<CalendarPublished, Error> {
    let holds_from = match it.holds_from.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| wrong("holds_from", "not a date"))?),
    };
    let calendar = it.calendar.as_ref().ok_or_else(|| wrong("calendar", "missing"))?;
    let calendar = calendar::from_pb(calendar).map_err(|defects| {
        let first = defects.first().map(ToString::to_string).unwrap_or_default();
        wrong("calendar", format!("not one that can be used: {first}"))
    })?;
    Ok(CalendarPublished { version: it.version, holds_from, calendar })
}

pub(super) fn revised(it: &Revision) -> pb::PromisesRevised {
    let (cause, calendar_version) = match it.cause {
        RevisionCause::Calendar(version) => (pb::RevisionCause::Calendar, version),
        RevisionCause::Regime => (pb::RevisionCause::Regime, 0),
    };
    let (cycle, promises) = (it.cycle, promises(&it.terms));
    pb::PromisesRevised { cycle, promises, cause: cause.into(), calendar_version }
}

pub(super) fn revised_from_pb(it: &pb::PromisesRevised) -> Result<Revision, Error> {
    let cause = match pb::RevisionCause::try_from(it.cause) {
        Ok(pb::RevisionCause::Calendar) => Some(RevisionCause::Calendar(it.calendar_version)),
        Ok(pb::RevisionCause::Regime) => Some(RevisionCause::Regime),
        Ok(pb::RevisionCause::Unspecified) | Err(_) => None,
    };
    Ok(Revision { cycle: it.cycle, terms: terms(&it.promises)?, cause: word("cause", cause)? })
}
