//! `breaches --follow`: facts as they come, across lost connections and restarts.
//!
//! A fact is printed first and its token saved afterwards: it may come twice after a crash in
//! between, it is never left out.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use beffroi_wire::pb::query::v1::subscribe_breaches_response::Event;
use beffroi_wire::pb::query::v1::{SubscribeBreachesRequest, SubscribeBreachesResponse};

use crate::cli::BreachesArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::{Console, warn};
use crate::view::BreachMessage;
use crate::words::error::Said;
use crate::{render, words};

const RETRY_AFTER_MIN: Duration = Duration::from_millis(500);
const RETRY_AFTER_MAX: Duration = Duration::from_secs(30);

/// Follows until refused, or until nobody reads any more.
pub(crate) async fn run(
    mut client: Client,
    args: BreachesArgs,
    console: Console,
) -> Result<(), Failure> {
    let kept = args.resume_file.as_deref().map(read_token).transpose()?.flatten();
    let mut follower = Follower {
        call: SubscribeBreachesRequest {
            filter: Some(args.filter.into()),
            resume_token: kept.or(args.resume).unwrap_or_default(),
            ..SubscribeBreachesRequest::default()
        },
        file: args.resume_file,
        retry_after: RETRY_AFTER_MIN,
        lost: false,
        console,
    };
    loop {
        let cause = match follower.follow(&mut client).await {
            Ok(()) => String::new(),
            Err(Failure::Call(status)) if Failure::Call(status.clone()).exit() == Exit::Failed => {
                format!(" ({})", status.message())
            }
            Err(failure) => return Err(failure),
        };
        follower.pause(&cause).await;
    }
}

struct Follower {
    /// The call with which to go on.
    call: SubscribeBreachesRequest,
    file: Option<PathBuf>,
    retry_after: Duration,
    lost: bool,
    console: Console,
}

impl Follower {
    /// One connection's worth of facts.
    async fn follow(&mut self, client: &mut Client) -> Result<(), Failure> {
        let stream = client.query.subscribe_breaches(self.call.clone()).await?;
        let mut stream = stream.into_inner();
        while let Some(message) = stream.message().await? {
            if self.lost {
                warn(self.console.say(words::CONNECTED_AGAIN));
            }
            self.lost = false;
            self.retry_after = RETRY_AFTER_MIN;
            self.take(message)?;
        }
        Ok(())
    }

    /// Prints what is to be printed, then moves on.
    fn take(&mut self, message: SubscribeBreachesResponse) -> Result<(), Failure> {
        match message.event {
            Some(Event::Breach(breach)) => {
                let view = BreachMessage {
                    breach: breach.clone().into(),
                    resume_token: message.resume_token.clone(),
                };
                self.console.item(&view, |reader| render::breach_line(&breach, reader))?;
            }
            Some(Event::CaughtUp(_)) => self.console.remark(words::CAUGHT_UP),
            Some(Event::Heartbeat(_)) | None => {}
        }
        if message.resume_token.is_empty() || message.resume_token == self.call.resume_token {
            return Ok(());
        }
        if let Some(file) = &self.file {
            write_token(file, &message.resume_token)?;
        }
        self.call.resume_token = message.resume_token;
        Ok(())
    }

    async fn pause(&mut self, cause: &str) {
        let (lost, again) = (self.console.say(words::LOST), self.console.say(words::RETRY_IN));
        warn(&format!("{lost}{cause}; {again} {} s", self.retry_after.as_secs_f32()));
        self.lost = true;
        tokio::time::sleep(self.retry_after).await;
        self.retry_after = (self.retry_after * 2).min(RETRY_AFTER_MAX);
    }
}

fn read_token(file: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|token| !token.is_empty())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let file = file.display();
            let said =
                Said::new(format!("impossible de lire {file}"), format!("cannot read {file}"));
            Err(said.because(error).into())
        }
    }
}

/// Replaces the file whole, so that a crash leaves the old token or the new one.
fn write_token(file: &Path, token: &str) -> anyhow::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".tmp");
    let written = std::fs::write(&name, format!("{token}\n"));
    Ok(written.and_then(|()| std::fs::rename(&name, file)).map_err(|error| {
        let file = file.display();
        let said = Said::new(
            format!("impossible de garder le jeton de reprise dans {file}"),
            format!("cannot keep the resume token in {file}"),
        );
        said.because(error)
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_token_comes_back() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("token");
        assert_eq!(read_token(&file).expect("no file yet"), None);
        write_token(&file, "first").expect("written");
        write_token(&file, "second").expect("replaced");
        assert_eq!(read_token(&file).expect("readable").as_deref(), Some("second"));
        assert_eq!(std::fs::read_dir(dir.path()).expect("listed").count(), 1);
    }
}
