//! The command line: what can be asked, and how it is explained.

mod calendar;
mod catalogue;
mod centre;
mod citizen;
mod explain;
mod link;
mod nats;
mod notify;
mod parse;
mod programme;
mod quarantine;
mod read;
mod report;
mod run;
mod snapshot;
mod what_if;
mod write;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use calendar::{CalendarAction, CalendarArgs, HolidaysArgs, PublishArgs, ShowArgs};
pub(crate) use catalogue::{AnswersArgs, Catalogue, CatalogueArgs};
pub(crate) use centre::{CentreAction, CentreArgs, DeclareArgs};
pub(crate) use citizen::{
    CitizenArgs, CitizenCommand, FindArgs, MergeRecordArgs, SaveArgs, UnmergeRecordArgs,
};
pub(crate) use explain::ExplainArgs;
pub(crate) use link::{AttachArgs, DuplicatesArgs, MergeArgs, RelateArgs, UnmergeArgs};
pub(crate) use nats::NatsArgs;
pub(crate) use notify::{NotifyAction, NotifyArgs, NotifyCheckArgs, NotifyRunArgs};
pub(crate) use programme::{CloseArgs, Format, PlannedArgs, ProgrammeAction, ProgrammeArgs};
pub(crate) use quarantine::{ProjectionsArgs, QuarantineAction, QuarantineArgs, ReleaseArgs};
pub(crate) use read::{
    AudienceArg, BreachFilterArgs, BreachesArgs, HistoryArgs, ListArgs, Page, RequestArgs,
};
pub(crate) use report::{
    By, CommitmentReportArgs, ContactReportArgs, Key, Report, ReportArgs, RequestReportArgs,
    VolumeKey, VolumesArgs, WindowArgs,
};
pub(crate) use run::{DemoArgs, ImportArgs, RebuildArgs, ServeArgs, VerifyArgs};
pub(crate) use snapshot::{
    SnapshotAction, SnapshotArgs, SnapshotCreateArgs, SnapshotListArgs, SnapshotRestoreArgs,
};
pub(crate) use what_if::WhatIfArgs;
pub(crate) use write::{Change, ChangeArgs, ChangeCommon, ContactArgs, ExchangeArgs};
pub(crate) use write::{FollowUpArgs, OpenArgs, PlaceArgs};

use crate::words::Lang;

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  something failed: the server cannot be reached, an internal error
  2  the command line is not right
  3  import: finished, but a whole file could not be read
  4  not found
  5  refused: an invalid value, a change that the state does not allow, a limit
  6  verify: the projections differ from the log

Environment:
  BEFFROI_SERVER    the server, as --server
  BEFFROI_LANG      the language, as --lang
  BEFFROI_DATA_DIR  the data directory, as --data
  BEFFROI_IDENTIFIER_KEY  the key of citizens' identifiers, as --identifier-key
  BEFFROI_NOTIFY_DIR  the state of the deliverer, as notify --state
  BEFFROI_LOG       what goes to standard error besides warnings and errors, such as info
  LC_ALL, LC_MESSAGES, LANG  the language, when neither --lang nor BEFFROI_LANG gives it

Times are given in RFC 3339 (2026-11-02T08:30:00-05:00) and shown in the city's time.
Those of JSON are in UTC.";

/// Beffroi keeps the service requests of a city's 311 centre, and the promises made for them.
#[derive(Debug, Parser)]
#[command(name = "beffroi", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub options: Options,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// The server to ask.
    #[arg(long, global = true, value_name = "URL", env = "BEFFROI_SERVER")]
    #[arg(default_value = "http://127.0.0.1:3110", value_parser = parse::server)]
    #[arg(help_heading = "Client options")]
    pub server: String,
    /// For people, or for scripts (see docs/cli.md for the shapes).
    #[arg(long, global = true, value_enum, default_value_t, help_heading = "Client options")]
    pub output: Output,
    /// The language of the answer [default: the locale's, else en].
    #[arg(long, global = true, value_enum, env = "BEFFROI_LANG", help_heading = "Client options")]
    pub lang: Option<Lang>,
}

impl Options {
    /// The language to speak: what was asked for, else the locale's.
    pub(crate) fn language(&self) -> Lang {
        self.lang.unwrap_or_else(|| {
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].map(std::env::var_os);
            let values = locale.map(Option::unwrap_or_default);
            Lang::of_locale(values.iter().filter_map(|value| value.to_str()))
        })
    }
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Tables and cards, for people.
    #[default]
    Table,
    /// JSON, for scripts.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a node: intake, queries, projections and the log.
    Serve(ServeArgs),
    /// Show Beffroi at work on made-up requests, with nothing to set up.
    Demo(DemoArgs),
    /// Check, publish, search and walk through the catalogue.
    Catalogue(CatalogueArgs),
    /// Propose the holidays of a year.
    Calendar(CalendarArgs),
    /// What a server is asked or told.
    #[command(flatten)]
    Ask(Box<Ask>),
    /// Tell others of warnings and breaches over HTTP (webhooks).
    Notify(NotifyArgs),
    /// Fold the whole log again into new projections.
    Rebuild(RebuildArgs),
    /// Check that the projections are what the log says.
    Verify(VerifyArgs),
    /// Write the projections to a file, from which another node can start.
    Snapshot(SnapshotArgs),
}

