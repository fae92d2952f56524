//! How promises were kept, and the levels reached.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::report::v1 as pb;
use serde::Serialize;

use super::level::DefinitionView;
use super::report::{Keys, Numbers, ReportRow, Share, Texts};
use super::{PositionView, key_or_unknown, said};
use crate::cli::Key;
use crate::time::rfc3339;

/// A report on promises.
#[derive(Debug, Serialize)]
pub(crate) struct CommitmentsAnswer {
    /// What was counted by.
    pub by: Vec<&'static str>,
    /// Rows, sorted by what they were counted by; imported history is in none.
    pub rows: Vec<ReportRow<CommitmentFigures>>,
    /// All rows together.
    pub total: CommitmentFigures,
    /// What was imported, apart.
    pub imported: CommitmentFigures,
    /// The levels, once for each length of their windows.
    pub levels: Vec<LevelView>,
    /// As of when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The city.
    pub city: String,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
    /// As of when, as in the protocol.
    #[serde(skip)]
    pub as_of: Option<prost_types::Timestamp>,
}

/// What was promised.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CommitmentView {
    promise_kind: String,
    rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    /// As in the protocol, for the labels.
    #[serde(skip)]
    pub said: pb::Commitment,
}

/// Figures of promises.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct CommitmentFigures {
    /// All of them.
    pub set: u64,
    /// Kept in time.
    pub met: u64,
    /// Kept late, or past due.
    pub late: u64,
    /// Not due yet.
    pub open: u64,
    /// No longer held.
    pub rescinded: u64,
    /// Said to be broken, and not.
    pub withdrawn: u64,
    /// Met, of those met or late.
    pub on_time: Share,
    /// How long they took.
    pub delays: Delays,
}

/// How long promises took; without any there are no quantiles.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Delays {
    /// How many were fulfilled.
    pub count: u64,
    /// The median, in business days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_business_days: Option<u32>,
    /// The 90th percentile, in business days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90_business_days: Option<u32>,
    /// The longest, in business days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_business_days: Option<u32>,
    /// The median, in seconds of opening hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_business_secs: Option<u32>,
    /// The 90th percentile, in seconds of opening hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90_business_secs: Option<u32>,
    /// The longest, in seconds of opening hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_business_secs: Option<u32>,
}

/// A level of one length of windows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LevelView {
    /// Its code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// What must be reached.
    pub definition: DefinitionView,
    /// How long the windows are: `day`, `week`, `month`.
    pub length: String,
    /// The windows, in order of time.
    pub windows: Vec<WindowView>,
}

/// What was reached in a window.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WindowView {
    /// Its name.
    pub window: String,
    /// `no_data`, `reached` or `missed`.
    pub standing: String,
    /// It has ended.
    pub closed: bool,
    /// Of those who arrived in ordinary hours.
    pub share: Share,
    /// Of those who arrived in the hours of an exceptional regime.
    pub exceptional: Share,
    /// How many were recorded late.
    pub figure_revision: u32,
}

impl CommitmentsAnswer {
    /// A report, counted by `by`.
    pub(crate) fn new(answer: pb::GetCommitmentReportResponse, by: &[Key]) -> Self {
        let rows = answer.rows.into_iter().map(|row| {
            let texts = Texts {
                product: row.product,
                catalogue_product: row.catalogue_product,
                unit: row.unit,
                ..Texts::default()
            };
            let mut keys = Keys::new(by, Numbers::default(), texts, row.period);
            keys.commitment = row.commitment.map(Into::into);
            ReportRow { keys, figures: row.figures.unwrap_or_default().into() }
        });
        Self {
            by: by.iter().map(|it| it.name()).collect(),
            rows: rows.collect(),
            total: answer.total.unwrap_or_default().into(),
            imported: answer.imported.unwrap_or_default().into(),
            levels: answer.levels.into_iter().map(Into::into).collect(),
            at: rfc3339(answer.at.as_ref()),
            city: answer.city,
            position: answer.position.map(Into::into),
            as_of: answer.at,
        }
    }
}

impl From<pb::Commitment> for CommitmentView {
    fn from(it: pb::Commitment) -> Self {
        let nature = event::Nature::try_from(it.nature).unwrap_or_default();
        let channel = event::Channel::try_from(it.channel).unwrap_or_default();
        Self {
            promise_kind: key_or_unknown::<event::PromiseKind>(it.promise_kind),
            rule: it.rule.clone(),
            code: said(it.code.clone()),
            business_days: (it.business_days > 0).then_some(it.business_days),
            calendar_days: (it.calendar_days > 0).then_some(it.calendar_days),
            seconds: (it.seconds > 0).then_some(it.seconds),
            product: said(it.product.clone()),
            nature: crate::words::Word::key(nature),
            channel: crate::words::Word::key(channel),
            said: it,
        }
    }
}

impl From<pb::CommitmentFigures> for CommitmentFigures {
    fn from(it: pb::CommitmentFigures) -> Self {
        Self {
            set: it.set,
            met: it.met,
            late: it.late,
            open: it.open,
            rescinded: it.rescinded,
            withdrawn: it.withdrawn,
            on_time: it.on_time.into(),
            delays: it.delays.unwrap_or_default().into(),
        }
    }
}

impl From<pb::Delays> for Delays {
    fn from(it: pb::Delays) -> Self {
        Self {
            count: it.count,
            median_business_days: it.median_business_days,
            p90_business_days: it.p90_business_days,
            max_business_days: it.max_business_days,
            median_business_secs: it.median_business_secs,
            p90_business_secs: it.p90_business_secs,
            max_business_secs: it.max_business_secs,
        }
    }
}

impl From<pb::LevelRow> for LevelView {
    fn from(it: pb::LevelRow) -> Self {
        Self {
            code: it.code,
            name: it.name,
            definition: it.definition.unwrap_or_default().into(),
            length: key_or_unknown::<event::WindowLength>(it.length),
            windows: it.windows.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<pb::LevelWindow> for WindowView {
    fn from(it: pb::LevelWindow) -> Self {
        Self {
            window: it.window.map(|it| it.name).unwrap_or_default(),
            standing: key_or_unknown::<pb::LevelStanding>(it.standing),
            closed: it.closed,
            share: it.share.into(),
            exceptional: it.exceptional.into(),
            figure_revision: it.figure_revision,
        }
    }
}
