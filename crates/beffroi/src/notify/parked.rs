//! `notify parked` and `notify retry`: what is not tried any more.

use std::path::Path;

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use serde_json::Value;

use super::control::{Answer, Question, ask};
use super::state::{Parked, webhook_id};
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render::{cell, number, table};
use crate::words;
use crate::words::error::Said;

#[derive(Serialize)]
struct ParkedAnswer {
    parked: Vec<ParkedView>,
}

/// A delivery that is not tried any more.
#[derive(Serialize)]
struct ParkedView {
    id: String,
    recipient: String,
    attempts: u32,
    problem: String,
    parked_at: String,
    breach: Value,
}

impl From<(String, Parked)> for ParkedView {
    fn from((recipient, it): (String, Parked)) -> Self {
        let at = DateTime::from_timestamp_millis(it.at_millis).unwrap_or_default();
        Self {
            id: webhook_id(&it.delivery.fact, &recipient),
            recipient,
            attempts: it.delivery.attempts,
            problem: it.problem,
            parked_at: at.to_rfc3339_opts(SecondsFormat::Secs, true),
            breach: serde_json::from_str(&it.delivery.body).unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct RetryAnswer {
    retried: Vec<String>,
}

/// Runs `notify parked`.
pub(super) async fn list(directory: &Path, console: Console) -> Result<Exit, Failure> {
    let Answer::Parked(parked) = ask(directory, Question::Parked).await? else {
        return Err(odd());
    };
    let view = ParkedAnswer { parked: parked.into_iter().map(Into::into).collect() };
    console.answer(&view, |reader| {
        if view.parked.is_empty() {
            return words::NONE_PARKED.in_lang(reader.lang).to_owned();
        }
        let heading = [words::ID, words::NUMBER, words::ATTEMPTS, words::PROBLEM, words::PARKED_AT];
        let mut table = table(heading, reader.lang);
        for it in &view.parked {
            table.add_row([
                cell(&it.id),
                cell(it.breach.get("number").and_then(Value::as_str).unwrap_or_default()),
                number(it.attempts.into()),
                cell(&it.problem),
                cell(&it.parked_at),
            ]);
        }
        table.to_string()
    })?;
    Ok(Exit::Done)
}

/// Runs `notify retry`: one by its id, or all.
pub(super) async fn retry(
    directory: &Path,
    id: Option<&str>,
    console: Console,
) -> Result<Exit, Failure> {
    let question = Question::Retry(id.map(str::to_owned));
    let Answer::Retried(retried) = ask(directory, question).await? else { return Err(odd()) };
    let found = id.is_none() || !retried.is_empty();
    let view = RetryAnswer { retried };
    console.answer(&view, |reader| {
        if view.retried.is_empty() {
            return words::NONE_PARKED.in_lang(reader.lang).to_owned();
        }
        format!("{} {}", words::RETRIED.in_lang(reader.lang), view.retried.join(" "))
    })?;
    Ok(if found { Exit::Done } else { Exit::NotFound })
}

fn odd() -> Failure {
    let said = Said::new(
        "le processus qui livre a répondu autre chose : est-il de la même version ?",
        "the deliverer answered something else: is it of the same version?",
    );
    Failure::Other(said.into())
}
