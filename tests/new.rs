//! `d3ls new`: every template passes lint with all rules, runs, and has a passing test case; nothing of the user's is lost.

#[path = "runner/mod.rs"]
#[allow(dead_code, reason = "each test file uses some of it")]
mod runner;
#[allow(dead_code, reason = "each test file uses some of it")]
mod support;

use std::fs;

use runner::python;
use serde_json::{Value, json};
use support::{Folder, Run, d3ls, finish};

const TEMPLATES: [&str; 8] = [
    "TestConnection",
    "fetchEvent",
    "fetchIncident",
    "checkIPReputation",
    "checkUrlReputation",
    "checkFileReputation",
    "OnDismissEvent",
    "OnEscalateEvent",
];

/// Fails unless lint with all rules finds nothing, and the test cases pass, so many.
fn verify(folder: &Folder, below: &str, cases: u64) {
    let at = |arguments: &[&str]| finish(d3ls(&folder.path().join(below), arguments), b"");
    let lint = at(&["lint", "--select", "ALL", "."]);
    assert!(lint.status == 0 && lint.stdout.starts_with("All good in "), "{lint:?}");
    let test = at(&["test", "--format", "json", "--python", python()]);
    let report: Value = serde_json::from_str(&test.stdout).unwrap_or_else(|error| panic!("{error}: {test:?}"));
    assert_eq!(
        (test.status, &report["summary"]),
        (0, &json!({"cases": cases, "passed": cases, "failed": 0, "errors": 0})),
        "{report:#}"
    );
}

fn new(folder: &Folder, arguments: &[&str]) -> Run {
    let run = folder.run(&[&["new"], arguments].concat());
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{arguments:?}: {run:?}");
    run
}

fn refused(folder: &Folder, arguments: &[&str], message: &str) {
    let run = folder.run(&[&["new"], arguments].concat());
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}: {run:?}");
    assert_eq!(run.stderr, format!("error: {message}\n"), "{arguments:?}");
}

fn text(folder: &Folder, path: &str) -> String {
    String::from_utf8(folder.read(path)).expect("text")
}

fn manifest(folder: &Folder, path: &str) -> Value {
    serde_json::from_str(&text(folder, path)).expect("JSON")
}

#[test]
fn an_integration_is_made_with_a_connection_and_its_test() {
    let folder = Folder::new(&[]);
    let run = new(&folder, &["integration", "Acme EDR"]);
    assert!(run.stdout.starts_with("wrote AcmeEDR/d3.json\nwrote AcmeEDR/d3.schema.json\nwrote AcmeEDR/script.py\nwrote AcmeEDR/tests/TestConnection-"), "{run:?}");
    assert!(run.stdout.ends_with("\nNext: d3ls test AcmeEDR\n"), "{run:?}");
    let made = manifest(&folder, "AcmeEDR/d3.json");
    assert_eq!((&made["name"], &made["$schema"]), (&json!("Acme EDR"), &json!("d3.schema.json")));
    verify(&folder, "AcmeEDR", 1);
}

