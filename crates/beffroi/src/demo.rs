//! The command `demo`: plays a generated year on a clock of its own, shows it, then serves it.
//!
//! Everything goes through the public API, as any channel adapter would; the clock is set from one
//! event to the next, so that promises are warned of and broken at their own times. The year ends
//! with yesterday: what is served afterwards goes on in the present.

mod play;
mod year;

use crate::cli::{
    AudienceArg, BreachFilterArgs, BreachesArgs, By, CitizenArgs, ContactReportArgs, DemoArgs,
    HistoryArgs, Key, NatsArgs, Page, Report, ReportArgs, RequestArgs, VolumeKey, VolumesArgs,
    WindowArgs,
};
use crate::client::{self, Client};
use crate::command;
use crate::demo::play::{Hands, Played, play};
use crate::demo::year::{Year, year, yesterday};
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::serve::{bind, key_file, open_journal, say_ready, stop_signal};
use crate::words::Text;
use crate::words::error::Said;
use beffroi_aggregator::{Clock, ManualClock};
use beffroi_domain::Timestamp;
use beffroi_server::{Config, Node, default_city};
use beffroi_wire::pb::query::v1::BreachKind;
use chrono::Utc;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the node's clock follows the system's once the year is over.
const TICK: Duration = Duration::from_millis(20);

/// Runs the command.
pub(crate) async fn run(args: DemoArgs, console: Console) -> Result<Exit, Failure> {
    let temporary = tempfile::tempdir().map_err(|it| {
        let (fr, en) =
            ("impossible de créer un répertoire temporaire", "cannot create a temporary directory");
        anyhow::Error::new(Said::new(fr, en).because(it))
    })?;
    let directory = args.data.as_deref().unwrap_or(temporary.path());
    let journal = open_journal(directory, &NatsArgs::default()).await?;
    if journal.state().await.map_err(anyhow::Error::new)?.last > 0 {
        journal.close().await;
        return Err(Failure::Usage(has_a_log(directory).into()));
    }
    let listener = bind(args.listen).await?;
    let address = listener.local_addr().map_err(anyhow::Error::new)?;
    let last = args.until.unwrap_or_else(|| yesterday(Utc::now()));
    let year = year(args.seed, args.contacts, last);
    let first = year.acts.first().map(|act| act.at).unwrap_or_default();
    let start = Timestamp::try_from(first).map_err(anyhow::Error::new)?;
    let (clock, seen) = ManualClock::new(start);
    let city = default_city().map_err(anyhow::Error::new)?;
    let config = Config { journal, city, clock: seen, identifier_key: key_file(directory) };
    let node = Node::start(config, directory, |_, _| {}).await.map_err(anyhow::Error::new)?;
    let hands = Hands { clock, checked: node.checked(), projections: node.projections() };
    let stop = CancellationToken::new();
    let serving = tokio::spawn(node.serve(listener, stop.clone().cancelled_owned()));
    let mut told_to_stop = pin!(stop_signal()?);
    let story = async {
        let client = client::connect(&format!("http://{address}"), console.lang).await?;
        tell(&client, year, hands, console).await
    };
    let told = tokio::select! {
        told = story => Some(told),
        () = &mut told_to_stop => None,
    };
    let is_whole = told.is_some();
    let told = told.transpose();
    if let (Ok(Some(hands)), false) = (&told, args.once) {
        serve_on(address, console)?;
        tokio::select! {
            () = follow_system_clock(&hands.clock) => {}
            () = told_to_stop => {}
        }
    }
    // Whatever happened, the node ends in order, and what is temporary goes.
    stop.cancel();
    let served = serving.await.map_err(anyhow::Error::new)?;
    told?;
    served.map_err(anyhow::Error::new)?;
    Ok(if is_whole { Exit::Done } else { Exit::Failed })
}

/// Plays a year, shows what it left, and brings the clock to the present.
async fn tell(
    client: &Client,
    year: Year,
    hands: Hands,
    console: Console,
) -> Result<Hands, Failure> {
    console.heading(Text { fr: "Une année du 311", en: "A year of a 311 centre" })?;
    let mut played = play(client.clone(), year, hands, console).await?;
    show(client, &played, console).await?;
    played.hands.set(Utc::now()).await?;
    Ok(played.hands)
}

fn has_a_log(directory: &Path) -> Said {
    let directory = directory.display();
    Said::new(
        format!(
            "`{directory}` contient déjà un journal : la démonstration ne s'y mêle pas ; choisissez \
             un autre répertoire, ou servez celui-ci par `beffroi serve --data {directory}`"
        ),
        format!(
            "`{directory}` has a log already, and a demo is not mixed into it: choose another \
             directory, or serve this one with `beffroi serve --data {directory}`"
        ),
    )
}

async fn follow_system_clock(hand: &ManualClock) {
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
        let card = RequestArgs { request: request.to_string() };
        command::show::run(client.clone(), card, console).await?;
        let history = HistoryArgs { request: request.to_string(), audience: AudienceArg::Staff };
        command::history::run(client.clone(), history, console).await?;
    }
    if let Some(citizen) = played.regular {
        console.heading(Text { fr: "La synthèse d'un citoyen", en: "A citizen's synthesis" })?;
        let page = Page { limit: 5, page_token: String::new() };
        let args = CitizenArgs { command: None, citizen: Some(citizen), page };
        command::citizen::run(client.clone(), args, console).await?;
    }
    console.heading(Text { fr: "Engagements rompus", en: "Promises that were broken" })?;
    let kinds = vec![BreachKind::Breach];
    let breaches = BreachesArgs {
        filter: BreachFilterArgs { kinds, ..BreachFilterArgs::default() },
        limit: 10,
        follow: false,
        resume: None,
        resume_file: None,
    };
    command::breaches::run(client.clone(), breaches, console).await?;
    Ok(())
}
