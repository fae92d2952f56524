//! A small city: a journal in a directory of its own, and requests that things happen to.

use beffroi_aggregator::{Projections, entry, refold};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{
    About, Calendar, Change, Channel, Command, Contact, ContactId, ContactOutcome, Declaration,
    Event, EventId, Kind, Language, Level, Meta, Nature, Open, Origin, Personal, PersonalData,
    Place, PromiseKind, QuarantineReleased, Reference, RegimeFact, RegimeKind, Request, RequestId,
    Rule, Term, Timestamp, Urgency, Warn, Warning, Week, Window, decide,
};
use beffroi_journal::{Append, Entry, Journal};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;
use uuid::Uuid;

/// 2026-03-02T15:00:00Z, when everything begins.
const START: i64 = 1_772_463_600_000_000;

/// When a warning of an open request is due.
pub(crate) fn warn() -> Timestamp {
    at(8 * 3600)
}

/// When an open request is due.
pub(crate) fn due() -> Timestamp {
    at(10 * 3600)
}

/// So many seconds after everything began.
pub(crate) fn at(secs: i64) -> Timestamp {
    Timestamp::from_micros(START + secs * 1_000_000).unwrap()
}

pub(crate) fn request_id(id: u128) -> RequestId {
    RequestId::new(Uuid::from_u128(id)).unwrap()
}

pub(crate) fn open() -> Change {
    Change::Open(Box::new(opening()))
}

/// An opening that enters a programme at once.
pub(crate) fn open_in(programme: &str) -> Change {
    let programme = Some(programme.parse().unwrap());
    Change::Open(Box::new(Open { programme, ..opening() }))
}

fn opening() -> Open {
    Open {
        citizen: None,
        product: "Nid-de-poule".parse().unwrap(),
        precision: None,
        nature: Nature::Service,
        urgency: Urgency::Normal,
        entry: None,
        programme: None,
        screened: false,
        answers: Vec::new(),
        channel: Channel::App,
        language: Language::French,
        other_channels: Vec::new(),
        unit: None,
        place: Place {
            borough: "Limoilou".parse().ok(),
            coordinates: Some((468_139_000, -712_080_000)),
        },
        source: None,
        promised_by: None,
    }
}

/// The entry of a fact about the regimes, at `secs`. Each is stored, even sent twice.
pub(crate) fn regime(id: u128, secs: i64, fact: RegimeFact) -> Entry {
    let event = Event {
        id: EventId::new(Uuid::from_u128(id)).unwrap(),
        about: About::Reference(Reference::Regime),
        meta: meta(at(secs), Channel::System),
        personal: Personal(PersonalData::default()),
        kind: Kind::Regime(fact),
    };
    Entry { id: Uuid::now_v7(), ..entry(&event) }
}

/// A flood that lasts a day, declared when everything begins.
pub(crate) fn flood() -> RegimeFact {
    let text = |text: &str| text.parse().unwrap();
    RegimeFact::Declared(Box::new(Declaration {
        kind: RegimeKind::CivilSecurity,
        from: at(0),
        until: at(86_400),
        hours: Some(Week::AROUND_THE_CLOCK),
        products: Vec::new(),
        notice: Bilingual { french: text("Inondation"), english: text("Flood") },
    }))
}

/// The entry of a call that waited as many seconds as its id says. Each is stored, even sent twice.
pub(crate) fn contact(id: u32, occurred_at: Timestamp) -> Entry {
    contact_of(Origin::Live, id, occurred_at)
}

/// The same, received here or imported.
pub(crate) fn contact_of(origin: Origin, id: u32, occurred_at: Timestamp) -> Entry {
    let contact = ContactId::new(Uuid::from_u128(id.into())).unwrap();
    let event = Event {
        id: EventId::new(contact.uuid()).unwrap(),
        about: About::Contact(contact),
        meta: Meta { origin, ..meta(occurred_at, Channel::Telephone) },
        personal: Personal(PersonalData::default()),
        kind: Kind::ContactRecorded(Box::new(Contact {
            citizen: None,
            nature: Nature::Information,
            language: Language::French,
            outcome: ContactOutcome::Informed,
            request: None,
            emergency: None,
            product: None,
            product_code: None,
            waited_secs: id,
            handled_secs: 0,
        })),
    };
    // Under an id of its own, as beyond the journal's duplicate window.
    Entry { id: Uuid::now_v7(), ..entry(&event) }
}

/// Releases what stands in quarantine at a place of the log.
pub(crate) async fn release(city: &City, sequence: u64) -> u64 {
    let last = city.journal.state().await.unwrap().last;
    let why = "ressaisi".parse().unwrap();
    let event = Event {
        id: EventId::new(Uuid::from_u128((7 << 64) + u128::from(last))).unwrap(),
        about: About::Reference(Reference::Quarantine),
        meta: meta(at(7), Channel::System),
        personal: Personal(PersonalData::default()),
        kind: Kind::QuarantineReleased(Box::new(QuarantineReleased { sequence, why })),
    };
    city.append(entry(&event)).await;
    last + 1
}

