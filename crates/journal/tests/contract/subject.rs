//! The journal under test, and short forms of what tests say to it.

use std::future::{Ready, ready};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use beffroi_harness::{NatsCluster, NatsServer, SERVERS};
use beffroi_journal::{
    Access, Append, AppendError, Entry, JetStreamConfig, Journal, Login, Reader, Record, Stored,
};
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

/// Long enough for a busy machine; no test waits for it to pass.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The stream that the servers' configurations know.
pub(crate) const STREAM: &str = "beffroi-v1-city";

/// A journal with what it needs to live, and to be opened again.
pub(crate) struct Subject {
    pub(crate) journal: Journal,
    backend: Backend,
}

enum Backend {
    Embedded(TempDir),
    JetStream(NatsServer),
    Cluster(Arc<Mutex<NatsCluster>>),
}

impl Subject {
    pub(crate) fn embedded() -> Ready<Self> {
        let directory = tempfile::tempdir().unwrap();
        let journal = open_embedded(directory.path());
        ready(Self { journal, backend: Backend::Embedded(directory) })
    }

    pub(crate) async fn jetstream() -> Self {
        let server = NatsServer::start_temporary();
        let journal = Journal::connect(config(&server)).await.unwrap();
        Self { journal, backend: Backend::JetStream(server) }
    }

    /// A new log on servers that others use after it.
    pub(crate) async fn cluster(cluster: Arc<Mutex<NatsCluster>>) -> Self {
        let config = cluster_config(&*cluster.lock().await);
        let journal = Journal::connect(config).await.unwrap();
        Self { journal, backend: Backend::Cluster(cluster) }
    }

    /// Opens the log again, after a crash of the broker if there is one.
    pub(crate) async fn reopened(self) -> Self {
        let Self { journal, backend } = self;
        drop(journal);
        match backend {
            Backend::Embedded(directory) => {
                let journal = open_embedded(directory.path());
                Self { journal, backend: Backend::Embedded(directory) }
            }
            Backend::JetStream(mut server) => {
                server.kill();
                server.restart();
                let journal = Journal::connect(config(&server)).await.unwrap();
                Self { journal, backend: Backend::JetStream(server) }
            }
            Backend::Cluster(cluster) => {
                let mut servers = cluster.lock().await;
                servers.restart_all();
                let leader = servers.leader(STREAM).await;
                servers.kill(leader);
                // Whoever leads next may not have been chosen yet.
                servers.leader(STREAM).await;
                drop(servers);
                Self::cluster(cluster).await
            }
        }
    }
}

pub(crate) fn config(server: &NatsServer) -> JetStreamConfig {
    JetStreamConfig {
        url: server.url(),
        access: Access::default(),
        stream: STREAM.into(),
        subject_prefix: "beffroi.v1.city".into(),
        replicas: 1,
    }
}

pub(crate) fn cluster_config(cluster: &NatsCluster) -> JetStreamConfig {
    let access = Access {
        login: Some(Login::Nkey(cluster.nkey().to_owned())),
        authority: Some(cluster.ca().to_owned()),
        certificate: None,
    };
    JetStreamConfig {
        url: cluster.url(),
        access,
        stream: STREAM.into(),
        subject_prefix: "beffroi.v1.city".into(),
        replicas: SERVERS,
    }
}

fn open_embedded(directory: &Path) -> Journal {
    Journal::open_embedded(&directory.join("log.redb")).unwrap()
}

pub(crate) fn entry(subject: &str, text: &str) -> Entry {
    Entry {
        id: Uuid::new_v4(),
        subject: subject.into(),
        headers: vec![("kind".into(), "test".into())],
        payload: text.to_owned().into(),
    }
}

pub(crate) fn unchecked(entries: Vec<Entry>) -> Append {
    Append { entries, expected: Vec::new() }
}

pub(crate) fn expecting(entries: Vec<Entry>, expected: &[(&str, u64)]) -> Append {
    let expected = expected.iter().map(|(subject, last)| ((*subject).into(), *last)).collect();
    Append { entries, expected }
}

pub(crate) async fn try_append(journal: &Journal, append: Append) -> Result<Stored, AppendError> {
    journal.append(append, Instant::now() + PATIENCE).await
}

pub(crate) async fn append(journal: &Journal, append: Append) -> Stored {
    try_append(journal, append).await.unwrap()
}

pub(crate) fn stored(first: u64, last: u64) -> Stored {
    Stored { first, last, duplicate: false }
}

pub(crate) fn duplicate(first: u64, last: u64) -> Stored {
    Stored { first, last, duplicate: true }
}

/// Reads on until `count` records have come.
pub(crate) async fn read_next(reader: &mut Reader, count: usize) -> Vec<Record> {
    let mut records = Vec::new();
    while records.len() < count {
        let more = timeout(PATIENCE, reader.next(count - records.len(), 1 << 30)).await;
        records.extend(more.expect("the log has no more records").unwrap());
    }
    records
}

/// Reads the whole log.
pub(crate) async fn read_all(journal: &Journal) -> Vec<Record> {
    let last = journal.state().await.unwrap().last;
    read_next(&mut journal.read(0), usize::try_from(last).unwrap()).await
}
