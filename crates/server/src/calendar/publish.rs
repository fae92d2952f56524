//! Publishing a version of the calendar.

use super::show::version_view;
use super::{CalendarProblem, parse};
use crate::catalogue::BYTES_MAX;
use crate::commit::Decision;
use crate::error::{ApiError, Problem, Violation};
use crate::intake::event_id;
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::{Snapshot, Subject};
use beffroi_domain::{
    About, Calendar, CalendarPublished, Channel, Event, EventId, InvalidCalendar, Kind, Label,
    Meta, Origin, Personal, PersonalData, Reference, Timestamp,
};
use beffroi_wire::calendar::encoded_len;
use beffroi_wire::pb::centre::v1 as pb;
use beffroi_wire::pb::event::v1 as event;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A calendar as a caller wants it to hold.
struct Publication {
    id: EventId,
    calendar: Calendar,
    holds_from: Option<NaiveDate>,
    actor: Option<Label>,
    at: Timestamp,
}

pub(crate) async fn publish(
    node: &Shared,
    message: pb::PublishCalendarRequest,
) -> Result<pb::PublishCalendarResponse, ApiError> {
    let publication = read(node, &message)?;
    let uuid = publication.id.uuid();
    let subjects = BTreeSet::from([Subject::of(&publication.event(publication.id, 0))]);
    let decide = |snapshot: &Snapshot| {
        let now = snapshot.checkpoint().sequence;
        let versions = snapshot.calendars()?;
        if let Some((version, _)) = versions.iter().find(|(_, row)| row.id == uuid) {
            return Ok(Decision::Done((*version, now)));
        }
        if snapshot.is_quarantined(Reference::Calendar.uuid())? {
            return Err(ApiError::Quarantined);
        }
        publication.check(&node.city_at(snapshot)?.city.calendar)?;
        let last = versions.last();
        let version = last.map_or(0, |(version, _)| *version);
        let is_same = node.cities.published(snapshot)?.is_some_and(|it| it == publication.calendar)
            && last.is_some_and(|(_, row)| row.holds_from == publication.holds_from);
        if is_same {
            return Ok(Decision::Done((version, now)));
        }
        // What held until now was in the file: from here on the log says all of it.
        let of_file = publication.holds_from.is_some() && version == 0;
        let first = of_file.then(|| publication.of_file(node.city().calendar.clone()));
        let first = first.transpose()?;
        let next = version + 1 + u64::from(first.is_some());
        let next = publication.event(publication.id, next);
        Ok(Decision::Record(first.into_iter().chain([next]).collect()))
    };
    let (version, sequence) = node.committer.commit(subjects, decide).await?;
    let snapshot = node.projections.snapshot()?;
    let mut versions = snapshot.calendars()?.into_iter();
    Ok(pb::PublishCalendarResponse {
        version: versions.find(|(it, _)| *it == version).map(|(it, row)| version_view(it, &row)),
        position: Some(node.position(sequence)),
    })
}

impl Publication {
    /// Whether it may follow the calendar that holds now.
    fn check(&self, holds: &Calendar) -> Result<(), ApiError> {
        let wrong = |field: &str, problem| Err(Problem::Calendar(problem).at(field).into());
        if let Err(error) = holds.check_successor(&self.calendar, self.holds_from) {
            let field = match error {
                InvalidCalendar::Zone(_) => "calendar.time_zone",
                InvalidCalendar::NeverOpen
                | InvalidCalendar::RunsInto(_)
                | InvalidCalendar::Twice(_)
                | InvalidCalendar::TwoNames(_)
                | InvalidCalendar::Pieces { .. }
                | InvalidCalendar::Year(_) => "holds_from",
            };
            return wrong(field, CalendarProblem::Successor(error));
        }
        match self.calendar.check_known(self.at) {
            Ok(()) => Ok(()),
            Err(error) => wrong("calendar.known_until", CalendarProblem::NotKnown(error)),
        }
    }

    /// The calendar of the city's file as the first version.
    fn of_file(&self, calendar: Calendar) -> Result<Event, ApiError> {
        let id = EventId::new(self.id.derive("file")).map_err(|_| ApiError::Task)?;
        let (at, actor) = (self.at, self.actor.clone());
        Ok(Self { id, calendar, holds_from: None, actor, at }.event(id, 1))
    }

    fn event(&self, id: EventId, version: u64) -> Event {
        let (holds_from, calendar) = (self.holds_from, self.calendar.clone());
        Event {
            id,
            about: About::Reference(Reference::Calendar),
            meta: Meta {
                occurred_at: self.at,
                approximate: false,
                origin: Origin::Live,
                actor: self.actor.clone(),
                channel: Channel::System,
                causation: None,
                correlation: None,
                catalogue_version: 0,
                source_status: None,
            },
            personal: Personal(PersonalData::default()),
            kind: Kind::CalendarPublished(Box::new(CalendarPublished {
                version,
                holds_from,
                calendar,
            })),
        }
    }
}

fn read(
    node: &Shared,
    message: &pb::PublishCalendarRequest,
) -> Result<Publication, Vec<Violation>> {
    let mut fields = Fields::default();
    let id = event_id(&mut fields, "publication_id", &message.publication_id);
    let actor = fields.optional_label("actor", &message.actor);
    let holds_from = match message.holds_from.trim() {
        "" => Some(None),
        text => match text.parse() {
            Ok(date) => Some(Some(date)),
            Err(_) => {
                fields.wrong("holds_from", Problem::Date);
                None
            }
        },
    };
    let calendar = match &message.calendar {
        None => {
            fields.wrong("calendar", Problem::Missing);
            None
        }
        Some(it) => small_enough(&mut fields, it).and_then(|it| parse(&mut fields, "calendar", it)),
    };
    let parsed = (|| {
        let (id, calendar) = (id?, calendar?);
        Some(Publication {
            id,
            calendar,
            holds_from: holds_from?,
            actor: actor?,
            at: node.clock.now(),
        })
    })();
    fields.finish(parsed)
}

fn small_enough<'a>(fields: &mut Fields, it: &'a event::Calendar) -> Option<&'a event::Calendar> {
    let found = encoded_len(it);
    if found <= BYTES_MAX {
        return Some(it);
    }
    let (found, max) = (found as u64, BYTES_MAX as u64);
    fields.wrong("calendar", Problem::TooBig { found, max });
    None
}
