//! `d3ls/project`: what belongs to a document, and which Python would run it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::Uri;

use super::convert::{path_of, uri_of};
use super::documents::Overlay;
use super::handlers::refused;
use super::session::Session;
use crate::manifest::{self, Kind, Manifest, SystemScriptSetting};
use crate::project::{MANIFEST, Workspace, absolute};
use crate::runner;
use crate::semantic::Analysis;

/// Which document or folder is asked about.
#[derive(Debug, Deserialize)]
pub struct ProjectParams {
    uri: Uri,
}

/// What belongs to it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    manifest: Option<Uri>,
    /// `integration` or `utility`, where it is known.
    kind: Option<&'static str>,
    name: Option<String>,
    script: Option<Uri>,
    live_script: Option<Uri>,
    system_script: Option<Uri>,
    /// The connection's parameters; empty where there is no manifest.
    connection: Vec<Parameter>,
    commands: Vec<Command>,
    image: Image,
    python: Option<Python>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Command {
    internal_name: String,
    display_name: Option<String>,
    inputs: Vec<Input>,
    /// Its test cases, the one that a run takes by itself first.
    cases: Vec<Uri>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Parameter {
    parameter_name: String,
    display_name: Option<String>,
    r#type: String,
    required: bool,
    secret: bool,
    description: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    parameter_name: String,
    display_name: Option<String>,
    /// `None` where nothing declares it.
    r#type: Option<String>,
    required: bool,
    default: Option<Value>,
    sample: Option<Value>,
    /// What can be chosen; empty where anything can be given.
    options: Vec<String>,
    description: Option<String>,
}

#[derive(Debug, Serialize)]
struct Image {
    /// The image profile; `None` for the documented image.
    path: Option<String>,
    python: String,
}

#[derive(Debug, Serialize)]
struct Python {
    path: String,
    version: String,
}

/// Answers on a thread of its own, since a Python may have to be started to know what it is.
pub async fn project(session: &Arc<Session>, params: ProjectParams) -> Result<Project> {
    let run = session.runs.start(None);
    let (sender, receiver) = oneshot::channel();
    let inside = Arc::clone(session);
    let thread = std::thread::Builder::new().name("project".to_owned()).stack_size(super::STACK).spawn(move || {
        let project = path_of(&params.uri).map(|path| of_path(&inside, &path, &run.cancel));
        drop(run);
        // Nobody waits for what was cancelled.
        let _ = sender.send(project);
    });
    if let Err(problem) = thread {
        return Err(refused(format!("no thread: {problem}")));
    }
    let project = receiver.await.map_err(|_panic| Error::internal_error())?;
    project.ok_or_else(|| refused("the document is no file; save it first".to_owned()))
}

fn of_path(session: &Session, path: &Path, cancel: &super::progress::Cancel) -> Project {
    let workspace = Workspace::new(Overlay(Arc::clone(&session.documents)));
    workspace.know(session.workspace.known());
    let uri = |path: &Path| session.documents.at(path).or_else(|| uri_of(path));
    let named = workspace.manifest_for(path);
    let manifest = if path.file_name().is_some_and(|name| name == MANIFEST) {
        Some(path.to_owned())
    } else if path.is_dir() {
        Some(path.join(MANIFEST))
    } else {
        named.map(|named| named.path).or_else(|| Some(runner::manifest_of(path)).filter(|_| runner::is_case(path)))
    };
    let known = manifest.as_ref().and_then(|path| workspace.manifest(path));
    // Settings and image are those of a file in the folder.
    let inside = if path.is_dir() { path.join(MANIFEST) } else { path.to_owned() };
    let python = runner::python_at(&workspace, &inside, session.python().as_deref(), Some(cancel)).ok();
    let mut project = Project {
        manifest: manifest.filter(|_| known.is_some()).as_deref().and_then(uri),
        kind: None,
        name: None,
        script: None,
        live_script: None,
        system_script: None,
        connection: Vec::new(),
        commands: Vec::new(),
        image: Image {
            path: workspace.profile_for(&inside).map(|path| path.to_string_lossy().into_owned()),
            python: workspace.image(&inside).python().to_owned(),
        },
        python: python
            .map(|python| Python { path: python.program.to_string_lossy().into_owned(), version: python.version }),
    };
    match (known, project.manifest.as_ref().and_then(path_of)) {
        (Some(known), Some(at)) => of_manifest(&mut project, &workspace, &known, &at, path, &uri),
        _ => alone(&mut project, &workspace, path, &uri),
    }
    project
}

fn of_manifest(
    project: &mut Project,
    workspace: &Workspace,
    manifest: &Manifest,
    at: &Path,
    path: &Path,
    uri: &dyn Fn(&Path) -> Option<Uri>,
) {
    let file = |name: &str| -> PathBuf { absolute(&at.parent().unwrap_or(at).join(name)) };
    let of = |name: &str| uri(&file(name));
    project.kind = manifest.usable.then(|| manifest.kind.as_str());
    project.name = manifest.name.as_ref().map(|name| name.value.clone());
    if let SystemScriptSetting::File(name) = &manifest.system_script {
        project.system_script = of(&name.value);
    }
    match manifest.kind {
        Kind::Integration => {
            project.script = of(&manifest.script.value);
            project.live_script = manifest.live_script.as_ref().and_then(|name| of(&name.value));
        }
        Kind::Utility => {
            // Each command has its own: that of the document in question, if it is one.
            let is_this = |name: &str| file(name) == path;
            let this = manifest.commands.iter().find(|command| {
                [&command.script, &command.live_script].into_iter().flatten().any(|name| is_this(&name.value))
            });
            project.script = this.and_then(|command| of(&command.script.as_ref()?.value));
            project.live_script = this.and_then(|command| of(&command.live_script.as_ref()?.value));
        }
    }
    let text = |name: &Option<crate::text::Spanned<String>>| name.as_ref().map(|name| name.value.clone());
    let input = |input: &manifest::InputParameter| Input {
        parameter_name: input.parameter_name.value.clone(),
        display_name: text(&input.display_name),
        r#type: Some(input.parameter_type.value.clone()),
        required: input.required,
        default: input.default.clone(),
        sample: input.sample_data.clone(),
        options: input.options.clone(),
        description: input.description.clone(),
    };
    let cases = runner::cases_by_command(workspace, at);
    let command = |command: &manifest::Command| Command {
        internal_name: command.internal_name.value.clone(),
        display_name: text(&command.display_name),
        inputs: command.inputs.iter().map(input).collect(),
        cases: cases.get(&command.internal_name.value).into_iter().flatten().filter_map(|path| uri(path)).collect(),
    };
    let parameter = |parameter: &manifest::ConnectionParameter| Parameter {
        parameter_name: parameter.parameter_name.value.clone(),
        display_name: text(&parameter.display_name),
        r#type: parameter.parameter_type.value.clone(),
        required: parameter.required,
        secret: parameter.secret,
        description: parameter.description.clone(),
    };
    project.connection = manifest.connection.iter().map(parameter).collect();
    project.commands = manifest.python_commands().map(command).collect();
}

/// A script that no manifest names: its commands are the functions that look like one.
fn alone(project: &mut Project, workspace: &Workspace, path: &Path, uri: &dyn Fn(&Path) -> Option<Uri>) {
    let Ok(source) = workspace.read(path) else { return };
    let crate::project::Candidate::Script(script) = workspace.input(path, source, None) else { return };
    project.kind = script.input.kind.map(Kind::as_str);
    project.script = uri(path);
    let analysis = crate::check::check(&script.input).analysis;
    project.commands = functions(&analysis);
}

fn functions(analysis: &Analysis) -> Vec<Command> {
    let model = analysis.model();
    let commands = model.commands.iter().filter_map(|command| {
        let parameters = model.function(command.function?).node.parameters.iter_non_variadic_params();
        let inputs = parameters.map(|parameter| Input {
            parameter_name: parameter.name().to_string(),
            display_name: None,
            r#type: None,
            required: parameter.default().is_none(),
            default: None,
            sample: None,
            options: Vec::new(),
            description: None,
        });
        Some(Command {
            internal_name: command.name.to_owned(),
            display_name: None,
            inputs: inputs.collect(),
            cases: Vec::new(),
        })
    });
    commands.collect()
}
