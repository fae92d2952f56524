//! What the services of a node share.

use crate::admission::Admission;
use crate::catalogue::Catalogues;
use crate::commit::Committer;
use crate::error::ApiError;
use crate::query::Latest;
use beffroi_aggregator::{Cities, CityNow, Clock, Projections, Snapshot};
use beffroi_domain::{City, IdentifierKey};
use beffroi_wire::pb::query::v1 as query;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// How many streams may be open at once.
pub(crate) const STREAMS_MAX: usize = 10_000;

/// What the services share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub projections: Projections,
    pub committer: Committer,
    pub admission: Arc<Admission>,
    pub catalogues: Catalogues,
    pub cities: Arc<Cities>,
    pub clock: Clock,
    /// Under which citizens' identifiers are hashed.
    pub identifier_key: IdentifierKey,
    /// The log's identity.
    pub log: String,
    /// What was raised last, for all who follow it.
    pub latest: Latest,
    pub streams: Arc<Semaphore>,
    pub shutdown: CancellationToken,
}

impl Shared {
    /// The city as its file has it: its name, its promises and its time zone, which never changes.
    pub(crate) fn city(&self) -> &City {
        self.cities.file()
    }

    /// The city at the moment of a snapshot, with the hours that hold.
    pub(crate) fn city_at(&self, snapshot: &Snapshot) -> Result<Arc<CityNow>, ApiError> {
        Ok(self.cities.at(snapshot)?)
    }

    pub(crate) fn position(&self, sequence: u64) -> query::Position {
        query::Position { log: self.log.clone(), sequence, recorded_at: None }
    }

    /// Carries out a call; before it is refused the node folds to where the log is, and it is carried out
    /// once more: what it needs may have been recorded on another node.
    pub(crate) async fn current<T, F: Future<Output = Result<T, ApiError>>>(
        &self,
        call: impl Fn() -> F,
    ) -> Result<T, ApiError> {
        let seen = self.projections.sequence();
        match call().await {
            Err(refused) if refused.is_final() => match self.committer.come_after(seen).await {
                Ok(true) => call().await,
                Ok(false) => Err(refused),
                // What a call says of itself is wrong whatever the log holds.
                Err(_) if matches!(refused, ApiError::Invalid(_)) => Err(refused),
                Err(unknown) => Err(unknown),
            },
            answer => answer,
        }
    }

    /// Waits until the node has come to the position a caller asks for.
    pub(crate) async fn at_least(&self, asked: Option<&query::Position>) -> Result<(), ApiError> {
        const PATIENCE: Duration = Duration::from_secs(2);
        let Some(asked) = asked else { return Ok(()) };
        if asked.log != self.log {
            return Err(ApiError::OtherLog);
        }
        let folded = self.projections.folded(asked.sequence);
        tokio::time::timeout(PATIENCE, folded).await.map_err(|_| ApiError::Behind {
            asked: asked.sequence,
            folded: self.projections.sequence(),
        })
    }
}
