//! From the tables of the files to a draft of a catalogue.

use super::commitment;
use super::defect::{FileDefect, FileFlaw};
use super::document::{Document, Entry, Notes};
use super::folder::{CATALOGUE_FILE, Source};
use beffroi_domain::catalogue::{
    AnswerKind, ChoiceDraft, ConditionDraft, Defect, Draft, DuplicateRule, Flaw, OutcomeDraft,
    Part, PrecisionDraft, ProductDraft, ProgrammeDraft, QuestionDraft, TestDraft, UnitDraft, Words,
};
use beffroi_domain::{Emergency, Nature, Urgency};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

pub(super) type Table<'a> = (&'a DeTable<'a>, Range<usize>);

/// Errors of syntax that are told of one file: more mostly follow from these.
const SYNTAX_ERRORS_MAX: usize = 5;

const CATALOGUE_KEYS: &[&str] = &["name", "unit", "programme", "commitment", "product"];
const PRODUCTS_KEYS: &[&str] = &["product"];
const UNIT_KEYS: &[&str] = &["code", "name"];
const PROGRAMME_KEYS: &[&str] = &["code", "name", "notice"];
const PRODUCT_KEYS: &[&str] = &[
    "code",
    "name",
    "group",
    "unit",
    "nature",
    "urgency",
    "synonyms",
    "aliases",
    "business_days",
    "programme",
    "reopen_within_days",
    "duplicates",
    "precision",
    "question",
];
const PRECISION_KEYS: &[&str] = &[
    "code",
    "name",
    "unit",
    "nature",
    "urgency",
    "synonyms",
    "aliases",
    "business_days",
    "programme",
];
const QUESTION_KEYS: &[&str] = &[
    "code", "text", "help", "kind", "required", "choices", "unit", "min", "max", "when", "outcome",
];
const CHOICE_KEYS: &[&str] = &["code", "fr", "en"];
const CONDITION_KEYS: &[&str] = &["question", "is", "not", "at_least", "at_most"];
const OUTCOME_KEYS: &[&str] =
    &["is", "not", "at_least", "at_most", "emergency", "product", "precision", "urgency", "answer"];
const DUPLICATES_KEYS: &[&str] = &["within_metres", "within_days"];

pub(super) const NATURES: (&[&str], &[Nature]) = (
    &["information", "service", "rapid_intervention", "comment", "complaint"],
    &[
        Nature::Information,
        Nature::Service,
        Nature::RapidIntervention,
        Nature::Comment,
        Nature::Complaint,
    ],
);
pub(super) const URGENCIES: (&[&str], &[Urgency]) =
    (&["normal", "urgent"], &[Urgency::Normal, Urgency::Urgent]);
const EMERGENCIES: (&[&str], &[Emergency]) = (
    &["life_in_danger", "crime", "public_order", "road_accident"],
    &[Emergency::LifeInDanger, Emergency::Crime, Emergency::PublicOrder, Emergency::RoadAccident],
);
const KINDS: (&[&str], &[AnswerKind]) = (
    &["yes_no", "one_of", "many_of", "number", "text", "date", "place", "photo"],
    &AnswerKind::ALL,
);

/// Reads files into one draft.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) draft: Draft,
    pub(super) defects: Vec<FileDefect>,
    notes: Notes,
    files: Vec<PathBuf>,
    is_broken: bool,
    has_units: bool,
}

impl Reader {
    /// Whether some file could not be made out.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Whether the file of units and programmes was made out.
    pub(super) fn has_units(&self) -> bool {
        self.has_units
    }

