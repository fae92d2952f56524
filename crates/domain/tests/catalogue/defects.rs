//! Each thing that can be wrong with a draft is found, and named with its place.

use crate::support::{
    between, choices, draft, emergency, informed, is, not, product, question, switch, when, words,
};
use beffroi_domain::catalogue::{
    AnswerKind, Catalogue, Draft, DuplicateRule, OutcomeDraft, ProductDraft, QuestionDraft,
    TestDraft, check, limits,
};
use beffroi_domain::{Emergency, Nature};

/// Changes the draft that is right, and says what is then wrong: place, key, kind.
#[track_caller]
fn changed(change: impl FnOnce(&mut Draft), expected: &[(&str, &str, &str)]) {
    let mut draft = draft();
    change(&mut draft);
    let found = check(&draft);
    let found: Vec<_> =
        found.iter().map(|it| (it.place.as_str(), it.field, it.flaw.name())).collect();
    assert_eq!(found, expected);
    assert_eq!(Catalogue::new(&draft).is_ok(), expected.is_empty());
}

/// As `changed`, with only these questions in the first product.
#[track_caller]
fn asking(questions: Vec<QuestionDraft>, expected: &[(&str, &str, &str)]) {
    changed(
        |draft| {
            draft.products = vec![product("a", "A", "A"), product("b", "B", "B")];
            draft.products[0].questions = questions;
        },
        expected,
    );
}

pub(crate) fn asked_when(code: &str, conditions: &[(&str, TestDraft)]) -> QuestionDraft {
    let when = conditions.iter().map(|(question, test)| when(question, test.clone())).collect();
    QuestionDraft { when, ..question(code, AnswerKind::Text) }
}

fn ending(mut question: QuestionDraft, outcomes: Vec<OutcomeDraft>) -> QuestionDraft {
    question.outcomes = outcomes;
    question
}

pub(crate) fn yes_no(code: &str) -> QuestionDraft {
    question(code, AnswerKind::YesNo)
}

fn one_of(code: &str) -> QuestionDraft {
    QuestionDraft { choices: choices(&["x", "y", "z"]), ..question(code, AnswerKind::OneOf) }
}

pub(crate) fn many_of(code: &str) -> QuestionDraft {
    QuestionDraft { choices: choices(&["x", "y", "z"]), ..question(code, AnswerKind::ManyOf) }
}

fn number(code: &str) -> QuestionDraft {
    QuestionDraft { min: Some(0), max: Some(100_000), ..question(code, AnswerKind::Number) }
}

#[test]
fn a_right_draft_has_no_defect() {
    changed(|_| (), &[]);
}

#[test]
fn an_empty_catalogue_is_refused() {
    changed(|it| it.products.clear(), &[("", "product", "empty_catalogue")]);
}

#[test]
fn codes_are_unique_and_well_formed() {
    changed(|it| it.units.push(it.units[0].clone()), &[("eau", "code", "duplicate_code")]);
    changed(
        |it| it.programmes.push(it.programmes[0].clone()),
        &[("conduites", "code", "duplicate_code")],
    );
    changed(
        |it| it.products.push(product("arbre", "Autre", "Other")),
        &[("arbre", "code", "duplicate_code")],
    );
    changed(|it| it.products[2].code = "Été".into(), &[("Été", "code", "invalid_code")]);
    changed(|it| it.products[2].code = " ".into(), &[("#3", "code", "missing")]);
    asking(vec![yes_no("q"), yes_no("q")], &[("a/q", "code", "duplicate_code")]);
    let mut twice = one_of("q");
    twice.choices.push(twice.choices[0].clone());
    asking(vec![twice], &[("a/q/x", "code", "duplicate_code")]);
    changed(
        |it| {
            let mut again = it.products[0].precisions[0].clone();
            again.name = words("Autre", "Other");
            again.aliases.clear();
            it.products[0].precisions.push(again);
        },
        &[("eau-potable/couleur-eau", "code", "duplicate_code")],
    );
}

