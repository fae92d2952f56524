//! Connecting, and making sure that the stream keeps what it acknowledges.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::stream::Info;
use async_nats::{Client, ConnectError, ConnectErrorKind, Event, ServerError, rustls};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::access::Address;
use super::connection::{Connection, Nats, api};
use super::denial::{self, Denials};
use super::settings::{on_synced_servers, replicas_away, unsafe_settings, wanted, warnings};
use super::{JetStream, JetStreamConfig, Log, Recent, publisher};
use crate::error::Error;

/// How long one request to the broker's interface may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection over which two of these go unanswered is given up.
const PING_INTERVAL: Duration = Duration::from_secs(5);
/// How long a replica may take to catch up before it is warned of.
const SETTLE: Duration = Duration::from_millis(250);
const SETTLES_MAX: usize = 8;
/// How many appends may wait for the publisher.
const JOBS_MAX: usize = 4096;
/// What the subjects of answers begin with: a broker may permit these and no others.
const INBOX_PREFIX: &str = "_INBOX.beffroi";
const STREAM_NOT_FOUND: u64 = 10059;
const NO_SUITABLE_SERVERS: u64 = 10005;
const VERSION_NEEDED: (i64, i64, i64) = (2, 12, 1);
const VERSION_NEEDED_TEXT: &str = "2.12.1";

impl JetStream {
    pub(crate) async fn connect(config: JetStreamConfig) -> Result<Self, Error> {
        config.access.check()?;
        let (client, signals) = connect(&config).await?;
        check_version(&client)?;
        let mut context = async_nats::jetstream::new(client.clone());
        context.set_timeout(REQUEST_TIMEOUT);
        let mut info = open_stream(&context, &config, &signals.denials).await?;
        // A replica that was made a moment ago, or has much to write, catches up.
        for _ in 0..SETTLES_MAX {
            if replicas_away(&info).is_empty() {
                break;
            }
            sleep(SETTLE).await;
            info = open_stream(&context, &config, &signals.denials).await?;
        }
        let stream = context
            .get_stream_no_info(&config.stream)
            .await
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        let warnings = warnings(&info, &config, &client.server_info());
        let denials = signals.denials;
        let nats = Nats { client, context, stream, name: config.stream.into(), denials };
        let log = Log {
            connection: Connection::Nats(Box::new(nats)),
            prefix: format!("{}.", config.subject_prefix).into(),
            epoch: epoch(&info).into(),
            disconnects: signals.disconnects,
        };
        Ok(Self::over(log, warnings))
    }

    /// Uses the broker that a test simulates.
    #[cfg(feature = "simulation")]
    pub(crate) async fn simulated(link: super::Link, subject_prefix: &str) -> Result<Self, Error> {
        let disconnects = link.disconnects.clone();
        let connection = Connection::Simulated(link);
        let epoch = connection.state().await?.epoch.into();
        let prefix = format!("{subject_prefix}.").into();
        Ok(Self::over(Log { connection, prefix, epoch, disconnects }, Vec::new()))
    }

    fn over(log: Log, warnings: Vec<String>) -> Self {
        let (jobs, waiting) = mpsc::channel(JOBS_MAX);
        tokio::spawn(publisher::run(log.clone(), waiting));
        Self { recent: Recent::new(log.clone()), log, jobs, warnings }
    }
}

/// The identity of a stream: a stream created again under the same name has another.
pub(super) fn epoch(info: &Info) -> String {
    format!("{}@{}", info.config.name, info.created.unix_timestamp_nanos())
}

/// What the client tells apart from answers.
struct Signals {
    disconnects: watch::Receiver<u64>,
    denials: Denials,
}

