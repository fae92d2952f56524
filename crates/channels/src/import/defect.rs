//! What can be wrong with a file, a row or a value.

use super::words::{Words, choose};
use beffroi_wire::pb::event::v1::Language;

/// A stable reason, as the file of rejects names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// The word in the file of rejects.
    pub(crate) word: &'static str,
    /// What it means, for people.
    pub(crate) french: &'static str,
    pub(crate) english: &'static str,
}

const fn reason(word: &'static str, french: &'static str, english: &'static str) -> Reason {
    Reason { word, french, english }
}

/// The file as a whole.
impl Reason {
    pub(crate) const NOT_FOUND: &'static Self =
        &reason("not_found", "ce fichier n'existe pas", "there is no such file");
    pub(crate) const UNREADABLE: &'static Self =
        &reason("unreadable", "le fichier ne peut être lu", "the file cannot be read");
    pub(crate) const IS_DIRECTORY: &'static Self =
        &reason("is_directory", "c'est un répertoire", "it is a directory");
    pub(crate) const EMPTY_FILE: &'static Self =
        &reason("empty_file", "le fichier est vide", "the file is empty");
    pub(crate) const GIT_LFS_POINTER: &'static Self = &reason(
        "git_lfs_pointer",
        "le fichier est un renvoi git-lfs : obtenez le vrai fichier par `git lfs pull`",
        "the file is a git-lfs pointer: fetch the real file with `git lfs pull`",
    );
    pub(crate) const HTML_PAGE: &'static Self = &reason(
        "html_page",
        "le fichier est une page Web, non un tableau",
        "the file is a web page, not a table",
    );
    pub(crate) const BINARY_FILE: &'static Self =
        &reason("binary_file", "le fichier n'est pas du texte", "the file is not text");
    pub(crate) const WRONG_HEADER: &'static Self =
        &reason("wrong_header", "des colonnes manquent", "columns are missing");
}

/// Rows that are not imported.
impl Reason {
    pub(crate) const NOT_UTF8: &'static Self =
        &reason("not_utf8", "le texte n'est pas en UTF-8", "the text is not UTF-8");
    pub(crate) const REPEATED_HEADER: &'static Self =
        &reason("repeated_header", "la ligne répète l'en-tête", "the row repeats the header");
    pub(crate) const WRONG_NUMBER_OF_FIELDS: &'static Self = &reason(
        "wrong_number_of_fields",
        "la ligne n'a pas autant de champs que l'en-tête",
        "the row has another number of fields than the header",
    );
    pub(crate) const MISSING_ID: &'static Self =
        &reason("missing_id", "la ligne n'a pas d'identifiant", "the row has no id");
    pub(crate) const MISSING_SYSTEM: &'static Self = &reason(
        "missing_system",
        "la ligne ne nomme pas son système d'origine",
        "the row does not name its source system",
    );
    pub(crate) const MISSING_PRODUCT: &'static Self = &reason(
        "missing_product",
        "la ligne ne dit pas ce qui est demandé",
        "the row does not say what it is about",
    );
    pub(crate) const MISSING_OPENED_AT: &'static Self = &reason(
        "missing_opened_at",
        "la ligne ne dit pas quand la demande a été ouverte",
        "the row has no opening time",
    );
    pub(crate) const UNREADABLE_TIME: &'static Self = &reason(
        "unreadable_time",
        "l'instant n'a aucun des formats du profil",
        "the time has none of the formats of the profile",
    );
    pub(crate) const UNKNOWN_TIME_ZONE: &'static Self = &reason(
        "unknown_time_zone",
        "le profil n'a pas de fuseau horaire pour cette valeur",
        "the profile has no time zone for this value",
    );
    pub(crate) const UNKNOWN_STATUS: &'static Self = &reason(
        "unknown_status",
        "le profil ne connaît pas cet état",
        "the profile does not list this status",
    );
    pub(crate) const REJECTED_BY_SERVER: &'static Self = &reason(
        "rejected_by_server",
        "le serveur n'a pas pris la demande",
        "the server did not take the request",
    );
}

