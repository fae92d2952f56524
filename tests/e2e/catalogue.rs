//! The catalogue on the log: published in versions, walked through, and kept with what was opened.

use std::fs;
use std::path::Path;

use beffroi_wire::pb::catalogue::v1::{GetCatalogueRequest, PublishCatalogueRequest};
use beffroi_wire::pb::event::v1::answer::Value;
use beffroi_wire::pb::event::v1::{Answer, Channel, ContactOutcome, Nature};
use beffroi_wire::pb::intake::v1::{OpenServiceRequestRequest, RecordContactRequest};
use serde_json::{Value as Json, json};
use tonic::Code;
use uuid::Uuid;

use crate::support::{Api, Node, open, refusal, without_positions};

const ID: &str = "00000000-0000-4000-8000-000000000001";

/// Publishes a catalogue of one product, named as told, and gives the version in force.
fn publish(node: &Node, folder: &Path, name: &str, id: &str) -> Json {
    let catalogue = format!(
        r#"
        name = {{ fr = "Ville", en = "City" }}
        [[unit]]
        code = "voirie"
        name = {{ fr = "Voirie", en = "Roads" }}
        [[product]]
        code = "{name}"
        name = {{ fr = "Chaussée {name}", en = "Road {name}" }}
        unit = "voirie"
        nature = "rapid_intervention"
        business_days = 3
        precision = [{{ code = "trou", name = {{ fr = "Trou", en = "Hole" }} }}]
        [[product.question]]
        code = "dans-la-rue"
        text = {{ fr = "Est-ce dans la rue?", en = "Is it in the street?" }}
        kind = "yes_no"
        outcome = [
            {{ is = ["yes"], precision = "trou" }},
            {{ is = ["no"], answer = {{ fr = "Appelez le 5-1-1.", en = "Call 5-1-1." }} }},
        ]
        [[product.question]]
        code = "largeur"
        text = {{ fr = "Quelle largeur?", en = "How wide?" }}
        kind = "number"
        unit = "cm"
        max = 500
        when = [{{ question = "dans-la-rue", is = ["yes"] }}]
        [[product.question]]
        code = "remarque"
        text = {{ fr = "Une remarque?", en = "Any remark?" }}
        kind = "text"
        required = false
        "#
    );
    let folder = folder.join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("catalogue.toml"), catalogue).unwrap();
    node.ask(&["catalogue", "publish", folder.to_str().unwrap(), "--id", id])
}

async fn given() -> (Node, Api, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let api = Api::connect(&node.url).await;
    (node, api, folder)
}

fn answer(question: &str, value: Value) -> Answer {
    Answer { question: question.to_owned(), value: Some(value), ..Answer::default() }
}

/// An opening of the first product, with all its answers.
fn hole() -> OpenServiceRequestRequest {
    OpenServiceRequestRequest {
        nature: Nature::Unspecified.into(),
        answers: vec![
            answer("remarque", Value::Text("Devant chez Marguerite".to_owned())),
            answer("largeur", Value::Number(42_500)),
            answer("dans-la-rue", Value::Yes(true)),
        ],
        ..open("ROAD UN", 0)
    }
}

#[tokio::test]
async fn versions_stay_readable_and_publishing_again_makes_none() {
    let (node, mut api, folder) = given().await;
    let first = publish(&node, folder.path(), "un", ID);
    assert_eq!((&first["version"], &first["products"]), (&json!(1), &json!(1)));
    assert_eq!(publish(&node, folder.path(), "un", &Uuid::now_v7().to_string()), first);
    let other = publish(&node, folder.path(), "deux", &Uuid::now_v7().to_string());
    assert_eq!(other["version"], json!(2));
    // The first call sent again finds the version that it made, and puts nothing in force.
    assert_eq!(publish(&node, folder.path(), "un", ID), first);
    assert_eq!(api.sequence().await, 2);
    let read = async |api: &mut Api, version| {
        let call = GetCatalogueRequest { version, min_position: None };
        let answer = api.catalogue.get_catalogue(call).await.unwrap().into_inner();
        answer.catalogue.unwrap().products[0].code.clone()
    };
    let read_all =
        async |api: &mut Api| [read(api, 1).await, read(api, 2).await, read(api, 0).await];
    assert_eq!(read_all(&mut api).await, ["un", "deux", "deux"]);
    let call = GetCatalogueRequest { version: 3, min_position: None };
    let refused = refusal(api.catalogue.get_catalogue(call).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::NotFound, "UNKNOWN_CATALOGUE"));
    let data = node.data.clone();
    node.stop();
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    assert_eq!(read_all(&mut api).await, ["un", "deux", "deux"]);
}

