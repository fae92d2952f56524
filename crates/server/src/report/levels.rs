//! Levels: what was reached in each window.

use super::window::{Window, period_to_pb};
use crate::error::ApiError;
use crate::shared::Shared;
use beffroi_aggregator::{LevelCount, Snapshot};
use beffroi_domain::level::{Share, Standing};
use beffroi_domain::{Language, Level, Period, Regimes, Span, Timestamp};
use beffroi_wire::event;
use beffroi_wire::pb::report::v1 as pb;
use tokio_util::sync::CancellationToken;

/// Windows of one report at most, over all levels.
const WINDOWS_MAX: usize = 50_000;

/// What is asked, and when.
pub(super) struct Asked<'a> {
    pub node: &'a Shared,
    pub window: Window,
    pub language: Language,
    pub now: Timestamp,
}

impl Asked<'_> {
    /// The windows that begin in the window asked for, counted whole.
    pub(super) fn count(
        &self,
        snapshot: &Snapshot,
        stop: &CancellationToken,
    ) -> Result<Vec<pb::LevelRow>, ApiError> {
        let regimes = snapshot.regimes()?;
        let mut count = LevelCount::new(&self.node.city_at(snapshot)?.city);
        self.add_contacts(&mut count, (snapshot, &regimes), stop)?;
        count.recount_requests(snapshot, &regimes, self.now)?;
        let mut rows = Vec::new();
        let mut left = WINDOWS_MAX;
        for (place, level) in count.levels().iter().enumerate() {
            for length in &level.windows {
                let row = self.row(&count, (place, level), *length, left)?;
                left -= row.windows.len();
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Counts the contacts of the window, and those of the whole months around it.
    fn add_contacts(
        &self,
        count: &mut LevelCount,
        (snapshot, regimes): (&Snapshot, &Regimes),
        stop: &CancellationToken,
    ) -> Result<(), ApiError> {
        let calendar = &self.node.city().calendar;
        let month = |at| Period::Month.of(calendar.date(at));
        // A week of the window may reach into the month after it, and begin in the one before.
        let from = self.window.from.and_then(|at| calendar.start_of(month(at).first()));
        let before = self.window.before.and_then(|at| {
            let next = calendar.start_of(month(at).next())?;
            calendar.start_of(month(next).next())
        });
        for contact in snapshot.contacts_between(from, before)? {
            if stop.is_cancelled() {
                return Err(ApiError::ShuttingDown);
            }
            let (at, row) = contact?;
            count.contact(regimes, (at, 0), &row);
        }
        Ok(())
    }

    fn row(
        &self,
        count: &LevelCount,
        (place, level): (usize, &Level),
        length: Period,
        left: usize,
    ) -> Result<pb::LevelRow, ApiError> {
        let mut windows = Vec::new();
        if let Some((mut span, last)) = self.range(count, place, length) {
            while span <= last {
                if windows.len() == left {
                    return Err(ApiError::ReportTooLarge);
                }
                if level.is_promised(span) && self.begins_within(span) {
                    windows.push(self.window(count, (place, level), span));
                }
                let next = length.of(span.next());
                if next <= span {
                    break;
                }
                span = next;
            }
        }
        Ok(pb::LevelRow {
            code: level.code.to_string(),
            name: level.name.get(self.language).to_string(),
            definition: Some(event::definition_to_pb(&level.definition)),
            length: event::window_length_to_pb(length).into(),
            windows,
        })
    }

    /// The first and the last window to be shown: from what was asked, or else from the first to the
    /// last one with data; none of the future without data.
    fn range(&self, count: &LevelCount, place: usize, length: Period) -> Option<(Span, Span)> {
        let calendar = &self.node.city().calendar;
        let of = |at| length.of(calendar.date(at));
        let mut counted = count.windows(place).filter(|it| it.period() == length);
        let first = counted.next();
        let last = counted.last().or(first);
        let asked = self.window.before.map(|at| of(at.saturating_add_micros(-1)).min(of(self.now)));
        let from = self.window.from.map(of).or(first)?;
        let to = last.max(asked)?;
        Some((from, to))
    }

    fn begins_within(&self, span: Span) -> bool {
        let start = self.node.city().calendar.start_of(span.first());
        start.is_some_and(|at| self.window.holds(at))
    }

    fn window(
        &self,
        count: &LevelCount,
        (place, level): (usize, &Level),
        span: Span,
    ) -> pb::LevelWindow {
        let calendar = &self.node.city().calendar;
        let counted = count.window(place, span);
        let standing = match level.definition.standing(counted.ordinary) {
            Standing::NoData => pb::LevelStanding::NoData,
            Standing::Reached => pb::LevelStanding::Reached,
            Standing::Missed => pb::LevelStanding::Missed,
        };
        let end = calendar.start_of(span.next());
        pb::LevelWindow {
            window: Some(period_to_pb(calendar, span)),
            standing: standing.into(),
            closed: end.is_some_and(|end| end <= self.now),
            share: Some(ratio(counted.ordinary)),
            exceptional: Some(ratio(counted.exceptional)),
            figure_revision: counted.revision,
        }
    }
}

fn ratio(share: Share) -> pb::Ratio {
    pb::Ratio { numerator: share.within, denominator: share.of }
}
