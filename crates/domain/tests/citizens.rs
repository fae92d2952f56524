//! Citizens' records: saved, merged, un-merged, in any order.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use beffroi_domain::{
    Citizen, CitizenFact, CitizenId, CitizenRejection, CitizenSaved, Identifier, IdentifierHash,
    IdentifierKey, Kin, Language, SaveCitizen, TooManyRecords,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

fn id(number: u8) -> CitizenId {
    CitizenId::new(Uuid::from_u128(u128::from(number) + 1)).unwrap()
}

fn hash(number: u16) -> IdentifierHash {
    let key = IdentifierKey::new([7; 32]);
    key.hash(&Identifier::app_account(&format!("account-{number}")).unwrap())
}

#[derive(Clone, Debug)]
enum Command {
    Save(u8, SaveCitizen),
    Merge(u8, u8),
    Unmerge(u8),
}

/// All the records of a city.
#[derive(Clone, Debug, Default, PartialEq)]
struct Records(BTreeMap<CitizenId, Citizen>);

impl Records {
    fn get(&self, citizen: CitizenId) -> Citizen {
        self.0.get(&citizen).cloned().unwrap_or_else(|| Citizen::new(citizen))
    }

    fn root(&self, citizen: CitizenId) -> CitizenId {
        Citizen::root::<TooManyRecords>(citizen, |it| Ok(self.0.get(&it).cloned())).unwrap()
    }

    fn family(&self, root: CitizenId) -> Vec<CitizenId> {
        Citizen::family::<TooManyRecords>(root, |it| Ok(self.0.get(&it).cloned())).unwrap()
    }

    fn happened(&mut self, citizen: CitizenId, fact: &CitizenFact) {
        let evolved = Citizen::evolve(self.0.get(&citizen).cloned(), citizen, fact).unwrap();
        self.0.insert(citizen, evolved);
    }

    fn carry_out(&mut self, command: &Command) -> Result<(), CitizenRejection> {
        match command {
            Command::Save(citizen, save) => self.save(id(*citizen), save).map(|_| ()),
            Command::Merge(citizen, into) => self.merge(*citizen, *into),
            Command::Unmerge(citizen) => self.unmerge(*citizen),
        }
    }

    fn save(
        &mut self,
        citizen: CitizenId,
        command: &SaveCitizen,
    ) -> Result<Option<CitizenFact>, CitizenRejection> {
        let fact = Citizen::decide_save(self.0.get(&citizen), command)?;
        if let Some(fact) = &fact {
            self.happened(citizen, fact);
        }
        Ok(fact)
    }

    fn merge(&mut self, citizen: u8, into: u8) -> Result<(), CitizenRejection> {
        let (citizen, into) = (self.get(id(citizen)), self.get(id(into)));
        let root = |it: &Citizen| self.root(it.id);
        let records = |it: &Citizen| self.family(root(it)).len();
        let one = Kin { citizen: &citizen, root: root(&citizen), records: records(&citizen) };
        let other = Kin { citizen: &into, root: root(&into), records: records(&into) };
        let (merged, absorbed) = Citizen::decide_merge(&one, &other)?;
        self.happened(citizen.id, &merged);
        self.happened(into.id, &absorbed);
        Ok(())
    }

    fn unmerge(&mut self, citizen: u8) -> Result<(), CitizenRejection> {
        let (from, unmerged, released) = self.get(id(citizen)).decide_unmerge()?;
        self.happened(id(citizen), &unmerged);
        self.happened(from, &released);
        Ok(())
    }

    /// Each record is under one root, each link is told on both sides, nothing is held twice.
    fn check(&self) {
        let mut under_roots = Vec::new();
        for (id, citizen) in &self.0 {
            assert_eq!(*id, citizen.id);
            assert!(citizen.identifiers.len() <= Citizen::IDENTIFIERS_MAX);
            for (at, hash) in citizen.identifiers.iter().enumerate() {
                assert!(!citizen.identifiers.iter().skip(at + 1).any(|it| it == hash));
            }
            if let Some(into) = citizen.merged_into {
                assert_eq!(self.get(into).absorbed.iter().filter(|it| *it == id).count(), 1);
            }
            for other in &citizen.absorbed {
                assert_eq!(self.get(*other).merged_into, Some(*id));
            }
            let root = self.root(*id);
            assert_eq!(self.get(root).merged_into, None);
            if root == *id {
                let family = self.family(root);
                assert!(family.len() <= Citizen::RECORDS_MAX);
                under_roots.extend(family);
            }
        }
        under_roots.sort();
        assert!(under_roots.iter().eq(self.0.keys()), "each record once: {under_roots:?}");
    }
}

