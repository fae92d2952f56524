//! Sets of answers to one question, and how tests divide them.

use crate::catalogue::AnswerKind;

/// A set of answers to one question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answers {
    /// Of one choice, each a bit.
    One(u128),
    /// Of several choices: any of these.
    Many(Vec<Chosen>),
    /// Numbers, in ranges from the first to the last.
    Numbers(Vec<(i64, i64)>),
    /// Of what no test divides: all or none.
    Whole(bool),
}

/// Sets of choices: every one that stays within `within`, is not empty, and meets each of `meets`.
// The greatest such set is `within` itself: there is one exactly when it meets them all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chosen {
    within: u128,
    meets: Vec<u128>,
}

/// Tests of one question divide its answers into more parts than that only in drafts made for it.
const PARTS_MAX: usize = 32;

/// A test with its choices as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bits {
    pub(super) is: Option<u128>,
    pub(super) not: u128,
    pub(super) at_least: Option<i64>,
    pub(super) at_most: Option<i64>,
}

/// Tests that must all pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Tests {
    is: Vec<u128>,
    not: u128,
    at_least: Option<i64>,
    at_most: Option<i64>,
}

impl Tests {
    pub(super) fn add(&mut self, test: &Bits) {
        // Many conditions on one question mostly repeat each other.
        let new = test.is.filter(|it| !self.is.iter().rev().take(8).any(|known| known == it));
        self.is.extend(new);
        self.not |= test.not;
        self.at_least = self.at_least.max(test.at_least);
        self.at_most = match (self.at_most, test.at_most) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

impl From<&Bits> for Tests {
    fn from(test: &Bits) -> Self {
        let mut tests = Self::default();
        tests.add(test);
        tests
    }
}

impl Chosen {
    fn is_possible(&self) -> bool {
        self.within != 0 && self.meets.iter().all(|it| it & self.within != 0)
    }
}

impl Answers {
    /// All answers of a kind, given the bits of the choices and the range of numbers.
    pub(super) fn all(kind: AnswerKind, choices: u128, (min, max): (i64, i64)) -> Self {
        match kind {
            AnswerKind::YesNo => Self::One(0b11),
            AnswerKind::OneOf => Self::One(choices),
            AnswerKind::ManyOf => Self::Many(vec![Chosen { within: choices, meets: Vec::new() }]),
            AnswerKind::Number => Self::Numbers(vec![(min, max)]),
            AnswerKind::Text | AnswerKind::Date | AnswerKind::Place | AnswerKind::Photo => {
                Self::Whole(true)
            }
        }
    }

    /// No answer to the same question.
    pub(super) fn none(&self) -> Self {
        match self {
            Self::One(_) => Self::One(0),
            Self::Many(_) => Self::Many(Vec::new()),
            Self::Numbers(_) => Self::Numbers(Vec::new()),
            Self::Whole(_) => Self::Whole(false),
        }
    }

    /// Adds others to the same question.
    pub(super) fn add(&mut self, others: Self) {
        match (self, others) {
            (Self::One(bits), Self::One(others)) => *bits |= others,
            (Self::Many(parts), Self::Many(others)) => parts.extend(others),
            (Self::Numbers(ranges), Self::Numbers(others)) => ranges.extend(others),
            (Self::Whole(all), Self::Whole(others)) => *all |= others,
            (Self::One(_) | Self::Many(_) | Self::Numbers(_) | Self::Whole(_), _) => {
                debug_assert!(false, "answers to another question");
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::One(bits) => *bits == 0,
            Self::Many(parts) => parts.is_empty(),
            Self::Numbers(ranges) => ranges.is_empty(),
            Self::Whole(all) => !all,
        }
    }

    /// Those that pass all tests.
    pub(super) fn passing(&self, tests: &Tests) -> Self {
        match self {
            Self::One(bits) => Self::One(tests.is.iter().fold(bits & !tests.not, |a, b| a & b)),
            Self::Many(parts) => {
                let parts = parts.iter().map(|it| {
                    let meets = it.meets.iter().chain(&tests.is).copied().collect();
                    Chosen { within: it.within & !tests.not, meets }
                });
                Self::Many(parts.filter(Chosen::is_possible).collect())
            }
            Self::Numbers(ranges) => {
                let least = tests.at_least.unwrap_or(i64::MIN);
                let most = tests.at_most.unwrap_or(i64::MAX);
                let ranges = ranges.iter().map(|(from, to)| (*from.max(&least), *to.min(&most)));
                Self::Numbers(ranges.filter(|(from, to)| from <= to).collect())
            }
            Self::Whole(all) => Self::Whole(*all),
        }
    }

    /// Whether some pass all tests.
    pub(super) fn some_pass(&self, tests: &Tests) -> bool {
        match self {
            Self::Many(parts) => parts.iter().any(|it| {
                let within = it.within & !tests.not;
                within != 0 && it.meets.iter().chain(&tests.is).all(|it| it & within != 0)
            }),
            Self::One(_) | Self::Numbers(_) | Self::Whole(_) => !self.passing(tests).is_empty(),
        }
    }

    /// How much there is to go through.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::One(_) | Self::Whole(_) => 1,
            Self::Many(parts) => parts.iter().map(|it| 1 + it.meets.len()).sum(),
            Self::Numbers(ranges) => ranges.len(),
        }
    }

    /// Those that do not pass a test.
    pub(super) fn failing(&self, test: &Bits) -> Self {
        match self {
            Self::One(bits) => Self::One(bits & !(test.is.unwrap_or(u128::MAX) & !test.not)),
            Self::Many(parts) => {
                let missed = test.is.into_iter().flat_map(|is| {
                    parts.iter().map(move |it| Chosen { within: it.within & !is, ..it.clone() })
                });
                let met = parts.iter().filter(|_| test.not != 0).map(|it| {
                    let meets = it.meets.iter().copied().chain([test.not]).collect();
                    Chosen { within: it.within, meets }
                });
                let mut parts: Vec<_> = missed.chain(met).filter(Chosen::is_possible).collect();
                parts.dedup();
                // Too many to follow: taken for more than it is, so that nothing is accused wrongly.
                if parts.len() > PARTS_MAX { self.clone() } else { Self::Many(parts) }
            }
            Self::Numbers(ranges) => {
                let below = test.at_least.and_then(|it| it.checked_sub(1));
                let above = test.at_most.and_then(|it| it.checked_add(1));
                let below = below
                    .into_iter()
                    .flat_map(|last| ranges.iter().map(move |(from, to)| (*from, *to.min(&last))));
                let above = above.into_iter().flat_map(|first| {
                    ranges.iter().map(move |(from, to)| (*from.max(&first), *to))
                });
                let ranges: Vec<_> = below.chain(above).filter(|(from, to)| from <= to).collect();
                if ranges.len() > PARTS_MAX { self.clone() } else { Self::Numbers(ranges) }
            }
            Self::Whole(_) => Self::Whole(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHOICES: u32 = 4;

    fn bits() -> impl Strategy<Value = Bits> {
        let mask = 1..(1_u128 << CHOICES);
        let number = prop::option::of(-3..4_i64);
        (prop::option::of(mask.clone()), prop_oneof![Just(0), mask], number.clone(), number)
            .prop_map(|(is, not, at_least, at_most)| Bits { is, not, at_least, at_most })
    }

    fn is_in(set: u128, test: &Bits) -> bool {
        test.is.is_none_or(|is| set & is != 0) && set & test.not == 0
    }

    /// Applies tests in turn, each to pass or to fail, and says whether any answer is left.
    fn is_left(all: Answers, tests: &[(Bits, bool)]) -> bool {
        let left = tests.iter().fold(all, |left, (test, pass)| {
            if *pass { left.passing(&test.into()) } else { left.failing(test) }
        });
        !left.is_empty()
    }

    proptest! {
        #[test]
        fn choices_are_left_exactly_when_one_passes(tests in prop::collection::vec((bits(), any::<bool>()), 0..5)) {
            let all = (1 << CHOICES) - 1;
            let agrees = |set: u128| tests.iter().all(|(test, pass)| is_in(set, test) == *pass);
            let one = (0..CHOICES).any(|bit| agrees(1 << bit));
            prop_assert_eq!(is_left(Answers::all(AnswerKind::OneOf, all, (0, 0)), &tests), one);
            let many = (1..=all).any(agrees);
            prop_assert_eq!(is_left(Answers::all(AnswerKind::ManyOf, all, (0, 0)), &tests), many);
        }

        #[test]
        fn numbers_are_left_exactly_when_one_passes(tests in prop::collection::vec((bits(), any::<bool>()), 0..5)) {
            let passes = |it: i64, test: &Bits| {
                test.at_least.is_none_or(|least| it >= least) && test.at_most.is_none_or(|most| it <= most)
            };
            let agrees = |it| tests.iter().all(|(test, pass)| passes(it, test) == *pass);
            let left = is_left(Answers::all(AnswerKind::Number, 0, (-5, 5)), &tests);
            prop_assert_eq!(left, (-5..=5).any(agrees));
        }
    }
}
