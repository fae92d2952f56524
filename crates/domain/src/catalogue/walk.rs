//! The walk through the questions: from the answers so far to the questions to ask next.
//!
//! Questions are asked in the order of their product. One whose conditions do not hold is passed
//! over. An answer may bring about another product, whose questions then follow, or end the walk.
//! Nothing but the catalogue, the product and the answers decides where it goes, and an answer never
//! changes anything before its question.
//!
//! `next` lists the questions that can be asked now, all at once or one by one: it stops before the
//! first whose asking hangs on a required answer that is not there, and after the first required one
//! that may leave the product. A question that is not required stays in it until it is answered, but
//! holds nothing up: whoever asks one by one passes over those that nobody wants to answer. What hangs
//! on it is asked once it has an answer.

use super::{
    Answer, AnswerKind, Answered, Bilingual, Catalogue, Class, Given, NumberRange, Outcome,
    Product, Question, limits,
};
use crate::{Code, Emergency, Text, Urgency};
use chrono::Datelike;
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

/// Where a walk stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk<'a> {
    /// The questions that were answered, in the order in which they are asked.
    pub path: Vec<Step<'a>>,
    /// The questions that can be asked now.
    pub next: Vec<Open<'a>>,
    /// The product and the precision that the answers lead to.
    pub class: Class<'a>,
    /// How fast it must be dealt with: as the last answer that says so, else as the class.
    pub urgency: Urgency,
    /// Whether and how it ends.
    pub ending: Ending<'a>,
    /// What is wrong with answers; such answers count as not given.
    pub problems: Vec<AnswerProblem>,
}

/// A question and its answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step<'a> {
    /// The product whose question it is.
    pub product: &'a Product,
    /// The question.
    pub question: &'a Question,
    /// Its answer.
    pub answer: &'a Answer,
}

/// A question that can be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Open<'a> {
    /// The product whose question it is.
    pub product: &'a Product,
    /// The question.
    pub question: &'a Question,
}

/// Whether and how a walk ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ending<'a> {
    /// Required answers are not there.
    Incomplete,
    /// All required answers are there; `next` may list others that can still be given.
    Complete,
    /// It belongs to 9-1-1.
    Emergency(Emergency),
    /// It is answered at once, without a request.
    Informed(&'a Bilingual<Text>),
}

/// What is wrong with an answer, or with there being none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerProblem {
    /// The product, if it is known which.
    pub product: Option<Code>,
    /// The question.
    pub question: Code,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is required and not there.
    Missing,
    /// There is no such question.
    UnknownQuestion,
    /// The question is not asked, given the answers to others.
    NotAsked,
    /// There are two answers to it.
    Twice,
    /// It is of another kind than the question.
    Kind(AnswerKind),
    /// There is no such choice.
    UnknownChoice(Code),
    /// A choice is there twice.
    RepeatedChoice(Code),
    /// Nothing was chosen.
    NoChoice,
    /// The number is too small: this is the least, in thousandths.
    Below(i64),
    /// The number is too great: this is the greatest, in thousandths.
    Above(i64),
    /// The day is not in the years 1800 to 9999.
    Date,
    /// The place is neither on the map nor an address.
    EmptyPlace,
    /// More answers than are looked at.
    TooMany,
}

/// The years of days that are taken.
const YEARS: RangeInclusive<i32> = 1800..=9999;

impl AnswerProblem {
    /// The question for people: `eau-potable/couleur`.
    pub fn place(&self) -> String {
        match &self.product {
            Some(product) => format!("{product}/{}", self.question),
            None => self.question.to_string(),
        }
    }
}

impl Walk<'_> {
    /// What is wrong with the answers as a whole: nothing, when they can be kept.
    ///
    /// A walk that an answer ends lacks nothing.
    pub fn defects(&self) -> Vec<AnswerProblem> {
        let missing = self.next.iter().filter(|it| it.question.required);
        let missing = missing.map(|it| AnswerProblem {
            product: Some(it.product.code.clone()),
            question: it.question.code.clone(),
            problem: Problem::Missing,
        });
        // A wrong answer says more than that it is missing.
        let wrong: HashSet<_> =
            self.problems.iter().map(|it| (&it.product, &it.question)).collect();
        let missing = missing.filter(|it| !wrong.contains(&(&it.product, &it.question)));
        self.problems.iter().cloned().chain(missing).collect()
    }

    /// The answers as they are kept.
    pub fn answered(&self) -> Vec<Answered> {
        let steps = self.path.iter();
        steps
            .map(|it| Answered {
                product: it.product.code.clone(),
                question: it.question.code.clone(),
                answer: it.answer.clone(),
            })
            .collect()
    }
}

