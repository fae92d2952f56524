//! The fold: the same log gives the same projections, whatever comes.

use crate::support::{City, at, contact, flood, open, open_in, regime, request_id};
use beffroi_aggregator::{Projections, Search, Stopped, compare, follow, rebuild, refold};
use beffroi_domain::{
    Change, Channel, Code, ContactOutcome, Duplicate, FollowUp, HoldReason, Merge, Reclassify,
    RegimeFact, RegimeKind, Status,
};
use beffroi_journal::Entry;
use bytes::Bytes;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[tokio::test]
async fn any_batch_boundaries_give_the_same_projections() {
    let city = City::new();
    city.play(&random_plays(311, 300)).await;
    let last = city.journal.state().await.unwrap().last;
    assert!(last > 150);
    let whole = city.projections("whole");
    refold(&city.journal, &whole, last, |_| {}).await.unwrap();
    for step in [1, 7, 100] {
        let parts = city.projections(&format!("parts-{step}"));
        for until in (0..last).step_by(step).chain([last]) {
            refold(&city.journal, &parts, until, |_| {}).await.unwrap();
        }
        let differences =
            compare(&whole.snapshot().unwrap(), &parts.snapshot().unwrap(), 10).unwrap();
        assert_eq!(differences, []);
    }
    let followed = city.projections("followed");
    let stop = CancellationToken::new();
    let follower = follow(city.journal.clone(), followed.clone(), stop.clone()).await.unwrap();
    followed.folded(last).await;
    stop.cancel();
    follower.await.unwrap();
    let differences =
        compare(&whole.snapshot().unwrap(), &followed.snapshot().unwrap(), 10).unwrap();
    assert_eq!(differences, []);
}

#[tokio::test]
async fn rebuilt_is_what_it_was() {
    let city = City::new();
    city.play(&random_plays(7, 50)).await;
    let last = city.journal.state().await.unwrap().last;
    let file = Projections::file(city.directory());
    let before = Projections::open(&file).unwrap();
    refold(&city.journal, &before, last, |_| {}).await.unwrap();
    let expected = city.projections("expected");
    refold(&city.journal, &expected, last, |_| {}).await.unwrap();
    drop(before);
    assert_eq!(rebuild(&city.journal, city.directory(), |_| {}).await.unwrap(), last);
    let after = Projections::open(&file).unwrap();
    let differences = compare(&expected.snapshot().unwrap(), &after.snapshot().unwrap(), 10);
    assert_eq!(differences.unwrap(), []);
}

