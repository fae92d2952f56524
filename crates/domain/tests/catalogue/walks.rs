//! Where walks go.

use crate::support::{catalogue, code, draft, given, informed, is, question, when, words};
use beffroi_domain::catalogue::{
    Answer, AnswerKind, Answered, Catalogue, Ending, Given, Photo, PlaceAnswer, Problem, TestDraft,
};
use beffroi_domain::{Emergency, Language, Nature, Personal, Place, Urgency};

const YES: Answer = Answer::YesNo(true);
const NO: Answer = Answer::YesNo(false);

fn choice(text: &str) -> Answer {
    Answer::Choice(code(text))
}

fn choices(codes: &[&str]) -> Answer {
    Answer::Choices(codes.iter().map(|it| code(it)).collect())
}

fn date() -> Answer {
    Answer::Date("2026-06-24".parse().unwrap())
}

fn text(it: &str) -> Answer {
    Answer::Text(Personal(it.parse().unwrap()))
}

/// The answers that take drinking water to its end.
fn water() -> Vec<Given> {
    vec![
        given("coloree", YES),
        given("couleur", choice("rouge")),
        given("ou", choices(&["bain", "cuisine"])),
        given("jours", Answer::Number(1_500)),
        given("inondation", NO),
        given("depuis", date()),
    ]
}

struct Seen {
    path: String,
    next: String,
    class: String,
    urgency: Urgency,
    ending: String,
    problems: Vec<(String, Problem)>,
}

fn walk_in(catalogue: &Catalogue, product: &str, answers: &[Given]) -> Seen {
    let walk = catalogue.walk(catalogue.class(&code(product), None).unwrap(), answers);
    let path: Vec<_> =
        walk.path.iter().map(|it| format!("{}/{}", it.product.code, it.question.code)).collect();
    let next: Vec<_> = walk.next.iter().map(|it| it.question.code.to_string()).collect();
    let precision = walk.class.precision.map(|it| format!("/{}", it.code)).unwrap_or_default();
    let ending = match walk.ending {
        Ending::Incomplete => "incomplete".to_owned(),
        Ending::Complete => "complete".to_owned(),
        Ending::Emergency(it) => format!("{it:?}"),
        Ending::Informed(it) => it.english.as_str().to_owned(),
    };
    Seen {
        path: path.join(" "),
        next: next.join(" "),
        class: format!("{}{precision}", walk.class.product.code),
        urgency: walk.urgency,
        ending,
        problems: walk.defects().into_iter().map(|it| (it.place(), it.problem)).collect(),
    }
}

fn walk(product: &str, answers: &[Given]) -> Seen {
    walk_in(&catalogue(&draft()), product, answers)
}

#[test]
fn what_can_be_asked_at_once_is_asked_at_once() {
    // The colour hangs on whether it is coloured: the list stops before it.
    assert_eq!(walk("eau-potable", &[]).next, "coloree");
    // How many days may end the walk: the list stops after it.
    assert_eq!(walk("eau-potable", &water()[..1]).next, "couleur ou jours");
    assert_eq!(walk("eau-potable", &[given("coloree", NO)]).next, "ou jours");
}

#[test]
fn a_walk_is_complete_with_its_required_answers() {
    let seen = walk("eau-potable", &water());
    assert_eq!(
        seen.path,
        "eau-potable/coloree eau-potable/couleur eau-potable/ou eau-potable/jours \
         eau-potable/inondation eau-potable/depuis"
    );
    assert_eq!(seen.next, "note");
    assert_eq!(seen.ending, "complete");
    assert_eq!(seen.problems, []);
}

#[test]
fn what_hangs_on_an_optional_answer_is_asked_after_it() {
    let mut answers = water();
    answers.push(given("note", text("brune")));
    assert_eq!(walk("eau-potable", &answers).next, "photo");
    let photo = Photo { reference: "s3://b/k".parse().unwrap(), sha256: None };
    answers.push(given("photo", Answer::Photo(Personal(photo))));
    assert_eq!(walk("eau-potable", &answers).next, "");
}

