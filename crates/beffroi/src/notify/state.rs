//! What the deliverer must not forget: how far each recipient's stream was read, and what is still
//! to be delivered.
//!
//! A fact and the token that goes on after it are committed together, before the next message is
//! read; a delivery is removed only when its recipient has answered. A crash in between delivers
//! again with the same id, and loses nothing.

use std::path::{Path, PathBuf};

use redb::{
    Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, Table, TableDefinition,
    WriteTransaction,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The resume token of each recipient.
const TOKENS: TableDefinition<'_, &str, &str> = TableDefinition::new("tokens-v1");
/// What is to be delivered, by recipient and place: [`Delivery`].
const PENDING: TableDefinition<'_, Key<'_>, &[u8]> = TableDefinition::new("pending-v1");
/// What is not tried any more, by recipient and place: [`Parked`].
const PARKED: TableDefinition<'_, Key<'_>, &[u8]> = TableDefinition::new("parked-v1");

type Key<'a> = (&'a str, u64);

/// The state cannot be read or written.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// Another process has the file open.
    #[error("the state `{0}` is in use: is another `beffroi notify run` running on it?")]
    InUse(PathBuf),
    /// The file cannot be opened, read or written.
    #[error("the state of the deliverer failed")]
    Store(#[source] Box<redb::Error>),
    /// A row cannot be read: the file is damaged, or of a newer release.
    #[error("a row of the deliverer's state cannot be read")]
    Row,
}

impl<E: Into<redb::Error>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Store(Box::new(error.into()))
    }
}

/// Something to be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// The id of the fact.
    pub fact: String,
    /// What is sent: the same bytes each time.
    pub body: String,
    /// How often it was tried.
    pub attempts: u32,
    /// It is not tried before, in milliseconds since 1970.
    pub not_before_millis: i64,
}

/// Something that is not tried any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parked {
    /// What was to be delivered.
    pub delivery: Delivery,
    /// Why the last attempt failed: `http_503`, `timeout`, `unreachable`.
    pub problem: String,
    /// When it was parked, in milliseconds since 1970.
    pub at_millis: i64,
}

/// The id by which a recipient knows what it is sent, and by which it is retried.
pub(crate) fn webhook_id(fact: &str, recipient: &str) -> String {
    format!("{fact}_{recipient}")
}

/// The file.
#[derive(Debug)]
pub(crate) struct State {
    database: Database,
}

impl State {
    /// Opens or creates the file.
    pub(crate) fn open(file: &Path) -> Result<Self, Error> {
        let database = Database::create(file).map_err(|error| {
            if matches!(error, DatabaseError::DatabaseAlreadyOpen) {
                Error::InUse(file.to_owned())
            } else {
                Error::from(error)
            }
        })?;
        let txn = database.begin_write()?;
        txn.open_table(TOKENS)?;
        txn.open_table(PENDING)?;
        txn.open_table(PARKED)?;
        txn.commit()?;
        Ok(Self { database })
    }

    /// Where a recipient's stream goes on; empty: from the first fact on.
    pub(crate) fn token(&self, recipient: &str) -> Result<String, Error> {
        let tokens = self.database.begin_read()?.open_table(TOKENS)?;
        Ok(tokens.get(recipient)?.map(|it| it.value().to_owned()).unwrap_or_default())
    }

    /// Moves a recipient's stream on.
    pub(crate) fn pass(&self, recipient: &str, token: &str) -> Result<(), Error> {
        let txn = self.database.begin_write()?;
        txn.open_table(TOKENS)?.insert(recipient, token)?;
        Ok(txn.commit()?)
    }

    /// Adds something to be delivered and moves the stream on, in one step.
    pub(crate) fn add(&self, recipient: &str, it: &Delivery, token: &str) -> Result<(), Error> {
        let txn = self.database.begin_write()?;
        let place = last(&txn.open_table(PENDING)?, recipient)?
            .max(last(&txn.open_table(PARKED)?, recipient)?)
            + 1;
        put(&mut txn.open_table(PENDING)?, (recipient, place), it)?;
        txn.open_table(TOKENS)?.insert(recipient, token)?;
        Ok(txn.commit()?)
    }

    /// How much waits for a recipient, counted up to `most`.
    pub(crate) fn waiting(&self, recipient: &str, most: usize) -> Result<usize, Error> {
        let pending = self.database.begin_read()?.open_table(PENDING)?;
        Ok(pending.range((recipient, 0)..=(recipient, u64::MAX))?.take(most).count())
    }

    /// What is to be delivered to a recipient next, with its place.
    pub(crate) fn head(&self, recipient: &str) -> Result<Option<(u64, Delivery)>, Error> {
        let pending = self.database.begin_read()?.open_table(PENDING)?;
        let first = pending.range((recipient, 0)..=(recipient, u64::MAX))?.next();
        let Some(row) = first else { return Ok(None) };
        let (key, row) = row?;
        Ok(Some((key.value().1, read(row.value())?)))
    }

    /// It was delivered.
    pub(crate) fn delivered(&self, key: Key<'_>) -> Result<(), Error> {
        let txn = self.database.begin_write()?;
        txn.open_table(PENDING)?.remove(key)?;
        Ok(txn.commit()?)
    }

    /// It was tried, and is tried again.
    pub(crate) fn tried(&self, key: Key<'_>, it: &Delivery) -> Result<(), Error> {
        let txn = self.database.begin_write()?;
        put(&mut txn.open_table(PENDING)?, key, it)?;
        Ok(txn.commit()?)
    }

