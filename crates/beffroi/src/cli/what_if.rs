//! Arguments of `what-if`.

use std::path::PathBuf;

use clap::Args;

use super::report::WindowArgs;

/// Arguments of `what-if`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi what-if --commitments proposal.toml --from 2026-01-01 --to 2026-12-31
  beffroi what-if --calendar saturdays.toml --from 2026-01-01 --to 2026-12-31 --output json

Both files are those of a city (see `serve --city`): of the one its hours and holidays are taken, of
the other its [[commitment]] tables. Nothing is recorded, and no promise changes.")]
pub(crate) struct WhatIfArgs {
    /// Count the promises that were made by the hours and holidays of this city's file.
    #[arg(long, value_name = "FILE", required_unless_present = "commitments")]
    pub calendar: Option<PathBuf>,
    /// Promise what this city's file promises.
    #[arg(long, value_name = "FILE", conflicts_with = "calendar")]
    pub commitments: Option<PathBuf>,
    /// Which requests, by the opening.
    #[command(flatten)]
    pub window: WindowArgs,
}
