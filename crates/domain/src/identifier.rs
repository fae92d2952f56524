//! What a citizen is found by: a telephone number, an e-mail address, an account of the app.
//!
//! Whatever is written in two ways and means the same has one normal form. Only the keyed hash of
//! that form is kept, so the rules that make it are part of what is stored: changing one would lose
//! citizens already known. For that reason they follow no table of numbering plans, which changes
//! every month.

mod email;
mod hash;
mod telephone;

pub use hash::{IdentifierHash, IdentifierKey, InvalidKey, KeyId};

use crate::{InvalidText, Label, Personal};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The kinds of identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// A telephone number.
    Telephone,
    /// An e-mail address.
    Email,
    /// An account of the 311 application.
    AppAccount,
}

impl IdentifierKind {
    /// The name in output for scripts and in hashes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Telephone => "telephone",
            Self::Email => "email",
            Self::AppAccount => "app_account",
        }
    }
}

/// What a citizen is found by, in its normal form.
///
/// It has no `Display` and its `Debug` does not show the form.
// Invariant: `form` is what one of the constructors makes, so parsing it gives the same identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    kind: IdentifierKind,
    form: Personal<Box<str>>,
}

/// The text is not an identifier of its kind.
///
/// None of these repeats the text, which can name a person: at most one character of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidIdentifier {
    /// It is empty, too long, or contains a control character.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// A telephone number contains something else than digits and what separates them.
    #[error("it contains {0:?}: a telephone number is written in digits")]
    NotDialled(char),
    /// A telephone number has too few or too many digits.
    #[error(
        "it has {found} digits: expected 10 with the area code, or `+`, the country code and the \
         rest, 7 to 15 in all"
    )]
    Digits {
        /// The digits found.
        found: usize,
    },
    /// The area code or the exchange of a North American number begins with 0 or 1.
    #[error("its area code and the three digits after it must begin with 2 to 9")]
    NorthAmerican,
    /// The number begins with `+0`.
    #[error("no country code begins with 0")]
    CountryCode,
    /// What follows the word for the extension is not an extension.
    #[error("its extension must have 1 to 7 digits")]
    Extension,
    /// An e-mail address has no `@`.
    #[error("it has no `@`: expected a form such as nom@exemple.ca")]
    NoAt,
    /// What is before the `@` contains a character that is not taken.
    #[error("it contains {0:?} before the `@`")]
    NotInEmail(char),
    /// What is before the `@` is empty, too long, or has a point at an end or two together.
    #[error("before the `@` it must have 1 to 64 characters, and points only between others")]
    LocalPart,
    /// What is after the `@` is not the name of a domain.
    #[error("after the `@` it must have the name of a domain, such as exemple.ca")]
    Domain,
}

impl Identifier {
    /// The most characters an identifier of any kind is written with.
    pub const MAX: usize = 320;

    /// Parses an identifier of a kind.
    pub fn parse(kind: IdentifierKind, text: &str) -> Result<Self, InvalidIdentifier> {
        match kind {
            IdentifierKind::Telephone => Self::telephone(text),
            IdentifierKind::Email => Self::email(text),
            IdentifierKind::AppAccount => Self::app_account(text),
        }
    }

    /// Parses a telephone number; without `+` or 011 it is North American.
    ///
    /// The form is E.164, and its extension as in RFC 3966: `+14185550123;ext=12`. A number with an
    /// extension is another identifier than the number alone, which a whole office may share.
    pub fn telephone(text: &str) -> Result<Self, InvalidIdentifier> {
        Ok(Self::new(IdentifierKind::Telephone, telephone::normalise(text)?))
    }

    /// Parses an e-mail address; case does not count, nor does the script a domain is written in.
    ///
    /// `nom+311@exemple.ca` is another address than `nom@exemple.ca`.
    pub fn email(text: &str) -> Result<Self, InvalidIdentifier> {
        Ok(Self::new(IdentifierKind::Email, email::normalise(text)?))
    }

    /// Parses the name of an account, opaque: case counts.
    pub fn app_account(text: &str) -> Result<Self, InvalidIdentifier> {
        let account: Label = text.parse()?;
        Ok(Self::new(IdentifierKind::AppAccount, account.as_str().to_owned()))
    }

    fn new(kind: IdentifierKind, form: String) -> Self {
        Self { kind, form: Personal(form.into()) }
    }

    /// The kind.
    pub fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// The normal form; it can name a person.
    pub fn form(&self) -> &str {
        &self.form
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [IdentifierKind; 3] =
        [IdentifierKind::Telephone, IdentifierKind::Email, IdentifierKind::AppAccount];

    #[test]
    fn an_account_is_taken_as_it_is() {
        let account = Identifier::app_account(" Léa-42\n").unwrap();
        assert_eq!(account.form(), "Léa-42");
        assert_ne!(account, Identifier::app_account("léa-42").unwrap());
        assert_eq!(
            Identifier::app_account(&"a".repeat(201)),
            Err(InvalidText::TooLong { found: 201, max: 200 }.into())
        );
        assert_eq!(Identifier::app_account(" "), Err(InvalidText::Empty.into()));
    }

    #[test]
    fn an_identifier_is_never_printed() {
        for (kind, text) in KINDS.into_iter().zip(["418 555-0123", "lea@exemple.ca", "lea"]) {
            let printed = format!("{:?}", Identifier::parse(kind, text).unwrap());
            assert!(!printed.contains("0123") && !printed.contains("lea"), "{printed}");
        }
    }

    /// Any text, and texts that come near to an identifier.
    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "\\+?[0-9() .-]{0,18}( ?(poste|ext\\.?|x|p|#|;ext=) ?[0-9]{0,8})?",
            "\\+[1-9][0-9]{5,15}",
            "[A-Za-z0-9.+_-]{1,20}@[A-Za-zéß0-9.-]{1,20}\\.(ca|CA|com|xn--p1ai|рф)",
            "\\PC{0,40}@\\PC{0,40}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_text_gives_a_form_that_stays_or_an_error_without_the_text(text in texts()) {
            for kind in KINDS {
                match Identifier::parse(kind, &text) {
                    Ok(identifier) => {
                        prop_assert!(identifier.form().chars().count() <= Identifier::MAX);
                        prop_assert_eq!(Identifier::parse(kind, identifier.form()), Ok(identifier));
                    }
                    Err(error) => {
                        let said = format!("{error} {error:?}");
                        prop_assert!(text.chars().count() < 12 || !said.contains(text.trim()));
                    }
                }
            }
        }
    }
}
