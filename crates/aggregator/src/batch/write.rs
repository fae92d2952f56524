//! Writing a batch: every changed row once, in key order.

use super::Batch;
use crate::places::{self, Placed};
use crate::schema::{self, CitizenRow, PlannedRow, RequestRow, VolumeKey, code, to_row};
use crate::store::Error;
use beffroi_domain::Alarm;
use redb::{ReadableTable, WriteTransaction};
use std::borrow::Borrow;
use std::collections::BTreeMap;

impl Batch {
    /// Writes every changed row once, in key order, and the checkpoint.
    pub(crate) fn write(self, txn: &WriteTransaction) -> Result<(), Error> {
        self.write_requests(txn)?;
        put_all(&mut txn.open_table(schema::REQUEST_IDS)?, &self.ids)?;
        put_all(&mut txn.open_table(schema::NUMBERS)?, &self.numbers)?;
        put_all(&mut txn.open_table(schema::CONTACTS)?, &self.contacts)?;
        put_all(&mut txn.open_table(schema::CONTACT_ARRIVALS)?, &self.contact_arrivals)?;
        put_all(&mut txn.open_table(schema::SUBJECTS)?, &self.subjects)?;
        put_rows(&mut txn.open_table(schema::EVENTS)?, &self.events)?;
        put_rows(&mut txn.open_table(schema::BREACHES)?, &self.breaches)?;
        self.write_quarantine(txn)?;
        let mut citizens = txn.open_table(schema::CITIZENS)?;
        let empty = CitizenRow::default();
        for (key, row) in self.citizens.iter().filter(|(_, row)| **row != empty) {
            citizens.insert(key, to_row(row).map_err(Error::Encode)?.as_slice())?;
        }
        let mut levels = txn.open_table(schema::LEVELS)?;
        for ((code, length, day), row) in &self.levels {
            let row = to_row(row).map_err(Error::Encode)?;
            levels.insert((code.as_str(), *length, *day), row.as_slice())?;
        }
        let mut catalogues = txn.open_table(schema::CATALOGUES)?;
        for (version, row) in &self.catalogues {
            catalogues.insert(version, to_row(row).map_err(Error::Encode)?.as_slice())?;
        }
        let mut calendars = txn.open_table(schema::CALENDARS)?;
        for (version, row) in &self.calendars {
            calendars.insert(version, to_row(row).map_err(Error::Encode)?.as_slice())?;
        }
        let mut identifiers = txn.open_table(schema::IDENTIFIERS)?;
        for (key, holder) in &self.identifiers {
            match holder {
                Some(citizen) => identifiers.insert(*key, *citizen)?,
                None => identifiers.remove(*key)?,
            };
        }
        let mut times = txn.open_table(schema::CONTACT_TIMES)?;
        for (key, row) in &self.contact_times {
            times.insert(key, row.as_slice())?;
        }
        let mut volumes = txn.open_table(schema::CONTACT_VOLUMES)?;
        for (key, added) in &self.contact_volumes {
            let before = volumes.get(key)?.map_or(0, |it| it.value());
            volumes.insert(key, before + added)?;
        }
        let mut meta = txn.open_table(schema::META)?;
        if let Some(regimes) = &self.regimes {
            meta.insert("regimes", to_row(regimes).map_err(Error::Encode)?.as_slice())?;
        }
        put_all(&mut txn.open_table(schema::SAVES)?, &self.saves)?;
        if let Some(key) = &self.identifier_key {
            meta.insert("identifier_key", to_row(key).map_err(Error::Encode)?.as_slice())?;
        }
        let checkpoint = to_row(&self.checkpoint).map_err(Error::Encode)?;
        meta.insert("checkpoint", checkpoint.as_slice())?;
        Ok(())
    }

    fn write_quarantine(&self, txn: &WriteTransaction) -> Result<(), Error> {
        let mut late = txn.open_table(schema::LATE_BREACHES)?;
        for (key, row) in &self.late_breaches {
            late.insert(*key, row.as_slice())?;
        }
        let mut quarantine = txn.open_table(schema::QUARANTINE)?;
        for (sequence, row) in &self.quarantine {
            match row {
                Some(row) => {
                    quarantine.insert(sequence, to_row(row).map_err(Error::Encode)?.as_slice())?
                }
                None => quarantine.remove(sequence)?,
            };
        }
        let mut queue = txn.open_table(schema::QUARANTINE_QUEUE)?;
        for (key, is_held) in &self.queue {
            if *is_held {
                queue.insert(*key, ())?;
            } else {
                queue.remove(*key)?;
            }
        }
        Ok(())
    }

