//! Every row of the real files, against counts taken from the same files in another way.

use super::profile::Profile;
use super::tests::{Outcome, data, read};
use beffroi_wire::pb::intake::v1::imported_change::Change;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Index;
use std::path::Path;
use std::rc::Rc;

/// A row, with fields by name.
#[derive(Debug)]
struct Row {
    header: Rc<csv::StringRecord>,
    fields: csv::StringRecord,
}

impl Index<&str> for Row {
    type Output = str;

    fn index(&self, name: &str) -> &str {
        let column = self.header.iter().position(|it| it == name);
        &self.fields[column.unwrap_or_else(|| panic!("{name} in {:?}", self.header))]
    }
}

/// The file as the csv crate alone reads it.
fn rows(path: &Path) -> Vec<Row> {
    let file = File::open(path).unwrap();
    let is_gzip = path.extension().is_some_and(|it| it == "gz");
    let file: Box<dyn Read> =
        if is_gzip { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut reader = csv::Reader::from_reader(file);
    let header = Rc::new(reader.headers().unwrap().clone());
    let row = |fields: csv::Result<_>| Row { header: header.clone(), fields: fields.unwrap() };
    reader.records().map(row).collect()
}

fn count(rows: &[Row], matches: impl Fn(&Row) -> bool) -> usize {
    rows.iter().filter(|it| matches(it)).count()
}

/// How many requests have each kind of change.
fn changes(outcome: &Outcome) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for (_, request) in &outcome.requests {
        let word = match request.changes.first().and_then(|it| it.change.as_ref()) {
            None => "open",
            Some(Change::Assign(_)) => "assigned",
            Some(Change::Resolve(_)) => "resolved",
            Some(Change::Cancel(_)) => "cancelled",
            Some(Change::PutOnHold(_) | Change::Resume(_) | Change::Reopen(_)) => {
                panic!("{request:?}")
            }
        };
        *counts.entry(word).or_default() += 1;
    }
    counts
}

/// How many defects have each reason.
fn reasons(outcome: &Outcome) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for (_, reason, ..) in &outcome.defects {
        *counts.entry(*reason).or_default() += 1;
    }
    counts
}

/// Whatever the file: changes are not before their opening, and batches are within their bounds.
fn check_laws(outcome: &Outcome) {
    for (line, request) in &outcome.requests {
        let opened = request.opened_at.unwrap();
        let is_ordered =
            request.changes.iter().all(|it| it.occurred_at.unwrap().seconds >= opened.seconds);
        assert!(is_ordered, "line {line}: {request:?}");
        assert!(!request.product.is_empty());
    }
    assert!(outcome.batches.iter().all(|(requests, events)| *requests <= 500 && *events <= 990));
    assert_eq!(outcome.rows, outcome.requests.len() as u64 + outcome.rejected);
}

#[test]
fn every_row_of_montreal_is_imported() {
    let Some(data) = data() else { return };
    let path = data.join("montreal/plateau_requetes311_2022-2026.csv");
    let (outcome, rows) = (read(&Profile::named("montreal").unwrap(), &path), rows(&path));
    check_laws(&outcome);
    assert_eq!((outcome.requests.len(), outcome.defects.len()), (135_782, 0));
    let status = |words: &[&str]| count(&rows, |it| words.contains(&&it["dernier_statut"]));
    let changes = changes(&outcome);
    assert_eq!(changes["resolved"], status(&["Terminée"]));
    let assigned = ["Prise en charge", "Transmise pour traitement", "Acceptée"];
    assert_eq!(changes["assigned"], status(&assigned));
    assert_eq!(changes["cancelled"], status(&["Refusée", "Annulée", "Supprimée"]));
    assert_eq!(changes["open"], status(&["Réactivée", "Urgente"]));
    let several = outcome.requests.iter().filter(|(_, it)| !it.other_channels.is_empty()).count();
    assert_eq!(several, count(&rows, |it| it["provenances"].contains('|')));
    let others: usize = outcome.requests.iter().map(|(_, it)| it.other_channels.len()).sum();
    let bars: usize = rows.iter().map(|it| it["provenances"].matches('|').count()).sum();
    assert_eq!(others, bars);
    for ((_, request), row) in outcome.requests.iter().zip(&rows) {
        assert_eq!(request.source.as_ref().unwrap().id, &row["no_ligne"]);
        assert_eq!(request.product, row["activite"].trim());
    }
}

#[test]
fn every_row_of_boston_is_imported() {
    let Some(data) = data() else { return };
    let path = data.join("boston/311_2011_h2.csv");
    let (outcome, rows) = (read(&Profile::named("boston").unwrap(), &path), rows(&path));
    check_laws(&outcome);
    assert_eq!((outcome.requests.len(), outcome.rejected), (58_251, 0));
    let changes = changes(&outcome);
    assert_eq!(changes["resolved"], count(&rows, |it| &it["case_status"] == "Closed"));
    assert_eq!(changes["open"], count(&rows, |it| &it["case_status"] == "Open"));
    let reasons = reasons(&outcome);
    let before = count(&rows, |it| !it["target_dt"].is_empty() && it["target_dt"] < it["open_dt"]);
    assert_eq!(reasons["promised_before_opened"], before);
    assert_eq!(reasons["promised_far_future"], count(&rows, |it| &it["target_dt"] > "2032"));
    assert_eq!(reasons.len(), 2);
    // The city's own verdicts, which our instants must give again.
    let mut verdicts = 0;
    for ((_, request), row) in outcome.requests.iter().zip(&rows) {
        let (Some(promised), Some(change)) = (request.promised_by, request.changes.first()) else {
            continue;
        };
        let on_time = change.occurred_at.unwrap().seconds <= promised.seconds;
        assert_eq!(on_time, &row["ontime"] == "ONTIME", "{row:?}");
        verdicts += 1;
    }
    let both = count(&rows, |it| !it["closed_dt"].is_empty() && !it["target_dt"].is_empty());
    assert_eq!(verdicts, both);
}

