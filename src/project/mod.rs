//! The disk: which files are D3 scripts, which manifest, settings and image belong to each.
//!
//! Owns: finding, reading, walking and caching files; what counts as a D3 script.
//! Must not know: rules, output formats, the protocol. A file that can't be read or is broken is
//! data; only the caller decides what to say about it.

mod cache;
mod candidate;
mod files;
mod outside;
mod paths;
mod settings;
mod walk;
mod workspace;
mod write;

pub use candidate::{Candidate, ManifestFile, Places, Script};
pub use files::{Disk, Files};
pub use outside::Outsiders;
pub use paths::{absolute, is_python, relative, relative_to};
pub use settings::{Overrides, SettingsFile};
pub use walk::{Problem, Walked, describe, walk};
pub use workspace::{Named, Workspace, names_in};
pub use write::{create, replace, write};

/// The file name of a manifest.
pub const MANIFEST: &str = "d3.json";
/// The file name of the settings.
pub const SETTINGS: &str = "d3ls.toml";
