//! The normal form of a telephone number.

use super::InvalidIdentifier;
use crate::text::bounded;

const CHARACTERS_MAX: usize = 64;
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
const EXTENSION_MAX: usize = 7;
/// What an extension is announced by, in French, in English and in RFC 3966; longest first.
const EXTENSION_WORDS: [&str; 8] = ["extension", "poste", ";ext=", "ext.", "ext", "p.", "p", "x"];

/// The number in E.164, and its extension if it has one.
pub(super) fn normalise(text: &str) -> Result<String, InvalidIdentifier> {
    let text = bounded(text, CHARACTERS_MAX)?;
    // Address books put marks of direction around the numbers that are copied from them.
    let text: String = text.chars().filter(|it| !is_invisible(*it)).collect();
    let (number, extension) = split_extension(&text)?;
    let number = international(number)?;
    Ok(match extension {
        Some(extension) => format!("+{number};ext={extension}"),
        None => format!("+{number}"),
    })
}

fn split_extension(text: &str) -> Result<(&str, Option<&str>), InvalidIdentifier> {
    let is_beginning = |it: char| it.is_alphabetic() || matches!(it, ';' | '#');
    let Some((number, rest)) = text.find(is_beginning).and_then(|at| text.split_at_checked(at))
    else {
        return Ok((text, None));
    };
    let lower = rest.to_ascii_lowercase();
    let word = EXTENSION_WORDS.iter().chain(&["#"]).find(|it| lower.starts_with(**it));
    let after = word.and_then(|it| rest.get(it.len()..));
    let Some(extension) = after.map(|it| it.trim_matches(is_before_extension)) else {
        return Err(unexpected(rest));
    };
    if extension.chars().any(char::is_alphabetic) {
        return Err(unexpected(rest));
    }
    let is_number = extension.bytes().all(|it| it.is_ascii_digit());
    if is_number && (1..=EXTENSION_MAX).contains(&extension.len()) {
        Ok((number.trim_end().trim_end_matches(','), Some(extension)))
    } else {
        Err(InvalidIdentifier::Extension)
    }
}

/// The digits after the `+` of E.164.
fn international(number: &str) -> Result<String, InvalidIdentifier> {
    if let Some(abroad) = abroad(number)? {
        // `+33 (0)1 ...` gives the zero that is dialled at home only. In Italy it is dialled always.
        let is_italian = abroad.starts_with("39");
        let shorter = if is_italian { None } else { without_trunk(number)? };
        return country(&shorter.unwrap_or(abroad));
    }
    let (_, written) = digits(number)?;
    match (written.len(), written.strip_prefix('1')) {
        (10, _) => north_american(&written),
        (11, Some(national)) => north_american(national),
        (found, _) => Err(InvalidIdentifier::Digits { found }),
    }
}

/// The country code and the rest, of a number written with `+` or with 011, as it is dialled here.
fn abroad(number: &str) -> Result<Option<String>, InvalidIdentifier> {
    let (has_plus, digits) = digits(number)?;
    Ok(if has_plus { Some(digits) } else { digits.strip_prefix("011").map(str::to_owned) })
}

fn without_trunk(number: &str) -> Result<Option<String>, InvalidIdentifier> {
    abroad(&number.replacen("(0)", "", 1))
}

fn country(digits: &str) -> Result<String, InvalidIdentifier> {
    match digits.strip_prefix('1') {
        Some(national) if national.len() == 10 => north_american(national),
        None if digits.starts_with('0') => Err(InvalidIdentifier::CountryCode),
        None if DIGITS.contains(&digits.len()) => Ok(digits.to_owned()),
        Some(_) | None => Err(InvalidIdentifier::Digits { found: digits.len() }),
    }
}

fn north_american(digits: &str) -> Result<String, InvalidIdentifier> {
    let begins_well = |it: Option<&u8>| it.is_some_and(|it| (b'2'..=b'9').contains(it));
    let bytes = digits.as_bytes();
    if begins_well(bytes.first()) && begins_well(bytes.get(3)) {
        Ok(format!("1{digits}"))
    } else {
        Err(InvalidIdentifier::NorthAmerican)
    }
}

/// The digits of a number, and whether a `+` stands before them.
fn digits(number: &str) -> Result<(bool, String), InvalidIdentifier> {
    let mut digits = String::new();
    let mut has_plus = false;
    for character in number.chars() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if digits.is_empty() && !has_plus => has_plus = true,
            separator if is_separator(separator) => {}
            other => return Err(InvalidIdentifier::NotDialled(other)),
        }
    }
    Ok((has_plus, digits))
}

fn unexpected(rest: &str) -> InvalidIdentifier {
    rest.chars().next().map_or(InvalidIdentifier::Extension, InvalidIdentifier::NotDialled)
}

