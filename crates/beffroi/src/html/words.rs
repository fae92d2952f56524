//! The words of the page, in both languages.

use beffroi_wire::pb::report::v1::{Bound, bound};
use chrono::{Datelike as _, NaiveDate};
use prost_types::Timestamp;

use crate::cli::{Key, WindowArgs};
use crate::render::Reader;
use crate::words::{Lang, Text};

const fn text(fr: &'static str, en: &'static str) -> Text {
    Text { fr, en }
}

pub(super) const TITLE: Text =
    text("Nos engagements envers les citoyens", "Our commitments to citizens");
pub(super) const AT_A_GLANCE: Text = text("En un coup d’œil", "At a glance");
pub(super) const KEPT_ON_TIME: Text =
    text("des engagements tenus à temps", "of commitments kept on time");
pub(super) const MET: Text = text("tenus à temps", "kept on time");
pub(super) const LATE: Text = text("en retard", "late");
pub(super) const OPEN: Text = text("en cours, pas encore échus", "under way, not due yet");
pub(super) const RESCINDED: Text = text("devenus sans objet", "no longer needed");
pub(super) const BY_COMMITMENT: Text =
    text("Tenus à temps, par engagement", "Kept on time, by commitment");
pub(super) const ABOUT_COMMITMENTS: Text = text(
    "La part des engagements échus qui ont été tenus à temps. La partie pâle de chaque barre est ce qui a été en retard.",
    "The share of commitments due that were kept on time. The pale part of each bar is what was late.",
);
pub(super) const MOST: Text = text(
    "Les engagements pris le plus souvent ; tous sont dans le tableau.",
    "The commitments made most often; all are in the table.",
);
pub(super) const ABOUT_PERIODS: Text = text(
    "Chaque engagement compte dans la période où il arrive à échéance.",
    "Each commitment counts in the period in which it falls due.",
);
pub(super) const BY_UNIT: Text = text("Tenus à temps, par unité", "Kept on time, by unit");
pub(super) const ABOUT_UNITS: Text = text(
    "Par unité responsable de la demande aujourd’hui.",
    "By the unit responsible for the request today.",
);
pub(super) const NO_UNIT: Text = text("(aucune unité)", "(no unit)");
pub(super) const WHAT: Text = text("Engagement", "Commitment");
pub(super) const PERIOD: Text = text("Période", "Period");
pub(super) const UNIT: Text = text("Unité", "Unit");
pub(super) const ON_TIME: Text = text("À temps", "On time");
pub(super) const MET_OF: Text = text("Tenus / échus", "Kept / due");
pub(super) const OPEN_SHORT: Text = text("En cours", "Under way");
pub(super) const DAYS: Text = text("Jours : médiane · 90 %", "Days: median · 90%");
pub(super) const TOTAL: Text = text("Ensemble", "All");
pub(super) const IMPORTED: Text = text("Importés, non comptés", "Imported, not counted");
pub(super) const REACHED: Text = text("atteint", "reached");
pub(super) const MISSED: Text = text("manqué", "missed");
pub(super) const NO_DATA: Text = text("sans données", "no data");
pub(super) const SHARE: Text = text("Part", "Share");
pub(super) const IN_TIME: Text = text("À temps / total", "In time / all");
pub(super) const RESULT: Text = text("Résultat", "Result");
pub(super) const APART: Text = text("Régime d’exception, à part", "Exceptional regime, apart");
pub(super) const REVISION: Text = text("Révision", "Revision");
pub(super) const HOW_COUNTED: Text = text("Comment c’est compté", "How this is counted");
pub(super) const NOTES: [Text; 4] = [
    text(
        "Les délais se comptent en jours ouvrables depuis la réception ; les attentes du citoyen ou d’un tiers n’en font pas partie. Tenu à l’instant même de l’échéance est tenu à temps.",
        "Delays are counted in business days since the reception; waits for the citizen or a third party are no part of them. Kept at the very instant it falls due is on time.",
    ),
    text(
        "La médiane et le 90e centile sont des délais mesurés (rang le plus proche) : la moitié, ou neuf sur dix, ont pris tant de jours ou moins.",
        "The median and the 90th percentile are delays that were measured (nearest rank): half, or nine in ten, took so many days or less.",
    ),
    text(
        "Un engagement devient sans objet quand la demande est annulée ou entre dans un programme planifié : il ne compte ni pour ni contre.",
        "A commitment is no longer needed when the request is cancelled or enters a planned programme: it counts neither way.",
    ),
    text(
        "Une période sans données n’est ni atteinte ni manquée. La révision dit combien d’enregistrements sont venus après la fin de la période.",
        "A period without data is neither reached nor missed. The revision tells how many records came after the end of the period.",
    ),
];

/// The heading of the figures by period.
pub(super) fn by_period(period: Key) -> Text {
    match period {
        Key::Day => text("Tenus à temps, par jour", "Kept on time, by day"),
        Key::Week => text("Tenus à temps, par semaine", "Kept on time, by week"),
        Key::Year => text("Tenus à temps, par année", "Kept on time, by year"),
        Key::Month
        | Key::Channel
        | Key::Language
        | Key::Nature
        | Key::Product
        | Key::CatalogueProduct
        | Key::Outcome
        | Key::Regime
        | Key::Status
        | Key::Unit
        | Key::Borough
        | Key::Commitment => text("Tenus à temps, par mois", "Kept on time, by month"),
    }
}

