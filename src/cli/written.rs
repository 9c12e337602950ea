//! Files that commands write: never over one that is there, unless the user says so.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::manifest::{edits, schema_text};
use crate::project::{self, relative};

/// The file of the manifest's schema.
const SCHEMA: &str = "d3.schema.json";

/// Writes a new file.
pub(super) fn create(path: &Path, text: &str) -> anyhow::Result<()> {
    project::create(path, text).map_err(|error| failed(path, &error))
}

/// Writes a new file, or, with `force`, in place of one that is there.
pub(super) fn create_or_replace(path: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    if force && path.exists() {
        return project::write(path, text).map_err(|error| failed(path, &error));
    }
    create(path, text)
}

/// Makes a folder, with those above it.
pub(super) fn folder(path: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(path).map_err(|error| failed(path, &error))
}

/// Replaces a file that is still what it was when it was read.
pub(super) fn replace(path: &Path, before: &str, after: &str) -> anyhow::Result<()> {
    project::replace(path, before, after).map_err(|error| failed(path, &error))
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

/// Writes a manifest with `$schema`, and the schema's file beside it. Where another file of that name is there, both are
/// left out.
pub(super) fn manifest(path: &Path, manifest: &Value, force: bool) -> anyhow::Result<Vec<PathBuf>> {
    let (beside, schema) = (path.with_file_name(SCHEMA), schema_text());
    let is_there = beside.exists();
    let is_ours = !is_there || std::fs::read_to_string(&beside).is_ok_and(|text| text == schema);
    let mut keys = Map::new();
    if is_ours {
        keys.insert("$schema".to_owned(), json!(SCHEMA));
    }
    keys.extend(manifest.as_object().cloned().unwrap_or_default());
    if !is_there {
        create(&beside, &schema)?;
    }
    create_or_replace(path, &edits::document(&Value::Object(keys)), force).inspect_err(|_| {
        if !is_there {
            // The error is about the manifest; a schema without one does no harm.
            let _ = std::fs::remove_file(&beside);
        }
    })?;
    let files = [Some(path.to_owned()), (!is_there).then_some(beside)];
    Ok(files.into_iter().flatten().collect())
}

/// What was done to a file.
pub(super) fn line(word: &str, path: &Path) -> String {
    format!("\u{1b}[32m{word}\u{1b}[0m {}\n", relative(path))
}
