//! Citizens' records: found in any spelling, merged and un-merged, whoever asks and however often.

/// A check that holds on both logs.
macro_rules! on_both_logs {
    ($check:ident, $embedded:ident, $broker:ident) => {
        #[tokio::test]
        async fn $embedded() {
            let folder = tempfile::tempdir().unwrap();
            $check(Node::start(folder.path())).await;
        }

        #[tokio::test]
        async fn $broker() {
            let folder = tempfile::tempdir().unwrap();
            let nats = NatsServer::start_temporary();
            $check(Node::start_on(folder.path(), &nats.url())).await;
        }
    };
}

mod contacts;
mod nodes;

use beffroi_harness::NatsServer;
use beffroi_wire::pb::citizen::v1::identifier::Identifier as Kind;
use beffroi_wire::pb::citizen::v1::{
    FindCitizenRequest, Identifier, MergeCitizensRequest, SaveCitizenRequest, UnmergeCitizenRequest,
};
use beffroi_wire::pb::event::v1::{Channel, ContactOutcome, Language, Nature};
use beffroi_wire::pb::intake::v1::{
    ContactDetails, OpenServiceRequestRequest, OpenServiceRequestResponse, RecordContactRequest,
};
use beffroi_wire::pb::query::v1::{
    Citizen, GetCitizenRequest, ListServiceRequestsRequest, ServiceRequest, ServiceRequestFilter,
};
use serde_json::json;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::support::{Api, Node, Refusal, beffroi, open, refusal};

pub(crate) fn telephone(text: &str) -> Identifier {
    Identifier { identifier: Some(Kind::Telephone(text.to_owned())) }
}

pub(crate) fn email(text: &str) -> Identifier {
    Identifier { identifier: Some(Kind::Email(text.to_owned())) }
}

pub(crate) fn account(text: &str) -> Identifier {
    Identifier { identifier: Some(Kind::AppAccount(text.to_owned())) }
}

fn new_id() -> String {
    Uuid::now_v7().to_string()
}

pub(crate) fn adding(add: Vec<Identifier>) -> SaveCitizenRequest {
    SaveCitizenRequest { save_id: new_id(), add, ..SaveCitizenRequest::default() }
}

fn of(citizen: &str, add: Vec<Identifier>, withdraw: Vec<Identifier>) -> SaveCitizenRequest {
    SaveCitizenRequest {
        save_id: new_id(),
        citizen_id: citizen.to_owned(),
        add,
        withdraw,
        ..SaveCitizenRequest::default()
    }
}

pub(crate) fn merging(citizen: &str, into: &str) -> MergeCitizensRequest {
    MergeCitizensRequest {
        merge_id: new_id(),
        citizen_id: citizen.to_owned(),
        into: into.to_owned(),
        actor: String::new(),
    }
}

pub(crate) fn unmerging(citizen: &str) -> UnmergeCitizenRequest {
    UnmergeCitizenRequest {
        unmerge_id: new_id(),
        citizen_id: citizen.to_owned(),
        actor: String::new(),
    }
}

impl Api {
    async fn save(&mut self, call: SaveCitizenRequest) -> Result<Citizen, Status> {
        let answer = self.citizen.save_citizen(call).await?;
        Ok(answer.into_inner().citizen.expect("a citizen"))
    }

    async fn saved(&mut self, call: SaveCitizenRequest) -> Citizen {
        self.save(call).await.expect("saved")
    }

    async fn find(&mut self, identifier: Identifier) -> Result<Citizen, Status> {
        let call = FindCitizenRequest { identifier: Some(identifier), min_position: None };
        Ok(self.citizen.find_citizen(call).await?.into_inner().citizen.expect("a citizen"))
    }

    async fn found(&mut self, identifier: Identifier) -> String {
        self.find(identifier).await.expect("found").id
    }

    async fn merge(&mut self, citizen: &str, into: &str) -> Result<Citizen, Status> {
        let answer = self.citizen.merge_citizens(merging(citizen, into)).await?;
        Ok(answer.into_inner().citizen.expect("a citizen"))
    }

    async fn unmerge(&mut self, citizen: &str) -> Result<Citizen, Status> {
        let answer = self.citizen.unmerge_citizen(unmerging(citizen)).await?;
        Ok(answer.into_inner().citizen.expect("a citizen"))
    }