#[test]
fn references_lead_somewhere() {
    changed(|it| it.products[2].unit = "x".into(), &[("arbre", "unit", "unknown_unit")]);
    changed(|it| it.products[2].unit = String::new(), &[("arbre", "unit", "missing")]);
    changed(
        |it| it.products[2].programme = "X!".into(),
        &[("arbre", "programme", "unknown_programme")],
    );
    changed(
        |it| it.products[0].precisions[0].unit = "x".into(),
        &[("eau-potable/couleur-eau", "unit", "unknown_unit")],
    );
    let outcomes = |outcome| vec![ending(yes_no("q"), vec![outcome])];
    asking(outcomes(switch(is(&["yes"]), "c")), &[("a/q", "product", "unknown_product")]);
    let precise =
        |product: &str| OutcomeDraft { precision: "p".to_owned(), ..switch(is(&["yes"]), product) };
    asking(outcomes(precise("b")), &[("a/q", "precision", "unknown_precision")]);
    asking(outcomes(precise("")), &[("a/q", "precision", "unknown_precision")]);
    asking(outcomes(emergency(is(&["perhaps"]))), &[("a/q", "is", "unknown_choice")]);
    asking(
        vec![asked_when("q", &[("r", is(&["yes"]))])],
        &[("a/q", "question", "unknown_question")],
    );
    asking(
        vec![one_of("p"), asked_when("q", &[("p", not(&["w"]))])],
        &[("a/q", "not", "unknown_choice")],
    );
}

#[test]
fn a_precision_is_one_of_the_product_then_in_force() {
    changed(
        |it| {
            let outcome = OutcomeDraft {
                precision: "couleur-eau".to_owned(),
                ..switch(is(&["yes"]), "eau-potable")
            };
            it.products[2].questions = vec![ending(yes_no("q"), vec![outcome])];
        },
        &[],
    );
}

#[test]
fn conditions_name_earlier_questions() {
    asking(
        vec![asked_when("q", &[("r", is(&["yes"]))]), yes_no("r")],
        &[("a/q", "question", "later_question")],
    );
    asking(
        vec![asked_when("q", &[("q", TestDraft::default())])],
        &[("a/q", "question", "condition_cycle")],
    );
    let mut first = yes_no("q");
    first.when = vec![when("s", is(&["yes"]))];
    let mut second = yes_no("r");
    second.when = vec![when("q", is(&["yes"]))];
    let mut third = yes_no("s");
    third.when = vec![when("r", is(&["yes"]))];
    asking(vec![first, second, third], &[("a/q", "question", "condition_cycle")]);
}

#[test]
fn contradictory_conditions_are_found() {
    let contradiction = &[("a/q", "when", "contradictory_conditions")];
    for tests in [
        vec![is(&["x"]), is(&["y"])],
        vec![is(&["x", "y"]), not(&["x"]), not(&["y"])],
        vec![TestDraft { not: vec!["x".into()], ..is(&["x"]) }],
    ] {
        let conditions: Vec<_> = tests.into_iter().map(|it| ("p", it)).collect();
        asking(vec![one_of("p"), asked_when("q", &conditions)], contradiction);
    }
    let not_all = [("p", not(&["x", "y"])), ("p", not(&["z"]))];
    asking(vec![many_of("p"), asked_when("q", &not_all)], contradiction);
    let several = [("p", is(&["x"])), ("p", is(&["y"]))];
    asking(vec![many_of("p"), asked_when("q", &several)], &[]);
    for (least, most) in [(10_001, 10_000), (100_001, 200_000)] {
        let conditions = [("p", between(Some(least), None)), ("p", between(None, Some(most)))];
        asking(vec![number("p"), asked_when("q", &conditions)], contradiction);
    }
    let exactly = [("p", between(Some(100_000), None))];
    asking(vec![number("p"), asked_when("q", &exactly)], &[]);
}

#[test]
fn contradictions_through_other_questions_are_found() {
    let mut middle = yes_no("m");
    middle.when = vec![when("p", is(&["x"]))];
    let last = asked_when("q", &[("m", is(&["yes"])), ("p", is(&["y"]))]);
    asking(vec![one_of("p"), middle, last], &[("a/q", "when", "contradictory_conditions")]);
}

#[test]
fn what_hangs_on_a_contradiction_is_never_asked() {
    let middle = asked_when("m", &[("p", is(&["x"])), ("p", is(&["y"]))]);
    let last = asked_when("q", &[("m", TestDraft::default())]);
    asking(
        vec![one_of("p"), middle, last],
        &[("a/m", "when", "contradictory_conditions"), ("a/q", "", "unreachable_question")],
    );
}

