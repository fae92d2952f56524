//! Requests, for people.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;

use super::{
    DAY_WIDTH, NUMBER_WIDTH, Reader, WORD_WIDTH, answers, at_least, called, cell, label,
    label_if_said, named, one_line, pairs, plain, table,
};
use crate::words::{self, Lang};

/// A card of a request that was opened, and the other citizens who might be its asker.
pub(crate) fn opened(request: &pb::ServiceRequest, others: &[String], reader: Reader) -> String {
    let mut text = card(request, reader);
    if !others.is_empty() {
        text.push_str("\n\n");
        text.push_str(words::OTHER_CITIZENS.in_lang(reader.lang));
    }
    for other in others {
        text.push_str("\n  ");
        text.push_str(other);
    }
    text
}

/// A card of one request: first what a citizen would be told.
pub(crate) fn card(request: &pb::ServiceRequest, reader: Reader) -> String {
    let card = pairs(fields(request, reader), reader.lang);
    if request.summary.is_empty() {
        return card.to_string();
    }
    format!("{}\n\n{card}", plain(&request.summary))
}

/// A card of one request, with the address and the answers that were given when it was opened.
pub(crate) fn told(
    request: &pb::ServiceRequest,
    (answered, address): (&[pb::AnsweredQuestion], &str),
    reader: Reader,
) -> String {
    let lang = reader.lang;
    let mut parts = vec![card(request, reader)];
    if !address.is_empty() {
        parts.push(named(words::ADDRESS.in_lang(lang), &one_line(address), lang));
    }
    if !answered.is_empty() {
        parts.push(answers(answered, lang));
    }
    parts.join("\n\n")
}

/// Cards of several requests.
pub(crate) fn cards(requests: &[pb::ServiceRequest], reader: Reader) -> String {
    requests.iter().map(|it| card(it, reader)).collect::<Vec<_>>().join("\n\n")
}

fn fields(request: &pb::ServiceRequest, reader: Reader) -> Vec<(words::Text, String)> {
    let lang = reader.lang;
    let others = request.other_channels.iter();
    let others: Vec<_> = others.map(|it| label::<event::Channel>(*it, lang)).collect();
    let names = request.names.as_ref();
    let name = |which, recorded| called(names, which, recorded).to_owned();
    let mut fields = vec![
        (words::NUMBER, request.number.clone()),
        (words::STATUS, label::<pb::Status>(request.status, lang).to_owned()),
        (words::REASON, label_if_said::<event::HoldReason>(request.hold_reason, lang).to_owned()),
        (words::PRODUCT, product(request).to_owned()),
        (words::PRECISION, name(|it| &it.precision, &request.precision)),
        (words::NATURE, label::<event::Nature>(request.nature, lang).to_owned()),
        (words::URGENCY, urgency(request, lang)),
        (words::CHANNEL, label::<event::Channel>(request.channel, lang).to_owned()),
        (words::OTHER_CHANNELS, others.join(", ")),
        (words::UNIT, name(|it| &it.unit, &request.unit)),
        (words::PROGRAMME, name(|it| &it.programme, &request.programme)),
        (words::PLACE, request.place.as_ref().map(place).unwrap_or_default()),
        (words::CITIZEN, request.citizen_id.clone()),
        (words::OPENED_AT, reader.minutes(request.opened_at.as_ref(), request.approximate)),
        (words::CHANGED_AT, changed_at(request, reader)),
        (
            words::RESOLVED_AT,
            reader.minutes(request.resolved_at.as_ref(), request.status_approximate),
        ),
    ];
    fields.extend(request.promises.iter().map(|it| (words::PROMISE, promise(it, reader))));
    let source = request.source.as_ref().map(|it| format!("{} {}", it.system, it.id));
    let relations = request.relations.iter();
    fields.extend(relations.map(|it| (words::RELATION, relation(it, lang))));
    fields.extend([
        (words::MERGED_INTO, request.merged_into.clone()),
        (words::DUPLICATES, request.duplicates.join(", ")),
        (words::ATTACHMENTS, some(request.attachments)),
        (words::FOLLOW_UPS, request.public_follow_ups.to_string()),
        (words::CITIZEN_MESSAGES, some(request.citizen_messages)),
        (words::SOURCE, source.unwrap_or_default()),
        (words::SOURCE_STATUS, request.source_status.clone()),
        (words::ID, request.id.clone()),
    ]);
    fields
}

/// What people call its product.
pub(super) fn product(request: &pb::ServiceRequest) -> &str {
    called(request.names.as_ref(), |it| &it.product, &request.product)
}

fn changed_at(request: &pb::ServiceRequest, reader: Reader) -> String {
    reader.minutes(request.status_changed_at.as_ref(), request.status_approximate)
}

/// What is urgent says so; the rest says nothing.
fn urgency(request: &pb::ServiceRequest, lang: Lang) -> String {
    match request.urgency() {
        event::Urgency::Urgent => label::<event::Urgency>(request.urgency, lang).to_owned(),
        event::Urgency::Unspecified | event::Urgency::Normal => String::new(),
    }
}

fn relation(relation: &pb::Relation, lang: Lang) -> String {
    format!("{} {}", label::<event::RelationKind>(relation.kind, lang), relation.service_request)
}

fn some(count: u32) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

