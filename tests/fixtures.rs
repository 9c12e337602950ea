//! What lint finds in the fixtures, by the real binary, is what is pinned beside them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The findings of `d3ls lint --format json` with further arguments, run in a folder of the fixtures.
fn lint(folder: &str, arguments: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_d3ls"))
        .args(["lint", "--format", "json"])
        .args(arguments)
        .current_dir(root().join(folder))
        .output()
        .expect("the binary runs");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{folder}: {error}\n{}", String::from_utf8_lossy(&output.stderr)));
    report["diagnostics"].as_array().expect("diagnostics").clone()
}

/// Path, line from 1, code.
type Pin = (String, u64, String);

fn pin(diagnostic: &Value) -> Pin {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (
        text(&diagnostic["path"]),
        diagnostic["range"]["start"]["line"].as_u64().expect("a line"),
        text(&diagnostic["code"]),
    )
}

/// The pins of a folder that must be found, and those that may be.
#[derive(Default)]
struct Pins {
    must: BTreeSet<Pin>,
    may: BTreeSet<Pin>,
}

impl Pins {
    /// Those at `# expect: CODE`, `# expect-off: CODE` and `# may: CODE` in scripts, and those in `expected.json`.
    fn read(folder: &str) -> Self {
        let mut pins = Self::default();
        let root = root().join(folder);
        let mut folders = vec![root.clone()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(&next).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "py") {
                    let name = path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/");
                    pins.read_script(&name, &fs::read_to_string(&path).expect("a script"));
                }
            }
        }
        if let Ok(text) = fs::read_to_string(root.join("expected.json")) {
            let list: Vec<Value> = serde_json::from_str(&text).expect("expected.json is JSON");
            for entry in list {
                let text = |key: &str| entry[key].as_str().expect("a text").to_owned();
                let pin = (text("path"), entry["line"].as_u64().expect("a line"), text("code"));
                let pins = if entry["may"] == true { &mut pins.may } else { &mut pins.must };
                pins.insert(pin);
            }
        }
        pins
    }

    fn read_script(&mut self, name: &str, text: &str) {
        for (number, line) in text.lines().enumerate() {
            let Some((_, comment)) = line.rsplit_once('#') else { continue };
            for marker in comment.split(';') {
                let Some((word, codes)) = marker.split_once(':') else { continue };
                let pins = match word.trim() {
                    "expect" | "expect-off" => &mut self.must,
                    "may" => &mut self.may,
                    _ => continue,
                };
                let line = u64::try_from(number + 1).expect("a line");
                pins.extend(codes.split(',').map(|code| (name.to_owned(), line, code.trim().to_owned())));
            }
        }
    }

    fn verify(&self, found: &[Value]) {
        let found: BTreeSet<Pin> = found.iter().map(pin).collect();
        let missing: Vec<&Pin> = self.must.difference(&found).collect();
        let extra: Vec<&Pin> = found.iter().filter(|pin| !self.must.contains(pin) && !self.may.contains(pin)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "not found: {missing:#?}\nnot pinned: {extra:#?}");
        assert!(!self.must.is_empty(), "nothing is pinned");
    }
}

#[test]
fn every_fault_is_found_and_nothing_else() {
    Pins::read("faults").verify(&lint("faults", &["--select", "ALL"]));
}

#[test]
fn what_overrides_the_system_script_is_found() {
    Pins::read("overrides").verify(&lint("overrides", &[]));
}

#[test]
fn the_samples_of_d3_have_their_known_faults() {
    Pins::read("d3-samples").verify(&lint("d3-samples", &[]));
    Pins::read("d3-samples-with-manifest").verify(&lint("d3-samples-with-manifest", &[]));
}

#[test]
fn the_whole_integration_and_the_utility_commands_are_clean() {
    for folder in ["acme-edr", "utility"] {
        let found = lint(folder, &[]);
        assert!(found.is_empty(), "{folder}: {found:#?}");
    }
}

#[test]
fn scripts_without_a_manifest_are_not_nagged() {
    let found = lint("unmanaged", &[]);
    let loud: Vec<&Value> = found.iter().filter(|diagnostic| diagnostic["severity"] != "info").collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn positions_are_true_whatever_stands_before_them() {
    let text = fs::read_to_string(root().join("positions/expected.json")).expect("the pins");
    let pins: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let found = lint("positions", &[]);
    for pin in &pins {
        let is_it = |diagnostic: &&Value| {
            let range = &diagnostic["range"];
            diagnostic["path"] == pin["path"]
                && diagnostic["code"] == pin["code"]
                && range["start"]["line"] == pin["line"]
                && range["start"]["column"] == pin["column"]
                && range["end"]["column"] == pin["endColumn"]
        };
        assert!(found.iter().any(|diagnostic| is_it(&diagnostic)), "not found: {pin}\n{found:#?}");
    }
    assert!(pins.len() > 20);
}
