//! `d3ls lint`, `explain` and `rules` from outside.

mod support;

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use support::{Folder, Run, d3ls, finish};

const CLEAN: &str = "# d3: utility\nx = 1\n";
const FAULTY: &str = "# d3: utility\nclass APIError(Exception):\n    pass\n\n\nraise APIError()\n";
const BROKEN: &str = "# d3: utility\nx = (1\n";

fn codes(json: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let findings = json["diagnostics"].as_array().expect("a list");
    findings.iter().map(|finding| (text(&finding["path"]), text(&finding["code"]))).collect()
}

fn pair(path: &str, code: &str) -> (String, String) {
    (path.to_owned(), code.to_owned())
}

// Exit statuses

#[test]
fn a_clean_script_exits_0() {
    let run = Folder::new(&[("a.py", CLEAN)]).run(&["lint", "a.py"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stdout.starts_with("All good in 1 file.\n"), "{run:?}");
}

#[test]
fn findings_exit_1() {
    let run = Folder::new(&[("a.py", FAULTY)]).run(&["lint"]);
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stdout.starts_with("a.py:2:7: error D3201[reserved-class]: "), "{}", run.stdout);
    assert!(run.stdout.contains("2 | class APIError(Exception):\n  |       ^^^^^^^^\n"), "{}", run.stdout);
    assert!(run.stdout.contains("Found 1 error in 1 file.\n"), "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'), "no colour in a pipe");
}

#[test]
fn no_script_at_all_says_so_and_exits_0() {
    let folder = Folder::new(&[("a.py", "print(1)\n")]);
    let run = folder.run(&["lint"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "No D3 script found (1 other Python file skipped).\n"));
    assert_eq!(folder.json(&[])["summary"]["skipped"], 1);
}

#[test]
fn a_missing_path_is_a_line_and_the_rest_is_checked() {
    let run = Folder::new(&[("a.py", FAULTY)]).run(&["lint", "nope.py", "a.py"]);
    assert_eq!((run.status, run.stderr.as_str()), (2, "error: nope.py: no such file or folder\n"));
    assert!(run.stdout.contains("D3201"));
}

#[test]
fn an_unknown_rule_exits_2_with_the_nearest() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    let run = folder.run(&["lint", "--select", "reserved-clas"]);
    assert_eq!(run.status, 2);
    assert_eq!(run.stderr, "error: there is no rule `reserved-clas`; did you mean `reserved-class`?\n");
    assert_eq!(folder.run(&["lint", "--ignore", "XYZ"]).status, 2);
    assert_eq!(folder.run(&["lint", "--format", "nope"]).status, 2);
    assert_eq!(folder.run(&["--version"]).status, 0);
}

#[test]
fn select_and_ignore_take_codes_beginnings_and_names() {
    let folder = Folder::new(&[("a.py", &format!("{FAULTY}x = (1\n"))]);
    let with = |arguments: &[&str]| -> Vec<String> {
        codes(&folder.json(arguments)).into_iter().map(|(_, code)| code).collect()
    };
    assert!(with(&[]).contains(&"D3001".to_owned()) && with(&[]).contains(&"D3201".to_owned()));
    assert_eq!(with(&["--select", "D32"]), ["D3201"]);
    assert_eq!(with(&["--select", "D30,reserved-class", "--ignore", "D3001"]), ["D3201"]);
    assert_eq!(with(&["--ignore", "reserved-class,syntax-error"]), [""; 0]);
    assert_eq!(folder.json(&["--select", "D3201"])["summary"]["rules"], 1);
}

#[test]
fn fail_on_sets_the_bar() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    for bar in ["error", "warning", "info"] {
        assert_eq!(folder.run(&["lint", "--fail-on", bar]).status, 1);
    }
    assert_eq!(folder.run(&["lint", "--ignore", "D3201", "--fail-on", "info"]).status, 0);
}

// What is checked

#[test]
fn treat_as_makes_any_python_file_a_script() {
    let folder = Folder::new(&[("a.py", "class APIError: pass\n")]);
    assert_eq!(codes(&folder.json(&[])), []);
    assert_eq!(codes(&folder.json(&["--treat-as", "utility"])), [pair("a.py", "D3201")]);
    assert_eq!(codes(&folder.json(&["--treat-as", "integration", "a.py"])), [pair("a.py", "D3201")]);
}

#[test]
fn only_python_files_are_scripts_by_what_they_hold() {
    let folder = Folder::new(&[("notes.md", "pb.returnOutputModel\nAPIError = 1\n"), ("b.txt", FAULTY)]);
    assert_eq!(codes(&folder.json(&["notes.md", "--treat-as", "utility"])), []);
    assert_eq!(codes(&folder.json(&["b.txt"])), [pair("b.txt", "D3201")], "a header comment makes any named file one");
}

