//! Bad profiles, and what the built-in ones make of a row.

use super::super::profile::{Profile, ProfileError};
use super::{Outcome, SIMPLE, change, read_bytes, text};
use beffroi_wire::pb::event::v1::{Channel, Nature};
use std::io::Write;

#[track_caller]
fn check_profile(from: &str, to: &str, expected: &[&str]) {
    assert!(SIMPLE.contains(from));
    let failure = Profile::parse("bent", &SIMPLE.replacen(from, to, 1)).unwrap_err();
    let mut text = failure.to_string();
    let mut source = std::error::Error::source(&failure);
    while let Some(it) = source {
        text.push_str(&it.to_string());
        source = it.source();
    }
    for word in expected {
        assert!(text.contains(word), "{word} in {text}");
    }
}

#[test]
fn bad_profiles_name_the_key_and_what_is_allowed() {
    check_profile("system =", "sistem =", &["sistem", "`system`", "`system_column`"]);
    check_profile("system = \"test\"", "", &["`system`", "`system_column`"]);
    check_profile("id =", "ident =", &["ident", "`id`"]);
    check_profile("id = \"id\"", "", &["missing field `id`"]);
    check_profile("America/Toronto", "Quebec/Quebec", &["Quebec/Quebec", "zone", "IANA"]);
    check_profile("%Y-%m", "%Q", &["time.formats", "strftime"]);
    check_profile("= \"telephone\"", "= \"fone\"", &["fone", "call", "`telephone`", "`web_form`"]);
    check_profile("= \"resolved\"", "= \"fixed\"", &["fixed", "`resolved`", "`by_closing`"]);
    check_profile("= \"complaint\"", "= \"rant\"", &["rant", "`complaint`"]);
    check_profile("status = \"status\"", "", &["columns.status"]);
    check_profile("longitude = \"lon\"", "", &["columns.latitude", "columns.longitude"]);
    check_profile("opened = \"opened\"", "", &["columns.opened", "columns.opened_roughly"]);
    check_profile("separator = \"|\"", "separator = \"\"", &["channel.separator"]);
    check_profile("system =", "delimiter = \"é\"\nsystem =", &["delimiter", "ASCII"]);
    check_profile("system =", "delimiter = \";;\"\nsystem =", &["delimiter"]);
}

#[test]
fn profiles_are_found_by_name_or_path() {
    for name in Profile::names() {
        Profile::named(name).unwrap();
    }
    let failure = Profile::named("quebec").unwrap_err();
    assert!(matches!(failure, ProfileError::Unknown { .. }));
    assert!(failure.to_string().contains("`boston`, `joint`, `montreal`"), "{failure}");
    let failure = Profile::named("nowhere/quebec.toml").unwrap_err();
    assert!(matches!(failure, ProfileError::Unreadable { .. }));
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    file.write_all(SIMPLE.as_bytes()).unwrap();
    Profile::named(file.path().to_str().unwrap()).unwrap();
}

fn one(profile: &str, header: &str, row: &str) -> Outcome {
    let profile = Profile::named(profile).unwrap();
    read_bytes(&profile, format!("{header}\n{row}\n").as_bytes())
}

