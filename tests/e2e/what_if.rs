//! Which verdicts would be others.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Node, beffroi, import, workspace};

/// Seven complaints, which are promised in two business days, and one that nothing is promised.
const OPENED: [(&str, &str, &str, &str); 8] = [
    // Opened; what is done; then; of what.
    ("2026-03-02T10:00", "2026-03-03T10:00", "resolve", "Attente"),
    ("2026-03-02T10:00", "2026-03-04T10:00", "resolve", "Attente"),
    ("2026-03-02T10:00", "2026-03-04T19:00", "resolve", "Attente"),
    ("2026-03-02T10:00", "2026-03-05T10:00", "resolve", "Accueil"),
    ("2026-03-02T10:00", "2026-03-09T10:00", "resolve", "Accueil"),
    ("2026-03-02T10:00", "2026-03-04T11:00", "cancel", "Accueil"),
    ("2026-04-02T10:00", "2026-04-10T10:00", "resolve", "Accueil"),
    ("2026-03-03T10:00", "2026-03-04T10:00", "resolve", "Neige"),
];

fn given(folder: &Path) -> Node {
    let node = Node::start(&folder.join("node"));
    for (at, (opened, done, change, product)) in OPENED.into_iter().enumerate() {
        let id = format!("0192f0c1-2f5e-7c3a-9d41-5f0f6a9be00{at}");
        let zone = if opened.starts_with("2026-04") { ":00-04:00" } else { ":00-05:00" };
        let nature = if product == "Neige" { "service" } else { "complaint" };
        let (opened, done_zone) = (
            format!("{opened}{zone}"),
            if done < "2026-03-08" { ":00-05:00" } else { ":00-04:00" },
        );
        node.ask(&[
            "open",
            "--id",
            &id,
            "--product",
            product,
            "--nature",
            nature,
            "--occurred-at",
            &opened,
        ]);
        node.ask(&["change", &id, change, "--occurred-at", &format!("{done}{done_zone}")]);
    }
    node
}

/// Québec's file, with something in place of something else.
fn file(folder: &Path, from: &str, to: &str) -> PathBuf {
    let city = workspace().join("crates/server/cities/quebec.toml");
    let text = fs::read_to_string(city).unwrap();
    assert!(text.contains(from), "{from}");
    let file = folder.join("city.toml");
    fs::write(&file, text.replace(from, to)).unwrap();
    file
}

fn asked(node: &Node, premise: &str, file: &Path) -> Value {
    let march = ["--from", "2026-03-01", "--to", "2026-03-31"];
    node.ask(&[&["what-if", premise, file.to_str().unwrap()][..], &march].concat())
}

/// The figures that are not 0.
fn figures(row: &Value) -> Value {
    let of = row.as_object().unwrap().iter();
    let some = of.filter(|(key, it)| *key != "product" && **it != json!(0));
    some.map(|(key, it)| (key.clone(), it.clone())).collect::<serde_json::Map<_, _>>().into()
}

const COMPLAINTS: &str = "nature = \"complaint\"\nbusiness_days = 2";

#[test]
fn the_same_city_flips_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let node = given(folder.path());
    let same = file(folder.path(), "Québec", "Québec");
    for premise in ["--calendar", "--commitments"] {
        let answer = asked(&node, premise, &same);
        assert_eq!(
            figures(&answer["total"]),
            json!({ "requests": 7, "unchanged": 6 }),
            "{premise}"
        );
    }
    let before = node.ask(&["report", "volumes"])["position"].clone();
    let shown = node.run(&["what-if", "--commitments", same.to_str().unwrap()]).stdout;
    assert!(shown.contains("No verdict would be another one."), "{shown}");
    // Nothing was recorded.
    assert_eq!(node.ask(&["report", "volumes"])["position"], before);
}

#[test]
fn a_promise_of_a_day_more_or_less_flips_those_that_lie_between() {
    let folder = tempfile::tempdir().unwrap();
    let node = given(folder.path());
    let longer = file(folder.path(), COMPLAINTS, &COMPLAINTS.replace('2', "3"));
    let answer = asked(&node, "--commitments", &longer);
    let of = |product: &str| {
        let rows = answer["rows"].as_array().unwrap().iter();
        figures(rows.clone().find(|it| it["product"] == product).unwrap())
    };
    assert_eq!(of("Attente"), json!({ "requests": 3, "unchanged": 3 }));
    assert_eq!(of("Accueil"), json!({ "requests": 3, "late_to_on_time": 1, "unchanged": 2 }));
    assert_eq!(of("Neige"), json!({ "requests": 1 }));

    let shorter = file(folder.path(), COMPLAINTS, &COMPLAINTS.replace('2', "1"));
    let answer = asked(&node, "--commitments", &shorter);
    assert_eq!(
        figures(&answer["total"]),
        json!({ "requests": 7, "on_time_to_late": 2, "rescinded_to_late": 1, "unchanged": 3 })
    );
    let shown = node.run(&["what-if", "--commitments", shorter.to_str().unwrap()]).stdout;
    let first = shown.lines().nth(2).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(first[..4], ["Attente", "3", "2", "0"], "{shown}");
}

