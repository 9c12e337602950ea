//! Commands and test cases run from the editor, on a real Python.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::lsp::{Client, initialize_params, uri_of};

/// A Python 3.9 that runs by itself.
pub fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let program = format!("{}/scripts/python39", env!("CARGO_MANIFEST_DIR"));
        let output = Command::new(program).output().expect("a script of the repository");
        String::from_utf8(output.stdout).expect("a path").trim().to_owned()
    })
}

/// A folder with an integration.
pub struct Integration {
    folder: tempfile::TempDir,
}

const MANIFEST: &str = r#"{"version": 1, "kind": "integration", "name": "Acme", "commands": [
    {"internalName": "Greet", "displayName": "Say hello", "inputs": [
        {"parameterName": "name", "required": true, "sampleData": "Ada"},
        {"parameterName": "times", "parameterType": "Number", "default": "2", "sampleData": 5}]},
    {"internalName": "Ask", "inputs": [{"parameterName": "question", "required": true}]},
    {"internalName": "Fail"}, {"internalName": "Loop"}]}"#;

pub const SCRIPT: &str = "import os
import time


def Greet(name, times):
    pb.log('greeting')
    return pb.returnOutputModel({}, 'Successful', '', '', {'text': 'hello ' + name, 'times': times}, '')


def Ask(question):
    return pb.returnOutputModel({}, question, '', '', {}, '')


def Fail():
    smile = '🙂'; return smile['key']


def Loop():
    print('begun', flush=True)
    while True:
        pass
";

impl Integration {
    pub fn new(cases: &[(&str, Value)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let integration = Self { folder };
        integration.write("d3.json", MANIFEST);
        integration.write("script.py", SCRIPT);
        for (name, case) in cases {
            integration.write(&format!("tests/{name}.json"), &case.to_string());
        }
        integration
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("a folder").join(name)
    }

    pub fn uri(&self, name: &str) -> String {
        uri_of(&self.path(name))
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("written");
    }
}

/// A client of these capabilities and initialization options, on the real Python.
pub fn client(capabilities: Value, mut options: Value) -> Client {
    let mut client = Client::start();
    let mut params = initialize_params(capabilities);
    if options.get("python").is_none() {
        options["python"] = json!(python());
    }
    params["initializationOptions"] = options;
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    client
}

pub fn pulling() -> Value {
    json!({"textDocument": {"diagnostic": {}}, "workspace": {"executeCommand": {}, "diagnostics": {"refreshSupport": true}}})
}

pub fn quiet() -> Value {
    json!({"quietRuns": true})
}

/// Asks for a command of the server.
pub fn execute(client: &mut Client, command: &str, argument: Value) -> i64 {
    client.ask("workspace/executeCommand", json!({"command": command, "arguments": [argument]}))
}

/// Runs a command of the server to its end. What it logs is returned with its result.
pub fn result(client: &mut Client, command: &str, argument: Value) -> (Value, String) {
    let id = execute(client, command, argument);
    let answer = client.answer(&json!(id));
    assert!(answer.get("error").is_none(), "{answer}");
    let log = client.message_of_server("window/logMessage");
    (answer["result"].clone(), log["params"]["message"].as_str().expect("a text").to_owned())
}

fn passing(name: &str) -> Value {
    json!({"command": "Greet", "inputs": {"name": name}, "expect": {"rawData": {"text": format!("hello {name}")}}})
}

#[test]
fn a_command_runs_with_defaults_and_samples() {
    let acme = Integration::new(&[]);
    let mut client = client(pulling(), json!({}));
    let (report, log) = result(&mut client, "d3ls.run", json!({"uri": acme.uri("script.py"), "command": "Greet"}));
    assert_eq!(report["success"], true, "{report}");
    assert_eq!(report["output"]["rawData"], json!({"text": "hello Ada", "times": 2}));
    assert_eq!(report["logs"], json!(["greeting"]));
    assert!(log.starts_with("Greet: successful (1 attempt, "), "{log}");
    assert!(log.contains("Custom Log\n  greeting"), "{log}");
    let shown = client.message_of_server("window/showMessage");
    let line = shown["params"]["message"].as_str().expect("a text");
    assert!(line.starts_with("Greet: successful (") && !line.contains('\n'), "{line}");
    // By the manifest, with inputs of its own.
    let argument = json!({"uri": acme.uri("d3.json"), "command": "Greet", "inputs": {"name": "Bo", "times": 7}});
    let (report, _) = result(&mut client, "d3ls.run", argument);
    assert_eq!(report["output"]["rawData"], json!({"text": "hello Bo", "times": 7}));
    client.message_of_server("window/showMessage");
    client.finish();
}

/// An integration whose command asks its server.
fn asking() -> Integration {
    let acme = Integration::new(&[]);
    acme.write(
        "d3.json",
        r#"{"version": 1, "kind": "integration", "name": "Acme",
        "connection": [{"displayName": "Server URL", "required": true}, {"displayName": "API Key", "secret": true}],
        "commands": [{"internalName": "Count", "inputs": [{"parameterName": "of", "required": true, "sampleData": "sample"}]}]}"#,
    );
    acme.write(
        "script.py",
        "import json, urllib.request\n\n\ndef Count(of):\n    server = runtime['connector']['serverurl']\n    \
         with urllib.request.urlopen(server + '/' + of, timeout=5) as answer:\n        count = json.load(answer)['count']\n    \
         noted = D3.Utility.noteDown<Text>(of)\n    \
         return pb.returnOutputModel({}, 'Successful', '', '', [of, count, noted, str(datetime.utcnow())], '')\n",
    );
    let case = |of: &str, count: u32, success: bool| {
        json!({"command": "Count", "inputs": [of], "now": "2024-01-02 03:04:05",
            "connection": {"serverurl": "https://acme.example"},
            "http": [{"request": {"method": "GET", "url": format!("https://acme.example/{of}")}, "response": {"json": {"count": count}}}],
            "d3": [{"call": "D3.Utility.noteDown", "returns": format!("noted {of}")}], "expect": {"success": success}})
    };
    acme.write("tests/a-failure.json", &case("nothing", 0, false).to_string());
    acme.write("tests/hosts-by-name.json", &case("names", 2, true).to_string());
    acme.write("tests/hosts.json", &case("hosts", 3, true).to_string());
    acme.write("tests/other.json", &passing("Ada").to_string());
    acme
}

