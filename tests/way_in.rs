//! `d3ls clone`, `export`, `image`, `completions` and `man`, by the real binary.

#[path = "runner/mod.rs"]
#[allow(dead_code, reason = "each test file uses some of it")]
mod runner;
#[allow(dead_code, reason = "each test file uses some of it")]
mod support;

use serde_json::{Value, json};
use support::{Folder, Run};

fn ok(folder: &Folder, arguments: &[&str]) -> Run {
    let run = folder.run(arguments);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{arguments:?}: {run:?}");
    run
}

fn refused(folder: &Folder, arguments: &[&str], message: &str) {
    let run = folder.run(arguments);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr), (2, "", format!("error: {message}\n")), "{arguments:?}");
}

fn text(folder: &Folder, path: &str) -> String {
    String::from_utf8(folder.read(path)).expect("text")
}

const MANIFEST: &str = r#"{
  "version": 1,
  "kind": "integration",
  "name": "Acme EDR",
  "systemScript": "system.py",
  "connectionSets": ["MS SQL"],
  "connection": [{"displayName": "API Key", "secret": true, "required": true}],
  "commands": [
    {"internalName": "CheckDevice", "status": "Live", "description": "Looks it up.", "inputs": [
      {"parameterName": "mode", "inputType": "Drop Down Option", "options": ["fast", "deep"], "default": "fast", "required": true}
    ], "outputs": {"keyFields": [{"name": "ID", "jsonPath": "$.id", "sampleData": "7"}]}},
    {"internalName": "Query", "implementation": "MS SQL"}
  ]
}
"#;
const SCRIPT: &str = "\u{feff}def CheckDevice(mode):\r\n    if mode == 'deep':\r\n        return CheckDevice('fast')\r\n    return ask(mode)\r\n\r\n\r\nOWN = runtime['connector']['apikey']\r\n";
const SYSTEM: &str = "def ask(mode, limit=5):\n    return pb.returnOutputModel('', 'Successful', '', '', mode, '')\n";

fn integration() -> Folder {
    Folder::new(&[("d3.json", MANIFEST), ("script.py", SCRIPT), ("system.py", SYSTEM)])
}

#[test]
fn a_clone_is_a_copy_in_manifest_and_script() {
    let folder = integration();
    let run = ok(&folder, &["clone", ".", "CheckDevice"]);
    assert_eq!(
        run.stdout,
        "changed d3.json\nchanged script.py\n\n`CheckDevice2` is a copy of `CheckDevice`, as a Draft.\n"
    );
    let script = text(&folder, "script.py");
    let copy = "\r\n\r\n\r\ndef CheckDevice2(mode):\r\n    if mode == 'deep':\r\n        return CheckDevice2('fast')\r\n    return ask(mode)\r\n\r\n\r\nOWN";
    assert!(script.starts_with("\u{feff}def CheckDevice(mode):") && script.contains(copy), "{script}");
    let manifest: Value = serde_json::from_str(&text(&folder, "d3.json")).expect("JSON");
    let (original, copied) = (&manifest["commands"][0], &manifest["commands"][2]);
    assert_eq!(
        (&original["status"], &copied["status"], &copied["displayName"]),
        (&json!("Draft"), &json!("Draft"), &json!("Check Device 2"))
    );
    assert_eq!(
        (&original["inputs"], &original["outputs"], &copied["description"]),
        (&copied["inputs"], &copied["outputs"], &json!("Looks it up."))
    );
    ok(&folder, &["clone", "script.py", "CheckDevice", "look deeper"]);
    assert!(text(&folder, "script.py").contains("def LookDeeper(mode):"));
    // A command of the system script, and one that has no function.
    ok(&folder, &["clone", ".", "ask", "Ask Again"]);
    assert!(text(&folder, "script.py").ends_with("\r\n\r\n\r\ndef AskAgain(mode, limit=5):\r\n    return pb.returnOutputModel('', 'Successful', '', '', mode, '')\r\n"));
    ok(&folder, &["clone", ".", "Query"]);
    let manifest: Value = serde_json::from_str(&text(&folder, "d3.json")).expect("JSON");
    assert_eq!(
        (&manifest["commands"][4]["inputs"][1]["parameterType"], &manifest["commands"][5]["internalName"]),
        (&json!("Number"), &json!("Query2"))
    );
    assert_eq!(folder.json(&["--ignore", "D3109", "."])["summary"]["errors"], 0);
    refused(
        &folder,
        &["clone", ".", "CheckDevise"],
        "d3.json has no command `CheckDevise`; did you mean `CheckDevice`?",
    );
    refused(
        &folder,
        &["clone", ".", "CheckDevice", "ask again"],
        "there is a command `AskAgain` in d3.json already; choose another name",
    );
    refused(
        &folder,
        &["clone", ".", "CheckDevice", "fetchEvent"],
        "`fetchEvent` is a name that D3 defines; `d3ls new command fetchEvent` makes that command",
    );
}

