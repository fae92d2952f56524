//! Taking over requests and their past from another system.

mod draft;
mod remark;

use super::subject;
use crate::commit::Decision;
use crate::error::{ApiError, Problem, Violation};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::{Aggregate, Snapshot};
use beffroi_domain::{
    About, Change, Channel, Command, Event, EventId, Label, Language, Open, Origin, RequestId,
    Source, Timestamp, Urgency,
};
use beffroi_journal::MAX_ENTRIES;
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;
use chrono_tz::Tz;
use draft::Draft;
use pb::import_result::Outcome;
use pb::imported_change::Change as Wire;
use std::collections::BTreeSet;
use uuid::Uuid;

const REQUESTS_MAX: usize = 500;
const CHANGES_MAX: usize = 20;

/// The name space of ids derived from another system's records. Never changes.
const IMPORTED: Uuid = Uuid::from_u128(0x5a0c_3f1e_9d44_4b6b_8a27_0c1d_b3f2_3110);

/// One request to import, and the events it would be made of, undecided.
struct Item {
    id: RequestId,
    open: Step,
    changes: Vec<Step>,
    /// The latest time at which its source knows it to stand so.
    known_at: Option<Timestamp>,
}

#[derive(Clone)]
struct Step {
    id: EventId,
    command: Command,
    approximate: bool,
    channel: Channel,
    source_status: Option<Label>,
}

pub(super) async fn import(
    node: &Shared,
    message: pb::ImportServiceRequestsRequest,
    language: Language,
) -> Result<pb::ImportServiceRequestsResponse, ApiError> {
    let found = message.service_requests.len();
    if found == 0 || found > REQUESTS_MAX {
        return Err(Problem::TooMany { found, max: REQUESTS_MAX }.at("service_requests").into());
    }
    let now = node.clock.now();
    let parsed: Vec<Result<Item, ApiError>> = message
        .service_requests
        .iter()
        .map(|request| parse(request, now).map_err(ApiError::from))
        .collect();
    let mut results = Vec::with_capacity(found);
    let mut sequence = 0;
    let sizes = sizes(&node.projections.snapshot()?, &parsed)?;
    for group in groups(&parsed, &sizes) {
        let (done, at) = store(node, group, language).await?;
        results.extend(done);
        sequence = at;
    }
    Ok(pb::ImportServiceRequestsResponse { results, position: Some(node.position(sequence)) })
}

/// How many events each request may make, those of its duplicates among them.
fn sizes(snapshot: &Snapshot, parsed: &[Result<Item, ApiError>]) -> Result<Vec<usize>, ApiError> {
    let size = |item: &Item| {
        let row = snapshot.request(item.id)?;
        let duplicates = row.map_or(0, |row| row.request.duplicates.len());
        let own = 1 + item.changes.len();
        // Those of a survivor may each come after a reopening.
        Ok(own + 2 * own * duplicates)
    };
    parsed.iter().map(|item| item.as_ref().map_or(Ok(0), size)).collect()
}

/// Parts of a call that each fit one append.
fn groups<'a>(
    parsed: &'a [Result<Item, ApiError>],
    sizes: &[usize],
) -> Vec<&'a [Result<Item, ApiError>]> {
    let mut groups = Vec::new();
    let (mut start, mut entries) = (0, 0);
    for (at, size) in sizes.iter().copied().enumerate() {
        if entries + size > MAX_ENTRIES {
            groups.extend(parsed.get(start..at));
            (start, entries) = (at, 0);
        }
        entries += size;
    }
    groups.extend(parsed.get(start..));
    groups
}

