//! Codes: the names of catalogue entries for machines.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The text is not a code.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not a code: 1 to 64 lower-case letters without accents, digits and dashes, a letter first"
)]
pub struct InvalidCode(pub String);

/// A code, such as `eau-potable`.
// Invariant: 1 to 64 of a-z, 0-9 and -, beginning with a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Code(Box<str>);

impl Code {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let text = text.trim();
        let wanted = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        let begins = text.bytes().next().is_some_and(|it| it.is_ascii_lowercase());
        if begins && text.len() <= 64 && text.bytes().all(wanted) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidCode(text.chars().take(70).collect()))
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
