//! Errors of the API: the only place that turns one into a gRPC status.

mod citizen;
mod problem;
mod rejection;
mod text;

pub(crate) use citizen::CitizenError;
pub(crate) use problem::{Problem, Violation};
pub(crate) use text::{text_in_english, text_in_french};

use crate::centre::{regime_metadata, regime_reason, regime_text};
use crate::language::choose;
use beffroi_aggregator::Error as StoreError;
use beffroi_domain::{
    CitizenRejection, Emergency, Language, RegimeRejection, Rejection, Status as Standing,
};
use beffroi_journal::{AppendError, Refusal};
use std::collections::HashMap;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

const DOMAIN: &str = "beffroi";
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// Fields hold what they cannot hold.
    Invalid(Vec<Violation>),
    /// No such request.
    UnknownRequest(String),
    /// No such citizen.
    UnknownCitizen(String),
    /// No catalogue was published.
    NoCatalogue,
    /// No such version of the catalogue.
    UnknownCatalogue(u64),
    /// No such version of the calendar.
    UnknownCalendar(u64),
    /// It belongs to 9-1-1; the language is the asker's.
    Emergency(Emergency, Language),
    /// It is answered already: no request is needed.
    Informed(String),
    /// No such programme.
    UnknownProgramme(String),
    /// The rules do not allow it.
    Rejected(Rejection),
    /// The rules do not allow it for one of the two requests that a call names.
    RejectedOn { number: String, rejection: Rejection },
    /// What stands does not allow a regime to change so.
    Regime(RegimeRejection),
    /// A citizen's record cannot be found or changed so.
    Citizen(CitizenError),
    /// The id belongs to something else.
    IdTaken(String),
    /// The position or the token is of another log.
    OtherLog,
    /// The node has not come as far as asked, in time.
    Behind { asked: u64, folded: u64 },
    /// Stored or not, it is not known: the caller must send it again.
    OutcomeUnknown,
    /// The log refused it.
    Refused(Refusal),
    /// The report would have too many rows, or too many durations to keep apart.
    ReportTooLarge,
    /// Too much is under way.
    Overloaded,
    /// The disk has no room for more.
    DiskFull,
    /// Too many streams are open.
    TooManyStreams(usize),
    /// The node folds what the log holds before it answers.
    Starting,
    /// The node is shutting down.
    ShuttingDown,
    /// The event was stored but could not be folded.
    Quarantined,
    /// No event of this sequence is in quarantine.
    NotInQuarantine(u64),
    /// The event waits for another one in quarantine.
    WaitsInQuarantine { sequence: u64, first: u64 },
    /// The store failed.
    Store(StoreError),
    /// A task failed.
    Task,
}

impl From<Vec<Violation>> for ApiError {
    fn from(violations: Vec<Violation>) -> Self {
        Self::Invalid(violations)
    }
}

impl From<Violation> for ApiError {
    fn from(violation: Violation) -> Self {
        Self::Invalid(vec![violation])
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<CitizenRejection> for ApiError {
    fn from(rejection: CitizenRejection) -> Self {
        Self::Citizen(CitizenError::Rejected(rejection))
    }
}

impl From<AppendError> for ApiError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Refused(refusal) => Self::Refused(refusal),
            AppendError::Conflict | AppendError::Unknown(_) => Self::OutcomeUnknown,
        }
    }
}