impl Catalogue {
    /// Goes through the questions of a product with the answers so far. At most
    /// [`limits::ANSWERS_MAX`] answers are looked at.
    pub fn walk<'a>(&'a self, class: Class<'a>, answers: &'a [Given]) -> Walk<'a> {
        let mut walker = Walker {
            catalogue: self,
            given: Sheet::new(answers),
            walk: Walk {
                path: Vec::new(),
                next: Vec::new(),
                class,
                urgency: class.urgency(),
                ending: Ending::Complete,
                problems: Vec::new(),
            },
            urgency: None,
            visited: HashSet::new(),
        };
        let mut product = Some(class.product);
        while let Some(current) = product {
            // No catalogue goes round in a circle; no walk depends on it.
            product =
                if walker.visited.insert(&current.code) { walker.through(current) } else { None };
        }
        walker.finish()
    }
}

/// The answers of a caller, each used once.
struct Sheet<'a> {
    answers: &'a [Given],
    by_question: HashMap<(Option<&'a Code>, &'a Code), usize>,
    used: HashSet<usize>,
    twice: Vec<usize>,
}

impl<'a> Sheet<'a> {
    fn new(answers: &'a [Given]) -> Self {
        let mut by_question = HashMap::new();
        let mut twice = Vec::new();
        for (at, it) in answers.iter().take(limits::ANSWERS_MAX).enumerate() {
            if *by_question.entry((it.product.as_ref(), &it.question)).or_insert(at) != at {
                twice.push(at);
            }
        }
        Self { answers, by_question, used: HashSet::new(), twice }
    }

    /// The answer to a question: the one that names its product, else one that names none.
    fn take(&mut self, product: &Code, question: &Code) -> Option<&'a Answer> {
        let keys = [(Some(product), question), (None, question)];
        let mut found = keys.iter().filter_map(|it| self.by_question.get(it).copied());
        let at = found.find(|it| !self.used.contains(it))?;
        self.used.insert(at);
        self.answers.get(at).map(|it| &it.answer)
    }
}

/// How a question of the current product stands.
#[derive(Clone, Copy)]
enum Standing<'a> {
    /// Passed over, or asked and left without an answer that nobody must give.
    Silent,
    /// Its answer is still to come.
    Awaited,
    Answered(&'a Answer),
}

/// Whether a question is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Yes,
    No,
    /// It hangs on an answer that is still to come.
    NotYet,
}

struct Walker<'a> {
    catalogue: &'a Catalogue,
    given: Sheet<'a>,
    walk: Walk<'a>,
    urgency: Option<Urgency>,
    visited: HashSet<&'a Code>,
}

impl<'a> Walker<'a> {
    /// Goes through the questions of one product; the product that follows, if any.
    fn through(&mut self, product: &'a Product) -> Option<&'a Product> {
        let mut standings: HashMap<&Code, Standing<'a>> = HashMap::new();
        for question in &product.questions {
            let standing = match asked(question, &standings) {
                Asked::No => Standing::Silent,
                Asked::NotYet => {
                    self.walk.ending = Ending::Incomplete;
                    return None;
                }
                Asked::Yes => match self.answer(product, question) {
                    Some(answer) => Standing::Answered(answer),
                    None if question.required => Standing::Awaited,
                    None => Standing::Silent,
                },
            };
            standings.insert(&question.code, standing);
            match standing {
                Standing::Silent => {}
                Standing::Awaited => {
                    self.walk.ending = Ending::Incomplete;
                    if question.may_leave() {
                        return None;
                    }
                }
                Standing::Answered(answer) => {
                    let outcome = question.outcome(answer);
                    if let Some(outcome) = outcome.filter(|it| self.bring_about(it)) {
                        return outcome.product.as_ref().and_then(|it| self.catalogue.product(it));
                    }
                }
            }
        }
        None
    }

    /// The answer to a question that is asked; without one that is right, it can be asked next.
    fn answer(&mut self, product: &'a Product, question: &'a Question) -> Option<&'a Answer> {
        let answer = self.given.take(&product.code, &question.code);
        match answer.map(|it| (it, fit(question, it))) {
            Some((answer, Ok(()))) => {
                self.walk.path.push(Step { product, question, answer });
                return Some(answer);
            }
            Some((_, Err(problem))) => self.walk.problems.push(AnswerProblem {
                product: Some(product.code.clone()),
                question: question.code.clone(),
                problem,
            }),
            None => {}
        }
        self.walk.next.push(Open { product, question });
        None
    }

