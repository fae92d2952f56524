//! Regimes: the centre works as usual, or under an exceptional regime that was declared.
//!
//! A regime holds from its beginning until its planned end, or until it is lifted before: its end
//! needs no event. At most one holds at any instant.

mod decide;
mod opening;
mod week;

pub use decide::{RegimeChange, RegimeRejection};
pub use opening::{Opening, opening};
pub use week::{InvalidWeek, Week};

use crate::catalogue::Bilingual;
use crate::{Code, Text, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How the centre works.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RegimeKind {
    /// As usual.
    #[default]
    Normal,
    /// A civil-security emergency: the centre is a priority service and may be open longer.
    CivilSecurity,
}

/// What is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Which regime.
    pub kind: RegimeKind,
    /// When it begins; it may have begun before it was declared.
    pub from: Timestamp,
    /// When it is planned to end.
    pub until: Timestamp,
    /// The opening hours in place of the calendar's, on holidays too; `None`: the calendar's.
    pub hours: Option<Week>,
    /// The products that its hours serve: what is promised of them runs on these hours. Other promises
    /// run on the calendar's as ever.
    pub products: Vec<Code>,
    /// What the public is told.
    pub notice: Bilingual<Text>,
}

/// What happened to the regimes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegimeFact {
    /// One was declared.
    Declared(Box<Declaration>),
    /// The last one ends later.
    Extended {
        /// When it is planned to end now.
        until: Timestamp,
        /// Its opening hours from now on; `None`: as before.
        hours: Option<Week>,
    },
    /// The last one ended before its time.
    Lifted,
}

/// Opening hours, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursFrom {
    /// Since when.
    pub since: Timestamp,
    /// The hours; `None`: the calendar's.
    pub week: Option<Week>,
}

/// An exceptional regime, as its events left it.
// Invariant: `from` < `until`; `hours` begins at `from` and is in order of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regime {
    kind: RegimeKind,
    from: Timestamp,
    until: Timestamp,
    lifted_at: Option<Timestamp>,
    hours: Vec<HoursFrom>,
    products: Vec<Code>,
    notice: Bilingual<Text>,
    changed_at: Timestamp,
}

/// All exceptional regimes so far, in the order in which they were declared.
// Invariant: at most one holds at any instant, and those that hold at all are in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regimes(Vec<Regime>);

/// The event does not follow from the events before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{event} cannot follow what happened to the regimes before")]
pub struct RegimeOutOfOrder {
    /// The event's name.
    pub event: &'static str,
}

impl RegimeKind {
    /// The name in the API and in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::CivilSecurity => "civil_security",
        }
    }
}

impl RegimeFact {
    /// The name of the event: the same on the log, in the API and in the documentation.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Declared(_) => "regime_declared",
            Self::Extended { .. } => "regime_extended",
            Self::Lifted => "regime_lifted",
        }
    }
}

impl Regime {
    /// Which one.
    pub fn kind(&self) -> RegimeKind {
        self.kind
    }

    /// When it begins.
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// When it is planned to end, whether or not it was lifted before.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// When it was lifted, if it was.
    pub fn lifted_at(&self) -> Option<Timestamp> {
        self.lifted_at
    }

    /// The first instant at which it holds no more; not after [`Self::from`] when it never held.
    pub fn end(&self) -> Timestamp {
        self.lifted_at.map_or(self.until, |lifted| lifted.min(self.until))
    }

    /// Whether it holds at an instant.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.end()
    }

    /// Its opening hours over time, oldest first.
    pub fn hours(&self) -> &[HoursFrom] {
        &self.hours
    }

    /// Its opening hours at an instant while it holds; `None`: the calendar's.
    pub fn hours_at(&self, at: Timestamp) -> Option<Week> {
        self.hours.iter().rev().find(|it| it.since <= at).and_then(|it| it.week)
    }

    /// The products that it names.
    pub fn products(&self) -> &[Code] {
        &self.products
    }

    /// Whether its hours serve a product: what is promised of it runs on them.
    pub fn serves(&self, product: &str) -> bool {
        self.products.iter().any(|it| it.as_str() == product)
    }

    /// What the public is told.
    pub fn notice(&self) -> &Bilingual<Text> {
        &self.notice
    }

    /// When it was last declared, extended or lifted.
    pub fn changed_at(&self) -> Timestamp {
        self.changed_at
    }

    fn declared(declaration: &Declaration, at: Timestamp) -> Self {
        let Declaration { kind, from, until, hours, products, notice } = declaration.clone();
        Self {
            kind,
            from,
            until,
            lifted_at: None,
            hours: vec![HoursFrom { since: from, week: hours }],
            products,
            notice,
            changed_at: at,
        }
    }

    fn extend(&mut self, until: Timestamp, hours: Option<Week>, at: Timestamp) {
        self.until = until;
        self.changed_at = at;
        if hours.is_some() {
            let since = at.max(self.from);
            self.hours.retain(|it| it.since < since);
            self.hours.push(HoursFrom { since, week: hours });
        }
    }
}

impl Regimes {
    /// All of them, in the order in which they were declared.
    pub fn all(&self) -> &[Regime] {
        &self.0
    }

    /// The one that holds at an instant; `None`: the centre works as usual.
    pub fn at(&self, at: Timestamp) -> Option<&Regime> {
        self.0.iter().rev().find(|it| it.holds(at))
    }

    /// How the centre works at an instant.
    pub fn kind_at(&self, at: Timestamp) -> RegimeKind {
        self.at(at).map_or(RegimeKind::Normal, Regime::kind)
    }

    /// The one that holds at an instant or is still to come.
    pub fn standing(&self, at: Timestamp) -> Option<&Regime> {
        self.0.last().filter(|it| it.lifted_at.is_none() && at < it.until)
    }

    /// Folds one fact, which happened `at` that time.
    ///
    /// Pure and total: the same history always gives the same regimes.
    pub fn evolve(mut self, fact: &RegimeFact, at: Timestamp) -> Result<Self, RegimeOutOfOrder> {
        let stands = self.standing(at).is_some();
        let not_before = self.0.last().map_or(at, Regime::changed_at);
        let follows = not_before <= at
            && match (fact, self.0.last_mut()) {
                (RegimeFact::Declared(declaration), _) => {
                    let may = !stands && self.is_free(declaration);
                    if may {
                        self.0.push(Regime::declared(declaration, at));
                    }
                    may
                }
                (RegimeFact::Extended { until, hours }, Some(last)) => {
                    let may = stands && last.until < *until;
                    if may {
                        last.extend(*until, *hours, at);
                    }
                    may
                }
                (RegimeFact::Lifted, Some(last)) => {
                    if stands {
                        last.lifted_at = Some(at);
                        last.changed_at = at;
                    }
                    stands
                }
                (RegimeFact::Extended { .. } | RegimeFact::Lifted, None) => false,
            };
        if follows { Ok(self) } else { Err(RegimeOutOfOrder { event: fact.name() }) }
    }

    /// Whether an exceptional regime can be declared for a time, as far as others leave it free.
    fn is_free(&self, declaration: &Declaration) -> bool {
        declaration.kind != RegimeKind::Normal
            && declaration.from < declaration.until
            && self.last_end().is_none_or(|end| end <= declaration.from)
    }

    /// The end of the last one that held at all.
    fn last_end(&self) -> Option<Timestamp> {
        self.0.iter().rev().find(|it| it.from < it.end()).map(Regime::end)
    }
}

#[cfg(test)]
mod tests;
