//! Arguments of the commands that ask Beffroi something.

use std::path::PathBuf;

use beffroi_wire::pb::event::v1::{Channel, PromiseKind, Urgency};
use beffroi_wire::pb::query::v1::{BreachFilter, BreachKind, Status};
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use uuid::Uuid;

use super::parse::{instant, word};

/// Arguments of `show` and `watch`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi show 26-0012345-7
  beffroi watch 26-0012345-7 --output json")]
pub(crate) struct RequestArgs {
    /// The request.
    #[arg(value_name = "NUMBER|UUID")]
    pub request: String,
}

/// Arguments of `history`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi history 26-0012345-7
  beffroi history 26-0012345-7 --audience public --lang fr")]
pub(crate) struct HistoryArgs {
    /// The request.
    #[arg(value_name = "NUMBER|UUID")]
    pub request: String,
    /// For whom: the public does not see internal follow-ups, warnings and contacts.
    #[arg(long, value_enum, default_value_t)]
    pub audience: AudienceArg,
}

/// Who is asking for a history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum AudienceArg {
    /// The citizen.
    Public,
    /// The city's staff.
    #[default]
    Staff,
}

/// Arguments of `list`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi list --status open,assigned --product 'Eau potable'
  beffroi list --opened-from 2026-01-01T00:00:00-05:00 --limit 1000 --output json")]
pub(crate) struct ListArgs {
    /// Only these statuses; several may be given.
    #[arg(long = "status", value_name = "STATUS", value_delimiter = ',')]
    #[arg(value_parser = word::<Status>())]
    pub statuses: Vec<Status>,
    /// Only this product, exactly.
    #[arg(long)]
    pub product: Option<String>,
    /// Only this unit, exactly.
    #[arg(long)]
    pub unit: Option<String>,
    /// Only this channel.
    #[arg(long, value_parser = word::<Channel>())]
    pub channel: Option<Channel>,
    /// Only this citizen.
    #[arg(long, value_name = "UUID")]
    pub citizen: Option<Uuid>,
    /// Only those opened at this time or after.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub opened_from: Option<DateTime<Utc>>,
    /// Only those opened before this time.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub opened_before: Option<DateTime<Utc>>,
    /// Only those imported from this system.
    #[arg(long, value_name = "SYSTEM")]
    pub source: Option<String>,
    /// Only this urgency.
    #[arg(long, value_parser = word::<Urgency>())]
    pub urgency: Option<Urgency>,
    /// Only duplicates that were merged into another request, or none of them [default: both].
    #[arg(long, value_name = "true|false")]
    pub merged: Option<bool>,
    /// How many at most.
    #[command(flatten)]
    pub page: Page,
}

/// How much of a list.
#[derive(Args, Debug)]
pub(crate) struct Page {
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 50)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Go on from the `next_page_token` of an earlier answer to the same question.
    #[arg(long, value_name = "TOKEN", default_value = "", hide_default_value = true)]
    pub page_token: String,
}

/// Arguments of `breaches`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi breaches --kind breach --unit 'Travaux publics'
  beffroi breaches --kind breach,withdrawal --promise first-answer --urgency urgent
  beffroi breaches --follow --output json --resume-file breaches.token

Following never ends by itself: when the server goes away it is called again from the last token.
Each fact is printed, then its token is saved: after a crash in between, the last fact comes again
with the same id.")]
pub(crate) struct BreachesArgs {
    /// Which of them.
    #[command(flatten)]
    pub filter: BreachFilterArgs,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 50, conflicts_with = "follow")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Print the facts recorded so far, then those to come, one a line.
    #[arg(long)]
    pub follow: bool,
    /// Go on after this `resume_token`.
    #[arg(long, value_name = "TOKEN", requires = "follow", conflicts_with = "resume_file")]
    pub resume: Option<String>,
    /// Keep the token in this file, and go on from there the next time.
    #[arg(long, value_name = "FILE", requires = "follow")]
    pub resume_file: Option<PathBuf>,
}

/// Which facts. All that is given must hold; what is given several times, any of it.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct BreachFilterArgs {
    /// Only these kinds; several may be given.
    #[arg(long = "kind", value_name = "KIND", value_delimiter = ',')]
    #[arg(value_parser = word::<BreachKind>())]
    pub kinds: Vec<BreachKind>,
    /// Only this unit, exactly; may be given several times.
    #[arg(long = "unit", value_name = "UNIT")]
    pub units: Vec<String>,
    /// Only this product, by its code or by its name as recorded; may be given several times.
    #[arg(long = "product", value_name = "PRODUCT")]
    pub products: Vec<String>,
    /// Only this promise.
    #[arg(long = "promise", value_name = "PROMISE", value_delimiter = ',')]
    #[arg(value_parser = word::<PromiseKind>())]
    pub promises: Vec<PromiseKind>,
    /// Only requests of this urgency.
    #[arg(long = "urgency", value_name = "URGENCY", value_delimiter = ',')]
    #[arg(value_parser = word::<Urgency>())]
    pub urgencies: Vec<Urgency>,
}

impl From<BreachFilterArgs> for BreachFilter {
    fn from(args: BreachFilterArgs) -> Self {
        Self {
            kinds: args.kinds.into_iter().map(Into::into).collect(),
            units: args.units,
            products: args.products,
            promise_kinds: args.promises.into_iter().map(Into::into).collect(),
            urgencies: args.urgencies.into_iter().map(Into::into).collect(),
        }
    }
}
