//! Opens files, and recognises those that are not the table that their name promises.

use super::defect::{Defect, Reason};
use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use flate2::bufread::MultiGzDecoder;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

const BUFFER_BYTES: usize = 128 * 1024;
/// How much of a file is looked at to see what it is.
const SNIFF_BYTES: usize = 8 * 1024;
const GZIP: &[u8] = &[0x1f, 0x8b];
const BOM: &[u8] = &[0xef, 0xbb, 0xbf];
/// First bytes of files that are not text, and what to call them in French and in English.
const MAGIC: [(&[u8], &str, &str); 8] = [
    (b"\xff\x06\x00\x00sNaPpY", "comprimé par snappy", "snappy-compressed"),
    (b"PK\x03\x04", "une archive zip ou un classeur", "a zip archive or a spreadsheet"),
    (b"\xfd7zXZ\x00", "comprimé par xz", "xz-compressed"),
    (b"\x28\xb5\x2f\xfd", "comprimé par zstd", "zstd-compressed"),
    (b"BZh", "comprimé par bzip2", "bzip2-compressed"),
    (b"PAR1", "un fichier Parquet", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "un classeur d'ancien format", "an old spreadsheet"),
    (b"%PDF", "un document PDF", "a PDF document"),
];

/// The rows of a file, uncompressed.
pub(crate) struct Rows {
    reader: Reader<Lines>,
    /// Lines before the first row.
    skipped: u64,
    /// Set once the file was read to its end.
    is_ended: Rc<Cell<bool>>,
}

/// Opens a file for reading row by row, header included, after its first `skipped` lines.
///
/// `bytes` counts what was read of the file as it is stored.
pub(crate) fn open(
    path: &Path,
    delimiter: u8,
    skipped: u64,
    bytes: Rc<Cell<u64>>,
) -> Result<Rows, Defect> {
    let metadata = std::fs::metadata(path).map_err(|it| unreadable(&it))?;
    if metadata.is_dir() {
        return Err(Defect::whole(Reason::IS_DIRECTORY));
    }
    let file = Counted { file: File::open(path).map_err(|it| unreadable(&it))?, bytes };
    let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
    let is_gzip = file.fill_buf().map_err(|it| unreadable(&it))?.starts_with(GZIP);
    let mut text: Box<dyn BufRead> = if is_gzip {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    };
    let start = text.fill_buf().map_err(|it| unreadable(&it))?;
    recognise(start.get(..SNIFF_BYTES).unwrap_or(start)).map_or(Ok(()), Err)?;
    let mut line = Vec::new();
    for _ in 0..skipped {
        line.clear();
        text.read_until(b'\n', &mut line).map_err(|it| unreadable(&it))?;
    }
    let is_ended = Rc::new(Cell::new(false));
    // A last line without an end would not be counted.
    let lines = Lines { text: text.chain(b"\n".as_slice()), is_ended: is_ended.clone() };
    let reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        // Line feeds alone, so that the reader's count of lines is sound; the carriage returns
        // before them stay in the last field.
        .terminator(Terminator::Any(b'\n'))
        .buffer_capacity(BUFFER_BYTES)
        .from_reader(lines);
    Ok(Rows { reader, skipped, is_ended })
}

impl Rows {
    /// Reads the next row that is not blank; gives its first line, `None` at the end.
    ///
    /// A failure comes with the line at which it happened.
    pub(crate) fn next(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, (u64, Defect)> {
        loop {
            let read = self.reader.read_byte_record(record);
            let line = self.skipped + self.reader.position().line();
            let is_row = read.map_err(|failure| {
                let french = format!("la lecture du fichier s'arrête ici : {failure}");
                let english = format!("the file cannot be read further: {failure}");
                (line, Defect::whole(Reason::UNREADABLE).saying(french, english))
            })?;
            if !is_row {
                return Ok(None);
            }
            let is_blank = record.len() == 1 && record.as_slice().trim_ascii().is_empty();
            if !is_blank {
                let breaks = record.as_slice().split(|it| *it == b'\n').count().saturating_sub(1);
                // Only a row within an open quotation mark ends with the file, not with its line.
                let lines = breaks as u64 + u64::from(!self.is_ended.get());
                return Ok(Some(line.saturating_sub(lines)));
            }
        }
    }
}

/// A failure to read, as a defect of the file.
pub(crate) fn unreadable(failure: &io::Error) -> Defect {
    if failure.kind() == io::ErrorKind::NotFound {
        return Defect::whole(Reason::NOT_FOUND);
    }
    Defect::whole(Reason::UNREADABLE).saying(
        format!("le fichier ne peut être lu : {failure}"),
        format!("the file cannot be read: {failure}"),
    )
}

/// What the start of a file shows it to be, when it is not a table.
fn recognise(start: &[u8]) -> Option<Defect> {
    let text = start.strip_prefix(BOM).unwrap_or(start).trim_ascii_start();
    let starts = |prefix: &str| {
        text.get(..prefix.len()).is_some_and(|it| it.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    if text.is_empty() {
        return Some(Defect::whole(Reason::EMPTY_FILE));
    }
    let magic = MAGIC.iter().find(|(magic, ..)| start.starts_with(magic));
    if let Some((_, french, english)) = magic {
        return Some(Defect::whole(Reason::BINARY_FILE).saying(
            format!("le fichier n'est pas du texte : il est {french}"),
            format!("the file is not text: it is {english}"),
        ));
    }
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Some(
            Defect::whole(Reason::NOT_UTF8)
                .saying("le texte est en UTF-16, non en UTF-8", "the text is UTF-16, not UTF-8"),
        );
    }
    if start.contains(&0) {
        return Some(Defect::whole(Reason::BINARY_FILE).saying(
            "le fichier n'est pas du texte : il contient des octets nuls",
            "the file is not text: it has NULs",
        ));
    }
    if starts("version https://git-lfs.github.com/spec/") {
        return Some(Defect::whole(Reason::GIT_LFS_POINTER));
    }
    let is_page = ["<!doctype html", "<html", "<head", "<?xml"].iter().any(|it| starts(it));
    is_page.then(|| Defect::whole(Reason::HTML_PAGE))
}

/// Notices the end.
struct Lines {
    text: io::Chain<Box<dyn BufRead>, &'static [u8]>,
    is_ended: Rc<Cell<bool>>,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer)?;
        self.is_ended.set(read == 0);
        Ok(read)
    }
}

/// Counts the bytes read of a file.
struct Counted {
    file: File,
    bytes: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bytes.set(self.bytes.get() + read as u64);
        Ok(read)
    }
}
