//! Exports, read by an independent program, and given back.

use serde_json::{Value, json};

use super::{SIDEWALKS, TREES, given, many, planned};
use crate::support::python;

const NASTY: &str = "Trottoir, « brisé » \"ou\" fendu ; =1+1";

fn read(form: &str, file: &std::path::Path) -> Value {
    let printed = python("exports.py", &[form, file.to_str().unwrap()]);
    serde_json::from_str(&printed).unwrap()
}

#[tokio::test]
async fn exports_are_read_by_others_as_they_were_written() {
    let (node, mut api, folder) = given().await;
    let one = planned(&mut api, (SIDEWALKS, NASTY, 9), ("Limoilou", Some((46.83, -71.22)))).await;
    let two = planned(&mut api, (TREES, "Arbre", 3), ("", None)).await;
    let (map, sheet) = (folder.path().join("map.geojson"), folder.path().join("sheet.csv"));
    for (format, file) in [("geojson", &map), ("csv", &sheet)] {
        let file = file.to_str().unwrap();
        let ended = node.run(&["programme", "requests", "--format", format, "--to", file]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{ended:?}");
    }
    let expected = json!([
        { "number": one.number, "programme": SIDEWALKS, "product": NASTY, "borough": "Limoilou",
          "latitude": 46.83, "longitude": -71.22 },
        { "number": two.number, "programme": TREES, "product": "Arbre", "borough": null,
          "latitude": null, "longitude": null },
    ]);
    assert_eq!(read("geojson", &map), expected);
    assert_eq!(read("csv", &sheet), expected);
}

#[tokio::test]
async fn exports_go_over_all_pages_and_can_be_given_back_to_close() {
    let (node, mut api, folder) = given().await;
    let all = many(&api, 120).await;
    let tree = planned(&mut api, (TREES, "Arbre", 0), ("", None)).await;
    let file = folder.path().join("sidewalks.csv");
    let file = file.to_str().unwrap();
    let csv = ["programme", "requests", "--programme", SIDEWALKS, "--format", "csv"];
    let ended = node.run(&csv);
    assert_eq!(ended.stdout.lines().count(), 1 + all.len());
    let ended = node.run(&[&csv[..], &["--limit", "7", "--to", file]].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let closed = node.ask(&["programme", "close", "--from", file, "--note", "Refait."]);
    assert_eq!((&closed["closed"], &closed["refused"]), (&json!(7), &json!(0)));
    let listed = node.ask(&["programme", "requests", "--limit", "2"]);
    assert_eq!(listed["total"], json!(all.len() - 7 + 1));
    assert_eq!(listed["service_requests"].as_array().unwrap().len(), 2);
    let programmes = node.ask(&["programme", "list"]);
    assert_eq!(programmes["programmes"][0]["code"], json!(TREES));
    assert_eq!(programmes["programmes"][1]["count"], json!(all.len() - 7));
    // The others are closed, and the answer is there, when one is refused.
    let close = ["programme", "close", &tree.number, "99-0000001-1", "--output", "json"];
    let ended = node.run(&close);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&answer["closed"], &answer["refused"]), (&json!(1), &json!(1)));
    assert_eq!(answer["results"][0], json!({ "service_request": tree.number, "closed": true }));
}
