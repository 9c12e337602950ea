//! Manifests, settings and system scripts: in the editor, on disk, watched or looked at.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::codes;
use crate::lsp::{Client, pulling, uri_of as uri};

const SCRIPT: &str = "x = runtime['connector']['serverurl']\n";

fn manifest(parameter: &str) -> String {
    json!({
        "version": 1, "kind": "integration", "name": "Acme",
        "connection": [{"displayName": "A", "parameterName": parameter, "parameterType": "Text", "required": true}],
        "commands": [],
    })
    .to_string()
}

/// An integration in a folder whose name has to be encoded.
struct Integration {
    _folder: TempDir,
    script: String,
    manifest: String,
    root: std::path::PathBuf,
}

fn integration(parameter: &str) -> Integration {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("a b[é]");
    fs::create_dir(&root).expect("a folder");
    fs::write(root.join("script.py"), SCRIPT).expect("written");
    fs::write(root.join("d3.json"), manifest(parameter)).expect("written");
    let (script, manifest) = (uri(&root.join("script.py")), uri(&root.join("d3.json")));
    Integration { _folder: folder, script, manifest, root }
}

fn unknown_key(items: &[Value]) -> bool {
    codes(items).contains(&"D3401")
}

#[test]
fn a_manifest_edited_in_the_editor_checks_its_open_scripts() {
    let acme = integration("serverurl");
    let mut client = Client::initialized(json!({}));
    client.open(&acme.script, "python", 1, SCRIPT);
    assert!(!unknown_key(&client.pushed(&acme.script, Some(1))));
    client.open(&acme.manifest, "json", 1, &manifest("serverurl"));
    client.pushed(&acme.manifest, Some(1));
    client.change(&acme.manifest, 2, json!([{"text": manifest("other")}]));
    while !unknown_key(&client.pushed(&acme.script, Some(1))) {}
    client.close(&acme.manifest);
    // The disk counts again.
    while unknown_key(&client.pushed(&acme.script, Some(1))) {}
    let versions = [acme.script.clone(), acme.manifest.clone()];
    client.finish_without(|message| versions.iter().any(|uri| message["params"]["uri"] == *uri));
}

#[test]
fn a_pull_right_after_a_change_of_the_manifest_sees_it() {
    let acme = integration("serverurl");
    let mut client = Client::initialized(pulling());
    client.open(&acme.script, "python", 1, SCRIPT);
    client.open(&acme.manifest, "json", 1, &manifest("serverurl"));
    for version in (2..40).step_by(2) {
        client.change(&acme.manifest, version, json!([{"text": manifest("other")}]));
        assert!(unknown_key(&client.pull(&acme.script)), "version {version}");
        client.change(&acme.manifest, version + 1, json!([{"text": manifest("serverurl")}]));
        assert!(!unknown_key(&client.pull(&acme.script)), "version {version}");
    }
    let refresh = client.message_of_server("workspace/diagnostic/refresh");
    client.accept(&refresh);
    client.request("shutdown", Value::Null);
    client.forget(|message| message["method"] == "workspace/diagnostic/refresh");
    client.notify("exit", Value::Null);
    client.expect_end(0);
    client.forget(|message| message["method"] == "workspace/diagnostic/refresh");
}

#[test]
fn a_watching_client_tells_of_changes_on_disk() {
    let acme = integration("serverurl");
    let mut client =
        Client::initialized(json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}}));
    let registration = client.message_of_server("client/registerCapability");
    assert_eq!(registration["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    client.accept(&registration);
    client.open(&acme.script, "python", 1, SCRIPT);
    assert!(!unknown_key(&client.pushed(&acme.script, Some(1))));
    let mut say = |path: &str, kind: i32| {
        let changes = json!({"changes": [{"uri": uri(&acme.root.join(path)), "type": kind}]});
        client.notify("workspace/didChangeWatchedFiles", changes);
        client.pushed(&acme.script, Some(1))
    };
    fs::write(acme.root.join("d3.json"), manifest("other")).expect("written");
    assert!(unknown_key(&say("d3.json", 2)));
    fs::write(acme.root.join("d3ls.toml"), "[lint]\nignore = [\"D3401\"]\n").expect("written");
    assert!(!unknown_key(&say("d3ls.toml", 1)));
    fs::remove_file(acme.root.join("d3ls.toml")).expect("removed");
    assert!(unknown_key(&say("d3ls.toml", 3)));
    fs::remove_file(acme.root.join("d3.json")).expect("removed");
    assert!(!unknown_key(&say("d3.json", 3)));
    client.finish();
}

#[test]
fn the_server_looks_itself_where_the_client_does_not_watch() {
    let acme = integration("serverurl");
    let mut client = Client::initialized(json!({}));
    client.open(&acme.script, "python", 1, SCRIPT);
    assert!(!unknown_key(&client.pushed(&acme.script, Some(1))));
    fs::write(acme.root.join("d3.json"), manifest("a-longer-name")).expect("written");
    while !unknown_key(&client.pushed(&acme.script, Some(1))) {}
    fs::remove_file(acme.root.join("d3.json")).expect("removed");
    while unknown_key(&client.pushed(&acme.script, Some(1))) {}
    client.finish_without(|message| message["params"]["uri"] == acme.script.as_str());
}

#[test]
fn an_open_manifest_shows_its_own_findings() {
    let acme = integration("serverurl");
    let mut client = Client::initialized(pulling());
    let broken = manifest("serverurl").replace("\"kind\"", "\"kinds\"");
    client.open(&acme.manifest, "json", 1, &broken);
    assert!(codes(&client.pull(&acme.manifest)).contains(&"D3903"));
    client.change(&acme.manifest, 2, json!([{"text": manifest("serverurl")}]));
    assert!(!codes(&client.pull(&acme.manifest)).contains(&"D3903"));
    client.finish();
}

#[test]
fn open_settings_show_their_own_findings_and_are_in_force() {
    let acme = integration("other");
    let settings = uri(&acme.root.join("d3ls.toml"));
    let mut client = Client::initialized(json!({"textDocument": {"diagnostic": {}}}));
    client.open(&acme.script, "python", 1, SCRIPT);
    assert!(unknown_key(&client.pull(&acme.script)));
    client.open(&settings, "toml", 1, "[lint]\nignore = [\"D3401\", \"D9999\"]\n");
    assert_eq!(codes(&client.pull(&settings)), ["D3902"]);
    assert!(!unknown_key(&client.pull(&acme.script)));
    client.change(&settings, 2, json!([{"text": "[lint]\nignored = []\n"}]));
    let items = client.pull(&settings);
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["range"]["start"], json!({"line": 1, "character": 0}));
    assert!(unknown_key(&client.pull(&acme.script)));
    client.finish();
}

