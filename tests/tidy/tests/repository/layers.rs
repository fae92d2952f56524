//! Crates use only what is below them, and each technology stays in its place.

use std::path::Path;

use crate::tree::{files, none, root, text};

/// Each crate, and the crates of ours that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("beffroi", &["aggregator", "channels", "domain", "journal", "server", "wire"]),
    ("server", &["aggregator", "domain", "journal", "wire"]),
    ("channels", &["wire"]),
    ("aggregator", &["domain", "journal", "wire"]),
    ("journal", &[]),
    ("wire", &["domain"]),
    ("domain", &[]),
];

/// What only these crates may use, tests apart.
const PLACES: &[(&str, &[&str])] =
    &[("redb", &["aggregator", "beffroi", "journal"]), ("async-nats", &["journal"])];

/// What the rules of the domain know nothing of.
const NOT_IN_DOMAIN: &[&str] =
    &["tokio", "tonic", "prost", "prost-types", "redb", "async-nats", "tracing", "anyhow"];

/// The dependencies of a crate, those of its tests apart.
fn dependencies(name: &str) -> Vec<String> {
    let manifest: toml::Table =
        text(&Path::new("crates").join(name).join("Cargo.toml")).parse().expect("TOML");
    let tables = ["dependencies", "build-dependencies"];
    let tables = tables.iter().filter_map(|it| manifest.get(*it)?.as_table());
    tables.flat_map(|it| it.keys().cloned()).collect()
}

#[test]
fn every_crate_has_its_place() {
    let crates = std::fs::read_dir(root().join("crates")).expect("crates");
    let mut found: Vec<String> =
        crates.map(|it| it.expect("a crate").file_name().to_string_lossy().into_owned()).collect();
    let mut known: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    found.sort();
    known.sort_unstable();
    assert_eq!(found, known, "a new crate needs a decision record, and a line here");
}

#[test]
fn arrows_between_crates_point_downwards() {
    let mut offences = Vec::new();
    for (name, below) in ARROWS {
        for dependency in dependencies(name) {
            if let Some(used) = dependency.strip_prefix("beffroi-")
                && !below.contains(&used)
            {
                offences.push(format!("crates/{name} must not use {used}"));
            }
        }
    }
    none(&offences);
}

#[test]
fn technologies_stay_in_their_places() {
    let mut offences = Vec::new();
    for (name, _) in ARROWS {
        let used = dependencies(name);
        for (technology, places) in PLACES {
            if used.iter().any(|it| it == technology) && !places.contains(name) {
                offences.push(format!("crates/{name} must not use {technology}"));
            }
        }
    }
    let domain = dependencies("domain");
    for technology in NOT_IN_DOMAIN {
        if domain.iter().any(|it| it == technology) {
            offences.push(format!("crates/domain must not use {technology}"));
        }
    }
    none(&offences);
}

#[test]
fn only_the_errors_of_the_api_become_statuses() {
    let place = Path::new("crates/server/src/error.rs");
    assert!(text(place).contains("fn into_status("), "the place has moved: change this test");
    let mut offences = Vec::new();
    for file in files(&["crates/server/src"], ".rs") {
        let text = text(&file);
        // Handlers call `into_status`; nobody else makes a status of its own.
        let is_made = ["Status::with_error_details", "Status::new(", "Status::internal("];
        let found = is_made.iter().find(|it| text.contains(**it));
        if let Some(found) = found.filter(|_| file != place) {
            offences.push(format!("{}: `{found}` belongs to {}", file.display(), place.display()));
        }
    }
    none(&offences);
}
