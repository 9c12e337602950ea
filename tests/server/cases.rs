//! Test cases as documents, and as what follows when something is renamed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lsp::{Client, pulling, uri_of};
use crate::manifest::{ask, at, files, position};

const MANIFEST: &str = r#"{"version": 1, "kind": "integration", "name": "Acme", "internalName": "Acme", "connection": [{"displayName": "API Key"}],
"commands": [{"internalName": "Look", "description": "Looks up.", "inputs": [{"parameterName": "host"}, {"parameterName": "limit"}]}]}"#;
const SCRIPT: &str = "def Look(host, limit):\n    return runtime['connector']['apikey'], host\n";
const CASE: &str = "{\r\n\t\"command\": \"Look\",\r\n\t\"inputs\": {\"host\": \"🙂\", \"limit\": 1}, \"connection\": {\"apikey\": \"k\"}\r\n}\r\n";

struct Acme {
    _folder: TempDir,
    root: PathBuf,
    case: String,
}

/// An integration with one case on disk, `a.json`.
fn acme() -> Acme {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a folder");
    fs::create_dir(root.join("tests")).expect("made");
    fs::write(root.join("d3.json"), MANIFEST).expect("written");
    fs::write(root.join("script.py"), SCRIPT).expect("written");
    fs::write(root.join("tests/a.json"), CASE).expect("written");
    Acme { case: uri_of(&root.join("tests/a.json")), root, _folder: folder }
}

/// The changed files of an edit, and what stood where each was changed.
fn changed(edit: &Value, text: impl Fn(&str) -> String) -> Vec<(String, Vec<String>)> {
    let changes = edit["changes"].as_object().expect("changes").iter();
    let of = |(uri, edits): (&String, &Value)| {
        let name = uri.rsplit('/').next().expect("a name").to_owned();
        let before = text(&name);
        let words = edits.as_array().expect("edits").iter().map(|edit| at(&before, &edit["range"]));
        (name, words.collect())
    };
    let mut found: Vec<_> = changes.map(of).collect();
    found.sort();
    found
}

#[test]
fn a_case_leads_to_script_and_manifest() {
    let acme = acme();
    let mut client = Client::initialized(pulling());
    client.open(&acme.case, "json", 1, CASE);
    for (word, file, target) in
        [("Look", "script.py", "Look"), ("host", "script.py", "host"), ("apikey", "d3.json", "API Key")]
    {
        let found = ask(&mut client, "definition", &acme.case, position(CASE, word, 1));
        assert_eq!(files(&found), [file], "{word}");
        let text = if file == "script.py" { SCRIPT } else { MANIFEST };
        assert_eq!(at(text, &found[0]["range"]), target);
    }
    let hover = ask(&mut client, "hover", &acme.case, position(CASE, "Look", 1));
    assert_eq!(at(CASE, &hover["range"]), "Look");
    assert!(hover["contents"]["value"].as_str().expect("a text").contains("Looks up."), "{hover}");
    let items = ask(&mut client, "completion", &acme.case, position(CASE, "limit", 2));
    let labels: Vec<_> = items.as_array().expect("items").iter().map(|item| item["label"].clone()).collect();
    assert_eq!(labels, ["limit"]);
    assert_eq!(at(CASE, &items[0]["textEdit"]["range"]), "\"limit\"");
    let highlights = ask(&mut client, "documentHighlight", &acme.case, position(CASE, "host", 1));
    assert_eq!(highlights.as_array().map(Vec::len), Some(1));
    let mut params = json!({"textDocument": {"uri": acme.case}, "position": position(CASE, "host", 1)});
    params["context"] = json!({"includeDeclaration": true});
    let found = client.request("textDocument/references", params);
    assert_eq!(files(&found), ["a.json", "d3.json", "script.py", "script.py"]);
    assert_eq!(client.pull(&acme.case), [Value::Null; 0]);
    // JSON elsewhere is nothing of ours.
    for name in ["other.json", "samples/other.json"] {
        let other = uri_of(&acme.root.join(name));
        client.open(&other, "json", 1, &CASE.replace("inputs", "rows"));
        assert_eq!(ask(&mut client, "hover", &other, position(CASE, "Look", 1)), Value::Null);
        assert_eq!(client.pull(&other), [Value::Null; 0], "{name}");
    }
    client.finish();
}

