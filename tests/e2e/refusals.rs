//! Bad input: a clear error each time, and nothing half done.

use beffroi_wire::pb::event::v1::{Channel, ContactOutcome, Nature, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{
    Assign, ImportServiceRequestsRequest, OpenServiceRequestRequest, RecordContactRequest, Resolve,
};
use beffroi_wire::pb::query::v1::{
    BatchGetServiceRequestsRequest, GetCitizenRequest, GetServiceRequestRequest,
    ListServiceRequestsRequest, Position, ServiceRequestFilter,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use crate::support::{Api, Node, Refusal, change, follow_up, open, refusal};

async fn given() -> (Node, Api, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let api = Api::connect(&node.url).await;
    (node, api, folder)
}

#[track_caller]
fn check(refused: &Refusal, code: Code, reason: &str, fields: &[&str], says: &str) {
    assert_eq!((refused.code, refused.reason.as_str()), (code, reason), "{refused:?}");
    assert_eq!(refused.fields, fields, "{refused:?}");
    assert!(refused.message.contains(says), "{refused:?}");
}

fn valid_contact() -> RecordContactRequest {
    RecordContactRequest {
        contact_id: Uuid::now_v7().to_string(),
        channel: Channel::Telephone.into(),
        nature: Nature::Information.into(),
        outcome: ContactOutcome::Informed.into(),
        ..RecordContactRequest::default()
    }
}

#[tokio::test]
async fn invalid_openings_name_every_field_and_record_nothing() {
    let (_node, mut api, _folder) = given().await;
    let valid = open("Eau potable", 0);
    let hour = std::time::Duration::from_secs(3600);
    let future = (std::time::SystemTime::now() + hour).into();
    let cases: Vec<(OpenServiceRequestRequest, &[&str], &str)> = vec![
        (
            OpenServiceRequestRequest::default(),
            &["request_id", "product", "nature", "channel"],
            "request_id is required",
        ),
        (
            OpenServiceRequestRequest { request_id: "42".to_owned(), ..valid.clone() },
            &["request_id"],
            "42",
        ),
        (
            OpenServiceRequestRequest { product: "x".repeat(201), ..valid.clone() },
            &["product"],
            "200",
        ),
        (OpenServiceRequestRequest { channel: 99, ..valid.clone() }, &["channel"], "none of"),
        (
            OpenServiceRequestRequest { citizen_id: "somebody".to_owned(), ..valid.clone() },
            &["citizen_id"],
            "UUID",
        ),
        (
            OpenServiceRequestRequest { occurred_at: Some(future), ..valid.clone() },
            &["occurred_at"],
            "in the future: it is ",
        ),
        (
            OpenServiceRequestRequest { description: "x".repeat(10_001), ..valid },
            &["description"],
            "10000",
        ),
    ];
    for (call, fields, says) in cases {
        let refused = refusal(api.intake.open_service_request(call).await);
        check(&refused, Code::InvalidArgument, "INVALID_FIELD", fields, says);
    }
    assert_eq!(api.sequence().await, 0);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (node, mut api, _folder) = given().await;
    let (number, id) = ("26-0000001-2", Uuid::now_v7().to_string());
    let request = api.opened(open("Eau potable", 0)).await;
    let unknown = if request.number == number { "26-0000002-0" } else { number };
    let unknown = node.run(&["show", unknown, "--output", "json"]);
    let error = unknown.error(if unknown.code == Some(5) { 5 } else { 4 });
    assert!(error["message"].as_str().unwrap().contains("check"), "{error}");
    let named = || id.clone();
    let get = GetServiceRequestRequest { service_request: named(), min_position: None };
    let batch = BatchGetServiceRequestsRequest {
        service_requests: vec![request.number.clone(), named()],
        min_position: None,
    };
    let resolve = change(&id, Change::Resolve(Resolve {}));
    let thanks = follow_up(&id, "Merci", Visibility::Public);
    let contact = RecordContactRequest {
        service_request: named(),
        outcome: ContactOutcome::FollowedUp.into(),
        ..valid_contact()
    };
    for refused in [
        refusal(api.query.get_service_request(get).await),
        refusal(api.query.batch_get_service_requests(batch).await),
        refusal(api.intake.change_service_request(resolve).await),
        refusal(api.intake.add_follow_up(thanks).await),
        refusal(api.intake.record_contact(contact).await),
    ] {
        check(&refused, Code::NotFound, "UNKNOWN_REQUEST", &[], "please check the number");
    }
    let citizen = GetCitizenRequest { citizen_id: id, ..GetCitizenRequest::default() };
    let refused = refusal(api.query.get_citizen(citizen).await);
    check(&refused, Code::NotFound, "UNKNOWN_CITIZEN", &[], "no request and no contact");
    assert_eq!(api.sequence().await, 1);
}

#[tokio::test]
async fn a_number_with_a_wrong_digit_is_told_from_an_unknown_one() {
    let (node, mut api, _folder) = given().await;
    let request = api.opened(open("Eau potable", 0)).await;
    let (rest, digit) = request.number.split_at(request.number.len() - 1);
    let digit = (digit.parse::<u8>().unwrap() + 1) % 10;
    let error = node.run(&["show", &format!("{rest}{digit}"), "--output", "json"]).error(5);
    assert_eq!(error["reason"], json!("INVALID_FIELD"));
    assert_eq!(error["fields"][0]["field"], json!("service_request"));
    assert!(error["message"].as_str().unwrap().contains("check"), "{error}");
}

#[tokio::test]
async fn changes_follow_ups_and_contacts_without_what_they_need_are_refused() {
    let (_node, mut api, _folder) = given().await;
    let request = api.opened(open("Eau potable", 0)).await;
    let invalid = |refused: &Refusal, fields: &[&str]| {
        check(refused, Code::InvalidArgument, "INVALID_FIELD", fields, fields[0]);
    };
    let mut nothing = change(&request.id, Change::Resolve(Resolve {}));
    nothing.change = None;
    invalid(&refusal(api.intake.change_service_request(nothing).await), &["change"]);
    let unnamed = change(&request.id, Change::Assign(Assign::default()));
    invalid(&refusal(api.intake.change_service_request(unnamed).await), &["assign.unit"]);
    let silent = follow_up(&request.id, "", Visibility::Public);
    invalid(&refusal(api.intake.add_follow_up(silent).await), &["text"]);
    let unseen = follow_up(&request.id, "Merci", Visibility::Unspecified);
    invalid(&refusal(api.intake.add_follow_up(unseen).await), &["visibility"]);
    let lost =
        RecordContactRequest { outcome: ContactOutcome::RequestOpened.into(), ..valid_contact() };
    invalid(&refusal(api.intake.record_contact(lost).await), &["service_request"]);
    let long = RecordContactRequest { waited_secs: 86_401, ..valid_contact() };
    invalid(&refusal(api.intake.record_contact(long).await), &["waited_secs"]);
    let none = ImportServiceRequestsRequest { service_requests: Vec::new() };
    invalid(&refusal(api.intake.import_service_requests(none).await), &["service_requests"]);
    assert_eq!(api.sequence().await, 1);
}

#[tokio::test]
async fn page_tokens_belong_to_their_filter() {
    let (_node, mut api, _folder) = given().await;
    for _ in 0..3 {
        api.opened(open("Eau potable", 0)).await;
    }
    let list = |product: &str, page_token: &str| ListServiceRequestsRequest {
        filter: Some(ServiceRequestFilter {
            product: product.to_owned(),
            ..ServiceRequestFilter::default()
        }),
        page_size: 1,
        page_token: page_token.to_owned(),
        min_position: None,
    };
    let page = api.query.list_service_requests(list("Eau potable", "")).await.unwrap();
    let token = page.into_inner().next_page_token;
    api.query.list_service_requests(list("Eau potable", &token)).await.expect("the next page");
    for refused in [
        refusal(api.query.list_service_requests(list("Eau potable", "nonsense")).await),
        refusal(api.query.list_service_requests(list("Arbres", &token)).await),
    ] {
        let says = "same filter, or none";
        check(&refused, Code::InvalidArgument, "INVALID_FIELD", &["page_token"], says);
    }
    let negative = ListServiceRequestsRequest { page_size: -1, ..list("", "") };
    let refused = refusal(api.query.list_service_requests(negative).await);
    check(&refused, Code::InvalidArgument, "INVALID_FIELD", &["page_size"], "negative");
}

#[tokio::test]
async fn a_position_of_another_log_is_refused_and_one_ahead_is_waited_for() {
    let (_node, mut api, _folder) = given().await;
    let request = api.opened(open("Eau potable", 0)).await;
    let own = api.volumes().await.position.unwrap();
    let get = |position| GetServiceRequestRequest {
        service_request: request.id.clone(),
        min_position: Some(position),
    };
    api.query.get_service_request(get(own.clone())).await.expect("at the position");
    let other = Position { log: "another".to_owned(), ..own.clone() };
    let refused = refusal(api.query.get_service_request(get(other)).await);
    check(&refused, Code::FailedPrecondition, "OTHER_LOG", &[], "begin again without it");
    let ahead = Position { sequence: own.sequence + 1_000, ..own };
    let refused = refusal(api.query.get_service_request(get(ahead)).await);
    check(&refused, Code::Unavailable, "NOT_THERE_YET", &[], "try again");
}

#[tokio::test]
async fn a_message_of_more_than_four_mebibytes_is_refused() {
    let (_node, mut api, _folder) = given().await;
    let call = OpenServiceRequestRequest {
        description: "x".repeat((4 << 20) + 1),
        ..open("Eau potable", 0)
    };
    let refused = refusal(api.intake.open_service_request(call).await);
    assert_eq!(refused.code, Code::OutOfRange, "{refused:?}");
    assert!(refused.message.contains("too large"), "{refused:?}");
    assert_eq!(api.sequence().await, 0);
    api.opened(open("Eau potable", 0)).await;
}

#[tokio::test]
async fn an_id_that_belongs_to_something_else_is_refused() {
    let (_node, mut api, _folder) = given().await;
    let first = api.opened(open("Eau potable", 0)).await;
    let second = api.opened(open("Eau potable", 0)).await;
    let mut note = follow_up(&first.id, "Merci", Visibility::Public);
    api.intake.add_follow_up(note.clone()).await.expect("added");
    let contact = valid_contact();
    api.intake.record_contact(contact.clone()).await.expect("recorded");
    let before = api.sequence().await;
    let mut refused = Vec::new();
    // A follow-up of another request.
    note.service_request = second.id.clone();
    let taken = note.follow_up_id.clone();
    refused.push(refusal(api.intake.add_follow_up(note).await));
    // A change with the id of a follow-up.
    let mut resolve = change(&second.id, Change::Resolve(Resolve {}));
    resolve.change_id = taken.clone();
    refused.push(refusal(api.intake.change_service_request(resolve).await));
    // The same on one and the same request: it would pass for done.
    let mut resolve = change(&first.id, Change::Resolve(Resolve {}));
    resolve.change_id = taken.clone();
    refused.push(refusal(api.intake.change_service_request(resolve).await));
    // A request with the id of a follow-up, and one with that of a contact.
    for id in [taken, contact.contact_id] {
        let call = OpenServiceRequestRequest { request_id: id, ..open("Eau potable", 0) };
        refused.push(refusal(api.intake.open_service_request(call).await));
    }
    for refused in refused {
        check(&refused, Code::AlreadyExists, "ID_TAKEN", &[], "choose another");
    }
    assert_eq!(api.sequence().await, before);
}

#[tokio::test]
async fn refusals_come_in_the_language_of_the_call() {
    let (node, _api, _folder) = given().await;
    let arguments = ["open", "--product", "Eau", "--occurred-at", "2199-01-01T00:00:00Z"];
    let french = node.run(&[&arguments[..], &["--lang", "fr", "--output", "json"]].concat());
    let message = french.error(5)["message"].clone();
    assert!(message.as_str().unwrap().contains("est dans le futur"), "{message}");
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let ended = crate::support::beffroi(&["list", "--server", &url, "--output", "json"]);
    let message = ended.error(1)["message"].clone();
    let message = message.as_str().unwrap();
    assert!(message.contains(&url) && message.contains("beffroi serve"), "{message}");
}
