//! What an import adds to what is known: all of a request that is new, and of one that is known
//! what its source says that the history does not show yet.

use super::remark::{Kept, Remark, details};
use super::{Item, Step, rejected};
use crate::error::ApiError;
use crate::intake::mirrored_id;
use beffroi_aggregator::{RequestRow, Snapshot};
use beffroi_domain::{
    About, Change, City, Command, Duplicate, Event, EventId, Kind, Label, Language, LinkRejection,
    Meta, Origin, Personal, PersonalData, Rejection, Request, RequestId, Status, Timestamp, decide,
    mirror,
};
use beffroi_journal::{MAX_ENTRIES, Refusal};
use beffroi_wire::pb::intake::v1 as pb;
use pb::import_result::Outcome;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The events of a group, decided one after another on a moment of the projections.
pub(super) struct Draft<'a> {
    snapshot: &'a Snapshot,
    city: &'a City,
    language: Language,
    events: Vec<Event>,
    held: HashMap<Uuid, Held>,
    /// Duplicates that follow the request being drafted.
    followed: HashMap<Uuid, Held>,
}

/// A request as it is known.
#[derive(Clone)]
struct Held {
    request: Request,
    /// The ids of its history.
    known: HashSet<Uuid>,
    /// How it came to stand where it stands.
    last: Last,
}

/// The last change of a status.
#[derive(Clone)]
struct Last {
    name: &'static str,
    at: Timestamp,
    approximate: bool,
    origin: Origin,
    word: Option<Label>,
}

impl Last {
    fn of(event: &Event) -> Self {
        Self {
            name: event.kind.name(),
            at: event.meta.occurred_at,
            approximate: event.meta.approximate,
            origin: event.meta.origin,
            word: event.meta.source_status.clone(),
        }
    }

    /// It is what this step tells of, told again. A source's word for where a request ends may
    /// change without anything having happened; any other word is another step.
    fn is_told_by(&self, step: &Step) -> bool {
        let change = &step.command.change;
        if self.name != change.event_name() {
            return false;
        }
        let same_word = self.word == step.source_status;
        let same_time = self.approximate
            || step.approximate
            || self.at == step.command.occurred_at
            || self.origin == Origin::Live;
        let ends = matches!(change, Change::Resolve | Change::Cancel);
        same_time && (same_word || ends || self.origin == Origin::Live)
    }

    /// It left the request open.
    fn is_opening(&self) -> bool {
        ["request_opened", "request_reopened", "request_resumed"].contains(&self.name)
    }
}

/// Where a request cannot be imported: at its opening, or at one of its changes.
type At = (Option<usize>, ApiError);

