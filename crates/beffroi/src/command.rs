//! The commands that ask a server.

pub(crate) mod attach;
pub(crate) mod breaches;
pub(crate) mod calendar;
pub(crate) mod catalogue;
pub(crate) mod centre;
pub(crate) mod change;
pub(crate) mod citizen;
pub(crate) mod contact;
pub(crate) mod duplicates;
pub(crate) mod explain;
pub(crate) mod follow;
pub(crate) mod follow_up;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod merge;
pub(crate) mod open;
pub(crate) mod programme;
pub(crate) mod quarantine;
pub(crate) mod record;
pub(crate) mod relate;
pub(crate) mod report;
pub(crate) mod show;
pub(crate) mod watch;
pub(crate) mod what_if;

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileTypeExt as _;

use beffroi_wire::pb::event::v1::Language;
use beffroi_wire::pb::intake::v1::Exchange;
use tokio::io::Interest;
use tokio::net::unix::pipe;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

use crate::cli::{Ask, ExchangeArgs, ProjectionsArgs};
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::words::Lang;
use crate::words::error::Said;
use crate::{client, import};

/// Runs a command that asks the server at `url`.
pub(crate) async fn run(ask: Ask, url: &str, console: Console) -> Result<Exit, Failure> {
    let client = client::connect(url, console.lang).await?;
    match ask {
        Ask::Open(args) => open::run(client, *args, console).await,
        Ask::Centre(args) => centre::run(client, args, console).await,
        Ask::Contact(args) => contact::run(client, args, console).await,
        Ask::FollowUp(args) => follow_up::run(client, args, console).await,
        Ask::Change(args) => change::run(client, args, console).await,
        Ask::Merge(args) => merge::merge(client, args, console).await,
        Ask::Unmerge(args) => merge::unmerge(client, args, console).await,
        Ask::Relate(args) => relate::run(client, args, console).await,
        Ask::Attach(args) => attach::run(client, args, console).await,
        Ask::Duplicates(args) => duplicates::run(client, args, console).await,
        Ask::Show(args) => show::run(client, args, console).await,
        Ask::History(args) => history::run(client, args, console).await,
        Ask::Explain(args) => explain::run(client, args, console).await,
        Ask::Watch(args) => watch::run(client, args, console).await,
        Ask::List(args) => list::run(client, args, console).await,
        Ask::Citizen(args) => citizen::run(client, args, console).await,
        Ask::Breaches(args) => breaches::run(client, args, console).await,
        Ask::Programme(args) => programme::run(client, args, console).await,
        Ask::Quarantine(args) => quarantine::run(client, args, console).await,
        Ask::Projections(ProjectionsArgs {}) => quarantine::projections(client, console).await,
        Ask::Report(args) => report::run(client, args, console).await,
        Ask::WhatIf(args) => what_if::run(client, args, console).await,
        Ask::Import(args) => import::run(client, args, console).await,
    }
}

/// The most requests that a server sends in one page.
const PAGE_SIZE_MAX: u32 = 1000;

/// How many to ask for when so many are still wanted.
fn page_size(wanted: u32) -> i32 {
    i32::try_from(wanted.min(PAGE_SIZE_MAX)).unwrap_or_default()
}

/// The id that the caller gave, else a new one.
fn id_or_new(id: Option<Uuid>) -> Uuid {
    id.unwrap_or_else(Uuid::now_v7)
}

/// The exchange on the wire, if it is to be recorded.
fn exchange(args: &ExchangeArgs) -> Option<Exchange> {
    args.exchange.then(|| Exchange {
        waited_secs: args.waited_secs.unwrap_or_default(),
        handled_secs: args.handled_secs.unwrap_or_default(),
        ..Exchange::default()
    })
}

/// A citizen's or asker's language on the wire.
fn language(lang: Option<Lang>) -> i32 {
    match lang {
        Some(Lang::Fr) => Language::French,
        Some(Lang::En) => Language::English,
        None => Language::Unspecified,
    }
    .into()
}

/// Ends when the person at the terminal or the service manager asks to stop.
async fn stopped() -> Result<(), Failure> {
    let failed = |error: io::Error| {
        let said = Said::new("impossible d'attendre les signaux", "cannot wait for signals");
        Failure::Other(said.because(error).into())
    };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Ends when standard output is a pipe that nobody reads any more: a quiet stream would only notice
/// at its next message. What is not a pipe has no reader that could leave.
async fn reader_gone() {
    match stdout_pipe() {
        Ok(Some(pipe)) => drop(pipe.ready(Interest::ERROR).await),
        Ok(None) | Err(_) => std::future::pending().await,
    }
}

/// Standard output, only to be watched: nothing is written through it.
fn stdout_pipe() -> io::Result<Option<pipe::Sender>> {
    let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    if !stdout.metadata()?.file_type().is_fifo() {
        return Ok(None);
    }
    pipe::Sender::from_file_unchecked(stdout).map(Some)
}

/// Runs a stream until it ends by itself, is told to stop, or nobody reads it.
async fn until_stopped(stream: impl Future<Output = Result<(), Failure>>) -> Result<Exit, Failure> {
    tokio::select! {
        ended = stream => ended?,
        told = stopped() => told?,
        () = reader_gone() => {}
    }
    Ok(Exit::Done)
}