pub(crate) fn meta(occurred_at: Timestamp, channel: Channel) -> Meta {
    Meta {
        occurred_at,
        approximate: false,
        origin: Origin::Live,
        actor: None,
        channel,
        causation: None,
        correlation: None,
        catalogue_version: 0,
        source_status: None,
    }
}

pub(crate) struct City {
    directory: TempDir,
    pub(crate) journal: Journal,
    states: Mutex<HashMap<u128, Request>>,
    rules: beffroi_domain::City,
}

impl City {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::open_embedded(&directory.path().join("journal.redb")).unwrap();
        Self::of(directory, journal)
    }

    /// The rules of the city.
    pub(crate) fn rules(&self) -> beffroi_domain::City {
        self.rules.clone()
    }

    /// The city promises these levels.
    pub(crate) fn promise(&mut self, levels: Vec<Level>) {
        self.rules.levels = levels;
    }

    fn of(directory: TempDir, journal: Journal) -> Self {
        let calendar = Calendar::new(chrono_tz::UTC, [Window::new(0, 1440); 7], []).unwrap();
        let rules = beffroi_domain::City {
            name: "Québec".parse().unwrap(),
            calendar,
            regimes: beffroi_domain::Regimes::default(),
            commitments: Vec::new(),
            levels: Vec::new(),
        };
        Self { directory, journal, states: Mutex::default(), rules }
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn projections(&self, name: &str) -> Projections {
        Projections::open(&self.directory().join(format!("{name}.redb"))).unwrap()
    }

    /// Projections of everything that has happened.
    pub(crate) async fn folded(&self, name: &str) -> Projections {
        let projections = self.projections(name);
        let last = self.journal.state().await.unwrap().last;
        refold(&self.journal, &projections, last, |_| {}).await.unwrap();
        projections
    }

    /// A city whose log is a copy of this one as it is now.
    pub(crate) async fn copy_of_journal(&self, name: &str) -> Self {
        let state = self.journal.state().await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(name);
        // Nothing is being written: the file holds what was committed.
        std::fs::copy(self.directory().join("journal.redb"), &file).unwrap();
        let journal = Journal::open_embedded(&file).unwrap();
        assert_eq!(journal.state().await.unwrap(), state);
        Self::of(directory, journal)
    }

    /// Appends what is legal of `plays`, a second apart; what is not is left out.
    pub(crate) async fn play(&self, plays: &[(u128, Change)]) {
        self.play_on(plays).await;
    }

    pub(crate) async fn play_on(&self, plays: &[(u128, Change)]) {
        for (id, change) in plays {
            let last = self.journal.state().await.unwrap().last;
            let occurred_at = if matches!(change, Change::Open(_)) {
                at(0)
            } else {
                at(i64::try_from(last).unwrap())
            };
            let Some(event) = self.event(*id, change.clone(), occurred_at, last) else { continue };
            self.append(entry(&event)).await;
        }
    }

    fn event(&self, id: u128, change: Change, occurred_at: Timestamp, last: u64) -> Option<Event> {
        let mut states = self.states.lock().unwrap();
        let command = Command { change, occurred_at, origin: Origin::Live };
        let mut kind = decide(&self.rules, states.get(&id), &command).ok()?;
        if let Kind::Opened(opened) = &mut kind
            && opened.programme.is_none()
        {
            opened.terms = vec![Term {
                kind: PromiseKind::Resolution,
                rule: Rule::BusinessDaysEodV1(1),
                commitment: None,
                warnings: vec![Warning { warn: Warn::DEFAULT, at: warn() }],
                due_at: due(),
            }];
        }
        let event = Event {
            id: EventId::new(Uuid::from_u128(u128::from(last) + (1 << 64))).unwrap(),
            about: About::Request(request_id(id)),
            meta: meta(occurred_at, Channel::App),
            personal: Personal(PersonalData::default()),
            kind,
        };
        let next = Request::evolve(states.get(&id).cloned(), &event).unwrap();
        states.insert(id, next);
        Some(event)
    }

    /// A request as everything that was played leaves it.
    pub(crate) fn state(&self, id: u128) -> Option<Request> {
        self.states.lock().unwrap().get(&id).cloned()
    }

    pub(crate) async fn append(&self, entry: Entry) {
        let append = Append { entries: vec![entry], expected: Vec::new() };
        let deadline = Instant::now() + Duration::from_secs(10);
        self.journal.append(append, deadline).await.unwrap();
    }
}
