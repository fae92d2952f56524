//! Counting: from a reception to a due time, by a rule, less the pauses.

use super::pause::{outside, union};
use super::zone::{LAST_DAY, MINUTE, SECOND, day_at, start_of};
use super::{Calendar, CutOff, Days, OutOfCalendar, Pause, Rule, timestamp};
use crate::Timestamp;
use thiserror::Error;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub struct Count<'a> {
    /// By which rule.
    pub rule: Rule,
    /// From when.
    pub received: Timestamp,
    /// What does not count, in any order.
    pub pauses: &'a [Pause],
}

/// There is no due time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CannotCount {
    /// It lies too far ahead.
    #[error(transparent)]
    OutOfCalendar(#[from] OutOfCalendar),
    /// The due time was taken over with imported history.
    #[error("a due time that was taken over is not counted")]
    Source,
    /// A minute of the cut-off is not of a day.
    #[error("minute {0} of a cut-off is not of a day, 0 to 1439")]
    CutOff(u16),
}

/// What is told of a count while it is made.
pub(super) trait Watch {
    /// Days are counted from this one on: it is day 0. From a time of it, where that matters.
    fn start(&mut self, day: i32, at: Option<i64>);
    /// A day was counted, and so many are left.
    fn day(&mut self, day: i32, number: u32, left: u32);
    /// Working time of a day was counted, and so much is left.
    fn time(&mut self, day: i32, counted: (i64, i64), left: i64);
    /// The days are counted: what follows is for the pauses.
    fn base(&mut self, due: i64);
}

/// Nobody watches: it costs nothing.
impl Watch for () {
    fn start(&mut self, _: i32, _: Option<i64>) {}
    fn day(&mut self, _: i32, _: u32, _: u32) {}
    fn time(&mut self, _: i32, _: (i64, i64), _: i64) {}
    fn base(&mut self, _: i64) {}
}

impl Calendar {
    /// The last instant that is still on time.
    ///
    /// For working time, a pause stops the count: used up exactly when a pause begins, it is due then.
    /// For days, the paused working time is added after the due time; a pause that begins after what
    /// is due by then gives nothing back. For calendar rules the same with time of any kind.
    pub fn due(&self, count: &Count<'_>) -> Result<Timestamp, CannotCount> {
        Ok(timestamp(due(self, count, &mut ())?)?)
    }
}

/// How business days are counted: where from, and what is due on the day they lead to.
struct Plan {
    from: From,
    to: To,
    days: Days,
}

/// Where business days are counted from. All but the first are about days off.
enum From {
    /// From the reception, as it is.
    Reception,
    /// From the next business day.
    BusinessDay,
    /// The next business day is day 1.
    DayOne,
    /// From the midnight of the next business day.
    Midnight,
    /// From its opening.
    DayOpening,
    /// Its closing is day 1.
    DayClosing,
    /// Whatever is out of hours: from the next opening.
    Opening,
    /// By a cut-off.
    CutOff(CutOff),
}

/// What is due on the day to which business days lead.
#[derive(Clone, Copy)]
enum To {
    Closing,
    SameTime,
    /// The same time, or the next opening.
    ThenOpening,
    /// The same time, or the closing before it.
    Within,
}

fn plan(rule: Rule) -> Option<Plan> {
    let (from, to, days) = match rule {
        Rule::BusinessDaysEodV1(days) => (From::BusinessDay, To::Closing, Days::whole(days)),
        Rule::BusinessDaysLandingV1(days) => (From::DayOne, To::Closing, Days::whole(days)),
        Rule::BusinessDaysSameTimeV1(days) => (From::Reception, To::SameTime, days),
        Rule::BusinessDaysMidnightV1(days) => (From::Midnight, To::SameTime, days),
        Rule::BusinessDaysOpeningV1(days) => (From::Opening, To::ThenOpening, days),
        Rule::BusinessDaysThenOpeningV1(days) => (From::Reception, To::ThenOpening, days),
        Rule::BusinessDaysWithinV1(days) => (From::DayOpening, To::Within, days),
        Rule::BusinessDaysClosingV1(days) => (From::DayClosing, To::SameTime, days),
        Rule::BusinessDaysCutOffV1(days, cut_off) => (From::CutOff(cut_off), To::SameTime, days),
        Rule::Source
        | Rule::BusinessTimeV1 { .. }
        | Rule::BusinessTimeOpeningV1 { .. }
        | Rule::CalendarDaysV1(_)
        | Rule::CalendarTimeV1 { .. } => return None,
    };
    Some(Plan { from, to, days })
}

