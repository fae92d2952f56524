//! Merging both ways, closing, taking apart, relating.

use beffroi_harness::NatsServer;
use beffroi_wire::pb::event::v1::{RelationKind, Source};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::import_result::Outcome;
use beffroi_wire::pb::intake::v1::{
    Assign, ImportResult, ImportServiceRequestsRequest, ImportedChange, ImportedServiceRequest,
    Reopen, Resolve, imported_change,
};
use beffroi_wire::pb::query::v1::{
    Audience, ListServiceRequestsRequest, Relation, ServiceRequest, ServiceRequestFilter, Status,
};
use futures::future::join_all;
use uuid::Uuid;

use super::{check_verified, get, given, history, kinds, merge, relate, unmerge, unrelate};
use crate::support::{Api, Node, change, open};

fn assign() -> Change {
    Change::Assign(Assign { unit: "Foresterie".to_owned() })
}

/// A merge, a closing, a reopening and a separation, on whichever log.
async fn check_merging(api: &mut Api) {
    let citizens = [Uuid::now_v7().to_string(), Uuid::now_v7().to_string()];
    let mut requests = Vec::new();
    for citizen in &citizens {
        let mut call = open("Abattage d'arbre", 0);
        call.citizen_id.clone_from(citizen);
        requests.push(api.opened(call).await);
    }
    let [one, other] = requests.try_into().unwrap();
    let other = api.changed(change(&other.number, assign())).await;
    let before = get(api, &one).await;

    let mut call = merge(&one, &other);
    "Le même arbre.".clone_into(&mut call.note);
    let merged = api.intake.merge_service_requests(call.clone()).await.unwrap().into_inner();
    let (duplicate, into) = (merged.duplicate.unwrap(), merged.into.unwrap());
    assert_eq!(duplicate.merged_into, other.number);
    assert_eq!((duplicate.status(), duplicate.unit.as_str()), (Status::Assigned, "Foresterie"));
    assert_eq!(into.duplicates, std::slice::from_ref(&one.number));
    assert_eq!(into.followers, [citizens[1].clone(), citizens[0].clone()]);
    let told = format!("Your request {} was merged into request {}", one.number, other.number);
    assert!(duplicate.summary.starts_with(&told), "{}", duplicate.summary);

    let mut closing = change(&other.number, Change::Resolve(Resolve {}));
    "Abattu.".clone_into(&mut closing.note);
    api.changed(closing.clone()).await;
    let closed = get(api, &one).await;
    assert_eq!((closed.status(), closed.merged_into.as_str()), (Status::Resolved, &*other.number));
    let last = history(api, &one, Audience::Public).await.pop().unwrap();
    assert_eq!((last.kind.as_str(), last.text.as_str()), ("request_resolved", "Abattu."));

    api.changed(change(&other.number, Change::Reopen(Reopen {}))).await;
    assert_eq!(get(api, &one).await.status(), Status::Assigned);

    let apart = api.intake.unmerge_service_request(unmerge(&one)).await.unwrap().into_inner();
    let (duplicate, from) = (apart.duplicate.unwrap(), apart.from.unwrap());
    assert_eq!(duplicate, before);
    assert_eq!(
        (from.number, from.duplicates.len(), from.followers.len()),
        (other.number.clone(), 0, 1)
    );
    assert_eq!(
        kinds(api, &one).await,
        [
            "request_opened",
            "request_merged",
            "request_resolved",
            "request_reopened",
            "request_unmerged"
        ]
    );
    let entries = history(api, &one, Audience::Public).await;
    assert_eq!(
        (entries[1].other_request.as_str(), entries[1].text.as_str()),
        (&*other.number, "Le même arbre.")
    );
    assert_eq!(entries[4].other_request, other.number);

    // The other way round.
    api.intake.merge_service_requests(merge(&other, &one)).await.unwrap();
    assert_eq!(get(api, &other).await.merged_into, one.number);

    // What was sent is answered as the first time, whatever has become of it.
    let sequence = api.sequence().await;
    let again = api.intake.merge_service_requests(call).await.unwrap().into_inner();
    assert_eq!(again.into.unwrap().number, other.number);
    api.changed(closing).await;
    assert_eq!(api.sequence().await, sequence);
}

#[tokio::test]
async fn requests_are_merged_closed_together_and_taken_apart() {
    let (node, mut api, folder) = given().await;
    Box::pin(check_merging(&mut api)).await;
    check_verified(node, &folder.path().join("node"));
}

