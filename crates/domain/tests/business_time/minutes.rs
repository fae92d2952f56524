//! The slow and obvious way: every minute of UTC is asked for its local time, and the local time for
//! the window in which it lies.

use beffroi_domain::{CalendarDraft, Hours, Pause, Timestamp};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Timelike, Utc};

const MINUTE: i64 = 60_000_000;

/// The hours of a date, before closings.
fn hours(draft: &CalendarDraft, date: NaiveDate) -> Hours {
    if let Some(exception) = draft.exceptions.iter().find(|it| it.date == date) {
        return exception.hours;
    }
    if draft.holidays.iter().any(|it| it.date == date) {
        return Hours::CLOSED;
    }
    draft.week[date.weekday().num_days_from_monday() as usize]
}

/// Whether a local time lies in the windows of its date, or of the date before past midnight.
fn lies_in(windows: impl Fn(NaiveDate) -> Vec<Hours>, local: NaiveDateTime) -> Option<NaiveDate> {
    let minute = local.hour() * 60 + local.minute();
    let today = local.date();
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap();
    for (date, minute) in [(today, minute), (yesterday, minute + 1440)] {
        for hours in windows(date) {
            let within = |it: &&beffroi_domain::Window| {
                u32::from(it.opens()) <= minute && minute < u32::from(it.closes())
            };
            if hours.windows().iter().find(within).is_some() {
                return Some(date);
            }
        }
    }
    None
}

/// The date to whose windows an instant belongs; `None`: it is no working time.
pub(crate) fn worked_on(draft: &CalendarDraft, at: DateTime<Utc>) -> Option<NaiveDate> {
    let local = at.with_timezone(&draft.zone.tz()).naive_local();
    let date = lies_in(|date| vec![hours(draft, date)], local)?;
    let closings = |date: NaiveDate| {
        draft.closings.iter().filter(|it| it.date == date).map(|it| it.hours).collect()
    };
    lies_in(closings, local).is_none().then_some(date)
}

/// The working time between two instants outside of pauses, all of them at whole minutes.
pub(crate) fn worked(
    draft: &CalendarDraft,
    (from, to): (Timestamp, Timestamp),
    pauses: &[Pause],
) -> i64 {
    let mut at = from;
    let mut worked = 0;
    while at < to {
        let paused = pauses.iter().any(|it| it.from() <= at && at < it.to());
        if !paused && worked_on(draft, at.utc()).is_some() {
            worked += MINUTE;
        }
        at = at.saturating_add_micros(MINUTE);
    }
    worked
}
