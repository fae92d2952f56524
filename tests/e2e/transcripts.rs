//! A session at the command line, written down with what it prints: `docs/centre.md`. It is run again
//! here, against a node of its own whose clock stands still where the session says so, and must print
//! the same.
//!
//! A session is Markdown. A comment `<!-- at 2026-03-02T09:00:00-05:00 -->` sets the clock; in a
//! block marked `console`, each line after `$ ` is a command for `sh`, at the root of the repository,
//! and what follows is what it prints, then ` → N` when it exits with N. With `BEFFROI_BLESS=1` the
//! file is written anew: read the difference.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use beffroi_aggregator::{Clock, ManualClock};
use beffroi_domain::Timestamp;
use beffroi_journal::Journal;
use beffroi_server::{Config, Node, default_city};
use chrono::DateTime;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::support::workspace;

/// A node whose clock is set by hand.
struct Stage {
    url: String,
    hand: ManualClock,
    checked: watch::Receiver<Timestamp>,
    stop: CancellationToken,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open_embedded(&folder.path().join("journal.redb")).unwrap();
        let (hand, clock): (ManualClock, Clock) = ManualClock::new(Timestamp::EPOCH);
        let identifier_key = folder.path().join("identifier.key");
        let city = default_city().unwrap();
        let config = Config { journal, city, clock, identifier_key };
        let node = Node::start(config, folder.path(), |_, _| {}).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (checked, stop) = (node.checked(), CancellationToken::new());
        let ended = stop.clone();
        tokio::spawn(async move { node.serve(listener, ended.cancelled_owned()).await });
        Self { url, hand, checked, stop, folder }
    }

    /// Sets the clock, and waits until what had to be raised by then was raised.
    async fn at(&mut self, time: &str) {
        let time = DateTime::parse_from_rfc3339(time).unwrap_or_else(|it| panic!("{time}: {it}"));
        let time: Timestamp = time.to_utc().try_into().unwrap();
        self.hand.set(time);
        let raised = self.checked.wait_for(|checked| *checked >= time);
        tokio::time::timeout(Duration::from_secs(30), raised).await.unwrap().unwrap();
    }

    /// What a command prints, and how it ends.
    fn run(&self, command: &str) -> String {
        let binary = Path::new(env!("CARGO_BIN_EXE_beffroi"));
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(workspace())
            .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
            .env("BEFFROI_SERVER", &self.url)
            .env("BEFFROI_LANG", "fr")
            .env("TMP", self.folder.path())
            .output()
            .expect("a shell");
        let mut printed = String::from_utf8(output.stdout).unwrap();
        printed.push_str(&String::from_utf8(output.stderr).unwrap());
        let mut lines = String::new();
        for line in printed.lines() {
            writeln!(lines, "{}", line.trim_end()).unwrap();
        }
        match output.status.code() {
            Some(0) => {}
            code => writeln!(lines, " → {}", code.unwrap_or(-1)).unwrap(),
        }
        lines
    }
}

/// The session as it goes today.
async fn played(session: &str) -> String {
    let mut stage = Stage::set().await;
    let mut told = String::new();
    let mut in_console = false;
    for line in session.lines() {
        if let Some(time) = line.strip_prefix("<!-- at ").and_then(|it| it.strip_suffix(" -->")) {
            stage.at(time).await;
        }
        let is_fence = line.starts_with("```");
        if is_fence {
            in_console = line == "```console";
        }
        if !in_console || is_fence {
            writeln!(told, "{line}").unwrap();
        } else if let Some(command) = line.strip_prefix("$ ") {
            write!(told, "{line}\n{}", tokio::task::block_in_place(|| stage.run(command))).unwrap();
        }
    }
    stage.stop.cancel();
    told
}

async fn check(file: &Path) {
    let written = fs::read_to_string(file).unwrap();
    let told = played(&written).await;
    if std::env::var_os("BEFFROI_BLESS").is_some() {
        fs::write(file, told).unwrap();
        return;
    }
    let differs = written.lines().zip(told.lines()).position(|(before, now)| before != now);
    let at = differs.unwrap_or_else(|| written.lines().count().min(told.lines().count()));
    let from = |text: &str| text.lines().skip(at).take(12).collect::<Vec<_>>().join("\n");
    assert!(
        written == told,
        "{}:{}: the session goes otherwise (BEFFROI_BLESS=1 writes it anew)\n--- written\n{}\n--- \
         played\n{}",
        file.display(),
        at + 1,
        from(&written),
        from(&told),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_through_the_presentation_is_true() {
    check(&workspace().join("docs/centre.md")).await;
}
