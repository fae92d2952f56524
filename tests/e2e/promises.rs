//! What the catalogue promises: kept with the request, warned of at each threshold, listed.

use beffroi_wire::pb::event::v1::{Channel, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{OpenServiceRequestRequest, Reclassify};
use beffroi_wire::pb::query::v1::ServiceRequest;
use serde_json::{Value as Json, json};

use crate::support::{Api, Node, change, follow_up, open, wait_until};

const CATALOGUE: &str = r#"
[[commitment]]
code = "courriel"
name = { fr = "Réponse à un courriel", en = "Answer to an e-mail" }
promise = "first_answer"
channel = "email"
business_days = 2
warn_at_percent = [50, 80]

[[commitment]]
code = "trou"
name = { fr = "Trou dangereux", en = "Dangerous hole" }
product = "trou"
rule = "calendar_time_v1"
hours = 24
warn_hours_before = []

[[commitment]]
code = "tout"
name = { fr = "Toute demande", en = "Any request" }
rule = "business_days_same_time_v1"
days = 10

[[product]]
code = "trou"
name = { fr = "Trou", en = "Hole" }
unit = "voirie"
nature = "service"

[[product]]
code = "trottoir"
name = { fr = "Trottoir", en = "Sidewalk" }
unit = "voirie"
nature = "service"
"#;

async fn given() -> (Node, Api, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let api = Api::connect(&node.url).await;
    node.publish(folder.path(), CATALOGUE);
    (node, api, folder)
}

fn by_email(product: &str, days: u64) -> OpenServiceRequestRequest {
    OpenServiceRequestRequest { channel: Channel::Email.into(), ..open(product, days) }
}

/// The commitments by which a request is promised something, with the rules.
fn promised(request: &ServiceRequest) -> Vec<(String, String)> {
    let promises = request.promises.iter().filter_map(|it| it.promise.clone());
    promises.map(|it| (it.commitment, it.rule)).collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(commitment, rule)| (commitment.to_owned(), rule.to_owned())).to_vec()
}

#[tokio::test]
async fn of_each_kind_the_first_commitment_that_applies_holds_and_stays() {
    let (node, mut api, folder) = given().await;
    let answer = ("courriel", "business_days_eod_v1");
    let hole = ("trou", "calendar_time_v1");
    let any = ("tout", "business_days_same_time_v1");
    let called = api.opened(open("trottoir", 0)).await;
    assert_eq!(promised(&called), pairs([any]));
    let written = api.opened(by_email("trou", 0)).await;
    assert_eq!(promised(&written), pairs([answer, hole]));

    // Another version promises otherwise: what was promised stays until something is reclassified.
    node.publish(folder.path(), &CATALOGUE.replace("days = 10", "days = 20"));
    let shown = node.ask(&["show", &called.number]);
    assert_eq!(shown["service_request"]["promises"][0]["commitment"], "tout");
    let to = Reclassify { product: "trottoir".to_owned(), ..Reclassify::default() };
    let changed = change(&written.number, Change::Reclassify(to));
    api.intake.change_service_request(changed).await.unwrap();
    let moved = node.ask(&["show", &written.number]);
    let found: Vec<_> = moved["service_request"]["promises"].as_array().unwrap().iter().collect();
    let standing = |it: &&&Json| it["verdict"] == "pending";
    let standing: Vec<_> = found.iter().filter(standing).map(|it| &it["commitment"]).collect();
    assert_eq!(standing, ["courriel", "tout"]);
}

#[tokio::test]
async fn a_fact_names_its_commitment_and_its_threshold() {
    let (node, mut api, _folder) = given().await;
    let warned = api.opened(by_email("trottoir", 0)).await;
    let late = api.opened(by_email("trou", 30)).await;
    let facts = || node.ask(&["breaches"])["breaches"].as_array().unwrap().clone();
    wait_until("two facts", || facts().len() >= 2);
    let of_late: Vec<_> =
        facts().into_iter().filter(|it| it["number"] == late.number.as_str()).collect();
    let told: Vec<_> = of_late
        .iter()
        .map(|it| json!([it["kind"], it["promise_kind"], it["commitment"], it["threshold"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["breach", "resolution", "trou", null]),
            json!(["breach", "first_answer", "courriel", null]),
        ]
    );
    let warnings =
        &node.ask(&["show", &warned.number])["service_request"]["promises"][0]["warnings"];
    let thresholds: Vec<_> =
        warnings.as_array().unwrap().iter().map(|it| it["percent"].clone()).collect();
    assert_eq!(thresholds, [50, 80]);
}

#[tokio::test]
async fn what_is_told_of_the_survivor_answers_whoever_asked_for_a_duplicate() {
    let (node, mut api, _folder) = given().await;
    let one = api.opened(by_email("trottoir", 0)).await;
    let other = api.opened(by_email("trottoir", 0)).await;
    node.ask(&["merge", &one.number, "--into", &other.number]);
    for text in ["Nous passons jeudi.", "Ou vendredi."] {
        let call = follow_up(&other.number, text, Visibility::Public);
        api.intake.add_follow_up(call).await.unwrap();
    }
    let shown = node.ask(&["show", &one.number]);
    let answer = &shown["service_request"]["promises"][0];
    assert_eq!((&answer["kind"], &answer["verdict"]), (&json!("first_answer"), &json!("on_time")));
    // One event of its own, for the staff, without words: those are the other one's.
    let entries = |audience| {
        let history = node.ask(&["history", &one.number, "--audience", audience]);
        let entries = history["entries"].as_array().unwrap().clone();
        entries.into_iter().filter(|it| it["kind"] == "follow_up_added").collect::<Vec<_>>()
    };
    assert_eq!(entries("public").len(), 2);
    let (own, others): (Vec<_>, Vec<_>) =
        entries("staff").into_iter().partition(|it| it["text"].is_null());
    assert_eq!((own.len(), others.len()), (1, 2));
    assert_eq!(own[0]["other_request"], other.number.as_str());
    assert_eq!(own[0]["promise_steps"][0]["change"], "met");
}
