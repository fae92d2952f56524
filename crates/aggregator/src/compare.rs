//! Comparing two projections, table by table, key by key.

use crate::schema;
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
    let mut found = Vec::new();
    let pair = (expected, checked);
    compare_table(pair, schema::META, max, &mut found)?;
    compare_table(pair, schema::REQUESTS, max, &mut found)?;
    compare_table(pair, schema::REQUEST_IDS, max, &mut found)?;
    compare_table(pair, schema::NUMBERS, max, &mut found)?;
    compare_table(pair, schema::EVENTS, max, &mut found)?;
    compare_table(pair, schema::CITIZENS, max, &mut found)?;
    compare_table(pair, schema::IDENTIFIERS, max, &mut found)?;
    compare_table(pair, schema::CATALOGUES, max, &mut found)?;
    compare_table(pair, schema::CALENDARS, max, &mut found)?;
    compare_table(pair, schema::SAVES, max, &mut found)?;
    compare_table(pair, schema::CONTACTS, max, &mut found)?;
    compare_table(pair, schema::CONTACT_TIMES, max, &mut found)?;
    compare_table(pair, schema::CONTACT_ARRIVALS, max, &mut found)?;
    compare_table(pair, schema::ALARMS, max, &mut found)?;
    compare_table(pair, schema::ACTIVE_POINTS, max, &mut found)?;
    compare_table(pair, schema::ACTIVE_BOROUGHS, max, &mut found)?;
    compare_table(pair, schema::LEVELS, max, &mut found)?;
    compare_table(pair, schema::BREACHES, max, &mut found)?;
    compare_table(pair, schema::PLANNED, max, &mut found)?;
    compare_table(pair, schema::REQUEST_VOLUMES, max, &mut found)?;
    compare_table(pair, schema::CONTACT_VOLUMES, max, &mut found)?;
    compare_table(pair, schema::SUBJECTS, max, &mut found)?;
    compare_table(pair, schema::QUARANTINE, max, &mut found)?;
    compare_table(pair, schema::QUARANTINED, max, &mut found)?;
    Ok(found)
}

fn compare_table<K: Key + 'static, V: Value + 'static>(
    (expected, checked): (&Snapshot, &Snapshot),
    table: TableDefinition<'_, K, V>,
    max: usize,
    found: &mut Vec<Difference>,
) -> Result<(), Error> {
    let (expected, checked) = (expected.table(table)?, checked.table(table)?);
    let (mut left, mut right) = (expected.iter()?, checked.iter()?);
    let (mut one, mut other) = (left.next().transpose()?, right.next().transpose()?);
    while found.len() < max {
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
                        let same = V::as_bytes(&before).as_ref() == V::as_bytes(&after).as_ref();
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
            found.push(Difference { table: table.name().to_owned(), key, how });
        }
    }
    Ok(())
}
