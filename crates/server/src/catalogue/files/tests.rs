//! What is wrong with files is told with file and line; nothing that they hold stops the reading.

use super::*;
use beffroi_domain::Language;
use proptest::prelude::*;
use std::fs;
use tempfile::TempDir;

const CATALOGUE: &str = r#"name = { fr = "Ville", en = "City" }

[[unit]]
code = "eau"
name = { fr = "Eau", en = "Water" }

[[programme]]
code = "conduites"
name = { fr = "Conduites", en = "Pipes" }
notice = { fr = "C'est planifié.", en = "It is planned." }
"#;

const WATER: &str = r#"[[product]]
code = "eau-potable"
name = { fr = "Eau potable", en = "Drinking water" }
group = { fr = "Eau", en = "Water" }
unit = "eau"
nature = "service"
urgency = "normal"
synonyms = { fr = ["robinet"], en = ["tap"] }
aliases = ["Y-Eau - Divers"]
business_days = 5
programme = "conduites"
reopen_within_days = 30
duplicates = { within_metres = 100, within_days = 30 }

[[product.precision]]
code = "gout"
name = { fr = "Goût", en = "Taste" }
nature = "rapid_intervention"
urgency = "urgent"

[[product.question]]
code = "coloree"
text = { fr = "Est-elle colorée ?", en = "Is it coloured?" }
kind = "yes_no"

[[product.question]]
code = "couleur"
text = { fr = "De quelle couleur ?", en = "What colour?" }
help = { fr = "Au robinet", en = "At the tap" }
kind = "one_of"
required = false
choices = [
    { code = "jaune", fr = "Jaune", en = "Yellow" },
    { code = "rouge", fr = "Rouge", en = "Red" },
]
when = [{ question = "coloree", is = ["yes"] }]

[[product.question.outcome]]
is = ["rouge"]
precision = "gout"
urgency = "urgent"

[[product.question]]
code = "metres"
text = { fr = "À combien de mètres ?", en = "How many metres away?" }
kind = "number"
unit = "m"
min = 0
max = 99.5

[[product.question.outcome]]
at_least = 50
answer = { fr = "C'est loin.", en = "It is far." }

[[product.question.outcome]]
at_most = 0.5
emergency = "life_in_danger"
"#;

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What is wrong with a folder: `file:line reason place`.
fn found(folder: &Path) -> Vec<String> {
    let defects = read_catalogue(folder).err().unwrap_or_default();
    let shown = defects.iter().map(|it| {
        let name = it.file.strip_prefix(folder).unwrap_or(&it.file).display();
        let line = it.line.map(|it| format!(":{it}")).unwrap_or_default();
        // Every defect can be said.
        assert!(
            !it.message(Language::French).is_empty() && !it.message(Language::English).is_empty()
        );
        format!("{name}{line} {} {}", it.reason(), it.place).trim().to_owned()
    });
    shown.collect()
}

#[track_caller]
fn check(catalogue: &str, water: &str, expected: &[&str]) {
    let folder =
        folder(&[("catalogue.toml", catalogue.as_bytes()), ("eau.toml", water.as_bytes())]);
    assert_eq!(found(folder.path()), expected);
}

/// As `check`, with one change to the file of products.
#[track_caller]
fn changed(from: &str, to: &str, expected: &[&str]) {
    assert!(WATER.contains(from), "{from}");
    check(CATALOGUE, &WATER.replacen(from, to, 1), expected);
}

#[test]
fn a_right_folder_makes_a_catalogue() {
    let files: &[(&str, &[u8])] = &[
        ("eau.toml", WATER.as_bytes()),
        ("catalogue.toml", CATALOGUE.as_bytes()),
        ("readme.txt", b"[[["),
        (".hidden.toml", b"[[["),
    ];
    let folder = folder(files);
    fs::create_dir(folder.path().join("old")).unwrap();
    let catalogue = read_catalogue(folder.path()).unwrap();
    let product = &catalogue.products()[0];
    assert_eq!(product.code.as_str(), "eau-potable");
    assert_eq!(product.questions[2].range().unwrap().max, Some(99_500));
    assert_eq!(product.questions[2].outcomes[1].test.at_most, Some(500));
    assert!(!product.questions[1].required && product.questions[2].required);
    assert_eq!(product.duplicates.unwrap().within_metres, 100);
}

