//! Arguments of the commands that run or maintain a node, or feed it files.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::parse::{day, instant};
use super::{DataDir, NatsArgs};

/// Arguments of `serve`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  beffroi serve --data /var/lib/beffroi --city /etc/beffroi/quebec.toml
  beffroi serve --nats nats://node:PASSWORD@127.0.0.1:4222
  beffroi serve --nats tls://one:4222,tls://two:4222,tls://three:4222 --nats-replicas 3 \\
    --nats-ca ca.pem --nats-nkey node.nk")]
pub(crate) struct ServeArgs {
    /// Where the node's data is.
    #[command(flatten)]
    pub dir: DataDir,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3110")]
    pub listen: SocketAddr,
    /// Where the log is.
    #[command(flatten)]
    pub log: NatsArgs,
    /// The key under which citizens' identifiers are hashed, the same for all nodes of a log
    /// [default: identifier.key in the data directory, made when there is none].
    #[arg(long, value_name = "FILE", env = "BEFFROI_IDENTIFIER_KEY")]
    pub identifier_key: Option<PathBuf>,
    /// The city: its calendar, products and promises.
    #[arg(long, value_name = "FILE")]
    pub city: Option<PathBuf>,
}

/// Arguments of `demo`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  beffroi demo
  beffroi demo --once
  beffroi demo --contacts 350000 --seed 311

Plays the last year of a city in the proportions of Québec's 311 centre, one contact in ten unless
told otherwise, on a clock of its own and the embedded log; then the clock is the system's. The same
seed and the same last day tell the same story.")]
pub(crate) struct DemoArgs {
    /// Stop when the story is told, instead of leaving the node up.
    #[arg(long)]
    pub once: bool,
    /// Keep the data in this directory, which must not have a log yet [default: a temporary one].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3110")]
    pub listen: SocketAddr,
    /// The seed of the story: the same seed tells the same story.
    #[arg(long, value_name = "N", default_value_t = 311)]
    pub seed: u64,
    /// The last day of the year that is played [default: yesterday].
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<NaiveDate>,
    /// How many contacts to make up.
    #[arg(long, value_name = "N", default_value_t = 35_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub contacts: u32,
}

/// Arguments of `rebuild`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  beffroi rebuild --data /var/lib/beffroi")]
pub(crate) struct RebuildArgs {
    /// Where the node's data is.
    #[command(flatten)]
    pub dir: DataDir,
    /// Where the log is.
    #[command(flatten)]
    pub log: NatsArgs,
}

/// Arguments of `verify`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  beffroi verify --data /var/lib/beffroi

Ends with 6 when the projections differ from what the log says.")]
pub(crate) struct VerifyArgs {
    /// Where the node's data is.
    #[command(flatten)]
    pub dir: DataDir,
    /// Where the log is.
    #[command(flatten)]
    pub log: NatsArgs,
}

/// Arguments of `import`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi import --profile boston --rejects rejects.csv 311_2025.csv 311_2026.csv
  beffroi import --profile ./our-city.toml --rejects rejects.csv requests.csv.gz

Importing the same file again changes nothing. Rows that are rejected do not stop the import: the
summary counts them, and the rejects file says why.")]
pub(crate) struct ImportArgs {
    /// How to read the files: the name of a built-in profile, or a profile file.
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: String,
    /// Where to write the rows that were rejected, and why.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// When the files were extracted, where they do not say so: by it a later file is told from an
    /// earlier one that shows a request open.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub extracted_at: Option<DateTime<Utc>>,
    /// The files, read in this order.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
