//! Contacts that open no request, and whose they are.

use beffroi_harness::NatsServer;
use beffroi_wire::pb::event::v1::{Channel, ContactOutcome, Emergency, Nature};
use beffroi_wire::pb::intake::v1::{
    ContactDetails, Exchange, OpenServiceRequestRequest, RecordContactRequest,
};
use serde_json::json;
use tonic::Code;

use super::{adding, by_telephone, check, email, new_id, telephone};
use crate::support::{Api, Node, open, refusal};

fn contact(details: ContactDetails) -> RecordContactRequest {
    RecordContactRequest {
        contact_id: new_id(),
        channel: Channel::Telephone.into(),
        nature: Nature::Information.into(),
        outcome: ContactOutcome::Informed.into(),
        contact_details: Some(details),
        ..RecordContactRequest::default()
    }
}

on_both_logs!(
    check_contacts,
    contacts_belong_to_whoever_their_contact_details_find,
    contacts_belong_to_whoever_their_contact_details_find_on_a_broker
);

async fn check_contacts(node: Node) {
    let mut api = Api::connect(&node.url).await;
    let one = api.saved(adding(vec![telephone("418 555-0123")])).await.id;
    let two = api.saved(adding(vec![email("nom@exemple.ca")])).await.id;
    let by_both =
        ContactDetails { email: "Nom@Exemple.ca".to_owned(), ..by_telephone("+1 418 555-0123") };
    let nobody = by_telephone("418 555-0199");
    let named = RecordContactRequest { citizen_id: two.clone(), ..contact(by_both.clone()) };
    for call in [contact(by_both.clone()), contact(nobody), named] {
        for _ in 0..2 {
            api.intake.record_contact(call.clone()).await.expect("recorded");
        }
    }
    // The telephone comes first; who is named is not looked for.
    assert_eq!([api.contacts(&one).await, api.contacts(&two).await], [1, 1]);
    let before = api.sequence().await;
    let wrong = refusal(api.intake.record_contact(contact(by_telephone("555"))).await);
    assert_eq!(wrong.fields, ["contact_details.telephone"]);
    assert_eq!(api.sequence().await, before);
    api.merge(&two, &one).await.expect("merged");
    assert_eq!(api.contacts(&one).await, 2);
}

on_both_logs!(
    check_refused,
    a_refused_emergency_counts_for_whoever_called,
    a_refused_emergency_counts_for_whoever_called_on_a_broker
);

async fn check_refused(node: Node) {
    let mut api = Api::connect(&node.url).await;
    let one = api.saved(adding(vec![email("nom@exemple.ca")])).await.id;
    let two = api.saved(adding(vec![telephone("418 555-0123")])).await.id;
    let emergency = |details: ContactDetails| OpenServiceRequestRequest {
        emergency: Emergency::Crime.into(),
        contact_details: Some(details),
        ..open("Nid-de-poule", 0)
    };
    // A number that is none must not keep anybody from 9-1-1, nor from being found otherwise.
    let partly =
        emergency(ContactDetails { email: "nom@exemple.ca".to_owned(), ..by_telephone("555") });
    let exchange = Exchange { citizen_id: two.clone(), ..Exchange::default() };
    let by_exchange = OpenServiceRequestRequest { exchange: Some(exchange), ..partly.clone() };
    let by_exchange = OpenServiceRequestRequest { request_id: new_id(), ..by_exchange };
    for call in [partly, by_exchange, emergency(by_telephone("418 555-0199"))] {
        for _ in 0..2 {
            let refused = refusal(api.intake.open_service_request(call.clone()).await);
            check(&refused, Code::FailedPrecondition, "EMERGENCY", "9-1-1");
        }
    }
    assert_eq!([api.contacts(&one).await, api.contacts(&two).await], [1, 1]);
    assert_eq!(api.volumes().await.contacts.iter().map(|it| it.count).sum::<u64>(), 3);
}

#[tokio::test]
async fn a_contact_is_recorded_for_a_caller_without_keeping_what_they_are_found_by() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let saved = node.ask(&["citizen", "save", "--telephone", "418 555-0123"]);
    let citizen = saved["citizen"]["id"].as_str().unwrap();
    let contact = ["contact", "--outcome", "informed", "--telephone", "(418) 555-0123"];
    let more = ["--email", "marguerite@exemple.ca", "--app-account", "marguerite"];
    node.ask(&[&contact[..], &more].concat());
    assert_eq!(node.ask(&["citizen", citizen])["citizen"]["contacts"], json!(1));
    let data = node.data.clone();
    assert!(node.stop().success());
    for entry in std::fs::read_dir(data).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for mark in ["555-0123", "5550123", "marguerite"] {
            assert!(!bytes.windows(mark.len()).any(|it| it == mark.as_bytes()), "{mark}");
        }
    }
}
