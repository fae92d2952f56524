//! The catalogue service of a node.

use super::walk::label_of;
use super::{InForce, publish, walk};
use crate::error::{ApiError, Problem};
use crate::language;
use crate::query::list;
use crate::shared::Shared;
use beffroi_aggregator::{CatalogueRow, Snapshot};
use beffroi_domain::Language;
use beffroi_wire::pb::catalogue::v1 as pb;
use beffroi_wire::pb::catalogue::v1::catalogue_service_server::CatalogueService;
use beffroi_wire::time;
use std::sync::Arc;
use tonic::{Request, Response, Status};

const HITS_DEFAULT: usize = 10;
const HITS_MAX: usize = 100;
const QUERY_MAX: usize = 200;

/// The catalogue service of a node.
#[derive(Debug)]
pub(crate) struct CatalogueEndpoint {
    node: Arc<Shared>,
}

impl CatalogueEndpoint {
    pub(crate) fn new(node: Arc<Shared>) -> Self {
        Self { node }
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn answer<T>(found: Result<T, ApiError>, language: Language) -> Answer<T> {
    found.map(Response::new).map_err(|error| error.into_status(language))
}

#[tonic::async_trait]
impl CatalogueService for CatalogueEndpoint {
    async fn publish_catalogue(
        &self,
        call: Request<pb::PublishCatalogueRequest>,
    ) -> Answer<pb::PublishCatalogueResponse> {
        let language = language::of(call.metadata());
        answer(publish::publish(&self.node, call.into_inner()).await, language)
    }

    async fn get_catalogue(
        &self,
        call: Request<pb::GetCatalogueRequest>,
    ) -> Answer<pb::GetCatalogueResponse> {
        let language = language::of(call.metadata());
        answer(get(&self.node, &call.into_inner()).await, language)
    }

    async fn list_catalogue_versions(
        &self,
        call: Request<pb::ListCatalogueVersionsRequest>,
    ) -> Answer<pb::ListCatalogueVersionsResponse> {
        let language = language::of(call.metadata());
        answer(versions(&self.node, &call.into_inner()).await, language)
    }

    async fn search_products(
        &self,
        call: Request<pb::SearchProductsRequest>,
    ) -> Answer<pb::SearchProductsResponse> {
        let language = language::of(call.metadata());
        answer(search(&self.node, &call.into_inner(), language), language)
    }

    async fn get_next_questions(
        &self,
        call: Request<pb::GetNextQuestionsRequest>,
    ) -> Answer<pb::GetNextQuestionsResponse> {
        let language = language::of(call.metadata());
        let asked = self.node.projections.snapshot().map_err(ApiError::from);
        let call = call.into_inner();
        let next = asked.and_then(|it| walk::next_questions(&self.node, &it, &call, language));
        answer(next, language)
    }
}

/// The version that a caller names; 0: the one in force.
pub(super) fn wanted(
    node: &Shared,
    snapshot: &Snapshot,
    version: u64,
) -> Result<InForce, ApiError> {
    if version == 0 {
        return node.catalogues.in_force(snapshot)?.ok_or(ApiError::NoCatalogue);
    }
    let found = node.catalogues.version(snapshot, version)?;
    found.ok_or(ApiError::UnknownCatalogue(version))
}

pub(super) fn version_view(version: u64, row: &CatalogueRow) -> pb::CatalogueVersion {
    pb::CatalogueVersion {
        version,
        published_at: Some(time::to_pb(row.published_at)),
        actor: row.actor.clone().unwrap_or_default(),
        products: row.products,
        questions: row.questions,
    }
}

async fn get(
    node: &Shared,
    call: &pb::GetCatalogueRequest,
) -> Result<pb::GetCatalogueResponse, ApiError> {
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let InForce { version, catalogue } = wanted(node, &snapshot, call.version)?;
    let row = snapshot.catalogue_row(version)?;
    Ok(pb::GetCatalogueResponse {
        version: row.map(|row| version_view(version, &row)),
        catalogue: Some(beffroi_wire::catalogue::to_pb(&catalogue)),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

async fn versions(
    node: &Shared,
    call: &pb::ListCatalogueVersionsRequest,
) -> Result<pb::ListCatalogueVersionsResponse, ApiError> {
    const BINDING: &str = "catalogue versions";
    let size = list::page_size(call.page_size)?;
    let before = list::place(&call.page_token, BINDING)?;
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let mut rows = snapshot.catalogues_before(before, size + 1)?;
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|(version, _)| *version);
    Ok(pb::ListCatalogueVersionsResponse {
        versions: rows.iter().map(|(version, row)| version_view(*version, row)).collect(),
        next_page_token: list::token(next, BINDING),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

fn search(
    node: &Shared,
    call: &pb::SearchProductsRequest,
    language: Language,
) -> Result<pb::SearchProductsResponse, ApiError> {
    let query = call.query.trim();
    if query.is_empty() {
        return Err(Problem::Missing.at("query").into());
    }
    let found = query.chars().count();
    if found > QUERY_MAX {
        let problem = Problem::TooBig { found: found as u64, max: QUERY_MAX as u64 };
        return Err(problem.at("query").into());
    }
    let limit = match usize::try_from(call.limit) {
        Ok(0) => HITS_DEFAULT,
        Ok(limit) => limit.min(HITS_MAX),
        Err(_) => return Err(Problem::Negative.at("limit").into()),
    };
    let snapshot = node.projections.snapshot()?;
    let InForce { version, catalogue } = wanted(node, &snapshot, 0)?;
    let hits = catalogue.search(query, language, limit).into_iter().map(|hit| pb::ProductHit {
        product: hit.class.product.code.to_string(),
        precision: hit.class.precision.map(|it| it.code.to_string()).unwrap_or_default(),
        label: label_of(hit.class, language),
        group: hit
            .class
            .product
            .group
            .as_ref()
            .map(|it| it.get(language).to_string())
            .unwrap_or_default(),
    });
    Ok(pb::SearchProductsResponse { hits: hits.collect(), version })
}
