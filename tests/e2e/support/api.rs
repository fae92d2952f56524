//! Calls as another program makes them.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use beffroi_wire::pb::catalogue::v1::catalogue_service_client::CatalogueServiceClient;
use beffroi_wire::pb::centre::v1::centre_service_client::CentreServiceClient;
use beffroi_wire::pb::citizen::v1::citizen_service_client::CitizenServiceClient;
use beffroi_wire::pb::event::v1::{Channel, Nature, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::intake_service_client::IntakeServiceClient;
use beffroi_wire::pb::intake::v1::{
    AddFollowUpRequest, ChangeServiceRequestRequest, OpenServiceRequestRequest,
};
use beffroi_wire::pb::programme::v1::programme_service_client::ProgrammeServiceClient;
use beffroi_wire::pb::query::v1::query_service_client::QueryServiceClient;
use beffroi_wire::pb::query::v1::{GetVolumesRequest, GetVolumesResponse, ServiceRequest};
use beffroi_wire::pb::report::v1::report_service_client::ReportServiceClient;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel as Transport;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

/// A connection whose calls ask for English.
type Connection = InterceptedService<Transport, fn(Call) -> Result<Call, Status>>;
type Call = tonic::Request<()>;

/// Connected clients of a node.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// The catalogue.
    pub catalogue: CatalogueServiceClient<Connection>,
    /// The regime and the opening hours.
    pub centre: CentreServiceClient<Connection>,
    /// The intake.
    pub intake: IntakeServiceClient<Connection>,
    /// The queries.
    pub query: QueryServiceClient<Connection>,
    /// The programmes.
    pub programme: ProgrammeServiceClient<Connection>,
    /// The reports.
    pub report: ReportServiceClient<Connection>,
    /// Citizens' records.
    pub citizen: CitizenServiceClient<Connection>,
}

impl Api {
    /// Connects to a node.
    pub(crate) async fn connect(url: &str) -> Self {
        let endpoint = Transport::from_shared(url.to_owned()).expect("an address");
        let channel = endpoint.connect().await.expect("the node answers");
        let channel: Connection = InterceptedService::new(channel, in_english);
        Self {
            catalogue: CatalogueServiceClient::new(channel.clone()),
            centre: CentreServiceClient::new(channel.clone()),
            intake: IntakeServiceClient::new(channel.clone()),
            query: QueryServiceClient::new(channel.clone()),
            programme: ProgrammeServiceClient::new(channel.clone()),
            report: ReportServiceClient::new(channel.clone()),
            citizen: CitizenServiceClient::new(channel),
        }
    }

    /// How many requests and contacts there are, and where the log is.
    pub(crate) async fn volumes(&mut self) -> GetVolumesResponse {
        let call = GetVolumesRequest { min_position: None };
        self.query.get_volumes(call).await.expect("volumes").into_inner()
    }

    /// The sequence of the last event.
    pub(crate) async fn sequence(&mut self) -> u64 {
        self.volumes().await.position.expect("a position").sequence
    }

    /// Opens a request and gives it as it then stands.
    pub(crate) async fn opened(&mut self, call: OpenServiceRequestRequest) -> ServiceRequest {
        let answer = self.intake.open_service_request(call).await.expect("opened");
        answer.into_inner().service_request.expect("a request")
    }

    /// Makes a change and gives the request as it then stands.
    pub(crate) async fn changed(&mut self, call: ChangeServiceRequestRequest) -> ServiceRequest {
        let answer = self.intake.change_service_request(call).await.expect("changed");
        answer.into_inner().service_request.expect("a request")
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an interceptor may refuse a call")]
fn in_english(mut call: Call) -> Result<Call, Status> {
    call.metadata_mut().insert("accept-language", "en".parse().expect("a header"));
    Ok(call)
}

/// A request that can be opened, received `days` ago.
pub(crate) fn open(product: &str, days: u64) -> OpenServiceRequestRequest {
    OpenServiceRequestRequest {
        request_id: Uuid::now_v7().to_string(),
        product: product.to_owned(),
        nature: Nature::Service.into(),
        channel: Channel::Telephone.into(),
        occurred_at: (days > 0).then(|| {
            let past = SystemTime::now() - Duration::from_secs(days * 24 * 3600);
            prost_types::Timestamp::from(past)
        }),
        ..OpenServiceRequestRequest::default()
    }
}

/// A change of a request, now.
pub(crate) fn change(request: &str, change: Change) -> ChangeServiceRequestRequest {
    ChangeServiceRequestRequest {
        change_id: Uuid::now_v7().to_string(),
        service_request: request.to_owned(),
        change: Some(change),
        ..ChangeServiceRequestRequest::default()
    }
}

/// A follow-up of a request, now.
pub(crate) fn follow_up(request: &str, text: &str, visibility: Visibility) -> AddFollowUpRequest {
    AddFollowUpRequest {
        follow_up_id: Uuid::now_v7().to_string(),
        service_request: request.to_owned(),
        text: text.to_owned(),
        visibility: visibility.into(),
        ..AddFollowUpRequest::default()
    }
}

/// An error as a program reads it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The gRPC code.
    pub code: Code,
    /// The reason of the `ErrorInfo`.
    pub reason: String,
    /// The fields of the `BadRequest`.
    pub fields: Vec<String>,
    /// The metadata of the `ErrorInfo`.
    pub metadata: HashMap<String, String>,
    /// For people.
    pub message: String,
}

/// The error of a call that must fail.
#[track_caller]
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> Refusal {
    let status = answer.expect_err("a refusal");
    let details = status.get_error_details();
    let violations = details.bad_request().map(|it| it.field_violations.clone());
    Refusal {
        code: status.code(),
        reason: details.error_info().map(|it| it.reason.clone()).unwrap_or_default(),
        fields: violations.unwrap_or_default().into_iter().map(|it| it.field).collect(),
        metadata: details.error_info().map(|it| it.metadata.clone()).unwrap_or_default(),
        message: status.message().to_owned(),
    }
}
