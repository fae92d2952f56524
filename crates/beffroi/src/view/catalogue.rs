//! The catalogue: its versions, what a search found, what to ask next.

use beffroi_wire::pb::catalogue::v1 as pb;
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as query;
use serde::Serialize;

use super::{PositionView, key_or_unknown, said};
use crate::time::rfc3339;
use crate::words::Word as _;

/// A version of the catalogue.
#[derive(Debug, Serialize)]
pub(crate) struct VersionView {
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    products: u32,
    questions: u32,
}

impl From<pb::CatalogueVersion> for VersionView {
    fn from(it: pb::CatalogueVersion) -> Self {
        Self {
            version: it.version,
            published_at: rfc3339(it.published_at.as_ref()),
            actor: said(it.actor),
            products: it.products,
            questions: it.questions,
        }
    }
}

/// Versions of the catalogue.
#[derive(Debug, Serialize)]
pub(crate) struct VersionsAnswer {
    versions: Vec<VersionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl From<pb::ListCatalogueVersionsResponse> for VersionsAnswer {
    fn from(it: pb::ListCatalogueVersionsResponse) -> Self {
        Self {
            versions: it.versions.into_iter().map(VersionView::from).collect(),
            position: it.position.map(PositionView::from),
        }
    }
}

/// What a search found.
#[derive(Debug, Serialize)]
pub(crate) struct HitsAnswer {
    hits: Vec<HitView>,
    version: u64,
}

#[derive(Debug, Serialize)]
struct HitView {
    product: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<String>,
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
}

impl From<pb::SearchProductsResponse> for HitsAnswer {
    fn from(it: pb::SearchProductsResponse) -> Self {
        let hits = it.hits.into_iter().map(|it| HitView {
            product: it.product,
            precision: said(it.precision),
            label: it.label,
            group: said(it.group),
        });
        Self { hits: hits.collect(), version: it.version }
    }
}

/// What to ask next.
#[derive(Debug, Serialize)]
pub(crate) struct QuestionsAnswer {
    status: String,
    questions: Vec<QuestionView>,
    answered: Vec<AnsweredView>,
    product: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<String>,
    label: String,
    nature: String,
    urgency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    version: u64,
}

#[derive(Debug, Serialize)]
struct QuestionView {
    product: String,
    question: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    kind: String,
    required: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<ChoiceView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_thousandths: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_thousandths: Option<i64>,
}

#[derive(Debug, Serialize)]
struct ChoiceView {
    code: String,
    label: String,
}

/// An answer with its question.
#[derive(Debug, Serialize)]
pub(crate) struct AnsweredView {
    product: String,
    question: String,
    text: String,
    answer: String,
}

impl From<query::AnsweredQuestion> for AnsweredView {
    fn from(it: query::AnsweredQuestion) -> Self {
        Self { product: it.product, question: it.question, text: it.text, answer: it.answer }
    }
}

impl From<pb::GetNextQuestionsResponse> for QuestionsAnswer {
    fn from(it: pb::GetNextQuestionsResponse) -> Self {
        let emergency =
            event::Emergency::try_from(it.emergency).ok().and_then(event::Emergency::key);
        Self {
            status: key_or_unknown::<pb::WalkStatus>(it.status),
            questions: it.questions.into_iter().map(QuestionView::from).collect(),
            answered: it.answered.into_iter().map(AnsweredView::from).collect(),
            product: it.product,
            precision: said(it.precision),
            label: it.label,
            nature: key_or_unknown::<event::Nature>(it.nature),
            urgency: key_or_unknown::<event::Urgency>(it.urgency),
            emergency,
            message: said(it.message),
            version: it.version,
        }
    }
}

impl From<pb::AskedQuestion> for QuestionView {
    fn from(it: pb::AskedQuestion) -> Self {
        let number = it.number.unwrap_or_default();
        let choices = it.choices.into_iter();
        Self {
            product: it.product,
            question: it.question,
            text: it.text,
            help: said(it.help),
            kind: key_or_unknown::<event::QuestionKind>(it.kind),
            required: it.required,
            choices: choices.map(|it| ChoiceView { code: it.code, label: it.label }).collect(),
            unit: said(number.unit),
            min_thousandths: number.min_thousandths,
            max_thousandths: number.max_thousandths,
        }
    }
}
