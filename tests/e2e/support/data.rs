//! The cities' files, and what others compute from them.

use std::env;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// A file of the cities, if they are there.
pub(crate) fn city_file(name: &str) -> Option<PathBuf> {
    let data = env::var_os("BEFFROI_DATA").map_or("../shared/data".into(), PathBuf::from);
    let file = workspace().join(data).join(name);
    if !file.exists() {
        let file = file.display();
        // Not `eprintln!`, which tests capture: who reads the results must see what was not tried.
        let mut err = std::io::stderr();
        writeln!(
            err,
            "skipped: {file} is not there; BEFFROI_DATA says where the cities' files are"
        )
        .expect("standard error");
        return None;
    }
    Some(file)
}

/// Runs a script of `tests/python` and gives what it printed; fails when it does.
pub(crate) fn python(script: &str, arguments: &[&str]) -> String {
    let root = workspace();
    let interpreter = root.join(".venv/bin/python");
    assert!(
        interpreter.is_file(),
        "no .venv: run the tests with the command that the README gives"
    );
    let output = Command::new(interpreter)
        .arg(root.join("tests/python").join(script))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python can be started");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script} failed:\n{stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What the independent script counts in a city's file.
pub(crate) fn count_files(city: &str, file: &Path) -> Value {
    let printed = python("counts.py", &[city, file.to_str().expect("a path in UTF-8")]);
    serde_json::from_str(&printed).expect("JSON")
}

/// Writes the header and the first `rows` lines of a file, unpacked if it is packed.
pub(crate) fn head_of(file: &Path, rows: usize, into: &Path) -> PathBuf {
    let opened = File::open(file).expect("the file can be read");
    let is_packed = file.extension().is_some_and(|it| it == "gz");
    let text: Box<dyn std::io::Read> = if is_packed {
        Box::new(flate2::read::MultiGzDecoder::new(opened))
    } else {
        Box::new(opened)
    };
    let path = into.join("head.csv");
    let mut out = std::io::BufWriter::new(File::create(&path).expect("a new file"));
    for line in BufReader::new(text).split(b'\n').take(rows + 1) {
        out.write_all(&line.expect("a line")).expect("written");
        out.write_all(b"\n").expect("written");
    }
    out.flush().expect("written");
    path
}

/// The answer without what belongs to one log alone.
pub(crate) fn without_positions(mut answer: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for key in ["position", "resume_token"] {
                    fields.remove(key);
                }
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    strip(&mut answer);
    answer
}