#[test]
fn a_run_takes_what_it_needs_from_a_test_case() {
    let acme = asking();
    let uri = acme.uri("script.py");
    let mut client = client(pulling(), quiet());
    let mut run = |mut argument: Value| {
        argument["uri"] = json!(uri);
        argument["command"] = json!("Count");
        let (report, told) = result(&mut client, "d3ls.run", argument);
        assert!(client.message_of_server("window/logMessage")["params"]["message"].is_string());
        assert_eq!(report["error"], Value::Null, "{report}");
        (report["output"]["rawData"].clone(), told)
    };
    let time = "2024-01-02 03:04:05";
    // Nothing is given: the first that expects success.
    let (found, told) = run(json!({}));
    assert_eq!(found, json!(["hosts", 3, "noted hosts", time]));
    assert_eq!(told, format!("Count is given what {} gives", acme.path("tests/hosts.json").display()));
    let case = acme.uri("tests/hosts-by-name.json");
    assert_eq!(run(json!({"case": case})).0, json!(["names", 2, "noted names", time]));
    // What is given beats the case's, as a whole.
    let other =
        json!({"case": case, "now": "2025-01-01", "connection": {"serverurl": "https://acme.example", "apikey": "x"}});
    assert_eq!(run(other).0, json!(["names", 2, "noted names", "2025-01-01 00:00:00"]));
    client.finish();
}

#[test]
fn a_run_with_inputs_of_its_own_takes_no_case_by_itself() {
    let acme = asking();
    let mut client = client(pulling(), quiet());
    let argument = json!({"uri": acme.uri("script.py"), "command": "Count", "inputs": {}, "connection": {"serverurl": "https://acme.example"}});
    let (report, _) = result(&mut client, "d3ls.run", argument);
    assert!(
        report["error"]["message"].to_string().contains("no recorded entry answers GET https://acme.example/sample")
    );
    client.finish_without(|message| message["method"].is_string());
}

