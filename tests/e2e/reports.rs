//! Figures with known answers, and those that others count in the cities' files.

use beffroi_harness::NatsServer;
use beffroi_wire::pb::event::v1::{
    Channel, ContactOutcome as Outcome, Emergency, Language, Nature, Visibility,
};
use beffroi_wire::pb::intake::v1::{Exchange, OpenServiceRequestRequest, RecordContactRequest};
use beffroi_wire::pb::query::v1::GetCitizenRequest;
use beffroi_wire::pb::report::v1::{
    Bound, ContactDimension, GetContactReportRequest, GetRequestReportRequest, Period, Window,
    bound,
};
use futures::future::join_all;
use serde_json::{Value, json};
use tonic::Code;
use uuid::Uuid;

use crate::support::{
    Api, Node, beffroi, city_file, follow_up, open, python, refusal, without_positions, workspace,
};

fn contact(time: &str, outcome: Outcome, (waited_secs, handled_secs): (u32, u32)) -> Contact {
    RecordContactRequest {
        contact_id: Uuid::now_v7().to_string(),
        channel: Channel::Telephone.into(),
        nature: Nature::Information.into(),
        language: Language::French.into(),
        outcome: outcome.into(),
        product: "Collecte".to_owned(),
        waited_secs,
        handled_secs,
        occurred_at: Some(time.parse().expect("a time")),
        ..RecordContactRequest::default()
    }
}

type Contact = RecordContactRequest;

/// Ten calls of Sunday 2024-03-10, a day of 23 hours in Québec, and what was written elsewhere.
fn contacts(request: &str) -> Vec<Contact> {
    let about = |it: Contact| Contact { service_request: request.to_owned(), ..it };
    let mail = |time| Contact {
        channel: Channel::Email.into(),
        language: Language::English.into(),
        ..contact(time, Outcome::Informed, (0, 0))
    };
    vec![
        contact("2024-03-10T05:00:00Z", Outcome::Informed, (0, 60)),
        contact("2024-03-10T06:59:59Z", Outcome::Informed, (20, 100)),
        contact("2024-03-10T07:00:00Z", Outcome::Informed, (45, 120)),
        contact("2024-03-10T12:00:00Z", Outcome::Informed, (119, 200)),
        contact("2024-03-10T12:00:00Z", Outcome::Informed, (120, 240)),
        about(contact("2024-03-10T13:00:00Z", Outcome::RequestOpened, (121, 300))),
        about(contact("2024-03-10T14:00:00Z", Outcome::FollowedUp, (300, 90))),
        contact("2024-03-10T15:00:00Z", Outcome::Abandoned, (60, 0)),
        contact("2024-03-10T16:00:00Z", Outcome::Abandoned, (130, 0)),
        Contact {
            emergency: Emergency::Crime.into(),
            ..contact("2024-03-11T03:59:59.999999Z", Outcome::TransferredTo911, (5, 30))
        },
        // The day before, the day after; the last second of a week, the first of the next.
        mail("2024-03-10T04:59:59Z"),
        mail("2024-03-11T04:00:00Z"),
        mail("2024-12-30T04:59:59Z"),
        mail("2024-12-30T05:00:00Z"),
    ]
}

async fn recorded(api: &mut Api) {
    let request = api.opened(open("Collecte", 0)).await;
    for contact in contacts(&request.number) {
        api.intake.record_contact(contact).await.expect("recorded");
    }
}

fn of_ten_calls() -> Value {
    json!({
        "contacts": 10, "informed": 5, "requests_opened": 1, "followed_up": 1,
        "transferred_to_911": 1, "abandoned": 2,
        "first_contact": { "numerator": 5, "denominator": 7 },
        "waiting": { "count": 7, "median_secs": 119, "p90_secs": 300, "max_secs": 300 },
        "within_two_minutes": { "numerator": 5, "denominator": 7 },
        "abandoned_waiting": { "count": 2, "median_secs": 60, "p90_secs": 130, "max_secs": 130 },
        "handling": { "count": 8, "median_secs": 100, "p90_secs": 300, "max_secs": 300 },
    })
}

fn of_mails(count: u64) -> Value {
    json!({
        "contacts": count, "informed": count, "requests_opened": 0, "followed_up": 0,
        "transferred_to_911": 0, "abandoned": 0,
        "first_contact": { "numerator": count, "denominator": count },
        "waiting": { "count": 0 },
        "within_two_minutes": { "numerator": 0, "denominator": 0 },
        "abandoned_waiting": { "count": 0 },
        "handling": { "count": 0 },
    })
}

