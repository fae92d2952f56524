//! Deciding: a command on a state yields an event, or the reason why not.

mod change;
mod links;
mod open;

use crate::catalogue::Answered;
use crate::request::{Attachment, CatalogueEntry, Duplicate, Relation};
use crate::{
    Channel, CitizenId, City, Code, FollowUp, HoldReason, InvalidTimestamp, Kind, Label, Language,
    Nature, Origin, OutOfCalendar, Place, Request, RequestId, Source, Status, Timestamp, Urgency,
};
use chrono_tz::Tz;
use thiserror::Error;

/// What somebody wants to happen to a request.
#[derive(Clone, Debug)]
pub struct Command {
    /// What.
    pub change: Change,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Whether it happens here or is imported.
    pub origin: Origin,
}

/// The ways in which a request changes.
#[derive(Clone, Debug)]
pub enum Change {
    /// It begins.
    Open(Box<Open>),
    /// A unit takes charge.
    Assign(Option<Label>),
    /// It waits.
    PutOnHold(HoldReason),
    /// The wait is over.
    Resume,
    /// A step is documented.
    FollowUp(FollowUp),
    /// It is done.
    Resolve,
    /// It was not done after all.
    Reopen,
    /// It is given up or refused.
    Cancel,
    /// It is about something else than was thought.
    Reclassify(Box<Reclassify>),
    /// Another unit becomes responsible.
    Transfer(Label),
    /// It enters a planned intervention programme.
    EnterProgramme(Code),
    /// It leaves its programme.
    LeaveProgramme,
    /// It is a duplicate of another request.
    Merge(Box<Merge>),
    /// It is no duplicate after all.
    Unmerge,
    /// Another request is a duplicate of it.
    AddDuplicate(Duplicate),
    /// Another request is no duplicate of it after all.
    RemoveDuplicate(RequestId),
    /// It has to do with another request.
    Relate(Relation),
    /// It has nothing to do with another request after all.
    Unrelate(RequestId),
    /// A photo or a document belongs to it.
    Attach(Attachment),
}

impl Change {
    /// The name of the event it makes, see [`Kind::name`].
    pub fn event_name(&self) -> &'static str {
        match self {
            Self::Open(_) => "request_opened",
            Self::Assign(_) => "request_assigned",
            Self::PutOnHold(_) => "request_put_on_hold",
            Self::Resume => "request_resumed",
            Self::FollowUp(_) => "follow_up_added",
            Self::Resolve => "request_resolved",
            Self::Reopen => "request_reopened",
            Self::Cancel => "request_cancelled",
            Self::Reclassify(_) => "request_reclassified",
            Self::Transfer(_) => "request_transferred",
            Self::EnterProgramme(_) => "programme_entered",
            Self::LeaveProgramme => "programme_left",
            Self::Merge(_) => "request_merged",
            Self::Unmerge => "request_unmerged",
            Self::AddDuplicate(_) => "duplicate_added",
            Self::RemoveDuplicate(_) => "duplicate_removed",
            Self::Relate(_) => "request_related",
            Self::Unrelate(_) => "request_unrelated",
            Self::Attach(_) => "attachment_added",
        }
    }

    /// It changes where the request stands, and so where its duplicates stand.
    pub fn is_of_status(&self) -> bool {
        match self {
            Self::Assign(_)
            | Self::PutOnHold(_)
            | Self::Resume
            | Self::Resolve
            | Self::Reopen
            | Self::Cancel
            | Self::EnterProgramme(_)
            | Self::LeaveProgramme => true,
            Self::Open(_)
            | Self::FollowUp(_)
            | Self::Reclassify(_)
            | Self::Transfer(_)
            | Self::Merge(_)
            | Self::Unmerge
            | Self::AddDuplicate(_)
            | Self::RemoveDuplicate(_)
            | Self::Relate(_)
            | Self::Unrelate(_)
            | Self::Attach(_) => false,
        }
    }
}

