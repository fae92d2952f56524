//! `programme requests`: listed for people and scripts, or exported for maps and spreadsheets.

use beffroi_wire::pb::programme::v1::{
    BoundingBox, ListProgrammeRequestsRequest, ListProgrammeRequestsResponse, ProgrammeFilter,
};

use super::export::{Sink, export};
use super::{csv, geojson};
use crate::cli::{Format, Output, PlannedArgs};
use crate::client::Client;
use crate::command::page_size;
use crate::failure::{Exit, Failure};
use crate::output::{Console, json};
use crate::progress::Progress;
use crate::time::to_pb;
use crate::view::PlannedAnswer;
use crate::{render, words};

const LISTED: u32 = 50;

/// Runs the command.
pub(crate) async fn run(
    client: Client,
    args: PlannedArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let format = args.format.unwrap_or(match console.output {
        Output::Table => Format::Table,
        Output::Json => Format::Json,
    });
    let sink = Sink::open(args.to.as_deref())?;
    let limit = args.limit.unwrap_or(match format {
        Format::Table | Format::Json => LISTED,
        Format::Geojson | Format::Csv => u32::MAX,
    });
    let pages = Pages {
        client,
        call: Some(ListProgrammeRequestsRequest {
            filter: Some(filter(&args)),
            page_size: page_size(limit),
            page_token: String::new(),
            min_position: None,
        }),
        wanted: limit,
        console,
        progress: Progress::new(console.say(words::EXPORTING)),
        done: 0,
    };
    match format {
        Format::Geojson => export(pages, geojson::Writer::new(sink)).await,
        Format::Csv => export(pages, csv::Writer::new(sink)).await,
        Format::Table | Format::Json => list(pages, sink, format).await,
    }?;
    Ok(Exit::Done)
}

fn filter(args: &PlannedArgs) -> ProgrammeFilter {
    ProgrammeFilter {
        programme: args.programme.clone().unwrap_or_default(),
        product: args.product.clone().unwrap_or_default(),
        borough: args.borough.clone().unwrap_or_default(),
        opened_from: args.opened_from.map(to_pb),
        opened_before: args.opened_before.map(to_pb),
        area: args.area.map(|[south, west, north, east]| BoundingBox { south, west, north, east }),
        older_than_days: args.older_than.unwrap_or_default(),
    }
}

/// The pages of a list, one after the other, until there are enough requests or no more.
pub(super) struct Pages {
    client: Client,
    /// Asks for the next page; `None`: there is none, or it is not wanted.
    call: Option<ListProgrammeRequestsRequest>,
    wanted: u32,
    console: Console,
    progress: Progress,
    done: u64,
}

impl Pages {
    /// The next page; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<ListProgrammeRequestsResponse>, Failure> {
        let Some(call) = self.call.take() else { return Ok(None) };
        let page = self.client.programme.list_programme_requests(call.clone()).await?.into_inner();
        let found = u32::try_from(page.service_requests.len()).unwrap_or(u32::MAX);
        self.done += u64::from(found);
        self.wanted = self.wanted.saturating_sub(found);
        self.progress.at(self.done, page.total.min(self.done + u64::from(self.wanted)));
        if self.wanted > 0 && !page.next_page_token.is_empty() {
            self.call = Some(ListProgrammeRequestsRequest {
                page_size: page_size(self.wanted),
                page_token: page.next_page_token.clone(),
                ..call
            });
        }
        Ok(Some(page))
    }

    /// Leaves the terminal clean for what comes next.
    pub(super) fn finish(self) {
        self.progress.finish();
    }
}

async fn list(mut pages: Pages, mut sink: Sink, format: Format) -> Result<(), Failure> {
    let console = pages.console;
    let mut all = Vec::new();
    let (mut total, mut position) = (0, None);
    while let Some(page) = pages.next().await? {
        all.extend(page.service_requests);
        (total, position) = (page.total, page.position);
    }
    pages.finish();
    let more = total > u64::try_from(all.len()).unwrap_or(u64::MAX);
    let text = if format == Format::Json {
        let view = PlannedAnswer {
            service_requests: all.into_iter().map(Into::into).collect(),
            total,
            position: position.map(Into::into),
        };
        json(serde_json::to_string_pretty(&view))?
    } else {
        render::planned(&all, total, console.reader())
    };
    sink.line(&text)?;
    sink.finish()?;
    if more {
        console.remark(words::MORE);
    }
    Ok(())
}
