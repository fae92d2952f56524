//! What happened to a request, for people.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;

use super::{DAY_WIDTH, at_least, cell, label_if_said, table};
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
            cell(words::event_kind(&entry.kind, lang)),
            cell(&detail(entry, lang)),
            cell(&entry.actor),
        ]);
    }
    let request = answer.service_request.clone().unwrap_or_default();
    let product = super::one_line(&request.product);
    format!("{} · {product}\n\n{table}", request.number)
}

/// The server's own sentence, the text, and who may read it.
fn detail(entry: &pb::HistoryEntry, lang: Lang) -> String {
    let visibility = match entry.visibility() {
        event::Visibility::Internal => label_if_said::<event::Visibility>(entry.visibility, lang),
        event::Visibility::Unspecified | event::Visibility::Public => "",
    };
    let first = match (entry.summary.as_str(), visibility) {
        (summary, "") => summary.to_owned(),
        ("", visibility) => format!("[{visibility}]"),
        (summary, visibility) => format!("[{visibility}] {summary}"),
    };
    // The sentence of a follow-up may be its text.
    let text = if entry.summary.contains(&entry.text) { "" } else { &entry.text };
    let channel = label_if_said::<event::Channel>(entry.channel, lang);
    let parts = [first.as_str(), text, &entry.notice, channel, &entry.source_status];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_follow_ups_are_marked() {
        let entry = pb::HistoryEntry {
            visibility: event::Visibility::Internal.into(),
            text: "valve".to_owned(),
            ..Default::default()
        };
        assert_eq!(detail(&entry, Lang::Fr), "[Interne]\nvalve");
    }
}
