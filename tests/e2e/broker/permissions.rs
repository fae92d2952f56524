//! What a broker may keep a node from doing, each named.

use std::time::Duration;

use beffroi_harness::{NatsServer, Proxy};
use tonic::Code;

use super::refused;
use crate::support::{Api, Node, open, refusal};

/// Everything that `deploy/nats/permissions.conf` lets a node publish on.
const NEEDED: [&str; 6] = [
    "beffroi.v1.city.>",
    "$JS.API.STREAM.CREATE.beffroi-v1-city",
    "$JS.API.STREAM.INFO.beffroi-v1-city",
    "$JS.API.STREAM.MSG.GET.beffroi-v1-city",
    "$JS.API.CONSUMER.CREATE.beffroi-v1-city",
    "$JS.API.CONSUMER.MSG.NEXT.beffroi-v1-city.*",
];

fn access(publish: &[&str], subscribe: &str) -> String {
    format!(
        "authorization {{ users: [ {{ user: a, password: b, permissions: \
         {{ publish: {{ allow: {publish:?} }}, subscribe: {{ allow: {subscribe:?} }} }} }} ] }}"
    )
}

fn without(subject: &str) -> Vec<&'static str> {
    NEEDED.into_iter().filter(|it| *it != subject).collect()
}

#[tokio::test]
async fn what_a_node_may_not_do_is_named_by_its_subject() {
    let folder = tempfile::tempdir().unwrap();
    let mut nats = NatsServer::start_with(&access(&NEEDED, "_INBOX.beffroi.>"));
    let url = format!("nats://a:b@{}", nats.address());
    let data = folder.path().join("first");
    let node = Node::start_on(&data, &url);
    Api::connect(&node.url).await.opened(open("Abattage d'arbre", 60)).await;
    assert!(node.stop().success());
    // A stream that is there need not be made.
    for subject in NEEDED.into_iter().filter(|it| it.starts_with("$JS")) {
        nats.change_access(&access(&without(subject), "_INBOX.beffroi.>"));
        nats.restart();
        if subject.contains("STREAM.CREATE") || subject.contains("MSG.GET") {
            continue;
        }
        let subject = subject.trim_end_matches('*');
        let (named, nomme) =
            (format!("publish on `{subject}"), format!("`publish` sur `{subject}"));
        refused(&["--nats", &url], &["does not permit to", &named], &["ne permet pas", &nomme]);
    }
    nats.change_access(&access(&NEEDED, "_INBOX.other.>"));
    nats.restart();
    refused(
        &["--nats", &url],
        &["does not permit to subscribe on `_INBOX.beffroi.", "deploy/nats/permissions.conf"],
        &["ne permet pas `subscribe` sur `_INBOX.beffroi.", "deploy/nats/permissions.conf"],
    );
}

#[tokio::test]
async fn a_call_that_the_broker_does_not_permit_is_refused_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_with(&access(&without(NEEDED[0]), "_INBOX.beffroi.>"));
    let url = format!("nats://a:b@{}", nats.address());
    let node = Node::start_on(&folder.path().join("node"), &url);
    let mut api = Api::connect(&node.url).await;
    let answer = api.intake.open_service_request(open("Abattage d'arbre", 60)).await;
    let refusal = refusal(answer);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "LOG_REFUSED"));
    assert!(refusal.message.contains("permit to publish on `beffroi.v1.city."), "{refusal:?}");
}

#[tokio::test]
async fn a_call_that_was_perhaps_stored_before_it_was_denied_is_not_called_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut nats = NatsServer::start_with(&access(&NEEDED, "_INBOX.beffroi.>"));
    let proxy = Proxy::start(nats.address());
    let node = |name: &str, address: &str| {
        Node::start_on(&folder.path().join(name), &format!("nats://a:b@{address}"))
    };
    let (writer, witness) = (node("writer", &proxy.address()), node("witness", &nats.address()));
    let mut api = Api::connect(&writer.url).await;
    let mut seen = Api::connect(&witness.url).await;
    proxy.lose_to_client();
    let answer =
        tokio::spawn(async move { api.intake.open_service_request(open("Graffiti", 0)).await });
    while seen.sequence().await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    nats.change_access(&access(&without(NEEDED[0]), "_INBOX.beffroi.>"));
    nats.restart();
    proxy.heal();
    let refusal = refusal(answer.await.unwrap());
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::Unavailable, "OUTCOME_UNKNOWN"));
}