#[tokio::test]
async fn a_request_keeps_what_was_answered_and_the_version_it_was_taken_under() {
    let (node, mut api, folder) = given().await;
    publish(&node, folder.path(), "un", ID);
    let call = hole();
    let opened = api.opened(call.clone()).await;
    assert_eq!((opened.product.as_str(), opened.precision.as_str()), ("Chaussée un", "Trou"));
    assert_eq!((opened.product_code.as_str(), opened.precision_code.as_str()), ("un", "trou"));
    assert_eq!(opened.nature(), Nature::RapidIntervention);
    assert_eq!((opened.unit.as_str(), opened.catalogue_version), ("Voirie", 1));
    assert_eq!(opened.promises[0].promise.as_ref().unwrap().business_days, 3);
    publish(&node, folder.path(), "deux", &Uuid::now_v7().to_string());
    let said = |lang: &str| -> Vec<(String, String)> {
        let shown = node.ask(&["show", &opened.number, "--lang", lang]);
        let answers = shown["answers"].as_array().unwrap().clone();
        let text = |it: &Json, key: &str| it[key].as_str().unwrap().to_owned();
        answers.iter().map(|it| (text(it, "text"), text(it, "answer"))).collect()
    };
    let pairs = |pairs: [(&str, &str); 3]| pairs.map(|(a, b)| (a.to_owned(), b.to_owned()));
    let remark = "Devant chez Marguerite";
    assert_eq!(
        said("fr"),
        pairs([
            ("Est-ce dans la rue?", "Oui"),
            ("Quelle largeur?", "42,5\u{a0}cm"),
            ("Une remarque?", remark)
        ])
    );
    assert_eq!(
        said("en"),
        pairs([
            ("Is it in the street?", "Yes"),
            ("How wide?", "42.5\u{a0}cm"),
            ("Any remark?", remark)
        ])
    );
    // The product is gone: the call sent again still finds what it opened.
    let before = api.sequence().await;
    assert_eq!(api.opened(call).await.number, opened.number);
    assert_eq!(api.sequence().await, before);
    let shown = without_positions(node.ask(&["show", &opened.number]));
    let data = node.data.clone();
    node.stop();
    let rebuilt = crate::support::beffroi(&["rebuild", "--data", data.to_str().unwrap()]);
    assert_eq!(rebuilt.code, Some(0), "{rebuilt:?}");
    let node = Node::start(&data);
    assert_eq!(without_positions(node.ask(&["show", &opened.number])), shown);
}

#[tokio::test]
async fn wrong_answers_are_named_by_their_question_and_nothing_is_opened() {
    let (node, mut api, folder) = given().await;
    let unasked = hole();
    let refused = refusal(api.intake.open_service_request(unasked).await);
    assert_eq!(refused.fields, ["answers", "nature"], "{refused:?}");
    publish(&node, folder.path(), "un", ID);
    let with = |answers: Vec<Answer>| OpenServiceRequestRequest { answers, ..hole() };
    let yes = || answer("dans-la-rue", Value::Yes(true));
    let width = |it| answer("largeur", Value::Number(it));
    let cases: [(OpenServiceRequestRequest, &[&str]); 7] = [
        (with(vec![]), &["answers[un/dans-la-rue]"]),
        (with(vec![yes()]), &["answers[un/largeur]"]),
        (with(vec![yes(), width(500_001)]), &["answers[un/largeur]"]),
        (with(vec![yes(), width(1), answer("age", Value::Yes(true))]), &["answers[age]"]),
        (with(vec![yes(), yes(), width(1)]), &["answers[dans-la-rue]"]),
        (
            with(vec![answer("dans-la-rue", Value::Text("oui".to_owned()))]),
            &["answers[un/dans-la-rue]"],
        ),
        (OpenServiceRequestRequest { product: "Chausée un".to_owned(), ..hole() }, &["product"]),
    ];
    for (call, fields) in cases {
        let refused = refusal(api.intake.open_service_request(call).await);
        assert_eq!(
            (refused.code, refused.reason.as_str()),
            (Code::InvalidArgument, "INVALID_FIELD")
        );
        assert_eq!(refused.fields, fields, "{refused:?}");
    }
    let elsewhere = with(vec![answer("dans-la-rue", Value::Yes(false))]);
    let refused = refusal(api.intake.open_service_request(elsewhere).await);
    assert_eq!((refused.reason.as_str(), refused.message.as_str()), ("INFORMED", "Call 5-1-1."));
    assert_eq!(api.sequence().await, 1);
    // Who could not ask may leave answers out, but not give wrong ones.
    let letter = OpenServiceRequestRequest { unasked: true, ..with(vec![]) };
    api.opened(letter).await;
    let wrong = OpenServiceRequestRequest { unasked: true, ..with(vec![width(1)]) };
    let refused = refusal(api.intake.open_service_request(wrong).await);
    assert_eq!(refused.fields, ["answers[largeur]"], "{refused:?}");
}

