//! A calendar that is published: what is open is counted again by it, and says why.

use std::fs;
use std::path::{Path, PathBuf};

use beffroi_harness::NatsServer;
use beffroi_wire::pb::centre::v1::PublishCalendarRequest;
use serde_json::{Value, json};

use crate::support::{Api, Node, refusal, wait_until, workspace};

/// Open when this is promised, at 20:10 of Maundy Thursday 2026: in two business days.
const ID: &str = "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be011";
const PUBLICATION: &str = "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be012";

fn complain(node: &Node, id: &str) -> Value {
    let at = "2026-04-02T20:10:00-04:00";
    let what = ["--product", "Attente", "--nature", "complaint", "--occurred-at", at];
    node.ask(&[&["open", "--id", id], what.as_slice()].concat())
}

/// Québec's file, changed.
fn file(folder: &Path, from: &str, to: &str) -> PathBuf {
    let city = fs::read_to_string(workspace().join("crates/server/cities/quebec.toml")).unwrap();
    assert!(city.contains(from), "{from}");
    let file = folder.join("city.toml");
    fs::write(&file, city.replace(from, to)).unwrap();
    file
}

fn publish(node: &Node, file: &Path, more: &[&str]) -> Value {
    let publish = ["calendar", "publish", file.to_str().unwrap()];
    node.ask(&[publish.as_slice(), more].concat())
}

fn due_at(node: &Node) -> Value {
    node.ask(&["show", ID])["service_request"]["promises"][0]["due_at"].clone()
}

fn facts(node: &Node) -> Vec<Value> {
    let answer = node.ask(&["breaches"]);
    let facts = answer["breaches"].as_array().unwrap();
    facts.iter().map(|it| json!([it["kind"], it["due_at"]])).collect()
}

fn revisions(node: &Node) -> Vec<Value> {
    let answer = node.ask(&["history", ID]);
    let entries = answer["entries"].as_array().unwrap().iter();
    entries.filter(|it| it["kind"] == "promises_revised").cloned().collect()
}

const BEFORE: &str = "2026-04-08T23:00:00Z";
const AFTER: &str = "2026-04-07T23:00:00Z";

#[test]
fn a_corrected_calendar_revises_what_is_open_and_the_history_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    complain(&node, ID);
    wait_until("the breach is raised", || facts(&node) == [json!(["breach", BEFORE])]);
    // Easter Monday turns out to have been worked.
    let corrected = file(folder.path(), "2026-04-06, ", "");
    let more = ["--from", "2026-04-06", "--actor", "agent:1", "--id", PUBLICATION];
    let published = publish(&node, &corrected, &more);
    assert_eq!(published["version"], 2, "the file's calendar is the first");
    assert_eq!(published["holds_from"], "2026-04-06");
    wait_until("the promise is revised", || due_at(&node) == AFTER);
    let expected = [["breach", BEFORE], ["withdrawal", BEFORE], ["breach", AFTER]];
    wait_until("the breach moves", || facts(&node) == expected.map(|it| json!(it)));
    let [revision] = revisions(&node).try_into().unwrap();
    assert_eq!(revision["due_at"], AFTER);
    assert_eq!(revision["summary"], "Due time counted again: the city's calendar, version 2");
    assert_eq!(revision["promise_steps"][0]["due_before"], BEFORE);
    let told = node.run(&["--lang", "fr", "history", ID]).stdout;
    assert!(told.contains("Échéance recomptée : calendrier de la ville, version 2"), "{told}");
    // Sent again it changes nothing.
    assert_eq!(publish(&node, &corrected, &more)["version"], 2);
    assert_eq!(publish(&node, &corrected, &["--from", "2026-04-06"])["version"], 2);
    assert_eq!(revisions(&node).len(), 1);
    // What is promised from now on is counted by it, at a restart too.
    assert!(node.stop().success());
    let node = Node::start(&folder.path().join("node"));
    let other = complain(&node, "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be013");
    assert_eq!(other["service_request"]["promises"][0]["due_at"], AFTER);
    assert_eq!(revisions(&node).len(), 1);
}

#[test]
fn an_explanation_counts_by_the_calendar_that_was_known_then() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    complain(&node, ID);
    let history = node.ask(&["history", ID]);
    let known_at = history["entries"][0]["position"]["recorded_at"].as_str().unwrap().to_owned();
    publish(&node, &file(folder.path(), "2026-04-06, ", ""), &["--from", "2026-04-06"]);
    wait_until("the promise is revised", || due_at(&node) == AFTER);
    let promise = |options: &[&str]| {
        let answer = node.ask(&[&["explain", ID], options].concat());
        let it = &answer["promises"][0];
        json!([it["recorded_due_at"], it["counted_due_at"], it["differs"]])
    };
    assert_eq!(promise(&[]), json!([AFTER, AFTER, false]));
    assert_eq!(promise(&["--known-at", &known_at]), json!([BEFORE, BEFORE, false]));
    assert_eq!(promise(&["--as-of", "2026-04-07T12:00:00-04:00"]), json!([BEFORE, BEFORE, false]));
    // Whatever the file of the node says by then.
    assert!(node.stop().success());
    let other = file(folder.path(), "2026-04-06, ", "2026-04-07, 2026-04-08, ");
    let options = ["--city", other.to_str().unwrap()];
    let node = Node::start_with(&folder.path().join("node"), &options).unwrap();
    let answer = node.ask(&["explain", ID, "--known-at", &known_at]);
    assert_eq!(answer["promises"][0]["counted_due_at"], BEFORE);
    wait_until("the node warns of its file", || {
        node.said().contains("is not the one that was published last")
    });
}

