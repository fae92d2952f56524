//! How a node and its broker know each other: each way right and wrong, and what is said of it.

mod permissions;

use std::fs;
use std::path::Path;

use beffroi_harness::{Authority, NatsCluster, NatsServer, Nkey, Operator};

use crate::support::{Api, Ended, Node, beffroi, open, wait_until};

/// What no log and no error may hold: the beginnings of seeds of users, of JWTs, of PEM keys.
const SECRETS: [&str; 4] = ["password-of-nodes", "SUA", "eyJ0", "PRIVATE KEY"];

/// What a node is told that must reach its log.
#[track_caller]
fn works(options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start_with(&folder.path().join("node"), options);
    let node = node.unwrap_or_else(|ended| panic!("{ended:?}"));
    node.ask(&["list"]);
    let said = node.said();
    assert!(node.stop().success());
    no_secret(&said);
}

/// What a node is told that must not, and what it says in both languages.
#[track_caller]
fn refused(options: &[&str], words: &[&str], mots: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    for (lang, words) in [("en", words), ("fr", mots)] {
        let ended = run(&data, options, lang);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        for word in words {
            assert!(ended.stderr.contains(word), "`{word}` is not in {}", ended.stderr);
        }
        no_secret(&ended.stderr);
    }
}

fn run(data: &Path, options: &[&str], lang: &str) -> Ended {
    let rebuild = ["rebuild", "--data", data.to_str().unwrap(), "--lang", lang];
    beffroi(&[&rebuild, options].concat())
}

#[track_caller]
fn no_secret(said: &str) {
    for secret in SECRETS {
        assert!(!said.contains(secret), "`{secret}` is in {said}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_password_in_the_address_is_used_and_a_wrong_one_refused() {
    let nats = NatsServer::start_temporary();
    works(&["--nats", &nats.url()]);
    let wrong = nats.url().replace("password-of-nodes", "password-of-nodes-no-more");
    let advice = ["refuses who the node says it is", "give --nats-credentials, --nats-nkey"];
    let conseil = ["ne reconnaît pas", "donnez --nats-credentials, --nats-nkey"];
    refused(&["--nats", &wrong], &advice, &conseil);
    refused(&["--nats", &format!("nats://{}", nats.address())], &advice, &conseil);
}

#[test]
fn an_nkey_lets_a_node_into_a_cluster_whose_authority_it_knows() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = NatsCluster::start();
    let (url, ca, nkey) = (cluster.url(), text(cluster.ca()), text(cluster.nkey()));
    works(&["--nats", &url, "--nats-replicas", "3", "--nats-ca", ca, "--nats-nkey", nkey]);

    let stranger = Nkey::new(folder.path(), "stranger");
    refused(
        &["--nats", &url, "--nats-ca", ca, "--nats-nkey", text(&stranger.seed)],
        &["refuses who the node says it is", "the file of --nats-nkey is not, or no longer"],
        &["ne reconnaît pas", "le fichier de --nats-nkey n'est pas, ou n'est plus"],
    );
    refused(
        &["--nats", &url, "--nats-ca", ca, "--nats-nkey", ca],
        &["ca.pem` holds no seed of a user's NKey", "correct --nats-nkey"],
        &["ca.pem` ne contient pas la graine", "corrigez --nats-nkey"],
    );
    refused(
        &["--nats", &url, "--nats-ca", "nowhere.pem", "--nats-nkey", nkey],
        &["`nowhere.pem` cannot be read", "correct --nats-ca"],
        &["`nowhere.pem` ne peut être lu : aucun fichier de ce nom", "corrigez --nats-ca"],
    );
    refused(
        &["--nats", &url, "--nats-ca", text(&stranger.seed), "--nats-nkey", nkey],
        &["stranger.nk` does not hold what is expected in PEM", "correct --nats-ca"],
        &["stranger.nk` ne contient pas ce qui est attendu en PEM", "corrigez --nats-ca"],
    );
    let other = Authority::new(folder.path(), "other");
    for options in [vec![], vec!["--nats-ca", text(&other.certificate)]] {
        refused(
            &[&["--nats", &url, "--nats-nkey", nkey], options.as_slice()].concat(),
            &["no secure connection", "UnknownIssuer", "with --nats-ca"],
            &["pas de connexion sûre", "UnknownIssuer", "par --nats-ca"],
        );
    }
}

#[test]
fn a_broker_that_asks_for_a_certificate_gets_the_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path(), "ca");
    let server = authority.sign("server");
    let nats = NatsServer::start_with(&format!(
        "tls {{ cert_file: {:?}, key_file: {:?}, ca_file: {:?}, verify: true }}",
        server.certificate, server.key, authority.certificate
    ));
    let url = format!("tls://{}", nats.address());
    let known = ["--nats", &url, "--nats-ca", text(&authority.certificate)];
    let node = authority.sign("node");
    let shown = ["--nats-certificate", text(&node.certificate), "--nats-key", text(&node.key)];
    works(&[known, shown].concat());

    let words = ["no secure connection", "--nats-certificate and --nats-key"];
    let mots = ["pas de connexion sûre", "--nats-certificate et --nats-key"];
    refused(&known, &words, &mots);
    let stranger = Authority::new(folder.path(), "other").sign("stranger");
    let shown =
        ["--nats-certificate", text(&stranger.certificate), "--nats-key", text(&stranger.key)];
    refused(&[known, shown].concat(), &words, &mots);
    let half = [&known[..], &["--nats-certificate", text(&node.certificate)]].concat();
    let ended = run(folder.path(), &half, "en");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("--nats-key"), "{ended:?}");
}

