//! Catalogues and answers come back as they were, and no message panics.

use super::*;
use crate::pb::event::v1::answer::Value;
use crate::pb::event::v1::{self as pb, catalogue as of};
use beffroi_domain::catalogue::{Answer, AnswerKind, Answered, Catalogue, Photo, PlaceAnswer};
use beffroi_domain::{Code, Personal, Place, Text};
use bytes::Bytes;
use chrono::NaiveDate;
use pb::threshold::Measure;
use proptest::prelude::*;
use prost::Message;

#[expect(clippy::unnecessary_wraps, reason = "fields of generated messages are options")]
fn words(text: &str) -> Option<pb::Bilingual> {
    Some(pb::Bilingual { french: format!("{text} fr"), english: format!("{text} en") })
}

/// A catalogue in which every field stands somewhere.
fn full() -> pb::Catalogue {
    let unit = |code: &str| of::Unit { code: code.to_owned(), name: words(code) };
    let programme =
        of::Programme { code: "p".into(), name: words("Programme"), notice: words("Notice") };
    pb::Catalogue {
        name: words("Ville"),
        units: vec![unit("u"), unit("v")],
        programmes: vec![programme],
        commitments: vec![of::Commitment {
            code: "c".into(),
            name: words("C"),
            delay: Some(pb::Promise {
                kind: pb::PromiseKind::FirstAnswer.into(),
                rule: "business_time_v1".into(),
                seconds: 7_200,
                warnings: vec![pb::Warning {
                    threshold: Some(pb::Threshold { measure: Some(Measure::Percent(50)) }),
                    at: None,
                }],
                ..pb::Promise::default()
            }),
            product: "a".into(),
            precision: "x".into(),
            channel: pb::Channel::Email.into(),
            nature: pb::Nature::Complaint.into(),
            urgency: pb::Urgency::Urgent.into(),
        }],
        products: vec![
            of::Product {
                code: "a".into(),
                name: words("A"),
                group: words("Groupe"),
                unit: "u".into(),
                nature: pb::Nature::Complaint.into(),
                urgency: pb::Urgency::Urgent.into(),
                synonyms_french: vec!["un".into()],
                synonyms_english: vec!["one".into(), "two".into()],
                aliases: vec!["A-1".into()],
                business_days: Some(5),
                programme: "p".into(),
                reopen_within_days: Some(0),
                duplicates: Some(of::DuplicateRule { within_metres: 100, within_days: 30 }),
                precisions: vec![precision()],
                questions: questions(),
            },
            of::Product {
                code: "b".into(),
                name: words("B"),
                unit: "v".into(),
                nature: pb::Nature::Information.into(),
                urgency: pb::Urgency::Normal.into(),
                ..of::Product::default()
            },
        ],
    }
}

fn precision() -> of::Precision {
    of::Precision {
        code: "x".into(),
        name: words("X"),
        unit: "v".into(),
        nature: pb::Nature::Comment.into(),
        urgency: pb::Urgency::Normal.into(),
        synonyms_french: vec!["trois".into()],
        synonyms_english: vec!["three".into()],
        aliases: vec!["A-2".into()],
        business_days: Some(1),
        programme: "p".into(),
    }
}

fn questions() -> Vec<of::Question> {
    let bare = |code: &str, kind: pb::QuestionKind| of::Question {
        code: code.into(),
        text: words(code),
        kind: kind.into(),
        ..of::Question::default()
    };
    let choice = |code: &str| of::Choice { code: code.into(), label: words(code) };
    let number = of::Question {
        unit: "m".into(),
        min: Some(-500),
        max: Some(i64::MAX),
        help: words("Aide"),
        ..bare("nombre", pb::QuestionKind::Number)
    };
    let test = of::Test { is: vec!["c".into()], not: vec!["d".into()], ..of::Test::default() };
    let above = of::Test { at_least: Some(0), at_most: Some(9), ..of::Test::default() };
    let when = vec![of::Condition { question: "nombre".into(), test: Some(above) }];
    let outcomes = vec![
        of::Outcome {
            test: Some(test),
            product: "b".into(),
            urgency: pb::Urgency::Urgent.into(),
            answer: words("Réponse"),
            ..of::Outcome::default()
        },
        of::Outcome {
            test: Some(of::Test { is: vec!["d".into()], ..of::Test::default() }),
            emergency: pb::Emergency::Crime.into(),
            ..of::Outcome::default()
        },
        of::Outcome {
            test: Some(of::Test::default()),
            precision: "x".into(),
            ..of::Outcome::default()
        },
    ];
    let choices = vec![choice("c"), choice("d"), choice("e")];
    vec![
        number,
        of::Question { choices, when, outcomes, ..bare("un", pb::QuestionKind::OneOf) },
        of::Question { choices: vec![choice("c")], ..bare("plusieurs", pb::QuestionKind::ManyOf) },
        of::Question { optional: true, ..bare("oui", pb::QuestionKind::YesNo) },
        bare("texte", pb::QuestionKind::Text),
        bare("date", pb::QuestionKind::Date),
        bare("lieu", pb::QuestionKind::Place),
        bare("photo", pb::QuestionKind::Photo),
    ]
}

/// The message with every test written out, as encoding does.
fn written(mut it: pb::Catalogue) -> pb::Catalogue {
    for question in it.products.iter_mut().flat_map(|it| &mut it.questions) {
        for condition in &mut question.when {
            condition.test.get_or_insert_default();
        }
        for outcome in &mut question.outcomes {
            outcome.test.get_or_insert_default();
        }
    }
    it
}

