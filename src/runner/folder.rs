//! The temporary folders of runs: removed after each, and by a later d3ls where one was killed before it could.
//!
//! Must not know: what stands in them.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Once;

use anyhow::Context;
use tempfile::TempDir;

const PREFIX: &str = "d3ls-run-";

/// A folder for a run.
pub(super) struct Folder {
    folder: TempDir,
    /// Held as long as the folder is in use; the system lets go of it when d3ls is killed. `None` where folders can't be
    /// locked: there what is left stays.
    _lock: Option<File>,
}

impl Folder {
    /// Makes one, after removing what is left of others, once.
    ///
    /// # Errors
    /// Where the system's folder for temporary files can't be written to.
    pub(super) fn new() -> anyhow::Result<Self> {
        static SWEPT: Once = Once::new();
        SWEPT.call_once(|| sweep(&std::env::temp_dir()));
        loop {
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir().context("no temporary folder")?;
            let lock = File::open(folder.path()).ok().filter(|file| file.lock().is_ok());
            // Until it was locked, another d3ls could take it for one that is left.
            if folder.path().exists() {
                return Ok(Self { folder, _lock: lock });
            }
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders of runs that nobody has locked. What can't be removed stays.
fn sweep(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder
            && entry.file_name().to_string_lossy().starts_with(PREFIX)
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_removed_and_what_is_in_use_is_not() {
        let temporary = tempfile::tempdir().expect("a folder");
        let paths = ["d3ls-run-left", "d3ls-run-used", "other"].map(|name| temporary.path().join(name));
        for path in &paths {
            fs::create_dir(path).expect("a folder");
            fs::write(path.join("file"), "x").expect("a file");
        }
        let used = File::open(&paths[1]).expect("a folder");
        used.lock().expect("locked");
        sweep(temporary.path());
        assert_eq!(paths.each_ref().map(|path| path.exists()), [false, true, true]);
    }
}
