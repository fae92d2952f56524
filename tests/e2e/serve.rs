//! How a node starts and ends, and what it refuses to start on.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use beffroi_harness::NatsServer;
use beffroi_wire::pb::query::v1::{SubscribeBreachesRequest, WatchServiceRequestRequest};
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use crate::support::{Api, Ended, Node, beffroi, command, open, terminate};

/// How a node that must not start ended.
fn refused(data: &Path, options: &[&str]) -> Ended {
    let ended = Node::start_with(data, options).expect_err("the node must not start");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.stdout, "", "a node that does not start is not ready");
    ended
}

#[track_caller]
fn says(ended: &Ended, words: &[&str]) {
    for word in words {
        assert!(ended.stderr.contains(word), "`{word}` is not in {}", ended.stderr);
    }
}

/// What a node says of projections that were folded from another log, and what to do about it.
const OTHER_LOG: &[&str] = &["folded from log", "but this is log", "belongs to it", "rebuild"];

#[tokio::test]
async fn a_node_says_once_that_it_is_ready_and_ends_in_order_with_streams_open() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let request = api.opened(open("Eau potable", 0)).await;
    let watch = WatchServiceRequestRequest { service_request: request.number };
    let mut watched = api.query.watch_service_request(watch).await.unwrap().into_inner();
    watched.message().await.unwrap().expect("the request as it stands");
    let follow = SubscribeBreachesRequest::default();
    let mut followed = api.query.subscribe_breaches(follow).await.unwrap().into_inner();
    followed.message().await.unwrap().expect("that all is caught up");
    assert_eq!(node.printed(), [format!("beffroi is ready on {} (embedded log)", node.url)]);
    assert_eq!(node.stop().code(), Some(0));
    // The streams end; what they say while the node goes away is a caller's to retry.
    for end in [watched.message().await.err(), followed.message().await.err()] {
        assert!(end.is_none_or(|it| it.code() == tonic::Code::Unavailable));
    }
}

#[test]
fn a_data_directory_serves_one_node_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let ended = refused(folder.path(), &[]);
    says(&ended, &["journal.redb", "another"]);
    assert_eq!(node.ask(&["report", "volumes"])["requests_total"], json!(0));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("one"));
    let address = node.url.trim_start_matches("http://");
    let data = folder.path().join("two");
    let arguments = ["serve", "--data", data.to_str().unwrap(), "--listen", address];
    let ended = beffroi(&arguments);
    assert_eq!(ended.code, Some(1));
    says(&ended, &[address, "--listen"]);
}

/// A directory with projections of `events` events, and the folder it is in.
async fn with_events(data: &Path, events: usize) {
    let node = Node::start(data);
    let mut api = Api::connect(&node.url).await;
    for _ in 0..events {
        api.opened(open("Eau potable", 0)).await;
    }
    assert!(node.stop().success());
}

#[tokio::test]
async fn a_node_refuses_the_log_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    with_events(&one, 3).await;
    with_events(&other, 3).await;
    fs::copy(other.join("journal.redb"), one.join("journal.redb")).unwrap();
    says(&refused(&one, &[]), OTHER_LOG);
}

#[tokio::test]
async fn a_node_refuses_a_log_that_lost_events() {
    let folder = tempfile::tempdir().unwrap();
    let (data, kept) = (folder.path().join("node"), folder.path().join("older.redb"));
    with_events(&data, 2).await;
    fs::copy(data.join("journal.redb"), &kept).unwrap();
    with_events(&data, 2).await;
    fs::copy(&kept, data.join("journal.redb")).unwrap();
    says(&refused(&data, &[]), &["4", "2"]);
}

#[tokio::test]
async fn a_node_refuses_to_begin_a_new_log_beside_old_projections() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    with_events(&data, 2).await;
    fs::remove_file(data.join("journal.redb")).unwrap();
    let missing = ["journal.redb", "missing", "put the log back"];
    says(&refused(&data, &[]), &missing);
    for command in ["rebuild", "verify"] {
        says(&beffroi(&[command, "--data", data.to_str().unwrap()]), &missing);
    }
    assert!(!data.join("journal.redb").exists(), "nothing is created");
}

#[tokio::test]
async fn a_node_refuses_a_damaged_log() {
    let folder = tempfile::tempdir().unwrap();
    with_events(folder.path(), 2).await;
    fs::write(folder.path().join("journal.redb"), b"not a log").unwrap();
    says(&refused(folder.path(), &[]), &["journal.redb"]);
}

