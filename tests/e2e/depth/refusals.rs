//! Bad input for every call about requests in depth: a clear error, nothing half done.

use std::time::{Duration, SystemTime};

use beffroi_wire::pb::event::v1::{Coordinates, Place, RelationKind};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{
    AddAttachmentRequest, EnterProgramme, MergeServiceRequestsRequest, Reclassify,
    RelateServiceRequestsRequest, Resolve, Transfer, UnmergeServiceRequestRequest,
    UnrelateServiceRequestsRequest,
};
use beffroi_wire::pb::query::v1::suggest_duplicates_request::About;
use beffroi_wire::pb::query::v1::{Sought, SuggestDuplicatesRequest};
use futures::future::join_all;
use tonic::Code;

use super::{attachment, given, merge, relate, unmerge, unrelate};
use crate::support::{Refusal, change, open, refusal};

#[track_caller]
fn check_fields(refused: &Refusal, fields: &[&str]) {
    assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(refused.fields, fields, "{refused:?}");
}

#[track_caller]
fn check(refused: &Refusal, reason: &str, says: &str) {
    assert_eq!(refused.reason, reason, "{refused:?}");
    assert!(refused.message.contains(says), "{refused:?}");
}

fn in_an_hour() -> prost_types::Timestamp {
    (SystemTime::now() + Duration::from_secs(3600)).into()
}

#[tokio::test]
async fn invalid_changes_name_their_fields() {
    let (_node, mut api, _folder) = given().await;
    let request = api.opened(open("Graffiti", 0)).await;
    let sequence = api.sequence().await;
    let reclassify = |product: &str, nature, unit: &str| {
        Change::Reclassify(Reclassify {
            product: product.to_owned(),
            precision: "x".repeat(201),
            nature,
            unit: unit.to_owned(),
        })
    };
    let long = "x".repeat(201);
    let programme =
        |code: &str| Change::EnterProgramme(EnterProgramme { programme: code.to_owned() });
    for (wrong, fields) in [
        (
            reclassify("", 99, &long),
            vec![
                "reclassify.product",
                "reclassify.precision",
                "reclassify.nature",
                "reclassify.unit",
            ],
        ),
        (Change::Transfer(Transfer::default()), vec!["transfer.unit"]),
        (Change::Transfer(Transfer { unit: "a\u{7}".to_owned() }), vec!["transfer.unit"]),
        (programme(""), vec!["enter_programme.programme"]),
        (programme("Réfection"), vec!["enter_programme.programme"]),
        (programme(&long), vec!["enter_programme.programme"]),
    ] {
        let call = change(&request.number, wrong);
        check_fields(&refusal(api.intake.change_service_request(call).await), &fields);
    }
    assert_eq!(api.sequence().await, sequence);
}

#[tokio::test]
async fn invalid_links_name_their_fields() {
    let (_node, mut api, _folder) = given().await;
    let one = api.opened(open("Graffiti", 0)).await;
    let other = api.opened(open("Graffiti", 0)).await;
    let sequence = api.sequence().await;
    let empty = MergeServiceRequestsRequest::default();
    let refused = refusal(api.intake.merge_service_requests(empty).await);
    check_fields(&refused, &["merge_id", "duplicate", "into"]);
    let wrong = MergeServiceRequestsRequest {
        merge_id: "42".to_owned(),
        duplicate: "26-0000001-0".to_owned(),
        into: "x".repeat(40),
        note: "x".repeat(10_001),
        occurred_at: Some(in_an_hour()),
        actor: "x".repeat(201),
    };
    let refused = refusal(api.intake.merge_service_requests(wrong).await);
    check_fields(&refused, &["merge_id", "duplicate", "into", "note", "occurred_at", "actor"]);
    let empty = UnmergeServiceRequestRequest::default();
    let refused = refusal(api.intake.unmerge_service_request(empty).await);
    check_fields(&refused, &["unmerge_id", "duplicate"]);
    let empty = RelateServiceRequestsRequest::default();
    let refused = refusal(api.intake.relate_service_requests(empty).await);
    check_fields(&refused, &["kind", "relation_id", "from", "to"]);
    let mut call = relate(&one, &other, RelationKind::Causes);
    call.kind = 99;
    check_fields(&refusal(api.intake.relate_service_requests(call).await), &["kind"]);
    let empty = UnrelateServiceRequestsRequest::default();
    let refused = refusal(api.intake.unrelate_service_requests(empty).await);
    check_fields(&refused, &["unrelation_id", "from", "to"]);
    assert_eq!(api.sequence().await, sequence);
}

