//! Opening hours: windows of a day.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Minutes of a day.
const DAY: u16 = 1440;

/// A time of a day at which something is open, in minutes from the day's midnight, local time.
///
/// It may run past midnight: the whole of it belongs to the day on which it begins.
// Invariant: opens < closes <= opens + 1440, and opens < 1440 but for what a closing leaves of the
// end of a window across midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Window {
    opens: u16,
    closes: u16,
}

/// The text is no window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not of the form 08:00-19:00, or 22:00-06:00 across midnight")]
pub struct InvalidWindow;

impl Window {
    /// From midnight to midnight.
    pub const ALL_DAY: Self = Self { opens: 0, closes: DAY };

    /// Within one day. Returns `None` unless `opens` comes before `closes` and both lie within the
    /// day.
    pub fn new(opens: u16, closes: u16) -> Option<Self> {
        (opens < closes && closes <= DAY).then_some(Self { opens, closes })
    }

    /// Across midnight: `closes` is a time of the next day. Returns `None` unless it is earlier in its
    /// day than `opens` in its own.
    pub fn overnight(opens: u16, closes: u16) -> Option<Self> {
        (closes < opens && opens < DAY).then_some(Self { opens, closes: DAY + closes })
    }

    /// Of minutes from a midnight, which may all lie on the next day: what a closing leaves of the end
    /// of a window across midnight. `None` unless it lasts at most a day.
    pub fn of_minutes(opens: u16, closes: u16) -> Option<Self> {
        let lasts = closes.checked_sub(opens)?;
        ((1..=DAY).contains(&lasts) && opens < 2 * DAY).then_some(Self { opens, closes })
    }

    /// When it opens, in minutes from midnight.
    pub fn opens(self) -> u16 {
        self.opens
    }

    /// When it closes, in minutes from the midnight before it opens. 1440: at midnight; more: on the
    /// next day.
    pub fn closes(self) -> u16 {
        self.closes
    }

    /// Both share some time.
    fn meets(self, other: Self) -> bool {
        self.opens < other.closes && other.opens < self.closes
    }

    /// It shares some time with a window of the next day.
    pub(crate) fn runs_into(self, next: Self) -> bool {
        next.opens.saturating_add(DAY) < self.closes
    }

    /// What is left of it outside `taken`, in minutes that may lie on the day before or after.
    fn without(self, taken: (i32, i32)) -> impl Iterator<Item = Self> {
        let (opens, closes) = (i32::from(self.opens), i32::from(self.closes));
        let pieces = [(opens, closes.min(taken.0)), (opens.max(taken.1), closes)];
        // A closing that does not touch the window leaves it whole, once.
        let whole = taken.1 <= opens || closes <= taken.0 || taken.1 <= taken.0;
        let pieces = if whole { [(opens, closes), (0, 0)] } else { pieces };
        let minutes = |it: i32| u16::try_from(it).ok();
        pieces.into_iter().filter(|(opens, closes)| opens < closes).filter_map(
            move |(opens, closes)| Some(Self { opens: minutes(opens)?, closes: minutes(closes)? }),
        )
    }
}

impl FromStr for Window {
    type Err = InvalidWindow;

    fn from_str(text: &str) -> Result<Self, InvalidWindow> {
        let window = || {
            let (opens, closes) = text.split_once('-')?;
            let (opens, closes) = (minutes(opens.trim())?, minutes(closes.trim())?);
            Self::new(opens, closes).or_else(|| Self::overnight(opens, closes))
        };
        window().ok_or(InvalidWindow)
    }
}

/// Minutes from midnight of `08:00`; `24:00` is the end of the day.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |it: &str| {
        let digits = it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit());
        it.parse::<u16>().ok().filter(|_| digits)
    };
    let (hour, minute) = (two(hour)?, two(minute)?);
    (minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let opens = self.opens % DAY;
        let closes = if self.closes > DAY { self.closes - DAY } else { self.closes };
        write!(f, "{:02}:{:02}-", opens / 60, opens % 60)?;
        write!(f, "{:02}:{:02}", closes / 60, closes % 60)
    }
}

/// The windows of one day, at most [`Hours::MAX`]; none: closed.
// Invariant: the first `count` windows are in order and do not overlap; the others are ALL_DAY.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Window>", into = "Vec<Window>")]
pub struct Hours {
    windows: [Window; Self::MAX],
    count: u8,
}

/// The windows are no hours of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidHours {
    /// Two of them share some time.
    #[error("{0} and {1} overlap")]
    Overlap(Window, Window),
    /// There are too many.
    #[error("more than {} windows in a day", Hours::MAX)]
    TooMany,
    /// One is not a window.
    #[error(transparent)]
    Window(#[from] InvalidWindow),
}

impl Hours {
    /// The most windows that a day has.
    pub const MAX: usize = 6;
    /// Closed all day.
    pub const CLOSED: Self = Self { windows: [Window::ALL_DAY; Self::MAX], count: 0 };
    /// From midnight to midnight.
    pub const ALL_DAY: Self = Self { windows: [Window::ALL_DAY; Self::MAX], count: 1 };

    /// Windows in any order. Those that touch, such as 08:00-12:00 and 12:00-17:00, are kept as two.
    pub fn new(windows: impl IntoIterator<Item = Window>) -> Result<Self, InvalidHours> {
        let mut hours = Self::CLOSED;
        for window in windows {
            let slot = hours.windows.get_mut(usize::from(hours.count));
            *slot.ok_or(InvalidHours::TooMany)? = window;
            hours.count += 1;
        }
        let count = usize::from(hours.count);
        let taken = hours.windows.get_mut(..count).unwrap_or_default();
        taken.sort_unstable();
        for pair in taken.windows(2) {
            if let [first, second] = pair
                && first.meets(*second)
            {
                return Err(InvalidHours::Overlap(*first, *second));
            }
        }
        Ok(hours)
    }

