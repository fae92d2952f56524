//! Citizens' records in the fold: whose an identifier is, whatever nodes decide at the same time.

use crate::support::{City, at, open, request_id};
use beffroi_aggregator::{Projections, Save, Snapshot, compare, entry, refold};
use beffroi_domain::{
    About, Channel, Citizen, CitizenFact, CitizenId, CitizenSaved, Event, EventId, Identifier,
    IdentifierHash, IdentifierKey, Kind, Language, Meta, Origin, Personal, PersonalData, Text,
};
use beffroi_journal::Entry;
use uuid::Uuid;

fn citizen(number: u128) -> CitizenId {
    CitizenId::new(Uuid::from_u128(number)).unwrap()
}

fn hash(key: u8, account: &str) -> IdentifierHash {
    IdentifierKey::new([key; 32]).hash(&Identifier::app_account(account).unwrap())
}

fn add(added: &[IdentifierHash]) -> CitizenSaved {
    CitizenSaved { added: added.to_vec(), ..CitizenSaved::default() }
}

fn withdraw(withdrawn: &[IdentifierHash]) -> CitizenSaved {
    CitizenSaved { withdrawn: withdrawn.to_vec(), ..CitizenSaved::default() }
}

fn event(id: u128, about: u128, cause: Option<u128>, fact: CitizenFact) -> Event {
    Event {
        id: EventId::new(Uuid::from_u128(id)).unwrap(),
        about: About::Citizen(citizen(about)),
        meta: Meta {
            occurred_at: at(0),
            approximate: false,
            origin: Origin::Live,
            actor: None,
            channel: Channel::App,
            causation: cause.map(Uuid::from_u128),
            correlation: None,
            catalogue_version: 0,
            source_status: None,
        },
        personal: Personal(PersonalData::default()),
        kind: Kind::Citizen(fact),
    }
}

fn saved(id: u128, about: u128, saved: CitizenSaved) -> Event {
    event(id, about, None, CitizenFact::Saved(saved))
}

async fn happened(events: &[Event]) -> City {
    let city = City::new();
    for (at, event) in (1..).zip(events) {
        // Ids of their own in the journal, as beyond its duplicate window.
        city.append(Entry { id: Uuid::from_u128(at), ..entry(event) }).await;
    }
    city
}

fn record(snapshot: &Snapshot, number: u128) -> Option<Citizen> {
    snapshot.citizen(citizen(number)).unwrap().and_then(|row| row.record)
}

#[tokio::test]
async fn who_comes_first_keeps_an_identifier_and_the_later_save_is_void() {
    let (shared, own, old) = (hash(1, "shared"), hash(1, "own"), hash(1, "old"));
    let later = CitizenSaved { language: Some(Language::English), ..add(&[own, shared]) };
    let city = happened(&[
        saved(101, 1, add(&[shared])),
        saved(102, 3, add(&[old])),
        // Citizen 3 is merged into 2, whose save takes from it as well.
        event(103, 3, None, CitizenFact::Merged { into: citizen(2) }),
        event(104, 2, None, CitizenFact::Absorbed { citizen: citizen(3) }),
        saved(105, 2, later),
        event(106, 3, Some(105), CitizenFact::Saved(withdraw(&[old]))),
        // Sent again, it stays what it was.
        saved(105, 2, add(&[own])),
    ])
    .await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    assert_eq!(snapshot.identified(&shared).unwrap(), Some(citizen(1)));
    assert_eq!(snapshot.identified(&own).unwrap(), None);
    assert_eq!(snapshot.identified(&old).unwrap(), Some(citizen(3)));
    let merged = record(&snapshot, 2).unwrap();
    assert_eq!((merged.identifiers, merged.language), (vec![], None));
    let save = |id| snapshot.save(Uuid::from_u128(id)).unwrap();
    assert_eq!(save(101), Some(Save::Of(citizen(1))));
    assert_eq!((save(105), save(106)), (Some(Save::Void), Some(Save::Void)));
    assert_eq!(save(999), None);
    assert_eq!(snapshot.quarantined().unwrap(), 0);
    assert_eq!(snapshot.root(citizen(3)).unwrap(), citizen(2));
    assert_eq!(snapshot.family(citizen(2)).unwrap(), [citizen(2), citizen(3)]);
}

