//! The opening hours of a regime.

use crate::Window;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The opening hours of a week, from Monday to Sunday; `None`: closed all day.
// Invariant: at least one day is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week([Option<Window>; 7]);

/// The week would never be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no day of the week is open")]
pub struct NoHours;

impl Week {
    /// Open at every hour of every day.
    pub const AROUND_THE_CLOCK: Self = Self([Some(Window::ALL_DAY); 7]);

    /// The hours of Monday to Sunday.
    pub fn new(days: [Option<Window>; 7]) -> Result<Self, NoHours> {
        if days.iter().all(Option::is_none) { Err(NoHours) } else { Ok(Self(days)) }
    }

    /// The hours of Monday to Sunday.
    pub fn days(&self) -> &[Option<Window>; 7] {
        &self.0
    }
}
