//! Completion and hover.

use serde_json::{Value, json};

use crate::lsp::{Client, pulling, uri_of};

const SCRIPT: &str =
    "# d3: integration\nx = '🙂'; y = runtime['connector']['s']\nz = D3.Utility.\nclass APIError: pass\n";

fn rich() -> Value {
    json!({"textDocument": {
        "diagnostic": {},
        "completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
    }})
}

fn at(line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": "untitled:a"}, "position": {"line": line, "character": character}})
}

/// The item with this label.
fn item(client: &mut Client, line: u32, character: u32, label: &str) -> Value {
    let items = client.request("textDocument/completion", at(line, character));
    let items = items.as_array().expect("items");
    items.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("{label} in {items:?}")).clone()
}

#[test]
fn completion_replaces_the_key_behind_an_emoji() {
    let mut client = Client::initialized(pulling());
    client.open("untitled:a", "python", 1, SCRIPT);
    let item = item(&mut client, 1, 37, "serverurl");
    let range = json!({"start": {"line": 1, "character": 36}, "end": {"line": 1, "character": 37}});
    assert_eq!(item["textEdit"], json!({"range": range, "newText": "serverurl"}));
    let text = item["documentation"].as_str().expect("a client that names no format gets a plain text");
    assert!(text.contains("Server URL"), "{text}");
    client.finish();
}

#[test]
fn snippets_go_to_those_who_know_them() {
    let mut client = Client::initialized(rich());
    client.open("untitled:a", "python", 1, SCRIPT);
    let with_places = item(&mut client, 2, 15, "equals");
    assert_eq!(with_places["textEdit"]["newText"], "equals<Text>(${1:Input 1}, ${2:Input 2})");
    assert_eq!(with_places["insertTextFormat"], 2);
    assert_eq!(with_places["documentation"]["kind"], "markdown");
    client.finish();

    let mut client = Client::initialized(pulling());
    client.open("untitled:a", "python", 1, SCRIPT);
    let plain = item(&mut client, 2, 15, "equals");
    assert_eq!(plain["textEdit"]["newText"], "equals<Text>(Input 1, Input 2)");
    assert_eq!(plain["insertTextFormat"], Value::Null);
    client.finish();
}

#[test]
fn hover_speaks_of_the_word_and_of_the_rule() {
    let mut client = Client::initialized(rich());
    client.open("untitled:a", "python", 1, SCRIPT);
    let word = client.request("textDocument/hover", at(1, 15));
    assert_eq!(word["range"], json!({"start": {"line": 1, "character": 14}, "end": {"line": 1, "character": 21}}));
    assert_eq!(word["contents"]["kind"], "markdown");
    assert!(word["contents"]["value"].as_str().expect("a text").contains("D3's engine"), "{word}");
    let rule = client.request("textDocument/hover", at(3, 8));
    assert!(rule["contents"]["value"].as_str().expect("a text").contains("D3201"), "{rule}");
    assert_eq!(client.request("textDocument/hover", at(1, 0)), Value::Null);
    client.finish();
}

#[test]
fn rename_reaches_the_manifest() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = r#"{"version": 1, "kind": "integration", "commands": [{"internalName": "Look"}]}"#;
    std::fs::write(folder.path().join("d3.json"), manifest).expect("written");
    let uri = uri_of(&folder.path().join("script.py"));
    let mut client = Client::initialized(rich());
    client.open(&uri, "python", 1, "def Look():\n    return pb.returnOutputModel('', '', '', '', '', '')\n");
    let position = json!({"line": 0, "character": 5});
    let place = json!({"textDocument": {"uri": uri}, "position": position});
    let found = client.request("textDocument/definition", place.clone());
    assert!(found[0]["uri"].as_str().expect("an address").ends_with("/d3.json"), "{found}");
    let mut params = place.clone();
    params["newName"] = json!("LookUp");
    let edit = client.request("textDocument/rename", params);
    let changes = edit["changes"].as_object().expect("changes");
    let texts: Vec<_> = changes.values().map(|edits| edits[0]["newText"].as_str().expect("a text")).collect();
    assert_eq!(texts, ["LookUp", "LookUp"]);
    let signature = json!({"textDocument": {"uri": uri}, "position": {"line": 1, "character": 37}});
    let signature = client.request("textDocument/signatureHelp", signature);
    assert_eq!(signature["activeParameter"], 1, "{signature}");
    let symbols = client.request("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}}));
    assert_eq!((&symbols[0]["name"], &symbols[0]["location"]["uri"]), (&json!("Look"), &json!(uri)));
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 2, "character": 0}});
    let hints = client.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri}, "range": range}));
    assert_eq!(hints[1]["label"], "returnData=");
    client.finish();
}

#[test]
fn long_texts_are_sent_to_those_who_ask_for_them() {
    let mut capabilities = rich();
    capabilities["textDocument"]["completion"]["completionItem"]["resolveSupport"] =
        json!({"properties": ["documentation"]});
    let mut client = Client::initialized(capabilities);
    client.open("untitled:a", "python", 1, SCRIPT);
    let short = item(&mut client, 2, 15, "equals");
    assert_eq!(short["documentation"], Value::Null);
    let whole = client.request("completionItem/resolve", short.clone());
    let text = whole["documentation"]["value"].as_str().expect("a text");
    assert!(text.starts_with("```python\nD3.Utility.equals<Text>(Input 1, Input 2)"), "{text}");
    assert_eq!((&whole["label"], &whole["textEdit"]), (&short["label"], &short["textEdit"]));
    // What is not ours, or of a document that is closed, comes back as it was.
    let foreign = json!({"label": "x", "data": {"other": 1}});
    assert_eq!(client.request("completionItem/resolve", foreign.clone()), foreign);
    client.close("untitled:a");
    assert_eq!(client.request("completionItem/resolve", short)["documentation"], Value::Null);
    client.finish();
}

#[test]
fn an_ignore_comment_is_completed_with_the_codes_of_its_line() {
    let mut client = Client::initialized(rich());
    let text = "# d3: integration\nclass APIError: pass  # 🙂 # d3: ignore[";
    client.open("untitled:a", "python", 1, text);
    let items = client.request("textDocument/completion", at(1, 40));
    let range = json!({"start": {"line": 1, "character": 40}, "end": {"line": 1, "character": 40}});
    assert_eq!((&items[0]["label"], &items[0]["detail"]), (&json!("D3201"), &json!("reserved-class")));
    assert_eq!(items[0]["textEdit"], json!({"range": range, "newText": "D3201"}));
    let text = items[0]["documentation"]["value"].as_str().expect("a text");
    assert!(text.starts_with("**D3201** `reserved-class`"), "{text}");
    client.finish();
}
