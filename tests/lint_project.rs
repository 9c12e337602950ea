//! `d3ls lint` where manifests, settings and image profiles bear on scripts.

mod support;

use support::Folder;

const MANIFEST: &str = r#"{
  "version": 1, "kind": "integration", "name": "Acme", "systemScript": "system.py", "colour": 1,
  "commands": [{"internalName": "TestConnection", "inputs": []}]
}
"#;
const SCRIPT: &str = "class APIError:\n    pass\n\n\ndef TestConnection():\n    return pb.returnOutputModel(\"\", \"Successful\", \"\", \"\", \"\", \"\")\n";

/// Path, line and code of each finding.
fn findings(json: &serde_json::Value) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let one = |finding: &serde_json::Value| {
        format!("{}:{} {}", text(&finding["path"]), finding["range"]["start"]["line"], text(&finding["code"]))
    };
    json["diagnostics"].as_array().expect("a list").iter().map(one).collect()
}

fn acme() -> Folder {
    Folder::new(&[
        ("acme/d3.json", MANIFEST),
        ("acme/script.py", SCRIPT),
        ("acme/system.py", "class PlaybookRunTime: pass\n"),
    ])
}

#[test]
fn a_script_alone_reports_its_own_findings_and_a_manifest_all() {
    let folder = acme();
    assert_eq!(findings(&folder.json(&["acme/script.py"])), ["acme/script.py:1 D3201"]);
    let all = ["acme/d3.json:2 D3903", "acme/script.py:1 D3201"];
    assert_eq!(findings(&folder.json(&["acme/d3.json"])), all);
    assert_eq!(findings(&folder.json(&["acme/d3.json", ".", "acme/script.py"])), all, "each once");
    assert_eq!(folder.json(&["acme"])["summary"]["files"], 3);
}

#[test]
fn a_manifest_makes_scripts_of_ignored_files_too() {
    let folder = acme();
    folder.write(".gitignore", "script.py\n");
    assert_eq!(findings(&folder.json(&["."])), ["acme/d3.json:2 D3903", "acme/script.py:1 D3201"]);
}

#[test]
fn of_a_system_script_only_syntax_errors_are_reported() {
    let folder = acme();
    folder.write("acme/system.py", "class APIError: pass\nx = (\n");
    let found = findings(&folder.json(&["acme/system.py"]));
    assert!(!found.is_empty() && found.iter().all(|finding| finding.ends_with(" D3001")), "{found:?}");
}

#[test]
fn a_script_that_is_missing_is_a_line_and_the_rest_is_checked() {
    let folder = acme();
    std::fs::remove_file(folder.path().join("acme/system.py")).expect("removed");
    let run = folder.run(&["lint", "acme"]);
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (2, "error: acme/system.py: no such file, but acme/d3.json names it\n")
    );
    assert!(run.stdout.contains("acme/script.py:1:7: error D3201"), "{}", run.stdout);
}