#[tokio::test]
async fn a_fact_about_the_regimes_is_folded_once_and_only_where_it_follows() {
    let city = City::new();
    for entry in [regime(1, 0, flood()), regime(1, 0, flood()), regime(2, 9, RegimeFact::Lifted)] {
        city.append(entry).await;
    }
    let lifted = city.folded("lifted").await;
    let snapshot = lifted.snapshot().unwrap();
    let row = snapshot.regimes_row().unwrap();
    assert_eq!(row.steps.iter().map(|it| it.sequence).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(row.regimes.kind_at(at(8)), RegimeKind::CivilSecurity);
    assert_eq!(row.regimes.kind_at(at(9)), RegimeKind::Normal);
    let id = beffroi_domain::Reference::Regime.uuid();
    assert!(!snapshot.is_quarantined(id).unwrap());

    city.append(regime(3, 10, RegimeFact::Lifted)).await;
    let twice = city.folded("twice").await;
    let snapshot = twice.snapshot().unwrap();
    assert_eq!(snapshot.regimes_row().unwrap(), row);
    assert!(snapshot.is_quarantined(id).unwrap());
}

#[tokio::test]
async fn an_event_that_comes_twice_is_counted_once() {
    let city = City::new();
    city.play(&[(1, open()), (1, Change::FollowUp(FollowUp::Public))]).await;
    let first = city.journal.get(2).await.unwrap().unwrap().entry;
    // Under another journal id, as beyond the duplicate window.
    city.append(Entry { id: Uuid::from_u128(77), ..first }).await;
    let projections = city.folded("p").await;
    let row = projections.snapshot().unwrap().request(request_id(1)).unwrap().unwrap();
    assert_eq!(row.request.public_follow_ups, 1);
    assert_eq!(row.steps.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_folded_is_quarantined_and_the_rest_is_served() {
    let city = City::new();
    city.play(&[(1, open()), (2, open())]).await;
    let mut poison = city.journal.get(1).await.unwrap().unwrap().entry;
    poison.id = Uuid::from_u128(99);
    poison.payload = Bytes::from_static(b"\xff\xffnot an event");
    city.append(poison).await;
    let nobody = Entry {
        id: Uuid::from_u128(98),
        subject: "request.0000".to_owned(),
        headers: Vec::new(),
        payload: Bytes::new(),
    };
    city.append(nobody).await;
    city.play_on(&[(1, Change::Resolve), (2, Change::Resolve), (3, open())]).await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    let status = |id| snapshot.request(request_id(id)).unwrap().map(|row| row.request.status);
    // Later events of the same request wait behind the one that cannot be read.
    assert_eq!(status(1), Some(Status::Open));
    assert_eq!(status(2), Some(Status::Resolved));
    assert_eq!(status(3), Some(Status::Open));
    assert_eq!(snapshot.quarantined().unwrap(), 3);
}

#[tokio::test]
async fn numbers_are_dense_per_year_in_the_order_of_the_log() {
    let city = City::new();
    city.play(&[(5, open()), (3, open()), (9, open())]).await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    for (id, serial) in [(5, 1), (3, 2), (9, 3)] {
        let row = snapshot.request(request_id(id)).unwrap().unwrap();
        assert_eq!((row.number.year(), row.number.serial()), (2026, serial));
        assert_eq!(snapshot.numbered(row.number).unwrap(), Some(row));
    }
}

#[tokio::test]
async fn volumes_count_each_request_once_where_it_stands() {
    let city = City::new();
    city.play(&random_plays(3, 200)).await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    let page = snapshot.requests_before(u64::MAX, usize::MAX, usize::MAX, |_| true).unwrap();
    for (key, count) in snapshot.request_volumes().unwrap() {
        let found = page.items.iter().filter(|row| {
            row.request.status == key.status && row.request.product.as_str() == key.product
        });
        assert_eq!(found.count() as u64, count, "{key:?}");
    }
}

#[tokio::test]
async fn contacts_are_found_by_the_time_at_which_they_began() {
    let city = City::new();
    // In another order than that of time, two of them at the same time, one twice.
    for (id, secs) in [(1, 30), (2, 10), (3, 20), (4, 20), (2, 10)] {
        city.append(contact(id, at(secs))).await;
    }
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    let found = |from: Option<i64>, before: Option<i64>| -> Vec<u32> {
        let rows = snapshot.contacts_between(from.map(at), before.map(at)).unwrap();
        rows.map(|row| row.unwrap().1.waited_secs).collect()
    };
    assert_eq!(found(None, None), [2, 3, 4, 1]);
    assert_eq!(found(Some(10), Some(30)), [2, 3, 4]);
    assert_eq!(found(Some(11), None), [3, 4, 1]);
    assert_eq!(found(Some(30), Some(10)), Vec::<u32>::new());
    let volumes = snapshot.contact_volumes().unwrap();
    assert_eq!(volumes, [(Channel::Telephone, ContactOutcome::Informed, 4)]);
}

#[tokio::test]
async fn what_waits_in_programmes_is_listed_in_the_order_of_the_log() {
    let city = City::new();
    city.play(&random_plays(5, 400)).await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    let page = snapshot.requests_before(u64::MAX, usize::MAX, usize::MAX, |_| true).unwrap();
    let rows = page.items.into_iter().rev().zip(0_u64..);
    let expected: Vec<_> = rows
        .filter(|(row, _)| row.request.status == Status::Planned && row.request.merged.is_none())
        .filter_map(|(row, ordinal)| Some((ordinal, row.request.programme?)))
        .collect();
    assert!(expected.len() > 1, "{expected:?}");
    assert_eq!(waiting(&projections), expected);
}

#[tokio::test]
async fn a_duplicate_waits_in_the_request_that_goes_on_for_it() {
    let city = City::new();
    let merge = Change::Merge(Box::new(Merge {
        into: request_id(1),
        status: Status::Planned,
        unit: None,
        programme: Some("trottoirs".parse().unwrap()),
    }));
    let duplicate = Duplicate { request: request_id(2), citizen: None };
    city.play(&[(1, open_in("trottoirs")), (2, open_in("arbres")), (2, merge)]).await;
    city.play_on(&[(1, Change::AddDuplicate(duplicate))]).await;
    let programmes = |projections: &Projections| -> Vec<String> {
        waiting(projections).into_iter().map(|(_, programme)| programme.to_string()).collect()
    };
    assert_eq!(programmes(&city.folded("merged").await), ["trottoirs"]);
    city.play_on(&[(2, Change::Unmerge)]).await;
    assert_eq!(programmes(&city.folded("apart").await), ["trottoirs", "arbres"]);
}

/// The ordinals and programmes of what waits.
fn waiting(projections: &Projections) -> Vec<(u64, Code)> {
    let snapshot = projections.snapshot().unwrap();
    let planned = snapshot.planned().unwrap().map(Result::unwrap);
    planned.map(|(ordinal, row)| (ordinal, row.programme)).collect()
}

#[tokio::test]
async fn a_log_that_is_not_the_one_that_was_folded_is_refused() {
    let city = City::new();
    city.play(&[(1, open()), (2, open())]).await;
    let older = city.copy_of_journal("older").await;
    city.play_on(&[(3, open())]).await;
    let projections = city.folded("p").await;
    let stop = CancellationToken::new;

    let other = City::new();
    other.play(&[(1, open()), (2, open()), (3, open())]).await;
    let refused = follow(other.journal.clone(), projections.clone(), stop()).await;
    assert!(matches!(refused, Err(Stopped::OtherLog { .. })), "{refused:?}");

    let refused = follow(older.journal.clone(), projections.clone(), stop()).await;
    assert!(matches!(refused, Err(Stopped::Regressed { last: 2, folded: 3 })), "{refused:?}");

    older.play_on(&[(4, open())]).await;
    let refused = follow(older.journal.clone(), projections.clone(), stop()).await;
    assert!(matches!(refused, Err(Stopped::Changed { sequence: 3 })), "{refused:?}");

    // Nothing was folded over: the right log is still accepted.
    assert_eq!(projections.sequence(), 3);
    assert!(follow(city.journal.clone(), projections, stop()).await.is_ok());
}

#[tokio::test]
async fn a_log_that_ends_too_early_is_not_waited_for() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let refused = refold(&city.journal, &city.projections("p"), 2, |_| {}).await;
    assert!(matches!(refused, Err(Stopped::Regressed { last: 1, folded: 2 })), "{refused:?}");
}

#[tokio::test]
async fn a_projections_file_that_cannot_be_opened_is_rebuilt() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let file = Projections::file(city.directory());
    std::fs::write(&file, "not a database").unwrap();
    assert_eq!(rebuild(&city.journal, city.directory(), |_| {}).await.unwrap(), 1);
    let projections = Projections::open(&file).unwrap();
    assert!(projections.snapshot().unwrap().request(request_id(1)).unwrap().is_some());
}

#[tokio::test]
async fn a_tampered_row_is_found() {
    let city = City::new();
    city.play(&[(1, open()), (2, open())]).await;
    let last = city.journal.state().await.unwrap().last;
    let (one, other) = (city.folded("one").await, city.projections("other"));
    refold(&city.journal, &other, last - 1, |_| {}).await.unwrap();
    let differences = compare(&one.snapshot().unwrap(), &other.snapshot().unwrap(), 99).unwrap();
    let tables: Vec<&str> = differences.iter().map(|it| it.table.as_str()).collect();
    for table in ["meta", "requests", "request_ids", "numbers", "events", "subjects"] {
        assert!(tables.contains(&table), "{table} in {tables:?}");
    }
}

/// Requests, and what is asked of them, in a random order that is always the same.
fn reclassified(product: &str) -> Change {
    Change::Reclassify(Box::new(Reclassify {
        product: product.parse().unwrap(),
        precision: None,
        nature: None,
        urgency: None,
        entry: None,
        unit: None,
        programme: None,
    }))
}

#[tokio::test]
async fn active_requests_are_found_by_product_and_place_as_they_come_and_go() {
    let city = City::new();
    let mut found = Vec::new();
    for (change, name) in [
        (open(), "opened"),
        (reclassified("Trottoir"), "reclassified"),
        (Change::Resolve, "resolved"),
        (Change::Reopen, "reopened"),
    ] {
        city.play_on(&[(1, change)]).await;
        let projections = city.folded(name).await;
        let snapshot = projections.snapshot().unwrap();
        let search = |product| Search { product, opened: at(-60)..=at(60), scan_max: 10 };
        // Some 50 m away, and in the same borough.
        let near = |product| {
            snapshot.active_near(&search(product), (468_143_500, -712_080_000), 60).unwrap()
        };
        let within = |product| snapshot.active_in(&search(product), "Limoilou", false).unwrap();
        for product in ["Nid-de-poule", "Trottoir"] {
            assert_eq!(near(product).found.len(), within(product).found.len(), "{name}");
        }
        found.push((near("Nid-de-poule").found.len(), near("Trottoir").found.len()));
    }
    assert_eq!(found, [(1, 0), (0, 1), (0, 0), (0, 1)]);
}

#[tokio::test]
async fn a_search_looks_at_no_more_than_it_may_and_says_so() {
    let city = City::new();
    city.play(&[(1, open()), (2, open()), (3, open())]).await;
    let projections = city.folded("p").await;
    let snapshot = projections.snapshot().unwrap();
    let search = |scan_max| Search { product: "Nid-de-poule", opened: at(-60)..=at(60), scan_max };
    for (scan_max, found, incomplete) in [(2, 2, true), (3, 3, false)] {
        let near = snapshot.active_near(&search(scan_max), (468_139_000, -712_080_000), 9).unwrap();
        assert_eq!((near.found.len(), near.incomplete), (found, incomplete));
        let within = snapshot.active_in(&search(scan_max), "Limoilou", false).unwrap();
        assert_eq!((within.found.len(), within.incomplete), (found, incomplete));
        assert!(snapshot.active_in(&search(scan_max), "Limoilou", true).unwrap().found.is_empty());
    }
}

fn random_plays(seed: u64, count: usize) -> Vec<(u128, Change)> {
    let mut state = seed;
    let mut next = move |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let plays = (0..count).flat_map(|_| {
        let id = u128::from(next(50)) + 1;
        let change = match next(12) {
            0 => Change::Assign(Some("Travaux publics".parse().unwrap())),
            1 => Change::PutOnHold(HoldReason::Citizen),
            2 => Change::Resume,
            3 => Change::FollowUp(FollowUp::Public),
            4 => Change::Resolve,
            5 => Change::Reopen,
            6 => Change::EnterProgramme("refection".parse().unwrap()),
            7 => Change::LeaveProgramme,
            8 => reclassified(if next(2) == 0 { "Trottoir" } else { "Égout" }),
            9 => Change::Merge(Box::new(Merge {
                into: request_id(99),
                status: Status::Open,
                unit: None,
                programme: None,
            })),
            10 => Change::Unmerge,
            _ => Change::Cancel,
        };
        [(id, open()), (id, change)]
    });
    plays.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Random bytes never stop the fold.
    #[test]
    fn random_bytes_never_stop_the_fold(payloads in prop::collection::vec(
        prop::collection::vec(any::<u8>(), 0..300), 1..20,
    )) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let city = City::new();
            city.play(&[(1, open())]).await;
            let count = payloads.len() as u64;
            for (index, payload) in payloads.into_iter().enumerate() {
                let subject = "request.0001".to_owned();
                let id = Uuid::from_u128(1_000 + index as u128);
                city.append(Entry { id, subject, headers: Vec::new(), payload: payload.into() }).await;
            }
            let projections = city.folded("p").await;
            let snapshot = projections.snapshot().unwrap();
            assert_eq!(snapshot.quarantined().unwrap(), count);
            assert!(snapshot.request(request_id(1)).unwrap().is_some());
            assert_eq!(snapshot.checkpoint().sequence, count + 1);
        });
    }
}

#[tokio::test]
async fn what_was_told_a_citizen_is_kept_in_order() {
    let city = City::new();
    let follow_ups = [FollowUp::Public, FollowUp::Internal, FollowUp::FromCitizen];
    city.play(&[(1, open())]).await;
    city.play_on(&follow_ups.map(|it| (1, Change::FollowUp(it)))).await;
    city.play_on(&[(1, Change::Assign(None)), (1, Change::Resolve), (1, Change::Reopen)]).await;
    let row = city.folded("p").await.snapshot().unwrap().request(request_id(1)).unwrap().unwrap();
    let told: Vec<_> = row.told.iter().map(|it| (it.sequence, it.follow_up)).collect();
    assert_eq!(told, [(2, true), (6, false)]);
}
