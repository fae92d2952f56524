//! TOML that is read value by value: whatever is wrong is noted, and reading goes on.

use super::defect::{Expected, FileDefect, FileFlaw};
use beffroi_domain::catalogue::{Bilingual, Part, Words};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value of a file, and where it stands.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// A file while it is read.
pub(super) struct Document<'a> {
    path: &'a Path,
    /// Where each line begins.
    lines: Vec<usize>,
    notes: &'a mut Notes,
}

/// What was found in all files.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) defects: Vec<FileDefect>,
    /// The file and the line of each part and key.
    pub(super) lines: HashMap<(Part, &'static str), (usize, usize)>,
    /// Parts and keys that are known to be wrong: nothing more is said of them.
    pub(super) wrong: HashSet<(Part, &'static str)>,
    /// Parts of which something is known to be wrong: what is missing may be just that.
    pub(super) wrong_parts: HashSet<Part>,
    /// The place of the file that is read, among all files.
    pub(super) file: usize,
}

/// A table while it is read: one part of the catalogue.
pub(super) struct Entry<'a, 'd> {
    table: &'a DeTable<'a>,
    part: Part,
    span: Range<usize>,
    pub(super) document: &'a mut Document<'d>,
}

impl<'d> Document<'d> {
    pub(super) fn new(path: &'d Path, text: &str, notes: &'d mut Notes) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { path, lines, notes }
    }

    /// The line of a place in the file, from 1.
    fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|begins| *begins <= at).max(1)
    }

    pub(super) fn defect(&mut self, at: Range<usize>, key: &str, flaw: FileFlaw) {
        self.notes.defects.push(FileDefect {
            file: self.path.to_owned(),
            line: Some(self.line(at.start)),
            place: String::new(),
            key: key.to_owned(),
            flaw,
        });
    }

    /// Begins to read a table. Keys that do not stand there are noted.
    pub(super) fn entry<'a>(
        &'a mut self,
        (part, table): (Part, &'a DeTable<'a>),
        at: Range<usize>,
        known: &'static [&'static str],
    ) -> Entry<'a, 'd> {
        let file = self.notes.file;
        let line = self.line(at.start);
        // A table within it is a part of it: the line is that of the first.
        self.notes.lines.entry((part, "")).or_insert((file, line));
        for (key, _) in table {
            match known.iter().find(|it| **it == key.get_ref().as_ref()) {
                Some(known) => {
                    let line = self.line(key.span().start);
                    self.notes.lines.insert((part, known), (file, line));
                }
                None => self.defect(key.span(), key.get_ref(), FileFlaw::UnknownKey(known)),
            }
        }
        Entry { table, part, span: at, document: self }
    }
}

