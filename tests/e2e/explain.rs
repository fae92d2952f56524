//! Why a request is due when it is.

use beffroi_wire::pb::query::v1::{ExplainPromisesRequest, ListServiceRequestsRequest, NotCounted};
use serde_json::{Value, json};

use crate::support::{Api, Node, beffroi, import, workspace};

const ID: &str = "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001";

fn given() -> (Node, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Node::start(&folder.path().join("node")), folder)
}

/// A complaint of the evening of Maundy Thursday 2026.
fn complain(node: &Node) {
    node.ask(&[
        "open",
        "--id",
        ID,
        "--product",
        "Attente",
        "--nature",
        "complaint",
        "--occurred-at",
        "2026-04-02T20:10:00-04:00",
    ]);
}

fn change(node: &Node, at: &str, what: &[&str]) -> Value {
    node.ask(&[&["change", ID], what, &["--occurred-at", at]].concat())
}

/// Waits for the citizen from Wednesday at 9:00 to Thursday at 10:30.
fn wait(node: &Node) {
    change(node, "2026-04-08T09:00:00-04:00", &["hold", "--reason", "citizen"]);
    change(node, "2026-04-09T10:30:00-04:00", &["resume"]);
}

fn explain(node: &Node, options: &[&str]) -> Value {
    node.ask(&[&["explain", ID], options].concat())
}

/// A day as a person notes it: date, weekday, kind, hours, pauses, steps.
fn noted(day: &Value) -> String {
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let spans = |it: &Value| {
        let spans = it.as_array().map(Vec::as_slice).unwrap_or_default();
        spans.iter().map(|it| text(&it["local"])).collect::<Vec<_>>().join(" ")
    };
    let steps = day["steps"].as_array().unwrap().iter().map(|it| match it["step"].as_str() {
        Some("start") => "start".to_owned(),
        Some("day") => format!(
            "{} of {}",
            it["number"],
            it["number"].as_u64().unwrap() + it["left"].as_u64().unwrap()
        ),
        Some(other) => {
            let minutes = |key: &str| it[key].as_i64().unwrap() / 60_000_000;
            let (counted, left) = (minutes("counted_micros"), minutes("left_micros"));
            format!("{other} {} {counted} min, {left} left", text(&it["local"]))
        }
        None => panic!("{it}"),
    });
    let mut parts = vec![text(&day["date"]), text(&day["weekday"]), text(&day["kind"])];
    parts.extend([spans(&day["openings"]), spans(&day["paused"])]);
    parts.extend(steps);
    parts.join("|")
}

#[test]
fn a_request_over_easter_with_a_wait_is_counted_line_by_line() {
    let (node, _folder) = given();
    complain(&node);
    wait(&node);
    change(&node, "2026-04-10T09:12:00-04:00", &["resolve"]);
    let answer = explain(&node, &[]);
    assert_eq!(answer["promises"].as_array().unwrap().len(), 1);
    let promise = &answer["promises"][0];
    let days: Vec<_> = promise["days"].as_array().unwrap().iter().map(noted).collect();
    assert_eq!(
        days,
        [
            "2026-04-02|thursday|usual|08:00-19:00||start",
            "2026-04-03|friday|holiday||",
            "2026-04-04|saturday|day_off||",
            "2026-04-05|sunday|day_off||",
            "2026-04-06|monday|holiday||",
            "2026-04-07|tuesday|usual|08:00-19:00||1 of 2",
            "2026-04-08|wednesday|usual|08:00-19:00|09:00-19:00|2 of 2",
            "2026-04-09|thursday|usual|08:00-19:00|08:00-10:30|given_back 08:00-19:00 660 min, 90 left",
            "2026-04-10|friday|usual|08:00-19:00||given_back 08:00-09:30 90 min, 0 left",
        ]
    );
    let said = |key: &str| promise[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(said("received_at"), "2026-04-03T00:10:00Z");
    assert_eq!(said("due_without_pauses"), "2026-04-08T23:00:00Z");
    assert_eq!(said("counted_due_at"), "2026-04-10T13:30:00Z");
    assert_eq!(said("recorded_due_at"), "2026-04-10T13:30:00Z");
    assert_eq!(said("settled_at"), "2026-04-10T13:12:00Z");
    assert_eq!((said("verdict").as_str(), &promise["differs"]), ("on_time", &json!(false)));
    assert_eq!(promise["rule"]["name"], "business_days_eod_v1");
    assert_eq!(promise["rule"]["business_days"], 2);
    let pause = json!({
        "from": "2026-04-08T13:00:00Z", "to": "2026-04-09T14:30:00Z", "reason": "citizen",
        "counted": true,
    });
    assert_eq!(promise["pauses"], json!([pause]));
    let ledger: Vec<_> = promise["ledger"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let of = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
            [of("event"), of("change") + &of("fact"), of("due_before"), of("due_at")].join(" ")
        })
        .collect();
    let due = "2026-04-10T13:30:00Z";
    assert_eq!(ledger.first().unwrap(), "request_opened set  2026-04-08T23:00:00Z");
    assert!(ledger.contains(&format!("request_resumed revised 2026-04-08T23:00:00Z {due}")));
    assert!(ledger.contains(&format!("request_resolved met  {due}")), "{ledger:?}");
}