/// Records a group as one append, in order.
async fn store(
    node: &Shared,
    group: &[Result<Item, ApiError>],
    language: Language,
) -> Result<(Vec<pb::ImportResult>, u64), ApiError> {
    let items = group.iter().flatten();
    let subjects: BTreeSet<_> =
        items.map(|item| subject(Aggregate::Request, item.id.uuid())).collect();
    let mut drafted: Option<(Vec<pb::ImportResult>, Vec<Event>)> = None;
    node.committer
        .commit(subjects, |snapshot: &Snapshot| {
            if let Some((results, events)) = &drafted
                && are_part_of(snapshot, events)?
            {
                return Ok(Decision::Done((results.clone(), snapshot.checkpoint().sequence)));
            }
            let city = node.city_at(snapshot)?;
            let mut draft = Draft::new(snapshot, &city.city, language);
            let mut results = Vec::with_capacity(group.len());
            for item in group {
                results.push(match item {
                    Err(error) => rejected(error, language),
                    Ok(item) => draft.item(item)?,
                });
            }
            let events = draft.into_events();
            if events.is_empty() {
                return Ok(Decision::Done((results, snapshot.checkpoint().sequence)));
            }
            drafted = Some((results, events.clone()));
            Ok(Decision::Record(events))
        })
        .await
}

