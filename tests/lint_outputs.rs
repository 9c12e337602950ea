//! `d3ls lint` for machines and teams: reports for other programs, the baseline, contradictions.
//!
//! `scripts/test-reports` holds the reports against their schemas.

mod support;

use support::{Folder, Run};

const FAULTY: &str = "# d3: utility\nclass APIError(Exception):\n    pass\n";
const LIVE: &str = r#"{
  "version": 1, "kind": "integration", "name": "Acme", "liveScript": "live.py",
  "commands": [{"internalName": "Check"}]
}
"#;
const COMMAND: &str = "def Check():\n    return pb.returnOutputModel(\"\", \"Successful\", \"\", \"\", \"\", \"\")\n";

fn codes(json: &serde_json::Value) -> Vec<&str> {
    let findings = json["diagnostics"].as_array().expect("a list");
    findings.iter().map(|finding| finding["code"].as_str().expect("a text")).collect()
}

fn failed(run: &Run, line: &str) {
    assert_eq!((run.status, run.stderr.as_str()), (2, line), "{run:?}");
}

// Reports

#[test]
fn sarif_has_the_rule_with_its_page_the_place_and_the_fix() {
    let folder = Folder::new(&[("a b/ü.py", "# d3: utility\nx = '🙂'; APIError = 1\nclass HTTPAPIError: pass\n")]);
    let run = folder.run(&["lint", "--format", "sarif", "--select", "D3201"]);
    assert_eq!(run.status, 1);
    let sarif: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let run = &sarif["runs"][0];
    assert_eq!((&sarif["version"], &run["columnKind"]), (&"2.1.0".into(), &"unicodeCodePoints".into()));
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), 1, "those that were selected");
    assert_eq!((&rules[0]["id"], &rules[0]["name"]), (&"D3201".into(), &"reserved-class".into()));
    let page = folder.run(&["explain", "D3201"]).stdout;
    assert_eq!(rules[0]["help"]["markdown"].as_str().expect("text").trim_end(), page.trim_end());
    assert_eq!(rules[0]["defaultConfiguration"]["level"], "error");
    let result = &run["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    let file = serde_json::json!({"uri": "a%20b/%C3%BC.py", "uriBaseId": "SRCROOT"});
    assert_eq!(place["artifactLocation"], file);
    let region = serde_json::json!({"startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": 18});
    assert_eq!(place["region"], region);
    let change = &run["results"][1]["fixes"][0]["artifactChanges"][0];
    let region = serde_json::json!({"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 19});
    assert_eq!(change["artifactLocation"], file);
    let replacement = serde_json::json!({"deletedRegion": region, "insertedContent": {"text": "CustomHTTPAPIError"}});
    assert_eq!(change["replacements"][0], replacement);
}

#[test]
fn github_has_a_command_a_finding_with_names_escaped() {
    let folder = Folder::new(&[("a,b:c.py", FAULTY), ("clean.py", "# d3: utility\n")]);
    let run = folder.run(&["lint", "--format", "github"]);
    assert_eq!((run.status, run.stdout.lines().count()), (1, 1), "{run:?}");
    let start = "::error file=a%2Cb%3Ac.py,line=2,endLine=2,col=7,endColumn=15,title=D3201 reserved-class::\
                 a,b:c.py:2:7: D3201[reserved-class] ";
    assert!(run.stdout.starts_with(start), "{}", run.stdout);
    let run = folder.run(&["lint", "--format", "github", "clean.py"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
}

#[test]
fn junit_has_a_suite_a_file_and_fails_what_fails_the_run() {
    let folder = Folder::new(&[("a.py", FAULTY), ("clean.py", "# d3: utility\n")]);
    folder.write("d3ls.toml", "[lint]\nseverity = { D3201 = \"warning\" }\n");
    let with = |bar| folder.run(&["lint", "--format", "junit", "--fail-on", bar]);
    let Run { stdout, status, .. } = with("warning");
    assert!(stdout.contains("<testsuites name=\"d3ls\" tests=\"2\" failures=\"1\" errors=\"0\">"), "{stdout}");
    assert!(stdout.contains("<testcase name=\"D3201 reserved-class (2:7)\" classname=\"a.py\">"), "{stdout}");
    assert!(stdout.contains("<testcase name=\"d3ls lint\" classname=\"clean.py\"/>"), "{stdout}");
    assert_eq!((status, stdout.matches("<failure type=\"warning\"").count()), (1, 1), "{stdout}");
    let Run { stdout, status, .. } = with("error");
    assert_eq!((status, stdout.matches("<failure").count()), (0, 0), "{stdout}");
    assert!(stdout.contains("<system-out>a.py:2:7: warning D3201"), "{stdout}");
}

#[test]
fn every_format_goes_to_a_file_without_colours() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    for format in ["text", "json", "sarif", "github", "junit"] {
        let to_stdout = folder.run(&["lint", "--format", format]).stdout;
        let mut command = folder.command(&["lint", "--format", format, "--output-file", "report"]);
        command.env("CLICOLOR_FORCE", "1");
        let run = support::finish(command, b"");
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (1, "", ""));
        assert_eq!(String::from_utf8(folder.read("report")).expect("text"), to_stdout);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_one_line() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    let run = folder.run(&["lint", "--format", "sarif", "--output-file", "no/such/report.sarif"]);
    failed(&run, "error: no/such/report.sarif can't be written: no such file or folder\n");
}

#[test]
fn statistics_come_in_two_formats() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    let run = folder.run(&["lint", "--format", "sarif", "--statistics"]);
    failed(&run, "error: `--statistics` comes as text or json only; leave it out, or take one of these formats\n");
}

#[test]
fn what_some_files_lack_is_one_line() {
    let run = Folder::new(&[("a.py", FAULTY)]).run(&["lint"]);
    let last: Vec<&str> = run.stdout.lines().skip_while(|line| !line.starts_with("Found ")).collect();
    assert_eq!(last.len(), 3, "{last:?}");
    assert!(last[1].contains(" rules not evaluated for some files: "), "{last:?}");
    assert!(last[1].contains(" need a manifest (d3.json)"), "{last:?}");
    let manifest =
        r#"{"version": 1, "kind": "integration", "name": "A", "script": "a.py", "systemScript": null, "commands": []}"#;
    let run = Folder::new(&[("a.py", FAULTY), ("d3.json", manifest)]).run(&["lint"]);
    let lack = run.stdout.lines().find(|line| line.contains("not evaluated")).expect("the system script is not there");
    assert!(!lack.contains("need a manifest"), "it is there: {lack}");
    assert!(lack.contains("`d3ls explain` says what D3109"), "{lack}");
}

// The baseline

#[test]
fn known_findings_are_left_out_wherever_they_move() {
    let folder = Folder::new(&[("src/a.py", FAULTY)]);
    let run = folder.run(&["lint", "--write-baseline", "known.json"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stdout.starts_with("All good in 1 file.\n1 finding of the baseline is not shown.\n"), "{run:?}");
    let moved = FAULTY.replace("class", "\n\nif True:\n  class").replace("    pass", "      pass");
    folder.write("src/a.py", format!("{moved}HTTPAPIError = 1\n"));
    let run = folder.run(&["lint", "--baseline", "known.json"]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.starts_with("src/a.py:7:1: error D3201"), "only the new one: {run:?}");
    let mut elsewhere = folder.command(&["lint", "--baseline", "../known.json", "--format", "json"]);
    elsewhere.current_dir(folder.path().join("src"));
    let run = support::finish(elsewhere, b"");
    assert_eq!(codes(&serde_json::from_str(&run.stdout).expect("JSON")), ["D3201"], "wherever d3ls runs");
}

#[test]
fn a_known_finding_that_is_copied_is_new() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    folder.run(&["lint", "--write-baseline", "known.json"]);
    folder.write("a.py", format!("{FAULTY}{FAULTY}"));
    assert_eq!(codes(&folder.json(&["--baseline", "known.json"])), ["D3201"]);
    folder.write("b.py", FAULTY);
    assert_eq!(codes(&folder.json(&["--baseline", "known.json"])), ["D3201", "D3201"]);
}

#[test]
fn what_is_gone_from_checked_files_is_said() {
    let folder = Folder::new(&[("a.py", FAULTY), ("b.py", FAULTY)]);
    folder.run(&["lint", "--write-baseline", "known.json"]);
    folder.write("a.py", "# d3: utility\n");
    let gone = "1 finding of the baseline is there no more; write it anew with --write-baseline.\n";
    assert!(folder.run(&["lint", "--baseline", "known.json"]).stdout.contains(gone));
    let run = folder.run(&["lint", "--baseline", "known.json", "b.py"]);
    assert!(!run.stdout.contains("no more"), "a.py was not checked: {run:?}");
}

#[test]
fn a_baseline_that_is_none_fails_before_anything_is_fixed() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    let with = || folder.run(&["lint", "--fix", "--unsafe-fixes", "--baseline", "known.json"]);
    failed(&with(), "error: known.json: no such file or folder; write it anew with --write-baseline\n");
    folder.write("known.json", "{\"version\": 2, \"findings\": {}}");
    failed(
        &with(),
        "error: known.json: the baseline has version 2, and this d3ls reads version 1; write it anew with --write-baseline\n",
    );
    for broken in ["", "{", "[]", "{\"version\": 1}", "{\"version\": 1, \"findings\": [{\"path\": 1}]}"] {
        folder.write("known.json", broken);
        let run = with();
        assert!(run.stderr.starts_with("error: known.json: this is no baseline: "), "{run:?}");
        assert_eq!((run.status, run.stderr.lines().count()), (2, 1), "{run:?}");
    }
    assert_eq!(folder.read("a.py"), FAULTY.as_bytes());
}

#[test]
fn a_baseline_is_not_written_where_it_would_be_incomplete() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    let run = folder.run(&["lint", "--write-baseline", "known.json", "a.py", "nope.py"]);
    failed(&run, "error: nope.py: no such file or folder\nerror: known.json is not written: not all was checked\n");
    assert!(!folder.path().join("known.json").exists());
    let run = folder.run(&["lint", "--write-baseline", "no/such/known.json"]);
    failed(&run, "error: no/such/known.json can't be written: no such file or folder\n");
}

