//! Duplicates, relations and attachments.

use crate::town::{Town, assign, at, citizen, code, id, opening, reclassification};
use beffroi_domain::{
    Attachment, Change, Duplicate, FollowUp, HoldReason, LinkRejection, Reclassify, Rejection,
    Relation, RelationKind, Request, Status, Verdict,
};

#[test]
fn a_merged_request_stands_where_the_other_one_stands() {
    let town =
        Town::with(2).when(2, "02 11:00", assign("Foresterie")).when_merged(1, 2, "02 12:00");
    assert_eq!(town.of(1).status, Status::Assigned);
    assert_eq!(town.of(1).unit, town.of(2).unit);
    assert_eq!(town.of(1).merged.as_ref().unwrap().into, id(2));
    assert_eq!(town.of(2).duplicates, [Duplicate { request: id(1), citizen: Some(citizen(1)) }]);
    assert_eq!(town.of(2).followers().collect::<Vec<_>>(), [citizen(2), citizen(1)]);
}

#[test]
fn closing_and_reopening_the_survivor_closes_and_reopens_its_duplicates() {
    let town = Town::with(3).when_merged(1, 3, "02 11:00").when_merged(2, 3, "02 11:00");
    let town = town.when(3, "03 10:00", Change::Resolve);
    for of in [1, 2, 3] {
        assert_eq!(town.of(of).status, Status::Resolved);
        assert_eq!(town.of(of).resolved_at, Some(at("03 10:00")));
        assert_eq!(town.of(of).promises[0].verdict, Verdict::OnTime);
    }
    let town = town.when(3, "04 10:00", Change::Reopen);
    for of in [1, 2, 3] {
        assert_eq!((town.of(of).status, town.of(of).cycle), (Status::Open, 2));
    }
    let town = town.when(3, "05 10:00", Change::Cancel);
    assert!([1, 2, 3].iter().all(|of| town.of(*of).status == Status::Cancelled));
}

#[test]
fn a_duplicate_is_reopened_with_its_survivor_whatever_its_own_product_says() {
    let mut town = Town::with(1);
    let mut open = opening(2, "Arbres");
    open.entry = Some(crate::town::entry(Some(0)));
    town = town.when(2, "02 10:00", Change::Open(Box::new(open)));
    let town = town.when_merged(2, 1, "02 11:00").when(1, "03 10:00", Change::Resolve).when(
        1,
        "04 10:00",
        Change::Reopen,
    );
    assert_eq!(town.of(2).status, Status::Open);
}

#[test]
fn what_moves_the_survivor_to_another_unit_or_a_programme_moves_its_duplicates() {
    let to = Reclassify {
        unit: Some("Voirie".parse().unwrap()),
        programme: Some(code("refection")),
        ..reclassification("Chaussée")
    };
    let town = Town::with(2).when_merged(1, 2, "02 11:00").when(
        2,
        "02 12:00",
        Change::Transfer("Eaux".parse().unwrap()),
    );
    assert_eq!(town.of(1).unit.as_ref().unwrap().as_str(), "Eaux");
    let town = town.when(2, "02 13:00", Change::Reclassify(Box::new(to)));
    assert_eq!(town.of(1).status, Status::Planned);
    assert_eq!(town.of(1).programme, Some(code("refection")));
    assert_eq!(town.of(1).unit.as_ref().unwrap().as_str(), "Voirie");
    // What it was about stays its own.
    assert_eq!(town.of(1).product.as_str(), "Arbres");
}

#[test]
fn a_request_that_waited_when_it_was_merged_is_given_back_the_time_it_waited() {
    Town::with(2)
        .when(1, "03 09:00", Change::PutOnHold(HoldReason::Citizen))
        .when_merged(1, 2, "04 10:00")
        // 10 hours of Tuesday and 2 of Wednesday.
        .then_due(1, "06 09:00")
        .when(2, "05 09:00", Change::PutOnHold(HoldReason::Citizen))
        .when(2, "05 10:00", Change::Resume)
        .then_due(1, "06 10:00");
}

#[test]
fn a_change_of_the_survivor_dated_before_the_merge_is_dated_at_the_merge_on_its_duplicates() {
    let town = Town::with(2).when_merged(1, 2, "03 10:00").when(2, "03 09:00", Change::Resolve);
    assert_eq!(town.of(2).resolved_at, Some(at("03 09:00")));
    assert_eq!(town.of(1).resolved_at, Some(at("03 10:00")));
}

#[test]
fn taken_apart_a_request_stands_as_before() {
    let before = Town::with(2).when(1, "02 11:00", assign("Foresterie")).when(
        1,
        "02 12:00",
        Change::PutOnHold(HoldReason::ThirdParty),
    );
    let after = before
        .clone()
        .when_merged(1, 2, "03 10:00")
        .when(2, "03 11:00", assign("Parcs"))
        .when(2, "04 10:00", Change::Resolve)
        .when(2, "05 10:00", Change::Reopen)
        .when_unmerged(1, "06 10:00");
    assert_eq!(after.of(1), before.of(1));
    assert_eq!(after.of(1).waits_on, Some(HoldReason::ThirdParty));
    assert!(after.of(2).duplicates.is_empty());
    assert_eq!(after.of(2).followers().collect::<Vec<_>>(), [citizen(2)]);
}

