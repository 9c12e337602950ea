//! Tests of what test cases say of scripts and manifests.

use std::sync::Arc;

use super::support::{ACME, acme, unmark};
use crate::ide::{Mentioned, complete_case, mentioned, mentioned_in_case, mentions, renamed_in_cases, renamed_inputs};
use crate::manifest::Manifest;
use crate::text::{Edit, apply};

const CASE: &str = "\u{feff}{\"command\": \"CheckDevice\", \"note\": \"CheckDevice\",\r
\t\"inputs\": {\"hostname\": \"hostname\", \"limit\": 1, \"zone\": {\"hostname\": 2}},\r
\t\"connection\": {\"apikey\": \"🙂\", \"tenant_id\": \"apikey\"},\r
\t\"d3\": [{\"call\": \"D3.Integration.AcmeEDR.CheckDevice\", \"arguments\": {\"hostname\": \"x\"}},\r
\t\t{\"call\": \"D3.Integration.Other.CheckDevice\", \"arguments\": {\"hostname\": \"x\"}},\r
\t\t{\"call\": \"D3.Utility.CheckDevice\", \"arguments\": [\"hostname\"]}]}\r
";

fn command(name: &str) -> Mentioned {
    Mentioned::Command(name.to_owned())
}

fn input(command: &str, name: &str) -> Mentioned {
    Mentioned::Input(command.to_owned(), name.to_owned())
}

/// The case with other words where it speaks of something.
fn changed(what: &Mentioned) -> String {
    let edits: Vec<_> =
        mentions(CASE, Some("AcmeEDR"), what).into_iter().map(|range| Edit::replace(range, "new")).collect();
    apply(CASE, &edits)
}

#[test]
fn a_case_names_commands_inputs_and_connection_parameters() {
    assert_eq!(
        changed(&command("CheckDevice")),
        CASE.replacen("\"CheckDevice\"", "\"new\"", 1).replace("AcmeEDR.CheckDevice", "AcmeEDR.new")
    );
    assert_eq!(
        changed(&input("CheckDevice", "hostname")),
        CASE.replacen("\"hostname\":", "\"new\":", 1).replacen(
            "\"arguments\": {\"hostname\"",
            "\"arguments\": {\"new\"",
            1
        )
    );
    assert_eq!(changed(&Mentioned::Connection("apikey".to_owned())), CASE.replace("\"apikey\":", "\"new\":"));
    for other in [command("Other"), input("Other", "hostname"), input("CheckDevice", "zone2")] {
        assert_eq!(changed(&other), CASE, "{other:?}");
    }
}

#[test]
fn odd_cases_are_left_alone() {
    let place = |case: &str| mentions(case, None, &command("A")).len();
    assert_eq!(place("{\"command\": \"A\"}"), 1);
    assert_eq!(place("{\"command\": \"\\u0041\"}"), 1);
    for case in ["", "{\"command\": \"A\"", "[]", "{\"command\": 1}", "{\"d3\": {}}", "{\"d3\": [1, {\"call\": 2}]}"] {
        assert_eq!(place(case), 0, "{case}");
    }
    let by_order = "{\"command\": \"A\", \"inputs\": [\"hostname\"]}";
    assert_eq!(mentions(by_order, None, &input("A", "hostname")), []);
}

/// What cases call what stands at the cursor, and what they call it if that is renamed.
fn both(marked: &str) -> (Option<Mentioned>, Option<Mentioned>) {
    let (text, offset) = unmark(marked);
    let analysis = acme(&text);
    (mentioned(&analysis, offset), renamed_in_cases(&analysis, offset))
}

#[test]
fn cases_know_what_the_manifest_declares() {
    for (marked, expected) in [
        ("def Check$0Device(a): pass", command("CheckDevice")),
        ("def CheckDevice(a): pass\nCheck$0Device(1)", command("CheckDevice")),
        ("D3.Integration.AcmeEDR.fetch$0Event()", command("fetchEvent")),
        ("def CheckDevice(host$0name, limit): pass", input("CheckDevice", "hostname")),
        ("def CheckDevice(hostname, limit): return limit$0", input("CheckDevice", "limit")),
        ("runtime['connector']['api$0key']", Mentioned::Connection("apikey".to_owned())),
    ] {
        assert_eq!(both(marked), (Some(expected.clone()), Some(expected)), "{marked}");
    }
    // The function's own names for its inputs: a case does not know them.
    let found = input("CheckDevice", "hostname");
    assert_eq!(both("def CheckDevice(ho$0st, limit): pass"), (Some(found.clone()), None));
    assert_eq!(both("def CheckDevice(*args): return args[$00]"), (Some(found), None));
    for marked in ["def he$0lper(): pass", "def helper(host$0name): pass", "p$0b.log(1)", "x$0 = 1"] {
        assert_eq!(both(marked), (None, None), "{marked}");
    }
}

/// What stands at the cursor of a case, and the text that speaks of it.
fn at(marked: &str) -> Option<(Mentioned, String)> {
    let (text, offset) = unmark(marked);
    let (what, range) = mentioned_in_case(&text, Some("AcmeEDR"), offset)?;
    Some((what, text[range.start().to_usize()..range.end().to_usize()].to_owned()))
}

#[test]
fn a_case_is_a_place_to_stand() {
    let connection = Mentioned::Connection("apikey".to_owned());
    for (marked, what, word) in [
        ("{\"command\": \"Check$0Device\"}", command("CheckDevice"), "CheckDevice"),
        ("{\"command\": \"A\", \"inputs\": {\"ho$0st\": 1}}", input("A", "host"), "host"),
        ("{\"inputs\": {\"ho$0st\": 1}, \"command\": \"A\"}", input("A", "host"), "host"),
        ("{\"connection\": {\"$0apikey\": \"🙂\"}}", connection, "apikey"),
        ("{\"d3\": [{}, {\"call\": \"D3.Integration.AcmeEDR.Lo$0ok\"}]}", command("Look"), "Look"),
        (
            "{\"command\": \"A\", \"d3\": [{\"call\": \"D3.Integration.AcmeEDR.Look\", \"arguments\": {\"x$0\": 1}}]}",
            input("Look", "x"),
            "x",
        ),
        // Half-typed.
        ("{\"command\": \"A\", \"inputs\": {\"ho$0st\"", input("A", "host"), "host"),
    ] {
        assert_eq!(at(marked), Some((what, word.to_owned())), "{marked}");
    }
    for marked in [
        "$0",
        "{\"comm$0and\": \"A\"}",
        "{\"command\": \"A\", \"inputs\": {\"host\": \"ho$0st\"}}",
        "{\"command\": \"A\", \"inputs\": {\"zone\": {\"ho$0st\": 1}}}",
        "{\"inputs\": {\"ho$0st\": 1}}",
        "{\"d3\": [{\"call\": \"D3.Integra$0tion.AcmeEDR.Look\"}]}",
        "{\"d3\": [{\"call\": \"D3.Utility.Lo$0ok\"}]}",
        "{\"expect\": {\"connection\": {\"ap$0ikey\": 1}}}",
    ] {
        assert_eq!(at(marked), None, "{marked}");
    }
}

/// What is offered at the cursor, and the case with the first of it.
fn completed(marked: &str) -> (Vec<String>, String) {
    let (text, offset) = unmark(marked);
    let items = complete_case(&text, &Manifest::parse(Arc::from(ACME)), offset);
    let first = items.first().map(|item| Edit::replace(item.range, item.insert.clone()));
    (items.into_iter().map(|item| item.label).collect(), apply(&text, &first.into_iter().collect::<Vec<_>>()))
}

#[test]
fn completion_in_a_case() {
    for (marked, labels, after) in [
        (
            "{\"command\": \"$0\"}",
            vec!["TestConnection", "CheckDevice", "fetchEvent"],
            "{\"command\": \"TestConnection\"}",
        ),
        ("{$0}", vec!["command", "inputs", "connection", "now", "http", "d3", "expect"], "{\"command\": \"$1\"}"),
        (
            "{\"command\": \"CheckDevice\", \"inputs\": {}, \"$0\"\n\"expect\": {}, \"now\": \"\", \"http\": []}",
            vec!["connection", "d3"],
            "{\"command\": \"CheckDevice\", \"inputs\": {}, \"connection\": {$1},\n\"expect\": {}, \"now\": \"\", \"http\": []}",
        ),
        (
            "{\"command\": \"CheckDevice\", \"inputs\": {\"$0",
            vec!["hostname", "limit"],
            "{\"command\": \"CheckDevice\", \"inputs\": {\"hostname\": \"$1\"",
        ),
        (
            "{\"command\": \"CheckDevice\", \"inputs\": {\"hostname\": \"a\", $0}}",
            vec!["limit"],
            "{\"command\": \"CheckDevice\", \"inputs\": {\"hostname\": \"a\", \"limit\": $1}}",
        ),
        (
            "{\"connection\": {\"a$0\": \"k\", \"tenant_id\": \"t\"}}",
            vec!["serverurl", "apikey"],
            "{\"connection\": {\"serverurl\": \"k\", \"tenant_id\": \"t\"}}",
        ),
        (
            "{\"d3\": [{\"call\": \"D3.$0\"}]}",
            vec![
                "D3.Integration.AcmeEDR.TestConnection",
                "D3.Integration.AcmeEDR.CheckDevice",
                "D3.Integration.AcmeEDR.fetchEvent",
            ],
            "{\"d3\": [{\"call\": \"D3.Integration.AcmeEDR.TestConnection\"}]}",
        ),
        (
            "{\"d3\": [{\"call\": \"D3.Integration.AcmeEDR.CheckDevice\", \"arguments\": {$0}}]}",
            vec!["hostname", "limit"],
            "{\"d3\": [{\"call\": \"D3.Integration.AcmeEDR.CheckDevice\", \"arguments\": {\"hostname\": \"$1\"}}]}",
        ),
        (
            "{\"command\": \"CheckDevice\", \"expect\": {\"success\": true, $0",
            vec!["attempts", "logs", "error", "result", "returnData", "rawData", "errors", "passdownData"],
            "{\"command\": \"CheckDevice\", \"expect\": {\"success\": true, \"attempts\": $1",
        ),
        ("{\"expect\": {\"success\": $0}}", vec!["true", "false"], "{\"expect\": {\"success\": true}}"),
        (
            "{\"command\": \"CheckDevice\", \"expect\": {\"returnData\": \"S$0\"}}",
            vec!["Successful", "Partially Successful", "Failed"],
            "{\"command\": \"CheckDevice\", \"expect\": {\"returnData\": \"Successful\"}}",
        ),
        (
            "{\"command\": \"fetchEvent\", \"expect\": {\"returnData\": $0}}",
            vec!["Successful", "Partially Successful", "Failed", "Successful with No Event Data"],
            "{\"command\": \"fetchEvent\", \"expect\": {\"returnData\": \"Successful\"}}",
        ),
        ("{\"http\": [{}, {\"$0\"}]}", vec!["request", "response"], "{\"http\": [{}, {\"request\": {$1}}]}"),
        (
            "{\"http\": [{\"request\": {\"url\": \"a\", $0}}]}",
            vec!["method", "body"],
            "{\"http\": [{\"request\": {\"url\": \"a\", \"method\": \"$1\"}}]}",
        ),
        (
            "{\"http\": [{\"request\": {\"method\": \"$0\"}}]}",
            vec!["GET", "POST", "PUT", "PATCH", "DELETE"],
            "{\"http\": [{\"request\": {\"method\": \"GET\"}}]}",
        ),
        (
            "{\"http\": [{\"response\": {$0",
            vec!["status", "headers", "json", "text", "base64"],
            "{\"http\": [{\"response\": {\"status\": $1",
        ),
        (
            "{\"http\": [{\"response\": {\"json\": {}, $0}}]}",
            vec!["status", "headers"],
            "{\"http\": [{\"response\": {\"json\": {}, \"status\": $1}}]}",
        ),
        (
            "{\"http\": [{\"response\": {\"js$0on\": {}}}]}",
            vec!["status", "headers", "json", "text", "base64"],
            "{\"http\": [{\"response\": {\"status\": {}}}]}",
        ),
        (
            "{\"expect\": {\"error\": {\"$0",
            vec!["type", "message", "traceback"],
            "{\"expect\": {\"error\": {\"type\": \"$1\"",
        ),
        (
            "{\"expect\": {\"attempts\": [{\"retrycount\": 0}, {\"retrycount\": 1, $0}]}}",
            vec!["outcome", "delay"],
            "{\"expect\": {\"attempts\": [{\"retrycount\": 0}, {\"retrycount\": 1, \"outcome\": \"$1\"}]}}",
        ),
        (
            "{\"d3\": [{\"call\": \"D3.Utility.x\", $0}]}",
            vec!["arguments", "returns"],
            "{\"d3\": [{\"call\": \"D3.Utility.x\", \"arguments\": {$1}}]}",
        ),
    ] {
        assert_eq!(completed(marked), (labels.into_iter().map(str::to_owned).collect(), after.to_owned()), "{marked}");
    }
    for marked in ["$0", "{\"command\": \"Gone\", \"inputs\": {\"$0\"}}", "{\"expect\": {\"rawData\": {\"$0\"}}}"] {
        assert_eq!(completed(marked).0, [""; 0], "{marked}");
    }
}

/// A case with all keys that there are, cut off behind each quote that opens a key.
#[test]
fn each_key_is_offered_where_the_text_ends() {
    let whole = r#"{"command": "CheckDevice", "inputs": {"hostname": "x", "limit": 1}, "connection": {"apikey": "k"}, "now": "",
        "http": [{"request": {"method": "GET", "url": "https://🙂", "body": "b"},
                  "response": {"status": 200, "headers": {}, "json": []}}],
        "d3": [{"call": "D3.Integration.AcmeEDR.CheckDevice", "arguments": {"hostname": "y"}, "returns": []}],
        "expect": {"success": true, "attempts": [{"retrycount": 0, "outcome": "success", "delay": null}], "logs": ["l"],
                   "error": {"type": "KeyError", "message": "m", "traceback": []}, "result": "", "returnData": "Failed",
                   "rawData": null, "errors": "", "passdownData": null}}"#;
    let mut count = 0;
    for (end, _) in whole.match_indices("\":") {
        let start = whole[..end].rfind('"').expect("a quote") + 1;
        let (key, marked) = (&whole[start..end], format!("{}$0", &whole[..start]));
        assert!(completed(&marked).0.iter().any(|label| label == key), "{marked}");
        count += 1;
    }
    assert_eq!(count, 37);
}

#[test]
fn values_of_inputs_that_the_manifest_lists() {
    let manifest = r#"{"version": 1, "kind": "integration", "internalName": "A", "commands": [{"internalName": "Look", "inputs": [
        {"parameterName": "deep", "parameterType": "Boolean"}, {"parameterName": "host"},
        {"parameterName": "level", "inputType": "Drop Down Option", "options": ["Low", "High"]},
        {"parameterName": "kinds", "parameterType": "Text Array", "inputType": "Multi Select Option", "options": ["URL", "IP"]}]}]}"#;
    let values = |marked: &str| -> Vec<String> {
        let (text, offset) = unmark(marked);
        let items = complete_case(&text, &Manifest::parse(Arc::from(manifest)), offset);
        items.into_iter().map(|item| item.insert).collect()
    };
    for (marked, expected) in [
        ("{\"command\": \"Look\", \"inputs\": {\"deep\": $0", vec!["true", "false"]),
        ("{\"command\": \"Look\", \"inputs\": {\"level\": \"H$0\"}}", vec!["\"Low\"", "\"High\""]),
        ("{\"command\": \"Look\", \"inputs\": {\"kinds\": [\"IP\", $0]}}", vec!["\"URL\"", "\"IP\""]),
        ("{\"d3\": [{\"call\": \"D3.Integration.A.Look\", \"arguments\": {\"deep\": $0}}]}", vec!["true", "false"]),
        ("{\"command\": \"Look\", \"inputs\": {\"kinds\": $0}}", vec![]),
        ("{\"command\": \"Look\", \"inputs\": {\"level\": [$0]}}", vec![]),
        ("{\"command\": \"Look\", \"inputs\": {\"host\": $0}}", vec![]),
        ("{\"command\": \"Gone\", \"inputs\": {\"deep\": $0}}", vec![]),
    ] {
        assert_eq!(values(marked), expected, "{marked}");
    }
}

#[test]
fn inputs_that_a_change_of_the_manifest_renames() {
    let manifest = |inputs: &[&str]| {
        let inputs: Vec<_> = inputs.iter().map(|name| format!("{{\"parameterName\": \"{name}\"}}")).collect();
        Manifest::parse(Arc::from(format!(
            "{{\"version\": 1, \"kind\": \"integration\", \"commands\": [{{\"internalName\": \"A\", \"inputs\": [{}]}}]}}",
            inputs.join(", ")
        )))
    };
    let renamed = |before: &[&str], after: &[&str]| renamed_inputs(&manifest(before), &manifest(after));
    assert_eq!(renamed(&["a", "b"], &["a", "c"]), [(input("A", "b"), "c".to_owned())]);
    // Reordered, added, removed: each keeps its name.
    assert_eq!(renamed(&["a", "b"], &["b", "a"]), []);
    assert_eq!(renamed(&["a"], &["x", "a"]), []);
    assert_eq!(renamed(&["a", "b"], &["b"]), []);
    assert_eq!(renamed(&["a", "b"], &["b", "c"]), []);
}
