//! Promises: how many were kept in time, and how long they took.

use super::groups::{Groups, Value, dimensions};
use super::spread::Spread;
use super::window::{Window, period, period_to_pb};
use super::{Mapping, mapping};
use crate::error::{ApiError, Violation};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::Snapshot;
use beffroi_domain::{
    Calendar, City, FactKind, Origin, Period, Promise, Request, Timestamp, Verdict,
};
use beffroi_wire::pb::report::v1 as pb;
use beffroi_wire::{event, vocabulary};
use pb::CommitmentDimension as Dimension;
use tokio_util::sync::CancellationToken;

/// Different delays kept at most, over all rows: what bounds the memory of a report.
const DELAYS_MAX: usize = 2_000_000;

/// What is asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) window: Window,
    by: Vec<Dimension>,
    period: Option<Period>,
}

/// What was counted: rows, all of them, and what was imported.
pub(super) type Counted = (Vec<pb::CommitmentRow>, pb::CommitmentFigures, pb::CommitmentFigures);

/// What was promised, as it is counted by. Rows are sorted by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Promised {
    kind: i32,
    code: String,
    business_days: u32,
    calendar_days: u32,
    seconds: u64,
    rule: String,
    product: String,
    nature: i32,
    channel: i32,
}

impl Asked {
    pub(super) fn parse(
        calendar: &Calendar,
        call: &pb::GetCommitmentReportRequest,
    ) -> Result<Self, Vec<Violation>> {
        let mut fields = Fields::default();
        let window = Window::parse(&mut fields, calendar, call.window.as_ref());
        let known = |number| {
            let dimension = Dimension::try_from(number).ok();
            dimension.filter(|it| *it != Dimension::Unspecified)
        };
        let by = dimensions(&mut fields, (&call.by, known), (call.period, Dimension::Period));
        let parsed = (|| {
            let (by, period) = by?;
            Some(Self { window: window?, by, period })
        })();
        fields.finish(parsed)
    }

    /// Counts the promises of a moment, as they stand when it is `now`.
    pub(super) fn count(
        &self,
        node: &Shared,
        snapshot: &Snapshot,
        (stop, now): (&CancellationToken, Timestamp),
    ) -> Result<Counted, ApiError> {
        let city = &node.city_at(snapshot)?.city;
        let mapping = mapping(node, snapshot)?;
        let mut groups = Groups::<Figures>::default();
        let mut imported = Figures::default();
        let mut kept = 0;
        for row in snapshot.requests()? {
            let request = row?.request;
            if stop.is_cancelled() {
                return Err(ApiError::ShuttingDown);
            }
            let due = request.promises.iter().filter(|it| self.window.holds(it.term.due_at));
            for promise in due {
                let one = One::of(city, &request, promise, now);
                if request.origin == Origin::Imported {
                    kept += imported.add(&one);
                } else {
                    let key = self.key(city, &mapping, (&request, promise));
                    let (row, total) = groups.of(key)?;
                    kept += row.add(&one) + total.add(&one);
                }
                if kept > DELAYS_MAX {
                    return Err(ApiError::ReportTooLarge);
                }
            }
        }
        let (rows, total) = groups.into_parts();
        let row = |(key, figures): (Vec<Value>, Figures)| self.row(&city.calendar, key, &figures);
        Ok((rows.into_iter().map(row).collect(), total.to_pb(), imported.to_pb()))
    }

    fn key(
        &self,
        city: &City,
        mapping: Mapping<'_>,
        (request, promise): (&Request, &Promise),
    ) -> Vec<Value> {
        let value = |dimension: &Dimension| match dimension {
            Dimension::Unspecified => None,
            Dimension::Commitment => Some(Value::Promised(promised(city, request, promise))),
            Dimension::Unit => {
                let unit = request.unit.as_ref().map(ToString::to_string);
                Some(Value::Text(unit.unwrap_or_default()))
            }
            Dimension::Product => Some(Value::Text(request.product.to_string())),
            Dimension::CatalogueProduct => {
                let code = request.entry.as_ref().map(|it| it.product.clone());
                let code = code.or_else(|| mapping(request.product.as_str()));
                Some(Value::Text(code.map(|it| it.to_string()).unwrap_or_default()))
            }
            Dimension::Period => {
                let due_at = promise.term.due_at;
                Some(Value::Period(period(&city.calendar, self.period?, due_at)))
            }
        };
        self.by.iter().filter_map(value).collect()
    }

