//! What is wrong with a calendar, in words.

use crate::error::Problem;
use crate::language::choose;
use beffroi_domain::{InvalidCalendar, Language, NotKnown};
use beffroi_wire::calendar::{DATES_MAX, Flaw};

/// What is wrong.
#[derive(Clone, Debug)]
pub(crate) enum CalendarProblem {
    /// It is not a calendar.
    Flaw(Flaw),
    /// It cannot follow the one before.
    Successor(InvalidCalendar),
    /// It is not known far enough ahead.
    NotKnown(NotKnown),
}

impl CalendarProblem {
    pub(crate) fn text(&self, language: Language) -> String {
        match self {
            Self::Flaw(flaw) => of_flaw(flaw, language),
            Self::Successor(error) => choose(
                language,
                format!("ne peut suivre le calendrier d'avant : {}", french(error)),
                format!("cannot follow the calendar before: {error}"),
            ),
            Self::NotKnown(NotKnown::NotStated { needed }) => choose(
                language,
                format!(
                    "manque : dites jusqu'à quand les congés sont connus, au moins jusqu'au {needed}"
                ),
                format!("is missing: say until when the holidays are known, {needed} or later"),
            ),
            Self::NotKnown(NotKnown::TooShort { until, needed }) => choose(
                language,
                format!(
                    "est le {until} et doit être au moins le {needed}, dans 13 mois : ajoutez les \
                     congés d'ici là"
                ),
                format!(
                    "is {until} and must be {needed} or later, 13 months ahead: add the holidays \
                     until then"
                ),
            ),
        }
    }
}

fn of_flaw(flaw: &Flaw, language: Language) -> String {
    match flaw {
        Flaw::Zone(text) => Problem::Zone(text.clone()).text(language),
        Flaw::Date => Problem::Date.text(language),
        Flaw::Name(error) => Problem::Text(error.clone()).text(language),
        Flaw::TooMany(found) => Problem::TooMany { found: *found, max: DATES_MAX }.text(language),
        Flaw::Hours => choose(
            language,
            "n'est pas des heures : les plages d'un jour en ordre, une semaine de sept jours",
            "is not hours: windows of a day in order, a week of seven days",
        )
        .to_owned(),
        Flaw::Cause => choose(
            language,
            "n'est pas une cause que cette version connaît",
            "is no cause that this version knows",
        )
        .to_owned(),
        Flaw::Calendar(error) => choose(
            language,
            format!("ne peut servir : {}", french(error)),
            format!("cannot be used: {error}"),
        ),
    }
}

fn french(error: &InvalidCalendar) -> String {
    match error {
        InvalidCalendar::NeverOpen => "aucun jour n'est ouvert".to_owned(),
        InvalidCalendar::Twice(date) => format!("le {date} est donné deux fois"),
        InvalidCalendar::TwoNames(date) => format!("le congé du {date} a deux noms"),
        InvalidCalendar::Year(date) => format!("le {date} n'est pas des années 1800 à 2199"),
        InvalidCalendar::Pieces { date, .. } => format!("le {date} est en trop de morceaux"),
        InvalidCalendar::Zone(zone) => format!("le fuseau ne change pas : c'est {zone}"),
        InvalidCalendar::RunsInto(it) => {
            format!("{} du {} empiète sur {} du {}", it.window, it.day, it.next, it.next_day)
        }
    }
}
