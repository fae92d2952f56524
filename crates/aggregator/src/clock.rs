//! The clock of a node: the system's, or one that is set by hand.

use beffroi_domain::Timestamp;
use std::time::Duration;
use tokio::sync::watch;

/// Tells the time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock set by hand, see [`ManualClock`].
    Manual(watch::Receiver<Timestamp>),
}

/// A clock that stands still until it is set: plays a year in seconds.
#[derive(Debug)]
pub struct ManualClock(watch::Sender<Timestamp>);

/// The longest sleep before the system's clock is looked at again: it may have been set.
const SLEEP_MAX: Duration = Duration::from_secs(1);

impl Clock {
    /// Now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
                let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
                Timestamp::EPOCH.saturating_add_micros(micros)
            }
            Self::Manual(time) => *time.borrow(),
        }
    }

    /// Waits until `at` has passed, or for a while: look at the clock again afterwards.
    pub async fn sleep_until(&mut self, at: Option<Timestamp>) {
        match self {
            Self::System => {
                let now = Self::System.now();
                let micros = at.map_or(i64::MAX, |at| at.micros().saturating_sub(now.micros()) + 1);
                let wait = Duration::from_micros(micros.max(0).unsigned_abs());
                tokio::time::sleep(wait.min(SLEEP_MAX)).await;
            }
            Self::Manual(time) => {
                if time.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

impl ManualClock {
    /// A clock that shows `start`, and the view of it that a node takes.
    pub fn new(start: Timestamp) -> (Self, Clock) {
        let (sender, receiver) = watch::channel(start);
        (Self(sender), Clock::Manual(receiver))
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        self.0.send_replace(now);
    }
}