/// The editor's texts count: one case is changed and not saved, another is not on disk yet.
#[test]
fn rename_from_a_case_edits_what_the_editor_has() {
    let acme = acme();
    let mut client = Client::initialized(pulling());
    let shifted = format!("\n\n{CASE}");
    let fresh = uri_of(&acme.root.join("tests/fresh.json"));
    client.open(&acme.case, "json", 1, CASE);
    client.change(&acme.case, 2, json!([{"text": shifted}]));
    client.open(&fresh, "json", 1, CASE);
    let text = |name: &str| match name {
        "a.json" => shifted.clone(),
        "fresh.json" => CASE.to_owned(),
        "d3.json" => MANIFEST.to_owned(),
        _ => SCRIPT.to_owned(),
    };
    for (word, in_manifest, in_script) in [
        ("Look", vec!["Look"], vec!["Look"]),
        ("host", vec!["host"], vec!["host", "host"]),
        ("apikey", vec![""], vec!["apikey"]),
    ] {
        let place = position(&shifted, word, 1);
        let range = ask(&mut client, "prepareRename", &acme.case, place.clone());
        assert_eq!(at(&shifted, &range), word);
        let params = json!({"textDocument": {"uri": acme.case}, "position": place, "newName": "zone"});
        let edit = client.request("textDocument/rename", params);
        let expected: Vec<_> =
            [("a.json", vec![word]), ("d3.json", in_manifest), ("fresh.json", vec![word]), ("script.py", in_script)]
                .into_iter()
                .map(|(name, words)| (name.to_owned(), words.into_iter().map(str::to_owned).collect::<Vec<_>>()))
                .collect();
        assert_eq!(changed(&edit, text), expected);
    }
    let mut why = |word: &str, to: &str| {
        let params =
            json!({"textDocument": {"uri": acme.case}, "position": position(&shifted, word, 1), "newName": to});
        let refused = client.ask("textDocument/rename", params);
        client.answer(&json!(refused))["error"]["message"].as_str().expect("a reason").to_owned()
    };
    assert_eq!(why("host", "limit"), "`limit` is taken, or `host` is shared between scopes");
    assert_eq!(why("Look", "no name"), "`no name` is no name in Python");
    assert_eq!(why("command", "zone"), "there is no name here that can be renamed");
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

/// A fix that gives an input another name does so in the cases too.
#[test]
fn an_action_that_renames_inputs_is_followed_by_the_cases() {
    let acme = acme();
    let script = SCRIPT.replace("host", "device");
    fs::write(acme.root.join("script.py"), &script).expect("written");
    let uri = uri_of(&acme.root.join("script.py"));
    let mut client = Client::initialized(pulling());
    client.open(&uri, "python", 1, &script);
    let place = position(&script, "device", 1);
    let params =
        json!({"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": {"diagnostics": []}});
    let actions = client.request("textDocument/codeAction", params);
    let wanted = |action: &&Value| action["title"] == "Make the manifest's inputs those of `Look`";
    let action = actions.as_array().expect("actions").iter().find(wanted).unwrap_or_else(|| panic!("{actions:#}"));
    let text = |name: &str| if name == "a.json" { CASE } else { MANIFEST }.to_owned();
    let found = changed(&action["edit"], text);
    assert_eq!(found[0], ("a.json".to_owned(), vec!["host".to_owned()]));
    assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a.json", "d3.json"]);
    client.finish();
}

/// Wherever a rename begins, in script, manifest or case, it edits the place where it began, and all the same places.
#[test]
fn a_rename_is_the_same_from_each_of_its_places() {
    let acme = acme();
    let mut client = Client::initialized(pulling());
    let mut found: BTreeMap<Place, (BTreeSet<Place>, String)> = BTreeMap::new();
    let mut begun = 0;
    for (name, text) in [("script.py", SCRIPT), ("d3.json", MANIFEST), ("tests/a.json", CASE)] {
        let uri = uri_of(&acme.root.join(name));
        client.open(&uri, if name == "script.py" { "python" } else { "json" }, 1, text);
        for start in words(text) {
            let params = json!({"textDocument": {"uri": uri}, "position": position(text, &text[start..], 0)});
            let mut with_name = params.clone();
            with_name["newName"] = json!("zone");
            let prepared = client.ask("textDocument/prepareRename", params);
            let prepared = client.answer(&json!(prepared));
            let renamed = client.ask("textDocument/rename", with_name);
            let renamed = client.answer(&json!(renamed));
            assert_eq!(prepared.get("error").is_some(), renamed.get("error").is_some(), "{prepared} {renamed}");
            let Some(changes) = renamed["result"]["changes"].as_object() else { continue };
            let of = |uri: &str, range: &Value| (uri.to_owned(), range["start"].to_string());
            let edits: BTreeSet<Place> = changes
                .iter()
                .flat_map(|(uri, edits)| {
                    edits.as_array().expect("edits").iter().map(move |edit| of(uri, &edit["range"]))
                })
                .collect();
            let own = of(&uri, &prepared["result"]);
            assert!(edits.contains(&own), "{own:?} among {edits:?}");
            begun += 1;
            for place in &edits {
                let (known, from) = found.entry(place.clone()).or_insert_with(|| (edits.clone(), format!("{own:?}")));
                assert_eq!(*known, edits, "from {from} and from {own:?}");
            }
        }
    }
    // Look, host and limit three times each or more, apikey twice, as its name in the manifest is the display name.
    assert_eq!(begun, 12);
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

/// A file and a position in it.
type Place = (String, String);

/// Where the words of a text begin.
fn words(text: &str) -> Vec<usize> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let begins = |(at, letter): (usize, char)| {
        (is_word(letter) && !text[..at].chars().next_back().is_some_and(is_word)).then_some(at)
    };
    text.char_indices().filter_map(begins).collect()
}

#[test]
fn a_case_shows_why_it_can_not_run() {
    let acme = acme();
    let mut client = Client::initialized(pulling());
    client.open(&acme.case, "json", 1, CASE);
    let number = MANIFEST.replace(
        "{\"parameterName\": \"limit\"}",
        "{\"parameterName\": \"limit\", \"parameterType\": \"Number\", \"required\": true}",
    );
    client.open(&uri_of(&acme.root.join("d3.json")), "json", 1, &number);
    let mut version = 1;
    let mut found = |client: &mut Client, text: &str| -> Vec<(String, String)> {
        version += 1;
        client.change(&acme.case, version, json!([{"text": text}]));
        let items = client.pull(&acme.case);
        let shown = |item: &Value| (at(text, &item["range"]), item["message"].as_str().expect("a text").to_owned());
        items.iter().map(shown).collect()
    };
    assert_eq!(found(&mut client, CASE), []);
    for (old, new, place, said) in [
        ("\"limit\": 1", "\"limit\": \"🙂 many\"", "🙂 many", "input `limit`: \"🙂 many\" is no number"),
        ("\"limit\"", "\"limits\"", "limits", "the command has no input `limits`; did you mean `limit`?"),
        ("\"limit\": 1", "\"host\": \"\"", "{", "input `limit`: it is required and was not given"),
        ("{\"host\": \"🙂\", \"limit\": 1}", "[\"🙂\", \"x\"]", "x", "input `limit`: \"x\" is no number"),
        ("\"Look\"", "\"Lock\"", "Lock", "`Lock`"),
        ("\"command\"", "\"comand\"", "comand", "the case has an unknown key `comand`; did you mean `command`?"),
        ("{\"apikey\": \"k\"}", "7", "7", "`connection` must be an object"),
        ("\"connection\": {\"apikey\": \"k\"}", "\"expect\": {\"sucess\": 1}", "sucess", "did you mean `success`?"),
        (
            "\"connection\": {\"apikey\": \"k\"}",
            "\"http\": [{\"request\": {\"verb\": 1}}]",
            "verb",
            "http entry 1: `request` has an unknown key",
        ),
        ("\"connection\": {\"apikey\": \"k\"}", "\"d3\": [{}]", "{", "d3 entry 1 needs `call`"),
        ("\"limit\": 1", "\"limit\": 1,,", ",", "the case is no JSON"),
    ] {
        let items = found(&mut client, &CASE.replace(old, new));
        assert!(items.iter().any(|(at, message)| at == place && message.contains(said)), "{new}: {items:?}");
    }
    // The manifest counts as the editor has it.
    let renamed = MANIFEST.replace("\"Look\"", "\"LookUp\"");
    client.change(&uri_of(&acme.root.join("d3.json")), 2, json!([{"text": renamed}]));
    assert_eq!(client.pull(&acme.case).len(), 1);
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

/// The server looks itself where the client does not watch.
#[test]
fn an_open_case_follows_what_changes_on_disk() {
    let acme = acme();
    let mut client = Client::initialized(json!({}));
    client.open(&acme.case, "json", 1, &CASE.replace("limit", "most"));
    let said = |items: Vec<Value>| items.iter().map(|one| one["message"].to_string()).collect::<Vec<_>>().join(" ");
    assert!(said(client.pushed(&acme.case, Some(1))).contains("no input `most`"));
    fs::write(acme.root.join("d3.json"), MANIFEST.replace("limit", "most")).expect("written");
    while !said(client.pushed(&acme.case, Some(1))).is_empty() {}
    client.finish_without(|message| message["params"]["uri"] == acme.case.as_str());
}
