//! Crashes in the middle of an import: nothing is lost, nothing comes twice.

use std::path::Path;
use std::process::Child;

use beffroi_harness::NatsServer;
use serde_json::{Value, json};

use crate::support::{
    Ended, Node, beffroi, city_file, head_of, import, wait_until, without_positions,
};

/// How much of Boston's file the tests import: enough that no import ends between two looks.
const ROWS: usize = 20_000;
/// How often a node or a broker is killed before the import may end.
const CRASHES: u64 = 4;

/// The answers that must not depend on crashes. Numbers may: they follow the order of arrival.
fn answers(node: &Node) -> (Value, Vec<Value>) {
    let volumes = without_positions(node.ask(&["report", "volumes"]));
    let list = without_positions(node.ask(&["list", "--limit", "100000"]));
    let mut requests = list["service_requests"].as_array().unwrap().clone();
    requests.sort_by_key(|it| it["source"]["id"].as_str().unwrap().to_owned());
    (volumes, requests)
}

fn requests(node: &Node) -> u64 {
    node.ask(&["report", "volumes"])["requests_total"].as_u64().unwrap()
}

fn events(node: &Node) -> u64 {
    node.ask(&["report", "volumes"])["position"]["sequence"].as_u64().unwrap()
}

fn ended(import: Child) -> Ended {
    import.wait_with_output().unwrap().into()
}

fn import_again(node: &Node, file: &Path) -> Value {
    node.ask(&["import", "--profile", "boston", file.to_str().unwrap()])
}

fn verify(data: &Path, options: &[&str]) -> Value {
    let data = data.to_str().unwrap();
    beffroi(&[&["verify", "--data", data, "--output", "json"], options].concat()).json()
}

/// What a node without crashes answers, and how many events it has.
fn undisturbed(folder: &Path, file: &Path) -> ((Value, Vec<Value>), u64) {
    let node = Node::start(&folder.join("undisturbed"));
    assert_eq!(import_again(&node, file)["created"], json!(ROWS));
    (answers(&node), events(&node))
}

/// Waits until an import has come a good way further.
fn wait_for_more(node: &Node, than: u64) {
    let step = u64::try_from(ROWS).unwrap() / (CRASHES + 2);
    wait_until("the import to go on", || requests(node) >= than + step);
}

#[test]
fn an_import_survives_kills_of_the_node() {
    let Some(file) = city_file("boston/311_2011_h2.csv") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = head_of(&file, ROWS, folder.path());
    let (expected, events_expected) = undisturbed(folder.path(), &file);
    let data = folder.path().join("crashed");
    let mut node = Node::start(&data);
    let mut importing = import(&node.url, "boston", &file);
    for _ in 0..CRASHES {
        wait_for_more(&node, requests(&node));
        let (answered, url) = (requests(&node), node.url.clone());
        node.kill();
        // The import goes on by itself when the node is back where it was.
        node = Node::start_at(&data, &url);
        assert!(requests(&node) >= answered, "what was answered is lost");
    }
    // At last both go.
    assert!(importing.try_wait().unwrap().is_none(), "the import ended before the last crash");
    importing.kill().unwrap();
    node.kill();
    let first = ended(importing);
    assert_eq!(first.code, None, "{first:?}");
    let node = Node::start(&data);
    let before = requests(&node);
    let summary = import_again(&node, &file);
    assert_eq!(summary["created"].as_u64().unwrap() + before, ROWS as u64);
    assert_eq!(summary["rejected"], json!(0));
    assert_eq!(events(&node), events_expected);
    assert!(answers(&node) == expected, "the answers differ from an undisturbed import's");
    assert!(node.stop().success());
    assert_eq!(verify(&data, &[])["same"], json!(true));
}

#[test]
fn an_import_survives_kills_of_the_broker() {
    let Some(file) = city_file("boston/311_2011_h2.csv") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = head_of(&file, ROWS, folder.path());
    let (expected, events_expected) = undisturbed(folder.path(), &file);
    let data = folder.path().join("crashed");
    let mut nats = NatsServer::start(&folder.path().join("nats"));
    let node = Node::start_on(&data, &nats.url());
    let mut importing = import(&node.url, "boston", &file);
    let mut crashes = 0;
    while crashes < CRASHES {
        wait_for_more(&node, requests(&node));
        nats.kill();
        nats.restart();
        crashes += 1;
        // The import waits for the broker; should it have given up, it is run again.
        if importing.try_wait().unwrap().is_some() {
            importing = import(&node.url, "boston", &file);
        }
    }
    let first = ended(importing);
    let summary = import_again(&node, &file);
    assert_eq!(summary["rejected"], json!(0), "{first:?}");
    assert_eq!(requests(&node), ROWS as u64);
    assert_eq!(events(&node), events_expected);
    assert!(answers(&node) == expected, "the answers differ from an undisturbed import's");
    assert!(node.stop().success());
    assert_eq!(verify(&data, &["--nats", &nats.url()])["same"], json!(true));
}
