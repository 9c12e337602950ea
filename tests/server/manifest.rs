//! The manifest as a language: what an open `d3.json` is asked.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lsp::{Client, pulling, uri_of};

const MANIFEST: &str = "\u{feff}{\r\n\t\"version\": 1, \"kind\": \"integration\", \"name\": \"🙂\", \"internalName\": \"Acme\",\r\n\t\"script\": \"main.py\",\r\n\t\"connection\": [{\"displayName\": \"🙂\", \"parameterName\": \"serverurl\"}],\r\n\t\"commands\": [{\"displayName\": \"🙂\", \"internalName\": \"Look\", \"inputs\": [{\"parameterName\": \"host\"}]}]\r\n}\r\n";
const SCRIPT: &str = "def Look(host):\n    x = '🙂'; y = runtime['connector']['serverurl']\n    return D3.Integration.Acme.Look(host)\n\n\ndef Isolate(host):\n    pass\n";

/// An integration on disk, and its addresses.
struct Acme {
    _folder: TempDir,
    root: PathBuf,
    manifest: String,
    script: String,
}

fn acme() -> Acme {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a folder");
    fs::write(root.join("d3.json"), MANIFEST).expect("written");
    fs::write(root.join("main.py"), SCRIPT).expect("written");
    fs::write(root.join("other.py"), "x = 1\n").expect("written");
    let uri = |name: &str| uri_of(&root.join(name));
    Acme { manifest: uri("d3.json"), script: uri("main.py"), root, _folder: folder }
}

/// The position of `offset` bytes behind the start of `word`, in UTF-16.
pub fn position(text: &str, word: &str, offset: usize) -> Value {
    let at = text.find(word).unwrap_or_else(|| panic!("{word} in the text")) + offset;
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    json!({"line": line, "character": text[start..at].encode_utf16().count()})
}

pub fn ask(client: &mut Client, method: &str, uri: &str, position: Value) -> Value {
    client.request(&format!("textDocument/{method}"), json!({"textDocument": {"uri": uri}, "position": position}))
}

/// The texts between the ends of ranges.
pub fn at(text: &str, range: &Value) -> String {
    let offset = |position: &Value| {
        let line = position["line"].as_u64().expect("a line") as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = position["character"].as_u64().expect("a column") as usize;
        let letters = text[start..].chars().take_while(|letter| {
            let goes = units > 0;
            units = units.saturating_sub(letter.len_utf16());
            goes
        });
        start + letters.map(char::len_utf8).sum::<usize>()
    };
    text[offset(&range["start"])..offset(&range["end"])].to_owned()
}

#[test]
fn completion_hover_and_symbols() {
    let acme = acme();
    let mut client = Client::initialized(pulling());
    client.open(&acme.manifest, "json", 1, MANIFEST);
    let items = ask(&mut client, "completion", &acme.manifest, position(MANIFEST, "Look", 2));
    let item = items.as_array().expect("items").iter().find(|item| item["label"] == "Isolate").expect("the function");
    assert_eq!(item["textEdit"]["newText"], "\"Isolate\"");
    assert_eq!(at(MANIFEST, &item["textEdit"]["range"]), "\"Look\"");
    let files = ask(&mut client, "completion", &acme.manifest, position(MANIFEST, "main.py", 0));
    let labels: Vec<_> = files.as_array().expect("items").iter().map(|item| item["label"].clone()).collect();
    assert_eq!(labels, ["main.py", "other.py"]);
    let hover = ask(&mut client, "hover", &acme.manifest, position(MANIFEST, "parameterName", 3));
    assert_eq!(at(MANIFEST, &hover["range"]), "parameterName");
    assert!(hover["contents"]["value"].as_str().expect("a text").contains("lower case without spaces"), "{hover}");
    let params = json!({"textDocument": {"uri": acme.manifest}});
    let symbols = client.request("textDocument/documentSymbol", params.clone());
    let names: Vec<_> = symbols.as_array().expect("symbols").iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["serverurl", "Look", "host"]);
    let links = client.request("textDocument/documentLink", params);
    assert_eq!((links[0]["target"].as_str(), links.as_array().map(Vec::len)), (Some(acme.script.as_str()), Some(1)));
    client.finish();
}

#[test]
fn half_typed_json_knows_its_script() {
    let acme = acme();
    let half = MANIFEST.replace("\"host\"}]}]\r\n}", "\"");
    let mut client = Client::initialized(pulling());
    client.open(&acme.manifest, "json", 1, &half);
    let end = position(&half, "\"parameterName\": \"\r\n", "\"parameterName\": \"".len());
    let items = ask(&mut client, "completion", &acme.manifest, end);
    assert_eq!(items[0]["label"], "host", "{items}");
    let refused = client.ask(
        "textDocument/rename",
        json!({"textDocument": {"uri": acme.manifest}, "position": position(&half, "Look", 1), "newName": "x"}),
    );
    assert_eq!(client.error_code(&json!(refused)), -32803);
    client.finish();
}

