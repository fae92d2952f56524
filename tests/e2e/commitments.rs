//! How promises were kept: figures that are counted by hand, as JSON and as a page.

use beffroi_wire::pb::event::v1::{Channel, HoldReason, Nature, Source};
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{
    Assign, Cancel, ChangeServiceRequestRequest, ImportServiceRequestsRequest,
    ImportedServiceRequest, OpenServiceRequestRequest, PutOnHold, Resolve, Resume,
};
use beffroi_wire::pb::report::v1::GetCommitmentReportRequest;
use serde_json::{Value, json};

use crate::support::{Api, Node, change, open, refusal};

/// A complaint of Monday 2026-03-02, 10:00 in Québec: two business days, until Wednesday at 19:00.
async fn complaint(api: &mut Api, changes: &[(&str, Change)]) {
    let opening = OpenServiceRequestRequest {
        nature: Nature::Complaint.into(),
        occurred_at: Some("2026-03-02T15:00:00Z".parse().unwrap()),
        ..open("Propreté", 0)
    };
    let request = api.opened(opening).await;
    for (time, it) in changes {
        let occurred_at = Some(time.parse().unwrap());
        let call = change(&request.number, it.clone());
        api.changed(ChangeServiceRequestRequest { occurred_at, ..call }).await;
    }
}

fn resolved() -> Change {
    Change::Resolve(Resolve {})
}

/// Seven complaints, three of them kept in time, two late.
async fn given(api: &mut Api) {
    let unit = |unit: &str| Change::Assign(Assign { unit: unit.to_owned() });
    // On Tuesday at 10:00: 9 h of Monday and 2 h of Tuesday.
    complaint(api, &[("2026-03-03T15:00:00Z", resolved())]).await;
    // On Wednesday, a minute before closing: 30 h 59.
    complaint(api, &[("2026-03-04T23:59:00Z", resolved())]).await;
    // On Thursday at 10:00: 33 h.
    let on_thursday = ("2026-03-05T15:00:00Z", resolved());
    complaint(api, &[("2026-03-03T15:00:00Z", unit("Voirie")), on_thursday]).await;
    // On Tuesday of the next week, in summer time, at 10:00: 66 h, the sixth business day.
    complaint(api, &[("2026-03-10T14:00:00Z", resolved())]).await;
    // It waits from Tuesday to Thursday at 8:00, 22 h that are given back: until Friday at 19:00.
    let hold = Change::PutOnHold(PutOnHold { reason: HoldReason::Citizen.into() });
    let waits = [
        ("2026-03-03T13:00:00Z", hold),
        ("2026-03-05T13:00:00Z", Change::Resume(Resume {})),
        ("2026-03-06T17:00:00Z", resolved()),
    ];
    complaint(api, &waits).await;
    complaint(api, &[("2026-03-03T15:00:00Z", Change::Cancel(Cancel {}))]).await;
    // Received now: it falls due later.
    let now =
        OpenServiceRequestRequest { nature: Nature::Complaint.into(), ..open("Propreté", 0) };
    api.opened(now).await;
}

fn figures(counts: [u64; 5]) -> Value {
    let [set, met, late, open, rescinded] = counts;
    json!({
        "set": set, "met": met, "late": late, "open": open, "rescinded": rescinded,
        "on_time": { "numerator": met, "denominator": met + late },
    })
}

/// How many breaches were stated before the resolution was recorded depends on who was faster.
fn without_delays(mut figures: Value) -> Value {
    for key in ["delays", "withdrawn"] {
        figures.as_object_mut().unwrap().remove(key);
    }
    figures
}