#[test]
fn a_commitment_for_all_promises_anew_and_none_takes_back() {
    let folder = tempfile::tempdir().unwrap();
    let node = given(folder.path());
    let all = file(folder.path(), "nature = \"complaint\"\n", "");
    let answer = asked(&node, "--commitments", &all);
    let total = json!({ "requests": 7, "newly_promised": 1, "unchanged": 6 });
    assert_eq!(figures(&answer["total"]), total);
    let none = file(folder.path(), "nature = \"complaint\"\n", "nature = \"comment\"\n");
    let answer = asked(&node, "--commitments", &none);
    // Nothing is taken from what was cancelled in time.
    let total = json!({ "requests": 7, "no_longer_promised": 5, "unchanged": 1 });
    assert_eq!(figures(&answer["total"]), total);
}

#[test]
fn a_calendar_with_a_holiday_more_gives_a_day_more() {
    let folder = tempfile::tempdir().unwrap();
    let node = given(folder.path());
    let holiday = file(folder.path(), "2026-04-03, ", "2026-03-03, 2026-04-03, ");
    let answer = asked(&node, "--calendar", &holiday);
    let total = json!({ "requests": 7, "late_to_on_time": 1, "unchanged": 5 });
    assert_eq!(figures(&answer["total"]), total);
    let earlier = file(folder.path(), "wednesday = \"08:00-19:00\"", "wednesday = \"08:00-10:30\"");
    let answer = asked(&node, "--calendar", &earlier);
    let total =
        json!({ "requests": 7, "on_time_to_late": 1, "rescinded_to_late": 1, "unchanged": 4 });
    assert_eq!(figures(&answer["total"]), total);
}

#[test]
fn what_a_source_promised_is_counted_apart_and_given_what_the_commitments_promise() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let (profile, table) = (folder.path().join("town.toml"), folder.path().join("town.csv"));
    let toml = "system = \"town\"\n[columns]\nid = \"id\"\nproduct = [\"what\"]\nopened = \"o\"\n\
                closed = \"c\"\npromised = \"p\"\nstatus = \"s\"\n[time]\n\
                zone = \"America/Toronto\"\nformats = [\"%Y-%m-%d %H:%M\"]\n[status]\n\
                \"done\" = \"resolved\"\n\"open\" = \"open\"\n";
    fs::write(&profile, toml).unwrap();
    let rows = "id,what,o,c,p,s\n\
                1,Trou,2026-03-02 10:00,2026-03-04 10:00,2026-03-03 12:00,done\n\
                2,Trou,2026-03-02 10:00,2026-03-09 10:00,,done\n\
                3,Trou,2026-03-02 10:00,,2027-03-03 12:00,open\n";
    fs::write(&table, rows).unwrap();
    let done = import(&node.url, profile.to_str().unwrap(), &table).wait_with_output().unwrap();
    assert!(done.status.success(), "{done:?}");
    // When the third was opened is known, and so is when the others were closed.
    let same = file(folder.path(), "Québec", "Québec");
    let answer = asked(&node, "--calendar", &same);
    assert_eq!(figures(&answer["total"]), json!({ "requests": 3, "not_recounted": 2 }));
    let shown = node.run(&["what-if", "--calendar", same.to_str().unwrap()]).stdout;
    assert!(shown.contains("Not recounted: 2. The source of imported"), "{shown}");
    let all = file(folder.path(), "nature = \"complaint\"\n", "");
    let answer = asked(&node, "--commitments", &all);
    // The third is open: its source promised it for later, the commitments long ago.
    let total = &answer["total"];
    assert_eq!(
        (&total["late_to_on_time"], &total["newly_promised"], &total["newly_promised_late"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(total["open_to_late"].as_u64().unwrap() + total["unchanged"].as_u64().unwrap(), 1);
}

#[test]
fn a_file_that_is_wrong_names_itself_its_key_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let said = |premise: &str, file: &Path, lang: &str| {
        let file = file.to_str().unwrap();
        let ended = beffroi(&["what-if", premise, file, "--lang", lang, "--server", &node.url]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        ended.stderr
    };
    let wrong = file(folder.path(), "monday = \"08:00-19:00\"", "monday = \"19:00-08:00x\"");
    let text = said("--calendar", &wrong, "en");
    assert!(text.contains("city.toml") && text.contains("hours.monday"), "{text}");
    let wrong = file(folder.path(), COMPLAINTS, "business_days = 0");
    let text = said("--commitments", &wrong, "fr");
    assert!(text.contains("city.toml") && text.contains("commitment[1].business_days"), "{text}");
    let wrong = file(folder.path(), "[hours]", "[hours");
    let text = said("--calendar", &wrong, "fr");
    let city = std::fs::read_to_string(&wrong).unwrap();
    let line = 1 + city.lines().position(|it| it == "[hours").unwrap();
    assert!(text.contains("city.toml") && text.contains(&format!("line {line}")), "{text}");
    let missing = folder.path().join("missing.toml");
    assert!(said("--calendar", &missing, "fr").contains("aucun fichier de ce nom"));
    let both = ["what-if", "--calendar", "a", "--commitments", "b", "--server", &node.url];
    assert_eq!(beffroi(&both).code, Some(2));
    assert_eq!(beffroi(&["what-if", "--server", &node.url]).code, Some(2));
}

#[test]
fn a_window_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let same = file(folder.path(), "Québec", "Québec");
    let window = ["--from", "2026-03-02", "--to", "2026-03-01", "--output", "json"];
    let ask = [&["what-if", "--calendar", same.to_str().unwrap()][..], &window].concat();
    let error = node.run(&ask).error(5);
    assert_eq!(error["fields"][0]["field"], "window.before");
}
