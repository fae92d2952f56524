//! The report service: figures over a window of time, added up from one moment of the projections.

mod commitments;
mod contacts;
mod groups;
mod levels;
mod requests;
mod spread;
mod what_if;
mod window;

pub(crate) use what_if::SupposedProblem;

use crate::error::ApiError;
use crate::language;
use crate::shared::Shared;
use beffroi_aggregator::Snapshot;
use beffroi_domain::{Code, Language};
use beffroi_wire::pb::report::v1 as pb;
use beffroi_wire::pb::report::v1::report_service_server::ReportService;
use beffroi_wire::time;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

/// Messages of a replay that wait for a slow reader; then the replay waits as well.
const SCAN_QUEUE: usize = 4;

/// The product of the catalogue in force that the words of a product mean.
type Mapping<'a> = &'a dyn Fn(&str) -> Option<Code>;

/// Different words whose meaning is remembered during a scan.
const WORDS_MAX: usize = 20_000;

/// The mapping of the moment: through aliases and names of the catalogue in force.
fn mapping(
    node: &Shared,
    snapshot: &Snapshot,
) -> Result<impl Fn(&str) -> Option<Code> + use<>, ApiError> {
    let in_force = node.catalogues.in_force(snapshot)?;
    let known = RefCell::new(HashMap::<String, Option<Code>>::new());
    Ok(move |words: &str| {
        let catalogue = &in_force.as_ref()?.catalogue;
        if let Some(code) = known.borrow().get(words) {
            return code.clone();
        }
        let code = catalogue.by_alias(words, None).map(|it| it.product.code.clone());
        let mut known = known.borrow_mut();
        if known.len() < WORDS_MAX {
            known.insert(words.to_owned(), code.clone());
        }
        code
    })
}

/// The report service of a node.
#[derive(Debug)]
pub(crate) struct Report {
    node: Arc<Shared>,
}

impl Report {
    pub(crate) fn new(node: Arc<Shared>) -> Self {
        Self { node }
    }

    /// Runs a scan where it holds up nobody. It stops when its caller has gone or the node goes.
    async fn scan<T: Send + 'static>(
        &self,
        scan: impl FnOnce(&Snapshot, &CancellationToken) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let projections = self.node.projections.clone();
        let stop = self.node.shutdown.child_token();
        let _stop_with_caller = stop.clone().drop_guard();
        self.node.admission.reports.run(move || scan(&projections.snapshot()?, &stop)).await
    }

    async fn contacts(
        &self,
        call: pb::GetContactReportRequest,
    ) -> Result<pb::GetContactReportResponse, ApiError> {
        let asked = contacts::Asked::parse(&self.node.city().calendar, &call)?;
        self.node.at_least(call.min_position.as_ref()).await?;
        let node = Arc::clone(&self.node);
        self.scan(move |snapshot, stop| {
            let position = Some(node.position(snapshot.checkpoint().sequence));
            let (rows, total) = asked.count(&node, snapshot, stop)?;
            Ok(pb::GetContactReportResponse { rows, total: Some(total), position })
        })
        .await
    }

    async fn requests(
        &self,
        call: pb::GetRequestReportRequest,
    ) -> Result<pb::GetRequestReportResponse, ApiError> {
        let asked = requests::Asked::parse(&self.node.city().calendar, &call)?;
        self.node.at_least(call.min_position.as_ref()).await?;
        let node = Arc::clone(&self.node);
        self.scan(move |snapshot, stop| {
            let position = Some(node.position(snapshot.checkpoint().sequence));
            let (rows, total) = asked.count(&node, snapshot, stop)?;
            Ok(pb::GetRequestReportResponse { rows, total: Some(total), position })
        })
        .await
    }

    async fn commitments(
        &self,
        call: pb::GetCommitmentReportRequest,
        language: Language,
    ) -> Result<pb::GetCommitmentReportResponse, ApiError> {
        let asked = commitments::Asked::parse(&self.node.city().calendar, &call)?;
        self.node.at_least(call.min_position.as_ref()).await?;
        let node = Arc::clone(&self.node);
        self.scan(move |snapshot, stop| {
            let position = Some(node.position(snapshot.checkpoint().sequence));
            let now = node.clock.now();
            let (rows, total, imported) = asked.count(&node, snapshot, (stop, now))?;
            let levels = levels::Asked { node: &node, window: asked.window, language, now };
            Ok(pb::GetCommitmentReportResponse {
                rows,
                total: Some(total),
                imported: Some(imported),
                levels: levels.count(snapshot, stop)?,
                at: Some(time::to_pb(now)),
                city: node.city().name.to_string(),
                position,
            })
        })
        .await
    }
}

#[tonic::async_trait]
impl ReportService for Report {
    async fn get_contact_report(
        &self,
        call: Request<pb::GetContactReportRequest>,
    ) -> Result<Response<pb::GetContactReportResponse>, Status> {
        let language = language::of(call.metadata());
        let report = self.contacts(call.into_inner()).await;
        report.map(Response::new).map_err(|error| error.into_status(language))
    }

    async fn get_request_report(
        &self,
        call: Request<pb::GetRequestReportRequest>,
    ) -> Result<Response<pb::GetRequestReportResponse>, Status> {
        let language = language::of(call.metadata());
        let report = self.requests(call.into_inner()).await;
        report.map(Response::new).map_err(|error| error.into_status(language))
    }

    async fn get_commitment_report(
        &self,
        call: Request<pb::GetCommitmentReportRequest>,
    ) -> Result<Response<pb::GetCommitmentReportResponse>, Status> {
        let language = language::of(call.metadata());
        let report = self.commitments(call.into_inner(), language).await;
        report.map(Response::new).map_err(|error| error.into_status(language))
    }

    type WhatIfStream = what_if::Answers;

    async fn what_if(
        &self,
        call: Request<pb::WhatIfRequest>,
    ) -> Result<Response<Self::WhatIfStream>, Status> {
        let language = language::of(call.metadata());
        let answers = self.replay(call).await;
        answers.map(Response::new).map_err(|error| error.into_status(language))
    }
}