#[test]
fn a_cloned_utility_command_gets_a_script_of_its_own() {
    let manifest = r#"{"version": 1, "kind": "utility", "commands": [{"internalName": "A", "script": "own/a.py", "status": "Live"}]}"#;
    let folder = Folder::new(&[
        ("d3.json", manifest),
        ("own/a.py", "X = 1\n\ndef A():\n    return pb.returnOutputModel(X, '', '', '', '', '')\n"),
    ]);
    ok(&folder, &["clone", "own/a.py", "A"]);
    assert_eq!(text(&folder, "A2.py"), "X = 1\n\ndef A2():\n    return pb.returnOutputModel(X, '', '', '', '', '')\n");
    let added = r#"{"internalName": "A", "script": "own/a.py", "status": "Live"}, {"internalName": "A2", "status": "Draft", "displayName": "A 2"}]"#;
    assert!(text(&folder, "d3.json").contains(added), "{}", text(&folder, "d3.json"));
}

#[test]
fn what_can_not_be_written_whole_is_left_as_it_was() {
    let folder = integration();
    let script = folder.path().join("script.py");
    let mut permissions = std::fs::metadata(&script).expect("metadata").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&script, permissions).expect("permissions");
    let message = "script.py can't be written: the file is read-only; make it writable, or work in a copy of it";
    refused(&folder, &["clone", ".", "CheckDevice"], message);
    refused(&folder, &["new", "command", "Other"], message);
    assert_eq!((text(&folder, "d3.json").as_str(), text(&folder, "script.py").as_str()), (MANIFEST, SCRIPT));
    assert!(!folder.path().join("tests").exists(), "a folder is left behind");
    // No profile can be written where a folder has its name.
    std::fs::create_dir(folder.path().join("d3ls.toml")).expect("a folder");
    folder
        .write("probe.json", r#"{"d3ls": "image probe", "version": 1, "python": "3.9.12", "libraries": [], "pb": []}"#);
    refused(&folder, &["image", "import", "probe.json"], "d3ls.toml is there already; `--force` replaces it");
    assert!(!folder.path().join("d3-image.json").exists(), "a profile is left behind that nothing names");
}

#[test]
fn an_export_is_the_page_for_the_forms_and_the_script_to_paste() {
    let folder = integration();
    let page = ok(&folder, &["export", "."]).stdout;
    let order = [
        "Integration Name     Acme EDR",
        "1. API Key",
        "Parameter Name       apikey",
        "Is Required?         Yes",
        "Command CheckDevice",
        "Implementation       Python",
        "0. mode",
        "Parameter Name       mode",
        "Parameter Type       Text",
        "Is Required?         Yes",
        "Parameter Index      0",
        "Input Type           Drop Down Option",
        "Options Input        fast",
        "                     deep",
        "Default Value        fast",
        "Key Fields > Add Key Fields",
        "Field Name           ID",
        "JSON Path            $.id",
        "Sample Data          7",
        "Command Query",
        "Implementation       MS SQL",
        "Script script.py: paste it into the code editor",
    ];
    let mut rest = page.as_str();
    for words in order {
        let (_, after) = rest.split_once(words).unwrap_or_else(|| panic!("`{words}` is not in its place:\n{page}"));
        rest = after;
    }
    assert!(page.is_ascii() && !page.contains('\r') && page.lines().all(|line| line == line.trim_end()), "{page}");
    let script = ok(&folder, &["export", ".", "--script"]).stdout;
    assert_eq!(script, SCRIPT.trim_start_matches('\u{feff}').replace('\r', ""));
    let one = ok(&folder, &["export", ".", "Query"]).stdout;
    assert!(one.contains("Command Query") && !one.contains("Command CheckDevice") && !one.contains("Script "), "{one}");
    folder.write("script.py", "def CheckDevice(mode):\n    return unknown\n");
    let run = folder.run(&["export", ".", "CheckDevice"]);
    assert_eq!(
        run.stderr,
        "warning: lint finds 1 error in script.py; `d3ls lint script.py` shows what to correct before you paste it\n"
    );
    folder.write(
        "u/d3.json",
        r#"{"version": 1, "kind": "utility", "commands": [{"internalName": "A"}, {"internalName": "B"}]}"#,
    );
    folder.write("u/B.py", "def B():\n    return pb.returnOutputModel('', '', '', '', '', '')\n");
    let own = ok(&folder, &["export", "u/B.py"]).stdout;
    assert!(own.contains("Command B\n") && !own.contains("Command A\n"), "{own}");
    folder.write("b/alone.py", SCRIPT);
    refused(&folder, &["export", "b/alone.py"], "b/alone.py has no manifest; write one with `d3ls init b/alone.py`");
}