#[test]
fn a_promise_that_holds_again_is_counted_by_the_calendar_of_now() {
    const OTHER: &str = "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be014";
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let fell = |id| node.ask(&["open", "--id", id, "--product", "Abattage d'arbre"]);
    let opened = fell(ID);
    fell(OTHER);
    // It is not due for weeks: no alarm counts it again. The day on which it is turns out to be closed.
    let before = opened["service_request"]["promises"][0]["due_at"].as_str().unwrap();
    let closing: chrono::DateTime<chrono::Utc> = before.parse().unwrap();
    let day = (closing - chrono::TimeDelta::hours(12)).date_naive();
    node.ask(&["merge", ID, "--into", OTHER]);
    publish(&node, &file(folder.path(), "holidays = [", &format!("holidays = [ {day},")), &[]);
    wait_until("the promise is revised", || due_at(&node) != before);
    let after = due_at(&node);
    node.ask(&["unmerge", ID]);
    assert_eq!(due_at(&node), after);
    assert_eq!(revisions(&node).len(), 2);
}

#[test]
fn the_versions_are_shown_with_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let of_file = node.ask(&["calendar", "show"]);
    assert_eq!(of_file["version"], Value::Null);
    assert_eq!(of_file["week"][0], "08:00-19:00");
    assert_eq!(of_file["dates"].as_array().unwrap().len(), 77);
    publish(&node, &file(folder.path(), "2027-12-28,", ""), &[]);
    publish(&node, &file(folder.path(), "2027-12-27, ", ""), &["--from", "2027-01-01"]);
    let last = node.ask(&["calendar", "show"]);
    let versions: Vec<_> = last["versions"].as_array().unwrap().iter().collect();
    assert_eq!(versions.iter().map(|it| &it["version"]).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(last["version"]["holds_from"], "2027-01-01");
    let dates = |answer: &Value| -> Vec<String> {
        let dates = answer["dates"].as_array().unwrap().iter();
        let dates = dates.map(|it| it["date"].as_str().unwrap().to_owned());
        dates.filter(|it| it.starts_with("2027-12")).collect()
    };
    assert_eq!(dates(&last), ["2027-12-28"]);
    assert_eq!(dates(&node.ask(&["calendar", "show", "--version", "2"])), ["2027-12-27"]);
    // The first is that of the file, by which everything was counted before.
    let first = node.ask(&["calendar", "show", "--version", "1"]);
    assert_eq!(dates(&first), ["2027-12-27", "2027-12-28"]);
    let shown = node.run(&["--lang", "fr", "calendar", "show", "--year", "2027"]).stdout;
    for part in [
        "Calendrier, version 3 (America/Toronto, connu jusqu'au 2030-12-31)",
        "2027-12-28 mar",
        "Lendemain de Noël",
        "toutes les dates",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("2028-01-03"), "{shown}");
    let unknown = node.run(&["calendar", "show", "--version", "9", "--output", "json"]).error(4);
    assert_eq!(unknown["reason"], "UNKNOWN_CALENDAR");
}

#[test]
fn what_cannot_hold_is_refused_with_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    for (from, to, field, message) in [
        ("known_until = 2030-12-31", "", "calendar.known_until", "is missing"),
        ("2030-12-31", "2026-12-31", "calendar.known_until", "13 months ahead"),
        ("America/Toronto", "Europe/Paris", "calendar.time_zone", "does not change"),
    ] {
        let file = file(folder.path(), from, to);
        let refused =
            node.run(&["calendar", "publish", file.to_str().unwrap(), "--output", "json"]).error(5);
        let violation = &refused["fields"][0];
        assert_eq!(violation["field"], field, "{refused}");
        assert!(violation.to_string().contains(message), "{refused}");
    }
    let night = file(folder.path(), "thursday = \"08:00-19:00\"", "thursday = \"22:00-06:00\"");
    publish(&node, &night, &[]);
    let day = file(folder.path(), "friday = \"08:00-19:00\"", "friday = \"05:00-19:00\"");
    // The night before the first Friday of the new calendar runs into it.
    let publish = ["calendar", "publish", day.to_str().unwrap(), "--from", "2027-06-11"];
    let refused = node.run(&[publish.as_slice(), &["--output", "json"]].concat()).error(5);
    assert_eq!(refused["fields"][0]["field"], "holds_from", "{refused}");
}

#[tokio::test]
async fn what_is_no_calendar_is_refused_with_each_field() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    let call = PublishCalendarRequest {
        publication_id: "nobody".to_owned(),
        holds_from: "tomorrow".to_owned(),
        ..PublishCalendarRequest::default()
    };
    let refused = refusal(api.centre.publish_calendar(call).await);
    assert_eq!(refused.fields, ["publication_id", "holds_from", "calendar"]);
}

#[test]
fn two_nodes_on_a_broker_revise_once_and_agree() {
    let server = NatsServer::start_temporary();
    let folder = tempfile::tempdir().unwrap();
    let one = Node::start_on(&folder.path().join("one"), &server.url());
    let other = Node::start_on(&folder.path().join("other"), &server.url());
    complain(&one, ID);
    publish(&other, &file(folder.path(), "2026-04-06, ", ""), &["--from", "2026-04-06"]);
    for node in [&one, &other] {
        wait_until("the promise is revised", || due_at(node) == AFTER);
    }
    let last = [["withdrawal", BEFORE], ["breach", AFTER]].map(|it| json!(it));
    for node in [&one, &other] {
        wait_until("the breach moves", || facts(node).ends_with(&last));
        assert_eq!(facts(node), facts(&one));
        assert_eq!(revisions(node).len(), 1);
    }
}
