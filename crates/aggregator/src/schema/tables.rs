//! All tables, for whoever does the same with each.

use super::{
    ACTIVE_BOROUGHS, ACTIVE_POINTS, ALARMS, BREACHES, CALENDARS, CATALOGUES, CITIZENS,
    CONTACT_ARRIVALS, CONTACT_TIMES, CONTACT_VOLUMES, CONTACTS, EVENTS, IDENTIFIERS, LATE_BREACHES,
    LEVELS, META, NUMBERS, PLANNED, QUARANTINE, QUARANTINE_QUEUE, REQUEST_IDS, REQUEST_VOLUMES,
    REQUESTS, SAVES, SUBJECTS,
};
use redb::{Key, TableDefinition, Value};

/// What is done with each table.
pub(crate) trait EachTable {
    /// Why it cannot be done.
    type Error;

    /// Does it with one.
    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), Self::Error>;
}

/// Does `what` with each table, always in the same order.
pub(crate) fn each_table<E: EachTable>(what: &mut E) -> Result<(), E::Error> {
    what.table(META)?;
    what.table(REQUESTS)?;
    what.table(REQUEST_IDS)?;
    what.table(NUMBERS)?;
    what.table(EVENTS)?;
    what.table(CITIZENS)?;
    what.table(IDENTIFIERS)?;
    what.table(CATALOGUES)?;
    what.table(CALENDARS)?;
    what.table(SAVES)?;
    what.table(CONTACTS)?;
    what.table(CONTACT_TIMES)?;
    what.table(CONTACT_ARRIVALS)?;
    what.table(ALARMS)?;
    what.table(ACTIVE_POINTS)?;
    what.table(ACTIVE_BOROUGHS)?;
    what.table(LEVELS)?;
    what.table(BREACHES)?;
    what.table(PLANNED)?;
    what.table(REQUEST_VOLUMES)?;
    what.table(CONTACT_VOLUMES)?;
    what.table(SUBJECTS)?;
    what.table(QUARANTINE)?;
    what.table(QUARANTINE_QUEUE)?;
    what.table(LATE_BREACHES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::TableHandle as _;
    use std::collections::BTreeSet;

    struct Names(BTreeSet<String>);

    impl EachTable for Names {
        type Error = std::convert::Infallible;

        fn table<K: Key + 'static, V: Value + 'static>(
            &mut self,
            table: TableDefinition<'static, K, V>,
        ) -> Result<(), Self::Error> {
            self.0.insert(table.name().to_owned());
            Ok(())
        }
    }

    #[test]
    fn every_table_that_is_defined_is_among_them_once() {
        let mut names = Names(BTreeSet::new());
        let Ok(()) = each_table(&mut names);
        let defined = include_str!("../schema.rs").matches("TableDefinition::new(").count();
        assert_eq!(names.0.len(), defined, "{:?}", names.0);
    }
}
