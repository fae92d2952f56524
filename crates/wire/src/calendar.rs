//! The calendar of a city on the wire.

use crate::event::{hours_from_pb, hours_to_pb};
use crate::pb::event::v1 as pb;
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{
    Calendar, CalendarDate, Cause, DayName, Hours, InvalidCalendar, InvalidText, Label, Zone,
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use prost::Message;
use thiserror::Error;

/// The most dates of a calendar that are not like others of the week.
pub const DATES_MAX: usize = 20_000;

/// Something that keeps a message from being a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: {flaw}")]
pub struct Defect {
    /// The field, such as `dates[3].hours`; empty: the message as a whole.
    pub place: String,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What can be wrong with a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// It is no time zone.
    #[error("`{0}` is no time zone")]
    Zone(String),
    /// It is not the hours of a day, or not those of seven days.
    #[error("not the hours of a day, or not seven days")]
    Hours,
    /// It is not a date.
    #[error("not a date such as 2026-06-24")]
    Date,
    /// It is not a name.
    #[error(transparent)]
    Name(InvalidText),
    /// A cause that this version does not know.
    #[error("a value that this version does not know")]
    Cause,
    /// There are too many.
    #[error("{0} dates, at most {DATES_MAX} are taken")]
    TooMany(usize),
    /// It contradicts itself.
    #[error(transparent)]
    Calendar(InvalidCalendar),
}

/// How many bytes a calendar takes on the log.
pub fn encoded_len(it: &pb::Calendar) -> usize {
    it.encoded_len()
}

/// A calendar on the wire.
pub fn to_pb(it: &Calendar) -> pb::Calendar {
    pb::Calendar {
        time_zone: it.zone().name().to_owned(),
        week: Some(pb::WeekHours { days: it.week().iter().map(hours_to_pb).collect() }),
        dates: it.special_dates().map(|it| date_to_pb(&it)).collect(),
        known_until: it.known_until().map(|it| it.to_string()).unwrap_or_default(),
    }
}

fn date_to_pb(it: &CalendarDate) -> pb::CalendarDate {
    let cause = match it.cause {
        Cause::Holiday(_) => pb::DateCause::Holiday,
        Cause::Exception(_) => pb::DateCause::Exception,
        Cause::Closing(_) => pb::DateCause::Closing,
        Cause::Regime => pb::DateCause::Unspecified,
    };
    let name = it
        .cause
        .name()
        .map(|it| pb::Bilingual { french: it.french.to_string(), english: it.english.to_string() });
    let hours = (!it.hours.is_closed()).then(|| hours_to_pb(&it.hours));
    pb::CalendarDate { date: it.date.to_string(), hours, cause: cause.into(), name }
}

/// A calendar from the wire, or all that is wrong with it.
pub fn from_pb(it: &pb::Calendar) -> Result<Calendar, Vec<Defect>> {
    let mut defects = Vec::new();
    let mut wrong = |place: &str, flaw| defects.push(Defect { place: place.to_owned(), flaw });
    let zone: Option<Tz> = it.time_zone.parse().ok();
    if zone.is_none() {
        wrong("time_zone", Flaw::Zone(it.time_zone.clone()));
    }
    let days = it.week.as_ref().map(|it| it.days.as_slice()).unwrap_or_default();
    let week: Result<Vec<Hours>, _> = days.iter().map(hours_from_pb).collect();
    let week: Option<[Hours; 7]> = week.ok().and_then(|it| it.try_into().ok());
    if week.is_none() {
        wrong("week", Flaw::Hours);
    }
    let known_until = match it.known_until.as_str() {
        "" => None,
        text => match text.parse::<NaiveDate>() {
            Ok(date) => Some(date),
            Err(_) => {
                wrong("known_until", Flaw::Date);
                None
            }
        },
    };
    if it.dates.len() > DATES_MAX {
        wrong("dates", Flaw::TooMany(it.dates.len()));
        return Err(defects);
    }
    let mut dates = Vec::with_capacity(it.dates.len());
    for (at, it) in it.dates.iter().enumerate() {
        match date_from_pb(it) {
            Ok(it) => dates.push(it),
            Err((field, flaw)) => wrong(&format!("dates[{at}].{field}"), flaw),
        }
    }
    match (zone, week) {
        (Some(zone), Some(week)) if defects.is_empty() => {
            let calendar = Calendar::of_dates(Zone::from(zone), week, dates, known_until);
            calendar
                .map_err(|error| vec![Defect { place: String::new(), flaw: Flaw::Calendar(error) }])
        }
        _ => Err(defects),
    }
}

fn date_from_pb(it: &pb::CalendarDate) -> Result<CalendarDate, (&'static str, Flaw)> {
    let date = it.date.trim().parse().map_err(|_| ("date", Flaw::Date))?;
    let hours = it.hours.as_ref().map_or(Ok(Hours::CLOSED), hours_from_pb);
    let hours = hours.map_err(|_| ("hours", Flaw::Hours))?;
    let name = it.name.as_ref().map(name).transpose().map_err(|it| ("name", Flaw::Name(it)))?;
    let cause = match pb::DateCause::try_from(it.cause) {
        Ok(pb::DateCause::Holiday) => Cause::Holiday(name),
        Ok(pb::DateCause::Exception | pb::DateCause::Unspecified) => Cause::Exception(name),
        Ok(pb::DateCause::Closing) => Cause::Closing(name),
        Err(_) => return Err(("cause", Flaw::Cause)),
    };
    Ok(CalendarDate { date, hours, cause })
}

fn name(it: &pb::Bilingual) -> Result<DayName, InvalidText> {
    let label = |it: &str| it.parse::<Label>();
    Ok(Bilingual { french: label(&it.french)?, english: label(&it.english)? })
}
