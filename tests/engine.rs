//! The pure engine as a whole: one bad thing costs one thing, whatever the text.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use d3ls::check::{Input, check, check_manifest, check_with};
use d3ls::diagnostic::{Diagnostic, Severity};
use d3ls::manifest::Manifest;
use d3ls::project::{Candidate, Disk, Workspace};
use d3ls::rules::{Check, FixKind, Needs, RULES, Rule, Selection};
use d3ls::text::Source;
use rayon::prelude::*;

#[path = "engine/again.rs"]
mod again;

fn input(path: &Path, text: &str) -> Input {
    Workspace::default().as_script(path, Source::from_text(text)).input
}

fn alone(text: &str) -> Input {
    input(Path::new("/nowhere/script.py"), text)
}

fn fixtures(extension: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|known| known == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), extension, &mut found);
    found.sort();
    assert!(found.len() > 20, "the fixtures are not where they should be");
    found
}

static PANICS: Rule = Rule {
    code: "D3999",
    name: "always-panics",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "panics",
    page: "",
    check: Check::Script(|_, sink| {
        sink.report(d3ls::text::TextRange::default(), "found before the panic");
        panic!("on purpose");
    }),
};

#[test]
fn a_rule_that_panics_costs_its_own_findings() {
    let mut rules: Vec<&'static Rule> = RULES.to_vec();
    rules.insert(0, &PANICS);
    let report = check_with(&alone("class APIError(Exception):\n    pass\n"), &rules);
    let codes: Vec<&str> = report.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["D3905", "D3201"]);
    assert!(report.diagnostics[0].message.contains("D3999 (always-panics)"));
}

#[test]
fn a_rule_that_panics_leaves_its_ignores_alone() {
    let mut rules: Vec<&'static Rule> = RULES.to_vec();
    rules.retain(|rule| rule.code != "D3201");
    static FAILS: Rule = Rule {
        code: "D3201",
        name: "reserved-class",
        severity: Severity::Error,
        default_on: true,
        fix: FixKind::None,
        needs: Needs::Nothing,
        summary: "panics",
        page: "",
        check: Check::Script(|_, _| panic!("on purpose")),
    };
    rules.push(&FAILS);
    let report = check_with(&alone("total = 1  # d3: ignore[D3201]\n"), &rules);
    let codes: Vec<&str> = report.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["D3905"], "nobody knows whether the ignore is needed");
}

fn bad_findings(diagnostics: &[Diagnostic], text: &str) -> Option<String> {
    diagnostics.iter().find_map(|diagnostic| {
        let (start, end) = (diagnostic.range.start().to_usize(), diagnostic.range.end().to_usize());
        let in_text = diagnostic.place != d3ls::diagnostic::Place::Script
            || (end <= text.len() && text.is_char_boundary(start) && text.is_char_boundary(end));
        (diagnostic.code == "D3905" || !in_text).then(|| format!("{diagnostic:?}"))
    })
}

#[test]
fn every_prefix_of_every_fixture_is_checked_without_a_panic() {
    let failures: Vec<String> = fixtures("py")
        .par_iter()
        .flat_map(|path| {
            let bytes = fs::read(path).expect("a fixture");
            let Ok(text) = String::from_utf8(bytes) else { return Vec::new() };
            let whole = input(path, &text);
            // The ported scripts are many and alike: of those every eleventh prefix is enough.
            let step = if path.components().any(|part| part.as_os_str() == "ported") { 11 } else { 1 };
            let ends: Vec<usize> = (0..=text.len()).step_by(step).filter(|&end| text.is_char_boundary(end)).collect();
            ends.par_iter()
                .filter_map(|&end| {
                    let prefix = Input { source: Source::from_text(&text[..end]), ..whole.clone() };
                    bad_findings(&check(&prefix).diagnostics, &text[..end])
                        .map(|bad| format!("{} up to {end}: {bad}", path.display()))
                })
                .collect()
        })
        .collect();
    let few: Vec<&String> = failures.iter().take(20).collect();
    assert!(failures.is_empty(), "{} prefixes, among them {few:#?}", failures.len());
}

