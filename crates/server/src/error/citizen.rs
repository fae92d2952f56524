//! What is said when a citizen's record cannot be found or changed. Never an identifier.

use super::text::{text_in_english, text_in_french};
use crate::language::choose;
use beffroi_domain::{
    CitizenId, CitizenRejection, IdentifierKind, InvalidIdentifier, KeyId, Language,
};
use std::collections::HashMap;
use tonic::Code;

/// A citizen's record cannot be found or changed so.
#[derive(Debug)]
pub(crate) enum CitizenError {
    /// The rules do not allow it.
    Rejected(CitizenRejection),
    /// Another citizen is found by this identifier.
    Taken { kind: IdentifierKind, by: CitizenId },
    /// Nobody has the identifier.
    Nobody,
    /// The identifiers of the log are hashed with another key than the node's.
    OtherKey { own: KeyId, log: KeyId },
}

impl CitizenError {
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "IDENTIFIER_TAKEN",
            Self::Nobody => "UNKNOWN_CITIZEN",
            Self::OtherKey { .. } => "OTHER_IDENTIFIER_KEY",
            Self::Rejected(rejection) => match rejection {
                CitizenRejection::Contradictory => "CONTRADICTORY_IDENTIFIERS",
                CitizenRejection::TooManyIdentifiers { .. } => "TOO_MANY_IDENTIFIERS",
                CitizenRejection::Merged { .. } => "CITIZEN_MERGED",
                CitizenRejection::Itself => "SAME_CITIZEN",
                CitizenRejection::AlreadyMerged { .. } => "CITIZEN_ALREADY_MERGED",
                CitizenRejection::Ring { .. } => "CITIZEN_RING",
                CitizenRejection::IntoMerged { .. } => "INTO_MERGED_CITIZEN",
                CitizenRejection::TooManyRecords { .. } => "TOO_MANY_RECORDS",
                CitizenRejection::NotMerged => "CITIZEN_NOT_MERGED",
            },
        }
    }

    pub(super) fn code(&self) -> Code {
        match self {
            Self::Taken { .. } => Code::AlreadyExists,
            Self::Nobody => Code::NotFound,
            Self::OtherKey { .. } => Code::Internal,
            Self::Rejected(CitizenRejection::Contradictory | CitizenRejection::Itself) => {
                Code::InvalidArgument
            }
            Self::Rejected(
                CitizenRejection::TooManyIdentifiers { .. }
                | CitizenRejection::Merged { .. }
                | CitizenRejection::AlreadyMerged { .. }
                | CitizenRejection::Ring { .. }
                | CitizenRejection::IntoMerged { .. }
                | CitizenRejection::TooManyRecords { .. }
                | CitizenRejection::NotMerged,
            ) => Code::FailedPrecondition,
        }
    }

    pub(super) fn message(&self, language: Language) -> String {
        match self {
            Self::Rejected(rejection) => {
                choose(language, rejected_in_french(rejection), rejection.to_string())
            }
            Self::Taken { kind, by } => {
                let (french, english) = kind_in_words(*kind);
                choose(
                    language,
                    format!(
                        "{french} est déjà celui du citoyen `{by}` : si c'est la même personne, \
                         réunissez les deux dossiers"
                    ),
                    format!(
                        "the {english} is already that of the citizen `{by}`: merge the two \
                         records if they are one person"
                    ),
                )
            }
            Self::Nobody => choose(
                language,
                "aucun citoyen n'est connu par cet identifiant",
                "no citizen is known by this identifier",
            )
            .to_owned(),
            Self::OtherKey { own, log } => choose(
                language,
                format!(
                    "les identifiants du journal sont hachés avec la clé {log}, ce nœud a la clé \
                     {own} : l'exploitation doit lui donner celle du journal"
                ),
                format!(
                    "the identifiers of the log are hashed with the key {log}, this node has the \
                     key {own}: operations must give it that of the log"
                ),
            ),
        }
    }

    pub(super) fn metadata(&self) -> HashMap<String, String> {
        let citizen = match self {
            Self::Taken { kind, by } => {
                return HashMap::from([
                    ("citizen_id".to_owned(), by.to_string()),
                    ("kind".to_owned(), kind.name().to_owned()),
                ]);
            }
            Self::Rejected(
                CitizenRejection::Merged { into }
                | CitizenRejection::AlreadyMerged { into }
                | CitizenRejection::Ring { into }
                | CitizenRejection::IntoMerged { root: into, .. },
            ) => into,
            Self::Rejected(
                CitizenRejection::Contradictory
                | CitizenRejection::TooManyIdentifiers { .. }
                | CitizenRejection::Itself
                | CitizenRejection::TooManyRecords { .. }
                | CitizenRejection::NotMerged,
            )
            | Self::Nobody
            | Self::OtherKey { .. } => return HashMap::new(),
        };
        HashMap::from([("citizen_id".to_owned(), citizen.to_string())])
    }
}

