//! What can be wrong with the files of a catalogue, in both languages.

use crate::catalogue::flaw_in_french;
use crate::language::choose;
use beffroi_domain::Language;
use beffroi_domain::catalogue::Flaw;
use std::path::{Path, PathBuf};

/// Something that is wrong with the files of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDefect {
    /// The file, or the folder.
    pub file: PathBuf,
    /// The line, from 1, where it is about one.
    pub line: Option<usize>,
    /// The part of the catalogue: `eau-potable/couleur`; may be empty.
    pub place: String,
    /// The key, such as `unit`; may be empty.
    pub key: String,
    /// What is wrong.
    pub flaw: FileFlaw,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFlaw {
    /// It does not exist.
    NotFound,
    /// It should be a folder.
    NotAFolder,
    /// It should be a file.
    NotAFile,
    /// It cannot be read: the system says why.
    Unreadable(String),
    /// The folder has no `catalogue.toml`.
    NoCatalogueFile,
    /// It has too many bytes.
    TooBig {
        /// How many it has.
        found: u64,
        /// How many are taken.
        max: u64,
    },
    /// The folder has too many files.
    TooManyFiles {
        /// How many it has.
        found: usize,
        /// How many are taken.
        max: usize,
    },
    /// It is not UTF-8.
    NotUtf8,
    /// It is not TOML: the parser says why.
    Syntax(String),
    /// A key that does not stand there; these do.
    UnknownKey(&'static [&'static str]),
    /// A value of another type.
    WrongType(Expected),
    /// A word that is not one of these.
    UnknownWord(&'static [&'static str]),
    /// A delay that is not said, or said twice.
    RuleUnclear,
    /// A list with nothing in it.
    EmptyList,
    /// The catalogue itself is wrong.
    Catalogue(Flaw),
    /// So many more defects are not told.
    More(usize),
}

/// The type that a value should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A text.
    Text,
    /// A text in French and in English.
    Words,
    /// A list of texts.
    Texts,
    /// A list of texts in French and in English.
    Synonyms,
    /// `true` or `false`.
    Boolean,
    /// A whole number that is not negative.
    Count,
    /// A list of whole numbers that are not negative.
    Counts,
    /// A number with at most three decimals.
    Number,
    /// A table.
    Table,
    /// A list of tables.
    Tables,
}

impl FileDefect {
    /// A defect of a file or a folder as a whole.
    pub(super) fn whole(file: &Path, flaw: FileFlaw) -> Self {
        Self { file: file.to_owned(), line: None, place: String::new(), key: String::new(), flaw }
    }

    /// A stable word for what is wrong.
    pub fn reason(&self) -> &'static str {
        match &self.flaw {
            FileFlaw::NotFound => "not_found",
            FileFlaw::NotAFolder => "not_a_folder",
            FileFlaw::NotAFile => "not_a_file",
            FileFlaw::Unreadable(_) => "unreadable",
            FileFlaw::NoCatalogueFile => "no_catalogue_file",
            FileFlaw::TooBig { .. } => "too_big",
            FileFlaw::TooManyFiles { .. } => "too_many_files",
            FileFlaw::NotUtf8 => "not_utf8",
            FileFlaw::Syntax(_) => "not_toml",
            FileFlaw::UnknownKey(_) => "unknown_key",
            FileFlaw::WrongType(_) => "wrong_type",
            FileFlaw::UnknownWord(_) => "unknown_word",
            FileFlaw::RuleUnclear => "unclear_delay",
            FileFlaw::EmptyList => "empty_list",
            FileFlaw::Catalogue(flaw) => flaw.name(),
            FileFlaw::More(_) => "more",
        }
    }

    /// What is wrong, in a language, without where.
    pub fn message(&self, language: Language) -> String {
        let text = match language {
            Language::French => self.flaw.french(),
            Language::English => self.flaw.english(),
        };
        if self.key.is_empty() {
            return text;
        }
        let key: String = self.key.chars().take(70).collect();
        format!("`{key}`{} {text}", choose(language, " :", ":"))
    }

    /// Where it is: `eau.toml:12`.
    pub fn location(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file.display()),
            None => self.file.display().to_string(),
        }
    }
}

