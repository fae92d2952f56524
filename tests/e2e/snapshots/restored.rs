//! What comes of a snapshot: the same answers, and the log followed from there.

use std::fs;

use beffroi_harness::NatsServer;
use serde_json::json;

use super::{answers, copied, create, filled, names, one_more, restore, taken, text, verify};
use crate::support::{Node, beffroi, city_file, command, head_of};

#[tokio::test]
async fn a_node_starts_from_a_snapshot_and_follows_the_embedded_log() {
    let folder = tempfile::tempdir().unwrap();
    let (data, new) = (folder.path().join("node"), folder.path().join("new"));
    let node = Node::start(&data);
    filled(&node).await;
    let before = answers(&node);
    assert!(node.stop().success());

    let created = create(&data, folder.path()).json();
    assert_eq!(created["position"]["sequence"], json!(4));
    assert_eq!(created["position"]["log"], before.last().unwrap()["position"]["log"]);
    let file = created["file"].as_str().unwrap();
    assert!(file.ends_with("-000000000004.snapshot"), "{file}");
    assert_eq!(created["size_bytes"].as_u64().unwrap(), fs::metadata(file).unwrap().len());

    let restored = restore(file.as_ref(), &new, &[]).json();
    assert_eq!(restored["position"], created["position"]);
    assert_eq!(restored["rows"], created["rows"]);
    fs::copy(data.join("journal.redb"), new.join("journal.redb")).unwrap();
    assert_eq!(verify(&new, &[])["same"], json!(true));
    let started = Node::start(&new);
    assert_eq!(answers(&started), before);
    assert!(started.stop().success());

    // The log goes on; the older snapshot follows it as well.
    let node = Node::start(&data);
    one_more(&node).await;
    let after = answers(&node);
    assert!(node.stop().success());
    fs::copy(data.join("journal.redb"), new.join("journal.redb")).unwrap();
    restore(file.as_ref(), &new, &["--replace"]).json();
    assert_eq!(verify(&new, &[])["events"], json!(4));
    let started = Node::start(&new);
    assert_eq!(answers(&started), after);
    assert!(started.stop().success());
    assert_eq!(verify(&new, &[])["events"], json!(5));
}

#[tokio::test]
async fn a_new_node_starts_from_a_snapshot_and_follows_the_brokers_log() {
    let folder = tempfile::tempdir().unwrap();
    let (data, new) = (folder.path().join("node"), folder.path().join("new"));
    let nats = NatsServer::start_temporary();
    let node = Node::start_on(&data, &nats.url());
    filled(&node).await;
    assert!(node.stop().success());
    let file = taken(&data, folder.path());
    let node = Node::start_on(&data, &nats.url());
    one_more(&node).await;

    restore(&file, &new, &[]).json();
    let other = Node::start_on(&new, &nats.url());
    assert_eq!(answers(&other), answers(&node));
    one_more(&other).await;
    let expected = answers(&other);
    assert!(other.stop().success());
    assert_eq!(verify(&new, &["--nats", &nats.url()])["same"], json!(true));

    // Going back to it is as safe.
    restore(&file, &new, &["--replace"]).json();
    let other = Node::start_on(&new, &nats.url());
    assert_eq!(answers(&other), expected);
}

/// A restore is killed at many moments: the projections are those that were there, or the new ones.
#[test]
fn a_killed_restore_leaves_the_old_projections_or_the_new_ones() {
    let Some(cities) = city_file("boston/311_2011_h2.csv") else { return };
    let folder = tempfile::tempdir().unwrap();
    let rows = head_of(&cities, 3_000, folder.path());
    let (data, place) = (folder.path().join("node"), folder.path().join("place"));
    let node = Node::start(&data);
    assert!(node.stop().success());
    let older = taken(&data, folder.path());
    let node = Node::start(&data);
    node.ask(&["import", "--profile", "boston", text(&rows)]);
    assert!(node.stop().success());
    let newer = taken(&data, folder.path());
    let total = verify(&data, &[])["events"].as_u64().unwrap();

    let (mut halfway, mut to_the_end) = (0, 0);
    for wait in 0..40_u64 {
        if place.exists() {
            fs::remove_dir_all(&place).unwrap();
        }
        let fresh = wait % 2 == 0;
        if !fresh {
            restore(&older, &place, &[]).json();
        }
        let mut restore = command();
        restore.args(["snapshot", "restore", text(&newer), "--replace", "--data", text(&place)]);
        restore.stdout(std::process::Stdio::null());
        let mut restoring = restore.spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait * 5));
        let _ = restoring.kill();
        restoring.wait().unwrap();
        let left = if place.exists() { names(&place) } else { Vec::new() };
        halfway += u32::from(left.iter().any(|it| it == "restore.redb"));
        let projections = left.iter().any(|it| it.starts_with("projections-"));
        assert!(fresh || projections, "the old projections are gone: {left:?}");
        if projections {
            fs::copy(data.join("journal.redb"), place.join("journal.redb")).unwrap();
            let verified = verify(&place, &[]);
            assert_eq!(verified["same"], json!(true));
            let events = verified["events"].as_u64().unwrap();
            assert!(events == total || (!fresh && events == 0), "half of it: {events}");
            to_the_end += u32::from(events == total);
        }
        if halfway > 2 && to_the_end > 0 {
            break;
        }
    }
    assert!(halfway > 0, "none was killed while it wrote");
    // What is left is not in the way.
    beffroi(&["snapshot", "restore", text(&newer), "--replace", "--data", text(&place)]);
    assert!(!names(&place).iter().any(|it| it == "restore.redb"));
    assert_eq!(verify(&place, &[])["events"].as_u64().unwrap(), total);
    let elsewhere = folder.path().join("elsewhere");
    copied(&place, &elsewhere);
    assert_eq!(verify(&elsewhere, &[])["same"], json!(true));
}