    async fn contacts(&mut self, citizen: &str) -> u64 {
        self.synthesis(citizen).await.0.contacts
    }

    /// The synthesis and the requests, read page by page.
    async fn synthesis(&mut self, citizen: &str) -> (Citizen, Vec<ServiceRequest>) {
        let mut call = GetCitizenRequest {
            citizen_id: citizen.to_owned(),
            page_size: 2,
            ..GetCitizenRequest::default()
        };
        let mut requests = Vec::new();
        loop {
            let page = self.query.get_citizen(call.clone()).await.expect("known").into_inner();
            requests.extend(page.service_requests);
            if page.next_page_token.is_empty() {
                return (page.citizen.expect("a citizen"), requests);
            }
            call.page_token = page.next_page_token;
        }
    }

    async fn open_with(
        &mut self,
        details: ContactDetails,
        register_citizen: bool,
    ) -> OpenServiceRequestResponse {
        let call = OpenServiceRequestRequest {
            contact_details: Some(details),
            register_citizen,
            ..open("Nid-de-poule", 0)
        };
        self.intake.open_service_request(call).await.expect("opened").into_inner()
    }
}

fn by_telephone(text: &str) -> ContactDetails {
    ContactDetails { telephone: text.to_owned(), ..ContactDetails::default() }
}

fn asker(answer: &OpenServiceRequestResponse) -> String {
    answer.service_request.as_ref().expect("a request").citizen_id.clone()
}

#[track_caller]
fn check(refused: &Refusal, code: Code, reason: &str, says: &str) {
    assert_eq!((refused.code, refused.reason.as_str()), (code, reason), "{refused:?}");
    assert!(refused.message.contains(says), "{refused:?}");
}

on_both_logs!(
    check_found,
    a_citizen_is_found_in_every_spelling,
    a_citizen_is_found_in_every_spelling_on_a_broker
);

async fn check_found(node: Node) {
    let mut api = Api::connect(&node.url).await;
    let call = SaveCitizenRequest {
        language: Language::English.into(),
        ..adding(vec![
            telephone("418 555-0123"),
            email("Lea.Tremblay@Exemple.ca"),
            account("lea-311"),
        ])
    };
    let saved = api.saved(call).await;
    assert_eq!(saved.language(), Language::English);
    let counts: Vec<u32> = saved.identifiers.iter().map(|it| it.count).collect();
    assert_eq!((counts, saved.records.as_slice()), (vec![1, 1, 1], &[saved.id.clone()][..]));
    for identifier in [
        telephone("(418) 555-0123"),
        telephone("+1 418.555.0123"),
        telephone("011 1 418 555 0123"),
        email(" LEA.TREMBLAY@exemple.CA"),
        account("lea-311"),
    ] {
        assert_eq!(api.found(identifier.clone()).await, saved.id, "{identifier:?}");
    }
    for identifier in [
        telephone("418 555-0123 poste 4"),
        email("lea.tremblay+311@exemple.ca"),
        account("LEA-311"),
    ] {
        let unknown = refusal(api.find(identifier).await);
        check(&unknown, Code::NotFound, "UNKNOWN_CITIZEN", "known by this identifier");
        assert!(unknown.metadata.is_empty(), "{unknown:?}");
    }
}

on_both_logs!(
    check_askers,
    requests_belong_to_whoever_their_contact_details_find,
    requests_belong_to_whoever_their_contact_details_find_on_a_broker
);

