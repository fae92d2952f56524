//! What is delivered, again and again if need be, and what is parked.

use std::fs;

use beffroi_wire::pb::query::v1::{Breach, BreachKind};

use super::{SECRET, SECRET_BYTES, Town};
use crate::support::{Api, Hook, Node, terminate, wait_until};

const IMPATIENT: &str = "first_retry = \"1ms\"\nlast_retry = \"5ms\"\nattempts = 3";
const STUBBORN: &str = "first_retry = \"1ms\"\nlast_retry = \"5ms\"\nattempts = 100";

fn ids(facts: &[Breach]) -> Vec<String> {
    facts.iter().map(|it| it.id.clone()).collect()
}

#[tokio::test]
async fn what_is_wanted_is_delivered_in_order_and_signed_and_told_as_the_commands_tell_it() {
    let mut town = Town::start().await;
    let (french, english) = (Hook::start(), Hook::start());
    let recipients = [("fr", french.url.as_str(), "fr"), ("en", english.url.as_str(), "en")];
    let config = town.configure(IMPATIENT, &recipients, "breach");
    let mut deliverer = town.deliverer(&config);
    let facts = town.facts(20, BreachKind::Breach).await;
    wait_until("all", || french.taken().len() == 20 && english.taken().len() == 20);
    assert_eq!(french.taken(), ids(&facts));
    assert_eq!(english.taken(), ids(&facts));
    let listed = town.node.ask(&["breaches", "--kind", "breach", "--lang", "fr"]);
    for (at, received) in french.received().iter().enumerate() {
        assert!(received.is_signed(&SECRET_BYTES), "{received:?}");
        assert_eq!(received.id, format!("{}_fr", facts[at].id));
        assert_eq!(received.json(), listed["breaches"][at]);
    }
    assert!(!french.received()[0].is_signed(&[8; 32]));
    terminate(&deliverer.process);
    assert!(deliverer.process.wait().unwrap().success(), "told to end, it has not failed");
    // Told to say all it can, it says neither secrets nor what it delivers.
    let said = fs::read_to_string(&deliverer.log).unwrap();
    assert!(said.contains("delivered"), "{said}");
    let bodies = french.received();
    let silent = [SECRET, &SECRET[6..], "Abattage", &bodies[0].signature[3..]];
    for secret in silent {
        assert!(!said.contains(secret), "it says `{secret}`");
    }
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_with_the_same_id_and_holds_its_place() {
    let mut town = Town::start().await;
    let hook = Hook::start();
    hook.answer(&[500, 302, 429, 503]);
    let config = town.configure(STUBBORN, &[("ops", &hook.url, "fr")], "breach");
    let facts = town.facts(3, BreachKind::Breach).await;
    let _deliverer = town.deliverer(&config);
    wait_until("all", || hook.taken().len() == 3);
    assert_eq!(hook.taken(), ids(&facts));
    let received = hook.received();
    let statuses: Vec<u16> = received.iter().map(|it| it.answered.unwrap()).collect();
    assert_eq!(statuses, [500, 302, 429, 503, 204, 204, 204]);
    assert!(
        received[..5].iter().all(|it| (&it.id, &it.body) == (&received[0].id, &received[0].body))
    );
    assert!(town.parked().is_empty());
}

#[tokio::test]
async fn what_stays_undelivered_is_parked_and_delivered_when_told_to_try_again() {
    let mut town = Town::start().await;
    let hook = Hook::start();
    // The first one is refused for good, the second one three times, the third one is taken.
    hook.answer(&[410, 503, 503, 503]);
    let config = town.configure(IMPATIENT, &[("ops", &hook.url, "fr")], "breach");
    let facts = town.facts(3, BreachKind::Breach).await;
    let deliverer = town.deliverer(&config);
    wait_until("the third", || hook.taken().len() == 1);
    assert_eq!(hook.taken(), [facts[2].id.as_str()]);
    let answer = town.notify(&["parked"]).json();
    let (first, second) = (&answer["parked"][0], &answer["parked"][1]);
    assert_eq!((&first["problem"], &first["attempts"]), (&"http_410".into(), &1.into()));
    assert_eq!((&second["problem"], &second["attempts"]), (&"http_503".into(), &3.into()));
    assert_eq!(first["breach"]["number"], facts[0].number.as_str());
    assert_eq!(town.notify(&["retry", "nobody_ops"]).code, Some(4));
    // While it runs, one by its id; when it does not, all.
    let id = second["id"].as_str().unwrap().to_owned();
    assert_eq!(town.notify(&["retry", &id]).json()["retried"], serde_json::json!([id]));
    wait_until("the second", || hook.taken().len() == 2);
    deliverer.kill();
    assert_eq!(town.parked(), [format!("{}_ops", facts[0].id)]);
    town.notify(&["retry", "--all"]).json();
    assert!(town.parked().is_empty());
    let _deliverer = town.deliverer(&config);
    // The kill may have come before the second one was known to be taken: then it comes again.
    wait_until("the first", || hook.taken().len() >= 3);
    assert_eq!(hook.taken()[..3], [2, 1, 0].map(|at: usize| facts[at].id.clone()));
}

#[tokio::test]
async fn killed_between_receipt_and_acknowledgement_it_delivers_again_and_loses_nothing() {
    let mut town = Town::start().await;
    let hook = Hook::start();
    let config = town.configure(STUBBORN, &[("ops", &hook.url, "fr")], "breach");
    let mut facts = Vec::new();
    for round in 1..=5 {
        hook.hold(true);
        let before = hook.received().len();
        let deliverer = town.deliverer(&config);
        facts = town.facts(4 * round, BreachKind::Breach).await;
        wait_until("one that is not acknowledged", || hook.received().len() > before);
        deliverer.kill();
        hook.hold(false);
        let deliverer = town.deliverer(&config);
        // And now and then in the midst of it.
        wait_until("some", || hook.taken().len() > before);
        deliverer.kill();
    }
    // The node may go away as well.
    let deliverer = town.deliverer(&config);
    let (url, data) = (town.node.url.clone(), town.node.data.clone());
    town.node.kill();
    town.node = Node::start_at(&data, &url);
    town.api = Api::connect(&url).await;
    let expected = ids(&facts);
    wait_until("all", || {
        let taken = hook.taken();
        expected.iter().all(|it| taken.contains(it))
    });
    drop(deliverer);
    let received = hook.received();
    for it in &received {
        let body = it.json();
        assert_eq!(it.id, format!("{}_ops", body["id"].as_str().unwrap()));
        assert!(it.is_signed(&SECRET_BYTES));
    }
    // Each kill may repeat the one that was under way, and nothing else.
    let mut firsts = Vec::new();
    for it in received.iter().map(|it| it.json()["id"].as_str().unwrap().to_owned()) {
        if !firsts.contains(&it) {
            firsts.push(it);
        }
    }
    assert_eq!(firsts, expected);
    let repeated = received.len() - firsts.len();
    assert!(repeated <= 11, "{repeated} repeated");
}

#[tokio::test]
async fn a_dead_recipient_holds_up_nobody_else() {
    let mut town = Town::start().await;
    let live = Hook::start();
    let silent = Hook::start();
    silent.hold(true);
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/hook", listener.local_addr().unwrap())
    };
    let recipients =
        [("gone", gone.as_str(), "fr"), ("silent", &silent.url, "fr"), ("live", &live.url, "fr")];
    let patient = "timeout = \"60s\"\nfirst_retry = \"1ms\"\nlast_retry = \"5ms\"\nattempts = 2";
    let config = town.configure(patient, &recipients, "breach");
    let _deliverer = town.deliverer(&config);
    let facts = town.facts(150, BreachKind::Breach).await;
    wait_until("the live one", || live.taken().len() == facts.len());
    assert_eq!(live.taken(), ids(&facts));
    assert_eq!(silent.received().len(), 1);
    wait_until("all of the dead one's are parked", || town.parked().len() == facts.len());
    assert!(town.parked().iter().all(|it| it.ends_with("_gone")));
}
