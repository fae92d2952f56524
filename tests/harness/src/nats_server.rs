//! One server with the configuration `deploy/nats/single.conf`, on a free port and its own directory.

use std::path::Path;

use async_nats::{Client, ConnectOptions};
use tempfile::TempDir;

use crate::process::{Process, address, free_port};

/// How often a port that another process took in between is replaced.
const PORTS_TRIED_MAX: usize = 5;
const NODE_PASSWORD: &str = "password-of-nodes";
const READER_PASSWORD: &str = "password-of-readers";
const OPERATOR_PASSWORD: &str = "password-of-operators";

/// A running broker with JetStream; killed when dropped.
#[derive(Debug)]
pub struct NatsServer {
    process: Process,
    port: u16,
    // Removed on drop, if the directory is not the caller's.
    _own_directory: Option<TempDir>,
}

impl NatsServer {
    /// Starts a server that keeps its streams in `directory`.
    pub fn start(directory: &Path) -> Self {
        Self::start_in(directory, None)
    }

    /// Starts a server with a directory of its own, removed at the end.
    pub fn start_temporary() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let path = directory.path().to_owned();
        Self::start_in(&path, Some(directory))
    }

    fn start_in(directory: &Path, own_directory: Option<TempDir>) -> Self {
        let mut said = String::new();
        for _ in 0..PORTS_TRIED_MAX {
            let (port, monitor) = (free_port(), free_port());
            let environment = [
                ("NATS_LISTEN", address(port)),
                ("NATS_NODE_PASSWORD", NODE_PASSWORD.to_owned()),
                ("NATS_READER_PASSWORD", READER_PASSWORD.to_owned()),
                ("NATS_OPERATOR_PASSWORD", OPERATOR_PASSWORD.to_owned()),
            ];
            let mut process = Process::new("single.conf", directory, monitor, &environment);
            process.launch();
            if process.is_up() {
                return Self { process, port, _own_directory: own_directory };
            }
            said = process.said();
        }
        panic!("nats-server did not start: {said}");
    }

    /// Where a node connects, its password included.
    pub fn url(&self) -> String {
        format!("nats://node:{NODE_PASSWORD}@{}", self.address())
    }

    /// A client of a service that reads warnings and breaches.
    pub async fn reader(&self) -> Client {
        let options =
            ConnectOptions::with_user_and_password("reader".into(), READER_PASSWORD.into());
        self.client(options.custom_inbox_prefix("_INBOX.reader")).await
    }

    /// A client that may do everything.
    pub async fn operator(&self) -> Client {
        let password = OPERATOR_PASSWORD.into();
        self.client(ConnectOptions::with_user_and_password("operator".into(), password)).await
    }

    async fn client(&self, options: ConnectOptions) -> Client {
        options.connect(self.address()).await.expect("the server answers")
    }

    /// Host and port.
    pub fn address(&self) -> String {
        address(self.port)
    }

    /// Ends the server at once, as a crash of its process would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Ends the server in order.
    pub fn stop(&mut self) {
        self.process.stop();
    }

    /// Starts the server again, on the same port and streams; ends it first if it runs.
    pub fn restart(&mut self) {
        self.process.stop();
        self.process.launch();
        assert!(self.process.is_up(), "nats-server did not start again: {}", self.process.said());
    }

    /// Stops the server where it stands, its connections open, until [`NatsServer::resume`].
    pub fn pause(&self) {
        self.process.signal("STOP");
    }

    /// Lets a paused server go on.
    pub fn resume(&self) {
        self.process.signal("CONT");
    }
}