fn is_before_extension(character: char) -> bool {
    character.is_whitespace() || matches!(character, ':' | '.' | '#')
}

fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InvalidText;
    use proptest::prelude::*;

    #[test]
    fn the_ways_to_write_a_number_agree() {
        for text in [
            "418 555-0123",
            "(418) 555-0123",
            "418.555.0123",
            "4185550123",
            "1-418-555-0123",
            "1 (418) 555\u{a0}0123",
            "+1 418 555 0123",
            "(+1) 418 555 0123",
            "+14185550123",
            "011 1 418 555-0123",
            "  418\u{2011}555\u{2013}0123\n",
            "\u{202a}(418) 555-0123\u{202c}",
        ] {
            assert_eq!(normalise(text).as_deref(), Ok("+14185550123"), "{text}");
        }
    }

    #[test]
    fn an_extension_belongs_to_the_number() {
        for text in [
            "(418) 555-0123 poste 12",
            "418 555-0123, poste : 12",
            "418 555-0123 Poste 12",
            "418 555-0123 p. 12",
            "418 555-0123 ext. 12",
            "1-418-555-0123 EXT 12",
            "418 555-0123 extension 12",
            "4185550123x12",
            "418-555-0123 #12",
            "+1-418-555-0123;ext=12",
        ] {
            assert_eq!(normalise(text).as_deref(), Ok("+14185550123;ext=12"), "{text}");
        }
        for text in ["418 555-0123 poste", "418 555-0123 poste 12345678", "418 555-0123 x 1-2"] {
            assert_eq!(normalise(text), Err(InvalidIdentifier::Extension), "{text}");
        }
    }

    #[test]
    fn numbers_of_other_countries_keep_their_country_code() {
        for (text, form) in [
            ("+33 1 99 00 12 34", "+33199001234"),
            ("+33 (0)1 99 00 12 34", "+33199001234"),
            ("011 33 1 99 00 12 34", "+33199001234"),
            ("011 33 (0)1 99 00 12 34", "+33199001234"),
            ("+44 20 7946 0018", "+442079460018"),
            ("+39 06 555 0123", "+39065550123"),
            ("+39 (0)6 555 0123", "+39065550123"),
            ("+683 4002", "+6834002"),
        ] {
            assert_eq!(normalise(text).as_deref(), Ok(form), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let digits = |found| InvalidIdentifier::Digits { found };
        for (text, error) in [
            ("", InvalidText::Empty.into()),
            (" \t", InvalidText::Empty.into()),
            (&"4".repeat(65), InvalidText::TooLong { found: 65, max: 64 }.into()),
            ("1-800-CALL-NOW", InvalidIdentifier::NotDialled('C')),
            ("1-800-PETMEDS", InvalidIdentifier::NotDialled('P')),
            ("1-800-EXTRA", InvalidIdentifier::NotDialled('E')),
            ("abc", InvalidIdentifier::NotDialled('a')),
            ("téléphone", InvalidIdentifier::NotDialled('t')),
            ("418 555-0123 ou 418 555-0124", InvalidIdentifier::NotDialled('o')),
            ("418 555-012\u{663}", InvalidIdentifier::NotDialled('\u{663}')),
            ("418 555-0123*", InvalidIdentifier::NotDialled('*')),
            ("418+5550123", InvalidIdentifier::NotDialled('+')),
            ("++14185550123", InvalidIdentifier::NotDialled('+')),
            ("555-0123", digits(7)),
            ("311", digits(3)),
            ("()", digits(0)),
            ("\u{200e}", digits(0)),
            ("x12", digits(0)),
            ("418 555-01234", digits(11)),
            ("+1 418 555 012", digits(10)),
            ("+331", digits(3)),
            ("+1234567890123456", digits(16)),
            ("018 555-0123", InvalidIdentifier::NorthAmerican),
            ("418 155-0123", InvalidIdentifier::NorthAmerican),
            ("+1 118 555 0123", InvalidIdentifier::NorthAmerican),
            ("+0 418 555 0123", InvalidIdentifier::CountryCode),
        ] {
            assert_eq!(normalise(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn separators_do_not_count(
            area in "[2-9][0-9]{2}",
            exchange in "[2-9][0-9]{2}",
            line in "[0-9]{4}",
            separators in proptest::array::uniform4("[ .()/-]{0,2}"),
            prefix in prop_oneof![Just(""), Just("1"), Just("+1"), Just("0111")],
        ) {
            let [a, b, c, d] = separators;
            let text = format!("{a}{prefix}{b}{area}{c}{exchange}{d}{line}");
            prop_assert_eq!(normalise(&text), Ok(format!("+1{area}{exchange}{line}")));
        }
    }
}
