//! `notify run`: two tasks for each recipient, so that none holds up another.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::config::{self, Delivery};
use super::control;
use super::http::Http;
use super::receive::receive;
use super::send::send;
use super::state::{Error, State};
use crate::cli::NotifyRunArgs;
use crate::failure::{Exit, Failure};
use crate::serve::stop_signal;
use crate::words::error::Said;

/// How long what is under way may take when the process is told to end.
const GRACE: Duration = Duration::from_secs(5);

/// What the tasks share.
#[derive(Clone, Debug)]
pub(super) struct Work {
    state: Arc<State>,
    /// How deliveries are tried.
    pub how: Delivery,
    /// The server whose stream is read.
    pub server: Arc<str>,
    /// Told when it is time to end.
    pub stop: CancellationToken,
}

impl Work {
    /// Reads or writes the state off the async threads: each commit waits for the disk.
    pub(super) async fn state<T: Send + 'static>(
        &self,
        act: impl FnOnce(&State) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let state = Arc::clone(&self.state);
        let done = tokio::task::spawn_blocking(move || act(&state)).await;
        let done = done.map_err(|error| Failure::Other(error.into()))?;
        done.map_err(|error| Failure::Other(error.into()))
    }
}

/// What wakes the two tasks of a recipient.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    /// There is something to send.
    pub work: Notify,
    /// There is room for more.
    pub room: Notify,
}

/// Runs the command.
pub(super) async fn run(args: NotifyRunArgs, server: &str) -> Result<Exit, Failure> {
    let config = config::read(&args.config)?;
    let state = open(&args.dir.state)?;
    let socket = control::bind(&args.dir.state)?;
    let work = Work {
        state: Arc::new(state),
        how: config.delivery,
        server: server.into(),
        stop: CancellationToken::new(),
    };
    let http = Http::new()?;
    let mut tasks = JoinSet::new();
    let mut wakes = BTreeMap::new();
    let count = config.recipients.len();
    for recipient in config.recipients.into_iter().map(Arc::new) {
        let woken = Arc::new(Wakes::default());
        wakes.insert(recipient.name.clone(), Arc::clone(&woken));
        tasks.spawn(receive(work.clone(), Arc::clone(&recipient), Arc::clone(&woken)));
        tasks.spawn(send(work.clone(), recipient, woken, http.clone()));
    }
    tasks.spawn(control::serve(work.clone(), socket, wakes));
    let stop = stop_signal()?;
    say_ready(count)?;
    let ended = tokio::select! {
        () = stop => Ok(()),
        Some(ended) = tasks.join_next() => flatten(ended),
    };
    work.stop.cancel();
    let rest = async { while tasks.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, rest).await;
    ended.map(|()| Exit::Done)
}

fn flatten(ended: Result<Result<(), Failure>, tokio::task::JoinError>) -> Result<(), Failure> {
    ended.map_err(|error| Failure::Other(error.into()))?
}

/// Opens the state of a directory, made when there is none, for its owner alone.
pub(super) fn open(directory: &Path) -> Result<State, Failure> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    let shown = directory.display();
    let said = || {
        Said::new(
            format!("impossible d'ouvrir l'état dans `{shown}` : donnez un autre --state"),
            format!("cannot open the state in `{shown}`: give another --state"),
        )
    };
    made.map_err(|error| Failure::Other(said().because(error).into()))?;
    State::open(&file(directory)).map_err(|error| Failure::Other(said().because(error).into()))
}

/// The file of the state.
pub(super) fn file(directory: &Path) -> std::path::PathBuf {
    directory.join("notify.redb")
}

/// The one line that says that facts are delivered now.
fn say_ready(recipients: usize) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    let line = writeln!(out, "beffroi notify is ready ({recipients} recipients)");
    crate::output::written(line.and_then(|()| out.flush()))
}