    pub(super) fn read(&mut self, source: &Source) {
        self.notes.file = self.files.len();
        self.files.push(source.path.clone());
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        let mut document = Document::new(&source.path, &source.text, &mut self.notes);
        if errors.is_empty() {
            if source.is_catalogue_file() {
                self.has_units = true;
                catalogue(&mut self.draft, table.get_ref(), &mut document);
            } else {
                let table = (Part::Catalogue, table.get_ref());
                let mut entry = document.entry(table, 0..0, PRODUCTS_KEYS);
                products(&mut self.draft, &mut entry);
            }
        } else {
            self.is_broken = true;
            for error in errors.iter().take(SYNTAX_ERRORS_MAX) {
                let at = error.span().unwrap_or_default();
                document.defect(at, "", FileFlaw::Syntax(error.message().replace('\n', ", ")));
            }
        }
        self.defects.append(&mut self.notes.defects);
    }

    /// Whether something of the same product could not be read.
    fn is_wrong_within(&self, part: Part) -> bool {
        let product = product_of(part);
        self.notes.wrong_parts.iter().any(|it| product_of(*it) == product)
    }

    /// A defect of the draft, with its file and its line; `None` when it was told already.
    pub(super) fn locate(&self, defect: Defect, folder: &Path) -> Option<FileDefect> {
        let Defect { part, field, place, flaw } = defect;
        let is_told = self.notes.wrong.contains(&(part, field))
            || field.is_empty() && self.notes.wrong_parts.contains(&part)
            || follows_from_answers(&flaw) && self.is_wrong_within(part);
        if is_told {
            return None;
        }
        let lines = &self.notes.lines;
        let part_itself = || lines.get(&(part, "")).filter(|_| part != Part::Catalogue);
        let known = lines.get(&(part, field)).or_else(part_itself);
        let file = known.and_then(|(file, _)| self.files.get(*file)).cloned();
        Some(FileDefect {
            line: known.filter(|_| file.is_some()).map(|(_, line)| *line),
            file: file.unwrap_or_else(|| folder.join(CATALOGUE_FILE)),
            place,
            key: field.to_owned(),
            flaw: FileFlaw::Catalogue(flaw),
        })
    }
}

/// The product to which a part belongs.
fn product_of(part: Part) -> Option<usize> {
    match part {
        Part::Catalogue | Part::Unit(_) | Part::Programme(_) | Part::Commitment(_) => None,
        Part::Product(product)
        | Part::Precision(product, _)
        | Part::Question(product, _)
        | Part::Choice(product, _, _)
        | Part::Condition(product, _, _)
        | Part::Outcome(product, _, _) => Some(product),
    }
}

/// Whether it is a conclusion from tests and kinds, which may not have been read.
fn follows_from_answers(flaw: &Flaw) -> bool {
    matches!(flaw, Flaw::Contradiction | Flaw::Unreachable | Flaw::UnreachableOutcome)
}

fn catalogue(draft: &mut Draft, table: &DeTable<'_>, document: &mut Document<'_>) {
    let mut entry = document.entry((Part::Catalogue, table), 0..0, CATALOGUE_KEYS);
    draft.name = entry.words("name");
    for (table, at) in entry.tables("unit") {
        let part = Part::Unit(draft.units.len());
        let mut it = entry.document.entry((part, table), at, UNIT_KEYS);
        draft.units.push(UnitDraft { code: it.text("code"), name: it.words("name") });
    }
    for (table, at) in entry.tables("programme") {
        let part = Part::Programme(draft.programmes.len());
        let mut it = entry.document.entry((part, table), at, PROGRAMME_KEYS);
        let (code, name) = (it.text("code"), it.words("name"));
        draft.programmes.push(ProgrammeDraft { code, name, notice: it.words("notice") });
    }
    for table in entry.tables("commitment") {
        let part = Part::Commitment(draft.commitments.len());
        draft.commitments.push(commitment::read(part, table, entry.document));
    }
    products(draft, &mut entry);
}

fn products(draft: &mut Draft, entry: &mut Entry<'_, '_>) {
    for table in entry.tables("product") {
        let at = draft.products.len();
        draft.products.push(product(at, table, entry.document));
    }
}