#[test]
fn credentials_are_used_until_they_expire() {
    const PAST: i64 = 1_750_000_000;
    let folder = tempfile::tempdir().unwrap();
    let operator = Operator::new();
    let nats = NatsServer::start_with(&operator.access());
    let url = format!("nats://{}", nats.address());
    let good = operator.credentials(folder.path(), "good", None);
    works(&["--nats", &url, "--nats-credentials", text(&good)]);

    let late = operator.credentials(folder.path(), "late", Some(PAST));
    refused(
        &["--nats", &url, "--nats-credentials", text(&late)],
        &["late.creds` expired at 2025-06-15T15:06:40+00:00", "renew the file of"],
        &["late.creds` a expiré le 2025-06-15T15:06:40+00:00", "renouvelez le fichier de"],
    );
    let stranger = Operator::new().credentials(folder.path(), "stranger", None);
    refused(
        &["--nats", &url, "--nats-credentials", text(&stranger)],
        &["refuses who the node says it is", "the file of --nats-credentials is not"],
        &["ne reconnaît pas", "le fichier de --nats-credentials n'est pas"],
    );
    let key = Nkey::new(folder.path(), "key").seed;
    refused(
        &["--nats", &url, "--nats-credentials", text(&key)],
        &["key.nk` holds no JWT with its seed", "correct --nats-credentials"],
        &["key.nk` ne contient pas un JWT et sa graine", "corrigez --nats-credentials"],
    );
    let ended = run(
        folder.path(),
        &["--nats", &url, "--nats-credentials", text(&good), "--nats-nkey", text(&key)],
        "en",
    );
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[tokio::test]
async fn a_renewed_file_is_used_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let access = |key: &Nkey| format!("authorization {{ users: [ {{ nkey: {} }} ] }}", key.public);
    let (old, new) = (Nkey::new(folder.path(), "old"), Nkey::new(folder.path(), "new"));
    let mut nats = NatsServer::start_with(&access(&old));
    let url = format!("nats://{}", nats.address());
    let options = ["--nats", &url, "--nats-nkey", text(&old.seed)];
    let node = Node::start_with(&folder.path().join("node"), &options).unwrap();
    let mut api = Api::connect(&node.url).await;
    api.opened(open("Abattage d'arbre", 60)).await;
    nats.change_access(&access(&new));
    nats.restart();
    wait_until("a refusal", || node.said().contains("authorization violation"));
    fs::copy(&new.seed, &old.seed).unwrap();
    api.opened(open("Abattage d'arbre", 60)).await;
    no_secret(&node.said());
}
