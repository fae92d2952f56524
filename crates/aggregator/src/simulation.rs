//! What only simulations do: fold records at once, without a log to follow.

use crate::fold::Decoded;
use crate::follow::fold_all;
use crate::store::{Error, Projections};
use beffroi_journal::Record;
use redb::Durability;

/// Folds records in one transaction, on the disk or to be synced later, as the fold does.
pub fn fold_records(
    projections: &Projections,
    records: Vec<Record>,
    is_synced: bool,
) -> Result<(), Error> {
    let records: Vec<Decoded> = records.into_iter().map(Decoded::new).collect();
    let durability = if is_synced { Durability::Immediate } else { Durability::None };
    fold_all(projections, &records, durability).map(drop)
}
