//! Nothing that names a person is in a subject, a header, a line of the log or a key; what is only
//! hashed is nowhere at all.
//!
//! What is sealed is not encrypted yet: the payload of an event holds it, in the journal and in the
//! projections' table of events. That no other row depends on it is tested with the fold.

use std::fs;
use std::path::Path;

use beffroi_harness::NatsServer;
use beffroi_journal::{Access, JetStreamConfig, Journal};
use beffroi_wire::pb::citizen::v1::{FindCitizenRequest, SaveCitizenRequest};
use beffroi_wire::pb::event::v1::Visibility;
use beffroi_wire::pb::intake::v1::{ContactDetails, OpenServiceRequestRequest};
use uuid::Uuid;

use crate::citizens::{account, adding, email, merging, telephone, unmerging};
use crate::support::{Api, Node, follow_up, open, refusal};

/// What is kept sealed, as it was written.
const SEALED: [&str; 7] = [
    "Ondine Vraisemblance",
    "(367) 555-0184",
    "Ondine.Vraisemblance@Exemple.CA",
    "ondine-du-311",
    "Ma cour est sous 43 centimètres d'eau",
    "1184, rue des Marques",
    "Une équipe a vu la cour inondée",
];
/// What only a citizen's record is found by, as it was written.
const HASHED: [&str; 4] =
    ["418 555.0167", "Secrete.Adresse@Exemple.QUEBEC", "compte-bien-secret", "+33 1 99 00 12 34"];
/// The normal forms of all of them.
const FORMS: [&str; 5] = [
    "+13675550184",
    "+14185550167",
    "+33199001234",
    "ondine.vraisemblance@exemple.ca",
    "secrete.adresse@exemple.quebec",
];

/// Does everything that a person can be named in.
async fn speak_of_people(node: &Node) {
    let mut api = Api::connect(&node.url).await;
    let hashed =
        vec![telephone(HASHED[0]), email(HASHED[1]), account(HASHED[2]), telephone(HASHED[3])];
    let call = SaveCitizenRequest { name: SEALED[0].to_owned(), ..adding(hashed.clone()) };
    let saved = api.citizen.save_citizen(call).await.expect("saved").into_inner();
    let citizen = saved.citizen.expect("a citizen").id;
    for identifier in hashed {
        let call = FindCitizenRequest { identifier: Some(identifier), min_position: None };
        api.citizen.find_citizen(call).await.expect("found");
    }
    let details = ContactDetails {
        name: SEALED[0].to_owned(),
        telephone: SEALED[1].to_owned(),
        email: SEALED[2].to_owned(),
        app_account: SEALED[3].to_owned(),
    };
    let call = OpenServiceRequestRequest {
        description: SEALED[4].to_owned(),
        contact_details: Some(details),
        address: SEALED[5].to_owned(),
        register_citizen: true,
        ..open("Refoulement d'égout", 0)
    };
    let request = api.opened(call).await;
    let note = follow_up(&request.id, SEALED[6], Visibility::Public);
    api.intake.add_follow_up(note).await.expect("added");
    let call = merging(&request.citizen_id, &citizen);
    api.citizen.merge_citizens(call).await.expect("merged");
    let call = unmerging(&request.citizen_id);
    api.citizen.unmerge_citizen(call).await.expect("un-merged");
    // Refusals name no one either: taken, unknown, not an identifier.
    let taken = SaveCitizenRequest {
        citizen_id: Uuid::now_v7().to_string(),
        ..adding(vec![telephone(HASHED[0])])
    };
    refusal(api.citizen.save_citizen(taken).await);
    let wrong = adding(vec![telephone(SEALED[0]), email(SEALED[4])]);
    refusal(api.citizen.save_citizen(wrong).await);
}

#[track_caller]
fn names_nobody(what: &str, text: &str) {
    for mark in SEALED.iter().chain(&HASHED).chain(&FORMS) {
        let line = text
            .lines()
            .find(|it| it.contains(mark))
            .map(|it| it.chars().take(200).collect::<String>());
        assert!(line.is_none(), "`{mark}` is in {what}: {line:?}");
    }
}

/// The subjects, the names and the values of the headers of a log, one a line.
async fn outsides(journal: &Journal) -> String {
    let mut outsides = Vec::new();
    let last = journal.state().await.expect("a log").last;
    assert!(last >= 8, "{last}");
    for sequence in 1..=last {
        let entry = journal.get(sequence).await.expect("read").expect("an entry").entry;
        outsides.push(format!("{} {:?}", entry.subject, entry.headers));
    }
    outsides.join("\n")
}

fn holds(file: &Path, mark: &str) -> bool {
    let bytes = fs::read(file).unwrap();
    bytes.windows(mark.len()).any(|it| it == mark.as_bytes())
}

#[track_caller]
fn files_hold_no_identifier(folder: &Path) {
    let mut files = 0;
    for file in fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
        for mark in HASHED.iter().chain(&FORMS) {
            assert!(!holds(&file, mark), "`{mark}` is in {}", file.display());
        }
        files += 1;
    }
    assert!(files >= 2, "{files}");
}

#[tokio::test]
async fn nobody_is_named_outside_of_what_is_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let node = Node::start_traced(&data, &[]);
    speak_of_people(&node).await;
    let said = node.said();
    assert!(said.contains("TRACE") && said.lines().count() > 100, "nothing was traced");
    names_nobody("what the node said", &said);
    assert!(node.stop().success());
    files_hold_no_identifier(&data);
    // Looking for marks finds what is there.
    assert!(SEALED.iter().all(|mark| holds(&data.join("journal.redb"), mark)));
    let journal = Journal::open_embedded(&data.join("journal.redb")).unwrap();
    names_nobody("the journal's subjects and headers", &outsides(&journal).await);
    journal.close().await;
}

#[tokio::test]
async fn nobody_is_named_outside_of_what_is_sealed_on_a_broker() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let data = folder.path().join("node");
    let node = Node::start_traced(&data, &["--nats", &nats.url()]);
    speak_of_people(&node).await;
    let said = node.said();
    assert!(said.contains("TRACE"), "nothing was traced");
    names_nobody("what the node said", &said);
    assert!(node.stop().success());
    files_hold_no_identifier(&data);
    let config = JetStreamConfig {
        url: nats.url(),
        access: Access::default(),
        stream: "beffroi-v1-city".to_owned(),
        subject_prefix: "beffroi.v1.city".to_owned(),
        replicas: 1,
    };
    let journal = Journal::connect(config).await.unwrap();
    names_nobody("the broker's subjects and headers", &outsides(&journal).await);
    journal.close().await;
}
