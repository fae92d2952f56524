//! Where an event lies on the log: literal, bounded subjects.

use crate::snapshot::Snapshot;
use crate::store::Error;
use beffroi_domain::{About, Event, Kind};
use beffroi_journal::{Append, Entry};
use std::collections::{BTreeMap, btree_map};
use std::fmt;
use uuid::Uuid;

/// How many partitions each aggregate has. Never changes.
pub const PARTITIONS: u16 = 4096;

/// The kinds of subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aggregate {
    /// The life of requests.
    Request,
    /// Contacts.
    Contact,
    /// Warnings, breaches, and what is stated of levels.
    Sla,
    /// Citizens.
    Citizen,
    /// The catalogue, the calendar and the regimes.
    Reference,
}

/// A subject: an aggregate and a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// The aggregate.
    pub aggregate: Aggregate,
    /// The partition, below [`PARTITIONS`].
    pub partition: u16,
}

impl Aggregate {
    const ALL: [Self; 5] =
        [Self::Request, Self::Contact, Self::Sla, Self::Citizen, Self::Reference];

    fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Contact => "contact",
            Self::Sla => "sla",
            Self::Citizen => "citizen",
            Self::Reference => "reference",
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Request => 1,
            Self::Contact => 2,
            Self::Sla => 3,
            Self::Citizen => 4,
            Self::Reference => 5,
        }
    }
}

impl Subject {
    /// The subject of an event.
    pub fn of(event: &Event) -> Self {
        let (aggregate, id) = match (event.about, &event.kind) {
            (
                About::Request(id),
                Kind::PromiseWarned(_) | Kind::PromiseBreached(_) | Kind::BreachWithdrawn(_),
            ) => (Aggregate::Sla, id.uuid()),
            (About::Reference(it), Kind::Level(..)) => (Aggregate::Sla, it.uuid()),
            (About::Request(id), _) => (Aggregate::Request, id.uuid()),
            (About::Contact(id), _) => (Aggregate::Contact, id.uuid()),
            (About::Citizen(id), _) => (Aggregate::Citizen, id.uuid()),
            (About::Reference(it), _) => (Aggregate::Reference, it.uuid()),
        };
        Self { aggregate, partition: partition(id) }
    }

    /// Reads `request.0123`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (aggregate, partition) = text.split_once('.')?;
        let aggregate = Aggregate::ALL.into_iter().find(|it| it.name() == aggregate)?;
        let partition = partition.parse().ok().filter(|it| *it < PARTITIONS)?;
        Some(Self { aggregate, partition })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:04}", self.aggregate.name(), self.partition)
    }
}

/// The partition of an aggregate's id: FNV-1a over its 16 bytes. Never changes.
pub fn partition(id: Uuid) -> u16 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = id
        .as_bytes()
        .iter()
        .fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    u16::try_from(hash % u64::from(PARTITIONS)).unwrap_or_default()
}

/// The header that names the aggregate, for readers that cannot decode the payload.
pub(crate) const AGGREGATE_HEADER: &str = "Beffroi-Aggregate";
/// The header that names the kind.
pub(crate) const KIND_HEADER: &str = "Beffroi-Kind";

/// The journal entry of an event.
pub fn entry(event: &Event) -> Entry {
    Entry {
        id: event.id.uuid(),
        subject: Subject::of(event).to_string(),
        headers: vec![
            (KIND_HEADER.to_owned(), event.kind.name().to_owned()),
            (AGGREGATE_HEADER.to_owned(), event.about.uuid().to_string()),
        ],
        payload: beffroi_wire::event::encode(event),
    }
}

impl Snapshot {
    /// The append of events that are stored only if their subjects are as at this moment.
    pub fn append(&self, events: &[Event]) -> Result<Append, Error> {
        let mut expected: BTreeMap<Subject, u64> = BTreeMap::new();
        for subject in events.iter().map(Subject::of) {
            if let btree_map::Entry::Vacant(last) = expected.entry(subject) {
                last.insert(self.last_of(subject)?);
            }
        }
        let expected = expected.into_iter().map(|(it, last)| (it.to_string(), last)).collect();
        Ok(Append { entries: events.iter().map(entry).collect(), expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_of_an_id_never_changes() {
        assert_eq!(partition(Uuid::from_u128(1)), 690);
        assert_eq!(partition(Uuid::max()), 2133);
    }

    #[test]
    fn a_subject_is_read_back_as_written() {
        let subject = Subject { aggregate: Aggregate::Sla, partition: 7 };
        assert_eq!(subject.to_string(), "sla.0007");
        assert_eq!(Subject::parse("sla.0007"), Some(subject));
        assert_eq!(Subject::parse("sla.4096"), None);
        assert_eq!(Subject::parse("other.0007"), None);
    }
}