#[test]
fn every_prefix_of_every_manifest_is_read_without_a_panic() {
    let selection = Selection::default();
    for path in fixtures("json").iter().filter(|path| path.ends_with("d3.json")) {
        let text = fs::read_to_string(path).expect("a manifest");
        let ends: Vec<usize> = (0..=text.len()).filter(|&end| text.is_char_boundary(end)).collect();
        ends.par_iter().for_each(|&end| {
            let manifest = Manifest::parse(text[..end].into());
            for diagnostic in check_manifest(&manifest, &selection) {
                assert!(diagnostic.range.end().to_usize() <= end, "{} up to {end}: {diagnostic:?}", path.display());
                assert_ne!(diagnostic.code, "D3905", "{} up to {end}: {diagnostic:?}", path.display());
            }
        });
    }
}

#[test]
fn a_check_is_a_pure_function() {
    for path in fixtures("py") {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let input = input(&path, &text);
        let (first, second) = (check(&input), check(&input));
        assert_eq!(first.diagnostics, second.diagnostics, "{}", path.display());
        assert_eq!(first.not_evaluated, second.not_evaluated, "{}", path.display());
    }
}

#[test]
fn severity_follows_the_settings() {
    let word = d3ls::rules::Selector::new("reserved-class").expect("a rule");
    let selection = Selection::new(None, &[], &[(word, Severity::Info)]);
    let input = Input { selection: Arc::new(selection), ..alone("class APIError(Exception): pass\n") };
    let report = check(&input);
    assert_eq!(report.diagnostics.len(), 1);
    assert_eq!(report.diagnostics[0].severity, Severity::Info);
}

#[test]
fn what_is_no_text_is_one_error() {
    for bytes in [b"x = 1\xff\n".to_vec(), b"x = 1\0\n".to_vec(), vec![b'#'; d3ls::text::MAX_BYTES + 1]] {
        let input = Input { source: Source::from_bytes(bytes), ..alone("") };
        let report = check(&input);
        let codes: Vec<&str> = report.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, ["D3001"]);
        assert_eq!(report.diagnostics[0].range.start().to_u32(), 0);
    }
}

/// On the threads of a pool a large text is parsed in halves and its rules run side by side.
#[test]
fn side_by_side_finds_the_same() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).stack_size(64 << 20).build().expect("a pool");
    let scripts = fixtures("py").into_iter().filter_map(|path| fs::read_to_string(path).ok());
    let is_sound = |script: &String| check(&alone(script)).analysis.parsed().errors.is_empty();
    let sound: Vec<String> = scripts.filter(is_sound).map(|script| script.replace('\u{feff}', "") + "\n\n\n").collect();
    // As long as a text must be for that.
    let texts = [0, sound.len() / 3, sound.len() / 2].map(|first| {
        let mut text = String::new();
        let mut scripts = sound.iter().cycle().skip(first);
        while text.len() < 70_000 {
            text.extend(scripts.next().map(String::as_str));
        }
        text
    });
    let decorated = texts[0].replace("\ndef ", "\n@staticmethod\n\n\ndef ");
    let broken = format!("{}x = (\n", texts[1]);
    for text in texts.into_iter().chain([decorated, broken]) {
        let input = alone(&text);
        let (alone, together) = (check(&input), pool.install(|| check(&input)));
        assert_eq!(together.diagnostics, alone.diagnostics);
        assert_eq!(together.not_evaluated, alone.not_evaluated);
        let (one, other) = (together.analysis.parsed(), alone.analysis.parsed());
        assert_eq!(one.comments, other.comments);
        assert_eq!(one.errors, other.errors);
        assert_eq!(one.d3_calls, other.d3_calls);
        assert_eq!(format!("{:?}", one.body), format!("{:?}", other.body));
    }
}
