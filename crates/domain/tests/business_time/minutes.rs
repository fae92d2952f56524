//! The slow and obvious way: every minute of UTC is asked for its local time, and the local time for
//! the window in which it lies.

use beffroi_domain::{CalendarDraft, Hours, Pause, Timestamp};
use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone, Timelike, Utc,
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const MINUTE: i64 = 60_000_000;

/// The hours of a date, before closings.
pub(crate) fn hours(draft: &CalendarDraft, date: NaiveDate) -> Hours {
    if let Some(exception) = draft.exceptions.iter().find(|it| it.date == date) {
        return exception.hours;
    }
    if draft.holidays.iter().any(|it| it.date == date) {
        return Hours::CLOSED;
    }
    draft.week[date.weekday().num_days_from_monday() as usize]
}

pub(crate) fn within(hours: &Hours, minute: u32) -> bool {
    let windows = hours.windows().iter();
    windows.copied().any(|it| (u32::from(it.opens())..u32::from(it.closes())).contains(&minute))
}

/// The date to whose windows an instant belongs; `None`: it is no working time.
pub(crate) fn worked_on(draft: &CalendarDraft, at: DateTime<Utc>) -> Option<NaiveDate> {
    let local = at.with_timezone(&draft.zone.tz()).naive_local();
    let minute = local.hour() * 60 + local.minute();
    let today = local.date();
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap();
    // A window of the day before may run past midnight.
    let places = [(today, minute), (yesterday, minute + 1440)];
    let is_closed = draft.closings.iter().any(|it| {
        places.iter().any(|(date, minute)| it.date == *date && within(&it.hours, *minute))
    });
    let mut places = places.into_iter().filter(|_| !is_closed);
    places.find(|(date, minute)| within(&hours(draft, *date), *minute)).map(|(date, _)| date)
}

fn is_paused(pauses: &[Pause], at: Timestamp) -> bool {
    pauses.iter().any(|it| it.from() <= at && at < it.to())
}

/// The working time between two instants outside of pauses, all of them at whole minutes.
pub(crate) fn worked(
    draft: &CalendarDraft,
    (from, to): (Timestamp, Timestamp),
    pauses: &[Pause],
) -> i64 {
    let minutes = minutes(from).take_while(|at| *at < to);
    let worked =
        minutes.filter(|at| !is_paused(pauses, *at) && worked_on(draft, at.utc()).is_some());
    i64::try_from(worked.count()).unwrap() * MINUTE
}

/// A minute after the other.
pub(crate) fn minutes(from: Timestamp) -> impl Iterator<Item = Timestamp> {
    std::iter::successors(Some(from), |at| Some(at.saturating_add_micros(MINUTE)))
}

/// When `budget` minutes are used up: at a closing, and at the first minute after it that is worked.
/// `None`: not within so many minutes.
pub(crate) fn used_up(
    draft: &CalendarDraft,
    received: Timestamp,
    (budget, most): (u32, usize),
    pauses: &[Pause],
) -> Option<(Timestamp, Timestamp)> {
    let worked = |at: &Timestamp| worked_on(draft, at.utc()).is_some();
    let mut counted =
        minutes(received).take(most).filter(|at| worked(at) && !is_paused(pauses, *at));
    let closing = match budget.checked_sub(1) {
        Some(last) => counted.nth(last as usize)?.saturating_add_micros(MINUTE),
        None => counted.next()?,
    };
    // With nothing to use up, the reception itself is looked at, pauses or not.
    let from = if budget == 0 { received } else { closing };
    Some((closing, minutes(from).take(most).find(worked)?))
}

/// The working minutes around a reception, by the date to which they belong.
pub(crate) struct Around<'a> {
    draft: &'a CalendarDraft,
    received: Timestamp,
    /// Opening and closing.
    dates: BTreeMap<NaiveDate, (Timestamp, Timestamp)>,
    last: NaiveDate,
}

/// How business days are counted: what a rule says of days off, and of the day that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ShiftClosing,
    LandingClosing,
    SameTime,
    Midnight,
    Opening,
    ThenOpening,
    Within,
    Closing,
}

