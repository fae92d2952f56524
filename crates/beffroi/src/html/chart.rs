//! Charts: SVG that the page's style colours. Each has a title for those who cannot see it, and never
//! tells anything by colour alone.

use std::fmt::Write as _;

use super::{escape, short};
use crate::render::percent;
use crate::view::Share;
use crate::words::Lang;

/// The width of a chart beside its table, in the units of its drawing.
const WIDTH: u64 = 640;
/// The width of a chart across the page: its letters are as large.
const WIDE: u64 = 1_240;
/// Room for the numbers of an axis.
const LEFT: u64 = 46;
/// The room of a label below an axis.
const LABEL: u64 = 92;
/// The most points whose values are all told: of more, the lowest and the last.
const TOLD_MAX: usize = 8;

/// A bar of a chart.
pub(super) struct Bar {
    /// What it shows.
    pub label: String,
    /// How far it goes.
    pub share: Share,
}

/// A point of a line or a column of a chart.
pub(super) struct Point {
    /// When.
    pub label: String,
    /// How high.
    pub share: Share,
    /// It lies below its target.
    pub missed: bool,
}

/// Shares as bars: what is missing to the whole is shown, too.
pub(super) fn bars(title: &str, bars: &[Bar], lang: Lang) -> String {
    const ROW: u64 = 46;
    let height = ROW * bars.len() as u64 + 22;
    let mut svg = begin(title, (WIDTH, height));
    for quarter in 0..=4_u64 {
        let x = quarter * WIDTH / 4;
        let anchor = ["start", "middle", "middle", "middle", "end"]
            .get(usize::try_from(quarter).unwrap_or_default())
            .copied()
            .unwrap_or("middle");
        line(&mut svg, "grid", (x, 0), (x, height - 20));
        text(&mut svg, ("soft", anchor), (x, height - 4), &whole(quarter * 25, lang));
    }
    for (at, bar) in bars.iter().enumerate() {
        let y = ROW * at as u64;
        text(&mut svg, ("", "start"), (0, y + 16), &short(&bar.label, 66));
        let value = percent(bar.share, lang);
        text(&mut svg, ("strong", "end"), (WIDTH, y + 16), &value);
        if bar.share.denominator > 0 {
            rect(&mut svg, "rest", (0, y + 23), (WIDTH, 13));
            rect(&mut svg, "good", (0, y + 23), (scaled(bar.share, WIDTH), 13));
        }
    }
    svg.push_str("</svg>");
    svg
}