#[test]
fn a_broken_manifest_costs_only_what_needs_it() {
    let folder = acme();
    folder.write("acme/d3.json", "{\n  \"version\": 1,,\n");
    let json = folder.json(&["acme"]);
    assert_eq!(findings(&json), ["acme/d3.json:2 D3903", "acme/script.py:1 D3201"]);
    let not_evaluated = json["summary"]["notEvaluated"].as_array().expect("a list");
    assert!(not_evaluated.contains(&"D3401".into()), "{not_evaluated:?}");
    folder.write("acme/d3.json", b"{\"version\": \"\xff\"}");
    let run = folder.run(&["lint", "acme"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("error: acme/d3.json: the file is not UTF-8"), "{}", run.stderr);
    assert!(run.stdout.contains("acme/script.py:1:7"), "{}", run.stdout);
    // What it names can't be told, so nothing is missing.
    folder.write("utility/d3.json", "{");
    let run = folder.run(&["lint", "utility"]);
    assert!(run.stderr.is_empty() && run.stdout.contains("d3.json:1:1: error D3903"), "{run:?}");
}

#[test]
fn the_nearest_manifest_that_names_a_script_is_its_own() {
    let outer = MANIFEST.replace("\"systemScript\"", "\"script\": \"sub/script.py\", \"systemScript\"");
    let folder = Folder::new(&[
        ("d3.json", &outer),
        ("system.py", ""),
        ("sub/d3.json", r#"{"version": 1, "kind": "utility", "commands": [{"internalName": "Other"}]}"#),
        ("sub/Other.py", ""),
        ("sub/script.py", SCRIPT),
    ]);
    let summary = &folder.json(&["sub/script.py"])["summary"];
    assert_eq!((&summary["files"], &summary["notEvaluated"]), (&1.into(), &serde_json::json!([])));
}

#[test]
fn two_integrations_of_one_name_are_reported_where_both_are_checked() {
    let manifest = MANIFEST.replace(" \"colour\": 1,", "").replace("\"systemScript\": \"system.py\",", "");
    let folder =
        Folder::new(&[("a/d3.json", &manifest), ("a/script.py", ""), ("b/d3.json", &manifest), ("b/script.py", "")]);
    let with = |path| findings(&folder.json(&["--select", "D3903", path]));
    assert_eq!(with("."), ["b/d3.json:2 D3903"]);
    assert_eq!(with("b"), [""; 0]);
}

#[test]
fn standard_input_takes_the_place_of_the_file_it_is_named_after() {
    let folder = acme();
    let arguments = ["lint", "-", "--stdin-filename", "acme/script.py", "--select", "D3201"];
    let run = folder.run_with(&arguments, b"x = 1\nHTTPAPIError = 1\n");
    assert!(run.stdout.starts_with("acme/script.py:2:1: error D3201"), "{run:?}");
    let run = folder.run_with(&["lint", "-", "--stdin-filename", "acme/d3.json"], b"{}");
    assert!(run.stdout.starts_with("acme/d3.json:1:1: error D3903"), "{run:?}");
}

#[test]
fn a_manifest_is_fixed_and_fixing_it_twice_equals_once() {
    let folder = acme();
    folder.write("acme/d3.json", MANIFEST.replace("\"colour\"", "\"conection\"").replace("1,\n", "[],\n"));
    let run = folder.run(&["lint", "--fix", "acme"]);
    assert!(run.stdout.starts_with("Fixed 1 finding") || run.stdout.contains("\nFixed 1 finding"), "{run:?}");
    let once = folder.read("acme/d3.json");
    assert!(String::from_utf8_lossy(&once).contains("\"connection\": []"));
    folder.run(&["lint", "--fix", "acme"]);
    assert_eq!(folder.read("acme/d3.json"), once);
}

// Settings

#[test]
fn settings_choose_rules_and_severities() {
    let folder = acme();
    let with = |settings: &str| {
        folder.write("d3ls.toml", settings);
        findings(&folder.json(&["acme"]))
    };
    assert_eq!(with("[lint]\nselect = [\"D39\"]\n"), ["acme/d3.json:2 D3903"]);
    assert_eq!(with("[lint]\nignore = [\"invalid-manifest\"]\n"), ["acme/script.py:1 D3201"]);
    assert_eq!(
        with("[lint]\nselect = [\"D3201\", \"D39\"]\nper-file-ignores = { \"acme/*.py\" = [\"D32\"] }\n"),
        ["acme/d3.json:2 D3903"],
        "what a file is spared it is spared even if it is selected by name"
    );
    with("[lint]\nseverity = { D32 = \"info\", D3903 = \"warning\" }\n");
    assert_eq!(folder.run(&["lint", "acme", "--fail-on", "error"]).status, 0);
    assert_eq!(folder.run(&["lint", "acme"]).status, 1);
    assert_eq!(folder.run(&["lint", "acme/script.py"]).status, 0);
    assert_eq!(folder.run(&["lint", "acme/script.py", "--fail-on", "info"]).status, 1);
    with("[lint]\nignore = [\"D3201\"]\n");
    assert_eq!(findings(&folder.json(&["acme", "--select", "D3201"])), ["acme/script.py:1 D3201"]);
}

#[test]
fn the_nearest_settings_hold() {
    let folder = acme();
    folder.write("d3ls.toml", "[lint]\nignore = [\"D3201\"]\n");
    folder.write("acme/d3ls.toml", "[lint]\nignore = [\"D3903\"]\n");
    assert_eq!(findings(&folder.json(&["acme"])), ["acme/script.py:1 D3201"]);
}

#[test]
fn an_unknown_setting_is_an_error_and_the_rest_is_checked() {
    let folder = acme();
    folder.write("d3ls.toml", "[lint]\nselct = []\n");
    let run = folder.run(&["lint", "acme"]);
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (2, "error: d3ls.toml:2:1: unknown setting `selct`; did you mean `select`?\n")
    );
    assert!(run.stdout.contains("D3201"), "{}", run.stdout);
}

#[test]
fn an_unknown_rule_in_the_settings_is_found_and_fixed() {
    let folder = acme();
    folder.write("d3ls.toml", "[lint]\nignore = [\"D3201\", \"invalid-manifst\"]\n");
    assert_eq!(findings(&folder.json(&["acme/script.py"])), ["d3ls.toml:2 D3902"]);
    assert_eq!(findings(&folder.json(&["acme/script.py", "--ignore", "D3902"])), [""; 0]);
    let run = folder.run(&["lint", "--fix", "acme"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "Fixed 1 finding.\nAll good in 3 files.\n"));
    assert_eq!(folder.read("d3ls.toml"), b"[lint]\nignore = [\"D3201\", \"invalid-manifest\"]\n");
}

#[test]
fn a_broken_image_profile_is_an_error_and_the_rest_is_checked() {
    let folder = acme();
    folder.write("d3ls.toml", "[image]\nprofile = \"image/d3-image.json\"\n");
    let run = folder.run(&["lint", "acme"]);
    assert_eq!((run.status, run.stderr.as_str()), (2, "error: image/d3-image.json: no such file or folder\n"));
    folder.write("image/d3-image.json", "{\n  \"version\": 1,\n  \"pyhton\": \"3.9.12\"\n}");
    let run = folder.run(&["lint", "acme"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("error: image/d3-image.json:3:"), "{}", run.stderr);
    assert!(run.stdout.contains("D3201"), "{}", run.stdout);
    folder.write("image/d3-image.json", "{\"version\": 1}");
    assert_eq!(folder.run(&["lint", "acme"]).stderr, "");
}
