//! The publisher: sends what is waiting together, one group at a time.
//!
//! The broker waits for its disk once per group or worse, so a second group in flight would gain
//! little and could overtake the first.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::Log;
use super::publish::{Answer, publish};
use crate::entry::{Append, MAX_ENTRIES, Stored};

/// The most bytes of one group, give or take one append.
const GROUP_BYTES_MAX: usize = 4 << 20;
/// The most appends taken from the channel ahead of the group being sent.
const PENDING_MAX: usize = 4096;

/// Something for the publisher to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Store this.
    Append(Request),
    /// Finish what came before, take nothing more, and say when done.
    Close(oneshot::Sender<()>),
}

/// One attempt to store an append.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) append: Arc<Append>,
    pub(super) reply: oneshot::Sender<Attempt>,
}

/// The answer to one attempt.
#[derive(Debug)]
pub(super) enum Attempt {
    Stored(Stored),
    Rejected(super::publish::Rejection),
    Lost,
}

/// Runs until the last handle is gone or the journal is closed.
pub(super) async fn run(log: Log, mut jobs: mpsc::Receiver<Job>) {
    let mut pending: VecDeque<Request> = VecDeque::new();
    let mut closing: Option<oneshot::Sender<()>> = None;
    loop {
        if pending.is_empty() {
            let next = if closing.is_some() { None } else { jobs.recv().await };
            match next {
                Some(Job::Append(request)) => pending.push_back(request),
                Some(Job::Close(done)) => closing = Some(done),
                None => break,
            }
        }
        // Callers that have just been answered often have more: let them join this group.
        tokio::task::yield_now().await;
        while closing.is_none()
            && pending.len() < PENDING_MAX
            && let Ok(job) = jobs.try_recv()
        {
            match job {
                Job::Append(request) => pending.push_back(request),
                Job::Close(done) => closing = Some(done),
            }
        }
        let group = take_group(&mut pending);
        send(&log, group).await;
    }
    // Senders that still wait learn that the journal is closed before the closer does.
    drop(jobs);
    if let Some(done) = closing {
        let _ = done.send(());
    }
}

/// Sends a group; if the broker rejects it as a whole, sends each append alone, so that one
/// conflict does not fail its neighbours.
async fn send(log: &Log, group: Vec<Request>) {
    if group.is_empty() {
        return;
    }
    let appends: Vec<&Append> = group.iter().map(|request| request.append.as_ref()).collect();
    let answer = publish_until_lost(log, &appends).await;
    if group.len() > 1 && matches!(answer, Answer::Rejected(_)) {
        for request in group {
            let answer = publish_until_lost(log, &[&request.append]).await;
            reply_all(vec![request], &answer);
        }
    } else {
        reply_all(group, &answer);
    }
}

async fn publish_until_lost(log: &Log, appends: &[&Append]) -> Answer {
    let mut disconnects = log.disconnects.clone();
    disconnects.mark_unchanged();
    tokio::select! {
        biased;
        answer = log.connection.permitted(&log.prefix, publish(log, appends)) => {
            answer.unwrap_or_else(|denial| Answer::Rejected(denial.into()))
        }
        // An answer cannot come over another connection than its question went.
        Ok(()) = disconnects.changed() => Answer::Lost,
    }
}

fn reply_all(group: Vec<Request>, answer: &Answer) {
    let total: u64 = group.iter().map(|request| count(&request.append)).sum();
    let mut before = 0;
    for request in group {
        let count = count(&request.append);
        let attempt = match answer {
            Answer::Stored { last, duplicate } => {
                let first = (last + 1).saturating_sub(total) + before;
                Attempt::Stored(Stored {
                    first,
                    last: (first + count).saturating_sub(1),
                    duplicate: *duplicate,
                })
            }
            Answer::Rejected(rejection) => Attempt::Rejected(rejection.clone()),
            Answer::Lost => Attempt::Lost,
        };
        before += count;
        // The caller may have gone; what is stored stays stored.
        let _ = request.reply.send(attempt);
    }
}

fn count(append: &Append) -> u64 {
    append.entries.len() as u64
}

/// Takes from the queue what can be stored together.
///
/// An append waits if its expectation is about a subject that the group writes, and behind
/// earlier appends to the same subject that wait.
fn take_group(pending: &mut VecDeque<Request>) -> Vec<Request> {
    let mut group: Vec<Request> = Vec::new();
    let mut left = VecDeque::with_capacity(pending.len());
    let (mut entries, mut bytes) = (0, 0);
    let mut written: HashSet<String> = HashSet::new();
    let mut blocked: HashSet<String> = HashSet::new();
    while let Some(request) = pending.pop_front() {
        let append = &request.append;
        let is_full = !group.is_empty()
            && (entries + append.entries.len() > MAX_ENTRIES || bytes >= GROUP_BYTES_MAX);
        if is_full {
            left.push_back(request);
            break;
        }
        let must_wait = append.expected.iter().any(|(subject, _)| written.contains(subject))
            || append.entries.iter().any(|entry| blocked.contains(&entry.subject));
        let touched = append.entries.iter().map(|entry| entry.subject.clone());
        if must_wait {
            blocked.extend(touched);
            left.push_back(request);
        } else {
            written.extend(touched);
            entries += append.entries.len();
            bytes += append.size();
            group.push(request);
        }
    }
    left.append(pending);
    *pending = left;
    group
}
