//! Making a catalogue of a draft: texts, codes, and references to units and programmes.
//!
//! What cannot be made is reported and left out: a draft with a defect makes no catalogue.

use super::defect::{Findings, Flaw, Part, Reference};
use super::draft::{
    CommitmentDraft, OutcomeDraft, PrecisionDraft, ProductDraft, ProgrammeDraft, QuestionDraft,
    TestDraft, UnitDraft,
};
use super::{
    AnswerKind, Bilingual, Choice, Commitment, Condition, Draft, NumberRange, Outcome, Precision,
    Product, Programme, Question, QuestionKind, Test, Unit, Words, limits,
};
use crate::{Code, Delay, InvalidText, Label, Language, Nature, Text};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The parts of a catalogue.
pub(super) struct Parts {
    pub name: Bilingual<Label>,
    pub units: Vec<Arc<Unit>>,
    pub programmes: Vec<Arc<Programme>>,
    pub products: Vec<Product>,
    pub commitments: Vec<Commitment>,
}

/// The parts of the catalogue; `None`: it has no name.
pub(super) fn build(draft: &Draft, found: &mut Findings) -> Option<Parts> {
    let mut builder = Builder { draft, found, units: HashMap::new(), programmes: HashMap::new() };
    let name = builder.label(Part::Catalogue, "name", &draft.name);
    let units = draft.units.iter().take(limits::UNITS_MAX).enumerate();
    let units = units.filter_map(|(at, it)| builder.unit(Part::Unit(at), it)).collect();
    let programmes = draft.programmes.iter().take(limits::PROGRAMMES_MAX).enumerate();
    let programmes =
        programmes.filter_map(|(at, it)| builder.programme(Part::Programme(at), it)).collect();
    let products = draft.products.iter().take(limits::PRODUCTS_MAX).enumerate();
    let products = products.filter_map(|(at, it)| builder.product(at, it)).collect();
    let commitments = draft.commitments.iter().take(limits::COMMITMENTS_MAX).enumerate();
    let commitments =
        commitments.filter_map(|(at, it)| builder.commitment(Part::Commitment(at), it)).collect();
    Some(Parts { name: name?, units, programmes, products, commitments })
}

struct Builder<'a> {
    draft: &'a Draft,
    found: &'a mut Findings,
    units: HashMap<Code, Arc<Unit>>,
    programmes: HashMap<Code, Arc<Programme>>,
}

