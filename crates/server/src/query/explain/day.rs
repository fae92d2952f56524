//! The days of a count, for a reader in the city.

use beffroi_domain::{
    Calendar, Cause, DayKind, ExplainedDay, Explanation, Language, Step, Timestamp,
};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::time;
use chrono::{NaiveTime, Timelike};
use pb::count_step::Step as Said;

pub(super) fn days(
    calendar: &Calendar,
    counted: &Explanation,
    language: Language,
) -> Vec<pb::ExplainedDay> {
    counted.days.iter().map(|it| day(calendar, it, language)).collect()
}

fn day(calendar: &Calendar, it: &ExplainedDay, language: Language) -> pb::ExplainedDay {
    let (kind, name) = match &it.kind {
        DayKind::Usual => (pb::DayKind::Usual, None),
        DayKind::DayOff => (pb::DayKind::DayOff, None),
        DayKind::LeftOut => (pb::DayKind::LeftOut, None),
        DayKind::Special(cause) => {
            let kind = match cause {
                Cause::Holiday(_) => pb::DayKind::Holiday,
                Cause::Exception(_) => pb::DayKind::Exception,
                Cause::Closing(_) => pb::DayKind::Closing,
                Cause::Regime => pb::DayKind::Regime,
            };
            (kind, cause.name())
        }
    };
    let spans = |it: &[(Timestamp, Timestamp)]| {
        it.iter().map(|(from, to)| span(calendar, *from, *to)).collect()
    };
    pb::ExplainedDay {
        date: it.date.to_string(),
        kind: kind.into(),
        name: name.map(|it| it.get(language).to_string()).unwrap_or_default(),
        openings: spans(&it.openings),
        paused: spans(&it.paused),
        steps: it.steps.iter().map(|it| step(calendar, it)).collect(),
    }
}

fn step(calendar: &Calendar, it: &Step) -> pb::CountStep {
    let counted = |from: Timestamp, to: Timestamp, left_micros| pb::CountedTime {
        span: Some(span(calendar, from, to)),
        counted_micros: to.micros() - from.micros(),
        left_micros,
    };
    let step = match *it {
        Step::Start { at } => Said::Start(pb::CountStart { at: at.map(time::to_pb) }),
        Step::Day { number, left } => Said::Day(pb::CountedDay { number, left }),
        Step::Time { from, to, left_micros } => Said::Time(counted(from, to, left_micros)),
        Step::GivenBack { from, to, left_micros } => {
            Said::GivenBack(counted(from, to, left_micros))
        }
    };
    pb::CountStep { step: Some(step) }
}

fn span(calendar: &Calendar, from: Timestamp, to: Timestamp) -> pb::TimeSpan {
    let clock = |at: Timestamp| {
        let local = at.utc().with_timezone(&calendar.zone()).time();
        local.format(if local.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
    };
    let is_midnight = to.utc().with_timezone(&calendar.zone()).time() == NaiveTime::MIN;
    let until = if is_midnight { "24:00".to_owned() } else { clock(to) };
    pb::TimeSpan {
        from: Some(time::to_pb(from)),
        to: Some(time::to_pb(to)),
        local: format!("{}-{until}", clock(from)),
    }
}
