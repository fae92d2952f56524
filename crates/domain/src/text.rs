//! Texts with a bound, and texts that must not be shown.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use thiserror::Error;

/// The text cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidText {
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// Too many characters.
    #[error("it has {found} characters, at most {max} are taken")]
    TooLong {
        /// The characters found.
        found: usize,
        /// The characters taken at most.
        max: usize,
    },
    /// A control character other than a line break or a tab.
    #[error("it contains the control character U+{0:04X}")]
    Control(u32),
}

/// A short name on one line: a product, a unit, a borough. 1 to 200 characters.
// Invariant: trimmed, not empty, at most `Label::MAX` characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Label(Box<str>);

impl Label {
    /// The most characters a label holds.
    pub const MAX: usize = 200;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `None` for a text that is empty, the label otherwise.
    pub fn optional(text: &str) -> Result<Option<Self>, InvalidText> {
        if text.trim().is_empty() { Ok(None) } else { text.parse().map(Some) }
    }
}

impl FromStr for Label {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let text = bounded(text, Self::MAX)?;
        match text.chars().find(|it| it.is_control()) {
            Some(control) => Err(InvalidText::Control(control.into())),
            None => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody's words, on several lines. 1 to 10,000 characters.
// Invariant: trimmed, not empty, at most `Text::MAX` characters, no control characters but \n, \r, \t.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text(Box<str>);

impl Text {
    /// The most characters a text holds.
    pub const MAX: usize = 10_000;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `None` for a text that is empty, the text otherwise, at most `max` characters.
    pub fn optional(text: &str, max: usize) -> Result<Option<Self>, InvalidText> {
        if text.trim().is_empty() { Ok(None) } else { Self::at_most(text, max).map(Some) }
    }

    fn at_most(text: &str, max: usize) -> Result<Self, InvalidText> {
        let text = bounded(text, max)?;
        let allowed = |it: &char| it.is_control() && !matches!(it, '\n' | '\r' | '\t');
        match text.chars().find(allowed) {
            Some(control) => Err(InvalidText::Control(control.into())),
            None => Ok(Self(text.into())),
        }
    }
}

impl FromStr for Text {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        Self::at_most(text, Self::MAX)
    }
}

/// The text without the white space around it, if it has 1 to `max` characters.
pub(crate) fn bounded(text: &str, max: usize) -> Result<&str, InvalidText> {
    let text = text.trim();
    if text.is_empty() {
        return Err(InvalidText::Empty);
    }
    let found = text.chars().count();
    if found > max { Err(InvalidText::TooLong { found, max }) } else { Ok(text) }
}

/// Adds a letter to a text in lower case and without its accent.
pub(crate) fn push_plain(text: &mut String, letter: char) {
    for letter in letter.to_lowercase() {
        match letter {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => text.push('a'),
            'ç' => text.push('c'),
            'è' | 'é' | 'ê' | 'ë' => text.push('e'),
            'ì' | 'í' | 'î' | 'ï' => text.push('i'),
            'ñ' => text.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => text.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => text.push('u'),
            'ý' | 'ÿ' => text.push('y'),
            'œ' => text.push_str("oe"),
            'æ' => text.push_str("ae"),
            accent if is_accent(accent) => {}
            other => text.push(other),
        }
    }
}

/// Accents that stand apart from their letter.
pub(crate) fn is_accent(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Something that can name a person: it is never printed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Personal<T>(pub T);

impl<T> Deref for Personal<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
