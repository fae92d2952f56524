//! Requests: how many there are, and how many of them are resolved.

use super::groups::{Groups, Value, dimensions};
use super::window::{Window, period, period_to_pb};
use super::{Mapping, mapping};
use crate::error::{ApiError, Violation};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::Snapshot;
use beffroi_domain::{Calendar, Label, Origin, Period, Request, Status};
use beffroi_wire::pb::report::v1 as pb;
use beffroi_wire::vocabulary;
use pb::RequestDimension as Dimension;
use tokio_util::sync::CancellationToken;

/// What is asked.
#[derive(Debug)]
pub(super) struct Asked {
    window: Window,
    by: Vec<Dimension>,
    period: Option<Period>,
    source_system: Option<Label>,
    origin: Option<Origin>,
}

impl Asked {
    pub(super) fn parse(
        calendar: &Calendar,
        call: &pb::GetRequestReportRequest,
    ) -> Result<Self, Vec<Violation>> {
        let mut fields = Fields::default();
        let window = Window::parse(&mut fields, calendar, call.window.as_ref());
        let known = |number| {
            let dimension = Dimension::try_from(number).ok();
            dimension.filter(|it| *it != Dimension::Unspecified)
        };
        let by = dimensions(&mut fields, (&call.by, known), (call.period, Dimension::Period));
        let source_system = fields.optional_label("source_system", &call.source_system);
        let origin = match call.origin {
            0 => Some(None),
            number => fields.word("origin", number, vocabulary::origin::from_pb(number)).map(Some),
        };
        let parsed = (|| {
            let (by, period) = by?;
            let (source_system, origin) = (source_system?, origin?);
            Some(Self { window: window?, by, period, source_system, origin })
        })();
        fields.finish(parsed)
    }

    /// Counts the requests of a moment.
    pub(super) fn count(
        &self,
        node: &Shared,
        snapshot: &Snapshot,
        stop: &CancellationToken,
    ) -> Result<(Vec<pb::RequestRow>, pb::RequestFigures), ApiError> {
        let calendar = &node.city().calendar;
        let mapping = mapping(node, snapshot)?;
        let mut groups = Groups::<pb::RequestFigures>::default();
        for row in snapshot.requests()? {
            let request = row?.request;
            if stop.is_cancelled() {
                return Err(ApiError::ShuttingDown);
            }
            if !self.takes(&request) {
                continue;
            }
            let (row, total) = groups.of(self.key(calendar, &mapping, &request))?;
            for figures in [row, total] {
                figures.requests += 1;
                figures.resolved += u64::from(request.status == Status::Resolved);
            }
        }
        let (rows, total) = groups.into_parts();
        let rows = rows.into_iter().map(|(key, figures)| self.row(calendar, key, figures));
        Ok((rows.collect(), total))
    }

    fn takes(&self, request: &Request) -> bool {
        let system = request.source.as_ref().map(|it| &it.system);
        self.window.holds(request.opened_at)
            && self.source_system.as_ref().is_none_or(|it| Some(it) == system)
            && self.origin.is_none_or(|it| it == request.origin)
    }

    fn key(&self, calendar: &Calendar, mapping: Mapping<'_>, request: &Request) -> Vec<Value> {
        let text =
            |it: Option<&Label>| Value::Text(it.map(ToString::to_string).unwrap_or_default());
        let value = |dimension: &Dimension| match dimension {
            Dimension::Unspecified => None,
            Dimension::Channel => {
                Some(Value::Word(vocabulary::channel::to_pb(request.channel).into()))
            }
            Dimension::Nature => {
                Some(Value::Word(vocabulary::nature::to_pb(request.nature).into()))
            }
            Dimension::Product => Some(text(Some(&request.product))),
            Dimension::CatalogueProduct => {
                let code = request.entry.as_ref().map(|it| it.product.clone());
                let code = code.or_else(|| mapping(request.product.as_str()));
                Some(Value::Text(code.map(|it| it.to_string()).unwrap_or_default()))
            }
            Dimension::Status => {
                Some(Value::Word(vocabulary::status::to_pb(request.status).into()))
            }
            Dimension::Unit => Some(text(request.unit.as_ref())),
            Dimension::Borough => Some(text(request.place.borough.as_ref())),
            Dimension::Period => {
                Some(Value::Period(period(calendar, self.period?, request.opened_at)))
            }
        };
        self.by.iter().filter_map(value).collect()
    }

    fn row(
        &self,
        calendar: &Calendar,
        key: Vec<Value>,
        figures: pb::RequestFigures,
    ) -> pb::RequestRow {
        let mut row = pb::RequestRow { figures: Some(figures), ..Default::default() };
        for (dimension, value) in self.by.iter().zip(key) {
            match (dimension, value) {
                (Dimension::Channel, Value::Word(word)) => row.channel = word,
                (Dimension::Nature, Value::Word(word)) => row.nature = word,
                (Dimension::Status, Value::Word(word)) => row.status = word,
                (Dimension::Product, Value::Text(text)) => row.product = text,
                (Dimension::CatalogueProduct, Value::Text(text)) => row.catalogue_product = text,
                (Dimension::Unit, Value::Text(text)) => row.unit = text,
                (Dimension::Borough, Value::Text(text)) => row.borough = text,
                (Dimension::Period, Value::Period(span)) => {
                    row.period = Some(period_to_pb(calendar, span));
                }
                (_, Value::Word(_) | Value::Text(_) | Value::Promised(_) | Value::Period(_)) => {}
            }
        }
        row
    }
}
