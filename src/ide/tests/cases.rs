//! Tests of what test cases say of scripts and manifests.

use super::support::{acme, unmark};
use crate::ide::{Mentioned, mentioned, mentions, renamed_in_cases};
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
