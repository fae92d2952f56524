//! The commands `snapshot create`, `restore` and `list`: a node that starts from the projections of
//! another one folds only what came since.

use crate::cli::{
    SnapshotAction, SnapshotArgs, SnapshotCreateArgs, SnapshotListArgs, SnapshotRestoreArgs,
};
use crate::failure::{Exit, Failure};
use crate::maintenance::existing;
use crate::output::Console;
use crate::progress::Progress;
use crate::render::{NUMBER_WIDTH, Reader, WORD_WIDTH, at_least, cell, number, table};
use crate::time::to_pb;
use crate::words::{self, Lang};
use beffroi_aggregator::{Clock, Dump, DumpError, Manifest, Projections, dump};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// How snapshots are called that are named by their log and position.
const EXTENSION: &str = "snapshot";

/// Runs the command.
pub(crate) fn run(args: SnapshotArgs, console: Console) -> Result<Exit, Failure> {
    match args.action {
        SnapshotAction::Create(args) => create(&args, console),
        SnapshotAction::Restore(args) => restore(&args, console),
        SnapshotAction::List(args) => list(&args, console),
    }
}

/// What a snapshot holds, as shown.
#[derive(Debug, Serialize)]
struct Held {
    created_at: String,
    version: u8,
    release: String,
    rows: u64,
    position: Position,
}

#[derive(Debug, Serialize)]
struct Position {
    log: String,
    sequence: u64,
    digest: String,
}

impl From<&Manifest> for Held {
    fn from(it: &Manifest) -> Self {
        let rows = it.rows();
        let Manifest { version, log, sequence, digest, created_at, release, .. } = it.clone();
        let position = Position { log, sequence, digest };
        Self { created_at: created_at.to_string(), version, release, rows, position }
    }
}

#[derive(Serialize)]
struct Created<'a> {
    file: &'a Path,
    size_bytes: u64,
    #[serde(flatten)]
    held: Held,
}

fn create(args: &SnapshotCreateArgs, console: Console) -> Result<Exit, Failure> {
    let place = existing(&args.dir.data)?;
    let projections = Projections::open(&place).map_err(DumpError::from)?;
    let moment = projections.snapshot().map_err(DumpError::from)?;
    let checkpoint = moment.checkpoint();
    let file = if args.to.is_dir() {
        args.to.join(name(&checkpoint.log, checkpoint.sequence))
    } else {
        args.to.clone()
    };
    let mut bar = Progress::new(console.say(words::TAKING));
    let now = Clock::System.now();
    let taken = dump(&moment, &file, now, &mut |done, total| bar.at(done, total));
    bar.finish();
    let held = Held::from(&taken?);
    let size_bytes = std::fs::metadata(&file)
        .map_err(|source| DumpError::File { path: file.clone(), source })?
        .len();
    let (rows, sequence) = (held.rows, held.position.sequence);
    console.answer(&Created { file: &file, size_bytes, held }, |reader| {
        let file = file.display();
        match reader.lang {
            Lang::Fr => format!(
                "instantané `{file}` : {rows} rangées, position {sequence}, {size_bytes} octets"
            ),
            Lang::En => {
                format!("snapshot `{file}`: {rows} rows, position {sequence}, {size_bytes} bytes")
            }
        }
    })?;
    Ok(Exit::Done)
}

/// The name of a snapshot: those of a log sort by position.
fn name(log: &str, sequence: u64) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
    let log: String = log.chars().map(plain).collect();
    format!("{log}-{sequence:012}.{EXTENSION}")
}

/// Reads a snapshot to its end and checks it.
fn check(file: &Path, console: Console) -> Result<Dump, DumpError> {
    let mut bar = Progress::new(console.say(words::CHECKING));
    let checked = Dump::open(file, &mut |done, total| bar.at(done, total));
    bar.finish();
    checked
}

#[derive(Serialize)]
struct Restored<'a> {
    file: &'a Path,
    projections: &'a Path,
    #[serde(flatten)]
    held: Held,
}

