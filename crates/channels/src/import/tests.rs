//! Small generated files: every reason, and what the profiles make of a row.

mod profiles;

use super::profile::Profile;
use super::read::{self, Batch};
use beffroi_wire::pb::event::v1::{Channel, Language, Nature};
use beffroi_wire::pb::intake::v1::ImportedServiceRequest;
use beffroi_wire::pb::intake::v1::imported_change::Change;
use chrono::DateTime;
use proptest::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What a file came to: its requests with their lines, and its defects.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outcome {
    pub(super) requests: Vec<(u64, ImportedServiceRequest)>,
    /// Line, reason, column, outcome.
    pub(super) defects: Vec<(u64, &'static str, String, &'static str)>,
    pub(super) messages: Vec<String>,
    pub(super) rows: u64,
    pub(super) rejected: u64,
    pub(super) batches: Vec<(usize, usize)>,
    pub(super) unreadable: Vec<&'static str>,
}

pub(super) fn read(profile: &Profile, path: &Path) -> Outcome {
    let mut outcome = Outcome::default();
    read::files(profile, &[path.to_owned()], |batch: Batch| {
        let changes = batch.requests.iter().map(|it| it.changes.len()).sum::<usize>();
        outcome.batches.push((batch.requests.len(), batch.requests.len() + changes));
        outcome.requests.extend(batch.lines.into_iter().zip(batch.requests));
        for found in batch.defects {
            let word = if found.is_rejected { "rejected" } else { "imported" };
            outcome.messages.push(found.defect.message(Language::English).to_owned());
            let reason = found.defect.reason.word;
            outcome.defects.push((found.line, reason, found.defect.column, word));
        }
        outcome.rows += batch.rows;
        outcome.rejected += batch.rejected;
        outcome.unreadable.extend(batch.unreadable.map(|it| it.reason.word));
        true
    });
    outcome
}

fn read_bytes(profile: &Profile, bytes: &[u8]) -> Outcome {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    read(profile, file.path())
}

const SIMPLE: &str = r#"
system = "test"
[columns]
id = "id"
product = ["what", "kind"]
status = "status"
channel = "channel"
nature = "nature"
latitude = "lat"
longitude = "lon"
opened = "opened"
promised = "due"
closed = "closed"
updated = "updated"
[time]
zone = "America/Toronto"
formats = ["%Y-%m-%d %H:%M"]
midnight_is_date_only = true
[nature]
"gripe" = "complaint"
[channel]
separator = "|"
[channel.words]
"call" = "telephone"
"app" = "app"
"?" = "unspecified"
[status]
"open" = "open"
"taken" = "assigned"
"done" = "resolved"
"dropped" = "cancelled"
"" = "by_closing"
"#;
const HEADER: &str = "id,what,kind,status,channel,nature,lat,lon,opened,due,closed,updated";

fn simple() -> Profile {
    Profile::parse("simple", SIMPLE).unwrap()
}

/// Reads one row, given as `column=value` pairs over a row without defects.
fn row(values: &[(&str, &str)]) -> Outcome {
    let given = |name: &str| values.iter().find(|(it, _)| *it == name).map(|(_, value)| *value);
    let usual = |name: &str| match name {
        "id" => "1",
        "what" => "Lamp",
        "status" => "open",
        "opened" => "2024-05-06 10:00",
        _ => "",
    };
    let fields: Vec<&str> =
        HEADER.split(',').map(|it| given(it).unwrap_or_else(|| usual(it))).collect();
    read_bytes(&simple(), format!("{HEADER}\n{}\n", fields.join(",")).as_bytes())
}

#[track_caller]
fn check(values: &[(&str, &str)], expected: &[(&str, &str, &str)]) -> Outcome {
    let outcome = row(values);
    let found =
        outcome.defects.iter().map(|(_, reason, column, out)| (*reason, column.as_str(), *out));
    let found: Vec<_> = found.collect();
    assert_eq!(found, expected);
    let is_rejected = expected.iter().any(|(_, _, out)| *out == "rejected");
    assert_eq!(outcome.requests.is_empty(), is_rejected);
    assert_eq!(outcome.rejected, u64::from(is_rejected));
    outcome
}

