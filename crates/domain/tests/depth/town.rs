//! A town with a few requests, to which things happen as a node lets them happen.

use beffroi_domain::{
    About, Calendar, CatalogueEntry, Change, Channel, CitizenId, City, Code, Command, Commitment,
    Delay, Duplicate, Event, EventId, Kind, Language, LinkRejection, Merge, Meta, Nature, Open,
    Origin, Personal, PersonalData, Place, PromiseKind, Reclassify, Regimes, Rejection, Request,
    RequestId, Rule, Timestamp, Urgency, Window, decide, mirror,
};
use chrono::{NaiveDateTime, TimeZone, Utc};
use chrono_tz::America::Toronto;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Open on working days from 8:00 to 19:00; trees are promised in 2 business days, the rest in 5.
pub(crate) fn city() -> City {
    let workday = Window::new(8 * 60, 19 * 60);
    let week = [workday, workday, workday, workday, workday, None, None];
    let promise = |product: Option<&str>, business_days| Commitment {
        product: product.map(|it| it.parse().unwrap()),
        nature: None,
        channel: None,
        delay: Delay::resolved_within(business_days),
    };
    let answer = Commitment {
        channel: Some(Channel::Email),
        delay: Delay::new(PromiseKind::FirstAnswer, Rule::BusinessDaysEodV1(2)),
        ..promise(None, 2)
    };
    City {
        name: "Québec".parse().unwrap(),
        calendar: Calendar::new(Toronto, week, []).unwrap(),
        regimes: Regimes::default(),
        commitments: vec![answer, promise(Some("Arbres"), 2), promise(None, 5)],
        levels: Vec::new(),
    }
}

/// A local time of March 2026; the 2nd is a Monday.
pub(crate) fn at(day_and_time: &str) -> Timestamp {
    let local = format!("2026-03-{day_and_time}");
    let local = NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M").unwrap();
    Toronto.from_local_datetime(&local).unwrap().with_timezone(&Utc).try_into().unwrap()
}

pub(crate) fn id(of: u128) -> RequestId {
    RequestId::new(Uuid::from_u128(of)).unwrap()
}

pub(crate) fn citizen(of: u128) -> CitizenId {
    CitizenId::new(Uuid::from_u128(of)).unwrap()
}

pub(crate) fn code(text: &str) -> Code {
    text.parse().unwrap()
}

/// An opening by the citizen of the same number.
pub(crate) fn opening(of: u128, product: &str) -> Open {
    Open {
        citizen: Some(citizen(of)),
        product: product.parse().unwrap(),
        precision: None,
        nature: Nature::Service,
        urgency: Urgency::Normal,
        entry: None,
        programme: None,
        answers: Vec::new(),
        screened: false,
        channel: Channel::Telephone,
        language: Language::French,
        other_channels: Vec::new(),
        unit: None,
        place: Place::default(),
        source: None,
        promised_by: None,
    }
}

pub(crate) fn entry(reopen_within_days: Option<u32>) -> CatalogueEntry {
    let product = code("arbres");
    CatalogueEntry { product, precision: None, promised: Vec::new(), reopen_within_days }
}

pub(crate) fn reclassification(product: &str) -> Reclassify {
    Reclassify {
        product: product.parse().unwrap(),
        precision: None,
        nature: None,
        urgency: None,
        entry: None,
        unit: None,
        programme: None,
    }
}

pub(crate) fn assign(unit: &str) -> Change {
    Change::Assign(Some(unit.parse().unwrap()))
}

/// Its requests.
#[derive(Clone, Default)]
pub(crate) struct Town {
    pub requests: BTreeMap<u128, Request>,
    /// What happened to each.
    pub histories: BTreeMap<u128, Vec<Event>>,
}

impl Town {
    /// Requests 1 to `count` about trees, all opened on Monday at 10:00.
    pub(crate) fn with(count: u128) -> Self {
        let mut town = Self::default();
        for of in 1..=count {
            let open = Change::Open(Box::new(opening(of, "Arbres")));
            town = town.when(of, "02 10:00", open);
        }
        town
    }

    pub(crate) fn of(&self, of: u128) -> &Request {
        self.requests.get(&of).unwrap()
    }

    /// A change of one request, and of its duplicates with it.
    pub(crate) fn change(
        &mut self,
        of: u128,
        occurred_at: Timestamp,
        change: Change,
    ) -> Result<(), Rejection> {
        let command = Command { change, occurred_at, origin: Origin::Live };
        let kind = decide(&city(), self.requests.get(&of), &command)?;
        let duplicates = self.requests.get(&of).map(|it| it.duplicates.clone());
        let mut events = vec![(of, occurred_at, kind)];
        for Duplicate { request, .. } in duplicates.unwrap_or_default() {
            let duplicate = request.uuid().as_u128();
            let mirrored = mirror(&city(), self.of(duplicate), &command)?;
            events.extend(mirrored.into_iter().map(|(at, kind)| (duplicate, at, kind)));
        }
        self.happen(events);
        Ok(())
    }

