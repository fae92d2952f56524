//! Commands as a script runs them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code, if it was not killed.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said besides.
    pub stderr: String,
}

impl Ended {
    /// The answer of a command that succeeded.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error of a command that failed with this exit code.
    #[track_caller]
    pub(crate) fn error(&self, code: i32) -> Value {
        assert_eq!(self.code, Some(code), "{self:?}");
        let error: Value = serde_json::from_str(self.stderr.lines().last().unwrap_or_default())
            .unwrap_or_else(|error| panic!("{error}: {self:?}"));
        error["error"].clone()
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The binary, in an environment that says nothing.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beffroi"));
    for name in ["BEFFROI_SERVER", "BEFFROI_DATA_DIR", "BEFFROI_IDENTIFIER_KEY", "BEFFROI_LOG"]
        .into_iter()
        .chain(["BEFFROI_NATS", "BEFFROI_NATS_CREDENTIALS", "BEFFROI_NATS_NKEY", "BEFFROI_NATS_CA"])
        .chain(["BEFFROI_NATS_CERTIFICATE", "BEFFROI_NATS_KEY", "BEFFROI_NATS_REPLICAS"])
        .chain(["LC_ALL", "LC_MESSAGES", "LANG", "RUST_LOG"])
    {
        command.env_remove(name);
    }
    command.env("BEFFROI_LANG", "en");
    command
}

/// Runs a command to its end.
pub(crate) fn beffroi(arguments: &[&str]) -> Ended {
    command().args(arguments).output().expect("the binary can be started").into()
}

/// Starts an import of one file and leaves it running.
pub(crate) fn import(url: &str, profile: &str, file: &Path) -> std::process::Child {
    command()
        .args(["import", "--profile", profile, "--server", url, "--output", "json"])
        .arg(file)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary can be started")
}
