//! The folder of others' answers and of cities' files.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file of the folder, or `None` with a message.
pub(crate) fn file(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = std::env::var_os("BEFFROI_DATA").map_or("../shared/data".into(), PathBuf::from);
    let path = root.join(data).join(name);
    if path.is_file() {
        return Some(path);
    }
    say(&format!("skipped: {} is not there: set BEFFROI_DATA", path.display()));
    None
}

/// Not `eprintln!`, which tests capture: who reads the results must see it.
pub(crate) fn say(line: &str) {
    let mut err = std::io::stderr();
    writeln!(err, "{line}").unwrap();
}
