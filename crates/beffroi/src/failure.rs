//! What can go wrong, how it is told, and the code with which the process ends.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use beffroi_aggregator::DumpError;
use beffroi_server::FileDefect;
use serde::Serialize;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::cli::Output;
use crate::notify::Defect;
use crate::output::{Console, warn};
use crate::snapshot;
use crate::words::{self, Lang};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Something failed.
    Failed = 1,
    /// The command line is not right.
    Usage = 2,
    /// An import finished, but a whole file could not be read.
    Incomplete = 3,
    /// What was asked for does not exist.
    NotFound = 4,
    /// The server refuses what was asked.
    Refused = 5,
    /// The projections differ from the log.
    Differs = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No connection to the server.
    Unreachable {
        /// Where it should be.
        url: String,
        /// Why it could not be reached.
        cause: String,
    },
    /// The call ended with an error.
    Call(Box<Status>),
    /// The call that carried this id ended without saying what became of it.
    Unanswered(Box<Status>, Uuid),
    /// A call of many ended with an error, and this is how far they had come.
    Stopped(String, Box<Status>),
    /// Files of a catalogue are wrong.
    Catalogue(Vec<FileDefect>),
    /// A configuration is wrong.
    Configuration(PathBuf, Vec<Defect>),
    /// A snapshot cannot be taken, read or restored.
    Snapshot(DumpError),
    /// The command line asks for what cannot be.
    Usage(anyhow::Error),
    /// Whoever reads the answer has left: nobody is to be told.
    OutputClosed,
    /// Anything else.
    Other(anyhow::Error),
}

impl Failure {
    /// The failure of a call that can be sent again under its id.
    pub(crate) fn of_write(status: Status, id: Uuid) -> Self {
        match exit_of(status.code()) {
            Exit::Failed => Self::Unanswered(Box::new(status), id),
            Exit::Done
            | Exit::Usage
            | Exit::Incomplete
            | Exit::NotFound
            | Exit::Refused
            | Exit::Differs => Self::Call(Box::new(status)),
        }
    }

    /// The code with which the process ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::OutputClosed => Exit::Done,
            Self::Unreachable { .. } | Self::Other(_) => Exit::Failed,
            Self::Snapshot(error) => snapshot::exit(error),
            Self::Usage(_) => Exit::Usage,
            Self::Catalogue(_) | Self::Configuration(..) => Exit::Refused,
            Self::Call(status) | Self::Unanswered(status, _) | Self::Stopped(_, status) => {
                exit_of(status.code())
            }
        }
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Call(Box::new(status))
    }
}