#[test]
fn definition_references_and_rename_reach_the_script() {
    let acme = acme();
    let mut client = Client::initialized(pulling());
    client.open(&acme.manifest, "json", 7, MANIFEST);
    let mut defined = |word: &str| {
        let found = ask(&mut client, "definition", &acme.manifest, position(MANIFEST, word, 1));
        assert_eq!(found[0]["uri"], acme.script.as_str(), "{word}: {found}");
        at(SCRIPT, &found[0]["range"])
    };
    assert_eq!(defined("Look"), "Look");
    assert_eq!(defined("host\""), "host");
    assert_eq!(defined("serverurl"), "serverurl");
    assert_eq!(defined("main.py"), "");
    let found = client.request(
        "textDocument/references",
        json!({"textDocument": {"uri": acme.manifest}, "position": position(MANIFEST, "Look", 1),
               "context": {"includeDeclaration": true}}),
    );
    assert_eq!(found.as_array().map(Vec::len), Some(3), "{found}");
    let prepared = ask(&mut client, "prepareRename", &acme.manifest, position(MANIFEST, "Look", 1));
    assert_eq!(at(MANIFEST, &prepared), "Look");
    let params = json!({"textDocument": {"uri": acme.manifest}, "position": position(MANIFEST, "serverurl", 1), "newName": "url"});
    let edit = client.request("textDocument/rename", params);
    for (uri, text) in [(&acme.manifest, MANIFEST), (&acme.script, SCRIPT)] {
        let edits = edit["changes"][uri].as_array().unwrap_or_else(|| panic!("{uri} in {edit}"));
        assert_eq!(edits.len(), 1);
        assert_eq!((at(text, &edits[0]["range"]).as_str(), &edits[0]["newText"]), ("serverurl", &json!("url")));
    }
    client.finish();
}

