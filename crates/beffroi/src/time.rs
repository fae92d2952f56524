//! Instants, as sent and as shown: to scripts in UTC, to people by the clock of the city.

use chrono::{DateTime, MappedLocalTime, SecondsFormat, TimeZone as _, Utc};
use chrono_tz::Tz;
use prost_types::Timestamp;

const MINUTES: &str = "%Y-%m-%d %H:%M";

/// To the wire.
pub(crate) fn to_pb(at: DateTime<Utc>) -> Timestamp {
    Timestamp {
        seconds: at.timestamp(),
        nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default(),
    }
}

/// In RFC 3339, with as many digits as needed; `None` when absent or outside what a calendar holds.
pub(crate) fn rfc3339(at: Option<&Timestamp>) -> Option<String> {
    from_pb(at).map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// To the minute, for people, by the clock of the city; empty when absent, led by `~` when only
/// roughly known.
///
/// Followed by UTC when the zone is not known, and by the zone's abbreviation in the hour that a
/// change of clocks repeats.
pub(crate) fn minutes(at: Option<&Timestamp>, approximate: bool, zone: Option<Tz>) -> String {
    let Some(at) = from_pb(at) else {
        return String::new();
    };
    let mark = if approximate { "~" } else { "" };
    let Some(zone) = zone else {
        return format!("{mark}{} UTC", at.format(MINUTES));
    };
    let local = at.with_timezone(&zone);
    match zone.offset_from_local_datetime(&local.naive_local()) {
        MappedLocalTime::Ambiguous(..) => {
            format!("{mark}{} {}", local.format(MINUTES), local.format("%Z"))
        }
        MappedLocalTime::Single(_) | MappedLocalTime::None => {
            format!("{mark}{}", local.format(MINUTES))
        }
    }
}

fn from_pb(at: Option<&Timestamp>) -> Option<DateTime<Utc>> {
    let at = at?;
    DateTime::from_timestamp(at.seconds, u32::try_from(at.nanos).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::America::Toronto;

    const AT: Timestamp = Timestamp { seconds: 1_793_626_200, nanos: 250_000_000 };

    #[test]
    fn scripts_are_told_instants_in_utc() {
        assert_eq!(rfc3339(Some(&AT)).as_deref(), Some("2026-11-02T13:30:00.250Z"));
    }

    #[test]
    fn people_are_told_instants_by_the_clock_of_the_city() {
        let shown = |at, approximate| minutes(at, approximate, Some(Toronto));
        assert_eq!(shown(Some(&AT), false), "2026-11-02 08:30");
        assert_eq!(shown(Some(&AT), true), "~2026-11-02 08:30");
        assert_eq!(shown(None, true), "");
    }

    #[test]
    fn without_a_zone_people_are_told_that_it_is_utc() {
        assert_eq!(minutes(Some(&AT), false, None), "2026-11-02 13:30 UTC");
        assert_eq!(minutes(Some(&AT), true, None), "~2026-11-02 13:30 UTC");
        assert_eq!(minutes(None, true, None), "");
    }

    #[test]
    fn only_in_a_repeated_hour_is_the_offset_shown() {
        let check = |utc: &str, expected: &str| {
            let at = DateTime::parse_from_rfc3339(utc).expect("a time").to_utc();
            assert_eq!(minutes(Some(&to_pb(at)), false, Some(Toronto)), expected);
        };
        check("2026-11-01T04:59:59Z", "2026-11-01 00:59");
        check("2026-11-01T05:00:00Z", "2026-11-01 01:00 EDT");
        check("2026-11-01T05:30:00Z", "2026-11-01 01:30 EDT");
        check("2026-11-01T06:30:00Z", "2026-11-01 01:30 EST");
        check("2026-11-01T06:59:59Z", "2026-11-01 01:59 EST");
        check("2026-11-01T07:00:00Z", "2026-11-01 02:00");
        check("2026-03-08T06:59:59Z", "2026-03-08 01:59");
        check("2026-03-08T07:00:00Z", "2026-03-08 03:00");
    }

    #[test]
    fn instants_come_back_unchanged() {
        let at = from_pb(Some(&AT)).expect("in range");
        assert_eq!(to_pb(at), AT);
    }

    #[test]
    fn an_impossible_instant_is_left_out() {
        assert_eq!(rfc3339(Some(&Timestamp { seconds: i64::MAX, nanos: 0 })), None);
        assert_eq!(rfc3339(Some(&Timestamp { seconds: 0, nanos: -1 })), None);
    }
}