#[tokio::test]
async fn requests_are_merged_closed_together_and_taken_apart_on_a_broker() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let node = Node::start_on(folder.path(), &nats.url());
    let mut api = Api::connect(&node.url).await;
    Box::pin(check_merging(&mut api)).await;
    assert!(node.stop().success());
    let data = folder.path().to_str().unwrap();
    let verified = crate::support::beffroi(&["verify", "--data", data, "--nats", &nats.url()]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[tokio::test]
async fn calls_sent_again_after_a_restart_change_nothing() {
    let (node, mut api, folder) = given().await;
    let one = api.opened(open("Graffiti", 0)).await;
    let other = api.opened(open("Graffiti", 0)).await;
    let third = api.opened(open("Graffiti", 0)).await;
    let related = relate(&one, &third, RelationKind::Continues);
    let unrelated = unrelate(&one, &third);
    let (merged, apart) = (merge(&one, &other), unmerge(&one));
    let merged_again = merge(&one, &third);
    let resolved = change(&third.number, Change::Resolve(Resolve {}));
    api.intake.relate_service_requests(related.clone()).await.unwrap();
    api.intake.unrelate_service_requests(unrelated.clone()).await.unwrap();
    api.intake.merge_service_requests(merged.clone()).await.unwrap();
    api.intake.unmerge_service_request(apart.clone()).await.unwrap();
    api.intake.merge_service_requests(merged_again.clone()).await.unwrap();
    api.changed(resolved.clone()).await;
    let sequence = api.sequence().await;
    node.kill();

    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    let it = api.intake.relate_service_requests(related).await.unwrap().into_inner();
    assert_eq!(it.to.unwrap().number, third.number);
    api.intake.unrelate_service_requests(unrelated).await.unwrap();
    let it = api.intake.merge_service_requests(merged).await.unwrap().into_inner();
    assert_eq!(it.into.unwrap().number, other.number);
    // It says from which one it was taken apart then, not into which one it is merged now.
    let it = api.intake.unmerge_service_request(apart).await.unwrap().into_inner();
    assert_eq!(it.from.unwrap().number, other.number);
    api.intake.merge_service_requests(merged_again).await.unwrap();
    api.changed(resolved).await;
    assert_eq!(api.sequence().await, sequence);
    assert_eq!(get(&mut api, &one).await.status(), Status::Resolved);
    check_verified(node, &folder.path().join("node"));
}

fn imported(id: &str, resolved: bool) -> ImportedServiceRequest {
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let resolve = ImportedChange {
        occurred_at: at(1_500_000_100),
        change: Some(imported_change::Change::Resolve(Resolve {})),
        ..ImportedChange::default()
    };
    ImportedServiceRequest {
        source: Some(Source { system: "elsewhere".to_owned(), id: id.to_owned() }),
        product: "Graffiti".to_owned(),
        opened_at: at(1_500_000_000),
        time_zone: "America/Toronto".to_owned(),
        changes: resolved.then_some(resolve).into_iter().collect(),
        ..ImportedServiceRequest::default()
    }
}

#[tokio::test]
async fn what_another_system_says_of_a_survivor_holds_for_its_duplicates() {
    let (node, mut api, folder) = given().await;
    let import = async |api: &mut Api, ids: &[(&str, bool)]| {
        let service_requests = ids.iter().map(|(id, resolved)| imported(id, *resolved)).collect();
        let call = ImportServiceRequestsRequest { service_requests };
        api.intake.import_service_requests(call).await.expect("taken").into_inner().results
    };
    let results = import(&mut api, &[("1", false), ("2", false)]).await;
    let named = |id: &str| ServiceRequest {
        id: id.to_owned(),
        number: id.to_owned(),
        ..ServiceRequest::default()
    };
    let (one, other) = (named(&results[0].request_id), named(&results[1].request_id));
    api.intake.merge_service_requests(merge(&one, &other)).await.unwrap();
    // The duplicate follows the survivor, whatever its own record says.
    let results = import(&mut api, &[("1", true), ("2", true)]).await;
    assert_eq!(results[0].outcome(), Outcome::Unchanged);
    assert_eq!(results[0].remarks[0].reason, "OLDER_THAN_KNOWN");
    assert_eq!(results[1].outcome(), Outcome::Updated);
    assert_eq!(get(&mut api, &other).await.status(), Status::Resolved);
    assert_eq!(get(&mut api, &one).await.status(), Status::Resolved);
    let sequence = api.sequence().await;
    let results = import(&mut api, &[("2", true)]).await;
    assert_eq!(results[0].outcome(), Outcome::Unchanged);
    assert_eq!(api.sequence().await, sequence);
    check_verified(node, &folder.path().join("node"));
}

#[tokio::test]
async fn what_is_too_much_for_one_append_is_rejected_alone() {
    let (node, mut api, folder) = given().await;
    let told = |id: &str, changes: i64| ImportedServiceRequest {
        changes: (0..changes)
            .map(|at| ImportedChange {
                occurred_at: Some(prost_types::Timestamp { seconds: 1_500_000_100 + at, nanos: 0 }),
                change: Some(imported_change::Change::Assign(Assign { unit: format!("{at}") })),
                ..ImportedChange::default()
            })
            .collect(),
        ..imported(id, false)
    };
    let import = async |api: &mut Api, service_requests| {
        let call = ImportServiceRequestsRequest { service_requests };
        api.intake.import_service_requests(call).await.expect("taken").into_inner().results
    };
    let survivor = import(&mut api, vec![told("1", 0)]).await.pop().unwrap().request_id;
    let survivor = get(&mut api, &ServiceRequest { id: survivor, ..Default::default() }).await;
    let duplicates = join_all((0..100).map(|_| {
        let (mut api, survivor) = (api.clone(), survivor.clone());
        async move {
            let it = api.opened(open("Graffiti", 0)).await;
            api.intake.merge_service_requests(merge(&it, &survivor)).await.unwrap();
            it
        }
    }));
    let duplicates = duplicates.await;
    let sequence = api.sequence().await;
    // Ten changes of a request and of its hundred duplicates are more than a thousand events.
    let results = import(&mut api, vec![told("0", 1), told("1", 10), told("2", 1)]).await;
    let outcomes: Vec<Outcome> = results.iter().map(ImportResult::outcome).collect();
    assert_eq!(outcomes, [Outcome::Created, Outcome::Rejected, Outcome::Created]);
    let error = results[1].error.clone().unwrap();
    assert_eq!(error.reason, "LOG_REFUSED");
    assert!(error.message.contains("1010"), "{}", error.message);
    assert_eq!(api.sequence().await, sequence + 4);
    let results = import(&mut api, vec![told("1", 9)]).await;
    assert_eq!(results[0].outcome(), Outcome::Updated);
    assert_eq!(api.sequence().await, sequence + 4 + 909);
    assert_eq!(get(&mut api, &duplicates[99]).await.unit, "8");
    check_verified(node, &folder.path().join("node"));
}

#[tokio::test]
async fn relations_are_seen_from_both_sides() {
    let (_node, mut api, _folder) = given().await;
    let one = api.opened(open("Égout", 0)).await;
    let other = api.opened(open("Chaussée", 0)).await;
    let call = relate(&one, &other, RelationKind::Causes);
    let related = api.intake.relate_service_requests(call).await.unwrap().into_inner();
    let relation = |to: &str, kind: RelationKind| Relation {
        service_request: to.to_owned(),
        kind: kind.into(),
    };
    assert_eq!(related.from.unwrap().relations, [relation(&other.number, RelationKind::Causes)]);
    assert_eq!(related.to.unwrap().relations, [relation(&one.number, RelationKind::CausedBy)]);
    // Seen from the other side it replaces what there was.
    let call = relate(&other, &one, RelationKind::Continues);
    api.intake.relate_service_requests(call).await.unwrap();
    let relations = get(&mut api, &one).await.relations;
    assert_eq!(relations, [relation(&other.number, RelationKind::ContinuedBy)]);
    let entry = history(&mut api, &one, Audience::Staff).await.pop().unwrap();
    assert_eq!(
        (entry.other_request.as_str(), entry.relation()),
        (&*other.number, RelationKind::ContinuedBy)
    );
    assert_eq!(history(&mut api, &one, Audience::Public).await.len(), 1);
    api.intake.unrelate_service_requests(unrelate(&other, &one)).await.unwrap();
    assert!(get(&mut api, &one).await.relations.is_empty());
    assert!(get(&mut api, &other).await.relations.is_empty());
}

#[tokio::test]
async fn lists_show_duplicates_or_leave_them_out() {
    let (_node, mut api, _folder) = given().await;
    let one = api.opened(open("Graffiti", 0)).await;
    let other = api.opened(open("Graffiti", 0)).await;
    api.intake.merge_service_requests(merge(&one, &other)).await.unwrap();
    for (merged, expected) in
        [(None, vec![&other, &one]), (Some(true), vec![&one]), (Some(false), vec![&other])]
    {
        let call = ListServiceRequestsRequest {
            filter: Some(ServiceRequestFilter { merged, ..ServiceRequestFilter::default() }),
            ..ListServiceRequestsRequest::default()
        };
        let found = api.query.list_service_requests(call).await.unwrap().into_inner();
        let numbers: Vec<_> = found.service_requests.iter().map(|it| &it.number).collect();
        assert_eq!(numbers, expected.iter().map(|it| &it.number).collect::<Vec<_>>());
    }
}
