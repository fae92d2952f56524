//! Takes over the files of other 311 systems.
//!
//! A [`Profile`] says which columns hold what; a city that is not known yet needs a profile and no
//! code. Rows are sent in the order of the files, one batch after the other, so that the log's
//! order is the files' order, always the same. A defect never stops the rest: it is written to the
//! file of rejects, with its line and a stable reason.

mod defect;
mod map;
mod profile;
mod read;
mod rejects;
mod send;
mod source;
mod spec;
mod time;
mod words;

#[cfg(test)]
mod real_files;
#[cfg(test)]
mod tests;

pub use profile::{Profile, ProfileError};
pub use words::Words;

use beffroi_wire::pb::event::v1::Language;
use beffroi_wire::pb::intake::v1::intake_service_client::IntakeServiceClient;
use read::Batch;
use rejects::Rejects;
use send::Taken;
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;
use tokio::sync::mpsc;
use tonic::body::Body;
use tonic::codegen::{Service, StdError, http};
use words::choose;

/// Batches that wait to be sent while another is on its way.
const BATCHES_AHEAD_MAX: usize = 2;

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read of the files as they are stored (compressed, where they are).
    pub bytes_done: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
    /// Rows dealt with: taken by the server, or rejected.
    pub rows: u64,
    /// Rows rejected so far.
    pub rejected: u64,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files read to their end.
    pub files: u64,
    /// Rows found, rejected ones included.
    pub rows: u64,
    /// Requests that were new.
    pub created: u64,
    /// Requests that were known and had changes added.
    pub updated: u64,
    /// Requests that were known with all their changes.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub rejected: u64,
    /// Remarks on requests that were taken: a value was set aside or is suspicious.
    pub remarks: u64,
    /// Files that could not be read, or not to their end.
    pub unreadable_files: Vec<UnreadableFile>,
}

/// A file that could not be read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadableFile {
    /// The file, as it was named.
    pub file: PathBuf,
    /// A stable reason, such as `git_lfs_pointer`.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

/// An import that did not reach its end.
#[derive(Debug, Error)]
pub enum Error {
    /// The file of rejects cannot be written.
    #[error("the file of rejects `{}` cannot be written", path.display())]
    Rejects {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file of rejects would replace a file to import.
    #[error("the file of rejects `{}` is one of the files to import", .0.display())]
    RejectsIsInput(PathBuf),
    /// The server could not be reached, or refused a whole batch.
    #[error(
        "the import stopped before line {line} of `{}`, after {} rows: running it again goes on from there",
        file.display(), done.rows
    )]
    Stopped {
        /// The file that was being sent.
        file: PathBuf,
        /// The line of the first row that was not taken.
        line: u64,
        /// What had been taken by then.
        done: Box<Summary>,
        /// The server's last answer, or the lack of one.
        source: Box<tonic::Status>,
    },
    /// The server gave another number of results than requests were sent.
    #[error("the server gave {results} results for {requests} requests")]
    Answer {
        /// Requests sent.
        requests: usize,
        /// Results received.
        results: usize,
    },
}

impl Error {
    /// What it says, in a language.
    pub fn text(&self, language: Language) -> String {
        let french = match self {
            Self::Rejects { path, .. } => {
                format!("le fichier de rejets `{}` ne peut être écrit", path.display())
            }
            Self::RejectsIsInput(path) => {
                format!("le fichier de rejets `{}` est un des fichiers à importer", path.display())
            }
            Self::Stopped { file, line, done, .. } => format!(
                "l'importation s'est arrêtée avant la ligne {line} de `{}`, après {} lignes : \
                 relancée, elle reprend de là",
                file.display(),
                done.rows
            ),
            Self::Answer { requests, results } => {
                format!("le serveur a donné {results} résultats pour {requests} demandes")
            }
        };
        choose(language, french, self.to_string())
    }
}

/// What to import, and how.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// How the files are to be read.
    pub profile: &'a Profile,
    /// The files, in order.
    pub files: &'a [PathBuf],
    /// Where to write what was wrong with them.
    pub rejects: Option<&'a Path>,
    /// The language in which people are told.
    pub language: Language,
}

/// Imports files in order, and writes what was wrong with them.
///
/// The server recognises what it already has, so an import can be run again: after an error it goes
/// on from where it stopped.
pub async fn import<C>(
    client: IntakeServiceClient<C>,
    job: Job<'_>,
    mut progress: impl FnMut(Progress),
) -> Result<Summary, Error>
where
    C: Service<http::Request<Body>, Response = http::Response<Body>, Error: Into<StdError>> + Clone,
{
    let Job { profile, files, language, .. } = job;
    let mut rejects = Rejects::create(&job)?;
    let bytes_total = files.iter().filter_map(|it| std::fs::metadata(it).ok());
    let bytes_total = bytes_total.filter(std::fs::Metadata::is_file).map(|it| it.len()).sum();
    let (sender, mut batches) = mpsc::channel(BATCHES_AHEAD_MAX);
    let reading = {
        let (profile, files) = (profile.clone(), files.to_vec());
        tokio::task::spawn_blocking(move || {
            // A receiver that is gone means that the import stopped.
            read::files(&profile, &files, |batch| sender.blocking_send(batch).is_ok());
        })
    };
    let mut summary = Summary::default();
    while let Some(batch) = batches.recv().await {
        let taken = match send::batch(&client, &batch).await {
            Ok(taken) => taken,
            Err(failure) => return Err(stopped(failure, &batch, summary)),
        };
        rejects.write(&batch, &taken)?;
        let bytes_done = batch.bytes_done.min(bytes_total);
        count(&mut summary, batch, &taken, language);
        let (rows, rejected) = (summary.rows, summary.rejected);
        progress(Progress { bytes_done, bytes_total, rows, rejected });
    }
    if let Err(failure) = reading.await
        && failure.is_panic()
    {
        std::panic::resume_unwind(failure.into_panic());
    }
    Ok(summary)
}

fn stopped(failure: send::Failure, batch: &Batch, done: Summary) -> Error {
    match failure {
        send::Failure::Refused(source) => Error::Stopped {
            file: batch.file.clone(),
            line: batch.lines.first().copied().unwrap_or_default(),
            done: Box::new(done),
            source,
        },
        send::Failure::Answer { requests, results } => Error::Answer { requests, results },
    }
}

fn count(summary: &mut Summary, batch: Batch, taken: &Taken, language: Language) {
    summary.files += u64::from(batch.is_whole);
    summary.rows += batch.rows;
    summary.created += taken.created;
    summary.updated += taken.updated;
    summary.unchanged += taken.unchanged;
    summary.rejected += batch.rejected + taken.refusals.len() as u64;
    summary.remarks += (batch.remarks(taken).count() + taken.remarks.len()) as u64;
    summary.unreadable_files.extend(batch.unreadable.map(|it| UnreadableFile {
        file: batch.file,
        reason: it.reason.word,
        message: it.message(language).to_owned(),
    }));
}
