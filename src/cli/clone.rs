//! `d3ls clone`: a copy of a command under another name, in manifest and script.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use serde_json::Value;

use super::place::{Place, script_text};
use super::written::Together;
use super::{Status, output};
use crate::check;
use crate::image::names;
use crate::manifest::{Implementation, Kind, Manifest, edits, key};
use crate::project::{MANIFEST, Workspace, relative};
use crate::semantic::Analysis;
use crate::start::{self, Name};
use crate::text::{Edit, Source, apply};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A script, a manifest or a folder with one.
    path: PathBuf,
    /// The internal name of the command to copy; one of the system script counts too.
    command: String,
    /// The copy's name; without it the next free one.
    new: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let place = Place::of(&arguments.path)?;
    let original = arguments.command.as_str();
    let manifest = &place.manifest;
    let script = match manifest.kind {
        Kind::Integration => place.file(&manifest.script.value),
        Kind::Utility => {
            let command = place.command(original)?;
            place.file(command.script.as_ref().map_or("", |script| &script.value))
        }
    };
    let is_python = manifest.command(original).is_none_or(|command| command.implementation == Implementation::Python);
    let code = if is_python { Some(analysed(&script)?) } else { None };
    let entry = entry(&place, original, code.as_ref().map(|(_, analysis)| analysis))?;
    let name = name(arguments, manifest, code.as_ref().map(|(_, analysis)| analysis))?;
    let mut written = Together::default();
    let after = edited(manifest, &start::copied_entry(&entry, &name))?;
    written.replace(&place.path, &manifest.text, &after)?;
    if let Some((text, analysis)) = code {
        let failed = |reason| anyhow!("{}: {reason}", relative(&script));
        match manifest.kind {
            Kind::Integration => {
                let copy = start::copied_function(&analysis, original, &name.internal).map_err(failed)?;
                written.replace(&script, &text, &copy)?;
            }
            Kind::Utility => {
                let copy = start::renamed_script(&analysis, original, &name.internal).map_err(failed)?;
                written.create(&place.file(&format!("{}.py", name.internal)), &copy)?;
            }
        }
    }
    let mut out = written.keep();
    out.push_str(&format!("\n`{}` is a copy of `{original}`, as a Draft.\n", name.internal));
    output::write_styled(&out)?;
    Ok(Status::Clean)
}

fn analysed(script: &std::path::Path) -> anyhow::Result<(Arc<str>, Analysis)> {
    let text = script_text(script)?;
    let found = Workspace::default().as_script(script, Source::Text(Arc::clone(&text)));
    Ok((text, check::analyse(&found.input)))
}

/// What the manifest says of the command, or what the system script's function implies.
fn entry(place: &Place, original: &str, analysis: Option<&Analysis>) -> anyhow::Result<Value> {
    let manifest = &place.manifest;
    if let Some(command) = manifest.command(original) {
        let range = command.range.start().to_usize()..command.range.end().to_usize();
        return Ok(serde_json::from_str(&manifest.text[range])?);
    }
    let of_system = analysis.and_then(|analysis| {
        let system = analysis.model().system()?;
        Some(start::implied_command(system, system.top_level_function(original)?))
    });
    match of_system {
        Some(entry) => Ok(entry),
        None => place.command(original).map(|_| Value::Null),
    }
}

fn name(arguments: &Arguments, manifest: &Manifest, analysis: Option<&Analysis>) -> anyhow::Result<Name> {
    let binds = |name: &str| {
        let model = analysis.map(Analysis::model);
        model.is_some_and(|model| model.binds(name) || model.system().is_some_and(|system| system.binds(name)))
    };
    let is_taken = |name: &str| manifest.command(name).is_some() || binds(name);
    let Some(given) = &arguments.new else { return Ok(start::copy_name(&arguments.command, is_taken)) };
    let name = Name::new(given).map_err(|reason| anyhow!(reason))?;
    if names::system_command(&name.internal).is_some() {
        bail!("`{}` is a name that D3 defines; `d3ls new command {}` makes that command", name.internal, name.internal);
    }
    if manifest.command(&name.internal).is_some() {
        bail!("there is a command `{}` in {MANIFEST} already; choose another name", name.internal);
    }
    if binds(&name.internal) {
        bail!("the script has a `{}` already; choose another name", name.internal);
    }
    Ok(name)
}

/// The manifest with one more command; in an integration all Python commands become Draft, as in D3.
fn edited(manifest: &Manifest, entry: &Value) -> anyhow::Result<String> {
    let mut edits: Vec<Edit> = edits::append(manifest, &[key("commands")], entry);
    if edits.is_empty() {
        bail!("{MANIFEST} can't be edited as it is; `d3ls lint {MANIFEST}` says why");
    }
    if manifest.kind == Kind::Integration {
        edits.extend(edits::set_all_to_draft(manifest));
    }
    edits.sort_by_key(|edit| edit.range.start());
    Ok(apply(&manifest.text, &edits))
}
