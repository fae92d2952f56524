//! A NATS server of the test's own, on a free port and its own directory.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a server may take until it accepts connections.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// How often a port that another process took in between is replaced.
const PORTS_TRIED_MAX: usize = 5;

/// A running broker with JetStream; killed when dropped.
#[derive(Debug)]
pub struct NatsServer {
    process: Option<Child>,
    port: u16,
    directory: PathBuf,
    // Removed on drop, if the directory is not the caller's.
    _own_directory: Option<TempDir>,
}

impl NatsServer {
    /// Starts a server that keeps its streams in `directory`.
    pub fn start(directory: &Path) -> Self {
        Self::start_in(directory.to_owned(), None)
    }

    /// Starts a server with a directory of its own, removed at the end.
    pub fn start_temporary() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        Self::start_in(directory.path().to_owned(), Some(directory))
    }

    fn start_in(directory: PathBuf, own_directory: Option<TempDir>) -> Self {
        fs::create_dir_all(&directory).expect("the server's directory can be made");
        let mut server = Self { process: None, port: 0, directory, _own_directory: own_directory };
        for _ in 0..PORTS_TRIED_MAX {
            server.port = free_port();
            if server.launch() {
                return server;
            }
        }
        panic!("nats-server did not start: {}", server.log());
    }

    /// The address that clients connect to.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Ends the server at once, as a crash of its process would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // An error means that it has ended already.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Ends the server in order.
    pub fn stop(&mut self) {
        if let Some(process) = &self.process {
            let _ = Command::new("kill").arg(process.id().to_string()).status();
        }
        if let Some(mut process) = self.process.take() {
            let _ = process.wait();
        }
    }

    /// Starts the server again, on the same port and streams; ends it first if it runs.
    pub fn restart(&mut self) {
        self.stop();
        assert!(self.launch(), "nats-server did not start again: {}", self.log());
    }

    /// Starts the process and waits until it is ready; false if it ended early.
    fn launch(&mut self) -> bool {
        let configuration = self.directory.join("nats.conf");
        fs::write(&configuration, self.configuration()).expect("the configuration can be written");
        let log = fs::File::create(self.log_path()).expect("the log can be made");
        let process = Command::new(binary())
            .arg("--config")
            .arg(&configuration)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("nats-server can be started");
        let process = self.process.insert(process);
        let started = Instant::now();
        while started.elapsed() < READY_WITHIN {
            if process.try_wait().is_ok_and(|status| status.is_some()) {
                self.process = None;
                return false;
            }
            if is_ready(self.port) {
                return true;
            }
            sleep(Duration::from_millis(10));
        }
        panic!("nats-server is not ready: {}", self.log());
    }

    fn configuration(&self) -> String {
        let store = self.directory.join("store");
        format!(
            "listen: \"127.0.0.1:{}\"\njetstream {{\n  store_dir: \"{}\"\n  sync_interval: always\n}}\n",
            self.port,
            store.display()
        )
    }

    fn log_path(&self) -> PathBuf {
        self.directory.join("nats.log")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port can be bound");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Says whether a server greets on the port and has its streams ready.
fn is_ready(port: u16) -> bool {
    let Ok(connection) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    if connection.set_read_timeout(Some(Duration::from_secs(1))).is_err() {
        return false;
    }
    let mut greeting = String::new();
    BufReader::new(connection).read_line(&mut greeting).is_ok()
        && greeting.starts_with("INFO")
        && greeting.contains("\"jetstream\":true")
}

fn binary() -> PathBuf {
    if let Some(path) = env::var_os("NATS_SERVER") {
        return path.into();
    }
    let in_workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/nats-server");
    if in_workspace.is_file() {
        return in_workspace;
    }
    let on_path = env::var_os("PATH").and_then(|path| {
        env::split_paths(&path).map(|it| it.join("nats-server")).find(|it| it.is_file())
    });
    on_path.unwrap_or_else(|| {
        panic!("no nats-server found: run the tests with the command that the README gives")
    })
}
