//! What a wait does to a term that was counted before it.

use super::City;
use crate::{OutOfCalendar, Rule, Term, Timestamp};

impl City {
    /// A term as it would have been counted with a pause, if the ones before it are part of it.
    pub fn after_pause(
        &self,
        term: &Term,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Term, OutOfCalendar> {
        let due_at = if let Rule::BusinessTimeOpeningV1 { .. } = term.rule {
            // Used up at a closing, it is due at the opening after: the closing is what counts.
            let last = self.calendar.subtract_working_micros(term.due_at, 1)?;
            let used_up = self.moved(term.rule, last.saturating_add_micros(1), (from, to))?;
            self.calendar.next_open(used_up)?
        } else {
            self.moved(term.rule, term.due_at, (from, to))?
        };
        let warn_at = term.warn_at.map(|at| self.moved(term.rule, at, (from, to)));
        Ok(Term { warn_at: warn_at.transpose()?, due_at, ..*term })
    }

    fn moved(
        &self,
        rule: Rule,
        at: Timestamp,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Timestamp, OutOfCalendar> {
        // What had passed before the pause is not given back. Time that is used up when the pause
        // begins is used up; a day is given back when it ends then.
        let (is_time, is_calendar) = match rule {
            Rule::BusinessTimeV1 { .. } | Rule::BusinessTimeOpeningV1 { .. } => (true, false),
            Rule::CalendarTimeV1 { .. } => (true, true),
            Rule::CalendarDaysV1(_) => (false, true),
            Rule::Source
            | Rule::BusinessDaysEodV1(_)
            | Rule::BusinessDaysLandingV1(_)
            | Rule::BusinessDaysSameTimeV1(_)
            | Rule::BusinessDaysMidnightV1(_)
            | Rule::BusinessDaysOpeningV1(_)
            | Rule::BusinessDaysThenOpeningV1(_)
            | Rule::BusinessDaysWithinV1(_)
            | Rule::BusinessDaysClosingV1(_)
            | Rule::BusinessDaysCutOffV1(..) => (false, false),
        };
        if at < from || is_time && at == from {
            return Ok(at);
        }
        if is_calendar {
            return Ok(at.saturating_add_micros((to.micros() - from.micros()).max(0)));
        }
        self.calendar.add_working_micros(at, self.calendar.working_micros(from, to))
    }
}
