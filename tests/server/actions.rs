//! Fixes as code actions.

use serde_json::{Value, json};

use crate::lsp::{Client, pulling};

const FAULTY: &str =
    "# d3: integration\nx = '🙂'; y = runtime['connector']['Server URL']\nz = runtime['connector']['API Key']\n";
const FIXED: &str =
    "# d3: integration\nx = '🙂'; y = runtime['connector']['serverurl']\nz = runtime['connector']['apikey']\n";

/// Applies the protocol's edits, in UTF-16.
fn apply(text: &str, edits: &Value) -> String {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    let offset = |position: &Value| {
        let (line, character) =
            (position["line"].as_u64().expect("a line"), position["character"].as_u64().expect("a column"));
        let lines: usize = text.split_inclusive('\n').take(line as usize).map(|line| line.encode_utf16().count()).sum();
        lines + character as usize
    };
    let mut edits: Vec<_> = edits
        .as_array()
        .expect("edits")
        .iter()
        .map(|edit| {
            (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]), edit["newText"].as_str().expect("text"))
        })
        .collect();
    edits.sort_unstable();
    for (start, end, new_text) in edits.into_iter().rev() {
        units.splice(start..end, new_text.encode_utf16());
    }
    String::from_utf16(&units).expect("whole characters")
}

fn actions(client: &mut Client, line: u32, only: Value) -> Vec<Value> {
    // In the key of either line.
    let position = json!({"line": line, "character": if line == 1 { 40 } else { 30 }});
    let mut context = json!({"diagnostics": []});
    if !only.is_null() {
        context["only"] = only;
    }
    let params = json!({"textDocument": {"uri": "untitled:a"}, "range": {"start": position, "end": position}, "context": context});
    client.request("textDocument/codeAction", params).as_array().expect("actions").clone()
}

fn kinds(actions: &[Value]) -> Vec<&str> {
    actions.iter().filter_map(|action| action["kind"].as_str()).collect()
}

#[test]
fn a_fix_is_offered_where_its_finding_is() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:a", "python", 1, FAULTY);
    let fixes = actions(&mut client, 1, json!(["quickfix"]));
    assert_eq!(kinds(&fixes), ["quickfix"]);
    assert_eq!(fixes[0]["isPreferred"], true);
    assert_eq!(fixes[0]["diagnostics"][0]["code"], "D3402");
    assert_eq!(fixes[0]["diagnostics"][0], client.pull("untitled:a")[0]);
    let fixed = apply(FAULTY, &fixes[0]["edit"]["changes"]["untitled:a"]);
    assert_eq!(fixed, FAULTY.replace("Server URL", "serverurl"));
    client.finish();
}

#[test]
fn all_safe_fixes_are_one_action() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:a", "python", 1, FAULTY);
    for only in ["source.fixAll.d3ls", "source.fixAll", "source"] {
        let found = actions(&mut client, 0, json!([only]));
        assert_eq!(kinds(&found), ["source.fixAll.d3ls"], "{only}");
        assert_eq!(apply(FAULTY, &found[0]["edit"]["changes"]["untitled:a"]), FIXED);
    }
    for other in ["source.organizeImports", "source.fixAll.other", "refactor", "quickfix"] {
        assert!(actions(&mut client, 0, json!([other])).is_empty(), "{other}");
    }
    assert_eq!(kinds(&actions(&mut client, 1, Value::Null)), ["quickfix", "source.fixAll.d3ls"]);
    client.change("untitled:a", 2, json!([{"text": FIXED}]));
    assert!(actions(&mut client, 1, Value::Null).is_empty());
    client.finish();
}

#[test]
fn edits_name_the_version_where_the_client_can_tell() {
    let mut capabilities = pulling();
    capabilities["workspace"]["workspaceEdit"] = json!({"documentChanges": true});
    let mut client = Client::initialized(capabilities);
    client.open("untitled:a", "python", 7, FAULTY);
    let fixes = actions(&mut client, 2, json!(["quickfix"]));
    let change = &fixes[0]["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({"uri": "untitled:a", "version": 7}));
    assert_eq!(apply(FAULTY, &change["edits"]), FAULTY.replace("API Key", "apikey"));
    client.finish();
}
