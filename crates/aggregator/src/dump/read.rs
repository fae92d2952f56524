//! Checking a snapshot, and restoring the projections from it.

use super::write::hexadecimal;
use super::{
    COMPRESSION, END, Error, FORMAT, MANIFEST_BYTES_MAX, MARK, Manifest, TRAILER_BYTES, at,
    sync_directory,
};
use crate::older::check_unused;
use crate::refold::remove;
use crate::schema::{EachTable, each_table};
use crate::store::{self, Projections};
use flate2::read::DeflateDecoder;
use redb::{Durability, Key, TableDefinition, TableHandle, Value, WriteTransaction};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// Rows between two looks at the progress.
const ROWS_TOLD: u64 = 4096;
const BUFFER_BYTES: usize = 1 << 20;

/// A snapshot that was read to its end and is what was written.
#[derive(Debug)]
pub struct Dump {
    path: PathBuf,
    manifest: Manifest,
    size: u64,
    /// Where its rows begin, and how long they are.
    rows: (u64, u64),
}

impl Dump {
    /// Reads the file to its end and checks it, telling `progress` how many of how many bytes.
    pub fn open(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Self, Error> {
        let mut file = File::open(path).map_err(at(path))?;
        let size = file.metadata().map_err(at(path))?.len();
        check_mark(path, &mut file)?;
        check_sum(path, &mut file, size, progress)?;
        // What follows cannot be wrong by accident.
        let head = MARK.len() as u64 + 1;
        file.seek(SeekFrom::Start(head)).map_err(at(path))?;
        let mut length = [0; 4];
        file.read_exact(&mut length).map_err(at(path))?;
        let length = u32::from_be_bytes(length);
        if length > MANIFEST_BYTES_MAX {
            return Err(wrong(path, "its manifest is too long"));
        }
        let mut text = Vec::new();
        file.take(u64::from(length)).read_to_end(&mut text).map_err(at(path))?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|error| wrong(path, &format!("its manifest cannot be read ({error})")))?;
        let start = head + 4 + u64::from(length);
        let end = size.saturating_sub(TRAILER_BYTES);
        let rows = (start, end.saturating_sub(start));
        Ok(Self { path: path.to_owned(), manifest, size, rows })
    }

    /// What it holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Refuses rows that this release does not read.
    pub fn check_version(&self) -> Result<(), Error> {
        self.manifest.check_version(&self.path)
    }

