//! 9-1-1 or 3-1-1: an emergency opens no request on any channel, and the contact is kept.

use beffroi_wire::pb::catalogue::v1::{GetNextQuestionsRequest, PublishCatalogueRequest};
use beffroi_wire::pb::event::v1::answer::Value;
use beffroi_wire::pb::event::v1::catalogue::{Outcome, Product, Question, Test, Unit};
use beffroi_wire::pb::event::v1::{
    Answer, Bilingual, Catalogue, Channel, ContactOutcome, Emergency, Language, Nature,
    QuestionKind,
};
use beffroi_wire::pb::intake::v1::{Exchange, OpenServiceRequestRequest};
use tonic::Code;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::support::{Api, Node, open};

const CHANNELS: [Channel; 10] = [
    Channel::Telephone,
    Channel::App,
    Channel::Email,
    Channel::WebForm,
    Channel::InPerson,
    Channel::Mail,
    Channel::SocialMedia,
    Channel::Employee,
    Channel::System,
    Channel::Other,
];

#[expect(clippy::unnecessary_wraps, reason = "the fields of messages are optional")]
fn both(text: &str) -> Option<Bilingual> {
    Some(Bilingual { french: format!("{text} fr"), english: format!("{text} en") })
}

/// One product, whose only question ends at 9-1-1 when somebody is hurt.
fn catalogue() -> Catalogue {
    let hurt = Outcome {
        test: Some(Test { is: vec!["yes".to_owned()], ..Test::default() }),
        emergency: Emergency::RoadAccident.into(),
        ..Outcome::default()
    };
    let question = Question {
        code: "blesse".to_owned(),
        text: both("Quelqu'un est-il blessé ?"),
        kind: QuestionKind::YesNo.into(),
        outcomes: vec![hurt],
        ..Question::default()
    };
    let product = Product {
        code: "chaussee".to_owned(),
        name: both("Chaussée"),
        unit: "voirie".to_owned(),
        nature: Nature::Service.into(),
        questions: vec![question],
        ..Product::default()
    };
    Catalogue {
        name: both("Ville"),
        units: vec![Unit { code: "voirie".to_owned(), name: both("Voirie") }],
        programmes: Vec::new(),
        commitments: Vec::new(),
        products: vec![product],
    }
}

async fn publish(api: &mut Api) {
    let call = PublishCatalogueRequest {
        publication_id: Uuid::now_v7().to_string(),
        catalogue: Some(catalogue()),
        actor: String::new(),
    };
    api.catalogue.publish_catalogue(call).await.expect("published");
}

fn hurt(yes: bool) -> Vec<Answer> {
    let value = Some(Value::Yes(yes));
    vec![Answer { question: "blesse".to_owned(), value, ..Answer::default() }]
}

/// An opening with an emergency that was declared, and one whose answers lead to it.
fn emergencies(
    channel: Channel,
    language: Language,
) -> [(OpenServiceRequestRequest, Emergency); 2] {
    let call = || OpenServiceRequestRequest {
        channel: channel.into(),
        language: language.into(),
        ..open("chaussee", 0)
    };
    let declared = OpenServiceRequestRequest {
        emergency: Emergency::Crime.into(),
        answers: hurt(false),
        ..call()
    };
    let by_the_tree = OpenServiceRequestRequest { answers: hurt(true), ..call() };
    [(declared, Emergency::Crime), (by_the_tree, Emergency::RoadAccident)]
}

/// The opening is refused for the emergency, with the instruction in the asker's language.
async fn refused(api: &mut Api, call: &OpenServiceRequestRequest, emergency: Emergency) {
    let status = api.intake.open_service_request(call.clone()).await.expect_err("refused");
    assert_eq!(status.code(), Code::FailedPrecondition, "{call:?}");
    let details = status.get_error_details();
    let info = details.error_info().expect("a reason");
    assert_eq!((info.reason.as_str(), info.domain.as_str()), ("EMERGENCY", "beffroi"));
    let name = emergency.as_str_name().trim_start_matches("EMERGENCY_").to_lowercase();
    assert_eq!(info.metadata["emergency"], name);
    assert_eq!(info.metadata["call"], "9-1-1");
    let dial = match call.language() {
        Language::French => "composez le 9-1-1",
        Language::English | Language::Unspecified => "dial 9-1-1",
    };
    assert!(status.message().contains(dial), "{}", status.message());
}

/// How many contacts were sent to 9-1-1, by channel; no request is there.
async fn transferred(api: &mut Api) -> Vec<(Channel, u64)> {
    let volumes = api.volumes().await;
    assert_eq!(volumes.requests, []);
    let contacts = volumes.contacts.iter();
    assert!(contacts.clone().all(|it| it.outcome() == ContactOutcome::TransferredTo911));
    contacts.map(|it| (it.channel(), it.count)).collect()
}

