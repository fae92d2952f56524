//! The walk through the questions, as channels see it.

use super::{CatalogueProblem, InForce};
use crate::error::{ApiError, Problem, Violation};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::Snapshot;
use beffroi_domain::catalogue::{
    AnswerProblem, Answered, Catalogue, Class, Ending, Given, Open, Question, QuestionKind, Walk,
};
use beffroi_domain::{Code, Language};
use beffroi_wire::catalogue::{answer_to_pb, given_from_pb, question_kind_to_pb};
use beffroi_wire::pb::catalogue::v1 as pb;
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as query;
use beffroi_wire::vocabulary;

pub(super) fn next_questions(
    node: &Shared,
    snapshot: &Snapshot,
    call: &pb::GetNextQuestionsRequest,
    language: Language,
) -> Result<pb::GetNextQuestionsResponse, ApiError> {
    let InForce { version, catalogue } = super::service::wanted(node, snapshot, call.version)?;
    let mut fields = Fields::default();
    let class = asked_product(&mut fields, &catalogue, (&call.product, &call.precision), language);
    let given = given_answers(&mut fields, &call.answers);
    let both = class.zip(given);
    let (class, given) = fields.finish(both)?;
    let walk = catalogue.walk(class, &given);
    if !walk.problems.is_empty() {
        return Err(wrong_answers(walk.problems).into());
    }
    let regime = crate::centre::notice(node, snapshot, language)?;
    Ok(pb::GetNextQuestionsResponse { regime, ..view(&catalogue, &walk, language, version) })
}

/// What is wrong with answers, each by its question.
pub(crate) fn wrong_answers(problems: Vec<AnswerProblem>) -> Vec<Violation> {
    let violations = problems.into_iter().map(|it| {
        let field = format!("answers[{}]", it.place());
        Problem::Catalogue(CatalogueProblem::Answer(it.problem)).at(field)
    });
    violations.collect()
}

/// The product and the precision that a caller names, by code or by name.
pub(crate) fn asked_product<'a>(
    fields: &mut Fields,
    catalogue: &'a Catalogue,
    (product, precision): (&str, &str),
    language: Language,
) -> Option<Class<'a>> {
    asked_product_of(fields, catalogue, ("", product, precision), language)
}

/// [`asked_product`] in the fields of a part of the message, such as `reclassify.`.
pub(crate) fn asked_product_of<'a>(
    fields: &mut Fields,
    catalogue: &'a Catalogue,
    (of, product, precision): (&str, &str, &str),
    language: Language,
) -> Option<Class<'a>> {
    if product.trim().is_empty() {
        fields.wrong(&format!("{of}product"), Problem::Missing);
        return None;
    }
    let shown = |text: &str| text.trim().chars().take(60).collect::<String>();
    let found = match catalogue.resolve_product(product) {
        Ok(found) => found,
        Err(unresolved) => {
            let near = unresolved.suggestions.iter();
            let near = near.map(|it| it.name.get(language).to_string()).collect();
            let problem = CatalogueProblem::Product { text: shown(product), near };
            fields.wrong(&format!("{of}product"), Problem::Catalogue(problem));
            return None;
        }
    };
    if precision.trim().is_empty() {
        return Some(Class { product: found, precision: None });
    }
    match found.resolve_precision(precision) {
        Ok(precision) => Some(Class { product: found, precision: Some(precision) }),
        Err(unresolved) => {
            let near = unresolved.suggestions.iter();
            let near = near.map(|it| it.name.get(language).to_string()).collect();
            let problem = CatalogueProblem::Precision { text: shown(precision), near };
            fields.wrong(&format!("{of}precision"), Problem::Catalogue(problem));
            None
        }
    }
}

/// The answers that a caller gives.
pub(crate) fn given_answers(fields: &mut Fields, answers: &[event::Answer]) -> Option<Vec<Given>> {
    let mut given = Vec::with_capacity(answers.len());
    for (at, answer) in answers.iter().enumerate() {
        match given_from_pb(answer) {
            Ok(answer) => given.push(answer),
            Err(error) => {
                let problem = CatalogueProblem::Unreadable(error.wrong);
                let field = format!("answers[{at}].{}", error.field);
                fields.wrong(&field, Problem::Catalogue(problem));
            }
        }
    }
    (given.len() == answers.len()).then_some(given)
}