    /// Puts its rows in the place of the projections in `directory`, telling `progress` how many of
    /// how many.
    ///
    /// Projections that are there are only replaced when `replace` says so, by a rename when the new
    /// ones are whole and on the disk.
    pub fn restore(
        &self,
        directory: &Path,
        replace: bool,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<PathBuf, Error> {
        self.check_version()?;
        let place = Projections::file(directory);
        if place.exists() && !replace {
            return Err(Error::InPlace(place));
        }
        std::fs::create_dir_all(directory).map_err(at(directory))?;
        // Nobody may be using what is about to be replaced, nor come to use it meanwhile; a file that
        // cannot be opened may go.
        check_unused(directory)?;
        let _held = hold(&place)?;
        let beside = directory.join("restore.redb");
        drop(hold(&beside)?);
        remove(&beside)?;
        let restored = self.fill(&beside, progress);
        if let Err(error) = restored {
            // It is removed at the next attempt otherwise.
            let _ = remove(&beside);
            return Err(error);
        }
        std::fs::rename(&beside, &place).map_err(at(&place))?;
        sync_directory(directory)?;
        Ok(place)
    }

    /// Writes the rows to new projections, and closes them.
    fn fill(&self, place: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Error> {
        if self.manifest.compression != COMPRESSION {
            return Err(self.wrong("it is compressed in another way"));
        }
        let projections = Projections::open(place)?;
        let mut file = File::open(&self.path).map_err(at(&self.path))?;
        let (start, length) = self.rows;
        file.seek(SeekFrom::Start(start)).map_err(at(&self.path))?;
        let rows = DeflateDecoder::new(BufReader::with_capacity(BUFFER_BYTES, file.take(length)));
        let rows = BufReader::with_capacity(BUFFER_BYTES, rows);
        let txn = projections.begin(Durability::Immediate)?;
        let (done, table) = (0, 0);
        let mut fill = Fill { dump: self, txn: &txn, rows, done, table, progress };
        each_table(&mut fill)?;
        if fill.rows.read(&mut [0]).map_err(at(&self.path))? > 0 {
            return Err(self.wrong("it has more rows than its manifest says"));
        }
        txn.commit().map_err(store::Error::from)?;
        let restored = projections.snapshot()?;
        let (is, said) = (restored.checkpoint(), &self.manifest);
        let digest = hexadecimal(&is.digest.rolling);
        if (&is.log, is.sequence, &digest) != (&said.log, said.sequence, &said.digest) {
            return Err(self.wrong("its rows are not of the position that its manifest says"));
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> Error {
        wrong(&self.path, what)
    }
}

fn wrong(path: &Path, what: &str) -> Error {
    Error::Content { path: path.to_owned(), what: what.to_owned() }
}

/// Keeps others from using the projections `file`, if it is there and can be opened.
fn hold(file: &Path) -> Result<Option<Projections>, Error> {
    if !file.exists() {
        return Ok(None);
    }
    match Projections::open(file) {
        Err(in_use @ store::Error::InUse(_)) => Err(in_use.into()),
        held => Ok(held.ok()),
    }
}

/// Whether a file begins as a snapshot does.
fn check_mark(path: &Path, file: &mut File) -> Result<(), Error> {
    let mut head = Vec::new();
    let length = MARK.len() as u64 + 1;
    file.take(length).read_to_end(&mut head).map_err(at(path))?;
    match head.strip_prefix(MARK) {
        Some([FORMAT]) => Ok(()),
        Some([found, ..]) => Err(Error::Format { path: path.to_owned(), found: *found }),
        Some([]) => Err(Error::Cut(path.to_owned())),
        None if !head.is_empty() && MARK.starts_with(&head) => Err(Error::Cut(path.to_owned())),
        None => Err(Error::NotASnapshot(path.to_owned())),
    }
}

fn check_sum(
    path: &Path,
    file: &mut File,
    size: u64,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), Error> {
    let Some(summed) = size.checked_sub(TRAILER_BYTES) else {
        return Err(Error::Cut(path.to_owned()));
    };
    file.seek(SeekFrom::Start(summed)).map_err(at(path))?;
    let (mut said, mut end) = ([0; 32], [0; 8]);
    file.read_exact(&mut said).map_err(at(path))?;
    file.read_exact(&mut end).map_err(at(path))?;
    if end != *END {
        return Err(Error::Cut(path.to_owned()));
    }
    file.seek(SeekFrom::Start(0)).map_err(at(path))?;
    let mut sum = Sha256::new();
    let mut content = file.take(summed);
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut done = 0;
    loop {
        let read = content.read(&mut buffer).map_err(at(path))?;
        let Some(bytes) = buffer.get(..read).filter(|it| !it.is_empty()) else { break };
        sum.update(bytes);
        done += bytes.len() as u64;
        progress(done, summed);
    }
    if sum.finalize().as_slice() != said {
        return Err(Error::Changed(path.to_owned()));
    }
    Ok(())
}

struct Fill<'a, R> {
    dump: &'a Dump,
    txn: &'a WriteTransaction,
    rows: R,
    done: u64,
    /// How many tables were filled.
    table: usize,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl<R: Read> EachTable for Fill<'_, R> {
    type Error = Error;

    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), Error> {
        let manifest = &self.dump.manifest;
        let said = manifest.tables.get(self.table).filter(|it| it.name == table.name());
        let Some(said) = said else {
            return Err(self.dump.wrong(&format!("table `{}` is missing", table.name())));
        };
        self.table += 1;
        let mut rows = self.txn.open_table(table).map_err(store::Error::from)?;
        let (mut key, mut value) = (Vec::new(), Vec::new());
        for _ in 0..said.rows {
            take(&mut self.rows, K::fixed_width(), &mut key)
                .and_then(|()| take(&mut self.rows, V::fixed_width(), &mut value))
                .map_err(|error| self.dump.wrong(&format!("table `{}`: {error}", said.name)))?;
            rows.insert(K::from_bytes(&key), V::from_bytes(&value)).map_err(store::Error::from)?;
            self.done += 1;
            if self.done.is_multiple_of(ROWS_TOLD) {
                (self.progress)(self.done, manifest.rows());
            }
        }
        Ok(())
    }
}

/// Reads a key or a value behind its length into `bytes`.
fn take(rows: &mut impl Read, width: Option<usize>, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; 4];
    rows.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    bytes.clear();
    rows.take(u64::from(length)).read_to_end(bytes)?;
    if bytes.len() as u64 != u64::from(length) || width.is_some_and(|it| it != bytes.len()) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
