//! What the broker does not permit. It says so apart from the answer, which then never comes.

use tokio::sync::watch;

use crate::error::Denial;

/// The last thing that was denied.
pub(super) type Denials = watch::Receiver<Option<Denial>>;

/// Reads the broker's words, such as ``Permissions Violation for Publish to "a.b"``.
pub(super) fn parse(words: &str) -> Option<Denial> {
    let lower = words.to_ascii_lowercase();
    let action = match lower.strip_prefix("permissions violation for ")? {
        rest if rest.starts_with("publish") => "publish",
        rest if rest.starts_with("subscription") => "subscribe",
        _ => return None,
    };
    let subject = words.split('"').nth(1)?.to_owned();
    Some(Denial { action, subject })
}

/// Waits for what is asked on a subject, or below it, unless the broker denies it.
///
/// Without the right to subscribe no answer comes to anything.
pub(super) async fn permitted<T>(
    denials: &Denials,
    subject: &str,
    answer: impl Future<Output = T>,
) -> Result<T, Denial> {
    let mut denials = denials.clone();
    denials.mark_unchanged();
    tokio::select! {
        biased;
        answer = answer => Ok(answer),
        denial = denied(denials, subject) => Err(denial),
    }
}

async fn denied(mut denials: Denials, subject: &str) -> Denial {
    loop {
        if denials.changed().await.is_err() {
            // The connection is closed: nothing is denied any more.
            std::future::pending::<()>().await;
        }
        let denial = denials.borrow_and_update().clone();
        if let Some(denial) = denial
            && (denial.action == "subscribe" || denial.subject.starts_with(subject))
        {
            return denial;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_broker_denies_is_read_from_its_words() {
        let denial = |action, subject: &str| Some(Denial { action, subject: subject.to_owned() });
        assert_eq!(parse("Permissions Violation for Publish to \"a.B\""), denial("publish", "a.B"));
        assert_eq!(
            parse("Permissions Violation for Subscription to \"_INBOX.x.*\""),
            denial("subscribe", "_INBOX.x.*")
        );
        assert_eq!(parse("Maximum Payload Violation"), None);
    }
}
