//! Arguments of the commands about the calendar.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Arguments of `calendar`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi calendar holidays --year 2031
  beffroi calendar holidays --year 2031 --city /etc/beffroi/quebec.toml --toml >> holidays.txt

No server is asked. The rules propose; what counts are the dates in the city's file.")]
pub(crate) struct CalendarArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: CalendarAction,
}

/// What can be asked of a calendar.
#[derive(Debug, Subcommand)]
pub(crate) enum CalendarAction {
    /// Propose the holidays of a year from the rules of a city's file.
    Holidays(HolidaysArgs),
}

/// Arguments of `calendar holidays`.
#[derive(Args, Debug)]
pub(crate) struct HolidaysArgs {
    /// The year.
    #[arg(long, value_parser = clap::value_parser!(i32).range(1970..=2199))]
    pub year: i32,
    /// The city's file [default: Québec].
    #[arg(long, value_name = "FILE")]
    pub city: Option<PathBuf>,
    /// Lines to paste into `holidays` of the city's file, instead of a table.
    #[arg(long)]
    pub toml: bool,
}
