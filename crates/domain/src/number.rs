//! The number of a request: short, dense per year, with a check digit, made to be said aloud.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A request's number, such as `26-0012345-7`: year, serial within the year, check digit.
///
/// Sorts in the order in which requests of a year were recorded.
// Invariant: 1900 <= year < 2200 and 0 < serial < 10_000_000, so the serial is always 7 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Number {
    year: u16,
    serial: u32,
}

/// The text is not a number.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidNumber {
    /// The text has another form.
    #[error("`{0}` is not a request number: expected a form such as 26-0012345-7")]
    Form(String),
    /// The form is right but the check digit is not: a digit was misheard or two were swapped.
    #[error("`{0}` is not a request number: its check digit is wrong, please check each digit")]
    CheckDigit(String),
}

const YEARS: std::ops::Range<u16> = 1900..2200;
const SERIAL_END: u32 = 10_000_000;
// Two digits say a year of this window; the others are written with four.
const SHORT_YEARS: std::ops::Range<u16> = 2000..2100;

impl Number {
    /// Returns `None` outside the years 1900 to 2199 and the serials 1 to 9,999,999.
    pub fn new(year: u16, serial: u32) -> Option<Self> {
        (YEARS.contains(&year) && 0 < serial && serial < SERIAL_END)
            .then_some(Self { year, serial })
    }

    /// The calendar year, four digits.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The place within the year, from 1.
    pub fn serial(self) -> u32 {
        self.serial
    }

    fn check_digit(self) -> u8 {
        damm(format!("{}{:07}", self.year, self.serial).bytes().map(|digit| digit - b'0'))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if SHORT_YEARS.contains(&self.year) {
            write!(f, "{:02}-", self.year % 100)?;
        } else {
            write!(f, "{}-", self.year)?;
        }
        write!(f, "{:07}-{}", self.serial, self.check_digit())
    }
}

impl FromStr for Number {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let form = || InvalidNumber::Form(text.chars().take(40).collect());
        let mut parts = text.trim().split('-');
        let (Some(year), Some(serial), Some(check), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(form());
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(year) && digits(serial) && digits(check)) {
            return Err(form());
        }
        if !matches!(year.len(), 2 | 4) || serial.len() != 7 || check.len() != 1 {
            return Err(form());
        }
        let written: u16 = year.parse().map_err(|_| form())?;
        let year = if year.len() == 2 { SHORT_YEARS.start + written } else { written };
        let number = Self::new(year, serial.parse().map_err(|_| form())?).ok_or_else(form)?;
        if number.check_digit().to_string() == check {
            Ok(number)
        } else {
            Err(InvalidNumber::CheckDigit(text.trim().to_owned()))
        }
    }
}

/// The check digit of Damm (2004): finds every single wrong digit and every swap of neighbours.
fn damm(digits: impl Iterator<Item = u8>) -> u8 {
    const QUASIGROUP: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.fold(0, |interim, digit| {
        QUASIGROUP
            .get(usize::from(interim))
            .and_then(|row| row.get(usize::from(digit)))
            .copied()
            .unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_check_digit_is_damm_s() {
        // The example of Damm's thesis: 572 has check digit 4.
        assert_eq!(damm([5, 7, 2].into_iter()), 4);
    }

    #[test]
    fn a_wrong_form_says_what_was_expected() {
        for text in
            ["", "26-12345-7", "26-0012345", "26-0000000-0", "ab-0012345-7", "26-0012345-77"]
        {
            assert!(matches!(text.parse::<Number>(), Err(InvalidNumber::Form(_))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(year in YEARS, serial in 1..SERIAL_END) {
            let number = Number::new(year, serial).unwrap();
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn one_wrong_digit_or_a_swap_is_found(serial in 1..SERIAL_END, at in 3..10_usize, digit in 0..10_u8) {
            let text = Number::new(2026, serial).unwrap().to_string();
            let mut wrong = text.clone().into_bytes();
            wrong[at] = b'0' + digit;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(wrong == text || wrong.parse::<Number>().is_err());
            let mut swapped = text.clone().into_bytes();
            if at < 9 { swapped.swap(at, at + 1); }
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert!(swapped == text || swapped.parse::<Number>().is_err());
        }
    }
}