#[test]
fn a_case_that_is_not_the_command_s_is_refused() {
    let acme = asking();
    let other = asking();
    acme.write("tests/broken.json", r#"{"command": "Count", "htp": []}"#);
    let mut client = client(pulling(), quiet());
    let mut refusal = |case: String| {
        let id =
            execute(&mut client, "d3ls.run", json!({"uri": acme.uri("script.py"), "command": "Count", "case": case}));
        client.answer(&json!(id))["error"]["message"].as_str().expect("a text").to_owned()
    };
    assert!(refusal(acme.uri("tests/other.json")).ends_with("other.json is a test case of `Greet`, not of `Count`"));
    assert!(refusal(other.uri("tests/hosts.json")).contains("hosts.json is no test case of `Count`; one is a file"));
    assert!(refusal(acme.uri("d3.json")).contains("d3.json is no test case of `Count`"));
    assert!(refusal(acme.uri("tests/gone.json")).contains("tests/gone.json: no such file or folder"));
    assert!(
        refusal(acme.uri("tests/broken.json"))
            .contains("broken.json: the case has an unknown key `htp`; did you mean `http`?")
    );
    client.finish();
}

#[test]
fn a_project_lists_its_commands_test_cases() {
    let acme = asking();
    let mut client = client(pulling(), quiet());
    let project = client.request("d3ls/project", json!({"uri": acme.uri("script.py")}));
    let cases = ["hosts", "hosts-by-name", "a-failure"].map(|name| acme.uri(&format!("tests/{name}.json")));
    assert_eq!(project["commands"][0]["cases"], json!(cases));
    client.finish();
}

#[test]
fn a_run_takes_the_text_that_the_editor_holds() {
    let acme = Integration::new(&[]);
    let uri = acme.uri("script.py");
    let mut client = client(pulling(), quiet());
    client.open(&uri, "python", 1, &SCRIPT.replace("hello ", "bonjour "));
    let (report, _) = result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Greet"}));
    assert_eq!(report["output"]["rawData"]["text"], "bonjour Ada");
    client.open(&acme.uri("d3.json"), "json", 1, &MANIFEST.replace("Ada", "Eve"));
    client.change(&uri, 2, json!([{"text": SCRIPT.replace("hello ", "ciao ")}]));
    let (report, _) = result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Greet"}));
    assert_eq!(report["output"]["rawData"]["text"], "ciao Eve");
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

#[test]
fn a_failure_is_shown_on_its_line_until_the_next_edit_or_run() {
    let acme = Integration::new(&[]);
    let uri = acme.uri("script.py");
    let mut client = client(pulling(), quiet());
    client.open(&uri, "python", 1, SCRIPT);
    let failures = |client: &mut Client| -> Vec<Value> {
        client.pull(&uri).into_iter().filter(|item| item["source"] == "d3ls run").collect()
    };
    let (report, log) = result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Fail"}));
    assert_eq!(report["error"]["type"], "TypeError");
    let script = acme.path("script.py").display().to_string();
    assert_eq!(report["error"]["traceback"], json!([{"path": script, "line": 15, "function": "Fail"}]));
    assert!(log.contains("smile = '🙂'; return smile['key']"), "{log}");
    client.message_of_server("workspace/diagnostic/refresh");
    let found = failures(&mut client);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "TypeError");
    assert_eq!(found[0]["message"], "TypeError: string indices must be integers");
    let end = "    smile = '🙂'; return smile['key']".encode_utf16().count();
    let range = json!({"start": {"line": 14, "character": 4}, "end": {"line": 14, "character": end}});
    assert_eq!(found[0]["range"], range);
    client.change(
        &uri,
        2,
        json!([{"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "\n"}]),
    );
    assert_eq!(failures(&mut client), Vec::<Value>::new());
    result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Fail"}));
    assert_eq!(failures(&mut client)[0]["range"]["start"]["line"], 15);
    result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Greet"}));
    assert_eq!(failures(&mut client), Vec::<Value>::new());
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

#[test]
fn a_failure_is_there_when_its_file_is_opened() {
    let acme = Integration::new(&[]);
    let uri = acme.uri("script.py");
    let mut client = client(pulling(), quiet());
    let failures =
        |client: &mut Client| client.pull(&uri).into_iter().filter(|item| item["source"] == "d3ls run").count();
    result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Fail"}));
    client.open(&uri, "python", 1, SCRIPT);
    assert_eq!(failures(&mut client), 1);
    client.close(&uri);
    client.open(&uri, "python", 1, SCRIPT);
    assert_eq!(failures(&mut client), 1);
    // A run of what is not saved, which is then thrown away.
    client.change(&uri, 2, json!([{"text": format!("\n{SCRIPT}")}]));
    result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Fail"}));
    assert_eq!(failures(&mut client), 1);
    client.close(&uri);
    client.open(&uri, "python", 1, SCRIPT);
    assert_eq!(failures(&mut client), 0);
    client.finish_without(|message| message["method"] == "workspace/diagnostic/refresh");
}

#[test]
fn a_failure_is_pushed_to_a_client_that_does_not_pull() {
    let acme = Integration::new(&[]);
    let uri = acme.uri("script.py");
    let mut client = client(json!({}), quiet());
    client.open(&uri, "python", 1, SCRIPT);
    let ordinary = client.pushed(&uri, Some(1));
    result(&mut client, "d3ls.run", json!({"uri": uri, "command": "Fail"}));
    let with_failure = client.pushed(&uri, Some(1));
    assert_eq!(with_failure.len(), ordinary.len() + 1);
    assert_eq!(with_failure.last().expect("one")["source"], "d3ls run");
    client.change(&uri, 2, json!([{"text": SCRIPT.replace("smile['key']", "smile")}]));
    assert!(client.pushed(&uri, Some(2)).iter().all(|item| item["source"] == "d3ls"));
    client.finish();
}

#[test]
fn what_cannot_run_is_an_error_that_says_why() {
    let acme = Integration::new(&[]);
    let mut client = client(pulling(), quiet());
    let uri = acme.uri("script.py");
    let mut refusal = |argument: Value, command: &str| {
        let id = execute(&mut client, command, argument);
        let answer = client.answer(&json!(id));
        (
            answer["error"]["code"].as_i64().expect("an error"),
            answer["error"]["message"].as_str().expect("a text").to_owned(),
        )
    };
    let (code, message) = refusal(json!({"uri": uri, "command": "Ask"}), "d3ls.run");
    assert_eq!(code, -32803);
    assert!(message.starts_with("input `question`: it is required and was not given (Text)"), "{message}");
    let (code, message) = refusal(json!({"uri": uri, "command": "Great"}), "d3ls.run");
    assert_eq!(code, -32803);
    assert!(message.ends_with("has no command `Great`; did you mean `Greet`?"), "{message}");
    let (_, message) = refusal(json!({"uri": "untitled:one", "command": "Greet"}), "d3ls.run");
    assert_eq!(message, "untitled:one is no file; save it before it is run");
    let (_, message) = refusal(json!({"uri": uri}), "d3ls.test");
    assert!(message.starts_with("there is no test case here"), "{message}");
    assert!(refusal(json!({}), "d3ls.test").1.starts_with("there is no test case here"));
    assert_eq!(refusal(json!({"uri": uri}), "d3ls.run").0, -32602);
    assert_eq!(refusal(json!({"uri": uri, "comand": "Greet"}), "d3ls.run").0, -32602);
    assert_eq!(refusal(json!({}), "d3ls.other").0, -32602);
    client.finish();
}

#[test]
fn test_cases_run_one_by_one() {
    let failing = json!({"command": "Greet", "inputs": {"name": "Bo"}, "expect": {"returnData": "Failed"}});
    let acme = Integration::new(&[
        ("greets-ada", passing("Ada")),
        ("greets-bo", failing),
        ("asks-nothing", json!({"command": "Ask", "expect": {"success": true}})),
    ]);
    let uri = acme.uri("script.py");
    let mut client = client(pulling(), json!({"quietRuns": true, "testCaseNotifications": true}));
    client.open(&uri, "python", 1, SCRIPT);
    let params = json!({"command": "d3ls.test", "arguments": [{"uri": uri}], "workDoneToken": "tests"});
    let report = client.request("workspace/executeCommand", params);
    assert_eq!(report["summary"], json!({"cases": 3, "passed": 1, "failed": 1, "errors": 1}));
    client.message_of_server("window/logMessage");
    let mut cases: Vec<Value> = (0..3).map(|_| client.message_of_server("d3ls/testCase")["params"].clone()).collect();
    cases.sort_by_key(|case| case["uri"].to_string());
    let outcomes: Vec<&str> = cases.iter().map(|case| case["outcome"].as_str().expect("a word")).collect();
    assert_eq!(outcomes, ["error", "passed", "failed"]);
    assert_eq!(cases[1]["uri"], acme.uri("tests/greets-ada.json"));
    assert!(cases.iter().all(|case| case["token"] == "tests" && case["durationMs"].is_u64()));
    assert_eq!((&cases[1]["command"], &cases[1]["message"]), (&json!("Greet"), &Value::Null));
    assert!(cases[2]["message"].as_str().expect("a text").contains("expected \"Failed\""), "{}", cases[2]);
    let found: Vec<Value> = client.pull(&uri).into_iter().filter(|item| item["source"] == "d3ls test").collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["code"], &found[0]["range"]["start"]["line"]), (&json!("mismatch"), &json!(4)));
    // One command, then one case.
    let (report, _) = result(&mut client, "d3ls.test", json!({"uri": uri, "command": "Greet"}));
    assert_eq!(report["summary"]["cases"], 2);
    let case = acme.uri("tests/greets-ada.json");
    let (report, log) = result(&mut client, "d3ls.test", json!({"uri": uri, "cases": [case]}));
    assert_eq!(report["summary"], json!({"cases": 1, "passed": 1, "failed": 0, "errors": 0}));
    assert_eq!(log, "1 passed of 1 test case");
    let (report, _) = result(&mut client, "d3ls.test", json!({"cases": [case]}));
    assert_eq!(report["summary"]["passed"], 1);
    client.finish_without(|message| message["method"].is_string());
}

#[test]
fn test_cases_are_listed() {
    let acme = Integration::new(&[("greets-ada", passing("Ada")), ("odd", json!({"command": "Gone"}))]);
    let mut client = client(pulling(), quiet());
    let name = json!({"start": {"line": 4, "character": 4}, "end": {"line": 4, "character": 9}});
    let known = json!({
        "uri": acme.uri("tests/greets-ada.json"), "name": "greets-ada", "command": "Greet",
        "manifest": acme.uri("d3.json"), "script": acme.uri("script.py"), "range": name,
    });
    let lost = json!({
        "uri": acme.uri("tests/odd.json"), "name": "odd", "command": "Gone",
        "manifest": acme.uri("d3.json"), "script": null, "range": null,
    });
    for document in ["", "script.py", "d3.json", "tests"] {
        let listed = client.request("d3ls/testCases", json!({"uri": acme.uri(document)}));
        assert_eq!(listed, json!([known, lost]), "{document}");
    }
    assert_eq!(client.request("d3ls/testCases", json!({})), json!([]));
    client.finish();
}

#[test]
fn a_document_s_project_is_told() {
    let acme = Integration::new(&[]);
    let connection = r#""name": "Acme", "connection": [{"displayName": "API Key", "secret": true}],"#;
    acme.write("d3.json", &MANIFEST.replace(r#""name": "Acme","#, connection));
    let mut client = client(pulling(), quiet());
    for document in ["script.py", "d3.json", ""] {
        let project = client.request("d3ls/project", json!({"uri": acme.uri(document)}));
        assert_eq!(project["manifest"], acme.uri("d3.json"), "{document}");
        assert_eq!((&project["kind"], &project["name"]), (&json!("integration"), &json!("Acme")));
        assert_eq!((&project["script"], &project["liveScript"]), (&json!(acme.uri("script.py")), &Value::Null));
        assert_eq!(project["image"], json!({"path": null, "python": "3.9.12"}));
        assert!(project["python"]["version"].as_str().expect("a version").starts_with("3.9."), "{project}");
        let greet = &project["commands"][0];
        assert_eq!((&greet["internalName"], &greet["displayName"]), (&json!("Greet"), &json!("Say hello")));
        let times = json!({"parameterName": "times", "displayName": null, "type": "Number", "required": false,
            "default": "2", "sample": 5, "options": [], "description": null});
        assert_eq!(greet["inputs"][1], times);
        let key = json!({"parameterName": "apikey", "displayName": "API Key", "type": "Text", "required": false,
            "secret": true, "description": null});
        assert_eq!(project["connection"], json!([key]));
    }
    client.finish();
}

#[test]
fn lenses_run_and_test_where_the_client_executes() {
    let acme = Integration::new(&[("greets-ada", passing("Ada"))]);
    let uri = acme.uri("script.py");
    let lenses = |capabilities: Value| -> Vec<(String, Value)> {
        let mut client = client(capabilities, quiet());
        client.open(&uri, "python", 1, SCRIPT);
        let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}}));
        client.finish_without(|message| message["method"] == "textDocument/publishDiagnostics");
        let lenses = lenses.as_array().expect("lenses").iter();
        let named = lenses.filter(|lens| lens["range"]["start"]["line"] == 4).map(|lens| &lens["command"]);
        named
            .map(|it| (it["title"].as_str().expect("a title").to_owned(), json!([it["command"], it["arguments"]])))
            .collect()
    };
    let found = lenses(pulling());
    let argument = json!([{"uri": uri, "command": "Greet"}]);
    assert_eq!(found[0], ("Run".to_owned(), json!(["d3ls.run", argument])));
    assert_eq!(found[1], ("Test (1)".to_owned(), json!(["d3ls.test", argument])));
    let titles: Vec<String> =
        lenses(json!({"textDocument": {"diagnostic": {}}})).into_iter().map(|lens| lens.0).collect();
    assert_eq!(titles, ["Draft", "name: Text, times?: Number"]);
}

#[test]
fn lenses_are_asked_for_again_when_cases_change() {
    let acme = Integration::new(&[("greets-ada", passing("Ada"))]);
    let uri = acme.uri("script.py");
    let mut capabilities = pulling();
    capabilities["workspace"]["codeLens"] = json!({"refreshSupport": true});
    let tests = |client: &mut Client| -> Vec<String> {
        let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}}));
        let titles = lenses.as_array().expect("lenses").iter().map(|lens| lens["command"]["title"].as_str());
        titles.flatten().filter(|title| title.starts_with("Test")).map(str::to_owned).collect()
    };
    // One client watches files, the other leaves that to the server.
    for watches in [true, false] {
        capabilities["workspace"]["didChangeWatchedFiles"] = json!({"dynamicRegistration": watches});
        let mut client = client(capabilities.clone(), quiet());
        client.open(&uri, "python", 1, SCRIPT);
        let before = tests(&mut client);
        let name = format!("tests/new-{watches}.json");
        acme.write(&name, &passing("Bo").to_string());
        if watches {
            let changes = json!([{"uri": acme.uri(&name), "type": 1}]);
            client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
        }
        client.message_of_server("workspace/codeLens/refresh");
        let after = tests(&mut client);
        assert_eq!((before.len(), after.len()), (1, 1));
        assert_ne!(before, after);
        client.finish_without(|message| message["method"].is_string());
    }
}

