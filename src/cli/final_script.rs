//! `d3ls final`: the script that D3 would run, and where its lines come from.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::output::Format;
use super::{Status, output};
use crate::project::{Workspace, relative};
use crate::runner;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A script, a manifest or a folder with one.
    path: PathBuf,
    /// The script itself, or JSON with a map of its lines.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let scripts = runner::scripts_at(&Workspace::default(), &arguments.path)?;
    for warning in &scripts.warnings {
        output::warn(warning);
    }
    let (script, map) = scripts.plan.final_script();
    match arguments.format {
        Format::Text => output::write_plain(script.as_bytes())?,
        Format::Json => {
            let lines: Vec<Value> = map
                .iter()
                .map(|lines| {
                    let path = relative(&lines.path);
                    json!({"start": lines.start, "end": lines.end, "path": path, "line": lines.line})
                })
                .collect();
            let text = serde_json::to_string_pretty(&json!({"version": 1, "script": script, "lines": lines}))?;
            output::write_plain(format!("{text}\n").as_bytes())?;
        }
    }
    Ok(Status::Clean)
}