    /// The windows, in order.
    pub fn windows(&self) -> &[Window] {
        self.windows.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// Closed all day.
    pub fn is_closed(&self) -> bool {
        self.count == 0
    }

    /// What is left of them outside of what is `taken`, in minutes that may lie on the day before
    /// or after.
    pub(crate) fn without(
        &self,
        taken: impl IntoIterator<Item = (i32, i32)>,
    ) -> Result<Self, InvalidHours> {
        let mut left: Vec<Window> = self.windows().to_vec();
        for taken in taken {
            left = left.into_iter().flat_map(|it| it.without(taken)).collect();
        }
        // What is left of a window across midnight may begin on the next day: it stays this day's.
        let mut hours = Self::CLOSED;
        if Self::MAX < left.len() {
            return Err(InvalidHours::TooMany);
        }
        for (slot, window) in hours.windows.iter_mut().zip(left) {
            *slot = window;
            hours.count += 1;
        }
        Ok(hours)
    }
}

impl From<Option<Window>> for Hours {
    fn from(window: Option<Window>) -> Self {
        match window {
            None => Self::CLOSED,
            Some(window) => {
                let mut hours = Self::ALL_DAY;
                if let Some(first) = hours.windows.first_mut() {
                    *first = window;
                }
                hours
            }
        }
    }
}

impl TryFrom<Vec<Window>> for Hours {
    type Error = InvalidHours;

    fn try_from(windows: Vec<Window>) -> Result<Self, InvalidHours> {
        Self::new(windows)
    }
}

impl From<Hours> for Vec<Window> {
    fn from(hours: Hours) -> Self {
        hours.windows().to_vec()
    }
}

impl FromStr for Hours {
    type Err = InvalidHours;

    /// Reads `08:00-12:00, 13:00-17:00`; empty: closed.
    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        if text.trim().is_empty() {
            return Ok(Self::CLOSED);
        }
        let windows = text.split(',').map(|it| it.trim().parse());
        Self::new(windows.collect::<Result<Vec<Window>, _>>()?)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, window) in self.windows().iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(f, "{separator}{window}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.windows().iter().map(ToString::to_string)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hours(text: &str) -> Hours {
        text.parse().unwrap()
    }

    #[test]
    fn windows_lie_within_a_day_or_run_past_its_midnight() {
        assert_eq!("08:00-22:30".parse(), Ok(Window { opens: 480, closes: 1350 }));
        assert_eq!(" 00:00 - 24:00 ".trim().parse(), Ok(Window::ALL_DAY));
        assert_eq!("22:00-06:00".parse(), Ok(Window { opens: 1320, closes: 1800 }));
        assert_eq!("22:00-00:00".parse(), Ok(Window { opens: 1320, closes: 1440 }));
        for text in [
            "",
            "8:00-9:00",
            "08:00",
            "00:00-24:01",
            "0+:00-10:00",
            "é-é",
            "08:00-08:00",
            "24:00-06:00",
        ] {
            assert_eq!(text.parse::<Window>(), Err(InvalidWindow), "{text}");
        }
        assert!(Window::new(600, 600).is_none());
        assert!(Window::new(600, 1441).is_none());
        assert!(Window::overnight(600, 600).is_none());
        assert!(Window::overnight(1440, 600).is_none());
    }

    #[test]
    fn windows_of_a_day_are_put_in_order_and_do_not_overlap() {
        assert_eq!(hours("13:00-17:00, 08:00-12:00").to_string(), "08:00-12:00, 13:00-17:00");
        assert_eq!(hours("08:00-12:00,12:00-17:00").windows().len(), 2);
        let overlap = "08:00-12:00, 11:59-17:00".parse::<Hours>().unwrap_err();
        assert_eq!(overlap.to_string(), "08:00-12:00 and 11:59-17:00 overlap");
        assert!("22:00-06:00, 23:00-23:30".parse::<Hours>().is_err());
        let many = (0..9).map(|it| Window::new(it * 60, it * 60 + 30).unwrap());
        assert_eq!(Hours::new(many), Err(InvalidHours::TooMany));
    }

    #[test]
    fn what_is_taken_away_may_cut_a_window_in_two() {
        let left = |text: &str, taken: (i32, i32)| hours(text).without([taken]).unwrap();
        assert_eq!(left("08:00-17:00", (720, 780)), hours("08:00-12:00, 13:00-17:00"));
        assert_eq!(left("08:00-17:00", (0, 480)), hours("08:00-17:00"));
        assert_eq!(left("08:00-17:00", (0, 481)), hours("08:01-17:00"));
        assert_eq!(left("08:00-17:00", (480, 1020)), Hours::CLOSED);
        assert_eq!(left("22:00-06:00", (1440, 1500)).windows().len(), 2);
    }

    #[test]
    fn hours_are_stored_as_one_window_was() {
        let old: [Option<Window>; 2] = [Window::new(480, 1140), None];
        let bytes = postcard::to_allocvec(&old).unwrap();
        let new: [Hours; 2] = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(new, old.map(Hours::from));
        assert_eq!(postcard::to_allocvec(&new).unwrap(), bytes);
    }

    proptest! {
        #[test]
        fn texts_round_trip(opens in 0_u16..1440, length in 1_u16..1440) {
            let window = Window { opens, closes: opens + length };
            prop_assert_eq!(window.to_string().parse(), Ok(window));
        }
    }
}
