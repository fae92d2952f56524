//! Windows of time, and periods within them, by the city's calendar.

use crate::error::Problem;
use crate::parse::Fields;
use beffroi_domain::{Calendar, Period, Span, Timestamp};
use beffroi_wire::pb::report::v1 as pb;
use beffroi_wire::time;
use chrono::NaiveDate;

/// A window of time, open where it has no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub from: Option<Timestamp>,
    pub before: Option<Timestamp>,
}

impl Window {
    pub(super) fn parse(
        fields: &mut Fields,
        calendar: &Calendar,
        window: Option<&pb::Window>,
    ) -> Option<Self> {
        let Some(window) = window else { return Some(Self { from: None, before: None }) };
        let from = bound(fields, calendar, ("window.from", window.from.as_ref()))?;
        let before = bound(fields, calendar, ("window.before", window.before.as_ref()))?;
        if from.zip(before).is_some_and(|(from, before)| before <= from) {
            fields.wrong("window.before", Problem::EndsFirst);
        }
        Some(Self { from, before })
    }

    pub(super) fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.before.is_none_or(|before| at < before)
    }
}

fn bound(
    fields: &mut Fields,
    calendar: &Calendar,
    (field, bound): (&str, Option<&pb::Bound>),
) -> Option<Option<Timestamp>> {
    let Some(bound) = bound else { return Some(None) };
    let parsed = match &bound.bound {
        None => Err(Problem::Missing),
        Some(pb::bound::Bound::Instant(at)) => time::from_pb(at).map_err(|_| Problem::Time),
        Some(pb::bound::Bound::Date(text)) => match text.trim().parse::<NaiveDate>() {
            Ok(date) => calendar.start_of(date).ok_or(Problem::Time),
            Err(_) => Err(Problem::Date),
        },
    };
    match parsed {
        Ok(at) => Some(Some(at)),
        Err(problem) => {
            fields.wrong(field, problem);
            None
        }
    }
}

/// The period of the city's calendar in which an instant lies.
pub(super) fn period(calendar: &Calendar, length: Period, at: Timestamp) -> Span {
    length.of(calendar.date(at))
}

pub(super) fn period_to_pb(calendar: &Calendar, span: Span) -> pb::PeriodSpan {
    pb::PeriodSpan {
        name: span.name(),
        from: calendar.start_of(span.first()).map(time::to_pb),
        before: calendar.start_of(span.next()).map(time::to_pb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::default_city;

    fn at(text: &str) -> Timestamp {
        Timestamp::try_from(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap()).unwrap()
    }

    fn date(text: &str) -> pb::Bound {
        pb::Bound { bound: Some(pb::bound::Bound::Date(text.to_owned())) }
    }

    fn parsed(
        from: impl Into<Option<pb::Bound>>,
        before: impl Into<Option<pb::Bound>>,
    ) -> Result<Window, Vec<String>> {
        let (from, before) = (from.into(), before.into());
        let calendar = default_city().unwrap().calendar;
        let mut fields = Fields::default();
        let window = Window::parse(&mut fields, &calendar, Some(&pb::Window { from, before }));
        fields.finish(window).map_err(|wrong| wrong.into_iter().map(|it| it.field).collect())
    }

    #[test]
    fn a_date_begins_at_midnight_in_the_citys_zone() {
        let window = parsed(date("2026-03-08"), date("2026-03-09")).unwrap();
        let day = Window {
            from: Some(at("2026-03-08T05:00:00Z")),
            before: Some(at("2026-03-09T04:00:00Z")),
        };
        assert_eq!(window, day);
        assert!(day.holds(at("2026-03-08T05:00:00Z")) && !day.holds(at("2026-03-09T04:00:00Z")));
        assert!(!day.holds(at("2026-03-08T04:59:59.999999Z")));
    }

    #[test]
    fn a_window_that_is_none_is_refused() {
        let wrong = |fields: &[&str]| Err(fields.iter().map(ToString::to_string).collect());
        assert_eq!(parsed(date("2026-03-08"), date("2026-03-08")), wrong(&["window.before"]));
        assert_eq!(parsed(date("2026-02-29"), None), wrong(&["window.from"]));
        assert_eq!(parsed(None, date("1700-01-01")), wrong(&["window.before"]));
        assert_eq!(parsed(pb::Bound { bound: None }, None), wrong(&["window.from"]));
        assert!(parsed(None, None).is_ok());
    }

    // Clocks go forward on 2026-03-08 and back on 2026-11-01.
    #[test]
    fn days_of_a_clock_change_have_23_and_25_hours() {
        let calendar = default_city().unwrap().calendar;
        let hours = |text: &str| {
            let span = period(&calendar, Period::Day, at(text));
            let span = period_to_pb(&calendar, span);
            let secs = |it: Option<prost_types::Timestamp>| it.unwrap().seconds;
            (span.name.clone(), (secs(span.before) - secs(span.from)) / 3600)
        };
        assert_eq!(hours("2026-03-08T05:00:00Z"), ("2026-03-08".to_owned(), 23));
        assert_eq!(hours("2026-03-09T03:59:59Z"), ("2026-03-08".to_owned(), 23));
        assert_eq!(hours("2026-03-09T04:00:00Z"), ("2026-03-09".to_owned(), 24));
        assert_eq!(hours("2026-11-01T04:00:00Z"), ("2026-11-01".to_owned(), 25));
        assert_eq!(hours("2026-11-02T04:59:59Z"), ("2026-11-01".to_owned(), 25));
    }

    #[test]
    fn the_last_evening_of_a_year_belongs_to_it() {
        let calendar = default_city().unwrap().calendar;
        let name = |length: Period, text: &str| period(&calendar, length, at(text)).name();
        // Still the evening of 31 December in Québec.
        assert_eq!(name(Period::Year, "2027-01-01T04:59:59Z"), "2026");
        assert_eq!(name(Period::Month, "2027-01-01T04:59:59Z"), "2026-12");
        assert_eq!(name(Period::Week, "2027-01-04T04:59:59Z"), "2026-W53");
        assert_eq!(name(Period::Week, "2027-01-04T05:00:00Z"), "2027-W01");
    }
}
