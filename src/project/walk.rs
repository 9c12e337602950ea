//! Folders to files.

use std::path::{Path, PathBuf};

use ignore::{WalkBuilder, WalkState};
use rustc_hash::FxHashSet;

use super::MANIFEST;
use super::paths::absolute;

/// A path that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file or folder.
    pub path: PathBuf,
    /// The line and column, from 1, where that is known.
    pub position: Option<(u32, u32)>,
    /// Why, in lower case.
    pub message: String,
    /// Whether anything was left out because of it.
    pub fatal: bool,
}

impl Problem {
    /// Something about a whole file that keeps it from being checked.
    pub fn fatal(path: &Path, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), position: None, message: message.into(), fatal: true }
    }

    /// Something about a whole file that its user should know.
    pub fn note(path: &Path, message: impl Into<String>) -> Self {
        Self { fatal: false, ..Self::fatal(path, message) }
    }
}

/// What [`walk`] found, each file once.
#[derive(Debug, Default)]
pub struct Walked {
    /// Files that were named, whatever they are called, sorted.
    pub named: Vec<PathBuf>,
    /// Python files and manifests found in folders and not named themselves, sorted.
    pub found: Vec<PathBuf>,
    /// What could not be read, sorted.
    pub problems: Vec<Problem>,
}

/// The files that `paths` stand for. Folders are walked: `.gitignore` and the like are honoured (a
/// named file is never ignored), hidden files are left out, symbolic links are followed, loops are not.
pub fn walk(paths: &[PathBuf]) -> Walked {
    let mut result = Walked::default();
    for path in paths {
        let path = absolute(path);
        match path.metadata() {
            Err(error) => result.problems.push(Problem::fatal(&path, describe(&error))),
            Ok(metadata) if metadata.is_dir() => walk_folder(&path, &mut result),
            Ok(_) => result.named.push(path),
        }
    }
    result.named.sort();
    result.named.dedup();
    result.found = once(&result.named, std::mem::take(&mut result.found));
    result.problems.sort();
    result.problems.dedup();
    result
}

/// Each of `found` once, by its own name rather than through a link, without those that are named anyway.
fn once(named: &[PathBuf], found: Vec<PathBuf>) -> Vec<PathBuf> {
    let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    let mut seen: FxHashSet<PathBuf> = named.iter().map(real).collect();
    let mut found: Vec<_> = found.into_iter().map(|path| (real(&path), path)).collect();
    found.sort_by(|a, b| (a.0 != a.1, &a.1).cmp(&(b.0 != b.1, &b.1)));
    let mut result: Vec<_> = found.into_iter().filter_map(|(real, path)| seen.insert(real).then_some(path)).collect();
    result.sort();
    result
}

fn walk_folder(folder: &Path, result: &mut Walked) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let walker = WalkBuilder::new(folder).follow_links(true).require_git(false).build_parallel();
    walker.run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            let sent = match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) && is_wanted(entry.path()) => {
                    sender.send(Ok(entry.into_path()))
                }
                Ok(_) => Ok(()),
                Err(error) => sender.send(Err(error)),
            };
            if sent.is_ok() { WalkState::Continue } else { WalkState::Quit }
        })
    });
    drop(sender);
    for entry in receiver {
        match entry {
            Ok(path) => result.found.push(path),
            Err(error) => result.problems.push(problem(folder, &error)),
        }
    }
}

fn is_wanted(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py") || path.file_name().is_some_and(|name| name == MANIFEST)
}

fn problem(folder: &Path, error: &ignore::Error) -> Problem {
    match error {
        ignore::Error::WithPath { path, err } => Problem { path: path.clone(), ..problem(folder, err) },
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => problem(folder, err),
        ignore::Error::Loop { ancestor, child } => {
            Problem::note(child, format!("the link leads back to `{}`; it is not followed", ancestor.display()))
        }
        ignore::Error::Io(error) => Problem::fatal(folder, describe(error)),
        other => Problem::note(folder, other.to_string()),
    }
}

/// Why reading failed, in plain words and without the number of the error.
pub fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => {
            let text = error.to_string();
            text.split_once(" (os error").map_or(text.clone(), |(words, _)| words.to_owned())
        }
    }
}
