//! Reclassified, transferred, planned: what it does to a request, and what its history keeps.

use std::time::{Duration, SystemTime};

use beffroi_wire::pb::event::v1::{HoldReason, Nature, Visibility};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{
    Assign, EnterProgramme, LeaveProgramme, PutOnHold, Reclassify, Resolve, Resume, Transfer,
};
use beffroi_wire::pb::query::v1::{Audience, ServiceRequest, Status, Verdict};

use super::{check_verified, get, given, history, merge};
use crate::support::{change, follow_up, open, refusal};

fn due(request: &ServiceRequest) -> i64 {
    let promise = request.promises.last().unwrap().promise.as_ref().unwrap();
    promise.due_at.as_ref().unwrap().seconds
}

fn enter() -> Change {
    Change::EnterProgramme(EnterProgramme { programme: "refection-trottoirs".to_owned() })
}

#[tokio::test]
async fn a_reclassification_counts_what_is_promised_from_the_reception_with_the_waits() {
    let (node, mut api, folder) = given().await;
    let received = open("Abattage d'arbre", 20).occurred_at;
    let mut opening = open("Trottoir", 20);
    opening.occurred_at = received;
    let request = api.opened(opening).await;
    let mut tree = open("Abattage d'arbre", 20);
    tree.occurred_at = received;
    let tree = api.opened(tree).await;
    for number in [&request.number, &tree.number] {
        let past =
            |days: u64| Some((SystemTime::now() - Duration::from_secs(days * 86_400)).into());
        let hold = Change::PutOnHold(PutOnHold { reason: HoldReason::Citizen.into() });
        for (days, step) in [(17, hold), (10, Change::Resume(Resume {}))] {
            let mut call = change(number, step);
            call.occurred_at = received.and_then(|_| past(days));
            api.changed(call).await;
        }
    }
    let to = Reclassify {
        product: "Abattage d'arbre".to_owned(),
        precision: "Frêne".to_owned(),
        nature: Nature::RapidIntervention.into(),
        unit: "Foresterie".to_owned(),
    };
    let mut call = change(&request.number, Change::Reclassify(to));
    call.note = "C'est un arbre.".to_owned();
    let changed = api.changed(call).await;
    assert_eq!(
        (changed.product.as_str(), changed.precision.as_str()),
        ("Abattage d'arbre", "Frêne")
    );
    assert_eq!(
        (changed.nature(), changed.unit.as_str()),
        (Nature::RapidIntervention, "Foresterie")
    );
    assert_eq!(changed.status(), Status::Open);
    let minute = 120; // The two waits were not written at the very same instant.
    assert!((due(&changed) - due(&get(&mut api, &tree).await)).abs() <= minute);

    let entry = history(&mut api, &request, Audience::Public).await.pop().unwrap();
    assert_eq!(
        (entry.kind.as_str(), entry.text.as_str()),
        ("request_reclassified", "C'est un arbre.")
    );
    let (before, after) = (entry.classified_before.unwrap(), entry.classified_after.unwrap());
    assert_eq!((before.product.as_str(), before.nature()), ("Trottoir", Nature::Service));
    assert_eq!(
        (after.product.as_str(), after.nature()),
        ("Abattage d'arbre", Nature::RapidIntervention)
    );
    assert_eq!(entry.due_at.unwrap().seconds, due(&changed));
    // What is wanted stays when nothing is said of it.
    let to = Reclassify { product: "Émondage".to_owned(), ..Reclassify::default() };
    let changed = api.changed(change(&request.number, Change::Reclassify(to))).await;
    assert_eq!((changed.nature(), changed.precision.as_str()), (Nature::RapidIntervention, ""));
    check_verified(node, &folder.path().join("node"));
}

#[tokio::test]
async fn a_transfer_says_from_which_unit_to_which() {
    let (_node, mut api, _folder) = given().await;
    let request = api.opened(open("Trottoir", 0)).await;
    for unit in ["Voirie", "Parcs"] {
        let unit = unit.to_owned();
        let transferred =
            api.changed(change(&request.number, Change::Transfer(Transfer { unit }))).await;
        assert_eq!(transferred.status(), Status::Open);
    }
    let entries = history(&mut api, &request, Audience::Public).await;
    let units: Vec<_> =
        entries.iter().map(|it| (it.unit_before.as_str(), it.unit.as_str())).collect();
    assert_eq!(units, [("", ""), ("", "Voirie"), ("Voirie", "Parcs")]);
}

#[tokio::test]
async fn a_planned_request_has_no_delay_and_tells_the_citizen_once() {
    let (node, mut api, folder) = given().await;
    let request = api.opened(open("Abattage d'arbre", 0)).await;
    let duplicate = api.opened(open("Abattage d'arbre", 0)).await;
    api.intake.merge_service_requests(merge(&duplicate, &request)).await.unwrap();
    let planned = api.changed(change(&request.number, enter())).await;
    assert_eq!(
        (planned.status(), planned.programme.as_str()),
        (Status::Planned, "refection-trottoirs")
    );
    assert_eq!(planned.promises[0].verdict(), Verdict::Rescinded);
    assert_eq!(get(&mut api, &duplicate).await.status(), Status::Planned);
    for number in [&request.number, &duplicate.number] {
        let call = follow_up(number, "Bientôt.", Visibility::Public);
        assert_eq!(refusal(api.intake.add_follow_up(call).await).reason, "WRONG_STATUS");
        let call = follow_up(number, "Lot 7", Visibility::Internal);
        api.intake.add_follow_up(call).await.unwrap();
    }
    let told = history(&mut api, &request, Audience::Public).await;
    let kinds: Vec<_> = told.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["request_opened", "programme_entered"]);
    assert_eq!(told[1].programme, "refection-trottoirs");

    let leave = Change::LeaveProgramme(LeaveProgramme {});
    let left = api.changed(change(&request.number, leave.clone())).await;
    assert_eq!((left.status(), left.programme.as_str()), (Status::Open, ""));
    assert_eq!((left.promises[1].cycle, left.promises[1].verdict()), (2, Verdict::Pending));
    let refused = refusal(api.intake.change_service_request(change(&request.number, leave)).await);
    assert_eq!(refused.reason, "WRONG_STATUS");
    api.changed(change(&request.number, enter())).await;
    let done = api.changed(change(&request.number, Change::Resolve(Resolve {}))).await;
    assert_eq!((done.status(), done.programme.as_str()), (Status::Resolved, ""));
    let assign = Change::Assign(Assign { unit: "Voirie".to_owned() });
    let refused =
        refusal(api.intake.change_service_request(change(&duplicate.number, assign)).await);
    assert_eq!(refused.reason, "MERGED");
    check_verified(node, &folder.path().join("node"));
}
