//! `d3ls export`: what to enter in D3's forms, and the script ready to paste.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;

use super::place::{Place, script_text};
use super::{Status, output};
use crate::check;
use crate::diagnostic::Severity;
use crate::manifest::{Command, Implementation, Kind};
use crate::project::{Workspace, relative};
use crate::start;
use crate::text::Source;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A script, a manifest or a folder with one.
    path: PathBuf,
    /// One command only, by its internal name.
    command: Option<String>,
    /// Only the script, for a clipboard: `d3ls export . --script | clip`.
    #[arg(long)]
    script: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let place = Place::of(&arguments.path)?;
    let command = match &arguments.command {
        Some(name) => Some(place.command(name)?),
        None => place.command_of(&arguments.path),
    };
    let scripts = scripts(&place, command, &arguments.path);
    if !arguments.script {
        let mut out = start::page(&place.manifest, command.map(|command| command.internal_name.value.as_str()));
        for path in &scripts {
            let _ = writeln!(out, "\nScript {}: paste it into the code editor, then Submit\n", relative(path));
            out.push_str(&ready(path)?);
        }
        output::write_plain(out.as_bytes())?;
        return Ok(Status::Clean);
    }
    match scripts.as_slice() {
        [only] => output::write_plain(ready(only)?.as_bytes())?,
        [] => bail!("there is no script: no Python command is asked for"),
        several => {
            let names: Vec<String> = several.iter().map(|path| relative(path)).collect();
            bail!("there are {} scripts; name a command, or one of them: {}", several.len(), names.join(", "));
        }
    }
    Ok(Status::Clean)
}

/// The scripts that hold what is exported.
fn scripts(place: &Place, command: Option<&Command>, path: &Path) -> Vec<PathBuf> {
    let manifest = &place.manifest;
    let own = crate::project::absolute(path);
    let names: Vec<PathBuf> = match (manifest.kind, command) {
        (_, Some(command)) if command.implementation != Implementation::Python => Vec::new(),
        (Kind::Utility, Some(command)) => command.script.iter().map(|script| place.file(&script.value)).collect(),
        _ => manifest.scripts().into_iter().map(|script| place.file(&script.value)).collect(),
    };
    if names.contains(&own) { vec![own] } else { names }
}

/// A script as D3's editor takes it: without byte-order mark, lines that end with LF. Errors that lint finds are said.
fn ready(path: &Path) -> anyhow::Result<String> {
    let text = script_text(path)?;
    let script = Workspace::default().as_script(path, Source::Text(Arc::clone(&text)));
    let report = check::check(&script.input);
    let errors = report.diagnostics.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors > 0 {
        let shown = relative(path);
        let what = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
        output::warn(&format!(
            "lint finds {what} in {shown}; `d3ls lint {shown}` shows what to correct before you paste it"
        ));
    }
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    Ok(format!("{}\n", text.trim_end()))
}
