//! Periods of the calendar: what figures are counted by.

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A day.
    Day,
    /// A week of ISO 8601: Monday to Sunday, of the year in which its Thursday lies.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// One period, such as the third month of 2026.
// Invariant: `first` is the first day of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    period: Period,
    first: NaiveDate,
}

impl Period {
    /// The period in which a date lies.
    pub fn of(self, date: NaiveDate) -> Span {
        let first = match self {
            Self::Day => Some(date),
            Self::Week => {
                let monday = date.weekday().num_days_from_monday();
                date.checked_sub_days(Days::new(monday.into()))
            }
            Self::Month => date.with_day(1),
            Self::Year => NaiveDate::from_ymd_opt(date.year(), 1, 1),
        };
        Span { period: self, first: first.unwrap_or(date) }
    }
}

impl Span {
    /// How long it is.
    pub fn period(self) -> Period {
        self.period
    }

    /// The first day.
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// The first day of the period after it.
    pub fn next(self) -> NaiveDate {
        let days = |days| self.first.checked_add_days(Days::new(days));
        let next = match self.period {
            Period::Day => days(1),
            Period::Week => days(7),
            // Whatever its length, a month or a year that begins on its first day has ended by then.
            Period::Month => days(31).and_then(|it| it.with_day(1)),
            Period::Year => days(366).and_then(|it| NaiveDate::from_ymd_opt(it.year(), 1, 1)),
        };
        next.unwrap_or(NaiveDate::MAX)
    }

    /// The name, which never changes: `2026-03-01`, `2026-W09`, `2026-03`, `2026`.
    pub fn name(self) -> String {
        let first = self.first;
        match self.period {
            Period::Day => first.format("%Y-%m-%d").to_string(),
            Period::Week => first.format("%G-W%V").to_string(),
            Period::Month => first.format("%Y-%m").to_string(),
            Period::Year => first.format("%Y").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(period: Period, of: &str, name: &str, (first, next): (&str, &str)) {
        let span = period.of(date(of));
        assert_eq!(span.name(), name);
        assert_eq!((span.first(), span.next()), (date(first), date(next)), "{name}");
    }

    #[test]
    fn periods_are_those_of_the_calendar() {
        check(Period::Day, "2024-02-29", "2024-02-29", ("2024-02-29", "2024-03-01"));
        check(Period::Month, "2024-02-29", "2024-02", ("2024-02-01", "2024-03-01"));
        check(Period::Month, "2026-12-31", "2026-12", ("2026-12-01", "2027-01-01"));
        check(Period::Year, "2024-12-31", "2024", ("2024-01-01", "2025-01-01"));
        check(Period::Year, "2026-07-01", "2026", ("2026-01-01", "2027-01-01"));
    }

    #[test]
    fn a_week_belongs_to_the_year_of_its_thursday() {
        check(Period::Week, "2026-12-31", "2026-W53", ("2026-12-28", "2027-01-04"));
        check(Period::Week, "2027-01-03", "2026-W53", ("2026-12-28", "2027-01-04"));
        check(Period::Week, "2027-01-04", "2027-W01", ("2027-01-04", "2027-01-11"));
        check(Period::Week, "2024-12-30", "2025-W01", ("2024-12-30", "2025-01-06"));
        check(Period::Week, "2023-01-01", "2022-W52", ("2022-12-26", "2023-01-02"));
    }

    proptest! {
        #[test]
        fn every_day_lies_in_one_period_and_periods_follow_each_other(
            day in -60_000_i32..2_900_000,
            period in prop::sample::select(vec![
                Period::Day, Period::Week, Period::Month, Period::Year,
            ]),
        ) {
            let date = NaiveDate::from_epoch_days(day).unwrap();
            let span = period.of(date);
            prop_assert!(span.first() <= date && date < span.next());
            prop_assert_eq!(period.of(span.first()), span);
            let after = period.of(span.next());
            prop_assert_eq!(after.first(), span.next());
            prop_assert!(span.name() < after.name());
        }
    }
}
