//! What would become of promises, for people: the products with most changes, then the total.

use super::{NUMBER_WIDTH, at_least, cell, number, table};
use crate::view::{Flips, WhatIfAnswer, WhatIfRow};
use crate::words::what_if as said;
use crate::words::{self, Lang, Text};

/// How many products are shown.
const ROWS_MAX: usize = 10;

/// A figure with its heading.
type Column = (Text, fn(&Flips) -> u64);

/// Those that are always shown.
const ALWAYS: [Column; 3] = [
    (words::REQUESTS, |it| it.requests),
    (said::ON_TIME_TO_LATE, |it| it.on_time_to_late),
    (said::LATE_TO_ON_TIME, |it| it.late_to_on_time),
];

/// Those that are shown where there are any.
const WHERE_ANY: [Column; 10] = [
    (said::OPEN_TO_LATE, |it| it.open_to_late),
    (said::LATE_TO_OPEN, |it| it.late_to_open),
    (said::RESCINDED_TO_LATE, |it| it.rescinded_to_late),
    (said::LATE_TO_RESCINDED, |it| it.late_to_rescinded),
    (said::NEWLY, |it| it.newly_promised),
    (said::NEWLY_LATE, |it| it.newly_promised_late),
    (said::NO_LONGER, |it| it.no_longer_promised),
    (said::UNCHANGED, |it| it.unchanged),
    (said::STILL_OPEN, |it| it.still_open),
    (said::NOT_RECOUNTED, |it| it.not_recounted),
];

/// The table, and what must be said of it.
pub(crate) fn what_if(answer: &WhatIfAnswer, lang: Lang) -> String {
    let total = &answer.total;
    let any = WHERE_ANY.into_iter().filter(|(_, figure)| figure(total) > 0);
    let columns: Vec<Column> = ALWAYS.into_iter().chain(any).collect();
    let headings = columns.iter().map(|(heading, _)| *heading);
    let mut table = table([words::PRODUCT].into_iter().chain(headings), lang);
    at_least(&mut table, &[(0, NUMBER_WIDTH)]);
    let (shown, others) = most(&answer.rows);
    for row in shown {
        let figures = columns.iter().map(|(_, figure)| number(figure(&row.flips)));
        table.add_row([cell(&row.product)].into_iter().chain(figures));
    }
    let figures = columns.iter().map(|(_, figure)| number(figure(total)));
    table.add_row([cell(words::TOTAL.in_lang(lang))].into_iter().chain(figures));
    let mut parts = vec![table.to_string()];
    if others > 0 {
        parts.push(match lang {
            Lang::Fr => format!("{others} autres produits changeraient (--output json)."),
            Lang::En => format!("{others} other products would change (--output json)."),
        });
    }
    if total.all() == 0 {
        parts.push(said::NOTHING_FLIPS.in_lang(lang).to_owned());
    }
    if total.not_recounted > 0 {
        parts.push(not_recounted(total.not_recounted, lang));
    }
    if total.approximate > 0 {
        parts.push(approximate(total.approximate, lang));
    }
    parts.join("\n\n")
}

/// The products with most changes, and how many others have any.
fn most(rows: &[WhatIfRow]) -> (Vec<&WhatIfRow>, usize) {
    let mut changed: Vec<_> = rows.iter().filter(|it| it.flips.all() > 0).collect();
    // Stable: those with as many stay in order of their words.
    changed.sort_by_key(|it| std::cmp::Reverse(it.flips.all()));
    let others = changed.len().saturating_sub(ROWS_MAX);
    changed.truncate(ROWS_MAX);
    (changed, others)
}

fn not_recounted(count: u64, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!(
            "Non recomptés : {count}. La source de demandes importées a donné leur échéance, ou le \
             compte sort du calendrier."
        ),
        Lang::En => format!(
            "Not recounted: {count}. The source of imported requests gave their due time, or the \
             count leads out of the calendar."
        ),
    }
}

fn approximate(count: u64, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!(
            "Reposent sur des instants connus à peu près seulement : {count}. Leurs verdicts ne \
             valent pas mieux."
        ),
        Lang::En => format!(
            "Resting on times that are only known roughly: {count}. Their verdicts are no better."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(product: &str, on_time_to_late: u64) -> WhatIfRow {
        let flips = Flips { requests: 9, on_time_to_late, unchanged: 3, ..Flips::default() };
        WhatIfRow { product: product.to_owned(), flips }
    }

    fn answer(rows: Vec<WhatIfRow>, total: Flips) -> WhatIfAnswer {
        WhatIfAnswer { as_of: None, rows, total, position: None }
    }

    fn lines(shown: &str) -> Vec<Vec<&str>> {
        shown.lines().map(|line| line.split_whitespace().collect()).collect()
    }

    #[test]
    fn the_products_with_most_changes_come_first_and_the_total_last() {
        let rows = vec![row("Arbre", 1), row("Neige", 5), row("Trottoir", 0), row("Zone", 1)];
        let total = Flips { requests: 36, on_time_to_late: 7, unchanged: 12, ..Flips::default() };
        let shown = what_if(&answer(rows, total), Lang::En);
        let lines = lines(&shown);
        assert_eq!(lines[0].last(), Some(&"Unchanged"));
        assert_eq!(lines[2], ["Neige", "9", "5", "0", "3"]);
        assert_eq!(lines[3], ["Arbre", "9", "1", "0", "3"]);
        assert_eq!(lines[4], ["Zone", "9", "1", "0", "3"]);
        assert_eq!(lines[5], ["Total", "36", "7", "0", "12"]);
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn ten_products_are_shown_and_the_others_counted() {
        let rows: Vec<_> = (0..13).map(|it| row(&format!("P{it:02}"), 1)).collect();
        let total = Flips { on_time_to_late: 13, ..Flips::default() };
        let shown = what_if(&answer(rows, total), Lang::Fr);
        assert!(shown.contains("P09") && !shown.contains("P10"), "{shown}");
        assert!(shown.ends_with("3 autres produits changeraient (--output json)."), "{shown}");
    }

    #[test]
    fn what_changes_nothing_and_what_cannot_be_counted_are_said() {
        let total = Flips { requests: 2, not_recounted: 2, approximate: 1, ..Flips::default() };
        let shown = what_if(&answer(Vec::new(), total), Lang::En);
        assert!(shown.contains("No verdict would be another one."), "{shown}");
        assert!(shown.contains("Not recounted: 2. The source of imported"), "{shown}");
        assert!(shown.contains("only known roughly: 1."), "{shown}");
    }
}
