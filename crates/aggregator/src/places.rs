//! Where active requests lie: an index by product and place, for those who look for duplicates.
//!
//! It holds what a search compares, so that a search reads no request that it does not show. Points
//! are kept by cells of a coarse grid, row by row: a search reads a few runs of neighbouring keys.

use crate::schema::{self, PointKey};
use crate::snapshot::Snapshot;
use crate::store::Error;
use beffroi_domain::{Request, Timestamp, metres_between};
use redb::WriteTransaction;
use std::ops::RangeInclusive;

/// The side of a cell in ten-millionths of a degree: 556 m from south to north.
const CELL: i32 = 50_000;
/// Ten-millionths of a degree of latitude in a metre, rounded up.
const PER_METRE: f64 = 90.0;

/// An active request that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// Its ordinal.
    pub ordinal: u64,
    /// Its precision within the product.
    pub precision: Option<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// How far away it is, in metres; `None`: it lies in the same borough.
    pub metres: Option<f64>,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spots {
    /// What was found, in no order that matters.
    pub found: Vec<Spot>,
    /// There was more to look at than the search may.
    pub incomplete: bool,
}

/// What active requests are looked for by.
#[derive(Clone, Debug)]
pub struct Search<'a> {
    /// The product.
    pub product: &'a str,
    /// When they were opened.
    pub opened: RangeInclusive<Timestamp>,
    /// How many rows may be looked at.
    pub scan_max: usize,
}

/// A request as the index holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    product: String,
    precision: String,
    point: Option<(i32, i32)>,
    borough: Option<String>,
    opened_at: i64,
}

impl Placed {
    /// `None`: it has ended, was merged into another one, or lies nowhere.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let place = &request.place;
        let sought = request.status.is_active() && request.merged.is_none();
        let lies = place.coordinates.is_some() || place.borough.is_some();
        (sought && lies).then(|| Self {
            product: request.product.to_string(),
            precision: request.precision.as_ref().map(ToString::to_string).unwrap_or_default(),
            point: place.coordinates,
            borough: place.borough.as_ref().map(ToString::to_string),
            opened_at: request.opened_at.micros(),
        })
    }
}

/// A request of which the place in the index may have changed, and what it was and is.
pub(crate) type Moved = (u64, Option<Placed>, Option<Placed>);

/// Brings the index up to date.
pub(crate) fn write(txn: &WriteTransaction, moved: &[Moved]) -> Result<(), Error> {
    let gone = moved.iter().filter_map(|(ordinal, before, _)| Some((*ordinal, before.as_ref()?)));
    let come = moved.iter().filter_map(|(ordinal, _, after)| Some((*ordinal, after.as_ref()?)));
    let mut points = txn.open_table(schema::ACTIVE_POINTS)?;
    for key in sorted(gone.clone().filter_map(point_key)) {
        points.remove(key)?;
    }
    let mut coming: Vec<_> = come.clone().filter_map(|it| Some((point_key(it)?, it.1))).collect();
    coming.sort_unstable_by_key(|(key, _)| *key);
    for (key, it) in coming {
        let (latitude, longitude) = it.point.unwrap_or_default();
        points.insert(key, (latitude, longitude, it.opened_at, it.precision.as_str()))?;
    }
    let mut boroughs = txn.open_table(schema::ACTIVE_BOROUGHS)?;
    for key in sorted(gone.filter_map(borough_key)) {
        boroughs.remove(key)?;
    }
    let mut coming: Vec<_> = come.filter_map(|it| Some((borough_key(it)?, it.1))).collect();
    coming.sort_unstable_by_key(|(key, _)| *key);
    for (key, it) in coming {
        boroughs.insert(key, (it.opened_at, it.point.is_some(), it.precision.as_str()))?;
    }
    Ok(())
}

fn sorted<K: Ord>(keys: impl Iterator<Item = K>) -> Vec<K> {
    let mut keys: Vec<K> = keys.collect();
    keys.sort_unstable();
    keys
}

type BoroughKey<'a> = (&'a str, &'a str, u64);

fn point_key((ordinal, it): (u64, &Placed)) -> Option<PointKey<'_>> {
    let (latitude, longitude) = it.point?;
    Some((&it.product, latitude.div_euclid(CELL), longitude.div_euclid(CELL), ordinal))
}

fn borough_key((ordinal, it): (u64, &Placed)) -> Option<BoroughKey<'_>> {
    Some((&it.product, it.borough.as_deref()?, ordinal))
}

