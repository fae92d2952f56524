//! The text form of a profile, as TOML has it.

use beffroi_wire::pb::event::v1 as pb;
use chrono_tz::Tz;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A profile. `profiles/montreal.toml`, `boston.toml` and `joint.toml` are examples.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// The source system, when all rows come from one.
    pub(crate) system: Option<String>,
    /// The column that names the source system, otherwise.
    pub(crate) system_column: Option<String>,
    /// What separates fields.
    #[serde(default = "comma")]
    pub(crate) delimiter: char,
    /// What a request is about when all its product columns are empty.
    pub(crate) product_otherwise: Option<String>,
    pub(crate) columns: Columns,
    pub(crate) time: TimeSpec,
    #[serde(default)]
    pub(crate) nature: BTreeMap<String, NatureWord>,
    #[serde(default)]
    pub(crate) channel: ChannelSpec,
    #[serde(default)]
    pub(crate) status: BTreeMap<String, Meaning>,
}

/// Which column holds what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Columns {
    pub(crate) id: String,
    /// The first that is not empty is taken.
    pub(crate) product: Vec<String>,
    pub(crate) precision: Option<String>,
    pub(crate) nature: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) borough: Option<String>,
    pub(crate) latitude: Option<String>,
    pub(crate) longitude: Option<String>,
    pub(crate) opened: Option<String>,
    pub(crate) opened_roughly: Option<Roughly<String>>,
    pub(crate) promised: Option<String>,
    pub(crate) closed: Option<String>,
    /// The latest moment at which the status can have been reached, where its own is not known.
    pub(crate) updated: Option<String>,
}

/// An opening that is known as a month, a day of the week and an hour.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Roughly<C> {
    pub(crate) month: C,
    pub(crate) weekday: C,
    pub(crate) hour: C,
}

/// How times are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeSpec {
    /// The city's zone, when all rows come from one.
    pub(crate) zone: Option<Zone>,
    /// The city's zone by the value of a column, otherwise.
    pub(crate) zone_by: Option<ZoneBy>,
    /// Another zone in which some rows are written, by the value of a column.
    pub(crate) written_by: Option<ZoneBy>,
    /// As in `strftime`, tried in order; `%+` is RFC 3339.
    #[serde(default)]
    pub(crate) formats: Vec<String>,
    /// Openings and closings at 00:00:00 are dates without a time of day.
    #[serde(default)]
    pub(crate) midnight_is_date_only: bool,
    /// The source's names of the days, Monday first; upper and lower case are the same.
    #[serde(default)]
    pub(crate) weekdays: Vec<String>,
}

/// A zone for each value of a column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ZoneBy {
    pub(crate) column: String,
    pub(crate) zones: BTreeMap<String, Zone>,
}

/// An IANA time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Zone(pub(crate) Tz);

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse().map(Zone).map_err(|_| {
            format!("`{name}` is not an IANA time zone such as `America/Toronto` or `UTC`")
        })
    }
}

/// How channels are written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelSpec {
    /// What separates several channels in one field.
    pub(crate) separator: Option<String>,
    /// For words that are not listed.
    #[serde(default)]
    pub(crate) otherwise: ChannelWord,
    #[serde(default)]
    pub(crate) words: BTreeMap<String, ChannelWord>,
}

/// What a status of the source means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Meaning {
    Open,
    Assigned,
    Resolved,
    Cancelled,
    /// Resolved where there is a closing time, open otherwise.
    ByClosing,
}

/// A channel in a profile.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChannelWord {
    Unspecified,
    Telephone,
    App,
    Email,
    WebForm,
    InPerson,
    Mail,
    SocialMedia,
    Employee,
    System,
    #[default]
    Other,
}

impl From<ChannelWord> for pb::Channel {
    fn from(word: ChannelWord) -> Self {
        match word {
            ChannelWord::Unspecified => Self::Unspecified,
            ChannelWord::Telephone => Self::Telephone,
            ChannelWord::App => Self::App,
            ChannelWord::Email => Self::Email,
            ChannelWord::WebForm => Self::WebForm,
            ChannelWord::InPerson => Self::InPerson,
            ChannelWord::Mail => Self::Mail,
            ChannelWord::SocialMedia => Self::SocialMedia,
            ChannelWord::Employee => Self::Employee,
            ChannelWord::System => Self::System,
            ChannelWord::Other => Self::Other,
        }
    }
}

/// A nature in a profile.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NatureWord {
    Unspecified,
    Information,
    Service,
    RapidIntervention,
    Comment,
    Complaint,
}

impl From<NatureWord> for pb::Nature {
    fn from(word: NatureWord) -> Self {
        match word {
            NatureWord::Unspecified => Self::Unspecified,
            NatureWord::Information => Self::Information,
            NatureWord::Service => Self::Service,
            NatureWord::RapidIntervention => Self::RapidIntervention,
            NatureWord::Comment => Self::Comment,
            NatureWord::Complaint => Self::Complaint,
        }
    }
}

fn comma() -> char {
    ','
}
