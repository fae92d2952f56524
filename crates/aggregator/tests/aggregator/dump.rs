//! Snapshot files: written whole, refused when they are not what was written, restored or nothing.

use crate::support::{City, at, contact, flood, open, open_in, regime};
use beffroi_aggregator::{Dump, DumpError, Error, Projections, compare, dump, follow, refold};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// A city in which something happened, and a snapshot of it.
async fn taken() -> (City, Projections, PathBuf) {
    let city = City::new();
    city.play(&[(1, open()), (2, open_in("trottoirs")), (3, open())]).await;
    city.append(contact(4, at(60))).await;
    city.append(regime(5, 70, flood())).await;
    let projections = city.folded("p").await;
    let file = city.directory().join("a.snapshot");
    take(&projections, &file).unwrap();
    (city, projections, file)
}

fn take(projections: &Projections, file: &Path) -> Result<(), DumpError> {
    dump(&projections.snapshot().unwrap(), file, at(100), &mut |_, _| {}).map(|_| ())
}

fn check(file: &Path) -> Result<Dump, DumpError> {
    Dump::open(file, &mut |_, _| {})
}

fn restore(file: &Path, directory: &Path, replace: bool) -> Result<PathBuf, DumpError> {
    check(file)?.restore(directory, replace, &mut |_, _| {})
}

#[track_caller]
fn same(one: &Projections, other: &Projections) {
    let (one, other) = (one.snapshot().unwrap(), other.snapshot().unwrap());
    assert_eq!(compare(&one, &other, 10).unwrap(), []);
}

/// The snapshot with another manifest or other rows, and the checksum that belongs to it.
fn forged(file: &Path, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> PathBuf {
    let mut bytes = fs::read(file).unwrap();
    bytes.truncate(bytes.len() - 40);
    let mut bytes = change(bytes);
    let sum = Sha256::digest(&bytes);
    bytes.extend(sum);
    bytes.extend(b"beffend\n");
    let forged = file.with_extension("forged");
    fs::write(&forged, bytes).unwrap();
    forged
}

/// The text of a manifest, replaced by one as long.
fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let place = bytes.windows(from.len()).position(|it| it == from.as_bytes()).unwrap();
    let (before, after) = bytes.split_at(place);
    [before, to.as_bytes(), after.split_at(from.len()).1].concat()
}

#[tokio::test]
async fn what_was_restored_has_every_row_and_follows_the_log() {
    let (city, projections, file) = taken().await;
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("new");
    let restored = restore(&file, &directory, false).unwrap();
    assert_eq!(restored, Projections::file(&directory));
    let restored = Projections::open(&restored).unwrap();
    same(&projections, &restored);

    // The log went on since.
    city.play_on(&[(6, open())]).await;
    refold(&city.journal, &restored, 6, |_| {}).await.unwrap();
    same(&city.folded("q").await, &restored);
}

#[tokio::test]
async fn a_manifest_tells_the_position_and_what_there_is() {
    let (city, projections, file) = taken().await;
    let checked = check(&file).unwrap();
    assert_eq!(checked.size(), fs::metadata(&file).unwrap().len());
    let manifest = checked.manifest();
    let checkpoint = projections.snapshot().unwrap().checkpoint().clone();
    assert_eq!((&manifest.log, manifest.sequence), (&checkpoint.log, 5));
    assert_eq!(manifest.log, city.journal.state().await.unwrap().epoch);
    assert_eq!(manifest.created_at, at(100));
    assert_eq!(manifest.digest.len(), 64);
    let rows = |table: &str| manifest.tables.iter().find(|it| it.name == table).unwrap().rows;
    assert_eq!((rows("requests"), rows("planned"), rows("contacts")), (3, 1, 1));
    assert!(manifest.rows() > 10, "{manifest:?}");
}

#[tokio::test]
async fn progress_is_told_up_to_the_whole() {
    let (_city, _, file) = taken().await;
    let mut told = Vec::new();
    let checked = Dump::open(&file, &mut |done, total| told.push((done, total))).unwrap();
    let summed = checked.size() - 40;
    assert_eq!(told, [(summed, summed)]);
}

#[tokio::test]
async fn a_file_that_is_there_is_not_overwritten() {
    let (_city, projections, file) = taken().await;
    let before = fs::read(&file).unwrap();
    let refused = take(&projections, &file);
    assert!(matches!(refused, Err(DumpError::Exists(_))), "{refused:?}");
    assert!(fs::read(&file).unwrap() == before);
}

#[tokio::test]
async fn whoever_does_not_own_a_snapshot_cannot_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_city, _, file) = taken().await;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_file_that_was_cut_off_anywhere_is_refused() {
    let (city, _projections, file) = taken().await;
    let whole = fs::read(&file).unwrap();
    let cut = city.directory().join("cut.snapshot");
    for length in 0..whole.len() {
        fs::write(&cut, whole.split_at(length).0).unwrap();
        let refused = check(&cut).unwrap_err();
        let nothing = length == 0 && matches!(refused, DumpError::NotASnapshot(_));
        assert!(nothing || matches!(refused, DumpError::Cut(_)), "{length}: {refused:?}");
    }
    fs::write(&cut, [whole.as_slice(), b"\n"].concat()).unwrap();
    assert!(matches!(check(&cut), Err(DumpError::Cut(_))));
}

