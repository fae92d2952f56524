//! Arguments of the deliverer.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Arguments of `notify`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi notify check --config notify.toml --ping
  beffroi notify run --config notify.toml --state /var/lib/beffroi-notify
  beffroi notify parked --output json
  beffroi notify retry --all

The deliverer is a process of its own, which follows the breaches of a server like any subscriber.
See docs/breaches.md.")]
pub(crate) struct NotifyArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: NotifyAction,
}

/// What to do about deliveries.
#[derive(Debug, Subcommand)]
pub(crate) enum NotifyAction {
    /// Deliver until told to stop.
    Run(NotifyRunArgs),
    /// Check the configuration, and tell what it asks for.
    Check(NotifyCheckArgs),
    /// List what is not tried any more.
    Parked(StateDir),
    /// Let what is not tried any more be tried again.
    Retry(NotifyRetryArgs),
}

/// Arguments of `notify run`.
#[derive(Args, Debug)]
pub(crate) struct NotifyRunArgs {
    /// Who is to be told of what (see deploy/notify.example.toml).
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Where the state is.
    #[command(flatten)]
    pub dir: StateDir,
}

/// Arguments of `notify check`.
#[derive(Args, Debug)]
pub(crate) struct NotifyCheckArgs {
    /// Who is to be told of what.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Send each recipient a signed message that says nothing.
    #[arg(long)]
    pub ping: bool,
}

/// Arguments of `notify retry`.
#[derive(Args, Debug)]
pub(crate) struct NotifyRetryArgs {
    /// The one with this id.
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    pub id: Option<String>,
    /// All of them.
    #[arg(long)]
    pub all: bool,
    /// Where the state is.
    #[command(flatten)]
    pub dir: StateDir,
}

/// The directory of the deliverer's state.
#[derive(Args, Debug)]
pub(crate) struct StateDir {
    /// The directory of the deliverer's state.
    #[arg(long, value_name = "DIR", env = "BEFFROI_NOTIFY_DIR")]
    #[arg(default_value = "./beffroi-notify")]
    pub state: PathBuf,
}
