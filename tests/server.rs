//! The language server, over its protocol and from outside.

#[path = "support/lsp.rs"]
mod lsp;

#[path = "server/actions.rs"]
mod actions;
#[path = "server/assist.rs"]
mod assist;
#[path = "server/cases.rs"]
mod cases;
#[path = "server/clients.rs"]
mod clients;
#[path = "server/editing.rs"]
mod editing;
#[path = "server/files.rs"]
mod files;
#[path = "server/final_script.rs"]
mod final_script;
#[path = "server/findings.rs"]
mod findings;
#[path = "server/lifecycle.rs"]
mod lifecycle;
#[path = "server/malformed.rs"]
mod malformed;
#[path = "server/manifest.rs"]
mod manifest;
#[path = "server/outside.rs"]
mod outside;
#[path = "server/runs.rs"]
mod runs;
#[cfg(target_os = "linux")]
#[path = "server/runs_end.rs"]
mod runs_end;
#[path = "server/settings.rs"]
mod settings;
#[path = "server/structure.rs"]
mod structure;
#[path = "server/workspace.rs"]
mod workspace;

/// A script that says itself what it is.
const HEADER: &str = "# d3: integration\n";
/// A script with one error, D3201, on its second line.
const RESERVED: &str = "# d3: integration\nclass APIError:\n    pass\n";

/// The codes of findings.
fn codes(items: &[serde_json::Value]) -> Vec<&str> {
    items.iter().filter_map(|item| item["code"].as_str()).collect()
}