fn saving() -> impl Strategy<Value = SaveCitizen> {
    let hashes = || proptest::collection::vec((0..6_u16).prop_map(hash), 0..3);
    let language =
        proptest::option::of(prop_oneof![Just(Language::French), Just(Language::English)]);
    (hashes(), hashes(), language).prop_map(|(add, withdraw, language)| SaveCitizen {
        add,
        withdraw,
        language,
    })
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        1 => (0..6_u8, saving()).prop_map(|(citizen, save)| Command::Save(citizen, save)),
        2 => (0..6_u8, 0..6_u8).prop_map(|(citizen, into)| Command::Merge(citizen, into)),
        1 => (0..6_u8).prop_map(Command::Unmerge),
    ]
}

proptest! {
    #[test]
    fn any_commands_leave_legal_records(commands in proptest::collection::vec(command(), 0..60)) {
        let mut records = Records::default();
        for command in &commands {
            let before = records.clone();
            if records.carry_out(command).is_err() {
                prop_assert_eq!(&before, &records);
            }
            records.check();
        }
    }

    #[test]
    fn un_merging_gives_back_what_was_there(
        commands in proptest::collection::vec(command(), 0..40),
        citizen in 0..6_u8,
        into in 0..6_u8,
    ) {
        let mut records = Records::default();
        for number in 0..6 {
            records.save(id(number), &SaveCitizen::default()).unwrap();
        }
        for command in &commands {
            let _ = records.carry_out(command);
        }
        let before = records.clone();
        if records.merge(citizen, into).is_ok() {
            prop_assert_eq!(records.root(id(citizen)), records.root(id(into)));
            records.unmerge(citizen).unwrap();
            prop_assert_eq!(before, records);
        }
    }

    #[test]
    fn saving_again_changes_nothing(
        commands in proptest::collection::vec(command(), 0..20),
        citizen in 0..6_u8,
        save in saving(),
    ) {
        let mut records = Records::default();
        for command in &commands {
            let _ = records.carry_out(command);
        }
        if records.save(id(citizen), &save).is_ok() {
            prop_assert_eq!(records.save(id(citizen), &save), Ok(None));
        }
    }

    #[test]
    fn a_record_is_stored_and_read_back(commands in proptest::collection::vec(command(), 0..20)) {
        let mut records = Records::default();
        for command in &commands {
            let _ = records.carry_out(command);
        }
        for citizen in records.0.values() {
            let bytes = postcard::to_stdvec(citizen).unwrap();
            prop_assert_eq!(&postcard::from_bytes::<Citizen>(&bytes).unwrap(), citizen);
        }
    }
}

#[test]
fn saving_makes_a_record_and_tells_what_changed() {
    let mut records = Records::default();
    let nothing = SaveCitizen::default();
    let made = records.save(id(1), &nothing);
    assert_eq!(made, Ok(Some(CitizenFact::Saved(CitizenSaved::default()))));
    assert_eq!(records.save(id(1), &nothing), Ok(None));
    let add = vec![hash(1), hash(2), hash(1)];
    let save = SaveCitizen { add, language: Some(Language::English), ..nothing.clone() };
    let added = vec![hash(1), hash(2)];
    let saved = CitizenSaved { added, language: Some(Language::English), ..Default::default() };
    assert_eq!(records.save(id(1), &save), Ok(Some(CitizenFact::Saved(saved))));
    let save = SaveCitizen {
        add: vec![hash(2), hash(3)],
        withdraw: vec![hash(1), hash(4)],
        language: Some(Language::English),
    };
    let saved = CitizenSaved { added: vec![hash(3)], withdrawn: vec![hash(1)], language: None };
    assert_eq!(records.save(id(1), &save), Ok(Some(CitizenFact::Saved(saved))));
    assert_eq!(records.get(id(1)).identifiers, [hash(2), hash(3)]);
    assert_eq!(records.get(id(1)).language, Some(Language::English));
}

