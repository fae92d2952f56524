//! What would become of promises.

use beffroi_wire::pb::report::v1 as pb;
use serde::Serialize;

use super::PositionView;
use crate::time::rfc3339;

/// An answer to `what-if`.
#[derive(Debug, Serialize)]
pub(crate) struct WhatIfAnswer {
    /// When it was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// By product, in order of their words.
    pub rows: Vec<WhatIfRow>,
    /// All rows together.
    pub total: Flips,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// The figures of a product.
#[derive(Debug, Serialize)]
pub(crate) struct WhatIfRow {
    /// The product, as recorded.
    pub product: String,
    /// The figures.
    #[serde(flatten)]
    pub flips: Flips,
}

/// How many requests, and what would become of their promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Flips {
    /// Requests received in the window.
    pub requests: u64,
    /// Kept, and would not have been.
    pub on_time_to_late: u64,
    /// Not kept, and would have been.
    pub late_to_on_time: u64,
    /// Still to come, and would be late by now.
    pub open_to_late: u64,
    /// Late by now, and would be still to come.
    pub late_to_open: u64,
    /// Rescinded, and would have been late before.
    pub rescinded_to_late: u64,
    /// Late before it would have been rescinded.
    pub late_to_rescinded: u64,
    /// Promised where nothing is.
    pub newly_promised: u64,
    /// Of those, late.
    pub newly_promised_late: u64,
    /// No longer promised.
    pub no_longer_promised: u64,
    /// Settled in the same way.
    pub unchanged: u64,
    /// Still to come either way.
    pub still_open: u64,
    /// Not counted again.
    pub not_recounted: u64,
    /// Of all of these, those that rest on times that are only known roughly.
    pub approximate: u64,
}

impl Flips {
    /// How many promises would not be as they are.
    pub(crate) fn all(&self) -> u64 {
        [
            self.on_time_to_late,
            self.late_to_on_time,
            self.open_to_late,
            self.late_to_open,
            self.rescinded_to_late,
            self.late_to_rescinded,
            self.newly_promised,
            self.no_longer_promised,
        ]
        .iter()
        .sum()
    }
}

impl From<pb::WhatIfFigures> for Flips {
    fn from(it: pb::WhatIfFigures) -> Self {
        Self {
            requests: it.requests,
            on_time_to_late: it.on_time_to_late,
            late_to_on_time: it.late_to_on_time,
            open_to_late: it.open_to_late,
            late_to_open: it.late_to_open,
            rescinded_to_late: it.rescinded_to_late,
            late_to_rescinded: it.late_to_rescinded,
            newly_promised: it.newly_promised,
            newly_promised_late: it.newly_promised_late,
            no_longer_promised: it.no_longer_promised,
            unchanged: it.unchanged,
            still_open: it.still_open,
            not_recounted: it.not_recounted,
            approximate: it.approximate,
        }
    }
}

impl From<pb::WhatIfResult> for WhatIfAnswer {
    fn from(result: pb::WhatIfResult) -> Self {
        let row = |it: pb::WhatIfRow| WhatIfRow {
            product: it.product,
            flips: it.figures.unwrap_or_default().into(),
        };
        Self {
            as_of: rfc3339(result.as_of.as_ref()),
            rows: result.rows.into_iter().map(row).collect(),
            total: result.total.unwrap_or_default().into(),
            position: result.position.map(Into::into),
        }
    }
}