impl Snapshot {
    /// Active requests at most `metres` from `point`. A search does not go over the 180th meridian.
    pub fn active_near(
        &self,
        search: &Search<'_>,
        point: (i32, i32),
        metres: u32,
    ) -> Result<Spots, Error> {
        let points = self.table(schema::ACTIVE_POINTS)?;
        let (rows, columns) = cells(point, metres);
        let mut spots = Spots::default();
        let mut scanned = 0;
        for row in rows {
            let from = (search.product, row, *columns.start(), 0);
            let to = (search.product, row, *columns.end(), u64::MAX);
            for entry in points.range(from..=to)? {
                if scanned == search.scan_max {
                    spots.incomplete = true;
                    return Ok(spots);
                }
                scanned += 1;
                let (key, value) = entry?;
                let (latitude, longitude, opened_at, precision) = value.value();
                let away = metres_between(point, (latitude, longitude));
                if away <= f64::from(metres)
                    && let Some(spot) = spot(search, key.value().3, (opened_at, precision))
                {
                    spots.found.push(Spot { metres: Some(away), ..spot });
                }
            }
        }
        Ok(spots)
    }

    /// Active requests in a borough, latest recorded first; only those `without_point`, if so asked.
    pub fn active_in(
        &self,
        search: &Search<'_>,
        borough: &str,
        without_point: bool,
    ) -> Result<Spots, Error> {
        let boroughs = self.table(schema::ACTIVE_BOROUGHS)?;
        let (from, to) = ((search.product, borough, 0), (search.product, borough, u64::MAX));
        let mut spots = Spots::default();
        for (scanned, entry) in boroughs.range(from..=to)?.rev().enumerate() {
            if scanned == search.scan_max {
                spots.incomplete = true;
                break;
            }
            let (key, value) = entry?;
            let (opened_at, has_point, precision) = value.value();
            if !(without_point && has_point) {
                spots.found.extend(spot(search, key.value().2, (opened_at, precision)));
            }
        }
        Ok(spots)
    }
}

fn spot(search: &Search<'_>, ordinal: u64, (opened_at, precision): (i64, &str)) -> Option<Spot> {
    let opened_at = Timestamp::from_micros(opened_at).ok()?;
    let precision = (!precision.is_empty()).then(|| precision.to_owned());
    let found = Spot { ordinal, precision, opened_at, metres: None };
    search.opened.contains(&opened_at).then_some(found)
}

/// The rows and columns of the grid that a circle touches.
#[expect(clippy::cast_possible_truncation, reason = "held within the range first")]
fn cells(point: (i32, i32), metres: u32) -> (RangeInclusive<i32>, RangeInclusive<i32>) {
    let held = |at: f64| at.clamp(f64::from(i32::MIN), f64::from(i32::MAX)) as i32;
    let around = |at: i32, by: f64| {
        let (from, to) = (held(f64::from(at) - by), held(f64::from(at) + by));
        from.div_euclid(CELL)..=to.div_euclid(CELL)
    };
    let by = f64::from(metres) * PER_METRE + 1.0;
    // Meridians are closest at the end of the circle that is nearer to a pole.
    let farthest = (f64::from(point.0).abs() + by).min(900_000_000.0);
    let narrowing = (farthest / 1e7).to_radians().cos().max(1e-9);
    (around(point.0, by), around(point.1, by / narrowing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        #[expect(clippy::cast_possible_truncation, reason = "a few kilometres")]
        fn no_point_within_reach_lies_outside_the_cells(
            latitude in -880_000_000..880_000_000_i32,
            longitude in -1_700_000_000..1_700_000_000_i32,
            north in -1.01..1.01_f64,
            east in -1.01..1.01_f64,
            metres in 1..5_000_u32,
        ) {
            // Somewhere about the circle, in shares of its radius.
            let reach = f64::from(metres) * PER_METRE;
            let narrowing = (f64::from(latitude) / 1e7).to_radians().cos();
            let by = |share: f64| (share * reach) as i32;
            let other = (latitude + by(north), longitude + by(east / narrowing));
            prop_assume!(metres_between((latitude, longitude), other) <= f64::from(metres));
            let (rows, columns) = cells((latitude, longitude), metres);
            prop_assert!(rows.contains(&other.0.div_euclid(CELL)));
            prop_assert!(columns.contains(&other.1.div_euclid(CELL)));
        }
    }
}
