//! Import profiles: which columns of a city's files hold what.

use super::spec::Spec;
use super::time::Format;
use super::words::{Words, choose};
use beffroi_wire::pb::event::v1::Language;
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::{fs, io};
use thiserror::Error;

/// The profiles that come with the program.
const BUILT_IN: [(&str, &str); 3] = [
    ("boston", include_str!("../../profiles/boston.toml")),
    ("joint", include_str!("../../profiles/joint.toml")),
    ("montreal", include_str!("../../profiles/montreal.toml")),
];

/// How the files of one city, or of one publisher, are to be read.
// Invariant: checked by `Profile::parse`, the one constructor.
#[derive(Clone, Debug)]
pub struct Profile {
    pub(super) spec: Spec,
    pub(super) delimiter: u8,
    pub(super) formats: Vec<Format>,
    pub(super) extracted_at: Option<DateTime<Utc>>,
}

/// A profile cannot be used.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// Neither a profile that comes with the program nor a file.
    #[error(
        "there is no import profile `{name}`: use one of {}, or the path of a TOML file",
        names_listed()
    )]
    Unknown {
        /// The name.
        name: String,
    },
    /// The file cannot be read.
    #[error("the import profile `{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not TOML, or has an unknown key or word.
    #[error("the import profile `{name}` is not understood")]
    Syntax {
        /// The profile.
        name: String,
        /// Names the line, the key and what is allowed.
        source: Box<toml::de::Error>,
    },
    /// Its keys contradict each other.
    #[error("the import profile `{name}` has a bad `{key}`: {expected}")]
    Key {
        /// The profile.
        name: String,
        /// The key.
        key: &'static str,
        /// What is allowed there.
        expected: Words,
    },
}

impl ProfileError {
    /// What it says, in a language.
    pub fn text(&self, language: Language) -> String {
        let french = match self {
            Self::Unknown { name } => format!(
                "il n'y a pas de profil d'importation `{name}` : prenez-en un de {}, ou le chemin \
                 d'un fichier TOML",
                names_listed()
            ),
            Self::Unreadable { path, .. } => {
                format!("le profil d'importation `{}` ne peut être lu", path.display())
            }
            Self::Syntax { name, .. } => {
                format!("le profil d'importation `{name}` n'est pas compris")
            }
            Self::Key { name, key, expected } => format!(
                "le profil d'importation `{name}` a une mauvaise clé `{key}` : {}",
                expected.french
            ),
        };
        choose(language, french, self.to_string())
    }
}

impl Profile {
    /// A profile that comes with the program, or the one in a TOML file.
    pub fn named(name_or_path: &str) -> Result<Self, ProfileError> {
        if let Some((name, text)) = BUILT_IN.iter().find(|(name, _)| *name == name_or_path) {
            return Self::parse(name, text);
        }
        let path = Path::new(name_or_path);
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(name_or_path, &text),
            Err(failure)
                if failure.kind() == io::ErrorKind::NotFound && path.extension().is_none() =>
            {
                Err(ProfileError::Unknown { name: name_or_path.to_owned() })
            }
            Err(source) => Err(ProfileError::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// For files that were extracted at this time, where they do not say so themselves.
    #[must_use]
    pub fn extracted_at(self, at: Option<DateTime<Utc>>) -> Self {
        Self { extracted_at: at, ..self }
    }

    /// The names of the profiles that come with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    pub(super) fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        let spec: Spec = toml::from_str(text).map_err(|source| ProfileError::Syntax {
            name: name.to_owned(),
            source: Box::new(source),
        })?;
        Self::check(spec).map_err(|(key, expected)| ProfileError::Key {
            name: name.to_owned(),
            key,
            expected,
        })
    }

    fn check(spec: Spec) -> Result<Self, (&'static str, Words)> {
        let mut rules = rules_of_choice(&spec).into_iter().chain(rules_of_company(&spec));
        if let Some((_, key, french, english)) = rules.find(|(holds, ..)| !holds) {
            return Err((key, Words::new(french, english)));
        }
        let delimiter = u8::try_from(spec.delimiter).ok().filter(u8::is_ascii);
        let delimiter = delimiter.filter(|it| !matches!(it, b'"' | b'\n' | b'\r'));
        let delimiter = delimiter.ok_or_else(|| {
            let french = "un caractère ASCII autre qu'un guillemet ou une fin de ligne";
            let english = "use one ASCII character other than a quotation mark or a line break";
            ("delimiter", Words::new(french, english))
        })?;
        let formats = spec.time.formats.iter().map(|it| {
            Format::new(it).ok_or_else(|| {
                let french = format!("`{it}` n'est pas un format de dates au sens de strftime");
                let english = format!("`{it}` is not a format of dates as in strftime");
                ("time.formats", Words::new(french, english))
            })
        });
        let formats = formats.collect::<Result<_, _>>()?;
        Ok(Self { formats, delimiter, spec, extracted_at: None })
    }
}

