//! The hours in which somebody arrives: ordinary ones, those of an exceptional regime, none.

use crate::{Calendar, Regimes, Timestamp};

/// The hours in which an instant lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrivalHours {
    /// The opening hours of the calendar, while the centre works as usual.
    Ordinary,
    /// The opening hours of an exceptional regime while it holds: its own, else the calendar's.
    Exceptional,
    /// The centre is closed.
    Closed,
}

/// The hours in which an instant lies. At its opening the centre is open, at its closing it is not.
pub fn arrival_hours(calendar: &Calendar, regimes: &Regimes, at: Timestamp) -> ArrivalHours {
    let regime = regimes.at(at);
    let week = regime.and_then(|it| it.hours_at(at));
    // They come in order, and those that have closed do not come.
    let shift = calendar.shifts(week, at).next();
    let is_open = shift.is_some_and(|(opens, _)| opens <= at);
    match (is_open, regime.is_some()) {
        (true, false) => ArrivalHours::Ordinary,
        (true, true) => ArrivalHours::Exceptional,
        (false, _) => ArrivalHours::Closed,
    }
}
