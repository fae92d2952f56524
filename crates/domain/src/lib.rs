//! The rules of a city's 311 centre, without I/O, without a clock, without randomness.
//!
//! A command is decided on a state (`decide`) and yields events; events are folded into states
//! (`evolve`). Time enters as data.

pub mod account;
mod area;
mod calendar;
pub mod catalogue;
mod citizen;
mod city;
mod code;
mod commitment;
mod contact;
mod decide;
mod emergency;
mod event;
mod id;
mod identifier;
pub mod ledger;
pub mod level;
mod number;
mod period;
mod place;
mod promise;
mod reference;
mod regime;
mod request;
mod text;
mod time;
mod vocabulary;
pub mod what_if;

pub use area::{Area, InvalidArea, ten_millionths};
pub use calendar::{
    Calendar, CalendarDate, CalendarDraft, CannotCount, Cause, Closing, Count, CutOff, Day,
    DayKind, DayName, Days, ExceptionalHours, ExplainedDay, Explanation, Holiday, HolidayDate,
    HolidayRule, Hours, InvalidCalendar, InvalidHours, InvalidPause, InvalidWindow, Moved,
    NotKnown, OutOfCalendar, Pause, ProposedHoliday, Rule, RunsInto, Step, Warn, Window, Zone,
    propose_holidays,
};
pub use citizen::{
    Citizen, CitizenFact, CitizenOutOfOrder, CitizenRejection, CitizenSaved, Kin, SaveCitizen,
    TooManyRecords,
};
pub use city::{City, Taken};
pub use code::{Code, InvalidCode};
pub use commitment::{Commitment, Delay, Promised};
pub use contact::{Contact, InvalidContact};
pub use decide::{
    Change, Command, LinkRejection, Merge, Open, Reclassify, Rejection, decide, mirror,
};
pub use emergency::{Emergency, InvalidEmergency, Suggestion, suggest};
pub use event::{
    About, CalendarPublished, CataloguePublished, Event, FactKind, Kind, Meta, Opened,
    PersonalData, PromiseRef, QuarantineReleased, Reclassified, Revision, RevisionCause,
};
pub use id::{CitizenId, ContactId, EventId, InvalidId, RequestId};
pub use identifier::{
    Identifier, IdentifierHash, IdentifierKey, IdentifierKind, InvalidIdentifier, InvalidKey, KeyId,
};
pub use level::{Level, LevelFact, LevelFactKind, LevelWindow};
pub use number::{InvalidNumber, Number};
pub use period::{Period, Span};
pub use place::metres_between;
pub use promise::{Promise, PromiseKind, Term, Verdict, Warning};
pub use reference::Reference;
pub use regime::{
    Declaration, HoursFrom, InvalidWeek, Opening, Regime, RegimeChange, RegimeFact, RegimeKind,
    RegimeOutOfOrder, RegimeRejection, Regimes, Week, opening,
};
pub use request::{
    Alarm, Attachment, CatalogueEntry, Duplicate, Merged, MergedInto, OutOfOrder, Place, Raised,
    RaisedOf, Relation, Request, Source, Standing, Status,
};
pub use text::{InvalidText, Label, Personal, Text};
pub use time::{InvalidTimestamp, Timestamp};
pub use vocabulary::{
    Channel, ContactOutcome, FollowUp, HoldReason, Language, Nature, Origin, RelationKind, Urgency,
};
