//! What stands behind a path: a manifest, a script, or both.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{anyhow, bail};

use crate::manifest::{Command, Manifest};
use crate::project::{MANIFEST, Workspace, absolute, describe, relative};
use crate::runner;
use crate::text::{Source, nearest};

/// A manifest, with the script if the path was one.
pub(super) struct Place {
    /// The `d3.json`.
    pub path: PathBuf,
    /// Its content, usable.
    pub manifest: Arc<Manifest>,
}

impl Place {
    /// The manifest behind a script, a manifest or a folder.
    ///
    /// # Errors
    /// There is nothing, the script has no manifest, or it is broken.
    pub(super) fn of(path: &Path) -> anyhow::Result<Self> {
        let workspace = Workspace::default();
        let own = absolute(path);
        let metadata = own.metadata().map_err(|error| anyhow!("{}: {}", path.display(), describe(&error)))?;
        let manifest = if metadata.is_dir() {
            own.join(MANIFEST)
        } else if own.extension().is_some_and(|extension| extension == "json") {
            own
        } else {
            let Some(named) = workspace.manifest_for(&own) else {
                bail!("{} has no manifest; write one with `d3ls init {}`", path.display(), path.display());
            };
            named.path
        };
        if !manifest.is_file() {
            bail!("{}: there is no {MANIFEST} in this folder; write one with `d3ls init SCRIPT.py`", path.display());
        }
        let usable = runner::usable(&workspace, &manifest)?;
        Ok(Self { path: manifest, manifest: usable })
    }

    /// A file that the manifest names.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        absolute(&self.path.with_file_name(name))
    }

    /// The command that has the script at `path` for itself, as utility commands have.
    pub(super) fn command_of(&self, path: &Path) -> Option<&Command> {
        let own = absolute(path);
        let mut commands = self
            .manifest
            .commands
            .iter()
            .filter(|command| command.script.as_ref().is_some_and(|script| self.file(&script.value) == own));
        commands.next().filter(|_| commands.next().is_none())
    }

    /// The command of that name.
    pub(super) fn command(&self, name: &str) -> anyhow::Result<&Command> {
        self.manifest.command(name).ok_or_else(|| {
            let names = || self.manifest.commands.iter().map(|command| command.internal_name.value.as_str());
            let hint = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", names().collect::<Vec<_>>().join(", ")),
            };
            anyhow!("{} has no command `{name}`; {hint}", relative(&self.path))
        })
    }
}

/// The text of a script.
pub(super) fn script_text(path: &Path) -> anyhow::Result<Arc<str>> {
    let source = Workspace::default().read(path);
    match source.map_err(|error| anyhow!("the script {}: {}", relative(path), describe(&error)))? {
        Source::Text(text) => Ok(text),
        Source::Not(reason) => bail!("the script {}: {reason}", relative(path)),
    }
}
