//! What is refused is what Python 3.9's `compile()` refuses.

use std::sync::Arc;

use d3ls::syntax::parse;

use crate::python39::{library_files, run};

/// Compiles each text of a JSON list and prints one line for each: `ok`, or the error.
const COMPILE: &str = r#"
import json, sys
for text in json.load(sys.stdin):
    try:
        compile(text.encode(), "f", "exec", dont_inherit=True)
        print("ok")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        print("refused", str(error).replace("\n", " "))
"#;

/// Short texts, one a line, with `⏎` for a line end and so on.
const SNIPPETS: &str = include_str!("refusals.txt");

/// The short texts, and those that are too long to write.
fn snippets() -> Vec<String> {
    let shown = [('⏎', "\n"), ('→', "\t"), ('␍', "\r"), ('␌', "\x0c")];
    let mut snippets: Vec<String> = SNIPPETS
        .lines()
        .map(|line| shown.iter().fold(line.to_owned(), |text, (mark, meant)| text.replace(*mark, meant)))
        .collect();
    let nested = |header: &str, depth: usize| {
        let headers: String = (0..depth).map(|level| format!("{}{header}\n", " ".repeat(level))).collect();
        format!("{headers}{}pass\n", " ".repeat(depth))
    };
    let tried = |depth: usize, endings: &[&str]| {
        let mut text = nested("try:", depth);
        for level in (0..depth).rev() {
            endings.iter().for_each(|ending| text.push_str(&format!("{}{ending}: pass\n", " ".repeat(level))));
        }
        text
    };
    snippets.extend([98, 99, 100].map(|depth| nested("if x:", depth)));
    snippets.extend([20, 21].map(|depth| nested("for x in y:", depth)));
    snippets.extend([20, 21].map(|count| format!("with {}: pass", vec!["a"; count].join(", "))));
    snippets.extend([20, 21].map(|depth| tried(depth, &["except E"])));
    snippets.extend([10, 11].map(|depth| tried(depth, &["except E", "finally"])));
    snippets.extend([199, 200, 201].map(|depth| format!("{}{}", "(".repeat(depth), ")".repeat(depth))));
    snippets.push(format!("a{}", ".b".repeat(2_000)));

    snippets.push(format!("a{}", " + a".repeat(2_000)));

    snippets.push(format!("a{}", "()".repeat(100_000)));
    snippets.push(format!("{}a", "not ".repeat(100_000)));
    snippets
}

/// What we refuse a text for.
fn refusals(text: &str) -> Vec<String> {
    let parsed = parse(&Arc::from(text));
    let errors = parsed.errors.into_iter().map(|error| error.message);
    errors.chain(parsed.newer.into_iter().map(|newer| newer.what)).collect()
}

#[test]
fn snippets_are_refused_as_python_refuses_them() {
    let texts = snippets();
    let answers = run(COMPILE, &serde_json::to_string(&texts).expect("texts are JSON"));
    let mut differences = String::new();
    for (text, answer) in texts.iter().zip(answers.lines()) {
        let ours = refusals(text);
        if ours.is_empty() != (answer == "ok") {
            differences.push_str(&format!("{:.300}\n  Python: {answer}\n  ours: {ours:?}\n", text));
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn the_library_is_refused_where_python_refuses_it() {
    let files = library_files();
    let program = r#"
import json, sys
for path in json.load(sys.stdin):
    try:
        compile(open(path, "rb").read(), path, "exec", dont_inherit=True)
        print("ok")
    except (SyntaxError, ValueError) as error:
        print("refused", str(error).replace("\n", " "))
"#;
    let paths: Vec<_> = files.iter().map(|path| path.to_string_lossy()).collect();
    let answers = run(program, &serde_json::to_string(&paths).expect("paths are JSON"));
    let mut differences = String::new();
    for (path, answer) in files.iter().zip(answers.lines()) {
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let ours = refusals(&text);
        if ours.is_empty() != (answer == "ok") {
            differences.push_str(&format!("{}\n  Python: {answer}\n  ours: {ours:?}\n", path.display()));
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn the_broken_fixtures_are_refused_as_python_refuses_them() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken");
    let Ok(expected) = std::fs::read_to_string(folder.join("expected.json")) else {
        return;
    };
    let expected: serde_json::Value = serde_json::from_str(&expected).expect("expected.json is JSON");
    let snippets = expected["snippets"].as_object().expect("expected.json has snippets");
    let mut differences = String::new();
    for (name, answer) in snippets {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
            continue;
        };
        let ours = refusals(&text);
        if ours.is_empty() == (answer["refused"] == true) {
            differences.push_str(&format!("{name}\n  Python: {answer}\n  ours: {ours:?}\n"));
        }
    }
    assert!(differences.is_empty(), "{differences}");
}
