//! The stream of one recipient: what it is to be told is kept, then the stream goes on.

use std::sync::Arc;
use std::time::Duration;

use beffroi_wire::pb::query::v1::subscribe_breaches_response::Event;
use beffroi_wire::pb::query::v1::{SubscribeBreachesRequest, SubscribeBreachesResponse};

use super::config::Recipient;
use super::run::{Wakes, Work};
use super::state::Delivery;
use crate::client;
use crate::failure::{Exit, Failure};
use crate::view::BreachView;
use crate::words::error::Said;

/// How much is kept here for a recipient before it is read on: the rest waits on the server.
const AHEAD_MAX: usize = 100;
const RETRY_AFTER_MIN: Duration = Duration::from_millis(500);
const RETRY_AFTER_MAX: Duration = Duration::from_secs(30);

/// Receives for one recipient until told to stop, across lost connections.
pub(super) async fn receive(
    work: Work,
    recipient: Arc<Recipient>,
    wakes: Arc<Wakes>,
) -> Result<(), Failure> {
    let mut receiver = Receiver { work, recipient, wakes, retry_after: RETRY_AFTER_MIN };
    let stop = receiver.work.stop.clone();
    loop {
        let ended = tokio::select! {
            ended = receiver.stream() => ended,
            () = stop.cancelled() => return Ok(()),
        };
        let cause = match ended {
            Ok(()) => String::new(),
            Err(Failure::Call(status)) if Failure::Call(status.clone()).exit() == Exit::Failed => {
                status.message().to_owned()
            }
            Err(Failure::Unreachable { cause, .. }) => cause,
            Err(failure) => return Err(failure),
        };
        let recipient = &receiver.recipient.name;
        tracing::warn!(recipient, cause, "lost the server: trying again");
        tokio::select! {
            () = tokio::time::sleep(receiver.retry_after) => {}
            () = stop.cancelled() => return Ok(()),
        }
        receiver.retry_after = (receiver.retry_after * 2).min(RETRY_AFTER_MAX);
    }
}

struct Receiver {
    work: Work,
    recipient: Arc<Recipient>,
    wakes: Arc<Wakes>,
    retry_after: Duration,
}

impl Receiver {
    /// One connection's worth of facts.
    async fn stream(&mut self) -> Result<(), Failure> {
        self.room().await?;
        let mut client = client::connect(&self.work.server, self.recipient.language).await?;
        let name = self.recipient.name.clone();
        let resume_token = self.work.state(move |state| state.token(&name)).await?;
        let call = SubscribeBreachesRequest { resume_token, ..SubscribeBreachesRequest::default() };
        let mut stream = client.query.subscribe_breaches(call).await?.into_inner();
        while let Some(message) = stream.message().await? {
            self.retry_after = RETRY_AFTER_MIN;
            if self.take(message).await? {
                self.room().await?;
            }
        }
        Ok(())
    }

    /// Waits until little enough waits for the recipient.
    async fn room(&self) -> Result<(), Failure> {
        loop {
            let name = self.recipient.name.clone();
            if self.work.state(move |state| state.waiting(&name, AHEAD_MAX)).await? < AHEAD_MAX {
                return Ok(());
            }
            self.wakes.room.notified().await;
        }
    }

    /// Keeps what is to be delivered; says whether there was anything.
    async fn take(&self, message: SubscribeBreachesResponse) -> Result<bool, Failure> {
        let (name, token) = (self.recipient.name.clone(), message.resume_token);
        match message.event {
            Some(Event::Breach(fact)) if self.recipient.wants(&fact) => {
                let view = BreachView::from(fact);
                let body = serde_json::to_string(&view).map_err(|error| {
                    let said = Said::new("impossible d'écrire du JSON", "cannot write JSON");
                    Failure::Other(said.because(error).into())
                })?;
                let fact = view.id().to_owned();
                let it = Delivery { fact, body, attempts: 0, not_before_millis: 0 };
                self.work.state(move |state| state.add(&name, &it, &token)).await?;
                self.wakes.work.notify_one();
                Ok(true)
            }
            // Facts that are not wanted are passed with the next mark: reading them again is cheap.
            Some(Event::Breach(_)) | None => Ok(false),
            Some(Event::CaughtUp(_) | Event::Heartbeat(_)) => {
                self.work.state(move |state| state.pass(&name, &token)).await?;
                Ok(false)
            }
        }
    }
}
