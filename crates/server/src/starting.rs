//! What a node answers while it starts: that it lives, that it is not ready, and nothing else yet.

use crate::error::ApiError;
use crate::health::READINESS;
use crate::language;
use std::os::fd::AsFd as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, Response};
use tonic::metadata::MetadataMap;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;

/// How long callers who wait for another answer may take to leave.
const LEAVE: std::time::Duration = std::time::Duration::from_millis(500);

/// Answers on a listener until the node does. Ends when dropped.
#[derive(Debug)]
pub struct Starting {
    end: CancellationToken,
    answering: JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Starting {
    /// Begins to answer, within a runtime.
    pub async fn answer(listener: &TcpListener) -> std::io::Result<Self> {
        let own = std::net::TcpListener::from(listener.as_fd().try_clone_to_owned()?);
        let incoming = TcpIncoming::from(TcpListener::from_std(own)?);
        let (health, service) = tonic_health::server::health_reporter();
        health.set_service_status(READINESS, ServingStatus::NotServing).await;
        let routes = Routes::new(service).into_axum_router().fallback(not_yet);
        let end = CancellationToken::new();
        let answering = Server::builder()
            .add_routes(Routes::from(routes))
            .serve_with_incoming_shutdown(incoming, end.clone().cancelled_owned());
        Ok(Self { end, answering: tokio::spawn(answering) })
    }

    /// Leaves the listener to the node.
    pub async fn end(mut self) {
        self.end.cancel();
        // Callers that are cut off find the node when they try again.
        let _ = tokio::time::timeout(LEAVE, &mut self.answering).await;
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        self.end.cancel();
        self.answering.abort();
    }
}

async fn not_yet(headers: HeaderMap) -> Response<Body> {
    let language = language::of(&MetadataMap::from_headers(headers));
    ApiError::Starting.into_status(language).into_http()
}