#[test]
fn defects_of_the_catalogue_have_their_file_and_line() {
    changed("unit = \"eau\"", "unit = \"feu\"", &["eau.toml:5 unknown_unit eau-potable"]);
    changed("unit = \"eau\"\n", "", &["eau.toml:1 missing eau-potable"]);
    changed(", en = \"Taste\"", "", &["eau.toml:17 missing_translation eau-potable/gout"]);
    changed(
        "is = [\"yes\"]",
        "is = [\"oui\"]",
        &["eau.toml:36 unknown_choice eau-potable/couleur"],
    );
    changed(
        "is = [\"rouge\"]",
        "is = [\"vert\"]",
        &["eau.toml:39 unknown_choice eau-potable/couleur"],
    );
    changed("fr = \"Rouge\", ", "", &["eau.toml:34 missing_translation eau-potable/couleur/rouge"]);
    changed(
        "question = \"coloree\"",
        "question = \"metres\"",
        &["eau.toml:36 later_question eau-potable/couleur"],
    );
}

#[test]
fn all_defects_of_all_files_come_at_once() {
    let water = WATER
        .replacen("service", "cadeau", 1)
        .replacen("business_days = 5", "business_days = \"cinq\"", 1)
        .replacen("kind = \"yes_no\"", "kind = \"ja_nein\"\ncolour = 1", 1)
        .replacen("at_least = 50", "at_least = 50.12345", 1);
    let catalogue = CATALOGUE.replacen(", en = \"Water\"", "", 1);
    check(
        &catalogue,
        &water,
        &[
            "catalogue.toml:5 missing_translation eau",
            "eau.toml:6 unknown_word",
            "eau.toml:10 wrong_type",
            "eau.toml:24 unknown_word",
            "eau.toml:25 unknown_key",
            "eau.toml:53 wrong_type",
        ],
    );
}

#[test]
fn keys_stand_where_they_belong() {
    check(CATALOGUE, &format!("name = 1\n{WATER}"), &["eau.toml:1 unknown_key"]);
    check(
        CATALOGUE,
        &format!("{CATALOGUE}{WATER}").replace("name = { fr = \"Ville\", en = \"City\" }", ""),
        &["eau.toml:3 unknown_key", "eau.toml:7 unknown_key"],
    );
    changed("fr = \"Eau potable\"", "de = \"Trinkwasser\"", &["eau.toml:3 wrong_type"]);
}

#[test]
fn a_commitment_says_its_delay_once() {
    const COMMITMENT: &str = r#"
[[commitment]]
code = "courriel"
name = { fr = "Courriel", en = "E-mail" }
promise = "first_answer"
channel = "email"
business_days = 2
warn_at_percent = [50]
warn_hours_before = [1]
"#;
    let with = |from: &str, to: &str, expected: &[&str]| {
        assert!(COMMITMENT.contains(from), "{from}");
        check(&format!("{CATALOGUE}{}", COMMITMENT.replacen(from, to, 1)), WATER, expected);
    };
    let unclear = |line: usize| format!("catalogue.toml:{line} unclear_delay");
    let delay = "business_days = 2";
    with(delay, delay, &[]);
    with(delay, "rule = \"business_time_v1\"\nhours = 4", &[]);
    with(delay, "rule = \"business_days_same_time_v1\"\ndays = 1\nminutes = 30", &[]);
    let cut_off = "rule = \"business_days_cut_off_v1\"\ndays = 1\n\
                   cut_off = { at = \"17:00\", restart = \"08:30\" }";
    with(delay, cut_off, &[]);
    with(delay, "", &["catalogue.toml:12 missing courriel"]);
    with(delay, "business_days = 2\nrule = \"calendar_days_v1\"", &[&unclear(18)]);
    with(delay, "rule = \"calendar_days_v1\"\nhours = 3", &[&unclear(17)]);
    with(delay, "rule = \"business_time_v1\"\ndays = 3", &[&unclear(17)]);
    with(delay, "rule = \"soon\"", &["catalogue.toml:17 unknown_word"]);
    with(delay, "business_days = 0", &["catalogue.toml:12 delay_out_of_range courriel"]);
    with("\"email\"", "\"smoke\"", &["catalogue.toml:16 unknown_word"]);
    with("[50]", "[150]", &["catalogue.toml:18 warning_out_of_range courriel"]);
    with("[50]", "50", &["catalogue.toml:18 wrong_type"]);
    with("[1]", "[0]", &["catalogue.toml:19 warning_out_of_range courriel"]);
}

