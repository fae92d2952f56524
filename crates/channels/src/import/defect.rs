//! What can be wrong with a file, a row or a value.

use std::borrow::Cow;

/// A stable reason, as the file of rejects names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    NotFound,
    Unreadable,
    IsDirectory,
    EmptyFile,
    GitLfsPointer,
    HtmlPage,
    BinaryFile,
    WrongHeader,
    NotUtf8,
    RepeatedHeader,
    WrongNumberOfFields,
    MissingId,
    MissingSystem,
    MissingProduct,
    MissingOpenedAt,
    UnreadableTime,
    UnknownTimeZone,
    UnknownStatus,
    RejectedByServer,
    UnknownNature,
    UnreadableCoordinates,
    CoordinatesSentinel,
    ClosedSentinel,
    ClosedBeforeOpened,
    ClosedWithoutDate,
    ClosingDateOnOpenRequest,
    PromisedBeforeOpened,
    PromisedFarFuture,
}

impl Reason {
    /// The word in the file of rejects.
    pub(crate) fn word(self) -> &'static str {
        self.describe().0
    }

    /// What it means, for people.
    pub(crate) fn message(self) -> &'static str {
        self.describe().1
    }

    fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("not_found", "there is no such file"),
            Self::Unreadable => ("unreadable", "the file cannot be read"),
            Self::IsDirectory => ("is_directory", "it is a directory"),
            Self::EmptyFile => ("empty_file", "the file is empty"),
            Self::GitLfsPointer => (
                "git_lfs_pointer",
                "the file is a git-lfs pointer: fetch the real file with `git lfs pull`",
            ),
            Self::HtmlPage => ("html_page", "the file is a web page, not a table"),
            Self::BinaryFile => ("binary_file", "the file is not text"),
            Self::WrongHeader => ("wrong_header", "columns are missing"),
            Self::NotUtf8 => ("not_utf8", "the text is not UTF-8"),
            Self::RepeatedHeader => ("repeated_header", "the row repeats the header"),
            Self::WrongNumberOfFields => {
                ("wrong_number_of_fields", "the row has another number of fields than the header")
            }
            Self::MissingId => ("missing_id", "the row has no id"),
            Self::MissingSystem => ("missing_system", "the row does not name its source system"),
            Self::MissingProduct => ("missing_product", "the row does not say what it is about"),
            Self::MissingOpenedAt => ("missing_opened_at", "the row has no opening time"),
            Self::UnreadableTime => {
                ("unreadable_time", "the time has none of the formats of the profile")
            }
            Self::UnknownTimeZone => {
                ("unknown_time_zone", "the profile has no time zone for this value")
            }
            Self::UnknownStatus => ("unknown_status", "the profile does not list this status"),
            Self::RejectedByServer => ("rejected_by_server", "the server did not take the request"),
            Self::UnknownNature => {
                ("unknown_nature", "the profile does not list this nature: imported as not known")
            }
            Self::UnreadableCoordinates => (
                "unreadable_coordinates",
                "not a latitude and a longitude in degrees: the place was set aside",
            ),
            Self::CoordinatesSentinel => (
                "coordinates_sentinel",
                "0, 0 stands for a place that is not known: it was set aside",
            ),
            Self::ClosedSentinel => (
                "closed_sentinel",
                "a date before 2000 stands for a closing that is not known: it was set aside",
            ),
            Self::ClosedBeforeOpened => (
                "closed_before_opened",
                "the closing is before the opening: its time was set aside",
            ),
            Self::ClosedWithoutDate => (
                "closed_without_date",
                "closed without a closing time: its last update or its opening is taken",
            ),
            Self::ClosingDateOnOpenRequest => (
                "closing_date_on_open_request",
                "the status is open and there is a closing time: imported as open, the time was set aside",
            ),
            Self::PromisedBeforeOpened => {
                ("promised_before_opened", "the promise is before the opening: imported as it is")
            }
            Self::PromisedFarFuture => (
                "promised_far_future",
                "the promise is more than 20 years after the opening: imported as it is",
            ),
        }
    }
}

/// One defect of a row or of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Defect {
    pub(crate) reason: Reason,
    /// The column, empty when it is not about one.
    pub(crate) column: String,
    /// What was found there.
    pub(crate) value: String,
    pub(crate) message: Cow<'static, str>,
}

impl Defect {
    /// A defect of a row or of a file as a whole.
    pub(crate) fn whole(reason: Reason) -> Self {
        Self::of(reason, "", "")
    }

    /// A defect of one value.
    pub(crate) fn of(reason: Reason, column: &str, value: &str) -> Self {
        Self {
            reason,
            column: column.to_owned(),
            value: value.to_owned(),
            message: reason.message().into(),
        }
    }

    /// With more to say than the reason does.
    pub(crate) fn saying(self, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), ..self }
    }
}