#[tokio::test]
async fn any_byte_that_changed_is_found() {
    let (city, _projections, file) = taken().await;
    let whole = fs::read(&file).unwrap();
    let flipped = city.directory().join("flipped.snapshot");
    for place in 0..whole.len() {
        let mut bytes = whole.clone();
        *bytes.get_mut(place).unwrap() ^= 1 << (place % 8);
        fs::write(&flipped, bytes).unwrap();
        let refused = check(&flipped).unwrap_err();
        let expected = match place {
            0..17 => matches!(refused, DumpError::NotASnapshot(_)),
            17 => matches!(refused, DumpError::Format { .. }),
            _ if place + 8 < whole.len() => matches!(refused, DumpError::Changed(_)),
            _ => matches!(refused, DumpError::Cut(_)),
        };
        assert!(expected, "{place}: {refused:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn bytes_of_all_kinds_are_refused_and_never_panic(
        head in 0_usize..19, noise in proptest::collection::vec(any::<u8>(), 0..200), signed: bool,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("noise");
        let mark = b"beffroi snapshot\n\x01".split_at(head.min(18)).0;
        fs::write(&file, [mark, &noise, [0; 40].as_slice()].concat()).unwrap();
        let file = if signed { forged(&file, |it| it) } else { file };
        prop_assert!(restore(&file, &directory.path().join("new"), false).is_err());
        prop_assert!(!directory.path().join("new").exists());
    }
}

#[tokio::test]
async fn projections_are_replaced_only_when_told_to() {
    let (city, projections, file) = taken().await;
    let directory = city.directory().join("node");
    restore(&file, &directory, false).unwrap();
    let place = Projections::file(&directory);
    city.play_on(&[(6, open())]).await;
    let newer = Projections::open(&place).unwrap();
    refold(&city.journal, &newer, 6, |_| {}).await.unwrap();
    drop(newer);

    let refused = restore(&file, &directory, false);
    assert!(matches!(refused, Err(DumpError::InPlace(it)) if it == place));
    assert_eq!(Projections::open(&place).unwrap().sequence(), 6);

    restore(&file, &directory, true).unwrap();
    let older = Projections::open(&place).unwrap();
    same(&projections, &older);

    // Nobody takes it away from a node that runs.
    let refused = restore(&file, &directory, true);
    assert!(matches!(refused, Err(DumpError::Store(Error::InUse(_)))), "{refused:?}");
    same(&projections, &older);
}

#[tokio::test]
async fn what_cannot_be_restored_leaves_the_projections_that_were_there() {
    let (city, projections, file) = taken().await;
    let directory = city.directory().join("node");
    restore(&file, &directory, false).unwrap();
    let needed = check(&file).unwrap().manifest().version;
    let (is, was) = (format!("\"version\":{needed}"), format!("\"version\":{}", needed - 1));
    let refused = restore(&forged(&file, |it| replaced(&it, &is, &was)), &directory, true);
    let Err(error @ DumpError::Version { .. }) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("beffroi rebuild"), "{error}");

    let table = |it: Vec<u8>| replaced(&it, r#""name":"numbers""#, r#""name":"letters""#);
    let few = |it: Vec<u8>| {
        replaced(&it, r#""quarantine_queue","rows":0"#, r#""quarantine_queue","rows":9"#)
    };
    let fewer = |it: Vec<u8>| replaced(&it, r#""requests","rows":3"#, r#""requests","rows":2"#);
    // The last table with rows: one is left over.
    let last = check(&file).unwrap().manifest().tables.iter().rfind(|it| it.rows > 0).cloned();
    let last = last.unwrap();
    let said = |rows: u64| format!("\"{}\",\"rows\":{rows}", last.name);
    let over = |it: Vec<u8>| replaced(&it, &said(last.rows), &said(last.rows - 1));
    let position = |it: Vec<u8>| replaced(&it, r#""sequence":5"#, r#""sequence":4"#);
    let packed = |it: Vec<u8>| replaced(&it, r#""deflate""#, r#""pressed""#);
    let cut = |mut it: Vec<u8>| {
        it.truncate(it.len() - 100);
        it
    };
    let forgeries: [&dyn Fn(Vec<u8>) -> Vec<u8>; 7] =
        [&table, &few, &fewer, &over, &position, &packed, &cut];
    for forgery in forgeries {
        let refused = restore(&forged(&file, forgery), &directory, true);
        assert!(matches!(refused, Err(DumpError::Content { .. })), "{refused:?}");
        same(&projections, &Projections::open(&Projections::file(&directory)).unwrap());
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1, "something was left behind");
    }
}

#[tokio::test]
async fn what_a_killed_restore_left_is_not_in_the_way() {
    let (city, projections, file) = taken().await;
    let directory = city.directory().join("node");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("restore.redb"), "half").unwrap();
    let restored = restore(&file, &directory, false).unwrap();
    same(&projections, &Projections::open(&restored).unwrap());
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
}

#[tokio::test]
async fn a_snapshot_is_one_moment_while_the_fold_goes_on() {
    let (city, projections, file) = taken().await;
    let moment = projections.snapshot().unwrap();
    city.play_on(&[(6, open())]).await;
    let stop = CancellationToken::new();
    let follower = follow(city.journal.clone(), projections.clone(), stop.clone()).await.unwrap();
    projections.folded(6).await;
    let later = file.with_extension("later");
    dump(&moment, &later, at(100), &mut |_, _| {}).unwrap();
    stop.cancel();
    follower.await.unwrap();
    assert!(fs::read(&file).unwrap() == fs::read(&later).unwrap());
}