/// Opening, and the one change: its word, its time, whether that is rough.
fn change(outcome: &Outcome) -> Option<(&'static str, String, bool)> {
    let (_, request) = outcome.requests.first().unwrap();
    assert!(request.changes.len() <= 1);
    let change = request.changes.first()?;
    let word = match change.change.as_ref().unwrap() {
        Change::Assign(_) => "assign",
        Change::Resolve(_) => "resolve",
        Change::Cancel(_) => "cancel",
        Change::PutOnHold(_) | Change::Resume(_) | Change::Reopen(_) => panic!("{change:?}"),
    };
    Some((word, text(change.occurred_at.as_ref()), change.approximate))
}

fn text(at: Option<&prost_types::Timestamp>) -> String {
    DateTime::from_timestamp(at.unwrap().seconds, 0).unwrap().format("%F %T").to_string()
}

#[test]
fn a_row_without_defects_is_imported_as_it_is() {
    let outcome = check(
        &[("status", "done"), ("closed", "2024-05-07 09:30"), ("due", "2024-05-08 10:00")],
        &[],
    );
    assert_eq!(change(&outcome), Some(("resolve", "2024-05-07 13:30:00".into(), false)));
    let (line, request) = outcome.requests.first().unwrap();
    assert_eq!(*line, 2);
    assert_eq!(text(request.opened_at.as_ref()), "2024-05-06 14:00:00");
    assert_eq!(text(request.promised_by.as_ref()), "2024-05-08 14:00:00");
    assert_eq!(request.changes[0].source_status, "done");
    assert_eq!(request.time_zone, "America/Toronto");
    assert!(!request.approximate);
}

#[test]
fn what_a_request_cannot_do_without_rejects_its_row() {
    check(&[("id", " ")], &[("missing_id", "id", "rejected")]);
    check(&[("opened", "")], &[("missing_opened_at", "opened", "rejected")]);
    check(&[("what", "")], &[("missing_product", "what", "rejected")]);
    check(&[("status", "odd")], &[("unknown_status", "status", "rejected")]);
    check(&[("opened", "soon")], &[("unreadable_time", "opened", "rejected")]);
    check(&[("due", "soon")], &[("unreadable_time", "due", "rejected")]);
    check(&[("closed", "2024-02-30 10:00")], &[("unreadable_time", "closed", "rejected")]);
    check(
        &[("id", ""), ("opened", ""), ("status", "odd")],
        &[
            ("missing_id", "id", "rejected"),
            ("unknown_status", "status", "rejected"),
            ("missing_opened_at", "opened", "rejected"),
        ],
    );
}

#[test]
fn the_first_product_column_with_a_text_is_taken() {
    let outcome = check(&[("what", ""), ("kind", "Street")], &[]);
    assert_eq!(outcome.requests[0].1.product, "Street");
}

#[test]
fn closings_that_cannot_be_are_set_aside() {
    let opening = ("2024-05-06 14:00:00".to_owned(), true);
    let outcome = check(
        &[("status", "done"), ("closed", "2024-05-05 10:00")],
        &[("closed_before_opened", "closed", "imported")],
    );
    assert_eq!(change(&outcome), Some(("resolve", opening.0.clone(), true)));
    let outcome = check(
        &[("status", "dropped"), ("closed", "1900-01-01 00:00")],
        &[("closed_sentinel", "closed", "imported")],
    );
    assert_eq!(change(&outcome), Some(("cancel", opening.0.clone(), true)));
    let outcome = check(
        &[("status", "taken"), ("closed", "1900-01-01 00:00")],
        &[
            ("closed_sentinel", "closed", "imported"),
            ("closing_date_on_open_request", "closed", "imported"),
        ],
    );
    assert_eq!(change(&outcome), Some(("assign", opening.0, true)));
}

