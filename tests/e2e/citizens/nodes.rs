//! Citizens on several nodes, under their key, and at the command line.

use super::*;

#[tokio::test]
async fn two_nodes_never_give_an_identifier_to_two_people() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let key = folder.path().join("shared.key");
    let (url, key) = (nats.url(), key.to_str().unwrap().to_owned());
    let options = ["--nats", &url, "--identifier-key", &key];
    let start = |name: &str| Node::start_with(&folder.path().join(name), &options).unwrap();
    let (one, other) = (start("one"), start("other"));
    let mut apis = [Api::connect(&one.url).await, Api::connect(&other.url).await];
    let mut void = 0;
    for round in 0..60 {
        let shared = || vec![account(&format!("shared-{round}"))];
        let before = apis[0].sequence().await;
        let [first, second] = &mut apis;
        let (a, b) = if round % 2 == 0 {
            // Two citizens named by their callers: one has it, the other is told so.
            let (a, b) = (new_id(), new_id());
            let calls = (of(&a, shared(), vec![]), of(&b, shared(), vec![]));
            let (x, y) = tokio::join!(first.save(calls.0), second.save(calls.1));
            let (winner, taken) = if x.is_ok() { (x, y) } else { (y, x) };
            let winner = winner.expect("one has it").id;
            let taken = refusal(taken);
            check(&taken, Code::AlreadyExists, "IDENTIFIER_TAKEN", &winner);
            assert_eq!(taken.metadata["citizen_id"], winner);
            (winner.clone(), winner)
        } else {
            // Whoever has it: both find or make the same.
            let (x, y) =
                tokio::join!(first.saved(adding(shared())), second.saved(adding(shared())));
            (x.id, y.id)
        };
        assert_eq!(a, b);
        let mut last = 0;
        for api in &mut apis {
            last = last.max(api.sequence().await);
        }
        // One event more than was answered: a save that came too late and was void.
        let answered = if round % 2 == 0 { 1 } else { 2 };
        void += (last - before).saturating_sub(answered);
        for api in &mut apis {
            let call = FindCitizenRequest {
                identifier: shared().pop(),
                min_position: Some(beffroi_wire::pb::query::v1::Position {
                    sequence: last,
                    ..api.volumes().await.position.expect("a position")
                }),
            };
            let found = api.citizen.find_citizen(call).await.expect("found").into_inner();
            assert_eq!(found.citizen.expect("a citizen").id, a);
        }
    }
    eprintln!("void saves: {void}");
    assert!(void > 0, "the nodes never ran into each other");
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