#[test]
fn a_list_that_says_nothing_is_refused() {
    changed("is = [\"rouge\"]", "is = []", &["eau.toml:39 empty_list"]);
    changed("is = [\"yes\"]", "is = []", &["eau.toml:36 empty_list"]);
}

#[test]
fn values_have_their_types() {
    changed(
        "code = \"gout\"",
        "code = 7",
        &["eau.toml:16 wrong_type", "eau.toml:40 unknown_precision eau-potable/couleur"],
    );
    changed("required = false", "required = \"no\"", &["eau.toml:31 wrong_type"]);
    changed("[\"robinet\"]", "\"robinet\"", &["eau.toml:8 wrong_type"]);
    changed("aliases = [\"Y-Eau - Divers\"]", "aliases = [1]", &["eau.toml:9 wrong_type"]);
    changed("{ within_metres = 100, within_days = 30 }", "30", &["eau.toml:13 wrong_type"]);
    changed("within_days = 30", "within_days = -30", &["eau.toml:12 wrong_type"]);
    changed(
        "when = [{ question = \"coloree\", is = [\"yes\"] }]",
        "when = [1, 2]",
        &["eau.toml:36 wrong_type", "eau.toml:36 wrong_type"],
    );
    changed("max = 99.5", "max = nan", &["eau.toml:49 wrong_type"]);
    check("product = 5", "", &["catalogue.toml missing", "catalogue.toml:1 wrong_type"]);
}

#[test]
fn what_is_not_toml_says_where() {
    check(
        CATALOGUE,
        &WATER.replacen("nature = \"service\"", "nature = service", 1),
        &["eau.toml:6 not_toml"],
    );
    check(
        CATALOGUE,
        &WATER.replacen("unit = \"eau\"", "code = \"eau\"", 1),
        &["eau.toml:5 not_toml"],
    );
    let both = WATER.replacen("unit = \"eau\"", "unit = \"feu\"", 1);
    let files: &[(&str, &[u8])] = &[
        ("catalogue.toml", CATALOGUE.as_bytes()),
        ("eau.toml", both.as_bytes()),
        ("feu.toml", b"[["),
    ];
    assert_eq!(
        found(folder(files).path()),
        ["eau.toml:5 unknown_unit eau-potable", "feu.toml:1 not_toml",]
    );
    // What was not read is not said to be missing.
    check(&CATALOGUE.replacen("[[unit]]", "[[unit", 1), WATER, &["catalogue.toml:3 not_toml"]);
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let latin = WATER.replace('é', "\u{1}").into_bytes();
    let latin: Vec<u8> = latin.into_iter().map(|it| if it == 1 { 0xe9 } else { it }).collect();
    let whole = folder(&[("catalogue.toml", CATALOGUE.as_bytes()), ("eau.toml", &latin)]);
    assert_eq!(found(whole.path()), ["eau.toml:23 not_utf8"]);
    fs::create_dir(whole.path().join("dossier.toml")).unwrap();
    fs::write(whole.path().join("eau.toml"), WATER).unwrap();
    assert_eq!(found(whole.path()), ["dossier.toml not_a_file"]);
    assert_eq!(found(&whole.path().join("eau.toml")), ["not_a_folder"]);
    assert_eq!(found(&whole.path().join("absent")), ["not_found"]);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(found(empty.path()), ["no_catalogue_file"]);
    for at in 0..=folder::FILES_MAX {
        fs::write(empty.path().join(format!("a{at}.toml")), "").unwrap();
    }
    assert_eq!(found(empty.path()), ["too_many_files"]);
}

