//! What can be wrong with a product, a precision or an answer, in words.

use beffroi_domain::catalogue::{AnswerKind, Defect, Problem};
use beffroi_domain::{InvalidCode, Language};
use beffroi_wire::catalogue::Wrong;

/// What is wrong with a field that the catalogue knows about.
#[derive(Debug)]
pub(crate) enum CatalogueProblem {
    /// No such product; these are near.
    Product { text: String, near: Vec<String> },
    /// No such precision of the product; these are near.
    Precision { text: String, near: Vec<String> },
    /// An answer cannot be read.
    Unreadable(Wrong),
    /// An answer is not one that the question takes, or is not there.
    Answer(Problem),
    /// A part of a catalogue to be published is wrong.
    Defect(Box<Defect>),
    /// Answers without a catalogue, or without a product of it.
    NoCatalogue,
}

impl CatalogueProblem {
    pub(crate) fn text(&self, language: Language) -> String {
        match language {
            Language::French => self.french(),
            Language::English => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Product { text, near } => {
                format!("`{text}` is no product of the catalogue{}", meant(near, ": did you mean"))
            }
            Self::Precision { text, near } => {
                let near = meant(near, ": did you mean");
                format!("`{text}` is no precision of the product{near}")
            }
            Self::Unreadable(wrong) => wrong.to_string(),
            Self::Answer(problem) => answer_in_english(problem),
            Self::Defect(defect) => format!("{}{}", place(defect), defect.flaw),
            Self::NoCatalogue => "needs a catalogue, and none is published".to_owned(),
        }
    }

    fn french(&self) -> String {
        match self {
            Self::Product { text, near } => {
                let near = meant(near, " : pensiez-vous à");
                format!("`{text}` n'est pas un produit du catalogue{near}")
            }
            Self::Precision { text, near } => {
                let near = meant(near, " : pensiez-vous à");
                format!("`{text}` n'est pas une précision de ce produit{near}")
            }
            Self::Unreadable(wrong) => unreadable_in_french(wrong),
            Self::Answer(problem) => answer_in_french(problem),
            Self::Defect(defect) => {
                format!("{}{}", place(defect), super::flaw_in_french(&defect.flaw))
            }
            Self::NoCatalogue => "suppose un catalogue, et aucun n'est publié".to_owned(),
        }
    }
}

fn place(defect: &Defect) -> String {
    if defect.place.is_empty() { String::new() } else { format!("{} : ", defect.place) }
}

fn meant(near: &[String], words: &str) -> String {
    if near.is_empty() { String::new() } else { format!("{words} {}?", near.join(", ")) }
}

fn answer_in_english(problem: &Problem) -> String {
    match problem {
        Problem::Missing => "must be answered".to_owned(),
        Problem::UnknownQuestion => "is no question of this product".to_owned(),
        Problem::NotAsked => "is not asked, given the other answers: leave it out".to_owned(),
        Problem::Twice => "is answered twice".to_owned(),
        Problem::Kind(kind) => format!("takes an answer of the kind {}", kind.name()),
        Problem::UnknownChoice(code) => format!("has no choice `{code}`"),
        Problem::RepeatedChoice(code) => format!("has the choice `{code}` twice"),
        Problem::NoChoice => "has nothing chosen".to_owned(),
        Problem::Below(min) => format!("must be at least {}", thousandths(*min)),
        Problem::Above(max) => format!("must be at most {}", thousandths(*max)),
        Problem::Date => "is not a day of the years 1800 to 9999".to_owned(),
        Problem::EmptyPlace => "is a place without coordinates and without an address".to_owned(),
        Problem::TooMany => "is one answer too many".to_owned(),
    }
}

fn answer_in_french(problem: &Problem) -> String {
    match problem {
        Problem::Missing => "doit recevoir une réponse".to_owned(),
        Problem::UnknownQuestion => "n'est pas une question de ce produit".to_owned(),
        Problem::NotAsked => "n'est pas posée, vu les autres réponses : omettez-la".to_owned(),
        Problem::Twice => "a deux réponses".to_owned(),
        Problem::Kind(kind) => format!("attend {}", kind_in_french(*kind)),
        Problem::UnknownChoice(code) => format!("n'a pas de choix `{code}`"),
        Problem::RepeatedChoice(code) => format!("a deux fois le choix `{code}`"),
        Problem::NoChoice => "n'a aucun choix retenu".to_owned(),
        Problem::Below(min) => format!("doit valoir au moins {}", thousandths(*min)),
        Problem::Above(max) => format!("doit valoir au plus {}", thousandths(*max)),
        Problem::Date => "n'est pas un jour des années 1800 à 9999".to_owned(),
        Problem::EmptyPlace => "est un lieu sans coordonnées ni adresse".to_owned(),
        Problem::TooMany => "est une réponse de trop".to_owned(),
    }
}

fn kind_in_french(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::YesNo => "oui ou non",
        AnswerKind::OneOf => "un choix",
        AnswerKind::ManyOf => "un ou plusieurs choix",
        AnswerKind::Number => "un nombre",
        AnswerKind::Text => "un texte",
        AnswerKind::Date => "une date",
        AnswerKind::Place => "un lieu",
        AnswerKind::Photo => "une photo",
    }
}

fn unreadable_in_french(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Missing => "est requis".to_owned(),
        Wrong::Code(InvalidCode(text)) => format!(
            "`{text}` n'est pas un code : de 1 à 64 minuscules sans accent, chiffres et traits \
             d'union, une lettre d'abord"
        ),
        Wrong::Text(error) => crate::error::text_in_french(error),
        Wrong::Date => "n'est pas un jour tel que 2026-06-24".to_owned(),
        Wrong::Place => "n'est pas un lieu du globe".to_owned(),
        Wrong::Digest => "n'est pas une empreinte SHA-256 de 32 octets".to_owned(),
    }
}

fn thousandths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let (whole, rest) = (number.unsigned_abs() / 1000, number.unsigned_abs() % 1000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{rest:03}").trim_end_matches('0').to_owned()
}