#[test]
fn the_script_is_seen_as_the_editor_has_it() {
    let acme = acme();
    let mut client = Client::initialized(pulling());
    client.open(&acme.manifest, "json", 1, MANIFEST);
    client.open(&acme.script, "python", 3, "\n\ndef Look(host): pass\n");
    let found = ask(&mut client, "definition", &acme.manifest, position(MANIFEST, "Look", 1));
    assert_eq!(found[0]["range"]["start"], json!({"line": 2, "character": 4}));
    fs::remove_file(acme.root.join("main.py")).expect("removed");
    client.close(&acme.script);
    let found = ask(&mut client, "definition", &acme.manifest, position(MANIFEST, "Look", 1));
    assert_eq!(found, json!([]));
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

/// The integration with a Live script and a system script beside its draft.
fn with_records() -> (Acme, String, String) {
    let acme = acme();
    let manifest =
        MANIFEST.replace("\"main.py\"", "\"main.py\", \"liveScript\": \"live.py\", \"systemScript\": \"sys.py\"");
    fs::write(acme.root.join("d3.json"), manifest).expect("written");
    fs::write(acme.root.join("live.py"), "def Look(host):\n    return runtime['connector']['serverurl']\n")
        .expect("written");
    fs::write(acme.root.join("sys.py"), "def url():\n    return runtime['connector']['serverurl']\n").expect("written");
    let uri = |name: &str| uri_of(&acme.root.join(name));
    let (live, system) = (uri("live.py"), uri("sys.py"));
    (acme, live, system)
}

/// The files of locations, sorted.
pub fn files(found: &Value) -> Vec<String> {
    let name = |one: &Value| one["uri"].as_str().and_then(|uri| uri.rsplit('/').next()).expect("a file").to_owned();
    let mut found: Vec<_> = found.as_array().expect("locations").iter().map(name).collect();
    found.sort();
    found
}

#[test]
fn references_lead_to_all_scripts_from_any_of_them() {
    let (acme, live, _) = with_records();
    let manifest = fs::read_to_string(acme.root.join("d3.json")).expect("read");
    let live_text = fs::read_to_string(acme.root.join("live.py")).expect("read");
    let mut client = Client::initialized(pulling());
    client.open(&acme.script, "python", 1, SCRIPT);
    client.open(&live, "python", 1, &live_text);
    client.open(&acme.manifest, "json", 1, &manifest);
    let all = |word: &str| {
        if word == "serverurl" {
            vec!["d3.json", "live.py", "main.py", "sys.py"]
        } else {
            vec!["d3.json", "live.py", "main.py", "main.py"]
        }
    };
    for (uri, text) in [(&acme.script, SCRIPT), (&live, &live_text), (&acme.manifest, &manifest)] {
        for word in ["serverurl", "Look"] {
            let mut params = json!({"textDocument": {"uri": uri}, "position": position(text, word, 1)});
            params["context"] = json!({"includeDeclaration": true});
            assert_eq!(files(&client.request("textDocument/references", params)), all(word), "{word} in {uri}");
        }
    }
    let place = json!({"textDocument": {"uri": acme.manifest}, "position": position(&manifest, "Look", 1)});
    let found = client.request("textDocument/documentHighlight", place);
    assert_eq!(at(&manifest, &found[0]["range"]), "Look");
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

#[test]
fn references_without_what_declares_and_from_the_system_script() {
    let (acme, live, system) = with_records();
    let script = "def Look(host):\n    return url()\n";
    fs::write(acme.root.join("live.py"), "def Look(host):\n    return url(), url()\n").expect("written");
    let manifest = fs::read_to_string(acme.root.join("d3.json")).expect("read");
    let system_text = fs::read_to_string(acme.root.join("sys.py")).expect("read");
    let live_text = fs::read_to_string(acme.root.join("live.py")).expect("read");
    let mut client = Client::initialized(pulling());
    client.open(&acme.script, "python", 1, script);
    client.open(&system, "python", 1, &system_text);
    client.open(&live, "python", 1, &live_text);
    client.open(&acme.manifest, "json", 1, &manifest);
    let mut found = |uri: &str, text: &str, word: &str, declarations: bool| {
        let mut params = json!({"textDocument": {"uri": uri}, "position": position(text, word, 1)});
        params["context"] = json!({"includeDeclaration": declarations});
        files(&client.request("textDocument/references", params))
    };
    // The definition in the system script, and the uses of draft and Live script.
    for (uri, text) in [(&acme.script, script), (&system, &system_text), (&live, &live_text)] {
        assert_eq!(found(uri, text, "url", true), ["live.py", "live.py", "main.py", "sys.py"], "{uri}");
        assert_eq!(found(uri, text, "url", false), ["live.py", "live.py", "main.py"], "{uri}");
    }
    assert_eq!(found(&acme.manifest, &manifest, "serverurl", true), ["d3.json", "sys.py"]);
    assert_eq!(found(&acme.manifest, &manifest, "serverurl", false), ["sys.py"]);
    assert_eq!(found(&acme.script, script, "Look", false), [""; 0]);
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

const CASE: &str = "\u{feff}{\r\n\t\"command\": \"Look\", \"inputs\": {\"host\": \"🙂\"},\r\n\t\"connection\": {\"serverurl\": \"🙂\"}, \"d3\": [{\"call\": \"D3.Integration.Acme.Look\", \"arguments\": {\"host\": 1}}]\r\n}\r\n";

/// From either side, the test cases that the editor has open and those on the disk follow.
#[test]
fn rename_reaches_the_test_cases() {
    let acme = acme();
    let folder = acme.root.join("tests");
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join("open.json"), "{}").expect("written");
    fs::write(folder.join("disk.json"), CASE).expect("written");
    fs::write(folder.join("other.json"), "{\"command\": \"Other\", \"inputs\": {\"host\": 1}}").expect("written");
    fs::write(folder.join("broken.json"), "{\"command\": \"Look\"").expect("written");
    let (open, disk) = (uri_of(&folder.join("open.json")), uri_of(&folder.join("disk.json")));
    let mut capabilities = pulling();
    capabilities["workspace"] = json!({"workspaceEdit": {"documentChanges": true}});
    let mut client = Client::initialized(capabilities);
    client.open(&acme.manifest, "json", 7, MANIFEST);
    client.open(&acme.script, "python", 3, SCRIPT);
    client.open(&open, "json", 5, CASE);
    for (word, in_case, names) in [
        ("Look", "Look", vec!["Look", "Look"]),
        ("host", "host\"", vec!["host", "host"]),
        ("serverurl", "serverurl", vec!["serverurl"]),
    ] {
        for (uri, text) in [(&acme.script, SCRIPT), (&acme.manifest, MANIFEST)] {
            let word = if uri == &acme.manifest { in_case } else { word };
            let params = json!({"textDocument": {"uri": uri}, "position": position(text, word, 1), "newName": "zone"});
            let edit = client.request("textDocument/rename", params.clone());
            let changes = edit["documentChanges"].as_array().expect("changes");
            let of = |uri: &str| changes.iter().find(|one| one["textDocument"]["uri"] == uri);
            for (case, version) in [(&open, json!(5)), (&disk, Value::Null)] {
                let change = of(case).unwrap_or_else(|| panic!("{case} in {edit}"));
                assert_eq!(change["textDocument"]["version"], version);
                let edits = change["edits"].as_array().expect("edits");
                assert!(edits.iter().all(|edit| edit["newText"] == "zone"));
                assert_eq!(edits.iter().map(|edit| at(CASE, &edit["range"])).collect::<Vec<_>>(), names);
            }
            // The script, the manifest and two cases.
            assert_eq!(changes.len(), 4, "{edit}");
            let mut params = params;
            params["context"] = json!({"includeDeclaration": false});
            let found = files(&client.request("textDocument/references", params));
            assert_eq!(found.iter().filter(|name| *name == "disk.json").count(), names.len(), "{found:?}");
        }
    }
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

/// A script that two manifests name is the nearer one's: a rename in the other one edits nothing of the two.
#[test]
fn of_two_manifests_the_nearer_one_has_the_script() {
    let acme = acme();
    let outer = MANIFEST.replace("main.py", "inner/main.py");
    fs::create_dir(acme.root.join("inner")).expect("made");
    fs::write(acme.root.join("d3.json"), &outer).expect("written");
    let inner = r#"{"version": 1, "kind": "integration", "script": "main.py", "commands": [{"internalName": "Look", "inputs": [{"parameterName": "host"}]}]}"#;
    fs::write(acme.root.join("inner/d3.json"), inner).expect("written");
    fs::write(acme.root.join("inner/main.py"), SCRIPT).expect("written");
    let (nearer, script) = (uri_of(&acme.root.join("inner/d3.json")), uri_of(&acme.root.join("inner/main.py")));
    let mut client = Client::initialized(pulling());
    client.open(&acme.manifest, "json", 1, &outer);
    client.open(&nearer, "json", 1, inner);
    for (uri, text, files) in
        [(&acme.manifest, &*outer, vec![&acme.manifest]), (&nearer, inner, vec![&nearer, &script])]
    {
        for word in ["Look", "host\""] {
            let params = json!({"textDocument": {"uri": uri}, "position": position(text, word, 1), "newName": "zone"});
            let edit = client.request("textDocument/rename", params);
            let mut edited: Vec<_> = edit["changes"].as_object().expect("changes").keys().collect();
            edited.sort();
            assert_eq!(edited, files);
            let edits = edit["changes"][uri].as_array().expect("edits");
            assert_eq!(
                edits.iter().map(|edit| at(text, &edit["range"])).collect::<Vec<_>>(),
                [word.trim_end_matches('"')]
            );
        }
    }
    client.finish();
}

#[test]
fn the_live_script_and_the_system_script_are_never_edited() {
    let (acme, live, system) = with_records();
    let faulty = "import os\nclass APIError: pass\ndef Look(host):\n    x = runtime['connector']['Server URL']\n";
    let mut client = Client::initialized(pulling());
    for (uri, why) in [(&live, "this is the Live script"), (&system, "this is the system script")] {
        client.open(uri, "python", 1, faulty);
        let place = json!({"textDocument": {"uri": uri}, "position": position(faulty, "Look", 1)});
        let mut params = place.clone();
        params["newName"] = json!("Other");
        for (method, params) in [("textDocument/prepareRename", place), ("textDocument/rename", params)] {
            let refused = client.ask(method, params);
            let answer = client.answer(&json!(refused));
            assert!(answer["error"]["message"].as_str().expect("a reason").starts_with(why), "{answer}");
        }
        let end = json!({"line": 4, "character": 0});
        let range = json!({"start": {"line": 0, "character": 0}, "end": end});
        let params = json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": []}});
        let offered = client.request("textDocument/codeAction", params);
        for action in offered.as_array().expect("actions") {
            assert_eq!(action["edit"]["changes"].as_object().map(|files| files.contains_key(uri)), Some(false));
        }
    }
    // Its findings are told all the same.
    assert!(crate::codes(&client.pull(&live)).contains(&"D3201"));
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
    drop(acme);
}

#[test]
fn an_edit_of_both_files_is_seen_in_both() {
    let acme = acme();
    let mut client = Client::initialized(pulling());
    client.open(&acme.script, "python", 0, SCRIPT);
    client.open(&acme.manifest, "json", 0, MANIFEST);
    for version in 1..400 {
        let name = ["Look", "LookUp"][version % 2];
        let of = |text: &str| text.replace("Look", name);
        let version = i32::try_from(version).expect("few");
        client.change(&acme.script, version, json!([{"text": of(SCRIPT)}]));
        client.change(&acme.manifest, version, json!([{"text": of(MANIFEST)}]));
        let host = position(&of(MANIFEST), "host", 0);
        let edit = client.request(
            "textDocument/rename",
            json!({"textDocument": {"uri": acme.manifest}, "position": host, "newName": "device"}),
        );
        let edited: Vec<_> = edit["changes"].as_object().expect("changes").keys().collect();
        assert_eq!(edited.len(), 2, "version {version}: {edited:?}");
    }
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}