    /// Merges one request into another: both sides, or neither.
    pub(crate) fn merge(
        &mut self,
        of: u128,
        into: u128,
        occurred_at: Timestamp,
    ) -> Result<(), Rejection> {
        let other = self.requests.get(&into).ok_or(Rejection::Unknown)?;
        let merge = Change::Merge(Box::new(Merge::into(other)));
        let citizen = self.requests.get(&of).and_then(|it| it.citizen);
        let add = Change::AddDuplicate(Duplicate { request: id(of), citizen });
        self.both((of, merge), (into, add), occurred_at)
    }

    pub(crate) fn unmerge(&mut self, of: u128, occurred_at: Timestamp) -> Result<(), Rejection> {
        let duplicate = self.requests.get(&of).ok_or(Rejection::Unknown)?;
        let merged = duplicate.merged.as_ref().ok_or(LinkRejection::NotMerged)?;
        let into = merged.into.uuid().as_u128();
        let remove = Change::RemoveDuplicate(id(of));
        self.both((of, Change::Unmerge), (into, remove), occurred_at)
    }

    fn both(
        &mut self,
        (one, change): (u128, Change),
        (other, counterpart): (u128, Change),
        occurred_at: Timestamp,
    ) -> Result<(), Rejection> {
        let decided = |of: &u128, change| {
            let command = Command { change, occurred_at, origin: Origin::Live };
            decide(&city(), self.requests.get(of), &command)
        };
        let first = decided(&one, change)?;
        let second = decided(&other, counterpart)?;
        self.happen([(one, occurred_at, first), (other, occurred_at, second)]);
        Ok(())
    }

    pub(crate) fn happen(&mut self, events: impl IntoIterator<Item = (u128, Timestamp, Kind)>) {
        for (of, occurred_at, kind) in events {
            self.happen_from(Origin::Live, (of, occurred_at, kind));
        }
    }

    pub(crate) fn happen_imported(&mut self, of: u128, occurred_at: Timestamp, kind: Kind) {
        self.happen_from(Origin::Imported, (of, occurred_at, kind));
    }

    fn happen_from(&mut self, origin: Origin, (of, occurred_at, kind): (u128, Timestamp, Kind)) {
        let event = Event {
            id: EventId::new(Uuid::from_u128(9)).unwrap(),
            about: About::Request(id(of)),
            meta: Meta {
                occurred_at,
                approximate: false,
                origin,
                actor: None,
                channel: Channel::Telephone,
                causation: None,
                correlation: None,
                catalogue_version: 0,
                source_status: None,
            },
            personal: Personal(PersonalData::default()),
            kind,
        };
        let next = Request::evolve(self.requests.remove(&of), &event).unwrap();
        self.requests.insert(of, next);
        self.histories.entry(of).or_default().push(event);
    }

    /// Raises what is due of a request.
    pub(crate) fn raise(&mut self, of: u128, now: Timestamp) -> bool {
        let request = self.of(of);
        let raised = request.alarms().find_map(|it| request.raised(it.promise, now, 1));
        raised.map(|kind| self.happen([(of, now, kind)])).is_some()
    }

    #[track_caller]
    pub(crate) fn when(mut self, of: u128, time: &str, change: Change) -> Self {
        self.change(of, at(time), change).unwrap();
        self
    }

    #[track_caller]
    pub(crate) fn when_merged(mut self, of: u128, into: u128, time: &str) -> Self {
        self.merge(of, into, at(time)).unwrap();
        self
    }

    #[track_caller]
    pub(crate) fn when_unmerged(mut self, of: u128, time: &str) -> Self {
        self.unmerge(of, at(time)).unwrap();
        self
    }

    #[track_caller]
    pub(crate) fn when_raised(mut self, of: u128, time: &str) -> Self {
        assert!(self.raise(of, at(time)));
        self
    }

    /// The change is refused, and nothing has happened.
    #[track_caller]
    pub(crate) fn then_refused(
        self,
        of: u128,
        (time, change): (&str, Change),
        rejection: impl Into<Rejection>,
    ) -> Self {
        let mut other = self.clone();
        assert_eq!(other.change(of, at(time), change), Err(rejection.into()));
        assert_eq!(other.requests, self.requests);
        self
    }

    #[track_caller]
    pub(crate) fn then_not_merged(
        self,
        (of, into): (u128, u128),
        rejection: impl Into<Rejection>,
    ) -> Self {
        let mut other = self.clone();
        assert_eq!(other.merge(of, into, at("30 10:00")), Err(rejection.into()));
        assert_eq!(other.requests, self.requests);
        self
    }

    #[track_caller]
    pub(crate) fn then_due(self, of: u128, time: &str) -> Self {
        assert_eq!(self.of(of).promises.last().unwrap().term.due_at, at(time));
        self
    }
}