/// All of the events are in the histories of their requests.
fn are_part_of(snapshot: &Snapshot, events: &[Event]) -> Result<bool, ApiError> {
    for event in events {
        let About::Request(id) = event.about else { continue };
        let row = snapshot.request(id)?;
        if row.is_none_or(|row| row.sequence_of(event.id.uuid()).is_none()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn rejected(error: &ApiError, language: Language) -> pb::ImportResult {
    let (field, message) = if let ApiError::Invalid(violations) = error {
        let first = violations.first();
        let field = first.map(|it| it.field.clone()).unwrap_or_default();
        (field, first.map(|it| it.problem.text(language)).unwrap_or_default())
    } else {
        (String::new(), error.message(language))
    };
    pb::ImportResult {
        outcome: Outcome::Rejected.into(),
        request_id: String::new(),
        error: Some(pb::ImportError { reason: error.reason().to_owned(), field, message }),
        remarks: Vec::new(),
    }
}

fn parse(it: &pb::ImportedServiceRequest, now: Timestamp) -> Result<Item, Vec<Violation>> {
    let mut fields = Fields::default();
    let source = it.source.clone().unwrap_or_default();
    let system = fields.label("source.system", &source.system);
    let record = fields.label("source.id", &source.id);
    let product = fields.label("product", &it.product);
    let precision = fields.optional_label("precision", &it.precision);
    let nature = fields.word("nature", it.nature, vocabulary::nature::from_pb(it.nature));
    let channel = fields.word("channel", it.channel, vocabulary::channel::from_pb(it.channel));
    let other = it.other_channels.iter();
    let other: Option<Vec<Channel>> =
        other.map(|number| vocabulary::channel::from_pb(*number)).collect();
    let other = fields.word("other_channels", 1, other);
    let unit = fields.optional_label("unit", &it.unit);
    let place = fields.place("place", it.place.as_ref());
    let opened_at = fields.past("opened_at", it.opened_at.as_ref(), now);
    let promised_by = match &it.promised_by {
        None => Some(None),
        some => fields.time("promised_by", some.as_ref()).map(Some),
    };
    let zone = zone(&mut fields, &it.time_zone);
    let source_status = fields.optional_label("source_status", &it.source_status);
    if it.changes.len() > CHANGES_MAX {
        fields.wrong("changes", Problem::TooMany { found: it.changes.len(), max: CHANGES_MAX });
    }
    let ids = system.as_ref().zip(record.as_ref()).and_then(|(system, record)| {
        let uuid = Uuid::new_v5(&IMPORTED, format!("{system}\n{record}").as_bytes());
        Some((RequestId::new(uuid).ok()?, EventId::new(uuid).ok()?))
    });
    let known_at = fields.optional_past("known_at", it.known_at.as_ref(), now);
    let changes = changes(&mut fields, it, (ids.map(|it| it.0), channel, opened_at, now));
    let parsed = (|| {
        let (id, event_id) = ids?;
        let open = Open {
            citizen: None,
            product: product?,
            precision: precision?,
            nature: nature?,
            urgency: Urgency::default(),
            entry: None,
            programme: None,
            screened: false,
            answers: Vec::new(),
            channel: channel?,
            language: Language::default(),
            other_channels: other?,
            unit: unit?,
            place: place?,
            source: Some((Source { system: system?, id: record? }, zone?)),
            promised_by: promised_by?,
        };
        let channel = open.channel;
        let change = Change::Open(Box::new(open));
        let command = Command { change, occurred_at: opened_at?, origin: Origin::Imported };
        let approximate = it.approximate;
        let source_status = source_status?;
        let open = Step { id: event_id, command, approximate, channel, source_status };
        Some(Item { id, open, changes: changes?, known_at: known_at? })
    })();
    fields.finish(parsed)
}

fn zone(fields: &mut Fields, text: &str) -> Option<Tz> {
    if text.is_empty() {
        fields.wrong("time_zone", Problem::Missing);
        return None;
    }
    let zone = text.parse().ok();
    if zone.is_none() {
        fields.wrong("time_zone", Problem::Zone(text.chars().take(40).collect()));
    }
    zone
}

type Opening = (Option<RequestId>, Option<Channel>, Option<Timestamp>, Timestamp);

fn changes(
    fields: &mut Fields,
    it: &pb::ImportedServiceRequest,
    (id, channel, opened_at, now): Opening,
) -> Option<Vec<Step>> {
    let mut steps = Vec::with_capacity(it.changes.len());
    for (index, wire) in it.changes.iter().take(CHANGES_MAX).enumerate() {
        let at = |field: &str| format!("changes[{index}].{field}");
        let occurred_at = fields.past(&at("occurred_at"), wire.occurred_at.as_ref(), now);
        if occurred_at.zip(opened_at).is_some_and(|(occurred, opened)| occurred < opened) {
            fields.wrong(&at("occurred_at"), Problem::BeforeOpening);
        }
        let status = fields.optional_label(&at("source_status"), &wire.source_status);
        let change = change(fields, &at("change"), wire.change.as_ref());
        let step = (|| {
            let (occurred_at, source_status, (name, change)) = (occurred_at?, status?, change?);
            // The change's place, what it is and when. A time that is only roughly known differs
            // between extracts: there the standing of the request says what is known already.
            let word = source_status.as_ref().map(ToString::to_string).unwrap_or_default();
            let name = format!("import/{index}/{name}/{}/{word}", occurred_at.micros());
            Some(Step {
                id: EventId::new(id?.derive(&name)).ok()?,
                command: Command { change, occurred_at, origin: Origin::Imported },
                approximate: wire.approximate,
                channel: channel?,
                source_status,
            })
        })();
        steps.push(step);
    }
    steps.into_iter().collect()
}

fn change(fields: &mut Fields, field: &str, wire: Option<&Wire>) -> Option<(&'static str, Change)> {
    match wire {
        None => {
            fields.wrong(field, Problem::Missing);
            None
        }
        Some(Wire::Assign(it)) => {
            let unit = fields.optional_label(field, &it.unit)?;
            Some(("assign", Change::Assign(unit)))
        }
        Some(Wire::PutOnHold(it)) => {
            let reason = vocabulary::hold_reason::from_pb(it.reason);
            let reason = fields.word(field, it.reason, reason)?;
            Some(("put_on_hold", Change::PutOnHold(reason)))
        }
        Some(Wire::Resume(_)) => Some(("resume", Change::Resume)),
        Some(Wire::Resolve(_)) => Some(("resolve", Change::Resolve)),
        Some(Wire::Reopen(_)) => Some(("reopen", Change::Reopen)),
        Some(Wire::Cancel(_)) => Some(("cancel", Change::Cancel)),
    }
}
