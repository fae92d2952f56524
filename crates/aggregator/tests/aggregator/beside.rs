//! Folding the log anew beside the projections that serve: nobody notices, and nothing begins again.

use crate::aged::{as_version_6, first_bytes, forget_regimes, older, rewrite_quarantine};
use crate::support::{City, at, due, flood, open, regime, release, request_id};
use crate::timekeeper::Node;
use beffroi_aggregator::{
    Cities, How, ManualClock, Opened, Projections, QuarantineRow, Refolder, Snapshot, Timekeeper,
    Why, compare, follow, keep_time, open as open_in_directory, refold, renumbered,
};
use beffroi_domain::{Change, FactKind, RegimeKind, Status, Timestamp};
use beffroi_journal::Journal;
use redb::Database;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A directory in which a node has its projections.
struct Data {
    directory: PathBuf,
    projections: Projections,
    refolder: Refolder,
    beside: Option<Why>,
    stop: CancellationToken,
}

impl Data {
    async fn start(journal: &Journal, directory: &Path) -> Self {
        std::fs::create_dir_all(directory).unwrap();
        let Opened { projections, beside, .. } = open_in_directory(directory).unwrap();
        let stop = CancellationToken::new();
        let _follower = follow(journal.clone(), projections.clone(), stop.clone()).await.unwrap();
        let refolder =
            Refolder::new(journal.clone(), projections.clone(), directory, stop.child_token());
        projections.folded(journal.state().await.unwrap().last).await;
        Self { directory: directory.to_owned(), projections, refolder, beside, stop }
    }

    async fn refold(&self, why: Why) {
        self.refolder.start(why);
        tokio::time::timeout(Duration::from_secs(60), self.refolder.ended()).await.unwrap();
    }

    fn snapshot(&self) -> Snapshot {
        self.projections.snapshot().unwrap()
    }

