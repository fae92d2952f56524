//! What the node asks of its stream: what it makes it with, what it refuses, what it warns of.

use async_nats::ServerInfo;
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, Info, PersistenceMode, Placement, RetentionPolicy, StorageType,
};

use super::JetStreamConfig;
use crate::duplicates::DUPLICATE_WINDOW;
use crate::error::UnsafeSetting;

/// The tag by which servers say that they put every message on the disk before they acknowledge it.
/// A client sees the tags that a stream asks of its servers, but not the setting itself.
const SYNC_TAG: &str = "sync:always";
/// From here on a write that fails on the disk stops the stream, instead of being passed over.
const VERSION_ADVISED: (u64, u64) = (2, 14);

/// The same stream, on servers that say how they write.
pub(super) fn on_synced_servers(config: Config) -> Config {
    let placement = Placement { cluster: None, tags: vec![SYNC_TAG.to_owned()] };
    Config { placement: Some(placement), ..config }
}

pub(super) fn wanted(config: &JetStreamConfig) -> Config {
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

/// Compares what decides whether events can be lost: the node refuses such a stream. The rest is the
/// operator's, see [`warnings`].
pub(super) fn unsafe_settings(found: &Config, wanted: &Config) -> Vec<UnsafeSetting> {
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

/// What may lose events, or stop the node, if something else goes wrong as well. Each a sentence.
pub(super) fn warnings(info: &Info, wanted: &JetStreamConfig, server: &ServerInfo) -> Vec<String> {
    let config = &info.config;
    let name = &config.name;
    let mut warnings = Vec::new();
    if config.num_replicas < wanted.replicas {
        let (found, wanted) = (config.num_replicas, wanted.replicas);
        warnings.push(format!(
            "stream `{name}` is kept by {found} of the broker's servers, asked for were {wanted}: \
             `nats stream edit {name} --replicas {wanted}`"
        ));
    }
    if config.num_replicas == 1 {
        warnings.push(format!(
            "stream `{name}` has one replica: losing its server's disk loses the log"
        ));
    }
    let tags = config.placement.as_ref().map(|it| it.tags.as_slice()).unwrap_or_default();
    if !tags.iter().any(|it| it.eq_ignore_ascii_case(SYNC_TAG)) {
        warnings.push(format!(
            "the broker must have `sync_interval: always` in its configuration, which a client \
             cannot see: without it a power failure loses acknowledged events (a cluster whose \
             servers have the tag `{SYNC_TAG}` says so: `nats stream edit {name} --tag {SYNC_TAG}`)"
        ));
    }
    let away = replicas_away(info);
    if !away.is_empty() {
        warnings.push(format!(
            "stream `{name}`: {} is offline or not up to date; until it is, one server less may be lost",
            away.join(", ")
        ));
    }
    if config.max_messages > 0 || config.max_bytes > 0 {
        warnings
            .push(format!("stream `{name}` has a size limit: it refuses events when it is full"));
    }
    let (major, minor) = VERSION_ADVISED;
    if version(&server.version).is_some_and(|it| it < VERSION_ADVISED) {
        warnings.push(format!(
            "the broker is version {}, advised is {major}.{minor} or newer: before it, a failing disk \
             does not stop the stream",
            server.version
        ));
    }
    warnings
}

/// The servers of the stream that do not have all of it now.
pub(super) fn replicas_away(info: &Info) -> Vec<&str> {
    let peers = info.cluster.iter().flat_map(|it| &it.replicas);
    peers.filter(|it| it.offline || !it.current).map(|it| it.name.as_str()).collect()
}

fn version(text: &str) -> Option<(u64, u64)> {
    let mut numbers = text.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
