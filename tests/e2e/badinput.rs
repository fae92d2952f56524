//! Files with real defects: each row or file gets its reason, and the rest goes on.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Ended, Node, city_file};

/// A line of the file of rejects.
#[derive(Debug)]
struct Reject {
    line: u64,
    reason: String,
    outcome: String,
    message: String,
}

fn rejects(file: &Path) -> Vec<Reject> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let header = reader.headers().unwrap().clone();
    assert_eq!(
        header.iter().collect::<Vec<_>>(),
        ["file", "line", "column", "reason", "outcome", "value", "message"]
    );
    let row = |it: csv::StringRecord| Reject {
        line: it[1].parse().unwrap(),
        reason: it[3].to_owned(),
        outcome: it[4].to_owned(),
        message: it[6].to_owned(),
    };
    reader.records().map(|it| row(it.unwrap())).collect()
}

/// A node, and a place for files.
struct Given {
    node: Node,
    folder: tempfile::TempDir,
}

impl Given {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { node: Node::start(&folder.path().join("node")), folder }
    }

    fn import(&self, profile: &str, files: &[&Path]) -> (Ended, Vec<Reject>) {
        let into = self.folder.path().join("rejects.csv");
        let mut arguments = vec!["import", "--profile", profile, "--output", "json"];
        arguments.extend(["--rejects", into.to_str().unwrap()]);
        arguments.extend(files.iter().map(|it| it.to_str().unwrap()));
        let ended = self.node.run(&arguments);
        (ended, rejects(&into))
    }

    fn file(&self, name: &str, content: &[u8]) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn requests_total(&self) -> Value {
        self.node.ask(&["report", "volumes"])["requests_total"].clone()
    }
}

fn counts(rejects: &[Reject]) -> BTreeMap<(&str, &str), usize> {
    let mut counts = BTreeMap::new();
    for it in rejects {
        *counts.entry((it.reason.as_str(), it.outcome.as_str())).or_default() += 1;
    }
    counts
}

#[test]
fn every_real_defect_is_named_and_the_rest_is_imported() {
    let given = Given::new();
    let mut total = 0;
    for (name, reasons, outcome) in [
        ("real_closed_before_2000.csv", &["closed_sentinel"][..], "imported"),
        ("real_closed_before_opened.csv", &["closed_before_opened", "closed_sentinel"], "imported"),
        ("real_no_opened_at.csv", &["missing_opened_at"], "rejected"),
        (
            "real_open_status_with_closing_date_200.csv",
            &["closing_date_on_open_request"],
            "imported",
        ),
        ("real_target_before_opened.csv", &["promised_before_opened"], "imported"),
        ("real_target_sentinel_far_future.csv", &["promised_far_future"], "imported"),
        ("real_same_second_burst_300.csv", &[], "imported"),
    ] {
        let Some(file) = city_file(&format!("badinput/{name}")) else { return };
        let rows = csv::Reader::from_path(&file).unwrap().into_records().count();
        let (ended, rejects) = given.import("joint", &[&file]);
        let summary = ended.json();
        assert_eq!(summary["rows"], json!(rows), "{name}");
        let is_rejected = outcome == "rejected";
        assert_eq!(summary["rejected"], json!(if is_rejected { rows } else { 0 }), "{name}");
        let known = |it: &&Reject| reasons.contains(&it.reason.as_str()) && it.outcome == outcome;
        let mut lines: Vec<u64> = rejects.iter().filter(known).map(|it| it.line).collect();
        lines.dedup();
        let expected = if reasons.is_empty() { 0 } else { rows };
        assert_eq!(lines, (2..).take(expected).collect::<Vec<u64>>(), "{name}");
        assert!(rejects.iter().all(|it| !it.message.is_empty()), "{name}");
        total += summary["created"].as_u64().unwrap();
        assert_eq!(given.requests_total(), json!(total), "{name}");
    }
    assert!(total > 300);
}

#[test]
fn files_that_cannot_be_read_are_named_and_the_next_ones_are_imported() {
    let given = Given::new();
    let Some(data) = city_file("badinput") else { return };
    let empty = given.file("empty.csv", b"");
    let binary = given.file("binary.csv", b"\x7fELF\x02\x01\x01\x00\x00\x00\xff\xfe\x00");
    let header = given.file("header.csv", b"city,colour\nboston,red\n");
    let expected = [
        (data.join("boston311_corrupt_snappy.csv.sz"), "binary_file"),
        (data.join("git_lfs_pointer_named_csv.csv"), "git_lfs_pointer"),
        (data.join("html_page_named_csv.csv"), "html_page"),
        (given.folder.path().to_owned(), "is_directory"),
        (given.folder.path().join("absent.csv"), "not_found"),
        (empty, "empty_file"),
        (binary, "binary_file"),
        (header, "wrong_header"),
    ];
    let good = data.join("real_same_second_burst_300.csv");
    let mut files: Vec<&Path> = expected.iter().map(|it| it.0.as_path()).collect();
    files.push(&good);
    let (ended, rejects) = given.import("joint", &files);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let summary: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(summary["created"], json!(300));
    assert_eq!(given.requests_total(), json!(300));
    let unreadable = summary["unreadable_files"].as_array().unwrap();
    let told: Vec<(&str, &str)> = unreadable
        .iter()
        .map(|it| (it["file"].as_str().unwrap(), it["reason"].as_str().unwrap()))
        .collect();
    let wanted: Vec<(&str, &str)> =
        expected.iter().map(|(file, reason)| (file.to_str().unwrap(), *reason)).collect();
    assert_eq!(told, wanted);
    assert!(unreadable.iter().all(|it| !it["message"].as_str().unwrap().is_empty()));
    for (_, reason) in &expected {
        assert!(counts(&rejects).contains_key(&(*reason, "rejected")), "{reason}");
    }
}

#[test]
fn a_wrong_header_says_which_columns_are_missing() {
    let given = Given::new();
    let file = given.file("header.csv", b"city,source_id,status\nboston,1,Open\n");
    let (ended, rejects) = given.import("joint", &[&file]);
    assert_eq!(ended.code, Some(3));
    assert!(rejects[0].message.contains("opened_at"), "{rejects:?}");
    assert_eq!(given.requests_total(), json!(0));
}

#[test]
fn an_unknown_profile_names_the_ones_there_are() {
    let given = Given::new();
    let file = given.file("some.csv", b"a,b\n1,2\n");
    let arguments = ["import", "--profile", "quebec", "--output", "json", file.to_str().unwrap()];
    let error = given.node.run(&arguments).error(2);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("montreal") && message.contains("boston"), "{message}");
}

#[test]
fn the_file_of_rejects_never_replaces_an_input() {
    let given = Given::new();
    let file = given.file("some.csv", b"a,b\n1,2\n");
    let path = file.to_str().unwrap();
    let arguments = ["import", "--profile", "joint", "--rejects", path, "--output", "json", path];
    let error = given.node.run(&arguments).error(2);
    assert_eq!(error["code"], json!("USAGE"));
    assert_eq!(std::fs::read(&file).unwrap(), b"a,b\n1,2\n");
}
