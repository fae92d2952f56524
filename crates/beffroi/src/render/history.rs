//! What happened to a request, for people.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;

use super::request::product;
use super::{DAY_WIDTH, Reader, at_least, called, cell, label, label_if_said, named, table};
use crate::words::{self, Lang, Word as _};

/// The request's summary, and a table of its events.
pub(crate) fn history(answer: &pb::GetServiceRequestHistoryResponse, reader: Reader) -> String {
    let lang = reader.lang;
    let heading = [words::OCCURRED_AT, words::EVENT, words::DETAIL, words::ACTOR];
    let mut table = table(heading, lang);
    at_least(&mut table, &[(0, DAY_WIDTH)]);
    for entry in &answer.entries {
        table.add_row([
            cell(&reader.minutes(entry.occurred_at.as_ref(), entry.approximate)),
            cell(&event(entry, lang)),
            cell(&detail(entry, reader)),
            cell(actor(entry, lang)),
        ]);
    }
    let request = answer.service_request.clone().unwrap_or_default();
    let product = super::one_line(product(&request));
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

/// Who did it: nobody, but the system, where a fact was only noticed.
fn actor(entry: &pb::HistoryEntry, lang: Lang) -> &str {
    if entry.channel() == event::Channel::System {
        return event::Channel::System.label(lang);
    }
    &entry.actor
}

/// What was said, who is responsible, until when, how it came, and the source's word.
fn detail(entry: &pb::HistoryEntry, reader: Reader) -> String {
    let lang = reader.lang;
    // The sentence of a follow-up may be its text.
    let text = if entry.summary.contains(&entry.text) { "" } else { &entry.text };
    let due = due(entry, reader);
    let is_system = entry.channel() == event::Channel::System;
    let channel = if is_system { "" } else { label_if_said::<event::Channel>(entry.channel, lang) };
    let depth = depth(entry, lang);
    let parts = [text, &entry.notice, &depth, &due, channel, &entry.source_status];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// What became of the promises, else the due time of which it speaks.
fn due(entry: &pb::HistoryEntry, reader: Reader) -> String {
    let lang = reader.lang;
    if entry.promise_steps.is_empty() {
        let due = reader.minutes(entry.due_at.as_ref(), false);
        return match due.as_str() {
            "" => due,
            due => named(words::DUE_AT.in_lang(lang), due, lang),
        };
    }
    let steps = entry.promise_steps.iter().map(|it| promise_step(it, reader));
    steps.collect::<Vec<_>>().join("\n")
}

fn promise_step(step: &pb::PromiseStep, reader: Reader) -> String {
    let kind = label::<event::PromiseKind>(step.kind, reader.lang);
    let times = (step.due_at.as_ref(), step.due_before.as_ref());
    named(kind, &promise_change(step.change(), times, reader), reader.lang)
}

/// What became of a promise, given its due time and the one before.
pub(super) fn promise_change(
    change: pb::PromiseChange,
    (due, before): (Option<&prost_types::Timestamp>, Option<&prost_types::Timestamp>),
    reader: Reader,
) -> String {
    let (due, before) = (reader.minutes(due, false), reader.minutes(before, false));
    match (change, reader.lang) {
        (pb::PromiseChange::Unspecified, _) => due,
        (pb::PromiseChange::Set, Lang::Fr) => format!("échéance {due}"),
        (pb::PromiseChange::Set, Lang::En) => format!("due {due}"),
        (pb::PromiseChange::Revised, Lang::Fr) => format!("échéance déplacée, {before} → {due}"),
        (pb::PromiseChange::Revised, Lang::En) => format!("due time moved, {before} → {due}"),
        (pb::PromiseChange::Met, Lang::Fr) => format!("dans le délai ({due})"),
        (pb::PromiseChange::Met, Lang::En) => format!("in time ({due})"),
        (pb::PromiseChange::Missed, Lang::Fr) => format!("après l'échéance ({due})"),
        (pb::PromiseChange::Missed, Lang::En) => format!("after its due time ({due})"),
        (pb::PromiseChange::Rescinded, Lang::Fr) => "plus rien n'est promis".to_owned(),
        (pb::PromiseChange::Rescinded, Lang::En) => "no longer promised".to_owned(),
    }
}

/// Other requests, what it was about before and since, units, programmes, attachments.
fn depth(entry: &pb::HistoryEntry, lang: Lang) -> String {
    let relation = label_if_said::<event::RelationKind>(entry.relation, lang);
    let other = [relation, &entry.other_request].into_iter().filter(|it| !it.is_empty());
    let about = |it: &pb::Classification| match it.precision.as_str() {
        "" => called(it.names.as_ref(), |it| &it.product, &it.product).to_owned(),
        precision => format!(
            "{} / {}",
            called(it.names.as_ref(), |it| &it.product, &it.product),
            called(it.names.as_ref(), |it| &it.precision, precision),
        ),
    };
    let classified = entry.classified_before.as_ref().zip(entry.classified_after.as_ref());
    let unit = called(entry.names.as_ref(), |it| &it.unit, &entry.unit);
    let before = called(entry.names_before.as_ref(), |it| &it.unit, &entry.unit_before);
    let units = match (before, unit) {
        ("", unit) => unit.to_owned(),
        (before, unit) if before == unit => unit.to_owned(),
        (before, unit) => format!("{before} → {unit}"),
    };
    let parts = [
        other.collect::<Vec<_>>().join(" "),
        classified.map(|(a, b)| format!("{} → {}", about(a), about(b))).unwrap_or_default(),
        units,
        called(entry.names.as_ref(), |it| &it.programme, &entry.programme).to_owned(),
        entry.attachment.as_ref().map(|it| attachment(it, lang)).unwrap_or_default(),
        entry.contact.as_ref().map(|it| contact(it, lang)).unwrap_or_default(),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// What an exchange came to, and how long the wait and the exchange took, where that was measured.
fn contact(it: &pb::Contact, lang: Lang) -> String {
    let took = [(words::WAITED, it.waited_secs), (words::HANDLED, it.handled_secs)];
    let took = took.into_iter().filter(|(_, secs)| *secs > 0).map(|(name, secs)| {
        named(name.in_lang(lang), &format!("{}:{:02}", secs / 60, secs % 60), lang)
    });
    let outcome = label_if_said::<event::ContactOutcome>(it.outcome, lang).to_owned();
    [outcome].into_iter().chain(took).collect::<Vec<_>>().join(" · ")
}

fn attachment(it: &pb::Attachment, lang: Lang) -> String {
    let size = format!("{} {}", it.size_bytes, words::BYTES.in_lang(lang));
    let parts = [it.file_name.as_str(), &it.media_type, &size, &it.reference];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::{at, reader};
    use crate::words::Lang;

    #[test]
    fn a_contact_says_what_it_came_to_and_how_long_it_took() {
        let taken = pb::Contact {
            outcome: event::ContactOutcome::FollowedUp.into(),
            waited_secs: 44,
            handled_secs: 70,
        };
        assert_eq!(
            contact(&taken, Lang::Fr),
            "Suivi d’une demande · Attente : 0:44 · Durée : 1:10"
        );
        let written = pb::Contact { waited_secs: 0, handled_secs: 0, ..taken };
        assert_eq!(contact(&written, Lang::En), "Followed up");
    }

    #[test]
    fn internal_follow_ups_are_marked() {
        let entry = pb::HistoryEntry {
            kind: "follow_up_added".to_owned(),
            visibility: event::Visibility::Internal.into(),
            text: "valve".to_owned(),
            ..Default::default()
        };
        assert_eq!(event(&entry, Lang::Fr), "Suivi [Interne]");
        assert_eq!(detail(&entry, reader(Lang::Fr)), "valve");
    }

    #[test]
    fn what_the_system_notices_is_said_in_the_language_of_the_answer() {
        let entry = pb::HistoryEntry {
            kind: "promise_breached".to_owned(),
            actor: "timekeeper".to_owned(),
            channel: event::Channel::System.into(),
            ..Default::default()
        };
        assert_eq!(
            (actor(&entry, Lang::Fr), detail(&entry, reader(Lang::Fr)).as_str()),
            ("Système", "")
        );
        let entry = pb::HistoryEntry { channel: event::Channel::Email.into(), ..entry };
        assert_eq!(actor(&entry, Lang::Fr), "timekeeper");
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
        assert_eq!(detail(&entry, reader(Lang::En)), "Travaux publics\nDue: 2026-11-02 08:30");
        assert!(detail(&entry, reader(Lang::Fr)).ends_with("Échéance : 2026-11-02 08:30"));
    }

    #[test]
    fn a_reclassification_says_from_what_to_what() {
        let about = |product: &str, precision: &str| pb::Classification {
            product: product.to_owned(),
            precision: precision.to_owned(),
            ..Default::default()
        };
        let entry = pb::HistoryEntry {
            classified_before: Some(about("Trottoir", "")),
            classified_after: Some(about("Arbre", "Frêne")),
            unit_before: "Voirie".to_owned(),
            unit: "Foresterie".to_owned(),
            ..Default::default()
        };
        assert_eq!(
            detail(&entry, reader(Lang::Fr)),
            "Trottoir → Arbre / Frêne\nVoirie → Foresterie"
        );
    }

    #[test]
    fn a_relation_names_the_other_request_and_an_attachment_its_file() {
        let entry = pb::HistoryEntry {
            other_request: "26-0000002-4".to_owned(),
            relation: event::RelationKind::Causes.into(),
            attachment: Some(pb::Attachment {
                media_type: "image/jpeg".to_owned(),
                size_bytes: 9,
                file_name: "a.jpg".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        assert_eq!(
            detail(&entry, reader(Lang::En)),
            "Causes 26-0000002-4\na.jpg · image/jpeg · 9 bytes"
        );
    }
}
