//! Beffroi's command: runs a node, and asks one.

mod answers;
mod catalogue;
mod cli;
mod client;
mod command;
mod demo;
mod failure;
mod html;
mod import;
mod maintenance;
mod notify;
mod output;
mod progress;
mod render;
mod serve;
mod snapshot;
mod time;
mod view;
mod words;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::cli::{Cli, Command};
use crate::failure::{Exit, Failure};
use crate::output::Console;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr();
    let console = Console { output: cli.options.output, lang: cli.options.language() };
    let exit = match run(cli, console).await {
        Ok(exit) => exit,
        Err(failure) => {
            failure::report(&failure, console);
            failure.exit()
        }
    };
    exit.into()
}

/// Warnings and errors go to standard error; `BEFFROI_LOG` shows more, such as `info`.
fn log_to_stderr() {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::WARN.into());
    let filter = filter.with_env_var("BEFFROI_LOG").from_env_lossy();
    let stderr = std::io::stderr;
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    let lines = lines.with_ansi(stderr().is_terminal());
    let lines = lines.with_filter(filter.and(filter_fn(names_nobody)));
    tracing_subscriber::registry().with(lines).init();
}

/// Below `info`, the broker's client tells whole messages, and with them what they say of people:
/// nobody can ask for that.
fn names_nobody(of: &Metadata<'_>) -> bool {
    *of.level() <= Level::INFO || !of.target().starts_with("async_nats")
}

async fn run(cli: Cli, console: Console) -> Result<Exit, Failure> {
    match cli.command {
        Command::Serve(args) => Ok(serve::run(args, console.lang).await?),
        Command::Demo(args) => demo::run(args, console).await,
        Command::Catalogue(args) => {
            command::catalogue::run(args, &cli.options.server, console).await
        }
        Command::Calendar(args) => command::calendar::run(args, &cli.options.server, console).await,
        Command::Rebuild(args) => maintenance::rebuild(args, console).await,
        Command::Verify(args) => maintenance::verify(args, console).await,
        Command::Snapshot(args) => snapshot::run(args, console),
        Command::Notify(args) => notify::run(args, &cli.options.server, console).await,
        Command::Ask(ask) => command::run(*ask, &cli.options.server, console).await,
    }
}
