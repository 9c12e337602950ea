//! `d3ls init`: the manifest that a script implies, for all fixtures, and what it says of what can't be.

#[allow(dead_code, reason = "each test file uses some of it")]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::Folder;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn files_below(folder: &Path, name: impl Fn(&str) -> bool + Copy) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_below(&path, name));
        } else if path.file_name().and_then(|file| file.to_str()).is_some_and(name) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Code, path, line and message of each finding.
fn findings(folder: &Folder, arguments: &[&str]) -> BTreeSet<(String, String)> {
    let report = folder.json(&[arguments, &["."]].concat());
    let list = report["diagnostics"].as_array().expect("diagnostics");
    list.iter()
        .map(|one| {
            (
                one["code"].as_str().expect("a code").to_owned(),
                format!("{}:{} {}", one["path"], one["range"]["start"]["line"], one["message"]),
            )
        })
        .collect()
}

/// A script alone in a folder, and the manifest that `init` makes of it.
fn implied(script: &Path) -> Result<(Folder, Value), String> {
    let name = script.file_name().and_then(|name| name.to_str()).expect("a name");
    let folder = Folder::new(&[]);
    folder.write(name, fs::read(script).expect("a script"));
    let run = folder.run(&["init", name]);
    if run.status != 0 {
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.lines().count()), (2, "", 1), "{script:?}: {run:?}");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "{script:?} left something behind");
        return Err(run.stderr);
    }
    assert!(
        run.stdout.starts_with("wrote d3.json\n") && run.stdout.ends_with(&format!("\nNext: d3ls lint {name}\n")),
        "{run:?}"
    );
    let manifest = serde_json::from_slice(&folder.read("d3.json")).expect("JSON");
    Ok((folder, manifest))
}

/// What says that manifest and script don't fit together; the script alone can't be to blame.
const MISFITS: [&str; 11] =
    ["D3101", "D3102", "D3103", "D3104", "D3108", "D3206", "D3401", "D3403", "D3411", "D3903", "D3904"];

/// Faults of a script that are seen only where its kind, commands or inputs are known.
const OWN: [&str; 9] = ["D3106", "D3109", "D3112", "D3207", "D3301", "D3406", "D3407", "D3505", "D3607"];

#[test]
fn lint_finds_nothing_but_the_scripts_own_faults_under_an_implied_manifest() {
    let mut made = 0;
    for script in files_below(&fixtures(), |name| name.ends_with(".py") && name != "generate.py") {
        let Ok((folder, manifest)) = implied(&script) else { continue };
        made += 1;
        let after = findings(&folder, &[]);
        fs::remove_file(folder.path().join("d3.json")).expect("removed");
        let before = findings(&folder, &["--treat-as", manifest["kind"].as_str().expect("a kind")]);
        // Two parameters of one name: no manifest can agree with what Python refuses.
        let is_hopeless = script.ends_with("25_duplicate_argument.py");
        let misfits: Vec<_> =
            after.iter().filter(|(code, _)| MISFITS.contains(&code.as_str()) && !is_hopeless).collect();
        let new: Vec<_> =
            after.difference(&before).filter(|(code, _)| !OWN.contains(&code.as_str()) && !is_hopeless).collect();
        assert!(misfits.is_empty() && new.is_empty(), "{script:?}: {misfits:#?} {new:#?}\n{manifest:#}");
    }
    assert!(made > 80, "{made}");
}

#[test]
fn of_the_fixtures_only_what_is_no_d3_script_or_no_python_is_refused() {
    let refused: Vec<String> = files_below(&fixtures(), |name| name.ends_with(".py") && name != "generate.py")
        .iter()
        .filter(|path| !path.starts_with(fixtures().join("broken")) && implied(path).is_err())
        .map(|path| path.strip_prefix(fixtures()).expect("below").to_string_lossy().replace('\\', "/"))
        .collect();
    let expected = [
        "acme-edr/system.py",
        "d3-samples/commandName/commandName.py",
        "d3-samples/passdown/passdown.py",
        "d3-samples/rawData/rawData.py",
        "d3-samples/utilityTable/utilityTable.py",
        "faults/names/localhelper.py",
        "faults/system-script/system.py",
        "unmanaged/only_mentioned.py",
        "unmanaged/ordinary.py",
        "unmanaged/other_runtime.py",
    ];
    assert_eq!(refused, expected);
}

