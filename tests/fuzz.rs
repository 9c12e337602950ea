//! The fuzz targets' properties over every fixture and over every input that once failed.

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

/// A target's name, and what holds for every input.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 8] = [
    ("check", targets::check),
    ("edits", targets::edits),
    ("dialect", targets::dialect),
    ("syntax", targets::syntax),
    ("differential", targets::differential),
    ("manifest", targets::manifest),
    ("frames", targets::frames),
    ("editor", targets::editor),
];

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_fixture_holds_every_property() {
    let files = files_below(&root().join("fixtures"));
    assert!(files.len() > 200, "the fixtures are not where they should be");
    files.par_iter().for_each(|path| {
        let input = fs::read(path).expect("a fixture");
        TARGETS.iter().for_each(|(_, property)| property(&input));
    });
}

#[test]
fn what_once_failed_holds() {
    for path in files_below(&root().join("fuzz/regressions")) {
        let target = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
        let (_, property) = TARGETS
            .iter()
            .find(|(name, _)| Some(*name) == target)
            .unwrap_or_else(|| panic!("{} is in no target's folder", path.display()));
        property(&fs::read(&path).expect("an input"));
    }
}

#[test]
fn every_target_is_listed() {
    let mut programs: Vec<String> = fs::read_dir(root().join("fuzz/fuzz_targets"))
        .expect("a folder")
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
        .collect();
    programs.sort();
    let mut listed: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    assert_eq!(programs, listed);
}
