//! Arguments of the snapshots.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DataDir;

/// Arguments of `snapshot`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  beffroi snapshot create /var/backups/beffroi --data /var/lib/beffroi
  beffroi snapshot list /var/backups/beffroi
  beffroi snapshot restore FILE --data /var/lib/beffroi-2

A snapshot is not the log: back that up, and the key of citizens' identifiers. See
docs/operations.md.")]
pub(crate) struct SnapshotArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: SnapshotAction,
}

/// What to do with snapshots.
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotAction {
    /// Write the projections of a stopped node to a file.
    Create(SnapshotCreateArgs),
    /// Put a snapshot in the place of the projections of a stopped node, or of a new one.
    Restore(SnapshotRestoreArgs),
    /// List the snapshots in a directory, and check each.
    List(SnapshotListArgs),
}

/// Arguments of `snapshot create`.
#[derive(Args, Debug)]
pub(crate) struct SnapshotCreateArgs {
    /// The new file, or a directory in which it is named by its log and position.
    #[arg(value_name = "FILE|DIR")]
    pub to: PathBuf,
    /// Where the node's data is.
    #[command(flatten)]
    pub dir: DataDir,
}

/// Arguments of `snapshot restore`.
#[derive(Args, Debug)]
pub(crate) struct SnapshotRestoreArgs {
    /// The snapshot.
    pub file: PathBuf,
    /// Where the node's data is.
    #[command(flatten)]
    pub dir: DataDir,
    /// Replace the projections that are there.
    #[arg(long)]
    pub replace: bool,
}

/// Arguments of `snapshot list`.
#[derive(Args, Debug)]
pub(crate) struct SnapshotListArgs {
    /// Where snapshots are.
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}
