//! The shape of a city's file.

use beffroi_domain::{Channel, Nature, Period, PromiseKind};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub name: Spanned<String>,
    pub time_zone: Spanned<String>,
    pub known_until: Option<Spanned<Datetime>>,
    pub hours: Spanned<Weekly>,
    #[serde(default)]
    pub holidays: Vec<Spanned<Holiday>>,
    #[serde(default, rename = "exception")]
    pub exceptions: Vec<Dated>,
    #[serde(default, rename = "closing")]
    pub closings: Vec<Dated>,
    #[serde(default, rename = "holiday_rule")]
    pub holiday_rules: Vec<Spanned<Rule>>,
    #[serde(default, rename = "commitment")]
    pub commitments: Vec<Spanned<Promised>>,
    #[serde(default, rename = "level")]
    pub levels: Vec<Spanned<Level>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Weekly {
    pub monday: Option<Spanned<Windows>>,
    pub tuesday: Option<Spanned<Windows>>,
    pub wednesday: Option<Spanned<Windows>>,
    pub thursday: Option<Spanned<Windows>>,
    pub friday: Option<Spanned<Windows>>,
    pub saturday: Option<Spanned<Windows>>,
    pub sunday: Option<Spanned<Windows>>,
}

/// `"08:00-19:00"`, or `["08:00-12:00", "13:00-17:00"]`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected hours such as \"08:00-19:00\", or a list of them")]
pub(super) enum Windows {
    One(String),
    Several(Vec<String>),
}

/// `2026-06-24`, or `{ date = 2026-06-24, name = … }`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a date such as 2026-06-24, or { date = …, name = … }")]
pub(super) enum Holiday {
    Date(Datetime),
    Named(NamedDate),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedDate {
    pub date: Datetime,
    pub name: Option<Name>,
}

/// A date with hours of its own, or with a time at which it is closed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dated {
    pub date: Spanned<Datetime>,
    pub hours: Option<Spanned<Windows>>,
    pub name: Option<Spanned<Name>>,
}

/// The same in both languages, or `{ fr = …, en = … }`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a name, or { fr = …, en = … }")]
pub(super) enum Name {
    Both(String),
    Each(Names),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub fr: String,
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub name: Option<Name>,
    pub fixed: Option<String>,
    pub easter: Option<i32>,
    pub weekday: Option<Weekday>,
    pub nth: Option<i32>,
    pub month: Option<u32>,
    pub before: Option<String>,
    #[serde(default)]
    pub moved: Moved,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Moved {
    #[default]
    No,
    NextWeekday,
    SundayToWeekday,
    NearestWeekday,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Promised {
    pub product: Option<Spanned<String>>,
    pub nature: Option<Nature>,
    pub channel: Option<Channel>,
    #[serde(default)]
    pub promise: PromiseKind,
    pub business_days: Option<Spanned<u32>>,
    pub rule: Option<Spanned<String>>,
    pub days: Option<Spanned<u32>>,
    pub hours: Option<Spanned<u32>>,
    pub minutes: Option<Spanned<u32>>,
    pub cut_off: Option<Spanned<CutOff>>,
}

/// `{ at = "17:00", restart = "08:30", … }`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CutOff {
    pub at: Spanned<String>,
    pub restart: Spanned<String>,
    #[serde(default)]
    pub waits_for_restart: bool,
    #[serde(default)]
    pub day_off_restarts: bool,
}

/// A share of contacts or of requests that the city promises to reach.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Level {
    pub code: String,
    pub name: Name,
    pub contacts: Option<Vec<Channel>>,
    pub within_secs: Option<u32>,
    pub hang_ups: Option<Way>,
    pub short_secs: Option<u32>,
    pub requests: Option<PromiseKind>,
    pub percent: u8,
    pub windows: Vec<Period>,
    pub from: Option<Spanned<Datetime>>,
    pub to: Option<Spanned<Datetime>>,
}

/// How those who hang up count.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    Ignored,
    Offered,
    ShortExcluded,
    ShortGood,
}