#[tokio::test]
async fn a_catalogue_that_cannot_be_used_is_not_published() {
    let (_node, mut api, _folder) = given().await;
    let call = |publication_id: String, catalogue| PublishCatalogueRequest {
        publication_id,
        catalogue,
        actor: String::new(),
    };
    let nothing = refusal(api.catalogue.publish_catalogue(call(String::new(), None)).await);
    assert_eq!(nothing.fields, ["publication_id", "catalogue"], "{nothing:?}");
    let empty =
        call(Uuid::now_v7().to_string(), Some(beffroi_wire::pb::event::v1::Catalogue::default()));
    let refused = refusal(api.catalogue.publish_catalogue(empty).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"));
    assert!(refused.message.contains("no product"), "{refused:?}");
    assert_eq!(api.sequence().await, 0);
}

fn contact(product: &str) -> RecordContactRequest {
    RecordContactRequest {
        contact_id: Uuid::now_v7().to_string(),
        channel: Channel::Telephone.into(),
        nature: Nature::Information.into(),
        outcome: ContactOutcome::Informed.into(),
        product: product.to_owned(),
        ..RecordContactRequest::default()
    }
}

#[tokio::test]
async fn contacts_and_requests_are_counted_under_the_same_product() {
    let (node, mut api, folder) = given().await;
    api.intake.record_contact(contact("Road un")).await.expect("any words");
    publish(&node, folder.path(), "un", ID);
    let named: Vec<_> = ["un", "ROAD UN", "chaussee un", ""].map(contact).into();
    for call in &named {
        api.intake.record_contact(call.clone()).await.expect("recorded");
    }
    api.opened(hole()).await;
    let keys = ["--by", "product,catalogue-product"];
    let rows = |of: &str| -> Vec<(String, String, Option<u64>)> {
        let report = node.ask(&[&["report", of], &keys[..]].concat());
        let text = |it: &Json| it.as_str().unwrap().to_owned();
        let row =
            |it: &Json| (text(&it["product"]), text(&it["catalogue_product"]), it[of].as_u64());
        report["rows"].as_array().unwrap().iter().map(row).collect()
    };
    let of = |product: &str, code: &str, count| (product.to_owned(), code.to_owned(), Some(count));
    let counted = || vec![of("", "", 1), of("Chaussée un", "un", 3), of("Road un", "un", 1)];
    assert_eq!(rows("contacts"), counted());
    assert_eq!(rows("requests"), [of("Chaussée un", "un", 1)]);

    let before = api.sequence().await;
    let refused = refusal(api.intake.record_contact(contact("Chausée un")).await);
    assert_eq!(
        (refused.reason.as_str(), refused.fields),
        ("INVALID_FIELD", vec!["product".into()])
    );
    assert!(refused.message.contains("Road un"), "{}", refused.message);
    assert_eq!(api.sequence().await, before);
    // The product is gone: a call sent again still finds what it recorded.
    publish(&node, folder.path(), "deux", &Uuid::now_v7().to_string());
    for call in named {
        api.intake.record_contact(call).await.expect("recorded before");
    }
    assert_eq!(rows("contacts"), [of("", "", 1), of("Chaussée un", "un", 3), of("Road un", "", 1)]);
}