/// A request to be opened.
#[derive(Clone, Debug)]
pub struct Open {
    /// Who asks; `None`: anonymous.
    pub citizen: Option<CitizenId>,
    /// What it is about.
    pub product: Label,
    /// The precision within the product.
    pub precision: Option<Label>,
    /// What is wanted.
    pub nature: Nature,
    /// How fast it must be dealt with.
    pub urgency: Urgency,
    /// Its place in the catalogue; `None`: in free text.
    pub entry: Option<CatalogueEntry>,
    /// The programme that requests of its kind enter at once.
    pub programme: Option<Code>,
    /// Somebody was asked whether it is an emergency, and said no.
    pub screened: bool,
    /// The answers to the product's questions, those that can name a person last.
    pub answers: Vec<Answered>,
    /// How it came.
    pub channel: Channel,
    /// The language of the asker.
    pub language: Language,
    /// Other channels through which it was also reported.
    pub other_channels: Vec<Channel>,
    /// The responsible unit.
    pub unit: Option<Label>,
    /// Where it is.
    pub place: Place,
    /// The record it is imported from, and the zone in which its number's year counts.
    pub source: Option<(Source, Tz)>,
    /// Imported: the time the source promised.
    pub promised_by: Option<Timestamp>,
}

/// What a request turns out to be about.
#[derive(Clone, Debug)]
pub struct Reclassify {
    /// What it is about.
    pub product: Label,
    /// The precision within the product.
    pub precision: Option<Label>,
    /// What is wanted; `None`: as before.
    pub nature: Option<Nature>,
    /// How fast it must be dealt with; `None`: as before.
    pub urgency: Option<Urgency>,
    /// Its place in the catalogue; `None`: in free text.
    pub entry: Option<CatalogueEntry>,
    /// The unit that becomes responsible; `None`: as before.
    pub unit: Option<Label>,
    /// The programme that requests of its kind enter at once.
    pub programme: Option<Code>,
}

/// The request that goes on for a duplicate, as it stands.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Which one.
    pub into: RequestId,
    /// Where it stands.
    pub status: Status,
    /// The unit responsible for it.
    pub unit: Option<Label>,
    /// The programme it is in.
    pub programme: Option<Code>,
}

impl Merge {
    /// Into this request.
    pub fn into(survivor: &Request) -> Self {
        Self {
            into: survivor.id,
            status: survivor.status,
            unit: survivor.unit.clone(),
            programme: survivor.programme.clone(),
        }
    }
}

/// Why a command cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Rejection {
    /// The request does not exist.
    #[error("the request does not exist")]
    Unknown,
    /// The request exists already.
    #[error("the request exists already")]
    Exists,
    /// The change is not allowed where the request stands.
    #[error("the request is {}: this change is not allowed", .0.name())]
    Status(Status),
    /// The citizen of a planned request was told once, and is told nothing more.
    #[error("no follow-up is sent for planned requests: add an internal one")]
    PlannedFollowUp,
    /// The change is dated before something it must follow.
    #[error("it is dated before {not_before}, the request's last change")]
    TooEarly {
        /// The earliest time that would be taken.
        not_before: Timestamp,
    },
    /// No number exists for the year of the opening.
    #[error("numbers exist for the years 1900 to 2199 only")]
    Year,
    /// The due time cannot be counted.
    #[error(transparent)]
    Calendar(#[from] OutOfCalendar),
    /// Requests of this product are not reopened so late.
    #[error("{}", reopening(*.0))]
    ReopenTooLate(u32),
    /// What concerns links between requests.
    #[error(transparent)]
    Link(#[from] LinkRejection),
}

/// Why two requests cannot be linked, or not be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkRejection {
    /// A request cannot be linked with itself.
    #[error("a request cannot be linked with itself")]
    Itself,
    /// It is a duplicate: its status is that of the request into which it was merged.
    #[error("it was merged into another request: change that one, or un-merge it first")]
    Merged,
    /// It has duplicates of its own.
    #[error("it has duplicates of its own: un-merge them first, or merge the other one into it")]
    HasDuplicates,
    /// It is not merged.
    #[error("it was not merged into another request")]
    NotMerged,
    /// The two have nothing to do with each other.
    #[error("the two requests are not related")]
    NotRelated,
    /// There are too many links already.
    #[error("it has {} of them already, which is the most", Request::LINKS_MAX)]
    TooMany,
}