impl From<DumpError> for Failure {
    fn from(error: DumpError) -> Self {
        Self::Snapshot(error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

fn exit_of(code: Code) -> Exit {
    match code {
        Code::Ok => Exit::Done,
        Code::NotFound => Exit::NotFound,
        Code::InvalidArgument
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unauthenticated => Exit::Refused,
        Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => Exit::Failed,
    }
}

/// Tells on standard error what went wrong.
pub(crate) fn report(failure: &Failure, console: Console) {
    let Some(view) = view(failure, console.lang) else {
        return;
    };
    match console.output {
        Output::Table => warn(text(&view, console.lang).trim_end()),
        Output::Json => {
            let json = serde_json::to_string(&ErrorAnswer { error: &view });
            warn(&json.unwrap_or_else(|_| view.message.clone()));
        }
    }
}

#[derive(Serialize)]
struct ErrorAnswer<'a> {
    error: &'a ErrorView,
}

/// An error, as shown.
#[derive(Debug, Serialize)]
struct ErrorView {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldView>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_secs: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    help: Vec<HelpView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_with_id: Option<String>,
}

#[derive(Debug, Serialize)]
struct FieldView {
    field: String,
    description: String,
}

#[derive(Debug, Serialize)]
struct HelpView {
    description: String,
    url: String,
}

/// The failure as shown; `None` when nobody is to be told.
fn view(failure: &Failure, lang: Lang) -> Option<ErrorView> {
    Some(match failure {
        Failure::OutputClosed => return None,
        Failure::Catalogue(defects) => of_catalogue(defects, lang),
        Failure::Configuration(file, defects) => of_configuration(file, defects, lang),
        Failure::Snapshot(error) => ErrorView {
            reason: snapshot::reason(error).map(str::to_owned),
            ..local("FAILED", words::error::chain_of(error, lang))
        },
        Failure::Usage(error) => local("USAGE", words::error::chain(error, lang)),
        Failure::Other(error) => local("FAILED", words::error::chain(error, lang)),
        Failure::Unreachable { url, cause } => local("UNAVAILABLE", unreachable(url, cause, lang)),
        Failure::Call(status) => of_status(status, lang),
        Failure::Stopped(how_far, status) => {
            let view = of_status(status, lang);
            let colon = match lang {
                Lang::Fr => " : ",
                Lang::En => ": ",
            };
            ErrorView { message: format!("{how_far}{colon}{}", view.message), ..view }
        }
        Failure::Unanswered(status, id) => {
            ErrorView { retry_with_id: Some(id.to_string()), ..of_status(status, lang) }
        }
    })
}

fn of_catalogue(defects: &[FileDefect], lang: Lang) -> ErrorView {
    let fields = defects
        .iter()
        .map(|it| FieldView { field: it.location(), description: it.message(lang.into()) });
    ErrorView {
        reason: Some("INVALID_CATALOGUE".to_owned()),
        fields: fields.collect(),
        ..local("FAILED", words::WRONG_CATALOGUE.in_lang(lang).to_owned())
    }
}

fn of_configuration(file: &Path, defects: &[Defect], lang: Lang) -> ErrorView {
    let file = file.display();
    let fields = defects.iter().map(|it| FieldView {
        field: format!("{file}:{} {}", it.line, it.key).trim_end().to_owned(),
        description: it.text(lang).to_owned(),
    });
    ErrorView {
        reason: Some("INVALID_CONFIGURATION".to_owned()),
        fields: fields.collect(),
        ..local("FAILED", words::WRONG_CONFIGURATION.in_lang(lang).to_owned())
    }
}

fn local(code: &'static str, message: String) -> ErrorView {
    ErrorView {
        code,
        reason: None,
        message,
        fields: Vec::new(),
        metadata: BTreeMap::new(),
        retry_after_secs: None,
        help: Vec::new(),
        retry_with_id: None,
    }
}

fn unreachable(url: &str, cause: &str, lang: Lang) -> String {
    let cause = match cause {
        cause if cause.contains("Connection refused") => String::new(),
        cause => format!(" ({cause})"),
    };
    match lang {
        Lang::Fr => format!(
            "serveur injoignable à {url}{cause} : `beffroi serve` est-il lancé ? indiquez-en un \
             autre avec --server ou BEFFROI_SERVER"
        ),
        Lang::En => format!(
            "cannot reach the server at {url}{cause}: is `beffroi serve` running? give another \
             with --server or BEFFROI_SERVER"
        ),
    }
}

fn of_status(status: &Status, lang: Lang) -> ErrorView {
    // A status with a source was made on this side: the connection failed under the call.
    let message = match status.source() {
        Some(_) => format!("{}: {}", words::LOST.in_lang(lang), status.message()),
        None => status.message().to_owned(),
    };
    let details = status.get_error_details();
    let fields = details.bad_request().map(|it| it.field_violations.as_slice()).unwrap_or_default();
    let links = details.help().map(|it| it.links.as_slice()).unwrap_or_default();
    ErrorView {
        code: name(status.code()),
        reason: details.error_info().map(|info| info.reason.clone()),
        message: details.localized_message().map_or(message, |it| it.message.clone()),
        fields: fields
            .iter()
            .map(|it| FieldView { field: it.field.clone(), description: it.description.clone() })
            .collect(),
        metadata: details
            .error_info()
            .map(|info| info.metadata.clone().into_iter().collect())
            .unwrap_or_default(),
        retry_after_secs: details
            .retry_info()
            .and_then(|info| info.retry_delay)
            .map(|delay| delay.as_secs_f64()),
        help: links
            .iter()
            .map(|it| HelpView { description: it.description.clone(), url: it.url.clone() })
            .collect(),
        retry_with_id: None,
    }
}

/// The error for people, over several lines.
fn text(view: &ErrorView, lang: Lang) -> String {
    let mut lines = vec![format!("{} {}", words::ERROR.in_lang(lang), view.message)];
    if let (Some(reason), Some(first)) = (&view.reason, lines.first_mut()) {
        *first = format!("{first} [{reason}]");
    }
    // The server's message may name the fields already.
    let unsaid = view.fields.iter().filter(|it| !view.message.contains(&it.description));
    lines.extend(unsaid.map(|it| format!("  {}: {}", it.field, it.description)));
    if let Some(secs) = view.retry_after_secs {
        lines.push(format!("  {} {secs} s", words::RETRY_AFTER.in_lang(lang)));
    }
    let help = words::HELP.in_lang(lang);
    lines.extend(view.help.iter().map(|it| format!("  {help} {} {}", it.description, it.url)));
    if let Some(id) = &view.retry_with_id {
        lines.push(format!("  {} --id {id}", words::SAME_ID.in_lang(lang)));
    }
    lines.join("\n")
}

fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic_types::ErrorDetails;

    use super::*;

    fn refused() -> Failure {
        let mut details = ErrorDetails::new();
        details
            .set_error_info("INVALID_FIELD", "beffroi", std::collections::HashMap::new())
            .add_bad_request_violation("product", "is required")
            .set_retry_info(Some(Duration::from_millis(1500)))
            .add_help_link("the rules", "https://example.org/rules");
        Status::with_error_details(Code::InvalidArgument, "the request is refused", details).into()
    }

    #[test]
    fn codes_tell_what_a_script_can_do_about_it() {
        let exit = |code| Failure::from(Status::new(code, "")).exit();
        assert_eq!(exit(Code::NotFound), Exit::NotFound);
        assert_eq!(exit(Code::InvalidArgument), Exit::Refused);
        assert_eq!(exit(Code::FailedPrecondition), Exit::Refused);
        assert_eq!(exit(Code::OutOfRange), Exit::Refused);
        assert_eq!(exit(Code::Unavailable), Exit::Failed);
        assert_eq!(exit(Code::Internal), Exit::Failed);
        assert_eq!(Failure::OutputClosed.exit(), Exit::Done);
    }

    #[test]
    fn details_are_told_one_a_line() {
        let view = view(&refused(), Lang::En).expect("to be told");
        assert_eq!(
            text(&view, Lang::En),
            "error: the request is refused [INVALID_FIELD]\n  product: is required\n  \
             try again in 1.5 s\n  help: the rules https://example.org/rules"
        );
    }

    #[test]
    fn details_are_told_in_json() {
        let view = view(&refused(), Lang::En).expect("to be told");
        assert_eq!(
            serde_json::to_string(&ErrorAnswer { error: &view }).expect("json"),
            r#"{"error":{"code":"INVALID_ARGUMENT","reason":"INVALID_FIELD","#.to_owned()
                + r#""message":"the request is refused","#
                + r#""fields":[{"field":"product","description":"is required"}],"#
                + r#""retry_after_secs":1.5,"#
                + r#""help":[{"description":"the rules","url":"https://example.org/rules"}]}}"#
        );
    }

    #[test]
    fn an_unanswered_write_tells_the_id_to_send_it_again_with() {
        let failure = Failure::of_write(Status::unavailable("gone"), Uuid::nil());
        let view = view(&failure, Lang::En).expect("to be told");
        assert!(text(&view, Lang::En).ends_with("--id 00000000-0000-0000-0000-000000000000"));
        let failure = Failure::of_write(Status::invalid_argument("no"), Uuid::nil());
        assert!(matches!(failure, Failure::Call(_)));
    }

    #[test]
    fn a_refused_connection_says_what_to_do() {
        let cause = "Connection refused (os error 111)".to_owned();
        let failure = Failure::Unreachable { url: "http://127.0.0.1:1".to_owned(), cause };
        assert_eq!(
            view(&failure, Lang::En).expect("to be told").message,
            "cannot reach the server at http://127.0.0.1:1: is `beffroi serve` running? give \
             another with --server or BEFFROI_SERVER"
        );
    }
}
