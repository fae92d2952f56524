//! A catalogue from the wire: as a draft, which is then checked like any other, or as it was published.

use crate::event::delay_from_pb;
use crate::pb::event::v1::{self as pb, catalogue as of};
use crate::vocabulary;
use beffroi_domain::catalogue::{
    AnswerKind, Bilingual, Catalogue, ChoiceDraft, CommitmentDraft, ConditionDraft, Defect, Draft,
    DuplicateRule, OutcomeDraft, PrecisionDraft, ProductDraft, ProgrammeDraft, QuestionDraft,
    TestDraft, UnitDraft, Words,
};
use beffroi_domain::{Emergency, Nature, Urgency};

/// A catalogue from the wire, checked.
pub fn from_pb(it: pb::Catalogue) -> Result<Catalogue, Vec<Defect>> {
    Catalogue::new(&draft_from_pb(it))
}

/// A catalogue from the log: readable for ever, whatever has come to be checked since it was published.
pub fn published_from_pb(it: pb::Catalogue) -> Result<Catalogue, Vec<Defect>> {
    Catalogue::published(&draft_from_pb(it))
}

/// A catalogue from the wire, right or wrong. A word that is not known counts as missing.
pub fn draft_from_pb(it: pb::Catalogue) -> Draft {
    let units = it.units.into_iter().map(|it| UnitDraft { code: it.code, name: words(it.name) });
    let programmes = it.programmes.into_iter().map(|it| ProgrammeDraft {
        code: it.code,
        name: words(it.name),
        notice: words(it.notice),
    });
    Draft {
        name: words(it.name),
        units: units.collect(),
        programmes: programmes.collect(),
        products: it.products.into_iter().map(product).collect(),
        commitments: it.commitments.into_iter().map(commitment).collect(),
    }
}

fn commitment(it: of::Commitment) -> CommitmentDraft {
    // A delay that cannot be read is one that is missing.
    let delay = it.delay.and_then(|it| delay_from_pb(&it).ok());
    CommitmentDraft {
        code: it.code,
        name: words(it.name),
        promise: delay.as_ref().map(|it| it.promise).unwrap_or_default(),
        rule: delay.as_ref().map(|it| it.rule),
        warnings: delay.map(|it| it.warnings).unwrap_or_default(),
        product: it.product,
        precision: it.precision,
        channel: vocabulary::channel::from_pb(it.channel).filter(|_| it.channel != 0),
        nature: nature(it.nature),
        urgency: urgency(it.urgency),
    }
}

fn product(it: of::Product) -> ProductDraft {
    ProductDraft {
        code: it.code,
        name: words(it.name),
        group: words(it.group),
        unit: it.unit,
        nature: nature(it.nature),
        urgency: urgency(it.urgency).unwrap_or_default(),
        synonyms: Bilingual { french: it.synonyms_french, english: it.synonyms_english },
        aliases: it.aliases,
        business_days: it.business_days,
        programme: it.programme,
        reopen_within_days: it.reopen_within_days,
        duplicates: it.duplicates.map(|it| DuplicateRule {
            within_metres: it.within_metres,
            within_days: it.within_days,
        }),
        precisions: it.precisions.into_iter().map(precision).collect(),
        questions: it.questions.into_iter().map(question).collect(),
    }
}

fn precision(it: of::Precision) -> PrecisionDraft {
    PrecisionDraft {
        code: it.code,
        name: words(it.name),
        unit: it.unit,
        nature: nature(it.nature),
        urgency: urgency(it.urgency),
        synonyms: Bilingual { french: it.synonyms_french, english: it.synonyms_english },
        aliases: it.aliases,
        business_days: it.business_days,
        programme: it.programme,
    }
}

fn question(it: of::Question) -> QuestionDraft {
    let choices =
        it.choices.into_iter().map(|it| ChoiceDraft { code: it.code, label: words(it.label) });
    let when = it.when.into_iter();
    let when = when.map(|it| ConditionDraft { question: it.question, test: test(it.test) });
    QuestionDraft {
        code: it.code,
        text: words(it.text),
        help: words(it.help),
        kind: kind(it.kind),
        required: !it.optional,
        choices: choices.collect(),
        unit: it.unit,
        min: it.min,
        max: it.max,
        when: when.collect(),
        outcomes: it.outcomes.into_iter().map(outcome).collect(),
    }
}

fn outcome(it: of::Outcome) -> OutcomeDraft {
    OutcomeDraft {
        test: test(it.test),
        emergency: emergency(it.emergency),
        product: it.product,
        precision: it.precision,
        urgency: urgency(it.urgency),
        answer: words(it.answer),
    }
}

fn test(it: Option<of::Test>) -> TestDraft {
    let it = it.unwrap_or_default();
    TestDraft { is: it.is, not: it.not, at_least: it.at_least, at_most: it.at_most }
}

fn words(it: Option<pb::Bilingual>) -> Words {
    let it = it.unwrap_or_default();
    Words { french: it.french, english: it.english }
}

fn kind(number: i32) -> Option<AnswerKind> {
    match pb::QuestionKind::try_from(number).ok()? {
        pb::QuestionKind::Unspecified => None,
        pb::QuestionKind::YesNo => Some(AnswerKind::YesNo),
        pb::QuestionKind::OneOf => Some(AnswerKind::OneOf),
        pb::QuestionKind::ManyOf => Some(AnswerKind::ManyOf),
        pb::QuestionKind::Number => Some(AnswerKind::Number),
        pb::QuestionKind::Text => Some(AnswerKind::Text),
        pb::QuestionKind::Date => Some(AnswerKind::Date),
        pb::QuestionKind::Place => Some(AnswerKind::Place),
        pb::QuestionKind::Photo => Some(AnswerKind::Photo),
    }
}

fn nature(number: i32) -> Option<Nature> {
    vocabulary::nature::from_pb(number).filter(|it| *it != Nature::Unknown)
}

/// Unspecified is as before, not normal: a precision and an outcome may leave it alone.
fn urgency(number: i32) -> Option<Urgency> {
    vocabulary::urgency::from_pb(number).filter(|_| number != pb::Urgency::Unspecified as i32)
}

fn emergency(number: i32) -> Option<Emergency> {
    vocabulary::emergency::from_pb(number).flatten()
}
