//! Instants, as sent and as shown. Always UTC: the client does not know the city's zone.

use chrono::{DateTime, SecondsFormat, Utc};
use prost_types::Timestamp;

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

/// To the minute, for people; empty when absent, led by `~` when only roughly known.
pub(crate) fn minutes(at: Option<&Timestamp>, approximate: bool) -> String {
    let Some(at) = from_pb(at) else {
        return String::new();
    };
    let mark = if approximate { "~" } else { "" };
    format!("{mark}{}", at.format("%Y-%m-%d %H:%M"))
}

fn from_pb(at: Option<&Timestamp>) -> Option<DateTime<Utc>> {
    let at = at?;
    DateTime::from_timestamp(at.seconds, u32::try_from(at.nanos).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp { seconds: 1_793_626_200, nanos: 250_000_000 };

    #[test]
    fn instants_are_shown_in_utc() {
        assert_eq!(rfc3339(Some(&AT)).as_deref(), Some("2026-11-02T13:30:00.250Z"));
        assert_eq!(minutes(Some(&AT), false), "2026-11-02 13:30");
        assert_eq!(minutes(Some(&AT), true), "~2026-11-02 13:30");
        assert_eq!(minutes(None, true), "");
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
