//! Arguments of the commands about the catalogue.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use uuid::Uuid;

/// Arguments of `catalogue`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi catalogue check ./our-catalogue
  beffroi catalogue publish quebec
  beffroi catalogue show --version 3
  beffroi catalogue search 'nid de poule' --lang fr
  beffroi catalogue ask 'Eau potable' --answer probleme=couleur")]
pub(crate) struct CatalogueArgs {
    /// What to do.
    #[command(subcommand)]
    pub catalogue: Catalogue,
}

/// What can be done with a catalogue.
#[derive(Debug, Subcommand)]
pub(crate) enum Catalogue {
    /// Tell everything that is wrong with a catalogue's files; no server is asked.
    Check {
        /// A folder of files, or a catalogue that comes with Beffroi: quebec, montreal.
        #[arg(value_name = "DIR|NAME")]
        source: PathBuf,
    },
    /// Check a catalogue's files and publish them as the version in force.
    Publish {
        /// A folder of files, or one that comes with Beffroi: quebec, montreal.
        #[arg(value_name = "DIR|NAME")]
        source: PathBuf,
        /// Who publishes it, such as agent:417. Never a person's name.
        #[arg(long)]
        actor: Option<String>,
        /// The id of the publication; sending it again changes nothing [default: a new UUID].
        #[arg(long, value_name = "UUID")]
        id: Option<Uuid>,
    },
    /// List the versions that were published, newest first.
    Versions {
        /// How many at most.
        #[arg(long, value_name = "N", default_value_t = 20)]
        #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Show what citizens can ask for under a version: products, their units and delays.
    Show {
        /// Which version [default: the one in force].
        #[arg(long, value_name = "N")]
        version: Option<u64>,
    },
    /// Find products and precisions by a few words.
    Search {
        /// The words.
        words: String,
        /// How many at most.
        #[arg(long, value_name = "N", default_value_t = 10)]
        #[arg(value_parser = clap::value_parser!(i32).range(1..=100))]
        limit: i32,
    },
    /// Walk through the questions of a product: given the answers so far, what to ask next.
    Ask {
        /// The product, by code or name.
        product: String,
        /// The precision, by code or name, when it is known already.
        #[arg(long)]
        precision: Option<String>,
        /// The answers so far.
        #[command(flatten)]
        answers: AnswersArgs,
    },
}

/// Answers to a product's questions.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct AnswersArgs {
    /// An answer, as QUESTION=VALUE or PRODUCT/QUESTION=VALUE: yes or no, the code of a choice or
    /// several with commas, a number, words, a day, a place as LATITUDE,LONGITUDE or an address,
    /// where a photo is kept.
    #[arg(long = "answer", value_name = "QUESTION=VALUE")]
    pub answers: Vec<String>,
}