    /// It is not tried any more.
    pub(crate) fn park(&self, key: Key<'_>, it: &Parked) -> Result<(), Error> {
        let txn = self.database.begin_write()?;
        txn.open_table(PENDING)?.remove(key)?;
        put(&mut txn.open_table(PARKED)?, key, it)?;
        Ok(txn.commit()?)
    }

    /// Everything that is parked, by recipient and in the order of the log.
    pub(crate) fn parked(&self) -> Result<Vec<(String, Parked)>, Error> {
        let parked = self.database.begin_read()?.open_table(PARKED)?;
        let rows = parked.iter()?.map(|row| {
            let (key, row) = row?;
            Ok((key.value().0.to_owned(), read(row.value())?))
        });
        rows.collect()
    }

    /// Lets what is parked be tried again from the beginning, where it was in the order: one by its
    /// id, or all. Gives the ids.
    pub(crate) fn retry(&self, id: Option<&str>) -> Result<Vec<String>, Error> {
        let txn = self.database.begin_write()?;
        let released = release(&txn, id)?;
        txn.commit()?;
        Ok(released)
    }
}

fn release(txn: &WriteTransaction, id: Option<&str>) -> Result<Vec<String>, Error> {
    let mut parked = txn.open_table(PARKED)?;
    let mut pending = txn.open_table(PENDING)?;
    let mut found = Vec::new();
    for row in parked.iter()? {
        let (key, row) = row?;
        let (recipient, place) = key.value();
        let it: Parked = read(row.value())?;
        let its_id = webhook_id(&it.delivery.fact, recipient);
        if id.is_none_or(|id| id == its_id) {
            found.push((recipient.to_owned(), place, its_id, it.delivery));
        }
    }
    let mut ids = Vec::new();
    for (recipient, place, id, delivery) in found {
        let key = (recipient.as_str(), place);
        parked.remove(key)?;
        put(&mut pending, key, &Delivery { attempts: 0, not_before_millis: 0, ..delivery })?;
        ids.push(id);
    }
    Ok(ids)
}

fn last(table: &Table<'_, Key<'static>, &'static [u8]>, recipient: &str) -> Result<u64, Error> {
    let last = table.range((recipient, 0)..=(recipient, u64::MAX))?.next_back();
    Ok(last.transpose()?.map_or(0, |(key, _)| key.value().1))
}

fn put<T: Serialize>(
    table: &mut Table<'_, Key<'static>, &'static [u8]>,
    key: Key<'_>,
    row: &T,
) -> Result<(), Error> {
    let row = serde_json::to_vec(row).map_err(|_| Error::Row)?;
    table.insert(key, row.as_slice())?;
    Ok(())
}

fn read<T: DeserializeOwned>(row: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(row).map_err(|_| Error::Row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(fact: &str) -> Delivery {
        let body = format!("{{\"id\":\"{fact}\"}}");
        Delivery { fact: fact.to_owned(), body, attempts: 0, not_before_millis: 0 }
    }

    fn parked(fact: &str) -> Parked {
        Parked { delivery: delivery(fact), problem: "http_410".to_owned(), at_millis: 7 }
    }

    fn head(state: &State, recipient: &str) -> Option<(u64, String)> {
        state.head(recipient).expect("read").map(|(place, it)| (place, it.fact))
    }

    #[test]
    fn each_recipient_has_an_order_and_a_token_of_its_own() {
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("state.redb");
        let state = State::open(&file).expect("opened");
        assert!(matches!(State::open(&file), Err(Error::InUse(_))));
        for (recipient, fact, token) in [("a", "1", "t1"), ("ab", "1", "t1"), ("a", "2", "t2")] {
            state.add(recipient, &delivery(fact), token).expect("added");
        }
        state.pass("ab", "t9").expect("passed");
        drop(state);
        let state = State::open(&file).expect("opened again");
        assert_eq!(state.token("a").expect("read"), "t2");
        assert_eq!(state.token("ab").expect("read"), "t9");
        assert_eq!(state.token("b").expect("read"), "");
        assert_eq!(head(&state, "a"), Some((1, "1".to_owned())));
        state.delivered(("a", 1)).expect("delivered");
        assert_eq!(head(&state, "a"), Some((2, "2".to_owned())));
        assert_eq!(state.waiting("a", 9).expect("read"), 1);
        assert_eq!(head(&state, "ab"), Some((1, "1".to_owned())));
    }

    #[test]
    fn what_is_parked_comes_back_where_it_was() {
        let folder = tempfile::tempdir().expect("a directory");
        let state = State::open(&folder.path().join("state.redb")).expect("opened");
        for fact in ["1", "2", "3"] {
            state.add("a", &delivery(fact), "t").expect("added");
        }
        state.park(("a", 1), &parked("1")).expect("parked");
        state.park(("a", 2), &parked("2")).expect("parked");
        assert_eq!(head(&state, "a"), Some((3, "3".to_owned())));
        assert_eq!(state.parked().expect("read").len(), 2);
        assert!(state.retry(Some("2_b")).expect("none").is_empty());
        assert_eq!(state.retry(Some("2_a")).expect("one"), ["2_a"]);
        assert_eq!(head(&state, "a"), Some((2, "2".to_owned())));
        assert_eq!(state.retry(None).expect("all"), ["1_a"]);
        assert_eq!(head(&state, "a"), Some((1, "1".to_owned())));
    }
}
