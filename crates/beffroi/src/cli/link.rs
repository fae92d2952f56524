//! Arguments of the commands about duplicates, relations and attachments.

use std::path::PathBuf;

use beffroi_wire::pb::event::v1::{Channel, RelationKind};
use clap::Args;

use super::ChangeCommon;
use super::parse::word;

/// Arguments of `merge`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi merge 26-0012345-7 --into 26-0012001-4
  beffroi merge 26-0012345-7 --into 26-0012001-4 --note 'Le même nid-de-poule'

From then on the duplicate stands where the other request stands: it is closed and reopened with it.
Both keep their numbers.")]
pub(crate) struct MergeArgs {
    /// The duplicate.
    #[arg(value_name = "NUMBER|UUID")]
    pub duplicate: String,
    /// The request that goes on for both.
    #[arg(long, value_name = "NUMBER|UUID")]
    pub into: String,
    /// Why, when, by whom, under which id.
    #[command(flatten)]
    pub common: ChangeCommon,
}

/// Arguments of `unmerge`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi unmerge 26-0012345-7 --note 'Un autre arbre'")]
pub(crate) struct UnmergeArgs {
    /// The request that is no duplicate after all: it stands again as before it was merged.
    #[arg(value_name = "NUMBER|UUID")]
    pub duplicate: String,
    /// Why, when, by whom, under which id.
    #[command(flatten)]
    pub common: ChangeCommon,
}

/// Arguments of `relate`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi relate 26-0012345-7 26-0012001-4
  beffroi relate 26-0012345-7 26-0012001-4 --kind caused-by
  beffroi relate 26-0012345-7 26-0012001-4 --remove

The other request gets the inverse relation; a relation between the two that there was is replaced.")]
pub(crate) struct RelateArgs {
    /// A request.
    #[arg(value_name = "NUMBER|UUID")]
    pub from: String,
    /// The other request.
    #[arg(value_name = "NUMBER|UUID")]
    pub to: String,
    /// What the first one has to do with the other one.
    #[arg(long, value_parser = word::<RelationKind>(), default_value = "related")]
    pub kind: RelationKind,
    /// Take the relation back.
    #[arg(long, conflicts_with = "kind")]
    pub remove: bool,
    /// Why, when, by whom, under which id.
    #[command(flatten)]
    pub common: ChangeCommon,
}

/// Arguments of `attach`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi attach photo.jpg --to 26-0012345-7 --reference https://photos.example/17
  beffroi attach lettre.pdf --to 26-0012345-7 --reference ged:2026/117 --note 'Lettre reçue'

The file stays where it is: its size and SHA-256 are recorded, with the reference.")]
pub(crate) struct AttachArgs {
    /// The file, read to its end.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The request to which it belongs.
    #[arg(long, value_name = "NUMBER|UUID")]
    pub to: String,
    /// Where it is kept, such as a URL (kept sealed).
    #[arg(long)]
    pub reference: String,
    /// Its media type [default: by the extension of the file].
    #[arg(long, value_name = "TYPE")]
    pub media_type: Option<String>,
    /// What it is called (kept sealed) [default: the name of the file].
    #[arg(long)]
    pub name: Option<String>,
    /// The channel it came by.
    #[arg(long, value_parser = word::<Channel>())]
    pub channel: Option<Channel>,
    /// What it shows, when, by whom, under which id.
    #[command(flatten)]
    pub common: ChangeCommon,
}

/// Arguments of `duplicates`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi duplicates 26-0012345-7
  beffroi duplicates 26-0012345-7 --within-metres 250 --within-days 90 --output json

Active requests of the same product that are near, likeliest first. You decide: `beffroi merge`.")]
pub(crate) struct DuplicatesArgs {
    /// The request.
    #[arg(value_name = "NUMBER|UUID")]
    pub request: String,
    /// How far apart, in metres, at most 5000 [default: 100].
    #[arg(long, value_name = "N")]
    pub within_metres: Option<u32>,
    /// How far apart in time, in days, at most 3660 [default: 30].
    #[arg(long, value_name = "N")]
    pub within_days: Option<u32>,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
}
