//! What is to run: the scripts, the manifest and the settings behind a path and a command's name.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context, bail};

use super::host::Limits;
use super::plan::{Part, Plan};
use super::python::{self, Python};
use crate::check;
use crate::image::Image;
use crate::manifest::{Command, Implementation, Kind, Manifest, Status, SystemScriptSetting};
use crate::project::{MANIFEST, Named, Workspace, absolute, describe};
use crate::settings::Settings;
use crate::text::{Encoding, LineIndex, Source, nearest};

/// The scripts behind a path, for all commands in them.
#[derive(Debug, Clone)]
pub struct Scripts {
    /// The final script.
    pub plan: Plan,
    /// The manifest that names the script, if one does.
    pub named: Option<Named>,
    /// The kind, where that is known.
    pub kind: Option<Kind>,
    /// The image that the script is written for.
    pub image: Arc<Image>,
    /// The settings in force, and the folder that their paths are relative to.
    pub settings: Option<(PathBuf, Settings)>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// One command of them.
#[derive(Debug, Clone)]
pub struct Target {
    /// The scripts.
    pub scripts: Scripts,
    /// The command's internal name.
    pub command: String,
    /// Its place in the manifest's list; `None` without a manifest.
    index: Option<usize>,
}

impl Target {
    /// What the manifest says of the command.
    pub fn declared(&self) -> Option<&Command> {
        self.scripts.manifest()?.commands.get(self.index?)
    }

    /// The folder that paths of inputs are relative to: the manifest's, or the script's.
    pub fn folder(&self) -> PathBuf {
        let script = self.scripts.plan.parts.last().map(|part| part.path.as_path());
        let file = self.scripts.named.as_ref().map(|named| named.path.as_path()).or(script);
        file.and_then(Path::parent).unwrap_or(Path::new(".")).to_owned()
    }
}

impl Scripts {
    /// The manifest, if it can be relied on.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.named.as_ref().map(|named| &*named.manifest)
    }

    /// The interpreter: the one that the user names, the settings', or the best there is.
    ///
    /// # Errors
    /// As [`python::find`].
    pub fn python(&self, named: Option<&Path>, cancel: Option<&Arc<AtomicBool>>) -> anyhow::Result<Python> {
        python::find(named.or(self.named_python().as_deref()), cancel)
    }

    /// The interpreter that the settings name.
    pub(super) fn named_python(&self) -> Option<PathBuf> {
        let (folder, settings) = self.settings.as_ref()?;
        python_of(folder, settings)
    }

    /// What the settings allow a run; `considerate` as in [`Limits`].
    pub fn limits(&self, considerate: bool) -> Limits {
        let default = Limits::default();
        let settings = self.settings.as_ref().map(|(_, settings)| settings);
        let timeout =
            settings.and_then(|settings| settings.timeout).map(|seconds| Duration::from_secs(u64::from(seconds)));
        Limits {
            timeout: timeout.unwrap_or(default.timeout),
            memory: settings.and_then(|settings| settings.memory).unwrap_or(default.memory),
            considerate,
        }
    }
}

/// Finds the command behind `path`: a script, a manifest, or a folder with one. `live`: the script as last submitted.
///
/// # Errors
/// Nothing to run: a path that can't be read, a broken manifest, no such command, a Draft where Live is wanted.
pub fn target(workspace: &Workspace, path: &Path, command: &str, live: bool) -> anyhow::Result<Target> {
    let (script, manifest) = match locate(path)? {
        Place::Script(script) => (Some(script), None),
        Place::Manifest(manifest) => (None, Some(manifest)),
    };
    let named_by_script = script.as_ref().and_then(|script| workspace.manifest_for(script)).map(|named| named.path);
    let Some(manifest_path) = manifest.or(named_by_script) else {
        let script = script.unwrap_or_default();
        if live {
            bail!("`--live` needs a manifest that names a live script");
        }
        let scripts = scripts(workspace, &script)?;
        return Ok(Target { scripts, command: command.to_owned(), index: None });
    };
    let manifest = usable(workspace, &manifest_path)?;
    let index = find(&manifest, command, &manifest_path)?;
    let declared = &manifest.commands[index];
    let name = script_name(&manifest, declared, live)?;
    let folder = manifest_path.parent().unwrap_or(&manifest_path);
    let own = absolute(&folder.join(name));
    if let Some(script) = &script
        && *script != own
        && !live
        && workspace.manifest_for(script).is_some_and(|named| named.script != name)
        && manifest.kind == Kind::Utility
    {
        bail!("`{command}` is in `{name}`, not in `{}`", script.display());
    }
    Ok(Target { scripts: scripts(workspace, &own)?, command: command.to_owned(), index: Some(index) })
}

