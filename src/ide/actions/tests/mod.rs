//! Golden pairs of every action: a script with `$0` where the cursor is, and what becomes of it and its manifest.
//!
//! Each pair also holds with CRLF, a byte-order mark and tabs, and leaves no new finding in script and manifest.

mod manifest;
mod script;
mod suppress;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use expect_test::Expect;

use super::{Action, actions, suppressions};
use crate::check::{Input, Report, check, check_manifest};
use crate::diagnostic::Place;
use crate::ide::tests::support::{ACME, system, unmark};
use crate::image::Image;
use crate::manifest::{Kind, Manifest};
use crate::semantic::SystemScript;
use crate::text::{Edit, Source, TextLen, TextRange, apply};

/// A script, its manifest, and what a check says of both.
struct Both {
    script: String,
    manifest: Option<String>,
    system: SystemScript,
    report: Report,
    findings: Vec<(&'static str, String)>,
}

impl Both {
    fn new(script: &str, manifest: Option<&str>) -> Self {
        Self::over(script, manifest, SystemScript::None)
    }

    fn over(script: &str, manifest: Option<&str>, system: SystemScript) -> Self {
        let read = manifest.map(|text| Arc::new(Manifest::parse(Arc::from(text))));
        let input = Input {
            source: Source::from_text(script),
            kind: Some(read.as_ref().map_or(Kind::Integration, |manifest| manifest.kind)),
            script: read.as_ref().map(|_| "script.py".to_owned()),
            manifest: read.clone(),
            system: system.clone(),
            siblings: Arc::default(),
            image: Image::default_profile(),
            selection: Arc::default(),
        };
        let report = check(&input);
        let own = read.map(|manifest| check_manifest(&manifest, &input.selection)).unwrap_or_default();
        let findings = report.diagnostics.iter().chain(&own);
        let findings = findings.map(|found| (found.code, found.message.clone())).collect();
        Self { script: script.to_owned(), manifest: manifest.map(str::to_owned), system, report, findings }
    }

    fn actions(&self, range: TextRange) -> Vec<Action> {
        let mut found = actions(&self.report.analysis, range);
        for diagnostic in self.report.diagnostics.iter().filter(|one| one.range.intersect(range).is_some()) {
            found.extend(suppressions(&self.report.analysis, diagnostic));
        }
        found
    }

