//! Under which regime the centre works, when it is open, and who is told.

use std::path::Path;
use std::time::{Duration, SystemTime};

use beffroi_harness::NatsServer;
use beffroi_wire::pb::centre::v1::{
    DeclareRegimeRequest, ExtendRegimeRequest, GetCentreRequest, GetCentreResponse,
    LiftRegimeRequest, ListRegimesRequest, ScreenTextRequest, WeeklyHours,
};
use beffroi_wire::pb::event::v1::{
    Bilingual, Channel, ContactOutcome, Emergency, Nature, RegimeKind,
};
use beffroi_wire::pb::intake::v1::RecordContactRequest;
use beffroi_wire::pb::query::v1::GetServiceRequestRequest;
use prost_types::Timestamp;
use serde_json::json;
use tonic::Code;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::support::{Api, Node, beffroi, open, refusal};

const HOUR: i64 = 3600;

/// So many seconds from now, to the second.
fn in_secs(secs: i64) -> Timestamp {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Timestamp { seconds: i64::try_from(now.as_secs()).unwrap() + secs, nanos: 0 }
}

fn id() -> String {
    Uuid::now_v7().to_string()
}

fn around_the_clock() -> WeeklyHours {
    WeeklyHours { around_the_clock: true, ..WeeklyHours::default() }
}

fn flood(from: i64, until: i64) -> DeclareRegimeRequest {
    DeclareRegimeRequest {
        declaration_id: id(),
        kind: RegimeKind::CivilSecurity.into(),
        from: Some(in_secs(from)),
        until: Some(in_secs(until)),
        hours: Some(around_the_clock()),
        products: vec!["inondation".to_owned()],
        notice: Some(Bilingual { french: "Inondation".to_owned(), english: "Flood".to_owned() }),
        actor: "agent:1".to_owned(),
    }
}

fn extension(until: i64) -> ExtendRegimeRequest {
    ExtendRegimeRequest { extension_id: id(), until: Some(in_secs(until)), ..Default::default() }
}

fn lifting() -> LiftRegimeRequest {
    LiftRegimeRequest { lifting_id: id(), actor: String::new() }
}

async fn centre(api: &mut Api, at: Option<Timestamp>) -> GetCentreResponse {
    let call = GetCentreRequest { at, min_position: None };
    api.centre.get_centre(call).await.expect("the centre").into_inner()
}

/// What the requests of the city say of the regime: when one is opened, and when one is read.
async fn notices(api: &mut Api) -> [Option<String>; 2] {
    let opened = api.intake.open_service_request(open("Eau potable", 0)).await.expect("opened");
    let opened = opened.into_inner();
    let service_request = opened.service_request.expect("a request").number;
    let call = GetServiceRequestRequest { service_request, min_position: None };
    let read = api.query.get_service_request(call).await.expect("read").into_inner();
    [opened.regime, read.regime].map(|it| it.map(|it| it.notice))
}

async fn contact(api: &mut Api, at: Timestamp) {
    let call = RecordContactRequest {
        contact_id: id(),
        channel: Channel::Telephone.into(),
        nature: Nature::Information.into(),
        outcome: ContactOutcome::Informed.into(),
        occurred_at: Some(at),
        ..RecordContactRequest::default()
    };
    api.intake.record_contact(call).await.expect("recorded");
}