// Settings and suppression

#[test]
fn settings_that_contradict_each_other_are_one_line_each() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    let with = |lint: &str| {
        folder.write("d3ls.toml", format!("[lint]\n{lint}\n"));
        folder.run(&["lint"])
    };
    failed(
        &with("select = [\"D3201\"]\nignore = [\"reserved-class\"]"),
        "error: d3ls.toml:3:12: `reserved-class` is ignored here and `D3201` selected; keep one of them\n",
    );
    failed(
        &with("severity = { D3201 = \"info\", reserved-class = \"warning\" }"),
        "error: d3ls.toml:2:30: `reserved-class` has another severity above; keep one of them\n",
    );
    failed(
        &with("ignore = [\"D32\"]\nseverity = { D3201 = \"info\" }"),
        "error: d3ls.toml:3:14: `D3201` has a severity but is switched off; select it or take this out\n",
    );
    let fine =
        "select = [\"D32\", \"D3001\"]\nignore = [\"D3202\"]\nseverity = { D32 = \"info\", D3201 = \"warning\" }";
    let run = with(fine);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""), "{run:?}");
    let run = folder.run(&["lint", "--select", "D3201,D32", "--ignore", "reserved-class"]);
    failed(&run, "error: `--ignore reserved-class` and `--select D3201` name the same rules; keep one of them\n");
    assert_eq!(folder.run(&["lint", "--ignore", "D32"]).stderr, "", "a command line may take back what settings say");
}

