//! Promised delays: the rules that give a due time, by their names, and the thresholds of warnings.

use super::decode::{Error, wrong};
use crate::pb::event::v1 as pb;
use crate::vocabulary;
use beffroi_domain::{CutOff, Days, Delay, PromiseKind, Promised, Rule, Warn};
use pb::threshold::Measure;

/// The business days of what a catalogue promises, where it promises that and nothing else: as it was
/// written before there were commitments.
pub(super) fn plain_business_days(promised: &[Promised]) -> Option<u32> {
    let [Promised { commitment: None, delay }] = promised else { return None };
    let Rule::BusinessDaysEodV1(days) = delay.rule else { return None };
    let plain = delay.promise == PromiseKind::Resolution && delay.warnings == [Warn::DEFAULT];
    plain.then_some(days)
}

pub(super) fn promised_to_pb(it: &Promised) -> pb::Promise {
    let commitment = it.commitment.as_ref().map(ToString::to_string).unwrap_or_default();
    pb::Promise { commitment, ..delay_to_pb(&it.delay) }
}

/// What is promised, by which rule and when to warn, on the wire.
pub fn delay_to_pb(it: &Delay) -> pb::Promise {
    let warnings = it.warnings.iter();
    let warnings =
        warnings.map(|it| pb::Warning { threshold: Some(threshold_to_pb(*it)), at: None });
    pb::Promise {
        kind: vocabulary::promise_kind::to_pb(it.promise).into(),
        warnings: warnings.collect(),
        ..encode(&it.rule)
    }
}

/// The threshold of a warning on the wire.
pub fn threshold_to_pb(it: Warn) -> pb::Threshold {
    let measure = match it {
        Warn::Percent(percent) => Measure::Percent(percent),
        Warn::WorkingSecs(secs) => Measure::WorkingSecs(secs),
        Warn::BusinessDays(days) => Measure::BusinessDays(days),
    };
    pb::Threshold { measure: Some(measure) }
}

/// The threshold of a warning from the wire; `None`: it says none.
pub fn threshold_from_pb(it: pb::Threshold) -> Option<Warn> {
    Some(match it.measure? {
        Measure::Percent(percent) => Warn::Percent(percent),
        Measure::WorkingSecs(secs) => Warn::WorkingSecs(secs),
        Measure::BusinessDays(days) => Warn::BusinessDays(days),
    })
}

/// A promise with its rule, and nothing else yet.
pub(super) fn encode(rule: &Rule) -> pb::Promise {
    let named = pb::Promise { rule: rule.name().to_owned(), ..pb::Promise::default() };
    let days = |it: &Days| pb::Promise {
        business_days: it.days,
        seconds: it.extra_secs.into(),
        ..named.clone()
    };
    match rule {
        Rule::Source => named,
        Rule::BusinessDaysEodV1(whole) | Rule::BusinessDaysLandingV1(whole) => {
            pb::Promise { business_days: *whole, ..named }
        }
        Rule::BusinessDaysSameTimeV1(it)
        | Rule::BusinessDaysMidnightV1(it)
        | Rule::BusinessDaysOpeningV1(it)
        | Rule::BusinessDaysThenOpeningV1(it)
        | Rule::BusinessDaysWithinV1(it)
        | Rule::BusinessDaysClosingV1(it) => days(it),
        Rule::BusinessDaysCutOffV1(it, cut) => {
            let cut_off = pb::CutOff {
                at_minute: cut.at_minute.into(),
                restart_minute: cut.restart_minute.into(),
                waits_for_restart: cut.waits_for_restart,
                day_off_restarts: cut.day_off_restarts,
            };
            pb::Promise { cut_off: Some(cut_off), ..days(it) }
        }
        Rule::BusinessTimeV1 { secs }
        | Rule::BusinessTimeOpeningV1 { secs }
        | Rule::CalendarTimeV1 { secs } => pb::Promise { seconds: *secs, ..named },
        Rule::CalendarDaysV1(whole) => pb::Promise { calendar_days: *whole, ..named },
    }
}

pub(super) fn decode(it: &pb::Promise) -> Result<Rule, Error> {
    let (days, secs) = (it.business_days, it.seconds);
    let both = || {
        let extra_secs = u32::try_from(secs).map_err(|_| wrong("seconds", "too many"))?;
        Ok::<_, Error>(Days { days, extra_secs })
    };
    Ok(match it.rule.as_str() {
        "source" => Rule::Source,
        "business_days_eod_v1" => Rule::BusinessDaysEodV1(days),
        "business_days_landing_v1" => Rule::BusinessDaysLandingV1(days),
        "business_days_same_time_v1" => Rule::BusinessDaysSameTimeV1(both()?),
        "business_days_midnight_v1" => Rule::BusinessDaysMidnightV1(both()?),
        "business_days_opening_v1" => Rule::BusinessDaysOpeningV1(both()?),
        "business_days_then_opening_v1" => Rule::BusinessDaysThenOpeningV1(both()?),
        "business_days_within_v1" => Rule::BusinessDaysWithinV1(both()?),
        "business_days_closing_v1" => Rule::BusinessDaysClosingV1(both()?),
        "business_days_cut_off_v1" => {
            Rule::BusinessDaysCutOffV1(both()?, cut_off(it.cut_off.as_ref())?)
        }
        "business_time_v1" => Rule::BusinessTimeV1 { secs },
        "business_time_opening_v1" => Rule::BusinessTimeOpeningV1 { secs },
        "calendar_days_v1" => Rule::CalendarDaysV1(it.calendar_days),
        "calendar_time_v1" => Rule::CalendarTimeV1 { secs },
        other => return Err(wrong("rule", format!("`{other}`, which this version does not know"))),
    })
}

fn cut_off(it: Option<&pb::CutOff>) -> Result<CutOff, Error> {
    let it = it.ok_or_else(|| wrong("cut_off", "missing"))?;
    let minute = |minute: u32| {
        let minute = u16::try_from(minute).ok().filter(|it| *it < 1440);
        minute.ok_or_else(|| wrong("cut_off", "not a minute of a day"))
    };
    Ok(CutOff {
        at_minute: minute(it.at_minute)?,
        restart_minute: minute(it.restart_minute)?,
        waits_for_restart: it.waits_for_restart,
        day_off_restarts: it.day_off_restarts,
    })
}
