//! `duplicates`: requests of which one may be a duplicate.

use beffroi_wire::pb::query::v1::SuggestDuplicatesRequest;
use beffroi_wire::pb::query::v1::suggest_duplicates_request::About;

use crate::cli::DuplicatesArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::view::DuplicatesAnswer;
use crate::{render, words};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: DuplicatesArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let call = SuggestDuplicatesRequest {
        about: Some(About::ServiceRequest(args.request)),
        within_metres: args.within_metres,
        within_days: args.within_days,
        max_results: i32::try_from(args.limit).unwrap_or_default(),
        min_position: None,
    };
    let answer = client.query.suggest_duplicates(call).await?.into_inner();
    let incomplete = answer.incomplete;
    let view = DuplicatesAnswer::from(answer.clone());
    console.answer(&view, |reader| match answer.candidates.as_slice() {
        [] => words::NONE_FOUND.in_lang(reader.lang).to_owned(),
        candidates => render::candidates(candidates, reader),
    })?;
    if incomplete {
        console.remark(words::NARROW);
    }
    Ok(Exit::Done)
}
