//! The page for the public: how promises were kept, in one HTML file that needs nothing else.

mod chart;
mod level;
mod words;

use std::fmt::Write as _;

use chart::{Bar, Point, bars, curve};
use words as say;

use crate::cli::{Key, WindowArgs};
use crate::render::{Reader, commitment, percent};
use crate::view::{CommitmentFigures, CommitmentsAnswer, Keys, Share};
use crate::words::{Lang, Text};

/// The most bars of a chart: the others are in its table.
const BARS_MAX: usize = 14;

/// What a page shows.
pub(crate) struct Page<'a> {
    /// Promises by what was promised, and the levels.
    pub commitments: &'a CommitmentsAnswer,
    /// Promises by unit.
    pub units: &'a CommitmentsAnswer,
    /// Promises by period.
    pub periods: &'a CommitmentsAnswer,
    /// The length of the periods.
    pub period: Key,
    /// Over which time.
    pub window: &'a WindowArgs,
}

/// The page, in the language of who reads.
pub(crate) fn page(page: &Page<'_>, reader: Reader) -> String {
    let lang = reader.lang;
    let answer = page.commitments;
    let title = format!("{} · {}", say::TITLE.in_lang(lang), answer.city);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
        lang.tag(),
        escape(&title),
        include_str!("html/style.css"),
    );
    let _ = write!(
        html,
        "<header>\n<p>{}</p>\n<h1>{}</h1>\n<p>{}</p>\n</header>\n<main>\n",
        escape(&answer.city),
        say::TITLE.in_lang(lang),
        escape(&say::span(page.window, answer.as_of.as_ref(), reader)),
    );
    html.push_str(&lead(answer, lang));
    html.push_str(&by_commitment(answer, lang));
    html.push_str(&by_period(page, lang));
    for level in level::of_one(&answer.levels) {
        html.push_str(&level::section(&level, lang));
    }
    html.push_str(&by_unit(page.units, lang));
    let _ = write!(html, "</main>\n{}</body>\n</html>\n", foot(answer, reader));
    html
}

/// The headline: one figure, and what it is made of.
fn lead(answer: &CommitmentsAnswer, lang: Lang) -> String {
    let total = &answer.total;
    let mut html = format!(
        "<section class=\"lead\" aria-label=\"{}\">\n<div class=\"headline\"><b>{}</b><span>{}</span>\
         </div>\n<div class=\"tiles\">\n",
        say::AT_A_GLANCE.in_lang(lang),
        percent(total.on_time, lang),
        say::KEPT_ON_TIME.in_lang(lang),
    );
    for (count, word) in [
        (total.met, say::MET),
        (total.late, say::LATE),
        (total.open, say::OPEN),
        (total.rescinded, say::RESCINDED),
    ] {
        let (count, word) = (thousands(count, lang), word.in_lang(lang));
        let _ = writeln!(html, "<div class=\"tile\"><b>{count}</b><span>{word}</span></div>");
    }
    for level in level::of_one(&answer.levels) {
        html.push_str(&level::tile(&level, lang));
    }
    html.push_str("</div>\n</section>\n");
    html
}

fn by_commitment(answer: &CommitmentsAnswer, lang: Lang) -> String {
    let name =
        |keys: &Keys| keys.commitment.as_ref().map(|it| commitment(it, lang)).unwrap_or_default();
    let mut decided: Vec<Bar> = answer
        .rows
        .iter()
        .filter(|row| row.figures.on_time.denominator > 0)
        .map(|row| Bar { label: name(&row.keys), share: row.figures.on_time })
        .collect();
    // Those that most people were promised come first.
    decided.sort_by_key(|bar| std::cmp::Reverse(bar.share.denominator));
    decided.truncate(BARS_MAX);
    let rows = answer.rows.iter().map(|row| (name(&row.keys), row.figures));
    let chart = bars(say::BY_COMMITMENT.in_lang(lang), &decided, lang);
    let shown = match decided.len() {
        BARS_MAX => say::MOST.in_lang(lang),
        _ => "",
    };
    let about = (say::BY_COMMITMENT, say::ABOUT_COMMITMENTS);
    let table = table((say::WHAT, rows.collect()), Some(answer), lang);
    section(about, &figure(&chart, shown), &table, lang)
}

fn by_period(page: &Page<'_>, lang: Lang) -> String {
    let rows = &page.periods.rows;
    let points: Vec<Point> = rows
        .iter()
        .map(|row| Point {
            label: row.keys.period.clone(),
            share: row.figures.on_time,
            missed: false,
        })
        .collect();
    let heading = say::by_period(page.period);
    let chart = curve(heading.in_lang(lang), &points, lang);
    let rows = rows.iter().map(|row| (row.keys.period.clone(), row.figures));
    let table = table((say::PERIOD, rows.collect()), None, lang);
    section((heading, say::ABOUT_PERIODS), &figure(&chart, ""), &table, lang)
}