impl<'a> Around<'a> {
    pub(crate) fn new(draft: &'a CalendarDraft, received: Timestamp, days: i64) -> Self {
        let from = received.saturating_add_micros(-2 * 1440 * MINUTE);
        let mut dates = BTreeMap::<_, (Timestamp, Timestamp)>::new();
        let mut exist = BTreeSet::new();
        for at in minutes(from).take(usize::try_from((days + 4) * 1440).unwrap()) {
            exist.insert(local(draft, at).date());
            if let Some(date) = worked_on(draft, at.utc()) {
                let end = at.saturating_add_micros(MINUTE);
                dates.entry(date).and_modify(|it| it.1 = end).or_insert((at, end));
            }
        }
        // A day that the zone left out is no business day, though its night may end on the next.
        dates.retain(|date, _| exist.contains(date));
        let last = local(draft, received).date() + TimeDelta::days(days);
        Self { draft, received, dates, last }
    }

    /// The due time; `None`: beyond what was looked at.
    pub(crate) fn due(&self, way: Way, days: u32) -> Option<Timestamp> {
        let received = local(self.draft, self.received);
        let is_off = !self.dates.contains_key(&received.date());
        let next = || self.from(received.date()).next();
        let as_received =
            (received.date(), since_midnight(received, received.date()), self.received);
        let at_instant = |date: NaiveDate, at: Timestamp| {
            (date, since_midnight(local(self.draft, at), date), at)
        };
        let (date, time, at) = match way {
            Way::ShiftClosing if is_off => at_instant(next()?.0, self.received),
            Way::LandingClosing if is_off => {
                let date = self.from(received.date()).nth((days.max(1) - 1) as usize)?.0;
                return Some(self.dates[&date].1);
            }
            Way::Midnight if is_off => {
                let date = next()?.0;
                (date, TimeDelta::zero(), self.wall(date, TimeDelta::zero()))
            }
            Way::Within if is_off => {
                let (date, (opening, _)) = next()?;
                at_instant(date, opening)
            }
            Way::Closing if is_off && 0 < days => {
                let (first, (_, closing)) = next()?;
                let (_, time, _) = at_instant(first, closing);
                let date = self.from(first).nth((days - 1) as usize)?.0;
                return Some(if days == 1 { closing } else { self.wall(date, time) });
            }
            Way::Opening => {
                let opening = self.open_from(self.received)?;
                at_instant(local(self.draft, opening).date(), opening)
            }
            Way::ShiftClosing
            | Way::LandingClosing
            | Way::SameTime
            | Way::Midnight
            | Way::ThenOpening
            | Way::Within
            | Way::Closing => as_received,
        };
        let landing = match days.checked_sub(1) {
            None => date,
            Some(more) => self.from(date.succ_opt()?).nth(more as usize)?.0,
        };
        let same = if landing == date { at } else { self.wall(landing, time) };
        Some(match way {
            Way::ShiftClosing | Way::LandingClosing => self.dates.get(&landing)?.1,
            Way::SameTime | Way::Midnight | Way::Closing => same,
            Way::Opening | Way::ThenOpening => self.open_from(same)?,
            Way::Within => self.dates.get(&landing).map_or(same, |it| same.min(it.1)),
        })
    }

    /// The instant so long after the midnight of a date, as clocks show it.
    fn wall(&self, date: NaiveDate, time: TimeDelta) -> Timestamp {
        instant(self.draft, date.and_time(NaiveTime::MIN) + time)
    }

    /// The business days from a date on, as far as was looked at.
    fn from(
        &self,
        date: NaiveDate,
    ) -> impl Iterator<Item = (NaiveDate, (Timestamp, Timestamp))> + '_ {
        let ends = self.last;
        self.dates.range(date..).map(|(date, it)| (*date, *it)).take_while(move |it| it.0 <= ends)
    }

    fn open_from(&self, at: Timestamp) -> Option<Timestamp> {
        let end = instant(self.draft, self.last.and_time(NaiveTime::MIN));
        let worked = |at: &Timestamp| worked_on(self.draft, at.utc()).is_some();
        minutes(at).take_while(|it| *it < end).find(worked)
    }
}

fn since_midnight(local: NaiveDateTime, date: NaiveDate) -> TimeDelta {
    local - date.and_time(NaiveTime::MIN)
}

fn local(draft: &CalendarDraft, at: Timestamp) -> NaiveDateTime {
    at.utc().with_timezone(&draft.zone.tz()).naive_local()
}

/// The first instant at which the clocks show a local time, or the next one that they show.
fn instant(draft: &CalendarDraft, mut local: NaiveDateTime) -> Timestamp {
    loop {
        match draft.zone.tz().from_local_datetime(&local) {
            LocalResult::Single(it) | LocalResult::Ambiguous(it, _) => {
                return it.with_timezone(&Utc).try_into().unwrap();
            }
            LocalResult::None => local += TimeDelta::minutes(1),
        }
    }
}
