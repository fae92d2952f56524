//! What a source says otherwise than the request shows: kept as it is, and said.

use super::Step;
use crate::error::ApiError;
use crate::language::choose;
use beffroi_domain::{Change, Language, Open, Rejection, Request, Rule};
use beffroi_wire::pb::intake::v1 as pb;

/// Something that was not taken over.
pub(super) struct Remark {
    field: String,
    kept: Kept,
}

/// Why it was not taken over.
pub(super) enum Kept {
    /// It is older than what is known.
    Older,
    /// It gives another time for a change that is known.
    Time,
    /// It shows the request open again, and not since when.
    Undated,
    /// It cannot follow from where the request stands.
    Status(Rejection),
    /// It describes the request otherwise.
    Detail,
}

impl Kept {
    pub(super) fn of(self, field: &str) -> Remark {
        Remark { field: field.to_owned(), kept: self }
    }

    pub(super) fn at(self, change: usize, field: &str) -> Remark {
        Remark { field: format!("changes[{change}].{field}"), kept: self }
    }

    /// The stable reason, part of the API.
    fn reason(&self) -> &'static str {
        match self {
            Self::Older => "OLDER_THAN_KNOWN",
            Self::Time => "TIME_KEPT",
            Self::Undated => "REOPENING_UNDATED",
            Self::Status(_) => "STATUS_KEPT",
            Self::Detail => "DETAIL_KEPT",
        }
    }

    fn message(self, language: Language) -> String {
        let own = |french: &str, english: &str| choose(language, french, english).to_owned();
        match self {
            Self::Older => own(
                "antérieur au dernier changement de la demande : laissé de côté",
                "before the request's last change: passed over",
            ),
            Self::Time => own(
                "la source donne un autre instant à un changement déjà importé : le premier reste",
                "the source gives another time for a change imported before: the first one stays",
            ),
            Self::Undated => own(
                "la source la dit de nouveau ouverte, sans instant : importez avec celui de l'extraction",
                "the source shows it open again without a time: import with that of the extract",
            ),
            Self::Detail => own(
                "la source dit autre chose qu'à l'importation : la demande reste comme elle est",
                "the source says otherwise than when it was imported: the request stays as it is",
            ),
            Self::Status(rejection) => {
                let why = ApiError::Rejected(rejection).message(language);
                choose(
                    language,
                    format!("le statut de la source ne peut suivre : {why}"),
                    format!("the source's status cannot follow: {why}"),
                )
            }
        }
    }
}

impl Remark {
    pub(super) fn into_pb(self, language: Language) -> pb::ImportRemark {
        let reason = self.kept.reason().to_owned();
        pb::ImportRemark { reason, field: self.field, message: self.kept.message(language) }
    }
}

/// What the source says of a known request that is not what it says now.
pub(super) fn details(open: &Step, request: &Request) -> Vec<Remark> {
    let Change::Open(it) = &open.command.change else { return Vec::new() };
    let Open { product, precision, nature, channel, other_channels, unit, place, .. } = &**it;
    let mut terms = request.promises.iter().map(|promise| promise.term.clone());
    let promised = terms.find(|term| term.rule == Rule::Source).map(|term| term.due_at);
    let same = [
        ("product", *product == request.product),
        ("precision", *precision == request.precision),
        ("nature", *nature == request.nature),
        ("channel", *channel == request.channel),
        ("other_channels", *other_channels == request.other_channels),
        ("unit", unit.is_none() || *unit == request.unit),
        ("place", *place == request.place),
        ("opened_at", open.command.occurred_at == request.opened_at),
        ("promised_by", it.promised_by == promised),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(field, _)| Kept::Detail.of(field)).collect()
}
