//! Whole files of cities: the same answers on both logs, and the counts of the files.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use beffroi_harness::NatsServer;
use serde_json::{Value, json};

use crate::support::{Node, beffroi, city_file, count_files, head_of, without_positions};

const MONTREAL: (&str, &str) = ("montreal", "montreal/plateau_requetes311_2022-2026.csv");
const BOSTON: (&str, &str) = ("boston", "boston/311_2011_h2.csv");

/// The rows of the joint file that a short run imports, and those of the whole.
const JOINT_SHORT: u64 = 60_000;
const JOINT_ROWS: u64 = 600_476;

/// Imports a file that is all there and gives the summary.
fn import(node: &Node, profile: &str, file: &Path) -> Value {
    node.ask(&["import", "--profile", profile, file.to_str().unwrap()])
}

/// The summary's count of each outcome.
fn outcomes(summary: &Value) -> [u64; 4] {
    ["created", "updated", "unchanged", "rejected"].map(|key| summary[key].as_u64().unwrap())
}

fn sequence(node: &Node) -> u64 {
    node.ask(&["report", "volumes"])["position"]["sequence"].as_u64().unwrap()
}

/// Answers to the questions that a city asks, as printed, positions left out.
fn answers(node: &Node) -> Vec<(String, String)> {
    let mut questions: Vec<Vec<String>> = [
        "report volumes",
        "report volumes --by channel",
        "list --limit 2500",
        "list --status open,assigned --limit 300",
        "list --channel web-form --opened-before 2024-01-01T00:00:00Z --limit 300",
        "breaches",
    ]
    .iter()
    .map(|it| it.split(' ').map(ToOwned::to_owned).collect())
    .collect();
    let list = node.ask(&["list", "--limit", "100000"]);
    let requests = list["service_requests"].as_array().unwrap();
    for request in requests.iter().step_by(requests.len() / 12) {
        let number = request["number"].as_str().unwrap().to_owned();
        questions.push(vec!["show".to_owned(), number.clone()]);
        questions.push(vec!["history".to_owned(), number]);
    }
    let mut answers = vec![("list".to_owned(), without_positions(list).to_string())];
    for question in &questions {
        let question: Vec<&str> = question.iter().map(String::as_str).collect();
        answers.push((question.join(" "), without_positions(node.ask(&question)).to_string()));
    }
    answers
}

/// The rows as a set: the order of sorting is not the file's.
fn by_key(rows: &Value) -> BTreeMap<[String; 3], u64> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|it| {
        let key = ["channel", "product", "status"].map(|key| text(it, key));
        (key, it["count"].as_u64().unwrap())
    })
    .collect()
}

/// Imports a whole file on both logs, twice; gives the node on the embedded log.
fn check_both_logs(
    (city, name): (&str, &str),
    rows: u64,
) -> Option<(Node, Value, tempfile::TempDir)> {
    let file = city_file(name)?;
    let data = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let embedded = Node::start(&data.path().join("embedded"));
    let clustered = Node::start_on(&data.path().join("clustered"), &nats.url());
    let counted = count_files(city, &file);
    for node in [&embedded, &clustered] {
        assert_eq!(outcomes(&import(node, city, &file)), [rows, 0, 0, 0]);
        let volumes = node.ask(&["report", "volumes"]);
        assert_eq!(volumes["requests_total"], json!(rows));
        assert_eq!(by_key(&volumes["requests"]), by_key(&counted["volumes"]));
    }
    // A second import changes nothing.
    let before = sequence(&embedded);
    assert_eq!(outcomes(&import(&embedded, city, &file)), [0, 0, rows, 0]);
    assert_eq!(sequence(&embedded), before);
    let (one, other) = (answers(&embedded), answers(&clustered));
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(&other) {
        assert!(one == other, "{} differs between the logs", one.0);
    }
    Some((embedded, counted, data))
}

#[test]
fn a_test_that_is_skipped_says_so_where_results_are_read() {
    let test = "files::the_whole_montreal_file_gives_the_same_answers_on_both_logs";
    let mut run = Command::new(std::env::current_exe().unwrap());
    let run = run.args(["--exact", test]).env("BEFFROI_DATA", "/nowhere").output().unwrap();
    assert!(run.status.success());
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(said.contains("skipped: /nowhere/montreal/"), "{said}");
}

#[test]
fn the_whole_montreal_file_gives_the_same_answers_on_both_logs() {
    check_both_logs(MONTREAL, 135_782);
}

#[test]
fn the_whole_boston_file_gives_the_same_answers_on_both_logs_and_the_citys_verdicts() {
    let Some((node, counted, _data)) = check_both_logs(BOSTON, 58_251) else { return };
    let list = node.ask(&["list", "--limit", "100000", "--status", "resolved"]);
    let requests = list["service_requests"].as_array().unwrap().iter();
    let verdicts: serde_json::Map<String, Value> = requests
        .filter(|it| it["promises"][0].is_object())
        .map(|it| {
            (it["source"]["id"].as_str().unwrap().to_owned(), it["promises"][0]["verdict"].clone())
        })
        .collect();
    let expected = counted["verdicts"].as_object().unwrap();
    assert_eq!(verdicts.len(), 43_821);
    for (id, verdict) in expected {
        assert_eq!(verdicts.get(id), Some(verdict), "request {id}");
    }
    assert_eq!(expected.len(), verdicts.len());
}

#[test]
fn the_joint_file_of_eleven_cities_imports_in_one_go() {
    let Some(file) = city_file("requests_11_cities.csv.gz") else { return };
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&data.path().join("node"));
    if std::env::var_os("BEFFROI_LONG").is_some() {
        let summary = import(&node, "joint", &file);
        assert_eq!(outcomes(&summary), [JOINT_ROWS - 2, 0, 0, 2]);
        assert_eq!(summary["rows"], json!(JOINT_ROWS));
    } else {
        let head = head_of(&file, usize::try_from(JOINT_SHORT).unwrap(), data.path());
        let summary = import(&node, "joint", &head);
        assert_eq!(summary["unreadable_files"], json!([]));
        assert_eq!(summary["rows"], json!(JOINT_SHORT));
        assert_eq!(outcomes(&summary), [JOINT_SHORT, 0, 0, 0]);
    }
    let volumes = node.ask(&["report", "volumes"]);
    let data = node.data.clone();
    assert!(node.stop().success());
    let verified =
        beffroi(&["verify", "--data", data.to_str().unwrap(), "--output", "json"]).json();
    assert_eq!(verified["same"], json!(true));
    assert_eq!(verified["requests"], volumes["requests_total"]);
}
