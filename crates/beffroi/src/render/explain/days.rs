//! The days of a count: one a line, but days off that follow each other on one.

use beffroi_wire::pb::query::v1 as pb;
use chrono::{Datelike as _, NaiveDate, Weekday};
use pb::count_step::Step;

use super::super::{DAY_WIDTH, Reader, at_least, cell, label, named, table as ruled};
use crate::words::explain as said;
use crate::words::{self, Lang, Text};

/// The table; `None`: no day was looked at.
pub(super) fn table(it: &pb::PromiseExplanation, reader: Reader) -> Option<String> {
    let lang = reader.lang;
    let last = it.days.len().checked_sub(1)?;
    let heading = [said::DATE, words::DAY, said::KIND_OF_DAY, words::HOURS, said::COUNTED];
    let mut table = ruled(heading, lang);
    at_least(&mut table, &[(0, DAY_WIDTH)]);
    let received = local_date(it.received_at.as_ref(), reader);
    let mut at = 0;
    while let Some(day) = it.days.get(at) {
        let run = run(it.days.get(at..).unwrap_or_default(), &received);
        let end = it.days.get(at + run - 1).unwrap_or(day);
        let mut notes = counted(day, lang);
        if day.date == received {
            notes.insert(0, note(said::RECEIVED_AT, &clock(it.received_at.as_ref(), reader), lang));
        }
        if at + run - 1 == last {
            let due = reader.minutes(it.counted_due_at.as_ref(), false);
            notes.push(note(words::DUE_AT, &due, lang));
        }
        table.add_row([
            cell(&between(&day.date, &end.date)),
            cell(&between(weekday(&day.date, lang), weekday(&end.date, lang))),
            cell(&kind(day, lang)),
            cell(&locals(&day.openings)),
            cell(&notes.join("\n")),
        ]);
        at += run;
    }
    Some(table.to_string())
}

/// How many days from the first on fit on one line: days off on which nothing happened.
fn run(days: &[pb::ExplainedDay], received: &str) -> usize {
    let is_plain = |it: &&pb::ExplainedDay| {
        it.kind() == pb::DayKind::DayOff
            && it.openings.is_empty()
            && it.steps.is_empty()
            && it.date != received
    };
    days.iter().take_while(is_plain).count().max(1)
}

fn between(first: &str, last: &str) -> String {
    if first == last { first.to_owned() } else { format!("{first} – {last}") }
}

fn weekday(date: &str, lang: Lang) -> &'static str {
    let Ok(date) = date.parse::<NaiveDate>() else { return "" };
    let name = match date.weekday() {
        Weekday::Mon => words::MON,
        Weekday::Tue => words::TUE,
        Weekday::Wed => words::WED,
        Weekday::Thu => words::THU,
        Weekday::Fri => words::FRI,
        Weekday::Sat => words::SAT,
        Weekday::Sun => words::SUN,
    };
    name.in_lang(lang)
}

fn kind(day: &pb::ExplainedDay, lang: Lang) -> String {
    let kind = label::<pb::DayKind>(day.kind, lang);
    if day.name.is_empty() { kind.to_owned() } else { named(kind, &day.name, lang) }
}

fn locals(spans: &[pb::TimeSpan]) -> String {
    spans.iter().map(|it| it.local.as_str()).collect::<Vec<_>>().join(", ")
}

fn note(name: Text, value: &str, lang: Lang) -> String {
    format!("{} {value}", name.in_lang(lang).to_lowercase()).trim_end().to_owned()
}

/// What was counted on a day, a line each.
fn counted(day: &pb::ExplainedDay, lang: Lang) -> Vec<String> {
    let paused = (!day.paused.is_empty()).then(|| match lang {
        Lang::Fr => format!("suspendu {}", locals(&day.paused)),
        Lang::En => format!("paused {}", locals(&day.paused)),
    });
    let steps = day.steps.iter().filter_map(|it| it.step.as_ref());
    paused.into_iter().chain(steps.map(|it| step(it, lang))).collect()
}

fn step(step: &Step, lang: Lang) -> String {
    match (step, lang) {
        (Step::Start(_), Lang::Fr) => "jour 0 : le compte part d'ici".to_owned(),
        (Step::Start(_), Lang::En) => "day 0: the count begins here".to_owned(),
        (Step::Day(it), Lang::Fr) => {
            let all = it.number.saturating_add(it.left);
            format!("jour {} de {all}, reste {}", it.number, it.left)
        }
        (Step::Day(it), Lang::En) => {
            let all = it.number.saturating_add(it.left);
            format!("day {} of {all}, {} left", it.number, it.left)
        }
        (Step::Time(it), _) => {
            let left = duration(it.left_micros);
            let left = match lang {
                Lang::Fr => format!("reste {left}"),
                Lang::En => format!("{left} left"),
            };
            format!("{} ({}), {left}", duration(it.counted_micros), local(it))
        }
        (Step::GivenBack(it), Lang::Fr) => {
            let back = format!("rendu {} ({})", duration(it.counted_micros), local(it));
            if it.left_micros == 0 {
                back
            } else {
                format!("{back}, reste {}", duration(it.left_micros))
            }
        }
        (Step::GivenBack(it), Lang::En) => {
            let back = format!("given back {} ({})", duration(it.counted_micros), local(it));
            if it.left_micros == 0 {
                back
            } else {
                format!("{back}, {} left", duration(it.left_micros))
            }
        }
    }
}

fn local(it: &pb::CountedTime) -> &str {
    it.span.as_ref().map(|it| it.local.as_str()).unwrap_or_default()
}

