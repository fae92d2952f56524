//! The command `serve`: a node, until it is told to stop.

use crate::cli::{NatsArgs, ServeArgs};
use crate::failure::Exit;
use crate::progress::Progress;
use crate::words::broker::cannot_use;
use crate::words::error::Said;
use crate::words::{self, Lang};
use beffroi_aggregator::Clock;
use beffroi_domain::City;
use beffroi_journal::{JetStreamConfig, Journal};
use beffroi_server::{Config, Node, Starting, default_city, read_city};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// The stream of the one city that a node serves.
const STREAM: &str = "beffroi-v1-city";
const SUBJECT_PREFIX: &str = "beffroi.v1.city";

/// Runs the command.
pub(crate) async fn run(args: ServeArgs, lang: Lang) -> anyhow::Result<Exit> {
    let city = city(args.city.as_deref())?;
    let listener = bind(args.listen).await?;
    let starting = Starting::answer(&listener).await?;
    let directory = &args.dir.data;
    let journal = open_journal(directory, &args.log).await?;
    for warning in journal.warnings() {
        tracing::warn!("{warning}");
    }
    let identifier_key = args.identifier_key.unwrap_or_else(|| key_file(directory));
    let config = Config { journal, city, clock: Clock::System, identifier_key };
    let mut bar = Progress::new(words::FOLDING.in_lang(lang));
    let node = Node::start(config, directory, |done, total| bar.at(done, total)).await?;
    bar.finish();
    let log = if args.log.nats.is_some() { "log in NATS JetStream" } else { "embedded log" };
    starting.end().await;
    // Who reads that it is ready may ask it to end at once.
    let stop = stop_signal()?;
    say_ready(listener.local_addr()?, log)?;
    node.serve(listener, stop).await?;
    Ok(Exit::Done)
}

/// The city in `file`, or Québec.
pub(crate) fn city(file: Option<&Path>) -> anyhow::Result<City> {
    match file {
        None => Ok(default_city()?),
        Some(file) => {
            let path = file.display();
            let said = || {
                Said::new(
                    format!("le fichier de la ville `{path}`"),
                    format!("the city's file `{path}`"),
                )
            };
            Ok(read_city(file).map_err(|it| said().because(it))?)
        }
    }
}

/// Binds before slow work, so that a taken port is known at once.
pub(crate) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let said = || {
        Said::new(
            format!(
                "impossible d'écouter sur {address} : choisissez une autre adresse par --listen"
            ),
            format!("cannot listen on {address}: choose another with --listen"),
        )
    };
    Ok(TcpListener::bind(address).await.map_err(|it| said().because(it))?)
}

/// The key of citizens' identifiers in a data directory.
pub(crate) fn key_file(directory: &Path) -> PathBuf {
    directory.join("identifier.key")
}

/// The log of a data directory, or of a broker.
pub(crate) async fn open_journal(directory: &Path, log: &NatsArgs) -> anyhow::Result<Journal> {
    let nats = log.nats.as_deref();
    let file = directory.join("journal.redb");
    if nats.is_none() && !file.exists() && has_projections(directory) {
        return Err(log_is_missing(&file).into());
    }
    let shown = directory.display();
    let said = || {
        Said::new(
            format!("impossible de créer le répertoire de données `{shown}`"),
            format!("cannot create the data directory `{shown}`"),
        )
    };
    std::fs::create_dir_all(directory).map_err(|it| said().because(it))?;
    match nats {
        None => Ok(Journal::open_embedded(&file)?),
        Some(url) => {
            let config = JetStreamConfig {
                url: url.to_owned(),
                access: log.access(),
                stream: STREAM.to_owned(),
                subject_prefix: SUBJECT_PREFIX.to_owned(),
                replicas: log.nats_replicas.into(),
            };
            let connected = Journal::connect(config).await;
            Ok(connected.map_err(|it| cannot_use(&without_secrets(url), log, it))?)
        }
    }
}

fn log_is_missing(file: &Path) -> Said {
    let file = file.display();
    Said::new(
        format!(
            "le journal `{file}` manque, mais les projections d'un journal sont là : remettez-le en \
             place, indiquez où il est par --nats, ou écartez les projections pour commencer un \
             journal vide"
        ),
        format!(
            "the log `{file}` is missing, and the projections of a log stand there: put the log \
             back, say where it is with --nats, or move the projections away to begin with an \
             empty log"
        ),
    )
}

/// Whatever their version: they were folded from a log that is not there.
fn has_projections(directory: &Path) -> bool {
    let mut entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.any(|it| it.file_name().to_string_lossy().starts_with("projections-"))
}

/// The addresses without the passwords that they may carry.
fn without_secrets(urls: &str) -> String {
    let apart = |url: &str| url.rsplit_once('@').map_or(url, |(_, host)| host).to_owned();
    urls.split(',').map(apart).collect::<Vec<_>>().join(",")
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
        assert_eq!(without_secrets("nats://127.0.0.1:4222"), "nats://127.0.0.1:4222");
        assert_eq!(without_secrets("nats://a:secret@b:4222,tls://c:secret@d:1"), "b:4222,d:1");
    }
}
