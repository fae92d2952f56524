//! Levels: what must be reached, and what was.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as query;
use event::level_definition::Measure;
use serde::Serialize;

use super::key_or_unknown;
use super::report::Share;

/// What must be reached.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct DefinitionView {
    /// The share, in percent.
    pub percent: u32,
    /// Contacts: the channels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Contacts: the longest wait that is in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_secs: Option<u32>,
    /// Contacts: how those count who left before an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hang_ups: Option<String>,
    /// Contacts: the longest wait that is short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_secs: Option<u32>,
    /// Requests: the promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise_kind: Option<String>,
}

/// The window of a level of which a fact speaks.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BreachedLevelView {
    code: String,
    name: String,
    definition: DefinitionView,
    length: String,
    window: String,
    share: Share,
    figure_revision: u32,
    revision: u32,
}

impl From<event::LevelDefinition> for DefinitionView {
    fn from(it: event::LevelDefinition) -> Self {
        let view = Self { percent: it.percent, ..Self::default() };
        match it.measure {
            Some(Measure::Contacts(it)) => {
                use event::HangUps::{ShortExcluded, ShortGood};
                let has_short = matches!(it.hang_ups(), ShortExcluded | ShortGood);
                let channels = it.channels.iter().map(|it| key_or_unknown::<event::Channel>(*it));
                Self {
                    channels: channels.collect(),
                    within_secs: Some(it.within_secs),
                    hang_ups: Some(key_or_unknown::<event::HangUps>(it.hang_ups)),
                    short_secs: has_short.then_some(it.short_secs),
                    ..view
                }
            }
            Some(Measure::Requests(it)) => Self {
                promise_kind: Some(key_or_unknown::<event::PromiseKind>(it.promise)),
                ..view
            },
            None => view,
        }
    }
}

impl From<query::BreachedLevel> for BreachedLevelView {
    fn from(it: query::BreachedLevel) -> Self {
        Self {
            code: it.code,
            name: it.name,
            definition: it.definition.unwrap_or_default().into(),
            length: key_or_unknown::<event::WindowLength>(it.length),
            window: it.window,
            share: Share { numerator: it.within, denominator: it.of },
            figure_revision: it.figure_revision,
            revision: it.revision,
        }
    }
}
