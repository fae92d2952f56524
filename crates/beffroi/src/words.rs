//! The words shown to people, in French and in English.
//!
//! Every text is a pair, so that one language cannot be forgotten; every value of the protocol has
//! a label for people and a key for scripts.

pub(crate) mod broker;
pub(crate) mod error;
pub(crate) mod explain;
mod label;
mod quarantine;
mod snapshot;
mod text;
pub(crate) mod what_if;

pub(crate) use label::{Word, event_kind, keys};
pub(crate) use quarantine::*;
pub(crate) use snapshot::{
    CHECKING, FILE, LOG, NO_SNAPSHOT, RESTORING, SEQUENCE, SIZE, TAKEN_AT, TAKING, WHOLE,
};
pub(crate) use text::*;

use clap::ValueEnum;

/// The language in which Beffroi speaks to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

impl Lang {
    /// The language tag, as sent to the server.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// The language of a POSIX locale, given the variables that may name it in order of precedence.
    pub(crate) fn of_locale<'a>(variables: impl IntoIterator<Item = &'a str>) -> Self {
        match variables.into_iter().find(|value| !value.is_empty()) {
            Some(locale) if locale.to_ascii_lowercase().starts_with("fr") => Self::Fr,
            Some(_) | None => Self::En,
        }
    }
}

impl From<Lang> for beffroi_domain::Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Fr => Self::French,
            Lang::En => Self::English,
        }
    }
}

/// One text in both languages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    /// In French.
    pub fr: &'static str,
    /// In English.
    pub en: &'static str,
}

impl Text {
    /// The text in one language.
    pub(crate) fn in_lang(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Fr => self.fr,
            Lang::En => self.en,
        }
    }
}

/// Pairs a French text with its English one.
const fn text(fr: &'static str, en: &'static str) -> Text {
    Text { fr, en }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_is_set_decides() {
        assert_eq!(Lang::of_locale(["", "fr_CA.UTF-8"]), Lang::Fr);
        assert_eq!(Lang::of_locale(["C", "fr_CA.UTF-8"]), Lang::En);
        assert_eq!(Lang::of_locale(["", ""]), Lang::En);
    }
}
