//! Reads files into batches: the half of an import that needs no server.

use super::defect::{Defect, Reason};
use super::map::{Layout, Mapped, map};
use super::profile::Profile;
use super::send::Taken;
use super::source;
use beffroi_wire::pb::intake::v1::ImportedServiceRequest;
use csv::{ByteRecord, StringRecord};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// What the server takes in one call.
const REQUESTS_MAX: usize = 500;
/// A call is stored as one write to the log, which has a limit of its own: a request is an event,
/// and so is each of its changes.
const EVENTS_MAX: usize = 990;
/// Keeps a batch small where every row is bad.
const DEFECTS_MAX: usize = 1000;

/// How often a file is opened again after a quotation mark that is not closed.
const RECOVERIES_MAX: u32 = 20;

/// Rows of one file, in their order.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) file: PathBuf,
    pub(crate) requests: Vec<ImportedServiceRequest>,
    /// The line of each request.
    pub(crate) lines: Vec<u64>,
    /// The row of each request.
    rows_of: Vec<StringRecord>,
    layout: Option<Arc<Layout>>,
    pub(crate) defects: Vec<Found>,
    /// Rows read, rejected ones included.
    pub(crate) rows: u64,
    pub(crate) rejected: u64,
    /// Bytes read of this file and of those before it.
    pub(crate) bytes_done: u64,
    /// True for the last batch of a file that was read to its end.
    pub(crate) is_whole: bool,
    /// Why the file could not be read, or not to its end.
    pub(crate) unreadable: Option<Defect>,
    events: usize,
}

/// A defect and where it is.
#[derive(Debug)]
pub(crate) struct Found {
    /// 0 for the whole file.
    pub(crate) line: u64,
    pub(crate) defect: Defect,
    /// The row, or the file, is not imported.
    pub(crate) is_rejected: bool,
}

impl Batch {
    /// The defects of requests that were taken.
    pub(crate) fn remarks(&self, taken: &Taken) -> impl Iterator<Item = &Found> {
        let kept = |it: &&Found| !it.is_rejected && !taken.refuses(it.line);
        self.defects.iter().filter(kept)
    }

    fn has_room_for(&self, mapped: &Mapped) -> bool {
        let events = mapped.request.as_ref().map_or(0, |it| 1 + it.changes.len());
        let requests = self.requests.len() + usize::from(mapped.request.is_some());
        requests <= REQUESTS_MAX
            && self.events + events <= EVENTS_MAX
            && self.defects.len() < DEFECTS_MAX
    }

    /// The column of which a field of a request was made, and what stands there.
    pub(crate) fn column(&self, at: usize, field: &str) -> Option<(String, String)> {
        self.layout.as_ref()?.column_of(field, self.rows_of.get(at)?)
    }

    fn push(&mut self, line: u64, (row, mapped): (StringRecord, Mapped)) {
        let is_rejected = mapped.request.is_none();
        self.rows += 1;
        self.rejected += u64::from(is_rejected);
        let found = mapped.defects.into_iter();
        self.defects.extend(found.map(|defect| Found { line, defect, is_rejected }));
        if let Some(request) = mapped.request {
            self.events += 1 + request.changes.len();
            self.requests.push(request);
            self.lines.push(line);
            self.rows_of.push(row);
        }
    }
}

/// Reads all files in order and gives their batches to `emit`, until it says `false`.
pub(crate) fn files(profile: &Profile, files: &[PathBuf], mut emit: impl FnMut(Batch) -> bool) {
    let bytes = Rc::new(Cell::new(0));
    for path in files {
        let mut reading = Reading { path, bytes: &bytes, batch: Batch::default(), emit: &mut emit };
        reading.batch = reading.empty();
        if reading.file(profile).is_none() {
            return;
        }
    }
}

struct Reading<'a, E> {
    path: &'a Path,
    bytes: &'a Rc<Cell<u64>>,
    batch: Batch,
    emit: &'a mut E,
}

impl<E: FnMut(Batch) -> bool> Reading<'_, E> {
    /// `None` when `emit` wants no more.
    fn file(&mut self, profile: &Profile) -> Option<()> {
        match self.rows(profile) {
            Ok(more) => more?,
            Err((line, defect)) => {
                self.batch.unreadable = Some(defect.clone());
                self.batch.defects.push(Found { line, defect, is_rejected: true });
            }
        }
        self.batch.is_whole = self.batch.unreadable.is_none();
        self.emit()
    }

    /// Reads to the end, or to where the file cannot be read further.
    fn rows(&mut self, profile: &Profile) -> Result<Option<()>, (u64, Defect)> {
        let start = self.bytes.get();
        let open = |skipped| {
            self.bytes.set(start);
            source::open(self.path, profile.delimiter, skipped, self.bytes.clone())
        };
        let whole = |defect| (0, defect);
        let mut rows = open(0).map_err(whole)?;
        let mut record = ByteRecord::new();
        rows.next(&mut record).map_err(|(_, defect)| whole(defect))?;
        let header = StringRecord::from_byte_record(record.clone()).map_err(|_| {
            let (french, english) = ("l'en-tête n'est pas en UTF-8", "the header is not UTF-8");
            whole(Defect::whole(Reason::NOT_UTF8).saying(french, english))
        })?;
        let layout = Arc::new(Layout::new(profile, &header).map_err(whole)?);
        let mut recoveries = 0;
        while let Some(line) = rows.next(&mut record)? {
            // A quotation mark that is not closed swallows the rows after it: they are read again.
            if swallows(&record, &layout) && recoveries < RECOVERIES_MAX {
                recoveries += 1;
                rows = open(line).map_err(|defect| (line, defect))?;
            }
            let (row, mapped) = map_bytes(profile, &layout, &record);
            if !self.batch.has_room_for(&mapped) && self.emit().is_none() {
                return Ok(None);
            }
            self.batch.layout.get_or_insert_with(|| layout.clone());
            self.batch.push(line, (row, mapped));
        }
        Ok(Some(()))
    }

    fn emit(&mut self) -> Option<()> {
        let next = self.empty();
        let mut batch = std::mem::replace(&mut self.batch, next);
        batch.bytes_done = self.bytes.get();
        (self.emit)(batch).then_some(())
    }

    fn empty(&self) -> Batch {
        Batch { file: self.path.to_owned(), ..Batch::default() }
    }
}

fn swallows(record: &ByteRecord, layout: &Layout) -> bool {
    record.len() != layout.width() && record.as_slice().contains(&b'\n')
}

/// Maps a row if it is text.
fn map_bytes(profile: &Profile, layout: &Layout, record: &ByteRecord) -> (StringRecord, Mapped) {
    match StringRecord::from_byte_record(record.clone()) {
        Ok(text) => {
            let mapped = map(profile, layout, &text);
            (text, mapped)
        }
        Err(failure) => {
            let column = failure.utf8_error().field();
            let value = String::from_utf8_lossy(record.get(column).unwrap_or_default());
            let defect = Defect::of(Reason::NOT_UTF8, layout.name(column), value.trim());
            (StringRecord::new(), Mapped { request: None, defects: vec![defect] })
        }
    }
}
