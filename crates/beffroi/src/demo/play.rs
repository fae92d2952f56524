//! Playing a year against a node, as its channels would.

use crate::catalogue;
use crate::client::Client;
use crate::demo::year::{Act, Contact, Opening, Product, What, Year};
use crate::failure::Failure;
use crate::output::Console;
use crate::render;
use crate::view::BreachView;
use beffroi_aggregator::{ManualClock, Projections};
use beffroi_domain::Timestamp;
use beffroi_wire::catalogue::to_pb;
use beffroi_wire::pb::catalogue::v1::PublishCatalogueRequest;
use beffroi_wire::pb::event::v1::answer::{Choices, Value};
use beffroi_wire::pb::event::v1::{Answer, Language, Place, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{
    AddFollowUpRequest, Assign, Cancel, ChangeServiceRequestRequest, OpenServiceRequestRequest,
    PutOnHold, RecordContactRequest, Reopen, Resolve, Resume,
};
use beffroi_wire::pb::query::v1::subscribe_breaches_response::Event;
use beffroi_wire::pb::query::v1::{Breach, SubscribeBreachesRequest};
use beffroi_wire::time;
use chrono::{DateTime, NaiveDate, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

/// The product whose requests have the most to tell.
const FELLING: &str = "Abattage d'arbre";
/// Calls in flight at once when their order does not matter.
const IN_FLIGHT: usize = 64;
/// Warnings and breaches that are shown one by one as they happen; then they are only counted.
const SHOWN_MAX: u64 = 12;

/// A year that was played.
pub(super) struct Played {
    /// The request to which most happened.
    pub eventful: Option<Uuid>,
    /// The citizen who asked most.
    pub regular: Option<Uuid>,
    /// The node's clock, now at the end of the year.
    pub hands: Hands,
}

/// The hands of a node's clock, and what to look at before they are moved.
#[derive(Debug)]
pub(super) struct Hands {
    pub clock: ManualClock,
    pub checked: watch::Receiver<Timestamp>,
    pub projections: Projections,
}

/// Plays a year: what happens to requests one after another, each at its own time; the contacts of
/// a day together at its end.
pub(super) async fn play(
    client: Client,
    year: Year,
    mut hands: Hands,
    console: Console,
) -> Result<Played, Failure> {
    let promised: HashSet<usize> = year
        .acts
        .iter()
        .filter(|act| matches!(&act.what, What::Open(it) if it.product.name == FELLING))
        .map(|act| act.request)
        .collect();
    let eventful = most(year.acts.iter().map(|it| it.request).filter(|it| promised.contains(it)));
    let eventful = eventful.and_then(|it| year.requests.get(it)).copied();
    let regular = most(year.acts.iter().filter_map(|act| act.what.citizen()));
    let bar = bar(&year);
    let mut raised = Raised::subscribe(client.clone(), console, bar.clone()).await?;
    let mut contacts = year.contacts.into_iter().peekable();
    let mut day: Option<NaiveDate> = None;
    publish(&client).await?;
    for (index, act) in year.acts.into_iter().enumerate() {
        let today = act.at.date_naive();
        if day.is_some_and(|day| day < today) {
            let mut before = Vec::new();
            while let Some(contact) = contacts.next_if(|it| it.at.date_naive() < today) {
                before.push(contact);
            }
            // Before their day has closed: later they would revise its figures.
            if let Some(last) = before.last() {
                hands.set(last.at).await?;
            }
            bar.inc(before.len() as u64);
            record(&client, before, &year.requests).await?;
            raised.show()?;
        }
        hands.set(act.at).await?;
        day = Some(today);
        perform(&client, act, index, &year.requests).await?;
        bar.inc(1);
    }
    let rest: Vec<Contact> = contacts.collect();
    if let Some(last) = rest.last() {
        hands.set(last.at).await?;
    }
    record(&client, rest, &year.requests).await?;
    raised.show()?;
    bar.finish_and_clear();
    Ok(Played { eventful, regular, hands })
}

impl Hands {
    /// Sets the clock, stopping wherever a promise must be looked at: what falls due is raised at
    /// its own time.
    pub(super) async fn set(&mut self, at: DateTime<Utc>) -> Result<(), Failure> {
        let at = Timestamp::try_from(at).map_err(anyhow::Error::new)?;
        // Contacts are recorded after the day's last event: the clock never goes back.
        let mut now = *self.checked.borrow();
        let at = at.max(now);
        while now < at {
            let snapshot = self.projections.snapshot().map_err(anyhow::Error::new)?;
            let alarm = snapshot.next_alarm().map_err(anyhow::Error::new)?;
            let next = alarm.map_or(at, |alarm| alarm.max(now).saturating_add_micros(1));
            now = next.min(at);
            self.clock.set(now);
            let checked = self.checked.wait_for(|checked| *checked >= now);
            checked.await.map_err(anyhow::Error::new)?;
        }
        Ok(())
    }
}

/// The one that comes most often; of several, the smallest.
fn most<T: Ord + std::hash::Hash + Copy>(all: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: HashMap<T, u32> = HashMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(one, count)| (*count, std::cmp::Reverse(*one))).map(|it| it.0)
}

fn bar(year: &Year) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} {per_sec} {eta}");
    let bar = ProgressBar::new((year.acts.len() + year.contacts.len()) as u64);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The warnings and breaches of the year, as a subscriber hears of them.
