//! What waits for a recipient, sent in order: the next when the one before was taken or parked.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::Notify;

use super::config::{Delivery as How, Recipient};
use super::http::{Http, Outcome};
use super::run::{Wakes, Work};
use super::state::{Delivery, Parked, webhook_id};
use crate::failure::Failure;

/// Sends to one recipient until told to stop. What is under way then is finished.
pub(super) async fn send(
    work: Work,
    recipient: Arc<Recipient>,
    wakes: Arc<Wakes>,
    http: Http,
) -> Result<(), Failure> {
    // How often in a row the recipient failed, whatever was sent.
    let mut failures = 0;
    loop {
        let name = recipient.name.clone();
        let head = work.state(move |state| state.head(&name)).await?;
        let Some((place, delivery)) = head else {
            if !waited(&work, &wakes.work, None).await {
                return Ok(());
            }
            continue;
        };
        let wait = wait_of(delivery.not_before_millis, Utc::now().timestamp_millis());
        if let Some(wait) = wait {
            if !waited(&work, &wakes.work, Some(wait)).await {
                return Ok(());
            }
            continue;
        }
        if work.stop.is_cancelled() {
            return Ok(());
        }
        let (fact, body) = (delivery.fact.as_str(), delivery.body.as_str());
        let outcome = http.post(&recipient, fact, body, work.how.timeout).await;
        failures = match outcome {
            Outcome::Delivered | Outcome::Refused(_) => 0,
            Outcome::Failed(..) => failures.max(delivery.attempts) + 1,
        };
        settle(&work, &recipient.name, (place, delivery), (outcome, failures)).await?;
        wakes.room.notify_one();
    }
}

/// Waits for something to do, at most so long; false: it is time to stop.
async fn waited(work: &Work, wake: &Notify, most: Option<Duration>) -> bool {
    let slept = async {
        match most {
            Some(most) => tokio::time::sleep(most).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = work.stop.cancelled() => false,
        () = wake.notified() => true,
        () = slept => true,
    }
}

/// How long to wait; a clock that was set back costs no more than the longest wait.
fn wait_of(not_before_millis: i64, now_millis: i64) -> Option<Duration> {
    const MOST: Duration = Duration::from_secs(24 * 3600);
    let millis = u64::try_from(not_before_millis.saturating_sub(now_millis)).ok()?;
    (millis > 0).then(|| Duration::from_millis(millis).min(MOST))
}

/// Keeps what became of an attempt.
async fn settle(
    work: &Work,
    recipient: &str,
    (place, delivery): (u64, Delivery),
    (outcome, failures): (Outcome, u32),
) -> Result<(), Failure> {
    let id = webhook_id(&delivery.fact, recipient);
    let name = recipient.to_owned();
    let delivery = Delivery { attempts: delivery.attempts + 1, ..delivery };
    let now = Utc::now().timestamp_millis();
    match outcome {
        Outcome::Delivered => {
            tracing::info!(recipient, delivery.id = id, "delivered");
            work.state(move |state| state.delivered((&name, place))).await
        }
        Outcome::Failed(problem, asked) if delivery.attempts < work.how.attempts => {
            let wait =
                back_off(&work.how, failures, fastrand::f64()).max(asked.unwrap_or_default());
            let wait_millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            tracing::warn!(recipient, delivery.id = id, problem, wait_millis, "not delivered");
            let not_before_millis = now.saturating_add(wait_millis);
            let delivery = Delivery { not_before_millis, ..delivery };
            work.state(move |state| state.tried((&name, place), &delivery)).await
        }
        Outcome::Failed(problem, _) | Outcome::Refused(problem) => {
            tracing::error!(recipient, delivery.id = id, problem, "parked: see `notify parked`");
            let parked = Parked { delivery, problem, at_millis: now };
            work.state(move |state| state.park((&name, place), &parked)).await
        }
    }
}

/// How long to wait after so many failures in a row: doubled each time, and somewhere in its upper
/// half, so that many that failed together do not come back together. `random` is from 0 to 1.
fn back_off(how: &How, failures: u32, random: f64) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
    let full = how.first_retry.saturating_mul(doubled).min(how.last_retry);
    full.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_differ() {
        let how = How::default();
        let secs = |failures, random| back_off(&how, failures, random).as_millis();
        assert_eq!(secs(1, 1.0), 5_000);
        assert_eq!(secs(1, 0.0), 2_500);
        assert_eq!(secs(3, 1.0), 20_000);
        assert_eq!(secs(40, 1.0), 3_600_000);
        assert_eq!(secs(u32::MAX, 0.0), 1_800_000);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_deliveries() {
        assert_eq!(wait_of(0, 5), None);
        assert_eq!(wait_of(5, 5), None);
        assert_eq!(wait_of(15, 5), Some(Duration::from_millis(10)));
        assert_eq!(wait_of(i64::MAX, 0), Some(Duration::from_secs(24 * 3600)));
    }
}