#[test]
fn an_open_request_stays_open_whatever_its_closing_time() {
    let outcome = check(
        &[("closed", "2024-05-07 10:00")],
        &[("closing_date_on_open_request", "closed", "imported")],
    );
    assert_eq!(change(&outcome), None);
}

#[test]
fn a_closing_without_a_time_takes_the_last_update_or_the_opening() {
    let remark = [("closed_without_date", "closed", "imported")];
    let outcome = check(&[("status", "done"), ("updated", "2024-05-09 10:00")], &remark);
    assert_eq!(change(&outcome), Some(("resolve", "2024-05-09 14:00:00".into(), true)));
    for updated in ["", "2024-05-01 10:00"] {
        let outcome = check(&[("status", "dropped"), ("updated", updated)], &remark);
        assert_eq!(change(&outcome), Some(("cancel", "2024-05-06 14:00:00".into(), true)));
    }
}

#[test]
fn a_status_by_closing_is_resolved_where_there_is_a_closing_time() {
    assert_eq!(change(&check(&[("status", "")], &[])), None);
    let outcome = check(&[("status", ""), ("closed", "2024-05-07 10:00")], &[]);
    assert_eq!(change(&outcome), Some(("resolve", "2024-05-07 14:00:00".into(), false)));
    let outcome = check(
        &[("status", ""), ("closed", "1900-01-01 00:00")],
        &[("closed_sentinel", "closed", "imported")],
    );
    assert_eq!(change(&outcome), None);
}

#[test]
fn a_closing_date_on_the_day_of_the_opening_means_the_end_of_that_day() {
    let outcome = check(&[("status", "done"), ("closed", "2024-05-06 00:00")], &[]);
    assert_eq!(change(&outcome), Some(("resolve", "2024-05-07 03:59:59".into(), true)));
    let outcome = check(&[("status", "done"), ("closed", "2024-05-08 00:00")], &[]);
    assert_eq!(change(&outcome), Some(("resolve", "2024-05-08 04:00:00".into(), true)));
    let outcome = check(&[("opened", "2024-05-06 00:00")], &[]);
    assert!(outcome.requests[0].1.approximate);
}

#[test]
fn doubtful_promises_are_imported_as_they_are() {
    let outcome =
        check(&[("due", "2024-05-06 00:00")], &[("promised_before_opened", "due", "imported")]);
    assert_eq!(text(outcome.requests[0].1.promised_by.as_ref()), "2024-05-06 04:00:00");
    check(&[("due", "2059-12-31 19:00")], &[("promised_far_future", "due", "imported")]);
    check(&[("due", "2044-05-06 10:00")], &[]);
}

#[test]
fn coordinates_that_cannot_be_are_set_aside() {
    let outcome = check(&[("lat", "45.5"), ("lon", "-73.6")], &[]);
    let place = outcome.requests[0].1.place.clone().unwrap();
    assert!((place.coordinates.unwrap().latitude - 45.5).abs() < 1e-9);
    let sentinel = [("coordinates_sentinel", "lat", "imported")];
    let outcome = check(&[("lat", "0.0"), ("lon", "0")], &sentinel);
    assert_eq!(outcome.requests[0].1.place, None);
    let unreadable = [("unreadable_coordinates", "lat", "imported")];
    for (lat, lon) in [("91", "0"), ("NaN", "1"), ("45", ""), ("x", "y")] {
        check(&[("lat", lat), ("lon", lon)], &unreadable);
    }
}

#[test]
fn several_channels_are_one_and_others() {
    let channels = |text: &str| {
        let outcome = check(&[("channel", text)], &[]);
        let request = outcome.requests[0].1.clone();
        (request.channel(), request.other_channels().collect::<Vec<_>>())
    };
    assert_eq!(channels(""), (Channel::Unspecified, vec![]));
    assert_eq!(channels("pigeon"), (Channel::Other, vec![]));
    assert_eq!(channels("?|app"), (Channel::App, vec![]));
    let both = (Channel::Telephone, vec![Channel::App, Channel::Other]);
    assert_eq!(channels("call| app|call|pigeon"), both);
}