/// The scripts behind `path`; a manifest or folder must stand for one script only.
///
/// # Errors
/// Nothing there, a broken manifest, or more than one script.
pub fn scripts_at(workspace: &Workspace, path: &Path) -> anyhow::Result<Scripts> {
    match locate(path)? {
        Place::Script(script) => scripts(workspace, &script),
        Place::Manifest(path) => {
            let manifest = usable(workspace, &path)?;
            let folder = path.parent().unwrap_or(&path);
            match manifest.scripts().as_slice() {
                [one] => scripts(workspace, &absolute(&folder.join(&one.value))),
                all => {
                    let names: Vec<&str> = all.iter().map(|name| name.value.as_str()).collect();
                    bail!("{} names {} scripts; give one of them: {}", path.display(), all.len(), names.join(", "))
                }
            }
        }
    }
}

/// The internal names of the Python commands behind `path`: of a script, only its own.
///
/// # Errors
/// Nothing there, or a broken manifest.
pub fn commands_at(workspace: &Workspace, path: &Path) -> anyhow::Result<Vec<String>> {
    match locate(path)? {
        Place::Manifest(path) => {
            let manifest = usable(workspace, &path)?;
            Ok(manifest.python_commands().map(|command| command.internal_name.value.clone()).collect())
        }
        Place::Script(path) => {
            let source =
                workspace.read(&path).map_err(|error| anyhow::anyhow!("{}: {}", path.display(), describe(&error)))?;
            let analysis = check::analyse(&workspace.as_script(&path, source).input);
            Ok(analysis.model().commands.iter().map(|command| command.name.to_owned()).collect())
        }
    }
}

/// The interpreter for files at `path`, as [`Scripts::python`] has it.
///
/// # Errors
/// As [`python::find`].
pub fn python_at(
    workspace: &Workspace,
    path: &Path,
    named: Option<&Path>,
    cancel: Option<&Arc<AtomicBool>>,
) -> anyhow::Result<Python> {
    let file = workspace.settings_for(path);
    let setting = file.and_then(|file| python_of(file.folder(), &file.settings));
    python::find(named.or(setting.as_deref()), cancel)
}

/// The interpreter that settings name: a bare name is looked for on PATH, as everywhere.
fn python_of(folder: &Path, settings: &Settings) -> Option<PathBuf> {
    let path = &settings.python.as_ref()?.value;
    Some(if path.contains(['/', '\\']) { absolute(&folder.join(path)) } else { PathBuf::from(path) })
}

/// The draft script of a command, as the manifest at `manifest` names it.
pub fn script_of(workspace: &Workspace, manifest: &Path, command: &str) -> Option<PathBuf> {
    let known = workspace.manifest(manifest)?;
    let command = known.python_commands().find(|known| known.internal_name.value == command)?;
    let script = match known.kind {
        Kind::Integration => &known.script,
        Kind::Utility => command.script.as_ref()?,
    };
    Some(absolute(&manifest.parent()?.join(&script.value)))
}

enum Place {
    Script(PathBuf),
    Manifest(PathBuf),
}

fn locate(path: &Path) -> anyhow::Result<Place> {
    let path = absolute(path);
    let metadata = path.metadata().map_err(|error| anyhow::anyhow!("{}: {}", path.display(), describe(&error)))?;
    if metadata.is_dir() {
        let manifest = path.join(MANIFEST);
        if !manifest.is_file() {
            bail!(
                "{}: there is no `{MANIFEST}` in this folder; give a script, a manifest or its folder",
                path.display()
            );
        }
        return Ok(Place::Manifest(manifest));
    }
    let is_manifest = path.extension().is_some_and(|extension| extension == "json");
    Ok(if is_manifest { Place::Manifest(path) } else { Place::Script(path) })
}

