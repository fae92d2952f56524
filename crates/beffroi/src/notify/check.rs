//! `notify check`: whether the configuration is right, and with `--ping` whether it works.

use serde::Serialize;
use uuid::Uuid;

use super::config::{self, Config};
use super::http::{Http, Outcome};
use crate::cli::NotifyCheckArgs;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render::{cell, number, table};
use crate::words;

#[derive(Serialize)]
struct CheckAnswer {
    recipients: Vec<RecipientView>,
}

/// A recipient of a configuration. Its address is not shown: it may hold a token.
#[derive(Serialize)]
struct RecipientView {
    name: String,
    language: &'static str,
    rules: usize,
    /// `delivered`, or why not; only with a ping.
    #[serde(skip_serializing_if = "Option::is_none")]
    ping: Option<String>,
}

/// Runs the command.
pub(super) async fn run(args: NotifyCheckArgs, console: Console) -> Result<Exit, Failure> {
    let config = config::read(&args.config)?;
    let pings = if args.ping { ping(&config).await? } else { Vec::new() };
    let all_delivered = pings.iter().all(|it| *it == Outcome::Delivered);
    let mut pings = pings.into_iter().map(said);
    let recipients = config.recipients.iter().map(|it| RecipientView {
        name: it.name.clone(),
        language: it.language.tag(),
        rules: it.when.len(),
        ping: pings.next(),
    });
    let view = CheckAnswer { recipients: recipients.collect() };
    console.answer(&view, |reader| {
        let heading = [words::RECIPIENT, words::LANGUAGE, words::RULES, words::RESULT];
        let mut table = table(heading, reader.lang);
        for it in &view.recipients {
            let ping = it.ping.as_deref().unwrap_or_default();
            table.add_row([
                cell(&it.name),
                cell(it.language),
                number(u64::try_from(it.rules).unwrap_or(u64::MAX)),
                cell(ping),
            ]);
        }
        table.to_string()
    })?;
    Ok(if all_delivered { Exit::Done } else { Exit::Failed })
}

/// Sends each recipient a message of the kind `ping`.
async fn ping(config: &Config) -> Result<Vec<Outcome>, Failure> {
    let http = Http::new()?;
    let mut outcomes = Vec::new();
    for recipient in &config.recipients {
        let id = Uuid::now_v7().to_string();
        let body = serde_json::json!({ "id": id, "kind": "ping" }).to_string();
        outcomes.push(http.post(recipient, &id, &body, config.delivery.timeout).await);
    }
    Ok(outcomes)
}

fn said(outcome: Outcome) -> String {
    match outcome {
        Outcome::Delivered => "delivered".to_owned(),
        Outcome::Refused(problem) | Outcome::Failed(problem, _) => problem,
    }
}