fn by_unit(answer: &CommitmentsAnswer, lang: Lang) -> String {
    let rows = answer.rows.iter().map(|row| {
        let unit = row.keys.unit.clone().filter(|it| !it.is_empty());
        (unit.unwrap_or_else(|| say::NO_UNIT.in_lang(lang).to_owned()), row.figures)
    });
    let rows: Vec<_> = rows.collect();
    let bar = |(label, figures): &(String, CommitmentFigures)| Bar {
        label: label.clone(),
        share: figures.on_time,
    };
    let decided = rows.iter().filter(|(_, it)| it.on_time.denominator > 0).map(bar);
    let decided: Vec<Bar> = decided.take(BARS_MAX).collect();
    let chart = bars(say::BY_UNIT.in_lang(lang), &decided, lang);
    let table = table((say::UNIT, rows), None, lang);
    section((say::BY_UNIT, say::ABOUT_UNITS), &figure(&chart, ""), &table, lang)
}

fn section((heading, about): (Text, Text), chart: &str, table: &str, lang: Lang) -> String {
    format!(
        "<section>\n<h2>{}</h2>\n<p>{}</p>\n<div class=\"pair\">\n{chart}{table}</div>\n</section>\n",
        heading.in_lang(lang),
        about.in_lang(lang),
    )
}

fn figure(chart: &str, caption: &str) -> String {
    match caption {
        "" => format!("<figure>{chart}</figure>\n"),
        caption => format!("<figure>{chart}<figcaption>{caption}</figcaption></figure>\n"),
    }
}

/// Figures of promises as a table; with the total and what was imported, where an answer is given.
fn table(
    (first, rows): (Text, Vec<(String, CommitmentFigures)>),
    whole: Option<&CommitmentsAnswer>,
    lang: Lang,
) -> String {
    let headings = [first, say::ON_TIME, say::MET_OF, say::OPEN_SHORT, say::DAYS];
    let mut html = String::from("<div class=\"scroll\"><table>\n<thead><tr>");
    for heading in headings {
        let _ = write!(html, "<th scope=\"col\">{}</th>", heading.in_lang(lang));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for (name, figures) in &rows {
        html.push_str(&row(name, figures, lang));
    }
    html.push_str("</tbody>\n");
    if let Some(answer) = whole {
        let total = row(say::TOTAL.in_lang(lang), &answer.total, lang);
        let _ = write!(html, "<tfoot>\n{total}");
        if answer.imported.set > 0 {
            let imported = row(say::IMPORTED.in_lang(lang), &answer.imported, lang);
            html.push_str(&imported.replacen("<tr>", "<tr class=\"aside\">", 1));
        }
        html.push_str("</tfoot>\n");
    }
    html.push_str("</table></div>\n");
    html
}

fn row(name: &str, figures: &CommitmentFigures, lang: Lang) -> String {
    let delays = &figures.delays;
    let days = delays.median_business_days.zip(delays.p90_business_days);
    let days = days.map_or("–".to_owned(), |(median, p90)| format!("{median} · {p90}"));
    format!(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{days}</td></tr>\n",
        escape(name),
        percent(figures.on_time, lang),
        of(figures.on_time, lang),
        thousands(figures.open, lang),
    )
}

/// So many of so many.
fn of(share: Share, lang: Lang) -> String {
    match share.denominator {
        0 => "–".to_owned(),
        all => format!("{} / {}", thousands(share.numerator, lang), thousands(all, lang)),
    }
}

/// What the figures mean, and where they come from.
fn foot(answer: &CommitmentsAnswer, reader: Reader) -> String {
    let lang = reader.lang;
    let mut html = format!("<footer>\n<h2>{}</h2>\n<ul>\n", say::HOW_COUNTED.in_lang(lang));
    for note in say::NOTES {
        let _ = writeln!(html, "<li>{}</li>", note.in_lang(lang));
    }
    if answer.total.withdrawn > 0 {
        let _ = writeln!(html, "<li>{}</li>", say::withdrawn(answer.total.withdrawn, lang));
    }
    if answer.imported.set > 0 {
        let count = thousands(answer.imported.set, lang);
        let _ = writeln!(html, "<li>{}</li>", say::imported(&count, lang));
    }
    let as_of = say::as_of(&reader.minutes(answer.as_of.as_ref(), false), lang);
    let _ = write!(html, "</ul>\n<p>{}</p>\n</footer>\n", escape(&as_of));
    html
}

/// A number with its thousands apart.
fn thousands(number: u64, lang: Lang) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(match lang {
                Lang::Fr => '\u{202f}',
                Lang::En => ',',
            });
        }
        text.push(digit);
    }
    text
}

/// A text of at most so many characters.
fn short(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A text in which nothing is read as HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
