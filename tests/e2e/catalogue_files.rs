//! A catalogue's files are checked without a server, and told what is wrong with them.

use std::fs;

use serde_json::json;

use crate::support::beffroi;

#[test]
fn the_catalogues_that_come_with_beffroi_are_right() {
    for name in ["quebec", "montreal"] {
        let answer = beffroi(&["catalogue", "check", name, "--output", "json"]).json();
        assert_eq!(answer["defects"], json!([]));
        assert!(answer["catalogue"]["products"].as_u64().unwrap() >= 40, "{answer}");
    }
}

#[test]
fn defects_are_told_with_file_and_line_and_end_with_5() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("catalogue.toml");
    fs::write(
        &file,
        "name = { fr = \"Ville\" }\n\n[[product]]\ncode = \"eau\"\n\
         name = { fr = \"Eau\", en = \"Water\" }\nunit = \"feu\"\nnature = \"cadeau\"\n",
    )
    .unwrap();
    let folder = folder.path().to_str().unwrap();
    let ended = beffroi(&["catalogue", "check", folder, "--output", "json"]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let answer: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let defects = answer["defects"].as_array().unwrap();
    let told: Vec<_> = defects.iter().map(|it| (it["line"].as_u64(), &it["reason"])).collect();
    assert_eq!(
        told,
        [
            (Some(1), &json!("missing_translation")),
            (Some(6), &json!("unknown_unit")),
            (Some(7), &json!("unknown_word")),
        ]
    );
    let table = beffroi(&["catalogue", "check", folder, "--lang", "fr"]);
    assert!(table.stdout.contains("Défauts : 3"), "{table:?}");
    // Publishing looks at the files before it looks for a server.
    let refused = beffroi(&["catalogue", "publish", folder, "--output", "json"]).error(5);
    assert_eq!(refused["reason"], "INVALID_CATALOGUE");
    assert_eq!(refused["fields"].as_array().unwrap().len(), 3);
}