struct Raised {
    facts: mpsc::UnboundedReceiver<Breach>,
    console: Console,
    bar: ProgressBar,
    shown: u64,
}

impl Raised {
    async fn subscribe(
        mut client: Client,
        console: Console,
        bar: ProgressBar,
    ) -> Result<Self, Failure> {
        let call = SubscribeBreachesRequest::default();
        let mut stream = client.query.subscribe_breaches(call).await?.into_inner();
        let (sender, facts) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok(Some(message)) = stream.message().await {
                let Some(Event::Breach(breach)) = message.event else { continue };
                if sender.send(breach).is_err() {
                    return;
                }
            }
        });
        Ok(Self { facts, console, bar, shown: 0 })
    }

    /// Shows what was raised since the last time.
    fn show(&mut self) -> Result<(), Failure> {
        while let Ok(breach) = self.facts.try_recv() {
            self.shown += 1;
            if self.shown <= SHOWN_MAX {
                let view = BreachView::from(breach.clone());
                self.bar.suspend(|| {
                    self.console.item(&view, |reader| render::breach_line(&breach, reader))
                })?;
            }
        }
        Ok(())
    }
}

async fn perform(
    client: &Client,
    act: Act,
    index: usize,
    requests: &[Uuid],
) -> Result<(), Failure> {
    let mut intake = client.intake.clone();
    let Some(request) = requests.get(act.request).copied() else { return Ok(()) };
    let id = Uuid::new_v5(&request, &index.to_be_bytes()).to_string();
    let change = match act.what {
        What::Open(opening) => {
            intake.open_service_request(open(&opening, request, act.at)).await?;
            return Ok(());
        }
        What::FollowUp(text) => {
            let call = AddFollowUpRequest {
                follow_up_id: id,
                service_request: request.to_string(),
                text: text.to_owned(),
                visibility: Visibility::Public.into(),
                occurred_at: instant(act.at),
                ..AddFollowUpRequest::default()
            };
            intake.add_follow_up(call).await?;
            return Ok(());
        }
        What::Assign(unit) => Change::Assign(Assign { unit: unit.to_owned() }),
        What::Hold(reason) => Change::PutOnHold(PutOnHold { reason: reason.into() }),
        What::Resume => Change::Resume(Resume {}),
        What::Resolve => Change::Resolve(Resolve {}),
        What::Reopen => Change::Reopen(Reopen {}),
        What::Cancel => Change::Cancel(Cancel {}),
    };
    let call = ChangeServiceRequestRequest {
        change_id: id,
        service_request: request.to_string(),
        change: Some(change),
        note: String::new(),
        occurred_at: instant(act.at),
        actor: "demo".to_owned(),
    };
    intake.change_service_request(call).await?;
    Ok(())
}

