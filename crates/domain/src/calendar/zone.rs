//! A time zone as what it is: spans of time, each with one offset from UTC.
//!
//! Everything about clock changes follows from the spans. Within one, local time runs with UTC;
//! between two it jumps forward, and local times are missing (a gap), or back, and they come twice.

use crate::Timestamp;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Microseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000;
/// Microseconds of a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// Microseconds of a day of 24 hours.
pub(crate) const DAY: i64 = 1440 * MINUTE;

/// The last day that is counted: 2199-12-31, in days since 1970.
pub(crate) const LAST_DAY: i32 = 84_005;
/// The first day that is counted: 1800-01-01.
pub(crate) const FIRST_DAY: i32 = -62_091;

/// How far apart offsets are looked at. Of all zones, no two changes since 1970 are closer than
/// 6.9 days (Cambridge Bay, 2000).
const STEP_SECS: i64 = 4 * 86_400;

/// The zones that were asked for. What is known of one never changes: found once, it is kept.
static FOUND: LazyLock<Mutex<HashMap<Tz, Zone>>> = LazyLock::new(Mutex::default);

/// A time zone, with its clock changes from 1970 to 2199 at hand; before that, the offset with which
/// it entered 1970 holds. Cheap to clone.
// Invariant: there is a first span, which begins before all time, and they are in order.
#[derive(Clone)]
pub struct Zone {
    tz: Tz,
    spans: Arc<[Span]>,
}

/// A time of one offset, until the next one begins; in microseconds.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: i64,
    offset: i64,
}