/// Declares, extends and lifts a regime; every step twice, and everybody is told.
async fn a_flood(node: &Node) {
    let mut api = Api::connect(&node.url).await;
    let usual = centre(&mut api, None).await;
    assert_eq!((usual.kind(), usual.regime), (RegimeKind::Normal, None));
    assert_eq!(usual.hours.as_ref().expect("hours").monday, "08:00-19:00");
    assert_eq!(usual.time_zone, "America/Toronto");
    assert_eq!(notices(&mut api).await, [None, None]);

    let declaration = flood(-HOUR, 48 * HOUR);
    let declared = api.centre.declare_regime(declaration.clone()).await.expect("declared");
    let declared = declared.into_inner().regime.expect("a regime");
    let sequence = api.sequence().await;
    let again = api.centre.declare_regime(declaration.clone()).await.expect("again").into_inner();
    assert_eq!(again.regime.as_ref(), Some(&declared));
    assert_eq!(api.sequence().await, sequence);
    let now = centre(&mut api, None).await;
    assert_eq!((now.kind(), now.open), (RegimeKind::CivilSecurity, true));
    assert_eq!(now.regime.as_ref(), Some(&declared));
    assert!(now.hours.expect("hours").around_the_clock);
    let told = Some("Flood".to_owned());
    assert_eq!(notices(&mut api).await, [told.clone(), told]);

    // Its end needs no event.
    let ended = centre(&mut api, declaration.until).await;
    assert_eq!((ended.kind(), ended.regime), (RegimeKind::Normal, None));

    let mut extended = extension(72 * HOUR);
    extended.hours = Some(WeeklyHours { sunday: "10:00-12:00".to_owned(), ..Default::default() });
    let answer = api.centre.extend_regime(extended.clone()).await.expect("extended");
    let regime = answer.into_inner().regime.expect("a regime");
    assert_eq!((&regime.until, &regime.hours), (&extended.until, &extended.hours));
    let again = api.centre.extend_regime(extended).await.expect("again").into_inner();
    assert_eq!(again.regime, Some(regime));

    contact(&mut api, in_secs(-2 * HOUR)).await;
    contact(&mut api, in_secs(-HOUR / 2)).await;
    let report = node.ask(&["report", "contacts", "--by", "regime"]);
    let keys = report["rows"].as_array().expect("rows").iter();
    let counted = keys.map(|it| (it["regime"].clone(), it["contacts"].clone()));
    let expected = [(json!("normal"), json!(1)), (json!("civil_security"), json!(1))];
    assert_eq!(counted.collect::<Vec<_>>(), expected);

    let lifted = lifting();
    let answer = api.centre.lift_regime(lifted.clone()).await.expect("lifted").into_inner();
    let regime = answer.regime.expect("a regime");
    assert!(regime.lifted_at.is_some() && regime.until == regime.lifted_at);
    let again = api.centre.lift_regime(lifted).await.expect("again").into_inner();
    assert_eq!(again.regime, Some(regime));
    assert_eq!(notices(&mut api).await, [None, None]);

    let coming = flood(24 * HOUR, 30 * HOUR);
    api.centre.declare_regime(coming.clone()).await.expect("declared");
    let now = centre(&mut api, None).await;
    assert_eq!((now.kind(), now.regime), (RegimeKind::Normal, None));
    assert_eq!(now.announced.expect("announced").from, coming.from);
    let then = centre(&mut api, coming.from).await;
    assert_eq!((then.kind(), then.announced), (RegimeKind::CivilSecurity, None));
}

fn history(node: &Node) -> Vec<serde_json::Value> {
    let at = ["centre", "show", "--at", "2100-01-01T12:00:00Z"];
    let answers = [node.ask(&["centre", "history"]), node.ask(&at)];
    answers.map(crate::support::without_positions).into()
}

#[tokio::test]
async fn a_regime_is_declared_extended_and_lifted_and_everybody_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let node = Node::start(&data);
    a_flood(&node).await;
    let before = history(&node);
    assert_eq!(before[0]["regimes"].as_array().expect("regimes").len(), 2);
    assert!(node.stop().success());
    let maintain = |command: &str| {
        beffroi(&[command, "--data", data.to_str().unwrap(), "--output", "json"]).json()
    };
    assert_eq!(maintain("verify")["same"], json!(true));
    maintain("rebuild");
    assert_eq!(maintain("verify")["same"], json!(true));
    let node = Node::start(&data);
    assert_eq!(history(&node), before);
}

#[tokio::test]
async fn a_regime_on_a_broker_is_seen_by_every_node() {
    let nats = NatsServer::start_temporary();
    let folder = tempfile::tempdir().unwrap();
    let start = |name: &str| Node::start_on(&Path::new(folder.path()).join(name), &nats.url());
    let node = start("one");
    a_flood(&node).await;
    let other = start("other");
    assert_eq!(history(&other), history(&node));
    let mut api = Api::connect(&other.url).await;
    let refused = refusal(api.centre.declare_regime(flood(0, HOUR)).await);
    assert_eq!(refused.reason, "REGIME_STANDS");
}

#[tokio::test]
async fn what_a_regime_cannot_be_is_refused_with_the_fields() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let days = |monday: &str| WeeklyHours { monday: monday.to_owned(), ..Default::default() };
    let with = |change: fn(&mut DeclareRegimeRequest)| {
        let mut call = flood(0, HOUR);
        change(&mut call);
        call
    };
    let mut wrong = vec![
        (with(|it| it.declaration_id.clear()), "declaration_id"),
        (with(|it| it.kind = RegimeKind::Normal.into()), "kind"),
        (with(|it| it.kind = 0), "kind"),
        (with(|it| it.until = None), "until"),
        (with(|it| it.products = vec!["Not a code".to_owned()]), "products[0]"),
        (flood(HOUR, HOUR), "until"),
        (flood(-2 * HOUR, -HOUR), "until"),
        (flood(0, HOUR), "notice.english"),
    ];
    if let Some((call, _)) = wrong.last_mut() {
        call.notice = Some(Bilingual { french: "Inondation".to_owned(), ..Default::default() });
    }
    for (hours, field) in [
        (days("8-22"), "hours.monday"),
        (days("22:00-22:00"), "hours.monday"),
        (days(""), "hours"),
        (WeeklyHours { around_the_clock: true, ..days("08:00-22:00") }, "hours"),
    ] {
        wrong.push((DeclareRegimeRequest { hours: Some(hours), ..flood(0, HOUR) }, field));
    }
    for (call, field) in wrong {
        let refused = refusal(api.centre.declare_regime(call.clone()).await);
        assert_eq!(refused.code, Code::InvalidArgument, "{call:?}");
        assert_eq!(refused.fields, [field], "{call:?}");
    }
    assert_eq!(api.sequence().await, 0);
}

