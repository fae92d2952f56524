//! Import profiles: which columns of a city's files hold what.

use super::spec::Spec;
use super::time::Format;
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
        expected: String,
    },
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

    fn check(spec: Spec) -> Result<Self, (&'static str, String)> {
        let need = |holds: bool, key, expected: &str| {
            if holds { Ok(()) } else { Err((key, expected.to_owned())) }
        };
        let (columns, time) = (&spec.columns, &spec.time);
        need(
            spec.system.is_some() != spec.system_column.is_some(),
            "system",
            "give either `system` or `system_column`",
        )?;
        need(
            spec.system.as_ref().is_none_or(|it| !it.trim().is_empty()),
            "system",
            "it must not be empty",
        )?;
        need(
            time.zone.is_some() != time.zone_by.is_some(),
            "time.zone",
            "give either `time.zone` or `time.zone_by`",
        )?;
        need(
            columns.opened.is_some() != columns.opened_roughly.is_some(),
            "columns.opened",
            "give either `columns.opened` or `columns.opened_roughly`",
        )?;
        need(
            columns.opened_roughly.is_none() || time.weekdays.len() == 7,
            "time.weekdays",
            "`columns.opened_roughly` needs the seven names of the days, Monday first",
        )?;
        need(
            columns.latitude.is_some() == columns.longitude.is_some(),
            "columns.latitude",
            "give both `columns.latitude` and `columns.longitude`, or neither",
        )?;
        need(
            columns.status.is_some() != spec.status.is_empty(),
            "status",
            "`columns.status` and the words of `status` go together",
        )?;
        need(
            !columns.product.is_empty() || spec.product_otherwise.is_some(),
            "columns.product",
            "give at least one column, or `product_otherwise`",
        )?;
        need(
            spec.channel.separator.as_ref().is_none_or(|it| !it.is_empty()),
            "channel.separator",
            "it must not be empty",
        )?;
        let has_times = [&columns.opened, &columns.promised, &columns.closed, &columns.updated];
        need(
            !time.formats.is_empty() || has_times.iter().all(|it| it.is_none()),
            "time.formats",
            "give at least one format, such as \"%Y-%m-%d %H:%M:%S\"",
        )?;
        let delimiter = u8::try_from(spec.delimiter).ok().filter(u8::is_ascii);
        let delimiter = delimiter.filter(|it| !matches!(it, b'"' | b'\n' | b'\r'));
        let delimiter = delimiter.ok_or((
            "delimiter",
            "use one ASCII character other than a quotation mark or a line break".to_owned(),
        ))?;
        let formats = time.formats.iter().map(|it| {
            Format::new(it).ok_or_else(|| {
                ("time.formats", format!("`{it}` is not a format of dates as in strftime"))
            })
        });
        let formats = formats.collect::<Result<_, _>>()?;
        Ok(Self { formats, delimiter, spec, extracted_at: None })
    }
}

fn names_listed() -> String {
    Profile::names().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}
