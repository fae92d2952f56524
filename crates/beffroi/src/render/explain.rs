//! Why promises are due when they are, for people: a card, the days of the count, the ledger.

mod days;

use beffroi_wire::pb::event::v1::{self as event, threshold::Measure};
use beffroi_wire::pb::query::v1 as pb;

use super::history::promise_change;
use super::{DAY_WIDTH, Reader, at_least, called, cell, label, named, one_line, pairs, table};
use crate::words::explain as said;
use crate::words::{self, Lang};

/// Every promise in turn.
pub(crate) fn explained(answer: &pb::ExplainPromisesResponse, reader: Reader) -> String {
    let product = called(answer.names.as_ref(), |it| &it.product, &answer.product);
    let mut parts = vec![format!("{} · {}", answer.number, one_line(product))];
    parts.extend(as_of(answer, reader));
    if answer.promises.is_empty() {
        parts.push(said::NOTHING_PROMISED.in_lang(reader.lang).to_owned());
    }
    let cycles = answer.promises.iter().map(|it| it.cycle).max().unwrap_or_default();
    for promise in &answer.promises {
        parts.push(card(promise, cycles, reader));
        parts.extend(days::table(promise, reader));
        parts.push(ledger(promise, reader));
    }
    parts.join("\n\n")
}

/// As of when, where that was asked.
fn as_of(answer: &pb::ExplainPromisesResponse, reader: Reader) -> Option<String> {
    let as_of = reader.minutes(answer.as_of.as_ref(), false);
    let known_at = reader.minutes(answer.known_at.as_ref(), false);
    Some(match (as_of.as_str(), known_at.as_str(), reader.lang) {
        ("", "", _) => return None,
        (as_of, "", Lang::Fr) => format!("Telle qu'elle était le {as_of}."),
        (as_of, "", Lang::En) => format!("As it was at {as_of}."),
        ("", known_at, Lang::Fr) => format!("D'après ce qu'on savait le {known_at}."),
        ("", known_at, Lang::En) => format!("By what was known at {known_at}."),
        (as_of, known_at, Lang::Fr) => {
            format!("Telle qu'elle était le {as_of}, d'après ce qu'on savait le {known_at}.")
        }
        (as_of, known_at, Lang::En) => {
            format!("As it was at {as_of}, by what was known at {known_at}.")
        }
    })
}

fn card(it: &pb::PromiseExplanation, cycles: u32, reader: Reader) -> String {
    let lang = reader.lang;
    let promise = it.promise.clone().unwrap_or_default();
    let kind = label::<event::PromiseKind>(promise.kind, lang);
    let kind = match cycles {
        0 | 1 => kind.to_owned(),
        _ => format!("{kind} · {} {}", words::CYCLE.in_lang(lang).to_lowercase(), it.cycle),
    };
    let moved = it.due_without_pauses.filter(|without| Some(*without) != it.counted_due_at);
    let waits: Vec<_> = it.pauses.iter().map(|it| wait(it, reader)).collect();
    let rows = [
        (words::PROMISE, kind),
        (said::RULE, promise.rule.clone()),
        (said::THAT_IS, it.rule_meaning.clone()),
        (said::RECEIVED_AT, reader.minutes(it.received_at.as_ref(), false)),
        (said::WAITS, waits.join("\n")),
        (said::WITHOUT_PAUSES, reader.minutes(moved.as_ref(), false)),
        (words::DUE_AT, due(it, &promise, reader)),
        (said::CAUTION, caution(it, lang)),
        (said::WARN_AT, warnings(&promise, reader)),
        (said::STANDING, standing(it, reader)),
    ];
    pairs(rows, lang).to_string()
}

/// When each threshold is reached.
fn warnings(promise: &event::Promise, reader: Reader) -> String {
    // Where only the time is said, it is the default.
    let plain = promise.warn_at.as_ref().map(|at| reader.minutes(Some(at), false));
    let each = promise.warnings.iter().map(|it| {
        let threshold = threshold(&it.threshold.unwrap_or_default(), reader.lang);
        named(&threshold, &reader.minutes(it.at.as_ref(), false), reader.lang)
    });
    plain.into_iter().chain(each).collect::<Vec<_>>().join("\n")
}