fn place(place: &event::Place) -> String {
    let point = place.coordinates.as_ref();
    let point = point.map(|it| format!("{:.5}, {:.5}", it.latitude, it.longitude));
    let parts = [Some(place.borough.clone()), point].into_iter().flatten();
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn promise(status: &pb::PromiseStatus, reader: Reader) -> String {
    let lang = reader.lang;
    let promise = status.promise.clone().unwrap_or_default();
    let kind = label::<event::PromiseKind>(promise.kind, lang);
    let due = reader.minutes(promise.due_at.as_ref(), false);
    let verdict = label::<pb::Verdict>(status.verdict, lang);
    format!("{kind} → {due} · {verdict}")
}

/// A table of requests.
pub(crate) fn requests(requests: &[pb::ServiceRequest], reader: Reader) -> String {
    let lang = reader.lang;
    let heading = [
        words::NUMBER,
        words::STATUS,
        words::PRODUCT,
        words::UNIT,
        words::OPENED_AT,
        words::DUE_AT,
        words::VERDICT,
    ];
    let mut table = table(heading, lang);
    at_least(
        &mut table,
        &[
            (0, NUMBER_WIDTH),
            (1, WORD_WIDTH),
            (2, WORD_WIDTH),
            (4, DAY_WIDTH),
            (5, DAY_WIDTH),
            (6, WORD_WIDTH),
        ],
    );
    for request in requests {
        let (due, verdict) = deadline(request, reader);
        table.add_row([
            cell(&request.number),
            cell(label::<pb::Status>(request.status, lang)),
            cell(product(request)),
            cell(called(request.names.as_ref(), |it| &it.unit, &request.unit)),
            cell(&reader.minutes(request.opened_at.as_ref(), request.approximate)),
            cell(&due),
            cell(verdict),
        ]);
    }
    table.to_string()
}

/// The due time and the verdict of the latest promise.
fn deadline(request: &pb::ServiceRequest, reader: Reader) -> (String, &'static str) {
    let Some(status) = request.promises.last() else {
        return (String::new(), "");
    };
    let due = status.promise.as_ref().and_then(|it| it.due_at.as_ref());
    (reader.minutes(due, false), label::<pb::Verdict>(status.verdict, reader.lang))
}

/// A request on one line.
pub(crate) fn request_line(request: &pb::ServiceRequest, reader: Reader) -> String {
    let (due, verdict) = deadline(request, reader);
    let deadline = match due.as_str() {
        "" => String::new(),
        due => format!(" · {due} ({verdict})"),
    };
    one_line(&format!(
        "{} · {} · {} · {}{deadline}",
        changed_at(request, reader),
        request.number,
        label::<pb::Status>(request.status, reader.lang),
        product(request),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::{at, reader, request};
    use crate::words::Lang;

    #[test]
    fn a_card_begins_with_what_a_citizen_is_told() {
        let card = card(&request(), reader(Lang::Fr));
        assert!(card.starts_with("Waiting on you.\n\n"), "{card}");
        assert!(card.contains("En attente"), "{card}");
        assert!(card.contains("Résolution → 2026-11-04 08:30 · Suspendu"), "{card}");
        assert!(!card.contains("Précision"), "{card}");
    }

    #[test]
    fn a_card_shows_links_and_only_what_is_urgent() {
        let relation = pb::Relation {
            service_request: "26-0000003-6".to_owned(),
            kind: event::RelationKind::CausedBy.into(),
        };
        let linked = pb::ServiceRequest {
            urgency: event::Urgency::Urgent.into(),
            merged_into: "26-0000002-4".to_owned(),
            duplicates: vec!["26-0000004-8".to_owned()],
            relations: vec![relation],
            attachments: 2,
            ..request()
        };
        let linked = card(&linked, reader(Lang::Fr));
        for part in ["Urgente", "Réunie à", "26-0000002-4", "Causée par 26-0000003-6", "Pièces"]
        {
            assert!(linked.contains(part), "{part}: {linked}");
        }
        let plain = card(&request(), reader(Lang::Fr));
        assert!(!plain.contains("Urgence") && !plain.contains("Pièces"), "{plain}");
    }

    #[test]
    fn an_address_has_the_colon_of_its_language() {
        let told = |lang| told(&request(), (&[], "12, rue des Érables"), reader(lang));
        assert!(told(Lang::En).ends_with("\n\nAddress: 12, rue des Érables"));
        assert!(told(Lang::Fr).ends_with("\n\nAdresse : 12, rue des Érables"));
    }

    #[test]
    fn approximate_times_are_marked() {
        let rough = pb::ServiceRequest { approximate: true, ..request() };
        assert!(requests(&[rough], reader(Lang::En)).contains("~2026-11-02 08:30"));
        let request =
            pb::ServiceRequest { status_approximate: true, resolved_at: at(120), ..request() };
        let card = card(&request, reader(Lang::En));
        assert!(card.contains("~2026-11-02 08:31") && card.contains("~2026-11-02 08:32"), "{card}");
        assert!(request_line(&request, reader(Lang::En)).starts_with("~2026-11-02 08:31 · "));
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(
            request_line(&request(), reader(Lang::En)),
            "2026-11-02 08:31 · 26-0000001-2 · On hold · Eau potable · 2026-11-04 08:30 \
             (Paused)"
        );
    }
}