/// Whether a rule holds, the key it is about, and what is allowed there in French and in English.
type Rule = (bool, &'static str, &'static str, &'static str);

/// One of two keys, or something that is not empty.
fn rules_of_choice(spec: &Spec) -> [Rule; 6] {
    let (columns, time) = (&spec.columns, &spec.time);
    [
        (
            spec.system.is_some() != spec.system_column.is_some(),
            "system",
            "donnez soit `system`, soit `system_column`",
            "give either `system` or `system_column`",
        ),
        (
            spec.system.as_ref().is_none_or(|it| !it.trim().is_empty()),
            "system",
            "elle ne doit pas être vide",
            "it must not be empty",
        ),
        (
            time.zone.is_some() != time.zone_by.is_some(),
            "time.zone",
            "donnez soit `time.zone`, soit `time.zone_by`",
            "give either `time.zone` or `time.zone_by`",
        ),
        (
            columns.opened.is_some() != columns.opened_roughly.is_some(),
            "columns.opened",
            "donnez soit `columns.opened`, soit `columns.opened_roughly`",
            "give either `columns.opened` or `columns.opened_roughly`",
        ),
        (
            !columns.product.is_empty() || spec.product_otherwise.is_some(),
            "columns.product",
            "donnez au moins une colonne, ou `product_otherwise`",
            "give at least one column, or `product_otherwise`",
        ),
        (
            spec.channel.separator.as_ref().is_none_or(|it| !it.is_empty()),
            "channel.separator",
            "elle ne doit pas être vide",
            "it must not be empty",
        ),
    ]
}

/// Keys that need others.
fn rules_of_company(spec: &Spec) -> [Rule; 4] {
    let (columns, time) = (&spec.columns, &spec.time);
    let times = [&columns.opened, &columns.promised, &columns.closed, &columns.updated];
    [
        (
            columns.opened_roughly.is_none() || time.weekdays.len() == 7,
            "time.weekdays",
            "`columns.opened_roughly` demande les sept noms des jours, lundi en premier",
            "`columns.opened_roughly` needs the seven names of the days, Monday first",
        ),
        (
            columns.latitude.is_some() == columns.longitude.is_some(),
            "columns.latitude",
            "donnez `columns.latitude` et `columns.longitude`, ou aucune des deux",
            "give both `columns.latitude` and `columns.longitude`, or neither",
        ),
        (
            columns.status.is_some() != spec.status.is_empty(),
            "status",
            "`columns.status` et les mots de `status` vont ensemble",
            "`columns.status` and the words of `status` go together",
        ),
        (
            !time.formats.is_empty() || times.iter().all(|it| it.is_none()),
            "time.formats",
            "donnez au moins un format, tel que \"%Y-%m-%d %H:%M:%S\"",
            "give at least one format, such as \"%Y-%m-%d %H:%M:%S\"",
        ),
    ]
}

fn names_listed() -> String {
    Profile::names().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}
