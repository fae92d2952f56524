//! What cannot be taken or restored, and the words in which it is refused.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{answers, create, filled, names, one_more, restore, taken, text};
use crate::support::{Node, beffroi};

/// A stopped node's data, and a snapshot of it.
async fn given(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let data = folder.join("node");
    let node = Node::start(&data);
    filled(&node).await;
    assert!(node.stop().success());
    let file = taken(&data, &folder.join("a.snapshot"));
    (data, file)
}

#[track_caller]
fn said(error: &Value, reason: &str, words: &str) {
    assert_eq!(error["reason"], json!(reason), "{error}");
    assert!(error["message"].as_str().unwrap().contains(words), "{error}");
}

#[tokio::test]
async fn a_damaged_snapshot_is_refused_before_anything_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = given(folder.path()).await;
    let whole = fs::read(&file).unwrap();
    let damaged = folder.path().join("b.snapshot");
    fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    let before = names(&data);
    let error = restore(&damaged, &data, &["--replace"]).error(5);
    said(&error, "DAMAGED_SNAPSHOT", "has no end");
    let error = restore(&damaged, &data, &["--replace", "--lang", "fr"]).error(5);
    said(&error, "DAMAGED_SNAPSHOT", "n'a pas de fin");
    let mut bytes = whole.clone();
    bytes[whole.len() / 2] ^= 4;
    fs::write(&damaged, bytes).unwrap();
    let error = restore(&damaged, &data, &["--replace"]).error(5);
    said(&error, "DAMAGED_SNAPSHOT", "checksum");
    let error = restore(&data.join("journal.redb"), &data, &["--replace"]).error(5);
    said(&error, "NOT_A_SNAPSHOT", "is not a snapshot");
    assert_eq!(restore(&folder.path().join("none"), &data, &[]).code, Some(4));
    assert_eq!(names(&data), before);
}

#[tokio::test]
async fn a_snapshot_of_other_projections_says_what_to_do_and_is_listed_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = given(folder.path()).await;
    // As an older release wrote it.
    let mut bytes = fs::read(&file).unwrap();
    let version = br#"{"version":"#;
    let place = bytes.windows(version.len()).position(|it| it == version).unwrap();
    bytes[place + version.len()] -= 1;
    bytes.truncate(bytes.len() - 40);
    let sum = Sha256::digest(&bytes);
    bytes.extend(sum);
    bytes.extend(b"beffend\n");
    fs::write(&file, bytes).unwrap();
    let error = restore(&file, &data, &["--replace"]).error(5);
    said(&error, "OTHER_VERSION", "beffroi rebuild");
    let error = restore(&file, &data, &["--replace", "--lang", "fr"]).error(5);
    said(&error, "OTHER_VERSION", "prenez un nouvel instantané");
    let answer = beffroi(&["snapshot", "list", text(folder.path()), "--output", "json"]).json();
    let listed = &answer["snapshots"][0];
    assert_eq!(listed["reason"], json!("OTHER_VERSION"));
    assert_eq!(listed["position"]["sequence"], json!(4), "what it holds is told all the same");
}

#[tokio::test]
async fn projections_and_snapshots_that_are_there_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = given(folder.path()).await;
    said(&restore(&file, &data, &[]).error(5), "ALREADY_THERE", "--replace");
    said(&create(&data, &file).error(5), "ALREADY_THERE", "name another file");
    let nothing = create(&folder.path().join("nothing"), folder.path()).error(1);
    assert!(nothing["message"].as_str().unwrap().contains("beffroi serve"), "{nothing}");
}

#[tokio::test]
async fn a_running_node_keeps_its_projections() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = given(folder.path()).await;
    let node = Node::start(&data);
    let before = answers(&node);
    let in_use = restore(&file, &data, &["--replace"]).error(1);
    assert!(in_use["message"].as_str().unwrap().contains("in use"), "{in_use}");
    let in_use = create(&data, &folder.path().join("b.snapshot")).error(1);
    assert!(in_use["message"].as_str().unwrap().contains("in use"), "{in_use}");
    assert_eq!(answers(&node), before);
}

/// Starts a node that must refuse to, and gives what it said.
fn refused(data: &Path) -> String {
    let ended = Node::start_with(data, &[]).map(|_| ()).unwrap_err();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    ended.stderr
}

#[tokio::test]
async fn a_snapshot_of_another_log_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let (_data, file) = given(folder.path()).await;
    let other = folder.path().join("other");
    assert!(Node::start(&other).stop().success());
    restore(&file, &other, &["--replace"]).json();
    let said = refused(&other);
    assert!(said.contains("but this is log") && said.contains("beffroi rebuild"), "{said}");
    // Without it, the log is folded as ever.
    for name in names(&other).iter().filter(|it| it.starts_with("projections-")) {
        fs::remove_file(other.join(name)).unwrap();
    }
    assert!(Node::start(&other).stop().success());
}

#[tokio::test]
async fn a_snapshot_that_is_ahead_of_the_log_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let (data, _) = given(folder.path()).await;
    let (journal, older) = (data.join("journal.redb"), folder.path().join("older.redb"));
    fs::copy(&journal, &older).unwrap();
    let node = Node::start(&data);
    one_more(&node).await;
    assert!(node.stop().success());
    let newer = taken(&data, &folder.path().join("newer.snapshot"));
    fs::copy(&older, &journal).unwrap();
    restore(&newer, &data, &["--replace"]).json();
    let said = refused(&data);
    assert!(said.contains("ends at sequence 4 but 5 were folded"), "{said}");
    // The older one is of that log.
    restore(&folder.path().join("a.snapshot"), &data, &["--replace"]).json();
    assert_eq!(Node::start(&data).ask(&["report", "volumes"])["requests_total"], json!(3));
}

#[tokio::test]
async fn a_list_tells_what_each_file_holds_or_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_data, file) = given(folder.path()).await;
    let whole = fs::read(&file).unwrap();
    fs::write(folder.path().join("b.snapshot"), &whole[..whole.len() - 1]).unwrap();
    fs::write(folder.path().join("c.snapshot"), "").unwrap();
    fs::write(folder.path().join("notes.txt"), "something else").unwrap();
    let list = ["snapshot", "list", text(folder.path())];
    let answer = beffroi(&[&list[..], &["--output", "json"]].concat()).json();
    let [a, b, c] = &answer["snapshots"].as_array().unwrap()[..] else { panic!("{answer}") };
    assert_eq!(a["file"], json!(file));
    assert_eq!(a["position"]["sequence"], json!(4));
    assert_eq!(a["size_bytes"], json!(whole.len()));
    assert!(a["rows"].as_u64().unwrap() > 10 && a.get("reason").is_none(), "{a}");
    assert_eq!(b["reason"], json!("DAMAGED_SNAPSHOT"));
    assert_eq!(c["reason"], json!("NOT_A_SNAPSHOT"));
    assert!(b.get("position").is_none(), "nothing of a damaged file is told: {b}");

    let ended = beffroi(&list);
    assert!(ended.stdout.contains("a.snapshot") && ended.stdout.contains("whole"), "{ended:?}");
    let ended = beffroi(&[&list[..], &["--lang", "fr"]].concat());
    assert!(ended.stdout.contains("intact") && ended.stdout.contains("Journal"), "{ended:?}");
    assert_eq!(beffroi(&["snapshot", "list", "/no/such"]).code, Some(4));
}
