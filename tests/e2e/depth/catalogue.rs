//! Requests in depth under a catalogue: what it says of a product holds.

use std::time::{Duration, SystemTime};

use beffroi_wire::pb::event::v1::{Coordinates, Nature, Place, Urgency};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{Reclassify, Reopen, Resolve};
use beffroi_wire::pb::query::v1::suggest_duplicates_request::About;
use beffroi_wire::pb::query::v1::{ServiceRequest, Sought, Status, SuggestDuplicatesRequest};

use super::{check_verified, get, given};
use crate::support::{Api, Node, change, open, refusal};

const CATALOGUE: &str = r#"
[[unit]]
code = "parcs"
name = { fr = "Parcs", en = "Parks" }
[[programme]]
code = "refection-trottoirs"
name = { fr = "Réfection des trottoirs", en = "Sidewalk repairs" }
notice = { fr = "Votre demande est planifiée.", en = "Your request is planned." }
[[product]]
code = "nid-de-poule"
name = { fr = "Nid-de-poule", en = "Pothole" }
unit = "voirie"
nature = "rapid_intervention"
urgency = "urgent"
business_days = 3
reopen_within_days = 7
duplicates = { within_metres = 10, within_days = 2 }
[[product.precision]]
code = "rue"
name = { fr = "Dans la rue", en = "In the street" }
[[product]]
code = "trottoir"
name = { fr = "Trottoir", en = "Sidewalk" }
unit = "parcs"
nature = "service"
programme = "refection-trottoirs"
reopen_within_days = 0
"#;

/// A node on which the catalogue is published.
async fn published() -> (Node, Api, tempfile::TempDir) {
    let (node, api, folder) = given().await;
    node.publish(folder.path(), CATALOGUE);
    (node, api, folder)
}

fn to(product: &str, precision: &str) -> Change {
    Change::Reclassify(Reclassify {
        product: product.to_owned(),
        precision: precision.to_owned(),
        ..Reclassify::default()
    })
}

#[tokio::test]
async fn a_reclassification_takes_what_the_catalogue_says_of_the_product() {
    let (node, mut api, folder) = published().await;
    let request = api.opened(open("trottoir", 0)).await;
    assert_eq!(request.status(), Status::Planned);
    let request = api.opened(open("pothole", 0)).await;
    let call = change(&request.number, to("Nid-de-poule", "in the street"));
    let changed = api.changed(call.clone()).await;
    assert_eq!(
        (changed.product_code.as_str(), changed.precision_code.as_str()),
        ("nid-de-poule", "rue")
    );
    assert_eq!(
        (changed.product.as_str(), changed.precision.as_str()),
        ("Nid-de-poule", "Dans la rue")
    );
    assert_eq!((changed.nature(), changed.urgency()), (Nature::RapidIntervention, Urgency::Urgent));
    assert_eq!((changed.unit.as_str(), changed.catalogue_version), ("Voirie", 1));
    let wrong = refusal(
        api.intake.change_service_request(change(&request.number, to("trotoir", ""))).await,
    );
    assert_eq!(wrong.fields, ["reclassify.product"]);
    assert!(wrong.message.contains("Sidewalk"), "{wrong:?}");
    let wrong = change(&request.number, to("nid-de-poule", "toit"));
    let wrong = refusal(api.intake.change_service_request(wrong).await);
    assert_eq!(wrong.fields, ["reclassify.precision"]);

    let planned = api.changed(change(&request.number, to("trottoir", ""))).await;
    assert_eq!(
        (planned.status(), planned.programme.as_str()),
        (Status::Planned, "refection-trottoirs")
    );
    assert_eq!((planned.unit.as_str(), planned.urgency()), ("Parcs", Urgency::Normal));

    // A product that the next version no longer has: what was recorded is found all the same.
    let other = CATALOGUE.replace("nid-de-poule", "chaussee").replace("Nid-de-poule", "Chaussée");
    node.publish(folder.path(), &other.replace("Pothole", "Roadway"));
    let sequence = api.sequence().await;
    api.changed(call).await;
    assert_eq!(api.sequence().await, sequence);
    assert_eq!(get(&mut api, &request).await, planned);
    check_verified(node, &folder.path().join("node"));
}

#[tokio::test]
async fn each_product_says_how_late_its_requests_are_reopened() {
    let (_node, mut api, _folder) = published().await;
    let reopen = |request: &ServiceRequest| change(&request.number, Change::Reopen(Reopen {}));
    let never = api.opened(open("trottoir", 0)).await;
    api.changed(change(&never.number, Change::Resolve(Resolve {}))).await;
    let refused = refusal(api.intake.change_service_request(reopen(&never)).await);
    assert_eq!(refused.reason, "REOPEN_TOO_LATE");
    assert!(refused.message.contains("not reopened"), "{refused:?}");
    for (days, reopened) in [(6, true), (8, false)] {
        let request = api.opened(open("nid-de-poule", 30)).await;
        let mut resolve = change(&request.number, Change::Resolve(Resolve {}));
        let then = SystemTime::now() - Duration::from_secs(days * 86_400);
        resolve.occurred_at = Some(then.into());
        api.changed(resolve).await;
        let answer = api.intake.change_service_request(reopen(&request)).await;
        assert_eq!(answer.is_ok(), reopened, "{days}");
        if let Err(refused) = answer {
            let refused = refusal::<()>(Err(refused));
            assert!(refused.message.contains("within 7 days"), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn each_product_says_how_far_apart_its_duplicates_are() {
    let (_node, mut api, _folder) = published().await;
    let place = |metres: f64| {
        let latitude = 46.8139 + metres / 111_195.0;
        let coordinates = Some(Coordinates { latitude, longitude: -71.208 });
        Some(Place { borough: String::new(), coordinates })
    };
    let mut near = open("pothole", 1);
    near.place = place(8.0);
    let near = api.opened(near).await;
    for (metres, days) in [(12.0, 1), (8.0, 3)] {
        let mut far = open("pothole", days);
        far.place = place(metres);
        api.opened(far).await;
    }
    let sought = |product: &str| SuggestDuplicatesRequest {
        about: Some(About::Sought(Sought {
            product: product.to_owned(),
            place: place(0.0),
            ..Sought::default()
        })),
        ..SuggestDuplicatesRequest::default()
    };
    for product in ["pothole", "nid-de-poule", "Nid-de-poule"] {
        let found = api.query.suggest_duplicates(sought(product)).await.unwrap().into_inner();
        let found: Vec<_> =
            found.candidates.into_iter().map(|it| it.service_request.unwrap().number).collect();
        assert_eq!(found, std::slice::from_ref(&near.number), "{product}");
    }
    let wide = SuggestDuplicatesRequest { within_metres: Some(20), ..sought("pothole") };
    let found = api.query.suggest_duplicates(wide).await.unwrap().into_inner();
    assert_eq!(found.candidates.len(), 2);
}
