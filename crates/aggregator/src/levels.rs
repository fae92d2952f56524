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
    Meta, Origin, Personal, PersonalData, Promise, Reference, RegimeKind, Regimes, Request, Span,
    Timestamp,
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

/// A promise of a request, as a level counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Promised {
    level: usize,
    /// In whose windows.
    due_at: Timestamp,
    in_time: bool,
    /// What had been said to be late became known to be in time after the window.
    known_late: bool,
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
        let sequence = row.last_sequence();
        for Promised { level, due_at, in_time, known_late } in self.promised(request, now) {
            let known_until = known_late.then_some(Timestamp::MAX);
            self.add((level, due_at), Arrival { in_time, hours, known_until, sequence });
        }
    }

    /// What the promises of a request are for the levels.
    fn promised(&self, request: &Request, now: Timestamp) -> Vec<Promised> {
        let of_promise = |promise: &Promise| {
            let (kind, due_at) = (promise.term.kind, promise.term.due_at);
            let verdict = request.verdict(promise, now);
            let known_late = was_withdrawn(request, promise);
            let levels = self.levels.iter().enumerate();
            let counted = levels.filter_map(move |(level, it)| {
                let in_time = it.definition.promise(kind, verdict)?;
                Some(Promised { level, due_at, in_time, known_late })
            });
            counted.collect::<Vec<_>>()
        };
        request.promises.iter().flat_map(of_promise).collect()
    }

    /// Whether what became known of a request after `seen` revises a window that has closed.
    fn revises(
        &self,
        snapshot: &Snapshot,
        row: &RequestRow,
        (seen, now): (u64, Timestamp),
    ) -> Result<bool, Error> {
        let closed = |request: &Request| -> Vec<Promised> {
            let live = request.origin == Origin::Live;
            let promised = self.promised(request, now).into_iter().filter(|_| live);
            promised.filter(|it| self.has_closed((it.level, it.due_at), now)).collect()
        };
        let after = closed(&row.request);
        let mut before = None;
        for known in snapshot.history(row)?.iter().take_while(|it| it.sequence <= seen) {
            before = Request::evolve(before, &known.event).ok();
        }
        Ok(before.as_ref().map(closed).unwrap_or_default() != after)
    }

    /// Whether a window of a level in which an instant lies has closed.
    fn has_closed(&self, (level, at): (usize, Timestamp), now: Timestamp) -> bool {
        let date = self.calendar.date(at);
        let Some(level) = self.levels.get(level) else { return false };
        let spans = level.windows.iter().map(|it| it.of(date)).filter(|it| level.is_promised(*it));
        let mut ends = spans.filter_map(|it| self.calendar.start_of(it.next()));
        ends.any(|end| end <= now)
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

fn was_withdrawn(request: &Request, promise: &Promise) -> bool {
    let of_it = (promise.term.kind, promise.cycle, promise.term.due_at);
    let mut breaches = request.raised.iter().filter(|it| it.fact == FactKind::Breach);
    breaches.any(|it| it.withdrawn && (it.promise, it.cycle, it.due_at) == of_it)
}

/// What the timekeeper remembers of levels between its rounds.
#[derive(Debug)]
pub(crate) struct LevelKeeper {
    count: LevelCount,
    regimes: Regimes,
    /// Up to where contacts are counted, and requests were looked at.
    seen: u64,
    /// In which store.
    store: u64,
    /// The end of the first window that was open when the closed ones were last judged.
    next: Option<Timestamp>,
    /// Something was counted in a window that had closed.
    revised: bool,
    /// What requests count there is not what was counted.
    stale: bool,
}

impl LevelKeeper {
    pub(crate) fn new(city: &City) -> Self {
        let (count, regimes) = (LevelCount::new(city), Regimes::default());
        Self { count, regimes, seen: 0, store: 0, next: None, revised: true, stale: true }
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
        let closes = self.next.is_none_or(|it| it <= now);
        if !self.revised && !closes {
            return Ok(Vec::new());
        }
        // A contact that is recorded late changes nothing of requests, which take long to count.
        if self.stale || closes {
            self.count.recount_requests(snapshot, &self.regimes, now)?;
            self.stale = false;
        }
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

    /// Counts the contacts recorded since, all of them anew when the calendar or the regimes have
    /// changed or something was released from quarantine, and finds out whether requests revise a window that had closed.
    fn catch_up(&mut self, snapshot: &Snapshot, city: &City, now: Timestamp) -> Result<(), Error> {
        let differs = (&city.calendar, &city.regimes) != (&self.count.calendar, &self.regimes);
        let released = snapshot.last_release()? > self.seen;
        let store = snapshot.generation();
        if differs || released || store != self.store {
            self.count = LevelCount::new(city);
            self.regimes = city.regimes.clone();
            self.store = store;
            (self.seen, self.revised, self.stale) = (0, true, true);
        }
        for contact in snapshot.contacts_after(self.seen)? {
            let (sequence, at, row) = contact?;
            let end = self.count.contact(&self.regimes, (at, sequence), &row);
            self.revised |= end.is_some_and(|it| it <= now);
        }
        if !self.stale && self.count.counts_requests() {
            self.stale = self.is_revised(snapshot, now)?;
            self.revised |= self.stale;
        }
        self.seen = snapshot.checkpoint().sequence;
        Ok(())
    }

    fn is_revised(&self, snapshot: &Snapshot, now: Timestamp) -> Result<bool, Error> {
        for id in snapshot.requests_changed_after(self.seen)? {
            let Some(row) = snapshot.request(id)? else { continue };
            if self.count.revises(snapshot, &row, (self.seen, now))? {
                return Ok(true);
            }
        }
        Ok(false)
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
