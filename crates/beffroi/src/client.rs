//! The connection to a server.

use std::error::Error as _;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;

use beffroi_wire::TIME_ZONE;
use beffroi_wire::pb::catalogue::v1::catalogue_service_client::CatalogueServiceClient;
use beffroi_wire::pb::centre::v1::centre_service_client::CentreServiceClient;
use beffroi_wire::pb::citizen::v1::citizen_service_client::CitizenServiceClient;
use beffroi_wire::pb::intake::v1::intake_service_client::IntakeServiceClient;
use beffroi_wire::pb::operations::v1::operations_service_client::OperationsServiceClient;
use beffroi_wire::pb::programme::v1::programme_service_client::ProgrammeServiceClient;
use beffroi_wire::pb::query::v1::query_service_client::QueryServiceClient;
use beffroi_wire::pb::report::v1::report_service_client::ReportServiceClient;
use chrono_tz::Tz;
use tonic::body::Body;
use tonic::codegen::http::{self, HeaderMap, HeaderValue};
use tonic::codegen::{BoxFuture, Service};
use tonic::transport::{Channel, Endpoint};

use crate::failure::Failure;
use crate::words::Lang;

/// A report of every product of a large city is bigger than the default of 4 MiB.
const ANSWER_BYTES_MAX: usize = 64 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection whose other end is gone without a word is noticed within these two.
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(20);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// What the server told first: a process asks one server, of one city.
static ZONE: OnceLock<Tz> = OnceLock::new();

/// The services of a server.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// The catalogue.
    pub catalogue: CatalogueServiceClient<Connection>,
    /// The regime and the opening hours.
    pub centre: CentreServiceClient<Connection>,
    /// What is told.
    pub intake: IntakeServiceClient<Connection>,
    /// What is asked.
    pub query: QueryServiceClient<Connection>,
    /// What is counted.
    pub report: ReportServiceClient<Connection>,
    /// Quarantine and projections.
    pub operations: OperationsServiceClient<Connection>,
    /// What planners ask.
    pub programme: ProgrammeServiceClient<Connection>,
    /// Citizens' records.
    pub citizen: CitizenServiceClient<Connection>,
}

/// A connection on which every call says the caller's language, and every answer the city's time
/// zone.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    channel: Channel,
    lang: Lang,
}

impl Service<http::Request<Body>> for Connection {
    type Response = http::Response<Body>;
    type Error = tonic::transport::Error;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.channel.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        let language = HeaderValue::from_static(self.lang.tag());
        request.headers_mut().insert("accept-language", language);
        let answer = self.channel.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            if let Some(zone) = zone_of(answer.headers()) {
                let _ = ZONE.set(zone);
            }
            Ok(answer)
        })
    }
}

/// The time zone of the city whose server has answered; `None`: none has, or it did not say.
pub(crate) fn zone() -> Option<Tz> {
    ZONE.get().copied()
}

fn zone_of(headers: &HeaderMap) -> Option<Tz> {
    headers.get(TIME_ZONE)?.to_str().ok()?.parse().ok()
}

/// Connects to the server at `url`; a connection lost later is made again by the next call.
pub(crate) async fn connect(url: &str, lang: Lang) -> Result<Client, Failure> {
    let unreachable = |error: tonic::transport::Error| Failure::Unreachable {
        url: url.to_owned(),
        cause: root_cause(&error),
    };
    let channel = Endpoint::from_shared(url.to_owned())
        .map_err(unreachable)?
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE_EVERY)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
        .connect()
        .await
        .map_err(unreachable)?;
    let connection = Connection { channel, lang };
    Ok(Client {
        catalogue: CatalogueServiceClient::new(connection.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX),
        centre: CentreServiceClient::new(connection.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX),
        intake: IntakeServiceClient::new(connection.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX),
        query: QueryServiceClient::new(connection.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX),
        report: ReportServiceClient::new(connection.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX),
        operations: OperationsServiceClient::new(connection.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX),
        programme: ProgrammeServiceClient::new(connection.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX),
        citizen: CitizenServiceClient::new(connection),
    })
}

fn root_cause(error: &tonic::transport::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_is_not_told_or_not_known_is_none() {
        let told = |zone| {
            let mut headers = HeaderMap::new();
            headers.insert(TIME_ZONE, HeaderValue::from_static(zone));
            headers
        };
        assert_eq!(zone_of(&told("America/Toronto")), Some(chrono_tz::America::Toronto));
        assert_eq!(zone_of(&told("America/Ys")), None);
        assert_eq!(zone_of(&HeaderMap::new()), None);
    }
}
