//! How durations are spread: exact quantiles of whole seconds.

use beffroi_wire::pb::report::v1 as pb;
use std::collections::BTreeMap;

/// Durations, counted by their seconds.
#[derive(Debug, Default)]
pub(super) struct Spread {
    counts: BTreeMap<u32, u64>,
    count: u64,
}

impl Spread {
    /// Counts a duration, and says whether it is the first of its length: it takes up memory then.
    pub(super) fn add(&mut self, secs: u32) -> bool {
        self.count += 1;
        let count = self.counts.entry(secs).or_default();
        *count += 1;
        *count == 1
    }

    /// How many last `secs` at most.
    pub(super) fn within(&self, secs: u32) -> u64 {
        self.counts.range(..=secs).map(|(_, count)| count).sum()
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The smallest duration that `percent` of all do not exceed; `None` without any.
    fn quantile(&self, percent: u64) -> Option<u32> {
        let rank = self.count.saturating_mul(percent).div_ceil(100);
        let mut passed = 0;
        let reached = self.counts.iter().find(|(_, count)| {
            passed += **count;
            passed >= rank
        });
        reached.map(|(secs, _)| *secs)
    }

    pub(super) fn to_pb(&self) -> pb::Durations {
        pb::Durations {
            count: self.count,
            median_secs: self.quantile(50),
            p90_secs: self.quantile(90),
            max_secs: self.counts.last_key_value().map(|(secs, _)| *secs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(durations: impl IntoIterator<Item = u32>) -> Spread {
        let mut spread = Spread::default();
        for secs in durations {
            spread.add(secs);
        }
        spread
    }

    #[test]
    fn a_quantile_is_the_nearest_rank() {
        let check = |spread: Spread, expected: (u32, u32)| {
            assert_eq!((spread.quantile(50), spread.quantile(90)), {
                (Some(expected.0), Some(expected.1))
            });
        };
        check(of([7]), (7, 7));
        check(of([1, 2]), (1, 2));
        check(of([3, 1, 2]), (2, 3));
        check(of(1..=10), (5, 9));
        check(of(1..=11), (6, 10));
        check(of([0, 0, 0, 0, 0, 0, 0, 0, 0, 50]), (0, 0));
    }

    #[test]
    fn nothing_has_no_quantiles() {
        let none = pb::Durations { count: 0, median_secs: None, p90_secs: None, max_secs: None };
        assert_eq!(of([]).to_pb(), none);
    }

    #[test]
    fn a_limit_lies_within() {
        assert_eq!(of([119, 120, 120, 121]).within(120), 3);
    }

    #[test]
    fn only_new_lengths_take_up_memory() {
        let mut spread = Spread::default();
        assert_eq!([spread.add(4), spread.add(4), spread.add(5)], [true, false, true]);
    }
}