impl<'a> Entry<'a, '_> {
    pub(super) fn part(&self) -> Part {
        self.part
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    fn value(&self, key: &str) -> Option<&'a Value<'a>> {
        self.table.get(key)
    }

    fn wrong(&mut self, key: &'static str, at: Range<usize>, flaw: FileFlaw) {
        self.document.notes.wrong.insert((self.part, key));
        self.document.notes.wrong_parts.insert(self.part);
        self.document.defect(at, key, flaw);
    }

    /// The value as `read` takes it, or nothing with a note that it is of the wrong type.
    fn typed<T>(
        &mut self,
        key: &'static str,
        expected: Expected,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            self.wrong(key, value.span(), FileFlaw::WrongType(expected));
        }
        read
    }

    pub(super) fn text(&mut self, key: &'static str) -> String {
        self.typed(key, Expected::Text, text).unwrap_or_default()
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        self.typed(key, Expected::Texts, texts).unwrap_or_default()
    }

    /// The codes of a test: a list that says nothing would let anything pass.
    pub(super) fn codes(&mut self, key: &'static str) -> Vec<String> {
        let codes = self.typed(key, Expected::Texts, texts);
        if let Some(value) = self.value(key).filter(|_| codes.as_ref().is_some_and(Vec::is_empty)) {
            self.wrong(key, value.span(), FileFlaw::EmptyList);
        }
        codes.unwrap_or_default()
    }

    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        self.typed(key, Expected::Boolean, DeValue::as_bool)
    }

    pub(super) fn count(&mut self, key: &'static str) -> Option<u32> {
        self.typed(key, Expected::Count, |it| {
            let number = it.as_integer()?;
            u32::from_str_radix(number.as_str(), number.radix()).ok()
        })
    }

    /// Some counts.
    pub(super) fn counts(&mut self, key: &'static str) -> Option<Vec<u32>> {
        self.typed(key, Expected::Counts, |it| {
            let count = |it: &DeValue<'_>| {
                let number = it.as_integer()?;
                u32::from_str_radix(number.as_str(), number.radix()).ok()
            };
            it.as_array()?.iter().map(|it| count(it.get_ref())).collect()
        })
    }

    /// Notes what is wrong with a key, whether or not it is there.
    pub(super) fn flawed(&mut self, key: &'static str, flaw: FileFlaw) {
        let at = self.value(key).map_or_else(|| self.span.clone(), Spanned::span);
        self.wrong(key, at, flaw);
    }

    /// A number, in thousandths.
    pub(super) fn number(&mut self, key: &'static str) -> Option<i64> {
        self.typed(key, Expected::Number, |it| match it.as_integer() {
            Some(number) => {
                let number = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
                number.checked_mul(1000)
            }
            None => thousandths(it.as_float()?.as_str()),
        })
    }

    /// A text in both languages.
    pub(super) fn words(&mut self, key: &'static str) -> Words {
        self.typed(key, Expected::Words, |it| pair(it, text)).unwrap_or_default()
    }

    pub(super) fn synonyms(&mut self, key: &'static str) -> Bilingual<Vec<String>> {
        self.typed(key, Expected::Synonyms, |it| pair(it, texts)).unwrap_or_default()
    }

    /// One of the words that stand there.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        (names, words): (&'static [&'static str], &[T]),
    ) -> Option<T> {
        let name = self.typed(key, Expected::Text, text)?;
        let word = names.iter().zip(words).find(|(it, _)| **it == name).map(|(_, it)| *it);
        if let Some(value) = self.value(key).filter(|_| word.is_none()) {
            self.wrong(key, value.span(), FileFlaw::UnknownWord(names));
        }
        word
    }

    /// A table of its own.
    pub(super) fn table(&mut self, key: &'static str) -> Option<(&'a DeTable<'a>, Range<usize>)> {
        let table = self.typed(key, Expected::Table, DeValue::as_table)?;
        Some((table, self.value(key)?.span()))
    }

    /// The tables of a list; those that are none are noted.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<(&'a DeTable<'a>, Range<usize>)> {
        let values = self.typed(key, Expected::Tables, DeValue::as_array);
        let mut tables = Vec::new();
        for value in values.into_iter().flat_map(|it| it.iter()) {
            match value.get_ref().as_table() {
                Some(table) => tables.push((table, value.span())),
                None => self.wrong(key, value.span(), FileFlaw::WrongType(Expected::Table)),
            }
        }
        tables
    }
}

fn text(value: &DeValue<'_>) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|it| text(it.get_ref())).collect()
}

/// What stands under `fr` and `en`, and nothing else; one of them may be missing.
fn pair<T: Default>(
    value: &DeValue<'_>,
    read: impl Fn(&DeValue<'_>) -> Option<T>,
) -> Option<Bilingual<T>> {
    let table = value.as_table()?;
    let mut pair = Bilingual::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "fr" => pair.french = read(value.get_ref())?,
            "en" => pair.english = read(value.get_ref())?,
            _ => return None,
        }
    }
    Some(pair)
}

/// A decimal number in thousandths, exactly.
fn thousandths(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let decimals = decimals.trim_end_matches('0');
    let all_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 3 || !all_digits(whole) || !all_digits(decimals) {
        return None;
    }
    let whole = whole.parse::<i64>().ok()?.checked_mul(1000)?;
    let thousandths = whole.checked_add(format!("{decimals:0<3}").parse().ok()?)?;
    Some(if negative { -thousandths } else { thousandths })
}

#[cfg(test)]
mod tests {
    use super::thousandths;

    #[test]
    fn decimals_are_kept_exactly() {
        assert_eq!(thousandths("0.1"), Some(100));
        assert_eq!(thousandths("-12.3450"), Some(-12_345));
        assert_eq!(thousandths("+7.0"), Some(7_000));
        for text in ["0.0001", "1e3", "inf", "nan", "-nan", "9223372036854775.808", ".5"] {
            assert_eq!(thousandths(text), None, "{text}");
        }
    }
}
