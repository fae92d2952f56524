//! Phrases: patterns over the words of a text.

use super::words::{fold, words};
use std::collections::BTreeMap;

/// A word of some phrase, or the beginning of one.
pub(super) type Id = u32;

/// The words that phrases use.
#[derive(Default)]
pub(super) struct Vocabulary {
    whole: BTreeMap<String, Id>,
    beginnings: BTreeMap<String, Id>,
    longest_beginning: usize,
}

/// A word of a text, as phrases see it.
pub(super) struct Seen {
    /// What the vocabulary knows it as.
    pub(super) ids: Vec<Id>,
    /// The sentence it stands in.
    pub(super) sentence: u32,
    /// Part of something harmless: no phrase takes it.
    pub(super) harmless: bool,
    /// No gap goes over it.
    pub(super) stops_gap: bool,
}

/// One step of a phrase.
#[derive(Clone)]
enum Step {
    /// One of these words.
    OneOf(Vec<Id>),
    /// One of these words, or none.
    Perhaps(Vec<Id>),
    /// Up to `GAP_MAX` words.
    Gap,
}

/// A pattern: words that follow one another within a sentence.
// Invariant: begins with `OneOf`, has at most `STEPS_MAX` steps and `GAPS_MAX` gaps, so that the work
// of matching it at one word is bounded.
pub(super) struct Phrase {
    steps: Vec<Step>,
}

const GAP_MAX: usize = 4;
const GAPS_MAX: usize = 2;
const STEPS_MAX: usize = 10;

impl Vocabulary {
    /// The ids of a folded word: its own, and those of its beginnings.
    pub(super) fn ids(&self, folded: &str) -> Vec<Id> {
        let mut ids: Vec<Id> = self.whole.get(folded).copied().into_iter().collect();
        let beginnings = folded
            .char_indices()
            .map(|(at, letter)| at + letter.len_utf8())
            .take_while(|end| *end <= self.longest_beginning)
            .filter_map(|end| self.beginnings.get(folded.get(..end)?));
        ids.extend(beginnings);
        ids
    }

    fn whole(&mut self, folded: String) -> Id {
        let next = self.next();
        *self.whole.entry(folded).or_insert(next)
    }

    fn beginning(&mut self, folded: String) -> Id {
        self.longest_beginning = self.longest_beginning.max(folded.len());
        let next = self.next();
        *self.beginnings.entry(folded).or_insert(next)
    }

    fn next(&self) -> Id {
        Id::try_from(self.whole.len() + self.beginnings.len()).unwrap_or(Id::MAX)
    }
}

/// The named lists of words.
pub(super) type Lists = BTreeMap<String, Vec<Id>>;

impl Phrase {
    /// Reads a phrase as the rules write it; `None` for one that cannot be read.
    pub(super) fn parse(text: &str, lists: &Lists, vocabulary: &mut Vocabulary) -> Option<Self> {
        let mut steps = Vec::new();
        for part in text.split_whitespace() {
            match (part, part.strip_suffix('?')) {
                ("..", _) => steps.push(Step::Gap),
                (_, Some(part)) => steps.push(Step::Perhaps(one_of(part, lists, vocabulary)?)),
                (_, None) if part.contains(['|', '@', '~']) => {
                    steps.push(Step::OneOf(one_of(part, lists, vocabulary)?));
                }
                (_, None) => {
                    let folded = words(part).into_iter().map(|it| it.folded);
                    steps.extend(folded.map(|it| Step::OneOf(vec![vocabulary.whole(it)])));
                }
            }
        }
        let gaps = steps.iter().filter(|it| matches!(it, Step::Gap)).count();
        let ends_well = !matches!(steps.last(), Some(Step::Gap));
        let bounded = steps.len() <= STEPS_MAX && gaps <= GAPS_MAX;
        let phrase = Self { steps };
        (ends_well && bounded && !phrase.first().is_empty()).then_some(phrase)
    }

    /// The words it may begin with.
    pub(super) fn first(&self) -> &[Id] {
        match self.steps.first() {
            Some(Step::OneOf(ids)) => ids,
            Some(Step::Perhaps(_) | Step::Gap) | None => &[],
        }
    }

    /// The positions of the words that the phrase takes when it begins at `start`.
    pub(super) fn taken(&self, text: &[Seen], start: usize) -> Option<Vec<usize>> {
        let mut taken = Vec::new();
        let sentence = text.get(start)?.sentence;
        follow(&self.steps, text, (start, sentence), &mut taken).then_some(taken)
    }
}

/// Takes the words of `steps` from a position on, within one sentence.
fn follow(
    steps: &[Step],
    text: &[Seen],
    (at, sentence): (usize, u32),
    taken: &mut Vec<usize>,
) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return true;
    };
    let word = text.get(at).filter(|it| it.sentence == sentence);
    let mut take = |ids: &[Id]| {
        let fits = word.is_some_and(|it| !it.harmless && it.ids.iter().any(|id| ids.contains(id)));
        if !fits {
            return false;
        }
        taken.push(at);
        let found = follow(rest, text, (at + 1, sentence), taken);
        if !found {
            taken.pop();
        }
        found
    };
    match step {
        Step::OneOf(ids) => take(ids),
        Step::Perhaps(ids) => take(ids) || follow(rest, text, (at, sentence), taken),
        Step::Gap => {
            let over = |it: &Seen| !it.stops_gap && it.sentence == sentence;
            let most = text.iter().skip(at).take(GAP_MAX).take_while(|it| over(it)).count();
            (0..=most).any(|gap| follow(rest, text, (at + gap, sentence), taken))
        }
    }
}

/// The ids of alternatives: words, beginnings (`word~`), lists (`@list`).
fn one_of(part: &str, lists: &Lists, vocabulary: &mut Vocabulary) -> Option<Vec<Id>> {
    let mut ids = Vec::new();
    for one in part.split('|') {
        if let Some(list) = one.strip_prefix('@') {
            ids.extend(lists.get(list)?);
        } else {
            ids.push(word(one, vocabulary)?);
        }
    }
    Some(ids)
}

/// The id of one word or beginning; `None` for anything but one.
pub(super) fn word(text: &str, vocabulary: &mut Vocabulary) -> Option<Id> {
    let mut found = words(text).into_iter();
    match (found.next(), found.next(), text.strip_suffix('~')) {
        (Some(_), None, Some(beginning)) => Some(vocabulary.beginning(fold(beginning))),
        (Some(only), None, None) => Some(vocabulary.whole(only.folded)),
        (None, _, _) | (Some(_), Some(_), _) => None,
    }
}
