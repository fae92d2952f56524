//! The same call sent twice: one event, and the same answer.

use beffroi_wire::pb::event::v1::Source;
use std::path::Path;

use beffroi_harness::NatsServer;
use beffroi_wire::pb::event::v1::{Channel, ContactOutcome, Nature, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{
    AddFollowUpRequest, Assign, ChangeServiceRequestRequest, ImportServiceRequestsRequest,
    ImportedChange, ImportedServiceRequest, OpenServiceRequestRequest, RecordContactRequest,
    Reopen, Resolve, import_result::Outcome, imported_change,
};
use beffroi_wire::pb::query::v1::{GetServiceRequestHistoryRequest, Position, ServiceRequest};
use futures::future::join_all;
use uuid::Uuid;

use crate::support::{Api, Node, change, follow_up, open, refusal};

/// How often each call is sent at once.
const TIMES: usize = 20;

/// What a writing call answers: the request, if it is about one, and the position.
type Answer = (Option<ServiceRequest>, Option<Position>);

/// A call that writes.
#[derive(Clone, Debug)]
enum Call {
    Open(Box<OpenServiceRequestRequest>),
    Change(Box<ChangeServiceRequestRequest>),
    FollowUp(Box<AddFollowUpRequest>),
    Contact(Box<RecordContactRequest>),
}

async fn send(mut api: Api, call: Call) -> Answer {
    match call {
        Call::Open(call) => {
            let it = api.intake.open_service_request(*call).await.expect("opened").into_inner();
            (it.service_request, it.position)
        }
        Call::Change(call) => {
            let it = api.intake.change_service_request(*call).await.expect("changed").into_inner();
            (it.service_request, it.position)
        }
        Call::FollowUp(call) => {
            let it = api.intake.add_follow_up(*call).await.expect("added").into_inner();
            (it.service_request, it.position)
        }
        Call::Contact(call) => {
            let it = api.intake.record_contact(*call).await.expect("recorded").into_inner();
            (None, it.position)
        }
    }
}

/// One call of each kind, about one request.
fn calls() -> Vec<Call> {
    let opening = open("Nid-de-poule", 0);
    let id = opening.request_id.clone();
    let assign = Change::Assign(Assign { unit: "Travaux publics".to_owned() });
    let contact = RecordContactRequest {
        contact_id: Uuid::now_v7().to_string(),
        channel: Channel::Telephone.into(),
        nature: Nature::Service.into(),
        outcome: ContactOutcome::RequestOpened.into(),
        service_request: id.clone(),
        ..RecordContactRequest::default()
    };
    vec![
        Call::Open(Box::new(opening)),
        Call::Contact(Box::new(contact)),
        Call::Change(Box::new(change(&id, assign))),
        Call::FollowUp(Box::new(follow_up(&id, "Une équipe passera.", Visibility::Public))),
    ]
}

async fn history(api: &mut Api, request: &str) -> usize {
    let call = GetServiceRequestHistoryRequest {
        service_request: request.to_owned(),
        ..GetServiceRequestHistoryRequest::default()
    };
    api.query.get_service_request_history(call).await.unwrap().into_inner().entries.len()
}

/// Sends each call many times at once to a new node.
async fn check_at_once(node: &Node) {
    let mut api = Api::connect(&node.url).await;
    for (calls_before, call) in (0..).zip(calls()) {
        let answers = join_all((0..TIMES).map(|_| send(api.clone(), call.clone()))).await;
        assert!(answers.iter().all(|it| *it == answers[0]), "{call:?}: {answers:#?}");
        assert_eq!(api.sequence().await, calls_before + 1, "{call:?}");
    }
    let volumes = api.volumes().await;
    assert_eq!(volumes.requests.iter().map(|it| it.count).sum::<u64>(), 1);
    assert_eq!(volumes.contacts.iter().map(|it| it.count).sum::<u64>(), 1);
}

#[tokio::test]
async fn calls_sent_again_and_at_once_are_recorded_once_and_answered_alike() {
    let folder = tempfile::tempdir().unwrap();
    check_at_once(&Node::start(folder.path())).await;
}

#[tokio::test]
async fn calls_sent_again_and_at_once_are_recorded_once_on_a_broker() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    check_at_once(&Node::start_on(folder.path(), &nats.url())).await;
}

