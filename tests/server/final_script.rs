//! The final script of a document.

use std::fs;

use serde_json::{Value, json};

use crate::lsp::{Client, pulling, uri_of};

const MANIFEST: &str =
    r#"{"version": 1, "kind": "integration", "name": "A", "systemScript": "system.py", "commands": []}"#;
const SYSTEM: &str = "\u{feff}x = '🙂'\r\ndef call():\r\n\treturn 1";
const CUSTOM: &str = "y = D3.Utility.equals<Text>('a', 'b')\n";

/// The lines of the final script beside the lines of the files that they come from.
fn checked_lines(found: &Value, files: &[(&str, &str)]) -> usize {
    let text: Vec<&str> = found["text"].as_str().expect("a text").lines().collect();
    let mut next = 0;
    for part in found["lines"].as_array().expect("lines") {
        let number = |key: &str| part[key].as_u64().expect("a number") as usize;
        let (_, source) = files.iter().find(|(uri, _)| part["uri"] == *uri).expect("a known file");
        let source: Vec<&str> = source.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(number("start"), next);
        for line in number("start")..number("end") {
            assert_eq!(text[line], source[number("line") + line - number("start")]);
        }
        next = number("end");
    }
    assert_eq!(next, text.len());
    next
}

#[test]
fn the_system_script_stands_above_the_custom_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a folder");
    fs::write(root.join("d3.json"), MANIFEST).expect("written");
    fs::write(root.join("system.py"), SYSTEM).expect("written");
    fs::write(root.join("script.py"), "# not yet saved\n").expect("written");
    let uri = |name: &str| uri_of(&root.join(name));
    let mut client = Client::initialized(pulling());
    let (script, system, manifest) = (uri("script.py"), uri("system.py"), uri("d3.json"));
    client.open(&script, "python", 1, CUSTOM);
    client.open(&manifest, "json", 1, MANIFEST);
    let files = [(script.as_str(), CUSTOM), (system.as_str(), SYSTEM)];
    for asked in [&script, &manifest] {
        let found = client.request("d3ls/finalScript", json!({"textDocument": {"uri": asked}}));
        assert_eq!((&found["complete"], checked_lines(&found, &files)), (&json!(true), 4), "{asked}");
        assert_eq!(found["lines"][1]["uri"], script.as_str());
    }
    client.change(&manifest, 2, json!([{"text": MANIFEST.replace("\"system.py\"", "null")}]));
    let found = client.request("d3ls/finalScript", json!({"textDocument": {"uri": script}}));
    assert_eq!((&found["complete"], checked_lines(&found, &files)), (&json!(false), 1));
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

#[test]
fn other_documents_have_none() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:a", "python", 1, "x = 1\n");
    let ask = |uri: &str| json!({"textDocument": {"uri": uri}});
    assert_eq!(client.request("d3ls/finalScript", ask("untitled:a")), Value::Null);
    assert_eq!(client.request("d3ls/finalScript", ask("untitled:none")), Value::Null);
    let bad = client.ask("d3ls/finalScript", json!({}));
    assert_eq!(client.error_code(&json!(bad)), -32602);
    client.finish();
}
