//! The windows of levels: what is counted in them, and what must be stated once they have closed.
//!
//! The projections hold contacts and requests; which of them a level counts is the city's to say, so
//! its windows are counted here, in memory, and never stored. What was stated of a window is.

use crate::schema::{ContactRow, RequestRow};
use crate::snapshot::Snapshot;
use crate::store::Error;
use beffroi_domain::level::{Arrival, ArrivalHours, Measure, Statement, arrival_hours, statements};
use beffroi_domain::{
    About, Calendar, Channel, City, Event, EventId, FactKind, Kind, Level, LevelFact, LevelWindow,
    Meta, Origin, Personal, PersonalData, Reference, RegimeKind, Regimes, Request, Span, Timestamp,
};
use std::collections::BTreeMap;

/// Counts contacts and requests in the windows of a city's levels.
#[derive(Clone, Debug)]
pub struct LevelCount {
    calendar: Calendar,
    levels: Vec<Level>,
    /// By the place of the level, the length and the first day.
    windows: BTreeMap<(usize, Span), Counted>,
}

/// A window, and when it ends.
#[derive(Clone, Copy, Debug)]
struct Counted {
    window: LevelWindow,
    end: Timestamp,
}

impl LevelCount {
    /// Nothing is counted yet.
    pub fn new(city: &City) -> Self {
        let (calendar, levels) = (city.calendar.clone(), city.levels.clone());
        Self { calendar, levels, windows: BTreeMap::new() }
    }

    /// The levels.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Counts a contact that began `at` that time; gives the first end of the windows it counts in.
    /// One that was imported counts in none.
    pub fn contact(
        &mut self,
        regimes: &Regimes,
        (at, sequence): (Timestamp, u64),
        row: &ContactRow,
    ) -> Option<Timestamp> {
        if row.origin == Origin::Imported {
            return None;
        }
        let count =
            |level: &Level| level.definition.contact(row.channel, row.outcome, row.waited_secs);
        let in_time: Vec<_> = self.levels.iter().map(count).collect();
        if in_time.iter().all(Option::is_none) {
            return None;
        }
        let hours = arrival_hours(&self.calendar, regimes, at);
        let known_until = row.known_until;
        let counted = in_time.into_iter().enumerate().filter_map(|(level, it)| Some((level, it?)));
        let ends = counted.filter_map(|(level, in_time)| {
            self.add((level, at), Arrival { in_time, hours, known_until, sequence })
        });
        ends.min()
    }

    /// Counts the promises of a request, as they stand when it is `now`, in the windows in which they
    /// fall due. Imported ones do not count.
    fn request(&mut self, regimes: &Regimes, row: &RequestRow, now: Timestamp) {
        let request = &row.request;
        if request.origin == Origin::Imported {
            return;
        }
        let hours = match regimes.kind_at(request.opened_at) {
            RegimeKind::Normal => ArrivalHours::Ordinary,
            RegimeKind::CivilSecurity => ArrivalHours::Exceptional,
        };
        for promise in &request.promises {
            let (kind, due_at) = (promise.term.kind, promise.term.due_at);
            let verdict = request.verdict(promise, now);
            for level in 0..self.levels.len() {
                let definition = self.levels.get(level).map(|it| &it.definition);
                let Some(in_time) = definition.and_then(|it| it.promise(kind, verdict)) else {
                    continue;
                };
                // What had been said to be late became known to be in time after the window.
                let known_until = was_withdrawn(request, due_at).then_some(Timestamp::MAX);
                let sequence = row.last_sequence();
                self.add((level, due_at), Arrival { in_time, hours, known_until, sequence });
            }
        }
    }

    /// Counts in the windows of a level in which an instant lies; gives the first end.
    fn add(&mut self, (level, at): (usize, Timestamp), arrival: Arrival) -> Option<Timestamp> {
        if arrival.hours == ArrivalHours::Closed {
            return None;
        }
        let date = self.calendar.date(at);
        let it = self.levels.get(level)?;
        let spans = it.windows.iter().map(|length| length.of(date));
        let mut first: Option<Timestamp> = None;
        for span in spans.filter(|span| it.is_promised(*span)) {
            let calendar = &self.calendar;
            let counted = self.windows.entry((level, span)).or_insert_with(|| Counted {
                window: LevelWindow::default(),
                end: calendar.start_of(span.next()).unwrap_or(Timestamp::MAX),
            });
            counted.window.add(arrival, counted.end);
            first = Some(first.map_or(counted.end, |it| it.min(counted.end)));
        }
        first
    }

    /// What is counted in a window; nothing when nobody arrived in it.
    pub fn window(&self, level: usize, span: Span) -> LevelWindow {
        self.windows.get(&(level, span)).map(|it| it.window).unwrap_or_default()
    }

    /// The windows of a level in which something is counted, in order of length and time.
    pub fn windows(&self, level: usize) -> impl Iterator<Item = Span> + '_ {
        self.windows.keys().filter(move |(it, _)| *it == level).map(|(_, span)| *span)
    }

    /// Some of the levels count requests.
    fn counts_requests(&self) -> bool {
        self.levels.iter().any(is_of_requests)
    }

    /// Counts all requests anew: how their promises stand depends on what time it is.
    pub fn recount_requests(
        &mut self,
        snapshot: &Snapshot,
        regimes: &Regimes,
        now: Timestamp,
    ) -> Result<(), Error> {
        let of_requests: Vec<bool> = self.levels.iter().map(is_of_requests).collect();
        self.windows.retain(|(level, _), _| of_requests.get(*level) == Some(&false));
        if !self.counts_requests() {
            return Ok(());
        }
        for row in snapshot.requests()? {
            self.request(regimes, &row?, now);
        }
        Ok(())
    }

    /// The end of the first window to close after `now`.
    fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        let today = self.calendar.date(now);
        let lengths = self.levels.iter().flat_map(|it| &it.windows);
        lengths.filter_map(|it| self.calendar.start_of(it.of(today).next())).min()
    }
}

