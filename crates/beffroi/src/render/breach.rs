//! Warnings and breaches, for people.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;

use super::report::percent;
use super::{
    DAY_WIDTH, NUMBER_WIDTH, Reader, WORD_WIDTH, at_least, called, cell, label, one_line, table,
};
use crate::view::Share;
use crate::words::{self, Lang};

/// A table of facts.
pub(crate) fn breaches(breaches: &[pb::Breach], reader: Reader) -> String {
    let lang = reader.lang;
    let heading = [
        words::FACT,
        words::NUMBER,
        words::PRODUCT,
        words::UNIT,
        words::PROMISE,
        words::CYCLE,
        words::DUE_AT,
        words::NOTICED_AT,
    ];
    let mut table = table(heading, lang);
    let widths =
        [(1, NUMBER_WIDTH), (2, WORD_WIDTH), (4, WORD_WIDTH), (6, DAY_WIDTH), (7, DAY_WIDTH)];
    at_least(&mut table, &widths);
    for breach in breaches {
        let (number, product, unit) = match &breach.level {
            Some(level) => (level.window.as_str(), level.name.as_str(), reached(level, lang)),
            None => (breach.number.as_str(), product(breach), unit(breach).to_owned()),
        };
        let cycle = breach.level.is_none().then_some(breach.cycle);
        table.add_row([
            cell(label::<pb::BreachKind>(breach.kind, lang)),
            cell(number),
            cell(product),
            cell(&unit),
            cell(if breach.level.is_none() {
                label::<event::PromiseKind>(breach.promise_kind, lang)
            } else {
                ""
            }),
            cycle.map_or_else(|| cell(""), |it| super::number(it.into())),
            cell(&reader.minutes(breach.due_at.as_ref(), false)),
            cell(&reader.minutes(breach.noticed_at.as_ref(), false)),
        ]);
    }
    table.to_string()
}

/// A fact on one line.
pub(crate) fn breach_line(breach: &pb::Breach, reader: Reader) -> String {
    let lang = reader.lang;
    if let Some(level) = &breach.level {
        return one_line(&format!(
            "{:<13} · {} · {} · {}",
            label::<pb::BreachKind>(breach.kind, lang),
            level.window,
            level.name,
            reached(level, lang),
        ));
    }
    let due = words::DUE_AT.in_lang(lang);
    let unit = match unit(breach) {
        "" => String::new(),
        unit => format!(" · {unit}"),
    };
    one_line(&format!(
        "{:<13} · {} · {due} {} · {}{unit}",
        label::<pb::BreachKind>(breach.kind, lang),
        breach.number,
        reader.minutes(breach.due_at.as_ref(), false),
        product(breach),
    ))
}

/// What was reached, and of what: `50,0 % (1 / 2), cible 80 %`.
fn reached(level: &pb::BreachedLevel, lang: Lang) -> String {
    let share = Share { numerator: level.within, denominator: level.of };
    let target = level.definition.as_ref().map(|it| it.percent).unwrap_or_default();
    let target = percent(Share { numerator: target.into(), denominator: 100 }, lang);
    let word = words::TARGET.in_lang(lang);
    let (within, of) = (level.within, level.of);
    format!("{} ({within} / {of}), {word} {target}", percent(share, lang))
}

fn product(breach: &pb::Breach) -> &str {
    called(breach.names.as_ref(), |it| &it.product, &breach.product)
}

fn unit(breach: &pb::Breach) -> &str {
    called(breach.names.as_ref(), |it| &it.unit, &breach.unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::{breach, reader};
    use beffroi_wire::pb::event::v1 as event;

    #[test]
    fn a_fact_names_things_as_people_call_them() {
        let named = |product: &str, unit: &str| pb::Names {
            product: product.to_owned(),
            unit: unit.to_owned(),
            ..pb::Names::default()
        };
        let fact = pb::Breach {
            unit: "Réseaux d'eau".to_owned(),
            names: Some(named("Drinking water", "")),
            ..breach()
        };
        let line = breach_line(&fact, reader(Lang::En));
        assert!(line.ends_with(" · Drinking water · Réseaux d'eau"), "{line}");
        let fact = pb::Breach { names: Some(named("", "Water networks")), ..fact };
        let table = breaches(&[fact], reader(Lang::En));
        assert!(table.contains("Eau potable") && table.contains("Water networks"), "{table}");
    }

    #[test]
    fn a_fact_of_a_level_says_what_was_reached_of_what() {
        let level = pb::BreachedLevel {
            name: "Téléphone".to_owned(),
            definition: Some(event::LevelDefinition { measure: None, percent: 80 }),
            window: "2026-W10".to_owned(),
            within: 7,
            of: 9,
            ..pb::BreachedLevel::default()
        };
        let kind = pb::BreachKind::LevelBreached.into();
        let fact = pb::Breach { kind, level: Some(level), ..pb::Breach::default() };
        assert_eq!(
            breach_line(&fact, reader(Lang::Fr)),
            "Niveau manqué · 2026-W10 · Téléphone · 77,8 % (7 / 9), cible 80,0 %"
        );
        let table = breaches(&[fact], reader(Lang::En));
        assert!(table.contains("77.8% (7 / 9), target 80.0%"), "{table}");
    }

    #[test]
    fn a_fact_is_one_line() {
        assert_eq!(
            breach_line(&breach(), reader(Lang::Fr)),
            "Dépassement   · 26-0000001-2 · Échéance 2026-11-04 08:30 · Eau potable"
        );
    }
}