/// What a server is asked or told.
#[derive(Debug, Subcommand)]
pub(crate) enum Ask {
    /// Open a request.
    Open(Box<OpenArgs>),
    /// Show under which regime the centre works and when it is open; declare another.
    Centre(CentreArgs),
    /// Record an exchange with a citizen.
    Contact(ContactArgs),
    /// Document a step of a request.
    FollowUp(FollowUpArgs),
    /// Change the state of a request.
    Change(ChangeArgs),
    /// Merge a duplicate into the request that goes on for both.
    Merge(MergeArgs),
    /// Take a duplicate apart again.
    Unmerge(UnmergeArgs),
    /// Say what two requests have to do with each other.
    Relate(RelateArgs),
    /// Say that a photo or a document belongs to a request.
    Attach(AttachArgs),
    /// Show requests of which one may be a duplicate.
    Duplicates(DuplicatesArgs),
    /// Show one request.
    Show(RequestArgs),
    /// Show what happened to a request.
    History(HistoryArgs),
    /// Show why each promise of a request is due when it is, counted day by day.
    Explain(ExplainArgs),
    /// Show a request now, and again whenever it changes.
    Watch(RequestArgs),
    /// List requests, newest first.
    List(ListArgs),
    /// Show a citizen's synthesis and requests; find, save, merge their records.
    Citizen(CitizenArgs),
    /// List or follow promises about to be broken, or broken.
    Breaches(BreachesArgs),
    /// Plan interventions: list, export and close the requests that wait in programmes.
    Programme(ProgrammeArgs),
    /// List, show and release what could not be folded; try it again.
    Quarantine(QuarantineArgs),
    /// Show how the projections of a node stand, and a fold of the log that goes on.
    Projections(ProjectionsArgs),
    /// Report figures.
    Report(ReportArgs),
    /// Show which verdicts would be others under another calendar or other commitments.
    WhatIf(WhatIfArgs),
    /// Import another system's requests from CSV files.
    Import(ImportArgs),
}

/// The directory of a node's data.
#[derive(Args, Clone, Debug)]
pub(crate) struct DataDir {
    /// The directory of the node's data.
    #[arg(long, value_name = "DIR", env = "BEFFROI_DATA_DIR", default_value = "./beffroi-data")]
    pub data: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_gives_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("beffroi "), "{}", command.get_name());
        }
    }

    #[test]
    fn client_options_may_stand_after_the_command() {
        let cli = parse("beffroi show 26-0000001-2 --output json --lang fr").expect("valid");
        assert_eq!(cli.options.output, Output::Json);
        assert_eq!(cli.options.language(), Lang::Fr);
    }

    fn asked(line: &str) -> Ask {
        let Command::Ask(ask) = parse(line).expect(line).command else { panic!("{line}") };
        *ask
    }

    #[test]
    fn a_note_may_stand_after_the_change() {
        let line = "beffroi change 26-0000001-2 hold --reason third-party --note later";
        let Ask::Change(args) = asked(line) else { panic!("a change") };
        assert_eq!(args.common.note.as_deref(), Some("later"));
        assert!(matches!(args.change, Change::Hold { .. }));
    }

    #[test]
    fn statuses_may_be_several() {
        let line = "beffroi list --status open,on-hold --status resolved";
        let Ask::List(args) = asked(line) else { panic!("a list") };
        assert_eq!(args.statuses.len(), 3);
    }

    #[test]
    fn an_area_may_begin_in_the_south() {
        let line = "beffroi programme requests --area -20,177,-16,-178 --older-than 365d";
        let Ask::Programme(args) = asked(line) else { panic!("programmes") };
        let ProgrammeAction::Requests(args) = args.action else { panic!("requests") };
        assert_eq!(args.area, Some([-20.0, 177.0, -16.0, -178.0]));
        assert_eq!(args.older_than, Some(365));
    }

    #[test]
    fn wrong_words_and_times_are_usage_errors() {
        for line in [
            "beffroi open --product x --channel pigeon",
            "beffroi open --product x --channel unspecified",
            "beffroi open --product x --occurred-at yesterday",
            "beffroi open --product x --latitude 46.8",
            "beffroi breaches --resume abc",
            "beffroi citizen somebody",
            "beffroi programme close",
            "beffroi programme close 26-0000001-2 --from numbers.txt",
            "beffroi programme requests --older-than 1y",
            "beffroi programme requests --area 46.8,-71.3,46.9",
            "beffroi programme requests --older-than 9d --opened-before 2026-01-01T00:00:00Z",
            "beffroi citizen",
            "beffroi citizen find",
            "beffroi citizen find --telephone 1 --email 2",
            "beffroi citizen 0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001 find --email a@b.ca",
            "beffroi citizen merge 0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001",
            "beffroi list --limit 0",
            "beffroi quarantine release 7",
            "beffroi quarantine show x",
            "beffroi centre declare --kind normal",
            "beffroi centre extend --until tomorrow",
            "beffroi open --product x --waited-secs 3",
            "beffroi report contacts --by status",
            "beffroi report requests --by day,week",
            "beffroi report requests --from yesterday",
            "beffroi relate a b --kind causes --remove",
            "beffroi merge 26-0000001-2",
            "beffroi notify",
            "beffroi notify run",
            "beffroi notify retry",
            "beffroi notify retry a_b --all",
            "beffroi breaches --urgency emergency",
            "beffroi list --server localhost:3110",
            "beffroi list --server https://localhost:3110",
        ] {
            assert_eq!(parse(line).expect_err(line).exit_code(), 2, "{line}");
        }
    }
}