#[tokio::test]
async fn an_emergency_opens_no_request_on_any_channel_and_is_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    publish(&mut api).await;
    let languages = [Language::French, Language::English];
    let calls = CHANNELS.iter().flat_map(|channel| {
        languages.into_iter().flat_map(|language| emergencies(*channel, language))
    });
    let calls: Vec<_> = calls.collect();
    for (call, emergency) in &calls {
        refused(&mut api, call, *emergency).await;
        let sequence = api.sequence().await;
        refused(&mut api, call, *emergency).await;
        assert_eq!(api.sequence().await, sequence);
    }
    let expected: Vec<_> = CHANNELS.iter().map(|channel| (*channel, 4)).collect();
    assert_eq!(transferred(&mut api).await, expected);

    assert!(node.stop().success());
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    let sequence = api.sequence().await;
    for (call, emergency) in &calls {
        refused(&mut api, call, *emergency).await;
    }
    assert_eq!(api.sequence().await, sequence);
    assert_eq!(transferred(&mut api).await, expected);
    let report = node.ask(&["report", "contacts", "--by", "catalogue-product,language"]);
    let rows = report["rows"].as_array().expect("rows");
    assert!(rows.iter().all(|it| it["catalogue_product"] == "chaussee"), "{report}");
    assert_eq!(
        rows.iter().map(|it| it["transferred_to_911"].as_u64()).collect::<Vec<_>>(),
        [Some(20), Some(20)]
    );
}

#[tokio::test]
async fn an_emergency_is_declared_where_no_catalogue_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let call = OpenServiceRequestRequest {
        emergency: Emergency::LifeInDanger.into(),
        language: Language::French.into(),
        exchange: Some(Exchange { waited_secs: 12, handled_secs: 30, ..Exchange::default() }),
        ..open("Autre", 0)
    };
    refused(&mut api, &call, Emergency::LifeInDanger).await;
    refused(&mut api, &call, Emergency::LifeInDanger).await;
    assert_eq!(transferred(&mut api).await, [(Channel::Telephone, 1)]);
}

#[tokio::test]
async fn the_questions_lead_to_9_1_1_before_anything_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    publish(&mut api).await;
    let call = GetNextQuestionsRequest {
        product: "chaussee".to_owned(),
        answers: hurt(true),
        ..GetNextQuestionsRequest::default()
    };
    let next = api.catalogue.get_next_questions(call).await.expect("questions").into_inner();
    assert_eq!(next.emergency(), Emergency::RoadAccident);
    assert!(next.message.contains("dial 9-1-1"), "{}", next.message);
    let no = OpenServiceRequestRequest {
        emergency: Emergency::None.into(),
        answers: hurt(false),
        ..open("chaussee", 0)
    };
    api.opened(no).await;
}

#[tokio::test]
async fn free_text_suggests_an_emergency_and_never_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    for channel in CHANNELS {
        for (text, suggested) in [
            ("Mon mari vient de tomber par terre, il ne respire plus", true),
            ("Un bac bleu n'a pas été ramassé", false),
        ] {
            let call = OpenServiceRequestRequest {
                channel: channel.into(),
                description: text.to_owned(),
                ..open("Autre", 0)
            };
            let answer = api.intake.open_service_request(call).await.expect("opened").into_inner();
            assert!(answer.service_request.is_some());
            let suggestion = answer.emergency_suggestion;
            assert_eq!(suggestion.is_some(), suggested, "{text}");
            if let Some(it) = suggestion {
                assert_eq!(it.emergency(), Emergency::LifeInDanger);
                assert!(it.instruction.contains("dial 9-1-1"), "{}", it.instruction);
            }
        }
    }
    assert_eq!(api.volumes().await.contacts, []);
}

#[tokio::test]
async fn the_command_line_shows_what_the_description_suggests_before_the_request() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let describe = |text| ["open", "--product", "Autre", "--description", text];
    let text = "Mon mari vient de tomber par terre, il ne respire plus";
    let opened = node.ask(&[&describe(text)[..], &["--lang", "fr"]].concat());
    let suggestion = &opened["emergency_suggestion"];
    assert_eq!(suggestion["emergency"], "life_in_danger");
    assert!(suggestion["instruction"].as_str().unwrap().contains("composez le 9-1-1"));
    assert_eq!(opened["service_request"]["status"], "open");
    for (lang, begins, says) in [
        ("fr", "ATTENTION : la description évoque une urgence.", "composez le 9-1-1"),
        ("en", "ATTENTION: the description suggests an emergency.", "dial 9-1-1"),
    ] {
        let shown = node.run(&[&describe(text)[..], &["--lang", lang]].concat());
        assert_eq!(shown.code, Some(0), "{shown:?}");
        assert!(shown.stdout.starts_with(begins) && shown.stdout.contains(says), "{shown:?}");
    }
    let harmless = node.ask(&describe("Un bac bleu n'a pas été ramassé"));
    assert!(harmless.get("emergency_suggestion").is_none(), "{harmless}");
}
