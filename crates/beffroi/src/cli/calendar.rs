//! Arguments of the commands about the calendar.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use uuid::Uuid;

/// Arguments of `calendar`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi calendar holidays --year 2031
  beffroi calendar holidays --year 2031 --city /etc/beffroi/quebec.toml --toml >> holidays.txt
  beffroi calendar publish /etc/beffroi/quebec.toml --from 2026-06-24
  beffroi calendar show

`holidays` asks no server: the rules propose; what counts are the dates in the city's file.
A calendar that is published holds in place of that of the file with which the server was started.")]
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
    /// Publish the calendar of a city's file; what is open is counted again by it.
    Publish(PublishArgs),
    /// Show the calendar that was published last, or a version of it.
    Show(ShowArgs),
}

/// Arguments of `calendar publish`.
#[derive(Args, Debug)]
pub(crate) struct PublishArgs {
    /// The city's file, of which the calendar is published: its hours, holidays and other dates.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The first date for which it holds, past or to come [default: it holds for all dates].
    #[arg(long, value_name = "DATE")]
    pub from: Option<NaiveDate>,
    /// Who publishes it, such as agent:417. Never a person's name.
    #[arg(long)]
    pub actor: Option<String>,
    /// The id of the publication; sending it again changes nothing [default: a new UUID].
    #[arg(long, value_name = "UUID")]
    pub id: Option<Uuid>,
}

/// Arguments of `calendar show`.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// Which version [default: the last].
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
    /// The dates of this year [default: those to come].
    #[arg(long, value_parser = clap::value_parser!(i32).range(1970..=2199))]
    pub year: Option<i32>,
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
