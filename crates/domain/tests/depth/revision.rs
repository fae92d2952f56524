//! What is open is counted again when the calendar or a regime changes; what is settled is not.

use crate::town::{Town, at, city, code, entry, opening};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{
    CalendarDraft, Change, Channel, City, Declaration, FactKind, FollowUp, HoldReason, Holiday,
    Hours, Kind, Open, PromiseKind, RegimeFact, RegimeKind, Regimes, Request, Revision,
    RevisionCause, Term, Verdict, Week,
};
use chrono::NaiveDate;

/// The city, which turns out to be closed on a day of March 2026.
fn closed_on(day: u32) -> City {
    let city = city();
    let date = NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    let draft = CalendarDraft {
        holidays: vec![Holiday { date, name: None }],
        ..CalendarDraft::new(city.calendar.changes().clone(), *city.calendar.week())
    };
    City { calendar: draft.build().unwrap(), ..city }
}

/// The city under a regime from day to day, open around the clock for what it names.
fn under_regime(from: &str, until: &str, products: &[&str]) -> City {
    let text = || "Crue".parse().unwrap();
    let declaration = Declaration {
        kind: RegimeKind::CivilSecurity,
        from: at(from),
        until: at(until),
        hours: Some(Week::AROUND_THE_CLOCK),
        products: products.iter().map(|it| code(it)).collect(),
        notice: Bilingual { french: text(), english: text() },
    };
    let fact = RegimeFact::Declared(Box::new(declaration));
    let regimes = Regimes::default().evolve(&fact, at(from)).unwrap();
    City { regimes, ..city() }
}

fn revised(terms: Vec<Term>, cycle: u32) -> Kind {
    let cause = RevisionCause::Calendar(2);
    Kind::PromisesRevised(Box::new(Revision { cycle, terms, cause }))
}

impl Town {
    fn when_revised(mut self, of: u128, time: &str, city: &City) -> Self {
        let terms = city.revised(self.of(of));
        assert_ne!(terms, [], "nothing comes out otherwise");
        let cycle = self.of(of).cycle;
        self.happen([(of, at(time), revised(terms, cycle))]);
        self
    }
}

fn trees() -> Town {
    Town::with(1)
}

fn resolution(request: &Request) -> &beffroi_domain::Promise {
    request.promises.last().unwrap()
}

#[test]
fn a_corrected_calendar_moves_what_is_open() {
    // Two business days from Monday.
    let town = trees();
    assert_eq!(resolution(town.of(1)).term.due_at, at("04 19:00"));
    let town = town.when_revised(1, "02 12:00", &closed_on(3));
    assert_eq!(resolution(town.of(1)).term.due_at, at("05 19:00"));
    assert_eq!(closed_on(3).revised(town.of(1)), []);
}

#[test]
fn a_breach_is_withdrawn_when_the_due_time_moves_and_raised_again_when_it_passes() {
    let town = trees().when_raised(1, "04 19:01");
    let facts = |town: &Town| -> Vec<_> {
        town.of(1).raised.iter().map(|it| (it.fact, it.due_at, it.withdrawn)).collect()
    };
    let breach = |due, withdrawn| (FactKind::Breach, at(due), withdrawn);
    assert_eq!(facts(&town).last(), Some(&breach("04 19:00", false)));
    let town = town.when_revised(1, "04 20:00", &closed_on(3)).when_raised(1, "04 20:00");
    assert_eq!(facts(&town).last(), Some(&breach("04 19:00", true)));
    let town = town.when_raised(1, "05 19:01");
    assert_eq!(facts(&town).last(), Some(&breach("05 19:00", false)));
}

#[test]
fn what_is_settled_keeps_its_verdict() {
    let town = trees().when(1, "05 10:00", Change::Resolve);
    assert_eq!(resolution(town.of(1)).verdict, Verdict::Late);
    assert_eq!(closed_on(3).revised(town.of(1)), []);
    // Said of it all the same, it changes nothing.
    let mut terms = vec![resolution(town.of(1)).term.clone()];
    terms[0].due_at = at("05 19:00");
    let said = revised(terms, 1);
    assert!(town.of(1).is_void(&said));
    let before = town.of(1).clone();
    let mut town = town;
    town.happen([(1, at("06 10:00"), said)]);
    assert_eq!(town.of(1), &before);
}

