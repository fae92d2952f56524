//! The city's file: its calendar and its promises, in TOML.

mod calendar;
pub(crate) mod delay;
mod file;
mod level;
mod rules;
#[cfg(test)]
mod tests;
mod words;

use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{City, Commitment, Delay, HolidayRule, InvalidCalendar, Label, Regimes};
use file::{File, Promised};
use std::ops::Range;
use std::path::{Path, PathBuf};
use thiserror::Error;
use toml::Spanned;

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
    #[error("`{key}`, line {line}: {}", what.english)]
    Value {
        /// The key.
        key: String,
        /// The line, from 1 on.
        line: usize,
        /// What is wrong and what is expected.
        what: Bilingual<String>,
    },
    /// The values do not make a calendar together.
    #[error("`{key}`, line {line}: {error}")]
    Calendar {
        /// The key of the day at which it was found.
        key: String,
        /// The line, from 1 on.
        line: usize,
        /// Why.
        error: InvalidCalendar,
    },
}

/// The text of a city's file, for the lines of what is wrong with it.
struct Source<'a>(&'a str);

impl Source<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        self.0.get(..span.start).unwrap_or(self.0).matches('\n').count() + 1
    }

    fn wrong(
        &self,
        key: impl Into<String>,
        span: &Range<usize>,
        what: Bilingual<String>,
    ) -> InvalidCity {
        InvalidCity::Value { key: key.into(), line: self.line(span), what }
    }

    fn label(&self, key: &str, text: &Spanned<String>) -> Result<Label, InvalidCity> {
        let label = text.get_ref().parse();
        label.map_err(|error| self.wrong(key, &text.span(), words::of_text(&error)))
    }
}

/// Québec: hours, holidays and promises as its declaration of services gives them.
pub fn default_city() -> Result<City, InvalidCity> {
    parse(QUEBEC)
}

/// Reads a city's file.
pub fn read_city(path: &Path) -> Result<City, InvalidCity> {
    parse(&text_of(path)?)
}

/// The rules that propose the holidays of Québec.
pub fn default_holiday_rules() -> Result<Vec<HolidayRule>, InvalidCity> {
    parse_rules(QUEBEC)
}

/// Reads the rules of a city's file that propose its holidays.
pub fn read_holiday_rules(path: &Path) -> Result<Vec<HolidayRule>, InvalidCity> {
    parse_rules(&text_of(path)?)
}

const QUEBEC: &str = include_str!("../cities/quebec.toml");

fn text_of(path: &Path) -> Result<String, InvalidCity> {
    let unreadable = |source| InvalidCity::Unreadable { path: path.to_owned(), source };
    std::fs::read_to_string(path).map_err(unreadable)
}

fn parse(text: &str) -> Result<City, InvalidCity> {
    let file: File = toml::from_str(text)?;
    let source = Source(text);
    let rules = rules::parse(&source, &file.holiday_rules)?;
    let commitments = file.commitments.iter().enumerate();
    let commitments = commitments.map(|(index, it)| commitment(&source, index, it));
    Ok(City {
        name: source.label("name", &file.name)?,
        calendar: calendar::parse(&source, &file, &rules)?,
        regimes: Regimes::default(),
        commitments: commitments.collect::<Result<_, _>>()?,
        levels: level::parse(&source, &file.levels)?,
    })
}

fn parse_rules(text: &str) -> Result<Vec<HolidayRule>, InvalidCity> {
    let file: File = toml::from_str(text)?;
    rules::parse(&Source(text), &file.holiday_rules)
}

fn commitment(
    source: &Source<'_>,
    index: usize,
    given: &Spanned<Promised>,
) -> Result<Commitment, InvalidCity> {
    let key = format!("commitment[{index}]");
    let it = given.get_ref();
    let product = it.product.as_ref().map(|it| source.label(&format!("{key}.product"), it));
    Ok(Commitment {
        product: product.transpose()?,
        nature: it.nature,
        channel: it.channel,
        delay: Delay::new(it.promise, delay::parse(source, &key, given)?),
    })
}
