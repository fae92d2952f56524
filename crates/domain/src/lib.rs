//! The rules of a city's 311 centre, without I/O, without a clock, without randomness.
//!
//! A command is decided on a state (`decide`) and yields events; events are folded into states
//! (`evolve`). Time enters as data.

mod calendar;
mod city;
mod contact;
mod decide;
mod event;
mod id;
mod number;
mod promise;
mod request;
mod text;
mod time;
mod vocabulary;

pub use calendar::{Calendar, InvalidCalendar, OutOfCalendar, Window};
pub use city::{City, Commitment};
pub use contact::{Contact, InvalidContact};
pub use decide::{Change, Command, Open, Rejection, decide};
pub use event::{About, Event, FactKind, Kind, Meta, Opened, PersonalData, PromiseRef};
pub use id::{CitizenId, ContactId, EventId, InvalidId, RequestId};
pub use number::{InvalidNumber, Number};
pub use promise::{Promise, PromiseKind, Rule, Term, Verdict};
pub use request::{Alarm, OutOfOrder, Place, Request, Source, Status};
pub use text::{InvalidText, Label, Personal, Text};
pub use time::{InvalidTimestamp, Timestamp};
pub use vocabulary::{Channel, ContactOutcome, HoldReason, Language, Nature, Origin, Visibility};
