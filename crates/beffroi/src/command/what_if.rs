//! `what-if`: which verdicts would be others under another calendar or other commitments.

use std::path::Path;

use beffroi_domain::{City, Commitment};
use beffroi_wire::calendar::to_pb;
use beffroi_wire::event::delay_to_pb;
use beffroi_wire::pb::report::v1::what_if_request::Premise;
use beffroi_wire::pb::report::v1::what_if_response::Message;
use beffroi_wire::pb::report::v1::{
    SupposedCommitment, SupposedCommitments, WhatIfRequest, WhatIfResult, Window,
};
use beffroi_wire::vocabulary;

use crate::cli::WhatIfArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::progress::Progress;
use crate::render;
use crate::serve::city;
use crate::view::WhatIfAnswer;
use crate::words::error::Said;
use crate::words::what_if as words;

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: WhatIfArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let premise = match (&args.calendar, &args.commitments) {
        (Some(file), _) => Some(Premise::Calendar(to_pb(&read(file)?.calendar))),
        (None, Some(file)) => Some(Premise::Commitments(commitments(&read(file)?.commitments))),
        (None, None) => None,
    };
    let window = Window { from: args.window.from(), before: args.window.before() };
    let call = WhatIfRequest { window: Some(window), premise, min_position: None };
    let mut stream = client.report.what_if(call).await?.into_inner();
    let mut bar = Progress::new(console.say(words::REPLAYING));
    let mut result: Option<WhatIfResult> = None;
    while let Some(it) = stream.message().await? {
        match it.message {
            Some(Message::Progress(it)) => bar.at(it.done, it.total),
            Some(Message::Result(it)) => result = Some(it),
            None => {}
        }
    }
    bar.finish();
    let Some(result) = result else {
        let said = Said::new("le serveur n'a pas donné de résultat", "the server gave no result");
        return Err(Failure::Other(said.into()));
    };
    let view = WhatIfAnswer::from(result);
    console.answer(&view, |reader| render::what_if(&view, reader.lang))?;
    Ok(Exit::Done)
}

/// A city's file, with which something is wrong as with an argument.
fn read(file: &Path) -> Result<City, Failure> {
    city(Some(file)).map_err(Failure::Usage)
}

fn commitments(all: &[Commitment]) -> SupposedCommitments {
    let commitment = |it: &Commitment| SupposedCommitment {
        product: it.product.as_ref().map(ToString::to_string).unwrap_or_default(),
        nature: it.nature.map(vocabulary::nature::to_pb).unwrap_or_default().into(),
        channel: it.channel.map(vocabulary::channel::to_pb).unwrap_or_default().into(),
        delay: Some(delay_to_pb(&it.delay)),
    };
    SupposedCommitments { commitments: all.iter().map(commitment).collect() }
}
