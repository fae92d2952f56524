//! Backup and restore of the whole, as docs/operations.md tells it.

use std::fs;

use beffroi_harness::NatsServer;
use serde_json::{Value, json};

use super::{answers, copied, one_more, restore, taken, verify};
use crate::support::{Node, wait_until};

/// A telephone number by which a citizen is found, as long as the key is the same.
const TELEPHONE: &str = "418-555-0142";

async fn filled(node: &Node) {
    super::filled(node).await;
    one_more(node).await;
    node.ask(&["citizen", "save", "--telephone", TELEPHONE]);
}

fn found(node: &Node) -> Value {
    node.ask(&["citizen", "find", "--telephone", TELEPHONE])
}

#[tokio::test]
async fn the_files_of_a_stopped_node_restored_elsewhere_answer_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("node"), folder.path().join("backup"));
    let node = Node::start(&data);
    filled(&node).await;
    let (expected, citizen) = (answers(&node), found(&node));
    assert!(node.stop().success());
    let file = taken(&data, folder.path());
    fs::create_dir(&backup).unwrap();
    for name in ["journal.redb", "identifier.key"] {
        fs::copy(data.join(name), backup.join(name)).unwrap();
    }
    fs::remove_dir_all(&data).unwrap();

    // The log and the key alone: everything is folded again.
    let whole = folder.path().join("whole");
    copied(&backup, &whole);
    let node = Node::start(&whole);
    assert_eq!((answers(&node), found(&node)), (expected.clone(), citizen.clone()));

    // With the snapshot only what came since is folded.
    let fast = folder.path().join("fast");
    restore(&file, &fast, &[]).json();
    copied(&backup, &fast);
    assert_eq!(verify(&fast, &[])["same"], json!(true));
    let node = Node::start(&fast);
    assert_eq!((answers(&node), found(&node)), (expected, citizen));

    // Without the key, the node says what is missing.
    let keyless = folder.path().join("keyless");
    copied(&backup, &keyless);
    fs::remove_file(keyless.join("identifier.key")).unwrap();
    let refused = Node::start_with(&keyless, &[]).map(|_| ()).unwrap_err();
    assert!(refused.stderr.contains("identifier key"), "{refused:?}");
}

#[tokio::test]
async fn the_files_of_a_stopped_broker_restored_elsewhere_are_the_same_log() {
    let folder = tempfile::tempdir().unwrap();
    let (data, store) = (folder.path().join("node"), folder.path().join("nats"));
    let mut nats = NatsServer::start(&store);
    let node = Node::start_on(&data, &nats.url());
    filled(&node).await;
    assert!(node.stop().success());
    let file = taken(&data, folder.path());
    let node = Node::start_on(&data, &nats.url());
    one_more(&node).await;
    wait_until("the request", || node.ask(&["report", "volumes"])["requests_total"] == json!(5));
    let (expected, citizen) = (answers(&node), found(&node));
    assert!(node.stop().success());
    nats.stop();
    let (backup, new) = (folder.path().join("nats-backup"), folder.path().join("new"));
    copied(&store, &backup);
    drop(nats);
    fs::remove_dir_all(&store).unwrap();

    let nats = NatsServer::start(&backup);
    restore(&file, &new, &[]).json();
    fs::copy(data.join("identifier.key"), new.join("identifier.key")).unwrap();
    let node = Node::start_on(&new, &nats.url());
    assert_eq!((answers(&node), found(&node)), (expected, citizen));
    assert!(node.stop().success());
    assert_eq!(verify(&new, &["--nats", &nats.url()])["same"], json!(true));
}
