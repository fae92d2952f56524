//! Figures over a window of time.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as query;
use beffroi_wire::pb::report::v1 as pb;
use serde::Serialize;

use super::commitments::CommitmentView;
use super::{PositionView, key_or_unknown};
use crate::cli::Key;

/// A report: rows with figures of one kind.
#[derive(Debug, Serialize)]
pub(crate) struct ReportAnswer<F> {
    /// What was counted by.
    pub by: Vec<&'static str>,
    /// Rows, sorted by what they were counted by.
    pub rows: Vec<ReportRow<F>>,
    /// All rows together.
    pub total: F,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// What was counted together.
#[derive(Debug, Serialize)]
pub(crate) struct ReportRow<F> {
    /// What it has in common.
    #[serde(flatten)]
    pub keys: Keys,
    /// The figures.
    #[serde(flatten)]
    pub figures: F,
}

/// What the contacts or requests of a row have in common; only what was counted by is there.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Keys {
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// The product as recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The code of the catalogue's product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue_product: Option<String>,
    /// The unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The borough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub borough: Option<String>,
    /// What was promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commitment: Option<CommitmentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    week: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<String>,
    /// The words as in the protocol, for their labels.
    #[serde(skip)]
    pub numbers: Numbers,
    /// The name of the period.
    #[serde(skip)]
    pub period: String,
}

/// Words as in the protocol.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Numbers {
    /// The channel.
    pub channel: i32,
    /// The language.
    pub language: i32,
    /// The nature.
    pub nature: i32,
    /// The outcome of a contact.
    pub outcome: i32,
    /// How the centre worked.
    pub regime: i32,
    /// The status of a request.
    pub status: i32,
}

/// Texts of a row.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) product: String,
    pub(super) catalogue_product: String,
    pub(super) unit: String,
    pub(super) borough: String,
}

impl Keys {
    pub(super) fn new(
        by: &[Key],
        numbers: Numbers,
        texts: Texts,
        period: Option<pb::PeriodSpan>,
    ) -> Self {
        let has = |key: Key| by.contains(&key);
        let period = period.map(|it| it.name).unwrap_or_default();
        let of_period = |key: Key| has(key).then(|| period.clone());
        Self {
            channel: has(Key::Channel).then(|| key_or_unknown::<event::Channel>(numbers.channel)),
            language: has(Key::Language)
                .then(|| key_or_unknown::<event::Language>(numbers.language)),
            nature: has(Key::Nature).then(|| key_or_unknown::<event::Nature>(numbers.nature)),
            outcome: has(Key::Outcome)
                .then(|| key_or_unknown::<event::ContactOutcome>(numbers.outcome)),
            regime: has(Key::Regime).then(|| key_or_unknown::<event::RegimeKind>(numbers.regime)),
            status: has(Key::Status).then(|| key_or_unknown::<query::Status>(numbers.status)),
            product: has(Key::Product).then_some(texts.product),
            catalogue_product: has(Key::CatalogueProduct).then_some(texts.catalogue_product),
            unit: has(Key::Unit).then_some(texts.unit),
            borough: has(Key::Borough).then_some(texts.borough),
            commitment: None,
            day: of_period(Key::Day),
            week: of_period(Key::Week),
            month: of_period(Key::Month),
            year: of_period(Key::Year),
            numbers,
            period,
        }
    }
}

/// Figures of contacts.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ContactFigures {
    /// All of them.
    pub contacts: u64,
    /// Answered at once.
    pub informed: u64,
    /// A request was opened.
    pub requests_opened: u64,
    /// A request was followed up.
    pub followed_up: u64,
    /// Sent to 9-1-1.
    pub transferred_to_911: u64,
    /// Left before an answer.
    pub abandoned: u64,
    /// Resolved at first contact.
    pub first_contact: Share,
    /// How long people waited for the answer.
    pub waiting: Durations,
    /// How many waited two minutes at most.
    pub within_two_minutes: Share,
    /// How long those waited who left.
    pub abandoned_waiting: Durations,
    /// How long the exchanges took.
    pub handling: Durations,
}

/// A share: no data when the denominator is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Share {
    /// So many.
    pub numerator: u64,
    /// Of so many.
    pub denominator: u64,
}

/// Durations in seconds; without any there are no quantiles.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Durations {
    /// How many were measured.
    pub count: u64,
    /// The median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_secs: Option<u32>,
    /// The 90th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90_secs: Option<u32>,
    /// The longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_secs: Option<u32>,
}

/// Figures of requests.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct RequestFigures {
    /// All of them.
    pub requests: u64,
    /// Those that are resolved.
    pub resolved: u64,
}