#[tokio::test]
async fn an_identifier_that_was_withdrawn_may_be_given_to_another() {
    let shared = hash(1, "shared");
    let city = happened(&[
        saved(101, 1, add(&[shared])),
        saved(102, 2, add(&[shared])),
        saved(103, 1, withdraw(&[shared])),
        saved(104, 2, add(&[shared])),
        // Whoever does not have it cannot take it away.
        saved(105, 1, withdraw(&[shared])),
    ])
    .await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    assert_eq!(snapshot.identified(&shared).unwrap(), Some(citizen(2)));
    assert_eq!(record(&snapshot, 1).unwrap().identifiers, []);
    assert_eq!(record(&snapshot, 2).unwrap().identifiers, [shared]);
}

#[tokio::test]
async fn a_void_save_of_a_new_citizen_leaves_nothing() {
    let shared = hash(1, "shared");
    let city = happened(&[saved(101, 1, add(&[shared])), saved(102, 2, add(&[shared]))]).await;
    let projections = city.folded("p").await;
    assert_eq!(projections.snapshot().unwrap().citizen(citizen(2)).unwrap(), None);
}

#[tokio::test]
async fn the_first_identifier_says_with_which_key_all_are_hashed() {
    let (own, other) = (hash(1, "a"), hash(2, "b"));
    let city = happened(&[
        saved(101, 1, CitizenSaved::default()),
        saved(102, 1, add(&[own])),
        saved(103, 2, add(&[other])),
        saved(104, 3, add(&[hash(1, "c"), hash(2, "d")])),
    ])
    .await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    assert_eq!(snapshot.identifier_key().unwrap(), Some(own.key_id));
    assert_eq!(snapshot.identified(&other).unwrap(), None);
    assert_eq!(snapshot.identified(&hash(1, "c")).unwrap(), None);
    assert_eq!(city.projections("empty").snapshot().unwrap().identifier_key().unwrap(), None);
}

#[tokio::test]
async fn any_batch_boundaries_give_the_same_records() {
    let accounts: Vec<IdentifierHash> = (0..4).map(|it| hash(1, &format!("a{it}"))).collect();
    let mut events = Vec::new();
    for number in 0..60_u128 {
        let account = accounts[usize::try_from(number * 7 % 4).unwrap()];
        let change = if number % 3 == 0 { withdraw(&[account]) } else { add(&[account]) };
        events.push(saved(200 + number, number * 5 % 3 + 1, change));
    }
    let city = happened(&events).await;
    let whole = city.folded("whole").await;
    for step in [1, 7] {
        let parts = city.projections(&format!("parts-{step}"));
        for until in (0..60).step_by(step).chain([60]) {
            refold(&city.journal, &parts, until, |_| {}).await.unwrap();
        }
        assert_eq!(differences(&whole, &parts), Vec::<String>::new());
    }
    // An identifier is found where a record has it, and nowhere else.
    let snapshot = whole.snapshot().unwrap();
    for account in accounts {
        let holders = (1..=3).filter(|it| {
            record(&snapshot, *it).is_some_and(|it| it.identifiers.contains(&account))
        });
        let holders: Vec<CitizenId> = holders.map(citizen).collect();
        assert_eq!(snapshot.identified(&account).unwrap().into_iter().collect::<Vec<_>>(), holders);
    }
}

#[tokio::test]
async fn no_row_but_that_of_the_event_depends_on_what_is_sealed() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let opened = city.journal.get(1).await.unwrap().unwrap().entry;
    let opened = beffroi_wire::event::decode(&opened.payload).unwrap();
    let with = |mark: &str| {
        let text = Text::optional(mark, 100).unwrap();
        let personal = PersonalData {
            text: text.clone(),
            name: text.clone(),
            telephone: text.clone(),
            email: text.clone(),
            app_account: text.clone(),
            address: text.clone(),
            file_name: text.clone(),
            reference: text,
        };
        let sealed = |event: Event| Event { personal: Personal(personal.clone()), ..event };
        [sealed(opened.clone()), sealed(saved(101, 1, add(&[hash(1, "a")])))]
    };
    let (one, other) = (happened(&with("one person")).await, happened(&with("another")).await);
    let (one, other) = (one.folded("p").await, other.folded("p").await);
    assert!(one.snapshot().unwrap().request(request_id(1)).unwrap().is_some());
    // The checkpoint holds a digest of the whole log.
    assert_eq!(differences(&one, &other), ["events", "meta"]);
}

/// The tables in which two projections differ.
fn differences(one: &Projections, other: &Projections) -> Vec<String> {
    let found = compare(&one.snapshot().unwrap(), &other.snapshot().unwrap(), 1_000).unwrap();
    let mut tables: Vec<String> = found.into_iter().map(|it| it.table).collect();
    tables.sort();
    tables.dedup();
    tables
}
