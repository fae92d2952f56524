//! Arguments of `explain`.

use chrono::{DateTime, Utc};
use clap::Args;

use super::parse::instant;

/// Arguments of `explain`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi explain 26-0012345-7
  beffroi explain 26-0012345-7 --as-of 2026-04-10T09:00:00-04:00 --lang fr
  beffroi explain 26-0012345-7 --known-at 2026-04-10T09:00:00-04:00 --output json

The two times are different questions. What had happened by then may have been told later, and what
was known by then may have happened long before.")]
pub(crate) struct ExplainArgs {
    /// The request.
    #[arg(value_name = "NUMBER|UUID")]
    pub request: String,
    /// How it stood at this time: only what had happened by then counts [default: now].
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub as_of: Option<DateTime<Utc>>,
    /// By what was known at this time: only what had been recorded by then counts [default: now].
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub known_at: Option<DateTime<Utc>>,
    /// Leave out what was promised before the last reopening.
    #[arg(long)]
    pub current: bool,
}