/// How long before a due time, in words.
fn threshold(it: &event::Threshold, lang: Lang) -> String {
    match (it.measure, lang) {
        (Some(Measure::Percent(percent)), Lang::Fr) => format!("{percent} %"),
        (Some(Measure::Percent(percent)), Lang::En) => format!("{percent}%"),
        (Some(Measure::WorkingSecs(secs)), Lang::Fr) => {
            format!("{} ouvrables avant", clock(secs.unsigned_abs()))
        }
        (Some(Measure::WorkingSecs(secs)), Lang::En) => {
            format!("{} business hours before", clock(secs.unsigned_abs()))
        }
        (Some(Measure::BusinessDays(days)), Lang::Fr) => {
            format!("{} j ouvrables avant", days.unsigned_abs())
        }
        (Some(Measure::BusinessDays(days)), Lang::En) => {
            format!("{} business days before", days.unsigned_abs())
        }
        (None, _) => String::new(),
    }
}

fn clock(secs: u64) -> String {
    format!("{}:{:02}", secs / 3600, secs % 3600 / 60)
}

fn wait(it: &pb::ExplainedPause, reader: Reader) -> String {
    let lang = reader.lang;
    let from = reader.minutes(it.from.as_ref(), false);
    let to = reader.minutes(it.to.as_ref(), false);
    let reason = match it.reason() {
        event::HoldReason::Unspecified => said::WAITED_FOR_ANOTHER.in_lang(lang),
        event::HoldReason::Citizen | event::HoldReason::ThirdParty => {
            label::<event::HoldReason>(it.reason, lang)
        }
    };
    let remark = match (it.counted, to.as_str()) {
        (true, _) => "",
        (false, "") => said::STILL_WAITING.in_lang(lang),
        (false, _) => said::ENDED_WITH_IT.in_lang(lang),
    };
    let span = format!("{from} → {}", if to.is_empty() { "…" } else { &to });
    let parts = [span.as_str(), reason, remark];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The due time: recorded, and as counted where that is another one or none.
fn due(it: &pb::PromiseExplanation, promise: &event::Promise, reader: Reader) -> String {
    let lang = reader.lang;
    let recorded = reader.minutes(promise.due_at.as_ref(), false);
    let remark = match it.not_counted() {
        pb::NotCounted::Unspecified => {
            let counted = reader.minutes(it.counted_due_at.as_ref(), false);
            return match (it.differs, lang) {
                (false, _) => recorded,
                (true, Lang::Fr) => {
                    format!("enregistrée : {recorded}\nd'après le calendrier : {counted}")
                }
                (true, Lang::En) => {
                    format!("recorded: {recorded}\nby the calendar: {counted}")
                }
            };
        }
        pb::NotCounted::Source => said::OF_SOURCE,
        pb::NotCounted::BeyondCalendar => said::BEYOND_CALENDAR,
        pb::NotCounted::Rule => said::WRONG_RULE,
    };
    format!("{recorded}\n{}", remark.in_lang(lang))
}

fn caution(it: &pb::PromiseExplanation, lang: Lang) -> String {
    let until = &it.beyond_known_until;
    match (until.as_str(), lang) {
        ("", _) => String::new(),
        (until, Lang::Fr) => format!(
            "les jours fériés ne sont connus que jusqu'au {until} : au-delà, le compte peut changer"
        ),
        (until, Lang::En) => {
            format!("holidays are known until {until} only: beyond that, the count may change")
        }
    }
}

/// The verdict, since when, and what was stated.
fn standing(it: &pb::PromiseExplanation, reader: Reader) -> String {
    let verdict = label::<pb::Verdict>(it.verdict, reader.lang).to_owned();
    let settled = reader.minutes(it.settled_at.as_ref(), false);
    [verdict, settled].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn ledger(it: &pb::PromiseExplanation, reader: Reader) -> String {
    let lang = reader.lang;
    let mut table = table([words::OCCURRED_AT, words::EVENT, said::EFFECT], lang);
    at_least(&mut table, &[(0, DAY_WIDTH)]);
    for entry in &it.ledger {
        let effect = match entry.fact() {
            // A level is none of a request's.
            pb::BreachKind::Unspecified
            | pb::BreachKind::LevelBreached
            | pb::BreachKind::LevelRestored => {
                let times = (entry.due_at.as_ref(), entry.due_before.as_ref());
                promise_change(entry.change(), times, reader)
            }
            pb::BreachKind::Warning | pb::BreachKind::Breach | pb::BreachKind::Withdrawal => {
                let due = reader.minutes(entry.due_at.as_ref(), false);
                named(words::DUE_AT.in_lang(lang), &due, lang)
            }
        };
        let event = match entry.summary.as_str() {
            "" => words::event_kind(&entry.event_kind, lang),
            summary => summary,
        };
        table.add_row([
            cell(&reader.minutes(entry.occurred_at.as_ref(), false)),
            cell(event),
            cell(&effect),
        ]);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::{at, reader};

    fn promise() -> pb::PromiseExplanation {
        pb::PromiseExplanation {
            promise: Some(event::Promise {
                kind: event::PromiseKind::Resolution.into(),
                rule: "business_days_eod_v1".to_owned(),
                business_days: 1,
                due_at: at(3600),
                ..Default::default()
            }),
            cycle: 1,
            verdict: pb::Verdict::OnTime.into(),
            counted_due_at: at(3600),
            ..Default::default()
        }
    }

    fn due_said(it: &pb::PromiseExplanation, lang: Lang) -> String {
        due(it, &it.promise.clone().expect("a promise"), reader(lang))
    }

    #[test]
    fn a_due_time_that_is_counted_otherwise_today_is_told_with_both() {
        let same = promise();
        assert_eq!(due_said(&same, Lang::En), "2026-11-02 09:30");
        let other = pb::PromiseExplanation { counted_due_at: at(7200), differs: true, ..promise() };
        assert_eq!(
            due_said(&other, Lang::En),
            "recorded: 2026-11-02 09:30\nby the calendar: 2026-11-02 10:30"
        );
        assert!(due_said(&other, Lang::Fr).contains("le calendrier : 2026-11-02 10:30"));
    }

    #[test]
    fn what_is_not_counted_says_why() {
        for (why, fr, en) in [
            (pb::NotCounted::Source, "donnée par la source", "given by the source"),
            (pb::NotCounted::BeyondCalendar, "au-delà des années", "beyond the years"),
            (pb::NotCounted::Rule, "l'heure limite", "the cut-off"),
        ] {
            let not_counted = why.into();
            let it = pb::PromiseExplanation { not_counted, counted_due_at: None, ..promise() };
            assert!(due_said(&it, Lang::Fr).contains(fr));
            assert!(due_said(&it, Lang::En).contains(en));
        }
    }

    #[test]
    fn a_wait_says_whether_it_gave_time_back() {
        let over = pb::ExplainedPause {
            from: at(0),
            to: at(60),
            reason: event::HoldReason::Citizen.into(),
            counted: true,
        };
        assert_eq!(
            wait(&over, reader(Lang::En)),
            "2026-11-02 08:30 → 2026-11-02 08:31 · Waiting on the citizen"
        );
        let goes_on = pb::ExplainedPause { to: None, counted: false, reason: 0, ..over };
        assert_eq!(
            wait(&goes_on, reader(Lang::En)),
            "2026-11-02 08:30 → … · with another request · goes on: its time is given back then"
        );
        let ended = pb::ExplainedPause { counted: false, ..over };
        assert!(
            wait(&ended, reader(Lang::Fr)).ends_with("rien n'est rendu : la demande a pris fin")
        );
    }

    #[test]
    fn cycles_are_named_where_there_are_several_and_unknown_holidays_are_said() {
        let it = pb::PromiseExplanation {
            beyond_known_until: "2026-12-31".to_owned(),
            settled_at: at(0),
            ..promise()
        };
        let shown = card(&it, 2, reader(Lang::En));
        assert!(shown.contains("Resolution · cycle 1"), "{shown}");
        assert!(shown.contains("holidays are known until 2026-12-31 only"), "{shown}");
        assert!(shown.contains("On time · 2026-11-02 08:30"), "{shown}");
        assert!(!card(&promise(), 1, reader(Lang::En)).contains("cycle"));
    }

    #[test]
    fn the_two_times_are_told_where_they_were_asked() {
        let answer = pb::ExplainPromisesResponse {
            number: "26-0000001-2".to_owned(),
            product: "Arbre".to_owned(),
            ..Default::default()
        };
        assert_eq!(
            explained(&answer, reader(Lang::Fr)),
            "26-0000001-2 · Arbre\n\nRien n’est promis."
        );
        let answer = pb::ExplainPromisesResponse { as_of: at(0), known_at: at(60), ..answer };
        assert!(
            explained(&answer, reader(Lang::En))
                .contains("As it was at 2026-11-02 08:30, by what was known at 2026-11-02 08:31.")
        );
    }
}
