//! The stream of a simulated broker, by the server's own rules: what it stores, and what it answers.
//!
//! One server checks an expectation of a single message before its id, three servers the other way
//! round, and in a batch the id comes first for both. With three, what is proposed is not stored yet.

use std::collections::{HashMap, HashSet, VecDeque};

use async_nats::HeaderMap;
use beffroi_journal::{Entry, Publication, Record};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

/// How long the server remembers an id.
const WINDOW_SECS: i64 = 120;

/// A stored message, and the entry in it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) message: Publication,
    pub(crate) record: Record,
}

/// What the server makes of a message that was to be stored.
pub(crate) enum Taken {
    /// It was rejected, or is stored: this is the answer.
    Answer(Bytes),
    /// It is stored once this proposal is applied.
    Proposed(u64),
    /// A part of a batch: nothing is answered.
    Part,
}

#[derive(Debug)]
struct Proposal {
    number: u64,
    messages: Vec<Publication>,
}

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) replicas: usize,
    pub(crate) epoch: u32,
    prefix: String,
    log: Vec<Stored>,
    heads: HashMap<String, u64>,
    /// Ids within the window; 0 for one that is proposed.
    ids: HashMap<String, u64>,
    batches: HashMap<String, Vec<Publication>>,
    proposals: VecDeque<Proposal>,
    next_proposal: u64,
    /// Nothing is taken for want of space, whatever it is: three servers look at that first.
    pub(crate) is_full: bool,
    /// What was rejected, by code.
    pub(crate) rejected: HashMap<u64, u64>,
    pub(crate) duplicates: u64,
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(async_nats::HeaderValue::as_str)
}

fn id((_, headers, _): &Publication) -> String {
    header(headers, "Nats-Msg-Id").unwrap().to_owned()
}

fn expected((_, headers, _): &Publication) -> Option<u64> {
    header(headers, "Nats-Expected-Last-Subject-Sequence").map(|it| it.parse().unwrap())
}

impl Stream {
    pub(crate) fn new(prefix: &str, replicas: usize) -> Self {
        Self {
            replicas,
            epoch: 1,
            prefix: prefix.to_owned(),
            log: Vec::new(),
            heads: HashMap::new(),
            ids: HashMap::new(),
            batches: HashMap::new(),
            proposals: VecDeque::new(),
            next_proposal: 0,
            is_full: false,
            rejected: HashMap::new(),
            duplicates: 0,
        }
    }

    pub(crate) fn log(&self) -> &[Stored] {
        &self.log
    }

    pub(crate) fn last(&self) -> u64 {
        self.log.len() as u64
    }

    /// The last sequence of a subject; 0: it has none.
    pub(crate) fn head(&self, subject: &str) -> u64 {
        self.heads.get(subject).copied().unwrap_or(0)
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.log.iter().map(|it| it.record.clone()).collect()
    }

    pub(crate) fn get(&self, sequence: u64) -> Option<&Stored> {
        self.log.get(usize::try_from(sequence).ok()?.checked_sub(1)?)
    }

    pub(crate) fn next_of(&self, subject: &str, sequence: u64) -> Option<&Stored> {
        let from = usize::try_from(sequence).ok()?.saturating_sub(1);
        self.log.iter().skip(from).find(|it| it.message.0 == subject)
    }

    fn reject(&mut self, code: u64, status: u64) -> Taken {
        *self.rejected.entry(code).or_default() += 1;
        Taken::Answer(answer(&json!({
            "error": { "code": status, "err_code": code, "description": "simulated" },
            "stream": "LOG", "seq": 0
        })))
    }

    fn duplicate(&mut self, sequence: u64) -> Taken {
        self.duplicates += 1;
        Taken::Answer(answer(&json!({ "stream": "LOG", "seq": sequence, "duplicate": true })))
    }

    pub(crate) fn take(&mut self, message: Publication, now: DateTime<Utc>) -> Taken {
        self.forget(now);
        if self.is_full && self.replicas > 1 {
            return self.reject(10002, 400);
        }
        let headers = &message.1;
        let Some(batch) = header(headers, "Nats-Batch-Id").map(str::to_owned) else {
            return self.take_single(message, now);
        };
        let number: usize = header(headers, "Nats-Batch-Sequence").unwrap().parse().unwrap();
        let is_last = header(headers, "Nats-Batch-Commit").is_some();
        let parts = self.batches.entry(batch.clone()).or_default();
        let is_next = number == parts.len() + 1;
        if is_next {
            parts.push(message);
        }
        match (is_next, is_last) {
            (true, false) => Taken::Part,
            (true, true) => {
                let messages = self.batches.remove(&batch).unwrap();
                self.take_batch(messages, now)
            }
            (false, _) => {
                // A part was lost: the batch is given up, and said so to whoever asks.
                self.batches.remove(&batch);
                if is_last { self.reject(10176, 400) } else { Taken::Part }
            }
        }
    }

    fn take_single(&mut self, message: Publication, now: DateTime<Utc>) -> Taken {
        let known = self.ids.get(&id(&message)).copied();
        if self.replicas == 1 {
            if let Err(code) = self.check(&message) {
                return self.reject(code, 400);
            }
            if let Some(sequence) = known {
                return self.duplicate(sequence);
            }
        } else {
            match known {
                Some(0) => return self.reject(10158, 409),
                Some(sequence) => return self.duplicate(sequence),
                None => {}
            }
            if let Err(code) = self.check(&message) {
                return self.reject(code, 400);
            }
        }
        self.accept(vec![message], now)
    }

