//! Later extracts of a source: what changed is taken over, the rest stays, nothing is refused for
//! having been imported before.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::Node;

/// A node, and a folder for extracts.
struct Given {
    node: Node,
    folder: tempfile::TempDir,
}

impl Given {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { node: Node::start(&folder.path().join("node")), folder }
    }

    fn rejects(&self) -> PathBuf {
        self.folder.path().join("rejects.csv")
    }

    /// Imports a table; gives created, updated, unchanged, rejected, and the remarks: line, column,
    /// reason.
    fn import(&self, profile: &str, options: &[&str], table: &str) -> ([u64; 4], Vec<String>) {
        let file = self.folder.path().join("extract.csv");
        std::fs::write(&file, table).unwrap();
        let (file, rejects) = (file.to_str().unwrap(), self.rejects());
        let rejects = rejects.to_str().unwrap();
        let fixed = ["import", "--profile", profile, "--rejects", rejects];
        let summary = self.node.ask(&[&fixed, options, &[file]].concat());
        let counts = ["created", "updated", "unchanged", "rejected"];
        let counts = counts.map(|it| summary[it].as_u64().unwrap());
        let lines = std::fs::read_to_string(rejects).unwrap();
        let lines = lines.lines().skip(1).map(|it| {
            let fields: Vec<&str> = it.split(',').collect();
            fields[1..4].join(" ")
        });
        let lines: Vec<String> = lines.collect();
        assert_eq!(summary["remarks"].as_u64().unwrap() + counts[3], lines.len() as u64);
        (counts, lines)
    }

    /// The requests, in the order of their ids in the source.
    fn requests(&self) -> Vec<Value> {
        let list = self.node.ask(&["list", "--limit", "100"]);
        let mut requests = list["service_requests"].as_array().unwrap().clone();
        requests.sort_by_key(|it| it["source"]["id"].as_str().unwrap().to_owned());
        requests
    }

    fn statuses(&self) -> Vec<String> {
        let of = |it: &Value| it["status"].as_str().unwrap().to_owned();
        self.requests().iter().map(of).collect()
    }

    /// The kinds and times of a request's history, `~` where they are approximate.
    fn history(&self, at: usize) -> Vec<String> {
        let number = self.requests()[at]["number"].as_str().unwrap().to_owned();
        let history = self.node.ask(&["history", &number]);
        let entries = history["entries"].as_array().unwrap().iter();
        entries
            .map(|it| {
                let mark = if it["approximate"] == json!(true) { "~" } else { "" };
                let at = it["occurred_at"].as_str().unwrap();
                format!("{} {mark}{at}", it["kind"].as_str().unwrap())
            })
            .collect()
    }
}

/// An extract of Montréal: last statuses, and the moment at which they were read.
fn montreal(extracted_at: &str, statuses: &[&str]) -> String {
    let mut table = "no_ligne,mois_creation,jour_semaine,heure,nature,activite,dernier_statut,\
                     provenances,arrondissement,extrait_le\n"
        .to_owned();
    for (id, status) in statuses.iter().enumerate() {
        let row = ["2022-01,Mercredi,15,Requete,Graffiti", status, "Mobile,Plateau", extracted_at];
        writeln!(table, "{id},{}", row.join(",")).unwrap();
    }
    table
}

/// An extract of Boston: what is closed, and when.
fn boston(rows: &[(&str, &str)]) -> String {
    let mut table = "case_enquiry_id,open_dt,target_dt,closed_dt,case_status,reason,type,\
                     department,neighborhood,latitude,longitude,source\n"
        .to_owned();
    for (id, (status, closed)) in rows.iter().enumerate() {
        let times = "2012-01-02 12:00:00,2012-01-05 12:00:00";
        writeln!(table, "{id},{times},{closed},{status},Lamps,Lamp,PWD,,,,Twitter").unwrap();
    }
    table
}

const NOTHING: Vec<String> = Vec::new();

#[test]
fn a_later_extract_without_times_of_its_own_updates_what_changed_and_leaves_the_rest() {
    let given = Given::new();
    let words = ["Terminée", "Prise en charge", "Transmise pour traitement", "Terminée", "Urgente"];
    let first = montreal("2026-08-01T06:00:00Z", &words);
    assert_eq!(given.import("montreal", &[], &first), ([5, 0, 0, 0], NOTHING));
    let later = montreal("2026-08-02T06:00:00Z", &words);
    assert_eq!(given.import("montreal", &[], &later), ([0, 0, 5, 0], NOTHING));
    let resolved = &given.requests()[0];
    assert_eq!(resolved["resolved_at"], json!("2026-08-01T06:00:00Z"));
    assert_eq!(resolved["status_approximate"], json!(true));
    let summary = resolved["summary"].as_str().unwrap();
    assert!(summary.ends_with("resolved since about 2026-08-01."), "{summary}");
    // Reopened, resolved, passed on, taken up again, resolved.
    let words = ["Réactivée", "Terminée", "Prise en charge", "Acceptée", "Terminée"];
    let changed = montreal("2026-08-03T06:00:00Z", &words);
    assert_eq!(given.import("montreal", &[], &changed), ([0, 5, 0, 0], NOTHING));
    let expected = ["open", "resolved", "assigned", "assigned", "resolved"];
    assert_eq!(given.statuses(), expected);
    assert_eq!(
        given.history(3)[1..],
        [
            "request_resolved ~2026-08-01T06:00:00Z",
            "request_reopened ~2026-08-03T06:00:00Z",
            "request_assigned ~2026-08-03T06:00:00Z"
        ]
    );
    assert_eq!(given.import("montreal", &[], &changed), ([0, 0, 5, 0], NOTHING));
    // What was reopened is resolved again, under the same word as at first.
    let words = ["Terminée", "Terminée", "Terminée", "Terminée", "Terminée"];
    let last = montreal("2026-08-04T06:00:00Z", &words);
    assert_eq!(given.import("montreal", &[], &last), ([0, 3, 2, 0], NOTHING));
    assert_eq!(given.statuses(), ["resolved"; 5]);
}

