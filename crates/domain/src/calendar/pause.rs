//! Pauses: times that a clock does not count.

use crate::Timestamp;
use thiserror::Error;

/// A time during which a clock stands still: from its beginning until before its end.
// Invariant: from <= to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pause {
    from: Timestamp,
    to: Timestamp,
}

/// The pause ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a pause that begins at {from} cannot end at {to}, before it")]
pub struct InvalidPause {
    /// When it is to begin.
    pub from: Timestamp,
    /// When it is to end.
    pub to: Timestamp,
}

impl Pause {
    /// A pause that has ended; it may have no length.
    pub fn new(from: Timestamp, to: Timestamp) -> Result<Self, InvalidPause> {
        if from <= to { Ok(Self { from, to }) } else { Err(InvalidPause { from, to }) }
    }

    /// When it begins.
    pub fn from(self) -> Timestamp {
        self.from
    }

    /// When it ends.
    pub fn to(self) -> Timestamp {
        self.to
    }
}

/// The union of pauses from an instant on, in microseconds: in order, apart from each other, none
/// without length.
pub(crate) fn union(pauses: &[Pause], since: i64) -> Vec<(i64, i64)> {
    let bounds = pauses.iter().map(|it| (it.from.micros().max(since), it.to.micros()));
    let mut bounds: Vec<(i64, i64)> = bounds.filter(|(from, to)| from < to).collect();
    bounds.sort_unstable();
    let mut union: Vec<(i64, i64)> = Vec::with_capacity(bounds.len());
    for (from, to) in bounds {
        match union.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            Some(_) | None => union.push((from, to)),
        }
    }
    union
}

/// What lies between two instants outside of pauses, in order.
pub(crate) fn outside(
    pauses: &[(i64, i64)],
    from: i64,
    to: i64,
) -> impl Iterator<Item = (i64, i64)> + '_ {
    let first = pauses.partition_point(|it| it.1 <= from);
    let pauses = pauses.get(first..).unwrap_or_default();
    let ends = pauses.iter().map(|it| it.0).chain([i64::MAX]);
    let begins = [i64::MIN].into_iter().chain(pauses.iter().map(|it| it.1));
    (begins.zip(ends))
        .take_while(move |(begins, _)| *begins < to)
        .map(move |(begins, ends)| (begins.max(from), ends.min(to)))
        .filter(|(from, to)| from < to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    fn pause(from: i64, to: i64) -> Pause {
        Pause::new(at(from), at(to)).unwrap()
    }

    #[test]
    fn a_pause_does_not_end_before_it_begins() {
        assert_eq!(Pause::new(at(2), at(1)), Err(InvalidPause { from: at(2), to: at(1) }));
        assert!(Pause::new(at(1), at(1)).is_ok());
    }

    #[test]
    fn pauses_that_overlap_or_touch_count_once() {
        let pauses = [pause(30, 40), pause(1, 9), pause(5, 12), pause(12, 14), pause(20, 20)];
        assert_eq!(union(&pauses, 3), [(3, 14), (30, 40)]);
        assert_eq!(union(&pauses, 40), []);
    }

    #[test]
    fn what_is_outside_of_pauses_is_cut_by_them() {
        let outside = |from, to| outside(&[(3, 14), (30, 40)], from, to).collect::<Vec<_>>();
        assert_eq!(outside(0, 50), [(0, 3), (14, 30), (40, 50)]);
        assert_eq!(outside(3, 14), []);
        assert_eq!(outside(5, 31), [(14, 30)]);
        assert_eq!(outside(14, 15), [(14, 15)]);
    }
}
