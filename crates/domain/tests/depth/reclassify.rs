//! What a request turns out to be about, and who becomes responsible for it.

use crate::town::{Town, assign, at, code, opening, reclassification};
use beffroi_domain::{
    Change, HoldReason, Kind, Nature, PromiseKind, Reclassified, Reclassify, Rejection, Rule,
    Status, Term, Urgency, Verdict,
};

fn to(product: &str) -> Change {
    Change::Reclassify(Box::new(reclassification(product)))
}

#[test]
fn the_new_promise_counts_from_the_reception() {
    let town = Town::with(1)
        .then_due(1, "04 19:00")
        .when(1, "06 10:00", to("Chaussée"))
        .then_due(1, "09 19:00");
    assert_eq!(town.of(1).product.as_str(), "Chaussée");
    assert_eq!(town.of(1).promises.len(), 1);
    assert_eq!(town.of(1).promises[0].term.rule, Rule::BusinessDaysEodV1(5));
}

#[test]
fn the_waits_there_were_are_kept() {
    Town::with(1)
        .when(1, "03 09:00", Change::PutOnHold(HoldReason::Citizen))
        .when(1, "04 10:00", Change::Resume)
        .when(1, "04 11:00", Change::PutOnHold(HoldReason::Citizen))
        .when(1, "04 12:00", Change::Resume)
        .when(1, "05 10:00", to("Chaussée"))
        // 12 hours and one hour after Monday the 9th at 19:00.
        .then_due(1, "11 10:00")
        // The wait that goes on is counted when it ends.
        .when(1, "06 10:00", Change::PutOnHold(HoldReason::Citizen))
        .when(1, "06 11:00", to("Arbres"))
        .then_due(1, "06 10:00")
        .when(1, "06 12:00", to("Chaussée"))
        .when(1, "06 13:00", Change::Resume)
        .then_due(1, "11 13:00");
}

#[test]
fn a_due_time_that_comes_back_is_not_raised_again() {
    let mut town = Town::with(1).when_raised(1, "05 10:00").when(1, "05 11:00", to("Chaussée"));
    assert!(!town.of(1).promises[0].breached);
    town = town.when(1, "05 12:00", to("Arbres"));
    assert!(town.of(1).promises[0].breached);
    assert!(!town.raise(1, at("20 10:00")));
    // The later time was never raised: it still is.
    let mut town = town.when(1, "06 12:00", to("Chaussée"));
    assert!(town.raise(1, at("20 10:00")));
}

#[test]
fn a_new_product_in_a_programme_takes_the_request_into_it() {
    let planned = Reclassify { programme: Some(code("refection")), ..reclassification("Trottoir") };
    let planned = Change::Reclassify(Box::new(planned));
    let not_before = at("03 10:00");
    let town = Town::with(1)
        .when(1, "03 10:00", Change::PutOnHold(HoldReason::Citizen))
        .then_refused(1, ("03 09:00", planned.clone()), Rejection::TooEarly { not_before })
        .when(1, "03 11:00", planned.clone());
    assert_eq!(town.of(1).status, Status::Planned);
    assert_eq!(town.of(1).promises[0].verdict, Verdict::Rescinded);
    assert_eq!(town.of(1).alarms().count(), 0);
    // One that is planned stays in its programme.
    let other = Reclassify { programme: Some(code("autre")), ..reclassification("Trottoir") };
    let town = town.when(1, "03 12:00", Change::Reclassify(Box::new(other)));
    assert_eq!(town.of(1).programme, Some(code("refection")));
}

#[test]
fn the_unit_changes_when_one_is_given() {
    let with = |unit: &str| Reclassify {
        unit: Some(unit.parse().unwrap()),
        ..reclassification("Chaussée")
    };
    let town =
        Town::with(1).when(1, "02 11:00", assign("Foresterie")).when(1, "02 12:00", to("Chaussée"));
    assert_eq!(town.of(1).unit.as_ref().unwrap().as_str(), "Foresterie");
    let town = town.when(1, "02 13:00", Change::Reclassify(Box::new(with("Voirie")))).when(
        1,
        "02 14:00",
        Change::Transfer("Eaux".parse().unwrap()),
    );
    assert_eq!(town.of(1).unit.as_ref().unwrap().as_str(), "Eaux");
    assert_eq!(town.of(1).status, Status::Assigned);
}