#[test]
fn questions_after_answers_that_always_end_are_found() {
    let unreachable = &[("a/q", "", "unreachable_question")];
    let always = || vec![emergency(is(&["yes"])), informed(is(&["no"]))];
    asking(vec![ending(yes_no("p"), always()), yes_no("q")], unreachable);
    asking(
        vec![ending(yes_no("p"), vec![informed(TestDraft::default())]), yes_no("q")],
        unreachable,
    );
    asking(
        vec![ending(yes_no("p"), vec![switch(TestDraft::default(), "b")]), yes_no("q")],
        unreachable,
    );
    let yes_ends = || ending(yes_no("p"), vec![emergency(is(&["yes"]))]);
    asking(vec![yes_ends(), asked_when("q", &[("p", is(&["yes"]))])], unreachable);
    asking(vec![yes_ends(), asked_when("q", &[("p", is(&["no"]))])], &[]);
    let ranges = vec![informed(between(None, Some(50_000))), informed(between(Some(50_001), None))];
    asking(vec![ending(number("p"), ranges), yes_no("q")], unreachable);
    let several = vec![informed(is(&["x"])), informed(is(&["y"])), informed(is(&["z"]))];
    asking(vec![ending(many_of("p"), several), yes_no("q")], unreachable);
    let gap = vec![informed(between(None, Some(50_000))), informed(between(Some(50_002), None))];
    asking(vec![ending(number("p"), gap), yes_no("q")], &[]);
}

#[test]
fn a_question_that_may_be_passed_over_does_not_always_end() {
    let mut first = ending(yes_no("p"), vec![informed(TestDraft::default())]);
    first.required = false;
    asking(vec![first, yes_no("q")], &[]);
}

#[test]
fn an_outcome_that_stays_keeps_later_ones_away() {
    let urgent = OutcomeDraft {
        test: is(&["yes"]),
        urgency: Some(beffroi_domain::Urgency::Urgent),
        ..OutcomeDraft::default()
    };
    let outcomes = vec![urgent, informed(TestDraft::default())];
    asking(vec![ending(yes_no("p"), outcomes), yes_no("q")], &[]);
}

#[test]
fn ways_that_all_end_one_after_the_other_are_found() {
    // Whatever is answered to `p`, one of the next two is asked, and ends.
    let branch = |code: &str, answer: &str| {
        let mut it = asked_when(code, &[("p", is(&[answer]))]);
        it.outcomes = vec![informed(TestDraft::default())];
        it
    };
    asking(
        vec![yes_no("p"), branch("m", "yes"), branch("n", "no"), yes_no("q")],
        &[("a/q", "", "unreachable_question")],
    );
    asking(vec![yes_no("p"), branch("m", "yes"), yes_no("q")], &[]);
    asking(
        vec![yes_no("p"), branch("m", "yes"), asked_when("q", &[("p", is(&["yes"]))])],
        &[("a/q", "", "unreachable_question")],
    );
}

#[test]
fn outcomes_that_nothing_brings_about_are_found() {
    let unreachable = &[("a/p", "", "unreachable_outcome")];
    let twice = vec![emergency(is(&["x"])), informed(is(&["x"]))];
    asking(vec![ending(one_of("p"), twice)], unreachable);
    let covered = vec![emergency(is(&["x"])), emergency(is(&["y"])), informed(is(&["x", "y"]))];
    asking(vec![ending(one_of("p"), covered)], unreachable);
    let contradiction = TestDraft { not: vec!["x".into()], ..is(&["x"]) };
    asking(vec![ending(one_of("p"), vec![informed(contradiction)])], unreachable);
    asking(vec![ending(number("p"), vec![informed(between(Some(100_001), None))])], unreachable);
}

#[test]
fn outcomes_make_sense() {
    asking(
        vec![ending(
            yes_no("p"),
            vec![OutcomeDraft { test: is(&["yes"]), ..OutcomeDraft::default() }],
        )],
        &[("a/p", "", "empty_outcome")],
    );
    let both = OutcomeDraft { emergency: Some(Emergency::Crime), ..informed(is(&["yes"])) };
    asking(vec![ending(yes_no("p"), vec![both])], &[("a/p", "emergency", "contradictory_outcome")]);
}

