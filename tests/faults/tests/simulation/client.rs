//! Whoever gives a command: again with the same id, to whatever node answers, until it is settled.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use beffroi_wire::pb::event::v1::{Author, Channel, HoldReason, Nature, Visibility};
use beffroi_wire::pb::intake::v1 as pb;
use fastrand::Rng;
use pb::change_service_request_request::Change;
use tokio::time::sleep;
use tonic::{Code, Request, Status};
use uuid::Uuid;

use crate::node::{Running, Slot, World};
use crate::stream::Stream;

/// A command and its id.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) id: Uuid,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Open,
    Change(Uuid, Change),
    FollowUp(Uuid),
}

/// What became of all commands.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) given: HashSet<Uuid>,
    /// Those who have not been told yet what became of it: some send a command twice at once.
    pub(crate) senders: HashMap<Uuid, u32>,
    pub(crate) acknowledged: HashSet<Uuid>,
    pub(crate) refused: HashMap<Uuid, String>,
    /// Sent twice at once.
    twice: HashSet<Uuid>,
    /// Requests whose opening was acknowledged, in that order.
    pub(crate) opened: Vec<Uuid>,
    /// Answers that said nothing.
    pub(crate) unknown: u64,
}

impl Book {
    /// One sender knows what became of it; says whether all do.
    fn told(&mut self, id: Uuid) -> bool {
        let left = self.senders.entry(id).or_default();
        *left -= 1;
        *left == 0
    }
}

pub(crate) type Shared = Arc<Mutex<Book>>;

pub(crate) fn book<T>(shared: &Shared, with: impl FnOnce(&mut Book) -> T) -> T {
    with(&mut shared.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Makes up a command.
pub(crate) fn command(rng: &mut Rng, opened: &[Uuid]) -> Command {
    let id = Uuid::from_u128(rng.u128(1..));
    let request = rng.choice(opened).copied().filter(|_| rng.u8(0..4) > 0);
    let Some(request) = request else { return Command { id, what: What::Open } };
    let change = match rng.u8(0..8) {
        0 => Change::Assign(pb::Assign { unit: "Voirie".into() }),
        1 => Change::PutOnHold(pb::PutOnHold { reason: HoldReason::Citizen.into() }),
        2 => Change::Resume(pb::Resume {}),
        3 => Change::Resolve(pb::Resolve {}),
        4 => Change::Reopen(pb::Reopen {}),
        5 => Change::Cancel(pb::Cancel {}),
        _ => return Command { id, what: What::FollowUp(request) },
    };
    Command { id, what: What::Change(request, change) }
}

/// What an answer says.
enum Said {
    Recorded,
    /// It was not, and may be when it is given again.
    NotRecorded(Status),
    Nothing,
    Refused(Status),
}

async fn call(running: &Running, command: &Command) -> Said {
    let intake = &running.intake;
    let id = command.id.to_string();
    let done = match &command.what {
        What::Open => {
            let message = pb::OpenServiceRequestRequest {
                request_id: id,
                product: "Nid-de-poule".to_owned(),
                nature: Nature::Service.into(),
                channel: Channel::App.into(),
                ..Default::default()
            };
            intake.open_service_request(Request::new(message)).await.map(drop)
        }
        What::Change(request, change) => {
            let message = pb::ChangeServiceRequestRequest {
                change_id: id,
                service_request: request.to_string(),
                change: Some(change.clone()),
                ..Default::default()
            };
            intake.change_service_request(Request::new(message)).await.map(drop)
        }
        What::FollowUp(request) => {
            let message = pb::AddFollowUpRequest {
                follow_up_id: id,
                service_request: request.to_string(),
                text: "Vu sur place".to_owned(),
                visibility: Visibility::Internal.into(),
                channel: Channel::Telephone.into(),
                author: Author::City.into(),
                ..Default::default()
            };
            intake.add_follow_up(Request::new(message)).await.map(drop)
        }
    };
    let Err(status) = done else { return Said::Recorded };
    let code = status.code();
    let is_open = code == Code::Unavailable || code == Code::Internal && !running.disk.is_well();
    if is_open {
        Said::Nothing
    } else if code == Code::ResourceExhausted {
        Said::NotRecorded(status)
    } else {
        assert_eq!(code, Code::FailedPrecondition, "{command:?} is answered {status:?}");
        Said::Refused(status)
    }
}

/// Gives a command until it is settled.
pub(crate) async fn give(
    world: Arc<World>,
    slots: Vec<Slot>,
    (command, shared): (Command, Shared),
    mut rng: Rng,
) {
    let id = command.id;
    book(&shared, |it| {
        if !it.given.insert(id) {
            it.twice.insert(id);
        }
        *it.senders.entry(id).or_default() += 1;
    });
    let mut is_first = true;
    let is_there = || world.broker.with(Stream::records).iter().any(|it| it.entry.id == id);
    loop {
        if *world.is_regressed.borrow() {
            return;
        }
        let pause = Duration::from_millis(rng.u64(1..800));
        let Some(running) = rng.choice(&slots).and_then(Slot::running) else {
            sleep(pause).await;
            continue;
        };
        let patience = Duration::from_millis(rng.u64(50..20_000));
        let was_there = is_there();
        let said = tokio::select! {
            biased;
            () = running.gone.cancelled() => Said::Nothing,
            said = call(&running, &command) => said,
            () = sleep(patience) => Said::Nothing,
        };
        if *world.is_regressed.borrow() {
            return;
        }
        match said {
            Said::Nothing => book(&shared, |it| it.unknown += 1),
            Said::NotRecorded(status) => {
                // Nobody else can have given it.
                let is_first = is_first && book(&shared, |it| !it.twice.contains(&id));
                assert!(!is_first || !is_there(), "{command:?} is on the log: {status:?}");
            }
            Said::Recorded => {
                assert!(is_there(), "{command:?} was acknowledged and is not on the log");
                book(&shared, |it| {
                    it.told(id);
                    it.refused.remove(&id);
                    if it.acknowledged.insert(id) && matches!(command.what, What::Open) {
                        it.opened.push(id);
                    }
                });
                return;
            }
            Said::Refused(status) => {
                assert!(!was_there, "{command:?} was on the log and is refused: {status:?}");
                book(&shared, |it| {
                    // What is refused now may be allowed when it is sent again.
                    if it.told(id) && !it.acknowledged.contains(&id) {
                        it.refused.insert(id, format!("{command:?} {status:?}"));
                    }
                });
                return;
            }
        }
        is_first = false;
        sleep(pause).await;
    }
}
