//! The centre: its regime, its hours, what a text suggests.

use beffroi_wire::pb::centre::v1 as pb;
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::intake::v1 as intake;
use beffroi_wire::pb::query::v1 as query;
use serde::Serialize;

use super::{PositionView, is_false, key, key_or_unknown, said};
use crate::time::rfc3339;

/// How the centre works, and whether it is open.
#[derive(Debug, Serialize)]
pub(crate) struct CentreAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    kind: String,
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    closes_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<HoursView>,
    time_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    regime: Option<RegimeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    announced: Option<RegimeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl From<pb::GetCentreResponse> for CentreAnswer {
    fn from(it: pb::GetCentreResponse) -> Self {
        Self {
            at: rfc3339(it.at.as_ref()),
            kind: key_or_unknown::<event::RegimeKind>(it.kind),
            open: it.open,
            closes_at: rfc3339(it.closes_at.as_ref()),
            opens_at: rfc3339(it.opens_at.as_ref()),
            hours: it.hours.map(HoursView::from),
            time_zone: it.time_zone,
            regime: it.regime.map(RegimeView::from),
            announced: it.announced.map(RegimeView::from),
            position: it.position.map(PositionView::from),
        }
    }
}

/// An exceptional regime.
#[derive(Debug, Serialize)]
pub(crate) struct RegimeView {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<HoursView>,
    products: Vec<String>,
    notice: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<String>,
}

impl From<pb::Regime> for RegimeView {
    fn from(it: pb::Regime) -> Self {
        Self {
            kind: key_or_unknown::<event::RegimeKind>(it.kind),
            from: rfc3339(it.from.as_ref()),
            until: rfc3339(it.until.as_ref()),
            lifted_at: rfc3339(it.lifted_at.as_ref()),
            hours: it.hours.map(HoursView::from),
            products: it.products,
            notice: it.notice,
            changed_at: rfc3339(it.changed_at.as_ref()),
        }
    }
}

/// The hours of a week; days that are closed are left out.
#[derive(Debug, Serialize)]
struct HoursView {
    #[serde(skip_serializing_if = "Option::is_none")]
    monday: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tuesday: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wednesday: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thursday: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    friday: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saturday: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sunday: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    around_the_clock: bool,
}

impl From<pb::WeeklyHours> for HoursView {
    fn from(it: pb::WeeklyHours) -> Self {
        Self {
            monday: said(it.monday),
            tuesday: said(it.tuesday),
            wednesday: said(it.wednesday),
            thursday: said(it.thursday),
            friday: said(it.friday),
            saturday: said(it.saturday),
            sunday: said(it.sunday),
            around_the_clock: it.around_the_clock,
        }
    }
}

/// An answer to a change of the regime.
#[derive(Debug, Serialize)]
pub(crate) struct RegimeAnswer {
    regime: RegimeView,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl RegimeAnswer {
    /// From what the server answered.
    pub(crate) fn new(regime: pb::Regime, position: Option<query::Position>) -> Self {
        Self { regime: regime.into(), position: position.map(PositionView::from) }
    }
}

/// The regimes so far.
#[derive(Debug, Serialize)]
pub(crate) struct RegimesAnswer {
    regimes: Vec<RegimeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl From<pb::ListRegimesResponse> for RegimesAnswer {
    fn from(it: pb::ListRegimesResponse) -> Self {
        Self {
            regimes: it.regimes.into_iter().map(RegimeView::from).collect(),
            next_page_token: said(it.next_page_token),
            position: it.position.map(PositionView::from),
        }
    }
}

/// What a text suggests; nothing of both: nothing.
#[derive(Debug, Serialize)]
pub(crate) struct ScreenAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instruction: Option<String>,
}

impl From<pb::ScreenTextResponse> for ScreenAnswer {
    fn from(it: pb::ScreenTextResponse) -> Self {
        Self { emergency: key::<event::Emergency>(it.emergency), instruction: said(it.instruction) }
    }
}

impl From<intake::EmergencySuggestion> for ScreenAnswer {
    fn from(it: intake::EmergencySuggestion) -> Self {
        Self { emergency: key::<event::Emergency>(it.emergency), instruction: said(it.instruction) }
    }
}

/// The exceptional regime that holds when a request is answered for.
#[derive(Debug, Serialize)]
pub(crate) struct RegimeNoticeView {
    kind: String,
    notice: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl From<query::RegimeNotice> for RegimeNoticeView {
    fn from(it: query::RegimeNotice) -> Self {
        Self {
            kind: key_or_unknown::<event::RegimeKind>(it.kind),
            notice: it.notice,
            until: rfc3339(it.until.as_ref()),
        }
    }
}
