//! The whole workspace: findings of files that are not open, folders, progress, and symbols.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lsp::{Client, initialize_params, uri_of as uri};
use crate::{RESERVED, codes};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a folder");
    (folder, root)
}

/// A client that asks for findings and watches files, with these folders.
fn client(roots: &[&Path], mut capabilities: Value) -> Client {
    let mut client = Client::start();
    capabilities["textDocument"] = json!({"diagnostic": {}});
    capabilities["workspace"] = json!({"didChangeWatchedFiles": {"dynamicRegistration": true}});
    let mut params = initialize_params(capabilities);
    let folders: Vec<Value> = roots.iter().map(|root| json!({"uri": uri(root), "name": "x"})).collect();
    params["workspaceFolders"] = json!(folders);
    let result = client.request("initialize", params);
    assert_eq!(result["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.notify("initialized", json!({}));
    let registration = client.message_of_server("client/registerCapability");
    client.accept(&registration);
    client
}

fn pull(client: &mut Client, previous: &Value) -> Vec<Value> {
    items(&client.request("workspace/diagnostic", json!({"previousResultIds": previous})))
}

/// The items of a report, by address.
fn items(report: &Value) -> Vec<Value> {
    let mut items = report["items"].as_array().expect("items").clone();
    items.sort_by_key(|item| item["uri"].to_string());
    items
}

fn ids(items: &[Value]) -> Value {
    items.iter().map(|item| json!({"uri": item["uri"], "value": item["resultId"]})).collect()
}

/// The kind, file name and codes of reports.
fn shown(items: &[Value]) -> Vec<String> {
    let one = |item: &Value| {
        let name = item["uri"].as_str().expect("a uri").rsplit('/').next().expect("a name").to_owned();
        let found = item["items"].as_array().cloned().unwrap_or_default();
        format!("{} {name} {}", item["kind"].as_str().expect("a kind"), codes(&found).join(" ")).trim_end().to_owned()
    };
    items.iter().map(one).collect()
}

#[test]
fn findings_of_closed_and_open_files_in_all_folders() {
    let ((_one, one), (_two, two)) = (folder(), folder());
    fs::write(one.join("a.py"), RESERVED).expect("written");
    fs::write(one.join("plain.py"), "class APIError: pass\n").expect("written");
    fs::write(two.join("b.py"), RESERVED).expect("written");
    fs::write(two.join("d3.json"), r#"{"version": 1, "kind": "utility", "commands": [], "x": 1}"#).expect("written");
    let mut client = client(&[&one, &two], json!({}));
    client.open(&uri(&two.join("b.py")), "python", 7, "# d3: integration\n");
    let mut items = pull(&mut client, &json!([]));
    items.sort_by_key(|item| item["uri"].as_str().and_then(|uri| uri.rsplit('/').next()).map(str::to_owned));
    assert_eq!(shown(&items), ["full a.py D3201", "full b.py", "full d3.json D3903"]);
    assert_eq!((&items[0]["version"], &items[1]["version"]), (&Value::Null, &json!(7)));
    client.notify(
        "workspace/didChangeWorkspaceFolders",
        json!({"event": {"added": [], "removed": [{"uri": uri(&two), "name": "x"}]}}),
    );
    assert_eq!(shown(&pull(&mut client, &json!([]))), ["full a.py D3201"]);
    client.finish();
}

#[test]
fn what_did_not_change_is_not_sent_again_and_the_answer_waits() {
    let (_folder, root) = folder();
    for name in ["a.py", "b.py", "c.py"] {
        fs::write(root.join(name), RESERVED).expect("written");
    }
    let mut client = client(&[&root], json!({}));
    let first = pull(&mut client, &json!([]));
    assert_eq!(shown(&first), ["full a.py D3201", "full b.py D3201", "full c.py D3201"]);
    let waiting = client.ask("workspace/diagnostic", json!({"previousResultIds": ids(&first)}));
    // Another request is answered meanwhile: the first one waits for a change.
    client.request("workspace/symbol", json!({"query": ""}));
    fs::write(root.join("b.py"), "# d3: integration\n").expect("written");
    let changed = |name: &str, kind: u8| json!({"changes": [{"uri": uri(&root.join(name)), "type": kind}]});
    client.notify("workspace/didChangeWatchedFiles", changed("b.py", 2));
    let second = items(&client.answer(&json!(waiting))["result"]);
    assert_eq!(shown(&second), ["unchanged a.py", "full b.py", "unchanged c.py"]);
    let waiting = client.ask("workspace/diagnostic", json!({"previousResultIds": ids(&second)}));
    fs::remove_file(root.join("c.py")).expect("removed");
    client.notify("workspace/didChangeWatchedFiles", changed("c.py", 3));
    let third = items(&client.answer(&json!(waiting))["result"]);
    assert_eq!(shown(&third), ["unchanged a.py", "unchanged b.py", "full c.py"]);
    client.finish();
}

#[test]
fn closed_test_cases_show_why_they_can_not_run() {
    let (_folder, root) = folder();
    let manifest =
        r#"{"version": 1, "kind": "integration", "name": "A", "commands": [{"internalName": "Look", "inputs": []}]}"#;
    fs::write(root.join("d3.json"), manifest).expect("written");
    fs::write(root.join("script.py"), "def Look():\n    return 1\n").expect("written");
    fs::create_dir(root.join("tests")).expect("made");
    fs::write(root.join("tests/good.json"), r#"{"command": "Look"}"#).expect("written");
    fs::write(root.join("tests/wrong.json"), r#"{"command": "Lock"}"#).expect("written");
    let counts = |items: &[Value]| -> Vec<(String, usize)> {
        let cases = items.iter().filter(|item| item["uri"].as_str().is_some_and(|uri| uri.contains("/tests/")));
        let count = |item: &Value| item["items"].as_array().map_or(0, Vec::len);
        cases
            .map(|item| {
                (item["uri"].as_str().and_then(|uri| uri.rsplit('/').next()).unwrap_or("").to_owned(), count(item))
            })
            .collect()
    };
    let named = |good: usize, wrong: usize| vec![("good.json".to_owned(), good), ("wrong.json".to_owned(), wrong)];
    let mut client = client(&[&root], json!({}));
    let first = pull(&mut client, &json!([]));
    assert_eq!(counts(&first), named(0, 1));
    let waiting = client.ask("workspace/diagnostic", json!({"previousResultIds": ids(&first)}));
    let wrong = root.join("tests/wrong.json");
    fs::write(&wrong, r#"{"command": "Look", "expect": {"success": true}}"#).expect("written");
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri(&wrong), "type": 2}]}));
    assert_eq!(counts(&items(&client.answer(&json!(waiting))["result"])), named(0, 0));
    client.open(&uri(&root.join("d3.json")), "json", 1, &manifest.replace("Look", "LookUp"));
    assert_eq!(counts(&pull(&mut client, &json!([]))), named(1, 1));
    client.finish();
}

#[test]
fn a_manifest_in_the_editor_changes_findings_of_closed_scripts() {
    let (_folder, root) = folder();
    let manifest = |command: &str| {
        format!(
            r#"{{"version": 1, "kind": "integration", "name": "A", "commands": [{{"internalName": "{command}", "features": ["Command Task"]}}]}}"#
        )
    };
    fs::write(
        root.join("script.py"),
        "def Look():\n    return pb.returnOutputModel('', 'Successful', '', '', '', '')\n",
    )
    .expect("written");
    fs::write(root.join("d3.json"), manifest("Look")).expect("written");
    let mut client = client(&[&root], json!({}));
    let before = shown(&pull(&mut client, &json!([])));
    assert!(before.iter().any(|one| one.contains("d3.json") && !one.contains("D3101")), "{before:?}");
    client.open(&uri(&root.join("d3.json")), "json", 1, &manifest("Missing"));
    let after = shown(&pull(&mut client, &json!([])));
    assert!(after.iter().any(|one| one.contains("d3.json") && one.contains("D3101")), "{after:?}");
    client.finish();
}

#[test]
fn waiting_is_cancelled_or_ends_with_the_session() {
    let (_folder, root) = folder();
    fs::write(root.join("a.py"), RESERVED).expect("written");
    let mut client = client(&[&root], json!({}));
    let first = pull(&mut client, &json!([]));
    let params = json!({"previousResultIds": ids(&first)});
    let cancelled = client.ask("workspace/diagnostic", params.clone());
    client.notify("$/cancelRequest", json!({"id": cancelled}));
    assert_eq!(client.error_code(&json!(cancelled)), -32800);
    let waiting = client.ask("workspace/diagnostic", params);
    client.request("shutdown", Value::Null);
    assert_eq!(client.answer(&json!(waiting))["result"]["items"][0]["kind"], "unchanged");
    client.notify("exit", Value::Null);
    client.expect_end(0);
}

fn many(root: &Path) {
    for number in 0..250 {
        fs::write(root.join(format!("f{number}.py")), RESERVED).expect("written");
    }
}

#[test]
fn progress_on_a_large_folder() {
    let (_folder, root) = folder();
    many(&root);
    let mut client = client(&[&root], json!({}));
    let ask = json!({"previousResultIds": [], "workDoneToken": 5});
    let report = client.request("workspace/diagnostic", ask);
    assert_eq!(report["items"].as_array().map(Vec::len), Some(250));
    let mut kinds = Vec::new();
    while kinds.last() != Some(&json!("end")) {
        let progress = client.message_of_server("$/progress");
        assert_eq!(progress["params"]["token"], 5);
        kinds.push(progress["params"]["value"]["kind"].clone());
    }
    assert_eq!((&kinds[0], kinds.len()), (&json!("begin"), 102));
    client.finish();
}

#[test]
fn progress_of_the_server_s_own_can_be_cancelled() {
    let (_folder, root) = folder();
    many(&root);
    // A file of 50,000 lines: the work outlasts the exchange of a few messages.
    for number in 0..4 {
        fs::write(root.join(format!("z{number}.py")), RESERVED.to_owned() + &"x = runtime['a']\n".repeat(50_000))
            .expect("written");
    }
    let mut client = client(&[&root], json!({"window": {"workDoneProgress": true}}));
    let asked = client.ask("workspace/diagnostic", json!({"previousResultIds": []}));
    let create = client.message_of_server("window/workDoneProgress/create");
    client.accept(&create);
    client.notify("window/workDoneProgress/cancel", json!({"token": create["params"]["token"]}));
    assert_eq!(client.error_code(&json!(asked)), -32800);
    client.request("workspace/symbol", json!({"query": "x"}));
    client.finish_without(|message| message["method"] == "$/progress");
}

#[test]
fn symbols_are_the_commands_of_all_manifests() {
    let ((_one, one), (_two, two)) = (folder(), folder());
    let manifest = |name: &str, kind: &str, commands: Value| {
        json!({"version": 1, "kind": kind, "name": name, "commands": commands}).to_string()
    };
    let commands = json!([{"internalName": "CheckDevice", "displayName": "Check 🙂"}, {"internalName": "Isolate"}]);
    fs::write(one.join("d3.json"), manifest("Acme", "integration", commands)).expect("written");
    fs::write(one.join("script.py"), "\n\ndef CheckDevice(): pass\n").expect("written");
    fs::write(two.join("d3.json"), manifest("Tools", "utility", json!([{"internalName": "checkDisc"}])))
        .expect("written");
    let mut client = client(&[&one, &two], json!({}));
    let mut found = |query: &str| -> Vec<String> {
        let symbols = client.request("workspace/symbol", json!({"query": query}));
        let one = |symbol: &Value| {
            let file = symbol["location"]["uri"].as_str().and_then(|uri| uri.rsplit('/').next()).expect("a file");
            let line = &symbol["location"]["range"]["start"]["line"];
            format!("{} {} {file} {line}", symbol["name"], symbol["containerName"])
        };
        let mut found: Vec<_> = symbols.as_array().expect("symbols").iter().map(one).collect();
        found.sort();
        found
    };
    let device = r#""CheckDevice" "Acme" script.py 2"#;
    let disc = r#""checkDisc" "Tools" d3.json 0"#;
    assert_eq!(found("chkd"), [device, disc]);
    assert_eq!(found("🙂"), [device]);
    assert_eq!(found(""), [device, r#""Isolate" "Acme" d3.json 0"#, disc]);
    assert_eq!(found("nothing"), [""; 0]);
    client.finish();
}
