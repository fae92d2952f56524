//! Levels: what a city's file promises of its calls, figures with known answers, and facts that any node
//! states once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use beffroi_harness::NatsServer;
use beffroi_wire::pb::event::v1::{Channel, ContactOutcome as Outcome, Language, Nature};
use beffroi_wire::pb::intake::v1::RecordContactRequest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Api, Node, wait_until};

/// Four ways to count those who hang up; each is promised by the day, 80 % within two minutes.
const WAYS: [(&str, &str); 4] = [
    ("ignored", ""),
    ("offered", ""),
    ("short-excluded", "short_secs = 5"),
    ("short-good", "short_secs = 5"),
];

/// The city's file: Québec's hours and zone, without holidays.
fn city(folder: &Path) -> PathBuf {
    let mut text = String::from("name = \"Essai\"\ntime_zone = \"America/Toronto\"\n[hours]\n");
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday"] {
        writeln!(text, "{day} = \"08:00-19:00\"").unwrap();
    }
    for (way, short) in WAYS {
        let hang_ups = way.replace('-', "_");
        write!(
            text,
            "[[level]]\ncode = \"{way}\"\nname = {{ fr = \"F {way}\", en = \"E {way}\" }}\n\
             contacts = [\"telephone\"]\nwithin_secs = 120\nhang_ups = \"{hang_ups}\"\n{short}\n\
             percent = 80\nwindows = [\"day\", \"month\"]\n"
        )
        .unwrap();
    }
    let file = folder.join("city.toml");
    std::fs::write(&file, text).unwrap();
    file
}

fn call(time: &str, outcome: Outcome, waited_secs: u32) -> RecordContactRequest {
    RecordContactRequest {
        contact_id: Uuid::now_v7().to_string(),
        channel: Channel::Telephone.into(),
        nature: Nature::Information.into(),
        language: Language::French.into(),
        outcome: outcome.into(),
        waited_secs,
        occurred_at: Some(time.parse().expect("a time")),
        ..RecordContactRequest::default()
    }
}

/// Ten calls of Monday 2024-03-11, from 8:00 to 18:59:59 in summer time, and what does not count.
fn calls() -> Vec<RecordContactRequest> {
    let answered = Outcome::Informed;
    vec![
        call("2024-03-11T12:00:00Z", answered, 0),
        call("2024-03-11T13:00:00Z", answered, 12),
        call("2024-03-11T14:00:00Z", answered, 45),
        call("2024-03-11T15:00:00Z", answered, 60),
        call("2024-03-11T16:00:00Z", answered, 90),
        call("2024-03-11T17:00:00Z", answered, 119),
        call("2024-03-11T18:00:00Z", answered, 120),
        call("2024-03-11T19:00:00Z", answered, 121),
        call("2024-03-11T20:00:00Z", Outcome::Abandoned, 5),
        call("2024-03-11T22:59:59Z", Outcome::Abandoned, 130),
        // Before it opens, at its closing, on a Sunday, and what was sent to 9-1-1.
        call("2024-03-11T11:59:59Z", answered, 500),
        call("2024-03-11T23:00:00Z", answered, 500),
        call("2024-03-10T15:00:00Z", answered, 500),
        call("2024-03-11T15:00:00Z", Outcome::TransferredTo911, 500),
    ]
}

async fn record(api: &mut Api, calls: Vec<RecordContactRequest>) {
    for call in calls {
        api.intake.record_contact(call).await.expect("recorded");
    }
}

/// Of each level and window, the share, how it stands, and whether it was stated to be missed.
fn levels(node: &Node, window: &str) -> BTreeMap<String, (Value, Value)> {
    let report = node.ask(&["report", "commitments", "--from", "2024-03-01", "--to", "2024-03-31"]);
    let rows = report["levels"].as_array().unwrap().iter();
    let of_window = rows.filter_map(|row| {
        let windows = row["windows"].as_array().unwrap();
        let found = windows.iter().find(|it| it["window"] == window)?;
        let share = &found["share"];
        let share = json!([share["numerator"], share["denominator"]]);
        Some((row["code"].as_str().unwrap().to_owned(), (share, found["standing"].clone())))
    });
    of_window.collect()
}

fn facts(node: &Node) -> Vec<Value> {
    node.ask(&["breaches", "--limit", "1000"])["breaches"].as_array().unwrap().clone()
}

