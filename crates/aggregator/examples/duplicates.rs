//! How much the index of active requests by place costs, and how long a search takes.
//!
//! `cargo run --release -p beffroi-aggregator --example duplicates -- [REQUESTS]` opens so many
//! requests (600,000 unless told otherwise) all over a city, none of them ever closed, and looks
//! for duplicates of some.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a measurement that fails, fails")]

use beffroi_aggregator::{Projections, Search, entry, refold};
use beffroi_domain::{
    About, Channel, Event, EventId, Kind, Language, Meta, Nature, Opened, Origin, Personal,
    PersonalData, Place, RequestId, Timestamp, Urgency,
};
use beffroi_journal::{Append, Journal, MAX_ENTRIES};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// 2026-03-02T15:00:00Z.
const START: i64 = 1_772_463_600_000_000;
const PRODUCTS: u64 = 40;
const BOROUGHS: u64 = 6;
/// How often each search is tried.
const SEARCHES: u64 = 2_000;

/// A number that looks like chance and is always the same (`SplitMix64`).
fn chance(of: u64) -> u64 {
    let mut it = of.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    it ^ (it >> 31)
}

fn product(of: u64) -> String {
    // Half of all requests are of the first product, as in a thaw.
    let product = if chance(of).is_multiple_of(2) { 0 } else { chance(of) % PRODUCTS };
    format!("Produit {product}")
}

/// Somewhere in 20 km by 20 km; half of them in the 2 km of its centre.
fn point(of: u64) -> (i32, i32) {
    let at = chance(of ^ 0xabcd);
    let side = if at.is_multiple_of(2) { 180_000 } else { 1_800_000 };
    let within = |it: u64| i32::try_from(it % side).unwrap() - i32::try_from(side / 2).unwrap();
    (468_139_000 + within(at >> 8), -712_080_000 + within(at >> 36) * 3 / 2)
}

fn opened(of: u64) -> Event {
    let micros = START + i64::try_from(of).unwrap() * 30_000_000;
    Event {
        id: EventId::new(Uuid::from_u128(u128::from(of) + 1)).unwrap(),
        about: About::Request(RequestId::new(Uuid::from_u128(u128::from(of) + 1)).unwrap()),
        meta: Meta {
            occurred_at: Timestamp::from_micros(micros).unwrap(),
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
        kind: Kind::Opened(Box::new(Opened {
            citizen: None,
            product: product(of).parse().unwrap(),
            precision: None,
            nature: Nature::Service,
            urgency: Urgency::Normal,
            entry: None,
            programme: None,
            answers: Vec::new(),
            screened: false,
            language: Language::French,
            other_channels: Vec::new(),
            unit: None,
            place: Place {
                borough: format!("Arrondissement {}", chance(of) % BOROUGHS).parse().ok(),
                coordinates: Some(point(of)),
            },
            source: None,
            number_year: 2026,
            terms: Vec::new(),
        })),
    }
}

#[tokio::main]
async fn main() {
    let requests: u64 = std::env::args().nth(1).map_or(600_000, |it| it.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::open_embedded(&directory.path().join("journal.redb")).unwrap();
    let all: Vec<u64> = (0..requests).collect();
    for part in all.chunks(MAX_ENTRIES) {
        let entries = part.iter().map(|of| entry(&opened(*of))).collect();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
        journal.append(Append { entries, expected: Vec::new() }, deadline).await.unwrap();
    }
    let file = directory.path().join("projections.redb");
    let projections = Projections::open(&file).unwrap();
    let started = Instant::now();
    refold(&journal, &projections, requests, |_| {}).await.unwrap();
    let secs = started.elapsed().as_secs_f64();
    let bytes = std::fs::metadata(&file).unwrap().len();
    println!("folded {requests} openings in {secs:.1} s; {} MB", bytes >> 20);
    for (name, metres, days) in
        [("100 m, 30 days", 100, 30), ("500 m, 30 days", 500, 30), ("5 km, 10 years", 5_000, 3_650)]
    {
        searched(&projections, (name, Some(metres)), days);
    }
    searched(&projections, ("borough, 30 days", None), 30);
}

fn searched(projections: &Projections, (name, metres): (&str, Option<u32>), days: i64) {
    let snapshot = projections.snapshot().unwrap();
    let requests = snapshot.request_count().unwrap();
    let mut times = Vec::new();
    let (mut found, mut incomplete) = (0, 0);
    for nth in 0..SEARCHES {
        let of = chance(nth) % requests;
        let row = snapshot.request_at(of).unwrap().request;
        let span = days * 86_400_000_000;
        let search = Search {
            product: row.product.as_str(),
            opened: row.opened_at.saturating_add_micros(-span)
                ..=row.opened_at.saturating_add_micros(span),
            scan_max: 20_000,
        };
        let started = Instant::now();
        let spots = match metres {
            Some(metres) => snapshot.active_near(&search, point(of), metres).unwrap(),
            None => {
                let borough = row.place.borough.clone().unwrap_or_else(|| panic!("a borough"));
                snapshot.active_in(&search, borough.as_str(), false).unwrap()
            }
        };
        times.push(started.elapsed());
        found += spots.found.len();
        incomplete += u32::from(spots.incomplete);
    }
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    let mean = found / usize::try_from(SEARCHES).unwrap();
    println!(
        "{name}: median {:?}, 99 % within {:?}, {mean} found, {incomplete} of {SEARCHES} cut short",
        at(50),
        at(99)
    );
}
