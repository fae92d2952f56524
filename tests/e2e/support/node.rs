//! A node as an operator runs it: the process `beffroi serve`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use super::cli::{Ended, command};

/// How long a node may take until it is ready, a long log to fold included.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// What a node promises for its end.
const ENDED_WITHIN: Duration = Duration::from_secs(10);

/// A running node; killed when dropped.
#[derive(Debug)]
pub(crate) struct Node {
    process: Child,
    /// Where it answers.
    pub url: String,
    /// Its data.
    pub data: PathBuf,
    stdout: Arc<Mutex<Vec<String>>>,
    stderr: Arc<Mutex<Vec<String>>>,
}

impl Node {
    /// Starts a node on the embedded log and waits until it is ready.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[]).unwrap_or_else(|ended| panic!("{ended:?}"))
    }

    /// Starts a node on a broker's log and waits until it is ready.
    pub(crate) fn start_on(data: &Path, nats: &str) -> Self {
        Self::start_with(data, &["--nats", nats]).unwrap_or_else(|ended| panic!("{ended:?}"))
    }

    /// Starts a node again where its clients know it.
    pub(crate) fn start_at(data: &Path, url: &str) -> Self {
        Self::start_at_with(data, url, &[])
    }

    /// Starts a node where its clients will look for it.
    pub(crate) fn start_at_with(data: &Path, url: &str, options: &[&str]) -> Self {
        let address = url.trim_start_matches("http://");
        let mut process = serve(data, address);
        process.args(options);
        Self::launch(process, data).unwrap_or_else(|ended| panic!("{ended:?}"))
    }

    /// Starts a node; gives how the process ended if it did before it was ready.
    pub(crate) fn start_with(data: &Path, options: &[&str]) -> Result<Self, Ended> {
        let mut process = serve(data, "127.0.0.1:0");
        process.args(options);
        Self::launch(process, data)
    }

    /// Starts a node again where its clients know it; gives how the process ended if it did.
    pub(crate) fn start_with_at(data: &Path, url: &str, options: &[&str]) -> Result<Self, Ended> {
        let mut process = serve(data, url.trim_start_matches("http://"));
        process.args(options);
        Self::launch(process, data)
    }

    /// Starts a node that tells everything it can on standard error.
    pub(crate) fn start_traced(data: &Path, options: &[&str]) -> Self {
        let mut process = serve(data, "127.0.0.1:0");
        process.args(options).env("BEFFROI_LOG", "trace");
        Self::launch(process, data).unwrap_or_else(|ended| panic!("{ended:?}"))
    }

    fn launch(mut process: Command, data: &Path) -> Result<Self, Ended> {
        let mut process = process
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        let stdout = Arc::new(Mutex::new(Vec::new()));
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let (ready, readiness) = mpsc::channel();
        collect(process.stdout.take().expect("a pipe"), &stdout, Some(ready));
        collect(process.stderr.take().expect("a pipe"), &stderr, None);
        let Ok(line) = readiness.recv_timeout(READY_WITHIN) else {
            let _ = process.kill();
            let status = process.wait().expect("an ended process has a status");
            let text = |lines: &Mutex<Vec<String>>| lines.lock().unwrap().join("\n");
            // The pipe of a process that ended is read to its end soon.
            wait_until("what the node said", || Arc::strong_count(&stderr) == 1);
            return Err(Ended {
                code: status.code(),
                stdout: text(&stdout),
                stderr: text(&stderr),
            });
        };
        let url = line.split_whitespace().find(|it| it.starts_with("http://"));
        let url = url.unwrap_or_else(|| panic!("no address in `{line}`")).to_owned();
        Ok(Self { process, url, data: data.to_owned(), stdout, stderr })
    }

    /// What the node has printed so far.
    pub(crate) fn printed(&self) -> Vec<String> {
        self.stdout.lock().unwrap().clone()
    }

    /// What the node has told on standard error so far.
    pub(crate) fn said(&self) -> String {
        self.stderr.lock().unwrap().join("\n")
    }

    /// Stops the node where it stands, its connections open, until [`Node::resume`].
    pub(crate) fn pause(&self) {
        signal(&self.process, "STOP");
    }

    /// Lets a paused node go on.
    pub(crate) fn resume(&self) {
        signal(&self.process, "CONT");
    }

    /// How the node ended, if it did.
    pub(crate) fn has_ended(&mut self) -> Option<Ended> {
        let status = self.process.try_wait().expect("a child of this process")?;
        let stdout = self.printed().join("\n");
        Some(Ended { code: status.code(), stdout, stderr: self.said() })
    }

    /// Ends the node as a crash would.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("the node runs");
        self.process.wait().expect("an ended process has a status");
    }

    /// Asks the node to end, and gives what it ended with; fails when it takes too long.
    pub(crate) fn stop(mut self) -> ExitStatus {
        terminate(&self.process);
        let asked = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("a child of this process") {
                return status;
            }
            assert!(asked.elapsed() < ENDED_WITHIN, "the node does not end");
            sleep(Duration::from_millis(5));
        }
    }

    /// Runs a client command against the node.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        super::beffroi(&[arguments, &["--server", &self.url]].concat())
    }

    /// Runs a client command that must succeed and gives its answer.
    pub(crate) fn ask(&self, arguments: &[&str]) -> serde_json::Value {
        self.run(&[arguments, &["--output", "json"]].concat()).json()
    }
}

/// What every small catalogue begins with: a name, and a unit for roads.
const TOWN: &str = r#"
name = { fr = "Ville", en = "City" }
[[unit]]
code = "voirie"
name = { fr = "Voirie", en = "Roads" }
"#;

impl Node {
    /// Publishes the catalogue of a town that has a unit `voirie`, and what else is given. Its files lie
    /// in `folder`.
    pub(crate) fn publish(&self, folder: &Path, catalogue: &str) {
        let files = folder.join("catalogue");
        std::fs::create_dir_all(&files).unwrap();
        std::fs::write(files.join("catalogue.toml"), format!("{TOWN}{catalogue}")).unwrap();
        self.ask(&["catalogue", "publish", files.to_str().unwrap()]);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The command that serves `data`.
fn serve(data: &Path, listen: &str) -> Command {
    let mut serve = command();
    serve.arg("serve").arg("--data").arg(data).args(["--listen", listen]);
    serve
}

/// Sends SIGTERM.
pub(crate) fn terminate(process: &Child) {
    signal(process, "TERM");
}

fn signal(process: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name]).arg(process.id().to_string()).status();
    assert!(sent.expect("kill can be run").success());
}

/// Reads lines until the end of the pipe, on a thread of its own.
fn collect(
    pipe: impl std::io::Read + Send + 'static,
    lines: &Arc<Mutex<Vec<String>>>,
    mut first: Option<mpsc::Sender<String>>,
) {
    let lines = Arc::clone(lines);
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if let Some(first) = first.take() {
                let _ = first.send(line.clone());
            }
            lines.lock().unwrap().push(line);
        }
    });
}

/// Looks again and again until it is so; fails after a while.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "not in time: {what}");
        sleep(Duration::from_millis(5));
    }
}
