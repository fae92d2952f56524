//! How another command asks about the state while a deliverer has it: one process owns the file, and
//! answers on a socket beside it, which only the owner of the directory can reach.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::run::{Wakes, Work, file};
use super::state::{Error, Parked, State};
use crate::failure::Failure;
use crate::words::error::Said;

/// The longest question.
const QUESTION_BYTES_MAX: u64 = 4096;
/// How long a question and its answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Question {
    /// What is parked.
    Parked,
    /// Try this one again; `None`: all.
    Retry(Option<String>),
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// Recipients, and what is parked for them.
    Parked(Vec<(String, Parked)>),
    /// The ids of what is tried again.
    Retried(Vec<String>),
}

fn answer(state: &State, question: Question) -> Result<Answer, Error> {
    match question {
        Question::Parked => state.parked().map(Answer::Parked),
        Question::Retry(id) => state.retry(id.as_deref()).map(Answer::Retried),
    }
}

fn socket(directory: &Path) -> PathBuf {
    directory.join("notify.sock")
}

/// Listens beside the state, which this process has: a socket that is there is one of the dead.
pub(super) fn bind(directory: &Path) -> Result<UnixListener, Failure> {
    let path = socket(directory);
    let bound = match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => UnixListener::bind(&path),
    };
    let owned = bound.and_then(|it| {
        // The directory may be one that others can enter.
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map(|()| it)
    });
    owned.map_err(|error| {
        let path = path.display();
        let said = Said::new(
            format!("impossible d'écouter sur `{path}` : donnez un --state plus court"),
            format!("cannot listen on `{path}`: give a shorter --state"),
        );
        Failure::Other(said.because(error).into())
    })
}

/// Answers, one after the other, until told to stop.
pub(super) async fn serve(
    work: Work,
    listener: UnixListener,
    wakes: BTreeMap<String, Arc<Wakes>>,
) -> Result<(), Failure> {
    loop {
        let connection = tokio::select! {
            () = work.stop.cancelled() => return Ok(()),
            connection = listener.accept() => connection,
        };
        let Ok((connection, _)) = connection else {
            // Out of descriptors, most likely: not a reason to stop delivering.
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        };
        let _ = tokio::time::timeout(PATIENCE, serve_one(&work, connection)).await;
        for woken in wakes.values() {
            woken.work.notify_one();
        }
    }
}

async fn serve_one(work: &Work, connection: UnixStream) -> io::Result<()> {
    let (from, mut to) = connection.into_split();
    let mut line = String::new();
    BufReader::new(from.take(QUESTION_BYTES_MAX)).read_line(&mut line).await?;
    let Ok(question) = serde_json::from_str(&line) else { return Ok(()) };
    let Ok(answer) = work.state(move |state| answer(state, question)).await else {
        return Ok(());
    };
    to.write_all(&serde_json::to_vec(&answer)?).await?;
    to.shutdown().await
}

/// Asks whoever has the state: this process if nobody else does.
pub(super) async fn ask(directory: &Path, question: Question) -> Result<Answer, Failure> {
    let shown = directory.display();
    let said = || {
        Said::new(
            format!("impossible de lire l'état dans `{shown}` : est-ce le bon --state ?"),
            format!("cannot read the state in `{shown}`: is it the right --state?"),
        )
    };
    let failed = |error: anyhow::Error| Failure::Other(said().because(error).into());
    let path = file(directory);
    if let Err(error) = std::fs::metadata(&path) {
        return Err(failed(error.into()));
    }
    match State::open(&path) {
        Ok(state) => answer(&state, question).map_err(|error| failed(error.into())),
        Err(Error::InUse(_)) => {
            let asked = tokio::time::timeout(PATIENCE, ask_socket(directory, &question)).await;
            asked
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
                .map_err(|error| failed(error.into()))
        }
        Err(error) => Err(failed(error.into())),
    }
}

async fn ask_socket(directory: &Path, question: &Question) -> io::Result<Answer> {
    let mut connection = UnixStream::connect(socket(directory)).await?;
    let mut line = serde_json::to_vec(question)?;
    line.push(b'\n');
    connection.write_all(&line).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    Ok(serde_json::from_slice(&answer)?)
}
