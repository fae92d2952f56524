//! What every journal promises.

use std::time::Duration;

use beffroi_journal::{AppendError, MAX_ENTRIES, ReadError, Refusal, State};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::subject::{
    PATIENCE, Subject, append, duplicate, entry, expecting, read_all, read_next, stored,
    try_append, unchecked,
};

/// Makes one test of each case for one backend.
macro_rules! contract {
    ($open:path) => {
        crate::cases::each_case!(tests, $open);
    };
}
pub(crate) use contract;

/// Gives all cases to another macro.
macro_rules! each_case {
    ($make:ident, $open:expr) => {
        crate::cases::$make!($open;
            an_entry_reads_back_as_it_was_appended,
            an_empty_log_has_no_entries,
            entries_of_an_append_are_consecutive_and_in_order,
            a_thousand_entries_are_stored_together,
            what_cannot_be_stored_is_refused,
            a_stale_expectation_is_a_conflict_and_stores_nothing,
            expectations_are_checked_on_every_subject,
            a_subject_without_expectation_is_not_checked,
            sending_again_gives_the_original_sequences,
            sending_again_succeeds_although_the_expectation_is_stale,
            sending_several_entries_again_gives_the_original_sequences,
            an_append_that_is_partly_stored_is_refused,
            the_same_append_sent_many_times_at_once_is_stored_once,
            concurrent_counters_count_every_increment_once,
            neighbours_of_a_conflict_are_stored,
            a_reader_begins_at_any_position,
            a_reader_waits_for_the_next_entry,
            a_reader_keeps_up_with_appends_that_are_being_stored,
            a_reader_keeps_its_place_when_a_read_is_dropped,
            a_reader_returns_at_most_what_was_asked_for,
            a_reader_ahead_of_the_log_is_told_so,
            recorded_time_never_goes_back,
            everything_is_there_after_opening_again,
            sending_again_after_opening_again_stores_nothing,
            a_closed_journal_refuses,
        );
    };
}
pub(crate) use each_case;

macro_rules! tests {
    ($open:expr; $($case:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                crate::cases::$case($open().await).await;
            }
        )*
    };
}
pub(crate) use tests;

/// Runs one case after the other, each on what `open` gives for its number.
macro_rules! in_turn {
    ($open:expr; $($case:ident),* $(,)?) => {
        let mut number = 0;
        $(
            number += 1;
            println!("{number}: {}", stringify!($case));
            crate::cases::$case($open(number).await).await;
        )*
    };
}
pub(crate) use in_turn;

pub(crate) async fn an_entry_reads_back_as_it_was_appended(it: Subject) {
    let mut written = entry("request.0001", "hello");
    written.headers.push(("actor".into(), "clerk 7".into()));
    append(&it.journal, unchecked(vec![written.clone()])).await;
    written.headers.sort();
    let got = it.journal.get(1).await.unwrap().unwrap();
    assert_eq!(got.entry, written);
    assert_eq!(read_all(&it.journal).await, [got]);
}

pub(crate) async fn an_empty_log_has_no_entries(it: Subject) {
    let State { first, last, .. } = it.journal.state().await.unwrap();
    assert_eq!((first, last), (1, 0));
    assert_eq!(it.journal.get(0).await.unwrap(), None);
    assert_eq!(it.journal.get(1).await.unwrap(), None);
}

pub(crate) async fn entries_of_an_append_are_consecutive_and_in_order(it: Subject) {
    append(&it.journal, unchecked(vec![entry("request.0001", "0")])).await;
    let entries = vec![entry("sla.0001", "1"), entry("request.0001", "2"), entry("sla.0001", "3")];
    assert_eq!(append(&it.journal, unchecked(entries)).await, stored(2, 4));
    let payloads: Vec<_> =
        read_all(&it.journal).await.into_iter().map(|it| it.entry.payload).collect();
    assert_eq!(payloads, ["0", "1", "2", "3"]);
}

pub(crate) async fn a_thousand_entries_are_stored_together(it: Subject) {
    let entries: Vec<_> =
        (0..MAX_ENTRIES).map(|n| entry(&format!("request.{:04}", n % 7), "x")).collect();
    let sent = unchecked(entries);
    assert_eq!(append(&it.journal, sent.clone()).await, stored(1, 1000));
    assert_eq!(append(&it.journal, sent.clone()).await, duplicate(1, 1000));
    let read: Vec<_> = read_all(&it.journal).await.into_iter().map(|it| it.entry.id).collect();
    assert_eq!(read, sent.entries.iter().map(|it| it.id).collect::<Vec<_>>());
}

