//! The commands about requests in depth, as a script runs them.

use serde_json::{Value, json};

use super::given;
use crate::support::Node;

fn opened(node: &Node) -> String {
    let arguments = ["open", "--product", "Graffiti", "--borough", "Limoilou"];
    node.ask(&arguments)["service_request"]["number"].as_str().unwrap().to_owned()
}

fn kinds(history: &Value) -> Vec<&str> {
    let entries = history["entries"].as_array().unwrap();
    entries.iter().map(|it| it["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_script_finds_merges_relates_and_attaches() {
    let (node, _api, folder) = given().await;
    let (one, other) = (opened(&node), opened(&node));
    let found = node.ask(&["duplicates", &one]);
    assert_eq!(found["candidates"][0]["service_request"]["number"], other.as_str());
    assert_eq!(found["candidates"][0]["reason"], "in the same borough, same product, within a day");
    assert_eq!(found["incomplete"], false);

    let id = "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be0aa";
    let merged = node.ask(&["merge", &one, "--into", &other, "--note", "Pareil", "--id", id]);
    assert_eq!(merged["merge_id"], id);
    assert_eq!(merged["duplicate"]["merged_into"], other.as_str());
    assert_eq!(merged["into"]["duplicates"], json!([one]));
    let again = node.ask(&["merge", &one, "--into", &other, "--id", id]);
    assert_eq!(again["position"], merged["position"]);
    let card = node.run(&["show", &one, "--lang", "fr"]).stdout;
    assert!(card.contains("est réunie à la demande") && card.contains("Réunie à"), "{card}");
    let refused = node.run(&["merge", &other, "--into", &one, "--output", "json"]).error(5);
    assert_eq!(refused["reason"], "MERGED");
    let apart = node.ask(&["unmerge", &one]);
    assert_eq!(apart["from"]["number"], other.as_str());
    assert!(apart["duplicate"].get("merged_into").is_none());

    let related = node.ask(&["relate", &one, &other, "--kind", "caused-by"]);
    assert_eq!(related["to"]["relations"], json!([{ "service_request": one, "kind": "causes" }]));
    let unrelated = node.ask(&["relate", &one, &other, "--remove"]);
    assert!(unrelated["unrelation_id"].is_string() && unrelated.get("relation_id").is_none());

    let file = folder.path().join("photo.jpg");
    std::fs::write(&file, "test").unwrap();
    let file = file.to_str().unwrap();
    let attached = node.ask(&["attach", file, "--to", &one, "--reference", "ged:17"]);
    assert_eq!(attached["service_request"]["attachments"], 1);
    assert!(attached["attachment_id"].is_string());
    let history = node.ask(&["history", &one]);
    assert_eq!(
        history["entries"].as_array().unwrap().last().unwrap()["attachment"],
        json!({
            "media_type": "image/jpeg", "size_bytes": 4,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "file_name": "photo.jpg", "reference": "ged:17"
        })
    );
    let missing = node.run(&["attach", "no-such-file", "--to", &one, "--reference", "x"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("no-such-file"), "{missing:?}");
}

#[tokio::test]
async fn a_script_reclassifies_transfers_and_plans() {
    let (node, _api, _folder) = given().await;
    let one = opened(&node);
    let changed = |arguments: &[&str]| {
        node.ask(&[&["change", &one], arguments].concat())["service_request"].clone()
    };
    let it = changed(&["reclassify", "--product", "Trottoir", "--nature", "complaint"]);
    assert_eq!((&it["product"], &it["nature"]), (&json!("Trottoir"), &json!("complaint")));
    assert_eq!(changed(&["transfer", "--unit", "Voirie"])["unit"], "Voirie");
    let it = changed(&["enter-programme", "refection", "--note", "En 2027"]);
    assert_eq!((&it["status"], &it["programme"]), (&json!("planned"), &json!("refection")));
    assert_eq!(changed(&["leave-programme"])["status"], "assigned");
    let history = node.ask(&["history", &one, "--audience", "public"]);
    assert_eq!(
        kinds(&history),
        [
            "request_opened",
            "request_reclassified",
            "request_transferred",
            "programme_entered",
            "programme_left"
        ]
    );
    assert_eq!(history["entries"][1]["classified_before"]["product"], "Graffiti");
    assert_eq!(history["entries"][1]["classified_after"]["product"], "Trottoir");
    let table = node.run(&["history", &one, "--lang", "fr"]).stdout;
    assert!(table.contains("Graffiti → Trottoir") && table.contains("En 2027"), "{table}");
    let listed = node.ask(&["list", "--merged", "false", "--urgency", "normal"]);
    assert_eq!(listed["service_requests"].as_array().unwrap().len(), 1);
    let none = node.ask(&["list", "--urgency", "urgent"]);
    assert_eq!(none["service_requests"], json!([]));
}
