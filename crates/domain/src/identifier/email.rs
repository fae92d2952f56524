//! The normal form of an e-mail address.

use super::{Identifier, InvalidIdentifier};
use crate::text::bounded;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

const LOCAL_MAX: usize = 64;

/// The address in lower case, its domain in ASCII.
///
/// A mailbox may by right tell `Nom@` from `nom@`; none that a citizen has does.
pub(super) fn normalise(text: &str) -> Result<String, InvalidIdentifier> {
    let text = bounded(text, Identifier::MAX)?;
    let (local, domain) = text.rsplit_once('@').ok_or(InvalidIdentifier::NoAt)?;
    check_local(local)?;
    Ok(format!("{}@{}", local.to_ascii_lowercase(), ascii(domain)?))
}

// Addresses in quotes, and those whose mailbox is not in ASCII, are hardly met: they are refused
// rather than given a form that has to hold forever.
fn check_local(local: &str) -> Result<(), InvalidIdentifier> {
    let is_taken = |it: char| it.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(it);
    if let Some(other) = local.chars().find(|it| !is_taken(*it)) {
        return Err(InvalidIdentifier::NotInEmail(other));
    }
    if local.len() > LOCAL_MAX || local.split('.').any(str::is_empty) {
        return Err(InvalidIdentifier::LocalPart);
    }
    Ok(())
}

fn ascii(domain: &str) -> Result<String, InvalidIdentifier> {
    let hyphens = Hyphens::CheckFirstLast;
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, hyphens, DnsLength::Verify)
        .map_err(|_| InvalidIdentifier::Domain)?;
    // A last label of digits is that of an address of a machine.
    let is_name = |last: &str| last.bytes().any(|it| !it.is_ascii_digit());
    match ascii.rsplit_once('.') {
        Some((_, last)) if is_name(last) => Ok(ascii.into_owned()),
        Some(_) | None => Err(InvalidIdentifier::Domain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InvalidText;

    #[test]
    fn case_spaces_and_the_script_of_the_domain_do_not_count() {
        for (text, form) in [
            (" Lea.Tremblay@Exemple.CA\n", "lea.tremblay@exemple.ca"),
            ("lea@Québec.ca", "lea@xn--qubec-csa.ca"),
            ("lea@QUE\u{301}BEC.ca", "lea@xn--qubec-csa.ca"),
            ("lea@xn--qubec-csa.ca", "lea@xn--qubec-csa.ca"),
            ("O'Neil_x@a-b.example", "o'neil_x@a-b.example"),
        ] {
            assert_eq!(normalise(text).as_deref(), Ok(form), "{text}");
        }
    }

    #[test]
    fn plus_addressing_and_points_are_left_alone() {
        assert_eq!(normalise("l.ea+311@exemple.ca").as_deref(), Ok("l.ea+311@exemple.ca"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let long = format!("{}@exemple.ca", "a".repeat(310));
        let local = format!("{}@exemple.ca", "a".repeat(65));
        let label = format!("lea@{}.ca", "a".repeat(64));
        for (text, error) in [
            ("", InvalidText::Empty.into()),
            (long.as_str(), InvalidText::TooLong { found: 321, max: 320 }.into()),
            ("lea", InvalidIdentifier::NoAt),
            ("@exemple.ca", InvalidIdentifier::LocalPart),
            (".lea@exemple.ca", InvalidIdentifier::LocalPart),
            ("lea..t@exemple.ca", InvalidIdentifier::LocalPart),
            (local.as_str(), InvalidIdentifier::LocalPart),
            ("lea tremblay@exemple.ca", InvalidIdentifier::NotInEmail(' ')),
            ("Léa <lea@exemple.ca>", InvalidIdentifier::NotInEmail('é')),
            ("lea@b@exemple.ca", InvalidIdentifier::NotInEmail('@')),
            ("\"lea\"@exemple.ca", InvalidIdentifier::NotInEmail('"')),
            ("lea@", InvalidIdentifier::Domain),
            ("lea@exemple", InvalidIdentifier::Domain),
            ("lea@exemple.ca.", InvalidIdentifier::Domain),
            ("lea@exemple..ca", InvalidIdentifier::Domain),
            ("lea@-exemple.ca", InvalidIdentifier::Domain),
            ("lea@exe mple.ca", InvalidIdentifier::Domain),
            ("lea@192.0.2.1", InvalidIdentifier::Domain),
            ("lea@[192.0.2.1]", InvalidIdentifier::Domain),
            ("lea@xn--a.ca", InvalidIdentifier::Domain),
            (label.as_str(), InvalidIdentifier::Domain),
        ] {
            assert_eq!(normalise(text), Err(error), "{text}");
        }
    }
}