#[test]
fn what_was_raised_while_merged_stays_raised_and_is_not_raised_again() {
    let mut town = Town::with(2)
        .when_merged(1, 2, "02 11:00")
        .when_raised(1, "04 20:00")
        .when_unmerged(1, "05 10:00");
    assert!(town.of(1).promises[0].breached);
    assert!(!town.raise(1, at("20 10:00")));
}

#[test]
fn rings_chains_and_requests_that_have_ended_are_refused() {
    let merged = Town::with(4).when_merged(1, 2, "02 11:00");
    merged
        .then_not_merged((3, 3), LinkRejection::Itself)
        .then_not_merged((2, 1), LinkRejection::HasDuplicates)
        .then_not_merged((1, 3), LinkRejection::Merged)
        .then_not_merged((3, 1), LinkRejection::Merged)
        .then_not_merged((2, 3), LinkRejection::HasDuplicates)
        .when(3, "03 10:00", Change::Resolve)
        .then_not_merged((3, 4), Rejection::Status(Status::Resolved))
        .then_not_merged((4, 3), Rejection::Status(Status::Resolved))
        .then_not_merged((4, 5), Rejection::Unknown);
}

#[test]
fn a_merge_is_not_dated_before_the_last_change_of_the_duplicate() {
    let mut town = Town::with(2).when(1, "03 10:00", assign("Foresterie"));
    let not_before = at("03 10:00");
    assert_eq!(town.merge(1, 2, at("03 09:00")), Err(Rejection::TooEarly { not_before }));
    town.merge(1, 2, at("03 11:00")).unwrap();
    let not_before = at("03 11:00");
    assert_eq!(town.unmerge(1, at("03 10:30")), Err(Rejection::TooEarly { not_before }));
}

#[test]
fn a_merged_request_is_changed_through_the_other_one_only() {
    let refused = || LinkRejection::Merged;
    let mut town = Town::with(2)
        .when_merged(1, 2, "02 11:00")
        .then_refused(1, ("03 10:00", assign("Foresterie")), refused())
        .then_refused(1, ("03 10:00", Change::Resolve), refused())
        .then_refused(1, ("03 10:00", Change::Cancel), refused())
        .then_refused(1, ("03 10:00", Change::PutOnHold(HoldReason::Citizen)), refused())
        .then_refused(1, ("03 10:00", Change::EnterProgramme(code("a"))), refused())
        .then_refused(1, ("03 10:00", Change::Transfer("Eaux".parse().unwrap())), refused())
        .then_refused(
            1,
            ("03 10:00", Change::Reclassify(Box::new(reclassification("Chaussée")))),
            refused(),
        )
        .when(1, "03 10:00", Change::FollowUp(FollowUp::Public));
    assert_eq!(town.of(1).public_follow_ups, 1);
    assert_eq!(town.unmerge(2, at("03 11:00")), Err(LinkRejection::NotMerged.into()));
}

#[test]
fn no_more_than_the_most_duplicates_relations_and_attachments() {
    let most = u128::try_from(Request::LINKS_MAX).unwrap();
    let mut town = Town::with(most + 2);
    let related = |to| Change::Relate(Relation { request: id(to), kind: RelationKind::Related });
    let attachment =
        Attachment { media_type: "image/png".parse().unwrap(), bytes: 1, sha256: [0; 32] };
    for other in 2..most + 2 {
        town = town.when_merged(other, 1, "02 11:00").when(1, "02 11:00", related(other)).when(
            1,
            "02 11:00",
            Change::Attach(attachment.clone()),
        );
    }
    town.then_not_merged((most + 2, 1), LinkRejection::TooMany)
        .then_refused(1, ("02 12:00", related(most + 2)), LinkRejection::TooMany)
        .then_refused(1, ("02 12:00", Change::Attach(attachment)), LinkRejection::TooMany)
        // One that is there may become another.
        .when(1, "02 12:00", related(2))
        .when(1, "03 12:00", Change::Resolve);
}

#[test]
fn a_relation_replaces_the_one_to_the_same_request() {
    let relate = |kind| Change::Relate(Relation { request: id(2), kind });
    let town = Town::with(2)
        .then_refused(
            1,
            ("02 12:00", Change::Relate(Relation { request: id(1), kind: RelationKind::Causes })),
            LinkRejection::Itself,
        )
        .then_refused(1, ("02 12:00", Change::Unrelate(id(2))), LinkRejection::NotRelated)
        .when(1, "02 12:00", relate(RelationKind::Related))
        .when(1, "02 13:00", relate(RelationKind::CausedBy));
    assert_eq!(town.of(1).relations, [Relation { request: id(2), kind: RelationKind::CausedBy }]);
    assert!(town.when(1, "02 14:00", Change::Unrelate(id(2))).of(1).relations.is_empty());
}
