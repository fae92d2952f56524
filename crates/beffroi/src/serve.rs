//! The command `serve`: a node, until it is told to stop.

use crate::cli::ServeArgs;
use crate::failure::Exit;
use crate::progress::Progress;
use anyhow::Context as _;
use beffroi_aggregator::Clock;
use beffroi_domain::City;
use beffroi_journal::{JetStreamConfig, Journal};
use beffroi_server::{Config, Node, default_city, read_city};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// The stream of the one city that a node serves.
const STREAM: &str = "beffroi-v1-city";
const SUBJECT_PREFIX: &str = "beffroi.v1.city";

/// Runs the command.
pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<Exit> {
    let city = city(args.city.as_deref())?;
    let listener = bind(args.listen).await?;
    let directory = &args.dir.data;
    let journal = open_journal(directory, args.nats.as_deref()).await?;
    for warning in journal.warnings() {
        tracing::warn!("{warning}");
    }
    let config = Config { journal, city, clock: Clock::System };
    let mut bar = Progress::new("folding the log");
    let node = Node::start(config, directory, |done, total| bar.at(done, total)).await?;
    bar.finish();
    let log = if args.nats.is_some() { "log in NATS JetStream" } else { "embedded log" };
    say_ready(listener.local_addr()?, log)?;
    node.serve(listener, stop_signal()?).await?;
    Ok(Exit::Done)
}

/// The city in `file`, or Québec.
pub(crate) fn city(file: Option<&Path>) -> anyhow::Result<City> {
    match file {
        None => Ok(default_city()?),
        Some(file) => {
            read_city(file).with_context(|| format!("the city's file `{}`", file.display()))
        }
    }
}

/// Binds before slow work, so that a taken port is known at once.
pub(crate) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("cannot listen on {address}: choose another with --listen"))
}

/// The log of a data directory, or of a broker.
pub(crate) async fn open_journal(directory: &Path, nats: Option<&str>) -> anyhow::Result<Journal> {
    let file = directory.join("journal.redb");
    anyhow::ensure!(
        nats.is_some() || file.exists() || !has_projections(directory),
        "the log `{}` is missing, and the projections of a log stand there: put the log back, say \
         where it is with --nats, or move the projections away to begin with an empty log",
        file.display()
    );
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot create the data directory `{}`", directory.display()))?;
    match nats {
        None => Ok(Journal::open_embedded(&file)?),
        Some(url) => {
            let config = JetStreamConfig {
                url: url.to_owned(),
                stream: STREAM.to_owned(),
                subject_prefix: SUBJECT_PREFIX.to_owned(),
                replicas: 1,
            };
            let connected = Journal::connect(config).await;
            connected.with_context(|| format!("cannot use the log at {}", without_secret(url)))
        }
    }
}

/// Whatever their version: they were folded from a log that is not there.
fn has_projections(directory: &Path) -> bool {
    let mut entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.any(|it| it.file_name().to_string_lossy().starts_with("projections-"))
}

/// The address without a password that it may carry.
fn without_secret(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, host)| host)
}

/// The one line that says that calls are answered now.
pub(crate) fn say_ready(address: SocketAddr, log: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "beffroi is ready on http://{address} ({log})")?;
    out.flush()?;
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C. A second one ends the process at once.
pub(crate) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::process::exit(1);
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brokers_address_is_told_without_its_password() {
        assert_eq!(without_secret("nats://127.0.0.1:4222"), "nats://127.0.0.1:4222");
        assert_eq!(without_secret("nats://city:secret@log:4222"), "log:4222");
    }
}
