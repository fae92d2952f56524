//! What searches find, and what names and aliases lead to.

use crate::support::{catalogue, draft};
use beffroi_domain::Language;
use beffroi_domain::catalogue::Class;

fn shown(class: Class<'_>) -> String {
    let precision = class.precision.map(|it| format!("/{}", it.code)).unwrap_or_default();
    format!("{}{precision}", class.product.code)
}

#[track_caller]
fn found(text: &str, language: Language, expected: &[&str]) {
    let catalogue = catalogue(&draft());
    let hits = catalogue.search(text, language, 10);
    assert_eq!(hits.iter().map(|it| shown(it.class)).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn words_are_found_by_their_beginning_whatever_their_accents() {
    found("POTAB", Language::French, &["eau-potable"]);
    found("coloree", Language::French, &["eau-potable/couleur-eau"]);
    found("robinet", Language::French, &["eau-potable"]);
    found("tap", Language::English, &["eau-potable"]);
    found("tap", Language::French, &[]);
    found("rbre", Language::French, &[]);
    found(" ?! ", Language::French, &[]);
}

#[test]
fn every_word_counts_and_the_nearest_comes_first() {
    found("eau", Language::French, &["eau-potable", "eau-potable/couleur-eau", "fuite"]);
    found("eau coloree", Language::French, &["eau-potable/couleur-eau"]);
    found("eau potable coloree", Language::French, &["eau-potable/couleur-eau"]);
    found("fuite d'eau", Language::French, &["fuite"]);
    found("eau arbre", Language::French, &[]);
}

#[test]
fn no_more_are_found_than_asked_for() {
    let catalogue = catalogue(&draft());
    assert_eq!(catalogue.search("eau", Language::French, 1).len(), 1);
    assert_eq!(catalogue.search(&"eau ".repeat(100_000), Language::French, 9).len(), 3);
}

#[test]
fn a_product_is_named_by_its_code_or_in_either_language() {
    let catalogue = catalogue(&draft());
    for name in ["eau-potable", "EAU POTABLE", "drinking water", " Eau  potable "] {
        assert_eq!(catalogue.resolve_product(name).unwrap().code.as_str(), "eau-potable");
    }
    let product = catalogue.resolve_product("eau potable").unwrap();
    for name in ["couleur-eau", "eau coloree", "Coloured Water"] {
        assert_eq!(product.resolve_precision(name).unwrap().code.as_str(), "couleur-eau");
    }
}

#[test]
fn a_name_that_is_not_known_brings_suggestions() {
    let catalogue = catalogue(&draft());
    let suggested = |text: &str| {
        let unknown = catalogue.resolve_product(text).unwrap_err();
        unknown.suggestions.iter().map(|it| it.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(suggested("Eau potible"), ["eau-potable"]);
    assert_eq!(suggested("arbe"), ["arbre"]);
    assert_eq!(suggested("public"), ["arbre"]);
    assert!(suggested("zzzzzz").is_empty());
    assert!(suggested("").is_empty());
    assert_eq!(suggested(&"eau potable ".repeat(100_000)), ["eau-potable"]);
    let product = catalogue.resolve_product("eau potable").unwrap();
    assert_eq!(product.resolve_precision("eau coloré").unwrap_err().suggestions.len(), 1);
}

#[test]
fn other_systems_words_lead_to_aliases_first() {
    let mut draft = draft();
    draft.products[1].aliases = vec!["Arbre public".into()];
    let catalogue = catalogue(&draft);
    let class = |product: &str, precision: Option<&str>| {
        catalogue.by_alias(product, precision).map(shown).unwrap_or_default()
    };
    assert_eq!(class("y-eau divers", None), "eau-potable");
    assert_eq!(class("Arbre public", None), "fuite");
    assert_eq!(class("Public tree", None), "arbre");
    assert_eq!(class("eau brune", None), "eau-potable/couleur-eau");
    assert_eq!(class("Coloured water", None), "eau-potable/couleur-eau");
    assert_eq!(class("Y-Eau - Divers", Some("EAU BRUNE")), "eau-potable/couleur-eau");
    assert_eq!(class("Y-Eau - Divers", Some("autre")), "eau-potable");
    assert_eq!(class("autre", Some("Eau brune")), "");
}
