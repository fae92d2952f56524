//! Why promises are due when they are.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;
use chrono::{Datelike as _, NaiveDate, Weekday};
use pb::count_step::Step;
use serde::Serialize;

use super::request::{NamesView, WarningView, warnings};
use super::{PositionView, key, key_or_unknown, said};
use crate::time::rfc3339;

/// An answer to `explain`.
#[derive(Debug, Serialize)]
pub(crate) struct ExplainAnswer {
    service_request: AboutView,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_at: Option<String>,
    promises: Vec<ExplanationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl From<pb::ExplainPromisesResponse> for ExplainAnswer {
    fn from(answer: pb::ExplainPromisesResponse) -> Self {
        Self {
            service_request: AboutView {
                id: answer.request_id,
                number: answer.number,
                product: answer.product,
                status: key_or_unknown::<pb::Status>(answer.status),
                names: answer.names.map(Into::into),
            },
            as_of: rfc3339(answer.as_of.as_ref()),
            known_at: rfc3339(answer.known_at.as_ref()),
            promises: answer.promises.into_iter().map(Into::into).collect(),
            position: answer.position.map(Into::into),
        }
    }
}

#[derive(Debug, Serialize)]
struct AboutView {
    id: String,
    number: String,
    product: String,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<NamesView>,
}

#[derive(Debug, Serialize)]
struct ExplanationView {
    kind: String,
    cycle: u32,
    rule: RuleView,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<String>,
    pauses: Vec<PauseView>,
    days: Vec<DayView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_without_pauses: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counted_due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_counted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_due_at: Option<String>,
    differs: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    beyond_known_until: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningView>,
    verdict: String,
    warned: bool,
    breached: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<String>,
    ledger: Vec<EntryView>,
}

impl From<pb::PromiseExplanation> for ExplanationView {
    fn from(it: pb::PromiseExplanation) -> Self {
        let promise = it.promise.unwrap_or_default();
        Self {
            kind: key_or_unknown::<event::PromiseKind>(promise.kind),
            cycle: it.cycle,
            warnings: warnings(&promise),
            recorded_due_at: rfc3339(promise.due_at.as_ref()),
            rule: RuleView::new(promise, it.rule_meaning),
            received_at: rfc3339(it.received_at.as_ref()),
            pauses: it.pauses.into_iter().map(Into::into).collect(),
            days: it.days.into_iter().map(Into::into).collect(),
            due_without_pauses: rfc3339(it.due_without_pauses.as_ref()),
            counted_due_at: rfc3339(it.counted_due_at.as_ref()),
            not_counted: key::<pb::NotCounted>(it.not_counted),
            differs: it.differs,
            beyond_known_until: said(it.beyond_known_until),
            verdict: key_or_unknown::<pb::Verdict>(it.verdict),
            warned: it.warned,
            breached: it.breached,
            settled_at: rfc3339(it.settled_at.as_ref()),
            ledger: it.ledger.into_iter().map(Into::into).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct RuleView {
    name: String,
    meaning: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_off: Option<CutOffView>,
}

impl RuleView {
    fn new(promise: event::Promise, meaning: String) -> Self {
        Self {
            name: promise.rule,
            meaning,
            business_days: (promise.business_days > 0).then_some(promise.business_days),
            calendar_days: (promise.calendar_days > 0).then_some(promise.calendar_days),
            seconds: (promise.seconds > 0).then_some(promise.seconds),
            cut_off: promise.cut_off.map(|it| CutOffView {
                at_minute: it.at_minute,
                restart_minute: it.restart_minute,
                waits_for_restart: it.waits_for_restart,
                day_off_restarts: it.day_off_restarts,
            }),
        }
    }
}

#[derive(Debug, Serialize)]
struct CutOffView {
    at_minute: u32,
    restart_minute: u32,
    waits_for_restart: bool,
    day_off_restarts: bool,
}

#[derive(Debug, Serialize)]
struct PauseView {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    counted: bool,
}

impl From<pb::ExplainedPause> for PauseView {
    fn from(it: pb::ExplainedPause) -> Self {
        Self {
            from: rfc3339(it.from.as_ref()),
            to: rfc3339(it.to.as_ref()),
            reason: key::<event::HoldReason>(it.reason),
            counted: it.counted,
        }
    }
}

#[derive(Debug, Serialize)]
struct DayView {
    date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    weekday: Option<&'static str>,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    openings: Vec<SpanView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paused: Vec<SpanView>,
    steps: Vec<StepView>,
}

impl From<pb::ExplainedDay> for DayView {
    fn from(it: pb::ExplainedDay) -> Self {
        Self {
            weekday: it.date.parse().ok().map(weekday),
            date: it.date,
            kind: key_or_unknown::<pb::DayKind>(it.kind),
            name: said(it.name),
            openings: it.openings.into_iter().map(Into::into).collect(),
            paused: it.paused.into_iter().map(Into::into).collect(),
            steps: it.steps.into_iter().filter_map(|it| it.step).map(Into::into).collect(),
        }
    }
}

fn weekday(date: NaiveDate) -> &'static str {
    match date.weekday() {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}

#[derive(Debug, Serialize)]
struct SpanView {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    local: String,
}

impl From<pb::TimeSpan> for SpanView {
    fn from(it: pb::TimeSpan) -> Self {
        Self { from: rfc3339(it.from.as_ref()), to: rfc3339(it.to.as_ref()), local: it.local }
    }
}

#[derive(Debug, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum StepView {
    Start {
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    Day {
        number: u32,
        left: u32,
    },
    Time(TimeView),
    GivenBack(TimeView),
}

#[derive(Debug, Serialize)]
struct TimeView {
    #[serde(flatten)]
    span: SpanView,
    counted_micros: i64,
    left_micros: i64,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let time = |it: pb::CountedTime| TimeView {
            span: it.span.unwrap_or_default().into(),
            counted_micros: it.counted_micros,
            left_micros: it.left_micros,
        };
        match step {
            Step::Start(it) => Self::Start { at: rfc3339(it.at.as_ref()) },
            Step::Day(it) => Self::Day { number: it.number, left: it.left },
            Step::Time(it) => Self::Time(time(it)),
            Step::GivenBack(it) => Self::GivenBack(time(it)),
        }
    }
}

#[derive(Debug, Serialize)]
struct EntryView {
    event_id: String,
    event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl From<pb::LedgerEntry> for EntryView {
    fn from(it: pb::LedgerEntry) -> Self {
        Self {
            event_id: it.event_id,
            event: it.event_kind,
            summary: said(it.summary),
            occurred_at: rfc3339(it.occurred_at.as_ref()),
            change: key::<pb::PromiseChange>(it.change),
            fact: key::<pb::BreachKind>(it.fact),
            due_at: rfc3339(it.due_at.as_ref()),
            due_before: rfc3339(it.due_before.as_ref()),
            position: it.position.map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::at;
    use super::*;

    #[test]
    fn a_day_has_its_weekday_and_what_was_counted_and_leaves_nothing_out() {
        let span = pb::TimeSpan { from: at(0), to: at(60), local: "08:30-08:31".to_owned() };
        let counted =
            pb::CountedTime { span: Some(span.clone()), counted_micros: 60, left_micros: 1 };
        let day = pb::ExplainedDay {
            date: "2026-11-02".to_owned(),
            kind: pb::DayKind::Holiday.into(),
            name: "Fête".to_owned(),
            openings: vec![span],
            paused: Vec::new(),
            steps: vec![
                pb::CountStep { step: Some(Step::Day(pb::CountedDay { number: 1, left: 0 })) },
                pb::CountStep { step: Some(Step::GivenBack(counted)) },
            ],
        };
        let span =
            r#""from":"2026-11-02T13:30:00Z","to":"2026-11-02T13:31:00Z","local":"08:30-08:31""#;
        assert_eq!(
            serde_json::to_string(&DayView::from(day)).expect("json"),
            format!(
                r#"{{"date":"2026-11-02","weekday":"monday","kind":"holiday","name":"Fête","openings":[{{{span}}}],"steps":[{{"step":"day","number":1,"left":0}},{{"step":"given_back",{span},"counted_micros":60,"left_micros":1}}]}}"#
            )
        );
    }
}
