//! A citizen's synthesis: how each request stands, and what the city told them last.

use std::path::Path;

use beffroi_wire::pb::event::v1::{
    Author, Channel, ContactOutcome, HoldReason, Nature, Visibility,
};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{
    AddFollowUpRequest, Assign, Exchange, MergeServiceRequestsRequest, PutOnHold,
    RecordContactRequest, Resolve, UnmergeServiceRequestRequest,
};
use beffroi_wire::pb::query::v1::{
    Audience, GetCitizenRequest, GetServiceRequestHistoryRequest, HistoryEntry, ServiceRequest,
    WatchServiceRequestRequest,
};
use uuid::Uuid;

use crate::support::{Api, Node, beffroi, change, follow_up, open, refusal};

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

fn said(kind: &str, text: &str) -> (String, String) {
    (kind.to_owned(), text.to_owned())
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

async fn history(api: &mut Api, number: &str, audience: Audience) -> Vec<HistoryEntry> {
    let call = GetServiceRequestHistoryRequest {
        service_request: number.to_owned(),
        audience: audience.into(),
        min_position: None,
    };
    api.query.get_service_request_history(call).await.expect("there").into_inner().entries
}

/// The follow-ups of a public history: the number each was added to, if another, and the text.
async fn follow_ups(api: &mut Api, number: &str) -> Vec<(String, String)> {
    let entries = history(api, number, Audience::Public).await;
    let follow_ups = entries.into_iter().filter(|it| it.kind == "follow_up_added");
    follow_ups.map(|it| (it.other_request, it.text)).collect()
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
        Some(said("follow_up_added", "Une équipe passera."))
    );

    let hold = Change::PutOnHold(PutOnHold { reason: HoldReason::Citizen.into() });
    changed_with(&mut api, &number, hold, "Quelle est la porte?").await;
    changed_with(&mut api, &number, Change::Resolve(Resolve {}), "").await;
    let last = Some(said("request_put_on_hold", "Quelle est la porte?"));
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

#[tokio::test]
async fn whoever_was_merged_sees_what_is_told_of_the_other_request_since() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let citizens = [Uuid::now_v7().to_string(), Uuid::now_v7().to_string()];
    let survivor = opened_by(&mut api, &citizens[0]).await.number;
    let duplicate = opened_by(&mut api, &citizens[1]).await.number;
    let public = |to: &str, text: &str| follow_up(to, text, Visibility::Public);
    add(&mut api, public(&survivor, "Bonjour madame.")).await;
    let merge = MergeServiceRequestsRequest {
        merge_id: Uuid::now_v7().to_string(),
        duplicate: duplicate.clone(),
        into: survivor.clone(),
        ..MergeServiceRequestsRequest::default()
    };
    api.intake.merge_service_requests(merge).await.expect("merged");
    assert_eq!(told(&mut api, &citizens[1]).await, None);

    add(&mut api, public(&survivor, "La conduite est réparée.")).await;
    add(&mut api, follow_up(&survivor, "Facture au poste 4.", Visibility::Internal)).await;
    let mut message = public(&survivor, "Ma mère est malade.");
    message.author = Author::Citizen.into();
    add(&mut api, message).await;
    let shown = (survivor.clone(), "La conduite est réparée.".to_owned());
    assert_eq!(follow_ups(&mut api, &duplicate).await, std::slice::from_ref(&shown));
    let own = synthesis(&mut api, &citizens[1]).await.remove(0);
    assert_eq!(own.public_follow_ups, 1);
    let last = own.last_follow_up.expect("told");
    assert_eq!((last.service_request, last.text), shown);
    // The staff sees at least what the citizen sees, where it belongs in time.
    let kinds = history(&mut api, &duplicate, Audience::Staff).await.into_iter().map(|it| it.kind);
    let expected = ["request_opened", "request_merged", "follow_up_added"];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);

    changed_with(&mut api, &survivor, Change::Resolve(Resolve {}), "Fini.").await;
    let resolved = Some(said("request_resolved", "Fini."));
    assert_eq!(told(&mut api, &citizens[1]).await, resolved);
    let unmerge = UnmergeServiceRequestRequest {
        unmerge_id: Uuid::now_v7().to_string(),
        duplicate: duplicate.clone(),
        ..UnmergeServiceRequestRequest::default()
    };
    api.intake.unmerge_service_request(unmerge).await.expect("taken apart");
    assert_eq!(follow_ups(&mut api, &duplicate).await, []);
    assert_eq!(told(&mut api, &citizens[1]).await, None);
    assert_eq!(told(&mut api, &citizens[0]).await, resolved);
    check_verified(node, folder.path());
}

