//! Playing the day: the clock moves, things are done through the API, nodes end and start again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use beffroi_domain::Timestamp;
use beffroi_wire::pb::catalogue::v1::PublishCatalogueRequest;
use beffroi_wire::pb::centre::v1::{
    DeclareRegimeRequest, ExtendRegimeRequest, LiftRegimeRequest, WeeklyHours,
};
use beffroi_wire::pb::event::v1::{Bilingual, HoldReason, Nature, RegimeKind, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{
    AddFollowUpRequest, Cancel, ChangeServiceRequestRequest, EnterProgramme, LeaveProgramme,
    OpenServiceRequestRequest, PutOnHold, Reclassify, Reopen, Resolve, Resume,
};
use beffroi_wire::{time, vocabulary};
use futures::stream::{StreamExt as _, iter};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tonic::Status;
use uuid::Uuid;

use super::city::PROGRAMME;
use super::life::{Act, Deed, Life};
use super::minutes::Extra;
use super::regimes::Regime;
use super::script::{End, Left, Script, Step};
use super::stage::Place;
use crate::support::{Api, follow_up};

/// Calls under way at once.
const IN_FLIGHT: usize = 256;

/// Something to be told to a node: sent twice, it is the same.
#[derive(Clone, Debug)]
enum Call {
    Open(Box<OpenServiceRequestRequest>),
    Change(ChangeServiceRequestRequest),
    FollowUp(AddFollowUpRequest),
    Declare(DeclareRegimeRequest),
    Extend(ExtendRegimeRequest),
    Lift(LiftRegimeRequest),
}

impl Call {
    async fn send(self, mut api: Api) -> Result<(), Status> {
        match self {
            Self::Open(call) => api.intake.open_service_request(*call).await.map(drop),
            Self::Change(call) => api.intake.change_service_request(call).await.map(drop),
            Self::FollowUp(call) => api.intake.add_follow_up(call).await.map(drop),
            Self::Declare(call) => api.centre.declare_regime(call).await.map(drop),
            Self::Extend(call) => api.centre.extend_regime(call).await.map(drop),
            Self::Lift(call) => api.centre.lift_regime(call).await.map(drop),
        }
    }
}

/// The same for the same things in the same step.
fn id_of(of: Uuid, step: usize, what: &str) -> String {
    Uuid::new_v5(&of, format!("{what}/{step}").as_bytes()).to_string()
}

fn opening(life: &Life) -> Call {
    Call::Open(Box::new(OpenServiceRequestRequest {
        request_id: life.id.to_string(),
        product: life.product.code.to_owned(),
        nature: Nature::Service.into(),
        channel: vocabulary::channel::to_pb(life.channel).into(),
        occurred_at: Some(time::to_pb(life.received)),
        ..OpenServiceRequestRequest::default()
    }))
}

fn doing(life: &Life, deed: &Deed) -> Call {
    let id = id_of(life.id, deed.step, "deed");
    let change = match deed.act {
        Act::Answer => {
            let call = follow_up(&life.id.to_string(), "On y va.", Visibility::Public);
            let occurred_at = Some(time::to_pb(deed.at));
            return Call::FollowUp(AddFollowUpRequest { follow_up_id: id, occurred_at, ..call });
        }
        Act::Hold => Change::PutOnHold(PutOnHold { reason: HoldReason::Citizen.into() }),
        Act::Resume => Change::Resume(Resume {}),
        Act::Resolve => Change::Resolve(Resolve {}),
        Act::Reopen => Change::Reopen(Reopen {}),
        Act::Cancel => Change::Cancel(Cancel {}),
        Act::Plan => Change::EnterProgramme(EnterProgramme { programme: PROGRAMME.to_owned() }),
        Act::Unplan => Change::LeaveProgramme(LeaveProgramme {}),
        Act::Reclassify(product) => {
            let product = product.code.to_owned();
            Change::Reclassify(Reclassify { product, ..Reclassify::default() })
        }
    };
    Call::Change(ChangeServiceRequestRequest {
        change_id: id,
        service_request: life.id.to_string(),
        change: Some(change),
        occurred_at: Some(time::to_pb(deed.at)),
        ..ChangeServiceRequestRequest::default()
    })
}

fn note(life: &Life, step: usize) -> Call {
    let call = follow_up(&life.id.to_string(), "À revoir.", Visibility::Internal);
    Call::FollowUp(AddFollowUpRequest { follow_up_id: id_of(life.id, step, "note"), ..call })
}

fn weekly(extra: Extra) -> WeeklyHours {
    let day = || "06:00-22:00".to_owned();
    match extra {
        Extra::AroundTheClock => WeeklyHours { around_the_clock: true, ..WeeklyHours::default() },
        Extra::Long => WeeklyHours {
            monday: day(),
            tuesday: day(),
            wednesday: day(),
            thursday: day(),
            friday: day(),
            saturday: day(),
            sunday: day(),
            around_the_clock: false,
        },
    }
}

fn regime(regime: &Regime, step: usize) -> Call {
    let id = id_of(Uuid::NAMESPACE_OID, step, "regime");
    match regime {
        Regime::Declare { until, extra, products } => Call::Declare(DeclareRegimeRequest {
            declaration_id: id,
            kind: RegimeKind::CivilSecurity.into(),
            until: Some(time::to_pb(*until)),
            hours: Some(weekly(*extra)),
            products: products.iter().map(ToString::to_string).collect(),
            notice: Some(Bilingual { french: "Inondation".into(), english: "Flood".into() }),
            ..DeclareRegimeRequest::default()
        }),
        Regime::Extend { until, extra } => Call::Extend(ExtendRegimeRequest {
            extension_id: id,
            until: Some(time::to_pb(*until)),
            hours: extra.map(weekly),
            actor: String::new(),
        }),
        Regime::Lift => Call::Lift(LiftRegimeRequest { lifting_id: id, actor: String::new() }),
    }
}

/// Sends calls, many at once; each must be taken.
async fn send(api: &Api, calls: Vec<Call>) {
    let sent = |call: Call| async move {
        if let Err(status) = call.clone().send(api.clone()).await {
            panic!("{call:?}: {status:?}");
        }
    };
    iter(calls).for_each_concurrent(IN_FLIGHT, sent).await;
}

/// Sends calls until half of them have been answered: the rest are under way or not sent.
async fn send_half(api: &Api, calls: Vec<Call>) {
    let (half, answered) = (calls.len() / 2, AtomicUsize::new(0));
    let enough = Notify::new();
    let sent = |call: Call| async {
        let _ = call.send(api.clone()).await;
        if half <= answered.fetch_add(1, Ordering::SeqCst) {
            enough.notify_one();
        }
    };
    tokio::select! {
        () = iter(calls).for_each_concurrent(IN_FLIGHT, sent) => {}
        () = enough.notified() => {}
    }
}

/// Publishes the catalogue: before it, nothing can be opened.
pub(crate) fn publish(place: &Place, hands: &Runtime, folder: &std::path::Path) {
    let call = PublishCatalogueRequest {
        publication_id: Uuid::now_v7().to_string(),
        catalogue: Some(beffroi_wire::catalogue::to_pb(&super::city::catalogue(folder))),
        actor: String::new(),
    };
    let published = hands.block_on(place.api().catalogue.publish_catalogue(call));
    published.expect("a catalogue without defects");
}

/// What is told in each step, in the order of the steps.
fn calls(script: &Script) -> Vec<Vec<Call>> {
    let mut calls = vec![Vec::new(); script.steps.len()];
    let mut tell = |step: usize, call| calls.get_mut(step).expect("a step").push(call);
    for life in &script.lives {
        tell(life.step, opening(life));
        for deed in &life.deeds {
            tell(deed.step, doing(life, deed));
        }
    }
    calls
}

/// Plays the day on some nodes with one log, and says how long it took once the clocks ran that are
/// there at its beginning. They are up at the end.
pub(crate) fn play(script: &Script, places: &mut [Place], hands: &Runtime) -> Duration {
    let told = calls(script);
    let mut began = Instant::now();
    for ((number, step), calls) in script.steps.iter().enumerate().zip(told) {
        if number == 1 {
            began = Instant::now();
        }
        let notes = step.notes.iter().filter_map(|it| script.lives.get(*it));
        let notes: Vec<Call> = notes.map(|life| note(life, number)).collect();
        // The nodes take turns: who ends, and who is told.
        places.rotate_left(1);
        move_clock(step, notes, places, hands);
        if let Some(change) = &step.regime {
            change_regime(step, regime(change, number), places, hands);
        }
        let Some(first) = places.first_mut() else { continue };
        if let Some((End::AmongCommands, left)) = step.end {
            hands.block_on(send_half(&first.api(), calls.clone()));
            start_again(first, left, (step.at, hands));
        }
        hands.block_on(send(&first.api(), calls));
        settle(places, step, hands);
        let Some(first) = places.first_mut() else { continue };
        if let Some((End::InOrder, left)) = step.end {
            first.stop();
            first.leave(left);
        }
    }
    began.elapsed()
}

fn settle(places: &mut [Place], step: &Step, hands: &Runtime) {
    for place in places {
        hands.block_on(place.settle(step.at));
    }
}

/// Changes the regime before anything else is done: what that means for promises is known then.
fn change_regime(step: &Step, call: Call, places: &mut [Place], hands: &Runtime) {
    let Some(first) = places.first_mut() else { return };
    hands.block_on(send(&first.api(), vec![call]));
    if let Some((End::AmongCommands, left)) = step.end {
        start_again(first, left, (step.at, hands));
    }
    settle(places, step, hands);
}

/// Moves the clock of all nodes, while notes are written; starts those that are down.
fn move_clock(step: &Step, notes: Vec<Call>, places: &mut [Place], hands: &Runtime) {
    for place in places.iter_mut() {
        if place.is_up() {
            place.set(step.at);
        } else {
            place.start(step.at, hands);
        }
    }
    let Some(first) = places.first_mut() else { return };
    match step.end {
        Some((End::OnceDue, left)) => start_again(first, left, (step.at, hands)),
        Some((End::WhileRaising, left)) => {
            hands.block_on(first.until_raising(step.at));
            start_again(first, left, (step.at, hands));
        }
        Some((End::InOrder | End::AmongCommands, _)) | None => {}
    }
    hands.block_on(send(&first.api(), notes));
    settle(places, step, hands);
}

fn start_again(place: &mut Place, left: Left, (now, hands): (Timestamp, &Runtime)) {
    place.vanish();
    place.leave(left);
    place.start(now, hands);
}