#[test]
fn every_template_alone_passes_lint_and_its_test_case() {
    for template in TEMPLATES {
        let folder = Folder::new(&[]);
        new(&folder, &["integration", "Acme", "--template", template]);
        verify(&folder, "Acme", if template == "TestConnection" { 1 } else { 2 });
        let connection = r#"{"serverurl": "https://api.example", "apikey": "example-key-1"}"#;
        let run = runner::run(&folder, &["Acme", template, "--connection", connection, "--format", "json"]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
        assert_eq!(
            (&report["error"], &report["output"]["returnData"]),
            (&Value::Null, &json!("Failed")),
            "no network: {report:#}"
        );
    }
}

#[test]
fn all_templates_together_share_their_helpers() {
    let folder = Folder::new(&[]);
    new(&folder, &["integration", "Acme"]);
    let at = ["--in", "Acme"];
    for template in &TEMPLATES[1..] {
        let run = new(&folder, &[&["command", template][..], &at].concat());
        let is_documented = *template == "fetchEvent";
        assert_eq!(run.stdout.contains("D3 does not document the inputs of"), !is_documented, "{run:?}");
    }
    new(&folder, &["command", "Check Device", "--in", "Acme"]);
    verify(&folder, "Acme", 9);
    let script = text(&folder, "Acme/script.py");
    for helper in ["_request", "_failed", "_time_window", "_reputations", "_texts"] {
        assert_eq!(script.matches(&format!("def {helper}(")).count(), 1, "{helper}");
    }
    let imports: Vec<&str> = script.lines().filter(|line| line.contains("import ")).collect();
    let expected = [
        "import json",
        "import re",
        "from datetime import datetime, timedelta, timezone",
        "from ipaddress import ip_address",
        "from urllib.parse import quote, urlsplit",
        "import requests",
    ];
    let mut sorted = imports.clone();
    sorted[..2].sort_unstable();
    assert_eq!(sorted, expected, "{imports:?}");
    assert!(script.lines().all(|line| line.chars().count() <= 120));
}

#[test]
fn a_schedule_made_from_the_template_advances_without_gaps() {
    let folder = Folder::new(&[]);
    new(&folder, &["integration", "Acme", "--template", "fetchEvent"]);
    let answers = json!([{"request": {"method": "GET", "url": "https://api.example/events"}, "response": {"status": 200, "json": {"items": []}}}]);
    folder.write("http.json", answers.to_string());
    let run = runner::run(
        &folder,
        &[
            "Acme",
            "fetchEvent",
            "--schedule",
            "4",
            "--interval",
            "30m",
            "--now",
            "2024-03-05 12:00:00",
            "--http",
            "http.json",
            "--inputs",
            r#"{"StartTime": "2024-03-05 10:00:00", "ToleranceScope": 5}"#,
            "--connection",
            r#"{"serverurl": "https://api.example", "apikey": "example-key-1"}"#,
            "--format",
            "json",
        ],
    );
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let starts: Vec<&str> =
        report["schedule"].as_array().expect("ticks").iter().filter_map(|tick| tick["StartTime"].as_str()).collect();
    assert_eq!(starts, ["2024-03-05 10:00:00", "2024-03-05 11:00:00", "2024-03-05 12:00:00", "2024-03-05 13:00:00"]);
}

#[test]
fn utility_commands_have_a_script_each() {
    let folder = Folder::new(&[]);
    new(&folder, &["utility", "Tidy Texts"]);
    verify(&folder, "TidyTexts", 1);
    new(&folder, &["command", "Sort lines", "--in", "TidyTexts"]);
    assert!(text(&folder, "TidyTexts/SortLines.py").contains("\ndef SortLines(values):\n"));
    verify(&folder, "TidyTexts", 2);
    refused(
        &folder,
        &["command", "fetchEvent", "--in", "TidyTexts"],
        "fetchEvent is a command of integrations, and these are utility commands; choose another name",
    );
    folder.write("TidyTexts/Mine.py", "mine");
    refused(
        &folder,
        &["command", "Mine", "--in", "TidyTexts"],
        "TidyTexts/Mine.py is there already; `d3ls init` takes in scripts that you have, or choose another name",
    );
    assert_eq!(folder.read("TidyTexts/Mine.py"), b"mine");
}

const MANIFEST: &str = r#"{
    "version": 1,
    "kind": "integration",
    "name": "Mine",
    "systemScript": "system.py",
    "connection": [{"displayName": "Base URL", "parameterName": "baseurl"}, {"parameterName": "token", "secret": true}],
    "commands": [
        {"internalName": "Old", "status": "Live", "description": "kept"},
        {"internalName": "TestConnection", "status": "Live"},
        {"internalName": "Query", "implementation": "Codeless Playbook", "status": "Live"}
    ],
    "libraries": ["acmelib"]
}
"#;

const SCRIPT: &str = "# Mine\n\nimport datetime\n\n_failed = 3\n\ndef _request():\n  return datetime.datetime.utcnow()\n\ndef Old():\n  return pb.returnOutputModel(str(_request()), 'Successful', '', '', runtime['connector'].get('baseurl', ''), '')\n\ndef TestConnection():\n  return pb.returnOutputModel(str(_failed), 'Successful', '', '', '', '')\n";

#[test]
fn a_script_and_a_manifest_of_ones_own_are_only_added_to() {
    let folder = Folder::new(&[
        ("d3.json", MANIFEST),
        ("system.py", "import requests\n\nD3_TIME = 1\n"),
        ("script.py", &SCRIPT.replace('\n', "\r\n")),
    ]);
    let run = new(&folder, &["command", "fetchEvent"]);
    for note in [
        "`_request` is something else in script.py, so the new command's own is `_request2`.",
        "`datetime` is something else",
        "`D3_TIME` is something else",
    ] {
        assert!(run.stdout.contains(note), "{note}: {run:?}");
    }
    let script = text(&folder, "script.py");
    assert!(!script.replace("\r\n", "").contains(['\n', '\r']), "{script}");
    let lines: Vec<&str> = SCRIPT.lines().filter(|line| !line.is_empty()).collect();
    let kept: Vec<&str> = script.lines().filter(|line| lines.contains(line)).collect();
    assert!(lines.iter().all(|line| kept.contains(line)), "{script}");
    assert!(script.contains("from datetime import datetime as _datetime, timedelta, timezone\r\n"), "{script}");
    assert!(script.contains("\r\n  start, end, passdown = ") && script.contains("connector[\"baseurl\"]"), "{script}");
    let after = text(&folder, "d3.json");
    let expected = MANIFEST
        .replace("\"Old\", \"status\": \"Live\"", "\"Old\", \"status\": \"Draft\"")
        .replace("\"TestConnection\", \"status\": \"Live\"", "\"TestConnection\", \"status\": \"Draft\"");
    let (before, behind) = expected.split_once("\n    ],\n    \"libraries\"").expect("a manifest");
    assert!(after.starts_with(before) && after.ends_with(&format!("\n    ],\n    \"libraries\"{behind}")), "{after}");
    let lint = folder.run(&["lint", "--ignore", "D3808,D3508,D3509", "."]);
    assert!(!lint.stdout.contains("error"), "{lint:?}");
    let case = fs::read_dir(folder.path().join("tests")).expect("cases").count();
    let test = folder.run(&["test", "--python", python()]);
    assert_eq!((case, test.status), (1, 0), "{test:?}");
}

