//! System scripts outside of their manifests' folders.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lsp::{Client, initialize_params, uri_of};
use crate::manifest::{files, position};
use crate::{RESERVED, codes};

const SYSTEM: &str = "def url():\n    return 1\n";

/// Two integrations over one system script.
fn two() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a folder");
    fs::create_dir(root.join("shared")).expect("made");
    fs::write(root.join("shared/system.py"), SYSTEM).expect("written");
    for name in ["one", "two"] {
        let manifest = json!({"version": 1, "kind": "integration", "script": format!("{name}.py"),
            "systemScript": "../shared/system.py", "commands": [{"internalName": "Look"}]});
        fs::create_dir(root.join(name)).expect("made");
        fs::write(root.join(name).join("d3.json"), manifest.to_string()).expect("written");
        fs::write(root.join(name).join(format!("{name}.py")), "def Look():\n    return url()\n").expect("written");
    }
    (folder, root)
}

/// A client that has the folder open and is sent findings.
fn client_in(root: &Path) -> Client {
    let mut client = Client::start();
    let mut params = initialize_params(json!({}));
    params["workspaceFolders"] = json!([{"uri": uri_of(root), "name": "root"}]);
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    client
}

#[test]
fn a_system_script_outside_is_one() {
    let (_folder, root) = two();
    let mut client = client_in(&root);
    let system = uri_of(&root.join("shared/system.py"));
    client.open(&system, "python", 1, SYSTEM);
    // Only what is known as a script is told of.
    assert_eq!(client.pushed(&system, Some(1)), [Value::Null; 0]);
    let place = json!({"textDocument": {"uri": system}, "position": position(SYSTEM, "url", 1)});
    let mut params = place.clone();
    params["newName"] = json!("other");
    for (method, params) in [("textDocument/prepareRename", place.clone()), ("textDocument/rename", params)] {
        let refused = client.ask(method, params);
        let answer = client.answer(&json!(refused));
        let why = answer["error"]["message"].as_str().expect("a reason");
        assert!(why.starts_with("this is the system script"), "{why}");
    }
    let mut references = |uri: &str, place: Value| {
        let params = json!({"textDocument": {"uri": uri}, "position": place, "context": {"includeDeclaration": true}});
        files(&client.request("textDocument/references", params))
    };
    assert_eq!(references(&system, position(SYSTEM, "url", 1)), ["one.py", "system.py", "two.py"]);
    let one = uri_of(&root.join("one/one.py"));
    let text = "def Look():\n    return url()\n";
    client.open(&one, "python", 1, text);
    let params = json!({"textDocument": {"uri": one}, "position": position(text, "url", 1),
        "context": {"includeDeclaration": false}});
    assert_eq!(files(&client.request("textDocument/references", params)), ["one.py", "two.py"]);
    client.finish_without(|message| message["method"] == "textDocument/publishDiagnostics");
}

/// A manifest that begins to name a system script elsewhere, and ceases to, changes what the script is.
#[test]
fn a_manifest_in_the_editor_takes_a_system_script_in_and_lets_it_go() {
    let (_folder, root) = two();
    let script = root.join("shared/other.py");
    fs::write(&script, RESERVED).expect("written");
    let naming = |system: &str| {
        let manifest = json!({"version": 1, "kind": "integration", "script": "one.py", "systemScript": system,
            "commands": [{"internalName": "Look"}]});
        manifest.to_string()
    };
    let mut client = client_in(&root);
    let (script, manifest) = (uri_of(&script), uri_of(&root.join("one/d3.json")));
    client.open(&script, "python", 1, RESERVED);
    assert_eq!(codes(&client.pushed(&script, Some(1))), ["D3201"]);
    client.open(&manifest, "json", 1, &naming("../shared/other.py"));
    // Of a system script only what Python refuses is reported.
    while !client.pushed(&script, Some(1)).is_empty() {}
    client.change(&manifest, 2, json!([{"text": naming("../shared/system.py")}]));
    while codes(&client.pushed(&script, Some(1))) != ["D3201"] {}
    client.finish_without(|message| message["method"] == "textDocument/publishDiagnostics");
}
