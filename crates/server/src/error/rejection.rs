//! What is said when the rules do not allow a change of a request.

use crate::language::choose;
use beffroi_domain::{Language, LinkRejection, Rejection, Request, Status as Standing};

pub(super) fn rejected(rejection: &Rejection, language: Language) -> String {
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
        Rejection::ReopenTooLate(days) => format!(
            "elle ne peut être rouverte que dans les {days} jours de sa fin : ouvrez une nouvelle \
             demande"
        ),
        Rejection::Link(link) => link_in_french(*link),
        Rejection::Calendar(_) => "l'échéance dépasse ce qu'un calendrier peut compter".to_owned(),
    };
    choose(language, french, rejection.to_string())
}

pub(super) fn link_reason(rejection: LinkRejection) -> &'static str {
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
            format!("elle en a déjà {}, le maximum", Request::LINKS_MAX)
        }
    }
}

/// A status in words, for the middle of a sentence.
pub(crate) fn standing(status: Standing, language: Language) -> &'static str {
    let (french, english) = match status {
        Standing::Open => ("ouverte", "open"),
        Standing::Assigned => ("prise en charge", "assigned"),
        Standing::OnHold => ("en attente", "on hold"),
        Standing::Planned => ("inscrite à un programme d'intervention", "planned"),
        Standing::Resolved => ("résolue", "resolved"),
        Standing::Cancelled => ("annulée", "cancelled"),
    };
    choose(language, french, english)
}
