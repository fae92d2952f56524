//! What the city refers to: aggregates of which there is one each.

use uuid::Uuid;

/// What there is one of in a city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// The catalogue.
    Catalogue,
    /// The regimes under which the centre works.
    Regime,
    /// The levels that it promises to reach.
    Level,
    /// The calendar.
    Calendar,
    /// The events that could not be folded.
    Quarantine,
}

impl Reference {
    /// The id on the log. Never changes.
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Catalogue => Uuid::from_u128(0xca7a_1096_ea77_4c5e_9d0b_31f0_8c2e_0001),
            Self::Regime => Uuid::from_u128(0x5e61_0e5e_ea77_4c5e_9d0b_31f0_8c2e_0002),
            Self::Level => Uuid::from_u128(0x1e5e_15e7_ea77_4c5e_9d0b_31f0_8c2e_0003),
            Self::Calendar => Uuid::from_u128(0xca1e_4da4_ea77_4c5e_9d0b_31f0_8c2e_0004),
            Self::Quarantine => Uuid::from_u128(0x94a4_a471_ea77_4c5e_9d0b_31f0_8c2e_0005),
        }
    }

    /// The id that `name` derives from it, always the same (UUID version 5).
    pub fn derive(self, name: &str) -> Uuid {
        Uuid::new_v5(&self.uuid(), name.as_bytes())
    }
}
