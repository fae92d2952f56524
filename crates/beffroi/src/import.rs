//! `import`: feeds another system's files to a server, and shows how far it is.

mod progress;

use std::path::Path;
use std::time::Instant;

use beffroi_channels::import::{Error, Job, Profile, Summary, import};
use beffroi_wire::pb::event::v1::Language;

use crate::cli::ImportArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::view::{ImportAnswer, UnreadableView};
use crate::words::{self, Lang};

/// Runs the command.
pub(crate) async fn run(
    client: Client,
    args: ImportArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let usage = |error| Failure::Usage(anyhow::Error::new(error));
    let profile = Profile::named(&args.profile).map_err(usage)?.extracted_at(args.extracted_at);
    let rejects = args.rejects.as_deref();
    let started = Instant::now();
    let mut shown = progress::Shown::new(console.lang);
    let language = match console.lang {
        Lang::Fr => Language::French,
        Lang::En => Language::English,
    };
    let job = Job { profile: &profile, files: &args.files, rejects, language };
    let ended = import(client.intake, job, |it| {
        shown.update(it.bytes_done, it.bytes_total, it.rows);
    });
    let ended = ended.await;
    shown.finish();
    let view = answer(ended.map_err(|it| failure(it, language))?, rejects, started);
    console.answer(&view, |reader| table(&view, reader.lang))?;
    Ok(if view.unreadable_files.is_empty() { Exit::Done } else { Exit::Incomplete })
}

fn failure(error: Error, language: Language) -> Failure {
    let how_far = error.text(language);
    match error {
        Error::Stopped { source, .. } => Failure::Stopped(how_far, source),
        Error::RejectsIsInput(_) => Failure::Usage(anyhow::Error::new(error)),
        Error::Rejects { .. } | Error::Answer { .. } => Failure::Other(anyhow::Error::new(error)),
    }
}

fn answer(summary: Summary, rejects: Option<&Path>, started: Instant) -> ImportAnswer {
    let unreadable = summary.unreadable_files.into_iter();
    ImportAnswer {
        files: summary.files,
        rows: summary.rows,
        created: summary.created,
        updated: summary.updated,
        unchanged: summary.unchanged,
        rejected: summary.rejected,
        remarks: summary.remarks,
        unreadable_files: unreadable
            .map(|it| UnreadableView {
                file: it.file.display().to_string(),
                reason: it.reason,
                message: it.message,
            })
            .collect(),
        rejects_file: rejects.map(|it| it.display().to_string()),
        seconds: started.elapsed().as_secs(),
    }
}

fn table(view: &ImportAnswer, lang: Lang) -> String {
    let unreadable = view.unreadable_files.iter();
    let unreadable: Vec<_> =
        unreadable.map(|it| format!("{}: {} [{}]", it.file, it.message, it.reason)).collect();
    let rejects = match &view.rejects_file {
        Some(file) if view.rejected + view.remarks > 0 => file.clone(),
        Some(_) | None => String::new(),
    };
    let rows = [
        (words::FILES, view.files.to_string()),
        (words::ROWS, view.rows.to_string()),
        (words::CREATED, view.created.to_string()),
        (words::UPDATED, view.updated.to_string()),
        (words::UNCHANGED, view.unchanged.to_string()),
        (words::REJECTED, view.rejected.to_string()),
        (words::REMARKS, view.remarks.to_string()),
        (words::REJECTS_FILE, rejects),
        (words::UNREADABLE, unreadable.join("\n")),
        (words::SECONDS, view.seconds.to_string()),
    ];
    render::pairs(rows, lang).to_string()
}
