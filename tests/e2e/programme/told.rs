//! What citizens are told, once.

use beffroi_wire::pb::event::v1::Visibility;
use beffroi_wire::pb::intake::v1::LeaveProgramme;
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::query::v1::{
    Audience, BreachKind, GetServiceRequestHistoryRequest, ListBreachesRequest, PromiseStatus,
    Verdict,
};
use tonic::Code;

use super::{SIDEWALKS, closed, closing, given, is_closed, planned};
use crate::support::{change, follow_up, refusal};

#[tokio::test]
async fn the_citizen_is_told_once_and_nothing_more() {
    let (node, mut api, _folder) = given().await;
    let request = planned(&mut api, (SIDEWALKS, "Trottoir brisé", 5), ("Limoilou", None)).await;
    let says = "no follow-up will be sent to you";
    assert!(request.summary.contains(SIDEWALKS), "{request:?}");
    assert!(request.summary.contains(says), "{request:?}");
    let call = follow_up(&request.id, "Bientôt !", Visibility::Public);
    let refused = refusal(api.intake.add_follow_up(call).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "WRONG_STATUS"));
    assert!(refused.message.contains("add an internal one"), "{refused:?}");
    let arguments = ["follow-up", &request.number, "Bientôt !", "--lang", "fr"];
    let french = node.run(&arguments);
    assert_eq!(french.code, Some(5));
    assert!(french.stderr.contains("ajoutez un suivi interne"), "{french:?}");
    let call = follow_up(&request.id, "Prévu en 2028", Visibility::Internal);
    api.intake.add_follow_up(call).await.expect("added");
    let call = closing(std::slice::from_ref(&request.number));
    assert_eq!(closed(&mut api, call).await.results, [is_closed(&request.number)]);
    let call = GetServiceRequestHistoryRequest {
        service_request: request.id,
        audience: Audience::Public.into(),
        ..Default::default()
    };
    let history = api.query.get_service_request_history(call).await.unwrap().into_inner();
    let told = history.entries.iter().filter(|it| it.notice.contains(says));
    assert_eq!(told.map(|it| it.kind.as_str()).collect::<Vec<_>>(), ["programme_entered"]);
    let kinds = history.entries.iter().map(|it| it.kind.as_str());
    let expected = ["request_opened", "programme_entered", "request_resolved"];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
    assert_eq!(history.entries[2].text, "Le trottoir est refait.");
}

#[tokio::test]
async fn nothing_is_late_while_it_waits_and_new_promises_count_from_its_leaving() {
    let (_node, mut api, _folder) = given().await;
    let request = planned(&mut api, (SIDEWALKS, "Abattage d'arbre", 0), ("Limoilou", None)).await;
    let verdicts = request.promises.iter().map(PromiseStatus::verdict);
    assert!(verdicts.clone().all(|it| it == Verdict::Rescinded), "{request:?}");
    let left = api.changed(change(&request.id, Change::LeaveProgramme(LeaveProgramme {}))).await;
    assert_eq!(left.programme, "");
    let new: Vec<_> = left.promises.iter().filter(|it| it.cycle == 2).collect();
    assert!(new.iter().all(|it| it.verdict() == Verdict::Pending), "{left:?}");
    let call = ListBreachesRequest { kind: BreachKind::Warning.into(), ..Default::default() };
    let warned = api.query.list_breaches(call).await.unwrap().into_inner();
    assert_eq!(warned.breaches, []);
}