/// Values that are set aside, or that deserve a look, in rows that are imported.
impl Reason {
    pub(crate) const UNKNOWN_NATURE: &'static Self = &reason(
        "unknown_nature",
        "le profil ne connaît pas cette nature : importée sans nature",
        "the profile does not list this nature: imported as not known",
    );
    pub(crate) const UNREADABLE_COORDINATES: &'static Self = &reason(
        "unreadable_coordinates",
        "ce ne sont pas une latitude et une longitude en degrés : le lieu est laissé de côté",
        "not a latitude and a longitude in degrees: the place was set aside",
    );
    pub(crate) const COORDINATES_SENTINEL: &'static Self = &reason(
        "coordinates_sentinel",
        "0, 0 tient lieu d'un lieu inconnu : laissé de côté",
        "0, 0 stands for a place that is not known: it was set aside",
    );
    pub(crate) const CLOSED_SENTINEL: &'static Self = &reason(
        "closed_sentinel",
        "une date d'avant 2000 tient lieu d'une fermeture inconnue : laissée de côté",
        "a date before 2000 stands for a closing that is not known: it was set aside",
    );
    pub(crate) const CLOSED_BEFORE_OPENED: &'static Self = &reason(
        "closed_before_opened",
        "la fermeture précède l'ouverture : son instant est laissé de côté",
        "the closing is before the opening: its time was set aside",
    );
    pub(crate) const CLOSED_WITHOUT_DATE: &'static Self = &reason(
        "closed_without_date",
        "fermée sans instant : celui de sa dernière mise à jour ou de son ouverture est pris",
        "closed without a closing time: its last update or its opening is taken",
    );
    pub(crate) const CLOSING_DATE_ON_OPEN_REQUEST: &'static Self = &reason(
        "closing_date_on_open_request",
        "ouverte, mais avec un instant de fermeture : importée ouverte, l'instant laissé de côté",
        "the status is open and there is a closing time: imported as open, the time was set aside",
    );
    pub(crate) const PROMISED_BEFORE_OPENED: &'static Self = &reason(
        "promised_before_opened",
        "l'échéance précède l'ouverture : importée telle quelle",
        "the promise is before the opening: imported as it is",
    );
    pub(crate) const PROMISED_FAR_FUTURE: &'static Self = &reason(
        "promised_far_future",
        "l'échéance est plus de 20 ans après l'ouverture : importée telle quelle",
        "the promise is more than 20 years after the opening: imported as it is",
    );
}

/// What a later extract says otherwise than the request shows.
impl Reason {
    pub(crate) const OLDER_THAN_KNOWN: &'static Self = &reason(
        "older_than_known",
        "antérieur au dernier changement de la demande : laissé de côté",
        "before the request's last change: passed over",
    );
    pub(crate) const TIME_KEPT: &'static Self = &reason(
        "time_kept",
        "autre instant pour un changement déjà importé : le premier reste",
        "another time for a change imported before: the first one stays",
    );
    pub(crate) const REOPENING_UNDATED: &'static Self = &reason(
        "reopening_undated",
        "de nouveau ouverte, sans instant : indiquez celui de l'extraction par --extracted-at",
        "open again without a time: give that of the extract by --extracted-at",
    );
    pub(crate) const STATUS_KEPT: &'static Self = &reason(
        "status_kept",
        "l'état à la source ne peut suivre : la demande reste comme elle est",
        "the source's status cannot follow: the request stays as it is",
    );
    pub(crate) const DETAIL_KEPT: &'static Self = &reason(
        "detail_kept",
        "autre valeur qu'à l'importation : la demande reste comme elle est",
        "another value than when it was imported: the request stays as it is",
    );
    pub(crate) const REMARKED_BY_SERVER: &'static Self =
        &reason("remarked_by_server", "remarque du serveur", "the server's remark");

    /// The reason of a remark of the server.
    pub(crate) fn of_remark(reason: &str) -> &'static Self {
        match reason {
            "OLDER_THAN_KNOWN" => Self::OLDER_THAN_KNOWN,
            "TIME_KEPT" => Self::TIME_KEPT,
            "REOPENING_UNDATED" => Self::REOPENING_UNDATED,
            "STATUS_KEPT" => Self::STATUS_KEPT,
            "DETAIL_KEPT" => Self::DETAIL_KEPT,
            _ => Self::REMARKED_BY_SERVER,
        }
    }
}

/// One defect of a row or of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Defect {
    pub(crate) reason: &'static Reason,
    /// The column, empty when it is not about one.
    pub(crate) column: String,
    /// What was found there.
    pub(crate) value: String,
    /// More than the reason says.
    said: Option<Box<Words>>,
}

impl Defect {
    /// A defect of a row or of a file as a whole.
    pub(crate) fn whole(reason: &'static Reason) -> Self {
        Self::of(reason, "", "")
    }

    /// A defect of one value.
    pub(crate) fn of(reason: &'static Reason, column: &str, value: &str) -> Self {
        Self { reason, column: column.to_owned(), value: value.to_owned(), said: None }
    }

    /// With more to say than the reason does.
    pub(crate) fn saying(self, french: impl Into<String>, english: impl Into<String>) -> Self {
        Self { said: Some(Box::new(Words::new(french, english))), ..self }
    }

    /// For people.
    pub(crate) fn message(&self, language: Language) -> &str {
        match &self.said {
            Some(said) => said.text(language),
            None => choose(language, self.reason.french, self.reason.english),
        }
    }
}