pub(super) fn due(
    calendar: &Calendar,
    count: &Count<'_>,
    watch: &mut impl Watch,
) -> Result<i64, CannotCount> {
    let received = count.received.micros();
    let pauses = union(count.pauses, received);
    if let Some(plan) = plan(count.rule) {
        let base = business_days(calendar, received, &plan, watch)?;
        watch.base(base);
        return Ok(give_back(calendar, base, &pauses, watch)?);
    }
    match count.rule {
        Rule::BusinessTimeV1 { secs: 0 } => Ok(first(calendar, received, &pauses)?),
        Rule::BusinessTimeV1 { secs } => {
            Ok(spend(calendar, received, micros(secs)?, &pauses, watch)?)
        }
        Rule::BusinessTimeOpeningV1 { secs } => {
            let used_up = spend(calendar, received, micros(secs)?, &pauses, watch)?;
            Ok(calendar.open_from(used_up)?)
        }
        Rule::CalendarDaysV1(days) => {
            let base = calendar_days(calendar, received, days)?;
            watch.base(base);
            within_years(elapse(base, &pauses, |due, from| due < from))
        }
        Rule::CalendarTimeV1 { secs } => {
            let base = received.saturating_add(micros(secs)?);
            within_years(elapse(base, &pauses, |due, from| due <= from))
        }
        Rule::Source
        | Rule::BusinessDaysEodV1(_)
        | Rule::BusinessDaysLandingV1(_)
        | Rule::BusinessDaysSameTimeV1(_)
        | Rule::BusinessDaysMidnightV1(_)
        | Rule::BusinessDaysOpeningV1(_)
        | Rule::BusinessDaysThenOpeningV1(_)
        | Rule::BusinessDaysWithinV1(_)
        | Rule::BusinessDaysClosingV1(_)
        | Rule::BusinessDaysCutOffV1(..) => Err(CannotCount::Source),
    }
}

/// [`Rule::BusinessDaysEodV1`] without pauses.
pub(super) fn business_days_eod(
    calendar: &Calendar,
    received: Timestamp,
    days: u32,
) -> Result<Timestamp, OutOfCalendar> {
    let start = business_day_from(calendar, day_at(calendar.zone.local_of(received.micros())))?;
    let day = days_after(calendar, start, (0, days), &mut ())?;
    timestamp(calendar.closing(day).ok_or(OutOfCalendar)?)
}

fn business_days(
    calendar: &Calendar,
    received: i64,
    plan: &Plan,
    watch: &mut impl Watch,
) -> Result<i64, CannotCount> {
    let start = start(calendar, received, plan)?;
    let counted = start.counted.min(plan.days.days);
    if counted == 0 {
        let at = match plan.to {
            To::Closing => None,
            To::SameTime | To::ThenOpening | To::Within => Some(start.at),
        };
        watch.start(start.day, at);
    } else {
        watch.day(start.day, counted, plan.days.days - counted);
    }
    let day = days_after(calendar, start.day, (counted, plan.days.days), watch)?;
    let same = || {
        let unmoved = (day == start.day).then_some(start.at);
        unmoved.unwrap_or_else(|| calendar.zone.instant_of(start_of(day) + start.time))
    };
    let closing = || calendar.closing(day);
    let landed = match plan.to {
        To::Closing => closing().ok_or(OutOfCalendar)?,
        To::SameTime => same(),
        To::ThenOpening => calendar.open_from(same())?,
        To::Within => closing().map_or_else(same, |closing| same().min(closing)),
    };
    let extra = i64::from(plan.days.extra_secs) * SECOND;
    Ok(spend(calendar, landed, extra, &[], watch)?)
}

/// Where the days are counted from.
struct Start {
    day: i32,
    /// The time of that day, in microseconds from its midnight: past 24 hours where it closes then.
    time: i64,
    /// That time as an instant.
    at: i64,
    /// How many days are counted with it.
    counted: u32,
}

