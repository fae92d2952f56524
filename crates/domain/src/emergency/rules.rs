//! The suggestion list, read from `rules.txt`, which explains its form.

use super::Emergency;
use super::phrase::{Id, Lists, Phrase, Vocabulary, word};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// When a phrase counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Always.
    Always,
    /// Not in a sentence that speaks of the past or of what might be.
    UnlessOver,
    /// Only in a sentence that says that it happens now.
    OnlyNow,
}

/// What a phrase means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Perhaps an emergency.
    Emergency(Emergency, When),
    /// Words of everyday requests that would look like an emergency.
    Harmless,
    /// What follows is denied.
    Denial,
    /// It is over, or might come.
    Over,
    /// It happens now.
    Now,
}

/// The phrases, by the words they may begin with.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) vocabulary: Vocabulary,
    phrases: Vec<(Phrase, Meaning)>,
    by_first: BTreeMap<Id, Vec<usize>>,
    stops: Vec<Id>,
}

/// The rules of this product.
#[expect(clippy::expect_used, reason = "the list is part of the program, and a test reads it")]
pub(super) static RULES: LazyLock<Rules> =
    LazyLock::new(|| Rules::parse(include_str!("rules.txt")).expect("the list can be read"));

/// What the lines under a heading are.
enum Section {
    Phrases(Meaning),
    List(String),
    Stops,
}

impl Rules {
    /// Reads the list; the error is the number of the first line that cannot be read.
    pub(super) fn parse(text: &str) -> Result<Self, usize> {
        let mut rules = Self::default();
        let mut lists = Lists::new();
        let mut section = None;
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default().trim();
            let read = if let Some(heading) = line.strip_prefix('[') {
                section = heading.strip_suffix(']').and_then(Section::parse);
                section.is_some()
            } else {
                line.is_empty() || rules.read(line, section.as_ref(), &mut lists).is_some()
            };
            if !read {
                return Err(number);
            }
        }
        Ok(rules)
    }

    /// The phrases that may begin with a word.
    pub(super) fn beginning_with(&self, ids: &[Id]) -> impl Iterator<Item = &(Phrase, Meaning)> {
        let indexes = ids.iter().filter_map(|id| self.by_first.get(id)).flatten();
        indexes.filter_map(|index| self.phrases.get(*index))
    }

    /// Whether a word ends a gap.
    pub(super) fn stops_gap(&self, ids: &[Id]) -> bool {
        ids.iter().any(|id| self.stops.contains(id))
    }

    fn read(&mut self, line: &str, section: Option<&Section>, lists: &mut Lists) -> Option<()> {
        match section? {
            Section::List(name) => {
                lists.entry(name.clone()).or_default().extend(self.ids(line)?);
            }
            Section::Stops => {
                let ids = self.ids(line)?;
                self.stops.extend(ids);
            }
            Section::Phrases(meaning) => {
                let phrase = Phrase::parse(line, lists, &mut self.vocabulary)?;
                for id in phrase.first() {
                    self.by_first.entry(*id).or_default().push(self.phrases.len());
                }
                self.phrases.push((phrase, *meaning));
            }
        }
        Some(())
    }

    fn ids(&mut self, line: &str) -> Option<Vec<Id>> {
        line.split_whitespace().map(|it| word(it, &mut self.vocabulary)).collect()
    }
}

impl Section {
    fn parse(heading: &str) -> Option<Self> {
        let meaning = match heading {
            "harmless" => Meaning::Harmless,
            "denial" => Meaning::Denial,
            "over" => Meaning::Over,
            "now" => Meaning::Now,
            "stops a gap" => return Some(Self::Stops),
            other => {
                if let Some(list) = other.strip_prefix("list ") {
                    return Some(Self::List(list.to_owned()));
                }
                let (name, when) = other.split_once(' ').unwrap_or((other, ""));
                let when = match when {
                    "" => When::Always,
                    "unless over" => When::UnlessOver,
                    "only now" => When::OnlyNow,
                    _ => return None,
                };
                Meaning::Emergency(name.parse().ok()?, when)
            }
        };
        Some(Self::Phrases(meaning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_read() {
        assert_eq!(Rules::parse(include_str!("rules.txt")).err(), None);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        for bad in ["@nobody hurt", "help? me", "..", "me ..", "[crime one day]", "a|b-c", "? y"] {
            let text = format!("[crime]\nhelp\n{bad}\n");
            assert_eq!(Rules::parse(&text).err(), Some(3), "{bad}");
        }
    }
}
