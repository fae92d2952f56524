//! What is wrong with a field, in words.

use super::citizen::{identifier_in_english, identifier_in_french};
use super::text::{text_in_english, text_in_french};
use crate::calendar::CalendarProblem;
use crate::catalogue::CatalogueProblem;
use crate::centre::CentreProblem;
use crate::report::SupposedProblem;
use beffroi_domain::{
    InvalidArea, InvalidCode, InvalidContact, InvalidId, InvalidIdentifier, InvalidNumber,
    InvalidText, Language, Timestamp,
};

/// A field that holds what it cannot hold.
#[derive(Debug)]
pub(crate) struct Violation {
    pub field: String,
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Debug)]
pub(crate) enum Problem {
    Missing,
    Id(InvalidId),
    Number(InvalidNumber),
    Text(InvalidText),
    Identifier(InvalidIdentifier),
    UnknownWord,
    Time,
    Future(Timestamp),
    TooBig { found: u64, max: u64 },
    Negative,
    Coordinates,
    Zone(String),
    PageToken,
    ResumeToken,
    Contact(InvalidContact),
    MediaType,
    Digest,
    TooMany { found: usize, max: usize },
    BeforeOpening,
    Catalogue(CatalogueProblem),
    Centre(CentreProblem),
    Calendar(CalendarProblem),
    SameId,
    Date,
    EndsFirst,
    Twice,
    CitizenIsPublic,
    WithoutPeriod,
    Code(InvalidCode),
    Area(InvalidArea),
    NotOpenedYet(Timestamp),
    NotRecordedYet(Timestamp),
    Supposed(SupposedProblem),
}

impl Problem {
    pub(crate) fn at(self, field: impl Into<String>) -> Violation {
        Violation { field: field.into(), problem: self }
    }

    pub(crate) fn text(&self, language: Language) -> String {
        match language {
            Language::French => self.french(),
            Language::English => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Missing => "is required".to_owned(),
            Self::Id(error) => format!("{error}"),
            Self::Number(error) => format!("{error}"),
            Self::Text(error) => text_in_english(error),
            Self::Identifier(error) => identifier_in_english(error),
            Self::UnknownWord => "is none of the values of the API".to_owned(),
            Self::Time => "is not a time of the years 1800 to 9999".to_owned(),
            Self::Future(now) => format!("is in the future: it is {now} now"),
            Self::TooBig { found, max } => format!("is {found}, at most {max} is taken"),
            Self::Negative => "is negative".to_owned(),
            Self::Coordinates => {
                "is off the globe: latitude -90 to 90, longitude -180 to 180".to_owned()
            }
            Self::Zone(zone) => {
                format!("`{zone}` is not an IANA time zone, such as America/Toronto")
            }
            Self::PageToken => "does not belong to this list: send the next_page_token of the \
                 page before with the same filter, or none"
                .to_owned(),
            Self::ResumeToken => "is not a resume token: send the one of the last message dealt \
                 with, or none to begin with the first"
                .to_owned(),
            Self::Contact(InvalidContact::RequestMissing) => {
                "is required: this outcome names the request opened or followed up".to_owned()
            }
            Self::Contact(InvalidContact::RequestUnexpected) => {
                "must be empty: this outcome names no request".to_owned()
            }
            Self::Contact(InvalidContact::EmergencyUnexpected) => {
                "must be empty: only a contact transferred to 9-1-1 names an emergency".to_owned()
            }
            Self::MediaType => "is not a media type, such as image/jpeg".to_owned(),
            Self::Digest => "is not a SHA-256: 64 hexadecimal digits".to_owned(),
            Self::TooMany { found, max } => format!("has {found} items, 1 to {max} are taken"),
            Self::BeforeOpening => "is dated before the opening".to_owned(),
            Self::Catalogue(problem) => problem.text(Language::English),
            Self::Centre(problem) => problem.text(Language::English),
            Self::Calendar(problem) => problem.text(Language::English),
            Self::SameId => "is the id of the call itself: a contact has its own".to_owned(),
            Self::Date => "is not a date such as 2026-03-01".to_owned(),
            Self::EndsFirst => "is not after the beginning of the window".to_owned(),
            Self::Twice => "is named twice".to_owned(),
            Self::CitizenIsPublic => "must be public: it is the citizen's own message".to_owned(),
            Self::WithoutPeriod => "is of use only when `by` names the period".to_owned(),
            Self::Code(error) => format!("{error}"),
            Self::Area(error) => format!("{error}"),
            Self::NotOpenedYet(opened) => {
                format!("is before the opening, {opened}: nothing was known of it then")
            }
            Self::NotRecordedYet(recorded) => {
                format!("is before it was recorded, {recorded}: nothing was known of it then")
            }
            Self::Supposed(problem) => problem.text(Language::English),
        }
    }