/// The names of a product and its precision.
pub(crate) fn label_of(class: Class<'_>, language: Language) -> String {
    let product = class.product.name.get(language);
    match class.precision {
        None => product.to_string(),
        Some(precision) => format!("{product} – {}", precision.name.get(language)),
    }
}

fn view(
    catalogue: &Catalogue,
    walk: &Walk<'_>,
    language: Language,
    version: u64,
) -> pb::GetNextQuestionsResponse {
    let (status, emergency, message) = match walk.ending {
        Ending::Incomplete => (pb::WalkStatus::Incomplete, None, String::new()),
        Ending::Complete => (pb::WalkStatus::Complete, None, String::new()),
        Ending::Emergency(it) => {
            let instruction = it.instruction(language).to_owned();
            (pb::WalkStatus::Emergency, Some(it), instruction)
        }
        Ending::Informed(answer) => {
            (pb::WalkStatus::Informed, None, answer.get(language).as_str().to_owned())
        }
    };
    let answered = walk.answered();
    pb::GetNextQuestionsResponse {
        questions: walk.next.iter().map(|it| question(*it, language)).collect(),
        answered: answered.iter().filter_map(|it| said(catalogue, it, language)).collect(),
        product: walk.class.product.code.to_string(),
        precision: walk.class.precision.map(|it| it.code.to_string()).unwrap_or_default(),
        label: label_of(walk.class, language),
        nature: vocabulary::nature::to_pb(walk.class.nature()).into(),
        urgency: vocabulary::urgency::to_pb(walk.urgency).into(),
        status: status.into(),
        emergency: vocabulary::emergency::to_pb(emergency).into(),
        message,
        version,
        regime: None,
    }
}

/// An answer with its question; `None` when the catalogue does not know the question.
pub(crate) fn said(
    catalogue: &Catalogue,
    answered: &Answered,
    language: Language,
) -> Option<query::AnsweredQuestion> {
    let (text, answer) = catalogue.say(answered, language)?;
    Some(query::AnsweredQuestion {
        product: answered.product.to_string(),
        question: answered.question.to_string(),
        text,
        answer,
        value: Some(answer_to_pb(answered)),
    })
}

/// Answers with their questions, in the order in which the catalogue asks them.
pub(crate) fn all_said(
    catalogue: &Catalogue,
    answers: &[Answered],
    language: Language,
) -> Vec<query::AnsweredQuestion> {
    let at = |it: &Answered| {
        let questions = &catalogue.product(&it.product)?.questions;
        questions.iter().position(|question| question.code == it.question)
    };
    let mut products: Vec<&Code> = Vec::new();
    for it in answers {
        if !products.contains(&&it.product) {
            products.push(&it.product);
        }
    }
    let mut answers: Vec<&Answered> = answers.iter().collect();
    answers.sort_by_key(|it| (products.iter().position(|of| **of == it.product), at(it)));
    answers.into_iter().filter_map(|it| said(catalogue, it, language)).collect()
}

fn question(open: Open<'_>, language: Language) -> pb::AskedQuestion {
    let Question { code, text, help, kind, required, .. } = open.question;
    let choices = open.question.choices().iter();
    let number = match kind {
        QuestionKind::Number(range) => Some(pb::NumberBounds {
            unit: range.unit.as_ref().map(ToString::to_string).unwrap_or_default(),
            min_thousandths: range.min,
            max_thousandths: range.max,
        }),
        QuestionKind::YesNo
        | QuestionKind::OneOf(_)
        | QuestionKind::ManyOf(_)
        | QuestionKind::Text
        | QuestionKind::Date
        | QuestionKind::Place
        | QuestionKind::Photo => None,
    };
    pb::AskedQuestion {
        product: open.product.code.to_string(),
        question: code.to_string(),
        text: text.get(language).as_str().to_owned(),
        help: help.as_ref().map(|it| it.get(language).as_str().to_owned()).unwrap_or_default(),
        kind: question_kind_to_pb(kind.answer_kind()).into(),
        required: *required,
        choices: choices
            .map(|it| pb::ChoiceOption {
                code: it.code.to_string(),
                label: it.label.get(language).to_string(),
            })
            .collect(),
        number,
    }
}
