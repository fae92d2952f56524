//! Parsers of single arguments.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use tonic::codegen::http::Uri;

use crate::words::{Word, keys};

/// Parses one of the words of a protocol value, and lists them all in the help.
pub(crate) fn word<W: Word + Send + Sync + 'static>() -> impl TypedValueParser<Value = W> {
    // Answers write words with underscores: they are taken as well.
    let values = keys::<W>().into_iter().map(|key| {
        let alias = key.replace('-', "_");
        PossibleValue::new(key).alias(alias)
    });
    PossibleValuesParser::new(values)
        .try_map(|word| W::parse(&word.replace('_', "-")).ok_or("not a known word"))
}

/// Checks the address of a server.
pub(crate) fn server(url: &str) -> Result<String, String> {
    let uri: Uri = url.parse().map_err(|error| format!("{error}"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http"), Some(_)) => Ok(url.to_owned()),
        _ => Err("give an address such as http://127.0.0.1:3110".to_owned()),
    }
}

/// Parses a day that is over, of a year in which requests have numbers.
pub(crate) fn day(text: &str) -> Result<NaiveDate, String> {
    let day: NaiveDate =
        text.parse().map_err(|error| format!("{error}; give a day such as 2026-11-02"))?;
    match (day.year() > 1900, day < Utc::now().date_naive()) {
        (false, _) => Err("give a day after the year 1900".to_owned()),
        (_, false) => Err("give a day that is over".to_owned()),
        (true, true) => Ok(day),
    }
}

/// Parses an instant in RFC 3339.
pub(crate) fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .map_err(|error| format!("{error}; give a time such as 2026-11-02T08:30:00-05:00"))
}

/// Parses a number of days, such as `365d`.
pub(crate) fn days(text: &str) -> Result<u32, String> {
    let days = text.strip_suffix('d').unwrap_or(text).parse();
    days.map_err(|_| "give a number of days such as 365d".to_owned())
}

/// Parses the bounds of an area: south, west, north, east.
pub(crate) fn area(text: &str) -> Result<[f64; 4], String> {
    let bounds: Result<Vec<f64>, _> = text.split(',').map(|it| it.trim().parse()).collect();
    let bounds = bounds.ok().and_then(|it| it.try_into().ok());
    bounds.ok_or_else(|| {
        "give four numbers of degrees: south,west,north,east, such as 46.7,-71.4,46.9,-71.1"
            .to_owned()
    })
}
