//! What can be wrong with a regime, in words.

use crate::error::{ApiError, Problem};
use crate::language::choose;
use beffroi_domain::catalogue::limits::PRODUCTS_MAX;
use beffroi_domain::{Day, Hours, InvalidHours, InvalidWeek, Language, RegimeRejection};
use chrono::Weekday;
use std::collections::HashMap;

/// What is wrong with a field of a regime.
#[derive(Debug)]
pub(crate) enum CentreProblem {
    /// The hours of a day cannot be read.
    Hours(String),
    /// The windows of a day cannot stand beside each other.
    Windows(InvalidHours),
    /// The days are no week.
    Week(InvalidWeek),
    /// Days are given, and that they do not matter.
    DaysAroundTheClock,
    /// The rules do not allow it, whatever stands: see [`field`].
    Rejected(RegimeRejection),
}

impl CentreProblem {
    pub(crate) fn text(&self, language: Language) -> String {
        match self {
            Self::Hours(text) => choose(
                language,
                format!("`{text}` n'est pas de la forme 08:00-22:00, ni 08:00-12:00, 13:00-17:00"),
                format!("`{text}` is not of the form 08:00-22:00, nor 08:00-12:00, 13:00-17:00"),
            ),
            Self::Windows(error) => windows(error, language),
            Self::Week(InvalidWeek::NeverOpen) => choose(
                language,
                "n'ouvre aucun jour : omettez les heures pour garder celles du calendrier",
                "opens on no day: leave the hours out to keep those of the calendar",
            )
            .to_owned(),
            Self::Week(InvalidWeek::RunsInto(it)) => choose(
                language,
                format!(
                    "{} du {} déborde sur {} du {}",
                    it.window,
                    french(it.day),
                    it.next,
                    french(it.next_day)
                ),
                it.to_string(),
            ),
            Self::DaysAroundTheClock => choose(
                language,
                "donne des jours et « jour et nuit » : donnez l'un ou l'autre".to_owned(),
                "gives days and `around_the_clock`: give one or the other".to_owned(),
            ),
            Self::Rejected(rejection) => of_field(rejection, language),
        }
    }
}

/// Why windows cannot stand beside each other, after the field's name.
fn windows(error: &InvalidHours, language: Language) -> String {
    let max = Hours::MAX;
    let french = match error {
        InvalidHours::Overlap(one, other) => format!("{one} et {other} se chevauchent"),
        InvalidHours::TooMany => format!("plus de {max} plages dans un jour"),
        InvalidHours::Window(_) => "n'est pas une plage telle que 08:00-22:00".to_owned(),
    };
    choose(language, french, error.to_string())
}

/// A day in French.
fn french(day: Day) -> String {
    match day {
        Day::Weekday(Weekday::Mon) => "lundi".to_owned(),
        Day::Weekday(Weekday::Tue) => "mardi".to_owned(),
        Day::Weekday(Weekday::Wed) => "mercredi".to_owned(),
        Day::Weekday(Weekday::Thu) => "jeudi".to_owned(),
        Day::Weekday(Weekday::Fri) => "vendredi".to_owned(),
        Day::Weekday(Weekday::Sat) => "samedi".to_owned(),
        Day::Weekday(Weekday::Sun) => "dimanche".to_owned(),
        Day::Date(date) => date.to_string(),
    }
}

/// The field of a call that is wrong whatever stands; `None`: it depends on what stands.
fn field(rejection: &RegimeRejection) -> Option<&'static str> {
    match rejection {
        RegimeRejection::Normal => Some("kind"),
        RegimeRejection::UntilNotAfterFrom | RegimeRejection::UntilPast => Some("until"),
        RegimeRejection::TooManyProducts { .. } => Some("products"),
        RegimeRejection::AlreadyDeclared { .. }
        | RegimeRejection::NoneDeclared
        | RegimeRejection::Overlap { .. }
        | RegimeRejection::NotLater { .. }
        | RegimeRejection::TooEarly { .. } => None,
    }
}

