//! A catalogue in files: one folder of TOML that a city edits.
//!
//! `catalogue.toml` names the city, its units and its programmes; it and every other `*.toml` beside it
//! holds products. Files are read in the order of their names, after `catalogue.toml`. Everything that
//! is wrong with them is told at once, with file and line.

mod commitment;
mod defect;
mod document;
mod draft;
mod folder;
#[cfg(test)]
mod tests;

pub use defect::{Expected, FileDefect, FileFlaw};

use super::BYTES_MAX;
use beffroi_domain::catalogue::{Catalogue, Defect, Flaw, Part, Reference};
use draft::Reader;
use folder::Source;
use std::path::Path;

/// Defects that are told; more are only counted.
const DEFECTS_MAX: usize = 1_000;

/// Reads the catalogue in a folder, or tells everything that is wrong with its files.
pub fn read_catalogue(folder: &Path) -> Result<Catalogue, Vec<FileDefect>> {
    let (files, defects) = folder::read(folder);
    make(folder, &files, defects)
}

/// As `read_catalogue`, of files that were read already; `catalogue.toml` is the first.
pub(super) fn read_texts(
    folder: &Path,
    files: &[(&str, &str)],
) -> Result<Catalogue, Vec<FileDefect>> {
    let files = files.iter().map(|(name, text)| Source::new(folder.join(name), (*text).to_owned()));
    make(folder, &files.collect::<Vec<_>>(), Vec::new())
}

fn make(
    folder: &Path,
    files: &[Source],
    mut defects: Vec<FileDefect>,
) -> Result<Catalogue, Vec<FileDefect>> {
    let mut reader = Reader::default();
    for file in files {
        reader.read(file);
    }
    let is_whole = defects.is_empty() && !reader.is_broken();
    let found = match Catalogue::new(&reader.draft) {
        Ok(catalogue) => {
            let found = beffroi_wire::catalogue::to_pb(&catalogue);
            let found = beffroi_wire::catalogue::encoded_len(&found);
            if found > BYTES_MAX {
                let flaw = FileFlaw::TooBig { found: found as u64, max: BYTES_MAX as u64 };
                defects.push(FileDefect::whole(folder, flaw));
            }
            if defects.is_empty() && reader.defects.is_empty() {
                return Ok(catalogue);
            }
            Vec::new()
        }
        Err(found) => found,
    };
    // What was not read is missing elsewhere: that says nothing of the files that were.
    let follows = |it: &Defect| {
        let unknown = |whats: &[Reference]| matches!(it.flaw, Flaw::Unknown { what, .. } if whats.contains(&what));
        let of_units =
            it.part == Part::Catalogue || unknown(&[Reference::Unit, Reference::Programme]);
        let of_all = it.flaw == Flaw::Empty || unknown(&[Reference::Product]);
        (of_units && !reader.has_units()) || (of_all && !is_whole)
    };
    let found = found.into_iter().filter(|it| !follows(it));
    defects.extend(found.filter_map(|it| reader.locate(it, folder)));
    defects.append(&mut reader.defects);
    defects.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    if defects.len() > DEFECTS_MAX {
        let more = defects.len() - DEFECTS_MAX;
        defects.truncate(DEFECTS_MAX);
        defects.push(FileDefect::whole(folder, FileFlaw::More(more)));
    }
    Err(defects)
}
