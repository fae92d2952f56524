//! What happened to a request, for people.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;

use super::{DAY_WIDTH, at_least, cell, label_if_said, named, table};
use crate::time::minutes;
use crate::words::{self, Lang};

/// The request's summary, and a table of its events.
pub(crate) fn history(answer: &pb::GetServiceRequestHistoryResponse, lang: Lang) -> String {
    let heading = [words::OCCURRED_AT, words::EVENT, words::DETAIL, words::ACTOR];
    let mut table = table(heading, lang);
    at_least(&mut table, &[(0, DAY_WIDTH)]);
    for entry in &answer.entries {
        table.add_row([
            cell(&minutes(entry.occurred_at.as_ref(), entry.approximate)),
            cell(&event(entry, lang)),
            cell(&detail(entry, lang)),
            cell(&entry.actor),
        ]);
    }
    let request = answer.service_request.clone().unwrap_or_default();
    let product = super::one_line(&request.product);
    format!("{} · {product}\n\n{table}", request.number)
}

/// The server's own sentence; where it has none, the event's name and who may read it.
fn event(entry: &pb::HistoryEntry, lang: Lang) -> String {
    if !entry.summary.is_empty() {
        return entry.summary.clone();
    }
    let name = words::event_kind(&entry.kind, lang);
    match entry.visibility() {
        event::Visibility::Internal => {
            format!("{name} [{}]", label_if_said::<event::Visibility>(entry.visibility, lang))
        }
        event::Visibility::Unspecified | event::Visibility::Public => name.to_owned(),
    }
}

/// What was said, who is responsible, until when, how it came, and the source's word.
fn detail(entry: &pb::HistoryEntry, lang: Lang) -> String {
    // The sentence of a follow-up may be its text.
    let text = if entry.summary.contains(&entry.text) { "" } else { &entry.text };
    let due = minutes(entry.due_at.as_ref(), false);
    let due = if due.is_empty() { due } else { named(words::DUE_AT.in_lang(lang), &due, lang) };
    let channel = label_if_said::<event::Channel>(entry.channel, lang);
    let parts = [text, &entry.notice, &entry.unit, &due, channel, &entry.source_status];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::at;

    #[test]
    fn internal_follow_ups_are_marked() {
        let entry = pb::HistoryEntry {
            kind: "follow_up_added".to_owned(),
            visibility: event::Visibility::Internal.into(),
            text: "valve".to_owned(),
            ..Default::default()
        };
        assert_eq!(event(&entry, Lang::Fr), "Suivi [Interne]");
        assert_eq!(detail(&entry, Lang::Fr), "valve");
    }

    #[test]
    fn an_event_is_named_once_with_its_unit_and_due_time() {
        let entry = pb::HistoryEntry {
            kind: "request_opened".to_owned(),
            summary: "Request opened".to_owned(),
            unit: "Travaux publics".to_owned(),
            due_at: at(0),
            ..Default::default()
        };
        assert_eq!(event(&entry, Lang::En), "Request opened");
        assert_eq!(detail(&entry, Lang::En), "Travaux publics\nDue (UTC): 2026-11-02 13:30");
        assert!(detail(&entry, Lang::Fr).ends_with("Échéance (UTC) : 2026-11-02 13:30"));
    }
}