    /// Takes note of what an answer brings about; whether the questions of the product end.
    fn bring_about(&mut self, outcome: &'a Outcome) -> bool {
        self.urgency = outcome.urgency.or(self.urgency);
        let product = outcome.product.as_ref().and_then(|it| self.catalogue.product(it));
        if let Some(product) = product {
            self.walk.class = Class { product, precision: None };
        }
        if let Some(precision) = &outcome.precision {
            self.walk.class.precision = self.walk.class.product.precision(precision);
        }
        if let Some(emergency) = outcome.emergency {
            self.end(Ending::Emergency(emergency));
        } else if let Some(answer) = &outcome.answer {
            self.end(Ending::Informed(answer));
        }
        outcome.leaves()
    }

    /// Nothing more is asked, whatever was awaited.
    fn end(&mut self, ending: Ending<'a>) {
        self.walk.ending = ending;
        self.walk.next.clear();
    }

    fn finish(mut self) -> Walk<'a> {
        self.walk.urgency = self.urgency.unwrap_or_else(|| self.walk.class.urgency());
        for (at, given) in self.given.answers.iter().enumerate() {
            let problem = if at >= limits::ANSWERS_MAX {
                Problem::TooMany
            } else if self.given.twice.contains(&at) {
                Problem::Twice
            } else if self.given.used.contains(&at) {
                continue;
            } else if self.is_known(given) {
                Problem::NotAsked
            } else {
                Problem::UnknownQuestion
            };
            let (product, question) = (given.product.clone(), given.question.clone());
            self.walk.problems.push(AnswerProblem { product, question, problem });
            if at >= limits::ANSWERS_MAX {
                break;
            }
        }
        self.walk
    }

    /// Whether there is such a question: in the product it names, else in one of the walk.
    fn is_known(&self, given: &Given) -> bool {
        let has = |it: &Code| {
            self.catalogue.product(it).is_some_and(|it| it.question(&given.question).is_some())
        };
        match &given.product {
            Some(product) => has(product),
            None => self.visited.iter().any(|it| has(it)),
        }
    }
}

fn asked(question: &Question, standings: &HashMap<&Code, Standing<'_>>) -> Asked {
    let mut asked = Asked::Yes;
    for condition in &question.when {
        match standings.get(&condition.question) {
            Some(Standing::Answered(answer)) if condition.test.holds(answer) => {}
            Some(Standing::Awaited) => asked = Asked::NotYet,
            Some(Standing::Answered(_) | Standing::Silent) | None => return Asked::No,
        }
    }
    asked
}

/// Whether an answer is one of those that the question takes.
fn fit(question: &Question, answer: &Answer) -> Result<(), Problem> {
    let kind = question.kind.answer_kind();
    if kind != answer.kind() {
        return Err(Problem::Kind(kind));
    }
    match answer {
        Answer::YesNo(_) | Answer::Text(_) | Answer::Photo(_) => Ok(()),
        Answer::Choice(code) => known(question, code),
        Answer::Choices(codes) => several(question, codes),
        Answer::Number(number) => question.range().map_or(Ok(()), |it| within(it, *number)),
        Answer::Date(date) => YEARS.contains(&date.year()).then_some(()).ok_or(Problem::Date),
        Answer::Place(it) => {
            let is_somewhere = it.address.is_some() || it.place.coordinates.is_some();
            is_somewhere.then_some(()).ok_or(Problem::EmptyPlace)
        }
    }
}

fn known(question: &Question, code: &Code) -> Result<(), Problem> {
    let is_known = question.choices().iter().any(|it| it.code == *code);
    is_known.then_some(()).ok_or_else(|| Problem::UnknownChoice(code.clone()))
}

fn several(question: &Question, codes: &[Code]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for code in codes {
        known(question, code)?;
        if !seen.insert(code) {
            return Err(Problem::RepeatedChoice(code.clone()));
        }
    }
    if codes.is_empty() { Err(Problem::NoChoice) } else { Ok(()) }
}

fn within(range: &NumberRange, number: i64) -> Result<(), Problem> {
    match (range.min.filter(|it| number < *it), range.max.filter(|it| number > *it)) {
        (Some(min), _) => Err(Problem::Below(min)),
        (None, Some(max)) => Err(Problem::Above(max)),
        (None, None) => Ok(()),
    }
}