impl From<Option<pb::Ratio>> for Share {
    fn from(ratio: Option<pb::Ratio>) -> Self {
        let pb::Ratio { numerator, denominator } = ratio.unwrap_or_default();
        Self { numerator, denominator }
    }
}

impl From<Option<pb::Durations>> for Durations {
    fn from(durations: Option<pb::Durations>) -> Self {
        let pb::Durations { count, median_secs, p90_secs, max_secs } =
            durations.unwrap_or_default();
        Self { count, median_secs, p90_secs, max_secs }
    }
}

impl From<pb::ContactFigures> for ContactFigures {
    fn from(figures: pb::ContactFigures) -> Self {
        Self {
            contacts: figures.contacts,
            informed: figures.informed,
            requests_opened: figures.requests_opened,
            followed_up: figures.followed_up,
            transferred_to_911: figures.transferred_to_911,
            abandoned: figures.abandoned,
            first_contact: figures.first_contact.into(),
            waiting: figures.waiting.into(),
            within_two_minutes: figures.within_two_minutes.into(),
            abandoned_waiting: figures.abandoned_waiting.into(),
            handling: figures.handling.into(),
        }
    }
}

impl From<pb::RequestFigures> for RequestFigures {
    fn from(figures: pb::RequestFigures) -> Self {
        Self { requests: figures.requests, resolved: figures.resolved }
    }
}

impl ReportAnswer<ContactFigures> {
    /// A report on contacts, counted by `by`.
    pub(crate) fn of_contacts(answer: pb::GetContactReportResponse, by: &[Key]) -> Self {
        let rows = answer.rows.into_iter().map(|row| {
            let numbers = Numbers {
                channel: row.channel,
                language: row.language,
                nature: row.nature,
                outcome: row.outcome,
                regime: row.regime,
                status: 0,
            };
            let texts = Texts {
                product: row.product,
                catalogue_product: row.catalogue_product,
                unit: String::new(),
                borough: String::new(),
            };
            let figures = row.figures.unwrap_or_default().into();
            ReportRow { keys: Keys::new(by, numbers, texts, row.period), figures }
        });
        Self {
            by: by.iter().map(|it| it.name()).collect(),
            rows: rows.collect(),
            total: answer.total.unwrap_or_default().into(),
            position: answer.position.map(Into::into),
        }
    }
}

impl ReportAnswer<RequestFigures> {
    /// A report on requests, counted by `by`.
    pub(crate) fn of_requests(answer: pb::GetRequestReportResponse, by: &[Key]) -> Self {
        let rows = answer.rows.into_iter().map(|row| {
            let numbers = Numbers {
                channel: row.channel,
                nature: row.nature,
                status: row.status,
                ..Numbers::default()
            };
            let texts = Texts {
                product: row.product,
                catalogue_product: row.catalogue_product,
                unit: row.unit,
                borough: row.borough,
            };
            let figures = row.figures.unwrap_or_default().into();
            ReportRow { keys: Keys::new(by, numbers, texts, row.period), figures }
        });
        Self {
            by: by.iter().map(|it| it.name()).collect(),
            rows: rows.collect(),
            total: answer.total.unwrap_or_default().into(),
            position: answer.position.map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_keys_it_was_counted_by_even_when_empty() {
        let row = pb::RequestRow {
            channel: event::Channel::WebForm.into(),
            period: Some(pb::PeriodSpan { name: "2026-W09".to_owned(), from: None, before: None }),
            figures: Some(pb::RequestFigures { requests: 3, resolved: 1 }),
            ..pb::RequestRow::default()
        };
        let answer = pb::GetRequestReportResponse {
            rows: vec![row],
            total: Some(pb::RequestFigures { requests: 3, resolved: 1 }),
            position: None,
        };
        let view = ReportAnswer::of_requests(answer, &[Key::Week, Key::Channel, Key::Unit]);
        assert_eq!(
            serde_json::to_string(&view).expect("json"),
            r#"{"by":["week","channel","unit"],"rows":[{"channel":"web_form","unit":"","#
                .to_owned()
                + r#""week":"2026-W09","requests":3,"resolved":1}],"#
                + r#""total":{"requests":3,"resolved":1}}"#
        );
    }

    #[test]
    fn a_median_of_nothing_is_absent() {
        let answer = pb::GetContactReportResponse::default();
        let view = ReportAnswer::of_contacts(answer, &[]);
        let json = serde_json::to_value(&view).expect("json");
        assert_eq!(json["total"]["waiting"], serde_json::json!({ "count": 0 }));
        assert_eq!(json["total"]["first_contact"]["denominator"], 0);
        assert_eq!(json["rows"], serde_json::json!([]));
    }
}
