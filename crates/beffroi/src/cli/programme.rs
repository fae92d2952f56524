//! Arguments of the commands about planned intervention programmes.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

use super::parse::{area, days, instant};
use super::write::Common;

/// Arguments of `programme`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi programme list
  beffroi programme requests --programme refection-trottoirs --older-than 365d
  beffroi programme close 26-0012345-7 26-0012346-5 --note 'Le trottoir est refait.'")]
pub(crate) struct ProgrammeArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ProgrammeAction,
}

/// What to do with programmes.
#[derive(Debug, Subcommand)]
pub(crate) enum ProgrammeAction {
    /// List the programmes, and how many requests wait in each.
    List,
    /// List or export the requests that wait, oldest first.
    Requests(PlannedArgs),
    /// Resolve requests whose work is done, many at once.
    Close(CloseArgs),
}

/// Arguments of `programme requests`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi programme requests --borough Limoilou --older-than 730d
  beffroi programme requests --area 46.80,-71.30,46.85,-71.20 --limit 200
  beffroi programme requests --programme refection-trottoirs --format geojson --to trottoirs.geojson
  beffroi programme requests --format csv | cut -d, -f1

GeoJSON and CSV are exports: all the requests, unless --limit says how many. Nothing in them says
who asked. Without --format the answer is as --output says.")]
pub(crate) struct PlannedArgs {
    /// Only this programme.
    #[arg(long, value_name = "CODE")]
    pub programme: Option<String>,
    /// Only this product: its name or its code, exactly.
    #[arg(long)]
    pub product: Option<String>,
    /// Only this borough, exactly.
    #[arg(long)]
    pub borough: Option<String>,
    /// Only those opened at this time or after.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub opened_from: Option<DateTime<Utc>>,
    /// Only those opened before this time.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub opened_before: Option<DateTime<Utc>>,
    /// Only those opened more than so many days ago, such as 365d, by the clock of the server.
    #[arg(long, value_name = "DAYS", value_parser = days, conflicts_with = "opened_before")]
    pub older_than: Option<u32>,
    /// Only those in this area, in degrees; over the antimeridian W is greater than E.
    #[arg(long, value_name = "S,W,N,E", value_parser = area, allow_hyphen_values = true)]
    pub area: Option<[f64; 4]>,
    /// How many at most [default: 50, for exports all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// The form of the answer, whatever --output says.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Write the answer to this file, whole or not at all.
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// The form of a list of requests that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table, for people.
    Table,
    /// JSON, for scripts.
    Json,
    /// A feature collection in GeoJSON (RFC 7946), for maps.
    Geojson,
    /// CSV in UTF-8 with a header (RFC 4180), for spreadsheets.
    Csv,
}

/// Arguments of `programme close`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi programme close 26-0012345-7 26-0012346-5 --note 'Le trottoir est refait.'
  beffroi programme close --from done.csv --occurred-at 2026-10-30T16:00:00-04:00

A file has one request a line; of a line with several columns the first one counts, so that an
export can be edited and given back. Ends with 5 when a request was not closed; the others are.
Running it again with the same --id closes nothing twice.")]
pub(crate) struct CloseArgs {
    /// The requests; only those that wait in a programme are closed.
    #[arg(value_name = "NUMBER|UUID", required_unless_present = "from", conflicts_with = "from")]
    pub requests: Vec<String>,
    /// Read the requests from this file, `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// What was done: the citizens see it (kept sealed).
    #[arg(long)]
    pub note: Option<String>,
    /// When, by whom, under which id.
    #[command(flatten)]
    pub common: Common,
}
