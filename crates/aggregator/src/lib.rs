//! Folds the log into what people ask for.
//!
//! One thread reads the journal in order and folds it into projections in one redb file; the
//! position it has come to is committed together with what it produced. The timekeeper watches the
//! due times and appends warnings and breaches to the journal. Everybody else reads snapshots.

mod batch;
mod beside;
mod city;
mod clock;
mod compare;
mod digest;
mod dump;
mod facts;
mod fold;
mod follow;
mod levels;
mod older;
mod places;
mod quarantine;
mod refold;
mod revision;
mod schema;
#[cfg(feature = "simulation")]
mod simulation;
mod snapshot;
mod store;
mod subject;
mod timekeeper;

pub use beside::{Folding, Refolder};
pub use city::{Cause, Cities, CityNow};
pub use clock::{Clock, ManualClock};
pub use compare::{Difference, How, compare, renumbered};
pub use dump::{Dump, Error as DumpError, Manifest, TableRows, dump};
pub use follow::{Follower, Stopped, bind, follow};
pub use levels::LevelCount;
pub use older::{Opened, Why, open};
pub use places::{Search, Spot, Spots};
pub use refold::{Progress, rebuild, refold};
pub use revision::revision;
pub use schema::{
    BreachRow, CalendarRow, CatalogueRow, CitizenRow, ContactRow, FactRow, GivenUp, LevelFactRow,
    PlannedRow, QuarantineRow, RegimesRow, RequestRow, Save, SetAside, Step, Told, VolumeKey,
};
#[cfg(feature = "simulation")]
pub use simulation::fold_records;
pub use snapshot::{Page, Recorded, Snapshot};
pub use store::{Checkpoint, Error, Projections};
pub use subject::{Aggregate, PARTITIONS, Subject, entry, partition};
pub use timekeeper::{Timekeeper, keep_time};