impl FileFlaw {
    fn english(&self) -> String {
        match self {
            Self::NotFound => "there is no such folder".to_owned(),
            Self::NotAFolder => "it is not a folder".to_owned(),
            Self::NotAFile => "it is not a file".to_owned(),
            Self::Unreadable(why) => format!("it cannot be read: {why}"),
            Self::NoCatalogueFile => "there is no catalogue.toml in this folder".to_owned(),
            Self::TooBig { found, max } => format!("it has {found} bytes, at most {max} are taken"),
            Self::TooManyFiles { found, max } => {
                format!("it has {found} files, at most {max} are taken")
            }
            Self::NotUtf8 => "the text is not UTF-8".to_owned(),
            Self::Syntax(why) => format!("this is not TOML: {why}"),
            Self::UnknownKey(known) => {
                format!("there is no such key here; there are: {}", known.join(", "))
            }
            Self::WrongType(expected) => format!("expected {}", expected.english()),
            Self::UnknownWord(known) => format!("expected one of: {}", known.join(", ")),
            Self::RuleUnclear => {
                "say the delay once: `business_days`, or a `rule` with its `days`, \
                                  or with `hours` and `minutes`"
                    .to_owned()
            }
            Self::EmptyList => "the list is empty: leave it out".to_owned(),
            Self::Catalogue(flaw) => flaw.to_string(),
            Self::More(more) => format!("{more} more defects are not shown"),
        }
    }

    fn french(&self) -> String {
        match self {
            Self::NotFound => "ce dossier n'existe pas".to_owned(),
            Self::NotAFolder => "ce n'est pas un dossier".to_owned(),
            Self::NotAFile => "ce n'est pas un fichier".to_owned(),
            Self::Unreadable(why) => format!("impossible à lire : {why}"),
            Self::NoCatalogueFile => "ce dossier n'a pas de catalogue.toml".to_owned(),
            Self::TooBig { found, max } => format!("compte {found} octets, le maximum est {max}"),
            Self::TooManyFiles { found, max } => {
                format!("compte {found} fichiers, le maximum est {max}")
            }
            Self::NotUtf8 => "le texte n'est pas en UTF-8".to_owned(),
            Self::Syntax(why) => format!("ce n'est pas du TOML : {why}"),
            Self::UnknownKey(known) => {
                format!("cette clé n'existe pas ici ; il y a : {}", known.join(", "))
            }
            Self::WrongType(expected) => format!("il faut {}", expected.french()),
            Self::UnknownWord(known) => format!("il faut un de ces mots : {}", known.join(", ")),
            Self::RuleUnclear => "dites le délai une fois : `business_days`, ou une `rule` et ses \
                                  `days`, ou ses `hours` et `minutes`"
                .to_owned(),
            Self::EmptyList => "la liste est vide : omettez-la".to_owned(),
            Self::Catalogue(flaw) => flaw_in_french(flaw),
            Self::More(more) => format!("{more} autres défauts ne sont pas montrés"),
        }
    }
}

impl Expected {
    fn english(self) -> &'static str {
        match self {
            Self::Text => "a text in quotation marks",
            Self::Words => "a text in both languages, such as { fr = \"Eau\", en = \"Water\" }",
            Self::Texts => "a list of texts, such as [\"a\", \"b\"]",
            Self::Synonyms => "lists in both languages, such as { fr = [\"a\"], en = [\"b\"] }",
            Self::Boolean => "true or false",
            Self::Count => "a whole number of at least 0",
            Self::Counts => "a list of whole numbers, such as [50, 80]",
            Self::Number => "a number with at most three decimals",
            Self::Table => "a table",
            Self::Tables => "a list of tables",
        }
    }

    fn french(self) -> &'static str {
        match self {
            Self::Text => "un texte entre guillemets",
            Self::Words => {
                "un texte dans les deux langues, tel que { fr = \"Eau\", en = \"Water\" }"
            }
            Self::Texts => "une liste de textes, telle que [\"a\", \"b\"]",
            Self::Synonyms => {
                "des listes dans les deux langues, telles que { fr = [\"a\"], en = [\"b\"] }"
            }
            Self::Boolean => "true ou false",
            Self::Count => "un nombre entier d'au moins 0",
            Self::Counts => "une liste de nombres entiers, telle que [50, 80]",
            Self::Number => "un nombre d'au plus trois décimales",
            Self::Table => "une table",
            Self::Tables => "une liste de tables",
        }
    }
}