#[tokio::test]
async fn a_node_refuses_a_brokers_log_for_projections_of_the_embedded_one() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    with_events(folder.path(), 2).await;
    says(&refused(folder.path(), &["--nats", &nats.url()]), OTHER_LOG);
}

#[test]
fn a_broker_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut nats = NatsServer::start_temporary();
    nats.kill();
    let ended = refused(folder.path(), &["--nats", &nats.url()]);
    says(&ended, &[&nats.address()]);
    assert!(!ended.stderr.contains("password"), "{}", ended.stderr);
}

#[test]
fn a_citys_file_that_is_wrong_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let city = folder.path().join("city.toml");
    fs::write(&city, "name = \"Ici\"\ntime_zone = \"America/Nowhere\"\nholidays = []\n").unwrap();
    let data = folder.path().join("node");
    says(&refused(&data, &["--city", city.to_str().unwrap()]), &["city.toml"]);
}

const DEMO: [&str; 5] = ["demo", "--contacts", "2000", "--listen", "127.0.0.1:0"];

#[test]
fn the_demo_tells_a_year_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let data = data.to_str().unwrap();
    let until = ["--until", "2025-12-31", "--data", data];
    let told = beffroi(&[&DEMO[..], &["--once"], &until].concat());
    assert_eq!(told.code, Some(0), "{told:?}");
    for section in ["volumes by channel", "history", "synthesis", "broken"] {
        let is_told = told.stdout.to_lowercase().contains(section);
        assert!(is_told, "`{section}` is not in {}", told.stdout);
    }
    // What it leaves is a node like any other.
    let verified = beffroi(&["verify", "--data", data, "--output", "json"]).json();
    assert_eq!(verified["same"], json!(true));
    let node = Node::start(Path::new(data));
    let volumes = node.ask(&["report", "volumes"]);
    assert!(volumes["requests_total"].as_u64().unwrap() > 100, "{volumes}");
    assert!(volumes["contacts_total"].as_u64().unwrap() > 1_500, "{volumes}");
    let broken = node.ask(&["breaches", "--kind", "breach"]);
    let broken = broken["breaches"].as_array().unwrap();
    let time = |it: &Value| DateTime::parse_from_rfc3339(it.as_str().unwrap()).unwrap();
    let of_the_year = |it: &&Value| it["due_at"].as_str().unwrap() < "2025-12-31";
    let late = |it: &Value| time(&it["noticed_at"]) - time(&it["due_at"]);
    let broken: Vec<_> = broken.iter().filter(of_the_year).map(late).collect();
    assert!(!broken.is_empty());
    assert!(broken.iter().all(|it| *it < TimeDelta::seconds(1)), "{broken:?}");
}

#[test]
fn the_demo_is_not_mixed_into_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    node.ask(&["open", "--product", "Eau potable", "--description", "brune"]);
    assert!(node.stop().success());
    let ended =
        beffroi(&[&DEMO[..], &["--once", "--data", folder.path().to_str().unwrap()]].concat());
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    says(&ended, &["has a log already", "beffroi serve"]);
    let node = Node::start(folder.path());
    assert_eq!(node.ask(&["report", "volumes"])["position"]["sequence"], json!(1));
}

/// Starts a demo whose temporary directory is in `folder`, and ends it once it says `words`.
fn end_demo(folder: &Path, words: &str) -> Option<i32> {
    let mut demo = command()
        .args(DEMO)
        .env("TMPDIR", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(demo.stdout.take().unwrap()).lines().map(Result::unwrap);
    said.find(|it| it.contains(words)).unwrap();
    assert!(folder.read_dir().unwrap().next().is_some(), "its data is in the folder");
    terminate(&demo);
    let code = demo.wait().unwrap().code();
    assert!(folder.read_dir().unwrap().next().is_none(), "its data is left behind");
    code
}

#[test]
fn a_demo_that_is_ended_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    // While it plays, then while it serves.
    assert_eq!(end_demo(folder.path(), "A year of"), Some(1));
    assert_eq!(end_demo(folder.path(), "beffroi is ready"), Some(0));
}

#[test]
fn the_log_of_a_node_is_plain_text_where_nobody_looks_at_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let arguments = [&DEMO[..], &["--once", "--data", data.to_str().unwrap()]].concat();
    let ended = command().args(arguments).env("BEFFROI_LOG", "trace").output().unwrap();
    let log = String::from_utf8_lossy(&ended.stderr);
    assert!(log.contains("TRACE"), "{log}");
    assert!(!log.contains('\u{1b}'), "{log}");
}