#[test]
fn montreal_knows_times_roughly() {
    let header = "no_ligne,mois_creation,jour_semaine,heure,nature,activite,dernier_statut,\
                  provenances,arrondissement,extrait_le";
    let read = |row: &str| one("montreal", header, row);
    let outcome = read(
        "7,2023-02,Jeudi,9,Plainte,\"Égout, divers\",Terminée,Courriel|Téléphone,Ici,\
         2024-01-02T03:04:05Z",
    );
    assert_eq!(outcome.defects, []);
    let (_, request) = outcome.requests.first().unwrap();
    assert_eq!(text(request.opened_at.as_ref()), "2023-02-02 14:00:00");
    assert!(request.approximate);
    assert_eq!(request.source.as_ref().unwrap().id, "7");
    assert_eq!(request.source.as_ref().unwrap().system, "montreal");
    assert_eq!(request.product, "Égout, divers");
    assert_eq!(request.nature(), Nature::Complaint);
    assert_eq!(request.channel(), Channel::Email);
    assert_eq!(request.other_channels().collect::<Vec<_>>(), [Channel::Telephone]);
    assert_eq!(change(&outcome), Some(("resolve", "2024-01-02 03:04:05".into(), true)));
    assert_eq!(request.changes[0].source_status, "Terminée");
    assert_eq!(request.source_status, "");
    let at = "2024-01-02 03:04:05".to_owned();
    for (status, expected) in [
        ("Prise en charge", Some("assign")),
        ("Transmise pour traitement", Some("assign")),
        ("Acceptée", Some("assign")),
        ("Refusée", Some("cancel")),
        ("Annulée", Some("cancel")),
        ("Supprimée", Some("cancel")),
        ("Réactivée", None),
        ("Urgente", None),
    ] {
        let row = format!("7,2023-02,JEUDI,9,Requete,X,{status},,Ici,2024-01-02T03:04:05Z");
        let expected = expected.map(|it| (it, at.clone(), true));
        let outcome = read(&row);
        let (_, request) = outcome.requests.first().unwrap();
        assert_eq!(change(&outcome), expected, "{status}");
        let word = request.changes.first().map_or(&request.source_status, |it| &it.source_status);
        assert_eq!(word, status);
    }
    let outcome = read("7,2023-02,Thursday,9,Requete,X,Urgente,,Ici,2024-01-02T03:04:05Z");
    let column = "mois_creation+jour_semaine+heure".to_owned();
    assert_eq!(outcome.defects, [(2, "unreadable_time", column, "rejected")]);
    let outcome = read("7,,,,Requete,X,Urgente,,Ici,2024-01-02T03:04:05Z");
    assert_eq!(outcome.defects[0].1, "missing_opened_at");
}

#[test]
fn boston_has_promises_and_places() {
    let header = "case_enquiry_id,open_dt,target_dt,closed_dt,case_status,reason,type,department,\
                  neighborhood,latitude,longitude,source";
    let outcome = one(
        "boston",
        header,
        "5,2011-08-01 08:00:00,2011-08-03 08:30:00,2011-08-02 00:00:00,Closed,Trees,,PARK,Here,\
         42.3,-71.1,Self Service",
    );
    assert_eq!(outcome.defects, []);
    let (_, request) = outcome.requests.first().unwrap();
    assert_eq!((request.product.as_str(), request.unit.as_str()), ("Trees", "PARK"));
    assert_eq!(request.channel(), Channel::WebForm);
    assert_eq!(text(request.opened_at.as_ref()), "2011-08-01 12:00:00");
    assert_eq!(text(request.promised_by.as_ref()), "2011-08-03 12:30:00");
    assert_eq!(request.place.as_ref().unwrap().borough, "Here");
    assert_eq!(change(&outcome), Some(("resolve", "2011-08-02 04:00:00".into(), false)));
}

#[test]
fn the_joint_file_has_a_zone_for_each_city() {
    let header = "city,source_id,channel,category,product,department,status,opened_at,due_at,\
                  closed_at,updated_at,lat,lon,tz";
    let read = |row: &str| one("joint", header, row);
    let opened = |row: &str| {
        let outcome = read(row);
        let (_, request) = outcome.requests.first().unwrap();
        (text(request.opened_at.as_ref()), request.time_zone.clone())
    };
    let winter = "2020-01-02 12:00:00";
    let zone = |name: &str| name.to_owned();
    let (at, city) = opened(&format!("zurich,1,web/app,,X,,,{winter},,,,,,local"));
    assert_eq!((at.as_str(), city), ("2020-01-02 11:00:00", zone("Europe/Zurich")));
    let (at, city) = opened(&format!("chicago,1,,,,,Open,{winter},,,,,,local"));
    assert_eq!((at.as_str(), city), ("2020-01-02 18:00:00", zone("America/Chicago")));
    let (at, city) = opened(&format!("boston,1,,,X,,Open,{winter},,,,,,utc (as labelled)"));
    assert_eq!((at.as_str(), city), ("2020-01-02 12:00:00", zone("America/New_York")));
    let outcome = read(&format!("atlantis,1,,,X,,Open,{winter},,,,,,local"));
    assert_eq!(outcome.defects, [(2, "unknown_time_zone", "city".to_owned(), "rejected")]);
    let outcome = read(&format!(",1,,,X,,Open,{winter},,,,,,local"));
    assert_eq!(outcome.defects[0].1, "missing_system");
    let outcome = read(&format!("nyc,1,,,,,Open,{winter},,,,,,local"));
    assert_eq!(outcome.requests[0].1.product, "Unspecified");
    let outcome = read(&format!("nyc,1,,Noise,,,Open,{winter},,,,,,local"));
    assert_eq!(outcome.requests[0].1.product, "Noise");
}
