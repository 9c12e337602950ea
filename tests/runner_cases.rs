//! `d3ls test`: the fixtures' cases, D3's own samples, and what the command reports.

#[path = "runner/mod.rs"]
#[allow(dead_code, reason = "each test file uses some of it")]
mod runner;
#[allow(dead_code, reason = "each test file uses some of it")]
mod support;

use std::path::Path;

use runner::{json, python};
use serde_json::{Value, json as value};
use support::{Folder, Run, d3ls, finish};

fn test(folder: &Folder, arguments: &[&str]) -> Run {
    folder.run(&[&["test"], arguments, &["--python", python()]].concat())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_fixtures_cases_pass() {
    let run = finish(
        d3ls(root(), &["test", "fixtures/acme-edr", "fixtures/utility", "--format", "json", "--python", python()]),
        b"",
    );
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    assert_eq!(
        (run.status, &report["summary"]),
        (0, &value!({"cases": 62, "passed": 62, "failed": 0, "errors": 0})),
        "{report:#}"
    );
}

#[test]
fn what_keeps_all_cases_from_running_is_said_once() {
    let case = r#"{"command": "A", "expect": {"success": true}}"#;
    let folder = Folder::new(&[
        ("d3.json", r#"{"version": 1, "kind": "integration", "name": "Acme", "commands": [{"internalName": "A"}]}"#),
        ("script.py", "import nessrest\n\n\ndef A():\n    return pb.returnOutputModel('', '', '', '', '', '')\n"),
        ("tests/a.json", case),
        ("tests/b.json", case),
        ("tests/c.json", case),
    ]);
    let run = test(&folder, &[]);
    assert_eq!(run.status, 2, "{run:?}");
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{run:?}");
    assert!(lines[0].starts_with("error tests/a.json and 2 more: this Python has no library `nessrest`"), "{run:?}");
    assert_eq!(lines[1], "0 passed, 3 could not run of 3 test cases");
    let report: Value = serde_json::from_str(&test(&folder, &["--format", "json"]).stdout).expect("JSON");
    let told = report["cases"].as_array().expect("cases").iter().filter(|case| case["message"].is_string()).count();
    assert_eq!(told, 3, "{report:#}");
}

/// A later Python: the one that `scripts/test` names, or `python3`.
fn later() -> String {
    let named = std::env::var("D3LS_PYTHON311").ok().filter(|path| !path.is_empty());
    named.unwrap_or_else(|| "python3".to_owned())
}

#[test]
fn a_later_python_gives_the_same_results_and_a_warning() {
    let text = "import time\nfrom datetime import datetime as own\ndef A():\n    time.sleep(5)\n    pb.log(own.now(), D3.Utility.GetUTCTimeNow<>())\n    \
        raw = [repr(own.utcnow()), time.time(), str(datetime.now() + timedelta(1)), D3.Utility.concatToRear <Text>('a', 'b')]\n    \
        return pb.returnOutputModel(input, 'Successful', '', '', raw, '')\ndef B():\n    return {}['x']\ndef C():\n    return unknown\n";
    let folder = runner::script(text);
    for command in ["A", "B", "C"] {
        let mut results: Vec<Value> = Vec::new();
        for interpreter in [python(), &later()] {
            let mut run = folder.command(&[
                "run",
                "a.py",
                command,
                "--now",
                "2024-01-01",
                "--format",
                "json",
                "--python",
                interpreter,
            ]);
            run.env("PATH", std::env::var_os("PATH").unwrap_or_default());
            let run = finish(run, b"");
            assert_eq!(run.stderr.contains("D3 runs Python 3.9 and this is 3."), interpreter != python(), "{run:?}");
            let mut report: Value =
                serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
            for own in ["python", "durationMs"] {
                report.as_object_mut().expect("an object").remove(own);
            }
            results.push(report);
        }
        assert_eq!(results[0], results[1]);
    }
}

const MANIFEST: &str = r#"{"version": 1, "kind": "integration", "commands": [{"internalName": "A", "inputs": [{"parameterName": "n", "parameterType": "Number", "required": true}]}]}"#;
const SCRIPT: &str = "def A(n):\n    pb.log('got', n)\n    if n > 5:\n        return pb.returnOutputModel('', 'Failed', '', '', {'n': n, 'list': [1, 2]}, 'too much')\n    return pb.returnOutputModel('', 'Successful', '', '', {'n': n}, '')\n";

fn folder(cases: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(&[("d3.json", MANIFEST), ("script.py", SCRIPT)]);
    for (name, text) in cases {
        folder.write(&format!("tests/{name}.json"), text);
    }
    folder
}

const GOOD: &str = r#"{"command": "A", "inputs": [1], "expect": {"success": true, "rawData": {"n": 1}, "logs": ["got 1"], "attempts": 1, "error": null}}"#;
const WRONG: &str = r#"{"command": "A", "inputs": {"n": 7}, "expect": {"success": true, "rawData": {"list": [1, 3]}}}"#;

#[test]
fn a_failure_shows_expected_and_actual() {
    let folder = folder(&[("good", GOOD), ("wrong", WRONG)]);
    let run = test(&folder, &[]);
    assert_eq!(run.status, 1);
    let expected = "failed tests/wrong.json (A)\n  success\n    expected true\n    actual   false\n  rawData.list[1]\n    expected 3\n    actual   2\n  log: got 7\n1 passed, 1 failed of 2 test cases\n";
    assert_eq!(run.stdout, expected);
    let junit = test(&folder, &["--format", "junit"]).stdout;
    assert!(junit.contains("<testsuite name=\"d3ls test\" tests=\"2\" failures=\"1\" errors=\"0\""), "{junit}");
    assert!(junit.contains("<failure message=\"success, rawData.list[1] differ\">"), "{junit}");
    assert_eq!(test(&folder, &["--filter", "good"]).stdout, "1 passed of 1 test case\n");
    assert_eq!(test(&folder, &["tests/good.json"]).status, 0);
    let none = test(&folder, &["--filter", "nothing"]);
    assert!(none.status == 2 && none.stderr.contains("there is no test case here"), "{none:?}");
}

#[test]
fn an_update_writes_what_came_under_the_same_names() {
    let folder = folder(&[("wrong", WRONG), ("new", "{\"command\": \"A\", \"inputs\": [1]}\n")]);
    let run = test(&folder, &["--update"]);
    assert_eq!((run.status, run.stdout.matches("updated").count()), (0, 2), "{run:?}");
    let wrong: Value = serde_json::from_slice(&folder.read("tests/wrong.json")).expect("JSON");
    assert_eq!(
        wrong,
        value!({"command": "A", "inputs": {"n": 7}, "expect": {"success": false, "rawData": {"list": [1, 2]}}})
    );
    assert_eq!(test(&folder, &[]).status, 0);
}

#[test]
fn a_case_that_can_not_run_is_an_error() {
    for (text, expected) in [
        ("{", "the case is no JSON"),
        (r#"{"command": "B", "expect": {}}"#, "has no command `B`"),
        (r#"{"command": "A", "expect": {"success": true}}"#, "input `n`: it is required and was not given"),
        (r#"{"command": "A", "inputs": [1], "expect": {"sucess": true}}"#, "did you mean `success`?"),
        (r#"{"command": "A", "inputs": [1], "exspect": {}}"#, "did you mean `expect`?"),
        (r#"{"command": "A", "inputs": [1], "now": "soon", "expect": {}}"#, "`now` is \"soon\""),
        (r#"{"command": "A", "inputs": [1]}"#, "the case expects nothing"),
        (r#"{"command": "A", "inputs": [1], "d3": [{"cal": 1}], "expect": {}}"#, "did you mean `call`?"),
    ] {
        let run = test(&folder(&[("bad", text)]), &[]);
        assert!(run.status == 2 && run.stdout.contains(expected), "{text}: {run:?}");
    }
}

#[test]
fn coverage_names_the_lines_that_never_ran() {
    let run = test(&folder(&[("good", GOOD)]), &["--coverage"]);
    assert!(run.stdout.starts_with("script.py 80 % of 5 lines ran\n  never ran: 4\n"), "{run:?}");
}

#[test]
fn d3_calls_are_answered_by_entries() {
    let manifest = r#"{"version": 1, "kind": "utility", "commands": [{"internalName": "U"}]}"#;
    let script = "def U():\n    raw = [D3.Utility.X<Text>('a'), D3.Utility.X<Text>('b'), D3.Utility.X<Text>('a'), D3.Utility.equals<Text>('a', 'a')]\n    return pb.returnOutputModel('', '', '', '', raw, '')\n";
    let case = r#"{"command": "U", "d3": [{"call": "D3.Utility.X", "arguments": ["b"], "returns": 2}, {"call": "D3.Utility.X", "returns": 1}, {"call": "D3.Utility.X", "arguments": null, "returns": 3},
        {"call": "D3.Utility.equals", "returns": "mine"}], "expect": {"rawData": [1, 2, 3, "mine"]}}"#;
    let folder = Folder::new(&[("d3.json", manifest), ("U.py", script), ("tests/u.json", case)]);
    let run = test(&folder, &[]);
    assert_eq!(run.status, 0, "{run:?}");
}

// D3's own samples (facts.md, section 7)

/// A sample in a folder of its own, with more text after it.
fn sample(name: &str, more: &str) -> Folder {
    let text = std::fs::read_to_string(root().join(format!("fixtures/d3-samples/{name}/{name}.py"))).expect("a sample");
    Folder::new(&[("a.py", &format!("# d3: integration\n{text}\n{more}"))])
}

const CONNECTION: &str = "class conn:\n    @staticmethod\n    def sendRequest(method, path, params):\n        return {'results': [{'id': 1}, {'id': 2}]}, ''\n";

fn fetch_event(more: &str, tolerance: u32) -> Value {
    let folder = sample(
        "fetchEvent",
        &format!(
            "{more}\ndef run():\n    t = datetime(2024, 1, 1)\n    return fetchEvent(t, t + timedelta(hours=1), 1, '', {tolerance})\n"
        ),
    );
    json(&folder, &["a.py", "run", "--now", "2024-01-01 02:00:00"])
}

#[test]
fn the_sample_of_fetch_event_fails_on_a_schedule_and_never_advances() {
    let report = fetch_event(CONNECTION, 5);
    assert_eq!(
        report["output"]["errors"],
        value!(["can't compare offset-naive and offset-aware datetimes"]),
        "{report:#}"
    );
    assert_eq!((&report["success"], &report["output"]["passdownData"]), (&value!(false), &value!({})));
    let report = fetch_event("", 0);
    assert_eq!(report["output"]["errors"], value!(["name 'conn' is not defined"]));
    let report = fetch_event(CONNECTION, 0);
    assert_eq!(
        (&report["success"], &report["output"]["returnData"]),
        (&value!(true), &value!({"results": [{"id": 1}]})),
        "{report:#}"
    );
    assert_eq!(report["output"]["result"]["Events Count"], 1);
    let failing = CONNECTION.replace("{'results': [{'id': 1}, {'id': 2}]}, ''", "{}, 'refused'");
    let report = fetch_event(&failing, 0);
    assert_eq!(report["output"]["errors"][1], "local variable 'caseItems' referenced before assignment", "{report:#}");
}

#[test]
fn the_sample_of_a_retry_ends_failed_and_successful() {
    let report = json(&sample("retrySample", ""), &["a.py", "retrySample", "--now", "2024-01-01"]);
    assert_eq!(report["attempts"].as_array().map(Vec::len), Some(11));
    assert_eq!((&report["attempts"][9]["delay"], &report["attempts"][2]["delay"]), (&value!(40), &value!(30)));
    assert_eq!(
        (&report["success"], &report["output"]["returnData"], &report["output"]["errors"]),
        (&value!(true), &value!("Failed"), &value!([]))
    );
}

#[test]
fn the_sample_of_test_connection_leaves_return_data_empty() {
    let folder = sample("TestConnection", "");
    folder.write(
        "http.json",
        r#"[{"request": {"method": "GET", "url": "http://ip.jsontest.com/"}, "response": {"status": 500}}]"#,
    );
    let report = json(&folder, &["a.py", "TestConnection", "--http", "http.json"]);
    assert_eq!(
        (&report["output"]["returnData"], &report["output"]["errors"]),
        (&value!(""), &value!("cannot connect to the site."))
    );
    folder.write("http.json", r#"[{"request": {"method": "GET", "url": "http://ip.jsontest.com/"}, "response": {"json": {"ip": "192.0.2.1"}}}]"#);
    let report = json(&folder, &["a.py", "TestConnection", "--http", "http.json"]);
    assert_eq!((&report["success"], &report["output"]["rawData"]), (&value!(true), &value!({"ip": "192.0.2.1"})));
}

#[test]
fn the_sample_of_a_utility_call_works_and_returns_no_model() {
    let report = json(&sample("utilityCommandCalls", ""), &["a.py", "utilityCommandCalls"]);
    assert_eq!(
        (&report["error"]["type"], &report["error"]["message"]),
        (&value!("NoOutputModel"), &value!("the command returned a value of type str"))
    );
    let report = json(&sample("rawData", ""), &["a.py", "anything"]);
    assert_eq!(report["error"]["type"], "SyntaxError");
}
