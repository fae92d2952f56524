//! The API explains itself: everything that a client can name has a comment.

use crate::tree::{files, none, text};

/// The lines, by number, of declarations that no comment stands before. The comment of a `oneof` is
/// that of its fields: their messages say the rest.
fn uncommented(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut is_commented, mut is_oneof) = (false, false);
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        let word = line.split_whitespace().next().unwrap_or_default();
        let is_statement = ["syntax", "package", "import", "option", "reserved"].contains(&word);
        let is_declaration = ["message", "enum", "service", "rpc", "oneof"].contains(&word)
            || line.contains(" = ") && !is_statement;
        if line.starts_with("//") {
            is_commented = true;
            continue;
        }
        if is_declaration && !is_commented && !is_oneof {
            found.push(number);
        }
        is_oneof = word == "oneof" || is_oneof && line != "}";
        is_commented = false;
    }
    found
}

#[test]
fn declarations_without_a_comment_are_found() {
    let text = "syntax = \"proto3\";\n// A.\nmessage A {\n  // B.\n  int32 b = 1;\n  int32 c = 2;\n}\n\
                enum D {\n  // E.\n  E = 0;\n}\n// F.\n\nservice F {\n  rpc G(A) returns (A);\n}\n\
                // H.\nmessage H {\n  // I.\n  oneof i {\n    A a = 1;\n  }\n  int32 j = 2;\n}";
    assert_eq!(uncommented(text), [6, 8, 14, 15, 23]);
}

#[test]
fn everything_in_the_api_has_a_comment() {
    let mut offences = Vec::new();
    for file in files(&["proto"], ".proto") {
        let lines = uncommented(&text(&file));
        offences.extend(lines.iter().map(|it| format!("{}:{it}: no comment", file.display())));
    }
    none(&offences);
}
