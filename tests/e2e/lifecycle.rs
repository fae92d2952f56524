//! A request's life over gRPC.

use std::time::{Duration, SystemTime};

use beffroi_wire::pb::event::v1::{HoldReason, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{Assign, Cancel, PutOnHold, Reopen, Resolve, Resume};
use beffroi_wire::pb::query::v1::{
    Audience, GetServiceRequestHistoryRequest, ServiceRequest, Status, Verdict,
};
use tonic::Code;

use crate::support::{Api, Node, change, follow_up, open, refusal};

fn assign() -> Change {
    Change::Assign(Assign { unit: "Travaux publics".to_owned() })
}

fn hold() -> Change {
    Change::PutOnHold(PutOnHold { reason: HoldReason::Citizen.into() })
}

const RESUME: Change = Change::Resume(Resume {});
const RESOLVE: Change = Change::Resolve(Resolve {});
const REOPEN: Change = Change::Reopen(Reopen {});
const CANCEL: Change = Change::Cancel(Cancel {});

async fn given() -> (Node, Api, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let api = Api::connect(&node.url).await;
    (node, api, folder)
}

fn due_at(request: &ServiceRequest, cycle: usize) -> i64 {
    let promise = request.promises[cycle].promise.as_ref().unwrap();
    promise.due_at.as_ref().unwrap().seconds
}

#[tokio::test]
async fn changes_that_the_status_does_not_allow_are_refused_and_change_nothing() {
    let (_node, mut api, _folder) = given().await;
    for (steps, wrong, status) in [
        (vec![], vec![RESUME, REOPEN], Status::Open),
        (vec![assign()], vec![RESUME, REOPEN], Status::Assigned),
        (vec![hold()], vec![assign(), hold(), REOPEN], Status::OnHold),
        (vec![RESOLVE], vec![assign(), hold(), RESUME, RESOLVE, CANCEL], Status::Resolved),
        (vec![CANCEL], vec![assign(), hold(), RESUME, RESOLVE, REOPEN, CANCEL], Status::Cancelled),
    ] {
        let mut request = api.opened(open("Eau potable", 1)).await;
        for step in steps {
            request = api.changed(change(&request.number, step)).await;
        }
        assert_eq!(request.status(), status);
        let before = api.sequence().await;
        for wrong in wrong {
            let told = format!("{wrong:?} while {status:?}");
            let call = change(&request.number, wrong);
            let refused = refusal(api.intake.change_service_request(call).await);
            assert_eq!(refused.code, Code::FailedPrecondition, "{told}");
            assert_eq!(refused.reason, "WRONG_STATUS", "{told}");
            assert!(refused.message.contains("not allowed"), "{told}: {}", refused.message);
        }
        assert_eq!(api.sequence().await, before);
    }
}

#[tokio::test]
async fn a_request_goes_through_its_whole_life() {
    let (_node, mut api, _folder) = given().await;
    let mut request = api.opened(open("Abattage d'arbre", 0)).await;
    for (step, status, verdict) in [
        (assign(), Status::Assigned, Verdict::Pending),
        (hold(), Status::OnHold, Verdict::Paused),
        (RESUME, Status::Assigned, Verdict::Pending),
        (RESOLVE, Status::Resolved, Verdict::OnTime),
        (REOPEN, Status::Assigned, Verdict::Pending),
        (CANCEL, Status::Cancelled, Verdict::Rescinded),
    ] {
        let told = format!("{step:?}");
        request = api.changed(change(&request.number, step)).await;
        let last = request.promises.last().unwrap();
        // Whether a reopened request is in somebody's hands is the unit's to say.
        let status = if told.contains("Reopen") { request.status() } else { status };
        assert_eq!((request.status(), last.verdict()), (status, verdict), "{told}");
    }
    assert_eq!(request.unit, "Travaux publics");
    assert_eq!(request.promises.iter().map(|it| it.cycle).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(request.promises[0].verdict(), Verdict::OnTime);
}

#[tokio::test]
async fn waiting_moves_the_due_time() {
    let (_node, mut api, _folder) = given().await;
    let opened = api.opened(open("Abattage d'arbre", 20)).await;
    let at = |days: u64| {
        let past = SystemTime::now() - Duration::from_secs(days * 24 * 3600);
        Some(prost_types::Timestamp::from(past))
    };
    let mut wait = change(&opened.number, hold());
    wait.occurred_at = at(17);
    let waiting = api.changed(wait).await;
    assert_eq!(due_at(&waiting, 0), due_at(&opened, 0));
    assert_eq!(waiting.hold_reason(), HoldReason::Citizen);
    assert!(waiting.summary.contains(" We are waiting for your answer. The promised time is "));
    let mut go_on = change(&opened.number, RESUME);
    go_on.occurred_at = at(3);
    let resumed = api.changed(go_on).await;
    assert_eq!(resumed.hold_reason(), HoldReason::Unspecified);
    // Fourteen days are ten business days, less the holidays among them.
    let moved = due_at(&resumed, 0) - due_at(&opened, 0);
    assert!((7 * 86_400..=17 * 86_400).contains(&moved), "moved by {moved} s");
    assert_eq!(resumed.promises.len(), 1);
}

#[tokio::test]
async fn reopening_makes_a_second_promise_and_keeps_the_first_verdict() {
    let (_node, mut api, _folder) = given().await;
    let opened = api.opened(open("Abattage d'arbre", 60)).await;
    let resolved = api.changed(change(&opened.number, RESOLVE)).await;
    assert_eq!(resolved.promises[0].verdict(), Verdict::Late);
    let reopened = api.changed(change(&opened.number, REOPEN)).await;
    assert_eq!(reopened.promises.len(), 2);
    assert_eq!(reopened.promises[0].verdict(), Verdict::Late);
    assert_eq!((reopened.promises[1].cycle, reopened.promises[1].verdict()), (2, Verdict::Pending));
    assert!(due_at(&reopened, 1) > due_at(&reopened, 0));
    assert!(reopened.resolved_at.is_none());
}

#[tokio::test]
async fn internal_follow_ups_are_hidden_from_the_public() {
    let (_node, mut api, _folder) = given().await;
    let request = api.opened(open("Eau potable", 0)).await;
    for (text, visibility) in [
        ("Une équipe passera jeudi.", Visibility::Public),
        ("Valve 1182 à remplacer", Visibility::Internal),
    ] {
        let call = follow_up(&request.number, text, visibility);
        api.intake.add_follow_up(call).await.expect("added");
    }
    for (audience, texts) in [
        (Audience::Unspecified, vec!["Une équipe passera jeudi."]),
        (Audience::Public, vec!["Une équipe passera jeudi."]),
        (Audience::Staff, vec!["Une équipe passera jeudi.", "Valve 1182 à remplacer"]),
    ] {
        let call = GetServiceRequestHistoryRequest {
            service_request: request.id.clone(),
            audience: audience.into(),
            min_position: None,
        };
        let answer = api.query.get_service_request_history(call).await.unwrap().into_inner();
        let told: Vec<&str> =
            answer.entries.iter().map(|it| it.text.as_str()).filter(|it| !it.is_empty()).collect();
        assert_eq!(told, texts, "{audience:?}");
        assert_eq!(answer.service_request.unwrap().public_follow_ups, 1);
    }
}

#[tokio::test]
async fn a_change_dated_before_the_last_one_is_refused_and_says_from_when_on() {
    let (_node, mut api, _folder) = given().await;
    let request = api.opened(open("Eau potable", 2)).await;
    let mut call = change(&request.number, RESOLVE);
    let before = SystemTime::now() - Duration::from_secs(3 * 24 * 3600);
    call.occurred_at = Some(before.into());
    let refused = refusal(api.intake.change_service_request(call).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "TOO_EARLY"));
    assert!(refused.message.contains("dated before 2"), "{}", refused.message);
}
