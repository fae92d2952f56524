//! What commands show to people.

use crate::support::{Node, beffroi, python};

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
