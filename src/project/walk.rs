//! Folders to files.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use ignore::{WalkBuilder, WalkState};
use rustc_hash::FxHashSet;

use super::MANIFEST;
use super::paths::{absolute, is_python};

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

/// A file found in a folder.
struct Found {
    path: PathBuf,
    /// The same file, not through links.
    real: PathBuf,
}

/// The files that `paths` stand for. Folders are walked: `.gitignore` and the like are honoured (a
/// named file is never ignored), hidden files are left out, symbolic links are followed, loops are not.
pub fn walk(paths: &[PathBuf]) -> Walked {
    let mut result = Walked::default();
    let mut found = Vec::new();
    for path in paths {
        let path = absolute(path);
        match path.metadata() {
            Err(error) => result.problems.push(Problem::fatal(&path, describe(&error))),
            Ok(metadata) if metadata.is_dir() => found.extend(walk_folder(&path, &mut result.problems)),
            Ok(_) => result.named.push(path),
        }
    }
    result.named.sort();
    result.named.dedup();
    result.found = once(&result.named, found);
    result.problems.sort();
    result.problems.dedup();
    result
}

/// Each of `found` once, by its own name rather than through a link, without those that are named anyway.
fn once(named: &[PathBuf], mut found: Vec<Found>) -> Vec<PathBuf> {
    let mut seen: FxHashSet<PathBuf> = named.iter().map(|path| real(path)).collect();
    found.sort_by(|a, b| (a.real != a.path, &a.path).cmp(&(b.real != b.path, &b.path)));
    let mut result: Vec<_> =
        found.into_iter().filter_map(|found| seen.insert(found.real).then_some(found.path)).collect();
    result.sort();
    result
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn walk_folder(folder: &Path, problems: &mut Vec<Problem>) -> Vec<Found> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let has_links = AtomicBool::new(false);
    let walker = WalkBuilder::new(folder).follow_links(true).require_git(false).build_parallel();
    walker.run(|| {
        let (sender, has_links) = (sender.clone(), &has_links);
        Box::new(move |entry| {
            let sent = match entry {
                Ok(entry) => {
                    if entry.depth() > 0 && entry.path_is_symlink() {
                        has_links.store(true, Ordering::Relaxed);
                    }
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    if is_file && is_wanted(entry.path()) { sender.send(Ok(entry.into_path())) } else { Ok(()) }
                }
                Err(error) => sender.send(Err(error)),
            };
            if sent.is_ok() { WalkState::Continue } else { WalkState::Quit }
        })
    });
    drop(sender);
    // Without links a file's real path is below the folder's. To ask for each takes longer than to check some.
    let has_links = has_links.into_inner();
    let real_folder = real(folder);
    let real = |path: &Path| match path.strip_prefix(folder) {
        Ok(below) if !has_links => real_folder.join(below),
        _ => real(path),
    };
    let mut found = Vec::new();
    for entry in receiver {
        match entry {
            Ok(path) => found.push(Found { real: real(&path), path }),
            Err(error) => problems.push(problem(folder, &error)),
        }
    }
    found
}

fn is_wanted(path: &Path) -> bool {
    is_python(path) || path.file_name().is_some_and(|name| name == MANIFEST)
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