#[tokio::test]
async fn unknown_requests_and_the_same_one_twice_are_refused() {
    let (_node, mut api, _folder) = given().await;
    let one = api.opened(open("Graffiti", 0)).await;
    let nobody =
        beffroi_wire::pb::query::v1::ServiceRequest { number: numbered(9_999_999), ..one.clone() };
    let sequence = api.sequence().await;
    for call in [merge(&one, &nobody), merge(&nobody, &one)] {
        let refused = refusal(api.intake.merge_service_requests(call).await);
        check(&refused, "UNKNOWN_REQUEST", &nobody.number);
        assert_eq!(refused.code, Code::NotFound);
    }
    let refused = refusal(api.intake.unmerge_service_request(unmerge(&nobody)).await);
    check(&refused, "UNKNOWN_REQUEST", &nobody.number);
    let call = relate(&one, &nobody, RelationKind::Related);
    check(&refusal(api.intake.relate_service_requests(call).await), "UNKNOWN_REQUEST", "");
    let call = unrelate(&nobody, &one);
    check(&refusal(api.intake.unrelate_service_requests(call).await), "UNKNOWN_REQUEST", "");
    let call = attachment(&nobody);
    check(&refusal(api.intake.add_attachment(call).await), "UNKNOWN_REQUEST", "");
    let refused = refusal(api.intake.merge_service_requests(merge(&one, &one)).await);
    check(&refused, "SAME_REQUEST", "itself");
    let call = relate(&one, &one, RelationKind::Related);
    check(&refusal(api.intake.relate_service_requests(call).await), "SAME_REQUEST", "itself");
    let refused = refusal(api.intake.unmerge_service_request(unmerge(&one)).await);
    check(&refused, "NOT_MERGED", &one.number);
    let refused = refusal(api.intake.unrelate_service_requests(unrelate(&one, &one)).await);
    check(&refused, "NOT_RELATED", "");
    assert_eq!(api.sequence().await, sequence);
}

/// A request's number of this year, whether there is one or not.
fn numbered(serial: u32) -> String {
    use chrono::Datelike as _;
    let year = u16::try_from(chrono::Utc::now().year()).unwrap();
    beffroi_domain::Number::new(year, serial).unwrap().to_string()
}

#[tokio::test]
async fn merges_that_the_rules_do_not_allow_say_which_request_is_in_the_way() {
    let (_node, mut api, _folder) = given().await;
    let mut requests = Vec::new();
    for _ in 0..5 {
        requests.push(api.opened(open("Graffiti", 1)).await);
    }
    let [a, b, c, closed, d] = requests.try_into().unwrap();
    api.changed(change(&closed.number, Change::Resolve(Resolve {}))).await;
    api.intake.merge_service_requests(merge(&a, &b)).await.unwrap();
    let sequence = api.sequence().await;
    for (call, reason, named) in [
        // A ring, a chain either way, one merged already, one that has ended either way.
        (merge(&b, &a), "MERGED", &a),
        (merge(&b, &c), "HAS_DUPLICATES", &b),
        (merge(&c, &a), "MERGED", &a),
        (merge(&a, &c), "MERGED", &a),
        (merge(&closed, &c), "WRONG_STATUS", &closed),
        (merge(&c, &closed), "WRONG_STATUS", &closed),
    ] {
        let refused = refusal(api.intake.merge_service_requests(call).await);
        check(&refused, reason, &format!("{}: ", named.number));
        assert_eq!(refused.code, Code::FailedPrecondition);
    }
    let mut early = merge(&c, &d);
    early.occurred_at = Some((SystemTime::now() - Duration::from_secs(3 * 86_400)).into());
    check(&refusal(api.intake.merge_service_requests(early).await), "TOO_EARLY", "dated before");
    // The id of something else.
    let mut call = merge(&c, &d);
    call.merge_id.clone_from(&c.id);
    let refused = refusal(api.intake.merge_service_requests(call).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::AlreadyExists, "ID_TAKEN"));
    assert_eq!(api.sequence().await, sequence);
}

