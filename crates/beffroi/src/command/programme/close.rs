//! `programme close`: resolves many requests at once.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use beffroi_wire::pb::programme::v1::CloseProgrammeRequestsRequest;

use crate::cli::CloseArgs;
use crate::client::Client;
use crate::command::id_or_new;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::progress::Progress;
use crate::time::to_pb;
use crate::view::CloseAnswer;
use crate::{render, words};

/// The most requests that a server takes in one call.
const CALL_MAX: usize = 500;

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: CloseArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let requests = match &args.from {
        None => args.requests,
        Some(file) => read(file)?,
    };
    let id = id_or_new(args.common.id);
    let mut call = CloseProgrammeRequestsRequest {
        closing_id: id.to_string(),
        service_requests: Vec::new(),
        note: args.note.unwrap_or_default(),
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
    };
    let mut progress = Progress::new(console.say(words::CLOSING));
    let total = u64::try_from(requests.len()).unwrap_or(u64::MAX);
    let mut view = CloseAnswer::new(id);
    for part in requests.chunks(CALL_MAX) {
        // The ids of the resolutions follow from the closing's and the request's: several calls
        // with one closing id are one closing.
        part.clone_into(&mut call.service_requests);
        let answer = client.programme.close_programme_requests(call.clone()).await;
        view.add(answer.map_err(|status| Failure::of_write(status, id))?.into_inner());
        progress.at(view.closed + view.refused, total);
    }
    progress.finish();
    console.answer(&view, |reader| render::closed(&view, reader.lang))?;
    Ok(if view.refused == 0 { Exit::Done } else { Exit::Refused })
}

fn read(file: &Path) -> Result<Vec<String>, Failure> {
    let mut text = String::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")
    } else {
        std::fs::File::open(file)
            .and_then(|mut file| file.read_to_string(&mut text))
            .with_context(|| format!("cannot read {}", file.display()))
    };
    read.map_err(Failure::Usage)?;
    let requests = names(&text);
    if requests.is_empty() {
        let nothing = anyhow::anyhow!("{} names no request", file.display());
        return Err(Failure::Usage(nothing));
    }
    Ok(requests)
}

/// The first column of every line, whatever separates the columns, without the header of an export.
fn names(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = |line: &str| {
        let column = line.split([',', ';', '\t']).next().unwrap_or_default();
        column.trim().trim_matches('"').trim().to_owned()
    };
    let names = text.lines().map(first).filter(|it| !it.is_empty());
    let mut names: Vec<String> = names.collect();
    if names.first().is_some_and(|it| it == "number") {
        names.remove(0);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_request_a_line() {
        assert_eq!(names("26-0000001-2\n\n 26-0000002-0 \r\n"), ["26-0000001-2", "26-0000002-0"]);
        assert_eq!(names(""), Vec::<String>::new());
    }

    #[test]
    fn an_export_can_be_given_back_as_spreadsheets_write_it() {
        for text in [
            "number,product\r\n26-0000001-2,\"Eau, potable\"\r\n",
            "\u{feff}number;product\n26-0000001-2;Eau potable\n",
            "\"number\"\t\"product\"\n\"26-0000001-2\"\t\"Eau\"\n",
        ] {
            assert_eq!(names(text), ["26-0000001-2"], "{text:?}");
        }
    }
}