/// A day, in days since 1970-01-01.
pub(crate) fn day_of(date: NaiveDate) -> i32 {
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// The date of a day; the bounds of what chrono holds lie beyond what is counted.
pub(crate) fn date_of(day: i32) -> NaiveDate {
    let days = chrono::TimeDelta::days(day.into());
    NaiveDate::default().checked_add_signed(days).unwrap_or(NaiveDate::MAX)
}

/// The day of a local time.
pub(crate) fn day_at(local: i64) -> i32 {
    i32::try_from(local.div_euclid(DAY)).unwrap_or(i32::MAX)
}

/// The local time at which a day begins.
pub(crate) fn start_of(day: i32) -> i64 {
    i64::from(day) * DAY
}

impl Zone {
    /// The IANA zone.
    pub fn tz(&self) -> Tz {
        self.tz
    }

    /// The instant of a local time: within a gap, the end of the gap; where it comes twice, the first.
    ///
    /// `None` outside the years that a [`Timestamp`] holds.
    pub fn instant(&self, local: NaiveDateTime) -> Option<Timestamp> {
        let local = local.and_utc().timestamp_micros();
        Timestamp::from_micros(self.instant_of(local)).ok()
    }

    /// The local time of an instant.
    pub fn local(&self, at: Timestamp) -> NaiveDateTime {
        let local = DateTime::from_timestamp_micros(self.local_of(at.micros()));
        local.unwrap_or_default().naive_utc()
    }

    /// The local time of an instant, in microseconds since 1970-01-01T00:00 local.
    pub(crate) fn local_of(&self, at: i64) -> i64 {
        at.saturating_add(self.offset(self.span_at(at)))
    }

    /// [`Self::instant`] in microseconds.
    pub(crate) fn instant_of(&self, local: i64) -> i64 {
        // An offset is less than a day: no earlier span can hold this local time.
        let first = self.span_at(local.saturating_sub(DAY));
        for span in first..self.spans.len() {
            let (from, to) = self.local_bounds(span);
            if local < from {
                return from.saturating_sub(self.offset(span));
            }
            if local < to {
                return local.saturating_sub(self.offset(span));
            }
        }
        i64::MAX
    }

    /// The instants whose local time lies from `from` on and before `to`: one piece, or none in a
    /// gap, or several around clock changes. In order of time.
    pub(crate) fn pieces(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let first = self.span_at(from.saturating_sub(DAY));
        (first..self.spans.len())
            .take_while(move |span| self.local_bounds(*span).0 < to)
            .filter_map(move |span| self.piece(span, from, to))
    }

    /// The instants of one span whose local time lies from `from` on and before `to`.
    pub(crate) fn piece(&self, span: usize, from: i64, to: i64) -> Option<(i64, i64)> {
        let (begins, ends) = self.local_bounds(span);
        let offset = self.offset(span);
        let (from, to) = (from.max(begins), to.min(ends));
        (from < to).then(|| (from - offset, to - offset))
    }

    /// The span of an instant.
    pub(crate) fn span_at(&self, at: i64) -> usize {
        self.spans.partition_point(|it| it.from <= at).saturating_sub(1)
    }

    /// How many spans there are.
    pub(crate) fn spans(&self) -> usize {
        self.spans.len()
    }

    /// The local times of a span: the first, and the end.
    pub(crate) fn local_bounds(&self, span: usize) -> (i64, i64) {
        let offset = self.offset(span);
        let end = self.spans.get(span + 1).map_or(i64::MAX, |it| it.from);
        (self.begin(span).saturating_add(offset), end.saturating_add(offset))
    }

    fn begin(&self, span: usize) -> i64 {
        self.spans.get(span).map_or(i64::MAX, |it| it.from)
    }

    fn offset(&self, span: usize) -> i64 {
        self.spans.get(span).map_or(0, |it| it.offset)
    }
}

impl From<Tz> for Zone {
    fn from(tz: Tz) -> Self {
        let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
        found.entry(tz).or_insert_with(|| Self { tz, spans: spans(tz).into() }).clone()
    }
}

/// The spans of a zone, found by looking at its offset every few days and halving where it differs.
fn spans(tz: Tz) -> Vec<Span> {
    let end = i64::from(LAST_DAY + 1) * (DAY / SECOND);
    let mut spans = vec![Span { from: i64::MIN, offset: offset_secs(tz, 0) * SECOND }];
    let mut at = 0;
    while at < end {
        let to = at + STEP_SECS;
        let (before, after) = (offset_secs(tz, at), offset_secs(tz, to));
        if before != after {
            let (mut low, mut high) = (at, to);
            while low + 1 < high {
                let middle = low.midpoint(high);
                if offset_secs(tz, middle) == before {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            spans.push(Span { from: high * SECOND, offset: offset_secs(tz, high) * SECOND });
        }
        at = to;
    }
    spans
}

fn offset_secs(tz: Tz, at_secs: i64) -> i64 {
    let utc = DateTime::from_timestamp(at_secs, 0).unwrap_or_default().naive_utc();
    tz.offset_from_utc_datetime(&utc).fix().local_minus_utc().into()
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.tz == other.tz
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tz.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[track_caller]
    fn check(tz: Tz, text: &str, expected: &str) {
        let found = Zone::from(tz).instant(local(text)).unwrap();
        assert_eq!(found.to_string(), expected, "{tz} {text}");
    }

    #[test]
    fn a_local_time_in_a_gap_is_the_end_of_the_gap() {
        check(chrono_tz::Europe::Paris, "2024-03-31 02:30", "2024-03-31T01:00:00Z");
        check(chrono_tz::America::Sao_Paulo, "2018-11-04 00:00", "2018-11-04T03:00:00Z");
        check(chrono_tz::Australia::Lord_Howe, "2024-10-06 02:10", "2024-10-05T15:30:00Z");
        check(chrono_tz::Pacific::Apia, "2011-12-30 12:00", "2011-12-30T10:00:00Z");
    }

    #[test]
    fn a_local_time_that_comes_twice_is_the_first() {
        check(chrono_tz::America::Toronto, "2026-11-01 01:30", "2026-11-01T05:30:00Z");
        check(chrono_tz::Australia::Lord_Howe, "2024-04-07 01:45", "2024-04-06T14:45:00Z");
        check(chrono_tz::America::St_Johns, "2006-10-28 23:30", "2006-10-29T02:00:00Z");
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(day_of(NaiveDate::from_ymd_opt(2199, 12, 31).unwrap()), LAST_DAY);
        assert_eq!(day_of(NaiveDate::from_ymd_opt(1800, 1, 1).unwrap()), FIRST_DAY);
        assert_eq!(date_of(LAST_DAY).to_string(), "2199-12-31");
    }

    #[test]
    fn every_change_of_every_zone_is_found() {
        for tz in chrono_tz::TZ_VARIANTS {
            let zone = Zone::from(tz);
            // Off the grid on which the changes were looked for, and close to each of them.
            let grid = (0..1_700).map(|it| it * 49 * 86_400 + 12_345);
            let close = zone.spans.iter().skip(1).flat_map(|it| {
                let at = it.from / SECOND;
                [at - 1, at, at + 3_600, at - 5 * 86_400, at + 5 * 86_400]
            });
            for at in grid.chain(close).filter(|it| (0..7_258_000_000).contains(it)) {
                let found = zone.offset(zone.span_at(at * SECOND));
                assert_eq!(found, offset_secs(tz, at) * SECOND, "{tz} {at}");
            }
        }
    }
}