    fn french(&self) -> String {
        match self {
            Self::Missing => "est requis".to_owned(),
            Self::Id(InvalidId(text)) => {
                format!("`{text}` n'est pas un UUID : 32 chiffres hexadécimaux, pas tous nuls")
            }
            Self::Number(InvalidNumber::Form(text)) => {
                format!("`{text}` n'est pas un numéro de demande, tel que 26-0012345-7")
            }
            Self::Number(InvalidNumber::CheckDigit(text)) => format!(
                "`{text}` n'est pas un numéro de demande : le chiffre de contrôle ne correspond \
                 pas, vérifiez chaque chiffre"
            ),
            Self::Text(error) => text_in_french(error),
            Self::Identifier(error) => identifier_in_french(error),
            Self::UnknownWord => "n'est aucune des valeurs de l'API".to_owned(),
            Self::Time => "n'est pas un instant des années 1800 à 9999".to_owned(),
            Self::Future(now) => format!("est dans le futur : il est {now}"),
            Self::TooBig { found, max } => format!("vaut {found}, le maximum est {max}"),
            Self::Negative => "est négatif".to_owned(),
            Self::Coordinates => {
                "est hors du globe : latitude -90 à 90, longitude -180 à 180".to_owned()
            }
            Self::Zone(zone) => {
                format!("`{zone}` n'est pas un fuseau horaire IANA, tel que America/Toronto")
            }
            Self::PageToken => "n'appartient pas à cette liste : envoyez le next_page_token de la \
                 page précédente avec le même filtre, ou aucun"
                .to_owned(),
            Self::ResumeToken => "n'est pas un jeton de reprise : envoyez celui du dernier \
                 message traité, ou aucun pour commencer au premier"
                .to_owned(),
            Self::Contact(InvalidContact::RequestMissing) => {
                "est requis : ce résultat désigne la demande ouverte ou suivie".to_owned()
            }
            Self::Contact(InvalidContact::RequestUnexpected) => {
                "doit être vide : ce résultat ne désigne aucune demande".to_owned()
            }
            Self::Contact(InvalidContact::EmergencyUnexpected) => {
                "doit être vide : seul un contact transféré au 9-1-1 désigne une urgence".to_owned()
            }
            Self::MediaType => "n'est pas un type de média, tel que image/jpeg".to_owned(),
            Self::Digest => "n'est pas un SHA-256 : 64 chiffres hexadécimaux".to_owned(),
            Self::TooMany { found, max } => format!("compte {found} éléments, de 1 à {max} admis"),
            Self::BeforeOpening => "est antérieur à l'ouverture".to_owned(),
            Self::Catalogue(problem) => problem.text(Language::French),
            Self::Centre(problem) => problem.text(Language::French),
            Self::Calendar(problem) => problem.text(Language::French),
            Self::SameId => "est l'identifiant de l'appel même : un contact a le sien".to_owned(),
            Self::Date => "n'est pas une date telle que 2026-03-01".to_owned(),
            Self::EndsFirst => "ne suit pas le début de la période demandée".to_owned(),
            Self::Twice => "est nommé deux fois".to_owned(),
            Self::CitizenIsPublic => {
                "doit être publique : c'est le message du citoyen lui-même".to_owned()
            }
            Self::WithoutPeriod => "ne sert que lorsque `by` nomme la période".to_owned(),
            Self::Code(InvalidCode(text)) => format!(
                "`{text}` n'est pas un code : 1 à 64 lettres minuscules sans accents, chiffres et \
                 traits d'union, une lettre d'abord"
            ),
            Self::Area(InvalidArea::OffGlobe) => Self::Coordinates.french(),
            Self::Area(InvalidArea::UpsideDown) => "a son sud au nord de son nord".to_owned(),
            Self::NotOpenedYet(opened) => {
                format!("précède l'ouverture, {opened} : on n'en savait rien alors")
            }
            Self::NotRecordedYet(recorded) => {
                format!("précède son enregistrement, {recorded} : on n'en savait rien alors")
            }
            Self::Supposed(problem) => problem.text(Language::French),
        }
    }
}
