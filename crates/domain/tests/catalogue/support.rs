//! A catalogue of three products, right as it is.

use beffroi_domain::catalogue::{
    Answer, AnswerKind, Bilingual, Catalogue, ChoiceDraft, CommitmentDraft, ConditionDraft, Draft,
    Given, OutcomeDraft, PrecisionDraft, ProductDraft, ProgrammeDraft, QuestionDraft, TestDraft,
    UnitDraft, Words,
};
use beffroi_domain::{Channel, Code, Emergency, Nature, PromiseKind, Rule, Urgency, Warn};

pub(crate) fn words(french: &str, english: &str) -> Words {
    Bilingual { french: french.to_owned(), english: english.to_owned() }
}

pub(crate) fn code(text: &str) -> Code {
    text.parse().unwrap()
}

pub(crate) fn is(codes: &[&str]) -> TestDraft {
    TestDraft { is: strings(codes), ..TestDraft::default() }
}

pub(crate) fn not(codes: &[&str]) -> TestDraft {
    TestDraft { not: strings(codes), ..TestDraft::default() }
}

pub(crate) fn between(at_least: Option<i64>, at_most: Option<i64>) -> TestDraft {
    TestDraft { at_least, at_most, ..TestDraft::default() }
}

fn strings(items: &[&str]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

pub(crate) fn question(code: &str, kind: AnswerKind) -> QuestionDraft {
    QuestionDraft {
        code: code.to_owned(),
        text: words(&format!("{code} ?"), &format!("{code}?")),
        kind: Some(kind),
        ..QuestionDraft::default()
    }
}

pub(crate) fn choices(codes: &[&str]) -> Vec<ChoiceDraft> {
    let choice = |code: &&str| ChoiceDraft {
        code: (*code).to_owned(),
        label: words(&format!("le {code}"), &format!("the {code}")),
    };
    codes.iter().map(choice).collect()
}

pub(crate) fn when(question: &str, test: TestDraft) -> ConditionDraft {
    ConditionDraft { question: question.to_owned(), test }
}

pub(crate) fn emergency(test: TestDraft) -> OutcomeDraft {
    OutcomeDraft { test, emergency: Some(Emergency::LifeInDanger), ..OutcomeDraft::default() }
}

pub(crate) fn informed(test: TestDraft) -> OutcomeDraft {
    OutcomeDraft { test, answer: words("Voilà.", "There."), ..OutcomeDraft::default() }
}

pub(crate) fn switch(test: TestDraft, product: &str) -> OutcomeDraft {
    OutcomeDraft { test, product: product.to_owned(), ..OutcomeDraft::default() }
}

pub(crate) fn product(code: &str, french: &str, english: &str) -> ProductDraft {
    ProductDraft {
        code: code.to_owned(),
        name: words(french, english),
        unit: "eau".to_owned(),
        nature: Some(Nature::Service),
        ..ProductDraft::default()
    }
}

/// Drinking water with a tree of every kind of question, a leak that it may turn into, and trees.
pub(crate) fn draft() -> Draft {
    Draft {
        name: words("Ville", "City"),
        units: vec![UnitDraft { code: "eau".to_owned(), name: words("Eau", "Water") }],
        programmes: vec![ProgrammeDraft {
            code: "conduites".to_owned(),
            name: words("Conduites", "Pipes"),
            notice: words("C'est planifié.", "It is planned."),
        }],
        commitments: Vec::new(),
        products: vec![water(), leak(), product("arbre", "Arbre public", "Public tree")],
    }
}

/// The same, where an e-mail is answered in two business days and a dangerous tree seen to in four
/// hours.
pub(crate) fn promising() -> Draft {
    let commitments = vec![
        CommitmentDraft {
            code: "courriel".to_owned(),
            name: words("Réponse à un courriel", "Answer to an e-mail"),
            promise: PromiseKind::FirstAnswer,
            rule: Some(Rule::BusinessDaysEodV1(2)),
            warnings: vec![Warn::Percent(50), Warn::WorkingSecs(-7200)],
            channel: Some(Channel::Email),
            ..CommitmentDraft::default()
        },
        CommitmentDraft {
            code: "arbre-urgent".to_owned(),
            name: words("Arbre dangereux", "Dangerous tree"),
            rule: Some(Rule::BusinessTimeV1 { secs: 4 * 3600 }),
            warnings: vec![Warn::DEFAULT],
            product: "arbre".to_owned(),
            urgency: Some(Urgency::Urgent),
            ..CommitmentDraft::default()
        },
    ];
    Draft { commitments, ..draft() }
}

fn water() -> ProductDraft {
    let mut color = question("couleur", AnswerKind::OneOf);
    color.choices = choices(&["jaune", "rouge"]);
    color.when = vec![when("coloree", is(&["yes"]))];
    color.outcomes = vec![OutcomeDraft {
        test: is(&["rouge"]),
        precision: "couleur-eau".to_owned(),
        urgency: Some(Urgency::Urgent),
        ..OutcomeDraft::default()
    }];
    let mut where_ = question("ou", AnswerKind::ManyOf);
    where_.choices = choices(&["cuisine", "bain"]);
    let mut days = question("jours", AnswerKind::Number);
    days.unit.push('j');
    (days.min, days.max) = (Some(0), Some(30_000));
    days.outcomes = vec![informed(between(None, Some(500)))];
    let mut flooded = question("inondation", AnswerKind::YesNo);
    flooded.outcomes = vec![switch(is(&["yes"]), "fuite")];
    let mut note = question("note", AnswerKind::Text);
    note.required = false;
    let mut photo = question("photo", AnswerKind::Photo);
    photo.required = false;
    photo.when = vec![when("note", TestDraft::default())];
    ProductDraft {
        group: words("Eau", "Water"),
        synonyms: Bilingual { french: vec!["robinet".to_owned()], english: vec!["tap".to_owned()] },
        aliases: vec!["Y-Eau - Divers".to_owned()],
        programme: "conduites".to_owned(),
        precisions: vec![PrecisionDraft {
            code: "couleur-eau".to_owned(),
            name: words("Eau colorée", "Coloured water"),
            nature: Some(Nature::RapidIntervention),
            business_days: Some(1),
            aliases: vec!["Eau brune".to_owned()],
            ..PrecisionDraft::default()
        }],
        questions: vec![
            question("coloree", AnswerKind::YesNo),
            color,
            where_,
            days,
            flooded,
            question("depuis", AnswerKind::Date),
            note,
            photo,
        ],
        business_days: Some(5),
        ..product("eau-potable", "Eau potable", "Drinking water")
    }
}

fn leak() -> ProductDraft {
    let mut danger = question("danger", AnswerKind::YesNo);
    danger.outcomes = vec![emergency(is(&["yes"]))];
    ProductDraft {
        questions: vec![danger, question("lieu", AnswerKind::Place)],
        ..product("fuite", "Fuite d'eau", "Water leak")
    }
}

/// The catalogue of a draft that must be right.
#[track_caller]
pub(crate) fn catalogue(draft: &Draft) -> Catalogue {
    Catalogue::new(draft).unwrap_or_else(|defects| panic!("{defects:?}"))
}

pub(crate) fn given(question: &str, answer: Answer) -> Given {
    Given { product: None, question: code(question), answer }
}
