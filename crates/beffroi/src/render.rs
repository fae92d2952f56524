//! What people see: tables, cards and lines.

mod breach;
mod calendar;
mod catalogue;
mod centre;
mod citizen;
mod commitments;
mod explain;
mod history;
mod link;
mod programme;
mod quarantine;
mod report;
mod request;
mod volumes;
mod what_if;

pub(crate) use breach::{breach_line, breaches};
pub(crate) use calendar::{calendar, calendar_versions, holiday_lines, holidays};
pub(crate) use catalogue::{
    answers, catalogue_versions, checked, next_questions, product_hits, products,
};
pub(crate) use centre::{centre, regime, regimes, screened, with_notice, with_suggestion};
pub(crate) use citizen::{citizen, synthesis};
pub(crate) use commitments::{commitment, commitments, standing, target};
pub(crate) use explain::explained;
pub(crate) use history::history;
pub(crate) use link::candidates;
pub(crate) use programme::{closed, planned, programmes};
pub(crate) use quarantine::{projections, quarantine, quarantined, retried};
pub(crate) use report::{percent, report};
pub(crate) use request::{card, cards, opened, request_line, requests, told};
pub(crate) use volumes::volumes;
pub(crate) use what_if::what_if;

use beffroi_wire::pb::query::v1::Names;
use chrono_tz::Tz;
use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width,
    presets,
};

use prost_types::Timestamp;

use crate::time;
use crate::words::{Lang, Text, Word};

/// Who reads: in which language, and by the clock of which city.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    /// The language.
    pub lang: Lang,
    /// The city's time zone; `None`: it is not known.
    pub zone: Option<Tz>,
}

impl Reader {
    /// To the minute; empty when absent, led by `~` when only roughly known.
    pub(crate) fn minutes(self, at: Option<&Timestamp>, approximate: bool) -> String {
        time::minutes(at, approximate, self.zone)
    }
}

/// One line under the heading and nothing else: many rows fit on a screen.
const RULED: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─'));

/// The width of a number, with its margins.
pub(crate) const NUMBER_WIDTH: u16 = 14;
/// The width of a day, with its margins: the hour may stand below.
pub(crate) const DAY_WIDTH: u16 = 12;
/// The width of a word such as a status, with its margins.
pub(crate) const WORD_WIDTH: u16 = 11;

/// The greatest width of a column, with its margins, where no terminal says how wide lines may be.
const TEXT_WIDTH: u16 = 82;

/// A table with a heading, fitted to the terminal.
pub(crate) fn table(heading: impl IntoIterator<Item = Text>, lang: Lang) -> Table {
    let mut table = Table::new();
    fit(&mut table);
    table.load_style(RULED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heading.into_iter().map(|text| text.in_lang(lang)));
    wrap(&mut table);
    table
}

/// A terminal that does not know its width says 0: no text would fit.
fn fit(table: &mut Table) {
    if table.width() == Some(0) {
        table.force_no_tty();
    }
}

/// Keeps long texts from making lines that nobody can read, where no terminal says how wide.
fn wrap(table: &mut Table) {
    if table.width().is_none() {
        for column in table.column_iter_mut() {
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(TEXT_WIDTH)));
        }
    }
}

/// Columns that must stay readable on a narrow terminal, each with its least width: others give way.
pub(crate) fn at_least(table: &mut Table, widths: &[(usize, u16)]) {
    let wide = table.width().is_none();
    for (column, width) in widths {
        let (lower, upper) = (Width::Fixed(*width), Width::Fixed(TEXT_WIDTH));
        if let Some(column) = table.column_mut(*column) {
            column.set_constraint(if wide {
                ColumnConstraint::Boundaries { lower, upper }
            } else {
                ColumnConstraint::LowerBoundary(lower)
            });
        }
    }
}

