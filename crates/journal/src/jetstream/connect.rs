//! Connecting, and making sure that the stream keeps what it acknowledges.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::stream::{
    Config, DiscardPolicy, Info, PersistenceMode, RetentionPolicy, StorageType,
};
use async_nats::{Client, Event};
use tokio::sync::{mpsc, watch};

use super::access::Address;
use super::connection::{Connection, Nats, api};
use super::{JetStream, JetStreamConfig, Log, Recent, publisher};

use crate::duplicates::DUPLICATE_WINDOW;
use crate::error::{Error, UnsafeSetting};

/// How long one request to the broker's interface may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How many appends may wait for the publisher.
const JOBS_MAX: usize = 4096;
/// What the subjects of answers begin with: a broker may permit these and no others.
const INBOX_PREFIX: &str = "_INBOX.beffroi";
const STREAM_NOT_FOUND: u64 = 10059;
const VERSION_NEEDED: (i64, i64, i64) = (2, 12, 1);
const VERSION_NEEDED_TEXT: &str = "2.12.1";

impl JetStream {
    pub(crate) async fn connect(config: JetStreamConfig) -> Result<Self, Error> {
        let (lost, disconnects) = watch::channel(0_u64);
        config.access.check()?;
        let client = connect(&config, lost).await?;
        check_version(&client)?;
        let mut context = async_nats::jetstream::new(client.clone());
        context.set_timeout(REQUEST_TIMEOUT);
        let info = open_stream(&context, &config).await?;
        let stream = context
            .get_stream_no_info(&config.stream)
            .await
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        let nats = Nats { client, context, stream, name: config.stream.into() };
        let log = Log {
            connection: Connection::Nats(Box::new(nats)),
            prefix: format!("{}.", config.subject_prefix).into(),
            epoch: epoch(&info).into(),
            disconnects,
        };
        Ok(Self::over(log, warnings(&info.config)))
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

async fn connect(config: &JetStreamConfig, lost: watch::Sender<u64>) -> Result<Client, Error> {
    let lost = Arc::new(lost);
    let addresses = Address::list(&config.url);
    let options = config.access.options(&addresses).custom_inbox_prefix(INBOX_PREFIX);
    let options = options.event_callback(move |event| {
        if matches!(event, Event::Disconnected) {
            lost.send_modify(|count| *count += 1);
        }
        std::future::ready(())
    });
    let addresses: Vec<_> = addresses.into_iter().map(|it| it.server).collect();
    options.connect(addresses).await.map_err(|error| Error::Unreachable(error.to_string()))
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

/// Finds the stream and checks it, or creates it.
async fn open_stream(
    context: &async_nats::jetstream::Context,
    config: &JetStreamConfig,
) -> Result<Info, Error> {
    let subject = format!("STREAM.INFO.{}", config.stream);
    let info: Info = match api(context, subject, &()).await {
        Err(Error::Broker { code: STREAM_NOT_FOUND, .. }) => {
            let subject = format!("STREAM.CREATE.{}", config.stream);
            api(context, subject, &wanted(config)).await?
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

fn wanted(config: &JetStreamConfig) -> Config {
    Config {
        name: config.stream.clone(),
        subjects: vec![format!("{}.>", config.subject_prefix)],
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        num_replicas: config.replicas,
        duplicate_window: DUPLICATE_WINDOW,
        max_messages: -1,
        max_bytes: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        deny_delete: true,
        deny_purge: true,
        allow_direct: true,
        allow_atomic_publish: true,
        ..Config::default()
    }
}

/// Compares what decides whether events can be lost; the rest is the operator's.
fn unsafe_settings(found: &Config, wanted: &Config) -> Vec<UnsafeSetting> {
    let mut differences = Vec::new();
    let mut must = |name: &'static str, is_safe: bool, found: String, needed: &str| {
        if !is_safe {
            differences.push(UnsafeSetting { name, found, needed: needed.to_owned() });
        }
    };
    let storage = found.storage;
    must("storage", storage == StorageType::File, format!("{storage:?}"), "file");
    let retention = found.retention;
    must("retention", retention == RetentionPolicy::Limits, format!("{retention:?}"), "limits");
    must("discard", found.discard == DiscardPolicy::New, format!("{:?}", found.discard), "new");
    must("max_age", found.max_age.is_zero(), format!("{:?}", found.max_age), "none");
    // With `discard: new` only the limit per subject still evicts.
    let per_subject = found.max_messages_per_subject;
    must("max_msgs_per_subject", per_subject <= 0, per_subject.to_string(), "none");
    must("deny_delete", found.deny_delete, found.deny_delete.to_string(), "true");
    must("deny_purge", found.deny_purge, found.deny_purge.to_string(), "true");
    let rollup = found.allow_rollup;
    must("allow_rollup_hdrs", !rollup, rollup.to_string(), "false");
    let ttl = found.allow_message_ttl;
    must("allow_msg_ttl", !ttl, ttl.to_string(), "false");
    let schedules = found.allow_message_schedules;
    must("allow_msg_schedules", !schedules, schedules.to_string(), "false");
    let atomic = found.allow_atomic_publish;
    must("allow_atomic", atomic, atomic.to_string(), "true");
    must("no_ack", !found.no_ack, found.no_ack.to_string(), "false");
    must("sealed", !found.sealed, found.sealed.to_string(), "false");
    let asynchronous = found.persist_mode == Some(PersistenceMode::Async);
    must("persist_mode", !asynchronous, "async".to_owned(), "default");
    let window = found.duplicate_window;
    must("duplicate_window", window >= DUPLICATE_WINDOW, format!("{window:?}"), "120s or longer");
    let subjects = &found.subjects;
    must(
        "subjects",
        *subjects == wanted.subjects,
        subjects.join(", "),
        &wanted.subjects.join(", "),
    );
    let is_source = found.mirror.is_none() && found.sources.is_none();
    must("mirror and sources", is_source, "set".to_owned(), "none");
    let transformed = found.subject_transform.is_some();
    must("subject_transform", !transformed, "set".to_owned(), "none");
    differences
}

fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    if config.num_replicas == 1 {
        warnings.push(format!(
            "stream `{}` has one replica: losing its server's disk loses the log",
            config.name
        ));
        warnings.push(
            "the broker must have `sync_interval: always` in its configuration, which a client \
             cannot see: without it a power failure loses acknowledged events"
                .to_owned(),
        );
    }
    if config.max_messages > 0 || config.max_bytes > 0 {
        warnings.push(format!(
            "stream `{}` has a size limit: it refuses events when it is full",
            config.name
        ));
    }
    warnings
}
