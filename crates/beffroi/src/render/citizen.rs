//! A citizen's synthesis, for people.

use beffroi_wire::pb::event::v1::{IdentifierKind, Language};
use beffroi_wire::pb::query::v1 as pb;

use super::request::product;
use super::{Reader, label, label_if_said, named, one_line, pairs, plain};
use crate::words;

/// A card of the synthesis, then the requests.
pub(crate) fn citizen(answer: &pb::GetCitizenResponse, reader: Reader) -> String {
    let card = synthesis(&answer.citizen.clone().unwrap_or_default(), reader);
    let requests = answer.service_requests.iter().map(|it| request(it, reader));
    [card].into_iter().chain(requests).collect::<Vec<_>>().join("\n\n")
}

/// What spares a citizen a call: how a request stands, and what the city told them last.
fn request(request: &pb::ServiceRequest, reader: Reader) -> String {
    let mut lines = vec![
        one_line(&format!("{} · {}", request.number, product(request))),
        plain(&request.summary),
    ];
    lines.extend(request.last_follow_up.as_ref().map(|it| {
        let when = reader.minutes(it.occurred_at.as_ref(), it.approximate);
        let what = match it.service_request.as_str() {
            "" => it.summary.clone(),
            other => format!("{} ({other})", it.summary),
        };
        format!("{when} · {}", named(&what, &plain(&it.text), reader.lang))
    }));
    lines.retain(|line| !line.is_empty());
    lines.join("\n").replace('\n', "\n  ")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::{at, reader, request as sample};
    use crate::words::Lang;

    #[test]
    fn a_request_says_how_it_stands_and_what_was_told_last() {
        let told = pb::FollowUp {
            summary: "Suivi".to_owned(),
            text: "La conduite est réparée.\nL'eau revient.".to_owned(),
            occurred_at: at(0),
            service_request: "26-0000002-0".to_owned(),
            ..pb::FollowUp::default()
        };
        let told = pb::ServiceRequest { last_follow_up: Some(told), ..sample() };
        assert_eq!(
            request(&told, reader(Lang::Fr)),
            "26-0000001-2 · Eau potable\n  Waiting on you.\n  2026-11-02 08:30 · Suivi \
             (26-0000002-0) : La conduite est réparée.\n  L'eau revient."
        );
        assert_eq!(
            request(&sample(), reader(Lang::Fr)),
            "26-0000001-2 · Eau potable\n  Waiting on you."
        );
    }
}
