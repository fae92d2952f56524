//! Measures both journals against the bare stores below them.
//!
//! Every append waits for the disk. `cargo run --release -p beffroi-journal --example
//! log_throughput` starts its own broker.

use std::sync::Arc;
use std::time::Instant;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use beffroi_harness::NatsServer;
use beffroi_journal::{Access, Append, Entry, JetStreamConfig, Journal};
use futures::StreamExt;
use redb::ReadableDatabase;
use uuid::Uuid;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PAYLOAD_BYTES: usize = 300;
const TABLE: redb::TableDefinition<'_, u64, &[u8]> = redb::TableDefinition::new("bare");

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let directory = tempfile::tempdir()?;
    let server = NatsServer::start(&directory.path().join("nats"));
    let config = JetStreamConfig {
        url: server.url(),
        access: Access::default(),
        stream: "beffroi-v1-city".into(),
        subject_prefix: "beffroi.v1.city".into(),
        replicas: 1,
    };
    println!("| | 1 appender/s | 64 appenders/s | by 1000, entries/s | read/s |");
    println!("|---|---|---|---|---|");
    let bare_redb = bare_redb(directory.path())?;
    print_row("bare redb", bare_redb, bare_redb);
    let embedded = measure(&Journal::open_embedded(&directory.path().join("log.redb"))?).await?;
    print_row("embedded", embedded, bare_redb);
    let jetstream = measure(&Journal::connect(config).await?).await?;
    let bare_nats = bare_nats(server.operator().await).await?;
    print_row("bare async-nats", bare_nats, bare_nats);
    print_row("jetstream", jetstream, bare_nats);
    Ok(())
}

fn print_row(name: &str, rates: [f64; 4], bare: [f64; 4]) {
    let cells = rates.iter().zip(bare).map(|(rate, bare)| match bare {
        0.0 => format!("{rate:.0}"),
        bare => format!("{rate:.0} ({:.2})", rate / bare),
    });
    println!("| {name} | {} |", cells.collect::<Vec<_>>().join(" | "));
}

async fn measure(journal: &Journal) -> Result<[f64; 4], Failure> {
    let alone = appends(journal, 1, 1000, 1).await?;
    let together = appends(journal, 64, 200, 1).await?;
    let bulk = appends(journal, 2, 50, 1000).await?;
    let last = journal.state().await?.last;
    let started = Instant::now();
    let mut reader = journal.read(0);
    let mut position = 0;
    while position < last {
        let records = reader.next(1000, 8 << 20).await?;
        position = records.last().map_or(position, |it| it.sequence);
    }
    Ok([alone, together, bulk, per_second(last, started)])
}

/// Entries per second of `tasks` appenders, each sending `count` appends of `size` entries.
async fn appends(journal: &Journal, tasks: u64, count: u64, size: u64) -> Result<f64, Failure> {
    let started = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for task in 0..tasks {
        let journal = journal.clone();
        running.spawn(async move {
            for round in 0..count {
                let entries = (0..size).map(|n| entry((task * 67 + round + n) % 4096)).collect();
                let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
                journal.append(Append { entries, expected: Vec::new() }, deadline).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(outcome) = running.join_next().await {
        outcome??;
    }
    Ok(per_second(tasks * count * size, started))
}

fn entry(partition: u64) -> Entry {
    Entry {
        id: Uuid::now_v7(),
        subject: format!("request.{partition:04}"),
        headers: vec![("kind".into(), "opened".into()), ("version".into(), "1".into())],
        payload: vec![b'x'; PAYLOAD_BYTES].into(),
    }
}

/// The same numbers of durable transactions, of one row and of a thousand, and one scan.
fn bare_redb(directory: &std::path::Path) -> Result<[f64; 4], Failure> {
    let database = Arc::new(redb::Database::create(directory.join("bare.redb"))?);
    let row = vec![b'x'; PAYLOAD_BYTES + 60];
    let mut next = 0_u64;
    let mut transactions = |count: u64, size: u64| -> Result<f64, Failure> {
        let started = Instant::now();
        for _ in 0..count {
            let txn = database.begin_write()?;
            let mut table = txn.open_table(TABLE)?;
            for _ in 0..size {
                next += 1;
                table.insert(next, row.as_slice())?;
            }
            drop(table);
            txn.commit()?;
        }
        Ok(per_second(count * size, started))
    };
    let rates = [transactions(1000, 1)?, transactions(200, 64)?, transactions(100, 1000)?];
    let started = Instant::now();
    let txn = database.begin_read()?;
    let mut bytes = 0;
    for row in txn.open_table(TABLE)?.range(0..)? {
        bytes += row?.1.value().len();
    }
    let rows = (bytes / row.len()) as u64;
    let [alone, together, bulk] = rates;
    Ok([alone, together, bulk, per_second(rows, started)])
}

/// Plain publishes with their acknowledgement, one and 64 at a time, and the client's own pulls.
async fn bare_nats(client: async_nats::Client) -> Result<[f64; 4], Failure> {
    let context = async_nats::jetstream::new(client);
    let stream = context.get_stream("beffroi-v1-city").await?;
    let last = stream.cached_info().state.last_sequence;
    let consumer = stream
        .create_consumer(pull::Config { ack_policy: AckPolicy::None, ..pull::Config::default() })
        .await?;
    let started = Instant::now();
    let mut messages = consumer.stream().max_messages_per_batch(4000).messages().await?;
    for _ in 0..last {
        messages.next().await.ok_or("the messages ended")??;
    }
    let read = per_second(last, started);
    let mut rates = Vec::new();
    for (tasks, count) in [(1, 1000), (64, 200), (64, 200)] {
        let started = Instant::now();
        let mut running = tokio::task::JoinSet::new();
        for task in 0..tasks {
            let context = context.clone();
            running.spawn(async move {
                for _ in 0..count {
                    let payload = vec![b'x'; PAYLOAD_BYTES].into();
                    context
                        .publish(format!("beffroi.v1.city.request.{task}"), payload)
                        .await?
                        .await?;
                }
                Ok::<_, Failure>(())
            });
        }
        while let Some(outcome) = running.join_next().await {
            outcome??;
        }
        rates.push(per_second(tasks * count, started));
    }
    let [alone, together, bulk] = rates.try_into().map_err(|_| "three rates were measured")?;
    Ok([alone, together, bulk, read])
}

#[expect(clippy::cast_precision_loss, reason = "a rate to three digits")]
fn per_second(count: u64, started: Instant) -> f64 {
    count as f64 / started.elapsed().as_secs_f64()
}