#[test]
fn what_has_ended_is_neither_reclassified_nor_transferred() {
    let status = Rejection::Status(Status::Resolved);
    Town::with(1)
        .when(1, "03 10:00", Change::Resolve)
        .then_refused(1, ("03 11:00", to("Chaussée")), status.clone())
        .then_refused(1, ("03 11:00", Change::Transfer("Eaux".parse().unwrap())), status);
}

#[test]
fn imported_history_keeps_what_its_source_promised() {
    use beffroi_domain::{Command, Origin, Source, decide};
    let source = Source { system: "ville".parse().unwrap(), id: "7".parse().unwrap() };
    let mut open = opening(1, "Arbres");
    open.source = Some((source, chrono_tz::America::Toronto));
    open.promised_by = Some(at("09 12:00"));
    let change = Change::Open(Box::new(open));
    let command = Command { change, occurred_at: at("02 10:00"), origin: Origin::Imported };
    let kind = decide(&crate::town::city(), None, &command).unwrap();
    let mut town = Town::default();
    town.happen_imported(1, at("02 10:00"), kind);
    let town = town.when(1, "03 10:00", to("Chaussée")).then_due(1, "09 12:00");
    assert_eq!(town.of(1).promises[0].verdict, Verdict::Pending);
    let term = Term {
        kind: PromiseKind::Resolution,
        rule: Rule::Source,
        commitment: None,
        warnings: Vec::new(),
        due_at: at("09 12:00"),
    };
    assert_eq!(town.of(1).promises[0].term, term);
}

impl Town {
    /// It turns out to be something of which nothing is promised.
    fn when_unpromised(mut self, time: &str) -> Self {
        let to = Reclassified {
            product: "Autre".parse().unwrap(),
            precision: None,
            nature: Nature::Service,
            urgency: Urgency::Normal,
            entry: None,
            unit: None,
            programme: None,
            terms: Vec::new(),
        };
        self.happen([(1, at(time), Kind::Reclassified(Box::new(to)))]);
        self
    }

    fn verdict(&self) -> Verdict {
        self.of(1).promises[0].verdict
    }
}

#[test]
fn what_is_promised_no_longer_stays_late_where_it_was_overdue_by_then() {
    let mut town = Town::with(1).when_raised(1, "04 19:01").when_unpromised("05 10:00");
    assert_eq!(town.verdict(), Verdict::Late);
    assert!(town.of(1).promises[0].breached);
    assert!(!town.raise(1, at("20 10:00")));
    // Nobody had noticed: it is raised all the same.
    assert!(Town::with(1).when_unpromised("05 10:00").raise(1, at("05 10:00")));
}

#[test]
fn what_is_promised_no_longer_is_rescinded_before_it_is_due() {
    let mut town = Town::with(1).when_unpromised("04 19:00");
    assert_eq!(town.verdict(), Verdict::Rescinded);
    assert!(!town.raise(1, at("20 10:00")));
}

#[test]
fn what_was_reclassified_in_time_and_is_known_later_takes_the_breach_back() {
    let town = Town::with(1).when_raised(1, "04 19:01").when_unpromised("04 10:00");
    assert_eq!(town.verdict(), Verdict::Rescinded);
    let town = town.when_raised(1, "05 10:00");
    assert!(town.of(1).raised[0].withdrawn);
}

#[test]
fn what_is_promised_again_after_all_is_due_as_the_last_word_says() {
    for unpromised in ["04 10:00", "05 10:00"] {
        let town = Town::with(1).when_unpromised(unpromised).when(1, "05 11:00", to("Chaussée"));
        assert_eq!(town.verdict(), Verdict::Pending);
        town.then_due(1, "09 19:00");
    }
}