#[test]
fn an_ignore_that_ignores_nothing_is_removed() {
    let folder = Folder::new(&[]);
    folder.write("a.py", "# d3: utility\nAPIError = 1  # d3: ignore[D3201, D3002]\nx = 1  # d3: ignore[D3201]\n");
    assert_eq!(codes(&folder.json(&[])), ["D3901", "D3901"]);
    let run = folder.run(&["lint", "--fix"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(folder.read("a.py"), b"# d3: utility\nAPIError = 1  # d3: ignore[D3201]\nx = 1\n");
}

#[test]
fn a_live_script_is_checked_but_never_fixed() {
    let unused = format!("{COMMAND}x = 1  # d3: ignore[D3201]\n");
    let folder = Folder::new(&[("d3.json", LIVE), ("script.py", &unused), ("live.py", &unused)]);
    let arguments = ["--select", "D3901,D3201"];
    assert_eq!(codes(&folder.json(&arguments)), ["D3901", "D3901"]);
    let run = folder.run(&[&["lint", "--fix"], &arguments[..]].concat());
    assert!(run.stdout.contains("live.py:3:") && run.stdout.contains("\nFixed 1 finding.\n"), "{run:?}");
    assert!(!run.stdout.contains("(--fix)") && !run.stdout.contains("fixable"), "{run:?}");
    assert_eq!(folder.read("live.py"), unused.as_bytes());
    assert_eq!(folder.read("script.py"), format!("{COMMAND}x = 1\n").as_bytes());
    let json = folder.json(&[&arguments[..], &["live.py"]].concat());
    assert_eq!(json["diagnostics"][0]["fixes"][0]["applicability"], "offered");
    let run = folder.run_with(&["lint", "--fix", "-", "--stdin-filename", "live.py"], unused.as_bytes());
    assert_eq!(run.stdout, unused);
}

#[test]
fn a_system_script_is_never_fixed() {
    let manifest = LIVE.replace("\"commands\"", "\"systemScript\": \"system.py\",\n  \"commands\"");
    let newer = "def helper(d):\n    return f\"{d[\"a\"]}\"\n";
    let folder =
        Folder::new(&[("d3.json", &manifest), ("script.py", COMMAND), ("live.py", COMMAND), ("system.py", newer)]);
    let run = folder.run(&["lint", "--fix"]);
    assert!(run.stdout.contains("system.py:2:") && run.stdout.contains("Fixed 0 findings"), "{run:?}");
    assert_eq!(folder.read("system.py"), newer.as_bytes());
}

#[test]
fn a_live_script_does_not_lack_what_was_added_since() {
    let manifest = LIVE.replace("\"commands\"", "\"connection\": [{\"displayName\": \"Zone\"}],\n  \"commands\"");
    let draft = format!("ZONE = runtime['connector']['zone']\n{COMMAND}");
    let folder = Folder::new(&[("d3.json", &manifest), ("script.py", &draft), ("live.py", COMMAND)]);
    assert_eq!(codes(&folder.json(&["--select", "D3411"])), [""; 0]);
    let folder = Folder::new(&[("d3.json", &manifest), ("script.py", COMMAND), ("live.py", &draft)]);
    assert_eq!(codes(&folder.json(&["--select", "D3411"])), ["D3411"]);
}

#[test]
fn a_live_script_keeps_commands_that_were_renamed_since() {
    let manifest = LIVE.replace("Check", "LookUp");
    let folder = Folder::new(&[
        ("d3.json", &manifest),
        ("script.py", &COMMAND.replace("Check", "LookUp")),
        ("live.py", COMMAND),
    ]);
    assert_eq!(codes(&folder.json(&["--select", "D3108"])), [""; 0]);
    folder.write("script.py", COMMAND);
    assert_eq!(codes(&folder.json(&["--select", "D3108"])), ["D3108"]);
}

#[test]
fn a_live_script_keeps_the_inputs_of_the_last_submit() {
    let manifest = LIVE.replace("\"Check\"", "\"Check\", \"inputs\": [{\"parameterName\": \"host\"}]");
    let draft = COMMAND.replace("()", "(host)").replace("(\"\"", "(host");
    let folder = Folder::new(&[("d3.json", &manifest), ("script.py", &draft), ("live.py", COMMAND)]);
    assert_eq!(codes(&folder.json(&["--select", "D3102,D3103,D3104"])), [""; 0]);
    folder.write("script.py", COMMAND);
    assert_eq!(codes(&folder.json(&["--select", "D3102,D3103,D3104"])), ["D3102"], "the draft has to follow");
}
