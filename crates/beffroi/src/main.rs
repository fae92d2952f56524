//! Beffroi's command: runs a node, and asks one.

mod answers;
mod catalogue;
mod cli;
mod client;
mod command;
mod demo;
mod failure;
mod import;
mod maintenance;
mod output;
mod progress;
mod render;
mod serve;
mod time;
mod view;
mod words;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

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
    tracing_subscriber::fmt()
        .with_env_filter(filter.with_env_var("BEFFROI_LOG").from_env_lossy())
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

async fn run(cli: Cli, console: Console) -> Result<Exit, Failure> {
    match cli.command {
        Command::Serve(args) => Ok(serve::run(args, console.lang).await?),
        Command::Demo(args) => demo::run(args, console).await,
        Command::Catalogue(args) => {
            command::catalogue::run(args, &cli.options.server, console).await
        }
        Command::Rebuild(args) => maintenance::rebuild(args, console).await,
        Command::Verify(args) => maintenance::verify(args, console).await,
        Command::Ask(ask) => command::run(*ask, &cli.options.server, console).await,
    }
}
