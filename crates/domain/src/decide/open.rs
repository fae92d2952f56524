//! Opening a request.

use super::{Command, Open, Rejection};
use crate::city::Asked;
use crate::{City, Kind, Number, Opened, Origin, PromiseKind, Rule, Term, Timestamp};
use chrono::Datelike;

pub(super) fn begin(city: &City, open: &Open, command: &Command) -> Result<Kind, Rejection> {
    let received = command.occurred_at;
    let zone = open.source.as_ref().map_or(city.calendar.zone(), |(_, zone)| *zone);
    let year = received.utc().with_timezone(&zone).year();
    let number_year = u16::try_from(year).map_err(|_| Rejection::Year)?;
    Number::new(number_year, 1).ok_or(Rejection::Year)?;
    let terms = match command.origin {
        // In a planned programme no delay runs.
        Origin::Live if open.programme.is_some() => Vec::new(),
        Origin::Live => {
            let Open { product, nature, channel, .. } = open;
            let entry = open.entry.as_ref();
            let asked = Asked { product, nature: *nature, channel: *channel, entry };
            city.terms(&asked, received, &[])?
        }
        Origin::Imported => open.promised_by.map(source_term).into_iter().collect(),
    };
    Ok(Kind::Opened(Box::new(Opened {
        citizen: open.citizen,
        product: open.product.clone(),
        precision: open.precision.clone(),
        nature: open.nature,
        urgency: open.urgency,
        entry: open.entry.clone(),
        programme: open.programme.clone(),
        screened: open.screened,
        answers: open.answers.clone(),
        language: open.language,
        other_channels: open.other_channels.clone(),
        unit: open.unit.clone(),
        place: open.place.clone(),
        source: open.source.as_ref().map(|(source, _)| source.clone()),
        number_year,
        terms,
    })))
}

fn source_term(due_at: Timestamp) -> Term {
    Term {
        kind: PromiseKind::Resolution,
        commitment: None,
        rule: Rule::Source,
        warnings: Vec::new(),
        due_at,
    }
}
