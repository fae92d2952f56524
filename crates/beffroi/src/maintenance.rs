//! The commands `rebuild` and `verify`: the projections are disposable, the log is the truth.

use crate::cli::{RebuildArgs, VerifyArgs};
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::progress::Progress;
use crate::serve::open_journal;
use beffroi_aggregator::{Difference, Projections, bind, compare, rebuild as fold_anew, refold};
use serde::Serialize;
use std::path::Path;

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
}

impl From<Difference> for Differing {
    fn from(it: Difference) -> Self {
        let text = it.to_string();
        Self { table: it.table, key: it.key, text }
    }
}

/// Folds the whole log again into new projections, which take the place of the old ones.
pub(crate) async fn rebuild(args: RebuildArgs, console: Console) -> Result<Exit, Failure> {
    let journal = open_journal(&args.dir.data, args.nats.as_deref()).await?;
    let mut bar = Progress::new("rebuilding");
    let rebuilt = fold_anew(&journal, &args.dir.data, |it| bar.at(it.done, it.total)).await;
    bar.finish();
    journal.close().await;
    let events = rebuilt.map_err(anyhow::Error::new)?;
    console
        .answer(&Rebuilt { events }, |_| format!("rebuilt the projections from {events} events"))?;
    Ok(Exit::Done)
}

/// Checks that the projections are what the log says, by folding it again beside them.
pub(crate) async fn verify(args: VerifyArgs, console: Console) -> Result<Exit, Failure> {
    let directory = &args.dir.data;
    let journal = open_journal(directory, args.nats.as_deref()).await?;
    let beside = directory.join("verify.redb");
    let verified = check(&journal, directory, &beside).await;
    std::fs::remove_file(&beside).ok();
    journal.close().await;
    let verified = verified?;
    console.answer(&verified, |_| verified.text())?;
    Ok(if verified.same { Exit::Done } else { Exit::Differs })
}

async fn check(
    journal: &beffroi_journal::Journal,
    directory: &Path,
    beside: &Path,
) -> anyhow::Result<Verified> {
    let file = Projections::file(directory);
    anyhow::ensure!(
        file.exists(),
        "there are no projections at `{}`: run `beffroi serve` or `beffroi rebuild` first",
        file.display()
    );
    std::fs::remove_file(beside).ok();
    let checked = Projections::open(&file)?;
    bind(journal, &checked).await?;
    let expected = Projections::open(beside)?;
    let events = checked.sequence();
    let mut bar = Progress::new("verifying");
    refold(journal, &expected, events, |it| bar.at(it.done, it.total)).await?;
    bar.finish();
    let requests = expected.snapshot()?.request_count()?;
    let differences = compare(&expected.snapshot()?, &checked.snapshot()?, SHOWN_MAX)?;
    let same = differences.is_empty();
    let differences = differences.into_iter().map(Differing::from).collect();
    Ok(Verified { events, requests, same, differences })
}

impl Verified {
    fn text(&self) -> String {
        let Self { events, requests, .. } = self;
        if self.same {
            return format!(
                "the projections are what the log says: {events} events, {requests} requests"
            );
        }
        let mut text = "the projections differ from the log:\n".to_owned();
        for difference in &self.differences {
            text.push_str("  ");
            text.push_str(&difference.text);
            text.push('\n');
        }
        text.push_str("run `beffroi rebuild` to fold them again");
        text
    }
}
