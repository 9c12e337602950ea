//! What was found, as text for people and in formats for programs.
//!
//! Owns: the order of findings, columns as people count them, how each format looks.
//! Must not know: rules, the disk, the protocol. One file a format.

mod excerpt;
mod json;
mod results;
mod statistics;
mod text;
#[cfg(test)]
mod tests;

pub use json::json;
pub use results::{File, Files, Finding, Results};
pub use statistics::{statistics_json, statistics_text};
pub use text::{Style, text};