#[test]
fn natures_that_are_not_listed_are_not_known() {
    let outcome = check(&[("nature", "gripe")], &[]);
    assert_eq!(outcome.requests[0].1.nature(), Nature::Complaint);
    let outcome = check(&[("nature", "ode")], &[("unknown_nature", "nature", "imported")]);
    assert_eq!(outcome.requests[0].1.nature(), Nature::Unspecified);
}

/// Reads a whole file of the simple profile and gives line and reason of its defects.
#[track_caller]
fn check_file(bytes: &[u8], lines: &[u64], expected: &[(u64, &str)]) -> Outcome {
    let outcome = read_bytes(&simple(), bytes);
    let found: Vec<_> = outcome.defects.iter().map(|(line, reason, ..)| (*line, *reason)).collect();
    assert_eq!(found, expected);
    let taken: Vec<u64> = outcome.requests.iter().map(|(line, _)| *line).collect();
    assert_eq!(taken, lines);
    outcome
}

const GOOD: &str = "1,Lamp,,open,,,,,2024-05-06 10:00,,,";

#[test]
fn bad_rows_do_not_stop_the_rest() {
    let mut bytes = format!("{HEADER}\n{GOOD}\n1,2\n{HEADER}\n").into_bytes();
    bytes.extend(b"1,L\xe9mp,,open,,,,,2024-05-06 10:00,,,\n");
    bytes.extend(GOOD.as_bytes());
    let expected = [(3, "wrong_number_of_fields"), (4, "repeated_header"), (5, "not_utf8")];
    let outcome = check_file(&bytes, &[2, 6], &expected);
    assert_eq!((outcome.rows, outcome.rejected), (5, 3));
    assert_eq!(outcome.defects[2].2, "what");
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let quoted = GOOD.replace("Lamp", "\"La\r\nmp\"");
    for end in ["\n", "\r\n"] {
        let rows = [HEADER, GOOD, "", &quoted, GOOD, "x", GOOD];
        let text = rows.join(end);
        check_file(text.as_bytes(), &[2, 4, 6, 8], &[(7, "wrong_number_of_fields")]);
        let text = text + end + end;
        check_file(text.as_bytes(), &[2, 4, 6, 8], &[(7, "wrong_number_of_fields")]);
    }
}

#[test]
fn a_quotation_mark_that_is_not_closed_costs_one_row() {
    let reason = "wrong_number_of_fields";
    let text = format!("{HEADER}\n{GOOD}\n\"{GOOD}\n{GOOD}\n{GOOD}\n");
    let outcome = check_file(text.as_bytes(), &[2, 4, 5], &[(3, reason)]);
    assert!(outcome.messages[0].contains("quotation mark"), "{:?}", outcome.messages);
    let quoted = GOOD.replace("Lamp", "\"La\nmp\"");
    let text = format!("{HEADER}\r\n\"{GOOD}\r\n{GOOD}\r\n{quoted}\r\n\r\n\"{GOOD}");
    check_file(text.as_bytes(), &[3, 4], &[(2, reason), (7, reason)]);
}

#[test]
fn headers_may_have_a_mark_and_spaces() {
    let spaced = HEADER.replace(',', " , ");
    check_file(format!("\u{feff}{spaced}\r\n{GOOD}\r\n").as_bytes(), &[2], &[]);
    check_file(format!("{HEADER}\n").as_bytes(), &[], &[]);
}

