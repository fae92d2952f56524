//! A process of nats-server, run with a configuration of `deploy/nats`.

use std::env;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a server may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A nats-server, running or not; killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    running: Option<Child>,
    configuration: PathBuf,
    environment: Vec<(String, String)>,
    // Where it answers whether it is ready.
    monitor: u16,
    log: PathBuf,
}

impl Process {
    /// A server that will run with a configuration and what that needs to know.
    pub(crate) fn new(
        configuration: PathBuf,
        directory: &Path,
        monitor: u16,
        environment: &[(&str, String)],
    ) -> Self {
        fs::create_dir_all(directory).expect("the server's directory can be made");
        let mut environment: Vec<_> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let store = directory.join("store").display().to_string();
        environment.push(("NATS_STORE".to_owned(), store));
        environment.push(("NATS_MONITOR".to_owned(), address(monitor)));
        let log = directory.join("nats.log");
        Self { running: None, configuration, environment, monitor, log }
    }

    /// Starts the process; what it does then is seen by [`Process::is_up`].
    pub(crate) fn launch(&mut self) {
        let log = File::create(&self.log).expect("the log can be made");
        let process = Command::new(binary())
            .arg("--config")
            .arg(&self.configuration)
            .envs(self.environment.clone())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("nats-server can be started");
        self.running = Some(process);
    }

    /// Waits until the server is ready; false if it ended early.
    pub(crate) fn is_up(&mut self) -> bool {
        let process = self.running.as_mut().expect("the server was started");
        let started = Instant::now();
        while started.elapsed() < READY_WITHIN {
            if process.try_wait().is_ok_and(|status| status.is_some()) {
                self.running = None;
                return false;
            }
            if is_healthy(self.monitor) {
                return true;
            }
            sleep(Duration::from_millis(10));
        }
        panic!("nats-server is not ready: {}", self.said());
    }

    /// Whether it was started and not ended.
    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Ends the server at once, as a crash of its process would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.running.take() {
            // An error means that it has ended already.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Ends the server in order, even one that is paused.
    pub(crate) fn stop(&mut self) {
        self.signal("TERM");
        self.signal("CONT");
        if let Some(mut process) = self.running.take() {
            let _ = process.wait();
        }
    }

    /// Sends a signal, if the server runs.
    pub(crate) fn signal(&self, name: &str) {
        if let Some(process) = &self.running {
            let sent = Command::new("kill").args(["-s", name, &process.id().to_string()]).status();
            assert!(sent.expect("kill can be run").success());
        }
    }

    /// What the server has written.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A configuration as it is shipped.
pub(crate) fn shipped(name: &str) -> PathBuf {
    workspace().join("deploy/nats").join(name)
}

/// A port that was free a moment ago, below those that the system gives to whoever asks for any: it
/// stays free while its server is down.
pub(crate) fn free_port() -> u16 {
    let mut drawn = std::iter::repeat_with(|| fastrand::u16(15_000..32_000)).take(1000);
    drawn.find(|it| TcpListener::bind(("127.0.0.1", *it)).is_ok()).expect("a port is free")
}

/// The port on the loopback.
pub(crate) fn address(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// Asks the server whether it is ready, its streams and its cluster included.
fn is_healthy(monitor: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut connection = TcpStream::connect(("127.0.0.1", monitor))?;
        connection.set_read_timeout(Some(Duration::from_secs(1)))?;
        connection.write_all(b"GET /healthz HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.0 200"))
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn binary() -> PathBuf {
    if let Some(path) = env::var_os("NATS_SERVER") {
        return path.into();
    }
    let in_workspace = workspace().join(".venv/bin/nats-server");
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