async fn check_askers(node: Node) {
    let mut api = Api::connect(&node.url).await;
    let one = api.saved(adding(vec![telephone("418 555-0123")])).await.id;
    let found = api.open_with(by_telephone("(418) 555-0123"), false).await;
    assert_eq!((asker(&found), found.other_citizens.len()), (one.clone(), 0));
    let nobody = api.open_with(ContactDetails::default(), false).await;
    assert_eq!(asker(&nobody), "");
    let unknown = ContactDetails { email: "Nom@Exemple.ca".to_owned(), ..Default::default() };
    assert_eq!(asker(&api.open_with(unknown.clone(), false).await), "");
    assert_eq!(refusal(api.find(email("nom@exemple.ca")).await).code, Code::NotFound);
    let registered = api.open_with(unknown, true).await;
    let other = asker(&registered);
    assert_eq!(api.found(email("nom@exemple.ca")).await, other);
    // The telephone number counts first; a person may want to merge the other.
    let both = ContactDetails {
        email: "nom@exemple.ca".to_owned(),
        app_account: "nobody".to_owned(),
        ..by_telephone("4185550123")
    };
    let opened = api.open_with(both, true).await;
    assert_eq!((asker(&opened), opened.other_citizens), (one.clone(), vec![other.clone()]));
    let requests = |it: &Citizen| it.status_counts.iter().map(|it| it.count).sum::<u64>();
    assert_eq!(requests(&api.synthesis(&one).await.0), 2);
    assert_eq!(requests(&api.synthesis(&other).await.0), 1);
    // Whoever names the citizen has looked already.
    let named = OpenServiceRequestRequest {
        citizen_id: other.clone(),
        contact_details: Some(by_telephone("418-555-0123")),
        ..open("Graffiti", 0)
    };
    let opened = api.intake.open_service_request(named).await.expect("opened").into_inner();
    assert_eq!((asker(&opened), opened.other_citizens), (other, vec![one]));
}

#[tokio::test]
async fn an_opening_sent_again_keeps_its_asker() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let call = OpenServiceRequestRequest {
        contact_details: Some(by_telephone("418 555-0123")),
        register_citizen: true,
        ..open("Nid-de-poule", 0)
    };
    let first = api.intake.open_service_request(call.clone()).await.unwrap().into_inner();
    api.saved(of(&asker(&first), vec![], vec![telephone("418 555-0123")])).await;
    api.saved(adding(vec![telephone("418 555-0123")])).await;
    let before = api.sequence().await;
    let again = api.intake.open_service_request(call).await.unwrap().into_inner();
    assert_eq!(asker(&again), asker(&first));
    assert_eq!(api.sequence().await, before);
    let call = OpenServiceRequestRequest { register_citizen: true, ..open("Nid-de-poule", 0) };
    let missing = refusal(api.intake.open_service_request(call).await);
    assert_eq!(missing.fields, ["contact_details"]);
}

on_both_logs!(
    check_merged,
    merged_records_speak_as_one_and_unmerged_ones_as_before,
    merged_records_speak_as_one_and_unmerged_ones_as_before_on_a_broker
);

async fn check_merged(node: Node) {
    let mut api = Api::connect(&node.url).await;
    let save = SaveCitizenRequest {
        language: Language::English.into(),
        ..adding(vec![telephone("418 555-0123")])
    };
    let one = api.saved(save).await.id;
    let two = api.saved(adding(vec![email("nom@exemple.ca"), account("nom")])).await.id;
    for citizen in [&one, &two, &one, &two, &two] {
        let call =
            OpenServiceRequestRequest { citizen_id: citizen.clone(), ..open("Nid-de-poule", 0) };
        api.opened(call).await;
    }
    let contact = RecordContactRequest {
        contact_id: new_id(),
        citizen_id: two.clone(),
        channel: Channel::Telephone.into(),
        nature: Nature::Information.into(),
        outcome: ContactOutcome::Informed.into(),
        ..RecordContactRequest::default()
    };
    api.intake.record_contact(contact).await.expect("recorded");
    let before = [api.synthesis(&one).await, api.synthesis(&two).await];

    let merged = api.merge(&two, &one).await.expect("merged");
    assert_eq!(merged.records, [one.clone(), two.clone()]);
    assert_eq!((merged.id.as_str(), merged.merged_into.as_str()), (one.as_str(), ""));
    assert_eq!((merged.contacts, merged.language()), (1, Language::English));
    assert_eq!(merged.identifiers.iter().map(|it| it.count).sum::<u32>(), 3);
    assert_eq!(api.found(email("nom@exemple.ca")).await, one);
    let (root, requests) = api.synthesis(&one).await;
    assert_eq!((&root, requests.len()), (&merged, 5));
    assert!(requests.is_sorted_by_key(|it| std::cmp::Reverse(it.number.clone())));
    let through = api.synthesis(&two).await;
    let named = Citizen { id: two.clone(), merged_into: one.clone(), ..merged };
    assert_eq!(through, (named, requests.clone()));
    for citizen in [&one, &two] {
        let filter = ServiceRequestFilter { citizen_id: citizen.clone(), ..Default::default() };
        let call = ListServiceRequestsRequest { filter: Some(filter), ..Default::default() };
        let listed = api.query.list_service_requests(call).await.expect("listed").into_inner();
        assert_eq!(listed.service_requests, requests);
    }

    let apart = api.unmerge(&two).await.expect("un-merged");
    assert_eq!(apart, before[1].0);
    assert_eq!([api.synthesis(&one).await, api.synthesis(&two).await], before);
    assert_eq!(api.found(email("nom@exemple.ca")).await, two);
}

