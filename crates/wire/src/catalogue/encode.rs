//! A catalogue to the wire: cannot fail.

use crate::event::delay_to_pb;
use crate::pb::event::v1::{self as pb, catalogue as of};
use crate::vocabulary;
use beffroi_domain::catalogue::{
    AnswerKind, Bilingual, Catalogue, Choice, Commitment, Condition, Outcome, Precision, Product,
    Programme, Question, Test, Unit,
};
use beffroi_domain::{Code, Label, Text};

/// A catalogue to the wire.
pub fn to_pb(it: &Catalogue) -> pb::Catalogue {
    pb::Catalogue {
        name: label(it.name()),
        units: it.units().map(unit).collect(),
        programmes: it.programmes().map(programme).collect(),
        products: it.products().iter().map(product).collect(),
        commitments: it.commitments().iter().map(commitment).collect(),
    }
}

fn unit(it: &Unit) -> of::Unit {
    of::Unit { code: it.code.to_string(), name: label(&it.name) }
}

fn programme(it: &Programme) -> of::Programme {
    let (name, notice) = (label(&it.name), text(&it.notice));
    of::Programme { code: it.code.to_string(), name, notice }
}

fn commitment(it: &Commitment) -> of::Commitment {
    of::Commitment {
        code: it.code.to_string(),
        name: label(&it.name),
        delay: Some(delay_to_pb(&it.delay)),
        product: optional(it.product.as_ref()),
        precision: optional(it.precision.as_ref()),
        channel: it.channel.map(|it| vocabulary::channel::to_pb(it).into()).unwrap_or_default(),
        nature: it.nature.map(|it| vocabulary::nature::to_pb(it).into()).unwrap_or_default(),
        urgency: it.urgency.map(|it| vocabulary::urgency::to_pb(it).into()).unwrap_or_default(),
    }
}

fn product(it: &Product) -> of::Product {
    of::Product {
        code: it.code.to_string(),
        name: label(&it.name),
        group: it.group.as_ref().and_then(label),
        unit: it.unit.code.to_string(),
        nature: vocabulary::nature::to_pb(it.nature).into(),
        urgency: vocabulary::urgency::to_pb(it.urgency).into(),
        synonyms_french: strings(&it.synonyms.french),
        synonyms_english: strings(&it.synonyms.english),
        aliases: strings(&it.aliases),
        business_days: it.business_days,
        programme: optional(it.programme.as_ref().map(|it| &it.code)),
        reopen_within_days: it.reopen_within_days,
        duplicates: it.duplicates.map(|it| of::DuplicateRule {
            within_metres: it.within_metres,
            within_days: it.within_days,
        }),
        precisions: it.precisions.iter().map(precision).collect(),
        questions: it.questions.iter().map(question).collect(),
    }
}

fn precision(it: &Precision) -> of::Precision {
    of::Precision {
        code: it.code.to_string(),
        name: label(&it.name),
        unit: optional(it.unit.as_ref().map(|it| &it.code)),
        nature: it.nature.map(|it| vocabulary::nature::to_pb(it).into()).unwrap_or_default(),
        urgency: it.urgency.map(|it| vocabulary::urgency::to_pb(it).into()).unwrap_or_default(),
        synonyms_french: strings(&it.synonyms.french),
        synonyms_english: strings(&it.synonyms.english),
        aliases: strings(&it.aliases),
        business_days: it.business_days,
        programme: optional(it.programme.as_ref().map(|it| &it.code)),
    }
}

fn question(it: &Question) -> of::Question {
    let range = it.range();
    let unit = range.and_then(|it| it.unit.as_ref());
    of::Question {
        code: it.code.to_string(),
        text: text(&it.text),
        help: it.help.as_ref().and_then(text),
        kind: question_kind_to_pb(it.kind.answer_kind()).into(),
        optional: !it.required,
        choices: it.choices().iter().map(choice).collect(),
        unit: unit.map(ToString::to_string).unwrap_or_default(),
        min: range.and_then(|it| it.min),
        max: range.and_then(|it| it.max),
        when: it.when.iter().map(condition).collect(),
        outcomes: it.outcomes.iter().map(outcome).collect(),
    }
}

/// The kind of a question on the wire.
pub fn question_kind_to_pb(kind: AnswerKind) -> pb::QuestionKind {
    match kind {
        AnswerKind::YesNo => pb::QuestionKind::YesNo,
        AnswerKind::OneOf => pb::QuestionKind::OneOf,
        AnswerKind::ManyOf => pb::QuestionKind::ManyOf,
        AnswerKind::Number => pb::QuestionKind::Number,
        AnswerKind::Text => pb::QuestionKind::Text,
        AnswerKind::Date => pb::QuestionKind::Date,
        AnswerKind::Place => pb::QuestionKind::Place,
        AnswerKind::Photo => pb::QuestionKind::Photo,
    }
}

fn choice(it: &Choice) -> of::Choice {
    of::Choice { code: it.code.to_string(), label: label(&it.label) }
}

fn condition(it: &Condition) -> of::Condition {
    of::Condition { question: it.question.to_string(), test: Some(test(&it.test)) }
}

fn outcome(it: &Outcome) -> of::Outcome {
    of::Outcome {
        test: Some(test(&it.test)),
        emergency: vocabulary::emergency::to_pb(it.emergency).into(),
        product: optional(it.product.as_ref()),
        precision: optional(it.precision.as_ref()),
        urgency: it.urgency.map(|it| vocabulary::urgency::to_pb(it).into()).unwrap_or_default(),
        answer: it.answer.as_ref().and_then(text),
    }
}

fn test(it: &Test) -> of::Test {
    of::Test {
        is: strings(&it.is),
        not: strings(&it.not),
        at_least: it.at_least,
        at_most: it.at_most,
    }
}

// What is absent is so by being `None`: an `Option` spares every caller the wrapping.
#[expect(clippy::unnecessary_wraps, reason = "fields of generated messages are options")]
fn label(it: &Bilingual<Label>) -> Option<pb::Bilingual> {
    Some(pb::Bilingual { french: it.french.to_string(), english: it.english.to_string() })
}

#[expect(clippy::unnecessary_wraps, reason = "fields of generated messages are options")]
fn text(it: &Bilingual<Text>) -> Option<pb::Bilingual> {
    let (french, english) = (it.french.as_str().to_owned(), it.english.as_str().to_owned());
    Some(pb::Bilingual { french, english })
}

fn strings<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn optional(code: Option<&Code>) -> String {
    code.map(ToString::to_string).unwrap_or_default()
}

/// How many bytes a catalogue takes on the log.
pub fn encoded_len(catalogue: &pb::Catalogue) -> usize {
    prost::Message::encoded_len(catalogue)
}