#[test]
fn products_do_not_send_to_each_other_in_a_circle() {
    let sending = |from: &str, to: &str| ProductDraft {
        questions: vec![ending(yes_no("q"), vec![switch(is(&["yes"]), to)])],
        ..product(from, &format!("{from} fr"), &format!("{from} en"))
    };
    changed(
        |it| {
            it.products =
                vec![sending("a", "b"), sending("b", "c"), sending("c", "a"), sending("d", "a")];
        },
        &[
            ("a/q", "product", "product_cycle"),
            ("b/q", "product", "product_cycle"),
            ("c/q", "product", "product_cycle"),
        ],
    );
    changed(|it| it.products = vec![sending("a", "a")], &[("a/q", "product", "product_cycle")]);
    changed(
        |it| {
            it.products = vec![sending("a", "b"), sending("b", "a")];
            it.products[1].questions[0].outcomes[0].answer = words("Voilà.", "There.");
        },
        &[],
    );
}

#[test]
fn texts_exist_in_both_languages() {
    let missing = "missing_translation";
    changed(|it| it.name.english = "  ".into(), &[("", "name", missing)]);
    changed(|it| it.programmes[0].notice.french.clear(), &[("conduites", "notice", missing)]);
    changed(|it| it.products[2].name.english.clear(), &[("arbre", "name", missing)]);
    changed(|it| it.products[2].name = words("", ""), &[("arbre", "name", "missing")]);
    changed(|it| it.products[0].group.english.clear(), &[("eau-potable", "group", missing)]);
    asking(
        vec![QuestionDraft { help: words("Là", ""), ..yes_no("q") }],
        &[("a/q", "help", missing)],
    );
    asking(
        vec![QuestionDraft { text: words("", "Q"), ..yes_no("q") }],
        &[("a/q", "text", missing)],
    );
    let mut silent = one_of("q");
    silent.choices[1].label.french.clear();
    asking(vec![silent], &[("a/q/y", "", missing)]);
    let mut outcome = informed(is(&["yes"]));
    outcome.answer.english.clear();
    asking(vec![ending(yes_no("q"), vec![outcome])], &[("a/q", "answer", missing)]);
    changed(|it| it.products[2].name.french = "a\nb".into(), &[("arbre", "name", "invalid_text")]);
    asking(
        vec![QuestionDraft { text: words(&"é".repeat(2_001), "e"), ..yes_no("q") }],
        &[("a/q", "text", "invalid_text")],
    );
}

#[test]
fn names_that_read_the_same_are_ambiguous() {
    let ambiguous = &[("z", "name", "ambiguous_name")];
    for name in [words("EAU potable", "Z"), words("Z", "drinking-water"), words("Public tree", "Z")]
    {
        changed(|it| it.products.push(ProductDraft { name, ..product("z", "", "") }), ambiguous);
    }
    changed(|it| it.products.push(product("z", "Fuite", "Z")), ambiguous);
    changed(|it| it.products.push(product("parking", "Parking", "Parking")), &[]);
    changed(
        |it| {
            let mut again = it.products[0].precisions[0].clone();
            again.code = "z".to_owned();
            again.aliases.clear();
            it.products[0].precisions.push(again);
        },
        &[("eau-potable/z", "name", "ambiguous_name")],
    );
    let mut same = one_of("q");
    same.choices[1].label.english = "THE X".into();
    asking(vec![same], &[("a/q/y", "name", "ambiguous_name")]);
}

#[test]
fn an_alias_stands_for_one_thing() {
    changed(
        |it| it.products[2].aliases = vec!["eau brune".into(), "Arbre".into(), "ARBRE".into()],
        &[("arbre", "aliases", "duplicate_alias")],
    );
}

#[test]
fn choices_stand_where_something_is_chosen() {
    asking(vec![question("q", AnswerKind::OneOf)], &[("a/q", "choices", "missing_choices")]);
    asking(vec![question("q", AnswerKind::ManyOf)], &[("a/q", "choices", "missing_choices")]);
    let unexpected = QuestionDraft { kind: Some(AnswerKind::YesNo), ..one_of("q") };
    asking(vec![unexpected], &[("a/q", "choices", "unexpected_choices")]);
    asking(vec![QuestionDraft { kind: None, ..one_of("q") }], &[("a/q", "kind", "missing")]);
}