#[tokio::test]
async fn a_hundred_duplicates_are_closed_together_and_no_more_are_taken() {
    let (_node, mut api, _folder) = given().await;
    let into = api.opened(open("Graffiti", 0)).await;
    let opened = join_all((0..101).map(|_| {
        let mut api = api.clone();
        async move { api.opened(open("Graffiti", 0)).await }
    }));
    let mut duplicates = opened.await;
    let last = duplicates.pop().unwrap();
    let merged = join_all(duplicates.iter().map(|it| {
        let (mut api, call) = (api.clone(), merge(it, &into));
        async move { api.intake.merge_service_requests(call).await.unwrap() }
    }));
    merged.await;
    let refused = refusal(api.intake.merge_service_requests(merge(&last, &into)).await);
    check(&refused, "TOO_MANY_LINKS", &into.number);
    let sequence = api.sequence().await;
    let resolved = api.changed(change(&into.number, Change::Resolve(Resolve {}))).await;
    assert_eq!(resolved.duplicates.len(), 100);
    assert_eq!(api.sequence().await, sequence + 101);
}

#[tokio::test]
async fn invalid_attachments_name_their_fields() {
    let (_node, mut api, _folder) = given().await;
    let request = api.opened(open("Graffiti", 0)).await;
    let valid = attachment(&request);
    let sequence = api.sequence().await;
    let required =
        ["attachment_id", "service_request", "media_type", "size_bytes", "sha256", "reference"];
    let refused = refusal(api.intake.add_attachment(AddAttachmentRequest::default()).await);
    check_fields(&refused, &required);
    let with = |edit: &dyn Fn(&mut AddAttachmentRequest)| {
        let mut call = valid.clone();
        edit(&mut call);
        call
    };
    for (call, field) in [
        (with(&|it| it.media_type = "jpeg".to_owned()), "media_type"),
        (with(&|it| it.media_type = "image/".to_owned()), "media_type"),
        (with(&|it| it.media_type = "image/jp eg".to_owned()), "media_type"),
        (with(&|it| it.media_type = format!("image/{}", "x".repeat(100))), "media_type"),
        (with(&|it| it.size_bytes = (1 << 40) + 1), "size_bytes"),
        (with(&|it| it.sha256 = "9f86".to_owned()), "sha256"),
        (with(&|it| it.sha256 = "é".repeat(32)), "sha256"),
        (with(&|it| it.file_name = "x".repeat(256)), "file_name"),
        (with(&|it| it.reference = "x".repeat(2_001)), "reference"),
        (with(&|it| it.note = "x".repeat(10_001)), "note"),
        (with(&|it| it.channel = 99), "channel"),
        (with(&|it| it.occurred_at = Some(in_an_hour())), "occurred_at"),
        (with(&|it| it.actor = "x".repeat(201)), "actor"),
    ] {
        check_fields(&refusal(api.intake.add_attachment(call).await), &[field]);
    }
    assert_eq!(api.sequence().await, sequence);
}

#[tokio::test]
async fn invalid_searches_for_duplicates_name_their_fields() {
    let (_node, mut api, _folder) = given().await;
    let sought = |sought: Sought| SuggestDuplicatesRequest {
        about: Some(About::Sought(sought)),
        ..SuggestDuplicatesRequest::default()
    };
    let place = |latitude| {
        let coordinates = Some(Coordinates { latitude, longitude: -71.2 });
        Some(Place { borough: String::new(), coordinates })
    };
    let valid = Sought { product: "Graffiti".to_owned(), place: place(46.8), ..Sought::default() };
    let far = SuggestDuplicatesRequest {
        within_metres: Some(5_001),
        within_days: Some(3_661),
        max_results: -1,
        ..sought(valid.clone())
    };
    for (call, fields) in [
        (SuggestDuplicatesRequest::default(), vec!["about"]),
        (sought(Sought::default()), vec!["sought.product", "sought.place"]),
        (sought(Sought { place: place(91.0), ..valid.clone() }), vec!["sought.place.coordinates"]),
        (sought(Sought { precision: "x".repeat(201), ..valid.clone() }), vec!["sought.precision"]),
        (
            sought(Sought { occurred_at: Some(in_an_hour()), ..valid.clone() }),
            vec!["sought.occurred_at"],
        ),
        (far, vec!["within_metres", "within_days", "max_results"]),
        (
            SuggestDuplicatesRequest {
                about: Some(About::ServiceRequest("x".to_owned())),
                ..SuggestDuplicatesRequest::default()
            },
            vec!["service_request"],
        ),
    ] {
        check_fields(&refusal(api.query.suggest_duplicates(call).await), &fields);
    }
    let unknown = SuggestDuplicatesRequest {
        about: Some(About::ServiceRequest(numbered(9_999_999))),
        ..SuggestDuplicatesRequest::default()
    };
    check(&refusal(api.query.suggest_duplicates(unknown).await), "UNKNOWN_REQUEST", "");
}
