//! Words of French and English text, folded so that spelling hides as little as possible.

use crate::text::{is_accent, push_plain};
use std::ops::Range;

/// One word of a text.
pub(super) struct Word {
    /// Lower case, without accents, without a plural ending.
    pub(super) folded: String,
    /// Where it stands in the text, in bytes.
    pub(super) at: Range<usize>,
    /// Counts the sentences.
    pub(super) sentence: u32,
    /// Counts the parts between commas and the like.
    pub(super) clause: u32,
}

/// The longest word that is looked at; what follows is cut off.
const LETTERS_MAX: usize = 32;

/// The words of a text, in order, in one pass.
///
/// Apostrophes and hyphens part words: `l'arbre` is two.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open: Option<Word> = None;
    let (mut sentence, mut clause) = (0, 0);
    for (at, found) in text.char_indices() {
        if is_of_word(found) {
            let end = at + found.len_utf8();
            let word = open.get_or_insert_with(|| Word {
                folded: String::new(),
                at: at..end,
                sentence,
                clause,
            });
            word.at.end = end;
            if word.folded.len() < LETTERS_MAX {
                push_plain(&mut word.folded, found);
            }
            continue;
        }
        words.extend(open.take().map(singular));
        let ends_sentence = matches!(found, '.' | '!' | '?' | ';' | '\n' | '…');
        sentence += u32::from(ends_sentence);
        clause += u32::from(ends_sentence || matches!(found, ',' | ':' | '(' | ')'));
    }
    words.extend(open.map(singular));
    words
}

/// Folds the beginning of a word: like a word, but its ending is kept.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::new();
    for letter in text.chars() {
        push_plain(&mut folded, letter);
    }
    folded
}

fn singular(mut word: Word) -> Word {
    let folded = &mut word.folded;
    let plural = folded.ends_with('x') || (folded.ends_with('s') && !folded.ends_with("ss"));
    if plural && folded.chars().count() > 3 {
        folded.pop();
    }
    word
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || is_accent(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found: Vec<String> = words(text).into_iter().map(|it| it.folded).collect();
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn case_accents_apostrophes_and_plurals_are_folded() {
        check("L’ÉTÉ, les Sœurs s'étouffent", "l ete les soeur s etouffent");
        check("e\u{301}te\u{301}", "ete");
        check("feux gaz bus glass", "feu gaz bus glass");
        check("9-1-1 !", "9 1 1");
    }

    #[test]
    fn words_know_where_they_stand() {
        let text = "Déjà là. Bon, oui";
        let words = words(text);
        let shown: Vec<_> =
            words.iter().map(|it| (&text[it.at.clone()], it.sentence, it.clause)).collect();
        assert_eq!(shown, [("Déjà", 0, 0), ("là", 0, 0), ("Bon", 1, 1), ("oui", 1, 2)]);
    }
}