/// The figures with the keys of their row.
fn row(keys: &[(&str, &str)], mut figures: Value) -> Value {
    for (key, value) in keys {
        figures[key] = json!(value);
    }
    figures
}

/// The rows of a report on contacts.
fn rows(node: &Node, options: &[&str]) -> Value {
    node.ask(&[&["report", "contacts"], options].concat())["rows"].clone()
}

#[tokio::test]
async fn the_same_calls_give_the_known_figures_by_whatever_they_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    recorded(&mut Api::connect(&node.url).await).await;

    let calls = |keys: &[(&str, &str)]| row(keys, of_ten_calls());
    let mails = |keys: &[(&str, &str)], count| row(keys, of_mails(count));
    assert_eq!(
        rows(&node, &["--by", "channel"]),
        json!([calls(&[("channel", "telephone")]), mails(&[("channel", "email")], 4)])
    );
    assert_eq!(
        rows(&node, &["--by", "day,channel", "--from", "2024-03-09", "--to", "2024-03-11"]),
        json!([
            mails(&[("day", "2024-03-09"), ("channel", "email")], 1),
            calls(&[("day", "2024-03-10"), ("channel", "telephone")]),
            mails(&[("day", "2024-03-11"), ("channel", "email")], 1),
        ])
    );
    assert_eq!(
        rows(&node, &["--by", "language,week", "--language", "en"]),
        json!([
            mails(&[("language", "english"), ("week", "2024-W10")], 1),
            mails(&[("language", "english"), ("week", "2024-W11")], 1),
            mails(&[("language", "english"), ("week", "2024-W52")], 1),
            mails(&[("language", "english"), ("week", "2025-W01")], 1),
        ])
    );
    assert_eq!(
        rows(&node, &["--by", "year,nature,product", "--channel", "telephone"]),
        json!([calls(&[("year", "2024"), ("nature", "information"), ("product", "Collecte")])])
    );
    // Times bound a window to the microsecond: the first is within, the last is not.
    let bounds = ["--from", "2024-03-10T05:00:00Z", "--to", "2024-03-11T03:59:59.999999Z"];
    let day = node.ask(&[&["report", "contacts", "--by", "none"], &bounds[..]].concat());
    assert_eq!((&day["rows"], &day["total"]["contacts"]), (&json!([]), &json!(9)));
    assert_eq!(day["total"]["transferred_to_911"], json!(0));
    // A window in which nothing happened has no rows, and a total without data.
    let empty = node.ask(&["report", "contacts", "--from", "2023-01-01", "--to", "2023-12-31"]);
    assert_eq!(empty["rows"], json!([]));
    assert_eq!(empty["total"], of_mails(0));
    let outcomes = rows(&node, &["--by", "outcome", "--channel", "telephone"]);
    let outcomes: Vec<_> = outcomes.as_array().unwrap().iter().map(|it| &it["contacts"]).collect();
    assert_eq!(outcomes, [5, 1, 1, 1, 2]);
}

/// Reports on everything, positions left out.
fn reports(node: &Node) -> Vec<Value> {
    let questions = ["contacts --by channel,month", "contacts --by product,day", "requests"];
    let ask = |it: &&str| {
        let question: Vec<&str> = std::iter::once("report").chain(it.split(' ')).collect();
        without_positions(node.ask(&question))
    };
    questions.iter().map(ask).collect()
}

#[tokio::test]
async fn a_report_is_the_same_after_a_restart_and_a_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    recorded(&mut api).await;
    let call =
        OpenServiceRequestRequest { exchange: Some(exchange(9, 90)), ..open("Eau potable", 3) };
    api.opened(call).await;
    let before = reports(&node);
    assert!(node.stop().success());
    let node = Node::start(&data);
    assert_eq!(reports(&node), before);
    assert!(node.stop().success());
    let data_text = data.to_str().unwrap();
    assert_eq!(beffroi(&["rebuild", "--data", data_text]).code, Some(0));
    let verified = beffroi(&["verify", "--data", data_text, "--output", "json"]).json();
    assert_eq!(verified["same"], json!(true));
    assert_eq!(reports(&Node::start(&data)), before);
}

fn exchange(waited_secs: u32, handled_secs: u32) -> Exchange {
    Exchange { waited_secs, handled_secs, ..Exchange::default() }
}

async fn total(api: &mut Api) -> (u64, u64, u64) {
    let call = GetContactReportRequest::default();
    let report = api.report.get_contact_report(call).await.expect("a report").into_inner();
    let total = report.total.expect("a total");
    (total.contacts, total.requests_opened, total.followed_up)
}

