//! The contract on the embedded journal, and what only a file can meet.

use beffroi_journal::{Error, Journal};

use crate::cases::contract;
use crate::subject::Subject;

contract!(Subject::embedded);

#[test]
fn a_file_in_use_is_not_opened_twice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.redb");
    let journal = Journal::open_embedded(&path).unwrap();
    assert!(matches!(Journal::open_embedded(&path), Err(Error::Locked { .. })));
    drop(journal);
    Journal::open_embedded(&path).unwrap();
}

#[test]
fn a_file_whose_creation_was_cut_short_is_created_again() {
    for content in ["", "\0\0\0\0"] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log.redb");
        std::fs::write(directory.path().join("log.redb.new"), content.repeat(4096)).unwrap();
        drop(Journal::open_embedded(&path).unwrap());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        Journal::open_embedded(&path).unwrap();
    }
}

#[test]
fn a_file_of_another_kind_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.redb");
    std::fs::write(&path, "a letter to the mayor\n".repeat(1000)).unwrap();
    let outcome = Journal::open_embedded(&path);
    assert!(matches!(outcome, Err(Error::NotAJournal { .. })), "{outcome:?}");
}

#[test]
fn another_redb_file_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.redb");
    write_meta(&path, "other", 1);
    let outcome = Journal::open_embedded(&path);
    assert!(matches!(outcome, Err(Error::NotAJournal { .. })), "{outcome:?}");
}

#[test]
fn a_file_of_a_later_format_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.redb");
    write_meta(&path, "meta", 2);
    let outcome = Journal::open_embedded(&path);
    assert!(matches!(outcome, Err(Error::Format { found: 2, needed: 1, .. })), "{outcome:?}");
}

fn write_meta(path: &std::path::Path, table: &str, format: u64) {
    let database = redb::Database::create(path).unwrap();
    let txn = database.begin_write().unwrap();
    let table = redb::TableDefinition::<&str, &[u8]>::new(table);
    txn.open_table(table).unwrap().insert("format", format.to_le_bytes().as_slice()).unwrap();
    txn.commit().unwrap();
}
