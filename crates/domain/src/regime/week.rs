//! The opening hours of a regime.

use crate::calendar::check_week;
use crate::{Hours, RunsInto};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The opening hours of a week, from Monday to Sunday.
// Invariant: at least one day is open, and no window runs into another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week([Hours; 7]);

/// The hours are no week's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidWeek {
    /// It would never be open.
    #[error("no day of the week is open")]
    NeverOpen,
    /// Windows of two days share some time.
    #[error(transparent)]
    RunsInto(#[from] RunsInto),
}

impl Week {
    /// Open at every hour of every day.
    pub const AROUND_THE_CLOCK: Self = Self([Hours::ALL_DAY; 7]);

    /// The hours of Monday to Sunday.
    pub fn new<H: Into<Hours>>(days: [H; 7]) -> Result<Self, InvalidWeek> {
        let days = days.map(Into::into);
        if days.iter().all(Hours::is_closed) {
            return Err(InvalidWeek::NeverOpen);
        }
        check_week(&days)?;
        Ok(Self(days))
    }

    /// The hours of Monday to Sunday.
    pub fn days(&self) -> &[Hours; 7] {
        &self.0
    }
}
