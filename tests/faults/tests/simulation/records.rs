//! A log that may have been: what happens to some requests, with entries sent twice and entries
//! that nobody can read among them.

use std::collections::BTreeMap;

use beffroi_aggregator::entry;
use beffroi_domain::{
    About, Calendar, Change, Channel, City, Command, Contact, ContactId, ContactOutcome, Event,
    EventId, FollowUp, HoldReason, Kind, Language, Meta, Nature, Open, Origin, Personal,
    PersonalData, Place, Request, RequestId, Timestamp, Urgency, Window, decide,
};
use beffroi_journal::{Entry, Record};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use uuid::Uuid;

/// 2026-03-02T15:00:00Z, when everything begins.
const START: i64 = 1_772_463_600_000_000;

pub(crate) fn at(secs: i64) -> Timestamp {
    Timestamp::from_micros(START + secs * 1_000_000).unwrap()
}

pub(crate) fn recorded_at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(START).unwrap() + TimeDelta::seconds(secs)
}

/// A city that is open around the clock.
pub(crate) fn city() -> City {
    City {
        name: "Québec".parse().unwrap(),
        calendar: Calendar::new(chrono_tz::UTC, [Window::new(0, 1440); 7], []).unwrap(),
        regimes: beffroi_domain::Regimes::default(),
        commitments: Vec::new(),
        levels: Vec::new(),
    }
}

/// So many records, the same for the same state of `rng`.
pub(crate) fn history(rng: &mut Rng, count: usize) -> Vec<Record> {
    let city = city();
    let mut requests: BTreeMap<u128, Request> = BTreeMap::new();
    let mut records: Vec<Record> = Vec::new();
    let mut now = 0;
    while records.len() < count {
        now += rng.i64(0..40_000);
        let sequence = records.len() as u64 + 1;
        let entry = match rng.u8(0..20) {
            0 => contact(rng, now),
            1 => poison(rng),
            2 if !records.is_empty() => {
                // Sent again after the journal had forgotten it.
                let again = rng.choice(&records).unwrap().entry.clone();
                Entry { id: Uuid::from_u128(rng.u128(1..)), ..again }
            }
            3..=5 => match fact(rng, &requests, (now, sequence)) {
                Some(event) => played(&mut requests, &event),
                None => continue,
            },
            _ => match command(rng, &city, &requests, now) {
                Some(event) => played(&mut requests, &event),
                None => continue,
            },
        };
        records.push(Record { sequence, recorded_at: recorded_at(now), entry });
    }
    records
}

fn played(requests: &mut BTreeMap<u128, Request>, event: &Event) -> Entry {
    let id = event.about.uuid().as_u128();
    if let Ok(request) = Request::evolve(requests.get(&id).cloned(), event) {
        requests.insert(id, request);
    }
    entry(event)
}

fn event(rng: &mut Rng, about: About, (now, kind): (i64, Kind)) -> Event {
    Event {
        id: EventId::new(Uuid::from_u128(rng.u128(1..))).unwrap(),
        about,
        meta: Meta {
            occurred_at: at(now),
            approximate: false,
            origin: Origin::Live,
            actor: None,
            channel: Channel::App,
            causation: None,
            correlation: None,
            catalogue_version: 0,
            source_status: None,
        },
        personal: Personal(PersonalData::default()),
        kind,
    }
}

fn command(
    rng: &mut Rng,
    city: &City,
    requests: &BTreeMap<u128, Request>,
    now: i64,
) -> Option<Event> {
    let id = rng.u128(1..12);
    let change = match requests.get(&id) {
        None => Change::Open(Box::new(opening())),
        Some(_) => match rng.u8(0..8) {
            0 => Change::Resolve,
            1 => Change::Reopen,
            2 => Change::Cancel,
            3 => Change::Assign("Voirie".parse().ok()),
            4 => Change::PutOnHold(HoldReason::Citizen),
            5 => Change::Resume,
            6 => Change::Transfer("Eaux".parse().unwrap()),
            _ => Change::FollowUp(FollowUp::Internal),
        },
    };
    let command = Command { change, occurred_at: at(now), origin: Origin::Live };
    let kind = decide(city, requests.get(&id), &command).ok()?;
    Some(event(rng, about(id), (now, kind)))
}

fn about(id: u128) -> About {
    About::Request(RequestId::new(Uuid::from_u128(id)).unwrap())
}

/// A warning, a breach or a withdrawal.
fn fact(
    rng: &mut Rng,
    requests: &BTreeMap<u128, Request>,
    (now, sequence): (i64, u64),
) -> Option<Event> {
    let due: Vec<_> = requests
        .iter()
        .flat_map(|(id, request)| request.alarms().map(move |alarm| (*id, request, alarm)))
        .collect();
    let (id, request, alarm) = rng.choice(due)?;
    let kind = request.raised(alarm.promise, at(now), sequence - 1)?;
    Some(event(rng, about(id), (now, kind)))
}

fn contact(rng: &mut Rng, now: i64) -> Entry {
    let id = ContactId::new(Uuid::from_u128(rng.u128(1..))).unwrap();
    let contact = Contact {
        citizen: None,
        nature: Nature::Information,
        language: Language::French,
        outcome: ContactOutcome::Informed,
        request: None,
        emergency: None,
        product: None,
        product_code: None,
        waited_secs: rng.u32(0..600),
        handled_secs: 0,
    };
    entry(&event(rng, About::Contact(id), (now, Kind::ContactRecorded(Box::new(contact)))))
}

/// What nobody can read, of a request that may exist.
fn poison(rng: &mut Rng) -> Entry {
    let id = Uuid::from_u128(rng.u128(1..24));
    let payload: Vec<u8> = (0..rng.usize(0..40)).map(|_| rng.u8(..)).collect();
    Entry {
        id: Uuid::from_u128(rng.u128(1..)),
        subject: format!("request.{:04}", rng.u16(0..4096)),
        headers: vec![("Beffroi-Aggregate".into(), id.to_string())],
        payload: payload.into(),
    }
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
