//! Listing and counting what waits.

use std::time::{Duration, SystemTime};

use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{LeaveProgramme, Resolve};
use beffroi_wire::pb::programme::v1::{
    BoundingBox, ListProgrammeRequestsRequest, ListProgrammesRequest, ProgrammeFilter,
};
use beffroi_wire::pb::query::v1::ServiceRequest;
use tonic::Code;

use super::{SIDEWALKS, TREES, given, listed, planned};
use crate::support::{Api, change, open, refusal};

fn days_ago(days: u64) -> prost_types::Timestamp {
    (SystemTime::now() - Duration::from_secs(days * 24 * 3600)).into()
}

fn within(south: f64, west: f64, north: f64, east: f64) -> ProgrammeFilter {
    let area = Some(BoundingBox { south, west, north, east });
    ProgrammeFilter { area, ..ProgrammeFilter::default() }
}

/// Four that wait, and three that do not: one open, one that left, one that was resolved.
async fn some(api: &mut Api) -> [ServiceRequest; 4] {
    let limoilou = ("Limoilou", Some((46.83, -71.22)));
    let one = planned(api, (SIDEWALKS, "Trottoir brisé", 800), limoilou).await;
    let two = planned(api, (SIDEWALKS, "Bordure", 400), ("Beauport", None)).await;
    api.opened(open("Trottoir brisé", 900)).await;
    let three = planned(api, (TREES, "Arbre", 10), ("Limoilou", Some((46.84, -71.23)))).await;
    let fiji = ("Limoilou", Some((-17.0, 179.9)));
    let four = planned(api, (SIDEWALKS, "Trottoir brisé", 0), fiji).await;
    for end in [Change::LeaveProgramme(LeaveProgramme {}), Change::Resolve(Resolve {})] {
        let gone = planned(api, (TREES, "Arbre", 900), limoilou).await;
        api.changed(change(&gone.id, end)).await;
    }
    [one, two, three, four]
}

#[tokio::test]
async fn planners_filter_and_count_what_waits() {
    let (_node, mut api, _folder) = given().await;
    let all = some(&mut api).await;
    let any = ProgrammeFilter::default;
    let cases: Vec<(ProgrammeFilter, &[usize])> = vec![
        (any(), &[0, 1, 2, 3]),
        (ProgrammeFilter { programme: SIDEWALKS.to_owned(), ..any() }, &[0, 1, 3]),
        (ProgrammeFilter { product: "Trottoir brisé".to_owned(), ..any() }, &[0, 3]),
        (ProgrammeFilter { product: "Trottoir".to_owned(), ..any() }, &[]),
        (ProgrammeFilter { borough: "Limoilou".to_owned(), ..any() }, &[0, 2, 3]),
        (ProgrammeFilter { opened_before: Some(days_ago(365)), ..any() }, &[0, 1]),
        (ProgrammeFilter { older_than_days: 365, ..any() }, &[0, 1]),
        (ProgrammeFilter { opened_from: Some(days_ago(365)), ..any() }, &[2, 3]),
        (within(46.8, -71.3, 46.9, -71.2), &[0, 2]),
        (within(46.83, -71.22, 46.83, -71.22), &[0]),
        (within(-20.0, 177.0, -16.0, -178.0), &[3]),
        (within(-90.0, -180.0, 90.0, 180.0), &[0, 2, 3]),
        (
            ProgrammeFilter { programme: SIDEWALKS.to_owned(), ..within(46.0, -72.0, 47.0, -71.0) },
            &[0],
        ),
    ];
    for (filter, expected) in cases {
        let answer = listed(&mut api, filter.clone()).await;
        let found: Vec<_> = answer.service_requests.iter().map(|it| &it.number).collect();
        let expected: Vec<_> = expected.iter().map(|at| &all[*at].number).collect();
        assert_eq!(found, expected, "{filter:?}");
        assert_eq!(answer.total, expected.len() as u64, "{filter:?}");
        assert_eq!(answer.next_page_token, "");
    }
}

#[tokio::test]
async fn programmes_are_counted() {
    let (_node, mut api, _folder) = given().await;
    let all = some(&mut api).await;
    let call = ListProgrammesRequest { min_position: None };
    let answer = api.programme.list_programmes(call).await.unwrap().into_inner();
    let counts = answer.programmes.iter().map(|it| (it.code.as_str(), it.count));
    assert_eq!(counts.collect::<Vec<_>>(), [(TREES, 1), (SIDEWALKS, 3)]);
    assert_eq!(answer.programmes[1].oldest_opened_at, all[0].opened_at);
    assert!(answer.programmes[1].notice.contains("no follow-up"), "{answer:?}");
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended_whatever_was_closed_between() {
    let (_node, mut api, _folder) = given().await;
    let all = some(&mut api).await;
    let mut call = ListProgrammeRequestsRequest { page_size: 2, ..Default::default() };
    let first = api.programme.list_programme_requests(call.clone()).await.unwrap().into_inner();
    assert_eq!(first.service_requests, all[..2]);
    assert_eq!(first.total, 4);
    for gone in [&all[0], &all[2]] {
        api.changed(change(&gone.id, Change::Resolve(Resolve {}))).await;
    }
    call.page_token = first.next_page_token;
    let last = api.programme.list_programme_requests(call.clone()).await.unwrap().into_inner();
    assert_eq!(last.service_requests, all[3..]);
    assert_eq!((last.total, last.next_page_token.as_str()), (2, ""));
    call.filter = Some(ProgrammeFilter { programme: TREES.to_owned(), ..Default::default() });
    let refused = refusal(api.programme.list_programme_requests(call).await);
    assert_eq!(
        (refused.code, refused.fields.as_slice()),
        (Code::InvalidArgument, &["page_token".to_owned()][..])
    );
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_refused() {
    let (node, mut api, _folder) = given().await;
    some(&mut api).await;
    let cases = [
        (within(47.0, -71.3, 46.0, -71.2), "filter.area", "south"),
        (within(46.0, -181.0, 47.0, -71.2), "filter.area", "globe"),
        (within(f64::NAN, 0.0, 0.0, 0.0), "filter.area", "globe"),
        (
            ProgrammeFilter { programme: "Trottoirs !".to_owned(), ..Default::default() },
            "filter.programme",
            "not a code",
        ),
    ];
    for (filter, field, says) in cases {
        let call = ListProgrammeRequestsRequest { filter: Some(filter), ..Default::default() };
        let refused = refusal(api.programme.list_programme_requests(call).await);
        assert_eq!(
            (refused.code, refused.reason.as_str()),
            (Code::InvalidArgument, "INVALID_FIELD")
        );
        assert_eq!(refused.fields, [field], "{refused:?}");
        assert!(refused.message.contains(says), "{refused:?}");
    }
    let list = ["programme", "requests", "--output", "json"];
    let unknown = node.run(&[&list[..], &["--programme", "chimere"]].concat()).error(4);
    assert_eq!(unknown["reason"], "UNKNOWN_PROGRAMME");
    let upside_down = node.run(&[&list[..], &["--area", "47,-71.3,46,-71.2"]].concat()).error(5);
    assert_eq!(upside_down["fields"][0]["field"], "filter.area");
    let french = node.run(&[&list[..], &["--area", "47,0,46,0", "--lang", "fr"]].concat()).error(5);
    assert!(french["message"].as_str().unwrap().contains("au nord de son nord"), "{french}");
}