#[test]
fn helpers_stand_apart_from_what_was_there() {
    let manifest = r#"{"version": 1, "kind": "integration", "commands": []}"#;
    let own = "def A(n):\n    return n\n";
    for head in ["", "# Mine\n", "\"\"\"Mine.\"\"\"\n", "import re\n", "from datetime import datetime\nLIMIT = 5\n"] {
        let folder = Folder::new(&[("d3.json", manifest), ("script.py", &format!("{head}{own}"))]);
        new(&folder, &["command", "fetchEvent"]);
        let script = text(&folder, "script.py");
        let (above, below) = script.split_once(own).unwrap_or_else(|| panic!("{script}"));
        assert!(above.starts_with(head.split_once('\n').map_or("", |line| line.0)), "{script}");
        assert!(above.ends_with("PAGE_SIZE = 100\n\n\n") && below.starts_with("\n\nclass RequestFailed"), "{script}");
        let lint = folder.run(&["lint", "--select", "D30,D32", "--ignore", "D3208", "."]);
        assert_eq!(lint.status, 0, "{lint:?}");
        assert_eq!(folder.run(&["test", "--python", python()]).status, 0);
    }
}

#[test]
fn what_can_be_no_name_is_refused_with_the_reason() {
    let folder = Folder::new(&[]);
    let no = |name: &str, reason: &str| {
        refused(&folder, &["integration", name], &format!("`{name}` can't be a name here: {reason}"))
    };
    no("class", "it is a keyword of Python; choose another one");
    no("pb", "D3's playbook engine keeps it for itself; choose another one");
    no("3 Com", "the function's name would begin with a digit; put a word before it");
    no("...", "it has no letter; take a name such as \"Check Device\"");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    refused(
        &folder,
        &["command", "Check Device"],
        ".: there is no d3.json; `d3ls init SCRIPT.py` writes one for a script that you have, `d3ls new integration NAME` begins with an empty one",
    );
    refused(
        &folder,
        &["integration", "A", "--in", "gone"],
        "gone: there is no such folder; make it first, or leave `--in` out",
    );
    new(&folder, &["integration", "Acme"]);
    refused(
        &folder,
        &["integration", "acme"],
        "Acme is there already; choose another name, or use `--in` for another folder",
    );
    new(&folder, &["command", "Check Device", "--in", "Acme"]);
    refused(
        &folder,
        &["command", "checkDevice", "--in", "Acme"],
        "there is a command `CheckDevice` in d3.json already; choose another name",
    );
    refused(
        &folder,
        &["command", "testconnection", "--in", "Acme"],
        "there is a command `TestConnection` in d3.json already; D3 lets an integration have it once",
    );
    folder.write("Acme/script.py", text(&folder, "Acme/script.py") + "\n\ndef Spare():\n    pass\n");
    refused(
        &folder,
        &["command", "Spare", "--in", "Acme"],
        "Acme/script.py: the script has a `Spare` already; choose another name",
    );
}

#[test]
fn what_is_broken_is_left_as_it_is() {
    let folder = Folder::new(&[
        ("d3.json", "{\"version\": 1, // mine\n}"),
        ("b/d3.json", r#"{"version": 1, "kind": "integration", "commands": []}"#),
    ]);
    let run = folder.run(&["new", "command", "A"]);
    assert!(
        run.status == 2 && run.stderr.contains("d3.json:1:16: the manifest is not valid JSON: it allows no comments"),
        "{run:?}"
    );
    refused(&folder, &["command", "A", "--in", "b"], "the script b/script.py: no such file or folder");
    let broken = "x = (\n";
    folder.write("b/script.py", broken);
    refused(
        &folder,
        &["command", "A", "--in", "b"],
        "b/script.py: the script has syntax errors; `d3ls lint` shows them, correct them first",
    );
    assert_eq!(text(&folder, "b/script.py"), broken);
    assert_eq!(text(&folder, "b/d3.json"), r#"{"version": 1, "kind": "integration", "commands": []}"#);
}
