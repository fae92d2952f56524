//! Arguments of the commands about quarantine and projections.

use clap::{Args, Subcommand};
use uuid::Uuid;

/// Arguments of `quarantine`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi quarantine list
  beffroi quarantine show 41872
  beffroi quarantine retry
  beffroi quarantine release 41872 --why 'illegible, entered again as 26-0004217-5'

An event that cannot be read or applied is set aside, and later events of the same request, citizen or
contact wait behind it. A release gives it up for good and folds what waits; another release of Beffroi
may understand it: upgrade before you give it up.")]
pub(crate) struct QuarantineArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: QuarantineAction,
}

/// What can be asked of quarantine.
#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineAction {
    /// List what is in quarantine, in the order of the log.
    List {
        /// What was released as well.
        #[arg(long)]
        all: bool,
        /// How many at most.
        #[arg(long, value_name = "N", default_value_t = 50)]
        #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Show one event, and what waits for it.
    Show {
        /// Its place in the log.
        #[arg(value_name = "SEQUENCE")]
        sequence: u64,
    },
    /// Fold the whole log anew beside what serves, and try again what is in quarantine.
    Retry {
        /// Do not wait until it is done.
        #[arg(long)]
        no_wait: bool,
    },
    /// Give up an event for good: what waits for it is folded. It is kept, and shown as released.
    Release(ReleaseArgs),
}

/// Arguments of `quarantine release`.
#[derive(Args, Debug)]
pub(crate) struct ReleaseArgs {
    /// Its place in the log.
    #[arg(value_name = "SEQUENCE")]
    pub sequence: u64,
    /// Why it is given up, at most 200 characters. Never what a citizen wrote.
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// Who gives it up, such as agent:417. Never a person's name.
    #[arg(long)]
    pub actor: Option<String>,
    /// The id of the release; sending it again changes nothing [default: a new UUID].
    #[arg(long, value_name = "UUID")]
    pub id: Option<Uuid>,
}

/// Arguments of `projections`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  beffroi projections --output json

While the log is folded anew beside what serves, it says how far that is and how long it will take.")]
pub(crate) struct ProjectionsArgs {}