fn product(at: usize, (table, span): Table<'_>, document: &mut Document<'_>) -> ProductDraft {
    let mut it = document.entry((Part::Product(at), table), span, PRODUCT_KEYS);
    let mut product = ProductDraft {
        code: it.text("code"),
        name: it.words("name"),
        group: it.words("group"),
        unit: it.text("unit"),
        nature: it.word("nature", NATURES),
        urgency: it.word("urgency", URGENCIES).unwrap_or_default(),
        synonyms: it.synonyms("synonyms"),
        aliases: it.texts("aliases"),
        business_days: it.count("business_days"),
        programme: it.text("programme"),
        reopen_within_days: it.count("reopen_within_days"),
        duplicates: None,
        precisions: Vec::new(),
        questions: Vec::new(),
    };
    if let Some((table, span)) = it.table("duplicates") {
        let mut it = it.document.entry((Part::Product(at), table), span, DUPLICATES_KEYS);
        product.duplicates = Some(DuplicateRule {
            within_metres: it.count("within_metres").unwrap_or_default(),
            within_days: it.count("within_days").unwrap_or_default(),
        });
    }
    for (nth, table) in it.tables("precision").into_iter().enumerate() {
        product.precisions.push(precision(Part::Precision(at, nth), table, it.document));
    }
    for (nth, table) in it.tables("question").into_iter().enumerate() {
        product.questions.push(question((at, nth), table, it.document));
    }
    product
}

fn precision(part: Part, (table, span): Table<'_>, document: &mut Document<'_>) -> PrecisionDraft {
    let mut it = document.entry((part, table), span, PRECISION_KEYS);
    PrecisionDraft {
        code: it.text("code"),
        name: it.words("name"),
        unit: it.text("unit"),
        nature: it.word("nature", NATURES),
        urgency: it.word("urgency", URGENCIES),
        synonyms: it.synonyms("synonyms"),
        aliases: it.texts("aliases"),
        business_days: it.count("business_days"),
        programme: it.text("programme"),
    }
}

fn question(
    (product, at): (usize, usize),
    (table, span): Table<'_>,
    document: &mut Document<'_>,
) -> QuestionDraft {
    let mut it = document.entry((Part::Question(product, at), table), span, QUESTION_KEYS);
    let mut question = QuestionDraft {
        code: it.text("code"),
        text: it.words("text"),
        help: it.words("help"),
        kind: it.word("kind", KINDS),
        required: it.boolean("required").unwrap_or(true),
        choices: Vec::new(),
        unit: it.text("unit"),
        min: it.number("min"),
        max: it.number("max"),
        when: Vec::new(),
        outcomes: Vec::new(),
    };
    for (nth, (table, span)) in it.tables("choices").into_iter().enumerate() {
        let part = Part::Choice(product, at, nth);
        let mut it = it.document.entry((part, table), span, CHOICE_KEYS);
        let label = Words { french: it.text("fr"), english: it.text("en") };
        question.choices.push(ChoiceDraft { code: it.text("code"), label });
    }
    for (nth, (table, span)) in it.tables("when").into_iter().enumerate() {
        let part = Part::Condition(product, at, nth);
        let mut it = it.document.entry((part, table), span, CONDITION_KEYS);
        question.when.push(ConditionDraft { question: it.text("question"), test: test(&mut it) });
    }
    for (nth, (table, span)) in it.tables("outcome").into_iter().enumerate() {
        let part = Part::Outcome(product, at, nth);
        let mut it = it.document.entry((part, table), span, OUTCOME_KEYS);
        question.outcomes.push(OutcomeDraft {
            test: test(&mut it),
            emergency: it.word("emergency", EMERGENCIES),
            product: it.text("product"),
            precision: it.text("precision"),
            urgency: it.word("urgency", URGENCIES),
            answer: it.words("answer"),
        });
    }
    question
}

fn test(it: &mut Entry<'_, '_>) -> TestDraft {
    TestDraft {
        is: it.codes("is"),
        not: it.codes("not"),
        at_least: it.number("at_least"),
        at_most: it.number("at_most"),
    }
}
