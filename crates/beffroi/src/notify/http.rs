//! One attempt to deliver: a signed POST, and what its answer means.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use chrono::Utc;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::config::Recipient;
use super::state::webhook_id;
use crate::words::error::Said;

/// The longest wait that a recipient may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3600);

/// Sends to recipients. Follows no redirects and keeps no cookies.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The recipient has it.
    Delivered,
    /// The recipient will not take it: trying again is of no use.
    Refused(String),
    /// It may work later, not before so long if the recipient said so.
    Failed(String, Option<Duration>),
}

impl Http {
    /// A client that trusts whom the system trusts.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let said = || {
            Said::new(
                "impossible de lire les autorités de certification du système",
                "cannot read the system's certificate authorities",
            )
        };
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| said().because(error))?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// Sends a body about a fact to a recipient.
    pub(crate) async fn post(
        &self,
        recipient: &Recipient,
        fact: &str,
        body: &str,
        timeout: Duration,
    ) -> Outcome {
        let id = webhook_id(fact, &recipient.name);
        let timestamp = Utc::now().timestamp();
        let signature = recipient.secrets.sign(&id, timestamp, body.as_bytes());
        let request = Request::post(recipient.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("beffroi/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(Full::new(Bytes::copy_from_slice(body.as_bytes())));
        let Ok(request) = request else { return Outcome::Refused("invalid".to_owned()) };
        match tokio::time::timeout(timeout, self.client.request(request)).await {
            Err(_) => Outcome::Failed("timeout".to_owned(), None),
            Ok(Err(_)) => Outcome::Failed("unreachable".to_owned(), None),
            Ok(Ok(answer)) => outcome(answer.status(), answer.headers()),
        }
    }
}

fn outcome(status: StatusCode, headers: &HeaderMap) -> Outcome {
    let problem = format!("http_{}", status.as_u16());
    if status.is_success() {
        Outcome::Delivered
    } else if status.is_client_error() && !may_pass(status) {
        Outcome::Refused(problem)
    } else {
        Outcome::Failed(problem, retry_after(headers, SystemTime::now()))
    }
}

/// Refusals that speak of the moment and not of the message.
fn may_pass(status: StatusCode) -> bool {
    [
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::CONFLICT,
        StatusCode::LOCKED,
        StatusCode::TOO_EARLY,
        StatusCode::TOO_MANY_REQUESTS,
    ]
    .contains(&status)
}

/// What `Retry-After` asks for: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse() {
        Ok(secs) => Duration::from_secs(secs),
        Err(_) => {
            let at = httpdate::parse_http_date(text).ok()?;
            at.duration_since(now).unwrap_or_default()
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn asked(text: &'static str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        retry_after(&headers, now)
    }

    #[test]
    fn a_recipient_may_ask_for_time_in_seconds_or_by_a_date() {
        assert_eq!(asked("120"), Some(Duration::from_secs(120)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:50:37 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(asked("99999999"), Some(RETRY_AFTER_MAX));
        assert_eq!(asked("soon"), None);
    }

    #[test]
    fn what_an_answer_means() {
        let of = |code| outcome(StatusCode::from_u16(code).expect("a code"), &HeaderMap::new());
        assert_eq!(of(200), Outcome::Delivered);
        assert_eq!(of(204), Outcome::Delivered);
        for permanent in [400, 401, 403, 404, 410, 422] {
            assert_eq!(of(permanent), Outcome::Refused(format!("http_{permanent}")));
        }
        for passing in [302, 307, 408, 429, 500, 503] {
            assert_eq!(of(passing), Outcome::Failed(format!("http_{passing}"), None));
        }
    }
}
