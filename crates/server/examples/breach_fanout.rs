//! What many subscribers of breaches cost: `cargo run --release -p beffroi-server --example
//! breach_fanout [SUBSCRIBERS] [REQUESTS]`.
//!
//! The same requests are opened with one subscriber and with many, in one run. First of those that are
//! due later, so that nothing is told: how fast they are opened and folded while everybody waits. Then
//! overdue ones, each of which everybody is told of: how fast they are opened, how long until every
//! subscriber holds every breach, and the messages that are sent in a second. Subscribers run on the
//! machine that is measured, and take their part of it.

use anyhow::Context as _;
use beffroi_aggregator::Clock;
use beffroi_journal::Journal;
use beffroi_server::{Config, Node, default_city};
use beffroi_wire::pb::event::v1::{Channel as Via, Nature};
use beffroi_wire::pb::intake::v1::OpenServiceRequestRequest;
use beffroi_wire::pb::intake::v1::intake_service_client::IntakeServiceClient;
use beffroi_wire::pb::query::v1::SubscribeBreachesRequest;
use beffroi_wire::pb::query::v1::query_service_client::QueryServiceClient;
use beffroi_wire::pb::query::v1::subscribe_breaches_response::Event;
use std::time::{Duration, Instant, SystemTime};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
use uuid::Uuid;

/// Subscribers on one connection.
const PER_CONNECTION: usize = 100;
/// Openings at once.
const CLIENTS: usize = 16;
/// How many requests of which nothing is told are opened for one that everybody is told of.
const QUIET_TIMES: usize = 20;
/// Whatever was received so long ago is overdue.
const OVERDUE: Duration = Duration::from_secs(60 * 24 * 3600);
/// The product of which the default city promises something.
const PRODUCT: &str = "Abattage d'arbre";

/// What was measured with so many subscribers.
struct Measured {
    quiet_per_sec: f64,
    opened_per_sec: f64,
    sent_per_sec: f64,
    all_have_it: Duration,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let many: usize = arguments.next().map_or(Ok(1_000), |it| it.parse())?;
    let requests: usize = arguments.next().map_or(Ok(500), |it| it.parse())?;
    let one = measure(1, requests).await?;
    let all = measure(many, requests).await?;
    println!("{:<44} {:>10} {:>10} {:>7}", "", format!("{many}"), "1", "ratio");
    row("openings of which nothing is told, 1/s", all.quiet_per_sec, one.quiet_per_sec);
    row("openings that everybody is told of, 1/s", all.opened_per_sec, one.opened_per_sec);
    row("messages sent, 1/s", all.sent_per_sec, one.sent_per_sec);
    let secs = |it: Measured| it.all_have_it.as_secs_f64();
    row("until all hold all, s", secs(all), secs(one));
    Ok(())
}

fn row(what: &str, measured: f64, beside: f64) {
    println!("{what:<44} {measured:>10.2} {beside:>10.2} {:>7.3}", measured / beside);
}

/// Opens requests on a new node with so many subscribers.
async fn measure(subscribers: usize, requests: usize) -> anyhow::Result<Measured> {
    let directory = tempfile::tempdir()?;
    let config = Config {
        journal: Journal::open_embedded(&directory.path().join("journal.redb"))?,
        city: default_city()?,
        clock: Clock::System,
        identifier_key: directory.path().join("identifier.key"),
    };
    let node = Node::start(config, directory.path(), |_, _| {}).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = Endpoint::from_shared(format!("http://{}", listener.local_addr()?))?;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(node.serve(listener, stop.clone().cancelled_owned()));
    let mut streams = JoinSet::new();
    let mut channel = endpoint.connect().await?;
    for at in 0..subscribers {
        if at % PER_CONNECTION == 0 {
            channel = endpoint.connect().await?;
        }
        let mut query = QueryServiceClient::new(channel.clone());
        let stream = query.subscribe_breaches(SubscribeBreachesRequest::default()).await?;
        let mut stream = stream.into_inner();
        streams.spawn(async move {
            let mut seen = 0;
            while seen < requests {
                let message = stream.message().await?.context("the stream goes on")?;
                seen += usize::from(matches!(message.event, Some(Event::Breach(_))));
            }
            anyhow::Ok(())
        });
    }
    let begun = Instant::now();
    open_all(endpoint.connect().await?, QUIET_TIMES * requests, Duration::ZERO).await?;
    let quiet_per_sec = per_sec(QUIET_TIMES * requests, begun.elapsed());
    let begun = Instant::now();
    open_all(endpoint.connect().await?, requests, OVERDUE).await?;
    let opened = begun.elapsed();
    while let Some(ended) = streams.join_next().await {
        ended??;
    }
    let all_have_it = begun.elapsed();
    stop.cancel();
    serving.await??;
    Ok(Measured {
        quiet_per_sec,
        opened_per_sec: per_sec(requests, opened),
        sent_per_sec: per_sec(requests * subscribers, all_have_it),
        all_have_it,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are small")]
fn per_sec(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

async fn open_all(channel: Channel, requests: usize, ago: Duration) -> anyhow::Result<()> {
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let mut intake = IntakeServiceClient::new(channel.clone());
        clients.spawn(async move {
            for _ in (client..requests).step_by(CLIENTS) {
                intake.open_service_request(received(ago)).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    Ok(())
}

/// A request that was received some time ago.
fn received(ago: Duration) -> OpenServiceRequestRequest {
    let past = SystemTime::now() - ago;
    OpenServiceRequestRequest {
        request_id: Uuid::now_v7().to_string(),
        product: PRODUCT.to_owned(),
        nature: Nature::Service.into(),
        channel: Via::Telephone.into(),
        occurred_at: Some(past.into()),
        ..OpenServiceRequestRequest::default()
    }
}
