//! The city as the log has it at a moment: with its calendar and its regimes.

use crate::schema::{CalendarRow, Step};
use crate::snapshot::Snapshot;
use crate::store::Error;
use crate::subject::{Aggregate, Subject, partition};
use beffroi_domain::{Calendar, City, Kind, Reference, Regimes, Request, RevisionCause, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The city of each moment, read from the log once for each change.
///
/// What a city's file says holds, but for the calendar once one is published, and for the regimes.
#[derive(Debug)]
pub struct Cities {
    file: City,
    last: Mutex<Option<(Stamp, Arc<CityNow>)>>,
}

/// The city at a moment.
#[derive(Clone, Debug)]
pub struct CityNow {
    /// The city.
    pub city: City,
    /// The last version of its calendar; `None`: none was published, and that of its file holds.
    pub calendar: Option<Cause>,
    /// The last thing that happened to its regimes.
    pub regime: Option<Cause>,
}

/// An event by which promises may have to be counted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Its place in the log.
    pub sequence: u64,
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub what: RevisionCause,
}

impl CityNow {
    /// What the promises of a request may have to be counted again for; `None`: nothing ever changed
    /// for them.
    pub fn cause(&self, request: &Request) -> Option<Cause> {
        let product = request.entry.as_ref();
        let product = product.map_or(request.product.as_str(), |it| it.product.as_str());
        let is_served = self.city.regimes.all().iter().any(|it| it.serves(product));
        let regime = self.regime.filter(|_| is_served);
        [self.calendar, regime].into_iter().flatten().max_by_key(|it| it.sequence)
    }

    /// The last event for which promises may have to be counted again.
    pub(crate) fn last_cause(&self) -> Option<u64> {
        let serves = self.city.regimes.all().iter().any(|it| !it.products().is_empty());
        let regime = self.regime.filter(|_| serves);
        [self.calendar, regime].into_iter().flatten().map(|it| it.sequence).max()
    }
}

impl Cities {
    /// A city as its file has it.
    pub fn new(file: City) -> Self {
        Self { file, last: Mutex::default() }
    }

    /// The city as its file has it: what the log says of it is not in it.
    pub fn file(&self) -> &City {
        &self.file
    }

    /// The city at the moment of a snapshot.
    pub fn at(&self, snapshot: &Snapshot) -> Result<Arc<CityNow>, Error> {
        let stamp = stamp(snapshot)?;
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, now)) = last.filter(|(of, _)| *of == stamp) {
            return Ok(now);
        }
        let regimes = snapshot.regimes_row()?;
        let versions = snapshot.calendars()?;
        let calendar = versions.last().map(|(version, row)| Cause {
            sequence: row.sequence,
            id: row.id,
            what: RevisionCause::Calendar(*version),
        });
        let regime = regimes.steps.last().map(cause);
        let city = self.city(snapshot, &versions, regimes.regimes)?;
        let now = Arc::new(CityNow { city, calendar, regime });
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((stamp, Arc::clone(&now)));
        Ok(now)
    }

    /// The calendar that was published last, as it was; `None`: none was.
    pub fn published(&self, snapshot: &Snapshot) -> Result<Option<Calendar>, Error> {
        snapshot.calendars()?.last().map(|(_, row)| snapshot.calendar(row)).transpose()
    }

    /// The city as it was known at an instant.
    pub fn known(&self, snapshot: &Snapshot, at: Timestamp) -> Result<City, Error> {
        let versions = snapshot.calendars()?.into_iter();
        let versions: Vec<_> = versions.filter(|(_, row)| row.recorded_at <= at).collect();
        let mut regimes = Regimes::default();
        for step in snapshot.regimes_row()?.steps {
            let recorded = snapshot.recorded(step.sequence)?;
            if let Kind::Regime(fact) = &recorded.event.kind
                && recorded.recorded_at <= at
            {
                let after = regimes.clone().evolve(fact, recorded.event.meta.occurred_at);
                regimes = after.unwrap_or(regimes);
            }
        }
        self.city(snapshot, &versions, regimes)
    }

    fn city(
        &self,
        snapshot: &Snapshot,
        versions: &[(u64, CalendarRow)],
        regimes: Regimes,
    ) -> Result<City, Error> {
        let mut calendar = self.file.calendar.clone();
        for (_, row) in versions {
            calendar = calendar.succeeded_by(&snapshot.calendar(row)?, row.holds_from);
        }
        Ok(City { calendar, regimes, ..self.file.clone() })
    }
}

/// Up to where calendars and regimes are recorded: as long as that stays, so does the city.
type Stamp = [u64; 2];

fn stamp(snapshot: &Snapshot) -> Result<Stamp, Error> {
    let last = |it: Reference| {
        let partition = partition(it.uuid());
        snapshot.last_of(Subject { aggregate: Aggregate::Reference, partition })
    };
    Ok([last(Reference::Calendar)?, last(Reference::Regime)?])
}

fn cause(step: &Step) -> Cause {
    Cause { sequence: step.sequence, id: step.id, what: RevisionCause::Regime }
}
