//! Instants.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// An instant: microseconds since 1970-01-01T00:00:00Z, in the years 1800 to 9999.
// Invariant: within `MIN..=MAX`, so that conversion to a calendar date never fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(i64);

/// The instant is not in the years 1800 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the time is not in the years 1800 to 9999")]
pub struct InvalidTimestamp;

// 1800-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z.
const MIN: i64 = -5_364_662_400_000_000;
const MAX: i64 = 253_402_300_799_999_999;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// The last instant there is, at the end of the year 9999.
    pub const MAX: Self = Self(MAX);

    /// Takes microseconds since 1970.
    pub fn from_micros(micros: i64) -> Result<Self, InvalidTimestamp> {
        if (MIN..=MAX).contains(&micros) { Ok(Self(micros)) } else { Err(InvalidTimestamp) }
    }

    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// As a date and time.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// This instant moved by `micros`, held within the years 1800 to 9999.
    #[must_use]
    pub fn saturating_add_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros).clamp(MIN, MAX))
    }
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(time: DateTime<Utc>) -> Result<Self, InvalidTimestamp> {
        Self::from_micros(time.timestamp_micros())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_the_years_1800_to_9999() {
        assert_eq!(Timestamp(MIN).to_string(), "1800-01-01T00:00:00Z");
        assert_eq!(Timestamp(MAX).to_string(), "9999-12-31T23:59:59.999999Z");
        assert!(Timestamp::from_micros(MIN - 1).is_err());
        assert!(Timestamp::from_micros(MAX + 1).is_err());
    }
}
