//! The shapes of JSON answers. They belong to the command line: scripts rely on them, and
//! `docs/cli.md` shows each by example.
//!
//! What was not said is left out. Whatever depends on the log's own numbering or on the time of
//! recording stands under `position`, `resume_token` or `next_page_token` only.

mod breach;
mod calendar;
mod catalogue;
mod centre;
mod citizen;
mod commitments;
mod explain;
mod history;
mod import;
mod level;
mod link;
mod programme;
mod quarantine;
mod report;
mod request;
mod volumes;
mod what_if;

pub(crate) use breach::{BreachMessage, BreachView, BreachesAnswer};
pub(crate) use calendar::{
    CalendarAnswer, CalendarVersionView, DateView, HolidayView, HolidaysAnswer, NameView,
};
pub(crate) use catalogue::{
    AnsweredView, CheckAnswer, HitsAnswer, ProductsAnswer, QuestionsAnswer, VersionView,
    VersionsAnswer,
};
pub(crate) use centre::{
    CentreAnswer, RegimeAnswer, RegimeNoticeView, RegimesAnswer, ScreenAnswer,
};
pub(crate) use citizen::{CitizenAnswer, CitizenWrite, RecordAnswer};
pub(crate) use commitments::{
    CommitmentFigures, CommitmentView, CommitmentsAnswer, LevelView, WindowView,
};
pub(crate) use explain::ExplainAnswer;
pub(crate) use history::HistoryAnswer;
pub(crate) use import::{ImportAnswer, UnreadableView};
pub(crate) use link::{DuplicatesAnswer, MergeAnswer, RelationAnswer, UnmergeAnswer};
pub(crate) use programme::{CloseAnswer, PlannedAnswer, PlannedView, ProgrammesAnswer};
pub(crate) use quarantine::{
    ProjectionsAnswer, QuarantineAnswer, QuarantinedAnswer, QuarantinedView, RetryAnswer,
};
pub(crate) use report::{ContactFigures, Keys, ReportAnswer, RequestFigures, Share};
pub(crate) use request::{OpenAnswer, RequestAnswer, RequestsAnswer, Written};
pub(crate) use volumes::{RequestRow, VolumesAnswer};
pub(crate) use what_if::{Flips, WhatIfAnswer, WhatIfRow};

use beffroi_wire::pb::query::v1 as pb;
use serde::Serialize;

use crate::time::rfc3339;
use crate::words::Word;

/// A point of the log.
#[derive(Debug, Serialize)]
pub(crate) struct PositionView {
    log: String,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_at: Option<String>,
}

impl From<pb::Position> for PositionView {
    fn from(position: pb::Position) -> Self {
        Self {
            log: position.log,
            sequence: position.sequence,
            recorded_at: rfc3339(position.recorded_at.as_ref()),
        }
    }
}

/// An answer to `contact`.
#[derive(Debug, Serialize)]
pub(crate) struct ContactAnswer {
    /// The contact's id.
    pub contact_id: String,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// A text, `None` when empty.
fn said(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The key of a value of the protocol, `None` when it was not said.
fn key<W: Word>(number: i32) -> Option<String> {
    W::try_from(number).ok().and_then(Word::key)
}

/// The key of a value of the protocol that always means something.
fn key_or_unknown<W: Word>(number: i32) -> String {
    key::<W>(number).unwrap_or_else(|| "unknown".to_owned())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[cfg(test)]
pub(crate) mod samples {
    //! Answers of a server, for tests.

    use beffroi_wire::pb::event::v1 as event;
    use beffroi_wire::pb::query::v1 as pb;
    use chrono::{DateTime, TimeDelta};
    use prost_types::Timestamp;

    use crate::render::Reader;
    use crate::time::to_pb;
    use crate::words::Lang;

    pub(crate) fn at(seconds: i64) -> Option<Timestamp> {
        DateTime::parse_from_rfc3339("2026-11-02T13:30:00Z")
            .map(|it| to_pb(it.to_utc() + TimeDelta::seconds(seconds)))
            .ok()
    }

    /// Somebody in Québec.
    pub(crate) fn reader(lang: Lang) -> Reader {
        Reader { lang, zone: Some(chrono_tz::America::Toronto) }
    }

    pub(crate) fn position() -> pb::Position {
        pb::Position { log: "quebec".to_owned(), sequence: 7, recorded_at: at(1) }
    }

    pub(crate) fn request() -> pb::ServiceRequest {
        pb::ServiceRequest {
            id: "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001".to_owned(),
            number: "26-0000001-2".to_owned(),
            product: "Eau potable".to_owned(),
            nature: event::Nature::Service.into(),
            urgency: event::Urgency::Normal.into(),
            channel: event::Channel::WebForm.into(),
            unit: "Travaux publics".to_owned(),
            place: Some(event::Place {
                borough: "Limoilou".to_owned(),
                coordinates: Some(event::Coordinates { latitude: 46.83, longitude: -71.22 }),
            }),
            status: pb::Status::OnHold.into(),
            opened_at: at(0),
            status_changed_at: at(60),
            promises: vec![pb::PromiseStatus {
                promise: Some(event::Promise {
                    kind: event::PromiseKind::Resolution.into(),
                    rule: "business_days_eod_v1".to_owned(),
                    business_days: 2,
                    due_at: at(172_800),
                    ..Default::default()
                }),
                cycle: 1,
                verdict: pb::Verdict::Paused.into(),
                warned: false,
                breached: false,
            }],
            origin: event::Origin::Live.into(),
            public_follow_ups: 1,
            summary: "Waiting on you.".to_owned(),
            ..Default::default()
        }
    }

    pub(crate) fn planned() -> pb::ServiceRequest {
        pb::ServiceRequest {
            status: pb::Status::Planned.into(),
            programme: "refection-trottoirs".to_owned(),
            promises: Vec::new(),
            ..request()
        }
    }

    pub(crate) fn breach() -> pb::Breach {
        pb::Breach {
            id: "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be0ff".to_owned(),
            kind: pb::BreachKind::Breach.into(),
            request_id: "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001".to_owned(),
            number: "26-0000001-2".to_owned(),
            product: "Eau potable".to_owned(),
            unit: String::new(),
            promise_kind: event::PromiseKind::Resolution.into(),
            cycle: 1,
            due_at: at(172_800),
            noticed_at: at(172_801),
            position: Some(position()),
            names: None,
            commitment: String::new(),
            threshold: None,
            level: None,
            product_code: "eau-potable".to_owned(),
            urgency: event::Urgency::Urgent.into(),
        }
    }
}
