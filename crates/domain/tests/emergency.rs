//! The suggestion list, held against phrases as citizens write them.

use beffroi_domain::{Emergency, suggest};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Verdict, language and phrase, separated by tabs.
const PHRASES: &str = include_str!("emergency_phrases.tsv");

fn phrases() -> Vec<(&'static str, &'static str)> {
    let phrase = |line: &'static str| {
        let (verdict, rest) = line.split_once('\t')?;
        let (language, phrase) = rest.split_once('\t')?;
        matches!(language, "fr" | "en").then_some((verdict, phrase))
    };
    PHRASES.lines().filter_map(phrase).collect()
}

fn verdict(text: &str) -> &'static str {
    suggest(text).map_or("none", |it| it.emergency.name())
}

/// Holds every phrase, written otherwise, against its verdict.
fn check_all(written: impl Fn(&str) -> String) {
    let wrong: Vec<String> = phrases()
        .into_iter()
        .map(|(expected, phrase)| (expected, written(phrase)))
        .filter(|(expected, text)| verdict(text) != *expected)
        .map(|(expected, text)| {
            let found = suggest(&text);
            let words = found.as_ref().map(|it| it.words.as_str());
            format!("{expected} but {} ({words:?}): {text}", verdict(&text))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_phrase_gets_its_verdict() {
    check_all(str::to_owned);
}

#[test]
fn capitals_do_not_matter() {
    check_all(str::to_uppercase);
}

#[test]
fn typographic_apostrophes_do_not_matter() {
    check_all(|phrase| phrase.replace('\'', "’"));
}

#[test]
fn accents_do_not_matter() {
    let bare = [("éèêë", 'e'), ("àâä", 'a'), ("îï", 'i'), ("ôö", 'o'), ("ùûü", 'u'), ("ç", 'c')];
    let strip = |letter: char| {
        bare.iter().find(|(accented, _)| accented.contains(letter)).map_or(letter, |it| it.1)
    };
    check_all(|phrase| phrase.to_lowercase().chars().map(strip).collect());
}

#[test]
fn an_emergency_is_found_amid_everyday_words() {
    let everyday = "Bonjour, je vous écris de la rue Cartier au sujet de ma demande. ";
    check_all(|phrase| format!("{everyday}{phrase}. Merci et bonne journée."));
}

#[test]
fn the_phrases_are_many_and_of_all_kinds() {
    assert_eq!(phrases().len(), PHRASES.lines().count(), "every line has three fields");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (verdict, _) in phrases() {
        *counts.entry(verdict).or_default() += 1;
    }
    for emergency in Emergency::ALL {
        assert!(counts[emergency.name()] >= 10, "{}", emergency.name());
    }
    assert!(counts["none"] >= 100);
    assert_eq!(counts.len(), 5);
}

#[test]
fn the_gravest_emergency_and_its_words_are_told() {
    let text = "Deux chars se sont rentrés dedans, un gars est inconscient!";
    let found = suggest(text).unwrap();
    assert_eq!(found.emergency, Emergency::LifeInDanger);
    assert_eq!(found.words.as_str(), "inconscient");
}

#[test]
fn words_never_reach_a_log() {
    let shown = format!("{:?}", suggest("mon chum me frappe").unwrap());
    assert!(shown.contains("<redacted>") && !shown.contains("chum"), "{shown}");
}

// Texts made to keep every phrase half matched.
#[test]
fn long_texts_take_time_in_proportion_to_their_length() {
    for word in ["homme ", "pas de ", "a a a a ", "é\u{301}", "-", "feu dans la la la "] {
        assert_eq!(verdict(&word.repeat(20_000)), "none", "{word}");
    }
}

proptest! {
    #[test]
    fn any_text_is_taken_and_what_is_told_is_part_of_it(text in "\\PC{0,200}") {
        if let Some(found) = suggest(&text) {
            prop_assert!(text.contains(found.words.as_str()));
        }
    }

    #[test]
    fn a_sentence_says_the_same_whatever_came_before(
        first in 0..phrases().len(),
        second in 0..phrases().len(),
    ) {
        let (first, second) = (phrases()[first], phrases()[second]);
        let both = suggest(&format!("{}. {}", first.1, second.1)).map(|it| it.emergency);
        let gravest = [first.0, second.0].into_iter().filter_map(|it| it.parse().ok()).min();
        prop_assert_eq!(both, gravest);
    }
}