#[test]
fn the_interpreter_is_asked_for_in_the_settings() {
    let acme = Integration::new(&[]);
    let capabilities = json!({"textDocument": {"diagnostic": {}}, "workspace": {"configuration": true}});
    let mut client = client(capabilities, json!({"quietRuns": true, "python": "/nowhere/python"}));
    let asked = client.message_of_server("workspace/configuration");
    client.message(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": [{"python": python()}]}));
    let run = |client: &mut Client| {
        let id = execute(client, "d3ls.run", json!({"uri": acme.uri("script.py"), "command": "Greet"}));
        client.answer(&json!(id))
    };
    // The answer is taken in a task of its own.
    assert!((0..10_000).any(|_| run(&mut client).get("error").is_none()), "the setting is never taken");
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"d3ls": {"python": "/elsewhere"}}}));
    let asked = client.message_of_server("workspace/configuration");
    let message = run(&mut client)["error"]["message"].to_string();
    assert!(message.contains("/elsewhere"), "{message}");
    client.message(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": [null]}));
    client.finish_without(|message| message["method"].is_string());
}

#[test]
fn a_failure_in_the_system_script_is_shown_in_both() {
    let acme = Integration::new(&[]);
    acme.write(
        "d3.json",
        &MANIFEST.replace("\"name\": \"Acme\",", "\"name\": \"Acme\", \"systemScript\": \"system.py\","),
    );
    let system = "def lookup(key):\n    return {}[key]\n";
    acme.write("system.py", system);
    let script = SCRIPT.replace("smile = '🙂'; return smile['key']", "return lookup('x')");
    let mut capabilities = pulling();
    capabilities["textDocument"]["publishDiagnostics"] = json!({"relatedInformation": true});
    let mut client = client(capabilities, quiet());
    for (name, text) in [("script.py", script.as_str()), ("system.py", system)] {
        client.open(&acme.uri(name), "python", 1, text);
    }
    result(&mut client, "d3ls.run", json!({"uri": acme.uri("script.py"), "command": "Fail"}));
    for (name, line) in [("script.py", 14), ("system.py", 1)] {
        let found = client.pull(&acme.uri(name));
        let found: Vec<&Value> = found.iter().filter(|item| item["source"] == "d3ls run").collect();
        assert_eq!((found.len(), &found[0]["range"]["start"]["line"]), (1, &json!(line)), "{name}");
        assert_eq!(found[0]["code"], "KeyError");
        let related = &found[0]["relatedInformation"];
        assert_eq!((&related[0]["message"], &related[1]["message"]), (&json!("in lookup"), &json!("in Fail")));
        assert_eq!(related[0]["location"]["uri"], acme.uri("system.py"));
    }
    client.finish_without(|message| message["method"].is_string());
}
