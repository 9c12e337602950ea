//! What the editor asks of a manifest: completion, hover, definitions, rename, symbols, links.
//!
//! Owns: pure functions from a manifest, the scripts it names and an offset to editor words. Offsets are bytes of
//! `d3.json`, which may be half-typed. Must not know: the protocol, the disk.

mod completion;
mod hover;
mod navigation;
mod rename;
mod subject;
mod symbols;

use std::sync::Arc;

use crate::manifest::{Command, Kind, Manifest, ScriptRole, Segment, key};
use crate::semantic::{Analysis, FunctionId};
use crate::text::TextRange;

pub use completion::{Files, complete};
pub use hover::{hover, hover_for_case};
pub use navigation::{
    definition, definition_for_case, mentioned, references, references_for_case, references_of_system_name,
};
pub use rename::{rename, rename_for_case, renameable, renameable_for_case};
pub use symbols::{Link, folds, links, selections, symbols};

/// A manifest in the editor and what it is seen with.
#[derive(Debug)]
pub struct ManifestDocument {
    /// The manifest; of half-typed text what can be read, and then not usable.
    pub manifest: Arc<Manifest>,
    /// The draft scripts that it names and that exist: the name as it writes it, and what the script means.
    pub scripts: Vec<(String, Arc<Analysis>)>,
    /// The Live and system scripts likewise: they are searched and never edited.
    pub records: Vec<(String, Arc<Analysis>)>,
}

/// One of the files that belong to a manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum File {
    /// The manifest.
    Manifest,
    /// A script, by the name that the manifest gives it.
    Script(String),
}

/// A piece of one of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRange {
    /// The file.
    pub file: File,
    /// Bytes of that file.
    pub range: TextRange,
    /// Whether it declares what is spoken of; else it is a use.
    pub declares: bool,
}

impl ManifestDocument {
    /// A manifest without scripts.
    pub fn new(manifest: Arc<Manifest>) -> Self {
        Self { manifest, scripts: Vec::new(), records: Vec::new() }
    }

    /// Adds a script that the manifest names.
    pub fn add(&mut self, name: String, role: ScriptRole, analysis: Arc<Analysis>) {
        let list = if role == ScriptRole::Draft { &mut self.scripts } else { &mut self.records };
        list.push((name, analysis));
    }

    /// The scripts that may speak of a command: those with its function, drafts first, and the system script.
    fn scripts_about(&self, command: &Command) -> impl Iterator<Item = (&str, &Analysis)> {
        let all = self.scripts.iter().chain(&self.records).map(|(name, analysis)| (name.as_str(), &**analysis));
        all.filter(move |(name, _)| match self.manifest.kind {
            Kind::Integration => true,
            Kind::Utility => {
                self.manifest.role_of(name) == Some(ScriptRole::System)
                    || [&command.script, &command.live_script].into_iter().flatten().any(|script| script.value == *name)
            }
        })
    }

    /// The script with a command's function.
    fn script_of(&self, command: &Command) -> Option<(&str, &Analysis)> {
        let wanted = match self.manifest.kind {
            Kind::Integration => &self.manifest.script,
            Kind::Utility => command.script.as_ref()?,
        };
        let (name, analysis) = self.scripts.iter().find(|(name, _)| *name == wanted.value)?;
        Some((name, analysis))
    }

    /// A command's function, and the script that it is in.
    fn function_of(&self, command: &Command) -> Option<(&str, &Analysis, FunctionId)> {
        let (name, analysis) = self.script_of(command)?;
        Some((name, analysis, analysis.model().top_level_function(&command.internal_name.value)?))
    }

    /// The command at this place of the list.
    fn command_at(&self, place: usize) -> Option<&Command> {
        let range = self.manifest.range_of(&[key("commands"), Segment::Index(place)])?;
        self.manifest.commands.iter().find(|command| command.range == range)
    }
}