#[test]
fn an_answer_sets_precision_and_urgency() {
    let answers = water();
    let catalogue = catalogue(&draft());
    let class = catalogue.class(&code("eau-potable"), None).unwrap();
    assert_eq!((class.nature(), class.business_days()), (Nature::Service, Some(5)));
    let walk = catalogue.walk(class, &answers);
    assert_eq!(walk.urgency, Urgency::Urgent);
    assert_eq!(walk.class.precision.unwrap().code, code("couleur-eau"));
    assert_eq!(walk.class.nature(), Nature::RapidIntervention);
    assert_eq!(walk.class.business_days(), Some(1));
    assert_eq!(walk.class.programme().unwrap().code, code("conduites"));
    assert_eq!(walk.class.unit().code, code("eau"));
}

#[test]
fn another_product_goes_on_with_its_own_questions() {
    let mut answers = water();
    answers[4] = given("inondation", YES);
    answers.pop();
    let seen = walk("eau-potable", &answers);
    assert_eq!((seen.class.as_str(), seen.next.as_str()), ("fuite", "danger"));
    assert_eq!(seen.urgency, Urgency::Urgent);
    answers.push(given("danger", NO));
    let place = PlaceAnswer { place: Place::default(), address: Some("1, rue A".parse().unwrap()) };
    answers.push(given("lieu", Answer::Place(Personal(place))));
    let seen = walk("eau-potable", &answers);
    assert!(seen.path.ends_with("eau-potable/inondation fuite/danger fuite/lieu"), "{}", seen.path);
    assert_eq!((seen.ending.as_str(), seen.problems.len()), ("complete", 0));
}

#[test]
fn an_emergency_ends_everything() {
    let answers = [given("danger", YES), given("lieu", text("x"))];
    let seen = walk("fuite", &answers[..1]);
    assert_eq!(seen.ending, format!("{:?}", Emergency::LifeInDanger));
    assert_eq!((seen.next.as_str(), seen.problems.len()), ("", 0));
    let seen = walk("fuite", &answers);
    assert_eq!(seen.ending, format!("{:?}", Emergency::LifeInDanger));
    assert_eq!(seen.problems, [("lieu".to_owned(), Problem::NotAsked)]);
}

#[test]
fn an_answer_given_at_once_ends_the_walk_even_with_gaps() {
    let seen = walk("eau-potable", &[given("coloree", NO), given("jours", Answer::Number(500))]);
    assert_eq!((seen.ending.as_str(), seen.next.as_str()), ("There.", ""));
    assert_eq!(seen.problems, []);
}

#[test]
fn wrong_answers_are_named_with_what_is_wrong() {
    let check = |question: &str, answer: Answer, problem: Problem| {
        let mut answers = water();
        match answers.iter_mut().find(|it| it.question == code(question)) {
            Some(it) => it.answer = answer,
            None => answers.push(given(question, answer)),
        }
        let seen = walk("eau-potable", &answers);
        let expected = (format!("eau-potable/{question}"), problem);
        assert!(seen.problems.contains(&expected), "{expected:?} {:?}", seen.problems);
        assert!(!seen.problems.contains(&(expected.0, Problem::Missing)));
    };
    check("coloree", text("oui"), Problem::Kind(AnswerKind::YesNo));
    check("couleur", choice("bleu"), Problem::UnknownChoice(code("bleu")));
    check("ou", choices(&["bain", "toit"]), Problem::UnknownChoice(code("toit")));
    check("ou", choices(&["bain", "bain"]), Problem::RepeatedChoice(code("bain")));
    check("ou", choices(&[]), Problem::NoChoice);
    check("jours", Answer::Number(-1), Problem::Below(0));
    check("jours", Answer::Number(30_001), Problem::Above(30_000));
    check("depuis", Answer::Date("-0001-01-01".parse().unwrap()), Problem::Date);
    let seen = walk(
        "fuite",
        &[given("danger", NO), given("lieu", Answer::Place(Personal(PlaceAnswer::default())))],
    );
    assert_eq!(seen.problems, [("fuite/lieu".to_owned(), Problem::EmptyPlace)]);
}

