//! Calendars that follow each other and regimes laid over them, against the minute by minute count.

use crate::laws::{later, runner};
use crate::minutes::{MINUTE, hours, minutes, within};
use crate::random::{Situation, situation};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{
    Calendar, CalendarDraft, City, Code, Count, Declaration, Hours, InvalidCalendar, Label,
    RegimeFact, RegimeKind, Regimes, Rule, Timestamp, Week,
};
use chrono::{NaiveDate, Timelike};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::collections::BTreeMap;

/// A calendar, another one from a date on, and other hours from one minute to another.
struct World<'a> {
    first: &'a CalendarDraft,
    next: (NaiveDate, CalendarDraft),
    regimes: Vec<(Timestamp, Timestamp, [Hours; 7])>,
}

impl World<'_> {
    /// The date to whose windows a minute belongs; `None`: it is no working time.
    fn worked_on(&self, at: Timestamp) -> Option<NaiveDate> {
        let local = at.utc().with_timezone(&self.first.zone.tz()).naive_local();
        let minute = local.hour() * 60 + local.minute();
        let (today, yesterday) = (local.date(), local.date().pred_opt().unwrap());
        let places = [(today, minute), (yesterday, minute + 1440)];
        let regime = self.regimes.iter().find(|(from, to, _)| *from <= at && at < *to);
        let mut places_open = places.into_iter().filter(|(date, minute)| match regime {
            Some((_, _, week)) => {
                let week = CalendarDraft::new(self.first.zone.clone(), *week);
                within(&hours(&week, *date), *minute)
            }
            None => {
                let draft = if *date < self.next.0 { self.first } else { &self.next.1 };
                let is_closed = draft.closings.iter().any(|it| {
                    places.iter().any(|(date, at)| it.date == *date && within(&it.hours, *at))
                });
                !is_closed && within(&hours(draft, *date), *minute)
            }
        });
        places_open.next().map(|(date, _)| date)
    }
}

/// The hours of the world on which a product runs that its regimes serve.
fn calendar_of(world: &World<'_>) -> Result<Calendar, InvalidCalendar> {
    let (from, next) = (world.next.0, world.next.1.build()?);
    let first = world.first.build()?;
    first.check_successor(&next, Some(from))?;
    let code: Code = "eau".parse().unwrap();
    let mut regimes = Regimes::default();
    for (from, to, week) in &world.regimes {
        let text = || "Crue".parse().unwrap();
        let declared = RegimeFact::Declared(Box::new(Declaration {
            kind: RegimeKind::CivilSecurity,
            from: *from,
            until: *to,
            hours: Some(Week::new(*week).unwrap()),
            products: vec![code.clone()],
            notice: Bilingual { french: text(), english: text() },
        }));
        regimes = regimes.evolve(&declared, *from).unwrap();
    }
    let city = City {
        name: "Ville".parse().unwrap(),
        calendar: first.succeeded_by(&next, Some(from)),
        regimes,
        commitments: Vec::new(),
        levels: Vec::new(),
    };
    let product: Label = "eau".parse().unwrap();
    Ok(city.hours(&product, None).into_owned())
}

type Drawn = (Situation, [Hours; 7], i64, Vec<(i64, i64, [Hours; 7])>);

fn drawn() -> impl Strategy<Value = Drawn> {
    let week = || situation().prop_map(|it| it.draft.week);
    let regimes = prop::collection::vec((0_i64..2_000, 1_i64..3_000, week()), 0..3);
    (situation(), week(), -1_i64..4, regimes)
}

fn world((it, week, day, spans): &Drawn) -> World<'_> {
    let from = it.received.utc().date_naive() + chrono::TimeDelta::days(*day);
    let next = CalendarDraft::new(it.draft.zone.clone(), *week);
    let mut at = it.received;
    let mut regimes = Vec::new();
    for (after, lasts, week) in spans {
        let (begins, ends) = (later(at, *after), later(at, after + lasts));
        if Week::new(*week).is_ok() {
            regimes.push((begins, ends, *week));
        }
        at = ends;
    }
    World { first: &it.draft, next: (from, next), regimes }
}

#[test]
fn working_time_follows_the_calendar_and_the_regimes_of_each_minute() {
    let result = runner(2_000).run(&drawn(), |drawn| {
        let world = world(&drawn);
        let Ok(calendar) = calendar_of(&world) else {
            return Err(TestCaseError::reject("windows run into each other"));
        };
        let received = drawn.0.received;
        let to = later(received, 6_000);
        let worked: Vec<(Timestamp, NaiveDate)> = minutes(received)
            .take(6_000)
            .filter_map(|at| Some((at, world.worked_on(at)?)))
            .collect();
        let micros = i64::try_from(worked.len()).unwrap() * MINUTE;
        prop_assert_eq!(calendar.working_micros(received, to), micros);
        prop_assert_eq!(
            calendar.subtract_working_micros(to, micros).map(|it| calendar.working_micros(it, to)),
            Ok(micros)
        );
        // Half of it, in working time.
        if let Some((last, _)) = worked.get(worked.len() / 2) {
            let secs = (worked.len() / 2 + 1) as u64 * 60;
            let count = Count { rule: Rule::BusinessTimeV1 { secs }, received, pauses: &[] };
            prop_assert_eq!(calendar.due(&count), Ok(later(*last, 1)));
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn business_days_follow_the_calendar_and_the_regimes_of_each_day() {
    let result = runner(800).run(&(drawn(), 1_u32..4), |(drawn, days)| {
        let world = world(&drawn);
        let Ok(calendar) = calendar_of(&world) else {
            return Err(TestCaseError::reject("windows run into each other"));
        };
        let received = drawn.0.received;
        let zone = world.first.zone.tz();
        let date = |at: Timestamp| at.utc().with_timezone(&zone).date_naive();
        let mut closings: BTreeMap<NaiveDate, Timestamp> = BTreeMap::new();
        let mut exist = std::collections::BTreeSet::new();
        for at in minutes(later(received, -3 * 1440)).take(13 * 1440) {
            exist.insert(date(at));
            if let Some(date) = world.worked_on(at) {
                closings.insert(date, later(at, 1));
            }
        }
        closings.retain(|it, _| exist.contains(it));
        let from_then = closings.range(date(received)..);
        let mut counted =
            from_then.map(|(_, closing)| *closing).take_while(|it| *it < later(received, 9 * 1440));
        // The day of reception, or the next business day, is day 0.
        let expected = counted.nth(days as usize);
        if let Some(expected) = expected {
            let count = Count { rule: Rule::BusinessDaysEodV1(days), received, pauses: &[] };
            prop_assert_eq!(calendar.due(&count), Ok(expected));
        }
        Ok(())
    });
    result.unwrap();
}