#[test]
fn what_was_imported_keeps_what_its_source_promised() {
    let live = Town::with(1);
    let (opened, at) = (live.histories[&1][0].kind.clone(), at("02 10:00"));
    let mut town = Town::default();
    town.happen_imported(1, at, opened);
    assert_eq!(closed_on(3).revised(town.of(1)), []);
    assert_ne!(closed_on(3).revised(live.of(1)), []);
}

#[test]
fn a_revision_of_an_earlier_cycle_is_void() {
    let mut late = resolution(trees().of(1)).term.clone();
    late.due_at = at("05 19:00");
    let town = trees().when(1, "03 10:00", Change::Resolve).when(1, "03 11:00", Change::Reopen);
    assert!(town.of(1).is_void(&revised(vec![late.clone()], 1)));
    assert!(!town.of(1).is_void(&revised(vec![late], 2)));
}

#[test]
fn waits_are_counted_again_with_the_rest() {
    let town = trees().when(1, "02 12:00", Change::PutOnHold(HoldReason::Citizen)).when(
        1,
        "03 12:00",
        Change::Resume,
    );
    // Eleven hours of waiting are given back after Wednesday's closing.
    assert_eq!(resolution(town.of(1)).term.due_at, at("05 19:00"));
    // With Tuesday closed it waited seven hours on Monday only.
    let town = town.when_revised(1, "03 13:00", &closed_on(3));
    assert_eq!(resolution(town.of(1)).term.due_at, at("06 15:00"));
}

#[test]
fn a_request_that_waits_is_counted_again_too() {
    let town = trees().when(1, "02 12:00", Change::PutOnHold(HoldReason::Citizen));
    let town = town.when_revised(1, "02 13:00", &closed_on(3));
    assert_eq!(resolution(town.of(1)).term.due_at, at("05 19:00"));
}

#[test]
fn a_first_answer_that_was_given_is_not_counted_again() {
    let open = Open { channel: Channel::Email, ..opening(1, "Arbres") };
    let town = Town::default().when(1, "02 10:00", Change::Open(Box::new(open)));
    let kinds = |town: &Town| -> Vec<PromiseKind> {
        closed_on(3).revised(town.of(1)).iter().map(|it| it.kind).collect()
    };
    assert_eq!(kinds(&town), [PromiseKind::FirstAnswer, PromiseKind::Resolution]);
    let town = town.when(1, "02 11:00", Change::FollowUp(FollowUp::Public));
    assert_eq!(kinds(&town), [PromiseKind::Resolution]);
}

#[test]
fn promises_of_a_served_product_run_on_the_hours_of_the_regime() {
    // In free text the product is its own code: none here is one.
    let town = trees();
    assert_eq!(under_regime("02 00:00", "09 00:00", &["arbres"]).revised(town.of(1)), []);
    let mut open = opening(1, "Arbres");
    open.entry = Some(entry(None));
    let town = Town::default().when(1, "02 10:00", Change::Open(Box::new(open)));
    assert_eq!(under_regime("02 00:00", "09 00:00", &["eau"]).revised(town.of(1)), []);
    assert_eq!(under_regime("02 00:00", "09 00:00", &[]).revised(town.of(1)), []);
    let served = under_regime("02 00:00", "09 00:00", &["arbres"]);
    // Days end at midnight.
    let town = town.when_revised(1, "02 11:00", &served);
    assert_eq!(resolution(town.of(1)).term.due_at, at("05 00:00"));
    // Lifted, the calendar's hours hold again from then on.
    let lifted = served.regimes.clone().evolve(&RegimeFact::Lifted, at("03 12:00")).unwrap();
    let lifted = City { regimes: lifted, ..served };
    let town = town.when_revised(1, "03 12:00", &lifted);
    assert_eq!(resolution(town.of(1)).term.due_at, at("04 19:00"));
}

#[test]
fn a_regime_that_opens_saturday_makes_it_a_business_day_to_the_instant() {
    let city = under_regime("07 10:17", "07 15:43", &["arbres"]);
    let arbres = entry(None);
    let hours = city.hours(&"Arbres".parse().unwrap(), Some(&arbres));
    let saturday = NaiveDate::from_ymd_opt(2026, 3, 7).unwrap();
    assert_eq!(hours.openings_of(saturday), [(at("07 10:17"), at("07 15:43"))]);
    assert_eq!(hours.business_days_eod(at("06 10:00"), 1), Ok(at("07 15:43")));
    assert_eq!(city.calendar.business_days_eod(at("06 10:00"), 1), Ok(at("09 19:00")));
    assert_eq!(hours.hours_of(saturday), Hours::CLOSED);
}
