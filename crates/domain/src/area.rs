//! Areas: what lies between two parallels and two meridians.

use thiserror::Error;

/// The bounds are not those of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidArea {
    /// A bound is off the globe.
    #[error("is off the globe: latitude -90 to 90, longitude -180 to 180")]
    OffGlobe,
    /// There is nothing between its parallels.
    #[error("has its south north of its north")]
    UpsideDown,
}

/// What lies between two parallels and two meridians, borders included.
// Invariant: ten-millionths of a degree on the globe, `south` <= `north`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    south: i32,
    west: i32,
    north: i32,
    east: i32,
}

const PER_DEGREE: f64 = 1e7;
const POLE: i32 = 900_000_000;
const ANTIMERIDIAN: i32 = 1_800_000_000;

/// The ten-millionths of `degrees`, `None` when they are more than `max` or no number.
pub fn ten_millionths(degrees: f64, max: f64) -> Option<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "checked to lie within the range")]
    (degrees.abs() <= max).then(|| (degrees * PER_DEGREE).round() as i32)
}

impl Area {
    /// Takes degrees of WGS 84. With `west` greater than `east` it goes over the antimeridian.
    pub fn new(south: f64, west: f64, north: f64, east: f64) -> Result<Self, InvalidArea> {
        let latitude = |degrees| ten_millionths(degrees, 90.0).ok_or(InvalidArea::OffGlobe);
        let longitude = |degrees| ten_millionths(degrees, 180.0).ok_or(InvalidArea::OffGlobe);
        let (south, north) = (latitude(south)?, latitude(north)?);
        let (west, east) = (longitude(west)?, longitude(east)?);
        if south > north {
            return Err(InvalidArea::UpsideDown);
        }
        Ok(Self { south, west, north, east })
    }

    /// Whether a point lies in it: latitude and longitude in ten-millionths of a degree.
    pub fn contains(&self, (latitude, longitude): (i32, i32)) -> bool {
        (self.south..=self.north).contains(&latitude)
            // All meridians meet at the poles, and the antimeridian has two names.
            && (latitude.abs() == POLE
                || self.has_meridian(longitude)
                || (longitude.abs() == ANTIMERIDIAN && self.has_meridian(-longitude)))
    }

    fn has_meridian(&self, longitude: i32) -> bool {
        if self.west <= self.east {
            (self.west..=self.east).contains(&longitude)
        } else {
            self.west <= longitude || longitude <= self.east
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QUEBEC: (f64, f64) = (46.813_9, -71.208);

    fn check(
        (south, west, north, east): (f64, f64, f64, f64),
        (latitude, longitude): (f64, f64),
        contained: bool,
    ) {
        let area = Area::new(south, west, north, east).unwrap();
        let latitude = ten_millionths(latitude, 90.0).unwrap();
        let longitude = ten_millionths(longitude, 180.0).unwrap();
        assert_eq!(area.contains((latitude, longitude)), contained, "{area:?}");
    }

    #[test]
    fn an_area_holds_what_is_within_and_on_its_borders() {
        let area = (46.8, -71.3, 46.9, -71.2);
        check(area, QUEBEC, true);
        for corner in [(46.8, -71.3), (46.8, -71.2), (46.9, -71.3), (46.9, -71.2)] {
            check(area, corner, true);
        }
        for outside in [
            (46.799_999_9, -71.25),
            (46.900_000_1, -71.25),
            (46.85, -71.300_000_1),
            (46.85, -71.199_999_9),
        ] {
            check(area, outside, false);
        }
    }

    #[test]
    fn an_area_may_be_a_point_a_line_or_the_globe() {
        check((QUEBEC.0, QUEBEC.1, QUEBEC.0, QUEBEC.1), QUEBEC, true);
        check((QUEBEC.0, QUEBEC.1, QUEBEC.0, QUEBEC.1), (QUEBEC.0, -71.208_000_1), false);
        check((-90.0, QUEBEC.1, 90.0, QUEBEC.1), QUEBEC, true);
        check((-90.0, -180.0, 90.0, 180.0), QUEBEC, true);
    }

    #[test]
    fn an_area_whose_west_is_greater_goes_over_the_antimeridian() {
        let fiji = (-20.0, 177.0, -16.0, -178.0);
        for (longitude, contained) in [
            (177.0, true),
            (180.0, true),
            (-180.0, true),
            (-178.0, true),
            (176.999_999_9, false),
            (-177.999_999_9, false),
            (0.0, false),
        ] {
            check(fiji, (-18.0, longitude), contained);
        }
    }

    #[test]
    fn the_antimeridian_is_one_meridian_with_two_names() {
        check((-20.0, -180.0, 20.0, -170.0), (0.0, 180.0), true);
        check((-20.0, 170.0, 20.0, 180.0), (0.0, -180.0), true);
        check((-20.0, 170.0, 20.0, 179.0), (0.0, -180.0), false);
    }

    #[test]
    fn a_pole_lies_on_every_meridian() {
        check((80.0, 10.0, 90.0, 20.0), (90.0, -71.0), true);
        check((-90.0, 10.0, -80.0, 20.0), (-90.0, -71.0), true);
        check((80.0, 10.0, 89.9, 20.0), (90.0, 15.0), false);
        check((80.0, 10.0, 90.0, 20.0), (89.9, -71.0), false);
    }

    #[test]
    fn what_is_no_area_is_refused() {
        assert_eq!(Area::new(47.0, -71.3, 46.0, -71.2), Err(InvalidArea::UpsideDown));
        for (south, west, north, east) in [
            (-90.1, 0.0, 0.0, 0.0),
            (0.0, -180.1, 0.0, 0.0),
            (0.0, 0.0, 90.1, 0.0),
            (0.0, 0.0, 0.0, 180.1),
            (f64::NAN, 0.0, 0.0, 0.0),
            (0.0, f64::NEG_INFINITY, 0.0, 0.0),
            (0.0, 0.0, f64::INFINITY, 0.0),
            (0.0, 0.0, 0.0, f64::NAN),
        ] {
            assert_eq!(Area::new(south, west, north, east), Err(InvalidArea::OffGlobe));
        }
    }

    proptest! {
        /// An area over the antimeridian is what the two areas on either side of it are together.
        #[test]
        fn an_area_over_the_antimeridian_is_two_areas(
            east in -180.0..180.0_f64,
            gap in 0.0..180.0_f64,
            longitude in -1_800_000_000..=1_800_000_000_i32,
        ) {
            let west = (east + gap).min(180.0);
            prop_assume!(west > east);
            let point = (0, longitude);
            let area = Area::new(-10.0, west, 10.0, east).unwrap();
            let left = Area::new(-10.0, west, 10.0, 180.0).unwrap();
            let right = Area::new(-10.0, -180.0, 10.0, east).unwrap();
            prop_assert_eq!(area.contains(point), left.contains(point) || right.contains(point));
        }
    }
}
