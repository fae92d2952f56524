//! Projections as other releases would have left them.

#![expect(clippy::indexing_slicing, reason = "a row has a version, or the test fails")]

use beffroi_aggregator::{Projections, QuarantineRow, SetAside};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use std::path::{Path, PathBuf};

/// The file of another version.
pub(crate) fn older(directory: &Path, version: u8) -> PathBuf {
    directory.join(format!("projections-v{version}.redb"))
}

/// Version and bytes of the rows of a table by name.
type Rows<K> = TableDefinition<'static, K, &'static [u8]>;

const META: Rows<&str> = TableDefinition::new("meta");
const QUARANTINE: Rows<u64> = TableDefinition::new("quarantine");
const REQUESTS: Rows<u64> = TableDefinition::new("requests");

pub(crate) fn rewrite_quarantine(file: &Path, change: impl Fn(&mut QuarantineRow)) {
    let database = Database::open(file).unwrap();
    let txn = database.begin_write().unwrap();
    {
        let mut table = txn.open_table(QUARANTINE).unwrap();
        let rows: Vec<(u64, Vec<u8>)> = table
            .iter()
            .unwrap()
            .map(|row| row.map(|(at, row)| (at.value(), row.value().to_vec())).unwrap())
            .collect();
        for (at, bytes) in rows {
            let mut row: QuarantineRow = postcard::from_bytes(&bytes[1..]).unwrap();
            change(&mut row);
            let bytes = postcard::to_extend(&row, vec![bytes[0]]).unwrap();
            table.insert(at, bytes.as_slice()).unwrap();
        }
    }
    txn.commit().unwrap();
}

/// Takes the regimes out of projections.
pub(crate) fn forget_regimes(file: &Path) {
    let database = Database::open(file).unwrap();
    let txn = database.begin_write().unwrap();
    txn.open_table(META).unwrap().remove("regimes").unwrap();
    txn.commit().unwrap();
}

/// The versions of the checkpoint and of the first request.
pub(crate) fn first_bytes(directory: &Path) -> (u8, u8) {
    // The file is open: what is on the disk is looked at in a copy.
    let copy = directory.join("copy.redb");
    std::fs::copy(older(directory, 6), &copy).unwrap();
    let database = Database::open(&copy).unwrap();
    let txn = database.begin_read().unwrap();
    let checkpoint = txn.open_table(META).unwrap().get("checkpoint").unwrap().unwrap().value()[0];
    let request = txn.open_table(REQUESTS).unwrap().get(0).unwrap().unwrap().value()[0];
    std::fs::remove_file(copy).unwrap();
    (checkpoint, request)
}

/// Makes of the projections in `directory` what version 6 would have written.
pub(crate) fn as_version_6(directory: &Path) {
    let place = older(directory, 6);
    std::fs::rename(Projections::file(directory), &place).unwrap();
    let database = Database::open(&place).unwrap();
    let txn = database.begin_write().unwrap();
    age(&txn, META);
    age(&txn, REQUESTS);
    for table in ["events", "catalogues", "calendars", "breaches", "planned"] {
        age::<u64>(&txn, TableDefinition::new(table));
    }
    age::<u128>(&txn, TableDefinition::new("citizens"));
    age::<(i64, u64)>(&txn, TableDefinition::new("contact_times"));
    age::<(&str, u8, i32)>(&txn, TableDefinition::new("levels"));
    {
        let mut table = txn.open_table(QUARANTINE).unwrap();
        let firsts = TableDefinition::<u128, u64>::new("quarantined");
        let mut firsts = txn.open_table(firsts).unwrap();
        let rows: Vec<(u64, Vec<u8>)> = table
            .iter()
            .unwrap()
            .map(|row| row.map(|(at, row)| (at.value(), row.value().to_vec())).unwrap())
            .collect();
        for (at, bytes) in rows {
            let row: QuarantineRow = postcard::from_bytes(&bytes[1..]).unwrap();
            let reason = match row.why {
                SetAside::Fails(reason) => {
                    if let Some(aggregate) = row.aggregate {
                        firsts.insert(aggregate, at).unwrap();
                    }
                    reason
                }
                SetAside::Waits => {
                    "an earlier event of the same aggregate is in quarantine".to_owned()
                }
            };
            let row6 = postcard::to_extend(&(row.subject, reason), vec![6]).unwrap();
            table.insert(at, row6.as_slice()).unwrap();
        }
    }
    let queue = TableDefinition::<(u128, u64), ()>::new("quarantine_queue");
    txn.delete_table(queue).unwrap();
    let late = TableDefinition::<(u64, u64), &[u8]>::new("late_breaches");
    txn.delete_table(late).unwrap();
    txn.commit().unwrap();
}

fn age<K: redb::Key + 'static>(txn: &redb::WriteTransaction, table: Rows<K>) {
    let mut table = txn.open_table(table).unwrap();
    let mut aged = Vec::new();
    for row in table.iter().unwrap() {
        let (key, row) = row.unwrap();
        let key = K::as_bytes(&key.value()).as_ref().to_vec();
        let mut row = row.value().to_vec();
        assert_eq!(row[0], 7);
        row[0] = 6;
        aged.push((key, row));
    }
    for (key, row) in aged {
        table.insert(K::from_bytes(&key), row.as_slice()).unwrap();
    }
}
