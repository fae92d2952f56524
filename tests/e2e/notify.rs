//! Webhooks: the deliverer as a process, with real recipients.

mod check;
mod deliver;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use beffroi_wire::pb::query::v1::{Breach, BreachKind, ListBreachesRequest};

use crate::support::{Api, Ended, Node, beffroi, command, open};

/// 32 bytes, each a seven.
const SECRET: &str = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const SECRET_BYTES: [u8; 32] = [7; 32];

/// A node, and a directory for a deliverer beside it.
struct Town {
    node: Node,
    api: Api,
    folder: tempfile::TempDir,
    /// How many overdue requests were opened.
    overdue: usize,
}

impl Town {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Node::start(&folder.path().join("node"));
        let api = Api::connect(&node.url).await;
        fs::write(folder.path().join("secret"), SECRET).unwrap();
        Self { node, api, folder, overdue: 0 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens overdue requests, waits until they are broken, and gives all facts of a kind.
    async fn facts(&mut self, requests: usize, kind: BreachKind) -> Vec<Breach> {
        for _ in 0..requests {
            self.api.opened(open("Abattage d'arbre", 60)).await;
        }
        self.overdue += requests;
        let started = std::time::Instant::now();
        loop {
            let call = ListBreachesRequest { page_size: 1000, ..Default::default() };
            let facts = self.api.query.list_breaches(call).await.unwrap().into_inner().breaches;
            let broken = facts.iter().filter(|it| it.kind() == BreachKind::Breach).count();
            if broken >= self.overdue {
                return facts.into_iter().filter(|it| it.kind() == kind).collect();
            }
            assert!(started.elapsed().as_secs() < 60, "{broken} of {}", self.overdue);
        }
    }

    /// Writes a configuration of recipients, by name, address and language, for one kind of fact.
    fn configure(&self, delivery: &str, recipients: &[(&str, &str, &str)], kind: &str) -> PathBuf {
        let mut text = format!("[delivery]\n{delivery}\n");
        for (name, url, language) in recipients {
            write!(
                text,
                "[[recipient]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret_file = \"secret\"\n\
                 language = \"{language}\"\n[[recipient.when]]\nkinds = [\"{kind}\"]\n"
            )
            .unwrap();
        }
        let file = self.path("notify.toml");
        fs::write(&file, text).unwrap();
        file
    }

    fn deliverer(&self, config: &Path) -> Deliverer {
        Deliverer::start(config, &self.path("state"), &self.node.url)
    }

    /// Runs a command on the deliverer's state.
    fn notify(&self, arguments: &[&str]) -> Ended {
        let state = self.path("state");
        let state = ["--state", state.to_str().unwrap(), "--output", "json"];
        beffroi(&[&["notify"], arguments, &state].concat())
    }

    /// The ids of what is parked.
    fn parked(&self) -> Vec<String> {
        let answer = self.notify(&["parked"]).json();
        let parked = answer["parked"].as_array().unwrap().iter();
        parked.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// A running deliverer; killed when dropped.
struct Deliverer {
    process: Child,
    log: PathBuf,
}

impl Deliverer {
    fn start(config: &Path, state: &Path, server: &str) -> Self {
        let log = config.with_extension("log");
        let stderr = fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut process = command()
            .args(["notify", "run", "--server", server, "--config"])
            .arg(config)
            .arg("--state")
            .arg(state)
            .env("BEFFROI_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said = || fs::read_to_string(&log).unwrap();
        assert!(line.starts_with("beffroi notify is ready"), "{line}{}", said());
        Self { process, log }
    }

    /// Ends it as a crash would.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Deliverer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