fn start(calendar: &Calendar, received: i64, plan: &Plan) -> Result<Start, CannotCount> {
    let zone = &calendar.zone;
    let at_instant = |day: i32, at: i64, counted: u32| {
        let time = zone.local_of(at) - start_of(day);
        Start { day, time, at, counted }
    };
    let day = day_at(zone.local_of(received));
    let as_received = at_instant(day, received, 0);
    let next = || business_day_from(calendar, day);
    let is_off = || calendar.closing(day).is_none();
    Ok(match plan.from {
        From::CutOff(cut_off) => return after_cut_off(calendar, as_received, cut_off),
        From::Opening => {
            let at = calendar.open_from(received)?;
            at_instant(day_at(zone.local_of(at)), at, 0)
        }
        From::Reception => as_received,
        // Nothing to count: nothing to count from either.
        From::DayClosing if plan.days.days == 0 => as_received,
        _ if !is_off() => as_received,
        From::BusinessDay => at_instant(next()?, received, 0),
        From::DayOne => at_instant(next()?, received, 1),
        From::Midnight => {
            let day = next()?;
            Start { day, time: 0, at: zone.instant_of(start_of(day)), counted: 0 }
        }
        From::DayOpening => {
            let day = next()?;
            at_instant(day, calendar.opening(day).ok_or(OutOfCalendar)?, 0)
        }
        From::DayClosing => {
            let day = next()?;
            at_instant(day, calendar.closing(day).ok_or(OutOfCalendar)?, 1)
        }
    })
}

fn after_cut_off(
    calendar: &Calendar,
    received: Start,
    cut_off: CutOff,
) -> Result<Start, CannotCount> {
    for minute in [cut_off.at_minute, cut_off.restart_minute] {
        if 1440 <= minute {
            return Err(CannotCount::CutOff(minute));
        }
    }
    let (ends, restarts) = (cut_off.at_minute, cut_off.restart_minute);
    let (ends, restarts) = (i64::from(ends) * MINUTE, i64::from(restarts) * MINUTE);
    let on = |day: i32, time: i64| {
        let at = calendar.zone.instant_of(start_of(day) + time);
        Start { day, time, at, counted: 0 }
    };
    let mut start = received;
    if calendar.closing(start.day).is_none() {
        let day = business_day_from(calendar, start.day)?;
        if cut_off.day_off_restarts {
            return Ok(on(day, restarts));
        }
        start = on(day, start.time);
    }
    if ends <= start.time {
        start = on(business_day_from(calendar, start.day + 1)?, restarts);
    } else if cut_off.waits_for_restart && start.time < restarts {
        start = on(start.day, restarts);
    }
    Ok(start)
}

/// The first business day from a day on.
fn business_day_from(calendar: &Calendar, day: i32) -> Result<i32, OutOfCalendar> {
    let mut days = day..=LAST_DAY;
    days.find(|day| calendar.closing(*day).is_some()).ok_or(OutOfCalendar)
}

/// The business day to which counting leads, from those that are `counted` to the last.
fn days_after(
    calendar: &Calendar,
    start: i32,
    (counted, last): (u32, u32),
    watch: &mut impl Watch,
) -> Result<i32, OutOfCalendar> {
    // There are not as many days: it takes no counting to know.
    if i64::from(LAST_DAY) - i64::from(start) < i64::from(last - counted) {
        return Err(OutOfCalendar);
    }
    let mut day = start;
    for number in counted..last {
        day = business_day_from(calendar, day + 1)?;
        watch.day(day, number + 1, last - number - 1);
    }
    Ok(day)
}

fn calendar_days(calendar: &Calendar, received: i64, days: u32) -> Result<i64, CannotCount> {
    let local = calendar.zone.local_of(received);
    let day = day_at(local);
    if days == 0 {
        return Ok(received);
    }
    let later = i32::try_from(days).ok().and_then(|days| day.checked_add(days));
    let later = later.filter(|day| *day <= LAST_DAY).ok_or(OutOfCalendar)?;
    Ok(calendar.zone.instant_of(local - start_of(day) + start_of(later)))
}