fn is_date(text: &str) -> bool {
    text.ends_with(" 00:00:00")
}

/// "Closed that day" on the day of the opening.
fn is_that_day(row: &Row) -> bool {
    is_date(&row["closed_at"]) && row["closed_at"].get(..10) == row["opened_at"].get(..10)
}

fn is_early(row: &Row) -> bool {
    !row["closed_at"].is_empty() && row["closed_at"] < row["opened_at"] && !is_that_day(row)
}

#[test]
fn every_row_of_the_joint_file_with_an_opening_is_imported() {
    let Some(data) = data() else { return };
    let path = data.join("requests_11_cities.csv.gz");
    let outcome = read(&Profile::named("joint").unwrap(), &path);
    check_laws(&outcome);
    assert_eq!((outcome.requests.len(), outcome.rejected), (600_474, 2));
    let rows = rows(&path);
    assert_eq!(outcome.rows, rows.len() as u64);
    let reasons = reasons(&outcome);
    let is_sentinel = |it: &Row| is_early(it) && &it["closed_at"] < "2000";
    assert_eq!(reasons["closed_sentinel"], count(&rows, is_sentinel));
    let is_impossible = |it: &Row| is_early(it) && &it["closed_at"] >= "2000";
    assert_eq!(reasons["closed_before_opened"], count(&rows, is_impossible));
    assert_eq!(reasons["missing_opened_at"], count(&rows, |it| it["opened_at"].is_empty()));
    assert_eq!(reasons["missing_id"], count(&rows, |it| it["source_id"].is_empty()));
    assert_eq!(reasons["unknown_status"], count(&rows, |it| &it["status"] == "STATUS"));
    assert_eq!(reasons["promised_far_future"], count(&rows, |it| &it["due_at"] > "2059"));
    let nowhere = count(&rows, |it| it["lat"].parse() == Ok(0.0) && it["lon"].parse() == Ok(0.0));
    assert_eq!(reasons["coordinates_sentinel"], nowhere);
    let is_open = |it: &Row| {
        let status = it["status"].to_lowercase();
        let words = ["open", "overdue open", "pending", "new", "in progress", "assigned"];
        words.contains(&status.as_str())
    };
    let dated = count(&rows, |it| is_open(it) && !it["closed_at"].is_empty());
    assert_eq!(reasons["closing_date_on_open_request"], dated);
    let changes = changes(&outcome);
    let is_done = |it: &Row| {
        let status = it["status"].to_lowercase();
        let is_dropped = status.contains("dup") || status.starts_with("canc");
        let is_word = status.contains("close") && !status.contains("new")
            || ["completed", "resol", "referred out"].contains(&status.as_str());
        is_word && !is_dropped || status.is_empty() && !it["closed_at"].is_empty()
    };
    assert_eq!(changes["resolved"], count(&rows, is_done));
    let is_dropped = |it: &Row| {
        let status = it["status"].to_lowercase();
        status.contains("dup") || status.starts_with("canc")
    };
    assert_eq!(changes["cancelled"], count(&rows, is_dropped));
    let unspecified = outcome.requests.iter().filter(|(_, it)| it.product == "Unspecified").count();
    let unnamed = |it: &Row| {
        !it["opened_at"].is_empty() && it["product"].is_empty() && it["category"].is_empty()
    };
    assert_eq!(unspecified, count(&rows, unnamed));
}

#[test]
fn every_bad_file_has_its_reason() {
    let Some(data) = data() else { return };
    let data = data.join("badinput");
    let joint = Profile::named("joint").unwrap();
    for (file, reason) in [
        ("boston311_corrupt_snappy.csv.sz", "binary_file"),
        ("git_lfs_pointer_named_csv.csv", "git_lfs_pointer"),
        ("html_page_named_csv.csv", "html_page"),
    ] {
        assert_eq!(read(&joint, &data.join(file)).unreadable, [reason], "{file}");
    }
    let sentinel = ["closed_sentinel"].as_slice();
    let before = ["closed_before_opened", "closed_sentinel"].as_slice();
    for (file, reasons, outcome) in [
        ("real_closed_before_2000.csv", sentinel, "imported"),
        ("real_closed_before_opened.csv", before, "imported"),
        ("real_no_opened_at.csv", &["missing_opened_at"], "rejected"),
        (
            "real_open_status_with_closing_date_200.csv",
            &["closing_date_on_open_request"],
            "imported",
        ),
        ("real_target_before_opened.csv", &["promised_before_opened"], "imported"),
        ("real_target_sentinel_far_future.csv", &["promised_far_future"], "imported"),
    ] {
        let path = data.join(file);
        let found = read(&joint, &path);
        check_laws(&found);
        let mut lines: Vec<u64> = found
            .defects
            .iter()
            .filter(|(_, reason, _, out)| reasons.contains(reason) && *out == outcome)
            .map(|(line, ..)| *line)
            .collect();
        lines.dedup();
        let all: Vec<u64> = (2..).take(rows(&path).len()).collect();
        assert_eq!(lines, all, "{file}");
    }
    let burst = read(&joint, &data.join("real_same_second_burst_300.csv"));
    assert_eq!((burst.requests.len(), burst.defects.len()), (300, 0));
}

#[test]
fn files_of_another_kind_are_refused_by_their_header() {
    let Some(data) = data() else { return };
    let path = data.join("callcentre/vancouver_311_contact_centre_metrics.csv");
    let outcome = read(&Profile::named("boston").unwrap(), &path);
    assert_eq!(outcome.unreadable, ["wrong_header"]);
}
