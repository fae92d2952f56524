//! Arguments of `report`: which figures, by what, and over which time.

use beffroi_wire::pb::event::v1::{Channel, Language, Origin};
use beffroi_wire::pb::report::v1::{
    Bound, CommitmentDimension, ContactDimension, Period, RequestDimension, bound,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

use super::parse::{instant, word};
use crate::time::to_pb;
use crate::words::Lang;

/// Arguments of `report`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi report volumes --by product --output json
  beffroi report contacts --from 2026-01-01 --to 2026-12-31 --by channel,month
  beffroi report requests --by product,year --source montreal
  beffroi report commitments --from 2026-01-01 --to 2026-12-31 --html 2026.html

Days, weeks (ISO 8601), months and years are those of the city's time zone.")]
pub(crate) struct ReportArgs {
    /// Which figures.
    #[command(subcommand)]
    pub report: Report,
}

/// Which figures.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// How many requests by channel, product and status; how many contacts by channel and outcome.
    Volumes(VolumesArgs),
    /// How many contacts, what they came to, how long people waited.
    Contacts(ContactReportArgs),
    /// How many requests, and how many of them are resolved.
    Requests(RequestReportArgs),
    /// How promises were kept, and the levels reached; also as a page for the public.
    Commitments(CommitmentReportArgs),
}

/// Arguments of `report volumes`.
#[derive(Args, Debug)]
pub(crate) struct VolumesArgs {
    /// What to count the requests by.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "channel,product,status")]
    pub by: Vec<VolumeKey>,
}

/// What requests are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VolumeKey {
    /// How they came.
    Channel,
    /// What they are about.
    Product,
    /// Where they stand.
    Status,
}

/// Arguments of `report contacts`.
#[derive(Args, Debug)]
pub(crate) struct ContactReportArgs {
    /// Over which time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// What to count by, of channel, language, nature, product, catalogue-product, outcome, regime, and
    /// one of day, week, month, year; `none`: only the total.
    #[arg(long, value_name = "KEYS", default_value = "channel", value_parser = contact_keys)]
    pub by: By,
    /// Only this channel.
    #[arg(long, value_parser = word::<Channel>())]
    pub channel: Option<Channel>,
    /// Only this language.
    #[arg(long, value_enum, value_name = "LANG")]
    pub language: Option<Lang>,
}

impl ContactReportArgs {
    /// The language asked for, as in the protocol.
    pub(crate) fn language(&self) -> Language {
        match self.language {
            None => Language::Unspecified,
            Some(Lang::Fr) => Language::French,
            Some(Lang::En) => Language::English,
        }
    }
}

/// Arguments of `report requests`.
#[derive(Args, Debug)]
pub(crate) struct RequestReportArgs {
    /// Over which time, by the opening.
    #[command(flatten)]
    pub window: WindowArgs,
    /// What to count by, of channel, nature, product, catalogue-product, status, unit, borough, and
    /// one of day, week, month, year; `none`: only the total.
    #[arg(long, value_name = "KEYS", default_value = "product", value_parser = request_keys)]
    pub by: By,
    /// Only those imported from this system.
    #[arg(long, value_name = "SYSTEM")]
    pub source: Option<String>,
    /// Only those opened here, or only those imported.
    #[arg(long, value_parser = word::<Origin>())]
    pub origin: Option<Origin>,
}

/// Arguments of `report commitments`.
#[derive(Args, Debug)]
pub(crate) struct CommitmentReportArgs {
    /// Over which time, by when promises fall due.
    #[command(flatten)]
    pub window: WindowArgs,
    /// What to count by, of commitment, unit, product, catalogue-product, and one of day, week, month,
    /// year; `none`: only the total. Levels are listed by day, week or month, by month without one.
    #[arg(long, value_name = "KEYS", default_value = "commitment", value_parser = commitment_keys)]
    pub by: By,
    /// Write a page for the public to this file instead, in the language of --lang; `-`: to standard
    /// output. Its periods are those of --by, else months.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// Over which time.
#[derive(Args, Clone, Debug)]
pub(crate) struct WindowArgs {
    /// From this date in the city's time zone, or from this time.
    #[arg(long, value_name = "DATE|TIME", value_parser = moment)]
    pub from: Option<Moment>,
    /// To this date, which is included, or to this time, which is not.
    #[arg(long, value_name = "DATE|TIME", value_parser = moment)]
    pub to: Option<Moment>,
}

impl WindowArgs {
    /// Where it begins, as in the protocol.
    pub(crate) fn from(&self) -> Option<Bound> {
        self.from.map(|it| match it {
            Moment::Date(date) => of_date(date),
            Moment::Instant(at) => of_instant(at),
        })
    }

