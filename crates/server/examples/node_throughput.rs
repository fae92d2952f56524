//! How fast a node is, beside what bounds it: `cargo run --release -p beffroi-server --example
//! node_throughput [REQUESTS]`.
//!
//! Opening requests over gRPC beside appending the same number of entries to the bare log; getting a
//! status beside an empty handler of the same server; folding beside reading the log and throwing
//! it away.

use anyhow::Context as _;
use beffroi_aggregator::{Clock, Projections, refold};
use beffroi_journal::{Append, Entry, Journal};
use beffroi_server::{Config, Node, default_city};
use beffroi_wire::pb::event::v1::{Channel as Via, Nature};
use beffroi_wire::pb::intake::v1::OpenServiceRequestRequest;
use beffroi_wire::pb::intake::v1::intake_service_client::IntakeServiceClient;
use beffroi_wire::pb::query::v1::GetServiceRequestRequest;
use beffroi_wire::pb::query::v1::query_service_client::QueryServiceClient;
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use uuid::Uuid;

type Outcome = anyhow::Result<()>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let count: usize = std::env::args().nth(1).map_or(Ok(20_000), |it| it.parse())?;
    let directory = tempfile::tempdir()?;
    let journal = Journal::open_embedded(&directory.path().join("journal.redb"))?;
    let config = Config {
        journal: journal.clone(),
        city: default_city()?,
        clock: Clock::System,
        identifier_key: directory.path().join("identifier.key"),
    };
    let node = Node::start(config, directory.path(), |_, _| {}).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = Endpoint::from_shared(format!("http://{}", listener.local_addr()?))?;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(node.serve(listener, stop.clone().cancelled_owned()));
    let channel = endpoint.connect().await?;

    println!("{:<44} {:>10} {:>10} {:>7}", "", "1/s", "beside", "ratio");
    for clients in [1, 64] {
        let calls = count / if clients == 1 { 10 } else { 1 };
        let opened = rate(calls, clients, |_| open(channel.clone())).await?;
        let bare = Journal::open_embedded(&directory.path().join(format!("bare-{clients}.redb")))?;
        let appended = rate(calls, clients, |_| append(bare.clone())).await?;
        row(&format!("open, {clients} clients, beside the bare log"), opened, appended);
    }
    let known = Uuid::now_v7();
    open_as(channel.clone(), known).await?;
    for clients in [1, 16] {
        let got = rate(count, clients, |_| get(channel.clone(), known)).await?;
        let empty = rate(count, clients, |_| health(channel.clone())).await?;
        row(&format!("get, {clients} clients, beside an empty handler"), got, empty);
    }
    fold(&journal, directory.path()).await?;
    stop.cancel();
    serving.await??;
    Ok(())
}

/// Calls in a second, with so many clients at once.
async fn rate<F>(count: usize, clients: usize, call: impl Fn(usize) -> F) -> anyhow::Result<f64>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let since = Instant::now();
    let mut calls = JoinSet::new();
    for index in 0..count {
        if calls.len() >= clients {
            calls.join_next().await.context("a call")???;
        }
        calls.spawn(call(index));
    }
    while let Some(done) = calls.join_next().await {
        done??;
    }
    Ok(per_second(count as u64, since.elapsed()))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn per_second(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}

fn row(what: &str, ours: f64, beside: f64) {
    println!("{what:<44} {ours:>10.0} {beside:>10.0} {:>7.2}", ours / beside);
}

async fn open(channel: Channel) -> Outcome {
    open_as(channel, Uuid::now_v7()).await
}

async fn open_as(channel: Channel, id: Uuid) -> Outcome {
    let call = OpenServiceRequestRequest {
        request_id: id.to_string(),
        product: "Nid-de-poule".to_owned(),
        nature: Nature::Service.into(),
        channel: Via::App.into(),
        description: "Au coin de la rue, devant l'arrêt d'autobus".to_owned(),
        ..OpenServiceRequestRequest::default()
    };
    IntakeServiceClient::new(channel).open_service_request(call).await?;
    Ok(())
}

async fn append(journal: Journal) -> Outcome {
    let entry = Entry {
        id: Uuid::now_v7(),
        subject: format!("request.{:04}", spread(4096)),
        headers: Vec::new(),
        payload: vec![7; 200].into(),
    };
    let append = Append { entries: vec![entry], expected: Vec::new() };
    journal.append(append, tokio::time::Instant::now() + Duration::from_secs(10)).await?;
    Ok(())
}

/// A number that is good enough to spread entries.
fn spread(below: u128) -> u128 {
    Uuid::new_v4().as_u128() % below
}

async fn get(channel: Channel, id: Uuid) -> Outcome {
    let call = GetServiceRequestRequest { service_request: id.to_string(), min_position: None };
    QueryServiceClient::new(channel).get_service_request(call).await?;
    Ok(())
}

async fn health(channel: Channel) -> Outcome {
    HealthClient::new(channel).check(HealthCheckRequest::default()).await?;
    Ok(())
}

async fn fold(journal: &Journal, directory: &Path) -> Outcome {
    let last = journal.state().await?.last;
    let since = Instant::now();
    let mut reader = journal.read(0);
    let mut read = 0;
    while read < last {
        read += reader.next(4096, 8 << 20).await?.len() as u64;
    }
    let raw = per_second(last, since.elapsed());
    let projections = Projections::open(&directory.join("again.redb"))?;
    let since = Instant::now();
    refold(journal, &projections, last, |_| {}).await?;
    row("fold, beside reading the log", per_second(last, since.elapsed()), raw);
    Ok(())
}