#[test]
fn ranges_stand_where_numbers_are_asked() {
    asking(
        vec![QuestionDraft { min: Some(2), max: Some(1), ..number("q") }],
        &[("a/q", "min", "min_above_max")],
    );
    asking(
        vec![QuestionDraft { kind: Some(AnswerKind::Date), unit: "m".into(), ..number("q") }],
        &[
            ("a/q", "unit", "unexpected_range"),
            ("a/q", "min", "unexpected_range"),
            ("a/q", "max", "unexpected_range"),
        ],
    );
}

#[test]
fn tests_fit_what_they_test() {
    let unfit = |field| [("a/q", field, "unfit_test")];
    asking(
        vec![yes_no("p"), asked_when("q", &[("p", between(Some(1), None))])],
        &unfit("at_least"),
    );
    asking(vec![number("p"), asked_when("q", &[("p", is(&["x"]))])], &unfit("is"));
    let text = question("p", AnswerKind::Text);
    asking(vec![text.clone(), asked_when("q", &[("p", not(&["x"]))])], &unfit("not"));
    asking(vec![text, asked_when("q", &[("p", TestDraft::default())])], &[]);
    asking(
        vec![yes_no("p"), asked_when("q", &[("p", TestDraft::default())])],
        &[("a/q", "", "missing_test")],
    );
    asking(vec![ending(yes_no("q"), vec![informed(between(None, Some(1)))])], &unfit("at_most"));
}

#[test]
fn numbers_have_bounds() {
    let out = |field| [("arbre", field, "out_of_range")];
    changed(|it| it.products[2].business_days = Some(0), &out("business_days"));
    changed(|it| it.products[2].business_days = Some(2_001), &out("business_days"));
    changed(|it| it.products[2].reopen_within_days = Some(0), &[]);
    changed(|it| it.products[2].reopen_within_days = Some(36_501), &out("reopen_within_days"));
    let rule = DuplicateRule { within_metres: 0, within_days: 1 };
    changed(|it| it.products[2].duplicates = Some(rule), &out("duplicates"));
    changed(
        |it| it.products[0].precisions[0].business_days = Some(0),
        &[("eau-potable/couleur-eau", "business_days", "out_of_range")],
    );
    changed(|it| it.products[2].nature = Some(Nature::Unknown), &[("arbre", "nature", "missing")]);
}

#[test]
fn all_defects_come_at_once_in_the_order_of_the_draft() {
    changed(
        |it| {
            it.products[2].unit = "x".into();
            it.products[0].questions[1].text.english.clear();
            it.products[0].questions[0].text.english.clear();
            it.products[0].precisions[0].unit = "x".into();
            it.units[0].name.english.clear();
        },
        &[
            ("eau", "name", "missing_translation"),
            ("eau-potable/couleur-eau", "unit", "unknown_unit"),
            ("eau-potable/coloree", "text", "missing_translation"),
            ("eau-potable/couleur", "text", "missing_translation"),
            ("arbre", "unit", "unknown_unit"),
        ],
    );
}

#[test]
fn lists_have_a_limit() {
    let many = |count: usize| (0..count).map(|it| yes_no(&format!("q{it}"))).collect::<Vec<_>>();
    asking(many(limits::QUESTIONS_MAX), &[]);
    asking(many(limits::QUESTIONS_MAX + 1), &[("a", "question", "too_many")]);
    let codes: Vec<String> = (0..=limits::CHOICES_MAX).map(|it| format!("c{it}")).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    asking(
        vec![QuestionDraft { choices: choices(&codes), ..one_of("q") }],
        &[("a/q", "choices", "too_many")],
    );
    let conditions = vec![("p", is(&["yes"])); limits::CONDITIONS_MAX + 1];
    asking(vec![yes_no("p"), asked_when("q", &conditions)], &[("a/q", "when", "too_many")]);
    let outcomes: Vec<_> = (0..=limits::OUTCOMES_MAX)
        .map(|it| informed(between(None, i64::try_from(it).ok())))
        .collect();
    asking(vec![ending(number("q"), outcomes)], &[("a/q", "outcome", "too_many")]);
}
