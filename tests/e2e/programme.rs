//! Planned intervention programmes: what planners ask, and what citizens are told.

mod catalogue;
mod close;
mod export;
mod list;
mod told;

use beffroi_wire::pb::event::v1::{Coordinates, Place};
use beffroi_wire::pb::intake::v1::EnterProgramme;
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::programme::v1::{
    CloseProgrammeRequestsRequest, CloseProgrammeRequestsResponse, CloseResult,
    ListProgrammeRequestsRequest, ListProgrammeRequestsResponse, ProgrammeFilter,
};
use beffroi_wire::pb::query::v1::ServiceRequest;
use futures::stream::{StreamExt, iter};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::{Api, Node, change, open};

const SIDEWALKS: &str = "refection-trottoirs";
const TREES: &str = "plantation-arbres";

async fn given() -> (Node, Api, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let api = Api::connect(&node.url).await;
    (node, api, folder)
}

/// A request opened `days` ago, and in a programme since.
async fn planned(
    api: &mut Api,
    (programme, product, days): (&str, &str, u64),
    (borough, at): (&str, Option<(f64, f64)>),
) -> ServiceRequest {
    let mut call = open(product, days);
    call.place = Some(Place {
        borough: borough.to_owned(),
        coordinates: at.map(|(latitude, longitude)| Coordinates { latitude, longitude }),
    });
    let request = api.opened(call).await;
    entered(api, &request.id, programme).await
}

async fn entered(api: &mut Api, request: &str, programme: &str) -> ServiceRequest {
    let enter = Change::EnterProgramme(EnterProgramme { programme: programme.to_owned() });
    api.changed(change(request, enter)).await
}

/// The ids of so many requests in the programme of sidewalks.
async fn many(api: &Api, count: usize) -> Vec<String> {
    let one = |_| {
        let mut api = api.clone();
        async move {
            let request = api.opened(open("Trottoir brisé", 3)).await;
            entered(&mut api, &request.id, SIDEWALKS).await.id
        }
    };
    iter(0..count).map(one).buffered(32).collect().await
}

fn closing(requests: &[String]) -> CloseProgrammeRequestsRequest {
    CloseProgrammeRequestsRequest {
        closing_id: Uuid::now_v7().to_string(),
        service_requests: requests.to_vec(),
        note: "Le trottoir est refait.".to_owned(),
        ..CloseProgrammeRequestsRequest::default()
    }
}

async fn closed(
    api: &mut Api,
    call: CloseProgrammeRequestsRequest,
) -> CloseProgrammeRequestsResponse {
    api.programme.close_programme_requests(call).await.expect("answered").into_inner()
}

fn is_closed(request: &str) -> CloseResult {
    let service_request = request.to_owned();
    CloseResult { service_request, closed: true, ..CloseResult::default() }
}

async fn listed(api: &mut Api, filter: ProgrammeFilter) -> ListProgrammeRequestsResponse {
    let call = ListProgrammeRequestsRequest { filter: Some(filter), ..Default::default() };
    api.programme.list_programme_requests(call).await.expect("a list").into_inner()
}