impl<'a> Draft<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, city: &'a City, language: Language) -> Self {
        Self {
            snapshot,
            city,
            language,
            events: Vec::new(),
            held: HashMap::new(),
            followed: HashMap::new(),
        }
    }

    pub(super) fn into_events(self) -> Vec<Event> {
        self.events
    }

    pub(super) fn item(&mut self, item: &Item) -> Result<pb::ImportResult, ApiError> {
        if self.snapshot.is_quarantined(item.id.uuid())? {
            return Ok(rejected(&ApiError::Quarantined, self.language));
        }
        let held = match self.held.get(&item.id.uuid()) {
            Some(drafted) => Some(drafted.clone()),
            None => match self.snapshot.request(item.id)? {
                Some(row) => Some(self.hold(row)?),
                None => None,
            },
        };
        let before = self.events.len();
        self.followed.clear();
        let is_new = held.is_none();
        let drafted = match held {
            None => self.first(item).map(|held| (held, Vec::new())),
            Some(held) => self.again(item, held),
        };
        let found = self.events.len() - before;
        let drafted = drafted.and_then(|drafted| {
            // What is told of one request is stored whole, with all that follows for its duplicates.
            let too_many = ApiError::Refused(Refusal::TooManyEntries { found });
            if found > MAX_ENTRIES { Err((None, too_many)) } else { Ok(drafted) }
        });
        let (held, remarks) = match drafted {
            Ok(drafted) => drafted,
            Err((change, error)) => {
                // Nothing half done: what was drafted for it goes. What an earlier item of this
                // call drafted for the same request stays.
                self.events.truncate(before);
                let mut result = rejected(&error, self.language);
                if let (Some(error), Some(change)) = (&mut result.error, change) {
                    error.field = format!("changes[{change}]");
                }
                return Ok(result);
            }
        };
        self.held.insert(item.id.uuid(), held);
        self.held.extend(self.followed.drain());
        let outcome = match (is_new, found) {
            (true, _) => Outcome::Created,
            (false, 0) => Outcome::Unchanged,
            (false, _) => Outcome::Updated,
        };
        Ok(pb::ImportResult {
            outcome: outcome.into(),
            request_id: item.id.to_string(),
            error: None,
            remarks: remarks.into_iter().map(|it| it.into_pb(self.language)).collect(),
        })
    }

    fn hold(&self, row: RequestRow) -> Result<Held, ApiError> {
        let mut last = None;
        for step in row.steps.iter().rev() {
            let event = self.snapshot.recorded(step.sequence)?.event;
            if is_of_status(&event.kind) {
                last = Some(Last::of(&event));
                break;
            }
        }
        let last = last.ok_or(ApiError::Quarantined)?;
        let known = row.steps.iter().map(|step| step.id).collect();
        Ok(Held { request: row.request, known, last })
    }

    /// A request that is new: all of it, or nothing.
    fn first(&mut self, item: &Item) -> Result<Held, At> {
        let (event, request) = self.decide(item, &item.open, None).map_err(|it| (None, it))?;
        let known = HashSet::from([event.id.uuid()]);
        let mut held = Held { request, known, last: Last::of(&event) };
        self.events.push(event);
        for (index, step) in item.changes.iter().enumerate() {
            if !held.known.contains(&step.id.uuid()) {
                self.add(item, step, &mut held).map_err(|error| (Some(index), error))?;
            }
        }
        Ok(held)
    }

    /// A request that is known: what its source tells for the first time. What cannot be told after
    /// what is known is remarked on; nothing is refused for having been imported before.
    fn again(&mut self, item: &Item, mut held: Held) -> Result<(Held, Vec<Remark>), At> {
        let is_known = |step: &Step| held.known.contains(&step.id.uuid());
        if !item.changes.iter().all(is_known) {
            // What could not be imported the first time cannot be imported now.
            let before = self.events.len();
            let checked = self.first(item);
            self.events.truncate(before);
            checked?;
        }
        let mut remarks = details(&item.open, &held.request);
        if item.changes.is_empty() {
            self.left_open(item, &mut held, &mut remarks).map_err(|it| (None, it))?;
            return Ok((held, remarks));
        }
        let told = item.changes.iter().rposition(|step| held.last.is_told_by(step));
        if let Some((index, step)) = told.and_then(|it| Some((it, item.changes.get(it)?))) {
            remarks.extend(told_again(item, (index, step), &held));
        }
        let untold = told.map_or(0, |it| it + 1);
        for (index, step) in item.changes.iter().enumerate() {
            let is_last = index + 1 == item.changes.len();
            let is_known = held.known.contains(&step.id.uuid());
            if index < untold || (is_known && !is_last) {
                let is_lost = index + 1 < untold && !is_known && !step.approximate;
                remarks.extend(is_lost.then(|| Kept::Older.at(index, "occurred_at")));
            } else if is_known || step.command.occurred_at < held.request.status_changed_at {
                remarks.push(Kept::Older.at(index, "occurred_at"));
            } else if let Err(error) = self.follow(item, step, &mut held) {
                let ApiError::Rejected(rejection) = error else { return Err((Some(index), error)) };
                remarks.push(Kept::Status(rejection).at(index, "change"));
            }
        }
        Ok((held, remarks))
    }

    /// Adds a change, after a reopening where the source had said that the request was resolved.
    fn follow(&mut self, item: &Item, step: &Step, held: &mut Held) -> Result<(), ApiError> {
        match self.add(item, step, held) {
            Err(ApiError::Rejected(Rejection::Status(Status::Resolved)))
                if held.last.origin == Origin::Imported =>
            {
                let at = step.command.occurred_at;
                let at = if step.approximate { at } else { held.request.status_changed_at };
                self.reopen(item, at, None, held)?;
                self.add(item, step, held)
            }
            added => added,
        }
    }

    /// The source says that the request is simply open.
    fn left_open(
        &mut self,
        item: &Item,
        held: &mut Held,
        remarks: &mut Vec<Remark>,
    ) -> Result<(), ApiError> {
        let status = held.request.status;
        let word = &item.open.source_status;
        if status == Status::Open || held.last.is_opening() {
            let is_other = held.last.origin == Origin::Imported && held.last.word != *word;
            remarks.extend(is_other.then(|| Kept::Detail.of("source_status")));
            return Ok(());
        }
        let was_resolved = status == Status::Resolved && held.last.origin == Origin::Imported;
        let kept = match item.known_at {
            _ if held.request.merged.is_some() => Kept::Status(LinkRejection::Merged.into()),
            Some(at) if at < held.request.status_changed_at => Kept::Older,
            Some(at) if was_resolved => return self.reopen(item, at, word.clone(), held),
            // Without a time an older extract looks the same.
            None if was_resolved => Kept::Undated,
            Some(_) | None => Kept::Status(Rejection::Status(status)),
        };
        remarks.push(kept.of("source_status"));
        Ok(())
    }

    /// When it was reopened is only known roughly.
    fn reopen(
        &mut self,
        item: &Item,
        occurred_at: Timestamp,
        source_status: Option<Label>,
        held: &mut Held,
    ) -> Result<(), ApiError> {
        let id = item.id.derive(&format!("import/reopen/{}", held.request.cycle));
        let step = Step {
            id: EventId::new(id).map_err(|_| ApiError::Task)?,
            command: Command { change: Change::Reopen, occurred_at, origin: Origin::Imported },
            approximate: true,
            channel: item.open.channel,
            source_status,
        };
        self.add(item, &step, held)
    }

    fn add(&mut self, item: &Item, step: &Step, held: &mut Held) -> Result<(), ApiError> {
        let (event, request) = self.decide(item, step, Some(&held.request))?;
        let mirrored = self.mirrored(step, &held.request)?;
        held.request = request;
        held.known.insert(event.id.uuid());
        held.last = Last::of(&event);
        self.events.push(event);
        for (duplicate, events) in mirrored {
            self.events.extend(events);
            self.followed.insert(duplicate.request.id.uuid(), duplicate);
        }
        Ok(())
    }

    /// What follows for the duplicates that were merged here into a request of another system.
    fn mirrored(&self, step: &Step, before: &Request) -> Result<Vec<(Held, Vec<Event>)>, ApiError> {
        let mut all = Vec::with_capacity(before.duplicates.len());
        for Duplicate { request: id, .. } in &before.duplicates {
            let uuid = id.uuid();
            let drafted = self.followed.get(&uuid).or_else(|| self.held.get(&uuid));
            let mut held = match (drafted, self.snapshot.request(*id)?) {
                (Some(drafted), _) => drafted.clone(),
                (None, Some(row)) => self.hold(row)?,
                (None, None) => continue,
            };
            let mut events = Vec::new();
            let mirrored = mirror(self.city, &held.request, &step.command)?;
            for (nth, (occurred_at, kind)) in mirrored.into_iter().enumerate() {
                let mut event = step.event(*id, kind);
                event.id = mirrored_id(step.id, *id, nth)?;
                event.meta.occurred_at = occurred_at;
                event.meta.causation = Some(step.id.uuid());
                event.meta.source_status = None;
                let next = Request::evolve(Some(held.request), &event);
                held.request = next.map_err(|_| ApiError::Quarantined)?;
                held.known.insert(event.id.uuid());
                held.last = Last::of(&event);
                events.push(event);
            }
            all.push((held, events));
        }
        Ok(all)
    }

    fn decide(
        &self,
        item: &Item,
        step: &Step,
        state: Option<&Request>,
    ) -> Result<(Event, Request), ApiError> {
        let kind = decide(self.city, state, &step.command)?;
        let event = step.event(item.id, kind);
        let next = Request::evolve(state.cloned(), &event).map_err(|_| ApiError::Quarantined)?;
        Ok((event, next))
    }
}

