//! Links between documents lead somewhere.

use std::path::Path;

use crate::tree::{files, none, root, text};

/// The targets of the links in a Markdown text, code left out.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        // Even parts are outside of inline code, but for the text of a link.
        for part in line.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                found.push(target.split('#').next().unwrap_or_default().to_owned());
            }
        }
    }
    found
}

#[test]
fn targets_are_found_outside_of_code() {
    let text = "[a](b.md#c) and [`d`](../e.md)\n```\n[f](g)\n```\n[h](#i)";
    assert_eq!(links(text), ["b.md", "../e.md", ""]);
}

#[test]
fn relative_links_lead_to_a_file() {
    let mut offences = Vec::new();
    for file in files(&["."], ".md") {
        let folder = root().join(file.parent().unwrap_or(Path::new("")));
        for link in links(&text(&file)) {
            let is_relative =
                !link.is_empty() && !link.contains("://") && !link.contains("mailto:");
            if is_relative && !folder.join(&link).exists() {
                offences.push(format!("{}: `{link}` leads nowhere", file.display()));
            }
        }
    }
    none(&offences);
}
