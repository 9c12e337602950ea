//! What a D3 image offers. The only place that spells D3's names.
//!
//! Owns: the image profile (documented default and `d3-image.json`), which modules a script may
//! import, the standard library of Python 3.9 and what later versions changed, the utility
//! commands, and the words of D3's page ([`names`]).
//! Must not know: scripts, rules, the disk.

mod import;
mod modules;
pub mod names;
mod profile;
pub mod stdlib;
mod utility;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;

pub use import::{import, probe_script};
pub use modules::ModuleStatus;
pub use profile::ProfileError;
pub use stdlib::Version;
pub use utility::{UtilityCommand, UtilityParameter};

/// The image profile: what is known of one D3 server's Python image.
#[derive(Debug)]
pub struct Image {
    python: String,
    version: Version,
    libraries_complete: bool,
    libraries: Vec<Library>,
    /// Module name to its place in `libraries`; sorted, so that what lies below a name is found.
    library_modules: BTreeMap<String, usize>,
    /// The first part of each name, with the library that brings all below it, if one does.
    library_packages: FxHashMap<String, Option<usize>>,
    pb: Vec<String>,
    globals: BTreeMap<String, String>,
    runtime: Vec<String>,
    utility_commands: Vec<UtilityCommand>,
    utility_index: FxHashMap<String, usize>,
}

/// A distribution that the image has.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// Its name, as its author spells it.
    pub distribution: String,
    /// Its version, where that is known.
    #[serde(default)]
    pub version: Option<String>,
    /// The modules it provides; dotted where it shares a package with other distributions.
    pub modules: Vec<String>,
}

impl Image {
    /// What D3's public pages document.
    pub fn default_profile() -> Arc<Self> {
        static DEFAULT: LazyLock<Arc<Image>> = LazyLock::new(|| Arc::new(profile::documented()));
        Arc::clone(&DEFAULT)
    }

    /// Reads a `d3-image.json`. A key that is missing keeps what D3's public pages document;
    /// `version` must be there.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with its place: no JSON, an unknown key, a wrong
    /// type, a version that is not supported.
    pub fn from_json(text: &str) -> Result<Self, ProfileError> {
        profile::read(text)
    }

    /// The image's Python as the profile has it: `3.9.12`.
    pub fn python(&self) -> &str {
        &self.python
    }

    /// Major and minor version of the image's Python.
    pub fn python_version(&self) -> Version {
        self.version
    }

    /// Whether the list of libraries is known to be whole.
    pub fn libraries_complete(&self) -> bool {
        self.libraries_complete
    }

    /// The distributions, in the profile's order.
    pub fn libraries(&self) -> &[Library] {
        &self.libraries
    }

    /// The members of `pb` that are known.
    pub fn pb_members(&self) -> &[String] {
        &self.pb
    }

    /// The keys of `runtime` that are known.
    pub fn runtime_keys(&self) -> &[String] {
        &self.runtime
    }

    /// The names that the engine imports beforehand, sorted.
    pub fn globals(&self) -> impl Iterator<Item = &str> {
        self.globals.keys().map(String::as_str)
    }

    /// The dotted path of what the engine imports beforehand under `name`: `datetime.datetime` for `datetime`.
    pub fn global(&self, name: &str) -> Option<&str> {
        self.globals.get(name).map(String::as_str)
    }

    /// The import that gives a script one of these names by itself: `from datetime import timedelta`.
    pub fn global_import(&self, name: &str) -> Option<String> {
        let target = self.global(name)?;
        Some(match target.rsplit_once('.') {
            None if target == name => format!("import {name}"),
            None => format!("import {target} as {name}"),
            Some((module, last)) if last == name => format!("from {module} import {last}"),
            Some((module, last)) => format!("from {module} import {last} as {name}"),
        })
    }

    /// Whether a name is a builtin of the image's Python, `__name__` and the like included.
    pub fn is_builtin(&self, name: &str) -> bool {
        stdlib::is_builtin(name)
            || self.version > stdlib::BASE
                && stdlib::change("builtins", Some(name)).is_some_and(|change| change.is_in(self.version))
    }

    /// The version that added `path` (`UTC`, `Path.walk`, `zip(strict)`) to a module of the standard
    /// library, or, without a path, that added the module, where that is later than the image's Python.
    pub fn added_later(&self, module: &str, path: Option<&str>) -> Option<Version> {
        stdlib::change(module, path)?.added.filter(|added| *added > self.version)
    }

    /// The first version without `path` (as in [`Image::added_later`]), where the image's Python has it.
    pub fn removed_later(&self, module: &str, path: Option<&str>) -> Option<Version> {
        let change = stdlib::change(module, path)?;
        change.removed.filter(|removed| *removed > self.version && change.is_in(self.version))
    }

    /// The utility commands that are known, in the profile's order.
    pub fn utility_commands(&self) -> &[UtilityCommand] {
        &self.utility_commands
    }

    /// The utility command with exactly this internal name.
    pub fn utility_command(&self, name: &str) -> Option<&UtilityCommand> {
        self.utility_index.get(name).map(|index| &self.utility_commands[*index])
    }
}

#[cfg(test)]
mod tests;
