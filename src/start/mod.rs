//! The way in: the manifest that a script implies, scaffolds, copies of commands, the page for D3's forms.
//!
//! Owns: texts of new files and edits of old ones, as pure functions.
//! Must not know: the disk, the terminal, the protocol.

mod copy;
mod implied;
mod insert;
mod name;
mod page;
mod template;

pub use copy::{copied_entry, copied_function, copy_name, renamed_script};
pub use implied::{Implied, SYSTEM_SCRIPT, SystemBlock, implied, implied_command, system_block};
pub use insert::{Inserted, insert};
pub use name::{Name, display_name};
pub use page::page;
pub use template::{COMMAND, Keys, NewCommand, Template, UTILITY, system_template};
