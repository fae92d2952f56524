//! Due times beyond what the city's calendar is known for: they hold, but somebody must be told.

use beffroi_domain::{City, Kind, RequestId, Term};

/// Says which of the terms that a fact sets lie beyond what the calendar knows.
pub(super) fn tell_beyond(city: &City, request: RequestId, kind: &Kind) {
    for term in terms(kind).iter().filter(|it| city.calendar.is_beyond_known(it.due_at)) {
        let until = city.calendar.known_until().map(tracing::field::display);
        tracing::warn!(
            request.id = %request,
            term.due_at = %term.due_at,
            calendar.known_until = until,
            "promised beyond the dates that the calendar is known for: holidays may be missing"
        );
    }
}

fn terms(kind: &Kind) -> &[Term] {
    if let Kind::Opened(it) = kind {
        &it.terms
    } else if let Kind::Reclassified(it) = kind {
        &it.terms
    } else if let Kind::Resumed(terms) | Kind::Reopened(terms) | Kind::ProgrammeLeft(terms) = kind {
        terms
    } else {
        &[]
    }
}
