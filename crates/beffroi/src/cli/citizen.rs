//! Arguments of `citizen`.

use beffroi_wire::pb::event::v1::Channel;
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::Page;
use super::parse::word;
use crate::words::Lang;

/// Arguments of `citizen`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  beffroi citizen 0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001
  beffroi citizen find --telephone '(418) 555-0123'
  beffroi citizen save --telephone 418-555-0123 --email nom@exemple.ca --language fr
  beffroi citizen merge 0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001 \\
      --into 0192f0c1-2f5e-7c3a-9d41-5f0f6a9be002

Identifiers find a citizen and are never shown: only their keyed hashes are kept.")]
pub(crate) struct CitizenArgs {
    /// What to do, instead of showing the synthesis.
    #[command(subcommand)]
    pub command: Option<CitizenCommand>,
    /// The citizen.
    #[arg(value_name = "UUID", required = true)]
    pub citizen: Option<Uuid>,
    /// How many requests at most.
    #[command(flatten)]
    pub page: Page,
}

/// What to do with citizens' records.
#[derive(Debug, Subcommand)]
pub(crate) enum CitizenCommand {
    /// Find the citizen who has an identifier.
    Find(FindArgs),
    /// Make or change a citizen's record.
    Save(Box<SaveArgs>),
    /// Say that two records are of one person.
    Merge(MergeRecordArgs),
    /// Say that a merged record is of another person after all.
    Unmerge(UnmergeRecordArgs),
}

/// Arguments of `citizen find`.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct FindArgs {
    /// Their telephone number, in any spelling.
    #[arg(long)]
    pub telephone: Option<String>,
    /// Their e-mail address.
    #[arg(long)]
    pub email: Option<String>,
    /// Their account of the app.
    #[arg(long, value_name = "ACCOUNT")]
    pub app_account: Option<String>,
}

/// Arguments of `citizen save`.
#[derive(Args, Debug)]
pub(crate) struct SaveArgs {
    /// The citizen [default: whoever is found by an identifier, else a new one].
    #[arg(long, value_name = "UUID")]
    pub citizen: Option<Uuid>,
    /// A telephone number to be found by; several may be given.
    #[arg(long, value_name = "NUMBER")]
    pub telephone: Vec<String>,
    /// An e-mail address to be found by; several may be given.
    #[arg(long, value_name = "ADDRESS")]
    pub email: Vec<String>,
    /// An account of the app to be found by; several may be given.
    #[arg(long, value_name = "ACCOUNT")]
    pub app_account: Vec<String>,
    /// A telephone number not to be found by any more.
    #[arg(long, value_name = "NUMBER")]
    pub withdraw_telephone: Vec<String>,
    /// An e-mail address not to be found by any more.
    #[arg(long, value_name = "ADDRESS")]
    pub withdraw_email: Vec<String>,
    /// An account of the app not to be found by any more.
    #[arg(long, value_name = "ACCOUNT")]
    pub withdraw_app_account: Vec<String>,
    /// The language they want to be answered in.
    #[arg(long, value_enum, value_name = "LANG")]
    pub language: Option<Lang>,
    /// Their name (kept sealed).
    #[arg(long)]
    pub name: Option<String>,
    /// How it came.
    #[arg(long, value_parser = word::<Channel>())]
    pub channel: Option<Channel>,
    /// By whom, under which id.
    #[command(flatten)]
    pub common: RecordCommon,
}

/// Arguments of `citizen merge`.
#[derive(Args, Debug)]
pub(crate) struct MergeRecordArgs {
    /// The record that speaks through the other from now on.
    #[arg(value_name = "UUID")]
    pub citizen: Uuid,
    /// The record that speaks for both.
    #[arg(long, value_name = "UUID")]
    pub into: Uuid,
    /// By whom, under which id.
    #[command(flatten)]
    pub common: RecordCommon,
}

/// Arguments of `citizen unmerge`.
#[derive(Args, Debug)]
pub(crate) struct UnmergeRecordArgs {
    /// The record that stands apart again.
    #[arg(value_name = "UUID")]
    pub citizen: Uuid,
    /// By whom, under which id.
    #[command(flatten)]
    pub common: RecordCommon,
}

/// By whom, and under which id.
#[derive(Args, Debug)]
pub(crate) struct RecordCommon {
    /// Who enters it, such as agent:417. Never a person's name.
    #[arg(long)]
    pub actor: Option<String>,
    /// Its id; sending it again under the same id changes nothing [default: a new UUID].
    #[arg(long, value_name = "UUID")]
    pub id: Option<Uuid>,
}
