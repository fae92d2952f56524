//! Texts in both languages.

use crate::Language;
use serde::{Deserialize, Serialize};

/// The same thing in French and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual<T> {
    /// In French.
    pub french: T,
    /// In English.
    pub english: T,
}

/// A text as a city wrote it; empty: not written.
pub type Words = Bilingual<String>;

impl<T> Bilingual<T> {
    /// The one in a language.
    pub fn get(&self, language: Language) -> &T {
        match language {
            Language::French => &self.french,
            Language::English => &self.english,
        }
    }
}

impl Words {
    /// Written in neither language.
    pub fn is_absent(&self) -> bool {
        self.french.trim().is_empty() && self.english.trim().is_empty()
    }
}
