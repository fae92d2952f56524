//! What is wrong with a city's file, in both languages.

use crate::error::{text_in_english, text_in_french};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{InvalidHours, InvalidText};

pub(super) fn both(french: impl Into<String>, english: impl Into<String>) -> Bilingual<String> {
    Bilingual { french: french.into(), english: english.into() }
}

pub(super) fn of_text(error: &InvalidText) -> Bilingual<String> {
    both(text_in_french(error), text_in_english(error))
}

/// What is wrong with the hours that `text` gives.
pub(super) fn of_hours(text: &str, error: &InvalidHours) -> Bilingual<String> {
    let english = format!("`{text}`: {error}");
    let french = match error {
        InvalidHours::Window(_) => {
            format!("`{text}` n'est pas de la forme 08:00-19:00, ni 22:00-06:00 au-delà de minuit")
        }
        InvalidHours::Overlap(one, other) => format!("{one} et {other} se chevauchent"),
        InvalidHours::TooMany => {
            format!("plus de {} plages par jour", beffroi_domain::Hours::MAX)
        }
    };
    match error {
        InvalidHours::Window(_) => both(french, english),
        InvalidHours::Overlap(..) | InvalidHours::TooMany => both(french, error.to_string()),
    }
}
