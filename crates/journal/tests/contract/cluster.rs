//! The contract on three servers, and what servers that come and go can do to it.

use std::collections::HashSet;
use std::sync::Arc;

use async_nats::jetstream;
use beffroi_harness::{NatsCluster, Proxy, SERVERS};
use beffroi_journal::Journal;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::cases::each_case;
use crate::subject::{
    STREAM, Subject, append, cluster_config, entry, expecting, read_all, read_next, unchecked,
};

/// An empty log, with all servers up or one of them missing, and its first leader or another.
async fn fresh(cluster: &Arc<Mutex<NatsCluster>>, number: usize) -> Subject {
    let mut servers = cluster.lock().await;
    servers.restart_all();
    if number > 1 {
        let context = jetstream::new(servers.operator().await);
        context.delete_stream(STREAM).await.unwrap();
    }
    drop(servers);
    let subject = Subject::cluster(Arc::clone(cluster)).await;
    let mut servers = cluster.lock().await;
    match number % 3 {
        0 => {
            servers.step_down(STREAM).await;
        }
        1 => {
            let leader = servers.leader(STREAM).await;
            servers.kill((leader + 1) % SERVERS);
        }
        _ => {}
    }
    drop(servers);
    subject
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_keep_the_contract_when_leaders_change_and_a_server_is_missing() {
    let cluster = Arc::new(Mutex::new(NatsCluster::start()));
    each_case!(in_turn, async |number| fresh(&cluster, number).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_when_servers_come_and_go() {
    const TASKS: usize = 4;
    const EACH: usize = 600;
    let mut cluster = NatsCluster::start();
    let journal = Journal::connect(cluster_config(&cluster)).await.unwrap();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let journal = journal.clone();
        tasks.spawn(async move {
            let mut acknowledged = Vec::new();
            let subject = format!("request.{task}");
            let mut last = 0;
            while acknowledged.len() < EACH {
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
    let mut progress = journal.read(0);
    read_next(&mut progress, 300).await;
    cluster.step_down(STREAM).await;
    read_next(&mut progress, 300).await;
    let killed = cluster.leader(STREAM).await;
    cluster.kill(killed);
    read_next(&mut progress, 300).await;
    cluster.restart(killed);
    let paused = cluster.leader(STREAM).await;
    cluster.pause(paused);
    read_next(&mut progress, 300).await;
    cluster.resume(paused);
    let acknowledged: HashSet<_> = tasks.join_all().await.into_iter().flatten().collect();
    let records = read_all(&journal).await;
    let read: HashSet<_> = records.iter().map(|it| it.entry.id).collect();
    assert_eq!(read, acknowledged);
    assert_eq!(records.len(), TASKS * EACH);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_whose_answer_is_lost_on_the_way_is_stored_once() {
    let cluster = NatsCluster::start();
    let proxy = Proxy::start(cluster.address_of(0));
    let mut config = cluster_config(&cluster);
    config.url = format!("tls://{}", proxy.address());
    let journal = Journal::connect(config.clone()).await.unwrap();
    let direct = Journal::connect(cluster_config(&cluster)).await.unwrap();
    for number in 1..=3 {
        proxy.lose_to_client();
        let sent = unchecked(vec![entry("request.1", "x"), entry("request.2", "y")]);
        let own = journal.clone();
        let appending = tokio::spawn(async move { append(&own, sent).await });
        read_next(&mut direct.read((number - 1) * 2), 2).await;
        proxy.heal();
        assert_eq!(appending.await.unwrap().last, number * 2);
    }
    assert_eq!(direct.state().await.unwrap().last, 6);
}
