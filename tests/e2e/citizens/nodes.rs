//! Citizens on several nodes, under their key, and at the command line.

use beffroi_harness::{NatsServer, Proxy};
use beffroi_wire::pb::citizen::v1::FindCitizenRequest;
use beffroi_wire::pb::query::v1::{GetVolumesRequest, Position};
use serde_json::json;
use tonic::Code;

use super::{account, adding, check, new_id, of, telephone};
use crate::support::{Api, Node, refusal};

/// Waits until the node has folded `position`: each call waits for it a while.
async fn comes_to(api: &mut Api, position: &Position) {
    let call = GetVolumesRequest { min_position: Some(position.clone()) };
    for _ in 0..30 {
        match api.query.get_volumes(call.clone()).await {
            Ok(_) => return,
            Err(behind) => assert_eq!(behind.code(), Code::Unavailable, "{behind}"),
        }
    }
    panic!("the node does not come to {position:?}");
}

#[tokio::test]
async fn two_nodes_never_give_an_identifier_to_two_people() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let proxy = Proxy::start(nats.address());
    let way = nats.url().replace(&nats.address(), &proxy.address());
    let key = folder.path().join("shared.key");
    let start = |name: &str, url: &str| {
        let options = ["--nats", url, "--identifier-key", key.to_str().unwrap()];
        Node::start_with(&folder.path().join(name), &options).unwrap()
    };
    let (one, other) = (start("one", &nats.url()), start("other", &way));
    let mut first = Api::connect(&one.url).await;
    let mut second = Api::connect(&other.url).await;
    for is_named in [true, false] {
        let shared = || vec![account(&format!("shared-{is_named}"))];
        let call = || if is_named { of(&new_id(), shared(), vec![]) } else { adding(shared()) };
        let before = first.volumes().await.position.expect("a position");
        comes_to(&mut second, &before).await;
        let after = |events| Position { sequence: before.sequence + events, ..before.clone() };
        // The other node saves without knowing of the first save: the log holds both.
        proxy.hold_to_client();
        let holder = first.saved(call()).await.id;
        let mut late = second.clone();
        let late_call = call();
        let late = tokio::spawn(async move { late.save(late_call).await });
        comes_to(&mut first, &after(2)).await;
        proxy.heal();
        let late = late.await.expect("answered");
        if is_named {
            // Another citizen named by its caller: it is told who has the identifier.
            let taken = refusal(late);
            check(&taken, Code::AlreadyExists, "IDENTIFIER_TAKEN", &holder);
            assert_eq!(taken.metadata["citizen_id"], holder);
        } else {
            // Whoever has it: the one who was found meanwhile, in a save of its own.
            assert_eq!(late.expect("saved").id, holder);
        }
        let last = after(if is_named { 2 } else { 3 });
        for api in [&mut first, &mut second] {
            comes_to(api, &last).await;
            assert_eq!(api.sequence().await, last.sequence);
            assert_eq!(api.found(shared().remove(0)).await, holder);
        }
    }
}

#[tokio::test]
async fn a_node_refuses_to_start_with_another_key_than_that_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    // Nothing was hashed yet: a new key is as good as the old one.
    assert!(Node::start(&data).stop().success());
    let file = data.join("identifier.key");
    std::fs::remove_file(&file).unwrap();
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    let citizen = api.saved(adding(vec![telephone("418 555-0123")])).await.id;
    assert!(node.stop().success());

    let kept = folder.path().join("kept.key");
    std::fs::rename(&file, &kept).unwrap();
    let check = |says: &str| {
        let ended = Node::start_with(&data, &[]).expect_err("it must not start");
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains(says), "{ended:?}");
    };
    check("bring that one back from its backup");
    assert!(!file.exists(), "no key is made beside identifiers of another");
    assert!(Node::start(&folder.path().join("elsewhere")).stop().success());
    std::fs::copy(folder.path().join("elsewhere/identifier.key"), &file).unwrap();
    check("give this node that key");

    let key = ["--identifier-key", kept.to_str().unwrap()];
    let node = Node::start_with(&data, &key).unwrap();
    let mut api = Api::connect(&node.url).await;
    assert_eq!(api.found(telephone("418 555-0123")).await, citizen);
}

#[tokio::test]
async fn nodes_with_two_keys_on_one_log_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let start = |name: &str| Node::start_on(&folder.path().join(name), &nats.url());
    let (one, other) = (start("one"), start("other"));
    let (mut first, mut second) = (Api::connect(&one.url).await, Api::connect(&other.url).await);
    first.saved(adding(vec![account("a")])).await;
    let position = first.volumes().await.position;
    let call = FindCitizenRequest { identifier: Some(account("a")), min_position: position };
    let refused = refusal(second.citizen.find_citizen(call).await);
    check(&refused, Code::Internal, "OTHER_IDENTIFIER_KEY", "operations must give it");
    let refused = refusal(second.save(adding(vec![account("b")])).await);
    assert_eq!(refused.reason, "OTHER_IDENTIFIER_KEY");
}

#[tokio::test]
async fn commands_find_save_merge_and_unmerge_without_showing_an_identifier() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let save = ["citizen", "save", "--telephone", "418 555-0123", "--language", "fr"];
    let saved = node.ask(&save);
    let one = saved["citizen"]["id"].as_str().unwrap().to_owned();
    assert_eq!(saved["citizen"]["identifiers"], json!({ "telephone": 1 }));
    assert_eq!(saved["citizen"]["language"], json!("french"));
    assert!(saved["save_id"].is_string());
    let found = node.ask(&["citizen", "find", "--telephone", "(418) 555-0123"]);
    assert_eq!(found["citizen"], saved["citizen"]);
    let second = ["citizen", "save", "--email", "nom@exemple.ca", "--app-account", "nom"];
    let two = node.ask(&second)["citizen"]["id"].as_str().unwrap().to_owned();
    let taken = ["citizen", "save", "--citizen", &two, "--telephone", "4185550123"];
    let taken = node.run(&[&taken[..], &["--output", "json"]].concat()).error(5);
    assert_eq!(taken["reason"], json!("IDENTIFIER_TAKEN"));
    assert_eq!(taken["metadata"], json!({ "citizen_id": one, "kind": "telephone" }));
    let merged = node.ask(&["citizen", "merge", &two, "--into", &one]);
    assert_eq!(merged["citizen"]["records"], json!([one, two]));
    assert!(merged["merge_id"].is_string());
    let shown = node.ask(&["citizen", &two]);
    assert_eq!(shown["citizen"]["merged_into"], json!(one));
    let apart = node.ask(&["citizen", "unmerge", &two]);
    assert_eq!(apart["citizen"]["records"], json!([two]));
    let opened = node.ask(&["open", "--product", "Nid-de-poule", "--telephone", "418.555.0123"]);
    assert_eq!(opened["service_request"]["citizen_id"], json!(one));
    let table = node.run(&["citizen", &one, "--lang", "fr"]);
    assert!(table.stdout.contains("Téléphone : 1"), "{table:?}");
    for printed in [saved, found, taken, merged, shown, apart, opened] {
        let printed = printed.to_string();
        for mark in ["555-0123", "555.0123", "5550123", "exemple", "\"nom\""] {
            assert!(!printed.contains(mark), "{mark} in {printed}");
        }
    }
}
