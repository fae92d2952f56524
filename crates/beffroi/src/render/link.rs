//! Suggested duplicates, for people.

use beffroi_wire::pb::query::v1 as pb;

use super::{DAY_WIDTH, NUMBER_WIDTH, Reader, WORD_WIDTH, at_least, called, cell, label, table};
use crate::words;

/// A table of requests of which one may be a duplicate.
pub(crate) fn candidates(candidates: &[pb::DuplicateCandidate], reader: Reader) -> String {
    let lang = reader.lang;
    let heading = [words::NUMBER, words::STATUS, words::PRECISION, words::OPENED_AT, words::REASON];
    let mut table = table(heading, lang);
    at_least(&mut table, &[(0, NUMBER_WIDTH), (1, WORD_WIDTH), (3, DAY_WIDTH)]);
    for candidate in candidates {
        let request = candidate.service_request.clone().unwrap_or_default();
        table.add_row([
            cell(&request.number),
            cell(label::<pb::Status>(request.status, lang)),
            cell(called(request.names.as_ref(), |it| &it.precision, &request.precision)),
            cell(&reader.minutes(request.opened_at.as_ref(), request.approximate)),
            cell(&candidate.reason),
        ]);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::{reader, request};
    use crate::words::Lang;

    #[test]
    fn a_candidate_shows_why_it_is_one() {
        let candidate = pb::DuplicateCandidate {
            service_request: Some(request()),
            reason: "à 42 m, même produit".to_owned(),
            ..pb::DuplicateCandidate::default()
        };
        let table = candidates(&[candidate], reader(Lang::Fr));
        assert!(table.contains("26-0000001-2") && table.contains("à 42 m"), "{table}");
    }
}
