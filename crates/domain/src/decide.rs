//! Deciding: a command on a state yields an event, or the reason why not.

use crate::{
    Channel, CitizenId, City, HoldReason, InvalidTimestamp, Kind, Label, Language, Nature, Number,
    Opened, Origin, OutOfCalendar, Place, PromiseKind, Request, Rule, Source, Status, Term,
    Timestamp, Verdict, Visibility,
};
use chrono::Datelike;
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
    FollowUp(Visibility),
    /// It is done.
    Resolve,
    /// It was not done after all.
    Reopen,
    /// It is given up or refused.
    Cancel,
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
}

impl From<InvalidTimestamp> for Rejection {
    fn from(_: InvalidTimestamp) -> Self {
        Self::Year
    }
}

/// Decides a command on the state of its request.
pub fn decide(city: &City, state: Option<&Request>, command: &Command) -> Result<Kind, Rejection> {
    let Some(request) = state else {
        return match &command.change {
            Change::Open(open) => begin(city, open, command),
            Change::Assign(_)
            | Change::PutOnHold(_)
            | Change::Resume
            | Change::FollowUp(_)
            | Change::Resolve
            | Change::Reopen
            | Change::Cancel => Err(Rejection::Unknown),
        };
    };
    let kind = change(city, request, command)?;
    // A follow-up documents something that may have happened at any time since the opening.
    let not_before = match command.change {
        Change::FollowUp(_) => request.opened_at,
        Change::Open(_)
        | Change::Assign(_)
        | Change::PutOnHold(_)
        | Change::Resume
        | Change::Resolve
        | Change::Reopen
        | Change::Cancel => request.status_changed_at,
    };
    if command.occurred_at < not_before {
        return Err(Rejection::TooEarly { not_before });
    }
    Ok(kind)
}

fn begin(city: &City, open: &Open, command: &Command) -> Result<Kind, Rejection> {
    let received = command.occurred_at;
    let zone = open.source.as_ref().map_or(city.calendar.zone(), |(_, zone)| *zone);
    let year = received.utc().with_timezone(&zone).year();
    let number_year = u16::try_from(year).map_err(|_| Rejection::Year)?;
    Number::new(number_year, 1).ok_or(Rejection::Year)?;
    let terms = match command.origin {
        Origin::Live => city.terms(&open.product, open.nature, open.channel, received)?,
        Origin::Imported => open.promised_by.map(source_term).into_iter().collect(),
    };
    Ok(Kind::Opened(Box::new(Opened {
        citizen: open.citizen,
        product: open.product.clone(),
        precision: open.precision.clone(),
        nature: open.nature,
        language: open.language,
        other_channels: open.other_channels.clone(),
        unit: open.unit.clone(),
        place: open.place.clone(),
        source: open.source.as_ref().map(|(source, _)| source.clone()),
        number_year,
        terms,
    })))
}

fn source_term(due_at: Timestamp) -> Term {
    Term { kind: PromiseKind::Resolution, rule: Rule::Source, warn_at: None, due_at }
}

fn change(city: &City, request: &Request, command: &Command) -> Result<Kind, Rejection> {
    let status = request.status;
    let in_hand = matches!(status, Status::Open | Status::Assigned);
    match &command.change {
        Change::Open(_) => Err(Rejection::Exists),
        Change::FollowUp(visibility) => Ok(Kind::FollowUpAdded(*visibility)),
        Change::Assign(unit) if in_hand => Ok(Kind::Assigned(unit.clone())),
        Change::PutOnHold(reason) if in_hand => Ok(Kind::PutOnHold(*reason)),
        Change::Resume if status == Status::OnHold => resume(city, request, command),
        Change::Resolve if status.is_active() => Ok(Kind::Resolved),
        Change::Cancel if status.is_active() => Ok(Kind::Cancelled),
        Change::Reopen if status == Status::Resolved => reopen(city, request, command),
        Change::Assign(_)
        | Change::PutOnHold(_)
        | Change::Resume
        | Change::Resolve
        | Change::Reopen
        | Change::Cancel => Err(Rejection::Status(status)),
    }
}

fn resume(city: &City, request: &Request, command: &Command) -> Result<Kind, Rejection> {
    let pending = request.promises.iter().filter(|it| it.verdict == Verdict::Pending);
    let terms: Result<Vec<Term>, OutOfCalendar> = match request.origin {
        Origin::Imported => Ok(pending.map(|it| it.term).collect()),
        Origin::Live => pending
            .map(|it| city.after_pause(&it.term, request.status_changed_at, command.occurred_at))
            .collect(),
    };
    Ok(Kind::Resumed(terms?))
}

fn reopen(city: &City, request: &Request, command: &Command) -> Result<Kind, Rejection> {
    let terms = match request.origin {
        Origin::Imported => Vec::new(),
        Origin::Live => {
            city.terms(&request.product, request.nature, request.channel, command.occurred_at)?
        }
    };
    Ok(Kind::Reopened(terms))
}
