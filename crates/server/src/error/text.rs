//! Texts that several errors share.

use crate::language::choose;
use beffroi_domain::{InvalidText, Language};

pub(crate) fn text_in_english(error: &InvalidText) -> String {
    match error {
        InvalidText::Empty => "is empty".to_owned(),
        InvalidText::TooLong { found, max } => {
            format!("has {found} characters, at most {max} are taken")
        }
        InvalidText::Control(code) => format!("contains the control character U+{code:04X}"),
    }
}

pub(crate) fn text_in_french(error: &InvalidText) -> String {
    match error {
        InvalidText::Empty => "est vide".to_owned(),
        InvalidText::TooLong { found, max } => {
            format!("compte {found} caractères, le maximum est {max}")
        }
        InvalidText::Control(code) => format!("contient le caractère de commande U+{code:04X}"),
    }
}

pub(super) fn unknown_programme(code: &str, language: Language) -> String {
    choose(
        language,
        format!("aucun programme `{code}` dans le catalogue, et aucune demande n'y attend"),
        format!("the catalogue has no programme `{code}`, and no request waits in it"),
    )
}

pub(super) fn unknown_catalogue(version: u64, language: Language) -> String {
    choose(
        language,
        format!("le catalogue n'a pas de version {version}"),
        format!("the catalogue has no version {version}"),
    )
}

pub(super) fn unknown_calendar(version: u64, language: Language) -> String {
    choose(
        language,
        format!("le calendrier n'a pas de version {version}"),
        format!("the calendar has no version {version}"),
    )
}