fn restore(args: &SnapshotRestoreArgs, console: Console) -> Result<Exit, Failure> {
    let checked = check(&args.file, console)?;
    let mut bar = Progress::new(console.say(words::RESTORING));
    let mut progress = |done, total| bar.at(done, total);
    let restored = checked.restore(&args.dir.data, args.replace, &mut progress);
    bar.finish();
    let (projections, held) = (restored?, Held::from(checked.manifest()));
    let (rows, sequence) = (held.rows, held.position.sequence);
    let answer = Restored { file: &args.file, projections: &projections, held };
    console.answer(&answer, |reader| {
        let place = projections.display();
        match reader.lang {
            Lang::Fr => format!(
                "projections `{place}` rétablies à la position {sequence} : {rows} rangées ; \
                 `beffroi serve` lit la suite du journal"
            ),
            Lang::En => format!(
                "restored the projections `{place}` at position {sequence}: {rows} rows; `beffroi \
                 serve` folds what the log holds since"
            ),
        }
    })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Listed {
    snapshots: Vec<Entry>,
}

/// A file of a list: what it holds, unless it is damaged, and why it cannot be restored.
#[derive(Serialize)]
struct Entry {
    file: PathBuf,
    size_bytes: u64,
    #[serde(flatten)]
    held: Option<Held>,
    #[serde(skip)]
    created_at: Option<prost_types::Timestamp>,
    #[serde(flatten)]
    problem: Option<Problem>,
}

#[derive(Serialize)]
struct Problem {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    message: String,
}

impl Problem {
    fn new(error: &DumpError, lang: Lang) -> Self {
        Self { reason: reason(error), message: words::error::chain_of(error, lang) }
    }
}

fn list(args: &SnapshotListArgs, console: Console) -> Result<Exit, Failure> {
    let failed = |source| DumpError::File { path: args.directory.clone(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&args.directory).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    let snapshots = files.into_iter().filter_map(|file| entry(file, console)).collect();
    let listed = Listed { snapshots };
    console.answer(&listed, |reader| listed.text(reader))?;
    Ok(Exit::Done)
}

/// What is told of a file; `None` when it is something else.
fn entry(file: PathBuf, console: Console) -> Option<Entry> {
    match check(&file, console) {
        Ok(checked) => {
            let manifest = checked.manifest();
            let unread = checked.check_version().err();
            Some(Entry {
                size_bytes: checked.size(),
                held: Some(Held::from(manifest)),
                created_at: Some(to_pb(manifest.created_at.utc())),
                problem: unread.map(|it| Problem::new(&it, console.lang)),
                file,
            })
        }
        Err(DumpError::NotASnapshot(_) | DumpError::File { .. })
            if file.extension().is_none_or(|it| it != EXTENSION) =>
        {
            None
        }
        Err(error) => Some(Entry {
            size_bytes: std::fs::metadata(&file).map_or(0, |it| it.len()),
            held: None,
            created_at: None,
            problem: Some(Problem::new(&error, console.lang)),
            file,
        }),
    }
}

impl Listed {
    fn text(&self, reader: Reader) -> String {
        if self.snapshots.is_empty() {
            return words::NO_SNAPSHOT.in_lang(reader.lang).to_owned();
        }
        let heading = [
            words::FILE,
            words::TAKEN_AT,
            words::SEQUENCE,
            words::LOG,
            words::ROWS,
            words::SIZE,
            words::STATUS,
        ];
        let mut table = table(heading, reader.lang);
        at_least(&mut table, &[(0, NUMBER_WIDTH), (1, WORD_WIDTH), (6, NUMBER_WIDTH)]);
        for it in &self.snapshots {
            let held = it.held.as_ref();
            let file = it.file.file_name().unwrap_or_default().to_string_lossy();
            let status = it.problem.as_ref().map(|it| it.message.as_str());
            table.add_row([
                cell(&file),
                cell(&reader.minutes(it.created_at.as_ref(), false)),
                held.map_or(cell(""), |it| number(it.position.sequence)),
                cell(held.map_or("", |it| &it.position.log)),
                held.map_or(cell(""), |it| number(it.rows)),
                number(it.size_bytes),
                cell(status.unwrap_or(words::WHOLE.in_lang(reader.lang))),
            ]);
        }
        table.to_string()
    }
}

/// How a command ends that could not use a snapshot.
pub(crate) fn exit(error: &DumpError) -> Exit {
    match error {
        DumpError::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Exit::NotFound
        }
        DumpError::File { .. } | DumpError::Store(_) => Exit::Failed,
        DumpError::NotASnapshot(_)
        | DumpError::Format { .. }
        | DumpError::Cut(_)
        | DumpError::Changed(_)
        | DumpError::Content { .. }
        | DumpError::Version { .. }
        | DumpError::Exists(_)
        | DumpError::InPlace(_) => Exit::Refused,
    }
}

/// Why, as scripts are told.
pub(crate) fn reason(error: &DumpError) -> Option<&'static str> {
    Some(match error {
        DumpError::NotASnapshot(_) => "NOT_A_SNAPSHOT",
        DumpError::Format { .. } => "OTHER_FORMAT",
        DumpError::Version { .. } => "OTHER_VERSION",
        DumpError::Cut(_) | DumpError::Changed(_) | DumpError::Content { .. } => "DAMAGED_SNAPSHOT",
        DumpError::Exists(_) | DumpError::InPlace(_) => "ALREADY_THERE",
        DumpError::File { .. } | DumpError::Store(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_of_a_log_are_named_so_that_they_sort_by_position() {
        let log = "beffroi-v1-city@1764077000";
        assert_eq!(name(log, 42), "beffroi-v1-city-1764077000-000000000042.snapshot");
        assert!(name(log, 999) < name(log, 1000));
    }
}
