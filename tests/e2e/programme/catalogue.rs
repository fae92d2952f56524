//! Programmes as the catalogue has them: entered by rule, named, announced.

use std::path::Path;

use beffroi_wire::pb::intake::v1::EnterProgramme;
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::programme::v1::{ListProgrammesRequest, ProgrammeFilter};
use beffroi_wire::pb::query::v1::{GetServiceRequestHistoryRequest, Status};
use tonic::Code;

use super::{SIDEWALKS, TREES, closed, closing, entered, given, is_closed, listed};
use crate::support::{Node, change, open, refusal};

/// A catalogue with one programme, which requests of one of its two products enter at once.
fn publish(node: &Node, folder: &Path, notice: &str) {
    std::fs::create_dir_all(folder).unwrap();
    let catalogue = format!(
        r#"
        name = {{ fr = "Ville", en = "City" }}
        [[unit]]
        code = "voirie"
        name = {{ fr = "Voirie", en = "Roads" }}
        [[programme]]
        code = "{SIDEWALKS}"
        name = {{ fr = "Réfection des trottoirs", en = "Sidewalk rebuilding" }}
        notice = {{ fr = "Cela prendra du temps.", en = "{notice}" }}
        [[product]]
        code = "trottoir"
        name = {{ fr = "Trottoir", en = "Sidewalk" }}
        unit = "voirie"
        nature = "service"
        programme = "{SIDEWALKS}"
        [[product]]
        code = "rue"
        name = {{ fr = "Rue", en = "Street" }}
        unit = "voirie"
        nature = "service"
        "#
    );
    std::fs::write(folder.join("catalogue.toml"), catalogue).unwrap();
    node.ask(&["catalogue", "publish", folder.to_str().unwrap()]);
}

#[tokio::test]
async fn a_request_enters_by_a_rule_of_the_catalogue_and_the_citizen_is_told_once() {
    let (node, mut api, folder) = given().await;
    publish(&node, &folder.path().join("catalogue"), "It takes time.");
    let request = api.opened(open("trottoir", 3)).await;
    assert_eq!(request.status(), Status::Planned);
    assert_eq!(request.promises, []);
    assert!(request.summary.contains("“Sidewalk rebuilding”"), "{request:?}");
    let french = node.ask(&["show", &request.number, "--lang", "fr"]);
    let summary = french["service_request"]["summary"].as_str().unwrap();
    assert!(summary.contains("« Réfection des trottoirs »"), "{summary}");
    // What was told stays told, whatever is published later.
    publish(&node, &folder.path().join("next"), "It takes years.");
    let call = GetServiceRequestHistoryRequest {
        service_request: request.id.clone(),
        ..Default::default()
    };
    let history = api.query.get_service_request_history(call).await.unwrap().into_inner();
    let told = history.entries.iter().map(|it| (it.kind.as_str(), it.notice.as_str()));
    assert_eq!(told.collect::<Vec<_>>(), [("request_opened", "It takes time.")]);
    for product in ["trottoir", "Trottoir"] {
        let filter = ProgrammeFilter { product: product.to_owned(), ..Default::default() };
        assert_eq!(listed(&mut api, filter).await.total, 1);
    }
    let call = closing(std::slice::from_ref(&request.id));
    assert_eq!(closed(&mut api, call).await.results, [is_closed(&request.id)]);
    let call = ListProgrammesRequest { min_position: None };
    let known = api.programme.list_programmes(call).await.unwrap().into_inner().programmes;
    let known: Vec<_> = known.iter().map(|it| (it.name.as_str(), it.count)).collect();
    assert_eq!(known, [("Sidewalk rebuilding", 0)]);
    let filter = ProgrammeFilter { programme: SIDEWALKS.to_owned(), ..Default::default() };
    assert_eq!(listed(&mut api, filter).await.total, 0);
}

#[tokio::test]
async fn a_programme_that_the_catalogue_does_not_have_is_not_entered() {
    let (node, mut api, folder) = given().await;
    let before = api.opened(open("Trottoir brisé", 0)).await;
    let entered_before = entered(&mut api, &before.id, TREES).await;
    publish(&node, &folder.path().join("catalogue"), "It takes time.");
    let request = api.opened(open("rue", 0)).await;
    let enter = |programme: &str| {
        let programme = programme.to_owned();
        change(&request.id, Change::EnterProgramme(EnterProgramme { programme }))
    };
    let refused = refusal(api.intake.change_service_request(enter(TREES)).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::NotFound, "UNKNOWN_PROGRAMME"));
    let known = api.changed(enter(SIDEWALKS)).await;
    assert_eq!((known.status(), known.programme.as_str()), (Status::Planned, SIDEWALKS));
    // One that waits since before is listed all the same, under its code.
    assert!(entered_before.summary.contains(TREES), "{entered_before:?}");
    let filter = ProgrammeFilter { programme: TREES.to_owned(), ..Default::default() };
    assert_eq!(listed(&mut api, filter).await.total, 1);
}
