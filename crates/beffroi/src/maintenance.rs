//! The commands `rebuild` and `verify`: the projections are disposable, the log is the truth.

use crate::cli::{RebuildArgs, VerifyArgs};
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::progress::Progress;
use crate::serve::open_journal;
use crate::words::error::Said;
use crate::words::{self, Lang};
use beffroi_aggregator::{
    Difference, How, Projections, bind, compare, rebuild as fold_anew, refold,
};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Differences that are listed; more are not looked for.
const SHOWN_MAX: usize = 20;

#[derive(Serialize)]
struct Rebuilt {
    events: u64,
}

#[derive(Serialize)]
struct Verified {
    events: u64,
    requests: u64,
    same: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Differing>,
}

#[derive(Serialize)]
struct Differing {
    table: String,
    key: String,
    text: String,
    #[serde(skip)]
    how: How,
}

impl From<Difference> for Differing {
    fn from(it: Difference) -> Self {
        let text = it.to_string();
        Self { table: it.table, key: it.key, text, how: it.how }
    }
}

/// Folds the whole log again into new projections, which take the place of the old ones.
pub(crate) async fn rebuild(args: RebuildArgs, console: Console) -> Result<Exit, Failure> {
    let journal = open_journal(&args.dir.data, &args.log).await?;
    let mut bar = Progress::new(console.say(words::REBUILDING));
    let rebuilt = fold_anew(&journal, &args.dir.data, |it| bar.at(it.done, it.total)).await;
    bar.finish();
    journal.close().await;
    let events = rebuilt.map_err(anyhow::Error::new)?;
    console.answer(&Rebuilt { events }, |reader| match reader.lang {
        Lang::Fr => format!("projections reconstruites à partir de {events} événements"),
        Lang::En => format!("rebuilt the projections from {events} events"),
    })?;
    Ok(Exit::Done)
}

/// Checks that the projections are what the log says, by folding it again beside them.
pub(crate) async fn verify(args: VerifyArgs, console: Console) -> Result<Exit, Failure> {
    let directory = &args.dir.data;
    let journal = open_journal(directory, &args.log).await?;
    let beside = directory.join("verify.redb");
    let verified = check(&journal, directory, &beside, console).await;
    std::fs::remove_file(&beside).ok();
    journal.close().await;
    let verified = verified?;
    console.answer(&verified, |reader| verified.text(reader.lang))?;
    Ok(if verified.same { Exit::Done } else { Exit::Differs })
}

/// The file of the projections in a data directory, which must be there.
pub(crate) fn existing(directory: &Path) -> anyhow::Result<PathBuf> {
    let file = Projections::file(directory);
    if file.exists() {
        return Ok(file);
    }
    let file = file.display();
    let said = Said::new(
        format!(
            "il n'y a pas de projections à `{file}` : lancez d'abord `beffroi serve` ou `beffroi \
             rebuild`"
        ),
        format!(
            "there are no projections at `{file}`: run `beffroi serve` or `beffroi rebuild` first"
        ),
    );
    Err(said.into())
}

async fn check(
    journal: &beffroi_journal::Journal,
    directory: &Path,
    beside: &Path,
    console: Console,
) -> anyhow::Result<Verified> {
    let file = existing(directory)?;
    std::fs::remove_file(beside).ok();
    let checked = Projections::open(&file)?;
    bind(journal, &checked).await?;
    let expected = Projections::open(beside)?;
    let events = checked.sequence();
    let mut bar = Progress::new(console.say(words::VERIFYING));
    refold(journal, &expected, events, |it| bar.at(it.done, it.total)).await?;
    bar.finish();
    let requests = expected.snapshot()?.request_count()?;
    let differences = compare(&expected.snapshot()?, &checked.snapshot()?, SHOWN_MAX)?;
    let same = differences.is_empty();
    let differences = differences.into_iter().map(Differing::from).collect();
    Ok(Verified { events, requests, same, differences })
}

impl Verified {
    fn text(&self, lang: Lang) -> String {
        let Self { events, requests, .. } = self;
        if self.same {
            return match lang {
                Lang::Fr => format!(
                    "les projections disent ce que dit le journal : {events} événements, \
                     {requests} demandes"
                ),
                Lang::En => format!(
                    "the projections are what the log says: {events} events, {requests} requests"
                ),
            };
        }
        let (first, last) = (words::DIFFERENT.in_lang(lang), words::FOLD_AGAIN.in_lang(lang));
        let listed = self.differences.iter().map(|it| format!("  {}", it.in_lang(lang)));
        let lines = std::iter::once(first.to_owned()).chain(listed).chain([last.to_owned()]);
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Differing {
    fn in_lang(&self, lang: Lang) -> String {
        let how = match self.how {
            How::Missing => words::ROW_MISSING,
            How::Unexpected => words::ROW_UNEXPECTED,
            How::Changed => words::ROW_CHANGED,
        };
        let (table, key, how) = (&self.table, &self.key, how.in_lang(lang));
        match lang {
            Lang::Fr => format!("table `{table}`, clé {key} : {how}"),
            Lang::En => format!("table `{table}`, key {key}: {how}"),
        }
    }
}