#[tokio::test]
async fn promises_are_counted_as_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    given(&mut api).await;
    let report = node.ask(&["report", "commitments"]);
    assert_eq!(without_delays(report["total"].clone()), figures([7, 3, 2, 1, 1]));
    // 11 h, 24 h, 30 h 59, 33 h, 66 h.
    assert_eq!(
        report["total"]["delays"],
        json!({
            "count": 5,
            "median_business_days": 2, "p90_business_days": 6, "max_business_days": 6,
            "median_business_secs": 30 * 3600 + 59 * 60,
            "p90_business_secs": 66 * 3600, "max_business_secs": 66 * 3600,
        })
    );
    let [row] = report["rows"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!(
        row["commitment"],
        json!({
            "promise_kind": "resolution", "rule": "business_days_eod_v1", "business_days": 2,
            "nature": "complaint",
        })
    );
    assert_eq!(report["city"], json!("Québec"));

    // By when they fall due: the one that waited on Friday, the others on Wednesday.
    let by_week = node.ask(&[
        "report",
        "commitments",
        "--by",
        "unit,day",
        "--from",
        "2026-03-01",
        "--to",
        "2026-03-31",
    ]);
    let rows: Vec<_> = by_week["rows"].as_array().unwrap().iter().collect();
    let keys: Vec<_> = rows.iter().map(|it| (&it["unit"], &it["day"], &it["set"])).collect();
    assert_eq!(
        keys,
        [
            (&json!(""), &json!("2026-03-04"), &json!(4)),
            (&json!(""), &json!("2026-03-06"), &json!(1)),
            (&json!("Voirie"), &json!("2026-03-04"), &json!(1)),
        ]
    );
    assert_eq!(without_delays(by_week["total"].clone()), figures([6, 3, 2, 0, 1]));
}

#[tokio::test]
async fn imported_history_is_shown_apart_and_earns_no_credit() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    given(&mut api).await;
    let before = node.ask(&["report", "commitments"]);
    let imported = ImportedServiceRequest {
        source: Some(Source { system: "ancien".to_owned(), id: "17".to_owned() }),
        time_zone: "America/Toronto".to_owned(),
        product: "Propreté".to_owned(),
        nature: Nature::Service.into(),
        channel: Channel::Telephone.into(),
        opened_at: Some("2026-02-02T15:00:00Z".parse().unwrap()),
        promised_by: Some("2026-02-04T15:00:00Z".parse().unwrap()),
        ..ImportedServiceRequest::default()
    };
    let call = ImportServiceRequestsRequest { service_requests: vec![imported] };
    api.intake.import_service_requests(call).await.expect("taken");
    let after = node.ask(&["report", "commitments"]);
    let of = |report: &Value| {
        let rows = report["rows"].as_array().unwrap().iter().cloned().map(without_delays);
        (rows.collect::<Vec<_>>(), without_delays(report["total"].clone()))
    };
    assert_eq!(of(&after), of(&before));
    assert_eq!(without_delays(after["imported"].clone()), figures([1, 0, 1, 0, 0]));
}

#[tokio::test]
async fn a_page_for_the_public_is_written_in_the_language_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    given(&mut Api::connect(&node.url).await).await;
    for (lang, headline) in [("fr", "<b>60,0 %</b>"), ("en", "<b>60.0%</b>")] {
        let file = folder.path().join(format!("{lang}.html"));
        let path = file.to_str().unwrap();
        let ended = node.run(&["report", "commitments", "--html", path, "--lang", lang]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
        let page = std::fs::read_to_string(&file).unwrap();
        assert!(page.contains(headline) && page.contains("<svg"), "{page}");
        assert!(page.contains(&format!("<html lang=\"{lang}\">")));
    }
    let nowhere = folder.path().join("none/page.html");
    let ended = node.run(&["report", "commitments", "--html", nowhere.to_str().unwrap()]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("page.html"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_report_that_cannot_be_made_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    let call = GetCommitmentReportRequest { by: vec![1, 1, 9], period: 1, ..Default::default() };
    let refused = refusal(api.report.get_commitment_report(call).await);
    assert_eq!(refused.fields, ["by[1]", "by[2]", "period"]);
}