impl ApiError {
    /// The stable reason, part of the API.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "INVALID_FIELD",
            Self::UnknownRequest(_) => "UNKNOWN_REQUEST",
            Self::UnknownCitizen(_) => "UNKNOWN_CITIZEN",
            Self::NoCatalogue => "NO_CATALOGUE",
            Self::UnknownCatalogue(_) => "UNKNOWN_CATALOGUE",
            Self::UnknownCalendar(_) => "UNKNOWN_CALENDAR",
            Self::Emergency(..) => "EMERGENCY",
            Self::Informed(_) => "INFORMED",
            Self::UnknownProgramme(_) => "UNKNOWN_PROGRAMME",
            Self::IdTaken(_) => "ID_TAKEN",
            Self::Rejected(rejection) | Self::RejectedOn { rejection, .. } => {
                rejection::reason(rejection)
            }
            Self::Regime(rejection) => regime_reason(rejection),
            Self::Citizen(error) => error.reason(),
            Self::OtherLog => "OTHER_LOG",
            Self::Behind { .. } => "NOT_THERE_YET",
            Self::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Self::Refused(_) => "LOG_REFUSED",
            Self::ReportTooLarge => "REPORT_TOO_LARGE",
            Self::Overloaded => "OVERLOADED",
            Self::DiskFull => "DISK_FULL",
            Self::TooManyStreams(_) => "TOO_MANY_STREAMS",
            Self::Starting => "STARTING",
            Self::ShuttingDown => "SHUTTING_DOWN",
            Self::Quarantined => "QUARANTINED",
            Self::NotInQuarantine(_) => "NOT_IN_QUARANTINE",
            Self::WaitsInQuarantine { .. } => "WAITS_IN_QUARANTINE",
            Self::Store(_) | Self::Task => "INTERNAL",
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Invalid(_)
            | Self::ReportTooLarge
            | Self::Refused(Refusal::TooLarge { .. } | Refusal::TooManyEntries { .. }) => {
                Code::InvalidArgument
            }
            Self::UnknownRequest(_)
            | Self::UnknownCitizen(_)
            | Self::UnknownCatalogue(_)
            | Self::UnknownCalendar(_)
            | Self::UnknownProgramme(_)
            | Self::NotInQuarantine(_) => Code::NotFound,
            Self::IdTaken(_) => Code::AlreadyExists,
            Self::Rejected(rejection) | Self::RejectedOn { rejection, .. } => {
                rejection::code(rejection)
            }
            Self::Regime(_)
            | Self::NoCatalogue
            | Self::Emergency(..)
            | Self::Informed(_)
            | Self::WaitsInQuarantine { .. }
            | Self::OtherLog => Code::FailedPrecondition,
            Self::Citizen(error) => error.code(),
            Self::Behind { .. } | Self::OutcomeUnknown | Self::Starting | Self::ShuttingDown => {
                Code::Unavailable
            }
            Self::Refused(_) | Self::Overloaded | Self::DiskFull | Self::TooManyStreams(_) => {
                Code::ResourceExhausted
            }
            Self::Quarantined | Self::Store(_) | Self::Task => Code::Internal,
        }
    }

    /// The same call would be refused again: nothing but the call itself stands in its way.
    pub(crate) fn is_final(&self) -> bool {
        let passes = matches!(self.code(), Code::Unavailable | Code::ResourceExhausted);
        !passes && !matches!(self, Self::Store(_) | Self::Task)
    }

    /// The message for people, without the fields.
    pub(crate) fn message(&self, language: Language) -> String {
        let own = |french: &str, english: &str| choose(language, french, english).to_owned();
        match self {
            Self::Invalid(violations) => listed(violations, language),
            Self::UnknownRequest(name) => choose(
                language,
                format!("aucune demande `{name}` : vérifiez le numéro"),
                format!("no request `{name}`: please check the number"),
            ),
            Self::UnknownCitizen(id) => citizen::unknown(id, language),
            Self::UnknownProgramme(code) => text::unknown_programme(code, language),
            Self::Rejected(rejection) => rejection::message(rejection, language),
            Self::RejectedOn { number, rejection } => {
                rejection::message_on(number, rejection, language)
            }
            Self::Regime(rejection) => regime_text(rejection, language),
            Self::Citizen(error) => error.message(language),
            Self::IdTaken(id) => choose(
                language,
                format!("l'identifiant `{id}` désigne déjà autre chose : choisissez-en un autre"),
                format!("the id `{id}` already belongs to something else: choose another"),
            ),
            Self::OtherLog => own(
                "la position ou le jeton provient d'un autre journal : recommencez sans",
                "the position or token comes from another log: begin again without it",
            ),
            Self::Behind { asked, folded } => choose(
                language,
                format!("ce nœud en est à {folded}, pas encore à {asked} : réessayez"),
                format!("this node has come to {folded}, not yet to {asked}: try again"),
            ),
            Self::NoCatalogue => own(
                "aucun catalogue n'est publié : publiez-en un (`beffroi catalogue publish`)",
                "no catalogue is published: publish one (`beffroi catalogue publish`)",
            ),
            Self::UnknownCatalogue(version) => text::unknown_catalogue(*version, language),
            Self::UnknownCalendar(version) => text::unknown_calendar(*version, language),
            Self::Emergency(emergency, theirs) => emergency.instruction(*theirs).to_owned(),
            Self::Informed(answer) => answer.clone(),
            Self::OutcomeUnknown => own(
                "on ignore si l'appel a été enregistré : renvoyez-le avec le même identifiant",
                "it is not known whether the call was recorded: send it again with the same id",
            ),
            Self::Refused(refusal) => choose(
                language,
                format!("le journal a refusé : {refusal}"),
                format!("the log refused: {refusal}"),
            ),
            Self::ReportTooLarge => own(
                "le rapport est trop grand : demandez une période plus courte ou moins de critères",
                "the report is too large: ask for a shorter window, or count by fewer things",
            ),
            Self::Overloaded => text::overloaded(language).to_owned(),
            Self::DiskFull => text::disk_full(language),
            Self::TooManyStreams(max) => text::too_many_streams(*max, language),
            Self::Starting => text::starting(language).to_owned(),
            Self::ShuttingDown => own(
                "le nœud s'arrête : reprenez ailleurs ou plus tard avec votre dernier jeton",
                "the node is shutting down: go on elsewhere or later with your last token",
            ),
            Self::Quarantined => own(
                "enregistré, mais mis en quarantaine : l'exploitation doit s'en occuper",
                "recorded, but set aside in quarantine: operations must look at it",
            ),
            Self::NotInQuarantine(sequence) => text::not_in_quarantine(*sequence, language),
            Self::WaitsInQuarantine { sequence, first } => text::waits(*sequence, *first, language),
            Self::Store(_) | Self::Task => own("erreur interne", "internal error"),
        }
    }

    /// The gRPC status, with one `ErrorInfo` and the details that apply.
    pub(crate) fn into_status(self, language: Language) -> Status {
        if let Self::Store(error) = &self {
            tracing::error!(error = %chain(error), "the store failed");
        }
        let mut details = ErrorDetails::with_error_info(self.reason(), DOMAIN, self.metadata());
        if let Self::Invalid(violations) = &self {
            let fields = violations
                .iter()
                .map(|it| FieldViolation::new(&it.field, it.problem.text(language)));
            details.set_bad_request(fields.collect::<Vec<_>>());
        }
        if matches!(self.code(), Code::Unavailable | Code::ResourceExhausted) {
            details.set_retry_info(Some(RETRY_AFTER));
        }
        Status::with_error_details(self.code(), self.message(language), details)
    }

    fn metadata(&self) -> HashMap<String, String> {
        let one = |key: &str, value: String| HashMap::from([(key.to_owned(), value)]);
        match self {
            Self::UnknownRequest(name) => one("service_request", name.clone()),
            Self::UnknownCitizen(id) => one("citizen_id", id.clone()),
            Self::UnknownProgramme(code) => one("programme", code.clone()),
            Self::IdTaken(id) => one("id", id.clone()),
            Self::Citizen(error) => error.metadata(),
            Self::Rejected(rejection) => rejection::metadata(rejection),
            Self::RejectedOn { number, rejection } => {
                let mut metadata = rejection::metadata(rejection);
                metadata.insert("service_request".to_owned(), number.clone());
                metadata
            }
            Self::Behind { asked, folded } => HashMap::from([
                ("asked".to_owned(), asked.to_string()),
                ("folded".to_owned(), folded.to_string()),
            ]),
            Self::Regime(rejection) => regime_metadata(rejection),
            Self::UnknownCatalogue(version) | Self::UnknownCalendar(version) => {
                one("version", version.to_string())
            }
            Self::NotInQuarantine(sequence) => one("sequence", sequence.to_string()),
            Self::WaitsInQuarantine { sequence, first } => HashMap::from([
                ("sequence".to_owned(), sequence.to_string()),
                ("first".to_owned(), first.to_string()),
            ]),
            Self::Emergency(emergency, _) => HashMap::from([
                ("emergency".to_owned(), emergency.name().to_owned()),
                ("call".to_owned(), "9-1-1".to_owned()),
            ]),
            Self::Invalid(_)
            | Self::NoCatalogue
            | Self::Informed(_)
            | Self::OtherLog
            | Self::OutcomeUnknown
            | Self::Refused(_)
            | Self::ReportTooLarge
            | Self::Overloaded
            | Self::DiskFull
            | Self::TooManyStreams(_)
            | Self::Starting
            | Self::ShuttingDown
            | Self::Quarantined
            | Self::Store(_)
            | Self::Task => HashMap::new(),
        }
    }
}

fn listed(violations: &[Violation], language: Language) -> String {
    let listed = violations.iter().map(|it| format!("{} {}", it.field, it.problem.text(language)));
    listed.collect::<Vec<_>>().join(choose(language, " ; ", "; "))
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

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