async fn check_exchanges(node: &Node) {
    let mut api = Api::connect(&node.url).await;
    let citizen = Uuid::now_v7().to_string();
    let opening = OpenServiceRequestRequest {
        citizen_id: citizen.clone(),
        language: Language::English.into(),
        exchange: Some(exchange(35, 240)),
        ..open("Nid-de-poule", 0)
    };
    let calls = (0..20).map(|_| {
        let (mut api, call) = (api.clone(), opening.clone());
        async move { api.opened(call).await }
    });
    let opened = join_all(calls).await;
    assert!(opened.iter().all(|it| *it == opened[0]), "{opened:#?}");
    assert_eq!((total(&mut api).await, api.sequence().await), ((1, 1, 0), 2));

    let mut step = follow_up(&opened[0].number, "Il est plus grand.", Visibility::Public);
    step.channel = Channel::Email.into();
    step.exchange = Some(exchange(0, 0));
    for _ in 0..2 {
        api.intake.add_follow_up(step.clone()).await.expect("added");
    }
    assert_eq!((total(&mut api).await, api.sequence().await), ((2, 1, 1), 4));
    // A call that was sent without its exchange first does not add it.
    let mut later = OpenServiceRequestRequest { exchange: None, ..open("Nid-de-poule", 0) };
    api.opened(later.clone()).await;
    later.exchange = Some(exchange(1, 1));
    api.opened(later).await;
    assert_eq!(total(&mut api).await, (2, 1, 1));

    let report = node.ask(&["report", "contacts", "--by", "channel,language,product"]);
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(
            (&row["language"], &row["product"]),
            (&json!("english"), &json!("Nid-de-poule"))
        );
    }
    assert_eq!(rows[0]["waiting"]["max_secs"], json!(35));
    // Who follows up may be anybody.
    let call = GetCitizenRequest { citizen_id: citizen, ..GetCitizenRequest::default() };
    let synthesis = api.query.get_citizen(call).await.unwrap().into_inner().citizen.unwrap();
    assert_eq!(synthesis.contacts, 1);
}

#[tokio::test]
async fn an_exchange_is_recorded_once_with_its_call() {
    let folder = tempfile::tempdir().unwrap();
    check_exchanges(&Node::start(&folder.path().join("embedded"))).await;
    let nats = NatsServer::start_temporary();
    check_exchanges(&Node::start_on(&folder.path().join("clustered"), &nats.url())).await;
}

#[tokio::test]
async fn an_exchange_that_cannot_be_recorded_refuses_its_call() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    let known = contact("2024-03-10T12:00:00Z", Outcome::Informed, (0, 0));
    api.intake.record_contact(known.clone()).await.expect("recorded");
    let request = api.opened(open("Eau potable", 0)).await;
    let before = api.sequence().await;

    let of = |contact_id: &str| {
        Some(Exchange { contact_id: contact_id.to_owned(), ..Exchange::default() })
    };
    let taken = OpenServiceRequestRequest { exchange: of(&known.contact_id), ..open("x", 0) };
    let refused = refusal(api.intake.open_service_request(taken).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::AlreadyExists, "ID_TAKEN"));
    let mut same = open("x", 0);
    same.exchange = of(&same.request_id);
    let refused = refusal(api.intake.open_service_request(same).await);
    assert_eq!(refused.fields, ["exchange.contact_id"]);
    let mut long = open("x", 0);
    long.exchange = Some(exchange(86_401, 86_401));
    let refused = refusal(api.intake.open_service_request(long).await);
    assert_eq!(refused.fields, ["exchange.waited_secs", "exchange.handled_secs"]);
    // A contact has a channel: the follow-up must name it then.
    let mut step = follow_up(&request.number, "Un mot.", Visibility::Internal);
    step.exchange = Some(exchange(0, 0));
    let refused = refusal(api.intake.add_follow_up(step).await);
    assert_eq!(refused.fields, ["channel"]);
    // Only what was sent to 9-1-1 names an emergency.
    let wrong = Contact {
        emergency: Emergency::Crime.into(),
        ..contact("2024-03-10T12:00:00Z", Outcome::Informed, (0, 0))
    };
    let refused = refusal(api.intake.record_contact(wrong).await);
    assert_eq!(refused.fields, ["emergency"]);
    assert_eq!(api.sequence().await, before);
}

