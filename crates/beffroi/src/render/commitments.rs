//! Promises and levels, for people.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::report::v1 as pb;
use comfy_table::Cell;

use super::report::{NO_DATA, heading, percent, right, value};
use super::{cell, label, label_if_said, number, table};
use crate::cli::Key;
use crate::view::{CommitmentFigures, CommitmentView, CommitmentsAnswer, LevelView, WindowView};
use crate::words::{self, Lang, Text, Word};

/// The columns after what is counted by.
const HEADINGS: &[Text] = &[
    words::PROMISES,
    words::MET,
    words::LATE,
    words::STILL_OPEN,
    words::RESCINDED,
    words::ON_TIME,
    words::DAYS_MEDIAN,
    words::DAYS_P90,
];

/// A table of the promises, the total, what was imported, then one of the levels.
pub(crate) fn commitments(answer: &CommitmentsAnswer, by: &[Key], lang: Lang) -> String {
    let headings = by.iter().map(|key| heading(*key));
    let mut table = table(headings.chain(HEADINGS.iter().copied()), lang);
    for row in &answer.rows {
        let keys = by.iter().map(|key| value(&row.keys, *key, lang));
        table.add_row(keys.chain(cells(&row.figures, lang)));
    }
    let named = |text: Text| {
        let mut names = vec![String::new(); by.len()];
        if let Some(first) = names.first_mut() {
            text.in_lang(lang).clone_into(first);
        }
        names.into_iter().map(Cell::new)
    };
    table.add_row(named(words::TOTAL).chain(cells(&answer.total, lang)));
    if answer.imported.set > 0 {
        table.add_row(named(words::IMPORTED_APART).chain(cells(&answer.imported, lang)));
    }
    let levels = levels(answer, by, lang);
    if levels.is_empty() { table.to_string() } else { format!("{table}\n\n{levels}") }
}

fn cells(figures: &CommitmentFigures, lang: Lang) -> Vec<Cell> {
    let days = |it: Option<u32>| right(it.map_or(NO_DATA.to_owned(), |it| it.to_string()));
    vec![
        number(figures.set),
        number(figures.met),
        number(figures.late),
        number(figures.open),
        number(figures.rescinded),
        right(percent(figures.on_time, lang)),
        days(figures.delays.median_business_days),
        days(figures.delays.p90_business_days),
    ]
}

/// The windows of the levels, of the length by which promises are counted, months without one.
fn levels(answer: &CommitmentsAnswer, by: &[Key], lang: Lang) -> String {
    let length = by.iter().find_map(|key| match key {
        Key::Day => Some("day"),
        Key::Week => Some("week"),
        Key::Month | Key::Year => Some("month"),
        Key::Channel
        | Key::Language
        | Key::Nature
        | Key::Product
        | Key::CatalogueProduct
        | Key::Outcome
        | Key::Regime
        | Key::Status
        | Key::Unit
        | Key::Borough
        | Key::Commitment => None,
    });
    let length = length.unwrap_or("month");
    let headings = [
        words::LEVEL,
        words::WINDOW,
        words::TARGET_SHARE,
        words::REACHED_SHARE,
        words::IN_TIME_OF,
        words::STANDING,
        words::EXCEPTIONAL,
        words::REVISION,
    ];
    let mut table = table(headings, lang);
    let mut is_empty = true;
    for level in answer.levels.iter().filter(|it| it.length == length) {
        for window in &level.windows {
            is_empty = false;
            table.add_row(window_row(level, window, lang));
        }
    }
    if is_empty { String::new() } else { table.to_string() }
}

fn window_row(level: &LevelView, window: &WindowView, lang: Lang) -> Vec<Cell> {
    let of = |share: crate::view::Share| match share.denominator {
        0 => NO_DATA.to_owned(),
        all => format!("{} / {all}", share.numerator),
    };
    vec![
        cell(&level.name),
        cell(&window.window),
        right(target(level.definition.percent, lang)),
        right(percent(window.share, lang)),
        right(of(window.share)),
        cell(&standing(window, lang)),
        right(of(window.exceptional)),
        number(window.figure_revision.into()),
    ]
}

/// How a window stands, in words; one that has not ended says so.
pub(crate) fn standing(window: &WindowView, lang: Lang) -> String {
    let word = pb::LevelStanding::parse(&window.standing).unwrap_or_default().label(lang);
    if window.closed { word.to_owned() } else { format!("{word} {}", words::SO_FAR.in_lang(lang)) }
}

/// A whole percentage.
pub(crate) fn target(percent: u32, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("{percent} %"),
        Lang::En => format!("{percent}%"),
    }
}

/// What was promised: `Résolution en 20 jours ouvrables · Abattage d'arbre`.
pub(crate) fn commitment(it: &CommitmentView, lang: Lang) -> String {
    let it = &it.said;
    let kind = label::<event::PromiseKind>(it.promise_kind, lang);
    let mut text = match (delay(it, lang), lang) {
        (None, Lang::Fr) => format!("{kind}, délai repris de la source"),
        (None, Lang::En) => format!("{kind}, delay taken over from the source"),
        (Some(delay), Lang::Fr) => format!("{kind} en {delay}"),
        (Some(delay), Lang::En) => format!("{kind} in {delay}"),
    };
    let only = [
        it.code.as_str(),
        it.product.as_str(),
        label_if_said::<event::Nature>(it.nature, lang),
        label_if_said::<event::Channel>(it.channel, lang),
    ];
    for word in only.into_iter().filter(|it| !it.is_empty()) {
        text.push_str(" · ");
        text.push_str(word);
    }
    text
}

/// The delay in words; `None`: the source gave the due time.
fn delay(it: &pb::Commitment, lang: Lang) -> Option<String> {
    let (business, hours) = match lang {
        Lang::Fr => (["jour ouvrable", "jours ouvrables"], "h ouvrables"),
        Lang::En => (["business day", "business days"], "business h"),
    };
    let (calendar, hours) = match (lang, it.rule.starts_with("calendar")) {
        (Lang::Fr, true) => (["jour", "jours"], "h"),
        (Lang::En, true) => (["day", "days"], "h"),
        (Lang::Fr | Lang::En, false) => (business, hours),
    };
    let counted = |count: u32, [one, several]: [&str; 2]| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {several}")),
    };
    let time = (it.seconds > 0).then(|| {
        let (whole, rest) = (it.seconds / 3600, it.seconds % 3600 / 60);
        if rest == 0 { format!("{whole} {hours}") } else { format!("{whole}:{rest:02} {hours}") }
    });
    let parts = [counted(it.business_days, business), counted(it.calendar_days, calendar), time];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