#[test]
fn as_of_a_time_only_what_had_happened_counts() {
    let (node, _folder) = given();
    complain(&node);
    wait(&node);
    change(&node, "2026-04-10T09:12:00-04:00", &["resolve"]);
    let stood = |at: &str| {
        let answer = explain(&node, &["--as-of", at]);
        let promise = &answer["promises"][0];
        let due = promise["recorded_due_at"].as_str().unwrap().to_owned();
        assert_eq!(promise["differs"], false, "{at}");
        (promise["verdict"].as_str().unwrap().to_owned(), due)
    };
    let (first, moved) = ("2026-04-08T23:00:00Z", "2026-04-10T13:30:00Z");
    for (at, verdict, due) in [
        ("2026-04-03T00:10:00Z", "pending", first),
        ("2026-04-08T13:00:00Z", "paused", first),
        ("2026-04-09T14:29:59Z", "paused", first),
        ("2026-04-09T14:30:00Z", "pending", moved),
        ("2026-04-10T13:11:59Z", "pending", moved),
        ("2026-04-10T13:12:00Z", "on_time", moved),
    ] {
        assert_eq!(stood(at), (verdict.to_owned(), due.to_owned()), "{at}");
    }
    let while_waiting = explain(&node, &["--as-of", "2026-04-08T14:00:00Z"]);
    let pauses = &while_waiting["promises"][0]["pauses"];
    let open = json!([{ "from": "2026-04-08T13:00:00Z", "reason": "citizen", "counted": false }]);
    assert_eq!(pauses, &open);
}

/// When the last event of the request was recorded.
fn recorded_at(node: &Node, which: &str) -> String {
    let history = node.ask(&["history", ID]);
    let mut entries = history["entries"].as_array().unwrap().iter().rev();
    let entry = entries.find(|it| it["kind"] == which).unwrap();
    entry["position"]["recorded_at"].as_str().unwrap().to_owned()
}

#[test]
fn by_what_was_known_before_a_backdated_resolution_it_was_pending_and_after_on_time() {
    let (node, _folder) = given();
    complain(&node);
    let opened = recorded_at(&node, "request_opened");
    change(&node, "2026-04-07T09:00:00-04:00", &["resolve"]);
    let resolved = recorded_at(&node, "request_resolved");
    let due = "2026-04-08T23:00:00Z";
    let verdict = |known: &str, as_of: &str| {
        let answer = explain(&node, &["--known-at", known, "--as-of", as_of]);
        answer["promises"][0]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(&opened, due), "pending");
    assert_eq!(verdict(&resolved, due), "on_time");
    // What had not been told yet was late the instant after.
    assert_eq!(verdict(&opened, "2026-04-08T23:00:00.000001Z"), "late");
    assert_eq!(verdict(&resolved, "2026-04-07T12:59:59Z"), "pending");
    let now = explain(&node, &["--known-at", &opened]);
    assert_eq!(now["promises"][0]["verdict"], "late");
    assert_eq!(now["service_request"]["status"], "open");
}

#[test]
fn before_a_request_was_opened_or_recorded_nothing_was_known_of_it() {
    let (node, _folder) = given();
    complain(&node);
    let refused = |options: &[&str], code| {
        let json = ["--output", "json"];
        node.run(&[&["explain"], options, &json].concat()).error(code)
    };
    let early = refused(&[ID, "--as-of", "2026-04-02T20:09:59-04:00"], 5);
    assert_eq!(
        (&early["reason"], &early["fields"][0]["field"]),
        (&json!("INVALID_FIELD"), &json!("as_of"))
    );
    assert!(early["message"].as_str().unwrap().contains("nothing was known of it then"), "{early}");
    // It was recorded long after it had happened.
    let unknown = refused(&[ID, "--known-at", "2026-04-10T09:00:00-04:00"], 5);
    assert_eq!(unknown["fields"][0]["field"], "known_at");
    assert_eq!(refused(&["0192f0c1-2f5e-7c3a-9d41-5f0f6a9be0ff"], 4)["reason"], "UNKNOWN_REQUEST");
    let french = beffroi(&[
        "explain",
        ID,
        "--as-of",
        "2026-04-01T00:00:00Z",
        "--lang",
        "fr",
        "--server",
        &node.url,
    ]);
    assert!(french.stderr.contains("on n'en savait rien alors"), "{french:?}");
}

