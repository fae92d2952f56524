//! Sessions at the command line, written down with what they print: `docs/centre.md`, and the
//! stories of requests in `tests/stories`. Each is run again here, against a node of its own whose
//! clock stands still where the session says so, and must print the same.
//!
//! A session is Markdown. A comment `<!-- at 2026-03-02T09:00:00-05:00 -->` sets the clock, and
//! `<!-- lang en -->` the language, French until then; in a block marked `console`, each line after
//! `$ ` is a command for `sh`, at the root of the repository, and what follows is what it prints,
//! then ` → N` when it exits with N. With `BEFFROI_BLESS=1` the files are written anew: read the
//! difference.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use beffroi_aggregator::{Clock, ManualClock};
use beffroi_domain::Timestamp;
use beffroi_journal::Journal;
use beffroi_server::{Config, Node, default_city};
use chrono::DateTime;
use futures::StreamExt as _;
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
    language: String,
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
        Self { url, hand, checked, stop, language: "fr".to_owned(), folder }
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
            .env("BEFFROI_LANG", &self.language)
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
        match told_to(line) {
            Some(("at", time)) => stage.at(time).await,
            Some(("lang", language)) => language.clone_into(&mut stage.language),
            Some(_) | None => {}
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

/// What a comment tells the stage: `<!-- at TIME -->`, `<!-- lang en -->`.
fn told_to(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.split_once(' ')
}

/// What differs from the session as it is written, if anything does.
async fn difference(file: PathBuf) -> Option<String> {
    let written = fs::read_to_string(&file).unwrap();
    let told = played(&written).await;
    if std::env::var_os("BEFFROI_BLESS").is_some() {
        fs::write(file, told).unwrap();
        return None;
    }
    let differs = written.lines().zip(told.lines()).position(|(before, now)| before != now);
    let at = differs.unwrap_or_else(|| written.lines().count().min(told.lines().count()));
    let from = |text: &str| text.lines().skip(at).take(12).collect::<Vec<_>>().join("\n");
    (written != told).then(|| {
        format!(
            "{}:{}: the session goes otherwise (BEFFROI_BLESS=1 writes it anew)\n--- \
             written\n{}\n--- played\n{}",
            file.display(),
            at + 1,
            from(&written),
            from(&told),
        )
    })
}

/// Plays all sessions, a few at a time, and tells of every one that differs.
async fn check(files: Vec<PathBuf>) {
    let differences = futures::stream::iter(files).map(|file| tokio::spawn(difference(file)));
    let differences: Vec<_> = differences.buffered(4).collect().await;
    let differences = differences.into_iter().filter_map(|it| it.expect("a session"));
    let differences: Vec<String> = differences.collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

fn stories() -> Vec<PathBuf> {
    let folder = fs::read_dir(workspace().join("tests/stories")).unwrap();
    let mut files: Vec<_> = folder.map(|it| it.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_through_the_presentation_is_true() {
    check(vec![workspace().join("docs/centre.md")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stories_of_requests_go_as_they_are_told() {
    check(stories()).await;
}

#[test]
fn the_stories_know_every_channel_both_languages_and_both_regimes() {
    let stories: Vec<_> = stories().iter().map(|it| fs::read_to_string(it).unwrap()).collect();
    assert!(stories.len() >= 20, "{}", stories.len());
    let with = |part: &str| stories.iter().filter(|it| it.contains(part)).count();
    for channel in ["telephone", "email", "web-form", "app"] {
        assert!(with(&format!("--channel {channel} ")) >= 2, "{channel}");
    }
    for part in ["<!-- lang en -->", "centre declare --kind civil-security"] {
        assert!((2..stories.len()).contains(&with(part)), "{part}");
    }
}
