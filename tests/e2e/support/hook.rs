//! A recipient of webhooks: a real HTTP server that keeps what it gets, and checks signatures on its
//! own.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;

/// A recipient on a free port, as long as the test runs.
#[derive(Debug)]
pub(crate) struct Hook {
    /// Where it is told.
    pub url: String,
    kept: Arc<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    received: Mutex<Vec<Received>>,
    script: Mutex<VecDeque<u16>>,
    otherwise: AtomicU16,
    holds: AtomicBool,
}

/// A message that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// The header `webhook-id`.
    pub id: String,
    /// The body.
    pub body: String,
    /// The header `webhook-timestamp`.
    pub timestamp: String,
    /// The header `webhook-signature`.
    pub signature: String,
    /// The status it was answered with; none: it was never answered.
    pub answered: Option<u16>,
}

impl Received {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Whether it is signed with these bytes.
    pub(crate) fn is_signed(&self, secret: &[u8]) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length");
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.body).as_bytes());
        let expected = STANDARD.encode(mac.finalize().into_bytes());
        self.signature == format!("v1,{expected}")
    }
}

impl Hook {
    /// Starts a recipient that takes everything.
    pub(crate) fn start() -> Self {
        let kept = Arc::<Kept>::default();
        kept.otherwise.store(204, Ordering::SeqCst);
        let serving = Arc::clone(&kept);
        let (told, address) = std::sync::mpsc::channel();
        // A thread of its own: tests wait without letting go of theirs.
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                told.send(listener.local_addr().expect("an address")).expect("a test");
                serve(listener, serving).await;
            });
        });
        let address = address.recv().expect("an address");
        Self { url: format!("http://{address}/hook"), kept }
    }

    /// Answers the next messages with these statuses.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.kept.script.lock().unwrap().extend(statuses);
    }

    /// Answers with this status whenever nothing else was said.
    pub(crate) fn answer_always(&self, status: u16) {
        self.kept.otherwise.store(status, Ordering::SeqCst);
    }

    /// Takes messages, and never answers them, or answers again.
    pub(crate) fn hold(&self, holds: bool) {
        self.kept.holds.store(holds, Ordering::SeqCst);
    }

    /// What was received so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.kept.received.lock().unwrap().clone()
    }

    /// What was received and taken so far, by the ids of the facts.
    pub(crate) fn taken(&self) -> Vec<String> {
        let taken = |it: &Received| it.answered.is_some_and(|it| it < 300);
        let received = self.received().into_iter().filter(taken);
        received.map(|it| it.json()["id"].as_str().expect("an id").to_owned()).collect()
    }
}

async fn serve(listener: TcpListener, kept: Arc<Kept>) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let kept = Arc::clone(&kept);
        tokio::spawn(async move {
            let service = service_fn(move |request| receive(Arc::clone(&kept), request));
            // Whoever is killed closes the connection in the midst of it.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn receive(
    kept: Arc<Kept>,
    request: Request<Incoming>,
) -> Result<Response<Empty<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        head.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned()
    };
    let body = body.collect().await?.to_bytes();
    assert_eq!((head.method, head.uri.path()), (Method::POST, "/hook"));
    assert_eq!(header("content-type"), "application/json");
    let holds = kept.holds.load(Ordering::SeqCst);
    let status = (!holds).then(|| {
        let scripted = kept.script.lock().unwrap().pop_front();
        scripted.unwrap_or_else(|| kept.otherwise.load(Ordering::SeqCst))
    });
    kept.received.lock().unwrap().push(Received {
        id: header("webhook-id"),
        body: String::from_utf8(body.to_vec()).expect("UTF-8"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        answered: status,
    });
    let Some(status) = status else { return std::future::pending().await };
    let mut answer = Response::new(Empty::new());
    *answer.status_mut() = status.try_into().expect("a status");
    Ok(answer)
}
