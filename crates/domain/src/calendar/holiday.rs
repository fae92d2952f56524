//! Rules that propose holidays. What a calendar holds are dates: somebody has looked at them.

use super::DayName;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use std::collections::BTreeSet;

/// A holiday of every year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolidayRule {
    /// What it is called.
    pub name: Option<DayName>,
    /// On which date it falls.
    pub date: HolidayDate,
    /// What becomes of it on a week-end.
    pub moved: Moved,
}

/// On which date of a year a holiday falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolidayDate {
    /// On the same one every year.
    Fixed {
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
    },
    /// So many days after Easter Sunday, or before it: Good Friday is -2.
    Easter {
        /// How many.
        days: i32,
    },
    /// On the n-th of a day of the week in a month.
    Nth {
        /// 1 for the first; -1 for the last.
        nth: i32,
        /// Which day.
        weekday: Weekday,
        /// 1 to 12.
        month: u32,
    },
    /// On the last of a day of the week before a date, that date excluded.
    Before {
        /// Which day.
        weekday: Weekday,
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
    },
}

/// What becomes of a holiday on a Saturday or Sunday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moved {
    /// It stays.
    #[default]
    No,
    /// It moves to the next weekday that is no holiday: mostly a Monday. So Christmas and the day
    /// after it, on a week-end, take Monday and Tuesday.
    NextWeekday,
    /// A Sunday moves so; a Saturday stays. (Massachusetts.)
    SundayToWeekday,
    /// A Saturday to the Friday before, a Sunday to the Monday after; taken, to the next weekday that
    /// is not.
    NearestWeekday,
}

/// A holiday that a rule proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedHoliday {
    /// The date.
    pub date: NaiveDate,
    /// The date from which it was moved, if it was.
    pub moved_from: Option<NaiveDate>,
    /// What it is called.
    pub name: Option<DayName>,
}

impl HolidayDate {
    /// The date in a year, if it exists then.
    pub fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Self::Easter { days } => easter(year)?.checked_add_signed(days_of(days)),
            Self::Nth { nth, weekday, month } if 0 < nth => {
                let nth = u8::try_from(nth).ok()?;
                NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth)
            }
            Self::Nth { nth, weekday, month } => {
                // The last is the first before the next month begins.
                let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                let end = NaiveDate::from_ymd_opt(year, month, 1)?;
                let weeks = nth.checked_add(1).filter(|it| *it <= 0)?;
                let date = last_before(weekday, end)?.checked_add_signed(days_of(weeks * 7))?;
                (date.checked_add_days(Days::new(31))? >= end).then_some(date)
            }
            Self::Before { weekday, month, day } => {
                last_before(weekday, NaiveDate::from_ymd_opt(year, month, day)?)
            }
        }
    }

    /// Whether it exists in any year.
    pub fn is_possible(self) -> bool {
        // Every way in which a year can begin and be long.
        (2000..2028).any(|year| self.in_year(year).is_some())
    }
}

fn days_of(days: i32) -> chrono::TimeDelta {
    chrono::TimeDelta::days(days.into())
}

fn last_before(weekday: Weekday, date: NaiveDate) -> Option<NaiveDate> {
    let eve = date.checked_sub_days(Days::new(1))?;
    let back = eve.weekday().days_since(weekday);
    eve.checked_sub_days(Days::new(back.into()))
}

/// Easter Sunday of the Gregorian calendar.
fn easter(year: i32) -> Option<NaiveDate> {
    // Anonymous, Nature 13 (1876): the golden number, the century, the epact, the Sunday letter.
    let golden = year % 19;
    let (century, of_century) = (year / 100, year % 100);
    let correction = (century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let moon = (19 * golden + correction) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * sunday) / 451;
    let at = moon + sunday - 7 * late + 114;
    let (month, day) = (u32::try_from(at / 31).ok()?, u32::try_from(at % 31 + 1).ok()?);
    NaiveDate::from_ymd_opt(year, month, day)
}

