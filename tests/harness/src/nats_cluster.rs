//! Three servers with the configuration `deploy/nats/cluster.conf`, each on free ports and its own
//! directory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_nats::jetstream::{self, stream::ClusterInfo};
use async_nats::{Client, ConnectOptions};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::keys::{Authority, Nkey};
use crate::process::{Process, address, free_port, shipped};

/// How many servers a cluster has; they are numbered from 0.
pub const SERVERS: usize = 3;
/// How often ports that another process took in between are replaced.
const PORTS_TRIED_MAX: usize = 5;
/// How long a server may take to answer who leads, before another is asked.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

/// A running cluster; killed when dropped.
#[derive(Debug)]
pub struct NatsCluster {
    servers: Vec<Server>,
    node: Nkey,
    operator: Nkey,
    authority: PathBuf,
    // Removed on drop.
    _directory: TempDir,
}

#[derive(Debug)]
struct Server {
    process: Process,
    port: u16,
}

impl NatsCluster {
    /// Starts three servers and waits until each is ready.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let [node, reader, operator, system] =
            ["node", "reader", "operator", "system"].map(|name| Nkey::new(directory.path(), name));
        let authority = Authority::new(directory.path(), "ca");
        let certificate = authority.sign("server");
        let environment = [
            ("NATS_CERTIFICATE", certificate.certificate.display().to_string()),
            ("NATS_KEY", certificate.key.display().to_string()),
            ("NATS_CA", authority.certificate.display().to_string()),
            ("NATS_NODE_NKEY", node.public.clone()),
            ("NATS_READER_NKEY", reader.public),
            ("NATS_OPERATOR_NKEY", operator.public.clone()),
            ("NATS_SYSTEM_NKEY", system.public),
        ];
        let started = (0..PORTS_TRIED_MAX).find_map(|_| servers(directory.path(), &environment));
        Self {
            servers: started.expect("nats-server could not start with any of the ports tried"),
            node,
            operator,
            authority: authority.certificate,
            _directory: directory,
        }
    }

    /// Where a node connects: all servers. It needs [`NatsCluster::nkey`] and [`NatsCluster::ca`].
    pub fn url(&self) -> String {
        let all: Vec<_> = (0..SERVERS).map(|it| self.url_of(it)).collect();
        all.join(",")
    }

    /// Where one server is.
    pub fn url_of(&self, server: usize) -> String {
        format!("tls://{}", self.address_of(server))
    }

    /// Host and port of one server.
    pub fn address_of(&self, server: usize) -> String {
        address(self.servers[server].port)
    }

    /// The file of the seed by which nodes show who they are.
    pub fn nkey(&self) -> &Path {
        &self.node.seed
    }

    /// The file of the certificate that signed those of the servers.
    pub fn ca(&self) -> &Path {
        &self.authority
    }

    /// Ends a server at once, as a crash of its process would.
    pub fn kill(&mut self, server: usize) {
        self.servers[server].process.kill();
    }

    /// Starts a server again, on the same ports and streams, and waits until it is ready; ends it
    /// first if it runs. Needs one other server to be up.
    pub fn restart(&mut self, server: usize) {
        let process = &mut self.servers[server].process;
        process.stop();
        process.launch();
        assert!(process.is_up(), "nats-server did not start again: {}", process.said());
    }

    /// Starts all servers that were killed.
    pub fn restart_all(&mut self) {
        for server in 0..SERVERS {
            if !self.servers[server].process.is_running() {
                self.restart(server);
            }
        }
    }

    /// Stops a server where it stands, its connections open, until [`NatsCluster::resume`].
    pub fn pause(&self, server: usize) {
        self.servers[server].process.signal("STOP");
    }

    /// Lets a paused server go on.
    pub fn resume(&self, server: usize) {
        self.servers[server].process.signal("CONT");
    }

    /// A client that may do everything.
    pub async fn operator(&self) -> Client {
        let seed = std::fs::read_to_string(&self.operator.seed).expect("the seed was written");
        ConnectOptions::with_nkey(seed.trim().to_owned())
            .add_root_certificates(self.authority.clone())
            .connection_timeout(ANSWERED_WITHIN)
            .connect(self.url().split(',').collect::<Vec<_>>())
            .await
            .expect("a server of the cluster answers")
    }

    /// Which server leads a stream; waits until one does.
    pub async fn leader(&self, stream: &str) -> usize {
        loop {
            let leader = self.replicas(stream).await.and_then(|it| it.leader);
            if let Some(number) = leader.and_then(|name| name.strip_prefix('n')?.parse().ok()) {
                return number;
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the leader of a stream says of its replicas, if it answers.
    pub async fn replicas(&self, stream: &str) -> Option<ClusterInfo> {
        let mut context = jetstream::new(self.operator().await);
        context.set_timeout(ANSWERED_WITHIN);
        context.get_stream(stream).await.ok()?.cached_info().cluster.clone()
    }

    /// Makes the leader of a stream hand over, and gives who leads then.
    pub async fn step_down(&self, stream: &str) -> usize {
        let before = self.leader(stream).await;
        let subject = format!("$JS.API.STREAM.LEADER.STEPDOWN.{stream}");
        let answer = self.operator().await.request(subject, "".into()).await;
        answer.expect("the broker answers");
        loop {
            let leader = self.leader(stream).await;
            if leader != before {
                return leader;
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// All servers, started; none if one of their ports was taken.
fn servers(directory: &Path, environment: &[(&str, String)]) -> Option<Vec<Server>> {
    let routes = [free_port(), free_port(), free_port()];
    let urls = routes.map(|port| format!("tls://{}", address(port)));
    let mut servers = Vec::with_capacity(SERVERS);
    for (number, route) in routes.into_iter().enumerate() {
        let (port, monitor) = (free_port(), free_port());
        let mut environment = environment.to_vec();
        environment.push(("NATS_NAME", format!("n{number}")));
        environment.push(("NATS_LISTEN", address(port)));
        environment.push(("NATS_ROUTES_LISTEN", address(route)));
        environment.push(("NATS_ROUTES", format!("[{}]", urls.join(", "))));
        let own = directory.join(format!("n{number}"));
        let process = Process::new(shipped("cluster.conf"), &own, monitor, &environment);
        servers.push(Server { process, port });
    }
    for server in &mut servers {
        server.process.launch();
    }
    servers.iter_mut().all(|it| it.process.is_up()).then_some(servers)
}
