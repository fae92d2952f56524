//! Texts without what people leave out: case, accents, punctuation.

use crate::text::{is_accent, push_plain};

/// The words of a text, in lower case, without accents, one space between them.
///
/// Apostrophes and hyphens part words, so that a code reads as the name it stands for.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut is_apart = false;
    for letter in text.chars() {
        if is_accent(letter) {
            continue;
        }
        if !letter.is_alphanumeric() {
            is_apart = true;
            continue;
        }
        if is_apart && !folded.is_empty() {
            folded.push(' ');
        }
        is_apart = false;
        push_plain(&mut folded, letter);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_accents_and_punctuation_do_not_matter() {
        assert_eq!(fold("  L’Égout, c'est BOUCHÉ ! "), "l egout c est bouche");
        assert_eq!(fold("e\u{301}te\u{301} — nœud"), "ete noeud");
        assert_eq!(fold("eau-potable"), fold("Eau potable"));
        assert_eq!(fold("?!"), "");
    }
}
