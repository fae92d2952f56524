//! The city's file: its calendar and its promises, in TOML.

mod level;

use beffroi_domain::{
    Calendar, Channel, City, Commitment, InvalidCalendar, Label, Nature, PromiseKind, Window,
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The city's file cannot be used.
#[derive(Debug, Error)]
pub enum InvalidCity {
    /// The file cannot be read.
    #[error("cannot read `{path}`")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is not TOML of the expected shape; the source says where.
    #[error("the city's file is not valid")]
    Toml(#[from] toml::de::Error),
    /// A value is not what it must be.
    #[error("`{key}`: {what}")]
    Value {
        /// The key.
        key: String,
        /// What is wrong and what is expected.
        what: String,
    },
    /// The calendar would never be open.
    #[error("`hours`: {0}")]
    Calendar(#[from] InvalidCalendar),
}

/// The longest promise that can be made, in business days.
const BUSINESS_DAYS_MAX: u32 = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    time_zone: String,
    hours: Hours,
    #[serde(default)]
    holidays: Vec<toml::value::Datetime>,
    #[serde(default, rename = "commitment")]
    commitments: Vec<Promised>,
    #[serde(default, rename = "level")]
    levels: Vec<level::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    monday: Option<String>,
    tuesday: Option<String>,
    wednesday: Option<String>,
    thursday: Option<String>,
    friday: Option<String>,
    saturday: Option<String>,
    sunday: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Promised {
    product: Option<String>,
    nature: Option<Nature>,
    channel: Option<Channel>,
    #[serde(default)]
    promise: PromiseKind,
    business_days: u32,
}

/// Québec: hours, holidays and promises as its declaration of services gives them.
pub fn default_city() -> Result<City, InvalidCity> {
    parse(include_str!("../cities/quebec.toml"))
}

/// Reads a city's file.
pub fn read_city(path: &Path) -> Result<City, InvalidCity> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| InvalidCity::Unreadable { path: path.to_owned(), source })?;
    parse(&text)
}

fn parse(text: &str) -> Result<City, InvalidCity> {
    let file: File = toml::from_str(text)?;
    let zone: Tz = file.time_zone.parse().map_err(|_| {
        wrong("time_zone", format!("`{}` is not an IANA time zone", file.time_zone))
    })?;
    let hours = file.hours;
    let week = [
        window("hours.monday", hours.monday)?,
        window("hours.tuesday", hours.tuesday)?,
        window("hours.wednesday", hours.wednesday)?,
        window("hours.thursday", hours.thursday)?,
        window("hours.friday", hours.friday)?,
        window("hours.saturday", hours.saturday)?,
        window("hours.sunday", hours.sunday)?,
    ];
    let holidays = file.holidays.into_iter().map(|it| {
        let date: Result<NaiveDate, _> = it.to_string().parse();
        date.map_err(|_| wrong("holidays", format!("`{it}` is not a date such as 2026-06-24")))
    });
    let holidays = holidays.collect::<Result<Vec<_>, _>>()?;
    let commitments = file.commitments.into_iter().enumerate().map(commitment);
    Ok(City {
        name: label("name", &file.name)?,
        calendar: Calendar::new(zone, week, holidays)?,
        commitments: commitments.collect::<Result<_, _>>()?,
        levels: level::levels(&file.levels)?,
    })
}

fn commitment((index, it): (usize, Promised)) -> Result<Commitment, InvalidCity> {
    if it.business_days == 0 || it.business_days > BUSINESS_DAYS_MAX {
        let key = format!("commitment[{index}].business_days");
        return Err(wrong(key, format!("must be 1 to {BUSINESS_DAYS_MAX}")));
    }
    let product = it.product.as_deref();
    let product = product.map(|it| label(&format!("commitment[{index}].product"), it));
    Ok(Commitment {
        product: product.transpose()?,
        nature: it.nature,
        channel: it.channel,
        promise: it.promise,
        business_days: it.business_days,
    })
}

/// Reads `08:00-19:00`; absent: closed.
fn window(key: &str, text: Option<String>) -> Result<Option<Window>, InvalidCity> {
    let Some(text) = text else { return Ok(None) };
    let expected = || wrong(key, format!("`{text}` is not of the form 08:00-19:00"));
    let minutes = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour <= 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let (opens, closes) = text.split_once('-').ok_or_else(expected)?;
    let opens = minutes(opens.trim()).ok_or_else(expected)?;
    let closes = minutes(closes.trim()).ok_or_else(expected)?;
    Window::new(opens, closes).map(Some).ok_or_else(expected)
}

fn label(key: &str, text: &str) -> Result<Label, InvalidCity> {
    text.parse().map_err(|error| wrong(key, format!("{error}")))
}

fn wrong(key: impl Into<String>, what: String) -> InvalidCity {
    InvalidCity::Value { key: key.into(), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_city_is_valid() {
        let city = default_city().unwrap();
        assert_eq!(city.name.as_str(), "Québec");
    }

    #[test]
    fn a_wrong_value_is_named() {
        let check = |text: &str, expected: &str| {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        let file = |zone: &str, monday: &str, days: u32| {
            format!(
                "name = \"A\"\ntime_zone = \"{zone}\"\n[hours]\nmonday = \"{monday}\"\n\
                 [[commitment]]\nbusiness_days = {days}\n"
            )
        };
        assert!(parse(&file("America/Toronto", "08:00-19:00", 2)).is_ok());
        check(&file("Quebec", "08:00-19:00", 2), "`time_zone`: `Quebec`");
        check(&file("America/Toronto", "19:00-08:00", 2), "`hours.monday`");
        check(&file("America/Toronto", "08:00-25:00", 2), "`hours.monday`");
        check(&file("America/Toronto", "08:00-19:00", 0), "`commitment[0].business_days`");
        check("name = \"A\"\ntime_zone = \"America/Toronto\"\n[hours]\n", "no day of the week");
    }
}