pub(crate) async fn what_cannot_be_stored_is_refused(it: Subject) {
    let good = entry("request.0001", "x");
    let with_subject = |subject: &str| unchecked(vec![entry(subject, "x")]);
    let mut reserved = good.clone();
    reserved.headers.push(("Nats-Msg-Id".into(), "1".into()));
    let mut repeated = good.clone();
    repeated.headers.push(("kind".into(), "other".into()));
    let mut large = good.clone();
    large.payload = vec![0; 9 << 20].into();
    let many = (0..=MAX_ENTRIES).map(|_| entry("request.0001", "x")).collect();
    let refused = [
        unchecked(vec![]),
        unchecked(many),
        with_subject(""),
        with_subject("request.*"),
        with_subject("request..1"),
        with_subject("request.>"),
        with_subject("a b"),
        unchecked(vec![reserved]),
        unchecked(vec![repeated]),
        unchecked(vec![good.clone(), large]),
        unchecked(vec![good.clone(), good.clone()]),
        expecting(vec![good.clone()], &[("request.0002", 0)]),
        expecting(vec![good.clone()], &[("request.0001", 0), ("request.0001", 0)]),
    ];
    for append in refused {
        let outcome = try_append(&it.journal, append).await;
        assert!(matches!(outcome, Err(AppendError::Refused(_))), "{outcome:?}");
    }
    assert_eq!(it.journal.state().await.unwrap().last, 0);
}

pub(crate) async fn a_stale_expectation_is_a_conflict_and_stores_nothing(it: Subject) {
    let one = |last| expecting(vec![entry("request.0001", "x")], &[("request.0001", last)]);
    assert_eq!(append(&it.journal, one(0)).await, stored(1, 1));
    assert_eq!(append(&it.journal, one(1)).await, stored(2, 2));
    for stale in [0, 1, 3] {
        let outcome = try_append(&it.journal, one(stale)).await;
        assert!(matches!(outcome, Err(AppendError::Conflict)), "{outcome:?}");
    }
    assert_eq!(it.journal.state().await.unwrap().last, 2);
}

pub(crate) async fn expectations_are_checked_on_every_subject(it: Subject) {
    let both = |a, b| {
        let entries = vec![entry("a", "1"), entry("a", "2"), entry("b", "3"), entry("c", "4")];
        expecting(entries, &[("a", a), ("b", b)])
    };
    assert_eq!(append(&it.journal, both(0, 0)).await, stored(1, 4));
    for (a, b) in [(2, 0), (0, 3), (1, 3), (2, 4)] {
        let outcome = try_append(&it.journal, both(a, b)).await;
        assert!(matches!(outcome, Err(AppendError::Conflict)), "{outcome:?}");
    }
    assert_eq!(it.journal.state().await.unwrap().last, 4);
    assert_eq!(append(&it.journal, both(2, 3)).await, stored(5, 8));
}

pub(crate) async fn a_subject_without_expectation_is_not_checked(it: Subject) {
    for expected in 1..=3 {
        let sent = unchecked(vec![entry("request.0001", "x")]);
        assert_eq!(append(&it.journal, sent).await, stored(expected, expected));
    }
}

pub(crate) async fn sending_again_gives_the_original_sequences(it: Subject) {
    let sent = unchecked(vec![entry("request.0001", "x")]);
    assert_eq!(append(&it.journal, sent.clone()).await, stored(1, 1));
    append(&it.journal, unchecked(vec![entry("request.0001", "y")])).await;
    assert_eq!(append(&it.journal, sent).await, duplicate(1, 1));
    assert_eq!(it.journal.state().await.unwrap().last, 2);
}

pub(crate) async fn sending_again_succeeds_although_the_expectation_is_stale(it: Subject) {
    let sent = expecting(vec![entry("request.0001", "x")], &[("request.0001", 0)]);
    assert_eq!(append(&it.journal, sent.clone()).await, stored(1, 1));
    append(&it.journal, unchecked(vec![entry("request.0001", "y")])).await;
    assert_eq!(append(&it.journal, sent.clone()).await, duplicate(1, 1));
    let newer = expecting(sent.entries, &[("request.0001", 1)]);
    assert_eq!(append(&it.journal, newer).await, duplicate(1, 1));
}

