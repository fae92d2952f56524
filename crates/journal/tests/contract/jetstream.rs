//! The contract on JetStream, and what only a broker can do to it.

use std::collections::HashSet;
use std::time::Duration;

use beffroi_harness::NatsServer;
use beffroi_journal::{AppendError, Journal, ReadError};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::cases::contract;
use crate::subject::{
    PATIENCE, STREAM, Subject, append, config, entry, expecting, read_next, unchecked,
};

contract!(Subject::jetstream);

async fn context(server: &NatsServer) -> async_nats::jetstream::Context {
    async_nats::jetstream::new(server.operator().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_when_the_broker_crashes() {
    const TASKS: usize = 8;
    let directory = tempfile::tempdir().unwrap();
    let mut server = NatsServer::start(directory.path());
    let journal = Journal::connect(config(&server)).await.unwrap();
    let mut reader = journal.read(0);
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let journal = journal.clone();
        tasks.spawn(async move {
            let mut acknowledged = Vec::new();
            let subject = format!("request.{task}");
            let mut last = 0;
            while acknowledged.len() < 600 {
                let entries: Vec<_> = (0..3).map(|_| entry(&subject, "x")).collect();
                let ids: Vec<_> = entries.iter().map(|it| it.id).collect();
                let stored = append(&journal, expecting(entries, &[(&subject, last)])).await;
                assert_eq!(stored.last, stored.first + 2);
                last = stored.last;
                acknowledged.extend(ids);
            }
            acknowledged
        });
    }
    let total = TASKS * 600;
    let reading = tokio::spawn(async move { read_next(&mut reader, total).await });
    let mut progress = journal.read(0);
    for records_until_crash in [300, 1700] {
        read_next(&mut progress, records_until_crash).await;
        server.kill();
        server.restart();
    }
    let acknowledged: HashSet<_> = tasks.join_all().await.into_iter().flatten().collect();
    let records = reading.await.unwrap();
    let read: HashSet<_> = records.iter().map(|it| it.entry.id).collect();
    assert_eq!(read, acknowledged);
    assert_eq!(journal.state().await.unwrap().last, total as u64);
}

#[tokio::test]
async fn without_a_broker_the_outcome_is_unknown_at_the_deadline() {
    let mut server = NatsServer::start_temporary();
    let journal = Journal::connect(config(&server)).await.unwrap();
    server.kill();
    let sent = unchecked(vec![entry("a", "1")]);
    let outcome = journal.append(sent.clone(), Instant::now() + Duration::from_millis(300)).await;
    assert!(matches!(outcome, Err(AppendError::Unknown(_))), "{outcome:?}");
    server.restart();
    assert_eq!(append(&journal, sent).await.last, 1);
}

#[tokio::test]
async fn a_stream_created_again_under_a_reader_ends_it() {
    let server = NatsServer::start_temporary();
    let journal = Journal::connect(config(&server)).await.unwrap();
    append(&journal, unchecked(vec![entry("a", "1")])).await;
    let mut reader = journal.read(0);
    read_next(&mut reader, 1).await;
    context(&server).await.delete_stream(STREAM).await.unwrap();
    let again = Journal::connect(config(&server)).await.unwrap();
    append(&again, unchecked(vec![entry("a", "2")])).await;
    let outcome = timeout(PATIENCE, reader.next(1, 1)).await.unwrap();
    assert!(matches!(outcome, Err(ReadError::Recreated { .. })), "{outcome:?}");
    let outcome = journal.read(0).next(1, 1).await;
    assert!(matches!(outcome, Err(ReadError::Recreated { .. })), "{outcome:?}");
}
