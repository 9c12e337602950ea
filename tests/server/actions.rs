//! Fixes and other edits as code actions, and lenses.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lsp::{Client, pulling, uri_of};

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
    let titles: Vec<_> = fixes.iter().map(|fix| &fix["title"]).collect();
    assert_eq!(titles[1..], ["Ignore D3402 here", "Ignore D3402 in this file"]);
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
    for other in ["source.organizeImports", "source.fixAll.other", "refactor", "notebook"] {
        assert!(actions(&mut client, 0, json!([other])).is_empty(), "{other}");
    }
    let all = actions(&mut client, 1, Value::Null);
    assert_eq!(kinds(&all), ["quickfix", "quickfix", "quickfix", "source.fixAll.d3ls"]);
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

/// An integration on disk with these inputs of its command `Check`.
struct Acme {
    folder: TempDir,
    script: String,
    manifest: String,
}

const SCRIPT: &str = "\
def Check(limit, host):\r\n\
\treturn pb.returnOutputModel(host, 'Successful', '', '', limit, '')\r\n\
PASSWORD = \"s🙂cret\"\r\n";

const MANIFEST: &str = r#"{
    "version": 1, "kind": "integration", "name": "Acme",
    "connection": [],
    "commands": [
        {"internalName": "TestConnection"},
        {"internalName": "Check", "inputs": [{"parameterName": "host"}, {"parameterName": "limit"}]}
    ]
}
"#;

impl Acme {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let uri = |path: &Path| uri_of(&path.canonicalize().expect("a path"));
        fs::write(folder.path().join("script.py"), SCRIPT).expect("written");
        fs::write(folder.path().join("d3.json"), MANIFEST).expect("written");
        let (script, manifest) = (folder.path().join("script.py"), folder.path().join("d3.json"));
        Self { script: uri(&script), manifest: uri(&manifest), folder }
    }

    /// The actions where `word` stands in an open file.
    fn actions(&self, client: &mut Client, uri: &str, text: &str, word: &str, only: Value) -> Vec<Value> {
        let at = text.find(word).expect("the word");
        let line = text[..at].matches('\n').count();
        let column = text[..at].rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        let position = json!({"line": line, "character": column});
        let mut context = json!({"diagnostics": []});
        if !only.is_null() {
            context["only"] = only;
        }
        let range = json!({"start": position, "end": position});
        let params = json!({"textDocument": {"uri": uri}, "range": range, "context": context});
        client.request("textDocument/codeAction", params).as_array().expect("actions").clone()
    }
}

/// The one action with this title.
fn titled<'a>(actions: &'a [Value], title: &str) -> &'a Value {
    let found: Vec<&Value> = actions.iter().filter(|action| action["title"] == title).collect();
    let [only] = found[..] else { panic!("`{title}` among {actions:#?}") };
    only
}