/// What was stated last of each level and window.
fn stated(facts: &[Value]) -> BTreeMap<(String, String), String> {
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let facts = facts.iter().filter(|it| it.get("level").is_some());
    let said = facts.map(|it| {
        let level = &it["level"];
        ((text(&level["code"]), text(&level["window"])), text(&it["kind"]))
    });
    said.collect()
}

fn missed(facts: &[Value], window: &str) -> Vec<String> {
    let is_missed =
        |((_, of), kind): &((String, String), String)| of == window && kind == "level_breached";
    stated(facts).into_iter().filter(is_missed).map(|((code, _), _)| code).collect()
}

fn start(folder: &Path, name: &str, options: &[&str]) -> Node {
    let city = city(folder);
    let options = [&["--city", city.to_str().unwrap()], options].concat();
    Node::start_with(&folder.join(name), &options).unwrap_or_else(|ended| panic!("{ended:?}"))
}

#[tokio::test]
async fn the_same_ten_calls_give_four_figures_of_which_two_are_stated_to_be_missed() {
    let folder = tempfile::tempdir().unwrap();
    let node = start(folder.path(), "node", &[]);
    record(&mut Api::connect(&node.url).await, calls()).await;
    // 87.5, 70, 77.8 and 80 %.
    let expected = [
        ("ignored", json!([7, 8]), "reached"),
        ("offered", json!([7, 10]), "missed"),
        ("short-excluded", json!([7, 9]), "missed"),
        ("short-good", json!([8, 10]), "reached"),
    ];
    let expected: BTreeMap<_, _> = expected
        .into_iter()
        .map(|(code, share, standing)| (code.to_owned(), (share, json!(standing))))
        .collect();
    assert_eq!(levels(&node, "2024-03-11"), expected);
    assert_eq!(levels(&node, "2024-03"), expected);
    let nothing = (json!([0, 0]), json!("no_data"));
    assert!(levels(&node, "2024-03-10").values().all(|it| *it == nothing));

    // Recorded late and one by one: whatever was stated on the way, it ends with what holds.
    wait_until("two missed days", || {
        missed(&facts(&node), "2024-03-11") == ["offered", "short-excluded"]
    });
    wait_until("two missed months", || {
        missed(&facts(&node), "2024-03") == ["offered", "short-excluded"]
    });
    let before = facts(&node);
    let breach = before.iter().rfind(|it| it["level"]["window"] == "2024-03-11").unwrap();
    // The window ends at midnight in summer time.
    assert_eq!(breach["due_at"], json!("2024-03-12T04:00:00Z"));
    assert!(breach.get("request_id").is_none() && breach.get("number").is_none());
    let ids: std::collections::BTreeSet<_> = before.iter().map(|it| it["id"].as_str()).collect();
    assert_eq!(ids.len(), before.len());
    node.kill();
    let node = start(folder.path(), "node", &[]);
    assert_eq!(facts(&node), before);

    // One call more brings 77.8 % to 80 %, and 70 % to 72.7 %.
    let late = vec![call("2024-03-11T15:30:00Z", Outcome::Informed, 1)];
    record(&mut Api::connect(&node.url).await, late).await;
    wait_until("one is restored", || missed(&facts(&node), "2024-03-11") == ["offered"]);
    let facts = facts(&node);
    let restored = facts.iter().rfind(|it| it["kind"] == "level_restored").unwrap();
    assert_eq!(restored["level"]["code"], json!("short-excluded"));
    assert_eq!(restored["level"]["share"], json!({ "numerator": 8, "denominator": 10 }));
}

#[tokio::test]
async fn two_nodes_of_one_log_state_the_same_facts_once() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let url = nats.url();
    let options = ["--nats", url.as_str()];
    let one = start(folder.path(), "one", &options);
    let key = folder.path().join("one/identifier.key");
    std::fs::create_dir_all(folder.path().join("other")).unwrap();
    std::fs::copy(key, folder.path().join("other/identifier.key")).unwrap();
    let other = start(folder.path(), "other", &options);
    record(&mut Api::connect(&one.url).await, calls()).await;
    for node in [&one, &other] {
        wait_until("two missed days", || {
            missed(&facts(node), "2024-03-11") == ["offered", "short-excluded"]
                && missed(&facts(node), "2024-03") == ["offered", "short-excluded"]
        });
    }
    wait_until("both show the same", || facts(&one) == facts(&other));
    let facts = facts(&one);
    let ids: std::collections::BTreeSet<_> = facts.iter().map(|it| it["id"].as_str()).collect();
    assert_eq!(ids.len(), facts.len());
}