#[tokio::test]
async fn a_watched_duplicate_changes_with_what_is_told_of_the_other_request() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let survivor = opened_by(&mut api, &Uuid::now_v7().to_string()).await.number;
    let duplicate = opened_by(&mut api, &Uuid::now_v7().to_string()).await.number;
    let merge = MergeServiceRequestsRequest {
        merge_id: Uuid::now_v7().to_string(),
        duplicate: duplicate.clone(),
        into: survivor.clone(),
        ..MergeServiceRequestsRequest::default()
    };
    api.intake.merge_service_requests(merge).await.expect("merged");
    let call = WatchServiceRequestRequest { service_request: duplicate };
    let mut changes = api.query.watch_service_request(call).await.expect("watched").into_inner();
    let mut told = Vec::new();
    for number in [&survivor, &survivor, ""] {
        let request = loop {
            let message = changes.message().await.expect("goes on").expect("goes on");
            if let Some(request) = message.service_request {
                break request;
            }
        };
        told.push(request.public_follow_ups);
        if !number.is_empty() {
            add(&mut api, follow_up(number, "On s'en occupe.", Visibility::Public)).await;
        }
    }
    assert_eq!(told, [0, 1, 2]);
}

#[tokio::test]
async fn what_the_citizen_writes_is_theirs_and_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let citizen = Uuid::now_v7().to_string();
    let number = opened_by(&mut api, &citizen).await.number;
    // By telephone and in an exchange, and yet the city speaks.
    let answer = ["--channel", "telephone", "--exchange"];
    node.ask(&[&["follow-up", &number, "On passera jeudi."], &answer[..]].concat());
    let message = ["follow-up", &number, "Jeudi, je ne suis pas là.", "--from", "citizen"];
    let written = node.ask(&message);
    assert_eq!(written["service_request"]["public_follow_ups"], 1);
    assert_eq!(written["service_request"]["citizen_messages"], 1);
    assert_eq!(told(&mut api, &citizen).await, Some(said("follow_up_added", "On passera jeudi.")));

    let entries = history(&mut api, &number, Audience::Public).await;
    let spoken = entries.iter().filter(|it| it.kind == "follow_up_added");
    let spoken: Vec<_> = spoken.map(|it| (it.author(), it.summary.as_str())).collect();
    let expected = [(Author::City, "Follow-up"), (Author::Citizen, "Citizen's message")];
    assert_eq!(spoken, expected);

    let mut internal = follow_up(&number, "Pour vous seuls.", Visibility::Internal);
    internal.author = Author::Citizen.into();
    let refused = refusal(api.intake.add_follow_up(internal).await);
    assert_eq!(
        (refused.reason.as_str(), refused.fields),
        ("INVALID_FIELD", vec!["visibility".to_owned()])
    );
    check_verified(node, folder.path());
}

#[tokio::test]
async fn the_staff_sees_the_contacts_that_name_a_request_among_its_events() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let mut opening = open("Eau potable", 0);
    opening.citizen_id = Uuid::now_v7().to_string();
    opening.exchange = Some(Exchange { waited_secs: 95, handled_secs: 150, ..Exchange::default() });
    let number = api.opened(opening).await.number;
    let call = RecordContactRequest {
        contact_id: Uuid::now_v7().to_string(),
        citizen_id: Uuid::now_v7().to_string(),
        channel: Channel::Email.into(),
        nature: Nature::Service.into(),
        outcome: ContactOutcome::FollowedUp.into(),
        service_request: number.clone(),
        ..RecordContactRequest::default()
    };
    api.intake.record_contact(call.clone()).await.expect("recorded");
    // Sent again it is one contact still.
    api.intake.record_contact(call).await.expect("recorded");
    api.changed(change(&number, Change::Resolve(Resolve {}))).await;

    let entries = history(&mut api, &number, Audience::Staff).await;
    let kinds: Vec<_> = entries.iter().map(|it| it.kind.as_str()).collect();
    let expected = ["request_opened", "contact_recorded", "contact_recorded", "request_resolved"];
    assert_eq!(kinds, expected);
    let taken = |at: usize| (entries[at].channel(), entries[at].contact.unwrap());
    let (channel, first) = taken(1);
    assert_eq!((channel, first.outcome()), (Channel::Telephone, ContactOutcome::RequestOpened));
    assert_eq!((first.waited_secs, first.handled_secs), (95, 150));
    let (channel, second) = taken(2);
    assert_eq!((channel, second.outcome()), (Channel::Email, ContactOutcome::FollowedUp));

    let public = history(&mut api, &number, Audience::Public).await;
    let kinds: Vec<_> = public.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["request_opened", "request_resolved"]);
    check_verified(node, folder.path());
}
