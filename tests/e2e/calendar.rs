//! The calendar in the city's file: what is proposed for it, what is wrong with it, how far it goes.

mod publish;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Ended, Node, beffroi, wait_until};

/// A city's file with rules for two holidays, of which it has one, and a date of its own.
const CITY: &str = r#"name = "Ville"
time_zone = "America/Toronto"
known_until = 2020-12-31
holidays = [
    2028-06-26,
    { date = 2028-08-07, name = { fr = "Fête de la \"Ville\"", en = "City's Day" } },
]

[hours]
monday = ["08:00-12:00", "13:00-17:00"]

[[holiday_rule]]
name = { fr = "Fête nationale", en = "National Day" }
fixed = "06-24"
moved = "next_weekday"

[[holiday_rule]]
name = "Noël"
fixed = "12-25"

[[commitment]]
business_days = 2
"#;

fn holidays(city: &Path, more: &[&str]) -> Ended {
    let path = city.to_str().unwrap();
    beffroi(&[&["calendar", "holidays", "--year", "2028", "--city", path], more].concat())
}

#[test]
fn holidays_are_proposed_beside_those_that_the_file_has() {
    let folder = tempfile::tempdir().unwrap();
    let city = folder.path().join("city.toml");
    fs::write(&city, CITY).unwrap();
    let answer = holidays(&city, &["--output", "json"]).json();
    let national = json!({"french": "Fête nationale", "english": "National Day"});
    assert_eq!(
        answer["holidays"],
        json!([
            { "date": "2028-06-26", "name": national, "moved_from": "2028-06-24",
              "proposed": true, "in_file": true },
            { "date": "2028-08-07",
              "name": {"french": "Fête de la \"Ville\"", "english": "City's Day"},
              "proposed": false, "in_file": true },
            { "date": "2028-12-25", "name": {"french": "Noël", "english": "Noël"},
              "proposed": true, "in_file": false },
        ])
    );
    let english = holidays(&city, &[]).stdout;
    for line in ["2028-06-26 mon", "2028-06-24 sat", "has it, no rule does", "lacks it"] {
        assert!(english.contains(line), "{english}");
    }
    let french = holidays(&city, &["--lang", "fr"]).stdout;
    for line in ["Jour férié", "2028-06-26 lun", "y est, sans règle", "n'y est pas"] {
        assert!(french.contains(line), "{french}");
    }
}

#[test]
fn proposed_lines_fit_into_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let city = folder.path().join("city.toml");
    fs::write(&city, CITY).unwrap();
    let lines = holidays(&city, &["--toml"]).stdout;
    assert!(lines.starts_with("    # 2028\n    { date = 2028-06-26, name = "), "{lines}");
    let (head, tail) = CITY.split_once("    2028-06-26,\n").unwrap();
    let (_, tail) = tail.split_once("]\n").unwrap();
    fs::write(&city, format!("{head}{lines}]\n{tail}")).unwrap();
    let answer = holidays(&city, &["--output", "json"]).json();
    let dates = answer["holidays"].as_array().unwrap();
    assert_eq!(dates.len(), 3);
    assert!(dates.iter().all(|it| it["in_file"] == Value::Bool(true)), "{answer}");
    assert_eq!(dates[1]["name"]["french"], "Fête de la \"Ville\"");
}

#[test]
fn a_wrong_file_is_named_with_key_line_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let city = folder.path().join("city.toml");
    let said = |from: &str, to: &str, lang: &str| {
        fs::write(&city, CITY.replace(from, to)).unwrap();
        let ended = holidays(&city, &["--lang", lang]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains("city.toml"), "{ended:?}");
        ended.stderr
    };
    for (from, to, french, english) in [
        (
            "13:00-17:00",
            "11:30-17:00",
            "`hours.monday`, ligne 10 : 08:00-12:00 et 11:30-17:00 se chevauchent",
            "`hours.monday`, line 10: 08:00-12:00 and 11:30-17:00 overlap",
        ),
        (
            "America/Toronto",
            "Québec",
            "`time_zone`, ligne 2 : `Québec` n'est pas un fuseau de l'IANA, tel que",
            "`time_zone`, line 2: `Québec` is not an IANA time zone such as",
        ),
        (
            "06-24\"",
            "06-31\"",
            "`holiday_rule[0]`, ligne 12 : donnez l'un de",
            "`holiday_rule[0]`, line 12: give one of",
        ),
        (
            "2028-06-26,",
            "{ date = 2028-08-07, name = \"Autre\" },",
            "`holidays[1]`, ligne 6 : le jour férié 2028-08-07 est donné deux fois, sous deux noms",
            "`holidays[1]`, line 6: the holiday 2028-08-07 is given twice, under two names",
        ),
    ] {
        let (in_french, in_english) = (said(from, to, "fr"), said(from, to, "en"));
        assert!(in_french.contains(french), "{in_french}");
        assert!(in_english.contains(english), "{in_english}");
    }
    let no_rules = CITY.find("[[holiday_rule]]").unwrap()..CITY.find("[[commitment]]").unwrap();
    let without = said(&CITY[no_rules], "", "fr");
    assert!(without.contains("ajoutez des `[[holiday_rule]]`"), "{without}");
}

#[test]
fn a_calendar_that_ends_too_soon_is_told_at_the_start_and_with_a_promise() {
    let folder = tempfile::tempdir().unwrap();
    let city = folder.path().join("city.toml");
    fs::write(&city, CITY).unwrap();
    let options = ["--city", city.to_str().unwrap()];
    let node = Node::start_with(&folder.path().join("data"), &options).unwrap();
    let told = "the calendar is known until 2020-12-31, and must be until ";
    wait_until("the node warns of its calendar", || node.said().contains(told));
    let opened = node.ask(&["open", "--product", "Eau potable"]);
    assert!(opened["service_request"]["promises"][0]["due_at"].is_string(), "{opened}");
    let told = "promised beyond the dates that the calendar is known for";
    wait_until("the node warns of its promise", || node.said().contains(told));
    assert!(node.said().contains("calendar.known_until=2020-12-31"), "{}", node.said());
}