pub(crate) async fn sending_several_entries_again_gives_the_original_sequences(it: Subject) {
    append(&it.journal, unchecked(vec![entry("c", "x")])).await;
    let sent = expecting(vec![entry("a", "1"), entry("b", "2"), entry("a", "3")], &[("a", 0)]);
    assert_eq!(append(&it.journal, sent.clone()).await, stored(2, 4));
    append(&it.journal, unchecked(vec![entry("a", "4"), entry("b", "5")])).await;
    assert_eq!(append(&it.journal, sent.clone()).await, duplicate(2, 4));
    assert_eq!(append(&it.journal, unchecked(sent.entries)).await, duplicate(2, 4));
    assert_eq!(it.journal.state().await.unwrap().last, 6);
}

pub(crate) async fn an_append_that_is_partly_stored_is_refused(it: Subject) {
    let (old, new) = (entry("a", "1"), entry("b", "2"));
    append(&it.journal, unchecked(vec![old.clone()])).await;
    for entries in [vec![old.clone(), new.clone()], vec![new, old]] {
        let outcome = try_append(&it.journal, unchecked(entries)).await;
        assert!(matches!(outcome, Err(AppendError::Refused(Refusal::PartlyStored))), "{outcome:?}");
    }
    assert_eq!(it.journal.state().await.unwrap().last, 1);
}

pub(crate) async fn the_same_append_sent_many_times_at_once_is_stored_once(it: Subject) {
    let sent = expecting(vec![entry("a", "1"), entry("b", "2")], &[("a", 0), ("b", 0)]);
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (journal, sent) = (it.journal.clone(), sent.clone());
        tasks.spawn(async move { append(&journal, sent).await });
    }
    let answers = tasks.join_all().await;
    assert!(answers.iter().all(|it| (it.first, it.last) == (1, 2)));
    assert_eq!(answers.iter().filter(|it| !it.duplicate).count(), 1);
    assert_eq!(it.journal.state().await.unwrap().last, 2);
}

pub(crate) async fn concurrent_counters_count_every_increment_once(it: Subject) {
    const TASKS: usize = 8;
    const INCREMENTS: usize = 10;
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let journal = it.journal.clone();
        tasks.spawn(async move {
            let mut reader = journal.read(0);
            let (mut count, mut last) = (0_u64, 0);
            for _ in 0..INCREMENTS {
                loop {
                    let next = entry("counter", &(count + 1).to_string());
                    let sent = expecting(vec![next], &[("counter", last)]);
                    match try_append(&journal, sent).await {
                        Ok(_) => break,
                        Err(AppendError::Conflict) => {}
                        Err(error) => panic!("{error}"),
                    }
                    let newest = read_next(&mut reader, 1).await.pop().unwrap();
                    count = std::str::from_utf8(&newest.entry.payload).unwrap().parse().unwrap();
                    last = newest.sequence;
                }
            }
        });
    }
    tasks.join_all().await;
    let counts: Vec<_> =
        read_all(&it.journal).await.into_iter().map(|it| it.entry.payload).collect();
    let expected: Vec<_> = (1..=TASKS * INCREMENTS).map(|it| it.to_string()).collect();
    assert_eq!(counts, expected);
}

pub(crate) async fn neighbours_of_a_conflict_are_stored(it: Subject) {
    let mut tasks = JoinSet::new();
    for n in 0..64_u64 {
        let journal = it.journal.clone();
        tasks.spawn(async move {
            let subject = format!("request.{n:04}");
            let stale = n % 8;
            let sent =
                expecting(vec![entry(&subject, "x"), entry("all", "y")], &[(&subject, stale)]);
            (stale == 0, try_append(&journal, sent).await)
        });
    }
    for (is_good, outcome) in tasks.join_all().await {
        assert_eq!(is_good, outcome.is_ok(), "{outcome:?}");
    }
    assert_eq!(it.journal.state().await.unwrap().last, 16);
}

pub(crate) async fn a_reader_begins_at_any_position(it: Subject) {
    append(&it.journal, unchecked((0..10).map(|_| entry("a", "x")).collect())).await;
    for after in 0..10 {
        let first = read_next(&mut it.journal.read(after), 1).await;
        assert_eq!(first[0].sequence, after + 1);
    }
}

pub(crate) async fn a_reader_waits_for_the_next_entry(it: Subject) {
    let mut reader = it.journal.read(0);
    let journal = it.journal.clone();
    let waiting = tokio::spawn(async move { read_next(&mut reader, 2).await });
    append(&journal, unchecked(vec![entry("a", "1")])).await;
    append(&journal, unchecked(vec![entry("a", "2")])).await;
    let sequences: Vec<_> = waiting.await.unwrap().iter().map(|it| it.sequence).collect();
    assert_eq!(sequences, [1, 2]);
}

