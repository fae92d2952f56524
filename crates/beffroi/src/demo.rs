//! The command `demo`: plays a generated year on a clock of its own, shows it, then serves it.
//!
//! Everything goes through the public API, as any channel adapter would; the clock is set from one
//! event to the next, so that promises are warned of and broken at their own times.

mod play;
mod year;

use crate::cli::{
    AudienceArg, BreachesArgs, By, CitizenArgs, ContactReportArgs, DemoArgs, HistoryArgs, Key,
    Page, Report, ReportArgs, VolumeKey, VolumesArgs, WindowArgs,
};
use crate::client::{self, Client};
use crate::command;
use crate::demo::play::{Played, play};
use crate::demo::year::year;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::serve::{bind, open_journal, say_ready, stop_signal};
use crate::words::Text;
use anyhow::Context as _;
use beffroi_aggregator::{Clock, ManualClock};
use beffroi_domain::Timestamp;
use beffroi_server::{Config, Node, default_city};
use beffroi_wire::pb::query::v1::BreachKind;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the node's clock follows the system's once the year is over.
const TICK: Duration = Duration::from_millis(20);

/// Runs the command.
pub(crate) async fn run(args: DemoArgs, console: Console) -> Result<Exit, Failure> {
    let listener = bind(args.listen).await?;
    let address = listener.local_addr().map_err(anyhow::Error::new)?;
    let temporary = tempfile::tempdir().context("cannot create a temporary directory")?;
    let directory = args.data.as_deref().unwrap_or(temporary.path());
    let year = year(args.seed, args.contacts);
    let first = year.acts.first().map(|act| act.at).unwrap_or_default();
    let start = Timestamp::try_from(first).map_err(anyhow::Error::new)?;
    let (hand, clock) = ManualClock::new(start);
    let journal = open_journal(directory, None).await?;
    let city = default_city().map_err(anyhow::Error::new)?;
    let config = Config { journal, city, clock };
    let node = Node::start(config, directory, |_, _| {}).await.map_err(anyhow::Error::new)?;
    let checked = node.checked();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(node.serve(listener, stop.clone().cancelled_owned()));
    let client = client::connect(&format!("http://{address}"), console.lang).await?;
    console.heading(Text { fr: "Une année du 311", en: "A year of a 311 centre" })?;
    let played = play(client.clone(), year, (hand, checked), console).await?;
    show(&client, &played, console).await?;
    if args.once {
        stop.cancel();
    } else {
        tokio::spawn(follow_system_clock(played.hand));
        serve_on(address, console)?;
        let wait = stop_signal()?;
        tokio::spawn(async move {
            wait.await;
            stop.cancel();
        });
    }
    let served = serving.await.map_err(anyhow::Error::new)?;
    served.map_err(anyhow::Error::new)?;
    Ok(Exit::Done)
}

async fn follow_system_clock(hand: ManualClock) {
    let mut tick = tokio::time::interval(TICK);
    loop {
        tick.tick().await;
        hand.set(Clock::System.now());
    }
}

fn serve_on(address: std::net::SocketAddr, console: Console) -> Result<(), Failure> {
    say_ready(address, "embedded log")?;
    console.remark(Text {
        fr: "Essayez `beffroi list`, `beffroi breaches --follow` ; Ctrl-C pour terminer.",
        en: "Try `beffroi list`, `beffroi breaches --follow`; Ctrl-C ends it.",
    });
    Ok(())
}

/// Shows what the year left: the same commands that anybody may give.
async fn show(client: &Client, played: &Played, console: Console) -> Result<(), Failure> {
    console.heading(Text { fr: "Volumes par canal", en: "Volumes by channel" })?;
    let volumes = VolumesArgs { by: vec![VolumeKey::Channel, VolumeKey::Status] };
    let report = ReportArgs { report: Report::Volumes(volumes) };
    command::report::run(client.clone(), report, console).await?;
    console.heading(Text {
        fr: "Premier contact et attente par canal",
        en: "First contact and waiting by channel",
    })?;
    let contacts = ContactReportArgs {
        window: WindowArgs { from: None, to: None },
        by: By::from([Key::Channel]),
        channel: None,
        language: None,
    };
    let report = ReportArgs { report: Report::Contacts(contacts) };
    command::report::run(client.clone(), report, console).await?;
    if let Some(request) = &played.eventful {
        console
            .heading(Text { fr: "Une demande et son histoire", en: "A request and its history" })?;
        let history = HistoryArgs { request: request.to_string(), audience: AudienceArg::Staff };
        command::history::run(client.clone(), history, console).await?;
    }
    if let Some(citizen) = played.regular {
        console.heading(Text { fr: "La synthèse d'un citoyen", en: "A citizen's synthesis" })?;
        let page = Page { limit: 5, page_token: String::new() };
        command::citizen::run(client.clone(), CitizenArgs { citizen, page }, console).await?;
    }
    console.heading(Text { fr: "Engagements rompus", en: "Promises that were broken" })?;
    let breaches = BreachesArgs {
        kind: Some(BreachKind::Breach),
        unit: None,
        limit: 10,
        follow: false,
        resume: None,
        resume_file: None,
    };
    command::breaches::run(client.clone(), breaches, console).await?;
    Ok(())
}
