//! Sources: their files and their size.

use std::path::PathBuf;

use crate::tree::{files, none, text};

const LINES_MAX: usize = 500;

fn sources() -> Vec<PathBuf> {
    files(&["crates", "tests"], ".rs")
}

/// The lines before the tests that end a file.
fn lines_without_tests(text: &str) -> usize {
    text.lines().take_while(|line| *line != "#[cfg(test)]").count()
}

#[test]
fn the_tests_that_end_a_file_do_not_count() {
    assert_eq!(lines_without_tests("a\nb\n#[cfg(test)]\nmod tests {\n}\n"), 2);
}

#[test]
fn sources_have_at_most_500_lines() {
    let long = sources().into_iter().filter_map(|file| {
        let lines = lines_without_tests(&text(&file));
        (lines > LINES_MAX).then(|| format!("{}: {lines} lines", file.display()))
    });
    none(&long.collect::<Vec<_>>());
}

#[test]
fn a_module_stands_beside_its_folder() {
    let inside = sources().into_iter().filter(|it| it.ends_with("mod.rs"));
    none(
        &inside.map(|it| format!("{}: name it after its folder", it.display())).collect::<Vec<_>>(),
    );
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    // In two parts, so that this file does not offend.
    let attributes = |lint: &str| ["#[", "#!["].map(|it| format!("{it}{lint}("));
    let mut offences = Vec::new();
    for file in sources() {
        let text = text(&file);
        if attributes("allow").iter().any(|it| text.contains(it)) {
            offences.push(format!("{}: expect it, and say why", file.display()));
        }
        for attribute in attributes("expect") {
            let reasons = text.split(&attribute).skip(1).filter_map(|it| it.split(")]").next());
            if reasons.into_iter().any(|it| !it.contains("reason = ")) {
                offences.push(format!("{}: an expectation without a reason", file.display()));
            }
        }
    }
    none(&offences);
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent = sources().into_iter().filter(|it| !text(it).starts_with("//!"));
    none(&silent.map(|it| format!("{}: no `//!`", it.display())).collect::<Vec<_>>());
}