/// A card of names and values; values that are empty are left out.
pub(crate) fn pairs(rows: impl IntoIterator<Item = (Text, String)>, lang: Lang) -> Table {
    let mut card = Table::new();
    fit(&mut card);
    card.load_style(presets::UTF8_BORDERS_ONLY);
    card.set_content_arrangement(ContentArrangement::Dynamic);
    for (name, value) in rows {
        if !value.is_empty() {
            card.add_row([Cell::new(name.in_lang(lang)), cell(&value)]);
        }
    }
    wrap(&mut card);
    card
}

/// A cell of text that people wrote: a terminal must not obey it.
pub(crate) fn cell(text: &str) -> Cell {
    Cell::new(plain(text))
}

/// A cell with a number.
pub(crate) fn number(value: u64) -> Cell {
    Cell::new(value).set_alignment(CellAlignment::Right)
}

/// What people call something, else what was recorded.
pub(crate) fn called<'a>(
    names: Option<&'a Names>,
    which: fn(&Names) -> &String,
    recorded: &'a str,
) -> &'a str {
    names.map(which).filter(|name| !name.is_empty()).map_or(recorded, String::as_str)
}

/// A name and its value, with the language's own colon.
pub(crate) fn named(name: &str, value: &str, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("{name} : {value}"),
        Lang::En => format!("{name}: {value}"),
    }
}

/// The text without control characters, line breaks kept.
pub(crate) fn plain(text: &str) -> String {
    let harmless = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    text.replace("\r\n", "\n").replace('\t', " ").chars().map(harmless).collect()
}

/// The text on one line, without control characters.
pub(crate) fn one_line(text: &str) -> String {
    plain(text).replace('\n', " ")
}

/// The label of a value of the protocol.
pub(crate) fn label<W: Word>(number: i32, lang: Lang) -> &'static str {
    W::try_from(number).ok().map_or("?", |value| value.label(lang))
}

/// The label of a value of the protocol, empty when it was not said.
pub(crate) fn label_if_said<W: Word>(number: i32, lang: Lang) -> &'static str {
    W::try_from(number).ok().filter(|value| value.key().is_some()).map_or("", |it| it.label(lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_colon_of_its_language() {
        assert_eq!(named("Résolue", "8", Lang::Fr), "Résolue : 8");
        assert_eq!(named("Resolved", "8", Lang::En), "Resolved: 8");
    }

    #[test]
    fn what_has_no_other_name_is_called_as_it_was_recorded() {
        let names = Names { product: "Lighting".to_owned(), ..Names::default() };
        assert_eq!(called(Some(&names), |it| &it.product, "Éclairage"), "Lighting");
        assert_eq!(called(Some(&names), |it| &it.unit, "Voirie"), "Voirie");
        assert_eq!(called(None, |it| &it.unit, "Voirie"), "Voirie");
    }

    #[test]
    fn long_texts_are_wrapped_where_there_is_no_terminal() {
        let text = "Une phrase qui revient. ".repeat(10);
        let text = text.trim_end();
        let mut listed = table([crate::words::NUMBER, crate::words::NOTICE], Lang::Fr);
        at_least(&mut listed, &[(0, NUMBER_WIDTH)]);
        listed.force_no_tty().add_row([cell("26-0000001-2"), cell(text)]);
        let card = pairs([(crate::words::NOTICE, text.to_owned())], Lang::Fr);
        for shown in [listed.to_string(), card.to_string()] {
            let widest = shown.lines().map(|line| line.chars().count()).max();
            assert!(widest.is_some_and(|it| it > 80 && it < 110), "{shown}");
            assert_eq!(shown.matches("phrase").count(), 10, "{shown}");
        }
    }

    #[test]
    fn a_terminal_does_not_obey_what_people_wrote() {
        assert_eq!(plain("a\u{1b}[2Jb\tc\r\nd"), "a\u{fffd}[2Jb c\nd");
        assert_eq!(one_line("a\nb"), "a b");
    }
}
