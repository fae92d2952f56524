//! Levels on the page: what was reached each day against the target.

use std::fmt::Write as _;

use beffroi_wire::pb::event::v1 as event;

use super::chart::{Point, columns};
use super::words as say;
use super::{escape, figure, of};
use crate::render::{percent, standing, target};
use crate::view::{LevelView, Share, WindowView};
use crate::words::{Lang, Word};

/// A level with the windows of all its lengths, the shortest first.
pub(super) struct Whole<'a> {
    lengths: Vec<&'a LevelView>,
}

/// The lengths of each level together.
pub(super) fn of_one(levels: &[LevelView]) -> Vec<Whole<'_>> {
    let mut found: Vec<Whole<'_>> = Vec::new();
    for level in levels {
        match found.last_mut() {
            Some(last) if last.lengths.first().is_some_and(|it| it.code == level.code) => {
                last.lengths.push(level);
            }
            Some(_) | None => found.push(Whole { lengths: vec![level] }),
        }
    }
    found.retain(|it| it.lengths.iter().any(|it| !it.windows.is_empty()));
    found
}

impl Whole<'_> {
    fn shortest(&self) -> Option<&LevelView> {
        self.lengths.first().copied()
    }
}

/// All windows together.
fn sum(level: &LevelView) -> Share {
    let add = |sum: Share, it: &WindowView| Share {
        numerator: sum.numerator + it.share.numerator,
        denominator: sum.denominator + it.share.denominator,
    };
    level.windows.iter().fold(Share::default(), add)
}

/// The figure of a level among the headlines.
pub(super) fn tile(level: &Whole<'_>, lang: Lang) -> String {
    let Some(shortest) = level.shortest() else { return String::new() };
    let closed = shortest.windows.iter().filter(|it| it.closed && it.share.denominator > 0);
    let missed = closed.clone().filter(|it| it.standing == "missed").count();
    let kept = closed.count() - missed;
    let share = sum(shortest);
    format!(
        "<div class=\"tile wide\"><b>{} <em>{}</em></b><span>{} · {}</span></div>\n",
        percent(share, lang),
        say::target(&target(shortest.definition.percent, lang), lang),
        escape(&shortest.name),
        say::reached(&shortest.length, (kept, kept + missed), lang),
    )
}

/// The section of a level: a chart of its shortest windows, tables of the longer ones.
pub(super) fn section(level: &Whole<'_>, lang: Lang) -> String {
    let Some(shortest) = level.shortest() else { return String::new() };
    let mut html = format!(
        "<section>\n<h2>{}</h2>\n<p>{}</p>\n",
        escape(&shortest.name),
        escape(&definition(shortest, lang)),
    );
    let chart = figure(&chart(shortest, lang), "");
    let _ = writeln!(html, "<div class=\"across\">{chart}</div>");
    html.push_str(&key(lang));
    // The longest windows are few; the others would be pages.
    let (longest, others) = match level.lengths.split_last() {
        Some((longest, others)) => (*longest, others),
        None => (shortest, [].as_slice()),
    };
    html.push_str(&table(longest, lang));
    for level in others.iter().rev() {
        let all = say::all_windows(&level.length, lang);
        let table = table(level, lang);
        let _ = writeln!(html, "<details><summary>{all}</summary>\n{table}</details>");
    }
    html.push_str("</section>\n");
    html
}

fn chart(level: &LevelView, lang: Lang) -> String {
    let point = |it: &WindowView| Point {
        label: it.window.clone(),
        share: it.share,
        missed: it.standing == "missed",
    };
    let points: Vec<Point> = level.windows.iter().map(point).collect();
    let said = say::target(&target(level.definition.percent, lang), lang);
    let title = format!("{} – {}", level.name, say::per(&level.length, lang));
    columns((&title, &level.code), &points, (level.definition.percent, &said), lang)
}

/// What the columns mean.
fn key(lang: Lang) -> String {
    let swatch =
        |drawn: &str| format!("<svg viewBox=\"0 0 16 12\" aria-hidden=\"true\">{drawn}</svg>");
    let good = swatch("<rect class=\"good\" width=\"16\" height=\"12\"/>");
    let bad = swatch(
        "<rect class=\"rest\" width=\"16\" height=\"12\"/><path class=\"hatch\" d=\"M2 12 12 0M8 \
         12 18 0M-4 12 6 0\"/>",
    );
    let none = swatch("<rect class=\"none\" y=\"10\" width=\"16\" height=\"2\"/>");
    format!(
        "<ul class=\"key\"><li>{good}{}</li><li>{bad}{}</li><li>{none}{}</li></ul>\n",
        say::REACHED.in_lang(lang),
        say::MISSED.in_lang(lang),
        say::NO_DATA.in_lang(lang),
    )
}

fn table(level: &LevelView, lang: Lang) -> String {
    let caption = say::per(&level.length, lang);
    let mut html =
        format!("<div class=\"scroll tight\"><table>\n<caption>{caption}</caption>\n<thead><tr>");
    for heading in [say::PERIOD, say::SHARE, say::IN_TIME, say::RESULT, say::APART, say::REVISION] {
        let _ = write!(html, "<th scope=\"col\">{}</th>", heading.in_lang(lang));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for window in &level.windows {
        let class = if window.standing == "missed" { " class=\"missed\"" } else { "" };
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td{class}>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&window.window),
            percent(window.share, lang),
            of(window.share, lang),
            standing(window, lang),
            of(window.exceptional, lang),
            window.figure_revision,
        );
    }
    html.push_str("</tbody>\n</table></div>\n");
    html
}

/// What a level promises, in a sentence.
fn definition(level: &LevelView, lang: Lang) -> String {
    let it = &level.definition;
    let percent = target(it.percent, lang);
    let Some(within) = it.within_secs else {
        let kind = it.promise_kind.as_deref().and_then(event::PromiseKind::parse);
        return say::of_requests(&percent, kind.unwrap_or_default().label(lang), lang);
    };
    let channels = it.channels.iter().filter_map(|it| event::Channel::parse(it));
    let channels: Vec<String> = channels.map(|it| it.label(lang).to_lowercase()).collect();
    let hang_ups = it.hang_ups.as_deref().and_then(event::HangUps::parse).unwrap_or_default();
    let mut hang_ups = hang_ups.label(lang).to_owned();
    if let Some(secs) = it.short_secs {
        let _ = write!(hang_ups, " ({secs} s)");
    }
    say::of_contacts((&percent, &channels.join(", ")), within, &hang_ups, lang)
}
