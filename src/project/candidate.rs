//! A file as `check` takes it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::Input;
use crate::diagnostic::Place;
use crate::manifest::Manifest;
use crate::rules::Selection;
use crate::text::NotText;

/// What a file is to d3ls.
#[derive(Debug)]
pub enum Candidate {
    /// A D3 script.
    Script(Box<Script>),
    /// A manifest.
    Manifest(ManifestFile),
    /// Ordinary Python, or no Python at all.
    NotD3,
    /// A Python file that is no text, so that nobody can tell.
    NotText(NotText),
}

/// A D3 script and the files that belong to it.
#[derive(Debug, Clone)]
pub struct Script {
    /// All that a check depends on.
    pub input: Input,
    /// Where the findings' places are.
    pub places: Places,
}

/// A manifest and which rules are on for it.
#[derive(Debug, Clone)]
pub struct ManifestFile {
    /// The `d3.json`.
    pub path: PathBuf,
    /// Its content.
    pub manifest: Arc<Manifest>,
    /// Which rules are on.
    pub selection: Arc<Selection>,
}

/// The files behind [`Place`].
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The script.
    pub script: PathBuf,
    /// Its manifest.
    pub manifest: Option<PathBuf>,
    /// The system script underneath.
    pub system: Option<PathBuf>,
    /// The settings in force.
    pub settings: Option<PathBuf>,
}

impl Places {
    /// The file at `place`, if there is one.
    pub fn path(&self, place: Place) -> Option<&Path> {
        match place {
            Place::Script => Some(&self.script),
            Place::Manifest => self.manifest.as_deref(),
            Place::SystemScript => self.system.as_deref(),
            Place::Settings => self.settings.as_deref(),
        }
    }
}