#[test]
fn one_action_edits_script_and_manifest_at_once() {
    let acme = Acme::new();
    let mut capabilities = pulling();
    capabilities["workspace"]["workspaceEdit"] = json!({"documentChanges": true});
    let mut client = Client::initialized(capabilities);
    client.open(&acme.script, "python", 3, SCRIPT);
    let found = acme.actions(&mut client, &acme.script, SCRIPT, "cret", json!(["refactor"]));
    let action = titled(&found, "Move it to the connection parameter `password`");
    assert_eq!(action["kind"], "refactor.extract");
    let changes = &action["edit"]["documentChanges"];
    assert_eq!(changes[0]["textDocument"], json!({"uri": acme.script, "version": 3}));
    assert_eq!(changes[1]["textDocument"], json!({"uri": acme.manifest, "version": null}));
    assert_eq!(changes.as_array().map(Vec::len), Some(2));
    let script = apply(SCRIPT, &changes[0]["edits"]);
    assert_eq!(script, SCRIPT.replace("\"s🙂cret\"", "runtime[\"connector\"][\"password\"]"));
    let manifest = apply(MANIFEST, &changes[1]["edits"]);
    let parameter: Value = serde_json::from_str(&manifest).expect("JSON");
    let expected = json!([{"parameterName": "password", "required": true, "secret": true}]);
    assert_eq!(parameter["connection"], expected);

    let before = crate::codes(&client.pull(&acme.script)).len();
    fs::write(acme.folder.path().join("d3.json"), manifest).expect("written");
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": acme.manifest, "type": 2}]}));
    client.change(&acme.script, 4, json!([{"text": script}]));
    let after = client.pull(&acme.script);
    assert!(after.len() <= before && !crate::codes(&after).contains(&"D3401"), "{after:?}");
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

#[test]
fn only_what_is_wanted_is_offered_and_nothing_twice() {
    let acme = Acme::new();
    let mut client = Client::initialized(pulling());
    client.open(&acme.script, "python", 1, SCRIPT);
    let mut of = |only: Value| acme.actions(&mut client, &acme.script, SCRIPT, "limit", only);
    let (fixes, rewrites) = (of(json!(["quickfix"])), of(json!(["refactor.rewrite"])));
    assert!(kinds(&fixes).iter().all(|kind| *kind == "quickfix"));
    assert!(kinds(&rewrites).iter().all(|kind| *kind == "refactor.rewrite"));
    titled(&fixes, "Bring the parameters into the order of the manifest's inputs");
    titled(&rewrites, "Take the inputs as `*args`");
    // The fix of the finding does what an action of its own would do.
    titled(&fixes, "Make the manifest's inputs those of `Check`");
    assert!(fixes.iter().all(|fix| fix["title"] != "Bring the manifest's inputs into the order of the parameters"));
    assert!(of(json!(["refactor.extract"])).is_empty());
    assert_eq!(of(json!(["refactor"])), rewrites);
    assert_eq!(of(json!([])), Vec::<Value>::new());
    let all = of(Value::Null);
    assert_eq!(all.len(), fixes.len() + rewrites.len());
    let mut edits: Vec<String> = all.iter().map(|action| action["edit"].to_string()).collect();
    edits.sort();
    edits.dedup();
    assert_eq!(edits.len(), all.len());
    client.finish();
}

#[test]
fn a_function_is_created_from_the_manifest() {
    let acme = Acme::new();
    let mut client = Client::initialized(pulling());
    client.open(&acme.manifest, "json", 1, MANIFEST);
    let found = acme.actions(&mut client, &acme.manifest, MANIFEST, "TestConnection", Value::Null);
    let action = titled(&found, "Create the function `TestConnection`");
    let changes = action["edit"]["changes"].as_object().expect("changes");
    assert_eq!(changes.keys().collect::<Vec<_>>(), [&acme.script]);
    let script = apply(SCRIPT, &changes[&acme.script]);
    let added = script.strip_prefix(SCRIPT).expect("what was there stays");
    assert!(added.starts_with("\r\n\r\ndef TestConnection():\r\n\ttry:\r\n\t\tresult = {}\r\n"), "{added:?}");
    client.finish();
}

#[test]
fn lenses_tell_and_do_nothing() {
    let acme = Acme::new();
    let mut client = Client::initialized(pulling());
    client.open(&acme.script, "python", 1, SCRIPT);
    let params = json!({"textDocument": {"uri": acme.script}});
    let lenses = client.request("textDocument/codeLens", params);
    let range = json!({"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 9}});
    let lens = |title: &str| json!({"range": range, "command": {"title": title, "command": ""}});
    assert_eq!(lenses, json!([lens("Draft"), lens("host?: Text, limit?: Text")]));
    client.open("untitled:a", "python", 1, "x = 1\n");
    assert_eq!(client.request("textDocument/codeLens", json!({"textDocument": {"uri": "untitled:a"}})), Value::Null);
    client.finish();
}
