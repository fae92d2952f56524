//! Planned intervention programmes, for people.

use beffroi_wire::pb::programme::v1::Programme;
use beffroi_wire::pb::query::v1::ServiceRequest;

use super::request::product;
use super::{DAY_WIDTH, NUMBER_WIDTH, Reader, WORD_WIDTH, at_least, called, cell, number, table};
use crate::view::CloseAnswer;
use crate::words::{self, Lang};

/// A table of programmes.
pub(crate) fn programmes(programmes: &[Programme], reader: Reader) -> String {
    let lang = reader.lang;
    if programmes.is_empty() {
        return words::NO_PROGRAMME.in_lang(lang).to_owned();
    }
    let heading = [words::CODE, words::NAME, words::REQUESTS, words::OLDEST];
    let mut table = table(heading, lang);
    at_least(&mut table, &[(0, NUMBER_WIDTH), (3, DAY_WIDTH)]);
    for programme in programmes {
        table.add_row([
            cell(&programme.code),
            cell(&programme.name),
            number(programme.count),
            cell(&reader.minutes(programme.oldest_opened_at.as_ref(), false)),
        ]);
    }
    table.to_string()
}

/// A table of requests that wait, below how many there are.
pub(crate) fn planned(requests: &[ServiceRequest], total: u64, reader: Reader) -> String {
    let lang = reader.lang;
    if requests.is_empty() {
        return words::NONE_FOUND.in_lang(lang).to_owned();
    }
    let heading = [
        words::NUMBER,
        words::PROGRAMME,
        words::PRODUCT,
        words::BOROUGH,
        words::OPENED_AT,
        words::PLANNED_SINCE,
    ];
    let mut table = table(heading, lang);
    at_least(
        &mut table,
        &[(0, NUMBER_WIDTH), (1, WORD_WIDTH), (2, WORD_WIDTH), (4, DAY_WIDTH), (5, DAY_WIDTH)],
    );
    for request in requests {
        let borough = request.place.as_ref().map_or("", |it| it.borough.as_str());
        table.add_row([
            cell(&request.number),
            cell(called(request.names.as_ref(), |it| &it.programme, &request.programme)),
            cell(product(request)),
            cell(borough),
            cell(&reader.minutes(request.opened_at.as_ref(), request.approximate)),
            cell(&reader.minutes(request.status_changed_at.as_ref(), false)),
        ]);
    }
    format!("{} ({} / {total})\n{table}", words::REQUESTS.in_lang(lang), requests.len())
}

/// A table of what became of each request, and the sums.
pub(crate) fn closed(answer: &CloseAnswer, lang: Lang) -> String {
    let mut table = table([words::NUMBER, words::RESULT, words::DETAIL], lang);
    at_least(&mut table, &[(0, NUMBER_WIDTH), (1, WORD_WIDTH)]);
    for result in &answer.results {
        let word = if result.closed { words::CLOSED } else { words::REFUSED };
        let detail = result.message.as_deref().unwrap_or_default();
        table.add_row([cell(&result.service_request), cell(word.in_lang(lang)), cell(detail)]);
    }
    let (closed, refused) = (words::CLOSED_COUNT.in_lang(lang), words::REFUSED_COUNT.in_lang(lang));
    format!("{table}\n\n{closed} {} · {refused} {}", answer.closed, answer.refused)
}