/// Shares over time as a line, with a gap where there is none.
pub(super) fn curve(title: &str, points: &[Point], lang: Lang) -> String {
    const HEIGHT: u64 = 220;
    let mut svg = begin(title, (WIDTH, HEIGHT + 30));
    axis(&mut svg, (WIDTH, HEIGHT), lang);
    let x = |at: usize| place(at, points.len(), WIDTH);
    let y = |share| HEIGHT - scaled(share, HEIGHT);
    let with_data = || points.iter().enumerate().filter(|(_, it)| it.share.denominator > 0);
    let lowest = with_data().max_by_key(|(_, it)| y(it.share)).map(|(at, _)| at);
    let last = with_data().next_back().map(|(at, _)| at);
    let told = |at| points.len() <= TOLD_MAX || Some(at) == lowest || Some(at) == last;
    let mut path = String::new();
    let mut pen = "M";
    for (at, point) in points.iter().enumerate() {
        if point.share.denominator == 0 {
            pen = "M";
            continue;
        }
        let _ = write!(path, "{pen}{} {} ", x(at), y(point.share));
        pen = "L";
    }
    let _ = write!(svg, r#"<path class="stroke" d="{}"/>"#, path.trim_end());
    for (at, point) in with_data() {
        let (x, y) = (x(at), y(point.share));
        let said = escape(&format!("{} : {}", point.label, percent(point.share, lang)));
        let _ = write!(
            svg,
            r#"<circle class="dot" cx="{x}" cy="{y}" r="4"><title>{said}</title></circle>"#
        );
        if told(at) {
            let above = if y < 24 { y + 20 } else { y - 11 };
            text(&mut svg, ("strong", "middle"), (x, above), &percent(point.share, lang));
        }
    }
    labels(&mut svg, points, (WIDTH, HEIGHT + 22));
    svg.push_str("</svg>");
    svg
}

/// Shares over time as columns, against a target: those that miss it are hatched, and where there is no
/// data there is a mark on the ground.
pub(super) fn columns(
    (title, name): (&str, &str),
    points: &[Point],
    (target, said): (u32, &str),
    lang: Lang,
) -> String {
    const HEIGHT: u64 = 200;
    let mut svg = begin(title, (WIDE, HEIGHT + 30));
    let hatch = format!("hatch-{name}");
    let _ = write!(
        svg,
        r#"<defs><pattern id="{hatch}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="rest" width="5" height="5"/><path class="hatch" d="M0 0V5"/></pattern></defs>"#
    );
    axis(&mut svg, (WIDE, HEIGHT), lang);
    // In tenths of a unit: a year of days has columns narrower than two.
    let room = (WIDE - LEFT) * 10 / points.len().max(1) as u64;
    let width = (room * 7 / 10).clamp(10, 260);
    for (at, point) in points.iter().enumerate() {
        let left = LEFT * 10 + room * at as u64 + (room - width.min(room)) / 2;
        let (x, wide) = (tenths(left), tenths(width));
        if point.share.denominator == 0 {
            let _ = write!(
                svg,
                r#"<rect class="none" x="{x}" y="{}" width="{wide}" height="2"/>"#,
                HEIGHT - 2
            );
            continue;
        }
        let high = scaled(point.share, HEIGHT).max(1);
        let fill = if point.missed {
            format!(r#"fill="url(#{hatch})""#)
        } else {
            r#"class="good""#.to_owned()
        };
        let told = escape(&format!("{} : {}", point.label, percent(point.share, lang)));
        let y = HEIGHT - high;
        let _ = write!(
            svg,
            r#"<rect {fill} x="{x}" y="{y}" width="{wide}" height="{high}"><title>{told}</title></rect>"#
        );
    }
    let y = HEIGHT - HEIGHT * u64::from(target.min(100)) / 100;
    line(&mut svg, "target", (LEFT, y), (WIDE, y));
    text(&mut svg, ("strong", "start"), (WIDE + 8, y + 4), said);
    labels(&mut svg, points, (WIDE, HEIGHT + 22));
    svg.push_str("</svg>");
    svg
}

fn begin(title: &str, (width, height): (u64, u64)) -> String {
    let title = escape(title);
    format!(
        r#"<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}"><title>{title}</title>"#
    )
}

/// The percentages at the side.
fn axis(svg: &mut String, (width, height): (u64, u64), lang: Lang) {
    for quarter in 0..=4_u64 {
        let y = height - height * quarter / 4;
        line(svg, "grid", (LEFT, y), (width, y));
        text(svg, ("soft", "end"), (LEFT - 8, y + 4), &whole(quarter * 25, lang));
    }
}

/// Some of the names below.
fn labels(svg: &mut String, points: &[Point], (width, y): (u64, u64)) {
    let most = usize::try_from((width - LEFT) / LABEL).unwrap_or(1);
    let step = points.len().div_ceil(most).max(1);
    for (at, point) in points.iter().enumerate().step_by(step) {
        text(svg, ("soft", "middle"), (place(at, points.len(), width), y), &point.label);
    }
}

/// The middle of a point's room.
fn place(at: usize, of: usize, width: u64) -> u64 {
    let room = width - LEFT;
    LEFT + (room * (2 * at as u64 + 1)) / (2 * of.max(1) as u64)
}

/// A share of a length.
fn scaled(share: Share, length: u64) -> u64 {
    let part = u128::from(share.numerator) * u128::from(length);
    let scaled = part.checked_div(u128::from(share.denominator)).unwrap_or_default();
    u64::try_from(scaled).unwrap_or(length)
}

fn whole(percent: u64, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("{percent}\u{a0}%"),
        Lang::En => format!("{percent}%"),
    }
}

fn tenths(of: u64) -> String {
    format!("{}.{}", of / 10, of % 10)
}

fn line(svg: &mut String, class: &str, (x1, y1): (u64, u64), (x2, y2): (u64, u64)) {
    let _ = write!(svg, r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#);
}

fn rect(svg: &mut String, class: &str, (x, y): (u64, u64), (width, height): (u64, u64)) {
    let _ = write!(
        svg,
        r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="2"/>"#
    );
}

fn text(svg: &mut String, (class, anchor): (&str, &str), (x, y): (u64, u64), said: &str) {
    let said = escape(said);
    let _ = write!(
        svg,
        r#"<text class="{class}" x="{x}" y="{y}" text-anchor="{anchor}">{said}</text>"#
    );
}
