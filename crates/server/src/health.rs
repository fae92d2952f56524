//! Whether a node lives, and whether it is as fresh as a ready node is.
//!
//! A node is ready while it has folded what the log held a few seconds ago. One that is behind is
//! not, nor is one that cannot ask the log.

use crate::catalogue::CatalogueEndpoint;
use crate::centre::Centre;
use crate::citizen::Citizens;
use crate::intake::Intake;
use crate::operations::Operations;
use crate::programme::Programme;
use crate::query::Query;
use crate::report::Report;
use beffroi_aggregator::Projections;
use beffroi_journal::Journal;
use beffroi_wire::pb::catalogue::v1::catalogue_service_server::CatalogueServiceServer;
use beffroi_wire::pb::centre::v1::centre_service_server::CentreServiceServer;
use beffroi_wire::pb::citizen::v1::citizen_service_server::CitizenServiceServer;
use beffroi_wire::pb::intake::v1::intake_service_server::IntakeServiceServer;
use beffroi_wire::pb::operations::v1::operations_service_server::OperationsServiceServer;
use beffroi_wire::pb::programme::v1::programme_service_server::ProgrammeServiceServer;
use beffroi_wire::pb::query::v1::query_service_server::QueryServiceServer;
use beffroi_wire::pb::report::v1::report_service_server::ReportServiceServer;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tonic::server::NamedService as _;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// The name under which the health service tells whether the node is ready.
pub const READINESS: &str = "readiness";

/// How old the log's end may be that a ready node has folded.
const BEHIND_MAX: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long the log may take to say where it ends.
const LOOK_WITHIN: Duration = Duration::from_secs(2);

/// What answers without the log, as of where the node has come.
const READING: [&str; 7] = [
    CatalogueServiceServer::<CatalogueEndpoint>::NAME,
    CentreServiceServer::<Centre>::NAME,
    QueryServiceServer::<Query>::NAME,
    ReportServiceServer::<Report>::NAME,
    ProgrammeServiceServer::<Programme>::NAME,
    CitizenServiceServer::<Citizens>::NAME,
    OperationsServiceServer::<Operations>::NAME,
];
/// What needs the log at every call.
const WRITING: &str = IntakeServiceServer::<Intake>::NAME;

/// Keeps the health service up to date until the node ends.
#[derive(Debug)]
pub(crate) struct Readiness {
    health: HealthReporter,
    watching: JoinHandle<()>,
}

impl Readiness {
    /// Looks for the first time, then again and again.
    pub(crate) async fn start(
        health: HealthReporter,
        journal: Journal,
        projections: Projections,
    ) -> Self {
        for name in READING {
            health.set_service_status(name, ServingStatus::Serving).await;
        }
        let freshness = Freshness::default();
        let own = health.clone();
        let mut watcher = Watcher { health: own, journal, projections, freshness, is_ready: false };
        watcher.look().await;
        watcher.tell().await;
        Self { health, watching: tokio::spawn(watcher.watch()) }
    }

    /// The node ends: nothing is served any more.
    pub(crate) async fn end(self) {
        self.watching.abort();
        // Aborted or not, it has told all that it will.
        let _ = self.watching.await;
        for name in READING.into_iter().chain([WRITING, READINESS, ""]) {
            self.health.set_service_status(name, ServingStatus::NotServing).await;
        }
    }
}

/// Compares the projections with the log, and tells the health service.
struct Watcher {
    health: HealthReporter,
    journal: Journal,
    projections: Projections,
    freshness: Freshness,
    is_ready: bool,
}

impl Watcher {
    async fn watch(mut self) {
        loop {
            sleep(LOOK_EVERY).await;
            let was_ready = self.is_ready;
            self.look().await;
            if self.is_ready != was_ready {
                self.tell().await;
                let folded = self.projections.sequence();
                if self.is_ready {
                    tracing::info!(folded, "the node is ready again");
                } else {
                    tracing::warn!(folded, "the node is behind its log, or cannot reach it");
                }
            }
        }
    }

    async fn look(&mut self) {
        let asked_at = Instant::now();
        if let Ok(Ok(state)) = timeout(LOOK_WITHIN, self.journal.state()).await {
            self.freshness.saw(state.last, asked_at);
        }
        self.is_ready = self.freshness.is_fresh(self.projections.sequence(), Instant::now());
    }

    async fn tell(&self) {
        let status = if self.is_ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in [READINESS, WRITING] {
            self.health.set_service_status(name, status).await;
        }
    }
}

/// Where the log ended lately, and when.
#[derive(Debug, Default)]
struct Freshness {
    ends: VecDeque<(Instant, u64)>,
}

impl Freshness {
    fn saw(&mut self, last: u64, at: Instant) {
        self.ends.push_back((at, last));
    }

    /// Whether one of the ends that are young enough is folded.
    fn is_fresh(&mut self, folded: u64, now: Instant) -> bool {
        self.ends.retain(|(at, _)| now.duration_since(*at) <= BEHIND_MAX);
        self.ends.iter().any(|(_, last)| *last <= folded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_fresh_as_long_as_it_has_folded_what_the_log_held_lately() {
        let start = Instant::now();
        let after = |secs| start + Duration::from_secs(secs);
        let mut it = Freshness::default();
        assert!(!it.is_fresh(0, start), "the log has not been seen");
        it.saw(10, start);
        assert!(!it.is_fresh(9, start));
        assert!(it.is_fresh(10, start));
        it.saw(20, after(3));
        assert!(it.is_fresh(10, after(5)), "what came in the last seconds may be missing");
        assert!(!it.is_fresh(19, after(6)));
        assert!(it.is_fresh(20, after(8)));
        assert!(!it.is_fresh(20, after(9)), "the log has been away");
    }
}
