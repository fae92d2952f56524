//! What keeps the log of several nodes: one server, or three.

use std::path::Path;

use beffroi_harness::{NatsCluster, NatsServer};
use beffroi_journal::{Access, JetStreamConfig, Journal, Login};

use crate::support::Node;

const STREAM: &str = "beffroi-v1-city";

/// A broker as it is shipped.
pub(super) enum Broker {
    One(NatsServer),
    Three(NatsCluster),
}

impl Broker {
    pub(super) fn one() -> Self {
        Self::One(NatsServer::start_temporary())
    }

    pub(super) fn three() -> Self {
        Self::Three(NatsCluster::start())
    }

    /// What a node is told of it.
    pub(super) fn options(&self) -> Vec<String> {
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        match self {
            Self::One(server) => vec!["--nats".to_owned(), server.url()],
            Self::Three(cluster) => {
                let (ca, nkey) = (path(cluster.ca()), path(cluster.nkey()));
                let mut options = vec!["--nats".to_owned(), cluster.url()];
                options.extend(["--nats-replicas", "3", "--nats-ca"].map(ToOwned::to_owned));
                options.extend([ca, "--nats-nkey".to_owned(), nkey]);
                options
            }
        }
    }

    /// A node of its log.
    pub(super) fn node(&self, data: &Path) -> Node {
        let options = self.options();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        Node::start_with(data, &options).unwrap_or_else(|ended| panic!("{ended:?}"))
    }

    /// Of three servers: another leads, then whoever leads is killed and comes back, then whoever
    /// leads stands still for a while.
    pub(super) async fn come_and_go(&mut self) {
        let Self::Three(cluster) = self else { panic!("one server leads for ever") };
        cluster.step_down(STREAM).await;
        let leader = cluster.leader(STREAM).await;
        cluster.kill(leader);
        cluster.leader(STREAM).await;
        cluster.restart(leader);
        let leader = cluster.leader(STREAM).await;
        cluster.pause(leader);
        // Until the others have another.
        while cluster.leader(STREAM).await == leader {}
        cluster.resume(leader);
    }

    /// The ids of all warnings and breaches on the log, void ones too.
    pub(super) async fn facts(&self) -> Vec<String> {
        let (url, access, replicas) = match self {
            Self::One(server) => (server.url(), Access::default(), 1),
            Self::Three(cluster) => {
                let access = Access {
                    login: Some(Login::Nkey(cluster.nkey().to_owned())),
                    authority: Some(cluster.ca().to_owned()),
                    certificate: None,
                };
                (cluster.url(), access, 3)
            }
        };
        let subject_prefix = "beffroi.v1.city".to_owned();
        let stream = STREAM.to_owned();
        let config = JetStreamConfig { url, access, stream, subject_prefix, replicas };
        let journal = Journal::connect(config).await.unwrap();
        let last = journal.state().await.unwrap().last;
        let mut reader = journal.read(0);
        let mut facts = Vec::new();
        let mut read = 0;
        while read < last {
            for record in reader.next(1000, 1 << 20).await.unwrap() {
                read = record.sequence;
                if record.entry.subject.starts_with("sla.") {
                    facts.push(record.entry.id.to_string());
                }
            }
        }
        journal.close().await;
        facts
    }
}
