//! Times as files write them.

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{
    DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
    Weekday,
};
use chrono_tz::{GapInfo, Tz};

/// One way of writing a time.
#[derive(Clone, Debug)]
pub(crate) struct Format(Vec<Item<'static>>);

/// A time that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: DateTime<Utc>,
    /// As clocks showed it in the zone in which it is written.
    pub(crate) wall: NaiveDateTime,
    /// True when only the day, or less, is known.
    pub(crate) approximate: bool,
}

impl Format {
    /// `None` when the text is not a format.
    pub(crate) fn new(format: &str) -> Option<Self> {
        let items = StrftimeItems::new(format).parse_to_owned().ok()?;
        (!items.is_empty()).then_some(Self(items))
    }

    /// Reads a time, in `zone` unless it says its own offset. `None` when it is not in this format.
    pub(crate) fn read(&self, text: &str, zone: Tz) -> Option<Moment> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.0.iter()).ok()?;
        if parsed.offset().is_some() || parsed.timestamp().is_some() {
            let at = parsed.to_datetime().ok()?.with_timezone(&Utc);
            let wall = at.with_timezone(&zone).naive_local();
            return Some(Moment { at, wall, approximate: false });
        }
        let date = parsed.to_naive_date().ok()?;
        let (time, approximate) = match parsed.to_naive_time() {
            Ok(time) => (time, false),
            Err(_) if parsed.hour_mod_12().is_none() => (NaiveTime::MIN, true),
            Err(_) => return None,
        };
        let wall = date.and_time(time);
        Some(Moment { at: instant(wall, zone)?, wall, approximate })
    }
}

/// The instant at which clocks of `zone` show `wall`: the first of two, or the end of the gap that
/// they jump over.
pub(crate) fn instant(wall: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&wall) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => {
            Some(at.with_timezone(&Utc))
        }
        MappedLocalTime::None => Some(GapInfo::new(&wall, &zone)?.end?.with_timezone(&Utc)),
    }
}

/// The last second of the day of `wall`.
pub(crate) fn end_of_day(wall: NaiveDateTime, zone: Tz) -> Option<Moment> {
    let wall = wall.date().and_hms_opt(23, 59, 59)?;
    Some(Moment { at: instant(wall, zone)?, wall, approximate: true })
}

/// The first `weekday` of a month such as `2022-01`, at `hour`.
pub(crate) fn first_in_month(
    month: &str,
    weekday: Weekday,
    hour: &str,
    zone: Tz,
) -> Option<Moment> {
    let (year, month) = month.split_once('-')?;
    let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
    let days = weekday.days_since(first.weekday());
    let wall = first.checked_add_days(chrono::Days::new(days.into()))?;
    let wall = wall.and_hms_opt(hour.parse().ok()?, 0, 0)?;
    Some(Moment { at: instant(wall, zone)?, wall, approximate: true })
}

/// On the wire.
pub(crate) fn to_pb(at: DateTime<Utc>) -> prost_types::Timestamp {
    let nanos = i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default();
    prost_types::Timestamp { seconds: at.timestamp(), nanos }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: &str, text: &str, zone: Tz, expected: Option<(&str, bool)>) {
        let found = Format::new(format).unwrap().read(text, zone);
        let found = found.map(|it| (it.at.to_rfc3339(), it.approximate));
        assert_eq!(found, expected.map(|(at, rough)| (at.to_owned(), rough)));
    }

    #[test]
    fn local_times_are_read_in_their_zone() {
        let format = "%Y-%m-%d %H:%M:%S";
        let toronto = chrono_tz::America::Toronto;
        let summer = Some(("2024-07-01T16:00:00+00:00", false));
        check(format, "2024-07-01 12:00:00", toronto, summer);
        let winter = Some(("2024-01-01T17:00:00+00:00", false));
        check(format, "2024-01-01 12:00:00", toronto, winter);
        check(format, "2024-02-30 12:00:00", toronto, None);
        check(format, "yesterday", toronto, None);
    }

    #[test]
    fn times_in_a_gap_move_to_its_end_and_repeated_ones_take_the_first() {
        let format = "%Y-%m-%d %H:%M";
        let toronto = chrono_tz::America::Toronto;
        let gap = Some(("2024-03-10T07:00:00+00:00", false));
        check(format, "2024-03-10 02:00", toronto, gap);
        check(format, "2024-03-10 02:59", toronto, gap);
        let after = Some(("2024-03-10T07:01:00+00:00", false));
        check(format, "2024-03-10 03:01", toronto, after);
        let repeated = Some(("2024-11-03T05:30:00+00:00", false));
        check(format, "2024-11-03 01:30", toronto, repeated);
    }

    #[test]
    fn offsets_win_over_the_zone_and_dates_alone_are_rough() {
        let toronto = chrono_tz::America::Toronto;
        let at = Some(("2026-08-22T06:33:23+00:00", false));
        check("%+", "2026-08-22T06:33:23Z", toronto, at);
        check("%Y-%m-%d %H:%M:%S %z", "2026-08-22 08:33:23 +0200", toronto, at);
        let day = Some(("2026-08-22T04:00:00+00:00", true));
        check("%Y-%m-%d", "2026-08-22", toronto, day);
        let evening = Some(("2026-08-22T21:05:00+00:00", false));
        check("%m/%d/%Y %I:%M %p", "08/22/2026 05:05 PM", toronto, evening);
    }

    #[test]
    fn nonsense_is_not_a_format() {
        assert!(Format::new("%Q").is_none());
        assert!(Format::new("").is_none());
    }

    #[test]
    fn a_rough_opening_is_the_first_such_day_of_its_month() {
        let toronto = chrono_tz::America::Toronto;
        let read = |month, weekday, hour| {
            first_in_month(month, weekday, hour, toronto).map(|it| it.at.to_rfc3339())
        };
        let wednesday = read("2022-01", Weekday::Wed, "15");
        assert_eq!(wednesday.as_deref(), Some("2022-01-05T20:00:00+00:00"));
        let first = read("2022-01", Weekday::Sat, "0");
        assert_eq!(first.as_deref(), Some("2022-01-01T05:00:00+00:00"));
        // The first Sunday of November has 01:00 twice.
        let repeated = read("2024-11", Weekday::Sun, "1");
        assert_eq!(repeated.as_deref(), Some("2024-11-03T05:00:00+00:00"));
        assert_eq!(read("2022-13", Weekday::Sat, "0"), None);
        assert_eq!(read("2022-01", Weekday::Sat, "24"), None);
    }
}
