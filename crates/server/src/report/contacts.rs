//! Contacts: what they came to, and how long people waited.

use super::groups::{Groups, Value, dimensions};
use super::spread::Spread;
use super::window::{Window, period, period_to_pb};
use super::{Mapping, mapping};
use crate::error::{ApiError, Violation};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::{ContactRow, Snapshot};
use beffroi_domain::{Calendar, Channel, ContactOutcome, Language, Period, Regimes, Timestamp};
use beffroi_wire::pb::report::v1 as pb;
use beffroi_wire::vocabulary;
use pb::ContactDimension as Dimension;
use tokio_util::sync::CancellationToken;

/// An answer within this time is counted apart; one that takes exactly so long is within.
const WITHIN_SECS: u32 = 120;
/// Different durations kept at most, over all rows: what bounds the memory of a report.
const DURATIONS_MAX: usize = 2_000_000;

/// What is asked.
#[derive(Debug)]
pub(super) struct Asked {
    window: Window,
    by: Vec<Dimension>,
    period: Option<Period>,
    channel: Option<Channel>,
    language: Option<Language>,
}

impl Asked {
    pub(super) fn parse(
        calendar: &Calendar,
        call: &pb::GetContactReportRequest,
    ) -> Result<Self, Vec<Violation>> {
        let mut fields = Fields::default();
        let window = Window::parse(&mut fields, calendar, call.window.as_ref());
        let known = |number| {
            let dimension = Dimension::try_from(number).ok();
            dimension.filter(|it| *it != Dimension::Unspecified)
        };
        let by = dimensions(&mut fields, (&call.by, known), (call.period, Dimension::Period));
        let channel = vocabulary::channel::from_pb(call.channel);
        let channel = fields.word("channel", call.channel, channel);
        let language = vocabulary::language::from_pb(call.language);
        let language = fields.word("language", call.language, language);
        let parsed = (|| {
            let (by, period) = by?;
            Some(Self {
                window: window?,
                by,
                period,
                channel: channel.filter(|_| call.channel != 0),
                language: language.filter(|_| call.language != 0),
            })
        })();
        fields.finish(parsed)
    }

    /// Counts the contacts of a moment.
    pub(super) fn count(
        &self,
        node: &Shared,
        snapshot: &Snapshot,
        stop: &CancellationToken,
    ) -> Result<(Vec<pb::ContactRow>, pb::ContactFigures), ApiError> {
        let calendar = &node.city().calendar;
        let mapping = mapping(node, snapshot)?;
        let regimes = snapshot.regimes()?;
        let mut groups = Groups::<Figures>::default();
        let mut durations = 0;
        for contact in snapshot.contacts_between(self.window.from, self.window.before)? {
            let (at, contact) = contact?;
            if stop.is_cancelled() {
                return Err(ApiError::ShuttingDown);
            }
            if self.channel.is_some_and(|it| it != contact.channel)
                || self.language.is_some_and(|it| it != contact.language)
            {
                continue;
            }
            let (row, total) =
                groups.of(self.key(calendar, (&mapping, &regimes), (at, &contact)))?;
            durations += row.add(&contact) + total.add(&contact);
            if durations > DURATIONS_MAX {
                return Err(ApiError::ReportTooLarge);
            }
        }
        let (rows, total) = groups.into_parts();
        let rows = rows.into_iter().map(|(key, figures)| self.row(calendar, key, &figures));
        Ok((rows.collect(), total.to_pb()))
    }