#[tokio::test]
async fn an_identifier_belongs_to_one_person() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let shared = || vec![telephone("418 555-0123")];
    let one = api.saved(adding(shared())).await.id;
    let two = api.saved(adding(vec![email("nom@exemple.ca")])).await.id;
    let language = Language::English.into();
    let call = SaveCitizenRequest { language, ..of(&two, shared(), vec![]) };
    let taken = refusal(api.save(call).await);
    check(&taken, Code::AlreadyExists, "IDENTIFIER_TAKEN", "merge");
    assert_eq!((&taken.metadata["citizen_id"], &*taken.metadata["kind"]), (&one, "telephone"));
    assert_eq!(api.synthesis(&two).await.0.language(), Language::Unspecified, "nothing is saved");
    // Found by one of them, in conflict with the other.
    let both = adding(vec![email("nom@exemple.ca"), telephone("418 555-0123")]);
    let taken = refusal(api.save(both).await);
    assert_eq!((taken.reason.as_str(), &taken.metadata["citizen_id"]), ("IDENTIFIER_TAKEN", &two));

    let three = api.saved(adding(vec![account("nom")])).await.id;
    api.merge(&one, &two).await.expect("merged");
    // In the same family it counts as held; of another it is the root's.
    let held = api.saved(of(&two, shared(), vec![])).await;
    assert_eq!(held.identifiers.iter().map(|it| it.count).sum::<u32>(), 2);
    let taken = refusal(api.save(of(&three, shared(), vec![])).await);
    assert_eq!(taken.metadata["citizen_id"], two);
    let merged = refusal(api.save(of(&one, vec![account("x")], vec![])).await);
    check(&merged, Code::FailedPrecondition, "CITIZEN_MERGED", &two);
    assert_eq!(merged.metadata["citizen_id"], two);
    // Asked of the root, a withdrawal goes to the record that has it.
    let left = api.saved(of(&two, vec![], shared())).await;
    assert_eq!(left.identifiers.iter().map(|it| it.count).sum::<u32>(), 1);
    assert_eq!(api.saved(of(&three, shared(), vec![])).await.id, three);
    assert_eq!(api.found(telephone("418 555-0123")).await, three);
    let contradictory = refusal(api.save(of(&three, shared(), shared())).await);
    check(
        &contradictory,
        Code::InvalidArgument,
        "CONTRADICTORY_IDENTIFIERS",
        "added and withdrawn",
    );
}

#[tokio::test]
async fn merges_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let mut citizens = Vec::new();
    for number in 0..4 {
        citizens.push(api.saved(adding(vec![account(&format!("a{number}"))])).await.id);
    }
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| citizens[at].as_str());
    let unknown = new_id();
    api.merge(a, b).await.expect("merged");
    api.merge(b, c).await.expect("merged");
    let before = api.sequence().await;
    let precondition = Code::FailedPrecondition;
    for (citizen, into, code, reason, says) in [
        (d, d, Code::InvalidArgument, "SAME_CITIZEN", "itself"),
        (c, a, precondition, "CITIZEN_RING", a),
        (c, b, precondition, "CITIZEN_RING", b),
        (a, d, precondition, "CITIZEN_ALREADY_MERGED", b),
        (d, a, precondition, "INTO_MERGED_CITIZEN", c),
        (d, unknown.as_str(), Code::NotFound, "UNKNOWN_CITIZEN", unknown.as_str()),
        (unknown.as_str(), d, Code::NotFound, "UNKNOWN_CITIZEN", unknown.as_str()),
    ] {
        check(&refusal(api.merge(citizen, into).await), code, reason, says);
    }
    check(&refusal(api.unmerge(d).await), precondition, "CITIZEN_NOT_MERGED", "not merged");
    check(&refusal(api.unmerge(&unknown).await), Code::NotFound, "UNKNOWN_CITIZEN", &unknown);
    let nothing = MergeCitizensRequest::default();
    let nothing = refusal(api.citizen.merge_citizens(nothing).await);
    assert_eq!(nothing.fields, ["into", "merge_id", "citizen_id"]);
    assert_eq!(api.sequence().await, before);
}

