//! What holds for every catalogue.

use crate::made_up::{NUMBER_MAX, drafts, tree};
use crate::support::{code, product, words};
use beffroi_domain::catalogue::{
    Answer, AnswerKind, Catalogue, ConditionDraft, Draft, Ending, Given, Open, OutcomeDraft,
    ProductDraft, QuestionDraft, TestDraft, UnitDraft, check,
};
use beffroi_domain::{Code, Personal};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// An answer that fits, drawn by number.
fn fitting(open: &Open<'_>, draw: u64) -> Answer {
    let codes: Vec<Code> = open.question.choices().iter().map(|it| it.code.clone()).collect();
    let at = |count: usize| usize::try_from(draw % count as u64).unwrap();
    match open.question.kind.answer_kind() {
        AnswerKind::YesNo => Answer::YesNo(draw.is_multiple_of(2)),
        AnswerKind::OneOf => Answer::Choice(codes[at(codes.len())].clone()),
        AnswerKind::ManyOf => {
            let some = codes.iter().enumerate().filter(|(bit, _)| draw >> bit & 1 == 1);
            let some: Vec<Code> = some.map(|(_, it)| it.clone()).collect();
            Answer::Choices(if some.is_empty() { codes } else { some })
        }
        AnswerKind::Number => Answer::Number(i64::try_from(draw % 4).unwrap().min(NUMBER_MAX)),
        AnswerKind::Text => Answer::Text(Personal("x".parse().unwrap())),
        AnswerKind::Date | AnswerKind::Place | AnswerKind::Photo => panic!("not made up"),
    }
}

fn given(open: &Open<'_>, answer: Answer) -> Given {
    Given { product: Some(open.product.code.clone()), question: open.question.code.clone(), answer }
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

    /// Whoever answers what is asked comes to an end, without a problem on the way.
    #[test]
    fn every_catalogue_can_be_walked_to_an_end(
        draft in drafts(),
        draws in prop::collection::vec(any::<u64>(), 40),
        pass_over: bool,
    ) {
        let Ok(catalogue) = Catalogue::new(&draft) else { return Err(TestCaseError::reject("wrong")) };
        let class = catalogue.class(&code("a"), None).unwrap();
        let mut answers: Vec<Given> = Vec::new();
        let questions: usize = draft.products.iter().map(|it| it.questions.len()).sum();
        let mut draws = draws.into_iter();
        loop {
            let walk = catalogue.walk(class, &answers);
            prop_assert!(walk.problems.is_empty(), "{:?}", walk.problems);
            prop_assert!(answers.len() <= questions);
            let required = walk.next.iter().find(|it| it.question.required);
            let asked = if pass_over { required } else { walk.next.first() };
            match walk.ending {
                Ending::Incomplete => prop_assert!(required.is_some()),
                Ending::Complete => prop_assert!(required.is_none()),
                Ending::Emergency(_) | Ending::Informed(_) => prop_assert!(walk.next.is_empty()),
            }
            let Some(open) = asked else {
                prop_assert!(walk.defects().is_empty());
                break;
            };
            let answer = given(open, fitting(open, draws.next().unwrap()));
            answers.push(answer);
        }
    }

    /// Whatever has been published can be read and walked to an end, had it been checked or not.
    #[test]
    fn a_catalogue_is_walked_to_an_end_even_where_it_makes_no_sense(
        mut draft in drafts(),
        circles in prop::collection::vec(any::<[prop::sample::Index; 2]>(), 0..6),
        draws in prop::collection::vec(any::<u64>(), 40),
    ) {
        for [from, to] in circles {
            // A condition on any question, and an answer that goes back to the first product.
            let questions = &mut draft.products[0].questions;
            let to = questions[to.index(questions.len())].code.clone();
            let from = from.index(questions.len());
            let when = questions[from].when.first().map(|it| it.test.clone());
            questions[from].when.extend(when.map(|test| ConditionDraft { question: to, test }));
            let back = OutcomeDraft { product: "a".to_owned(), ..OutcomeDraft::default() };
            draft.products[1].questions[0].outcomes.push(back);
        }
        // Tests of choices that a question does not have would mean something else without them.
        let Ok(catalogue) = Catalogue::published(&draft) else { return Err(TestCaseError::reject("lost")) };
        prop_assert!(Catalogue::new(&draft).is_ok_and(|it| it == catalogue) || !check(&draft).is_empty());
        let class = catalogue.class(&code("a"), None).unwrap();
        let mut answers: Vec<Given> = Vec::new();
        for draw in draws {
            let walk = catalogue.walk(class, &answers);
            prop_assert!(walk.problems.is_empty(), "{:?}", walk.problems);
            let Some(open) = walk.next.first() else { break };
            let answer = given(open, fitting(open, draw));
            answers.push(answer);
        }
        prop_assert!(catalogue.walk(class, &answers).next.is_empty());
    }

    /// An answer changes nothing before its question, and the order of answers does not matter.
    #[test]
    fn walks_are_deterministic_and_monotone(
        draft in drafts(),
        draws in prop::collection::vec(any::<u64>(), 12),
    ) {
        let Ok(catalogue) = Catalogue::new(&draft) else { return Err(TestCaseError::reject("wrong")) };
        let class = catalogue.class(&code("a"), None).unwrap();
        let mut answers: Vec<Given> = Vec::new();
        for draw in draws {
            let before = catalogue.walk(class, &answers);
            prop_assert_eq!(&before, &catalogue.walk(class, &answers));
            let Some(open) = before.next.first() else { break };
            let mut more = answers.clone();
            more.insert(usize::try_from(draw % (answers.len() as u64 + 1)).unwrap(), given(open, fitting(open, draw)));
            let after = catalogue.walk(class, &more);
            // The first that is asked comes after those that were passed over, if any.
            let same = before.path.iter().zip(&after.path).take_while(|(a, b)| a == b).count();
            let asked = after.path.get(same);
            if same < before.path.len() {
                // What was answered later stands after it, unless it ended the walk.
                prop_assert!(asked.is_some_and(|it| it.question.code == open.question.code));
            } else {
                prop_assert_eq!(after.path.len(), same + 1);
            }
            let mut backwards = more.clone();
            backwards.reverse();
            let turned = catalogue.walk(class, &backwards);
            prop_assert_eq!(&turned.path, &after.path);
            prop_assert_eq!(&turned.next, &after.next);
            answers = more;
        }
    }

    /// Nonsense is told from answers, and nothing panics.
    #[test]
    fn any_answers_are_taken_or_named(
        draft in drafts(),
        answers in prop::collection::vec((0..3_usize, 0..8_usize, 0..7_usize), 0..12),
    ) {
        let Ok(catalogue) = Catalogue::new(&draft) else { return Err(TestCaseError::reject("wrong")) };
        let class = catalogue.class(&code("a"), None).unwrap();
        let answers: Vec<Given> = answers.into_iter().map(|(product, question, answer)| Given {
            product: [None, Some(code("a")), Some(code("b"))][product].clone(),
            question: code(&format!("q{question}")),
            answer: [
                Answer::YesNo(true),
                Answer::Choice(code("x")),
                Answer::Choices(vec![code("y"), code("w")]),
                Answer::Choices(vec![code("y")]),
                Answer::Number(2),
                Answer::Number(-2),
                Answer::Text(Personal("x".parse().unwrap())),
            ][answer].clone(),
        }).collect();
        let walk = catalogue.walk(class, &answers);
        prop_assert_eq!(walk.path.len() + walk.problems.len(), answers.len());
    }

    /// A question is said to be never asked exactly when no answers lead to it.
    #[test]
    fn what_is_said_of_questions_is_what_walks_show(questions in tree(6, false)) {
        let mut draft = Draft {
            name: words("Ville", "City"),
            units: vec![UnitDraft { code: "eau".to_owned(), name: words("Eau", "Water") }],
            ..Draft::default()
        };
        draft.products = vec![ProductDraft { questions: questions.clone(), ..product("a", "A fr", "A en") }];
        let mut unasked = BTreeSet::new();
        for defect in check(&draft) {
            match defect.flaw.name() {
                "contradictory_conditions" | "unreachable_question" => {
                    unasked.insert(defect.place.trim_start_matches("a/").to_owned());
                }
                "unreachable_outcome" => {}
                other => prop_assert!(false, "{}", other),
            }
        }
        let mut asked = BTreeSet::new();
        try_all(&questions, &mut BTreeMap::new(), &mut asked);
        let expected: BTreeSet<String> =
            questions.iter().map(|it| it.code.clone()).filter(|it| !asked.contains(it)).collect();
        prop_assert_eq!(unasked, expected);
    }
}

