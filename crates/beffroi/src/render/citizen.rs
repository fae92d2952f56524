//! A citizen's synthesis, for people.

use beffroi_wire::pb::event::v1::{IdentifierKind, Language};
use beffroi_wire::pb::query::v1 as pb;

use super::{Reader, label, label_if_said, named, pairs, requests};
use crate::words;

/// A card of the synthesis, then the requests.
pub(crate) fn citizen(answer: &pb::GetCitizenResponse, reader: Reader) -> String {
    let card = synthesis(&answer.citizen.clone().unwrap_or_default(), reader);
    if answer.service_requests.is_empty() {
        return card;
    }
    format!("{card}\n\n{}", requests(&answer.service_requests, reader))
}

/// A card of the synthesis.
pub(crate) fn synthesis(citizen: &pb::Citizen, reader: Reader) -> String {
    let lang = reader.lang;
    let counts = citizen.status_counts.iter();
    let counts: Vec<_> = counts
        .map(|it| named(label::<pb::Status>(it.status, lang), &it.count.to_string(), lang))
        .collect();
    let identifiers = citizen.identifiers.iter();
    let identifiers: Vec<_> = identifiers
        .map(|it| named(label::<IdentifierKind>(it.kind, lang), &it.count.to_string(), lang))
        .collect();
    let records =
        if citizen.records.len() > 1 { citizen.records.join("\n") } else { String::new() };
    let rows = [
        (words::CITIZEN, citizen.id.clone()),
        (words::RECORD_MERGED_INTO, citizen.merged_into.clone()),
        (words::RECORDS, records),
        (words::LANGUAGE, label_if_said::<Language>(citizen.language, lang).to_owned()),
        (words::IDENTIFIERS, identifiers.join("\n")),
        (words::CONTACTS, citizen.contacts.to_string()),
        (words::REQUESTS, counts.join("\n")),
        (words::LAST_ACTIVITY, reader.minutes(citizen.last_activity_at.as_ref(), false)),
    ];
    pairs(rows, lang).to_string()
}