pub(super) fn unknown(id: &str, language: Language) -> String {
    choose(
        language,
        format!("aucun dossier, aucune demande, aucun contact ne nomme le citoyen `{id}`"),
        format!("no record, no request and no contact names the citizen `{id}`"),
    )
}

fn kind_in_words(kind: IdentifierKind) -> (&'static str, &'static str) {
    match kind {
        IdentifierKind::Telephone => ("le numéro de téléphone", "telephone number"),
        IdentifierKind::Email => ("le courriel", "e-mail address"),
        IdentifierKind::AppAccount => ("le compte de l'application", "account of the app"),
    }
}

fn rejected_in_french(rejection: &CitizenRejection) -> String {
    match rejection {
        CitizenRejection::Contradictory => {
            "le même identifiant serait à la fois ajouté et retiré".to_owned()
        }
        CitizenRejection::TooManyIdentifiers { found, max } => {
            format!("le citoyen aurait {found} identifiants, le maximum est {max}")
        }
        CitizenRejection::Merged { into } => {
            format!("le dossier est réuni à celui de `{into}` : changez celui-là")
        }
        CitizenRejection::Itself => "un dossier ne peut être réuni à lui-même".to_owned(),
        CitizenRejection::AlreadyMerged { into } => {
            format!("le dossier est déjà réuni à celui de `{into}` : séparez-les d'abord")
        }
        CitizenRejection::Ring { into } => {
            format!("`{into}` est lui-même réuni à ce dossier : ils formeraient un cercle")
        }
        CitizenRejection::IntoMerged { into, root } => format!(
            "`{into}` est lui-même réuni à un autre dossier : réunissez à `{root}`, qui parle \
             pour lui"
        ),
        CitizenRejection::TooManyRecords { found, max } => {
            format!("{found} dossiers seraient réunis en un, le maximum est {max}")
        }
        CitizenRejection::NotMerged => "le dossier n'est réuni à aucun autre".to_owned(),
    }
}

pub(super) fn identifier_in_french(error: &InvalidIdentifier) -> String {
    match error {
        InvalidIdentifier::Text(error) => text_in_french(error),
        InvalidIdentifier::NotDialled(character) => {
            format!("contient {character:?} : un numéro de téléphone s'écrit en chiffres")
        }
        InvalidIdentifier::Digits { found } => format!(
            "compte {found} chiffres : il en faut 10 avec l'indicatif régional, ou `+`, \
             l'indicatif du pays et le reste, de 7 à 15 en tout"
        ),
        InvalidIdentifier::NorthAmerican => "a un indicatif régional ou trois chiffres suivants \
             qui ne commencent pas par un chiffre de 2 à 9"
            .to_owned(),
        InvalidIdentifier::CountryCode => {
            "commence par `+0` : aucun indicatif de pays ne commence par 0".to_owned()
        }
        InvalidIdentifier::Extension => "a un poste qui ne compte pas de 1 à 7 chiffres".to_owned(),
        InvalidIdentifier::NoAt => {
            "n'a pas de `@` : un courriel a une forme telle que nom@exemple.ca".to_owned()
        }
        InvalidIdentifier::NotInEmail(character) => {
            format!("contient {character:?} avant le `@`")
        }
        InvalidIdentifier::LocalPart => "doit compter de 1 à 64 caractères avant le `@`, et des \
             points seulement entre d'autres"
            .to_owned(),
        InvalidIdentifier::Domain => {
            "doit avoir après le `@` le nom d'un domaine, tel que exemple.ca".to_owned()
        }
    }
}

pub(super) fn identifier_in_english(error: &InvalidIdentifier) -> String {
    match error {
        InvalidIdentifier::Text(error) => text_in_english(error),
        InvalidIdentifier::NotDialled(character) => {
            format!("contains {character:?}: a telephone number is written in digits")
        }
        InvalidIdentifier::Digits { found } => format!(
            "has {found} digits: expected 10 with the area code, or `+`, the country code and the \
             rest, 7 to 15 in all"
        ),
        InvalidIdentifier::NorthAmerican => {
            "has an area code, or three digits after it, that do not begin with 2 to 9".to_owned()
        }
        InvalidIdentifier::CountryCode => {
            "begins with `+0`: no country code begins with 0".to_owned()
        }
        InvalidIdentifier::Extension => "has an extension that is not 1 to 7 digits".to_owned(),
        InvalidIdentifier::NoAt => {
            "has no `@`: an e-mail address has a form such as nom@exemple.ca".to_owned()
        }
        InvalidIdentifier::NotInEmail(character) => {
            format!("contains {character:?} before the `@`")
        }
        InvalidIdentifier::LocalPart => "must have 1 to 64 characters before the `@`, and points \
             only between others"
            .to_owned(),
        InvalidIdentifier::Domain => {
            "must have the name of a domain after the `@`, such as exemple.ca".to_owned()
        }
    }
}