#[test]
fn the_probe_makes_lint_completion_and_runner_exact() {
    let folder = Folder::new(&[(
        "a.py",
        "# d3: integration\nimport acmelib, httpx\n\ndef A():\n    pb.sendMail()\n    return pb.returnOutputModel(httpx.__name__, 'Successful', '', '', acmelib.x, '')\n",
    )]);
    let probe = ok(&folder, &["image", "probe"]).stdout;
    folder.write("probe.py", &probe);
    let lint = ok(&folder, &["lint", "--select", "ALL", "probe.py"]);
    assert!(lint.stdout.starts_with("All good in 1 file."), "{lint:?}");
    let run = runner::run(&folder, &["probe.py", "ProbeImage", "--format", "json"]);
    assert_eq!(run.status, 0, "{run:?}");
    let codes = |folder: &Folder| -> Vec<String> {
        let report = folder.json(&["a.py"]);
        let list = report["diagnostics"].as_array().expect("diagnostics").iter();
        list.map(|one| {
            format!("{} {}", one["code"].as_str().unwrap_or_default(), one["severity"].as_str().unwrap_or_default())
        })
        .collect()
    };
    assert!(codes(&folder).contains(&"D3412 info".to_owned()), "{:?}", codes(&folder));
    folder.write("log.txt", format!("Custom Log {{\n{}\n}} end", run.stdout));
    let run = ok(&folder, &["image", "import", "log.txt"]);
    assert!(run.stdout.starts_with("wrote d3-image.json\nwrote d3ls.toml\n\nPython 3.9."), "{run:?}");
    assert_eq!(text(&folder, "d3ls.toml"), "[image]\nprofile = \"d3-image.json\"\n");
    let profile: Value = serde_json::from_slice(&folder.read("d3-image.json")).expect("JSON");
    assert_eq!(
        (&profile["librariesComplete"], &profile["globals"]["datetime"], &profile["globals"]["requests"]),
        (&json!(true), &json!("datetime.datetime"), &json!("requests"))
    );
    let has =
        |name: &str| profile["libraries"].as_array().expect("a list").iter().any(|one| one["distribution"] == name);
    assert!(has("httpx") && has("boto3"));
    // What the probed Python has is there, and nothing else.
    let after = codes(&folder);
    assert!(after.contains(&"D3203 error".to_owned()), "{after:?}");
    assert_eq!(
        folder.json(&["a.py"])["diagnostics"]
            .as_array()
            .map(|all| all.iter().filter(|one| one["code"] == "D3203").count()),
        Some(1)
    );
    let shown = ok(&folder, &["image", "show"]).stdout;
    assert!(shown.starts_with("Profile    d3-image.json\nPython     3.9.") && shown.contains("httpx "), "{shown}");
    refused(&folder, &["image", "import", "log.txt"], "d3-image.json is there already; `--force` replaces it");
    // The runner takes the members of `pb` from the profile: one that the image has is recorded, another is no attribute.
    folder.write("b.py", "# d3: integration\ndef A():\n    pb.sendMail()\n    return pb.returnOutputModel('', 'Successful', '', '', '', '')\n");
    let before = runner::run(&folder, &["b.py", "A"]);
    assert!(before.stdout.contains("pb has no member 'sendMail'"), "{before:?}");
    folder.write("d3-image.json", text(&folder, "d3-image.json").replace("\"pb\": [", "\"pb\": [\"sendMail\","));
    let after = runner::run(&folder, &["b.py", "A"]);
    assert!(after.status == 0 && after.stderr.contains("pb.sendMail() was called"), "{after:?}");
    assert!(!codes(&folder).contains(&"D3412 info".to_owned()));
}

#[test]
fn an_import_keeps_the_settings_and_says_what_it_lacks() {
    let report = r#"{"d3ls": "image probe", "version": 1, "python": "3.9.12", "libraries": [], "pb": ["log"]}"#;
    let folder = Folder::new(&[
        ("d3ls.toml", "# mine\n[lint]\nignore = [\"D3109\"]\n"),
        ("sub/probe.json", report),
        ("empty.txt", "nothing"),
        ("cut.txt", &report[..60]),
    ]);
    let mut command = folder.command(&["image", "import", "probe.json"]);
    command.current_dir(folder.path().join("sub"));
    let run = support::finish(command, b"");
    assert!(run.status == 0 && run.stdout.contains("The server does not list its utility commands"), "{run:?}");
    assert_eq!(
        text(&folder, "d3ls.toml"),
        "# mine\n[lint]\nignore = [\"D3109\"]\n\n[image]\nprofile = \"d3-image.json\"\n"
    );
    let again = folder.run_with(&["image", "import", "-", "--force"], report.as_bytes());
    assert!(again.stdout.starts_with("replaced d3-image.json\n\n"), "{again:?}");
    refused(
        &folder,
        &["image", "import", "empty.txt"],
        "empty.txt: there is no output of the probe in it; run the script of `d3ls image probe` inside D3 and save what it gives",
    );
    refused(
        &folder,
        &["image", "import", "cut.txt"],
        "cut.txt: the probe's output is not whole here; save all of it, its Raw Data for instance",
    );
    refused(&folder, &["image", "import", "gone.txt"], "gone.txt: no such file or folder");
}

#[test]
fn shells_and_man_know_the_commands() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let text = ok(&folder, &["completions", shell]).stdout;
        assert!(["lint", "init", "treat-as"].iter().all(|word| text.contains(word)), "{shell}");
    }
    let page = ok(&folder, &["man"]).stdout;
    assert!(page.contains(".TH d3ls 1") && page.contains("d3ls\\-lint"), "{page}");
}
