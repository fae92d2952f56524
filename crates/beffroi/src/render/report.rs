//! Figures over a window of time, for people: percentages, minutes and a total.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as query;
use comfy_table::{Cell, CellAlignment};

use super::commitments::commitment;
use super::{cell, label, number, table};
use crate::cli::Key;
use crate::view::{ContactFigures, Keys, ReportAnswer, RequestFigures, Share};
use crate::words::{self, Lang, Text};

/// Figures with their columns.
pub(crate) trait Figures {
    /// The headings of the columns.
    const HEADINGS: &'static [Text];

    /// The cells of the columns.
    fn cells(&self, lang: Lang) -> Vec<Cell>;
}

/// A table of the rows, then the total.
pub(crate) fn report<F: Figures>(answer: &ReportAnswer<F>, by: &[Key], lang: Lang) -> String {
    let headings = by.iter().map(|key| heading(*key));
    let mut table = table(headings.chain(F::HEADINGS.iter().copied()), lang);
    for row in &answer.rows {
        let keys = by.iter().map(|key| value(&row.keys, *key, lang));
        table.add_row(keys.chain(row.figures.cells(lang)));
    }
    let mut names = vec![""; by.len()];
    if let Some(first) = names.first_mut() {
        *first = words::TOTAL.in_lang(lang);
    }
    table.add_row(names.into_iter().map(Cell::new).chain(answer.total.cells(lang)));
    table.to_string()
}

pub(super) fn heading(key: Key) -> Text {
    match key {
        Key::Channel => words::CHANNEL,
        Key::Language => words::LANGUAGE,
        Key::Nature => words::NATURE,
        Key::Product => words::PRODUCT,
        Key::CatalogueProduct => words::CATALOGUE_PRODUCT,
        Key::Outcome => words::OUTCOME,
        Key::Regime => words::REGIME,
        Key::Status => words::STATUS,
        Key::Unit => words::UNIT,
        Key::Borough => words::BOROUGH,
        Key::Commitment => words::PROMISE,
        Key::Day => words::DAY,
        Key::Week => words::WEEK,
        Key::Month => words::MONTH,
        Key::Year => words::YEAR,
    }
}

pub(super) fn value(keys: &Keys, key: Key, lang: Lang) -> Cell {
    let numbers = keys.numbers;
    let text = |text: &Option<String>| match text.as_deref() {
        None | Some("") => Cell::new(NO_DATA),
        Some(text) => cell(text),
    };
    match key {
        Key::Channel => Cell::new(label::<event::Channel>(numbers.channel, lang)),
        Key::Language => Cell::new(label::<event::Language>(numbers.language, lang)),
        Key::Nature => Cell::new(label::<event::Nature>(numbers.nature, lang)),
        Key::Outcome => Cell::new(label::<event::ContactOutcome>(numbers.outcome, lang)),
        Key::Regime => Cell::new(label::<event::RegimeKind>(numbers.regime, lang)),
        Key::Status => Cell::new(label::<query::Status>(numbers.status, lang)),
        Key::Product => text(&keys.product),
        Key::CatalogueProduct => text(&keys.catalogue_product),
        Key::Unit => text(&keys.unit),
        Key::Borough => text(&keys.borough),
        Key::Commitment => keys
            .commitment
            .as_ref()
            .map_or_else(|| Cell::new(NO_DATA), |it| cell(&commitment(it, lang))),
        Key::Day | Key::Week | Key::Month | Key::Year => cell(&keys.period),
    }
}

impl Figures for ContactFigures {
    const HEADINGS: &'static [Text] = &[
        words::CONTACTS,
        words::INFORMED,
        words::OPENED,
        words::FOLLOWED_UP,
        words::TO_911,
        words::ABANDONED,
        words::FIRST_CONTACT,
        words::WITHIN,
        words::WAIT_MEDIAN,
        words::WAIT_P90,
        words::WAIT_MAX,
        words::HANDLING,
    ];

    fn cells(&self, lang: Lang) -> Vec<Cell> {
        vec![
            number(self.contacts),
            number(self.informed),
            number(self.requests_opened),
            number(self.followed_up),
            number(self.transferred_to_911),
            number(self.abandoned),
            right(percent(self.first_contact, lang)),
            right(percent(self.within_two_minutes, lang)),
            right(minutes(self.waiting.median_secs)),
            right(minutes(self.waiting.p90_secs)),
            right(minutes(self.waiting.max_secs)),
            right(minutes(self.handling.median_secs)),
        ]
    }
}

impl Figures for RequestFigures {
    const HEADINGS: &'static [Text] = &[words::REQUESTS, words::RESOLVED, words::RESOLVED_SHARE];

    fn cells(&self, lang: Lang) -> Vec<Cell> {
        let share = Share { numerator: self.resolved, denominator: self.requests };
        vec![number(self.requests), number(self.resolved), right(percent(share, lang))]
    }
}

/// Nothing was counted.
pub(crate) const NO_DATA: &str = "–";

pub(super) fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// A share in tenths of a percent, rounded half up.
pub(crate) fn percent(share: Share, lang: Lang) -> String {
    let (part, whole) = (u128::from(share.numerator), u128::from(share.denominator));
    let Some(tenths) = (2_000 * part + whole).checked_div(2 * whole) else {
        return NO_DATA.to_owned();
    };
    match lang {
        Lang::Fr => format!("{},{} %", tenths / 10, tenths % 10),
        Lang::En => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// Seconds as minutes and seconds, `2:05`.
fn minutes(secs: Option<u32>) -> String {
    secs.map_or_else(|| NO_DATA.to_owned(), |secs| format!("{}:{:02}", secs / 60, secs % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_shown_in_tenths_of_a_percent() {
        let shown = |numerator, denominator, lang| percent(Share { numerator, denominator }, lang);
        assert_eq!(shown(5, 6, Lang::En), "83.3%");
        assert_eq!(shown(5, 6, Lang::Fr), "83,3 %");
        assert_eq!(shown(1, 2_000, Lang::En), "0.1%");
        assert_eq!(shown(7, 7, Lang::En), "100.0%");
        assert_eq!(shown(0, 0, Lang::En), "–");
    }

    #[test]
    fn durations_are_shown_in_minutes() {
        assert_eq!(minutes(Some(125)), "2:05");
        assert_eq!(minutes(Some(0)), "0:00");
        assert_eq!(minutes(None), "–");
    }

    #[test]
    fn the_total_comes_last() {
        let total = RequestFigures { requests: 3, resolved: 1 };
        let answer = ReportAnswer { by: vec!["unit"], rows: Vec::new(), total, position: None };
        let shown = report(&answer, &[Key::Unit], Lang::Fr);
        let last = shown.lines().last().expect("a line");
        assert_eq!(last.split_whitespace().collect::<Vec<_>>(), ["Total", "3", "1", "33,3", "%"]);
    }
}