    /// Stops everything and lets go of the files.
    async fn stop(self) -> PathBuf {
        self.stop.cancel();
        self.refolder.ended().await;
        let Self { directory, projections, refolder, .. } = self;
        drop((projections, refolder));
        let files = [Projections::file(&directory), rebuilt(&directory), older(&directory, 6)];
        for file in files.iter().filter(|it| it.exists()) {
            for _ in 0..500 {
                if Database::open(file).is_ok() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        directory
    }
}

fn rebuilt(directory: &Path) -> PathBuf {
    Projections::file(directory).with_extension("rebuild.redb")
}

async fn expect_same(city: &City, name: &str, checked: &Snapshot) {
    let expected = city.projections(name);
    refold(&city.journal, &expected, checked.checkpoint().sequence, |_| {}).await.unwrap();
    assert_eq!(compare(&expected.snapshot().unwrap(), checked, 10).unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_when_projections_are_put_in_place() {
    let city = Arc::new(City::new());
    let opened: Vec<_> = (1..=300).map(|id| (id, open())).collect();
    city.play(&opened).await;
    let data = Data::start(&city.journal, &city.directory().join("data")).await;
    let before = data.snapshot();
    let (stop, writes, reads) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicU64::new(0)),
    );
    let writer = tokio::spawn({
        let (city, projections) = (Arc::clone(&city), data.projections.clone());
        let (stop, writes) = (Arc::clone(&stop), Arc::clone(&writes));
        async move {
            for id in 301.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                city.play_on(&[(id, open())]).await;
                let at = u64::try_from(id).unwrap();
                let wait = projections.folded(at);
                tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap();
                // What was written is read at once.
                let row = projections.snapshot().unwrap().request(request_id(id)).unwrap().unwrap();
                assert_eq!(u64::from(row.number.serial()), at);
                writes.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let readers = [(); 2].map(|()| {
        let projections = data.projections.clone();
        let (stop, reads) = (Arc::clone(&stop), Arc::clone(&reads));
        tokio::task::spawn_blocking(move || {
            let mut last = 0;
            while !stop.load(Ordering::Relaxed) {
                let snapshot = projections.snapshot().unwrap();
                let sequence = snapshot.checkpoint().sequence;
                assert!(last <= sequence, "{sequence} after {last}");
                last = sequence;
                assert_eq!(snapshot.request_count().unwrap(), sequence);
                let newest = snapshot.request(request_id(sequence.into())).unwrap().unwrap();
                assert_eq!(newest.last_sequence(), sequence);
                reads.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for round in 1..=8 {
        data.refold(Why::Asked).await;
        assert_eq!(data.snapshot().generation(), round);
        assert!(!rebuilt(&data.directory).exists());
    }
    stop.store(true, Ordering::Relaxed);
    writer.await.unwrap();
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(writes.load(Ordering::Relaxed) > 8 && reads.load(Ordering::Relaxed) > 8);
    // What was taken before the first of them still reads what it was taken of.
    assert_eq!(before.request_count().unwrap(), 300);
    assert_eq!(before.requests().unwrap().map(Result::unwrap).count(), 300);
    drop(before);
    expect_same(&city, "expected", &data.snapshot()).await;
    let directory = data.stop().await;
    let again = Projections::open(&Projections::file(&directory)).unwrap();
    assert_eq!(again.sequence(), city.journal.state().await.unwrap().last);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_are_raised_once_though_the_log_is_folded_twice() {
    let city = City::new();
    let opened: Vec<_> = (1..=200).map(|id| (id, open())).collect();
    city.play(&opened).await;
    let data = Data::start(&city.journal, &city.directory().join("data")).await;
    let (hand, clock) = ManualClock::new(at(0));
    let (sender, mut checked) = watch::channel(Timestamp::EPOCH);
    let keeper = Timekeeper {
        journal: city.journal.clone(),
        projections: data.projections.clone(),
        cities: Arc::new(Cities::new(city.rules())),
        clock,
        checked: sender,
    };
    tokio::spawn(keep_time(keeper, data.stop.clone()));
    let later = due().saturating_add_micros(1);
    data.refolder.start(Why::Asked);
    hand.set(later);
    checked.wait_for(|it| *it >= later).await.unwrap();
    data.refolder.ended().await;
    data.refold(Why::Asked).await;
    hand.set(later.saturating_add_micros(1));
    checked.wait_for(|it| *it > later).await.unwrap();
    assert_eq!(data.snapshot().generation(), 2);
    assert_eq!(city.journal.state().await.unwrap().last, 400);
    assert_eq!(data.snapshot().breaches_after(0, 1_000).unwrap().len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fold_that_was_cut_off_goes_on_where_it_was() {
    let city = City::new();
    city.append(regime(1, 0, flood())).await;
    let opened: Vec<_> = (1..=200).map(|id| (id, open())).collect();
    city.play(&opened).await;
    let directory = city.directory().join("data");
    let data = Data::start(&city.journal, &directory).await;
    let directory = data.stop().await;
    let cut_off = Projections::open(&rebuilt(&directory)).unwrap();
    refold(&city.journal, &cut_off, 120, |_| {}).await.unwrap();
    drop(cut_off);
    // What tells whether its rows are gone on with.
    forget_regimes(&rebuilt(&directory));
    let data = Data::start(&city.journal, &directory).await;
    assert_eq!(data.beside, Some(Why::Asked));
    data.refold(Why::Asked).await;
    assert_eq!(data.snapshot().generation(), 1);
    let expected = city.folded("expected").await;
    let differences = compare(&expected.snapshot().unwrap(), &data.snapshot(), 10).unwrap();
    let tables: Vec<_> = differences.iter().map(|it| (it.table.as_str(), it.how)).collect();
    assert_eq!(tables, [("meta", How::Missing)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_gone_on_with_is_begun_again() {
    let (city, other) = (City::new(), City::new());
    city.play(&[(1, open()), (2, open())]).await;
    other.play(&[(7, open())]).await;
    let data = Data::start(&city.journal, &city.directory().join("data")).await;
    let beside = rebuilt(&data.directory);
    // Of another log.
    let wrong = Projections::open(&beside).unwrap();
    refold(&other.journal, &wrong, 1, |_| {}).await.unwrap();
    drop(wrong);
    data.refold(Why::Asked).await;
    assert_eq!(data.snapshot().generation(), 1);
    // Damaged.
    std::fs::write(&beside, b"no projections").unwrap();
    data.refold(Why::Asked).await;
    assert_eq!(data.snapshot().generation(), 2);
    // With something that another release set aside.
    let poisoned = city.poison(Uuid::from_u128(2)).await;
    data.projections.folded(poisoned).await;
    let partial = Projections::open(&beside).unwrap();
    refold(&city.journal, &partial, poisoned, |_| {}).await.unwrap();
    drop(partial);
    rewrite_quarantine(&beside, |row| row.release = "0.0.1".to_owned());
    data.refold(Why::Asked).await;
    assert_eq!(data.snapshot().generation(), 3);
    expect_same(&city, "expected", &data.snapshot()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_release_set_aside_is_tried_again() {
    let city = City::new();
    city.play(&[(1, open()), (2, open())]).await;
    city.poison(Uuid::from_u128(1)).await;
    let data = Data::start(&city.journal, &city.directory().join("data")).await;
    assert_eq!(data.beside, None);
    let directory = data.stop().await;
    // As if that release had not understood what this one does.
    let poisoned = city.journal.get(2).await.unwrap().unwrap().entry;
    rewrite_quarantine(&Projections::file(&directory), |row| {
        row.release = "0.0.1".to_owned();
        row.payload = poisoned.payload.to_vec();
    });
    let data = Data::start(&city.journal, &directory).await;
    assert_eq!(data.beside, Some(Why::Release));
    data.refold(Why::Release).await;
    expect_same(&city, "expected", &data.snapshot()).await;
    let directory = data.stop().await;
    assert_eq!(open_in_directory(&directory).unwrap().beside, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_version_serves_while_the_log_is_folded_anew() {
    let city = City::new();
    city.play(&[(1, open()), (2, open())]).await;
    let poisoned = city.poison(Uuid::from_u128(1)).await;
    let unknown = city.poison(Uuid::from_u128(0)).await;
    city.play_on(&[(1, Change::Resolve), (2, Change::Assign(None))]).await;
    let directory = city.directory().join("data");
    let data = Data::start(&city.journal, &directory).await;
    let expected = data.snapshot().set_aside_after(0, 9).unwrap();
    let directory = data.stop().await;
    as_version_6(&directory);
    assert!(!Projections::file(&directory).exists());

    let last = city.journal.state().await.unwrap().last;
    let Opened { projections, .. } = open_in_directory(&directory).unwrap();
    assert_eq!(projections.sequence(), last, "it serves what it had folded at once");
    drop(projections);
    let data = Data::start(&city.journal, &directory).await;
    assert_eq!(data.beside, Some(Why::Version(6)));
    // An older release finds rows that it does not know before any other.
    assert_eq!(first_bytes(&directory), (7, 6));
    let found = data.snapshot().set_aside_after(0, 9).unwrap();
    let without_release = |rows: &[(u64, QuarantineRow)]| -> Vec<_> {
        let row = |row: &QuarantineRow| QuarantineRow { release: String::new(), ..row.clone() };
        rows.iter().map(|(at, it)| (*at, row(it))).collect()
    };
    assert_eq!(found, without_release(&expected));
    // It folds on, and what waited is folded when it is released.
    city.play_on(&[(3, open())]).await;
    release(&city, poisoned).await;
    release(&city, unknown).await;
    let last = city.journal.state().await.unwrap().last;
    data.projections.folded(last).await;
    let status =
        |data: &Data, id| data.snapshot().request(request_id(id)).unwrap().unwrap().request.status;
    assert_eq!(status(&data, 1), Status::Resolved);
    assert_eq!(status(&data, 3), Status::Open);

    data.refold(Why::Version(6)).await;
    assert_eq!(data.snapshot().generation(), 1);
    assert_eq!(data.projections.sequence(), last);
    assert!(!older(&directory, 6).exists());
    expect_same(&city, "expected", &data.snapshot()).await;
    let directory = data.stop().await;
    let data = Data::start(&city.journal, &directory).await;
    assert_eq!((data.beside, status(&data, 1)), (None, Status::Resolved));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_cannot_be_read_is_left_until_the_new_one_stands() {
    let city = City::new();
    city.play(&[(1, open())]).await;
    let directory = city.directory().join("data");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(older(&directory, 5), b"rows of long ago").unwrap();
    let opened = open_in_directory(&directory).unwrap();
    assert_eq!(opened.unreadable, Some(older(&directory, 5)));
    assert_eq!((opened.beside, opened.projections.sequence()), (None, 0));
    assert!(older(&directory, 5).exists());
    drop(opened);
    // A newer one is nobody's to touch.
    std::fs::write(older(&directory, 200), b"rows to come").unwrap();
    let opened = open_in_directory(&directory).unwrap();
    assert_eq!(opened.unreadable, None);
    assert!(!older(&directory, 5).exists() && older(&directory, 200).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_the_city_is_read_again() {
    let city = City::new();
    city.append(regime(1, 0, flood())).await;
    let data = Data::start(&city.journal, &city.directory().join("data")).await;
    let directory = data.stop().await;
    // As if another release had not understood it.
    forget_regimes(&Projections::file(&directory));
    let data = Data::start(&city.journal, &directory).await;
    let cities = Cities::new(city.rules());
    let kind = || cities.at(&data.snapshot()).unwrap().city.regimes.kind_at(at(8));
    assert_eq!(kind(), RegimeKind::Normal);
    data.refold(Why::Asked).await;
    assert_eq!(kind(), RegimeKind::CivilSecurity);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_get_other_numbers_are_counted() {
    let (city, more) = (City::new(), City::new());
    city.play(&[(1, open()), (2, open())]).await;
    more.play(&[(1, open()), (3, open()), (2, open())]).await;
    let (before, after) = (city.folded("before").await, more.folded("after").await);
    let (before, after) = (before.snapshot().unwrap(), after.snapshot().unwrap());
    assert_eq!(renumbered(&before, &after).unwrap(), 1);
    assert_eq!(renumbered(&before, &before).unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timekeeper_goes_on_with_what_was_put_in_place() {
    let city = City::new();
    city.play(&[(1, open()), (2, open())]).await;
    let mut node = Node::start(&city, "p", at(0)).await;
    let refolder = Refolder::new(
        city.journal.clone(),
        node.projections.clone(),
        city.directory(),
        node.stop.clone(),
    );
    refolder.start(Why::Asked);
    refolder.ended().await;
    assert_eq!(node.projections.snapshot().unwrap().generation(), 1);
    city.play_on(&[(3, open())]).await;
    node.projections.folded(3).await;
    node.until(due().saturating_add_micros(1)).await;
    assert_eq!(node.facts().iter().filter(|(_, kind)| *kind == FactKind::Breach).count(), 3);
}