pub(super) fn withdrawn(count: u64, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!(
            "Dépassements constatés puis retirés, parce que ce qui les démentait a été su plus tard : {count}."
        ),
        Lang::En => format!(
            "Breaches that were stated and taken back, because what belied them became known later: {count}."
        ),
    }
}

pub(super) fn imported(count: &str, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!(
            "Engagements repris d’anciens systèmes, qui ne comptent dans aucune part : {count}."
        ),
        Lang::En => {
            format!("Commitments taken over from former systems, which count in no share: {count}.")
        }
    }
}

pub(super) fn as_of(at: &str, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("Chiffres du {at}. Établis par Beffroi."),
        Lang::En => format!("Figures as of {at}. Made by Beffroi."),
    }
}

pub(super) fn target(percent: &str, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("cible {percent}"),
        Lang::En => format!("target {percent}"),
    }
}

/// In how many windows a level was reached.
pub(super) fn reached(length: &str, (kept, of): (usize, usize), lang: Lang) -> String {
    let text = match length {
        "day" => text("jours où la cible est atteinte", "days on target"),
        "week" => text("semaines où la cible est atteinte", "weeks on target"),
        _ => text("mois où la cible est atteinte", "months on target"),
    };
    match lang {
        Lang::Fr => format!("{} : {kept} sur {of}", text.fr),
        Lang::En => format!("{}: {kept} of {of}", text.en),
    }
}

/// By which windows.
pub(super) fn per(length: &str, lang: Lang) -> &'static str {
    let text = match length {
        "day" => text("Par jour", "By day"),
        "week" => text("Par semaine", "By week"),
        _ => text("Par mois", "By month"),
    };
    text.in_lang(lang)
}

pub(super) fn all_windows(length: &str, lang: Lang) -> &'static str {
    let text = match length {
        "day" => text("Tous les jours, en tableau", "All days, as a table"),
        "week" => text("Toutes les semaines, en tableau", "All weeks, as a table"),
        _ => text("Tous les mois, en tableau", "All months, as a table"),
    };
    text.in_lang(lang)
}

pub(super) fn of_requests(percent: &str, kind: &str, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("Cible : {percent} des engagements « {kind} » échus, tenus à temps."),
        Lang::En => format!("Target: {percent} of the “{kind}” commitments due, kept on time."),
    }
}

pub(super) fn of_contacts(
    (percent, channels): (&str, &str),
    within_secs: u32,
    hang_ups: &str,
    lang: Lang,
) -> String {
    match lang {
        Lang::Fr => format!(
            "Cible : {percent} des contacts ({channels}) répondus en {within_secs} secondes ou moins, aux heures d’ouverture ; {hang_ups}."
        ),
        Lang::En => format!(
            "Target: {percent} of contacts ({channels}) answered within {within_secs} seconds, in opening hours; {hang_ups}."
        ),
    }
}

/// The time over which figures are, in words.
pub(super) fn span(window: &WindowArgs, as_of: Option<&Timestamp>, reader: Reader) -> String {
    let lang = reader.lang;
    let from = window.from().map(|it| moment(&it, reader));
    let to = window.last().map(|it| moment(&it, reader));
    let now = || reader.minutes(as_of, false);
    match (from, to, lang) {
        (Some(from), Some(to), Lang::Fr) => format!("Du {from} au {to}"),
        (Some(from), Some(to), Lang::En) => format!("From {from} to {to}"),
        (Some(from), None, Lang::Fr) => format!("Depuis le {from}"),
        (Some(from), None, Lang::En) => format!("Since {from}"),
        (None, Some(to), Lang::Fr) => format!("Jusqu’au {to}"),
        (None, Some(to), Lang::En) => format!("Until {to}"),
        (None, None, Lang::Fr) => format!("Depuis le début, au {}", now()),
        (None, None, Lang::En) => format!("From the beginning, as of {}", now()),
    }
}

fn moment(bound: &Bound, reader: Reader) -> String {
    match &bound.bound {
        Some(bound::Bound::Date(date)) => match date.parse() {
            Ok(date) => long(date, reader.lang),
            Err(_) => date.clone(),
        },
        Some(bound::Bound::Instant(at)) => reader.minutes(Some(at), false),
        None => String::new(),
    }
}

/// A date in full.
fn long(date: NaiveDate, lang: Lang) -> String {
    const FRENCH: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let (day, year) = (date.day(), date.year());
    match (lang, day) {
        (Lang::En, _) => date.format("%-d %B %Y").to_string(),
        (Lang::Fr, day) => {
            let month = FRENCH.get(date.month0() as usize).copied().unwrap_or_default();
            let first = if day == 1 { "er" } else { "" };
            format!("{day}{first} {month} {year}")
        }
    }
}
