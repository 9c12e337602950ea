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

const MANIFEST: &str =
    r#"{"version": 1, "kind": "integration", "name": "A", "commands": [{"internalName": "Look", "inputs": []}]}"#;
const GOOD: &str = r#"{"command": "Look"}"#;

/// An integration with two test cases, `good.json` and `wrong.json`.
fn with_cases(root: &Path) {
    fs::create_dir(root.join("tests")).expect("made");
    for (name, text) in [
        ("d3.json", MANIFEST),
        ("script.py", "def Look():\n    return 1\n"),
        ("tests/good.json", GOOD),
        ("tests/wrong.json", r#"{"command": "Lock"}"#),
    ] {
        fs::write(root.join(name), text).expect("written");
    }
}

/// The test cases of a report, and what is said of each.
fn cases(items: &[Value]) -> Vec<String> {
    let case = |item: &Value| {
        let (folder, name) = item["uri"].as_str().expect("a uri").rsplit_once('/').expect("a folder");
        let said = item["items"].as_array().into_iter().flatten().map(|one| one["message"].as_str().expect("a text"));
        folder.ends_with("/tests").then(|| format!("{name}: {}", said.collect::<Vec<_>>().join("; ")))
    };
    items.iter().filter_map(case).collect()
}

#[test]
fn closed_test_cases_show_why_they_can_not_run() {
    let (_folder, root) = folder();
    with_cases(&root);
    let mut client = client(&[&root], json!({}));
    let mut known = pull(&mut client, &json!([]));
    let found = cases(&known);
    assert!(found[0] == "good.json: " && found[1].contains("no command `Lock`; did you mean `Look`?"), "{found:?}");
    assert_eq!(found.len(), 2);
    let (wrong, manifest) = (root.join("tests/wrong.json"), root.join("d3.json"));
    // Each is told of as a client does that watches: 1 created, 2 changed, 3 deleted.
    let mut after = |path: &Path, text: Option<&str>, kind: u8| -> Vec<String> {
        match text {
            Some(text) => fs::write(path, text).expect("written"),
            None => fs::remove_file(path).expect("removed"),
        }
        let waiting = client.ask("workspace/diagnostic", json!({"previousResultIds": ids(&known)}));
        client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri(path), "type": kind}]}));
        known = items(&client.answer(&json!(waiting))["result"]);
        let changed = known.iter().filter(|item| item["kind"] == "full").cloned().collect::<Vec<_>>();
        known.retain(|item| item["resultId"].is_string());
        cases(&changed)
    };
    assert_eq!(after(&wrong, Some(GOOD), 2), ["wrong.json: "]);
    assert_eq!(after(&manifest, Some(&MANIFEST.replace("Look", "LookUp")), 2).len(), 2);
    assert_eq!(after(&wrong, None, 3), ["wrong.json: "]);
    assert_eq!(after(&manifest, Some(MANIFEST), 2), ["good.json: "]);
    let found = after(&root.join("tests/new.json"), Some("{}"), 1);
    assert_eq!(found, ["new.json: the case needs `command`, the internal name of a command"]);
    let found = after(&root.join("script.py"), None, 3);
    assert!(found.len() == 1 && found[0].contains("script.py: no such file"), "{found:?}");
    assert_eq!(after(&manifest, None, 3), ["good.json: ", "new.json: "]);
    client.finish();
}

#[test]
fn a_manifest_in_the_editor_changes_findings_of_closed_test_cases() {
    let (_folder, root) = folder();
    with_cases(&root);
    let mut client = client(&[&root], json!({}));
    pull(&mut client, &json!([]));
    client.open(&uri(&root.join("d3.json")), "json", 1, &MANIFEST.replace("Look", "Lock"));
    let found = cases(&pull(&mut client, &json!([])));
    assert!(found[0].contains("no command `Look`") && found[1] == "wrong.json: ", "{found:?}");
    client.finish();
}

#[test]
fn a_test_case_that_could_run_again_loses_its_findings() {
    let (_folder, root) = folder();
    with_cases(&root);
    let manifest = MANIFEST
        .replace("\"inputs\": []", "\"inputs\": [{\"parameterName\": \"sample\", \"parameterType\": \"File\"}]");
    fs::write(root.join("d3.json"), manifest).expect("written");
    fs::write(root.join("d3ls.toml"), "[image]\nprofile = \"d3-image.json\"\n").expect("written");
    fs::write(root.join("tests/good.json"), r#"{"command": "Look", "inputs": {"sample": "a.bin"}}"#).expect("written");
    let mut client = client(&[&root], json!({}));
    let mut found = |written: Option<(&str, &str)>| {
        if let Some((name, text)) = written {
            fs::write(root.join(name), text).expect("written");
            let changes = json!([{"uri": uri(&root.join(name)), "type": 1}]);
            client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
        }
        cases(&pull(&mut client, &json!([])))[0].clone()
    };
    let said = found(None);
    assert!(said.contains("d3-image.json: no such file"), "{said}");
    let said = found(Some(("d3-image.json", r#"{"version": 1, "python": "3.9.12"}"#)));
    assert_eq!(said, "good.json: input `sample`: there is no file \"a.bin\"");
    // No client watches such a file.
    fs::write(root.join("a.bin"), "").expect("written");
    assert_eq!(found(None), "good.json: ");
    fs::remove_file(root.join("a.bin")).expect("removed");
    assert_eq!(found(None), said);
    client.finish();
}

#[test]
fn a_manifest_in_a_folder_below_another_is_no_test_case() {
    let (_folder, root) = folder();
    with_cases(&root);
    fs::create_dir(root.join("more")).expect("made");
    for name in ["tests/d3.json", "more/d3.json"] {
        fs::write(root.join(name), MANIFEST.replace("commands", "comands")).expect("written");
    }
    let mut client = client(&[&root], json!({}));
    let mut reported = shown(&pull(&mut client, &json!([])));
    reported.retain(|one| one.contains(" d3.json D3903"));
    assert_eq!(reported.len(), 2, "{reported:?}");
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