#[test]
fn each_file_is_checked_once_and_ignored_ones_only_when_named() {
    let folder = Folder::new(&[("b/a.py", FAULTY), ("b/c/d.py", FAULTY), (".gitignore", "d.py\n")]);
    assert_eq!(codes(&folder.json(&["b", ".", "b/a.py", "./b/../b/a.py"])), [pair("b/a.py", "D3201")]);
    assert_eq!(codes(&folder.json(&["b/c/d.py"])), [pair("b/c/d.py", "D3201")]);
}

#[test]
fn findings_are_sorted_by_path_then_position() {
    let folder = Folder::new(&[("b.py", FAULTY), ("C.py", FAULTY), ("a/z.py", BROKEN), ("a-b.py", FAULTY)]);
    let paths: Vec<String> = codes(&folder.json(&[])).into_iter().map(|(path, _)| path).collect();
    let mut sorted = paths.clone();
    sorted.sort();
    assert_eq!(paths, sorted);
    assert_eq!(paths.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    let folder = Folder::new(&[("a.py", "# d3: utility\nAPIError = 1\nclass HTTPAPIError: pass\n")]);
    let lines: Vec<u64> = folder.json(&[])["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| finding["range"]["start"]["line"].as_u64().expect("a number"))
        .collect();
    assert_eq!(lines, [2, 3]);
}

#[test]
fn a_file_outside_the_working_directory_is_absolute() {
    let (folder, other) = (Folder::new(&[]), Folder::new(&[("a.py", FAULTY)]));
    let path = other.path().join("a.py");
    let shown = dunce::simplified(&path).to_str().expect("text").replace('\\', "/");
    assert_eq!(codes(&folder.json(&[path.to_str().expect("text")])), [pair(&shown, "D3201")]);
}

// Formats

#[test]
fn json_has_the_documented_shape() {
    let folder = Folder::new(&[("a.py", "\u{feff}class APIError: x = '🙂'\n"), ("o.py", "x = 1\n")]);
    let json = folder.json(&["--treat-as", "utility", "--select", "D3201"]);
    assert_eq!(json["version"], 1);
    assert_eq!(
        json["summary"],
        serde_json::json!({"files": 2, "skipped": 0, "rules": 1, "notEvaluated": [], "errors": 1, "warnings": 0, "infos": 0})
    );
    let finding = &json["diagnostics"][0];
    let keys: Vec<&String> = finding.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["code", "rule", "severity", "message", "path", "range", "url", "fixes"]);
    let range = serde_json::json!({"start": {"line": 1, "column": 7}, "end": {"line": 1, "column": 15}});
    assert_eq!((&finding["range"], &finding["url"]), (&range, &serde_json::Value::Null));
    let fix = &finding["fixes"][0];
    assert_eq!(fix["applicability"], "unsafe");
    let edit = serde_json::json!({"path": "a.py", "range": range, "newText": "CustomAPIError"});
    assert_eq!(fix["edits"][0], edit);
}

#[test]
fn statistics_count_instead_of_showing() {
    let folder = Folder::new(&[("a.py", FAULTY), ("b.py", FAULTY)]);
    let run = folder.run(&["lint", "--statistics", "--unsafe-fixes"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, "2  D3201  reserved-class  2 fixable with --fix\n"));
    let json = folder.json(&["--statistics"]);
    assert_eq!(
        json["statistics"],
        serde_json::json!([{"code": "D3201", "rule": "reserved-class", "count": 2, "fixable": 0}])
    );
}

#[test]
fn columns_stay_true_after_tabs_and_wide_characters() {
    let text = "# d3: utility\nif True:\n\tx, APIError = \"日本🙂\", 1\n";
    let run = Folder::new(&[("a.py", text)]).run(&["lint"]);
    assert!(run.stdout.starts_with("a.py:3:5: error"), "{}", run.stdout);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let at = lines.iter().position(|line| line.contains("^^^")).expect("carets");
    assert_eq!(lines[at - 1].find("APIError"), lines[at].find('^'), "{}", run.stdout);
}

#[test]
fn a_long_line_is_cut_around_the_finding() {
    let text = format!("# d3: utility\n{}APIError = 1;{}\n", "x = 1; ".repeat(5000), " y = 2;".repeat(5000));
    let run = Folder::new(&[("a.py", &text)]).run(&["lint"]);
    assert!(run.stdout.lines().all(|line| line.chars().count() < 160), "{}", run.stdout);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let at = lines.iter().position(|line| line.contains("^^^")).expect("carets");
    assert_eq!(lines[at - 1].find("APIError"), lines[at].find('^'), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_file_name_does_not_steer_the_terminal() {
    let run = Folder::new(&[("a\u{1b}[31m.py", FAULTY)]).run(&["lint"]);
    assert_eq!(run.status, 1);
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
}

// Fixes

#[test]
fn fixing_twice_equals_once_and_keeps_line_ends_and_mark() {
    let folder = Folder::new(&[("a.py", &format!("\u{feff}{}", FAULTY.replace('\n', "\r\n")))]);
    assert_eq!(folder.run(&["lint", "--fix"]).status, 1, "an unsafe fix is not applied");
    let run = folder.run(&["lint", "--fix", "--unsafe-fixes"]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.starts_with("Fixed 1 finding.\nAll good in 1 file.\n"), "{run:?}");
    let once = folder.read("a.py");
    let text = String::from_utf8(once.clone()).expect("text");
    assert_eq!(text, format!("\u{feff}{}", FAULTY.replace("APIError", "CustomAPIError").replace('\n', "\r\n")));
    assert_eq!(folder.run(&["lint", "--fix", "--unsafe-fixes"]).status, 0);
    assert_eq!(folder.read("a.py"), once);
}

#[test]
fn diff_changes_nothing_and_exits_1() {
    let folder = Folder::new(&[("a.py", FAULTY)]);
    let run = folder.run(&["lint", "--diff", "--unsafe-fixes"]);
    assert_eq!(run.status, 1);
    let expected = "--- a.py\n+++ a.py\n@@ -1,6 +1,6 @@\n # d3: utility\n-class APIError(Exception):\n\
                    +class CustomAPIError(Exception):\n     pass\n \n \n-raise APIError()\n+raise CustomAPIError()\n";
    assert_eq!(run.stdout, expected);
    assert_eq!(folder.read("a.py"), FAULTY.as_bytes());
    let run = folder.run(&["lint", "--diff"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
}

#[cfg(unix)]
#[test]
fn fixing_keeps_permissions_and_follows_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new(&[("real/a.txt", FAULTY)]);
    let real = folder.path().join("real/a.txt");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o754)).expect("permissions");
    symlink("real/a.txt", folder.path().join("a.py")).expect("a link");
    assert_eq!(folder.run(&["lint", "--fix", "--unsafe-fixes"]).status, 0);
    assert!(folder.path().join("a.py").is_symlink());
    assert!(String::from_utf8(folder.read("real/a.txt")).expect("text").contains("CustomAPIError"));
    assert_eq!(fs::metadata(&real).expect("metadata").permissions().mode() & 0o777, 0o754);
}

// Standard input

#[test]
fn standard_input_is_a_file() {
    let folder = Folder::new(&[]);
    let run = folder.run_with(&["lint", "-"], FAULTY.as_bytes());
    assert_eq!(run.status, 1);
    assert!(run.stdout.starts_with("-:2:7: error D3201"), "{}", run.stdout);
    let run = folder.run_with(&["lint", "-", "--stdin-filename", "acme/x.py"], FAULTY.as_bytes());
    assert!(run.stdout.starts_with("acme/x.py:2:7: error D3201"), "{}", run.stdout);
    assert_eq!(folder.run_with(&["lint", "-", "a.py"], b"").status, 2);
}

#[test]
fn fixing_standard_input_writes_the_text_to_standard_output() {
    let folder = Folder::new(&[]);
    let run = folder.run_with(&["lint", "--fix", "--unsafe-fixes", "-"], FAULTY.as_bytes());
    assert_eq!((run.status, run.stdout), (0, FAULTY.replace("APIError", "CustomAPIError")));
    let run = folder.run_with(&["lint", "--fix", "-"], b"print(1)");
    assert_eq!((run.status, run.stdout.as_str()), (0, "print(1)"), "ordinary Python passes through");
}

// Bad input

#[test]
fn what_is_no_text_is_one_message_and_the_rest_is_checked() {
    let folder = Folder::new(&[("good.py", FAULTY)]);
    folder.write("latin.py", b"# d3: utility\nx = '\xe9'\n");
    folder.write("zero.py", b"# d3: utility\nx = 1\0\n");
    folder.write("ordinary.py", b"x = '\xe9'\n");
    fs::File::create(folder.path().join("big.py")).and_then(|file| file.set_len(50 << 20)).expect("a big file");
    let run = folder.run(&["lint"]);
    assert_eq!(run.status, 1, "{run:?}");
    for expected in [
        "good.py:2:7: error D3201",
        "latin.py:1:1: error D3001[syntax-error]: the file is not UTF-8",
        "zero.py:1:1: error D3001[syntax-error]: the file holds a NUL byte",
    ] {
        assert_eq!(run.stdout.matches(expected).count(), 1, "{}", run.stdout);
    }
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    assert!(run.stderr.contains("big.py: skipped: the file is too large"), "{}", run.stderr);
    let run = folder.run(&["lint", "big.py"]);
    assert!(run.stdout.starts_with("big.py:1:1: error D3001[syntax-error]: the file is too large"), "{run:?}");
}

#[test]
fn of_what_is_no_text_nothing_else_is_said() {
    let manifest = r#"{"version": 1, "kind": "integration", "name": "A", "script": "script.py",
        "connection": [{"displayName": "Zone"}], "commands": [{"internalName": "Run"}]}"#;
    let folder = Folder::new(&[("d3.json", manifest)]);
    folder.write("script.py", b"# \xe9\ndef Run():\n    pb.log(runtime['connector']['zone'])\n");
    let run = folder.run(&["lint", "--select", "ALL"]);
    assert!(run.stdout.contains("script.py:1:1: error D3001") && run.stdout.contains("Found 1 error in"), "{run:?}");
}

#[test]
fn a_selection_that_names_no_rule_is_reported() {
    let folder =
        Folder::new(&[("d3ls.toml", "[lint]\nselect = [\"D3312\", \"D36O1\"]\n"), ("a.py", "# d3: utility\nx = 1\n")]);
    let run = folder.run(&["lint"]);
    assert!(run.stdout.contains("d3ls.toml:2:21: ") && run.stdout.contains("there is no rule `D36O1`"), "{run:?}");
    assert_eq!(run.status, 1, "{run:?}");
    let run = folder.run(&["lint", "--select", "D3001"]);
    assert_eq!(run.status, 0, "{run:?}");
}

#[test]
fn what_is_wrong_with_the_settings_is_not_all_good() {
    let folder = Folder::new(&[("d3ls.toml", "select = ["), ("a.py", "# d3: utility\nx = 1\n")]);
    let run = folder.run(&["lint"]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.stdout.starts_with("Nothing found in 1 file, but not all went well"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_is_followed_once() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("a/a.py", FAULTY)]);
    symlink("..", folder.path().join("a/loop")).expect("a link");
    symlink("self", folder.path().join("self")).expect("a link");
    let run = folder.run(&["lint"]);
    assert_eq!(run.stdout.matches("D3201").count(), 1, "{run:?}");
    assert_eq!(run.stderr.matches("a/loop").count(), 1, "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_a_line_and_the_rest_is_checked() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[("locked/a.py", FAULTY), ("open/b.py", FAULTY)]);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
    let locked = folder.path().join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("permissions");
    let run = if fs::read_dir(&locked).is_err() {
        folder.run(&["lint"])
    } else {
        // The superuser reads everything: somebody else has to try, with a copy they can reach.
        let binary = folder.path().join("d3ls");
        fs::copy(env!("CARGO_BIN_EXE_d3ls"), &binary).expect("copied");
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(binary).arg("lint");
        command.current_dir(folder.path());
        finish(command, b"")
    };
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).expect("permissions");
    assert_eq!((run.status, run.stderr.as_str()), (2, "error: locked: permission denied\n"), "{run:?}");
    assert!(run.stdout.contains("open/b.py:2:7: error D3201"), "{}", run.stdout);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let folder = Folder::new(&[]);
    for number in 0..300 {
        folder.write(&format!("{number}.py"), FAULTY);
    }
    let mut child = folder.command(&["lint"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
    assert_eq!((child.wait().expect("finished").code(), stderr.as_str()), (Some(1), ""));
}

// The other commands

#[test]
fn explain_shows_a_page_by_code_and_name() {
    let folder = Folder::new(&[]);
    let run = folder.run(&["explain", "D3201"]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.starts_with("# reserved-class (D3201)\n"), "{}", run.stdout);
    assert_eq!(folder.run(&["explain", "reserved-class"]).stdout, run.stdout);
    let run = folder.run(&["explain", "D3202x"]);
    assert_eq!(run.status, 2, "{run:?}");
}

#[test]
fn explain_is_coloured_where_somebody_looks() {
    let folder = Folder::new(&[]);
    let mut command = d3ls(&folder.path(), &["explain", "D3201"]);
    command.env("CLICOLOR_FORCE", "1");
    let Run { stdout, .. } = finish(command, b"");
    assert!(stdout.contains('\u{1b}') && !stdout.contains("```"), "{stdout}");
}

#[test]
fn rules_lists_the_table() {
    let folder = Folder::new(&[]);
    let run = folder.run(&["rules", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let rows = rows.as_array().expect("a list");
    assert_eq!(rows.len(), d3ls::rules::RULES.len());
    let row = rows.iter().find(|row| row["code"] == "D3201").expect("a row");
    for (key, value) in [("name", "reserved-class"), ("severity", "error"), ("fix", "unsafe")] {
        assert_eq!(row[key], value);
    }
    assert_eq!(row["needsManifest"], false);
    assert!(folder.run(&["rules"]).stdout.contains("D3201  reserved-class"));
}