#[tokio::test]
async fn calls_sent_at_once_to_two_nodes_on_one_log_are_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let one = Node::start_on(&folder.path().join("one"), &nats.url());
    let other = Node::start_on(&folder.path().join("other"), &nats.url());
    let mut apis = [Api::connect(&one.url).await, Api::connect(&other.url).await];
    for (calls_before, call) in (0..).zip(calls()) {
        let sent = (0..TIMES).map(|at| send(apis[at % 2].clone(), call.clone()));
        let answers = join_all(sent).await;
        let requests = || answers.iter().map(|it| &it.0);
        assert!(requests().all(|it| *it == answers[0].0), "{call:?}: {answers:#?}");
        for api in &mut apis {
            assert_eq!(api.sequence().await, calls_before + 1, "{call:?}");
        }
    }
}

/// Sends each call, crashes the node, lets something happen to its data, and sends each again.
async fn check_after_a_crash(data: &Path, nats: Option<&NatsServer>, between: impl FnOnce()) {
    let start = || match nats {
        None => Node::start(data),
        Some(nats) => Node::start_on(data, &nats.url()),
    };
    let node = start();
    let api = Api::connect(&node.url).await;
    let calls = calls();
    let mut answers = Vec::new();
    for call in &calls {
        answers.push(send(api.clone(), call.clone()).await);
    }
    node.kill();
    between();
    let node = start();
    let mut api = Api::connect(&node.url).await;
    let mut again = Vec::new();
    for call in &calls {
        again.push(send(api.clone(), call.clone()).await);
    }
    assert_eq!(api.sequence().await, 4);
    let id = answers[0].0.as_ref().unwrap().id.clone();
    assert_eq!(history(&mut api, &id).await, 3);
    // Answers show the request as it now stands, which is how the last call left it.
    for at in [0, 2, 3] {
        assert_eq!(again[at].0, answers[3].0);
    }
}

#[tokio::test]
async fn calls_sent_again_after_a_crash_of_the_node_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    check_after_a_crash(folder.path(), None, || {}).await;
}

#[tokio::test]
async fn calls_sent_again_after_a_crash_of_the_node_change_nothing_on_a_broker() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    check_after_a_crash(folder.path(), Some(&nats), || {}).await;
}

#[tokio::test]
async fn calls_sent_again_to_projections_that_were_folded_anew_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let forget = || {
        for file in std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path()) {
            if !file.ends_with("journal.redb") {
                std::fs::remove_file(file).unwrap();
            }
        }
    };
    check_after_a_crash(folder.path(), None, forget).await;
}

#[tokio::test]
async fn a_change_sent_again_late_does_not_happen_again() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let request = api.opened(open("Nid-de-poule", 0)).await;
    let resolve = change(&request.id, Change::Resolve(Resolve {}));
    api.changed(resolve.clone()).await;
    api.changed(change(&request.id, Change::Reopen(Reopen {}))).await;
    let before = api.sequence().await;
    api.changed(resolve).await;
    assert_eq!(api.sequence().await, before);
    assert_eq!(history(&mut api, &request.id).await, 3);
    let now = node.ask(&["show", &request.number]);
    assert_ne!(now["service_request"]["status"], "resolved");
}

fn imported(id: &str, changes: &[(i64, bool)]) -> ImportedServiceRequest {
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let change = |(seconds, valid): &(i64, bool)| ImportedChange {
        occurred_at: at(*seconds),
        change: Some(if *valid {
            imported_change::Change::Resolve(Resolve {})
        } else {
            imported_change::Change::Reopen(Reopen {})
        }),
        ..ImportedChange::default()
    };
    ImportedServiceRequest {
        source: Some(Source { system: "elsewhere".to_owned(), id: id.to_owned() }),
        product: "Graffiti".to_owned(),
        opened_at: at(1_500_000_000),
        time_zone: "America/Toronto".to_owned(),
        changes: changes.iter().map(change).collect(),
        ..ImportedServiceRequest::default()
    }
}

