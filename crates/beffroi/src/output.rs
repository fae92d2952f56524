//! Standard output: text for people or JSON for scripts.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use serde::Serialize;

use crate::cli::Output;
use crate::client;
use crate::failure::Failure;
use crate::render::Reader;
use crate::words::error::Said;
use crate::words::{Lang, Text};

/// How the caller wants to be answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    /// For people or for scripts.
    pub output: Output,
    /// In which language.
    pub lang: Lang,
}

impl Console {
    /// A text in the caller's language.
    pub(crate) fn say(self, text: Text) -> &'static str {
        text.in_lang(self.lang)
    }

    /// The person who reads, once a server has said by which clock.
    pub(crate) fn reader(self) -> Reader {
        Reader { lang: self.lang, zone: client::zone() }
    }

    /// Prints one answer: `view` as JSON, or what `table` makes for people.
    pub(crate) fn answer(
        self,
        view: &impl Serialize,
        table: impl FnOnce(Reader) -> String,
    ) -> Result<(), Failure> {
        match self.output {
            Output::Json => print(&json(serde_json::to_string_pretty(view))?),
            Output::Table => print(&table(self.reader())),
        }
    }

    /// Prints one message of a stream on a line of its own.
    pub(crate) fn item(
        self,
        view: &impl Serialize,
        line: impl FnOnce(Reader) -> String,
    ) -> Result<(), Failure> {
        match self.output {
            Output::Json => print(&json(serde_json::to_string(view))?),
            Output::Table => print(&line(self.reader())),
        }
    }

    /// Prints what comes next, for people only.
    pub(crate) fn heading(self, text: Text) -> Result<(), Failure> {
        let text = self.say(text);
        match self.output {
            Output::Json => Ok(()),
            Output::Table => print(&format!("\n{text}\n{}", "═".repeat(text.chars().count()))),
        }
    }

    /// Tells a person at the terminal something that is no part of the answer.
    pub(crate) fn remark(self, text: Text) {
        if self.output == Output::Table && io::stderr().is_terminal() {
            warn(self.say(text));
        }
    }
}

/// The text of an answer in JSON.
pub(crate) fn json(text: Result<String, serde_json::Error>) -> Result<String, Failure> {
    text.map_err(|error| {
        Failure::Other(
            Said::new("impossible d'écrire du JSON", "cannot write JSON").because(error).into(),
        )
    })
}

/// Prints a line on standard error; nobody reading it is no failure.
pub(crate) fn warn(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints lines on standard output, through to whoever reads it.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    written(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
}

/// Writes an answer whole to a file, or to standard output for `-`.
pub(crate) fn save(file: &Path, text: &str) -> Result<(), Failure> {
    if file == Path::new("-") {
        return print(text.trim_end());
    }
    std::fs::write(file, text).map_err(|error| {
        let path = file.display();
        let said = Said::new(
            format!("impossible d'écrire `{path}` : indiquez un fichier qui peut l'être"),
            format!("cannot write `{path}`: name a file that can be written"),
        );
        Failure::Other(said.because(error).into())
    })
}

/// What was written of the answer; a reader who left is no failure.
pub(crate) fn written<T>(result: io::Result<T>) -> Result<T, Failure> {
    result.map_err(|error| {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure::OutputClosed;
        }
        let said = Said::new("impossible d'écrire la réponse", "cannot write the answer");
        Failure::Other(said.because(error).into())
    })
}
