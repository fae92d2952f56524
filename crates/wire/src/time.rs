//! Instants on the wire.

use beffroi_domain::{InvalidTimestamp, Timestamp};

const MICROS: i64 = 1_000_000;

/// To `google.protobuf.Timestamp`.
pub fn to_pb(at: Timestamp) -> prost_types::Timestamp {
    let nanos = at.micros().rem_euclid(MICROS) * 1000;
    prost_types::Timestamp {
        seconds: at.micros().div_euclid(MICROS),
        nanos: i32::try_from(nanos).unwrap_or_default(),
    }
}

/// From `google.protobuf.Timestamp`, to the microsecond.
pub fn from_pb(at: &prost_types::Timestamp) -> Result<Timestamp, InvalidTimestamp> {
    if !(0..1_000_000_000).contains(&at.nanos) {
        return Err(InvalidTimestamp);
    }
    let micros = at.seconds.checked_mul(MICROS).ok_or(InvalidTimestamp)?;
    let micros = micros.checked_add(i64::from(at.nanos) / 1000).ok_or(InvalidTimestamp)?;
    Timestamp::from_micros(micros)
}