impl Builder<'_> {
    fn unit(&mut self, part: Part, it: &UnitDraft) -> Option<Arc<Unit>> {
        let code = self.code(part, "code", &it.code);
        let name = self.label(part, "name", &it.name);
        let unit = Arc::new(Unit { code: code?, name: name? });
        self.units.insert(unit.code.clone(), unit.clone());
        Some(unit)
    }

    fn programme(&mut self, part: Part, it: &ProgrammeDraft) -> Option<Arc<Programme>> {
        let code = self.code(part, "code", &it.code);
        let name = self.label(part, "name", &it.name);
        let notice = self.text(part, "notice", &it.notice);
        let programme = Arc::new(Programme { code: code?, name: name?, notice: notice? });
        self.programmes.insert(programme.code.clone(), programme.clone());
        Some(programme)
    }

    fn commitment(&mut self, part: Part, it: &CommitmentDraft) -> Option<Commitment> {
        let code = self.code(part, "code", &it.code);
        let name = self.label(part, "name", &it.name);
        if it.rule.is_none() {
            self.found.add(part, "rule", Flaw::Missing);
        }
        // Whether they exist is checked with the products: here they are only taken.
        let (product, precision) = (it.product.parse().ok(), it.precision.parse().ok());
        let warnings = it.warnings.iter().take(Delay::WARNINGS_MAX).copied().collect();
        Some(Commitment {
            delay: Delay { promise: it.promise, rule: it.rule?, warnings },
            product,
            precision,
            channel: it.channel,
            nature: it.nature,
            urgency: it.urgency,
            code: code?,
            name: name?,
        })
    }

    fn product(&mut self, at: usize, it: &ProductDraft) -> Option<Product> {
        let part = Part::Product(at);
        let code = self.code(part, "code", &it.code);
        let name = self.label(part, "name", &it.name);
        let group = self.optional_label(part, "group", &it.group);
        if it.unit.trim().is_empty() {
            self.found.add(part, "unit", Flaw::Missing);
        }
        let unit = self.unit_of(part, &it.unit);
        let nature = it.nature.filter(|it| *it != Nature::Unknown);
        if nature.is_none() {
            self.found.add(part, "nature", Flaw::Missing);
        }
        self.rules(part, it);
        let synonyms = self.synonyms(part, &it.synonyms);
        let aliases = self.labels(part, "aliases", &it.aliases, limits::ALIASES_MAX);
        let programme = self.programme_of(part, &it.programme);
        let precisions = it.precisions.iter().take(limits::PRECISIONS_MAX).enumerate();
        let precisions = precisions
            .filter_map(|(nth, it)| self.precision(Part::Precision(at, nth), it))
            .collect();
        let is_too_long = it.questions.len() > limits::QUESTIONS_MAX;
        let questions = it.questions.iter().take(if is_too_long { 0 } else { usize::MAX });
        let questions =
            questions.enumerate().filter_map(|(nth, it)| self.question((at, nth), it)).collect();
        Some(Product {
            code: code?,
            name: name?,
            group,
            unit: unit?,
            nature: nature?,
            urgency: it.urgency,
            synonyms,
            aliases,
            business_days: it.business_days,
            programme,
            reopen_within_days: it.reopen_within_days,
            duplicates: it.duplicates,
            precisions,
            questions,
        })
    }

    fn rules(&mut self, part: Part, it: &ProductDraft) {
        self.within(part, "business_days", it.business_days, 1..=limits::BUSINESS_DAYS_MAX);
        self.within(part, "reopen_within_days", it.reopen_within_days, 0..=limits::DAYS_MAX);
        if let Some(rule) = it.duplicates {
            self.within(part, "duplicates", Some(rule.within_metres), 1..=limits::METRES_MAX);
            self.within(part, "duplicates", Some(rule.within_days), 1..=limits::DAYS_MAX);
        }
    }

    fn precision(&mut self, part: Part, it: &PrecisionDraft) -> Option<Precision> {
        let code = self.code(part, "code", &it.code);
        let name = self.label(part, "name", &it.name);
        self.within(part, "business_days", it.business_days, 1..=limits::BUSINESS_DAYS_MAX);
        Some(Precision {
            unit: self.unit_of(part, &it.unit),
            nature: it.nature.filter(|it| *it != Nature::Unknown),
            urgency: it.urgency,
            synonyms: self.synonyms(part, &it.synonyms),
            aliases: self.labels(part, "aliases", &it.aliases, limits::ALIASES_MAX),
            business_days: it.business_days,
            programme: self.programme_of(part, &it.programme),
            code: code?,
            name: name?,
        })
    }

    fn question(&mut self, (product, at): (usize, usize), it: &QuestionDraft) -> Option<Question> {
        let part = Part::Question(product, at);
        let code = self.code(part, "code", &it.code);
        let text = self.text(part, "text", &it.text);
        let help = self.optional_text(part, "help", &it.help);
        let kind = self.kind((product, at), it);
        // What a condition or an outcome refers to is checked with the tree: here it is only taken.
        let conditions = it.when.iter().take(limits::CONDITIONS_MAX);
        let conditions = conditions.filter_map(|it| {
            Some(Condition { question: it.question.parse().ok()?, test: test(&it.test) })
        });
        let outcomes = it.outcomes.iter().take(limits::OUTCOMES_MAX).enumerate();
        let outcomes =
            outcomes.map(|(nth, it)| self.outcome(Part::Outcome(product, at, nth), it)).collect();
        Some(Question {
            code: code?,
            text: text?,
            help,
            kind: kind?,
            required: it.required,
            when: conditions.collect(),
            outcomes,
        })
    }

    fn kind(&mut self, (product, at): (usize, usize), it: &QuestionDraft) -> Option<QuestionKind> {
        let choices = it.choices.iter().take(limits::CHOICES_MAX).enumerate();
        let choices = choices.filter_map(|(nth, it)| {
            let part = Part::Choice(product, at, nth);
            let code = self.code(part, "code", &it.code);
            let label = self.label(part, "", &it.label);
            Some(Choice { code: code?, label: label? })
        });
        let choices: Vec<Choice> = choices.collect();
        let unit = self.words(Part::Question(product, at), "unit", &it.unit, str::parse);
        Some(match it.kind? {
            AnswerKind::YesNo => QuestionKind::YesNo,
            AnswerKind::OneOf => QuestionKind::OneOf(choices),
            AnswerKind::ManyOf => QuestionKind::ManyOf(choices),
            AnswerKind::Number => {
                QuestionKind::Number(NumberRange { unit, min: it.min, max: it.max })
            }
            AnswerKind::Text => QuestionKind::Text,
            AnswerKind::Date => QuestionKind::Date,
            AnswerKind::Place => QuestionKind::Place,
            AnswerKind::Photo => QuestionKind::Photo,
        })
    }

    fn outcome(&mut self, part: Part, it: &OutcomeDraft) -> Outcome {
        Outcome {
            test: test(&it.test),
            emergency: it.emergency,
            product: it.product.parse().ok(),
            precision: it.precision.parse().ok(),
            urgency: it.urgency,
            answer: self.optional_text(part, "answer", &it.answer),
        }
    }

    fn code(&mut self, part: Part, field: &'static str, code: &str) -> Option<Code> {
        if code.trim().is_empty() {
            self.found.add(part, field, Flaw::Missing);
            return None;
        }
        let code = code.parse();
        code.map_err(|error| self.found.add(part, field, Flaw::InvalidCode(error))).ok()
    }

    /// The unit of a code, if one is named.
    fn unit_of(&mut self, part: Part, code: &str) -> Option<Arc<Unit>> {
        let unit = code.parse().ok().and_then(|it: Code| self.units.get(&it).cloned());
        // One that could not be made was reported itself.
        let is_written = || {
            self.draft.units.iter().take(limits::UNITS_MAX).any(|it| it.code.trim() == code.trim())
        };
        if unit.is_none() && !code.trim().is_empty() && !is_written() {
            let flaw = Flaw::Unknown { what: Reference::Unit, code: shown(code) };
            self.found.add(part, "unit", flaw);
        }
        unit
    }

    /// The programme of a code, if one is named.
    fn programme_of(&mut self, part: Part, code: &str) -> Option<Arc<Programme>> {
        let programme = code.parse().ok().and_then(|it: Code| self.programmes.get(&it).cloned());
        let written = self.draft.programmes.iter().take(limits::PROGRAMMES_MAX);
        let is_written = || written.clone().any(|it| it.code.trim() == code.trim());
        if programme.is_none() && !code.trim().is_empty() && !is_written() {
            let flaw = Flaw::Unknown { what: Reference::Programme, code: shown(code) };
            self.found.add(part, "programme", flaw);
        }
        programme
    }

    fn within(
        &mut self,
        part: Part,
        field: &'static str,
        number: Option<u32>,
        range: RangeInclusive<u32>,
    ) {
        if let Some(found) = number.filter(|it| !range.contains(it)) {
            let (min, max) = (*range.start(), *range.end());
            self.found.add(part, field, Flaw::OutOfRange { found, min, max });
        }
    }

    fn synonyms(&mut self, part: Part, it: &Bilingual<Vec<String>>) -> Bilingual<Vec<Label>> {
        Bilingual {
            french: self.labels(part, "synonyms", &it.french, limits::SYNONYMS_MAX),
            english: self.labels(part, "synonyms", &it.english, limits::SYNONYMS_MAX),
        }
    }

    fn labels(
        &mut self,
        part: Part,
        field: &'static str,
        words: &[String],
        max: usize,
    ) -> Vec<Label> {
        if words.len() > max {
            self.found.add(part, field, Flaw::TooMany { found: words.len(), max });
        }
        let labels = words.iter().take(max).filter_map(|it| {
            let label = it.parse();
            label.map_err(|error| self.found.add(part, field, Flaw::InvalidText(error))).ok()
        });
        labels.collect()
    }

    fn label(&mut self, part: Part, field: &'static str, it: &Words) -> Option<Bilingual<Label>> {
        self.present(part, field, it);
        self.both(part, field, it, str::parse)
    }

    fn text(&mut self, part: Part, field: &'static str, it: &Words) -> Option<Bilingual<Text>> {
        self.present(part, field, it);
        self.optional_text(part, field, it)
    }

    fn present(&mut self, part: Part, field: &'static str, it: &Words) {
        if it.is_absent() {
            self.found.add(part, field, Flaw::Missing);
        }
    }

    fn optional_label(
        &mut self,
        part: Part,
        field: &'static str,
        it: &Words,
    ) -> Option<Bilingual<Label>> {
        self.both(part, field, it, str::parse)
    }

    fn optional_text(
        &mut self,
        part: Part,
        field: &'static str,
        it: &Words,
    ) -> Option<Bilingual<Text>> {
        self.both(part, field, it, |it| {
            Text::optional(it, limits::TEXT_MAX)?.ok_or(InvalidText::Empty)
        })
    }

    /// A text in both languages, if it was written.
    fn both<T>(
        &mut self,
        part: Part,
        field: &'static str,
        it: &Words,
        parse: impl Fn(&str) -> Result<T, InvalidText>,
    ) -> Option<Bilingual<T>> {
        if it.is_absent() {
            return None;
        }
        for (language, text) in [(Language::French, &it.french), (Language::English, &it.english)] {
            if text.trim().is_empty() {
                self.found.add(part, field, Flaw::MissingTranslation(language));
            }
        }
        let french = self.words(part, field, &it.french, &parse);
        let english = self.words(part, field, &it.english, &parse);
        Some(Bilingual { french: french?, english: english? })
    }

    /// One text, if it was written.
    fn words<T>(
        &mut self,
        part: Part,
        field: &'static str,
        text: &str,
        parse: impl Fn(&str) -> Result<T, InvalidText>,
    ) -> Option<T> {
        if text.trim().is_empty() {
            return None;
        }
        parse(text).map_err(|error| self.found.add(part, field, Flaw::InvalidText(error))).ok()
    }
}

fn test(it: &TestDraft) -> Test {
    let codes = |codes: &[String]| {
        codes.iter().take(limits::CHOICES_MAX).filter_map(|it| it.parse().ok()).collect()
    };
    let (is, not) = (codes(&it.is), codes(&it.not));
    Test { is, not, at_least: it.at_least, at_most: it.at_most }
}

/// A code as it is shown, cut off.
pub(super) fn shown(code: &str) -> String {
    code.trim().chars().take(70).collect()
}