/// The manifests of whole integrations and utilities, written by hand.
fn by_hand() -> Vec<(PathBuf, Value)> {
    let is_whole = |path: &PathBuf| {
        !path.starts_with(fixtures().join("faults")) && !path.starts_with(fixtures().join("overrides"))
    };
    let manifests = files_below(&fixtures(), |name| name == "d3.json").into_iter().filter(is_whole);
    manifests
        .map(|path| (path.clone(), serde_json::from_slice(&fs::read(path).expect("read")).expect("JSON")))
        .collect()
}

fn texts<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    list.as_array().into_iter().flatten().filter_map(|one| one[key].as_str()).collect()
}

#[test]
fn commands_and_inputs_are_those_that_were_written_by_hand() {
    let (mut inputs, mut names, mut types) = (0, 0, 0);
    for (path, wanted) in by_hand() {
        for command in wanted["commands"].as_array().expect("commands") {
            let name = command["internalName"].as_str().expect("a name");
            let own = if wanted["kind"] == "utility" { format!("{name}.py") } else { "script.py".to_owned() };
            let script = command["script"].as_str().or(wanted["script"].as_str()).unwrap_or(&own);
            let script = path.with_file_name(script);
            let text = fs::read_to_string(&script).expect("a script");
            if !text.contains(&format!("def {name}(")) {
                continue;
            }
            let (_, manifest) = implied(&script).expect("a manifest");
            let found =
                manifest["commands"].as_array().expect("commands").iter().find(|one| one["internalName"] == name);
            let found = found.unwrap_or_else(|| panic!("{script:?} has no {name}"));
            let wanted = command["inputs"].as_array().cloned().unwrap_or_default();
            assert_eq!(texts(&found["inputs"], "parameterName").len(), wanted.len(), "{script:?}: {name}");
            for (found, wanted) in found["inputs"].as_array().into_iter().flatten().zip(&wanted) {
                inputs += 1;
                names += i32::from(found["parameterName"] == wanted["parameterName"]);
                let kind = wanted["parameterType"].as_str().unwrap_or("Text");
                types += i32::from(found["parameterType"] == kind);
            }
        }
    }
    assert!(
        inputs > 250 && names * 100 >= inputs * 95 && types * 100 >= inputs * 90,
        "{types} and {names} of {inputs}"
    );
}

const CLIENT: &str = r#"
import requests

class Client:
    def __init__(self, connector):
        self.base = connector["serverurl"]
        self.token = connector.get("apitoken")

def setting(name):
    return runtime["connector"].get(name)

def _send(path):
    return requests.get(Client(runtime["connector"]).base + path, proxies={"https": setting("proxy")}, timeout=5)

def Lookup(hostname, limit=50, hashes=None, since=None, *, unused=1):
    if since and since.year != 1900:
        pb.log(since.strftime("%Y"))
    for value in hashes or []:
        pb.log(value["sha256"])
    return failed(hostname.strip()[:limit])

def failed(message):
    return pb.returnOutputModel("", "Failed", "", "", "", message)

def Twice(*args):
    name, flag = args[0], str(args[1]).lower() == "true"
    return D3.Integration.AcmeEDR.Lookup(name, flag)

def main():
    print(Twice("srv-01", True))

if __name__ == "__main__":
    print(Lookup("srv-01"))
    main()
"#;