#[tokio::test]
async fn what_stands_decides_what_may_happen_to_a_regime() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    for refused in [
        refusal(api.centre.lift_regime(lifting()).await),
        refusal(api.centre.extend_regime(extension(HOUR)).await),
    ] {
        assert_eq!(
            (refused.code, refused.reason.as_str()),
            (Code::FailedPrecondition, "NO_REGIME")
        );
    }
    let declaration = flood(-HOUR, HOUR);
    api.centre.declare_regime(declaration.clone()).await.expect("declared");

    let status = api.centre.declare_regime(flood(2 * HOUR, 3 * HOUR)).await.expect_err("refused");
    let info = status.get_error_details().error_info().cloned().expect("a reason");
    assert_eq!(info.reason, "REGIME_STANDS");
    assert!(info.metadata.contains_key("from") && info.metadata.contains_key("until"));
    assert_eq!(refusal(api.centre.extend_regime(extension(0)).await).reason, "NOT_LATER");
    let other = LiftRegimeRequest { lifting_id: declaration.declaration_id, ..lifting() };
    assert_eq!(refusal(api.centre.lift_regime(other).await).reason, "ID_TAKEN");

    api.centre.lift_regime(lifting()).await.expect("lifted");
    let early = refusal(api.centre.declare_regime(flood(-HOUR / 2, HOUR)).await);
    assert_eq!((early.code, early.reason.as_str()), (Code::FailedPrecondition, "TOO_EARLY"));
    let said = |lang: &str| {
        let ended = node.run(&["centre", "lift", "--lang", lang, "--output", "json"]);
        ended.error(5)["message"].as_str().expect("a message").to_owned()
    };
    assert!(said("fr").starts_with("aucun régime ne tient"), "{}", said("fr"));
    assert!(said("en").starts_with("no regime stands"), "{}", said("en"));

    let published = node.run(&["catalogue", "publish", "quebec"]);
    assert_eq!(published.code, Some(0), "{published:?}");
    let unknown = DeclareRegimeRequest { products: vec!["licorne".to_owned()], ..flood(0, HOUR) };
    assert_eq!(refusal(api.centre.declare_regime(unknown).await).fields, ["products[0]"]);
}

#[tokio::test]
async fn regimes_are_listed_newest_first_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    for day in [1, 2, 3] {
        api.centre.declare_regime(flood(day * 24 * HOUR, 100 * HOUR)).await.expect("declared");
        api.centre.lift_regime(lifting()).await.expect("lifted");
    }
    let mut call = ListRegimesRequest { page_size: 2, ..ListRegimesRequest::default() };
    let first = api.centre.list_regimes(call.clone()).await.expect("a page").into_inner();
    call.page_token = first.next_page_token;
    let last = api.centre.list_regimes(call).await.expect("a page").into_inner();
    assert_eq!((first.regimes.len(), last.regimes.len()), (2, 1));
    assert_eq!(last.next_page_token, "");
    let begun: Vec<_> = first.regimes.iter().chain(&last.regimes).map(|it| it.from).collect();
    assert!(begun.is_sorted_by_key(|it| std::cmp::Reverse(it.map(|it| it.seconds))));
}

#[tokio::test]
async fn a_text_is_screened_without_being_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let text = "Mon mari vient de tomber par terre, il ne respire plus".to_owned();
    let answer = api.centre.screen_text(ScreenTextRequest { text }).await.expect("screened");
    let answer = answer.into_inner();
    assert_eq!(answer.emergency(), Emergency::LifeInDanger);
    assert!(answer.instruction.contains("dial 9-1-1"), "{}", answer.instruction);
    let text = "Un bac bleu n'a pas été ramassé".to_owned();
    let answer = api.centre.screen_text(ScreenTextRequest { text }).await.expect("screened");
    assert_eq!(answer.into_inner().instruction, "");
    for text in [String::new(), "a".repeat(10_001)] {
        let refused = refusal(api.centre.screen_text(ScreenTextRequest { text }).await);
        assert_eq!(refused.fields, ["text"]);
    }
    assert_eq!(api.sequence().await, 0);
}