    fn row(&self, calendar: &Calendar, key: Vec<Value>, figures: &Figures) -> pb::CommitmentRow {
        let mut row = pb::CommitmentRow { figures: Some(figures.to_pb()), ..Default::default() };
        for (dimension, value) in self.by.iter().zip(key) {
            match (dimension, value) {
                (_, Value::Promised(it)) => row.commitment = Some(it.into_pb()),
                (_, Value::Period(span)) => row.period = Some(period_to_pb(calendar, span)),
                (Dimension::Unit, Value::Text(text)) => row.unit = text,
                (Dimension::Product, Value::Text(text)) => row.product = text,
                (Dimension::CatalogueProduct, Value::Text(text)) => row.catalogue_product = text,
                (_, Value::Word(_) | Value::Text(_)) => {}
            }
        }
        row
    }
}

/// What was promised: by a commitment of the catalogue, by it for its product, or by the first general
/// promise that applies and still says so.
fn promised(city: &City, request: &Request, promise: &Promise) -> Promised {
    let term = event::promise_to_pb(&promise.term);
    let mut found = Promised {
        kind: term.kind,
        code: term.commitment,
        business_days: term.business_days,
        calendar_days: term.calendar_days,
        seconds: term.seconds,
        rule: term.rule,
        product: String::new(),
        nature: 0,
        channel: 0,
    };
    if promise.term.commitment.is_some() {
        return found;
    }
    let of_product = request.entry.iter().flat_map(|it| &it.promised).any(|it| {
        (it.delay.promise, it.delay.rule) == (promise.term.kind, promise.term.rule)
            && it.commitment.is_none()
    });
    if of_product {
        found.product = request.product.to_string();
        return found;
    }
    let asked = (&request.product, request.nature, request.channel);
    let general = city.general(promise.term.kind, asked);
    if let Some(general) = general.filter(|it| it.delay.rule == promise.term.rule) {
        found.product = general.product.as_ref().map(ToString::to_string).unwrap_or_default();
        let nature = general.nature.map(|it| vocabulary::nature::to_pb(it).into());
        let channel = general.channel.map(|it| vocabulary::channel::to_pb(it).into());
        (found.nature, found.channel) = (nature.unwrap_or_default(), channel.unwrap_or_default());
    }
    found
}

impl Promised {
    fn into_pb(self) -> pb::Commitment {
        pb::Commitment {
            promise_kind: self.kind,
            rule: self.rule,
            business_days: self.business_days,
            product: self.product,
            nature: self.nature,
            channel: self.channel,
            calendar_days: self.calendar_days,
            seconds: self.seconds,
            code: self.code,
        }
    }
}

/// One promise, as it counts.
struct One {
    verdict: Verdict,
    withdrawn: bool,
    delay: Option<beffroi_domain::Taken>,
}

impl One {
    fn of(city: &City, request: &Request, promise: &Promise, now: Timestamp) -> Self {
        let of_it = (promise.term.kind, promise.cycle);
        let mut raised = request.raised.iter().filter(|it| (it.promise, it.cycle) == of_it);
        Self {
            verdict: request.verdict(promise, now),
            withdrawn: raised.any(|it| it.fact == FactKind::Breach && it.withdrawn),
            delay: city.taken(request, promise),
        }
    }
}

/// What is counted.
#[derive(Debug, Default)]
struct Figures {
    met: u64,
    late: u64,
    open: u64,
    rescinded: u64,
    withdrawn: u64,
    days: Spread,
    secs: Spread,
}

impl Figures {
    /// Counts a promise; gives how many new delays are kept for it.
    fn add(&mut self, one: &One) -> usize {
        *match one.verdict {
            Verdict::OnTime => &mut self.met,
            Verdict::Late => &mut self.late,
            Verdict::Pending | Verdict::Paused => &mut self.open,
            Verdict::Rescinded => &mut self.rescinded,
        } += 1;
        self.withdrawn += u64::from(one.withdrawn);
        let Some(delay) = one.delay else { return 0 };
        usize::from(self.days.add(delay.business_days))
            + usize::from(self.secs.add(delay.business_secs))
    }

    fn to_pb(&self) -> pb::CommitmentFigures {
        let (days, secs) = (self.days.to_pb(), self.secs.to_pb());
        pb::CommitmentFigures {
            set: self.met + self.late + self.open + self.rescinded,
            met: self.met,
            late: self.late,
            open: self.open,
            rescinded: self.rescinded,
            withdrawn: self.withdrawn,
            on_time: Some(pb::Ratio { numerator: self.met, denominator: self.met + self.late }),
            delays: Some(pb::Delays {
                count: days.count,
                median_business_days: days.median_secs,
                p90_business_days: days.p90_secs,
                max_business_days: days.max_secs,
                median_business_secs: secs.median_secs,
                p90_business_secs: secs.p90_secs,
                max_business_secs: secs.max_secs,
            }),
        }
    }
}