    fn take_batch(&mut self, messages: Vec<Publication>, now: DateTime<Utc>) -> Taken {
        let mut staged: HashSet<String> = HashSet::new();
        let mut written: HashSet<&str> = HashSet::new();
        for message in &messages {
            match self.ids.get(&id(message)) {
                Some(0) => return self.reject(10158, 409),
                Some(_) => return self.reject(10201, 400),
                None => {}
            }
            if !staged.insert(id(message)) {
                return self.reject(10201, 400);
            }
            if expected(message).is_some() && written.contains(message.0.as_str()) {
                return self.reject(10164, 400);
            }
            if let Err(code) = self.check(message) {
                return self.reject(code, 400);
            }
            written.insert(message.0.as_str());
        }
        self.accept(messages, now)
    }

    /// Checks the expectation of a message.
    fn check(&self, message: &Publication) -> Result<(), u64> {
        let Some(expected) = expected(message) else { return Ok(()) };
        let is_in_flight =
            self.proposals.iter().flat_map(|it| &it.messages).any(|it| it.0 == message.0);
        if is_in_flight {
            return Err(10164);
        }
        if self.head(&message.0) == expected { Ok(()) } else { Err(10071) }
    }

    fn accept(&mut self, messages: Vec<Publication>, now: DateTime<Utc>) -> Taken {
        if self.replicas == 1 {
            return Taken::Answer(self.store(messages, now));
        }
        for message in &messages {
            self.ids.insert(id(message), 0);
        }
        self.next_proposal += 1;
        self.proposals.push_back(Proposal { number: self.next_proposal, messages });
        Taken::Proposed(self.next_proposal)
    }

    /// Applies the next proposal if it is that one or one before; gives its answer.
    pub(crate) fn apply(&mut self, up_to: u64, now: DateTime<Utc>) -> Option<(u64, Bytes)> {
        if self.proposals.front()?.number > up_to {
            return None;
        }
        let Proposal { number, messages } = self.proposals.pop_front()?;
        Some((number, self.store(messages, now)))
    }

    fn store(&mut self, messages: Vec<Publication>, now: DateTime<Utc>) -> Bytes {
        let is_batch = messages.len() > 1;
        let count = messages.len();
        for message in messages {
            let sequence = self.last() + 1;
            let entry = entry(&self.prefix, &message);
            // Every step: nothing is there twice.
            let known = self.log.iter().find(|it| it.record.entry.id == entry.id);
            assert!(known.is_none(), "{} is stored twice: {entry:?}", entry.id);
            self.heads.insert(message.0.clone(), sequence);
            self.ids.insert(id(&message), sequence);
            let record = Record { sequence, recorded_at: now, entry };
            self.log.push(Stored { message, record });
        }
        let mut said = json!({ "stream": "LOG", "seq": self.last() });
        if is_batch {
            said["batch"] = json!("b");
            said["count"] = json!(count);
        }
        answer(&said)
    }

    fn forget(&mut self, now: DateTime<Utc>) {
        let log = &self.log;
        self.ids.retain(|_, sequence| {
            let stored = usize::try_from(*sequence).ok().and_then(|it| log.get(it.checked_sub(1)?));
            stored.is_none_or(|it| (now - it.record.recorded_at).num_seconds() < WINDOW_SECS)
        });
    }

    /// What is only in memory is lost; ids are read from the log again, unless that fails too.
    pub(crate) fn restart(&mut self, now: DateTime<Utc>, are_ids_read: bool) {
        self.batches.clear();
        self.proposals.clear();
        self.ids.clear();
        if are_ids_read {
            self.ids = self.log.iter().map(|it| (id(&it.message), it.record.sequence)).collect();
            self.forget(now);
        }
    }

    /// Another server leads: it has `kept` of the proposals.
    pub(crate) fn change_leader(&mut self, kept: usize, now: DateTime<Utc>) {
        for _ in 0..kept {
            self.apply(u64::MAX, now);
        }
        self.restart(now, true);
    }

    pub(crate) fn proposed(&self) -> usize {
        self.proposals.len()
    }

    /// The log loses its end.
    pub(crate) fn truncate(&mut self, last: u64, now: DateTime<Utc>) {
        self.log.truncate(usize::try_from(last).unwrap());
        self.heads = self.log.iter().map(|it| (it.message.0.clone(), it.record.sequence)).collect();
        self.restart(now, true);
    }

    /// The log is deleted and created again.
    pub(crate) fn recreate(&mut self, now: DateTime<Utc>) {
        self.epoch += 1;
        self.truncate(0, now);
    }
}

fn answer(said: &Value) -> Bytes {
    said.to_string().into()
}

fn entry(prefix: &str, (subject, headers, payload): &Publication) -> Entry {
    let own = headers.iter().filter(|(name, _)| !name.to_string().starts_with("Nats-"));
    let mut own: Vec<(String, String)> =
        own.map(|(name, values)| (name.to_string(), values[0].as_str().to_owned())).collect();
    own.sort();
    Entry {
        id: Uuid::parse_str(header(headers, "Nats-Msg-Id").unwrap()).unwrap(),
        subject: subject.strip_prefix(prefix).unwrap().to_owned(),
        headers: own,
        payload: payload.clone(),
    }
}
