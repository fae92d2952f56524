//! Who is to be told of what: the file that the city edits.
//!
//! Everything that is wrong in it is found at once, each with its line and its key.

mod parse;

use std::path::{Path, PathBuf};
use std::time::Duration;

use beffroi_wire::pb::event::v1::{PromiseKind, Urgency};
use beffroi_wire::pb::query::v1::{Breach, BreachKind};
use chrono::{DateTime, Utc};
use hyper::Uri;

use super::secret::Secrets;
use crate::failure::Failure;
use crate::words::Lang;
use crate::words::error::Said;

/// How many recipients there may be: each keeps a stream of the server open.
pub(super) const RECIPIENTS_MAX: usize = 100;

/// What is to be delivered to whom.
#[derive(Debug)]
pub(crate) struct Config {
    /// How it is tried.
    pub delivery: Delivery,
    /// Those who are told.
    pub recipients: Vec<Recipient>,
}

/// How deliveries are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// How long a recipient may take to answer.
    pub timeout: Duration,
    /// How often a delivery is tried before it is parked.
    pub attempts: u32,
    /// How long to wait after the first failure; twice as long after each further one.
    pub first_retry: Duration,
    /// How long to wait at most, unless the recipient asks for more.
    pub last_retry: Duration,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            attempts: 12,
            first_retry: Duration::from_secs(5),
            last_retry: Duration::from_secs(3600),
        }
    }
}

/// Somebody who is told.
#[derive(Debug)]
pub(crate) struct Recipient {
    /// Its name: part of the id of what it is sent.
    pub name: String,
    /// Where it is told: `https`, or `http` to this machine.
    pub url: Uri,
    /// What is signed with.
    pub secrets: Secrets,
    /// In which language products and units are named.
    pub language: Lang,
    /// Facts that were noticed before are not told.
    pub since: Option<DateTime<Utc>>,
    /// Any of these must hold.
    pub when: Vec<Rule>,
}

impl Recipient {
    /// Whether it is to be told of the fact.
    pub(crate) fn wants(&self, fact: &Breach) -> bool {
        let noticed = fact.noticed_at.as_ref().map_or(i64::MAX, |it| it.seconds);
        self.since.is_none_or(|since| noticed >= since.timestamp())
            && self.when.iter().any(|rule| rule.takes(fact))
    }
}

/// What somebody is told of. All that is said must hold; of a list, any one; an empty list asks for
/// nothing. Levels have kinds only.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Warnings, breaches, withdrawals, levels missed and reached again.
    pub kinds: Vec<BreachKind>,
    /// The unit that was responsible.
    pub units: Vec<String>,
    /// The product: its code, or its name as recorded.
    pub products: Vec<String>,
    /// What was promised.
    pub promises: Vec<PromiseKind>,
    /// How fast the request had to be dealt with.
    pub urgencies: Vec<Urgency>,
}

impl Rule {
    fn takes(&self, fact: &Breach) -> bool {
        any(&self.kinds, |it| *it == fact.kind())
            && any(&self.units, |it| *it == fact.unit)
            && any(&self.products, |it| *it == fact.product || *it == fact.product_code)
            && any(&self.promises, |it| *it == fact.promise_kind())
            && any(&self.urgencies, |it| *it == fact.urgency())
    }
}

fn any<T>(wanted: &[T], is_it: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(is_it)
}

/// Something that is wrong in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Defect {
    /// The line, from 1 on.
    pub line: usize,
    /// The key; empty: the file as a whole.
    pub key: String,
    /// What is wrong and what to do, in French.
    pub fr: String,
    /// What is wrong and what to do, in English.
    pub en: String,
}

impl Defect {
    /// In one language.
    pub(crate) fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::Fr => &self.fr,
            Lang::En => &self.en,
        }
    }
}

/// Reads the file and the secrets that it names.
pub(crate) fn read(file: &Path) -> Result<Config, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let path = file.display();
        let said = Said::new(
            format!("impossible de lire la configuration {path}"),
            format!("cannot read the configuration {path}"),
        );
        Failure::Other(said.because(error).into())
    })?;
    let folder = file.parent().map(PathBuf::from).unwrap_or_default();
    parse::parse(&text, &folder).map_err(|defects| Failure::Configuration(file.to_owned(), defects))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::breach;

    #[test]
    fn any_rule_tells_and_within_a_rule_all_must_hold() {
        let told = |rules: Vec<Rule>, since: Option<&str>| {
            let recipient = Recipient {
                name: "ops".to_owned(),
                url: Uri::from_static("http://127.0.0.1:1/"),
                secrets: Secrets::sample(),
                language: Lang::Fr,
                since: since.map(|it| it.parse().expect("a time")),
                when: rules,
            };
            recipient.wants(&breach())
        };
        let product = |it: &str| Rule { products: vec![it.to_owned()], ..Rule::default() };
        assert!(!told(vec![], None));
        assert!(told(vec![Rule::default()], None));
        assert!(told(vec![product("eau-potable")], None));
        assert!(told(vec![product("other"), product("Eau potable")], None));
        assert!(!told(
            vec![Rule { units: vec!["Eau".to_owned()], ..product("eau-potable") }],
            None
        ));
        let warnings = || Rule { kinds: vec![BreachKind::Warning], ..Rule::default() };
        assert!(!told(vec![warnings()], None));
        assert!(told(vec![Rule { urgencies: vec![Urgency::Urgent], ..Rule::default() }], None));
        assert!(!told(vec![Rule::default()], Some("2026-11-05T00:00:00Z")));
        assert!(told(vec![Rule::default()], Some("2026-11-04T13:30:01Z")));
    }
}