/// The holidays that rules propose for a year, in order: each date once.
///
/// Those that stay where they are come first; then each that moves takes the next date that is free,
/// in the order of the rules. What the years before and after move into this one is part of it.
pub fn propose_holidays(rules: &[HolidayRule], year: i32) -> Vec<ProposedHoliday> {
    let mut taken = BTreeSet::new();
    let mut proposed = Vec::new();
    let dates = (year - 1..=year + 1).flat_map(|year| {
        rules.iter().filter_map(move |rule| Some((rule, rule.date.in_year(year)?)))
    });
    let moves = |(rule, date): &(&HolidayRule, NaiveDate)| match rule.moved {
        Moved::No => false,
        Moved::SundayToWeekday => date.weekday() == Weekday::Sun,
        Moved::NextWeekday | Moved::NearestWeekday => is_weekend(*date),
    };
    for (rule, date) in dates.clone().filter(|it| !moves(it)) {
        if taken.insert(date) {
            proposed.push(ProposedHoliday { date, moved_from: None, name: rule.name.clone() });
        }
    }
    for (rule, from) in dates.filter(moves) {
        let Some(date) = moved(rule.moved, from, &taken) else { continue };
        taken.insert(date);
        let moved_from = Some(from);
        proposed.push(ProposedHoliday { date, moved_from, name: rule.name.clone() });
    }
    proposed.retain(|it| it.date.year() == year);
    proposed.sort_by_key(|it| it.date);
    proposed
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn moved(how: Moved, from: NaiveDate, taken: &BTreeSet<NaiveDate>) -> Option<NaiveDate> {
    let is_free = |date: &NaiveDate| !is_weekend(*date) && !taken.contains(date);
    let before = from
        .pred_opt()
        .filter(|it| how == Moved::NearestWeekday && from.weekday() == Weekday::Sat && is_free(it));
    before.or_else(|| from.iter_days().find(is_free))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[track_caller]
    fn falls(rule: HolidayDate, expected: &[&str]) {
        for expected in expected {
            let expected = date(expected);
            assert_eq!(rule.in_year(expected.year()), Some(expected));
        }
    }

    #[test]
    fn easter_is_the_sunday_after_the_first_full_moon_of_spring() {
        let easter = HolidayDate::Easter { days: 0 };
        falls(easter, &["1818-03-22", "1961-04-02", "2000-04-23", "2011-04-24", "2038-04-25"]);
        falls(easter, &["2049-04-18", "2076-04-19", "2100-03-28", "2024-03-31", "2026-04-05"]);
        falls(HolidayDate::Easter { days: -2 }, &["2026-04-03", "2027-03-26"]);
        falls(HolidayDate::Easter { days: 1 }, &["2026-04-06", "2012-04-09"]);
    }

    #[test]
    fn a_weekday_is_counted_from_either_end_of_its_month() {
        let weekday = Weekday::Mon;
        let nth = |nth, month| HolidayDate::Nth { nth, weekday, month };
        falls(nth(1, 9), &["2026-09-07", "2025-09-01"]);
        falls(nth(2, 10), &["2026-10-12"]);
        falls(nth(-1, 5), &["2026-05-25", "2027-05-31"]);
        falls(nth(-1, 12), &["2026-12-28"]);
        falls(nth(-4, 2), &["2027-02-01"]);
        assert_eq!(nth(5, 2).in_year(2026), None);
        assert_eq!(nth(-5, 2).in_year(2026), None);
        assert!(nth(5, 2).is_possible());
        for impossible in [nth(0, 2), nth(6, 1), nth(-6, 1), nth(1, 13), nth(1, 0)] {
            assert!(!impossible.is_possible(), "{impossible:?}");
        }
    }

    #[test]
    fn a_weekday_before_a_date_is_never_the_date() {
        let patriots = HolidayDate::Before { weekday: Weekday::Mon, month: 5, day: 25 };
        falls(patriots, &["2026-05-18", "2020-05-18", "2021-05-24", "2027-05-24"]);
    }

    #[test]
    fn a_leap_day_is_no_holiday_in_other_years() {
        let leap = HolidayDate::Fixed { month: 2, day: 29 };
        assert_eq!(leap.in_year(2026), None);
        assert!(leap.is_possible());
        assert!(!HolidayDate::Fixed { month: 4, day: 31 }.is_possible());
    }

    fn dates(rules: &[(u32, u32, Moved)], year: i32) -> Vec<String> {
        let rules: Vec<HolidayRule> = (rules.iter())
            .map(|(month, day, moved)| HolidayRule {
                name: None,
                date: HolidayDate::Fixed { month: *month, day: *day },
                moved: *moved,
            })
            .collect();
        propose_holidays(&rules, year).iter().map(|it| it.date.to_string()).collect()
    }

    #[test]
    fn two_holidays_on_a_week_end_do_not_move_to_the_same_day() {
        let both = [(12, 25, Moved::NextWeekday), (12, 26, Moved::NextWeekday)];
        assert_eq!(dates(&both, 2026), ["2026-12-25", "2026-12-28"]);
        assert_eq!(dates(&both, 2027), ["2027-12-27", "2027-12-28"]);
        // Christmas on a Sunday: Monday is the day after it already.
        assert_eq!(dates(&both, 2022), ["2022-12-26", "2022-12-27"]);
    }

    #[test]
    fn a_holiday_may_move_into_another_year() {
        let eve = [(12, 31, Moved::NextWeekday), (1, 1, Moved::No)];
        assert_eq!(dates(&eve, 2023), ["2023-01-01", "2023-01-02"]);
        assert_eq!(dates(&eve, 2024), ["2024-01-01", "2024-01-02", "2024-12-31"]);
        let sunday = [(7, 4, Moved::SundayToWeekday)];
        assert_eq!(dates(&sunday, 2021), ["2021-07-05"]);
        assert_eq!(dates(&sunday, 2020), ["2020-07-04"]);
        let new_year = [(1, 1, Moved::NearestWeekday)];
        assert_eq!(dates(&new_year, 2021), ["2021-01-01", "2021-12-31"]);
        assert_eq!(dates(&new_year, 2022), Vec::<String>::new());
    }
}
