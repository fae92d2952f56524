//! Counting open promises again once the calendar or a regime has changed.
//!
//! The timekeeper sweeps all of them, again a while after the change, and each once more before it
//! raises something of it: what was decided on an earlier moment may be recorded after the change.

use crate::city::CityNow;
use crate::schema::RequestRow;
use crate::snapshot::{AlarmPlace, Snapshot};
use crate::store::Error;
use beffroi_domain::{
    About, Channel, Event, EventId, Kind, Meta, Origin, Personal, PersonalData, Revision, Timestamp,
};
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::Instant;

/// Alarms that one round looks at.
const LOOK_MAX: usize = 2_000;
/// How long after a change something decided before it may still be recorded.
const LATE: Duration = Duration::from_secs(15);

/// How far open promises have been counted again.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    /// The last change for which all of them were.
    swept: Option<u64>,
    going_on: Option<Going>,
    /// When to do it once more.
    again: Option<Instant>,
}

/// A sweep that is going on.
#[derive(Clone, Debug)]
struct Going {
    cause: u64,
    place: Option<AlarmPlace>,
    seen: HashSet<u64>,
}

/// What a part of a sweep found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub events: Vec<Event>,
    /// The sweep goes on here; `None`: it is over.
    next: Option<Going>,
}

impl Sweep {
    /// Goes on with the sweep, if there is one to be done.
    pub(crate) fn due(&mut self, city: &CityNow) -> Option<Part> {
        let cause = city.last_cause()?;
        let is_over = self.swept == Some(cause) && self.again.is_none_or(|it| Instant::now() < it);
        if is_over && self.going_on.is_none() {
            return None;
        }
        let going = self.going_on.take().filter(|it| it.cause == cause);
        let going = going.unwrap_or(Going { cause, place: None, seen: HashSet::new() });
        Some(Part(going))
    }

    /// When it has to be done once more.
    pub(crate) fn again(&self) -> Option<Instant> {
        self.again
    }

    /// A part could not be recorded: it is looked at again.
    pub(crate) fn failed(&mut self, part: Part) {
        self.going_on = Some(part.0);
    }

    /// A part was done, and what it found is recorded.
    pub(crate) fn done(&mut self, cause: u64, found: Found) {
        self.going_on = found.next;
        if self.going_on.is_none() {
            // The first time for a change it is done once more later.
            let first = self.swept != Some(cause);
            self.again = first.then(|| Instant::now() + LATE);
            self.swept = Some(cause);
        }
    }
}

/// A part of a sweep.
#[derive(Clone, Debug)]
pub(crate) struct Part(Going);

impl Part {
    pub(crate) fn cause(&self) -> u64 {
        self.0.cause
    }

    /// The revisions of the next requests, `most` at most.
    pub(crate) fn look(
        self,
        snapshot: &Snapshot,
        city: &CityNow,
        (now, most): (Timestamp, usize),
    ) -> Result<Found, Error> {
        let Self(mut going) = self;
        let mut found = Found::default();
        let places = snapshot.alarms_after(going.place, LOOK_MAX)?;
        let is_last = places.len() < LOOK_MAX;
        for place in places {
            let (_, ordinal, _) = place;
            if going.seen.insert(ordinal) {
                found.events.extend(revision(city, &snapshot.request_at(ordinal)?, now));
            }
            going.place = Some(place);
            if found.events.len() == most {
                found.next = Some(going);
                return Ok(found);
            }
        }
        found.next = (!is_last).then_some(going);
        Ok(found)
    }
}

/// The event by which a request's open promises are due otherwise, since the calendar or a regime has
/// changed; `None`: they are not, or this was said before.
pub fn revision(city: &CityNow, row: &RequestRow, now: Timestamp) -> Option<Event> {
    let request = &row.request;
    let cause = city.cause(request)?;
    let terms = city.city.revised(request);
    if terms.is_empty() {
        return None;
    }
    // Once for a cause and a state, on whichever node, should they have been given different cities.
    let id = format!("revised/{}/{}", cause.id, row.unrevised);
    let id = EventId::new(request.id.derive(&id)).ok()?;
    if row.sequence_of(id.uuid()).is_some() {
        return None;
    }
    Some(Event {
        id,
        about: About::Request(request.id),
        meta: Meta {
            occurred_at: now,
            approximate: false,
            origin: Origin::Live,
            actor: "timekeeper".parse().ok(),
            channel: Channel::System,
            causation: Some(cause.id),
            correlation: None,
            catalogue_version: request.catalogue_version,
            source_status: None,
        },
        personal: Personal(PersonalData::default()),
        kind: Kind::PromisesRevised(Box::new(Revision {
            cycle: request.cycle,
            terms,
            cause: cause.what,
        })),
    })
}
