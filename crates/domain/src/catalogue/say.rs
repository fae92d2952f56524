//! Answers in words.

use super::{Answer, Answered, Catalogue, Question};
use crate::{Code, Language};

impl Catalogue {
    /// A question and its answer in a language, or `None` when it is not one of the catalogue.
    pub fn say(&self, answered: &Answered, language: Language) -> Option<(String, String)> {
        let question = self.product(&answered.product)?.question(&answered.question)?;
        Some((
            question.text.get(language).as_str().to_owned(),
            question.say(&answered.answer, language),
        ))
    }
}

impl Question {
    /// An answer in a language, as people read it.
    pub fn say(&self, answer: &Answer, language: Language) -> String {
        let choice = |code: &Code| {
            let choice = self.choices().iter().find(|it| it.code == *code);
            choice.map_or_else(|| code.to_string(), |it| it.label.get(language).to_string())
        };
        match answer {
            Answer::YesNo(yes) => match (yes, language) {
                (true, Language::French) => "Oui",
                (false, Language::French) => "Non",
                (true, Language::English) => "Yes",
                (false, Language::English) => "No",
            }
            .to_owned(),
            Answer::Choice(code) => choice(code),
            Answer::Choices(codes) => codes.iter().map(choice).collect::<Vec<_>>().join(", "),
            Answer::Number(number) => {
                let decimal = decimal(*number, language);
                match self.range().and_then(|it| it.unit.as_ref()) {
                    Some(unit) => format!("{decimal}\u{a0}{unit}"),
                    None => decimal,
                }
            }
            Answer::Text(text) => text.as_str().to_owned(),
            Answer::Date(date) => date.to_string(),
            Answer::Place(it) => {
                let coordinates = it.place.coordinates.map(|(latitude, longitude)| {
                    format!("{}, {}", degrees(latitude), degrees(longitude))
                });
                let address = it.address.as_ref().map(|it| it.as_str().to_owned());
                let borough = it.place.borough.as_ref().map(ToString::to_string);
                let parts = [address, borough, coordinates].into_iter().flatten();
                parts.collect::<Vec<_>>().join(" · ")
            }
            Answer::Photo(photo) => photo.reference.as_str().to_owned(),
        }
    }
}

/// Thousandths with a decimal sign, without zeros at the end.
fn decimal(thousandths: i64, language: Language) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, rest) = (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let point = match language {
        Language::French => ',',
        Language::English => '.',
    };
    let rest = format!("{rest:03}");
    format!("{sign}{whole}{point}{}", rest.trim_end_matches('0'))
}

/// Ten-millionths of a degree.
fn degrees(ten_millionths: i32) -> String {
    let sign = if ten_millionths < 0 { "-" } else { "" };
    let (whole, rest) =
        (ten_millionths.unsigned_abs() / 10_000_000, ten_millionths.unsigned_abs() % 10_000_000);
    format!("{sign}{whole}.{rest:07}")
}
