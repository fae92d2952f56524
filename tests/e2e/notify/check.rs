//! The configuration: what is wrong in it is told, and it can be tried.

use std::fs;

use beffroi_wire::pb::query::v1::BreachKind;
use serde_json::json;

use super::{SECRET_BYTES, Town};
use crate::support::{Hook, beffroi, wait_until};

#[tokio::test]
async fn what_is_wrong_is_told_with_its_line_and_key_in_both_languages() {
    let town = Town::start().await;
    let config = town.configure("attempts = 500", &[("ops", "http://10.0.0.1/", "fr")], "late");
    let file = config.to_str().unwrap();
    for (lang, word) in [("fr", "donnez"), ("en", "give")] {
        let arguments = ["notify", "check", "--config", file, "--output", "json", "--lang", lang];
        let error = beffroi(&arguments).error(5);
        assert_eq!(error["reason"], "INVALID_CONFIGURATION");
        let fields = error["fields"].as_array().unwrap();
        let found: Vec<&str> = fields.iter().map(|it| it["field"].as_str().unwrap()).collect();
        let expected =
            [(2, "delivery.attempts"), (5, "recipient.url"), (9, "recipient.when.kinds")];
        assert_eq!(found, expected.map(|(line, key)| format!("{file}:{line} {key}")));
        assert!(fields[0]["description"].as_str().unwrap().contains(word), "{error}");
    }
    let missing = beffroi(&["notify", "run", "--config", "nowhere.toml", "--lang", "fr"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("aucun fichier de ce nom"), "{missing:?}");
    assert_eq!(town.notify(&["parked"]).code, Some(1), "there is no state yet");
}

#[tokio::test]
async fn a_ping_is_signed_and_says_whether_it_arrived() {
    let town = Town::start().await;
    let (hook, gone) = (Hook::start(), Hook::start());
    gone.answer_always(410);
    let recipients = [("ops", hook.url.as_str(), "fr"), ("gone", gone.url.as_str(), "en")];
    let config = town.configure("", &recipients, "breach");
    let file = config.to_str().unwrap();
    let checked = beffroi(&["notify", "check", "--config", file, "--output", "json"]);
    assert_eq!(
        checked.json()["recipients"][0],
        json!({"name": "ops", "language": "fr", "rules": 1})
    );
    assert!(hook.received().is_empty());
    let pinged = beffroi(&["notify", "check", "--config", file, "--ping", "--output", "json"]);
    assert_eq!(pinged.code, Some(1));
    let answer: serde_json::Value = serde_json::from_str(&pinged.stdout).unwrap();
    assert_eq!(answer["recipients"][0]["ping"], "delivered");
    assert_eq!(answer["recipients"][1]["ping"], "http_410");
    let received = hook.received();
    assert_eq!(received[0].json()["kind"], "ping");
    assert!(received[0].is_signed(&SECRET_BYTES));
    fs::write(town.path("secret"), "sesame").unwrap();
    let refused = beffroi(&["notify", "check", "--config", file]);
    assert_eq!(refused.code, Some(5));
    assert!(refused.stderr.contains("whsec_") && !refused.stderr.contains("sesame"), "{refused:?}");
}

#[tokio::test]
async fn rules_say_who_is_told_of_what() {
    let mut town = Town::start().await;
    let (warned, since) = (Hook::start(), Hook::start());
    let config = town.configure("", &[("warned", &warned.url, "fr")], "warning");
    let text = fs::read_to_string(&config).unwrap();
    let later = format!(
        "[[recipient]]\nname = \"later\"\nurl = \"{}\"\nsecret_file = \"secret\"\n\
         language = \"en\"\nsince = 2100-01-01T00:00:00Z\n[[recipient.when]]\n",
        since.url
    );
    fs::write(&config, text + &later).unwrap();
    let _deliverer = town.deliverer(&config);
    // Within the last fifth of its delay, but around holidays: a warning and no breach. It is raised
    // before the breaches of what is opened afterwards.
    town.api.opened(crate::support::open("Abattage d'arbre", 26)).await;
    let expected = town.facts(3, BreachKind::Warning).await;
    wait_until("the warnings", || warned.taken().len() == expected.len());
    assert!(warned.received().iter().all(|it| it.json()["kind"] == "warning"));
    assert!(since.received().is_empty());
}
