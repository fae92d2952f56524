//! The file of rejects: what was wrong, where, and what became of it.

use super::defect::Reason;
use super::read::{Batch, Found};
use super::send::{Answer, Taken};
use super::{Error, Job};
use beffroi_wire::pb::event::v1::Language;
use csv::{Writer, WriterBuilder};
use std::borrow::Cow;
use std::fs::File;
use std::path::PathBuf;

const HEADER: [&str; 7] = ["file", "line", "column", "reason", "outcome", "value", "message"];
const VALUE_CHARS_MAX: usize = 200;

/// The file of rejects, if one is wanted.
pub(crate) struct Rejects {
    file: Option<(PathBuf, Writer<File>)>,
    language: Language,
}

/// One line of it.
struct Entry<'a> {
    line: u64,
    column: Cow<'a, str>,
    reason: &'static Reason,
    is_rejected: bool,
    value: Cow<'a, str>,
    message: Cow<'a, str>,
}

impl Rejects {
    /// Creates the file with its header, so that a path that cannot be written is known at once.
    pub(crate) fn create(job: &Job<'_>) -> Result<Self, Error> {
        let Job { rejects, files: inputs, language, .. } = *job;
        let Some(path) = rejects else { return Ok(Self { file: None, language }) };
        if let Ok(own) = path.canonicalize()
            && inputs.iter().any(|it| it.canonicalize().is_ok_and(|it| it == own))
        {
            return Err(Error::RejectsIsInput(path.to_owned()));
        }
        let file = File::create(path)
            .map_err(|source| Error::Rejects { path: path.to_owned(), source })?;
        let writer = WriterBuilder::new().from_writer(file);
        let mut rejects = Self { file: Some((path.to_owned(), writer)), language };
        rejects.with(|it| it.write_record(HEADER))?;
        Ok(rejects)
    }

    /// Writes what was wrong with a batch, in the order of its lines.
    pub(crate) fn write(&mut self, batch: &Batch, taken: &Taken) -> Result<(), Error> {
        let found = batch.defects.iter().map(|it| of_defect(it, taken, self.language));
        let refused = taken.refusals.iter().map(|it| of_answer(it, batch, true));
        let remarked = taken.remarks.iter().map(|it| of_answer(it, batch, false));
        let mut lines: Vec<_> = found.chain(refused).chain(remarked).collect();
        if lines.is_empty() {
            return Ok(());
        }
        // Stable, and the whole file comes first where it was never opened, last where it broke off.
        lines.sort_by_key(|it| it.line);
        let file = batch.file.to_string_lossy();
        self.with(|writer| {
            lines.iter().try_for_each(|it| {
                let value: String = it.value.chars().take(VALUE_CHARS_MAX).collect();
                let outcome = if it.is_rejected { "rejected" } else { "imported" };
                let line = it.line.to_string();
                let reason = it.reason.word;
                writer.write_record([
                    &file,
                    line.as_str(),
                    &it.column,
                    reason,
                    outcome,
                    &value,
                    &it.message,
                ])
            })
        })
    }

    fn with(
        &mut self,
        write: impl FnOnce(&mut Writer<File>) -> csv::Result<()>,
    ) -> Result<(), Error> {
        let Some((path, writer)) = &mut self.file else { return Ok(()) };
        write(writer)
            .map_err(std::io::Error::from)
            .and_then(|()| writer.flush())
            .map_err(|source| Error::Rejects { path: path.clone(), source })
    }
}

fn of_defect<'a>(found: &'a Found, taken: &Taken, language: Language) -> Entry<'a> {
    Entry {
        line: found.line,
        column: found.defect.column.as_str().into(),
        reason: found.defect.reason,
        is_rejected: found.is_rejected || taken.refuses(found.line),
        value: found.defect.value.as_str().into(),
        message: found.defect.message(language).into(),
    }
}

/// What the server says of a field, said of the column that the field was made of.
fn of_answer<'a>(answer: &'a Answer, batch: &Batch, is_rejected: bool) -> Entry<'a> {
    let reason =
        if is_rejected { Reason::REJECTED_BY_SERVER } else { Reason::of_remark(&answer.reason) };
    let is_named = ![Reason::REJECTED_BY_SERVER, Reason::REMARKED_BY_SERVER].contains(&reason);
    let message = if is_named {
        answer.message.as_str().into()
    } else {
        format!("{} [{}]", answer.message, answer.reason).into()
    };
    let (column, value) = batch.column(answer.at, &answer.field).unzip();
    Entry {
        line: answer.line,
        column: column.map_or_else(|| answer.field.as_str().into(), Cow::Owned),
        reason,
        is_rejected,
        value: value.unwrap_or_default().into(),
        message,
    }
}
