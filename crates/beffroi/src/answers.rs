//! Answers as they are typed: `QUESTION=VALUE`, read by the kind of the question.

use anyhow::{Context as _, anyhow, bail};
use beffroi_wire::pb::catalogue::v1::GetCatalogueRequest;
use beffroi_wire::pb::event::v1::answer::{Choices, Photo, PlaceAnswer, Value};
use beffroi_wire::pb::event::v1::catalogue::{Product, Question};
use beffroi_wire::pb::event::v1::{Answer, Catalogue, Coordinates, Place, QuestionKind};

use crate::cli::AnswersArgs;
use crate::client::Client;
use crate::failure::Failure;

/// The answers of the command line, by the catalogue in force.
pub(crate) async fn read(
    client: &mut Client,
    product: &str,
    args: &AnswersArgs,
) -> Result<Vec<Answer>, Failure> {
    if args.answers.is_empty() {
        return Ok(Vec::new());
    }
    let call = GetCatalogueRequest { version: 0, min_position: None };
    let catalogue = client.catalogue.get_catalogue(call).await?.into_inner().catalogue;
    let catalogue = catalogue.unwrap_or_default();
    let read = args.answers.iter().map(|text| answer(&catalogue, product, text));
    read.collect::<Result<_, _>>().map_err(Failure::Usage)
}

fn answer(catalogue: &Catalogue, product: &str, text: &str) -> anyhow::Result<Answer> {
    let expected = || anyhow!("`{text}`: give an answer as QUESTION=VALUE");
    let (question, value) = text.split_once('=').ok_or_else(expected)?;
    let (named, question) = match question.split_once('/') {
        Some((product, question)) => (Some(product), question),
        None => (None, question),
    };
    let found = find(catalogue, named.unwrap_or(product), question)
        .with_context(|| format!("`{text}`: the catalogue has no question `{question}`"))?;
    let value = read_value(found, value.trim()).with_context(|| format!("`{text}`"))?;
    Ok(Answer {
        product: named.unwrap_or_default().to_owned(),
        question: question.to_owned(),
        value: Some(value),
    })
}

/// The question of the product, else of any product that has one of this code: an answer may have
/// led to another product.
fn find<'a>(catalogue: &'a Catalogue, product: &str, question: &str) -> Option<&'a Question> {
    let is_named = |it: &Product| {
        let name = it.name.clone().unwrap_or_default();
        [&it.code, &name.french, &name.english]
            .iter()
            .any(|it| it.to_lowercase() == product.trim().to_lowercase())
    };
    let (own, others): (Vec<_>, Vec<_>) = catalogue.products.iter().partition(|it| is_named(it));
    let questions = own.into_iter().chain(others).flat_map(|it| &it.questions);
    questions.into_iter().find(|it| it.code == question.trim())
}

fn read_value(question: &Question, value: &str) -> anyhow::Result<Value> {
    let text = || value.to_owned();
    Ok(match question.kind() {
        QuestionKind::YesNo => match value.to_lowercase().as_str() {
            "oui" | "yes" | "true" => Value::Yes(true),
            "non" | "no" | "false" => Value::Yes(false),
            _ => bail!("answer oui or non, yes or no"),
        },
        QuestionKind::OneOf => Value::Choice(text()),
        QuestionKind::ManyOf => {
            let codes = value.split(',').map(|it| it.trim().to_owned()).collect();
            Value::Choices(Choices { codes })
        }
        QuestionKind::Number => Value::Number(thousandths(value)?),
        QuestionKind::Date => Value::Date(text()),
        QuestionKind::Place => Value::Place(place(value)),
        QuestionKind::Photo => Value::Photo(Photo { reference: text(), ..Photo::default() }),
        QuestionKind::Text | QuestionKind::Unspecified => Value::Text(text()),
    })
}

fn thousandths(value: &str) -> anyhow::Result<i64> {
    let wrong = || anyhow!("`{value}` is not a number with at most three decimals, such as 2.5");
    let value = value.replace(',', ".");
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, value.as_str()),
    };
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    if whole.is_empty() || rest.len() > 3 || !is_number(whole) || !is_number(rest) {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let rest: i64 = format!("{rest:0<3}").parse().map_err(|_| wrong())?;
    whole
        .checked_mul(1000)
        .and_then(|it| it.checked_add(rest))
        .map(|it| sign * it)
        .ok_or_else(wrong)
}

fn place(value: &str) -> PlaceAnswer {
    let coordinates = value.split_once(',').and_then(|(latitude, longitude)| {
        let (latitude, longitude) = (latitude.trim().parse(), longitude.trim().parse());
        Some(Coordinates { latitude: latitude.ok()?, longitude: longitude.ok()? })
    });
    match coordinates {
        Some(_) => PlaceAnswer {
            place: Some(Place { coordinates, ..Place::default() }),
            ..PlaceAnswer::default()
        },
        None => PlaceAnswer { address: value.to_owned(), ..PlaceAnswer::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_thousandths() {
        assert_eq!(thousandths("2.5").unwrap(), 2500);
        assert_eq!(thousandths("-0,125").unwrap(), -125);
        assert_eq!(thousandths("7").unwrap(), 7000);
        for wrong in ["", ".", "1.2345", "x", "1e3", "99999999999999999999"] {
            assert!(thousandths(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_place_is_a_point_or_an_address() {
        assert!(place("46.8, -71.2").place.is_some());
        assert_eq!(place("12, rue Saint-Jean").address, "12, rue Saint-Jean");
    }
}
