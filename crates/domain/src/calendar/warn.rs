//! Warnings: when to look at a promise before it is due, or again after.

use super::count::{add, between, business_days_from, due, elapse, give_back, spend};
use super::pause::{outside, union};
use super::zone::{SECOND, day_at, start_of};
use super::{Calendar, CannotCount, Count, OutOfCalendar, Rule, timestamp};
use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// When a warning comes. Never before the reception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Warn {
    /// After this share of the delay: of its working time outside of pauses, or of all time outside
    /// of pauses for a calendar rule.
    Percent(u32),
    /// So much working time after the due time, in seconds; before it, outside of pauses, when negative.
    WorkingSecs(i64),
    /// So many business days after the due time, at the same time of day; before it when negative: then
    /// as if there were no pauses, and moved like the due time by those that begin before.
    BusinessDays(i32),
}

impl Warn {
    /// After four fifths of the delay.
    pub const DEFAULT: Self = Self::Percent(80);
}

impl Calendar {
    /// When a warning comes for what is due at a time that [`Calendar::due`] has given.
    pub fn warn_at(
        &self,
        count: &Count<'_>,
        due: Timestamp,
        warn: Warn,
    ) -> Result<Timestamp, CannotCount> {
        let (received, due) = (count.received.micros(), due.micros());
        let at = match warn {
            Warn::Percent(percent) => self.share(count, (received, due), percent)?,
            Warn::WorkingSecs(secs) => {
                let micros = secs.checked_mul(SECOND).ok_or(OutOfCalendar)?;
                if 0 <= micros {
                    add(self, due, micros)?
                } else {
                    let micros = micros.checked_neg().ok_or(OutOfCalendar)?;
                    self.worked_before(due, micros, &union(count.pauses, received))?
                }
            }
            Warn::BusinessDays(days) if days < 0 => self.days_before(count, days)?,
            Warn::BusinessDays(days) => self.same_time(due, days)?,
        };
        Ok(timestamp(at.max(received))?)
    }

    fn share(
        &self,
        count: &Count<'_>,
        (received, due): (i64, i64),
        percent: u32,
    ) -> Result<i64, CannotCount> {
        let pauses = union(count.pauses, received);
        let of_any_kind = is_of_any_time(count.rule)?;
        let part = |whole: i64| {
            let part = i128::from(whole) * i128::from(percent) / 100;
            i64::try_from(part).map_err(|_| OutOfCalendar)
        };
        if !of_any_kind {
            let part = part(between(Some(self), &pauses, (received, due)))?;
            return Ok(spend(self, received, part, &pauses, &mut ())?);
        }
        let mut left = part(between(None, &pauses, (received, due)))?;
        for (from, to) in outside(&pauses, received, i64::MAX) {
            if left <= to - from {
                return Ok(from + left);
            }
            left -= to - from;
        }
        Err(OutOfCalendar.into())
    }

    /// The instant from which so much working time outside of pauses lies before another one: what was
    /// warned of before a pause began stays where it was.
    fn worked_before(
        &self,
        to: i64,
        micros: i64,
        pauses: &[(i64, i64)],
    ) -> Result<i64, OutOfCalendar> {
        let mut left = micros;
        for opening in self.before(to) {
            let worked: Vec<_> = outside(pauses, opening.from, opening.to.min(to)).collect();
            for (from, to) in worked.into_iter().rev() {
                if left <= to - from {
                    return Ok(to - left);
                }
                left -= to - from;
            }
        }
        Err(OutOfCalendar)
    }

    /// Business days before what is due without pauses, moved by the pauses there were by then: what
    /// was warned of before a pause began stays where it was.
    fn days_before(&self, count: &Count<'_>, days: i32) -> Result<i64, CannotCount> {
        let received = count.received.micros();
        let due = due(self, &Count { pauses: &[], ..*count }, &mut ())?;
        let base = self.same_time(due, days)?.max(received);
        let pauses = union(count.pauses, received);
        if is_of_any_time(count.rule)? {
            return Ok(elapse(base, &pauses, |at, from| at < from));
        }
        Ok(give_back(self, base, &pauses, &mut ())?)
    }

    fn same_time(&self, due: i64, days: i32) -> Result<i64, OutOfCalendar> {
        let local = self.zone.local_of(due);
        // What is due at a closing is due on the day that closes, at midnight as well.
        let closes = self.before(due).next().filter(|it| it.to == due).map(|it| it.day);
        let day = closes.unwrap_or_else(|| day_at(local));
        let moved = business_days_from(self, day, days)?;
        if moved == day {
            return Ok(due);
        }
        Ok(self.zone.instant_of(local - start_of(day) + start_of(moved)))
    }
}

/// Whether time of any kind counts, or working time only.
fn is_of_any_time(rule: Rule) -> Result<bool, CannotCount> {
    match rule {
        Rule::Source => Err(CannotCount::Source),
        Rule::CalendarDaysV1(_) | Rule::CalendarTimeV1 { .. } => Ok(true),
        Rule::BusinessDaysEodV1(_)
        | Rule::BusinessDaysLandingV1(_)
        | Rule::BusinessDaysSameTimeV1(_)
        | Rule::BusinessDaysMidnightV1(_)
        | Rule::BusinessDaysOpeningV1(_)
        | Rule::BusinessDaysThenOpeningV1(_)
        | Rule::BusinessDaysWithinV1(_)
        | Rule::BusinessDaysClosingV1(_)
        | Rule::BusinessDaysCutOffV1(..)
        | Rule::BusinessTimeV1 { .. }
        | Rule::BusinessTimeOpeningV1 { .. } => Ok(false),
    }
}