/// The manifest at `path`, unless it is too broken to run anything.
pub fn usable(workspace: &Workspace, path: &Path) -> anyhow::Result<Arc<Manifest>> {
    let manifest =
        workspace.manifest(path).with_context(|| format!("{}: the manifest can't be read", path.display()))?;
    if manifest.usable {
        return Ok(manifest);
    }
    if let Ok(Source::Not(reason)) = workspace.read(path) {
        bail!("{}: {reason}", path.display());
    }
    let Some(error) = manifest.errors.first() else {
        bail!("{}: `version`, `kind` or `commands` is missing", path.display())
    };
    let at = LineIndex::new(&manifest.text).position(&manifest.text, error.range.start(), Encoding::Utf32);
    bail!("{}:{}:{}: {}", path.display(), at.line + 1, at.column + 1, error.message)
}

fn find(manifest: &Manifest, command: &str, path: &Path) -> anyhow::Result<usize> {
    let names = || manifest.python_commands().map(|known| known.internal_name.value.as_str());
    match manifest.commands.iter().position(|known| known.internal_name.value == command) {
        Some(index) if manifest.commands[index].implementation == Implementation::Python => Ok(index),
        Some(_) => bail!("`{command}` is no Python command; only those can be run here"),
        None => match nearest(command, names()) {
            Some(near) => bail!("{} has no command `{command}`; did you mean `{near}`?", path.display()),
            None => {
                let all: Vec<&str> = names().collect();
                bail!("{} has no command `{command}`; it has {}", path.display(), all.join(", "))
            }
        },
    }
}

/// The script of a command, draft or live (D3's page, "Custom Command Status").
fn script_name<'m>(manifest: &'m Manifest, command: &'m Command, live: bool) -> anyhow::Result<&'m str> {
    let (draft, submitted) = match manifest.kind {
        Kind::Integration => (Some(&manifest.script), manifest.live_script.as_ref()),
        Kind::Utility => (command.script.as_ref(), command.live_script.as_ref()),
    };
    let draft = draft.map_or("", |script| script.value.as_str());
    match submitted {
        _ if !live => Ok(draft),
        Some(submitted) => Ok(&submitted.value),
        None if command.status.value == Status::Live => Ok(draft),
        None => bail!(
            "`{}` is a Draft and has no `liveScript`: D3 runs a Draft as a test only; leave `--live` out",
            command.internal_name.value
        ),
    }
}

/// The script at `path` with everything that belongs to it.
fn scripts(workspace: &Workspace, path: &Path) -> anyhow::Result<Scripts> {
    let source = workspace.read(path).map_err(|error| anyhow::anyhow!("{}: {}", path.display(), describe(&error)))?;
    let text = match source {
        Source::Text(text) => text,
        Source::Not(reason) => bail!("{}: {reason}", path.display()),
    };
    if let Some(problem) = workspace.settings_problems(path).into_iter().find(|problem| problem.fatal) {
        let at = problem.position.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
        bail!("{}{at}: {}", problem.path.display(), problem.message);
    }
    let script = workspace.as_script(path, Source::Text(Arc::clone(&text)));
    let named = workspace.manifest_for(path).filter(|named| named.manifest.usable);
    let mut warnings = Vec::new();
    let mut system = None;
    if let Some(named) = named.as_ref() {
        match &named.manifest.system_script {
            SystemScriptSetting::None => {}
            SystemScriptSetting::Unknown => warnings.push(
                "there is a system script that we don't have (`systemScript` is null); what it defines is missing here"
                    .to_owned(),
            ),
            SystemScriptSetting::File(name) => {
                let folder = named.path.parent().unwrap_or(&named.path);
                system = Some(system_part(workspace, &absolute(&folder.join(&name.value)))?);
            }
        }
    }
    let settings = workspace.settings_for(path).map(|file| (file.folder().to_owned(), file.settings.clone()));
    Ok(Scripts {
        plan: Plan::new(system.filter(|part| part.path != path), Part { path: path.to_owned(), text }),
        kind: script.input.kind,
        image: Arc::clone(&script.input.image),
        named,
        settings,
        warnings,
    })
}

fn system_part(workspace: &Workspace, path: &Path) -> anyhow::Result<Part> {
    let source = workspace.read(path);
    let source =
        source.map_err(|error| anyhow::anyhow!("the system script {}: {}", path.display(), describe(&error)))?;
    match source {
        Source::Text(text) => Ok(Part { path: path.to_owned(), text }),
        Source::Not(reason) => bail!("the system script {}: {reason}", path.display()),
    }
}