/// A reader may see an entry before its append is answered; that is no regression.
pub(crate) async fn a_reader_keeps_up_with_appends_that_are_being_stored(it: Subject) {
    const COUNT: usize = 400;
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let mut reader = it.journal.read(0);
        readers.spawn(async move { read_next(&mut reader, COUNT).await.len() });
    }
    let mut appenders = JoinSet::new();
    for _ in 0..4 {
        let journal = it.journal.clone();
        appenders.spawn(async move {
            for _ in 0..COUNT / 4 {
                append(&journal, unchecked(vec![entry("a", "x")])).await;
            }
        });
    }
    appenders.join_all().await;
    assert_eq!(readers.join_all().await, [COUNT; 4]);
}

pub(crate) async fn a_reader_keeps_its_place_when_a_read_is_dropped(it: Subject) {
    append(&it.journal, unchecked((0..100).map(|_| entry("a", "x")).collect())).await;
    let mut reader = it.journal.read(0);
    let (mut next, mut patience) = (1, Duration::ZERO);
    while next <= 100 {
        let records = tokio::select! {
            records = reader.next(3, 1 << 20) => records.unwrap(),
            // Each time a little later: what a dropped read leaves behind must not pile up.
            () = tokio::time::sleep(patience) => Vec::new(),
        };
        patience += Duration::from_micros(20);
        for record in records {
            assert_eq!(record.sequence, next);
            next += 1;
        }
    }
}

pub(crate) async fn a_reader_returns_at_most_what_was_asked_for(it: Subject) {
    let large = "x".repeat(1000);
    append(&it.journal, unchecked((0..10).map(|_| entry("a", &large)).collect())).await;
    let mut reader = it.journal.read(0);
    let mut sizes = Vec::new();
    for (records, bytes) in [(2, 1 << 20), (9, 1), (9, 2500)] {
        sizes.push(reader.next(records, bytes).await.unwrap().len());
    }
    assert!(sizes[0] <= 2 && sizes[1] == 1 && sizes[2] <= 2, "{sizes:?}");
}

pub(crate) async fn a_reader_ahead_of_the_log_is_told_so(it: Subject) {
    append(&it.journal, unchecked(vec![entry("a", "1")])).await;
    let outcome = it.journal.read(5).next(1, 1).await;
    assert!(matches!(outcome, Err(ReadError::Regressed { position: 5, last: 1 })), "{outcome:?}");
}

pub(crate) async fn recorded_time_never_goes_back(it: Subject) {
    for _ in 0..20 {
        append(&it.journal, unchecked(vec![entry("a", "1"), entry("b", "2")])).await;
    }
    assert!(read_all(&it.journal).await.is_sorted_by_key(|it| it.recorded_at));
}

pub(crate) async fn everything_is_there_after_opening_again(it: Subject) {
    append(&it.journal, unchecked((0..100).map(|_| entry("a", "x")).collect())).await;
    let (records, state) = (read_all(&it.journal).await, it.journal.state().await.unwrap());
    let it = it.reopened().await;
    assert_eq!(it.journal.state().await.unwrap(), state);
    assert_eq!(read_all(&it.journal).await, records);
    let outdated = expecting(vec![entry("a", "x")], &[("a", 99)]);
    assert!(matches!(try_append(&it.journal, outdated).await, Err(AppendError::Conflict)));
    let right = expecting(vec![entry("a", "x")], &[("a", 100)]);
    assert_eq!(append(&it.journal, right).await, stored(101, 101));
}

pub(crate) async fn sending_again_after_opening_again_stores_nothing(it: Subject) {
    let one = expecting(vec![entry("a", "1")], &[("a", 0)]);
    let two = expecting(vec![entry("a", "2"), entry("b", "3")], &[("a", 1), ("b", 0)]);
    append(&it.journal, one.clone()).await;
    append(&it.journal, two.clone()).await;
    let it = it.reopened().await;
    assert_eq!(append(&it.journal, one).await, duplicate(1, 1));
    assert_eq!(append(&it.journal, two).await, duplicate(2, 3));
    assert_eq!(it.journal.state().await.unwrap().last, 3);
}

pub(crate) async fn a_closed_journal_refuses(it: Subject) {
    let clone = it.journal.clone();
    append(&clone, unchecked(vec![entry("a", "1")])).await;
    it.journal.close().await;
    let outcome = clone.append(unchecked(vec![entry("a", "2")]), Instant::now() + PATIENCE).await;
    assert!(matches!(outcome, Err(AppendError::Refused(Refusal::Closed))), "{outcome:?}");
}
