//! The catalogue, for people.

use beffroi_wire::pb::catalogue::v1 as pb;
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as query;

use super::{Reader, cell, label, number, pairs, plain, table};
use crate::view::{CheckAnswer, ProductsAnswer};
use crate::words::{self, Lang};

/// What is wrong with files, or what they hold.
pub(crate) fn checked(view: &CheckAnswer, lang: Lang) -> String {
    if let Some(it) = &view.catalogue {
        let rows = [
            (words::CATALOGUE, it.name.clone()),
            (words::UNITS, it.units.to_string()),
            (words::PROGRAMMES, it.programmes.to_string()),
            (words::PRODUCTS, it.products.to_string()),
            (words::PRECISIONS, it.precisions.to_string()),
            (words::QUESTIONS, it.questions.to_string()),
        ];
        return pairs(rows, lang).to_string();
    }
    let mut table = table([words::WHERE, words::PRODUCT, words::DEFECT], lang);
    for it in &view.defects {
        let line = it.line.map(|it| format!(":{it}")).unwrap_or_default();
        let place = it.place.as_deref().unwrap_or_default();
        table.add_row([cell(&format!("{}{line}", it.file)), cell(place), cell(&it.message)]);
    }
    format!("{table}\n{} {}", words::DEFECTS.in_lang(lang), view.defects.len())
}

/// A table of versions.
pub(crate) fn catalogue_versions(versions: &[pb::CatalogueVersion], reader: Reader) -> String {
    let heading =
        [words::VERSION, words::PUBLISHED_AT, words::ACTOR, words::PRODUCTS, words::QUESTIONS];
    let mut table = table(heading, reader.lang);
    for it in versions {
        table.add_row([
            number(it.version),
            cell(&reader.minutes(it.published_at.as_ref(), false)),
            cell(&it.actor),
            number(it.products.into()),
            number(it.questions.into()),
        ]);
    }
    table.to_string()
}

/// A table of products.
pub(crate) fn products(view: &ProductsAnswer, lang: Lang) -> String {
    let heading = [
        words::GROUP,
        words::PRODUCT,
        words::UNIT,
        words::BUSINESS_DAYS,
        words::PRECISIONS,
        words::QUESTIONS,
        words::CODE,
    ];
    let mut table = table(heading, lang);
    for it in &view.products {
        table.add_row([
            cell(it.group.as_deref().unwrap_or_default()),
            cell(&it.label),
            cell(&it.unit),
            it.business_days.map_or_else(|| cell(""), |days| number(days.into())),
            number(it.precisions.len() as u64),
            number(it.questions as u64),
            cell(&it.product),
        ]);
    }
    table.to_string()
}

/// A table of what a search found.
pub(crate) fn product_hits(hits: &[pb::ProductHit], lang: Lang) -> String {
    if hits.is_empty() {
        return words::NO_PRODUCT.in_lang(lang).to_owned();
    }
    let mut table = table([words::PRODUCT, words::GROUP, words::CODE], lang);
    for it in hits {
        let code = match it.precision.as_str() {
            "" => it.product.clone(),
            precision => format!("{}/{precision}", it.product),
        };
        table.add_row([cell(&it.label), cell(&it.group), cell(&code)]);
    }
    table.to_string()
}

/// How a walk stands, what was answered, what to ask next.
pub(crate) fn next_questions(answer: &pb::GetNextQuestionsResponse, lang: Lang) -> String {
    let status = label::<pb::WalkStatus>(answer.status, lang);
    let card = pairs(
        [
            (words::PRODUCT, answer.label.clone()),
            (words::NATURE, label::<event::Nature>(answer.nature, lang).to_owned()),
            (words::URGENCY, label::<event::Urgency>(answer.urgency, lang).to_owned()),
            (words::STATUS, status.to_owned()),
        ],
        lang,
    );
    let mut parts = Vec::new();
    if let Some(regime) = &answer.regime {
        parts.push(plain(&regime.notice));
    }
    if !answer.message.is_empty() {
        parts.push(plain(&answer.message));
    }
    parts.push(card.to_string());
    if !answer.answered.is_empty() {
        parts.push(answers(&answer.answered, lang));
    }
    if !answer.questions.is_empty() {
        parts.push(questions(&answer.questions, lang));
    }
    parts.join("\n\n")
}

/// A table of answers with their questions.
pub(crate) fn answers(answered: &[query::AnsweredQuestion], lang: Lang) -> String {
    let mut table = table([words::QUESTION, words::ANSWER], lang);
    for it in answered {
        table.add_row([cell(&it.text), cell(&it.answer)]);
    }
    table.to_string()
}

fn questions(asked: &[pb::AskedQuestion], lang: Lang) -> String {
    let mut table = table([words::QUESTION, words::ANSWERS, words::CODE], lang);
    for it in asked {
        let text = if it.required { it.text.clone() } else { format!("({})", it.text) };
        table.add_row([cell(&text), cell(&taken(it, lang)), cell(&it.question)]);
    }
    table.to_string()
}

/// What answers are taken: the choices, else the kind.
fn taken(question: &pb::AskedQuestion, lang: Lang) -> String {
    if !question.choices.is_empty() {
        let choices = question.choices.iter().map(|it| format!("{} = {}", it.code, it.label));
        return choices.collect::<Vec<_>>().join("\n");
    }
    let kind = label::<event::QuestionKind>(question.kind, lang).to_owned();
    match &question.number {
        Some(bounds) if !bounds.unit.is_empty() => format!("{kind} ({})", bounds.unit),
        Some(_) | None => kind,
    }
}