#[test]
fn an_older_extract_changes_nothing_and_says_so() {
    let given = Given::new();
    let newer = montreal("2026-08-02T06:00:00Z", &["Terminée", "Réactivée", "Terminée"]);
    given.import("montreal", &[], &newer);
    let older = montreal("2026-08-01T06:00:00Z", &["Prise en charge", "Réactivée", "Urgente"]);
    let remarks = ["2 extrait_le older_than_known", "4 dernier_statut older_than_known"];
    let remarks = remarks.map(str::to_owned).to_vec();
    assert_eq!(given.import("montreal", &[], &older), ([0, 0, 3, 0], remarks));
    assert_eq!(given.statuses(), ["resolved", "open", "resolved"]);
}

#[test]
fn a_closing_that_its_source_corrects_is_a_reopening_and_another_closing() {
    let given = Given::new();
    let closed = |at| ("Closed", at);
    let first = boston(&[closed("2012-01-04 12:00:00"), closed("2012-01-04 12:00:00")]);
    given.import("boston", &[], &first);
    let later = boston(&[closed("2012-01-06 12:00:00"), closed("2012-01-03 12:00:00")]);
    let remark = "3 closed_dt older_than_known".to_owned();
    assert_eq!(given.import("boston", &[], &later), ([0, 1, 1, 0], vec![remark.clone()]));
    assert_eq!(
        given.history(0)[1..],
        [
            "request_resolved 2012-01-04T17:00:00Z",
            "request_reopened ~2012-01-04T17:00:00Z",
            "request_resolved 2012-01-06T17:00:00Z"
        ]
    );
    let verdicts = |it: &Value| {
        let promises = it["promises"].as_array().unwrap().iter();
        promises.map(|it| it["verdict"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&given.requests()[0]), ["on_time", "late"]);
    assert_eq!(given.import("boston", &[], &later), ([0, 0, 2, 0], vec![remark]));
    // The first extract again: the corrected closing stays.
    let remarks = vec!["2 closed_dt older_than_known".to_owned()];
    assert_eq!(given.import("boston", &[], &first), ([0, 0, 2, 0], remarks));
    assert_eq!(given.statuses(), ["resolved", "resolved"]);
}

#[test]
fn a_request_that_is_open_again_is_reopened_when_the_time_of_the_extract_is_known() {
    let given = Given::new();
    given.import("boston", &[], &boston(&[("Closed", "2012-01-04 12:00:00")]));
    let open = boston(&[("Open", "")]);
    let remark = "2 case_status reopening_undated".to_owned();
    assert_eq!(given.import("boston", &[], &open), ([0, 0, 1, 0], vec![remark]));
    let dated = ["--extracted-at", "2012-02-01T05:00:00Z"];
    assert_eq!(given.import("boston", &dated, &open), ([0, 1, 0, 0], NOTHING));
    assert_eq!(given.import("boston", &dated, &open), ([0, 0, 1, 0], NOTHING));
    assert_eq!(given.history(0)[2..], ["request_reopened ~2012-02-01T05:00:00Z"]);
    assert_eq!(given.requests()[0]["promises"][1]["due_at"], json!("2012-01-05T17:00:00Z"));
}

#[test]
fn what_cannot_be_taken_over_is_named_and_nothing_is_rejected_for_it() {
    let given = Given::new();
    let first = montreal("2026-08-01T06:00:00Z", &["Annulée", "Prise en charge", "Refusée"]);
    given.import("montreal", &[], &first);
    let words = ["Prise en charge", "Urgente", "Annulée"];
    let later =
        montreal("2026-08-02T06:00:00Z", &words).replace("Graffiti,Urgente", "Neige,Urgente");
    let remarks = [
        "2 dernier_statut status_kept",
        "3 activite detail_kept",
        "3 dernier_statut status_kept",
        "4 dernier_statut detail_kept",
    ];
    let remarks = remarks.map(str::to_owned).to_vec();
    assert_eq!(given.import("montreal", &[], &later), ([0, 0, 3, 0], remarks));
}
