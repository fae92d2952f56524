//! A citizen's synthesis: how each request stands, and what the city told them last.

use std::path::Path;

use beffroi_wire::pb::event::v1::{HoldReason, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{AddFollowUpRequest, Assign, PutOnHold, Resolve};
use beffroi_wire::pb::query::v1::{GetCitizenRequest, ServiceRequest};
use uuid::Uuid;

use crate::support::{Api, Node, beffroi, change, follow_up, open};

/// The requests of a citizen, as their synthesis shows them.
async fn synthesis(api: &mut Api, citizen: &str) -> Vec<ServiceRequest> {
    let citizen_id = citizen.to_owned();
    let call = GetCitizenRequest { citizen_id, page_size: 1_000, ..GetCitizenRequest::default() };
    api.query.get_citizen(call).await.expect("known").into_inner().service_requests
}

/// What the synthesis of a citizen with one request says was told last: the event, and the text.
async fn told(api: &mut Api, citizen: &str) -> Option<(String, String)> {
    let [request] = synthesis(api, citizen).await.try_into().expect("one request");
    request.last_follow_up.map(|it| (it.kind, it.text))
}

fn said(kind: &str, text: &str) -> Option<(String, String)> {
    Some((kind.to_owned(), text.to_owned()))
}

async fn opened_by(api: &mut Api, citizen: &str) -> ServiceRequest {
    let mut call = open("Eau potable", 0);
    citizen.clone_into(&mut call.citizen_id);
    api.opened(call).await
}

async fn add(api: &mut Api, call: AddFollowUpRequest) -> ServiceRequest {
    let answer = api.intake.add_follow_up(call).await.expect("added").into_inner();
    answer.service_request.expect("a request")
}

async fn changed_with(api: &mut Api, number: &str, it: Change, note: &str) {
    let mut call = change(number, it);
    note.clone_into(&mut call.note);
    api.changed(call).await;
}

/// Stops the node and checks that its projections are what its log says.
fn check_verified(node: Node, data: &Path) {
    assert!(node.stop().success());
    let verified = beffroi(&["verify", "--data", data.to_str().unwrap()]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[tokio::test]
async fn a_synthesis_says_what_was_told_last() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let citizen = Uuid::now_v7().to_string();
    let number = opened_by(&mut api, &citizen).await.number;
    assert_eq!(told(&mut api, &citizen).await, None);

    let public = follow_up(&number, "Une équipe passera.", Visibility::Public);
    add(&mut api, public).await;
    let internal = follow_up(&number, "Clé au poste 4.", Visibility::Internal);
    add(&mut api, internal).await;
    let assign = Change::Assign(Assign { unit: "Réseaux d'eau".to_owned() });
    changed_with(&mut api, &number, assign, "À vous.").await;
    assert_eq!(
        told(&mut api, &citizen).await,
        said("follow_up_added", "Une équipe passera.")
    );

    let hold = Change::PutOnHold(PutOnHold { reason: HoldReason::Citizen.into() });
    changed_with(&mut api, &number, hold, "Quelle est la porte?").await;
    changed_with(&mut api, &number, Change::Resolve(Resolve {}), "").await;
    let last = said("request_put_on_hold", "Quelle est la porte?");
    assert_eq!(told(&mut api, &citizen).await, last);

    let answer = node.ask(&["citizen", &citizen]);
    let shown = &answer["service_requests"][0]["last_follow_up"];
    assert_eq!(shown["text"], "Quelle est la porte?");
    assert_eq!(shown["summary"], "Waiting for the citizen");
    // Lists are of many citizens, and hold no texts.
    let listed = node.ask(&["list", "--citizen", &citizen]);
    assert!(listed["service_requests"][0].get("last_follow_up").is_none());
    check_verified(node, folder.path());
}

#[tokio::test]
async fn a_page_of_long_texts_is_short_and_nothing_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let citizen = Uuid::now_v7().to_string();
    let long = "é".repeat(10_000);
    for _ in 0..60 {
        let number = opened_by(&mut api, &citizen).await.number;
        add(&mut api, follow_up(&number, &long, Visibility::Public)).await;
    }
    let page = synthesis(&mut api, &citizen).await.len();
    assert!((50..60).contains(&page), "{page}");
    let all = node.ask(&["citizen", &citizen, "--limit", "1000"]);
    let all = all["service_requests"].as_array().unwrap();
    assert_eq!(all.len(), 60);
    assert!(all.iter().all(|it| it["last_follow_up"]["text"] == long.as_str()));
}
