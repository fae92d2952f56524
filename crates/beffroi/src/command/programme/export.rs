//! Exports: page by page to a file or to standard output, never held in memory whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use beffroi_wire::pb::query::v1::ServiceRequest;

use super::requests::Pages;
use crate::failure::Failure;
use crate::output::written;

/// What an export writes, one request after the other.
pub(super) trait Rows {
    /// What stands before the first.
    fn begin(&mut self) -> io::Result<()>;
    /// One request.
    fn row(&mut self, request: &ServiceRequest) -> io::Result<()>;
    /// What stands after the last; gives back where it was written.
    fn end(self) -> io::Result<Sink>;
}

/// Writes all pages.
pub(super) async fn export(mut pages: Pages, mut rows: impl Rows) -> Result<(), Failure> {
    written(rows.begin())?;
    while let Some(page) = pages.next().await? {
        for request in &page.service_requests {
            written(rows.row(request))?;
        }
    }
    pages.finish();
    written(rows.end())?.finish()
}

/// Where an answer is written: a file appears under its name when it is whole.
#[derive(Debug)]
pub(super) struct Sink {
    out: BufWriter<Out>,
    /// The name under which the file is written, and the one it gets.
    names: Option<(PathBuf, PathBuf)>,
}

#[derive(Debug)]
enum Out {
    Stdout(io::Stdout),
    File(File),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Sink {
    /// A file, or standard output.
    pub(super) fn open(file: Option<&Path>) -> Result<Self, Failure> {
        let Some(file) = file else {
            return Ok(Self { out: BufWriter::new(Out::Stdout(io::stdout())), names: None });
        };
        let mut part = file.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let created =
            File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
        let names = Some((part, file.to_owned()));
        Ok(Self { out: BufWriter::new(Out::File(created)), names })
    }

    /// Writes a text and ends its line.
    pub(super) fn line(&mut self, text: &str) -> Result<(), Failure> {
        written(writeln!(self, "{text}"))
    }

    /// Everything was written.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        written(self.flush())?;
        if let Some((part, file)) = self.names.take() {
            std::fs::rename(&part, &file)
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some((part, _)) = &self.names {
            let _ = std::fs::remove_file(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("listed");
        entries.map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("export.csv");
        let mut sink = Sink::open(Some(&file)).expect("opened");
        sink.line("number").expect("written");
        assert_eq!(names(folder.path()), ["export.csv.part"]);
        sink.finish().expect("finished");
        assert_eq!(names(folder.path()), ["export.csv"]);
        assert_eq!(std::fs::read_to_string(&file).expect("read"), "number\n");
    }

    #[test]
    fn an_export_that_fails_leaves_the_file_of_before() {
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("export.csv");
        std::fs::write(&file, "before").expect("written");
        let mut sink = Sink::open(Some(&file)).expect("opened");
        sink.line("number").expect("written");
        drop(sink);
        assert_eq!(names(folder.path()), ["export.csv"]);
        assert_eq!(std::fs::read_to_string(&file).expect("read"), "before");
    }
}
