//! The fixture of events holds every kind that the log may hold.

use beffroi_wire::event::decode;
use std::collections::BTreeSet;

#[test]
fn every_kind_of_event_has_a_line_in_the_fixture() {
    let proto = include_str!("../../../proto/beffroi/event/v1/event.proto");
    let (_, kinds) = proto.split_once("oneof kind {").unwrap();
    let (kinds, _) = kinds.split_once('}').unwrap();
    let declared: BTreeSet<&str> =
        kinds.lines().filter_map(|line| line.split_once(" = ")?.0.split(' ').next_back()).collect();
    let bytes = |line: &str| -> Vec<u8> {
        let pair = |at| u8::from_str_radix(&line[at..at + 2], 16).unwrap();
        (0..line.len()).step_by(2).map(pair).collect()
    };
    let lines = include_str!("events_v1.hex").lines();
    let kept: BTreeSet<&str> =
        lines.map(|line| decode(&bytes(line)).unwrap().kind.name()).collect();
    assert!(declared.len() > 30, "{declared:?}");
    assert_eq!(kept, declared);
}