fn is_of_requests(level: &Level) -> bool {
    matches!(level.definition.measure, Measure::Requests { .. })
}

fn was_withdrawn(request: &Request, due_at: Timestamp) -> bool {
    let is_it = |fact, at| fact == FactKind::Breach && at == due_at;
    request.raised.iter().any(|it| it.withdrawn && is_it(it.fact, it.due_at))
}

/// What the timekeeper remembers of levels between its rounds.
#[derive(Debug)]
pub(crate) struct LevelKeeper {
    count: LevelCount,
    regimes: Regimes,
    /// Up to where contacts are counted.
    seen: u64,
    /// The end of the first window that was open when the closed ones were last judged.
    next: Option<Timestamp>,
    /// Something was counted in a window that had closed.
    revised: bool,
}

impl LevelKeeper {
    pub(crate) fn new(city: &City) -> Self {
        let (count, regimes) = (LevelCount::new(city), Regimes::default());
        Self { count, regimes, seen: 0, next: None, revised: true }
    }

    /// When the next window closes.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// The facts to be raised `now`, at most `max`.
    pub(crate) fn due(
        &mut self,
        snapshot: &Snapshot,
        city: &City,
        (now, max): (Timestamp, usize),
    ) -> Result<Vec<Event>, Error> {
        if self.count.levels.is_empty() || snapshot.is_quarantined(Reference::Level.uuid())? {
            return Ok(Vec::new());
        }
        self.catch_up(snapshot, city, now)?;
        if !self.revised && self.next.is_some_and(|it| now < it) {
            return Ok(Vec::new());
        }
        self.count.recount_requests(snapshot, &self.regimes, now)?;
        let mut events = Vec::new();
        for level in 0..self.count.levels.len() {
            events.extend(self.facts(snapshot, level, now)?);
        }
        events.truncate(max);
        self.next = self.count.next_end(now);
        // What is raised has to be looked at again, once it is folded.
        self.revised = !events.is_empty();
        Ok(events)
    }

    /// Counts the contacts recorded since; all of them anew when the calendar or the regimes have
    /// changed.
    fn catch_up(&mut self, snapshot: &Snapshot, city: &City, now: Timestamp) -> Result<(), Error> {
        if (&city.calendar, &city.regimes) != (&self.count.calendar, &self.regimes) {
            self.count = LevelCount::new(city);
            self.regimes = city.regimes.clone();
            (self.seen, self.revised) = (0, true);
        }
        for contact in snapshot.contacts_after(self.seen)? {
            let (sequence, at, row) = contact?;
            let end = self.count.contact(&self.regimes, (at, sequence), &row);
            self.revised |= end.is_some_and(|it| it <= now);
        }
        self.seen = snapshot.checkpoint().sequence;
        Ok(())
    }

    /// What must be stated of the closed windows of a level.
    fn facts(
        &self,
        snapshot: &Snapshot,
        place: usize,
        now: Timestamp,
    ) -> Result<Vec<Event>, Error> {
        let Some(level) = self.count.levels.get(place) else { return Ok(Vec::new()) };
        let stated = snapshot.stated(&level.code)?;
        // One that holds nothing any more may have been judged when it did.
        let mut windows: BTreeMap<Span, LevelWindow> =
            stated.keys().map(|span| (*span, LevelWindow::default())).collect();
        let of_level = self.count.windows.iter().filter(|((it, _), _)| *it == place);
        let closed = of_level.filter(|(_, it)| it.end <= now);
        windows.extend(closed.map(|((_, span), it)| (*span, it.window)));
        let mut events = Vec::new();
        for length in &level.windows {
            let of_length: Vec<_> = windows
                .iter()
                .filter(|(span, _)| span.period() == *length)
                .map(|(span, window)| (*span, *window, stated.get(span).cloned()))
                .collect();
            let found = statements(&level.definition, &of_length);
            events.extend(found.iter().filter_map(|it| self.event(level, it, now)));
        }
        Ok(events)
    }

    fn event(&self, level: &Level, statement: &Statement, now: Timestamp) -> Option<Event> {
        let fact = LevelFact::new(level, statement, now);
        // Level, window and revision: the same on every node, never twice.
        let id = Reference::Level.derive(&fact.id_name(statement.kind));
        Some(Event {
            id: EventId::new(id).ok()?,
            about: About::Reference(Reference::Level),
            meta: Meta {
                occurred_at: self.count.calendar.start_of(statement.window.next())?,
                approximate: false,
                origin: Origin::Live,
                actor: "timekeeper".parse().ok(),
                channel: Channel::System,
                causation: None,
                correlation: None,
                catalogue_version: 0,
                source_status: None,
            },
            personal: Personal(PersonalData::default()),
            kind: Kind::Level(statement.kind, Box::new(fact)),
        })
    }
}
