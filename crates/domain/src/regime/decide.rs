//! Deciding what may happen to the regimes.

use super::{Declaration, Regime, RegimeFact, RegimeKind, Regimes, Week};
use crate::Timestamp;
use crate::catalogue::limits::PRODUCTS_MAX;
use thiserror::Error;

/// What somebody wants to happen to the regimes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegimeChange {
    /// One begins.
    Declare(Box<Declaration>),
    /// The one that stands ends later.
    Extend {
        /// When it is planned to end.
        until: Timestamp,
        /// Its opening hours from now on; `None`: as before.
        hours: Option<Week>,
    },
    /// The one that stands ends now; one that is still to come never begins.
    Lift,
}

/// Why the regimes cannot change so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RegimeRejection {
    /// The normal regime is to be declared.
    #[error("the normal regime is not declared: lift the one that stands")]
    Normal,
    /// One stands already.
    #[error("a regime already stands, from {from} until {until}: extend it or lift it")]
    AlreadyDeclared {
        /// When it begins.
        from: Timestamp,
        /// When it ends.
        until: Timestamp,
    },
    /// None stands.
    #[error("no regime stands: it was never declared, was lifted, or has ended")]
    NoneDeclared,
    /// It would end before it begins.
    #[error("the regime must end after it begins")]
    UntilNotAfterFrom,
    /// It would have ended already.
    #[error("the planned end of the regime has already passed")]
    UntilPast,
    /// It would begin while an earlier one still held.
    #[error("an earlier regime held until {end}: this one cannot begin before")]
    Overlap {
        /// When that one ended.
        end: Timestamp,
    },
    /// It would not end later than planned.
    #[error("the regime is already planned to end at {until}: extend it beyond, or lift it")]
    NotLater {
        /// When it is planned to end.
        until: Timestamp,
    },
    /// It names too many products.
    #[error("the regime names {found} products, at most {PRODUCTS_MAX} are taken")]
    TooManyProducts {
        /// How many it names.
        found: usize,
    },
    /// It happened before something that is already known.
    #[error("the regimes changed at {not_before}: nothing can happen to them before")]
    TooEarly {
        /// The earliest time that is taken.
        not_before: Timestamp,
    },
}

impl Regimes {
    /// Decides what happens when somebody wants a change, `at` that time.
    pub fn decide(
        &self,
        change: RegimeChange,
        at: Timestamp,
    ) -> Result<RegimeFact, RegimeRejection> {
        match self.all().last().map(Regime::changed_at) {
            Some(not_before) if at < not_before => {
                return Err(RegimeRejection::TooEarly { not_before });
            }
            Some(_) | None => {}
        }
        match (change, self.standing(at)) {
            (RegimeChange::Declare(_), Some(standing)) => Err(RegimeRejection::AlreadyDeclared {
                from: standing.from(),
                until: standing.until(),
            }),
            (RegimeChange::Declare(declaration), None) => self.declare(declaration, at),
            (RegimeChange::Extend { until, hours }, Some(standing)) => {
                if until <= standing.until() {
                    return Err(RegimeRejection::NotLater { until: standing.until() });
                }
                Ok(RegimeFact::Extended { until, hours })
            }
            (RegimeChange::Lift, Some(_)) => Ok(RegimeFact::Lifted),
            (RegimeChange::Extend { .. } | RegimeChange::Lift, None) => {
                Err(RegimeRejection::NoneDeclared)
            }
        }
    }

    fn declare(
        &self,
        mut declaration: Box<Declaration>,
        at: Timestamp,
    ) -> Result<RegimeFact, RegimeRejection> {
        if declaration.kind == RegimeKind::Normal {
            return Err(RegimeRejection::Normal);
        }
        if declaration.until <= declaration.from {
            return Err(RegimeRejection::UntilNotAfterFrom);
        }
        if declaration.until <= at {
            return Err(RegimeRejection::UntilPast);
        }
        if let Some(end) = self.last_end().filter(|end| declaration.from < *end) {
            return Err(RegimeRejection::Overlap { end });
        }
        let found = declaration.products.len();
        if found > PRODUCTS_MAX {
            return Err(RegimeRejection::TooManyProducts { found });
        }
        declaration.products.sort();
        declaration.products.dedup();
        Ok(RegimeFact::Declared(declaration))
    }
}
