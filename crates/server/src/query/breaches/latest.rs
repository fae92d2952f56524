//! What was raised last, read and put into words once for all who follow.
//!
//! Subscribers that have caught up are woken together and want the same facts: the first of them
//! reads, the others take what it read. Whoever still catches up, or has fallen behind, reads alone, and
//! holds up nobody.

use super::filter::Filter;
use super::{Next, next};
use crate::error::ApiError;
use crate::shared::Shared;
use beffroi_domain::Language;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The last reading in each language.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    french: Mutex<Option<Reading>>,
    english: Mutex<Option<Reading>>,
}

#[derive(Clone, Debug)]
struct Reading {
    after: u64,
    next: Arc<Next>,
}

impl Reading {
    /// Whether it says what comes next after a place. A reading stays true: it must only say
    /// something, or that there was nothing more when the node was where it is now.
    fn serves(&self, after: u64, now: u64) -> bool {
        let next = &self.next;
        let is_last = next.all && next.sequence >= now;
        self.after <= after && (after < next.last || is_last)
    }
}

/// What comes next after a place, from the last reading or a new one.
pub(super) async fn latest(
    node: &Arc<Shared>,
    after: u64,
    language: Language,
) -> Result<Arc<Next>, ApiError> {
    let place = match language {
        Language::French => &node.latest.french,
        Language::English => &node.latest.english,
    };
    let mut reading = place.lock().await;
    let now = node.projections.sequence();
    if let Some(reading) = reading.as_ref().filter(|it| it.serves(after, now)) {
        return Ok(Arc::clone(&reading.next));
    }
    if reading.as_ref().is_some_and(|it| after < it.after) {
        drop(reading);
        return Ok(Arc::new(read(node, None, after, language).await?));
    }
    let next = Arc::new(read(node, None, after, language).await?);
    *reading = Some(Reading { after, next: Arc::clone(&next) });
    Ok(next)
}

/// What comes next after a place of what is wanted, read off the async threads.
pub(super) async fn read(
    node: &Arc<Shared>,
    wanted: Option<Arc<Filter>>,
    after: u64,
    language: Language,
) -> Result<Next, ApiError> {
    let node = Arc::clone(node);
    let read = move || next(&node, wanted.as_deref(), after, language);
    tokio::task::spawn_blocking(read).await.map_err(|_| ApiError::Task)?
}
