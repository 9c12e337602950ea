//! Files that commands write: never over one that is there, unless the user says so.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::manifest::{edits, schema_text};
use crate::project::{self, relative};

/// The file of the manifest's schema.
const SCHEMA: &str = "d3.schema.json";

/// Files that are written together: if one of them can't be, all are as they were.
#[derive(Default)]
pub(super) struct Together {
    files: Vec<(&'static str, PathBuf)>,
    undo: Vec<Undo>,
}

enum Undo {
    Remove(PathBuf),
    RemoveFolder(PathBuf),
    Restore(PathBuf, Vec<u8>),
}

impl Together {
    /// Writes a new file.
    pub(super) fn create(&mut self, path: &Path, text: &str) -> anyhow::Result<()> {
        project::create(path, text).map_err(|error| failed(path, &error))?;
        self.undo.push(Undo::Remove(path.to_owned()));
        self.files.push(("wrote", path.to_owned()));
        Ok(())
    }

    /// Writes a new file, or, with `force`, in place of one that is there.
    pub(super) fn create_or_replace(&mut self, path: &Path, text: &str, force: bool) -> anyhow::Result<()> {
        if !force || !path.exists() {
            return self.create(path, text);
        }
        let before = fs::read(path);
        project::write(path, text).map_err(|error| failed(path, &error))?;
        self.undo.extend(before.ok().map(|before| Undo::Restore(path.to_owned(), before)));
        self.files.push(("replaced", path.to_owned()));
        Ok(())
    }

    /// Makes a folder, with those above it.
    pub(super) fn folder(&mut self, path: &Path) -> anyhow::Result<()> {
        let missing: Vec<&Path> = path.ancestors().take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(|error| failed(folder, &error))?;
            self.undo.push(Undo::RemoveFolder(folder.to_owned()));
        }
        Ok(())
    }

    /// Replaces a file that is still what it was when it was read.
    pub(super) fn replace(&mut self, path: &Path, before: &str, after: &str) -> anyhow::Result<()> {
        project::replace(path, before, after).map_err(|error| failed(path, &error))?;
        self.undo.push(Undo::Restore(path.to_owned(), before.as_bytes().to_owned()));
        self.files.push(("changed", path.to_owned()));
        Ok(())
    }

    /// Writes a manifest with `$schema`, and the schema's file beside it. Where another file of that name is there, both
    /// are left out.
    pub(super) fn manifest(&mut self, path: &Path, manifest: &Value, force: bool) -> anyhow::Result<()> {
        let (beside, schema) = (path.with_file_name(SCHEMA), schema_text());
        let is_there = beside.exists();
        let is_ours = !is_there || fs::read_to_string(&beside).is_ok_and(|text| text == schema);
        let mut keys = Map::new();
        if is_ours {
            keys.insert("$schema".to_owned(), json!(SCHEMA));
        }
        keys.extend(manifest.as_object().cloned().unwrap_or_default());
        self.create_or_replace(path, &edits::document(&Value::Object(keys)), force)?;
        if !is_there {
            self.create(&beside, &schema)?;
        }
        Ok(())
    }

    /// Keeps what was written: a line for each file, with what was done to it.
    pub(super) fn keep(mut self) -> String {
        self.undo.clear();
        self.files.iter().map(|(word, path)| format!("\u{1b}[32m{word}\u{1b}[0m {}\n", relative(path))).collect()
    }
}

impl Drop for Together {
    fn drop(&mut self) {
        for undo in self.undo.drain(..).rev() {
            // The error says why not all could be written; that this can't be undone would be no news after that.
            let _ = match undo {
                Undo::Remove(path) => fs::remove_file(path),
                Undo::RemoveFolder(path) => fs::remove_dir(path),
                Undo::Restore(path, before) => project::write(&path, &before),
            };
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> anyhow::Error {
    let shown = relative(path);
    match error.kind() {
        std::io::ErrorKind::AlreadyExists => anyhow::anyhow!("{shown} is there already; `--force` replaces it"),
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            anyhow::anyhow!(
                "{shown} can't be written: permission denied; make its folder writable, or work in a copy of it"
            )
        }
        _ => anyhow::anyhow!("{shown} can't be written: {}", project::describe(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_as_it_was_where_not_all_can_be_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let (old, new) = (folder.path().join("old.json"), folder.path().join("a/b/new.py"));
        fs::write(&old, b"no text: \xff").expect("written");
        let mut written = Together::default();
        written.create_or_replace(&old, "{}", true).expect("replaced");
        written.folder(&folder.path().join("a/b")).expect("made");
        written.create(&new, "x = 1\n").expect("written");
        assert!(new.exists());
        written.create(&new, "x = 2\n").expect_err("it is there");
        drop(written);
        assert_eq!(fs::read(&old).expect("there"), b"no text: \xff");
        assert!(!folder.path().join("a").exists());
    }
}
