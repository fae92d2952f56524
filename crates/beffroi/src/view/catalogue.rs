//! The catalogue: its versions, what a search found, what to ask next.

use beffroi_domain::catalogue::Catalogue;
use beffroi_server::FileDefect;
use beffroi_wire::pb::catalogue::v1 as pb;
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as query;
use serde::Serialize;
use std::collections::HashMap;

use super::{PositionView, RegimeNoticeView, key_or_unknown, said};
use crate::time::rfc3339;
use crate::words::{Lang, Word as _};

/// What a check of files came to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct CheckAnswer {
    /// Everything that is wrong, by file and line.
    pub defects: Vec<DefectView>,
    /// What the files hold, when nothing is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<CountsView>,
}

/// What the files of a catalogue hold.
#[derive(Debug, Serialize)]
pub(crate) struct CountsView {
    /// Whose catalogue it is.
    pub name: String,
    /// Units.
    pub units: usize,
    /// Planned intervention programmes.
    pub programmes: usize,
    /// Products.
    pub products: usize,
    /// Precisions of all products.
    pub precisions: usize,
    /// Questions of all products.
    pub questions: usize,
}

/// Something that is wrong with the files of a catalogue.
#[derive(Debug, Serialize)]
pub(crate) struct DefectView {
    /// The file, or the folder.
    pub file: String,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The part of the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A stable reason.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

impl CheckAnswer {
    /// From what reading came to.
    pub(crate) fn new(read: Result<Catalogue, Vec<FileDefect>>, lang: Lang) -> Self {
        match read {
            Ok(catalogue) => {
                Self { catalogue: Some(CountsView::new(&catalogue, lang)), ..Self::default() }
            }
            Err(defects) => {
                let defects = defects.into_iter().map(|it| DefectView::new(it, lang));
                Self { defects: defects.collect(), catalogue: None }
            }
        }
    }
}

impl CountsView {
    fn new(catalogue: &Catalogue, lang: Lang) -> Self {
        let products = catalogue.products();
        Self {
            name: catalogue.name().get(lang.into()).to_string(),
            units: catalogue.units().len(),
            programmes: catalogue.programmes().len(),
            products: products.len(),
            precisions: products.iter().map(|it| it.precisions.len()).sum(),
            questions: products.iter().map(|it| it.questions.len()).sum(),
        }
    }
}

impl DefectView {
    fn new(it: FileDefect, lang: Lang) -> Self {
        Self {
            file: it.file.display().to_string(),
            line: it.line,
            reason: it.reason(),
            message: it.message(lang.into()),
            place: said(it.place),
            key: said(it.key),
        }
    }
}

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

/// What citizens can ask for.
#[derive(Debug, Serialize)]
pub(crate) struct ProductsAnswer {
    /// Which version of the catalogue this is.
    version: Option<VersionView>,
    /// The products, in the catalogue's order.
    pub products: Vec<ProductView>,
}

/// A product.
#[derive(Debug, Serialize)]
pub(crate) struct ProductView {
    /// Its code.
    pub product: String,
    /// Its name.
    pub label: String,
    /// Under what it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The responsible unit.
    pub unit: String,
    nature: String,
    /// The promised delay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_days: Option<u32>,
    /// Its precisions.
    pub precisions: Vec<PrecisionView>,
    /// How many questions it has.
    pub questions: usize,
}

/// A precision.
#[derive(Debug, Serialize)]
pub(crate) struct PrecisionView {
    precision: String,
    label: String,
}

impl ProductsAnswer {
    /// In a language.
    pub(crate) fn new(answer: pb::GetCatalogueResponse, lang: Lang) -> Self {
        let said_in = |it: Option<event::Bilingual>| {
            let it = it.unwrap_or_default();
            match lang {
                Lang::Fr => it.french,
                Lang::En => it.english,
            }
        };
        let catalogue = answer.catalogue.unwrap_or_default();
        let units: HashMap<_, _> =
            catalogue.units.into_iter().map(|it| (it.code, said_in(it.name))).collect();
        let precision = |it: event::catalogue::Precision| PrecisionView {
            precision: it.code,
            label: said_in(it.name),
        };
        let products = catalogue.products.into_iter().map(|it| ProductView {
            label: said_in(it.name),
            group: said(said_in(it.group)),
            unit: units.get(&it.unit).cloned().unwrap_or(it.unit),
            nature: key_or_unknown::<event::Nature>(it.nature),
            business_days: it.business_days,
            questions: it.questions.len(),
            precisions: it.precisions.into_iter().map(precision).collect(),
            product: it.code,
        });
        Self { products: products.collect(), version: answer.version.map(VersionView::from) }
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
    #[serde(skip_serializing_if = "Option::is_none")]
    regime: Option<RegimeNoticeView>,
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
            regime: it.regime.map(RegimeNoticeView::from),
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