/// What can be answered to a made-up question, as the chosen codes or the number.
fn possible(question: &QuestionDraft) -> Vec<(BTreeSet<String>, i64)> {
    let one = |code: &str| (BTreeSet::from([code.to_owned()]), 0);
    match question.kind.unwrap() {
        AnswerKind::YesNo => vec![one("yes"), one("no")],
        AnswerKind::OneOf => question.choices.iter().map(|it| one(&it.code)).collect(),
        AnswerKind::ManyOf => (1..1 << question.choices.len())
            .map(|set| {
                let chosen = question.choices.iter().enumerate();
                let chosen = chosen.filter(|(bit, _)| set >> bit & 1 == 1);
                (chosen.map(|(_, it)| it.code.clone()).collect(), 0)
            })
            .collect(),
        AnswerKind::Number => (0..=NUMBER_MAX).map(|it| (BTreeSet::new(), it)).collect(),
        AnswerKind::Text | AnswerKind::Date | AnswerKind::Place | AnswerKind::Photo => {
            vec![(BTreeSet::new(), 0)]
        }
    }
}

fn passes(test: &TestDraft, (chosen, number): &(BTreeSet<String>, i64)) -> bool {
    (test.is.is_empty() || test.is.iter().any(|it| chosen.contains(it)))
        && !test.not.iter().any(|it| chosen.contains(it))
        && test.at_least.is_none_or(|it| *number >= it)
        && test.at_most.is_none_or(|it| *number <= it)
}

/// Tries every way through the questions that are left, and notes which are asked.
fn try_all(
    questions: &[QuestionDraft],
    answers: &mut BTreeMap<String, (BTreeSet<String>, i64)>,
    asked: &mut BTreeSet<String>,
) {
    let Some((question, rest)) = questions.split_first() else { return };
    let holds = question
        .when
        .iter()
        .all(|it| answers.get(&it.question).is_some_and(|answer| passes(&it.test, answer)));
    if holds {
        asked.insert(question.code.clone());
        for answer in possible(question) {
            let outcome = question.outcomes.iter().find(|it| passes(&it.test, &answer));
            let leaves = outcome.is_some_and(|it| it.emergency.is_some() || !it.answer.is_absent());
            if !leaves {
                answers.insert(question.code.clone(), answer);
                try_all(rest, answers, asked);
                answers.remove(&question.code);
            }
        }
    }
    if !holds || !question.required {
        try_all(rest, answers, asked);
    }
}