fn reopening(within_days: u32) -> String {
    if within_days == 0 {
        "requests of this product are not reopened: open a new one".to_owned()
    } else {
        format!("it may be reopened within {within_days} days of its end only: open a new request")
    }
}

impl From<InvalidTimestamp> for Rejection {
    fn from(_: InvalidTimestamp) -> Self {
        Self::Year
    }
}

/// Decides a command on the state of its request.
pub fn decide(city: &City, state: Option<&Request>, command: &Command) -> Result<Kind, Rejection> {
    match (state, &command.change) {
        (None, Change::Open(open)) => open::begin(city, open, command),
        (None, _) => Err(Rejection::Unknown),
        (Some(_), Change::Open(_)) => Err(Rejection::Exists),
        (Some(request), change) => {
            if request.merged.is_some() && (change.is_of_status() || is_of_record(change)) {
                return Err(LinkRejection::Merged.into());
            }
            let kind = change::change(city, request, command)?;
            in_time(request, command)?;
            Ok(kind)
        }
    }
}

/// What follows for a duplicate when the request it was merged into changes, and when: nothing, an
/// event, or two. A duplicate stands where that request stands, whatever its own rules say.
pub fn mirror(
    city: &City,
    duplicate: &Request,
    command: &Command,
) -> Result<Vec<(Timestamp, Kind)>, Rejection> {
    if matches!(command.change, Change::FollowUp(FollowUp::Public)) {
        return Ok(shared(duplicate, command.occurred_at).into_iter().collect());
    }
    // The survivor may have stood there for longer than the duplicate has been merged.
    let occurred_at = command.occurred_at.max(duplicate.status_changed_at);
    let mut events = Vec::new();
    for change in mirrored(&command.change) {
        let command = Command { change, occurred_at, origin: command.origin };
        match change::follow(city, duplicate, &command) {
            Ok(kind) => events.push((occurred_at, kind)),
            Err(Rejection::Status(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(events)
}

/// What is told of the other request is seen under the duplicate from the merge on, and answers whoever
/// asked for it then. Only what answers is an event: the words stay where they were written.
fn shared(duplicate: &Request, told_at: Timestamp) -> Option<(Timestamp, Kind)> {
    let merged = duplicate.merged.as_ref()?;
    let at = told_at.max(merged.at);
    duplicate.would_answer(at).then_some((at, Kind::FollowUpAdded(FollowUp::Shared)))
}

/// What a change of a request is for its duplicates.
fn mirrored(change: &Change) -> Vec<Change> {
    match change {
        Change::Reclassify(to) => {
            let transfer = to.unit.clone().map(Change::Transfer);
            let enter = to.programme.clone().map(Change::EnterProgramme);
            transfer.into_iter().chain(enter).collect()
        }
        Change::Transfer(_) => vec![change.clone()],
        Change::Open(_)
        | Change::Assign(_)
        | Change::PutOnHold(_)
        | Change::Resume
        | Change::FollowUp(_)
        | Change::Resolve
        | Change::Reopen
        | Change::Cancel
        | Change::EnterProgramme(_)
        | Change::LeaveProgramme
        | Change::Merge(_)
        | Change::Unmerge
        | Change::AddDuplicate(_)
        | Change::RemoveDuplicate(_)
        | Change::Relate(_)
        | Change::Unrelate(_)
        | Change::Attach(_) => change.is_of_status().then(|| change.clone()).into_iter().collect(),
    }
}

/// It changes what the request is, apart from where it stands.
fn is_of_record(change: &Change) -> bool {
    matches!(change, Change::Reclassify(_) | Change::Transfer(_))
}

fn in_time(request: &Request, command: &Command) -> Result<(), Rejection> {
    // What documents something may tell of any time since the opening.
    let change = &command.change;
    let plans = matches!(change, Change::Reclassify(to) if to.programme.is_some());
    let merges = matches!(change, Change::Merge(_) | Change::Unmerge);
    let moves = change.is_of_status() || plans || merges;
    let not_before = if moves { request.status_changed_at } else { request.opened_at };
    if command.occurred_at < not_before { Err(Rejection::TooEarly { not_before }) } else { Ok(()) }
}
