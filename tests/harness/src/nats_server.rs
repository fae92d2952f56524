//! One server with the configuration `deploy/nats/single.conf`, or one of the test's own, on a free
//! port and its own directory.

use std::fs;
use std::path::Path;

use async_nats::{Client, ConnectOptions};
use tempfile::TempDir;

use crate::process::{Process, address, free_port, shipped};

/// How often a port that another process took in between is replaced.
const PORTS_TRIED_MAX: usize = 5;
const NODE_PASSWORD: &str = "password-of-nodes";
const READER_PASSWORD: &str = "password-of-readers";
const OPERATOR_PASSWORD: &str = "password-of-operators";
const OWN_CONFIGURATION: &str = "own.conf";

/// A running broker with JetStream; killed when dropped.
#[derive(Debug)]
pub struct NatsServer {
    process: Process,
    port: u16,
    // Removed on drop, if the directory is not the caller's.
    own_directory: Option<TempDir>,
}

impl NatsServer {
    /// Starts a server that keeps its streams in `directory`.
    pub fn start(directory: &Path) -> Self {
        Self::start_in(directory, None, &shipped("single.conf"))
    }

    /// Starts a server with a directory of its own, removed at the end.
    pub fn start_temporary() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let path = directory.path().to_owned();
        Self::start_in(&path, Some(directory), &shipped("single.conf"))
    }

    /// Starts a server that lets in whom the test says: `access` is what its configuration has of
    /// `tls`, `authorization`, `accounts` and the like.
    pub fn start_with(access: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let path = directory.path().to_owned();
        write_configuration(&path, access);
        Self::start_in(&path, Some(directory), &path.join(OWN_CONFIGURATION))
    }

    /// Changes whom a server that was started so lets in, at its next start.
    pub fn change_access(&self, access: &str) {
        let directory = self.own_directory.as_ref().expect("a directory of its own");
        write_configuration(directory.path(), access);
    }

    fn start_in(directory: &Path, own_directory: Option<TempDir>, configuration: &Path) -> Self {
        let mut said = String::new();
        for _ in 0..PORTS_TRIED_MAX {
            let (port, monitor) = (free_port(), free_port());
            let environment = [
                ("NATS_LISTEN", address(port)),
                ("NATS_NODE_PASSWORD", NODE_PASSWORD.to_owned()),
                ("NATS_READER_PASSWORD", READER_PASSWORD.to_owned()),
                ("NATS_OPERATOR_PASSWORD", OPERATOR_PASSWORD.to_owned()),
            ];
            let mut process =
                Process::new(configuration.to_owned(), directory, monitor, &environment);
            process.launch();
            if process.is_up() {
                return Self { process, port, own_directory };
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

fn write_configuration(directory: &Path, access: &str) {
    let text = format!(
        "listen: $NATS_LISTEN\nhttp: $NATS_MONITOR\n\
         jetstream {{ store_dir: $NATS_STORE, sync_interval: always }}\n{access}\n"
    );
    fs::write(directory.join(OWN_CONFIGURATION), text).expect("the configuration can be written");
}
