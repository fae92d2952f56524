//! What commands show to people.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use beffroi_wire::TIME_ZONE;
use beffroi_wire::pb::centre::v1::GetCentreRequest;
use beffroi_wire::pb::query::v1::{GetServiceRequestRequest, SubscribeBreachesRequest};

use crate::support::{Api, Node, beffroi, command, python};

#[tokio::test]
async fn every_answer_names_the_time_zone_of_the_city() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let answer = api.centre.get_centre(GetCentreRequest::default()).await.unwrap();
    let stream = api.query.subscribe_breaches(SubscribeBreachesRequest::default()).await.unwrap();
    let nobodys = GetServiceRequestRequest {
        service_request: "26-0000001-2".to_owned(),
        ..GetServiceRequestRequest::default()
    };
    let refused = api.query.get_service_request(nobodys).await.unwrap_err();
    for metadata in [answer.metadata(), stream.metadata(), refused.metadata()] {
        assert_eq!(metadata.get(TIME_ZONE).unwrap(), "America/Toronto");
    }
}

#[test]
fn the_lines_of_a_stream_tell_the_time_of_the_city() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let id = "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001";
    let at = ["--occurred-at", "2026-03-02T01:30:00Z"];
    node.ask(&[&["open", "--id", id, "--product", "Eau potable"][..], &at].concat());
    let mut watching = command()
        .args(["watch", id, "--server", &node.url])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(watching.stdout.take().unwrap()).read_line(&mut line).unwrap();
    watching.kill().unwrap();
    watching.wait().unwrap();
    assert!(line.starts_with("2026-03-01 20:30 · "), "{line}");
}

#[test]
fn a_terminal_that_does_not_know_its_width_shows_words_and_not_letters() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    node.ask(&["open", "--product", "Eau potable", "--description", "brune"]);
    let binary = env!("CARGO_BIN_EXE_beffroi");
    let shown = python("terminal.py", &[binary, "list", "--server", &node.url]);
    assert!(shown.contains("Eau potable"), "{shown}");
}

#[test]
fn an_error_names_each_field_once() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let long = "x".repeat(100_000);
    let open = ["open", "--product", "Eau potable", "--description", &long, "--server", &node.url];
    let said = beffroi(&open).stderr;
    let (_, reason) = said.split_once("error: ").unwrap();
    assert!(reason.contains("has 100000 characters, at most 10000 are taken"), "{said}");
    assert_eq!(reason.matches("100000").count(), 1, "{said}");
}

#[test]
fn commands_on_a_nodes_data_speak_the_callers_language() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    assert!(Node::start(&data).stop().success());
    let data = data.to_str().unwrap();
    let said =
        |arguments: &[&str]| beffroi(&[arguments, &["--data", data, "--lang", "fr"]].concat());
    assert!(said(&["verify"]).stdout.starts_with("les projections disent ce que dit le journal"));
    assert!(said(&["rebuild"]).stdout.starts_with("projections reconstruites"));
    std::fs::remove_file(folder.path().join("node/journal.redb")).unwrap();
    let missing = said(&["serve"]).stderr;
    assert!(missing.starts_with("erreur : le journal"), "{missing}");
}
