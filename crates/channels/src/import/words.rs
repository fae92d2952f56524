//! What people read, in both languages.

use beffroi_wire::pb::event::v1::Language;
use std::fmt;

/// One text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// In French.
    pub french: String,
    /// In English.
    pub english: String,
}

impl Words {
    pub(crate) fn new(french: impl Into<String>, english: impl Into<String>) -> Self {
        Self { french: french.into(), english: english.into() }
    }

    /// In a language; French unless English is asked for.
    pub fn text(&self, language: Language) -> &str {
        choose(language, &self.french, &self.english)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.english.fmt(f)
    }
}

/// The one of two texts that is in the language asked for.
pub(crate) fn choose<T>(language: Language, french: T, english: T) -> T {
    match language {
        Language::Unspecified | Language::French => french,
        Language::English => english,
    }
}