#[test]
fn files_that_are_no_table_are_named() {
    let cases: [(&[u8], &str); 13] = [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf \r\n\n", "empty_file"),
        (b"\n\n<!DOCTYPE HTML><html>", "html_page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git_lfs_pointer"),
        (b"\xff\x06\x00\x00sNaPpY\x01\x02", "binary_file"),
        (b"PK\x03\x04abc", "binary_file"),
        (b"id,wh\0at\n", "binary_file"),
        (b"\xff\xfei\0d\0", "not_utf8"),
        (b"id,\xe9t\xe9\n", "not_utf8"),
        (b"id,what\n1,2\n", "wrong_header"),
        (b"\"id", "wrong_header"),
        (&[0x1f, 0x8b, 8, 0, 1, 2, 3], "unreadable"),
        (&[0x1f, 0x8b], "unreadable"),
    ];
    for (bytes, reason) in cases {
        let outcome = check_file(bytes, &[], &[(0, reason)]);
        assert_eq!(outcome.unreadable, [reason]);
        assert_eq!((outcome.rows, outcome.rejected), (0, 0));
    }
    let snappy = check_file(b"\xff\x06\x00\x00sNaPpY", &[], &[(0, "binary_file")]);
    assert!(snappy.messages[0].contains("snappy-compressed"));
    let header = check_file(b"id,kind,extra\n", &[], &[(0, "wrong_header")]);
    assert!(header.messages[0].starts_with("columns missing: opened, what, nature, channel"));
    assert!(header.messages[0].ends_with("columns found: id, kind, extra"));
}

#[test]
fn paths_that_are_no_file_are_named() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(read(&simple(), directory.path()).unreadable, ["is_directory"]);
    assert_eq!(read(&simple(), &directory.path().join("none.csv")).unreadable, ["not_found"]);
}

#[test]
fn gzip_is_recognised_and_a_broken_end_keeps_the_rows_before_it() {
    let text: String = (0..5000).fold(format!("{HEADER}\n"), |text, id| {
        let noise = u64::from_str_radix(&format!("{id}"), 16).unwrap().wrapping_mul(0x9e37_79b9);
        text + &GOOD.replace("1,Lamp", &format!("{id},{noise:x}")) + "\n"
    });
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let bytes = encoder.finish().unwrap();
    assert_eq!(read_bytes(&simple(), &bytes).requests.len(), 5000);
    let outcome = read_bytes(&simple(), &bytes[..bytes.len() / 2]);
    let taken = outcome.requests.len() as u64;
    assert!((1..5000).contains(&taken));
    assert_eq!(outcome.unreadable, ["unreadable"]);
    assert!(outcome.defects.last().unwrap().0 > taken);
}

#[test]
fn batches_are_bounded_by_requests_and_by_events() {
    let file = |row: &str| {
        let rows = format!("{row}\n").repeat(1200);
        read_bytes(&simple(), format!("{HEADER}\n{rows}").as_bytes()).batches
    };
    assert_eq!(file(GOOD), [(500, 500), (500, 500), (200, 200)]);
    let taken = GOOD.replace("open", "taken");
    assert_eq!(file(&taken), [(495, 990), (495, 990), (210, 420)]);
    assert_eq!(file("x"), [(0, 0), (0, 0)]);
}

proptest! {
    #[test]
    fn whatever_a_file_holds_its_rows_are_taken_or_rejected(
        bytes in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), any::<u8>()], 0..200),
        fields in proptest::collection::vec("[0-9a-z: .-]{0,20}", 12),
    ) {
        let row = fields.join(",");
        let mut file = format!("{HEADER}\n{row}\n").into_bytes();
        file.extend(bytes);
        let outcome = read_bytes(&simple(), &file);
        prop_assert_eq!(outcome.rows, outcome.requests.len() as u64 + outcome.rejected);
        let mut lines = outcome.requests.iter().map(|(line, _)| *line);
        prop_assert!(lines.all(|it| 1 < it));
        prop_assert!(outcome.defects.is_sorted_by_key(|(line, ..)| *line));
    }
}

/// The folder of real files, or `None` with a message.
pub(super) fn data() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os("BEFFROI_DATA").map_or_else(default, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    // Not `eprintln!`, which tests capture: who reads the results must see what was not tried.
    let path = path.display();
    writeln!(std::io::stderr(), "skipped: no real data at `{path}`: set BEFFROI_DATA").unwrap();
    None
}
