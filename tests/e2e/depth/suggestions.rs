//! Duplicates that are suggested: by product, place and time; a person decides.

use beffroi_wire::pb::event::v1::{Coordinates, Place};
use beffroi_wire::pb::intake::v1::OpenServiceRequestRequest;
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{Reclassify, Reopen, Resolve};
use beffroi_wire::pb::query::v1::suggest_duplicates_request::About;
use beffroi_wire::pb::query::v1::{
    DuplicateCandidate, ServiceRequest, Sought, SuggestDuplicatesRequest,
};

use super::{check_verified, given, merge, unmerge};
use crate::support::{Api, change, open};

/// So many metres north of a point in the city.
fn place(metres: f64, borough: &str) -> Place {
    let coordinates = Coordinates { latitude: 46.8139 + metres / 111_195.0, longitude: -71.208 };
    Place { borough: borough.to_owned(), coordinates: Some(coordinates) }
}

fn at(metres: f64, precision: &str, days: u64) -> OpenServiceRequestRequest {
    OpenServiceRequestRequest {
        precision: precision.to_owned(),
        place: Some(place(metres, "Limoilou")),
        ..open("Nid-de-poule", days)
    }
}

async fn suggested(api: &mut Api, call: SuggestDuplicatesRequest) -> Vec<DuplicateCandidate> {
    let answer = api.query.suggest_duplicates(call).await.unwrap().into_inner();
    assert!(!answer.incomplete);
    answer.candidates
}

fn of(request: &ServiceRequest) -> SuggestDuplicatesRequest {
    SuggestDuplicatesRequest {
        about: Some(About::ServiceRequest(request.number.clone())),
        ..SuggestDuplicatesRequest::default()
    }
}

fn numbers(candidates: &[DuplicateCandidate]) -> Vec<String> {
    candidates.iter().map(|it| it.service_request.as_ref().unwrap().number.clone()).collect()
}

#[tokio::test]
async fn the_same_precision_comes_first_then_the_nearest_then_what_is_in_the_same_borough() {
    let (node, mut api, folder) = given().await;
    let request = api.opened(at(0.0, "Chaussée", 0)).await;
    let near = api.opened(at(20.0, "Chaussée", 4)).await;
    let nearer = api.opened(at(5.0, "Trottoir", 0)).await;
    let far = api.opened(at(90.0, "Chaussée", 0)).await;
    let too_far = api.opened(at(120.0, "Chaussée", 0)).await;
    let too_old = api.opened(at(1.0, "Chaussée", 40)).await;
    let mut somewhere = at(0.0, "Chaussée", 1);
    somewhere.place = Some(Place { borough: "Limoilou".to_owned(), coordinates: None });
    let somewhere = api.opened(somewhere).await;
    let mut elsewhere = at(0.0, "Chaussée", 1);
    elsewhere.place = Some(Place { borough: "Sillery".to_owned(), coordinates: None });
    api.opened(elsewhere).await;
    let mut other = at(0.0, "", 0);
    other.product = "Graffiti".to_owned();
    api.opened(other).await;

    let found = suggested(&mut api, of(&request)).await;
    let expected = [&near, &far, &somewhere, &nearer].map(|it| it.number.clone());
    assert_eq!(numbers(&found), expected);
    let distances: Vec<_> = found.iter().map(|it| it.distance_metres).collect();
    assert_eq!(distances, [Some(20), Some(90), None, Some(5)]);
    let same: Vec<_> = found.iter().map(|it| it.same_precision).collect();
    assert_eq!(same, [true, true, true, false]);
    assert_eq!(found[0].opened_before_secs / 86_400, 3);
    assert_eq!(found[0].reason, "20 m away, same product and precision, opened 3 d earlier");

    let mut wide = of(&request);
    (wide.within_metres, wide.within_days) = (Some(130), Some(60));
    let found = numbers(&suggested(&mut api, wide.clone()).await);
    assert_eq!(found.len(), 6);
    assert!(found.contains(&too_far.number) && found.contains(&too_old.number));
    wide.max_results = 2;
    assert_eq!(suggested(&mut api, wide).await.len(), 2);

    // Before it is recorded: by where it is, or only by the borough.
    let mut sought = Sought {
        product: "Nid-de-poule".to_owned(),
        precision: "Chaussée".to_owned(),
        place: Some(place(21.0, "")),
        occurred_at: None,
    };
    let ask = |sought: &Sought| SuggestDuplicatesRequest {
        about: Some(About::Sought(sought.clone())),
        max_results: 100,
        ..SuggestDuplicatesRequest::default()
    };
    let found = suggested(&mut api, ask(&sought)).await;
    assert_eq!(numbers(&found)[..2], [near.number.clone(), request.number.clone()]);
    sought.place = Some(Place { borough: "Limoilou".to_owned(), coordinates: None });
    let found = suggested(&mut api, ask(&sought)).await;
    // All in the borough but the one that is too old.
    assert_eq!(found.len(), 6);
    assert!(found.iter().all(|it| it.distance_metres.is_none()));
    check_verified(node, &folder.path().join("node"));
}

#[tokio::test]
async fn only_requests_that_go_on_by_themselves_are_suggested() {
    let (node, mut api, folder) = given().await;
    let request = api.opened(at(0.0, "", 0)).await;
    let other = api.opened(at(10.0, "", 0)).await;
    let third = api.opened(at(20.0, "", 0)).await;
    let is_suggested = async |api: &mut Api, it: &ServiceRequest| {
        numbers(&suggested(api, of(&request)).await).contains(&it.number)
    };
    assert!(is_suggested(&mut api, &other).await);
    api.changed(change(&other.number, Change::Resolve(Resolve {}))).await;
    assert!(!is_suggested(&mut api, &other).await);
    api.changed(change(&other.number, Change::Reopen(Reopen {}))).await;
    assert!(is_suggested(&mut api, &other).await);
    api.intake.merge_service_requests(merge(&other, &third)).await.unwrap();
    assert!(!is_suggested(&mut api, &other).await);
    assert!(is_suggested(&mut api, &third).await);
    api.intake.unmerge_service_request(unmerge(&other)).await.unwrap();
    assert!(is_suggested(&mut api, &other).await);
    let to = Reclassify { product: "Graffiti".to_owned(), ..Reclassify::default() };
    api.changed(change(&other.number, Change::Reclassify(to))).await;
    assert!(!is_suggested(&mut api, &other).await);
    check_verified(node, &folder.path().join("node"));
}
