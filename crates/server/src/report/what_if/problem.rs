//! What is wrong with commitments that somebody supposes, in words.

use crate::language::choose;
use beffroi_domain::Language;

/// What is wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SupposedProblem {
    /// A delay that nobody would promise.
    Delay,
}

impl SupposedProblem {
    pub(crate) fn text(self, language: Language) -> String {
        match self {
            Self::Delay => choose(
                language,
                "n'est pas un délai : donnez ce qui est promis, une règle et ce qu'elle compte",
                "is no delay: give what is promised, a rule and what it counts",
            )
            .to_owned(),
        }
    }
}
