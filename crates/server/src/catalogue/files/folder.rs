//! The files of a folder: which there are, and their text.

use super::defect::{FileDefect, FileFlaw};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The most bytes of a file.
pub(super) const FILE_BYTES_MAX: u64 = 1 << 20;
/// The most files of a folder.
pub(super) const FILES_MAX: usize = 200;
/// The file that must be there, and comes first.
pub(super) const CATALOGUE_FILE: &str = "catalogue.toml";

/// A file that was read.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Source {
    pub(super) fn new(path: PathBuf, text: String) -> Self {
        Self { path, text }
    }

    pub(super) fn is_catalogue_file(&self) -> bool {
        self.path.file_name() == Some(OsStr::new(CATALOGUE_FILE))
    }
}

/// The files of a folder that can be read, in order, and what is wrong with the others.
pub(super) fn read(folder: &Path) -> (Vec<Source>, Vec<FileDefect>) {
    let mut defects = Vec::new();
    let mut sources = Vec::new();
    match names(folder) {
        Err(flaw) => defects.push(FileDefect::whole(folder, flaw)),
        Ok(paths) => {
            for path in paths {
                match text(&path) {
                    Ok(text) => sources.push(Source::new(path, text)),
                    Err((line, flaw)) => {
                        defects.push(FileDefect { line, ..FileDefect::whole(&path, flaw) });
                    }
                }
            }
        }
    }
    (sources, defects)
}

/// The TOML files of a folder, `catalogue.toml` first.
fn names(folder: &Path) -> Result<Vec<PathBuf>, FileFlaw> {
    let entries = fs::read_dir(folder).map_err(|error| {
        if error.kind() == ErrorKind::NotFound {
            FileFlaw::NotFound
        } else if error.kind() == ErrorKind::NotADirectory {
            FileFlaw::NotAFolder
        } else {
            FileFlaw::Unreadable(error.to_string())
        }
    })?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| FileFlaw::Unreadable(error.to_string()))?.path();
        let is_hidden = path.file_name().is_some_and(|it| it.as_encoded_bytes().starts_with(b"."));
        if path.extension() == Some(OsStr::new("toml")) && !is_hidden {
            paths.push(path);
        }
    }
    if paths.len() > FILES_MAX {
        return Err(FileFlaw::TooManyFiles { found: paths.len(), max: FILES_MAX });
    }
    paths.sort_by_key(|it| (it.file_name() != Some(OsStr::new(CATALOGUE_FILE)), it.clone()));
    let first = paths.first().and_then(|it| it.file_name());
    if first == Some(OsStr::new(CATALOGUE_FILE)) {
        Ok(paths)
    } else {
        Err(FileFlaw::NoCatalogueFile)
    }
}

/// The text of a file; else what is wrong, and in which line.
fn text(path: &Path) -> Result<String, (Option<usize>, FileFlaw)> {
    let unreadable = |error: std::io::Error| (None, FileFlaw::Unreadable(error.to_string()));
    // Before it is opened: a pipe would wait for whoever writes to it.
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err((None, FileFlaw::NotAFile));
    }
    let too_big = |found| (None, FileFlaw::TooBig { found, max: FILE_BYTES_MAX });
    if metadata.len() > FILE_BYTES_MAX {
        return Err(too_big(metadata.len()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    // It may grow while it is read.
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let found = bytes.len() as u64;
    if found > FILE_BYTES_MAX {
        return Err(too_big(found));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = 1 + valid.filter(|it| **it == b'\n').count();
        (Some(line), FileFlaw::NotUtf8)
    })
}