    fn write_requests(&self, txn: &WriteTransaction) -> Result<(), Error> {
        let mut ordinals: Vec<&u64> = self.requests.keys().collect();
        ordinals.sort_unstable();
        let touched = ordinals.into_iter().filter_map(|it| Some((*it, self.requests.get(it)?)));
        let mut requests = txn.open_table(schema::REQUESTS)?;
        let mut gone = Vec::new();
        let mut come = Vec::new();
        let mut planned = txn.open_table(schema::PLANNED)?;
        let mut moved = Vec::new();
        let mut volumes: BTreeMap<VolumeKey, i64> = BTreeMap::new();
        for (ordinal, touched) in touched {
            let row = to_row(&touched.row).map_err(Error::Encode)?;
            requests.insert(ordinal, row.as_slice())?;
            let key = |alarm: &Alarm| (alarm.at.micros(), ordinal, alarm.promise);
            let silenced = self.is_quarantined(touched.row.request.id.uuid())?;
            let alarms = touched.row.request.alarms().filter(|_| !silenced);
            let alarms: Vec<Alarm> = alarms.collect();
            let before = &touched.alarms_before;
            gone.extend(before.iter().filter(|it| !alarms.contains(it)).map(key));
            come.extend(alarms.iter().filter(|it| !before.contains(it)).map(key));
            match PlannedRow::of(&touched.row.request) {
                now if now == touched.planned_before => {}
                Some(now) => {
                    planned.insert(ordinal, to_row(&now).map_err(Error::Encode)?.as_slice())?;
                }
                None => {
                    planned.remove(ordinal)?;
                }
            }
            let placed = Placed::of(&touched.row.request);
            if touched.placed_before != placed {
                moved.push((ordinal, touched.placed_before.clone(), placed));
            }
            let now = volume_key(&touched.row);
            if touched.counted_before.as_ref() != Some(&now) {
                if let Some(before) = &touched.counted_before {
                    *volumes.entry(before.clone()).or_default() -= 1;
                }
                *volumes.entry(now).or_default() += 1;
            }
        }
        write_alarms(txn, gone, come)?;
        places::write(txn, &moved)?;
        write_volumes(txn, &volumes)
    }
}

type AlarmKey = (i64, u64, u16);

fn write_alarms(
    txn: &WriteTransaction,
    mut gone: Vec<AlarmKey>,
    mut come: Vec<AlarmKey>,
) -> Result<(), Error> {
    gone.sort_unstable();
    come.sort_unstable();
    let mut alarms = txn.open_table(schema::ALARMS)?;
    for key in gone {
        alarms.remove(key)?;
    }
    for key in come {
        alarms.insert(key, ())?;
    }
    Ok(())
}

fn write_volumes(txn: &WriteTransaction, changes: &BTreeMap<VolumeKey, i64>) -> Result<(), Error> {
    let mut volumes = txn.open_table(schema::REQUEST_VOLUMES)?;
    for (key, change) in changes {
        let VolumeKey { channel, product, status } = key;
        let key = (code::of_channel(*channel), product.as_str(), code::of_status(*status));
        let before = volumes.get(key)?.map_or(0, |it| it.value());
        match before.saturating_add_signed(*change) {
            0 => {
                volumes.remove(key)?;
            }
            after => {
                volumes.insert(key, after)?;
            }
        }
    }
    Ok(())
}

pub(super) fn volume_key(row: &RequestRow) -> VolumeKey {
    VolumeKey {
        channel: row.request.channel,
        product: row.request.product.to_string(),
        status: row.request.status,
    }
}

fn put_all<K, V>(table: &mut redb::Table<'_, K, V>, rows: &BTreeMap<K, V>) -> Result<(), Error>
where
    K: redb::Key + Copy + for<'a> Borrow<K::SelfType<'a>> + 'static,
    V: redb::Value + Copy + for<'a> Borrow<V::SelfType<'a>> + 'static,
{
    for (key, value) in rows {
        table.insert(*key, *value)?;
    }
    Ok(())
}

fn put_rows(
    table: &mut redb::Table<'_, u64, &'static [u8]>,
    rows: &[(u64, Vec<u8>)],
) -> Result<(), Error> {
    for (sequence, row) in rows {
        table.insert(sequence, row.as_slice())?;
    }
    Ok(())
}
