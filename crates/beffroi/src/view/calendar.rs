//! Days of the calendar.

use beffroi_domain::DayName;
use chrono::NaiveDate;
use serde::Serialize;

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