/// What is wrong with the field of a rejection, after the field's name.
fn of_field(rejection: &RegimeRejection, language: Language) -> String {
    let (french, english) = match rejection {
        RegimeRejection::Normal => (
            "est le régime normal, qui ne se déclare pas : levez celui qui tient",
            "is the normal regime, which is not declared: lift the one that stands",
        ),
        RegimeRejection::UntilNotAfterFrom => {
            ("ne suit pas le début du régime", "is not after the beginning of the regime")
        }
        RegimeRejection::UntilPast => ("est déjà passé", "has already passed"),
        RegimeRejection::TooManyProducts { found } => {
            return Problem::TooMany { found: *found, max: PRODUCTS_MAX }.text(language);
        }
        RegimeRejection::AlreadyDeclared { .. }
        | RegimeRejection::NoneDeclared
        | RegimeRejection::Overlap { .. }
        | RegimeRejection::NotLater { .. }
        | RegimeRejection::TooEarly { .. } => return regime_text(rejection, language),
    };
    choose(language, french, english).to_owned()
}

impl From<RegimeRejection> for ApiError {
    fn from(rejection: RegimeRejection) -> Self {
        match field(&rejection) {
            Some(field) => Problem::Centre(CentreProblem::Rejected(rejection)).at(field).into(),
            None => Self::Regime(rejection),
        }
    }
}

/// The stable reason of a rejection, part of the API.
pub(crate) fn regime_reason(rejection: &RegimeRejection) -> &'static str {
    match rejection {
        RegimeRejection::AlreadyDeclared { .. } => "REGIME_STANDS",
        RegimeRejection::NoneDeclared => "NO_REGIME",
        RegimeRejection::NotLater { .. } => "NOT_LATER",
        RegimeRejection::Overlap { .. } | RegimeRejection::TooEarly { .. } => "TOO_EARLY",
        RegimeRejection::Normal
        | RegimeRejection::UntilNotAfterFrom
        | RegimeRejection::UntilPast
        | RegimeRejection::TooManyProducts { .. } => "INVALID_FIELD",
    }
}

/// What a program needs to know of a rejection.
pub(crate) fn regime_metadata(rejection: &RegimeRejection) -> HashMap<String, String> {
    let one = |key: &str, value: String| HashMap::from([(key.to_owned(), value)]);
    match rejection {
        RegimeRejection::AlreadyDeclared { from, until } => HashMap::from([
            ("from".to_owned(), from.to_string()),
            ("until".to_owned(), until.to_string()),
        ]),
        RegimeRejection::NotLater { until } => one("until", until.to_string()),
        RegimeRejection::Overlap { end: not_before } | RegimeRejection::TooEarly { not_before } => {
            one("not_before", not_before.to_string())
        }
        RegimeRejection::NoneDeclared
        | RegimeRejection::Normal
        | RegimeRejection::UntilNotAfterFrom
        | RegimeRejection::UntilPast
        | RegimeRejection::TooManyProducts { .. } => HashMap::new(),
    }
}

/// A rejection in words.
pub(crate) fn regime_text(rejection: &RegimeRejection, language: Language) -> String {
    let french = match rejection {
        RegimeRejection::Normal => {
            "le régime normal ne se déclare pas : levez celui qui tient".to_owned()
        }
        RegimeRejection::AlreadyDeclared { from, until } => {
            format!("un régime tient déjà, du {from} au {until} : prolongez-le ou levez-le")
        }
        RegimeRejection::NoneDeclared => "aucun régime ne tient : il n'a pas été déclaré, il a \
             été levé, ou il a pris fin"
            .to_owned(),
        RegimeRejection::UntilNotAfterFrom => {
            "le régime doit prendre fin après son début".to_owned()
        }
        RegimeRejection::UntilPast => "la fin prévue du régime est déjà passée".to_owned(),
        RegimeRejection::Overlap { end } => {
            format!("un régime précédent a tenu jusqu'au {end} : celui-ci ne peut commencer avant")
        }
        RegimeRejection::NotLater { until } => format!(
            "la fin du régime est déjà prévue le {until} : prolongez-le au-delà, ou levez-le"
        ),
        RegimeRejection::TooManyProducts { found } => {
            format!("le régime nomme {found} produits, le maximum est {PRODUCTS_MAX}")
        }
        RegimeRejection::TooEarly { not_before } => {
            format!("les régimes ont changé le {not_before} : rien ne peut leur arriver avant")
        }
    };
    choose(language, french, rejection.to_string())
}
