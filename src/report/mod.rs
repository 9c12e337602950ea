//! What was found, and what came of runs and test cases, as text for people and in formats for programs.
//!
//! Owns: the order of findings, columns as people count them, how each format looks, the baseline.
//! Must not know: how a rule works, the disk, the protocol. One file a format.

mod baseline;
mod cases;
mod excerpt;
mod github;
mod json;
mod junit;
mod results;
mod run;
mod sarif;
mod statistics;
mod text;
#[cfg(test)]
mod tests;

pub use baseline::{Baseline, BaselineError};
pub use cases::{Cases, duration_ms, outcome};
pub use github::github;
pub use json::json;
pub use junit::junit;
pub use results::{File, Files, Finding, Results};
pub use run::{run_text, run_verdict};
pub use sarif::sarif;
pub use statistics::{statistics_json, statistics_text};
pub use text::{Style, text};
