//! A node: one journal, its projections, the timekeeper and the gRPC services over them.

use crate::admission::{Admission, CONNECTION_STREAMS_MAX};
use crate::catalogue::{CatalogueEndpoint, Catalogues};
use crate::centre::Centre;
use crate::citizen::Citizens;
use crate::commit::Committer;
use crate::error::chain;
use crate::health::Readiness;
use crate::identifier_key::{InvalidKeyFile, node_key};
use crate::intake::Intake;
use crate::operations::Operations;
use crate::programme::Programme;
use crate::query::{Latest, Query};
use crate::report::Report;
use crate::shared::{STREAMS_MAX, Shared};
use beffroi_aggregator::{
    Cities, Clock, Error as StoreError, Follower, Opened, Projections, Refolder, Stopped,
    Timekeeper, Why, follow, keep_time, open,
};
use beffroi_domain::{City, Timestamp};
use beffroi_journal::Journal;
use beffroi_wire::pb::catalogue::v1::catalogue_service_server::CatalogueServiceServer;
use beffroi_wire::pb::centre::v1::centre_service_server::CentreServiceServer;
use beffroi_wire::pb::citizen::v1::citizen_service_server::CitizenServiceServer;
use beffroi_wire::pb::intake::v1::intake_service_server::IntakeServiceServer;
use beffroi_wire::pb::operations::v1::operations_service_server::OperationsServiceServer;
use beffroi_wire::pb::programme::v1::programme_service_server::ProgrammeServiceServer;
use beffroi_wire::pb::query::v1::query_service_server::QueryServiceServer;
use beffroi_wire::pb::report::v1::report_service_server::ReportServiceServer;
use beffroi_wire::{DESCRIPTORS, TIME_ZONE};
use chrono_tz::Tz;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codegen::http::{self, HeaderValue};
use tonic::transport::Server;
use tonic::transport::server::{Router, TcpIncoming};
use tower::util::MapResponseLayer;

/// What a node is made of.
#[derive(Debug)]
pub struct Config {
    /// The log.
    pub journal: Journal,
    /// The city whose calendar and promises hold.
    pub city: City,
    /// The clock.
    pub clock: Clock,
    /// The file of the key under which citizens' identifiers are hashed: the same for all nodes of
    /// a log. It is made when there is none and the log holds no identifiers yet.
    pub identifier_key: PathBuf,
}

