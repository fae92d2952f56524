//! Days of the calendar.

use beffroi_domain::{DayName, Hours};
use beffroi_wire::event::hours_from_pb;
use beffroi_wire::pb::centre::v1 as pb;
use beffroi_wire::pb::event::v1 as event;
use chrono::NaiveDate;
use serde::Serialize;

use super::{PositionView, key_or_unknown, said};
use crate::time::rfc3339;

/// The holidays of a year.
#[derive(Debug, Serialize)]
pub(crate) struct HolidaysAnswer {
    pub year: i32,
    pub holidays: Vec<HolidayView>,
}

/// A holiday that the rules propose or the city's file has.
#[derive(Debug, Serialize)]
pub(crate) struct HolidayView {
    pub date: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<NameView>,
    /// The date on a week-end from which it was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<NaiveDate>,
    pub proposed: bool,
    pub in_file: bool,
}

/// A name in both languages.
#[derive(Debug, Serialize)]
pub(crate) struct NameView {
    pub french: String,
    pub english: String,
}

impl HolidayView {
    /// One of a date, and whether it is proposed and in the file.
    pub(crate) fn new(
        date: NaiveDate,
        name: Option<&DayName>,
        moved_from: Option<NaiveDate>,
        (proposed, in_file): (bool, bool),
    ) -> Self {
        let name = name.map(|it| NameView {
            french: it.french.as_str().to_owned(),
            english: it.english.as_str().to_owned(),
        });
        Self { date, name, moved_from, proposed, in_file }
    }
}

/// A calendar with its versions.
#[derive(Debug, Serialize)]
pub(crate) struct CalendarAnswer {
    /// Absent: none was published, and it is that of the city's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<CalendarVersionView>,
    pub time_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_until: Option<String>,
    /// The hours of Monday to Sunday.
    pub week: Vec<String>,
    pub dates: Vec<DateView>,
    pub versions: Vec<CalendarVersionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

/// A version of the calendar.
#[derive(Debug, Serialize)]
pub(crate) struct CalendarVersionView {
    pub version: u64,
    /// Absent: it holds for all dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// A date that is not like others of the week.
#[derive(Debug, Serialize)]
pub(crate) struct DateView {
    pub date: String,
    /// Empty: closed.
    pub hours: String,
    pub cause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<NameView>,
    #[serde(skip)]
    pub cause_number: i32,
}

impl From<pb::CalendarVersion> for CalendarVersionView {
    fn from(it: pb::CalendarVersion) -> Self {
        Self {
            version: it.version,
            holds_from: said(it.holds_from),
            published_at: rfc3339(it.published_at.as_ref()),
            actor: said(it.actor),
        }
    }
}

impl From<pb::GetCalendarResponse> for CalendarAnswer {
    fn from(it: pb::GetCalendarResponse) -> Self {
        let calendar = it.calendar.unwrap_or_default();
        let week = calendar.week.unwrap_or_default();
        Self {
            version: it.version.map(Into::into),
            time_zone: calendar.time_zone,
            known_until: said(calendar.known_until),
            week: week.days.iter().map(hours).collect(),
            dates: calendar.dates.into_iter().map(Into::into).collect(),
            versions: it.versions.into_iter().map(Into::into).collect(),
            position: it.position.map(Into::into),
        }
    }
}

impl From<event::CalendarDate> for DateView {
    fn from(it: event::CalendarDate) -> Self {
        Self {
            date: it.date,
            hours: it.hours.as_ref().map(hours).unwrap_or_default(),
            cause: key_or_unknown::<event::DateCause>(it.cause),
            name: it.name.map(|it| NameView { french: it.french, english: it.english }),
            cause_number: it.cause,
        }
    }
}

fn hours(it: &event::DayHours) -> String {
    hours_from_pb(it).unwrap_or(Hours::CLOSED).to_string()
}