    /// After an action, which must leave no new finding.
    fn after(&self, action: &Action) -> Self {
        let of = |wanted: Place| -> Vec<&Edit> {
            action.edits.iter().filter(|(place, _)| *place == wanted).map(|(_, edit)| edit).collect()
        };
        let script = apply(&self.script, of(Place::Script));
        let manifest = self.manifest.as_ref().map(|text| apply(text, of(Place::Manifest)));
        let after = Self::over(&script, manifest.as_deref(), self.system.clone());
        let mut left = self.findings.clone();
        for finding in &after.findings {
            let known = left.iter().position(|one| one == finding);
            let known =
                known.unwrap_or_else(|| panic!("{}: {finding:?} is new in\n{script}\n{manifest:?}", action.title));
            left.swap_remove(known);
        }
        after
    }
}

/// The script and manifest after the action with this title.
fn act(marked: &str, manifest: Option<&str>, title: &str) -> (Both, Both) {
    let (script, at) = unmark(marked);
    let before = Both::new(&script, manifest);
    let offered = before.actions(TextRange::empty(at));
    let mut wanted = offered.iter().filter(|action| action.title == title);
    let titles: Vec<_> = offered.iter().map(|action| &action.title).collect();
    let action = wanted.next().unwrap_or_else(|| panic!("`{title}` is not among {titles:?}"));
    assert!(wanted.next().is_none(), "`{title}` is offered twice");
    let after = before.after(action);
    (before, after)
}

/// Asserts what an action does, in each layout.
fn golden_with(marked: &str, manifest: Option<&str>, title: &str, expected: Expect) {
    let (before, after) = act(marked, manifest, title);
    let mut shown = after.script.clone();
    let (old, new) = (before.manifest.unwrap_or_default(), after.manifest.clone().unwrap_or_default());
    if old != new {
        shown.push_str("--- d3.json\n");
        for change in similar::TextDiff::from_lines(&old, &new).iter_all_changes() {
            if change.tag() != similar::ChangeTag::Equal {
                shown.push_str(&format!("{}{change}", change.tag()));
            }
        }
    }
    expected.assert_eq(&shown);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    // A script of one line does not show how its lines end.
    if before.script.contains('\n') {
        let (_, other) = act(&crlf(marked), manifest.map(crlf).as_deref(), title);
        assert_eq!(other.script, crlf(&after.script));
        assert_eq!(other.manifest, after.manifest.as_deref().map(crlf));
    }
    let (_, other) = act(&format!("\u{feff}{marked}"), manifest, title);
    assert_eq!(other.script, format!("\u{feff}{}", after.script));
    let tabs = |text: &str| text.replace("    ", "\t");
    // Only an indented script shows by what it is indented.
    if before.script.contains("    ") {
        let (_, other) = act(&tabs(marked), manifest, title);
        assert_eq!(other.script, tabs(&after.script));
    }
}

fn golden(marked: &str, title: &str, expected: Expect) {
    golden_with(marked, Some(ACME), title, expected);
}

/// The titles of the actions at `$0`.
fn titles(marked: &str) -> Vec<String> {
    let (script, at) = unmark(marked);
    Both::new(&script, Some(ACME)).actions(TextRange::empty(at)).into_iter().map(|action| action.title).collect()
}

/// Whether an action is offered at `$0`.
fn is_offered(marked: &str, title: &str) -> bool {
    titles(marked).iter().any(|one| one == title)
}

const MODEL: &str = "pb.returnOutputModel";

/// ACME with other inputs of `CheckDevice`, all Text.
fn acme_with(inputs: &[&str]) -> String {
    let start = ACME.find("\"inputs\": [").expect("inputs") + "\"inputs\": [".len();
    let end = start + ACME[start..].find("\n    ]").expect("their end");
    let inputs: Vec<_> = inputs.iter().map(|name| format!("\n      {{\"parameterName\": \"{name}\"}}")).collect();
    format!("{}{}{}", &ACME[..start], inputs.join(","), &ACME[end..])
}

/// The fixtures with a manifest, a script and perhaps a system script.
fn fixtures() -> Vec<(PathBuf, Both)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        folders.extend(entries.filter(|path| path.is_dir()));
        let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
        if let (Some(script), Some(manifest)) = (read("script.py"), read("d3.json")) {
            let system = read("system.py").map_or(SystemScript::None, |text| system(&text));
            found.push((folder, Both::over(&script, Some(&manifest), system)));
        }
    }
    found
}

/// Every action at every name, finding and end of a fixture leaves no new finding and no new syntax error.
#[test]
fn no_action_in_any_fixture_leaves_a_new_finding() {
    let mut tried = 0;
    for (folder, both) in fixtures() {
        let model = both.report.analysis.model();
        let names = model.bindings.iter().map(|binding| binding.range);
        let findings = both.report.diagnostics.iter().filter(|found| found.place == Place::Script);
        let end = TextRange::empty(both.script.text_len());
        let places = names.chain(findings.map(|found| found.range)).chain([end]);
        let mut seen: Vec<Action> = Vec::new();
        for range in places {
            for action in both.actions(TextRange::empty(range.start())) {
                // One comment of a kind is like the other.
                let is_known =
                    |one: &Action| *one == action || one.title == action.title && one.title.starts_with("Ignore");
                if !seen.iter().any(is_known) {
                    let after = both.after(&action);
                    assert_ne!(
                        (&after.script, &after.manifest),
                        (&both.script, &both.manifest),
                        "{folder:?} {action:?}"
                    );
                    seen.push(action);
                }
            }
        }
        tried += seen.len();
    }
    assert!(tried > 300, "{tried} actions");
}