/// Why a node cannot start or had to stop.
#[derive(Debug, Error)]
pub enum Failure {
    /// The fold cannot go on.
    #[error("the fold stopped")]
    Fold(#[from] Stopped),
    /// The projections cannot be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log cannot be reached.
    #[error("the log cannot be reached")]
    Journal(#[from] beffroi_journal::Error),
    /// The gRPC server failed.
    #[error("the gRPC server failed")]
    Grpc(#[from] tonic::transport::Error),
    /// A part of the node panicked.
    #[error("a part of the node failed")]
    Task(#[source] tokio::task::JoinError),
    /// The key of citizens' identifiers cannot be used.
    #[error(transparent)]
    IdentifierKey(#[from] InvalidKeyFile),
    /// The reflection service cannot be built.
    #[error("the reflection service cannot be built")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// The largest message that is taken, in bytes.
const MESSAGE_MAX: usize = 4 << 20;
/// How long calls in progress may take to end at shutdown.
const DRAIN: Duration = Duration::from_secs(5);
/// How long the log may take to close.
const CLOSE: Duration = Duration::from_secs(2);
const KEEPALIVE: Duration = Duration::from_secs(30);

type Response = http::Response<Body>;

/// A node that folds and keeps time; it answers calls once it is served.
#[derive(Debug)]
pub struct Node {
    shared: Arc<Shared>,
    journal: Journal,
    follower: Follower,
    checked: watch::Receiver<Timestamp>,
    folding: CancellationToken,
    timekeeper: tokio::task::JoinHandle<Result<(), StoreError>>,
    refolder: Refolder,
}

/// Says when the calendar must be extended: a promise beyond what it knows is counted without the
/// holidays of that year. And when the city's file says something else than what was published.
fn tell_known(
    cities: &Cities,
    projections: &Projections,
    now: Timestamp,
) -> Result<(), StoreError> {
    let snapshot = projections.snapshot()?;
    let in_force = cities.at(&snapshot)?;
    if let Err(error) = in_force.city.calendar.check_known(now) {
        tracing::warn!("{error}, then publish it: `beffroi calendar publish`");
    }
    let published = cities.published(&snapshot)?;
    if published.is_some_and(|it| it != cities.file().calendar) {
        tracing::warn!(
            "the calendar of the city's file is not the one that was published last, which holds: \
             publish it, if it is right: `beffroi calendar publish`"
        );
    }
    Ok(())
}

impl Node {
    /// Opens the projections in `directory`, checks that they belong to the journal, and folds what
    /// the journal holds, telling `progress` how many of how many events are folded.
    pub async fn start(
        config: Config,
        directory: &Path,
        progress: impl FnMut(u64, u64),
    ) -> Result<Self, Failure> {
        let Opened { projections, beside, unreadable } = open(directory)?;
        if let Some(file) = unreadable {
            tracing::warn!(
                "`{}` is of a version that this release cannot read any more: the log is folded anew \
                 before the node answers",
                file.display()
            );
        }
        Self::start_on(config, (projections, beside), directory, progress).await
    }

    async fn start_on(
        config: Config,
        (projections, beside): (Projections, Option<Why>),
        directory: &Path,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Self, Failure> {
        let Config { journal, city, clock, identifier_key } = config;
        let head = journal.state().await?;
        let folding = CancellationToken::new();
        let follower = follow(journal.clone(), projections.clone(), folding.clone()).await?;
        let mut ended = follower;
        while projections.sequence() < head.last {
            progress(projections.sequence(), head.last);
            let step = (projections.sequence() + 50_000).min(head.last);
            tokio::select! {
                biased;
                () = projections.folded(step) => {}
                stopped = &mut ended => {
                    return Err(stopped.err().map_or(Failure::Fold(Stopped::Regressed {
                        last: projections.sequence(),
                        folded: head.last,
                    }), Failure::Fold));
                }
            }
        }
        let stored = projections.snapshot()?.identifier_key()?;
        let identifier_key = node_key(&identifier_key, stored)?;
        let cities = Arc::new(Cities::new(city));
        tell_known(&cities, &projections, clock.now())?;
        let (checked_sender, checked) = watch::channel(Timestamp::EPOCH);
        let timekeeper = Timekeeper {
            journal: journal.clone(),
            projections: projections.clone(),
            cities: Arc::clone(&cities),
            clock: clock.clone(),
            checked: checked_sender,
        };
        let timekeeper = tokio::spawn(keep_time(timekeeper, folding.clone()));
        let admission = Arc::new(Admission::new(directory));
        let shared = Shared {
            committer: Committer::new(journal.clone(), projections.clone(), Arc::clone(&admission)),
            admission,
            projections,
            catalogues: Catalogues::default(),
            cities,
            clock,
            identifier_key,
            log: head.epoch,
            latest: Latest::default(),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            shutdown: CancellationToken::new(),
        };
        let shared = Arc::new(shared);
        let projections = shared.projections.clone();
        let refolder =
            Refolder::new(journal.clone(), projections, directory, folding.child_token());
        if let Some(why) = beside {
            refolder.start(why);
        }
        Ok(Self { shared, journal, follower: ended, checked, folding, timekeeper, refolder })
    }

    /// What it has folded.
    pub fn projections(&self) -> Projections {
        self.shared.projections.clone()
    }

    /// Tells up to when every due warning and breach has been raised and folded.
    pub fn checked(&self) -> watch::Receiver<Timestamp> {
        self.checked.clone()
    }

    /// Starts on projections that a test has opened.
    #[cfg(feature = "simulation")]
    pub async fn simulated(config: Config, projections: Projections) -> Result<Self, Failure> {
        Self::start_on(config, (projections, None), Path::new(""), |_, _| {}).await
    }

    /// Its intake, to be called without a server.
    #[cfg(feature = "simulation")]
    pub fn intake(
        &self,
    ) -> impl beffroi_wire::pb::intake::v1::intake_service_server::IntakeService {
        Intake::new(Arc::clone(&self.shared))
    }

    /// Runs until the fold or the timekeeper stops, and says why.
    #[cfg(feature = "simulation")]
    pub async fn ended(self) -> Result<(), Failure> {
        let Self { follower, timekeeper, folding, .. } = self;
        let _all_end = folding.drop_guard();
        tokio::select! {
            biased;
            stopped = follower => stopped.map_err(Failure::Fold),
            kept = timekeeper => match kept {
                Ok(kept) => kept.map_err(Failure::Store),
                Err(error) => Err(Failure::Task(error)),
            },
        }
    }

    /// Answers calls on `listener` until `stop`, then drains and stops everything.
    ///
    /// Streams are ended with a resume token in hand; calls in progress get a few seconds.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Failure> {
        let Self { shared, journal, mut follower, folding, mut timekeeper, refolder, .. } = self;
        let (health, health_service) = tonic_health::server::health_reporter();
        let projections = shared.projections.clone();
        let readiness = Readiness::start(health, journal.clone(), projections).await;
        let server = Server::builder()
            .http2_keepalive_interval(Some(KEEPALIVE))
            .initial_connection_window_size(Some(4 << 20))
            .max_concurrent_streams(CONNECTION_STREAMS_MAX)
            .layer(MapResponseLayer::new(name_zone(shared.city().calendar.zone())));
        let operations = Operations::new(Arc::clone(&shared), refolder.clone());
        let server = router(server, &shared, (health_service, operations))?;
        let drained = shared.shutdown.clone();
        // Without this an answer may wait 40 ms for the acknowledgement of the one before.
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let serving =
            server.serve_with_incoming_shutdown(incoming, drained.clone().cancelled_owned());
        let mut serving = tokio::spawn(serving);
        let (mut folds, mut serves) = (true, true);
        let mut failure = tokio::select! {
            () = stop => None,
            stopped = &mut follower => {
                folds = false;
                stopped.err().map(Failure::Fold)
            }
            kept = &mut timekeeper => match kept {
                Ok(kept) => kept.err().map(Failure::Store),
                Err(error) => Some(Failure::Task(error)),
            },
            served = &mut serving => {
                serves = false;
                match served {
                    Ok(served) => served.err().map(Failure::Grpc),
                    Err(error) => Some(Failure::Task(error)),
                }
            }
        };
        readiness.end().await;
        drained.cancel();
        if serves && tokio::time::timeout(DRAIN, &mut serving).await.is_err() {
            tracing::warn!("calls in progress were cut off at shutdown");
            serving.abort();
        }
        folding.cancel();
        refolder.ended().await;
        if !timekeeper.is_finished() {
            let _ = timekeeper.await;
        }
        if folds {
            failure = failure.or(follower.await.err().map(Failure::Fold));
        }
        // Nobody waits any more for what the log has not answered.
        let _ = tokio::time::timeout(CLOSE, journal.close()).await;
        failure.map_or(Ok(()), |failure| {
            tracing::error!(error = %chain(&failure), "the node stops");
            Err(failure)
        })
    }
}

/// Names the city's time zone in the headers of an answer.
fn name_zone(zone: Tz) -> impl Fn(Response) -> Response + Clone + Send + 'static {
    let name = HeaderValue::from_static(zone.name());
    move |mut answer| {
        answer.headers_mut().insert(TIME_ZONE, name.clone());
        answer
    }
}

fn router<L: Clone>(
    mut server: Server<L>,
    shared: &Arc<Shared>,
    (health, operations): (
        impl tonic::codegen::Service<
            http::Request<Body>,
            Response = Response,
            Error = std::convert::Infallible,
            Future: Send + 'static,
        > + tonic::server::NamedService
        + Clone
        + Send
        + Sync
        + 'static,
        Operations,
    ),
) -> Result<Router<L>, Failure> {
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let intake = IntakeServiceServer::new(Intake::new(Arc::clone(shared)))
        .max_decoding_message_size(MESSAGE_MAX);
    let catalogue = CatalogueServiceServer::new(CatalogueEndpoint::new(Arc::clone(shared)))
        .max_decoding_message_size(MESSAGE_MAX);
    let centre = CentreServiceServer::new(Centre::new(Arc::clone(shared)))
        .max_decoding_message_size(MESSAGE_MAX);
    let query = QueryServiceServer::new(Query::new(Arc::clone(shared)))
        .max_decoding_message_size(MESSAGE_MAX);
    let report = ReportServiceServer::new(Report::new(Arc::clone(shared)))
        .max_decoding_message_size(MESSAGE_MAX);
    let programme = ProgrammeServiceServer::new(Programme::new(Arc::clone(shared)))
        .max_decoding_message_size(MESSAGE_MAX);
    let citizens = CitizenServiceServer::new(Citizens::new(Arc::clone(shared)))
        .max_decoding_message_size(MESSAGE_MAX);
    Ok(server
        .add_service(health)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(catalogue)
        .add_service(centre)
        .add_service(intake)
        .add_service(query)
        .add_service(report)
        .add_service(programme)
        .add_service(citizens)
        .add_service(OperationsServiceServer::new(operations)))
}
