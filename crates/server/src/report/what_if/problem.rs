//! What is wrong with a calendar that somebody supposes, in words.

use crate::language::choose;
use beffroi_domain::{InvalidCalendar, Language};

/// What is wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SupposedProblem {
    /// Windows overlap, or there are not seven days.
    Hours,
    /// A delay that nobody would promise.
    Delay,
    /// The whole cannot be used.
    Calendar(InvalidCalendar),
}

impl SupposedProblem {
    pub(crate) fn text(self, language: Language) -> String {
        match self {
            Self::Hours => choose(
                language,
                "n'est pas des heures : les plages d'un jour en ordre, une semaine de sept jours",
                "is not hours: windows of a day in order, a week of seven days",
            )
            .to_owned(),
            Self::Delay => choose(
                language,
                "n'est pas un délai : donnez ce qui est promis, une règle et ce qu'elle compte",
                "is no delay: give what is promised, a rule and what it counts",
            )
            .to_owned(),
            Self::Calendar(error) => choose(
                language,
                format!("ne peut servir : {}", french(&error)),
                format!("cannot be used: {error}"),
            ),
        }
    }
}

fn french(error: &InvalidCalendar) -> String {
    match error {
        InvalidCalendar::NeverOpen => "aucun jour n'est ouvert".to_owned(),
        InvalidCalendar::Twice(date) => format!("le {date} est donné deux fois"),
        InvalidCalendar::TwoNames(date) => format!("le congé du {date} a deux noms"),
        InvalidCalendar::Year(date) => format!("le {date} n'est pas des années 1800 à 2199"),
        InvalidCalendar::Pieces { date, .. } => format!("le {date} est en trop de morceaux"),
        InvalidCalendar::RunsInto(it) => {
            format!("{} du {} empiète sur {} du {}", it.window, it.day, it.next, it.next_day)
        }
    }
}