/// `3 h 20 min`, the same in both languages; parts of a second as such.
fn duration(micros: i64) -> String {
    let (secs, rest) = (micros / 1_000_000, micros % 1_000_000);
    let mut parts = Vec::new();
    for (number, unit) in [(secs / 3600, "h"), (secs / 60 % 60, "min")] {
        if number > 0 {
            parts.push(format!("{number} {unit}"));
        }
    }
    match (secs % 60, rest) {
        (0, 0) => {}
        (secs, 0) => parts.push(format!("{secs} s")),
        (secs, rest) => parts.push(format!("{secs}.{rest:06} s")),
    }
    if parts.is_empty() { "0 min".to_owned() } else { parts.join(" ") }
}

/// The local date; empty where the zone is not known.
fn local_date(at: Option<&prost_types::Timestamp>, reader: Reader) -> String {
    let shown = reader.minutes(at, false);
    shown.split(' ').next().filter(|_| reader.zone.is_some()).unwrap_or_default().to_owned()
}

/// The local time of the day.
fn clock(at: Option<&prost_types::Timestamp>, reader: Reader) -> String {
    let shown = reader.minutes(at, false);
    shown.split_once(' ').map(|(_, time)| time.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::{at, reader};

    fn off(date: &str) -> pb::ExplainedDay {
        let kind = pb::DayKind::DayOff.into();
        pb::ExplainedDay { date: date.to_owned(), kind, ..Default::default() }
    }

    fn open(date: &str, steps: Vec<Step>) -> pb::ExplainedDay {
        let opening = pb::TimeSpan { local: "08:00-19:00".to_owned(), ..Default::default() };
        pb::ExplainedDay {
            date: date.to_owned(),
            kind: pb::DayKind::Usual.into(),
            openings: vec![opening],
            steps: steps.into_iter().map(|it| pb::CountStep { step: Some(it) }).collect(),
            ..Default::default()
        }
    }

    #[test]
    fn days_off_that_follow_each_other_share_a_line() {
        let start = Step::Start(pb::CountStart { at: None });
        let counted = Step::Day(pb::CountedDay { number: 1, left: 0 });
        let it = pb::PromiseExplanation {
            received_at: at(0),
            counted_due_at: at(7 * 86_400),
            days: vec![
                open("2026-11-02", vec![start]),
                off("2026-11-03"),
                off("2026-11-04"),
                off("2026-11-05"),
                pb::ExplainedDay {
                    kind: pb::DayKind::Holiday.into(),
                    name: "Fête".to_owned(),
                    ..off("2026-11-06")
                },
                off("2026-11-07"),
                open("2026-11-09", vec![counted]),
            ],
            ..Default::default()
        };
        let shown = table(&it, reader(Lang::En)).expect("a table");
        let lines: Vec<_> = shown
            .lines()
            .skip(2)
            .map(|line| {
                line.split("  ")
                    .map(str::trim)
                    .filter(|it| !it.is_empty())
                    .collect::<Vec<_>>()
                    .join("|")
            })
            .collect();
        assert_eq!(
            lines,
            [
                "2026-11-02|mon|Business day|08:00-19:00|received 08:30",
                "day 0: the count begins here",
                "2026-11-03 – 2026-11-05|tue – thu|Day off",
                "2026-11-06|fri|Holiday: Fête",
                "2026-11-07|sat|Day off",
                "2026-11-09|mon|Business day|08:00-19:00|day 1 of 1, 0 left",
                "due 2026-11-09 08:30",
            ]
        );
        assert_eq!(table(&pb::PromiseExplanation::default(), reader(Lang::En)), None);
    }

    #[test]
    fn the_reception_on_a_day_off_has_its_own_line() {
        let days = [off("2026-10-31"), off("2026-11-01")];
        assert_eq!(run(&days, "2026-11-01"), 1);
        assert_eq!(run(&days, "2026-10-30"), 2);
    }

    #[test]
    fn what_was_counted_is_told_in_both_languages() {
        let minutes = |it: i64| it * 60_000_000;
        let time = pb::CountedTime {
            span: Some(pb::TimeSpan { local: "08:00-11:20".to_owned(), ..Default::default() }),
            counted_micros: minutes(200),
            left_micros: minutes(100),
        };
        let counted = Step::Time(time.clone());
        assert_eq!(step(&counted, Lang::En), "3 h 20 min (08:00-11:20), 1 h 40 min left");
        assert_eq!(step(&counted, Lang::Fr), "3 h 20 min (08:00-11:20), reste 1 h 40 min");
        let back = Step::GivenBack(pb::CountedTime { left_micros: 0, ..time.clone() });
        assert_eq!(step(&back, Lang::En), "given back 3 h 20 min (08:00-11:20)");
        let some = Step::GivenBack(time);
        assert_eq!(step(&some, Lang::Fr), "rendu 3 h 20 min (08:00-11:20), reste 1 h 40 min");
        let day = Step::Day(pb::CountedDay { number: 2, left: 3 });
        assert_eq!(step(&day, Lang::Fr), "jour 2 de 5, reste 3");
        let span = pb::TimeSpan { local: "13:00-19:00".to_owned(), ..Default::default() };
        let paused = pb::ExplainedDay { paused: vec![span], ..off("2026-11-02") };
        assert_eq!(self::counted(&paused, Lang::Fr), ["suspendu 13:00-19:00"]);
    }

    #[test]
    fn a_duration_has_no_empty_parts() {
        assert_eq!(duration(0), "0 min");
        assert_eq!(duration(3_605_000_000), "1 h 5 s");
        assert_eq!(duration(1_500_000), "1.500000 s");
    }
}