    /// Its last date, which is included, or its end, as in the protocol.
    pub(crate) fn last(&self) -> Option<Bound> {
        self.to.map(|it| match it {
            Moment::Date(date) => of_date(date),
            Moment::Instant(at) => of_instant(at),
        })
    }

    /// Where it ends, as in the protocol.
    pub(crate) fn before(&self) -> Option<Bound> {
        self.to.map(|it| match it {
            Moment::Date(date) => of_date(date.checked_add_days(Days::new(1)).unwrap_or(date)),
            Moment::Instant(at) => of_instant(at),
        })
    }
}

fn of_date(date: NaiveDate) -> Bound {
    Bound { bound: Some(bound::Bound::Date(date.to_string())) }
}

fn of_instant(at: DateTime<Utc>) -> Bound {
    Bound { bound: Some(bound::Bound::Instant(to_pb(at))) }
}

/// A date or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A date in the city's time zone, which the server knows.
    Date(NaiveDate),
    /// A time.
    Instant(DateTime<Utc>),
}

fn moment(text: &str) -> Result<Moment, String> {
    match text.parse() {
        Ok(date) => Ok(Moment::Date(date)),
        Err(_) => instant(text)
            .map(Moment::Instant)
            .map_err(|error| format!("{error}, or a date such as 2026-11-02")),
    }
}

/// What to count by: each key once, at most one of them a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct By(Vec<Key>);

/// What contacts and requests are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// How they came.
    Channel,
    /// The language of the exchange.
    Language,
    /// What was wanted.
    Nature,
    /// What they are about, as recorded.
    Product,
    /// The product of the catalogue.
    CatalogueProduct,
    /// What a contact came to.
    Outcome,
    /// How the centre worked.
    Regime,
    /// Where a request stands.
    Status,
    /// The responsible unit.
    Unit,
    /// The borough.
    Borough,
    /// What was promised.
    Commitment,
    /// The day.
    Day,
    /// The week.
    Week,
    /// The month.
    Month,
    /// The year.
    Year,
}

impl Key {
    /// The key in JSON, and on the command line with dashes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Language => "language",
            Self::Nature => "nature",
            Self::Product => "product",
            Self::CatalogueProduct => "catalogue_product",
            Self::Outcome => "outcome",
            Self::Regime => "regime",
            Self::Status => "status",
            Self::Unit => "unit",
            Self::Borough => "borough",
            Self::Commitment => "commitment",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    fn of(text: &str) -> Option<Self> {
        const ALL: [Key; 15] = [
            Key::Channel,
            Key::Language,
            Key::Nature,
            Key::Product,
            Key::CatalogueProduct,
            Key::Outcome,
            Key::Regime,
            Key::Status,
            Key::Unit,
            Key::Borough,
            Key::Commitment,
            Key::Day,
            Key::Week,
            Key::Month,
            Key::Year,
        ];
        ALL.into_iter().find(|it| it.name() == text.replace('-', "_"))
    }

    fn period(self) -> Option<Period> {
        match self {
            Self::Day => Some(Period::Day),
            Self::Week => Some(Period::Week),
            Self::Month => Some(Period::Month),
            Self::Year => Some(Period::Year),
            Self::Channel
            | Self::Language
            | Self::Nature
            | Self::Product
            | Self::CatalogueProduct
            | Self::Outcome
            | Self::Regime
            | Self::Status
            | Self::Unit
            | Self::Borough
            | Self::Commitment => None,
        }
    }

    fn of_contacts(self) -> Option<ContactDimension> {
        match self {
            Self::Channel => Some(ContactDimension::Channel),
            Self::Language => Some(ContactDimension::Language),
            Self::Nature => Some(ContactDimension::Nature),
            Self::Product => Some(ContactDimension::Product),
            Self::CatalogueProduct => Some(ContactDimension::CatalogueProduct),
            Self::Outcome => Some(ContactDimension::Outcome),
            Self::Regime => Some(ContactDimension::Regime),
            Self::Day | Self::Week | Self::Month | Self::Year => Some(ContactDimension::Period),
            Self::Status | Self::Unit | Self::Borough | Self::Commitment => None,
        }
    }

    fn of_requests(self) -> Option<RequestDimension> {
        match self {
            Self::Channel => Some(RequestDimension::Channel),
            Self::Nature => Some(RequestDimension::Nature),
            Self::Product => Some(RequestDimension::Product),
            Self::CatalogueProduct => Some(RequestDimension::CatalogueProduct),
            Self::Status => Some(RequestDimension::Status),
            Self::Unit => Some(RequestDimension::Unit),
            Self::Borough => Some(RequestDimension::Borough),
            Self::Day | Self::Week | Self::Month | Self::Year => Some(RequestDimension::Period),
            Self::Language | Self::Outcome | Self::Regime | Self::Commitment => None,
        }
    }