#[tokio::test]
async fn a_report_that_cannot_be_made_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    let date = |text: &str| Some(Bound { bound: Some(bound::Bound::Date(text.to_owned())) });
    let valid = GetContactReportRequest::default;
    let window = |from, before| Some(Window { from, before });
    for (call, fields) in [
        (
            GetContactReportRequest {
                window: window(date("2026-02-30"), date("hier")),
                channel: 99,
                ..valid()
            },
            vec!["window.from", "channel"],
        ),
        (
            GetContactReportRequest {
                window: window(date("2026-02-02"), date("2026-02-01")),
                ..valid()
            },
            vec!["window.before"],
        ),
        (
            GetContactReportRequest { by: vec![ContactDimension::Period.into()], ..valid() },
            vec!["period"],
        ),
        (GetContactReportRequest { period: Period::Day.into(), ..valid() }, vec!["period"]),
        (GetContactReportRequest { by: vec![1, 0, 1], ..valid() }, vec!["by[1]", "by[2]"]),
    ] {
        let refused = refusal(api.report.get_contact_report(call.clone()).await);
        assert_eq!(refused.reason, "INVALID_FIELD", "{call:?}");
        assert_eq!(refused.fields, fields, "{call:?}");
    }
    let call = GetRequestReportRequest { origin: 9, by: vec![9], ..Default::default() };
    let refused = refusal(api.report.get_request_report(call).await);
    assert_eq!(refused.fields, ["by[0]", "origin"]);
}

/// Rows as a set: the order of sorting is not the script's.
fn as_set(rows: &Value) -> std::collections::BTreeSet<String> {
    rows.as_array().expect("rows").iter().map(ToString::to_string).collect()
}

/// Imports a city's file and compares its reports with what the script counts.
fn check_city(city: &str, name: &str, requests: u64) -> Option<(Node, tempfile::TempDir)> {
    let file = city_file(name)?;
    let file = file.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    node.ask(&["import", "--profile", city, file]);
    let printed = python("reports.py", &[city, file]);
    let counted: Vec<Value> = serde_json::from_str(&printed).expect("JSON");
    for expected in counted {
        let by: Vec<&str> =
            expected["by"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let by = by.join(",");
        let report = node.ask(&["report", "requests", "--by", &by, "--source", city]);
        assert_eq!(report["total"]["requests"], json!(requests));
        let (found, expected) = (as_set(&report["rows"]), as_set(&expected["rows"]));
        assert_eq!(found.len(), report["rows"].as_array().unwrap().len(), "{by}");
        let differing: Vec<_> = found.symmetric_difference(&expected).take(4).collect();
        assert!(differing.is_empty(), "{by}: {differing:#?}");
    }
    let live = node.ask(&["report", "requests", "--origin", "live"]);
    assert_eq!(live["total"], json!({ "requests": 0, "resolved": 0 }));
    Some((node, folder))
}

#[test]
fn reports_on_the_whole_montreal_file_agree_with_what_a_script_counts() {
    let name = "montreal/plateau_requetes311_2022-2026.csv";
    let Some((node, _folder)) = check_city("montreal", name, 135_782) else { return };
    let by_product = |node: &Node| -> serde_json::Map<String, Value> {
        let report = node.ask(&["report", "requests", "--by", "catalogue-product"]);
        let rows = report["rows"].as_array().unwrap().iter();
        rows.map(|it| {
            (it["catalogue_product"].as_str().unwrap().to_owned(), it["requests"].clone())
        })
        .collect()
    };
    assert_eq!(by_product(&node), *json!({ "": 135_782 }).as_object().unwrap());
    // Published after the import: words are mapped when they are read.
    node.ask(&["catalogue", "publish", "montreal"]);
    let (file, catalogue) = (city_file(name).unwrap(), "crates/server/catalogues/montreal");
    let catalogue = workspace().join(catalogue);
    let arguments = [file.to_str().unwrap(), "activite", catalogue.to_str().unwrap()];
    let counted: Value = serde_json::from_str(&python("mapping.py", &arguments)).unwrap();
    let mut found = by_product(&node);
    let unmapped = counted["unmapped"].as_object().unwrap().values().filter_map(Value::as_u64);
    assert_eq!(found.remove("").map_or(0, |it| it.as_u64().unwrap()), unmapped.sum::<u64>());
    assert_eq!(found, *counted["products"].as_object().unwrap());
}

#[test]
fn reports_on_the_whole_boston_file_agree_with_what_a_script_counts() {
    check_city("boston", "boston/311_2011_h2.csv", 58_251);
}
