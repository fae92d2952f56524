//! Four channels that send commands and read, and send again until they are answered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use beffroi_domain::Timestamp;
use beffroi_wire::pb::event::v1::{Channel, HoldReason, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{
    AddFollowUpRequest, ChangeServiceRequestRequest, PutOnHold, Reopen, Resolve, Resume,
};
use beffroi_wire::pb::query::v1::{
    GetServiceRequestRequest, Position, ServiceRequest, Status as Standing,
};
use beffroi_wire::time;
use fastrand::Rng;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use super::history::{Answer, Op, Want};
use super::place::PROMISED;
use crate::support::{Api, change, follow_up, open};

const CHANNELS: [Channel; 4] = [Channel::Telephone, Channel::Email, Channel::WebForm, Channel::App];
/// How many clients a channel has.
const CLIENTS: usize = 2;
/// How long a client waits for an answer before it asks again.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);
/// How long everything may take to be answered once there are no faults any more.
const ANSWERED_WITHIN: Duration = Duration::from_secs(120);
/// Requests that are worked on: few, so that clients get in each other's way.
const POOL_MAX: usize = 24;

/// Clients at work.
#[derive(Debug)]
pub(crate) struct Load {
    stop: CancellationToken,
    clients: Vec<JoinHandle<Vec<Op>>>,
}

/// What clients share.
#[derive(Debug)]
struct Common {
    began: Instant,
    /// The last position that any of them was told.
    position: AtomicU64,
    log: Mutex<String>,
    /// Requests that exist and whose due time is far.
    pool: Mutex<Vec<Uuid>>,
    stop: CancellationToken,
}

struct Client {
    common: Arc<Common>,
    nodes: Vec<Api>,
    channel: Channel,
    rng: Rng,
}

impl Load {
    /// Starts the clients of all channels; all nodes must be up.
    pub(crate) fn start(hands: &Runtime, urls: &[String], seed: u64) -> Self {
        let stop = CancellationToken::new();
        let common = Arc::new(Common {
            began: Instant::now(),
            position: AtomicU64::new(0),
            log: Mutex::default(),
            pool: Mutex::default(),
            stop: stop.clone(),
        });
        let mut clients = Vec::new();
        for (nth, channel) in CHANNELS.iter().cycle().take(CHANNELS.len() * CLIENTS).enumerate() {
            let connect = urls.iter().map(|url| Api::connect(url));
            let client = Client {
                common: Arc::clone(&common),
                nodes: hands.block_on(futures::future::join_all(connect)),
                channel: *channel,
                rng: Rng::with_seed(seed ^ (nth as u64 + 1)),
            };
            clients.push(hands.spawn(client.run()));
        }
        Self { stop, clients }
    }

    /// Lets each client get its last answer, and gives all that was asked and answered.
    pub(crate) async fn stop(self) -> Vec<Op> {
        self.stop.cancel();
        let mut history = Vec::new();
        for client in self.clients {
            let done = timeout(ANSWERED_WITHIN, client).await;
            history.extend(done.expect("everything is answered in the end").expect("no panic"));
        }
        history
    }
}

impl Client {
    async fn run(mut self) -> Vec<Op> {
        let mut history = Vec::new();
        while !self.common.stop.is_cancelled() {
            let (want, request) = self.draw();
            let op = self.ask(want, request).await;
            if let (Want::Open(None), Answer::Done { .. }) = (want, &op.answer) {
                let mut pool = self.common.pool.lock().unwrap();
                if pool.len() == POOL_MAX {
                    pool.remove(0);
                }
                pool.push(op.request);
            }
            history.push(op);
            sleep(Duration::from_millis(self.rng.u64(0..10))).await;
        }
        history
    }

    fn draw(&mut self) -> (Want, Uuid) {
        let known = {
            let pool = self.common.pool.lock().unwrap();
            self.rng.choice(pool.iter()).copied()
        };
        let Some(known) = known else { return (Want::Open(None), Uuid::now_v7()) };
        match self.rng.u8(0..20) {
            0..3 => (Want::Open(None), Uuid::now_v7()),
            3..5 => {
                // Overdue already, or soon.
                let due = now();
                let due = due.saturating_add_micros(self.rng.i64(-20_000_000..4_000_000));
                (Want::Open(Some(due)), Uuid::now_v7())
            }
            5..8 => (Want::FollowUp, known),
            8..11 => (Want::Hold, known),
            11..13 => (Want::Resume, known),
            13..15 => (Want::Resolve, known),
            15..17 => (Want::Reopen, known),
            _ => (Want::Read(self.common.position.load(Ordering::SeqCst)), known),
        }
    }

    /// Asks until there is an answer, at whichever node.
    async fn ask(&mut self, want: Want, request: Uuid) -> Op {
        let id = match want {
            Want::Open(_) => request,
            Want::FollowUp
            | Want::Hold
            | Want::Resume
            | Want::Resolve
            | Want::Reopen
            | Want::Read(_) => Uuid::now_v7(),
        };
        let began = self.common.began.elapsed();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let api = self.rng.choice(&self.nodes).expect("a node").clone();
            let call = self.send(api, want, (id, request));
            let answer = match timeout(PATIENCE, call).await {
                Ok(Ok((position, found))) => {
                    Some(Answer::Done { position, status: in_hand(found.status()) })
                }
                Ok(Err(status)) => refused(&status).map(Answer::Refused),
                Err(_) => None,
            };
            if let Some(answer) = answer {
                if let Answer::Done { position, .. } = answer {
                    self.common.position.fetch_max(position, Ordering::SeqCst);
                }
                let ended = self.common.began.elapsed();
                return Op { id, request, want, began, ended, attempts, answer };
            }
            sleep(PAUSE).await;
        }
    }

    async fn send(
        &self,
        mut api: Api,
        want: Want,
        (id, request): (Uuid, Uuid),
    ) -> Result<(u64, ServiceRequest), Status> {
        let name = request.to_string();
        let (position, found) = match want {
            Want::Open(due) => {
                let mut call = open(if due.is_some() { "fast" } else { "slow" }, 0);
                call.request_id = name;
                call.channel = self.channel.into();
                let received = due.map(|due| due.saturating_add_micros(-PROMISED));
                call.occurred_at = received.map(time::to_pb);
                let answer = api.intake.open_service_request(call).await?.into_inner();
                (answer.position, answer.service_request)
            }
            Want::FollowUp => {
                let call = follow_up(&name, "Toujours là.", Visibility::Internal);
                let call = AddFollowUpRequest { follow_up_id: id.to_string(), ..call };
                let answer = api.intake.add_follow_up(call).await?.into_inner();
                (answer.position, answer.service_request)
            }
            Want::Read(asked) => {
                let log = self.common.log.lock().unwrap().clone();
                let min_position = (asked > 0 && !log.is_empty()).then_some(Position {
                    log,
                    sequence: asked,
                    recorded_at: None,
                });
                let call = GetServiceRequestRequest { service_request: name, min_position };
                let answer = api.query.get_service_request(call).await?.into_inner();
                (answer.position, answer.service_request)
            }
            Want::Hold => {
                let reason = HoldReason::Citizen.into();
                self.change(api, (id, &name), Change::PutOnHold(PutOnHold { reason })).await?
            }
            Want::Resume => self.change(api, (id, &name), Change::Resume(Resume {})).await?,
            Want::Resolve => self.change(api, (id, &name), Change::Resolve(Resolve {})).await?,
            Want::Reopen => self.change(api, (id, &name), Change::Reopen(Reopen {})).await?,
        };
        let position = position.expect("an answer has its position");
        self.common.log.lock().unwrap().clone_from(&position.log);
        Ok((position.sequence, found.expect("an answer has its request")))
    }

    async fn change(
        &self,
        mut api: Api,
        (id, request): (Uuid, &str),
        what: Change,
    ) -> Result<(Option<Position>, Option<ServiceRequest>), Status> {
        let call = change(request, what);
        let call = ChangeServiceRequestRequest { change_id: id.to_string(), ..call };
        let answer = api.intake.change_service_request(call).await?.into_inner();
        Ok((answer.position, answer.service_request))
    }
}

/// A request that is reopened or resumed is with the unit that had it: that makes no difference here.
fn in_hand(status: Standing) -> Standing {
    if status == Standing::Assigned { Standing::Open } else { status }
}

fn now() -> Timestamp {
    Timestamp::try_from(chrono::Utc::now()).expect("a time")
}

/// Why a call is refused for good; `None`: it has to be sent again.
fn refused(status: &Status) -> Option<String> {
    let details = status.get_error_details();
    let reason = details.error_info().map(|it| it.reason.clone());
    match status.code() {
        Code::FailedPrecondition | Code::NotFound => Some(reason.expect("a reason")),
        // The node is not there, or cannot say.
        Code::Unavailable
        | Code::DeadlineExceeded
        | Code::Cancelled
        | Code::Unknown
        | Code::ResourceExhausted => None,
        // A node that finds its projections damaged.
        Code::Internal if reason.as_deref() == Some("INTERNAL") => None,
        Code::Internal if reason.is_none() => None,
        Code::Ok
        | Code::InvalidArgument
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => panic!("not an answer to this: {status:?}"),
    }
}
