//! The way in: the manifest that a script implies, scaffolds, copies of commands, the page for D3's forms.
//!
//! Owns: texts of new files and edits of old ones, as pure functions.
//! Must not know: the disk, the terminal, the protocol.

mod implied;

pub use implied::{Implied, SYSTEM_SCRIPT, SystemBlock, implied, system_block};