#[test]
fn a_calendar_that_has_changed_since_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let node = Node::start(&data);
    complain(&node);
    assert!(node.stop().success());
    let city =
        std::fs::read_to_string(workspace().join("crates/server/cities/quebec.toml")).unwrap();
    let file = folder.path().join("city.toml");
    std::fs::write(&file, city.replace("2026-04-06, ", "")).unwrap();
    let node = Node::start_with(&data, &["--city", file.to_str().unwrap()]).unwrap();
    let answer = explain(&node, &[]);
    let promise = &answer["promises"][0];
    assert_eq!(promise["differs"], true);
    assert_eq!(promise["recorded_due_at"], "2026-04-08T23:00:00Z");
    assert_eq!(promise["counted_due_at"], "2026-04-07T23:00:00Z");
    let shown = node.run(&["explain", ID]).stdout;
    assert!(shown.contains("recorded: 2026-04-08 19:00"), "{shown}");
    assert!(shown.contains("by the calendar: 2026-04-07 19:00"), "{shown}");
}

#[test]
fn what_the_source_promised_is_said_to_be_its_own() {
    let (node, folder) = given();
    let profile = folder.path().join("town.toml");
    std::fs::write(
        &profile,
        "system = \"town\"\n[columns]\nid = \"id\"\nproduct = [\"what\"]\nopened = \"opened\"\n\
         closed = \"closed\"\npromised = \"promised\"\nstatus = \"status\"\n[time]\n\
         zone = \"America/Toronto\"\nformats = [\"%Y-%m-%d %H:%M\"]\n[status]\n\
         \"done\" = \"resolved\"\n\"open\" = \"open\"\n",
    )
    .unwrap();
    let file = folder.path().join("town.csv");
    let rows = "id,what,opened,closed,promised,status\n\
                1,Trou,2026-03-02 10:00,2026-03-04 10:00,2026-03-03 12:00,done\n";
    std::fs::write(&file, rows).unwrap();
    let done = import(&node.url, profile.to_str().unwrap(), &file).wait_with_output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let listed = node.ask(&["list"]);
    let number = listed["service_requests"][0]["number"].as_str().unwrap();
    let answer = node.ask(&["explain", number]);
    let promise = &answer["promises"][0];
    assert_eq!(
        (&promise["rule"]["name"], &promise["not_counted"]),
        (&json!("source"), &json!("source"))
    );
    assert_eq!((&promise["days"], promise.get("counted_due_at")), (&json!([]), None));
    let shown = node.run(&["explain", number]).stdout;
    assert!(shown.contains("given by the source"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_due_time_of_a_played_year_is_the_one_that_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let demo = ["demo", "--once", "--contacts", "3000", "--listen", "127.0.0.1:0", "--data"];
    let played = beffroi(&[&demo[..], &[data.to_str().unwrap()]].concat());
    assert_eq!(played.code, Some(0), "{played:?}");
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    let (mut token, mut waited, mut promises) = (String::new(), 0, 0);
    loop {
        let call =
            ListServiceRequestsRequest { page_size: 1000, page_token: token, ..Default::default() };
        let page = api.query.list_service_requests(call).await.unwrap().into_inner();
        for request in page.service_requests {
            let number = request.number.clone();
            let call = ExplainPromisesRequest { service_request: request.id, ..Default::default() };
            let told = api.query.explain_promises(call).await.unwrap().into_inner();
            assert_eq!(told.promises.len(), request.promises.len());
            for (it, status) in told.promises.iter().zip(&request.promises) {
                let promise = it.promise.as_ref().unwrap();
                assert_eq!(it.not_counted(), NotCounted::Unspecified, "{number}");
                assert_eq!((it.counted_due_at, it.differs), (promise.due_at, false), "{number}");
                assert_eq!((&it.promise, it.verdict()), (&status.promise, status.verdict()));
                waited += it.pauses.iter().filter(|it| it.counted).count();
                promises += 1;
            }
        }
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert!(promises > 100 && waited > 10, "{promises} promises, {waited} waits");
}
