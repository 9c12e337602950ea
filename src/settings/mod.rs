//! What a user has set: `d3ls.toml`, and comments in a script.
//!
//! Owns: reading them, with positions. Must not know: which rules exist (codes
//! are texts here), the disk.

mod comments;
mod file;

pub use comments::{Ignore, IgnoreCode, Ignores, Scope, header_kind, ignores};
pub use file::{PerFileIgnore, Settings, SettingsError, SeverityOverride};