    fn key(
        &self,
        calendar: &Calendar,
        (mapping, regimes): (Mapping<'_>, &Regimes),
        (at, contact): (Timestamp, &ContactRow),
    ) -> Vec<Value> {
        let product = || contact.product.as_ref().map(ToString::to_string).unwrap_or_default();
        let value = |dimension: &Dimension| match dimension {
            Dimension::Unspecified => None,
            Dimension::Channel => {
                Some(Value::Word(vocabulary::channel::to_pb(contact.channel).into()))
            }
            Dimension::Language => {
                Some(Value::Word(vocabulary::language::to_pb(contact.language).into()))
            }
            Dimension::Nature => {
                Some(Value::Word(vocabulary::nature::to_pb(contact.nature).into()))
            }
            Dimension::Product => Some(Value::Text(product())),
            Dimension::CatalogueProduct => {
                let code = contact.product_code.clone();
                let code = code.or_else(|| mapping(&product()));
                Some(Value::Text(code.map(|it| it.to_string()).unwrap_or_default()))
            }
            Dimension::Outcome => {
                Some(Value::Word(vocabulary::contact_outcome::to_pb(contact.outcome).into()))
            }
            Dimension::Regime => {
                Some(Value::Word(vocabulary::regime_kind::to_pb(regimes.kind_at(at)).into()))
            }
            Dimension::Period => Some(Value::Period(period(calendar, self.period?, at))),
        };
        self.by.iter().filter_map(value).collect()
    }

    fn row(&self, calendar: &Calendar, key: Vec<Value>, figures: &Figures) -> pb::ContactRow {
        let mut row = pb::ContactRow { figures: Some(figures.to_pb()), ..Default::default() };
        for (dimension, value) in self.by.iter().zip(key) {
            match (dimension, value) {
                (Dimension::Channel, Value::Word(word)) => row.channel = word,
                (Dimension::Language, Value::Word(word)) => row.language = word,
                (Dimension::Nature, Value::Word(word)) => row.nature = word,
                (Dimension::Outcome, Value::Word(word)) => row.outcome = word,
                (Dimension::Regime, Value::Word(word)) => row.regime = word,
                (Dimension::Product, Value::Text(text)) => row.product = text,
                (Dimension::CatalogueProduct, Value::Text(text)) => row.catalogue_product = text,
                (Dimension::Period, Value::Period(span)) => {
                    row.period = Some(period_to_pb(calendar, span));
                }
                (_, Value::Word(_) | Value::Text(_) | Value::Promised(_) | Value::Period(_)) => {}
            }
        }
        row
    }
}

/// What is counted.
#[derive(Debug, Default)]
struct Figures {
    contacts: u64,
    informed: u64,
    requests_opened: u64,
    followed_up: u64,
    transferred_to_911: u64,
    abandoned: u64,
    waiting: Spread,
    abandoned_waiting: Spread,
    handling: Spread,
}

impl Figures {
    /// Counts a contact; gives how many new durations are kept for it.
    fn add(&mut self, contact: &ContactRow) -> usize {
        self.contacts += 1;
        *match contact.outcome {
            ContactOutcome::Informed => &mut self.informed,
            ContactOutcome::RequestOpened => &mut self.requests_opened,
            ContactOutcome::FollowedUp => &mut self.followed_up,
            ContactOutcome::TransferredTo911 => &mut self.transferred_to_911,
            ContactOutcome::Abandoned => &mut self.abandoned,
        } += 1;
        let mut kept = 0;
        let is_abandoned = contact.outcome == ContactOutcome::Abandoned;
        if contact.waited_secs > 0 || contact.channel.is_spoken() {
            if contact.outcome.is_resolved_at_first_contact().is_some() {
                kept += usize::from(self.waiting.add(contact.waited_secs));
            } else if is_abandoned {
                kept += usize::from(self.abandoned_waiting.add(contact.waited_secs));
            }
        }
        if contact.handled_secs > 0 && !is_abandoned {
            kept += usize::from(self.handling.add(contact.handled_secs));
        }
        kept
    }

    fn to_pb(&self) -> pb::ContactFigures {
        pb::ContactFigures {
            contacts: self.contacts,
            informed: self.informed,
            requests_opened: self.requests_opened,
            followed_up: self.followed_up,
            transferred_to_911: self.transferred_to_911,
            abandoned: self.abandoned,
            first_contact: Some(pb::Ratio {
                numerator: self.informed,
                denominator: self.informed + self.requests_opened + self.followed_up,
            }),
            waiting: Some(self.waiting.to_pb()),
            within_two_minutes: Some(pb::Ratio {
                numerator: self.waiting.within(WITHIN_SECS),
                denominator: self.waiting.count(),
            }),
            abandoned_waiting: Some(self.abandoned_waiting.to_pb()),
            handling: Some(self.handling.to_pb()),
        }
    }
}
