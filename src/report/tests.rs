//! How findings look to people.

use std::sync::Arc;

use super::*;
use crate::diagnostic::{Applicability, Diagnostic, Fix, Place, Related, Severity};
use crate::text::{Edit, TextRange};

/// The bytes of the `nth` (from 0) `word` in `text`.
fn at(text: &str, word: &str, nth: usize) -> TextRange {
    let (start, _) = text.match_indices(word).nth(nth).expect("the word");
    let offset = |at: usize| u32::try_from(at).expect("small").into();
    TextRange::new(offset(start), offset(start + word.len()))
}

fn diagnostic(range: TextRange) -> Diagnostic {
    Diagnostic {
        code: "D3000",
        rule: "test-rule",
        severity: Severity::Warning,
        message: "this is wrong; do that".to_owned(),
        place: Place::Script,
        range,
        related: Vec::new(),
        fixes: Vec::new(),
    }
}

fn related(place: Place, range: TextRange) -> Related {
    Related { place, range, message: "it is here".to_owned() }
}

fn shown(script: &str, manifest: &str, diagnostic: Diagnostic) -> String {
    let file = |path: &str, text: &str| Arc::new(File::new(path.to_owned(), text.into()));
    let others = vec![(Place::Manifest, file("acme/d3.json", manifest))];
    let files = Arc::new(Files { main: file("acme/script.py", script), others });
    let results = Results {
        findings: vec![Finding { diagnostic, files }],
        files: ["acme/script.py".to_owned()].into(),
        ..Results::default()
    };
    let text = text(&results, Style { unsafe_fixes: false, fixed: false });
    let plain = anstream::adapter::strip_str(&text).to_string();
    plain.split("\n\nFound").next().unwrap_or_default().to_owned()
}

#[test]
fn a_range_of_several_lines_is_bracketed() {
    let script = "x = 1\r\ncall(\r\n\ta,\r\n)\r\n";
    let start = at(script, "call", 0).start();
    let finding = diagnostic(TextRange::new(start, at(script, ")", 0).end()));
    assert_eq!(
        shown(script, "", finding),
        "acme/script.py:2:1: warning D3000[test-rule]: this is wrong; do that
  |
2 | / call(
3 | |     a,
4 | | )
  | |_^"
    );
}

#[test]
fn a_very_long_range_shows_its_first_line() {
    let script = format!("x = '''first\n{}'''\n", "more\n".repeat(5000));
    let finding = diagnostic(at(&script, &script[4..script.len() - 1], 0));
    assert_eq!(
        shown(&script, "", finding),
        "acme/script.py:1:5: warning D3000[test-rule]: this is wrong; do that
  |
1 | x = '''first
  |     ^^^^^^^^"
    );
}

#[test]
fn a_related_place_nearby_shares_the_excerpt() {
    let script = "def f():\n    x = 1\n    return x\n";
    let mut finding = diagnostic(at(script, "f", 1));
    finding.related.push(related(Place::Script, at(script, "return x", 0)));
    assert_eq!(
        shown(script, "", finding),
        "acme/script.py:1:5: warning D3000[test-rule]: this is wrong; do that
  |
1 | def f():
  |     ^
2 |     x = 1
3 |     return x
  |     -------- it is here"
    );
}

#[test]
fn a_related_place_elsewhere_has_its_own() {
    let (script, manifest) = ("def f(): pass\n", "{\n  \"internalName\": \"F\"\n}");
    let mut finding = diagnostic(at(script, "f", 1));
    finding.related.push(related(Place::Manifest, at(manifest, "F", 0)));
    finding.fixes.push(Fix::new(
        "Rename to `F`",
        Applicability::Safe,
        Place::Script,
        vec![Edit::replace(at(script, "f", 1), "F")],
    ));
    assert_eq!(
        shown(script, manifest, finding),
        "acme/script.py:1:5: warning D3000[test-rule]: this is wrong; do that
  |
1 | def f(): pass
  |     ^
  note: acme/d3.json:2:20: it is here
  |
2 |   \"internalName\": \"F\"
  |                    ^
  help: Rename to `F` (--fix)"
    );
}

#[test]
fn lines_that_end_with_a_lone_cr_or_hold_a_mark_keep_their_carets() {
    let script = "\u{feff}ab\rcd ef\rgh";
    assert!(shown(script, "", diagnostic(at(script, "ef", 0))).ends_with("\n2 | cd ef\n  |    ^^"));
    assert!(
        shown(script, "", diagnostic(at(script, "b", 0)))
            .ends_with(":1:2: warning D3000[test-rule]: this is wrong; do that\n  |\n1 | ab\n  |  ^")
    );
}

#[test]
fn an_empty_range_at_the_end_still_has_a_caret() {
    let script = "x = (\n";
    let end = TextRange::empty(6.into());
    assert!(shown(script, "", diagnostic(end)).contains('^'), "{}", shown(script, "", diagnostic(end)));
}

#[test]
fn every_severity_is_counted() {
    let file = Arc::new(File::new("a.py".to_owned(), "x".into()));
    let files = Arc::new(Files { main: file, others: Vec::new() });
    let findings = [Severity::Info, Severity::Warning, Severity::Error, Severity::Error].map(|severity| Finding {
        diagnostic: Diagnostic { severity, message: format!("{severity:?}"), ..diagnostic(TextRange::default()) },
        files: Arc::clone(&files),
    });
    let mut results = Results {
        findings: findings.into_iter().collect(),
        files: ["a.py".to_owned(), "b.py".to_owned()].into(),
        skipped: 3,
        ..Results::default()
    };
    results.sort();
    let text = text(&results, Style { unsafe_fixes: false, fixed: false });
    let last = "Found 1 error, 1 warning, 1 info in 2 files (3 other Python files skipped).\n";
    assert!(text.ends_with(last), "the same finding counts once: {text}");
}