#[tokio::test]
async fn what_is_no_identifier_is_refused_by_field_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let mut api = Api::connect(&node.url).await;
    let wrong = vec![telephone("418 PLOMBIER"), account("fine"), email("Nom at exemple.ca")];
    let refused = refusal(api.save(adding(wrong)).await);
    assert_eq!(refused.fields, ["add[0].telephone", "add[2].email"], "{refused:?}");
    check(&refused, Code::InvalidArgument, "INVALID_FIELD", "written in digits");
    for mark in ["PLOMBIER", "418", "Nom"] {
        assert!(!refused.message.contains(mark), "{refused:?}");
    }
    let refused = refusal(api.find(telephone("CALL-NOW")).await);
    assert_eq!(refused.fields, ["identifier.telephone"]);
    let nothing = FindCitizenRequest::default();
    assert_eq!(refusal(api.citizen.find_citizen(nothing).await).fields, ["identifier"]);
    let nobody = SaveCitizenRequest { save_id: new_id(), ..SaveCitizenRequest::default() };
    assert_eq!(refusal(api.save(nobody).await).fields, ["citizen_id"]);
    let details = ContactDetails { telephone: "appelez ma sœur".to_owned(), ..Default::default() };
    let call =
        OpenServiceRequestRequest { contact_details: Some(details), ..open("Nid-de-poule", 0) };
    let refused = refusal(api.intake.open_service_request(call).await);
    assert_eq!(refused.fields, ["contact_details.telephone"]);
    assert_eq!(api.sequence().await, 0);
    let find = ["citizen", "find", "--telephone", "418 PLOMBIER", "--output", "json"];
    let said = node.run(&[&find[..], &["--lang", "fr"]].concat()).error(5);
    assert!(said["message"].as_str().unwrap().contains("s'écrit en chiffres"), "{said}");
}

#[tokio::test]
async fn calls_sent_again_change_nothing_ever() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    let save = adding(vec![telephone("418 555-0123"), account("a")]);
    let one = api.saved(save.clone()).await.id;
    let two = api.saved(adding(vec![account("b")])).await.id;
    // Found by an identifier that it takes away, and one that changes nothing.
    let withdraw = SaveCitizenRequest {
        save_id: new_id(),
        withdraw: vec![telephone("418 555-0123")],
        ..SaveCitizenRequest::default()
    };
    let idle = of(&two, vec![account("b")], vec![]);
    let (merge, unmerge) = (merging(&one, &two), unmerging(&one));
    api.saved(withdraw.clone()).await;
    api.saved(idle.clone()).await;
    api.citizen.merge_citizens(merge.clone()).await.expect("merged");
    api.citizen.unmerge_citizen(unmerge.clone()).await.expect("un-merged");
    api.saved(of(&two, vec![], vec![account("b")])).await;
    let before = (api.sequence().await, api.synthesis(&one).await, api.synthesis(&two).await);
    assert!(node.stop().success());
    let maintain =
        |command| beffroi(&[command, "--data", data.to_str().unwrap(), "--output", "json"]).json();
    assert_eq!(maintain("verify")["same"], json!(true));
    maintain("rebuild");
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    assert_eq!(api.saved(save.clone()).await.id, one);
    assert_eq!(api.saved(withdraw).await.id, one);
    assert_eq!(api.saved(idle).await.id, two);
    api.citizen.merge_citizens(merge.clone()).await.expect("merged before");
    api.citizen.unmerge_citizen(unmerge).await.expect("un-merged before");
    let after = (api.sequence().await, api.synthesis(&one).await, api.synthesis(&two).await);
    assert_eq!(after, before);
    // The same id for something else.
    let other = SaveCitizenRequest { citizen_id: two.clone(), ..save };
    assert_eq!(refusal(api.save(other).await).reason, "ID_TAKEN");
    let other = MergeCitizensRequest { into: new_id(), ..merge };
    assert_eq!(refusal(api.citizen.merge_citizens(other).await).reason, "ID_TAKEN");
}
