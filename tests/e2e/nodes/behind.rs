//! A node that does not know what the log holds: it lives, it reads, it is not ready.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use beffroi_harness::{NatsServer, Proxy};
use beffroi_server::READINESS;
use beffroi_wire::pb::query::v1::{GetServiceRequestRequest, GetVolumesRequest, Position};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

use super::{PATIENCE, requests};
use crate::support::{Api, Node, open, refusal};

const INTAKE: &str = "beffroi.intake.v1.IntakeService";
const QUERY: &str = "beffroi.query.v1.QueryService";

/// What the health service says of a name, if there is one to ask.
async fn health(url: &str, service: &str) -> Option<ServingStatus> {
    let channel = Channel::from_shared(url.to_owned()).expect("an address").connect().await.ok()?;
    let mut client = HealthClient::new(channel);
    let call = HealthCheckRequest { service: service.to_owned() };
    Some(client.check(call).await.ok()?.into_inner().status())
}

async fn comes_to(url: &str, service: &str, status: ServingStatus) {
    let started = Instant::now();
    while health(url, service).await != Some(status) {
        assert!(started.elapsed() < PATIENCE, "`{service}` does not come to {status:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Checks that an error says when to try again.
#[track_caller]
fn says_when(status: &Status) {
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert!(status.get_error_details().retry_info().is_some(), "{status:?}");
}

/// A server, and a way to it that can be cut.
fn given() -> (NatsServer, Proxy, String) {
    let nats = NatsServer::start_temporary();
    let proxy = Proxy::start(nats.address());
    let way = nats.url().replace(&nats.address(), &proxy.address());
    (nats, proxy, way)
}

#[tokio::test]
async fn a_node_without_its_broker_reads_on_and_comes_back_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (_nats, proxy, way) = given();
    let node = Node::start_on(&folder.path().join("node"), &way);
    for name in ["", READINESS, INTAKE, QUERY] {
        assert_eq!(health(&node.url, name).await, Some(ServingStatus::Serving), "{name}");
    }
    let mut api = Api::connect(&node.url).await;
    let known = api.opened(open("Graffiti", 0)).await;
    proxy.cut();
    comes_to(&node.url, READINESS, ServingStatus::NotServing).await;
    assert_eq!(health(&node.url, INTAKE).await, Some(ServingStatus::NotServing));
    assert_eq!(health(&node.url, QUERY).await, Some(ServingStatus::Serving));
    assert_eq!(health(&node.url, "").await, Some(ServingStatus::Serving));
    let call = GetServiceRequestRequest { service_request: known.number, min_position: None };
    let read = api.query.get_service_request(call).await.unwrap().into_inner();
    assert_eq!(read.service_request.unwrap().id, known.id);
    let call = open("Graffiti", 0);
    let answer = api.intake.open_service_request(call.clone()).await;
    says_when(answer.as_ref().unwrap_err());
    assert_eq!(refusal(answer).reason, "OUTCOME_UNKNOWN");
    proxy.heal();
    comes_to(&node.url, READINESS, ServingStatus::Serving).await;
    assert_eq!(health(&node.url, INTAKE).await, Some(ServingStatus::Serving));
    assert_eq!(api.opened(call.clone()).await.id, call.request_id);
    assert_eq!(requests(&api.volumes().await), 2, "the call that was sent again is done once");
}

#[tokio::test]
async fn a_node_that_is_behind_says_so_and_is_not_ready_until_it_has_caught_up() {
    let folder = tempfile::tempdir().unwrap();
    let (nats, proxy, way) = given();
    let one = Node::start_on(&folder.path().join("one"), &nats.url());
    let other = Node::start_on(&folder.path().join("other"), &way);
    let (mut first, mut second) = (Api::connect(&one.url).await, Api::connect(&other.url).await);
    proxy.hold_to_client();
    for _ in 0..10 {
        first.opened(open("Graffiti", 0)).await;
    }
    let position = first.volumes().await.position.unwrap();
    let call = GetVolumesRequest { min_position: Some(position.clone()) };
    let answer = second.query.get_volumes(call.clone()).await;
    says_when(answer.as_ref().unwrap_err());
    let refusal = refusal(answer);
    assert_eq!(refusal.reason, "NOT_THERE_YET");
    assert_eq!(refusal.metadata["asked"], position.sequence.to_string());
    comes_to(&other.url, READINESS, ServingStatus::NotServing).await;
    assert_eq!(health(&other.url, "").await, Some(ServingStatus::Serving));
    assert_eq!(health(&one.url, READINESS).await, Some(ServingStatus::Serving));
    proxy.heal();
    comes_to(&other.url, READINESS, ServingStatus::Serving).await;
    let volumes = second.query.get_volumes(call).await.unwrap().into_inner();
    assert_eq!(requests(&volumes), 10);
}

#[tokio::test]
async fn a_node_that_starts_late_says_so_until_it_has_what_the_log_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (nats, proxy, way) = given();
    let one = Node::start_on(&folder.path().join("one"), &nats.url());
    let mut first = Api::connect(&one.url).await;
    for _ in 0..10 {
        first.opened(open("Graffiti", 0)).await;
    }
    let position: Position = first.volumes().await.position.unwrap();
    // Each of the many answers that it needs takes its time, until it was asked how it is.
    proxy.delay(Duration::from_secs(1));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let data = folder.path().join("late");
    let (there, options) = (url.clone(), ["--nats".to_owned(), way]);
    let starting = std::thread::spawn(move || {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        Node::start_at_with(&data, &there, &options)
    });
    comes_to(&url, READINESS, ServingStatus::NotServing).await;
    assert_eq!(health(&url, "").await, Some(ServingStatus::Serving));
    let mut early = Api::connect(&url).await;
    let answer = early.query.get_volumes(GetVolumesRequest::default()).await;
    says_when(answer.as_ref().unwrap_err());
    assert_eq!(refusal(answer).reason, "STARTING");
    proxy.heal();
    comes_to(&url, READINESS, ServingStatus::Serving).await;
    let node = starting.join().unwrap();
    let mut late = Api::connect(&node.url).await;
    let call = GetVolumesRequest { min_position: Some(position) };
    let volumes = late.query.get_volumes(call).await.unwrap().into_inner();
    assert_eq!(requests(&volumes), 10);
}