    fn of_commitments(self) -> Option<CommitmentDimension> {
        match self {
            Self::Commitment => Some(CommitmentDimension::Commitment),
            Self::Unit => Some(CommitmentDimension::Unit),
            Self::Product => Some(CommitmentDimension::Product),
            Self::CatalogueProduct => Some(CommitmentDimension::CatalogueProduct),
            Self::Day | Self::Week | Self::Month | Self::Year => Some(CommitmentDimension::Period),
            Self::Channel
            | Self::Language
            | Self::Nature
            | Self::Outcome
            | Self::Regime
            | Self::Status
            | Self::Borough => None,
        }
    }
}

impl From<[Key; 1]> for By {
    fn from(keys: [Key; 1]) -> Self {
        Self(keys.into())
    }
}

impl By {
    /// The keys, in the order in which they were given.
    pub(crate) fn keys(&self) -> &[Key] {
        &self.0
    }

    /// The dimensions of a report on contacts.
    pub(crate) fn of_contacts(&self) -> Vec<i32> {
        self.0.iter().filter_map(|it| it.of_contacts().map(i32::from)).collect()
    }

    /// The dimensions of a report on requests.
    pub(crate) fn of_requests(&self) -> Vec<i32> {
        self.0.iter().filter_map(|it| it.of_requests().map(i32::from)).collect()
    }

    /// The dimensions of a report on promises.
    pub(crate) fn of_commitments(&self) -> Vec<i32> {
        self.0.iter().filter_map(|it| it.of_commitments().map(i32::from)).collect()
    }

    /// The length of the periods, if there are any.
    pub(crate) fn period(&self) -> Period {
        self.0.iter().find_map(|it| it.period()).unwrap_or_default()
    }
}

fn contact_keys(text: &str) -> Result<By, String> {
    keys(text, |key| key.of_contacts().is_some())
}

fn request_keys(text: &str) -> Result<By, String> {
    keys(text, |key| key.of_requests().is_some())
}

fn commitment_keys(text: &str) -> Result<By, String> {
    keys(text, |key| key.of_commitments().is_some())
}

fn keys(text: &str, is_of_report: impl Fn(Key) -> bool) -> Result<By, String> {
    let mut keys: Vec<Key> = Vec::new();
    if text.trim() == "none" {
        return Ok(By(keys));
    }
    for text in text.split(',').map(str::trim) {
        let key = Key::of(text).filter(|it| is_of_report(*it));
        let key = key.ok_or_else(|| format!("this report cannot be counted by `{text}`"))?;
        if keys.contains(&key) {
            return Err(format!("`{text}` is given twice"));
        }
        if key.period().is_some() && keys.iter().any(|it| it.period().is_some()) {
            return Err("only one of day, week, month and year can be given".to_owned());
        }
        keys.push(key);
    }
    Ok(By(keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_once_each_and_with_one_period_at_most() {
        assert_eq!(contact_keys("channel, month"), Ok(By(vec![Key::Channel, Key::Month])));
        assert_eq!(request_keys("catalogue-product"), Ok(By(vec![Key::CatalogueProduct])));
        assert_eq!(request_keys("none"), Ok(By(vec![])));
        for wrong in ["channel,channel", "day,week", "status", "", "x"] {
            assert!(contact_keys(wrong).is_err(), "{wrong}");
        }
        assert!(request_keys("outcome").is_err());
        assert_eq!(commitment_keys("commitment,week"), Ok(By(vec![Key::Commitment, Key::Week])));
        assert!(commitment_keys("channel").is_err());
    }

    #[test]
    fn a_last_date_is_included_and_a_last_time_is_not() {
        let window = |from, to| WindowArgs { from: moment(from).ok(), to: moment(to).ok() };
        let days = window("2026-01-01", "2026-12-31");
        let first = "2026-01-01".parse().expect("a date");
        let next = "2027-01-01".parse().expect("a date");
        assert_eq!((days.from(), days.before()), (Some(of_date(first)), Some(of_date(next))));
        let time = window("2026-01-01T00:00:00-05:00", "2026-01-02T00:00:00-05:00");
        let at = "2026-01-02T05:00:00Z".parse().expect("a time");
        assert_eq!(time.before(), Some(of_instant(at)));
        assert!(moment("yesterday").is_err());
    }
}