#[test]
fn contradictions_and_excess_are_refused() {
    let mut records = Records::default();
    let save = SaveCitizen { add: vec![hash(1)], withdraw: vec![hash(1)], language: None };
    assert_eq!(records.save(id(1), &save), Err(CitizenRejection::Contradictory));
    let add = (0..=50).map(hash).collect();
    let save = SaveCitizen { add, ..Default::default() };
    let expected = CitizenRejection::TooManyIdentifiers { found: 51, max: 50 };
    assert_eq!(records.save(id(1), &save), Err(expected));
}

#[test]
fn what_cannot_be_merged_says_why() {
    let mut records = Records::default();
    assert_eq!(records.merge(1, 1), Err(CitizenRejection::Itself));
    assert_eq!(records.unmerge(1), Err(CitizenRejection::NotMerged));
    records.merge(1, 2).unwrap();
    records.merge(2, 3).unwrap();
    let already = |into| Err(CitizenRejection::AlreadyMerged { into: id(into) });
    assert_eq!(records.merge(1, 2), already(2));
    assert_eq!(records.merge(1, 4), already(2));
    assert_eq!(records.merge(3, 2), Err(CitizenRejection::Ring { into: id(2) }));
    assert_eq!(records.merge(3, 1), Err(CitizenRejection::Ring { into: id(1) }));
    let into_merged = CitizenRejection::IntoMerged { into: id(1), root: id(3) };
    assert_eq!(records.merge(4, 1), Err(into_merged));
}

#[test]
fn those_merged_into_a_merged_record_stay_under_it() {
    let mut records = Records::default();
    for (citizen, into) in [(1, 2), (3, 4), (2, 4)] {
        records.merge(citizen, into).unwrap();
    }
    assert_eq!(records.root(id(1)), id(4));
    assert_eq!(records.family(id(4)), [id(4), id(3), id(2), id(1)]);
    records.unmerge(2).unwrap();
    assert_eq!(records.root(id(1)), id(2));
    assert_eq!(records.family(id(4)), [id(4), id(3)]);
}

#[test]
fn a_merged_record_only_loses_identifiers() {
    let mut records = Records::default();
    let save = |add: &[u16], withdraw: &[u16]| SaveCitizen {
        add: add.iter().copied().map(hash).collect(),
        withdraw: withdraw.iter().copied().map(hash).collect(),
        language: None,
    };
    records.save(id(1), &save(&[1, 2], &[])).unwrap();
    records.merge(1, 2).unwrap();
    let merged = CitizenRejection::Merged { into: id(2) };
    assert_eq!(records.save(id(1), &save(&[3], &[])), Err(merged.clone()));
    let speak = SaveCitizen { language: Some(Language::English), ..Default::default() };
    assert_eq!(records.save(id(1), &speak), Err(merged));
    records.save(id(1), &save(&[], &[1])).unwrap();
    assert_eq!(records.get(id(1)).identifiers, [hash(2)]);
}

#[test]
fn a_tree_holds_so_many_records_and_no_more() {
    let mut records = Records::default();
    // A chain, as deep as it can get.
    for number in 0..199 {
        records.merge(number, number + 1).unwrap();
    }
    assert_eq!(records.root(id(0)), id(199));
    let expected = CitizenRejection::TooManyRecords { found: 201, max: 200 };
    assert_eq!(records.merge(199, 200), Err(expected.clone()));
    assert_eq!(records.merge(200, 199), Err(expected));
    records.check();
}

#[test]
fn records_that_were_never_merged_so_end_a_walk() {
    let ring = |it: CitizenId| {
        let other = if it == id(1) { id(2) } else { id(1) };
        Ok(Some(Citizen { merged_into: Some(other), absorbed: vec![other], ..Citizen::new(it) }))
    };
    assert_eq!(Citizen::root(id(1), ring), Err(TooManyRecords(id(1))));
    assert_eq!(Citizen::family(id(1), ring), Err(TooManyRecords(id(1))));
}
