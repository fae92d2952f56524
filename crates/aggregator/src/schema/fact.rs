//! Rows of facts: warnings, breaches, and what was stated of levels.

use beffroi_domain::{
    Code, FactKind, LevelFact, LevelFactKind, Number, PromiseKind, RequestId, Timestamp, Urgency,
    Warn,
};
use serde::{Deserialize, Serialize};

/// A fact that subscribers are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactRow {
    /// Of a promise of a request.
    Promise(Box<BreachRow>),
    /// Of a level.
    Level(Box<LevelFactRow>),
}

/// What was stated of a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelFactRow {
    /// The fact's id.
    #[serde(with = "uuid::serde::compact")]
    pub id: uuid::Uuid,
    /// What.
    pub kind: LevelFactKind,
    /// Of which window, and what was reached in it.
    pub fact: LevelFact,
    /// The end of the window.
    pub ended_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A warning, a breach or its withdrawal, with what a subscriber needs of its request as it was when the
/// warning or the breach was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachRow {
    /// The fact's id.
    #[serde(with = "uuid::serde::compact")]
    pub id: uuid::Uuid,
    /// Which of the three.
    pub kind: FactKind,
    /// The request.
    pub request: RequestId,
    /// Its number.
    pub number: Number,
    /// Its product.
    pub product: String,
    /// The code of its product in the catalogue; `None`: in free text.
    pub product_code: Option<Code>,
    /// How fast it had to be dealt with.
    pub urgency: Urgency,
    /// The responsible unit.
    pub unit: Option<String>,
    /// What was promised.
    pub promise: PromiseKind,
    /// By which commitment of the catalogue, if by one.
    pub commitment: Option<Code>,
    /// 1 for the opening, one more for each reopening.
    pub cycle: u32,
    /// The threshold that was reached, for a warning.
    pub threshold: Option<Warn>,
    /// The due time.
    pub due_at: Timestamp,
    /// When it was noticed.
    pub noticed_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}
