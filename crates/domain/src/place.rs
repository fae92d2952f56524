//! Distances between places.

/// The mean radius of the earth, in metres.
const EARTH_METRES: f64 = 6_371_008.8;

/// How far apart two points are, in metres, along a great circle of a round earth: wrong by half a
/// percent at most. A point is latitude and longitude in ten-millionths of a degree, WGS 84.
pub fn metres_between(one: (i32, i32), other: (i32, i32)) -> f64 {
    let radians = |it: i32| f64::from(it).to_radians() / 1e7;
    let (latitude, longitude) = (radians(one.0), radians(one.1));
    let (other_latitude, other_longitude) = (radians(other.0), radians(other.1));
    let half = |difference: f64| (difference / 2.0).sin().powi(2);
    let chord = half(other_latitude - latitude)
        + latitude.cos() * other_latitude.cos() * half(other_longitude - longitude);
    2.0 * EARTH_METRES * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_distances_are_found() {
        let check = |one, other, metres: f64| {
            let found = metres_between(one, other);
            assert!((found - metres).abs() < metres / 200.0 + 0.02, "{found} for {metres}");
        };
        let town_hall = (468_139_000, -712_080_000);
        check(town_hall, town_hall, 0.0);
        // A thousandth of a degree of latitude, then of longitude at 46.8 degrees north.
        check(town_hall, (468_149_000, -712_080_000), 111.2);
        check(town_hall, (468_139_000, -712_070_000), 76.1);
        // Montréal's town hall.
        check(town_hall, (455_088_000, -735_542_000), 231_900.0);
        // Across the 180th meridian.
        check((0, 1_799_999_000), (0, -1_799_999_000), 22.24);
    }

    proptest! {
        #[test]
        fn it_is_as_far_back(one in any::<(i32, i32)>(), other in any::<(i32, i32)>()) {
            let (there, back) = (metres_between(one, other), metres_between(other, one));
            prop_assert!((there - back).abs() < 0.01 && there >= 0.0 && there.is_finite());
        }
    }
}