#[test]
fn a_change_of_the_system_script_checks_the_script_above_it() {
    let acme = integration("serverurl");
    let with_system = manifest("serverurl").replace("\"name\"", "\"systemScript\": \"system.py\", \"name\"");
    fs::write(acme.root.join("d3.json"), with_system).expect("written");
    fs::write(acme.root.join("system.py"), "import os\n").expect("written");
    let script = "from __future__ import annotations\n";
    let system = uri(&acme.root.join("system.py"));
    let mut client = Client::initialized(json!({"textDocument": {"diagnostic": {}}}));
    client.open(&acme.script, "python", 1, script);
    assert_eq!(codes(&client.pull(&acme.script)), ["D3006"]);
    client.open(&system, "python", 1, "# only a comment before\n");
    assert_eq!(codes(&client.pull(&acme.script)), Vec::<&str>::new());
    client.change(&system, 2, json!([{"text": "import os\n"}]));
    assert_eq!(codes(&client.pull(&acme.script)), ["D3006"]);
    client.close(&system);
    assert_eq!(codes(&client.pull(&acme.script)), ["D3006"]);
    client.finish();
}

#[test]
fn a_fix_may_edit_the_manifest() {
    let acme = integration("a_name_far_from_it");
    let mut client = Client::initialized(json!({
        "textDocument": {"diagnostic": {}}, "workspace": {"workspaceEdit": {"documentChanges": true}},
    }));
    client.open(&acme.script, "python", 1, SCRIPT);
    let at = json!({"line": 0, "character": SCRIPT.find("serverurl")});
    let params = json!({
        "textDocument": {"uri": acme.script}, "range": {"start": at, "end": at},
        "context": {"diagnostics": [], "only": ["quickfix"]},
    });
    let edited = |client: &mut Client| -> Vec<Value> {
        let actions = client.request("textDocument/codeAction", params.clone());
        let actions = actions.as_array().expect("actions").clone();
        actions.into_iter().map(|action| action["edit"]["documentChanges"][0]["textDocument"].clone()).collect()
    };
    assert!(edited(&mut client).contains(&json!({"uri": acme.manifest, "version": null})));
    client.open(&acme.manifest, "json", 5, &manifest("a_name_far_from_it"));
    assert!(edited(&mut client).contains(&json!({"uri": acme.manifest, "version": 5})));
    client.finish();
}

#[cfg(unix)]
#[test]
fn addresses_may_be_written_in_several_ways() {
    let acme = integration("other");
    let raw = format!("file://{}", acme.root.join("script.py").display());
    let mut client = Client::initialized(pulling());
    client.open(&raw, "python", 1, SCRIPT);
    assert!(unknown_key(&client.pull(&raw)));
    client.finish();
}

#[test]
fn broken_settings_are_told_once_where_they_are_not_open() {
    let acme = integration("serverurl");
    let settings = acme.root.join("d3ls.toml");
    fs::write(&settings, "[lint]\n\"🙂\" = 1\n").expect("written");
    let mut client = Client::initialized(pulling());
    client.open(&acme.script, "python", 1, SCRIPT);
    client.pull(&acme.script);
    let told = client.message_of_server("window/showMessage");
    let message = told["params"]["message"].as_str().expect("a text").to_owned();
    assert!(message.contains("d3ls.toml: 2:1: ") && message.contains("🙂"), "{message}");
    client.change(&acme.script, 2, json!([{"text": "x = 1\n"}]));
    client.pull(&acme.script);
    // Open in the editor, they carry it themselves; what is wrong with the profile that they name as well.
    let text = "[image]\nprofile = \"🙂.json\"\n";
    client.open(&uri(&settings), "toml", 1, text);
    let items = client.pull(&uri(&settings));
    let range = json!({"start": {"line": 1, "character": 11}, "end": {"line": 1, "character": 18}});
    assert_eq!(items[0]["range"], range, "{items:?}");
    assert!(items[0]["message"].as_str().expect("a text").contains("🙂.json: no such file"), "{items:?}");
    fs::write(acme.root.join("🙂.json"), "{\"version\": 1, \"python\": \"3.9.12\"}").expect("written");
    let changes = json!({"changes": [{"uri": uri(&acme.root.join("🙂.json")), "type": 1}]});
    client.notify("workspace/didChangeWatchedFiles", changes);
    assert_eq!(client.pull(&uri(&settings)), Vec::<Value>::new());
    client.pull(&acme.script);
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}
