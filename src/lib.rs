//! d3ls: one engine for D3 SOAR custom commands behind a linter, a language
//! server and a local runner. ARCHITECTURE.md has the map and the invariants.

// A module may use only those above it in this list; `tests/tidy.rs` holds the edges.
pub mod text;
pub mod diagnostic;
pub mod dialect;
pub mod syntax;
pub mod manifest;
pub mod image;
pub mod settings;
pub mod semantic;
pub mod rules;
pub mod fix;
pub mod check;
pub mod ide;
pub mod start;
pub mod project;
pub mod runner;
pub mod report;
pub mod server;
pub mod cli;
