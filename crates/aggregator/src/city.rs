//! The city as the log has it at a moment: with its calendar and its regimes.

use crate::schema::{CalendarRow, Step};
use crate::snapshot::Snapshot;
use crate::store::Error;
use crate::subject::{Aggregate, Subject, partition};
use beffroi_domain::{
    Calendar, City, Kind, Reference, Regime, RegimeFact, Regimes, Request, RevisionCause, Timestamp,
};
use chrono::NaiveDate;
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
    /// The publication of the last version of its calendar; `None`: that of its file holds.
    calendar: Option<Cause>,
    /// The last change of each of its regimes.
    regimes: Vec<Cause>,
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
    /// What the promises of a request may have to be counted again for: the last of the publications
    /// and of the changes of a regime that serves its product; `None`: nothing ever changed for them.
    pub(crate) fn cause(&self, request: &Request) -> Option<Cause> {
        let serves = |it: &Regime| it.serves(request.product_code());
        self.last(serves)
    }

    /// The last event for which promises may have to be counted again.
    pub(crate) fn last_cause(&self) -> Option<u64> {
        self.last(|it| !it.products().is_empty()).map(|it| it.sequence)
    }

    fn last(&self, matters: impl Fn(&Regime) -> bool) -> Option<Cause> {
        let regimes = self.city.regimes.all().iter().zip(&self.regimes);
        let regimes = regimes.filter(|(regime, _)| matters(regime)).map(|(_, cause)| *cause);
        regimes.chain(self.calendar).max_by_key(|it| it.sequence)
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
        let versions = snapshot.calendars()?;
        let calendar = versions.last().map(|(version, row)| Cause {
            sequence: row.sequence,
            id: row.id,
            what: RevisionCause::Calendar(*version),
        });
        let row = snapshot.regimes_row()?;
        let regimes = causes(snapshot, &row.steps)?;
        let city = self.city(snapshot, &versions, row.regimes)?;
        let now = Arc::new(CityNow { city, calendar, regimes });
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((stamp, Arc::clone(&now)));
        Ok(now)
    }

    /// The calendar that was published last, as it was; `None`: none was.
    pub fn published(&self, snapshot: &Snapshot) -> Result<Option<Calendar>, Error> {
        snapshot.calendars()?.last().map(|(_, row)| snapshot.calendar(row)).transpose()
    }

    /// The city as of an instant, as far as it was known at another one; `None`: whenever.
    pub fn as_of(
        &self,
        snapshot: &Snapshot,
        (as_of, known_at): (Option<Timestamp>, Option<Timestamp>),
    ) -> Result<City, Error> {
        let counts = |occurred_at: Timestamp, recorded_at: Timestamp| {
            as_of.is_none_or(|as_of| occurred_at <= as_of)
                && known_at.is_none_or(|known_at| recorded_at <= known_at)
        };
        let mut versions = snapshot.calendars()?;
        // What was counted by before is its first version.
        versions
            .retain(|(version, row)| *version == 1 || counts(row.published_at, row.recorded_at));
        let mut regimes = Regimes::default();
        for step in snapshot.regimes_row()?.steps {
            let recorded = snapshot.recorded(step.sequence)?;
            let occurred_at = recorded.event.meta.occurred_at;
            if let Kind::Regime(fact) = &recorded.event.kind
                && counts(occurred_at, recorded.recorded_at)
            {
                let after = regimes.clone().evolve(fact, occurred_at);
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
        let calendar = self.calendar(snapshot, versions, None)?;
        Ok(City { calendar, regimes, ..self.file.clone() })
    }

    /// The calendar there would be if another version was published.
    pub fn calendar_with(
        &self,
        snapshot: &Snapshot,
        next: (Option<NaiveDate>, &Calendar),
    ) -> Result<Calendar, Error> {
        self.calendar(snapshot, &snapshot.calendars()?, Some(next))
    }

    fn calendar(
        &self,
        snapshot: &Snapshot,
        versions: &[(u64, CalendarRow)],
        next: Option<(Option<NaiveDate>, &Calendar)>,
    ) -> Result<Calendar, Error> {
        let dated = versions.iter().map(|(_, row)| Ok((row.holds_from, snapshot.calendar(row)?)));
        let dated: Vec<_> = dated.collect::<Result<_, Error>>()?;
        let versions = dated.iter().map(|(from, calendar)| (*from, calendar)).chain(next);
        Ok(Calendar::of_versions(&self.file.calendar, versions))
    }
}

/// The last change of each regime, in the order in which they were declared.
fn causes(snapshot: &Snapshot, steps: &[Step]) -> Result<Vec<Cause>, Error> {
    let mut causes: Vec<Cause> = Vec::new();
    for Step { sequence, id } in steps.iter().copied() {
        let cause = Cause { sequence, id, what: RevisionCause::Regime };
        let kind = snapshot.recorded(sequence)?.event.kind;
        let is_first = matches!(kind, Kind::Regime(RegimeFact::Declared(_)));
        match causes.last_mut().filter(|_| !is_first) {
            Some(last) => *last = cause,
            None => causes.push(cause),
        }
    }
    Ok(causes)
}

/// Up to where calendars, regimes and releases from quarantine are recorded, and in which store: as
/// long as that stays, so does the city.
type Stamp = [u64; 4];

fn stamp(snapshot: &Snapshot) -> Result<Stamp, Error> {
    let last = |it: Reference| {
        let partition = partition(it.uuid());
        snapshot.last_of(Subject { aggregate: Aggregate::Reference, partition })
    };
    let (calendar, regime) = (last(Reference::Calendar)?, last(Reference::Regime)?);
    Ok([calendar, regime, last(Reference::Quarantine)?, snapshot.generation()])
}
