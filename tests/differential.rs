//! Editor and command line say the same about every fixture.

#[path = "support/lsp.rs"]
#[allow(dead_code, reason = "the support of another test, of which this one needs a part")]
mod lsp;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use lsp::{Client, uri_of as uri};

/// A finding as `lint --format json` has it: lines and columns from 1, columns in scalar values.
type Finding = (u64, u64, u64, u64, String, String, String);

type Findings = BTreeMap<PathBuf, Vec<Finding>>;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// What `lint` says about the documents, asked folder by folder: an editor knows no run, so what is wrong
/// only in comparison with other integrations (a name that two of them share) is not compared.
fn command_line(documents: &[(PathBuf, String)]) -> Findings {
    let mut findings = Findings::new();
    let folders: BTreeSet<&Path> = documents.iter().filter_map(|(path, _)| path.parent()).collect();
    for folder in folders {
        let output = Command::new(env!("CARGO_BIN_EXE_d3ls"))
            .args(["lint", "--format", "json"])
            .arg(folder)
            .current_dir(fixtures())
            .output()
            .expect("d3ls runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        for one in report["diagnostics"].as_array().expect("a list") {
            let path = fixtures().join(text(&one["path"]));
            if path.parent() == Some(folder) && documents.iter().any(|(known, _)| *known == path) {
                findings.entry(path).or_default().push(finding(one));
            }
        }
    }
    findings
}

fn finding(one: &Value) -> Finding {
    let (start, end) = (&one["range"]["start"], &one["range"]["end"]);
    (
        number(&start["line"]),
        number(&start["column"]),
        number(&end["line"]),
        number(&end["column"]),
        text(&one["code"]),
        text(&one["severity"]),
        text(&one["message"]),
    )
}

/// Scripts and manifests that an editor can open: those that are UTF-8.
fn documents(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut documents = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            documents.extend(self::documents(&path));
        } else if (path.extension().is_some_and(|extension| extension == "py") || path.ends_with("d3.json"))
            && let Ok(text) = fs::read_to_string(&path)
        {
            documents.push((path, text));
        }
    }
    documents
}

/// The lines of a text as d3ls counts them.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        let end = if rest[at..].starts_with("\r\n") { at + 2 } else { at + 1 };
        lines.push(&rest[..end]);
        rest = &rest[end..];
    }
    lines.push(rest);
    lines
}

/// The protocol's position as a line and a column from 1; a BOM is no column.
fn point(text: &str, position: &Value, utf8: bool) -> (u64, u64) {
    let (line, character) = (number(&position["line"]), number(&position["character"]));
    let content = lines(text)[line as usize];
    let (mut units, mut column) = (0, 1);
    for letter in content.chars() {
        if units >= character {
            break;
        }
        units += if utf8 { letter.len_utf8() } else { letter.len_utf16() } as u64;
        column += u64::from(letter != '\u{feff}' || line > 0 || column > 1);
    }
    assert_eq!(units.max(character), units, "a column beyond the line");
    (line + 1, column)
}

fn editor(documents: &[(PathBuf, String)], utf8: bool) -> Findings {
    let mut capabilities = lsp::pulling();
    if utf8 {
        capabilities["general"] = json!({"positionEncodings": ["utf-8", "utf-16"]});
    }
    let mut client = Client::initialized(capabilities);
    for (path, text) in documents {
        let language = if path.ends_with("d3.json") { "json" } else { "python" };
        client.open(&uri(path), language, 1, text);
    }
    let mut findings = Findings::new();
    for (path, content) in documents {
        for item in client.pull(&uri(path)) {
            let (start, end) = (&item["range"]["start"], &item["range"]["end"]);
            let (start, end) = (point(content, start, utf8), point(content, end, utf8));
            let severity = ["error", "warning", "info"][number(&item["severity"]) as usize - 1];
            let finding =
                (start.0, start.1, end.0, end.1, text(&item["code"]), severity.to_owned(), text(&item["message"]));
            findings.entry(path.clone()).or_default().push(finding);
        }
    }
    client.forget(|message| message["method"] == "workspace/diagnostic/refresh");
    client.request("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    client.expect_end(0);
    client.forget(|message| message["method"] == "workspace/diagnostic/refresh");
    findings
}

#[test]
fn the_editor_says_what_lint_says() {
    let documents = documents(&fixtures());
    let mut expected = command_line(&documents);
    expected.values_mut().for_each(|findings| findings.sort());
    assert!(expected.len() > 20, "too few fixtures with findings: {}", expected.len());
    for utf8 in [false, true] {
        let mut found = editor(&documents, utf8);
        found.values_mut().for_each(|findings| findings.sort());
        for (path, _) in &documents {
            assert_eq!(found.get(path), expected.get(path), "{} (utf-8: {utf8})", path.display());
        }
    }
}