#[tokio::test]
async fn a_record_that_comes_several_times_in_one_import_is_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let good = imported("1", &[]);
    // It cannot be reopened: it was not resolved.
    let wrong = imported("1", &[(1_500_000_100, false)]);
    let resolved = imported("1", &[(1_500_000_200, true)]);
    let call = ImportServiceRequestsRequest {
        service_requests: vec![good.clone(), wrong, good, resolved],
    };
    let expected = [Outcome::Created, Outcome::Rejected, Outcome::Unchanged, Outcome::Updated];
    let answer = api.intake.import_service_requests(call.clone()).await.expect("taken");
    let outcomes = |it: beffroi_wire::pb::intake::v1::ImportServiceRequestsResponse| {
        it.results
            .iter()
            .map(beffroi_wire::pb::intake::v1::ImportResult::outcome)
            .collect::<Vec<_>>()
    };
    assert_eq!(outcomes(answer.into_inner()), expected);
    assert_eq!(api.sequence().await, 2);
    let again = api.intake.import_service_requests(call).await.expect("taken");
    let unchanged = Outcome::Unchanged;
    assert_eq!(outcomes(again.into_inner()), [unchanged, Outcome::Rejected, unchanged, unchanged]);
    assert_eq!(api.sequence().await, 2);
}

/// The reason for which each call is refused.
async fn refused(mut api: Api, calls: Vec<Call>) -> Vec<String> {
    let mut reasons = Vec::new();
    for call in calls {
        let answer = match call {
            Call::Open(call) => api.intake.open_service_request(*call).await.map(drop),
            Call::Change(call) => api.intake.change_service_request(*call).await.map(drop),
            Call::FollowUp(call) => api.intake.add_follow_up(*call).await.map(drop),
            Call::Contact(call) => api.intake.record_contact(*call).await.map(drop),
        };
        reasons.push(refusal(answer).reason);
    }
    reasons
}

#[tokio::test]
async fn another_call_under_a_taken_id_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let calls = calls();
    for call in &calls {
        send(api.clone(), call.clone()).await;
    }
    let before = api.sequence().await;
    let [
        Call::Open(opening),
        Call::Contact(contact),
        Call::Change(change),
        Call::FollowUp(follow_up),
    ] = calls.as_slice()
    else {
        panic!("{calls:?}");
    };
    let unit = Change::Assign(Assign { unit: "Foresterie".to_owned() });
    let others = vec![
        Call::Open(Box::new(OpenServiceRequestRequest {
            product: "Graffiti".to_owned(),
            ..(**opening).clone()
        })),
        Call::Open(Box::new(OpenServiceRequestRequest {
            description: "Devant l'école.".to_owned(),
            ..(**opening).clone()
        })),
        Call::Contact(Box::new(RecordContactRequest { waited_secs: 9, ..(**contact).clone() })),
        Call::Change(Box::new(ChangeServiceRequestRequest {
            change: Some(unit),
            ..(**change).clone()
        })),
        Call::Change(Box::new(ChangeServiceRequestRequest {
            note: "À vous.".to_owned(),
            ..(**change).clone()
        })),
        Call::FollowUp(Box::new(AddFollowUpRequest {
            text: "Une équipe est passée.".to_owned(),
            ..(**follow_up).clone()
        })),
        Call::FollowUp(Box::new(AddFollowUpRequest {
            visibility: Visibility::Internal.into(),
            ..(**follow_up).clone()
        })),
    ];
    let taken = vec!["ID_TAKEN".to_owned(); others.len()];
    assert_eq!(refused(api.clone(), others).await, taken);
    // The same ones by another clerk are the same ones.
    for call in calls {
        let again = match call {
            Call::FollowUp(call) => Call::FollowUp(Box::new(AddFollowUpRequest {
                actor: "agent:2".to_owned(),
                ..*call
            })),
            Call::Open(_) | Call::Contact(_) | Call::Change(_) => call,
        };
        send(api.clone(), again).await;
    }
    assert_eq!(api.sequence().await, before);
}