#[test]
fn every_field_of_a_catalogue_is_read_back_as_written() {
    let catalogue = from_pb(full()).unwrap();
    assert_eq!(to_pb(&catalogue), written(full()));
    let kinds = catalogue.products()[0].questions.iter().map(|it| it.kind.answer_kind());
    assert_eq!(kinds.collect::<std::collections::HashSet<_>>().len(), AnswerKind::ALL.len());
}

#[test]
fn words_that_are_not_known_count_as_missing() {
    let mut later = full();
    later.products[0].questions[0].kind = 99;
    later.products[1].nature = 99;
    let defects = from_pb(later).unwrap_err();
    let found: Vec<_> = defects.iter().map(|it| (it.place.as_str(), it.flaw.name())).collect();
    assert_eq!(found, [("a/nombre", "missing"), ("b", "missing")]);
}

#[test]
fn what_was_published_is_read_whatever_is_checked_today() {
    let mut odd = full();
    odd.products[0].business_days = Some(0);
    odd.products[1].name = odd.products[0].name.clone();
    let questions = &mut odd.products[0].questions;
    questions[1].outcomes[2].test = questions[1].outcomes[0].test.clone();
    questions[2].choices.clear();
    let names: Vec<_> = from_pb(odd.clone()).unwrap_err().iter().map(|it| it.flaw.name()).collect();
    assert_eq!(
        names,
        ["out_of_range", "unreachable_outcome", "missing_choices", "ambiguous_name"],
        "{names:?}"
    );
    let published = published_from_pb(odd.clone()).unwrap();
    assert_eq!(to_pb(&published), written(odd));

    // What a release does not understand must not be left out of what it reads.
    let mut later = full();
    later.products[0].questions[0].kind = 99;
    later.products[0].questions[1].outcomes[1].emergency = 99;
    let defects = published_from_pb(later).unwrap_err();
    let found: Vec<_> = defects.iter().map(|it| (it.place.as_str(), it.flaw.name())).collect();
    assert_eq!(found, [("a/nombre", "missing"), ("a/un", "empty_outcome")]);
}

fn code() -> impl Strategy<Value = Code> {
    "[a-z][a-z0-9-]{0,63}".prop_map(|it| it.parse().unwrap())
}

fn text() -> impl Strategy<Value = Text> {
    "[^\\p{C}]{0,40}[a-zé]".prop_map(|it| it.parse().unwrap())
}

fn answer() -> impl Strategy<Value = Answer> {
    let place = (
        prop::option::of((-900_000_000..=900_000_000, -1_800_000_000..=1_800_000_000)),
        prop::option::of(text()),
    );
    let days = NaiveDate::default().iter_days();
    prop_oneof![
        any::<bool>().prop_map(Answer::YesNo),
        code().prop_map(Answer::Choice),
        prop::collection::vec(code(), 0..5).prop_map(Answer::Choices),
        any::<i64>().prop_map(Answer::Number),
        text().prop_map(|it| Answer::Text(Personal(it))),
        (0..30_000_usize)
            .prop_map(move |it| Answer::Date(days.clone().nth(it).unwrap_or_default())),
        place.prop_map(|(coordinates, address)| {
            let place = Place { borough: None, coordinates };
            Answer::Place(Personal(PlaceAnswer { place, address }))
        }),
        (text(), prop::option::of(any::<[u8; 32]>()))
            .prop_map(|(reference, sha256)| Answer::Photo(Personal(Photo { reference, sha256 }))),
    ]
}

proptest! {
    #[test]
    fn answers_are_read_back_as_written(product in code(), question in code(), answer in answer()) {
        let answered = Answered { product, question, answer };
        let bytes = answer_to_pb(&answered).encode_to_vec();
        let read = pb::Answer::decode(Bytes::from(bytes)).unwrap();
        prop_assert_eq!(answer_from_pb(&read), Ok(answered));
    }

    #[test]
    fn no_damage_panics(at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let mut bytes = full().encode_to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if byte % 4 == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(read) = pb::Catalogue::decode(Bytes::from(bytes))
            && let Ok(catalogue) = from_pb(read)
        {
            // Whatever is taken is kept as it is.
            let again: Result<Catalogue, _> = from_pb(to_pb(&catalogue));
            prop_assert_eq!(again, Ok(catalogue.clone()));
            prop_assert_eq!(published_from_pb(to_pb(&catalogue)), Ok(catalogue));
        }
    }
}

#[test]
fn answers_that_say_nothing_are_refused() {
    let check = |answer: pb::Answer, field: &str| {
        assert_eq!(given_from_pb(&answer).unwrap_err().field, field);
    };
    let of =
        |value| pb::Answer { question: "q".into(), value: Some(value), ..pb::Answer::default() };
    check(pb::Answer::default(), "question");
    check(pb::Answer { question: "q".into(), ..pb::Answer::default() }, "value");
    check(pb::Answer { product: "É".into(), ..of(Value::Yes(true)) }, "product");
    check(of(Value::Choice(String::new())), "choice");
    check(of(Value::Text(" ".into())), "text");
    check(of(Value::Date("24 juin".into())), "date");
    let off = pb::Coordinates { latitude: 91.0, longitude: 0.0 };
    let place = pb::Place { borough: String::new(), coordinates: Some(off) };
    let place = pb::answer::PlaceAnswer { place: Some(place), address: String::new() };
    check(of(Value::Place(place)), "place");
    let photo = pb::answer::Photo { reference: "r".into(), sha256: Bytes::from_static(b"short") };
    check(of(Value::Photo(photo)), "photo.sha256");
    assert_eq!(answer_from_pb(&of(Value::Yes(true))).unwrap_err().field, "product");
}