/// A due time moved by the working time of the pauses that begin before what is due by then.
pub(super) fn give_back(
    calendar: &Calendar,
    base: i64,
    pauses: &[(i64, i64)],
    watch: &mut impl Watch,
) -> Result<i64, OutOfCalendar> {
    let mut due = base;
    for (from, to) in pauses {
        if due < *from {
            break;
        }
        due = spend(calendar, due, calendar.working(*from, *to), &[], watch)?;
    }
    Ok(due)
}

/// A due time moved by the whole length of the pauses, until one comes too late.
pub(super) fn elapse(base: i64, pauses: &[(i64, i64)], is_over: impl Fn(i64, i64) -> bool) -> i64 {
    let mut due = base;
    for (from, to) in pauses {
        if is_over(due, *from) {
            break;
        }
        due = due.saturating_add(to - from);
    }
    due
}

fn within_years(due: i64) -> Result<i64, CannotCount> {
    if due < start_of(LAST_DAY + 1) { Ok(due) } else { Err(OutOfCalendar.into()) }
}

fn micros(secs: u64) -> Result<i64, OutOfCalendar> {
    let secs = i64::try_from(secs).map_err(|_| OutOfCalendar)?;
    secs.checked_mul(SECOND).ok_or(OutOfCalendar)
}

/// The instant at which working time is used up.
pub(super) fn add(calendar: &Calendar, from: i64, micros: i64) -> Result<i64, OutOfCalendar> {
    spend(calendar, from, micros, &[], &mut ())
}

/// The instant at which working time outside of pauses is used up.
pub(super) fn spend(
    calendar: &Calendar,
    from: i64,
    micros: i64,
    pauses: &[(i64, i64)],
    watch: &mut impl Watch,
) -> Result<i64, OutOfCalendar> {
    if micros <= 0 {
        return Ok(from);
    }
    // There is not as much time: it takes no counting to know.
    if start_of(LAST_DAY + 2).saturating_sub(from) < micros {
        return Err(OutOfCalendar);
    }
    let mut left = micros;
    for opening in calendar.after(from) {
        for (begins, ends) in outside(pauses, opening.from.max(from), opening.to) {
            let counted = left.min(ends - begins);
            left -= counted;
            watch.time(opening.day, (begins, begins + counted), left);
            if left == 0 {
                return Ok(begins + counted);
            }
        }
    }
    Err(OutOfCalendar)
}

/// The first instant of working time outside of pauses.
fn first(calendar: &Calendar, from: i64, pauses: &[(i64, i64)]) -> Result<i64, OutOfCalendar> {
    let mut working = calendar.after(from).flat_map(|it| outside(pauses, it.from.max(from), it.to));
    working.next().map(|(begins, _)| begins).ok_or(OutOfCalendar)
}

/// The instant from which working time lies before another.
pub(super) fn subtract(calendar: &Calendar, to: i64, micros: i64) -> Result<i64, OutOfCalendar> {
    if micros <= 0 {
        return Ok(to);
    }
    let mut left = micros;
    for opening in calendar.before(to) {
        let ends = opening.to.min(to);
        let available = ends - opening.from;
        if left <= available {
            return Ok(ends - left);
        }
        left -= available;
    }
    Err(OutOfCalendar)
}

/// The `days`-th business day before or after a day.
pub(super) fn business_days_from(
    calendar: &Calendar,
    day: i32,
    days: i32,
) -> Result<i32, OutOfCalendar> {
    if 0 <= days {
        return days_after(calendar, day, (0, days.unsigned_abs()), &mut ());
    }
    let earlier = (super::zone::FIRST_DAY..day).rev();
    let mut earlier = earlier.filter(|day| calendar.closing(*day).is_some());
    let at = usize::try_from(days.unsigned_abs() - 1).map_err(|_| OutOfCalendar)?;
    earlier.nth(at).ok_or(OutOfCalendar)
}

/// The time outside of pauses between two instants: working time, or of any kind.
pub(super) fn between(calendar: Option<&Calendar>, pauses: &[(i64, i64)], span: (i64, i64)) -> i64 {
    let length = |from, to| outside(pauses, from, to).map(|(from, to)| to - from).sum::<i64>();
    match calendar {
        None => length(span.0, span.1),
        Some(calendar) => calendar
            .after(span.0)
            .take_while(|it| it.from < span.1)
            .map(|it| length(it.from.max(span.0), it.to.min(span.1)))
            .sum(),
    }
}
