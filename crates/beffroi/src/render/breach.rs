//! Warnings and breaches, for people.

use beffroi_wire::pb::query::v1 as pb;

use super::{DAY_WIDTH, NUMBER_WIDTH, WORD_WIDTH, at_least, cell, label, one_line, table};
use crate::time::minutes;
use crate::words::{self, Lang};

/// A table of facts.
pub(crate) fn breaches(breaches: &[pb::Breach], lang: Lang) -> String {
    let heading = [
        words::FACT,
        words::NUMBER,
        words::PRODUCT,
        words::UNIT,
        words::CYCLE,
        words::DUE_AT,
        words::NOTICED_AT,
    ];
    let mut table = table(heading, lang);
    let widths = [(1, NUMBER_WIDTH), (2, WORD_WIDTH), (5, DAY_WIDTH), (6, DAY_WIDTH)];
    at_least(&mut table, &widths);
    for breach in breaches {
        table.add_row([
            cell(label::<pb::BreachKind>(breach.kind, lang)),
            cell(&breach.number),
            cell(&breach.product),
            cell(&breach.unit),
            super::number(breach.cycle.into()),
            cell(&minutes(breach.due_at.as_ref(), false)),
            cell(&minutes(breach.noticed_at.as_ref(), false)),
        ]);
    }
    table.to_string()
}

/// A fact on one line.
pub(crate) fn breach_line(breach: &pb::Breach, lang: Lang) -> String {
    let due = words::DUE_AT.in_lang(lang);
    let unit = match breach.unit.as_str() {
        "" => String::new(),
        unit => format!(" · {unit}"),
    };
    one_line(&format!(
        "{:<13} · {} · {due} {} · {}{unit}",
        label::<pb::BreachKind>(breach.kind, lang),
        breach.number,
        minutes(breach.due_at.as_ref(), false),
        breach.product,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::breach;

    #[test]
    fn a_fact_is_one_line() {
        assert_eq!(
            breach_line(&breach(), Lang::Fr),
            "Dépassement   · 26-0000001-2 · Échéance (UTC) 2026-11-04 13:30 · Eau potable"
        );
    }
}
