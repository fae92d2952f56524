//! Whether a text speaks of an emergency: a suggestion, about which a person decides.
//!
//! Phrases of words are looked for, in one pass over the text; the work per word is bounded by the
//! list. Phrases are indexed by their first word rather than given to an automaton over letters:
//! gaps, plurals and denials concern words.

use super::Emergency;
use super::phrase::{Phrase, Seen};
use super::rules::{Meaning, RULES, Rules, When};
use super::words::{Word, words};
use crate::Personal;
use std::collections::BTreeSet;

/// A text that may speak of an emergency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Which, the gravest that was found.
    pub emergency: Emergency,
    /// The words of the text that speak of it.
    pub words: Personal<String>,
}

/// The gravest emergency that a French or English text may speak of, if any.
pub fn suggest(text: &str) -> Option<Suggestion> {
    let rules = &*RULES;
    let words = words(text);
    let mut seen: Vec<Seen> = words.iter().map(|it| look_up(rules, it)).collect();
    hide_harmless(rules, &mut seen);
    let context = Context::new(rules, &words, &seen);
    let mut gravest: Option<(Emergency, usize, usize)> = None;
    for (start, phrase, meaning) in phrases(rules, &seen) {
        let Meaning::Emergency(emergency, when) = meaning else {
            continue;
        };
        if gravest.is_some_and(|(found, _, _)| found <= emergency) || !context.allows(start, when) {
            continue;
        }
        if let Some(end) = phrase.taken(&seen, start).and_then(|it| it.last().copied()) {
            gravest = Some((emergency, start, end));
        }
    }
    let (emergency, start, end) = gravest?;
    let at = words.get(start)?.at.start..words.get(end)?.at.end;
    Some(Suggestion { emergency, words: Personal(text.get(at)?.to_owned()) })
}

/// Which phrases count where.
struct Context {
    denied: BTreeSet<usize>,
    over: BTreeSet<u32>,
    now: BTreeSet<u32>,
    sentences: Vec<u32>,
}

impl Context {
    fn new(rules: &Rules, words: &[Word], seen: &[Seen]) -> Self {
        let sentences = seen.iter().map(|it| it.sentence).collect();
        let mut context = Self {
            denied: BTreeSet::new(),
            over: BTreeSet::new(),
            now: BTreeSet::new(),
            sentences,
        };
        for (start, phrase, meaning) in phrases(rules, seen) {
            let sentence = seen.get(start).map(|it| it.sentence);
            match meaning {
                Meaning::Over if phrase.taken(seen, start).is_some() => {
                    context.over.extend(sentence);
                }
                Meaning::Now if phrase.taken(seen, start).is_some() => context.now.extend(sentence),
                Meaning::Denial => context.denied.extend(denied(phrase, (words, seen), start)),
                Meaning::Over | Meaning::Now | Meaning::Harmless | Meaning::Emergency(..) => {}
            }
        }
        context
    }

    fn allows(&self, start: usize, when: When) -> bool {
        let Some(sentence) = self.sentences.get(start) else {
            return false;
        };
        let now = self.now.contains(sentence);
        !self.denied.contains(&start)
            && match when {
                When::Always => true,
                When::UnlessOver => now || !self.over.contains(sentence),
                When::OnlyNow => now,
            }
    }
}

fn look_up(rules: &Rules, word: &Word) -> Seen {
    let ids = rules.vocabulary.ids(&word.folded);
    let stops_gap = rules.stops_gap(&ids);
    Seen { ids, sentence: word.sentence, harmless: false, stops_gap }
}

/// Every phrase at every word it may begin with.
fn phrases<'a>(
    rules: &'a Rules,
    seen: &'a [Seen],
) -> impl Iterator<Item = (usize, &'a Phrase, Meaning)> {
    seen.iter().enumerate().flat_map(move |(start, word)| {
        let phrases = rules.beginning_with(&word.ids);
        phrases.map(move |(phrase, meaning)| (start, phrase, *meaning))
    })
}

fn hide_harmless(rules: &Rules, seen: &mut [Seen]) {
    let harmless: BTreeSet<usize> = phrases(rules, seen)
        .filter(|(_, _, meaning)| *meaning == Meaning::Harmless)
        .filter_map(|(start, phrase, _)| phrase.taken(seen, start))
        .flatten()
        .collect();
    for at in harmless {
        if let Some(word) = seen.get_mut(at) {
            word.harmless = true;
        }
    }
}

/// The word right after a denial, unless a comma or the like stands between.
fn denied(phrase: &Phrase, (words, seen): (&[Word], &[Seen]), start: usize) -> Option<usize> {
    let last = *phrase.taken(seen, start)?.last()?;
    let next = last + 1;
    (words.get(last)?.clause == words.get(next)?.clause).then_some(next)
}
