//! What the rules refused, in the words of the API.

use super::standing;
use crate::language::choose;
use beffroi_domain::{Language, LinkRejection, Rejection, Status};
use std::collections::HashMap;
use tonic::Code;

pub(super) fn reason(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::Unknown => "UNKNOWN_REQUEST",
        Rejection::Exists => "ID_TAKEN",
        Rejection::Status(_) | Rejection::PlannedFollowUp => "WRONG_STATUS",
        Rejection::TooEarly { .. } => "TOO_EARLY",
        Rejection::ReopenTooLate(_) => "REOPEN_TOO_LATE",
        Rejection::Link(link) => link_reason(*link),
        Rejection::Year => "YEAR_WITHOUT_NUMBERS",
        Rejection::Calendar(_) => "BEYOND_CALENDAR",
    }
}

pub(super) fn code(rejection: &Rejection) -> Code {
    match rejection {
        Rejection::Year => Code::InvalidArgument,
        Rejection::Unknown => Code::NotFound,
        Rejection::Exists => Code::AlreadyExists,
        Rejection::Status(_)
        | Rejection::PlannedFollowUp
        | Rejection::TooEarly { .. }
        | Rejection::ReopenTooLate(_)
        | Rejection::Link(_)
        | Rejection::Calendar(_) => Code::FailedPrecondition,
    }
}

pub(super) fn metadata(rejection: &Rejection) -> HashMap<String, String> {
    let one = |key: &str, value: String| HashMap::from([(key.to_owned(), value)]);
    match rejection {
        Rejection::Status(status) => one("status", status.name().to_owned()),
        Rejection::PlannedFollowUp => one("status", Status::Planned.name().to_owned()),
        Rejection::TooEarly { not_before } => one("not_before", not_before.to_string()),
        Rejection::ReopenTooLate(days) => one("within_days", days.to_string()),
        Rejection::Unknown
        | Rejection::Exists
        | Rejection::Year
        | Rejection::Calendar(_)
        | Rejection::Link(_) => HashMap::new(),
    }
}

pub(super) fn message(rejection: &Rejection, language: Language) -> String {
    let french = match rejection {
        Rejection::Unknown => "la demande n'existe pas".to_owned(),
        Rejection::Exists => "la demande existe déjà".to_owned(),
        Rejection::Status(status) => format!(
            "la demande est {} : ce changement n'est pas permis",
            standing(*status, Language::French)
        ),
        Rejection::PlannedFollowUp => "aucun suivi n'est envoyé pour les demandes inscrites à un \
             programme : ajoutez un suivi interne"
            .to_owned(),
        Rejection::TooEarly { not_before } => {
            format!("l'instant précède {not_before}, celui du dernier changement de la demande")
        }
        Rejection::Year => "il n'y a de numéros que pour les années 1900 à 2199".to_owned(),
        Rejection::ReopenTooLate(0) => {
            "une demande de ce produit ne se rouvre pas : ouvrez-en une nouvelle".to_owned()
        }
        Rejection::ReopenTooLate(days) => format!(
            "elle ne peut être rouverte que dans les {days} jours de sa fin : ouvrez une nouvelle \
             demande"
        ),
        Rejection::Link(link) => link_in_french(*link),
        Rejection::Calendar(_) => "l'échéance dépasse ce qu'un calendrier peut compter".to_owned(),
    };
    choose(language, french, rejection.to_string())
}

/// The message that begins with the request it is about.
pub(super) fn message_on(number: &str, rejection: &Rejection, language: Language) -> String {
    format!("{number}{}{}", choose(language, " : ", ": "), message(rejection, language))
}

fn link_reason(rejection: LinkRejection) -> &'static str {
    match rejection {
        LinkRejection::Itself => "SAME_REQUEST",
        LinkRejection::Merged => "MERGED",
        LinkRejection::HasDuplicates => "HAS_DUPLICATES",
        LinkRejection::NotMerged => "NOT_MERGED",
        LinkRejection::NotRelated => "NOT_RELATED",
        LinkRejection::TooMany => "TOO_MANY_LINKS",
    }
}

fn link_in_french(rejection: LinkRejection) -> String {
    match rejection {
        LinkRejection::Itself => "une demande ne peut être liée à elle-même".to_owned(),
        LinkRejection::Merged => "elle est réunie à une autre demande : changez celle-là, ou \
             séparez-les d'abord"
            .to_owned(),
        LinkRejection::HasDuplicates => "elle a elle-même des doublons : séparez-les d'abord, ou \
             réunissez-y l'autre demande"
            .to_owned(),
        LinkRejection::NotMerged => "elle n'est pas réunie à une autre demande".to_owned(),
        LinkRejection::NotRelated => "les deux demandes ne sont pas liées".to_owned(),
        LinkRejection::TooMany => {
            format!("elle en a déjà {}, le maximum", beffroi_domain::Request::LINKS_MAX)
        }
    }
}
