//! Hostile JSON costs a message, never a crash.

use proptest::prelude::*;

use super::super::edits;
use super::*;

#[test]
fn hostile_text_is_one_finding() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let unclosed = "{\"a\":".repeat(100_000);
    for text in [
        &*deep,
        &*unclosed,
        "\0",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": \"x\ty\"}",
        "{\u{a0}}",
        "{\"a\": \"\0\"}",
        "\"",
        "{\"a\": 01}",
    ] {
        assert_eq!(parse(text).errors.len(), 1, "{:?}", text.chars().take(20).collect::<String>());
        assert!(!parse(text).usable);
    }
    let large = format!("{}{}", with(""), " ".repeat(crate::text::MAX_BYTES));
    assert_eq!(parse(&large).errors.len(), 1);
}

#[test]
fn a_wall_of_findings_ends() {
    let keys: String = (0..10_000).map(|number| format!(r#", "zzzzzz{number}": 1"#)).collect();
    assert!(parse(&with(&keys)).errors.len() <= 201);
}

#[test]
fn ten_megabytes_are_read() {
    let command = r#"{"internalName": "Check7", "inputs": [{"parameterName": "host", "index": 0}]}, "#;
    let count = crate::text::MAX_BYTES / command.len() - 2;
    let mut text = String::from(r#"{"version": 1, "kind": "integration", "commands": ["#);
    for number in 0..count {
        text.push_str(&command.replace("Check7", &format!("C{number:05x}")));
    }
    text.truncate(text.len() - 2);
    text.push_str("]}");
    let manifest = parse(&text);
    assert_eq!((manifest.errors.len(), manifest.commands.len()), (0, count));
}

#[test]
fn every_prefix_is_survived() {
    for (end, _) in FULL.trim_end().char_indices() {
        let manifest = parse(&FULL[..end]);
        assert!(!manifest.errors.is_empty());
        let _ = manifest.path_at(TextSize::try_from(end).expect("a small text"));
    }
}

proptest! {
    #[test]
    fn random_edits_are_survived(edits in prop::collection::vec((0..FULL.len(), ".{0,3}|[\\[\\]{}\",:\\\\]"), 1..8)) {
        let mut text = FULL.to_owned();
        for (offset, piece) in &edits {
            let mut start = (*offset).min(text.len());
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            let end = text[start..].char_indices().nth(piece.len()).map_or(text.len(), |(index, _)| start + index);
            text.replace_range(start..end, piece);
        }
        let manifest = parse(&text);
        for error in &manifest.errors {
            prop_assert!(text.get(error.range.start().to_usize()..error.range.end().to_usize()).is_some());
            if let Some((_, edits, _)) = &error.fix {
                parse(&apply(&text, edits));
            }
        }
        for command in &manifest.commands {
            parse(&apply(&text, &edits::set_inputs(&manifest, command, &["x", "hostname"])));
        }
        parse(&apply(&text, &edits::add_command(&manifest, "New", &["x"])));
        for (offset, _) in text.char_indices() {
            let _ = manifest.path_at(TextSize::try_from(offset).expect("a small text"));
        }
    }
}