async fn connect(config: &JetStreamConfig) -> Result<(Client, Signals), Error> {
    let (lost, disconnects) = watch::channel(0_u64);
    let (denied, denials) = watch::channel(None);
    let told = Arc::new((lost, denied));
    let addresses = Address::list(&config.url);
    let options = config.access.options(&addresses).custom_inbox_prefix(INBOX_PREFIX);
    let options = options.ping_interval(PING_INTERVAL).event_callback(move |event| {
        let (lost, denied) = &*told;
        tell(&event);
        match event {
            Event::Disconnected => lost.send_modify(|count| *count += 1),
            Event::ServerError(ServerError::Other(words)) => {
                if let Some(denial) = denial::parse(&words) {
                    denied.send_replace(Some(denial));
                }
            }
            Event::Connected
            | Event::LameDuckMode
            | Event::Draining
            | Event::Closed
            | Event::SlowConsumer(_)
            | Event::ServerError(
                ServerError::AuthorizationViolation | ServerError::SlowConsumer(_),
            )
            | Event::ClientError(_) => {}
        }
        std::future::ready(())
    });
    let addresses: Vec<_> = addresses.into_iter().map(|it| it.server).collect();
    match options.connect(addresses).await {
        Ok(client) => Ok((client, Signals { disconnects, denials })),
        Err(error) => Err(why_not_connected(&error)),
    }
}

/// Operators see in the log of the node when its broker goes and comes back.
fn tell(event: &Event) {
    match event {
        Event::Connected => tracing::info!("connected to the broker"),
        Event::Disconnected => tracing::warn!("the connection to the broker is lost"),
        Event::LameDuckMode => tracing::info!("the broker's server is about to stop"),
        Event::SlowConsumer(_) => tracing::warn!("the broker's client lost messages"),
        Event::ServerError(error) => tracing::warn!(%error, "the broker refuses"),
        Event::ClientError(error) => tracing::debug!(%error, "no connection to the broker"),
        Event::Draining | Event::Closed => {}
    }
}

fn why_not_connected(error: &ConnectError) -> Error {
    let mut text = error.kind().to_string();
    let mut is_tls = error.kind() == ConnectErrorKind::Tls;
    let mut source = error.source();
    while let Some(cause) = source {
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        is_tls |= inner.is_some_and(<dyn StdError + Send + Sync>::is::<rustls::Error>);
        text = cause.to_string();
        source = cause.source();
    }
    if error.kind() == ConnectErrorKind::AuthorizationViolation {
        Error::Unauthorized
    } else if is_tls {
        Error::Tls(text)
    } else {
        Error::Unreachable(text)
    }
}

fn check_version(client: &Client) -> Result<(), Error> {
    let (major, minor, patch) = VERSION_NEEDED;
    if client.is_server_compatible(major, minor, patch) {
        return Ok(());
    }
    Err(Error::ServerTooOld {
        found: client.server_info().version.clone(),
        needed: VERSION_NEEDED_TEXT,
    })
}

/// Creates the stream, on servers that say that they sync if there are enough.
async fn create_stream(
    context: &async_nats::jetstream::Context,
    config: &JetStreamConfig,
    denials: &Denials,
) -> Result<Info, Error> {
    let subject = format!("STREAM.CREATE.{}", config.stream);
    let wanted = wanted(config);
    if config.replicas > 1 {
        let synced = on_synced_servers(wanted.clone());
        match api((context, denials), &subject, &synced).await {
            Err(Error::Broker { code: NO_SUITABLE_SERVERS, .. }) => {}
            answer => return answer,
        }
    }
    api((context, denials), &subject, &wanted).await
}

/// Finds the stream and checks it, or creates it.
async fn open_stream(
    context: &async_nats::jetstream::Context,
    config: &JetStreamConfig,
    denials: &Denials,
) -> Result<Info, Error> {
    let subject = format!("STREAM.INFO.{}", config.stream);
    let info: Info = match api((context, denials), &subject, &()).await {
        Err(Error::Broker { code: STREAM_NOT_FOUND, .. }) => {
            create_stream(context, config, denials).await?
        }
        answer => answer?,
    };
    let settings = unsafe_settings(&info.config, &wanted(config));
    if settings.is_empty() {
        Ok(info)
    } else {
        Err(Error::UnsafeStream { stream: config.stream.clone(), settings })
    }
}
