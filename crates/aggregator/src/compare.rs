//! Comparing two projections, table by table, key by key.

use crate::schema::{EachTable, REQUEST_IDS, each_table};
use crate::snapshot::Snapshot;
use crate::store::Error;
use redb::{Key, ReadableTable, TableDefinition, TableHandle, Value};
use std::cmp::Ordering;
use std::fmt;

/// A row that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The key.
    pub key: String,
    /// How they differ.
    pub how: How,
}

/// How two projections differ in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The checked one lacks it.
    Missing,
    /// Only the checked one has it.
    Unexpected,
    /// Both have it, with another content.
    Changed,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.how {
            How::Missing => "is missing",
            How::Unexpected => "should not be there",
            How::Changed => "has another content",
        };
        write!(f, "table `{}`, key {}: {how}", self.table, self.key)
    }
}

/// The rows in which `checked` differs from `expected`, at most `max`.
pub fn compare(
    expected: &Snapshot,
    checked: &Snapshot,
    max: usize,
) -> Result<Vec<Difference>, Error> {
    let mut compare = Compare { expected, checked, max, found: Vec::new() };
    each_table(&mut compare)?;
    Ok(compare.found)
}

/// How many requests have another number in `new` than they had in `old`.
pub fn renumbered(old: &Snapshot, new: &Snapshot) -> Result<u64, Error> {
    let (before, after) = (old.table(REQUEST_IDS)?, new.table(REQUEST_IDS)?);
    let mut count = 0;
    for row in before.iter()? {
        let (id, ordinal) = row?;
        let ordinal = ordinal.value();
        let Some(now) = after.get(id.value())?.map(|it| it.value()) else { continue };
        // Numbers are given in the order of arrival.
        if now != ordinal && old.request_at(ordinal)?.number != new.request_at(now)?.number {
            count += 1;
        }
    }
    Ok(count)
}

struct Compare<'a> {
    expected: &'a Snapshot,
    checked: &'a Snapshot,
    max: usize,
    found: Vec<Difference>,
}

impl EachTable for Compare<'_> {
    type Error = Error;

    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), Error> {
        let (expected, checked) = (self.expected.table(table)?, self.checked.table(table)?);
        let (mut left, mut right) = (expected.iter()?, checked.iter()?);
        let (mut one, mut other) = (left.next().transpose()?, right.next().transpose()?);
        while self.found.len() < self.max {
            let (how, key) = match (&one, &other) {
                (None, None) => break,
                (Some((key, _)), None) => (Some(How::Missing), format!("{:?}", key.value())),
                (None, Some((key, _))) => (Some(How::Unexpected), format!("{:?}", key.value())),
                (Some((a, before)), Some((b, after))) => {
                    let (a, b) = (a.value(), b.value());
                    match K::compare(K::as_bytes(&a).as_ref(), K::as_bytes(&b).as_ref()) {
                        Ordering::Less => (Some(How::Missing), format!("{a:?}")),
                        Ordering::Greater => (Some(How::Unexpected), format!("{b:?}")),
                        Ordering::Equal => {
                            let (before, after) = (before.value(), after.value());
                            let same =
                                V::as_bytes(&before).as_ref() == V::as_bytes(&after).as_ref();
                            ((!same).then_some(How::Changed), format!("{a:?}"))
                        }
                    }
                }
            };
            if how != Some(How::Unexpected) {
                one = left.next().transpose()?;
            }
            if how != Some(How::Missing) {
                other = right.next().transpose()?;
            }
            if let Some(how) = how {
                self.found.push(Difference { table: table.name().to_owned(), key, how });
            }
        }
        Ok(())
    }
}