#[cfg(unix)]
#[test]
fn links_that_go_round_are_named() {
    use std::os::unix::fs::symlink;
    let folder =
        folder(&[("catalogue.toml", CATALOGUE.as_bytes()), ("eau.toml", WATER.as_bytes())]);
    symlink("rond.toml", folder.path().join("rond.toml")).unwrap();
    symlink("nulle-part", folder.path().join("vide.toml")).unwrap();
    assert_eq!(found(folder.path()), ["rond.toml unreadable", "vide.toml unreadable"]);
    symlink("boucle", folder.path().join("boucle")).unwrap();
    assert_eq!(found(&folder.path().join("boucle")), ["unreadable"]);
}

#[test]
fn an_empty_catalogue_is_refused() {
    check(CATALOGUE, "", &["catalogue.toml empty_catalogue"]);
    check("", "", &["catalogue.toml empty_catalogue", "catalogue.toml missing"]);
}

/// Tells what is wrong with a folder of this one file of products, however big: reading that does
/// not end would hang here.
#[track_caller]
fn told(water: &[u8], expected: &str) {
    let folder = folder(&[("catalogue.toml", CATALOGUE.as_bytes()), ("eau.toml", water)]);
    let found = found(folder.path());
    assert!(found.iter().any(|it| it == expected), "{:?}", &found[..found.len().min(9)]);
}

#[test]
fn a_tree_of_a_million_questions_is_told() {
    let mut text = WATER.to_owned();
    for at in 0..1_000_000 {
        text.push_str("[[product.question]]\ncode = \"q");
        text.push_str(&at.to_string());
        text.push_str("\"\n");
    }
    told(text.as_bytes(), "eau.toml too_big");
    // As many as a file may hold.
    let most = text.as_bytes()[..1 << 20].rsplitn(2, |it| *it == b'[').last().unwrap();
    let most = String::from_utf8_lossy(most).trim_end_matches('[').to_owned();
    told(most.as_bytes(), "eau.toml:21 too_many eau-potable");
    told("[[product]]\n".repeat(80_000).as_bytes(), "eau.toml:1 too_many");
    told("[".repeat(1 << 20).as_bytes(), "eau.toml:1 not_toml");
    told(format!("a = {}", "[".repeat(1 << 19)).as_bytes(), "eau.toml:1 not_toml");
    let keys: Vec<String> = (0..80_000).map(|it| format!("k{it} = 1")).collect();
    told(keys.join("\n").as_bytes(), "more");
}

#[test]
fn defects_are_said_in_both_languages() {
    let folder = folder(&[
        ("catalogue.toml", CATALOGUE.as_bytes()),
        ("eau.toml", WATER.replacen("unit = \"eau\"", "unit = \"feu\"", 1).as_bytes()),
    ]);
    let defects = read_catalogue(folder.path()).unwrap_err();
    assert_eq!(defects[0].message(Language::French), "`unit` : il n'y a pas d'unité `feu`");
    assert_eq!(defects[0].message(Language::English), "`unit`: there is no unit `feu`");
    assert!(defects[0].location().ends_with("eau.toml:5"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Damaged files are read or refused: nothing panics, and nothing wrong is taken for right.
    #[test]
    fn no_damage_panics(
        is_catalogue: bool,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>(), "[\\[\\]{}=\",#a-z0-9 \n.-]{0,6}"), 1..4),
    ) {
        let mut bytes = if is_catalogue { CATALOGUE } else { WATER }.as_bytes().to_vec();
        for (at, edit, byte, text) in edits {
            let at = at.index(bytes.len().max(1));
            match edit {
                0 if at < bytes.len() => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => drop(bytes.splice(at..at, text.into_bytes())),
                _ => drop(bytes.drain(at..(at + 7).min(bytes.len()))),
            }
        }
        let (catalogue, water) = if is_catalogue { (&bytes[..], WATER.as_bytes()) } else { (CATALOGUE.as_bytes(), &bytes[..]) };
        let folder = folder(&[("catalogue.toml", catalogue), ("eau.toml", water)]);
        match read_catalogue(folder.path()) {
            Ok(catalogue) => {
                let again = beffroi_wire::catalogue::from_pb(beffroi_wire::catalogue::to_pb(&catalogue));
                prop_assert_eq!(again, Ok(catalogue));
            }
            Err(defects) => prop_assert!(!defects.is_empty()),
        }
        found(folder.path());
    }
}
