//! Time as somebody would count it who has only a list of minutes: which are worked, and on what date.

use std::collections::BTreeMap;
use std::sync::Arc;

use beffroi_domain::{Timestamp, Warn};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::America::Toronto;

use super::city::{By, Delay};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// A wait: from and to.
pub(crate) type Wait = (Timestamp, Timestamp);

/// When a promise is due, and when to warn of it, in order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub at: Timestamp,
    pub warnings: Vec<(Timestamp, Warn)>,
}

/// Which time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Worked,
    Any,
}

/// The hours of a regime, every day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    AroundTheClock,
    /// From six in the morning until ten in the evening.
    Long,
}

/// Hours that hold in place of the city's, from and to.
pub(crate) type Over = (Timestamp, Timestamp, Extra);

/// A minute as the clocks of the city show it.
#[derive(Clone, Copy, Debug)]
struct Minute {
    date: NaiveDate,
    is_worked: bool,
    is_long: bool,
}

/// The minutes of some weeks.
#[derive(Clone, Debug)]
pub(crate) struct Minutes {
    first: i64,
    shown: Arc<Vec<Minute>>,
    over: Vec<(i64, i64, Extra)>,
    /// When the last that is worked of a date ends.
    closings: BTreeMap<NaiveDate, i64>,
}

/// An instant of March 2026 in Québec.
pub(crate) fn march(day: u32, hour: u32, minute: u32) -> Timestamp {
    let local = Toronto.with_ymd_and_hms(2026, 3, day, hour, minute, 0).unwrap();
    local.with_timezone(&Utc).try_into().unwrap()
}

fn local(micros: i64) -> DateTime<chrono_tz::Tz> {
    DateTime::from_timestamp_micros(micros).unwrap().with_timezone(&Toronto)
}

/// The hours of a date, as the city's file has them, from hour and minute to hour and minute.
fn hours(date: NaiveDate) -> &'static [(u32, u32)] {
    match (date.month(), date.day(), date.weekday()) {
        // A holiday.
        (3, 9, _) | (_, _, Weekday::Sun) => &[],
        // Hours of their own.
        (3, 11, _) => &[(1000, 1600)],
        // Closed for half an hour.
        (3, 12, _) => &[(800, 1200), (1300, 1500), (1530, 1900)],
        (_, _, Weekday::Sat) => &[(900, 1300)],
        (_, _, Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri) => {
            &[(800, 1200), (1300, 1900)]
        }
    }
}

impl Minutes {
    pub(crate) fn new() -> Self {
        let (first, last) = (march(1, 0, 0).micros(), march(31, 0, 0).micros());
        let shown = (0..(last - first) / MINUTE).map(|number| {
            let local = local(first + number * MINUTE);
            let (date, time) = (local.date_naive(), local.hour() * 100 + local.minute());
            let is_worked = hours(date).iter().any(|it| (it.0..it.1).contains(&time));
            Minute { date, is_worked, is_long: (600..2200).contains(&time) }
        });
        let shown = Arc::new(shown.collect());
        Self { first, shown, over: Vec::new(), closings: BTreeMap::new() }.closing_days()
    }

    /// The same with other hours for a while.
    pub(crate) fn under(&self, over: &[Over]) -> Self {
        let over = over.iter().map(|(from, to, extra)| (from.micros(), to.micros(), *extra));
        Self { over: over.collect(), ..self.clone() }.closing_days()
    }

    fn closing_days(mut self) -> Self {
        self.closings.clear();
        let shown = Arc::clone(&self.shown);
        let mut at = self.first;
        while let Some(minute) = shown.get(self.number(at)) {
            let end = self.piece(at, &[]);
            if self.is_worked(at) {
                self.closings.insert(minute.date, end);
            }
            at = end;
        }
        self
    }

    fn number(&self, at: i64) -> usize {
        usize::try_from((at - self.first) / MINUTE).expect("within the weeks")
    }

    fn is_worked(&self, at: i64) -> bool {
        let minute = self.shown.get(self.number(at)).expect("within the weeks");
        let over = self.over.iter().find(|it| (it.0..it.1).contains(&at));
        match over.map(|it| it.2) {
            None => minute.is_worked,
            Some(Extra::AroundTheClock) => true,
            Some(Extra::Long) => minute.is_long,
        }
    }