impl Step {
    fn event(&self, request: RequestId, kind: Kind) -> Event {
        Event {
            id: self.id,
            about: About::Request(request),
            meta: Meta {
                occurred_at: self.command.occurred_at,
                approximate: self.approximate,
                origin: Origin::Imported,
                actor: "import".parse().ok(),
                channel: self.channel,
                causation: None,
                correlation: None,
                catalogue_version: 0,
                source_status: self.source_status.clone(),
            },
            personal: Personal(PersonalData::default()),
            kind,
        }
    }
}

/// What a change that is part of the history says otherwise than there.
fn told_again(item: &Item, (index, step): (usize, &Step), held: &Held) -> Vec<Remark> {
    let last = &held.last;
    let at = step.command.occurred_at;
    // A time that only stands for one that is not given tells nothing new.
    let stands_in = Some(at) == item.known_at || at == item.open.command.occurred_at;
    let is_dated = !(step.approximate && stands_in);
    let is_imported = last.origin == Origin::Imported;
    let other_time =
        (is_imported && is_dated && at != last.at).then(|| Kept::Time.at(index, "occurred_at"));
    let other_word = (is_imported && step.source_status != last.word)
        .then(|| Kept::Detail.at(index, "source_status"));
    other_time.into_iter().chain(other_word).collect()
}

/// It says where the request stands.
fn is_of_status(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Opened(_)
            | Kind::Assigned(_)
            | Kind::PutOnHold(_)
            | Kind::Resumed(_)
            | Kind::Resolved
            | Kind::Reopened(_)
            | Kind::Cancelled
            | Kind::ProgrammeEntered(_)
            | Kind::ProgrammeLeft(_)
            | Kind::Merged(_)
            | Kind::Unmerged
    )
}
