//! What a caller supposes: a calendar or commitments.

use super::problem::SupposedProblem;
use crate::calendar;
use crate::error::Problem;
use crate::parse::Fields;
use beffroi_domain::what_if::WhatIf;
use beffroi_domain::{City, Commitment, Delay};
use beffroi_wire::event::delay_from_pb;
use beffroi_wire::pb::report::v1 as pb;
use beffroi_wire::vocabulary;
use pb::what_if_request::Premise;

const COMMITMENTS_MAX: usize = 10_000;

pub(super) fn parse(fields: &mut Fields, city: &City, premise: Option<&Premise>) -> Option<WhatIf> {
    match premise {
        None => {
            fields.wrong("premise", Problem::Missing);
            None
        }
        Some(Premise::Calendar(it)) => {
            calendar::parse(fields, "calendar", it).map(|it| WhatIf::calendar(city, it))
        }
        Some(Premise::Commitments(it)) => {
            commitments(fields, it).map(|it| WhatIf::commitments(city, it))
        }
    }
}

fn commitments(fields: &mut Fields, it: &pb::SupposedCommitments) -> Option<Vec<Commitment>> {
    let found = it.commitments.len();
    if found > COMMITMENTS_MAX {
        fields.wrong("commitments", Problem::TooMany { found, max: COMMITMENTS_MAX });
        return None;
    }
    let all = it.commitments.iter().enumerate().map(|(at, it)| commitment(fields, at, it));
    let all: Vec<Option<Commitment>> = all.collect();
    all.into_iter().collect()
}

fn commitment(fields: &mut Fields, at: usize, it: &pb::SupposedCommitment) -> Option<Commitment> {
    let field = |name: &str| format!("commitments[{at}].{name}");
    let product = fields.optional_label(&field("product"), &it.product);
    let nature = match it.nature {
        0 => Some(None),
        number => {
            let word = vocabulary::nature::from_pb(number);
            fields.known(&field("nature"), number, word).map(Some)
        }
    };
    let channel = match it.channel {
        0 => Some(None),
        number => {
            let word = vocabulary::channel::from_pb(number);
            fields.known(&field("channel"), number, word).map(Some)
        }
    };
    let delay = it.delay.as_ref().and_then(|it| delay_from_pb(it).ok());
    let delay = delay.filter(|it| it.rule.can_be_promised());
    // No verdict depends on a warning.
    let delay = delay.map(|it| Delay { warnings: Vec::new(), ..it });
    if delay.is_none() {
        fields.wrong(&field("delay"), Problem::Supposed(SupposedProblem::Delay));
    }
    Some(Commitment { product: product?, nature: nature?, channel: channel?, delay: delay? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::default_city;
    use beffroi_wire::pb::event::v1 as event;

    fn wrong(premise: Option<&Premise>) -> Vec<String> {
        let mut fields = Fields::default();
        let parsed = parse(&mut fields, &default_city().unwrap(), premise);
        let wrong = fields.finish(parsed).err().unwrap_or_default();
        wrong.into_iter().map(|it| it.field).collect()
    }

    fn supposed() -> event::Calendar {
        let open = event::DayHours { opens: 480, closes: 1140, more: Vec::new() };
        let mut days = vec![open; 5];
        days.extend([event::DayHours::default(), event::DayHours::default()]);
        event::Calendar {
            time_zone: "America/Toronto".to_owned(),
            week: Some(event::WeekHours { days }),
            known_until: String::new(),
            dates: vec![event::CalendarDate {
                date: "2026-06-24".to_owned(),
                ..Default::default()
            }],
        }
    }

    #[test]
    fn a_calendar_names_what_is_wrong_with_it() {
        let with = |it: event::Calendar| wrong(Some(&Premise::Calendar(it)));
        let none: Vec<String> = Vec::new();
        assert_eq!(with(supposed()), none);
        assert_eq!(
            with(event::Calendar { time_zone: "Quebec".to_owned(), week: None, ..supposed() }),
            ["calendar.time_zone", "calendar.week"]
        );
        let date = event::CalendarDate { date: "24 June".to_owned(), ..Default::default() };
        let dates = vec![supposed().dates[0].clone(), date];
        assert_eq!(with(event::Calendar { dates, ..supposed() }), ["calendar.dates[1].date"]);
        let closed = event::WeekHours { days: vec![event::DayHours::default(); 7] };
        assert_eq!(with(event::Calendar { week: Some(closed), ..supposed() }), ["calendar"]);
        assert_eq!(wrong(None), ["premise"]);
    }

    #[test]
    fn commitments_name_what_is_wrong_with_them() {
        let right = pb::SupposedCommitment {
            delay: Some(event::Promise {
                kind: event::PromiseKind::Resolution.into(),
                rule: "business_days_eod_v1".to_owned(),
                business_days: 2,
                ..Default::default()
            }),
            ..Default::default()
        };
        let with = |it: pb::SupposedCommitment| {
            let commitments = vec![right.clone(), it];
            wrong(Some(&Premise::Commitments(pb::SupposedCommitments { commitments })))
        };
        let none: Vec<String> = Vec::new();
        assert_eq!(with(right.clone()), none);
        let delay = right.delay.clone().unwrap();
        for delay in [
            None,
            Some(event::Promise { kind: 0, ..delay.clone() }),
            Some(event::Promise { business_days: 0, ..delay.clone() }),
            Some(event::Promise { rule: "soon".to_owned(), ..delay }),
        ] {
            let bad = pb::SupposedCommitment { delay, ..right.clone() };
            assert_eq!(with(bad), ["commitments[1].delay"]);
        }
        let bad = pb::SupposedCommitment { nature: 99, channel: 99, ..right.clone() };
        assert_eq!(with(bad), ["commitments[1].nature", "commitments[1].channel"]);
    }
}