    /// When a promise is due that was made `from` then on, with its waits.
    pub(crate) fn due(&self, delay: &Delay, from: Timestamp, waits: &[Wait]) -> Due {
        let waits: Vec<(i64, i64)> =
            waits.iter().map(|it| (it.0.micros(), it.1.micros())).collect();
        let (made, waits) = (from.micros(), waits.as_slice());
        let at = match delay.by {
            By::Worked(minutes) => self.after(made, minutes * MINUTE, Counted::Worked, waits),
            By::BusinessDays(days) => {
                self.given_back(self.closing(made, days), waits, Counted::Worked)
            }
            By::CalendarDays(days) => {
                let shown = local(made).naive_local() + TimeDelta::days(days);
                let same = Toronto.from_local_datetime(&shown).unwrap();
                self.given_back(same.timestamp_micros(), waits, Counted::Any)
            }
            By::Time(minutes) => {
                // Used up exactly when a wait begins: due then.
                self.after(made, minutes * MINUTE, Counted::Any, waits)
            }
        };
        let counted = match delay.by {
            By::Worked(_) | By::BusinessDays(_) => Counted::Worked,
            By::CalendarDays(_) | By::Time(_) => Counted::Any,
        };
        let warning = |warn: &Warn| {
            let warned = match warn {
                Warn::Percent(percent) => {
                    let whole = self.between(made, at, counted, waits);
                    self.after(made, whole * i64::from(*percent) / 100, counted, waits)
                }
                Warn::WorkingSecs(secs) => self.before(at, -secs * SECOND, waits).max(made),
                Warn::BusinessDays(_) => panic!("no promise warns by days here"),
            };
            (Timestamp::from_micros(warned).unwrap(), *warn)
        };
        let mut warnings: Vec<_> = delay.warnings.iter().map(warning).collect();
        warnings.sort_by_key(|it| it.0);
        Due { at: Timestamp::from_micros(at).unwrap(), warnings }
    }

    /// The closing of the n-th business day after the day of reception; a day off counts as the next
    /// business day.
    fn closing(&self, received: i64, days: usize) -> i64 {
        let date = local(received).date_naive();
        *self.closings.range(date..).nth(days).expect("within the weeks").1
    }

    /// A due time later by what its waits took, one after the other, as far as they begin before it.
    fn given_back(&self, due: i64, waits: &[(i64, i64)], counted: Counted) -> i64 {
        let mut due = due;
        for (from, to) in waits {
            if due < *from {
                break;
            }
            due = self.after(due, self.between(*from, *to, counted, &[]), counted, &[]);
        }
        due
    }

    /// Where something may change within a minute.
    fn edges<'a>(&'a self, waits: &'a [(i64, i64)]) -> impl Iterator<Item = i64> + 'a {
        let over = self.over.iter().flat_map(|it| [it.0, it.1]);
        over.chain(waits.iter().flat_map(|it| [it.0, it.1]))
    }

    /// The end of the piece of time that begins at an instant: within it nothing changes.
    fn piece(&self, at: i64, waits: &[(i64, i64)]) -> i64 {
        let minute = (at.div_euclid(MINUTE) + 1) * MINUTE;
        self.edges(waits).filter(|edge| at < *edge).chain([minute]).min().unwrap_or(minute)
    }

    fn counts(&self, at: i64, counted: Counted, waits: &[(i64, i64)]) -> bool {
        let waits = waits.iter().any(|it| it.0 <= at && at < it.1);
        !waits && (counted == Counted::Any || self.is_worked(at))
    }

    /// When so much time is used up.
    fn after(&self, from: i64, amount: i64, counted: Counted, waits: &[(i64, i64)]) -> i64 {
        let (mut at, mut left) = (from, amount);
        while 0 < left {
            let end = self.piece(at, waits);
            if self.counts(at, counted, waits) {
                let used = left.min(end - at);
                left -= used;
                at += used;
            } else {
                at = end;
            }
        }
        at
    }

    /// How much time counts between two instants.
    fn between(&self, from: i64, to: i64, counted: Counted, waits: &[(i64, i64)]) -> i64 {
        let (mut at, mut sum) = (from, 0);
        while at < to {
            let end = self.piece(at, waits).min(to);
            if self.counts(at, counted, waits) {
                sum += end - at;
            }
            at = end;
        }
        sum
    }

    /// The instant from which so much working time lies before another one.
    fn before(&self, to: i64, amount: i64, waits: &[(i64, i64)]) -> i64 {
        let (mut at, mut left) = (to, amount);
        while 0 < left {
            let minute = (at - 1).div_euclid(MINUTE) * MINUTE;
            let edges = self.edges(waits).filter(|edge| *edge < at);
            let begin = edges.chain([minute]).max().unwrap_or(minute);
            if self.counts(begin, Counted::Worked, waits) {
                let used = left.min(at - begin);
                left -= used;
                at -= used;
            } else {
                at = begin;
            }
        }
        at
    }
}