#[test]
fn a_manifest_says_what_the_script_knows_with_one_key_a_line() {
    let folder = Folder::new(&[("script.py", CLIENT)]);
    let run = folder.run(&["init", "script.py"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
    let text = String::from_utf8(folder.read("d3.json")).expect("text");
    let manifest: Value = serde_json::from_str(&text).expect("JSON");
    assert!(text.lines().all(|line| line.matches("\": ").count() <= 1), "{text}");
    assert_eq!(
        (&manifest["kind"], &manifest["name"], &manifest["script"], &manifest["$schema"]),
        (&json!("integration"), &json!("AcmeEDR"), &json!("script.py"), &json!("d3.schema.json"))
    );
    assert!(manifest.get("systemScript").is_none());
    let key = |name: &str| {
        manifest["connection"].as_array().expect("a list").iter().find(|one| one["parameterName"] == name).cloned()
    };
    assert_eq!(
        key("serverurl"),
        Some(
            json!({"displayName": "Server URL", "parameterName": "serverurl", "parameterType": "Text", "required": true})
        )
    );
    assert_eq!(key("apitoken").map(|one| one["secret"].clone()), Some(json!(true)));
    assert!(key("proxy").is_some());
    assert_eq!(texts(&manifest["commands"], "internalName"), ["Lookup", "Twice"]);
    let lookup = &manifest["commands"][0]["inputs"];
    assert_eq!(texts(lookup, "parameterName"), ["hostname", "limit", "hashes", "since"]);
    assert_eq!(texts(lookup, "parameterType"), ["Text", "Number", "JSON Array", "DateTime"]);
    assert_eq!(
        (&lookup[0]["required"], &lookup[1]["default"], &lookup[2]["required"]),
        (&json!(true), &json!(50), &Value::Null)
    );
    let twice = &manifest["commands"][1]["inputs"];
    assert_eq!(
        (texts(twice, "parameterName"), texts(twice, "parameterType")),
        (vec!["name", "flag"], vec!["Text", "Boolean"])
    );
}

#[test]
fn a_leading_block_of_commented_out_code_becomes_the_system_script() {
    let script = "# System script, read only\n# def ask(path):\n#     return path\n\ndef A(name):\n    return pb.returnOutputModel('', 'Successful', '', '', ask(name), '')\n";
    let folder = Folder::new(&[("a.py", script)]);
    let run = folder.run(&["init", "a.py"]);
    assert!(run.stdout.contains("Lines 2 to 4 are commented-out code"), "{run:?}");
    assert_eq!(folder.read("system.py"), b"def ask(path):\n    return path\n");
    let manifest: Value = serde_json::from_slice(&folder.read("d3.json")).expect("JSON");
    assert_eq!((&manifest["kind"], &manifest["systemScript"]), (&json!("integration"), &json!("system.py")));
    assert_eq!(folder.run(&["lint", "--ignore", "D3109", "."]).status, 0);
}

#[test]
fn a_name_that_is_bound_nowhere_speaks_for_a_system_script() {
    let folder = Folder::new(&[(
        "a.py",
        "def A():\n    D3.Integration.Acme.Isolate('x')\n    return ask(pb.returnOutputModel('', '', '', '', '', ''))\n",
    )]);
    let run = folder.run(&["init", "a.py"]);
    assert!(run.stdout.contains("`ask`, `Isolate` must come from, so `systemScript` is null"), "{run:?}");
    let manifest: Value = serde_json::from_slice(&folder.read("d3.json")).expect("JSON");
    assert_eq!(manifest.get("systemScript"), Some(&Value::Null));
    let misspelt = "def A(hostName):\n    return pb.returnOutputModel(hostname, 'Successful', '', '', runtime['connector']['x'], '')\n";
    let run = Folder::new(&[("a.py", misspelt)]).run(&["init", "a.py"]);
    assert!(run.stdout.contains("`hostname` must come from (or is `hostname` meant to be `hostName`?), so"), "{run:?}");
}

#[test]
fn a_manifest_that_is_there_is_replaced_only_by_force() {
    let script = "# d3: utility\ndef A():\n    return pb.returnOutputModel('', '', '', '', '', '')\n";
    let other = r#"{"version": 1, "kind": "integration", "commands": []}"#;
    let folder = Folder::new(&[("a.py", script), ("d3.json", other)]);
    let run = folder.run(&["init", "a.py"]);
    assert_eq!(run.status, 2);
    assert_eq!(
        run.stderr,
        "error: d3.json is there already and does not name a.py; move the script to a folder of its own, or replace the manifest with `--force`\n"
    );
    assert_eq!(folder.read("d3.json"), other.as_bytes());
    assert_eq!(folder.run(&["init", "a.py", "--force"]).status, 0);
    let again = folder.run(&["init", "a.py"]);
    assert_eq!(again.status, 2);
    assert!(
        again.stderr.starts_with("error: a.py has no manifest")
            || again.stderr.contains("a.py has a manifest already, d3.json"),
        "{again:?}"
    );
    folder.write("below/b.py", script);
    folder.write("d3.schema.json", "mine");
    assert_eq!(folder.run(&["init", "--force", "a.py"]).status, 0);
    assert_eq!(folder.read("d3.schema.json"), b"mine");
    assert!(!String::from_utf8_lossy(&folder.read("d3.json")).contains("$schema"));
}

#[test]
fn utility_scripts_of_one_folder_share_a_manifest() {
    let script = |name: &str| format!("def {name}(text):\n    return pb.returnOutputModel(text, '', '', '', '', '')\n");
    let folder = Folder::new(&[("Upper.py", &script("Upper")), ("lower.py", &script("Lower"))]);
    let run = folder.run(&["init", "Upper.py", "lower.py"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.contains("\n\nchanged d3.json\n"), "{run:?}");
    let manifest = || -> Value { serde_json::from_slice(&folder.read("d3.json")).expect("JSON") };
    let commands = manifest()["commands"].clone();
    assert_eq!(texts(&commands, "internalName"), ["Upper", "Lower"]);
    assert_eq!((&commands[0]["script"], &commands[1]["script"]), (&Value::Null, &json!("lower.py")));
    assert_eq!(findings(&folder, &["--select", "D31,D39"]), BTreeSet::new());

    // What was seen to in the manifest stays, and what can't be added is left out with a word about it.
    let text = String::from_utf8(folder.read("d3.json")).expect("text").replace("\"Upper\"", "\"To Upper Case\"");
    folder.write("d3.json", text.replacen("\"internalName\": \"To Upper Case\"", "\"internalName\": \"Upper\"", 1));
    folder.write("again.py", script("Lower"));
    folder.write(
        "reads.py",
        "def Ask():\n    return pb.returnOutputModel(runtime['connector']['key'], '', '', '', '', '')\n",
    );
    folder.write("Third.py", script("Third"));
    let run = folder.run(&["init", "again.py", "reads.py", "Third.py"]);
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (
            2,
            "error: d3.json has a command `Lower` already; give the function in again.py another name\n\
             error: d3.json holds utility commands, and reads.py is an integration's, since it reads connection parameters; move it to a folder of its own\n"
        )
    );
    assert_eq!(texts(&manifest()["commands"], "internalName"), ["Upper", "Lower", "Third"]);
    assert_eq!(manifest()["commands"][0]["displayName"], json!("To Upper Case"));
    let refused = folder.run(&["init", "--force", "Upper.py", "lower.py"]);
    assert!(refused.status == 2 && refused.stderr.contains("takes one script"), "{refused:?}");
}

#[test]
fn each_bad_input_gets_one_message_with_the_next_step() {
    let folder =
        Folder::new(&[("plain.py", "print('x')\n"), ("d/own.py", ""), ("none.py", "# d3: integration\ndef A(:\n")]);
    folder.write("empty/notes.txt", "");
    folder.write("broken/a.py", "# d3: utility\ndef A():\n    return pb.returnOutputModel('', '', '', '', '', '')\n");
    folder.write("broken/d3.json", "{");
    folder.write("latin.py", b"x = '\xe9'\n");
    for (path, expected) in [
        (
            "plain.py",
            "plain.py: this is no D3 script: it gives no output model and calls nothing of D3; if it is one all the same, begin it with `# d3: integration` or `# d3: utility`",
        ),
        ("d", "d is a folder; give the script in it: `d3ls init d/own.py`"),
        ("empty", "empty is a folder without a script; `d3ls new integration NAME` begins a new one"),
        ("gone.py", "gone.py: no such file or folder"),
        ("latin.py", "latin.py: the file is not UTF-8 (byte 5); save it as UTF-8"),
    ] {
        let run = folder.run(&["init", path]);
        assert_eq!(
            (run.status, run.stdout.as_str(), run.stderr.as_str()),
            (2, "", format!("error: {expected}\n").as_str())
        );
    }
    assert!(!folder.path().join("d3.json").exists());
    let run = folder.run(&["init", "broken/a.py"]);
    let expected = "d3.json:1:1: the manifest is not valid JSON: this `{` is never closed; correct that, or replace the manifest with `--force`\n";
    assert!(run.status == 2 && run.stderr.ends_with(expected), "{run:?}");
}

#[test]
fn what_python_can_not_read_is_left_out_and_said() {
    let folder = Folder::new(&[(
        "a.py",
        "def A():\n    return pb.returnOutputModel('', '', '', '', '', '')\n\ndef B()\n    x = = 1\n\ndef C(n):\n    return A()\n",
    )]);
    let run = folder.run(&["init", "a.py"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(
        run.stderr.starts_with("warning: a.py:4:7: ") && run.stderr.contains("then run `d3ls init --force a.py` again"),
        "{run:?}"
    );
    let manifest: Value = serde_json::from_slice(&folder.read("d3.json")).expect("JSON");
    assert!(texts(&manifest["commands"], "internalName").contains(&"C"), "{manifest:#}");
}
