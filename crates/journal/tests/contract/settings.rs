//! What a broker and a stream must be: refused, warned of, or fine.

use std::collections::HashSet;
use std::time::Duration;

use async_nats::jetstream::{
    self, Context,
    stream::{Config, DiscardPolicy, StorageType},
};
use beffroi_harness::{NatsCluster, NatsServer, SERVERS};
use beffroi_journal::{Access, Error, JetStreamConfig, Journal};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::subject::{STREAM, append, cluster_config, config, entry, unchecked};

async fn warnings(config: JetStreamConfig) -> Vec<String> {
    let journal = Journal::connect(config).await.unwrap();
    let warnings = journal.warnings().to_vec();
    journal.close().await;
    warnings
}

#[track_caller]
fn one_says(warnings: &[String], words: &[&str]) {
    let says = |it: &String| words.iter().all(|word| it.contains(word));
    assert!(warnings.iter().any(says), "{words:?} is not in {warnings:?}");
}

async fn edit(context: &Context, change: impl FnOnce(&mut Config)) {
    let mut stream = context.get_stream(STREAM).await.unwrap();
    let mut config = stream.info().await.unwrap().config.clone();
    change(&mut config);
    context.update_stream(config).await.unwrap();
}

#[tokio::test]
async fn a_stream_on_one_server_is_warned_about() {
    let server = NatsServer::start_temporary();
    let said = warnings(config(&server)).await;
    one_says(&said, &["one replica"]);
    one_says(&said, &["sync_interval: always"]);
    assert_eq!(said.len(), 2, "{said:?}");
    edit(&jetstream::new(server.operator().await), |it| it.max_bytes = 1 << 30).await;
    one_says(&warnings(config(&server)).await, &["size limit"]);
    let asked = JetStreamConfig { replicas: 3, ..config(&server) };
    let said = warnings(asked).await;
    one_says(&said, &["by 1 of", "asked for were 3", "nats stream edit", "--replicas 3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_as_shipped_on_three_servers_is_warned_about_when_one_is_away() {
    let mut cluster = NatsCluster::start();
    assert_eq!(warnings(cluster_config(&cluster)).await, [""; 0]);
    let stream = cluster.replicas(STREAM).await.unwrap();
    assert_eq!(stream.replicas.len(), SERVERS - 1);
    let away = (cluster.leader(STREAM).await + 1) % SERVERS;
    cluster.kill(away);
    // The leader takes a while to notice, and notices sooner when it has something to say.
    let journal = Journal::connect(cluster_config(&cluster)).await.unwrap();
    let said = loop {
        append(&journal, unchecked(vec![entry("request.1", "x")])).await;
        let said = warnings(cluster_config(&cluster)).await;
        if !said.is_empty() {
            break said;
        }
    };
    one_says(&said, &[&format!("n{away} is offline or not up to date")]);
    cluster.restart(away);
    let context = jetstream::new(cluster.operator().await);
    edit(&context, |it| it.placement = None).await;
    one_says(&warnings(cluster_config(&cluster)).await, &["sync_interval: always"]);
}

#[tokio::test]
async fn a_stream_that_can_lose_events_is_refused_setting_by_setting() {
    let server = NatsServer::start_temporary();
    let unsafe_stream = Config {
        name: STREAM.into(),
        subjects: vec!["beffroi.v1.other.>".into()],
        storage: StorageType::Memory,
        discard: DiscardPolicy::Old,
        max_age: Duration::from_secs(3600),
        ..Config::default()
    };
    let context = jetstream::new(server.operator().await);
    context.create_stream(unsafe_stream).await.unwrap();
    let Err(Error::UnsafeStream { settings, .. }) = Journal::connect(config(&server)).await else {
        panic!("an unsafe stream was accepted");
    };
    let names: HashSet<_> = settings.iter().map(|it| it.name).collect();
    let expected =
        ["storage", "discard", "max_age", "deny_delete", "deny_purge", "allow_atomic", "subjects"];
    assert_eq!(names, HashSet::from(expected));
}

/// A broker that greets with a version and answers nothing but a ping.
async fn greeting(version: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let info = format!(
        "INFO {{\"server_id\":\"x\",\"version\":\"{version}\",\"max_payload\":1048576}}\r\n"
    );
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let (read, mut write) = connection.into_split();
            write.write_all(info.as_bytes()).await.unwrap();
            let mut lines = BufReader::new(read).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if line.starts_with("PING") && write.write_all(b"PONG\r\n").await.is_err() {
                    break;
                }
            }
        }
    });
    format!("nats://{address}")
}

#[tokio::test]
async fn a_broker_without_atomic_batches_is_refused_with_its_version() {
    let old = JetStreamConfig {
        url: greeting("2.12.0").await,
        access: Access::default(),
        stream: STREAM.into(),
        subject_prefix: "beffroi.v1.city".into(),
        replicas: 1,
    };
    let error = Journal::connect(old).await.unwrap_err();
    assert_eq!(error.to_string(), "the broker is version 2.12.0, needed is 2.12.1 or newer");
}