/// Publishes the catalogue whose products the year is about.
async fn publish(client: &Client) -> Result<(), Failure> {
    let catalogue = catalogue::read(Path::new("quebec")).map_err(Failure::Catalogue)?;
    let call = PublishCatalogueRequest {
        publication_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, b"demo catalogue").to_string(),
        catalogue: Some(to_pb(&catalogue)),
        actor: "demo".to_owned(),
    };
    client.catalogue.clone().publish_catalogue(call).await?;
    Ok(())
}

fn open(opening: &Opening, request: Uuid, at: DateTime<Utc>) -> OpenServiceRequestRequest {
    OpenServiceRequestRequest {
        request_id: request.to_string(),
        citizen_id: opening.citizen.map(|it| it.to_string()).unwrap_or_default(),
        product: opening.product.name.to_owned(),
        precision: opening.product.precision.to_owned(),
        nature: opening.nature.into(),
        channel: opening.channel.into(),
        language: Language::French.into(),
        place: Some(Place { borough: opening.borough.to_owned(), coordinates: None }),
        occurred_at: instant(at),
        actor: "demo".to_owned(),
        answers: answers(opening.product),
        unasked: true,
        ..OpenServiceRequestRequest::default()
    }
}

/// What whoever asks for a tree to be felled tells of it; of the rest, the year tells nothing.
fn answers(product: &Product) -> Vec<Answer> {
    if product.name != FELLING {
        return Vec::new();
    }
    let chosen = |code: &str| Value::Choice(code.to_owned());
    let signs = ["sans-feuilles", "champignons"].map(ToOwned::to_owned).into();
    let told = [
        ("situation", chosen("mort")),
        ("danger", chosen("non")),
        ("propriete", chosen("ville")),
        ("signes", Value::Choices(Choices { codes: signs })),
    ];
    let answer = |(question, value): (&str, Value)| Answer {
        product: String::new(),
        question: question.to_owned(),
        value: Some(value),
    };
    told.map(answer).into()
}

/// Records contacts, many at once: their order does not matter.
async fn record(client: &Client, contacts: Vec<Contact>, requests: &[Uuid]) -> Result<(), Failure> {
    let mut calls = JoinSet::new();
    for contact in contacts {
        if calls.len() >= IN_FLIGHT {
            joined(calls.join_next().await)?;
        }
        let call = contact_call(&contact, requests);
        let mut intake = client.intake.clone();
        calls.spawn(async move { intake.record_contact(call).await.map(drop) });
    }
    while let Some(done) = calls.join_next().await {
        joined(Some(done))?;
    }
    Ok(())
}

type Joined = Option<Result<Result<(), tonic::Status>, tokio::task::JoinError>>;

fn joined(done: Joined) -> Result<(), Failure> {
    match done {
        None | Some(Ok(Ok(()))) => Ok(()),
        Some(Ok(Err(status))) => Err(status.into()),
        Some(Err(error)) => Err(anyhow::Error::new(error).into()),
    }
}

fn contact_call(contact: &Contact, requests: &[Uuid]) -> RecordContactRequest {
    let request = contact.request.and_then(|it| requests.get(it));
    RecordContactRequest {
        contact_id: contact.id.to_string(),
        citizen_id: contact.citizen.map(|it| it.to_string()).unwrap_or_default(),
        channel: contact.channel.into(),
        nature: contact.nature.into(),
        language: Language::French.into(),
        outcome: contact.outcome.into(),
        service_request: request.map(ToString::to_string).unwrap_or_default(),
        product: contact.product.to_owned(),
        waited_secs: contact.waited_secs,
        handled_secs: contact.handled_secs,
        occurred_at: instant(contact.at),
        actor: "demo".to_owned(),
        ..RecordContactRequest::default()
    }
}

fn instant(at: DateTime<Utc>) -> Option<prost_types::Timestamp> {
    Timestamp::try_from(at).ok().map(time::to_pb)
}