#[test]
fn answers_that_nothing_asks_for_are_named() {
    let mut answers = water();
    answers[0] = given("coloree", NO);
    answers.push(given("danger", NO));
    answers.push(given("coloree", YES));
    answers.push(Given { product: Some(code("fuite")), ..given("danger", NO) });
    answers.push(Given { product: Some(code("fuite")), ..given("x", NO) });
    answers.push(Given { product: Some(code("x")), ..given("danger", NO) });
    assert_eq!(
        walk("eau-potable", &answers).problems,
        [
            ("couleur".to_owned(), Problem::NotAsked),
            ("danger".to_owned(), Problem::UnknownQuestion),
            ("coloree".to_owned(), Problem::Twice),
            ("fuite/danger".to_owned(), Problem::NotAsked),
            ("fuite/x".to_owned(), Problem::UnknownQuestion),
            ("x/danger".to_owned(), Problem::UnknownQuestion),
        ]
    );
}

#[test]
fn missing_answers_are_named() {
    let seen = walk("eau-potable", &water()[..3]);
    assert_eq!(seen.ending, "incomplete");
    assert_eq!(seen.problems, [("eau-potable/jours".to_owned(), Problem::Missing)]);
}

#[test]
fn an_answer_may_name_its_product() {
    let mut draft = draft();
    // Both products now ask for the date.
    let again = draft.products[0].questions[5].clone();
    draft.products[1].questions.insert(1, again);
    let catalogue = catalogue(&draft);
    let mut answers = water();
    answers.truncate(4);
    answers.push(given("inondation", YES));
    answers.push(given("danger", NO));
    answers.push(Given { product: Some(code("eau-potable")), ..given("depuis", date()) });
    let seen = walk_in(&catalogue, "eau-potable", &answers);
    assert_eq!(seen.problems[0], ("eau-potable/depuis".to_owned(), Problem::NotAsked));
    answers.last_mut().unwrap().product = Some(code("fuite"));
    let seen = walk_in(&catalogue, "eau-potable", &answers);
    assert!(seen.path.ends_with("fuite/danger fuite/depuis"), "{}", seen.path);
}

#[test]
fn a_condition_fails_when_its_question_has_no_answer() {
    let mut draft = draft();
    let mut optional = question("p", AnswerKind::YesNo);
    optional.required = false;
    let mut denied = question("q", AnswerKind::Text);
    denied.when = vec![when("p", TestDraft { not: vec!["yes".into()], ..TestDraft::default() })];
    draft.products[2].questions = vec![optional, denied, question("r", AnswerKind::Text)];
    let catalogue = catalogue(&draft);
    assert_eq!(walk_in(&catalogue, "arbre", &[]).next, "p r");
    assert_eq!(walk_in(&catalogue, "arbre", &[given("p", NO)]).next, "q r");
}

#[test]
fn too_many_answers_are_not_looked_at() {
    let answers = vec![given("x", NO); 100_000];
    let problems = walk("arbre", &answers).problems;
    assert_eq!(problems.len(), 1_001);
    assert_eq!(problems.last().unwrap().1, Problem::TooMany);
}

#[test]
fn the_first_outcome_that_matches_counts() {
    let mut draft = draft();
    let mut first = question("p", AnswerKind::YesNo);
    let mut other = informed(TestDraft::default());
    other.answer = words("Sinon.", "Else.");
    first.outcomes = vec![informed(is(&["yes"])), other];
    draft.products[2].questions = vec![first];
    let catalogue = catalogue(&draft);
    assert_eq!(walk_in(&catalogue, "arbre", &[given("p", YES)]).ending, "There.");
    assert_eq!(walk_in(&catalogue, "arbre", &[given("p", NO)]).ending, "Else.");
}

#[test]
fn answers_are_said_with_their_questions() {
    let catalogue = catalogue(&draft());
    let answers = water();
    let walk = catalogue.walk(catalogue.class(&code("eau-potable"), None).unwrap(), &answers);
    let say = |at: usize, language| catalogue.say(&walk.answered()[at], language).unwrap().1;
    assert_eq!(say(0, Language::French), "Oui");
    assert_eq!(say(1, Language::English), "the rouge");
    assert_eq!(say(2, Language::French), "le bain, le cuisine");
    assert_eq!(say(3, Language::French), "1,5\u{a0}j");
    assert_eq!(say(3, Language::English), "1.5\u{a0}j");
    assert_eq!(say(5, Language::English), "2026-06-24");
    let other = Answered { product: code("x"), question: code("y"), answer: YES };
    assert_eq!(catalogue.say(&other, Language::French), None);
}
