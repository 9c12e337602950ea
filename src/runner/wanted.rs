//! A run as a user asks for it, made into a request.

use std::path::{Path, PathBuf};

use anyhow::bail;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::cases::{self, Written};
use super::job::{Request, Schedule};
use super::target::{Scripts, Target, target};
use super::{fault, inputs};
use crate::manifest::InputParameter;
use crate::project::{MANIFEST, Workspace};
use crate::text::nearest;

/// What a user asks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// A script, a manifest or a folder with one.
    pub path: PathBuf,
    /// The command's internal name.
    pub command: String,
    /// The inputs by name or by order.
    pub inputs: Option<Value>,
    /// The connection's parameters.
    pub connection: Option<Value>,
    /// Where all clocks stand; the real time if `None`.
    pub now: Option<Timestamp>,
    /// How a schedule runs the command.
    pub schedule: Option<Schedule>,
    /// The script as last submitted.
    pub live: bool,
    /// What paths of File inputs are relative to; the manifest's folder if `None`.
    pub folder: Option<PathBuf>,
    /// A test case of the command: inputs, connection and time that are not given are its own, and its entries answer.
    pub case: Option<PathBuf>,
    /// Whether what is not given is found: where neither inputs nor a connection nor a case are, the command's first test
    /// case is taken; without a case, an input that has no default gets its sample.
    pub fills: bool,
}

/// The request, without the network and with no recorded entries but a case's.
///
/// # Errors
/// As [`target`]; and a case, inputs or a connection that the command can't take.
pub fn request(workspace: &Workspace, wanted: Wanted) -> anyhow::Result<Request> {
    let Wanted { path, command, mut inputs, mut connection, mut now, schedule, live, folder, case, fills } = wanted;
    let mut target = target(workspace, &path, &command, live)?;
    let is_bare = inputs.is_none() && connection.is_none();
    let case = case.or_else(|| first_case(workspace, &target).filter(|_| fills && is_bare));
    let (mut http, mut d3) = (Vec::new(), Vec::new());
    if let Some(path) = &case {
        let case = case_of(workspace, path, &target)?;
        inputs = inputs.or(case.inputs);
        connection = connection.or(Some(Value::Object(case.connection)));
        now = now.or(case.now);
        (http, d3) = (case.http, case.d3);
    }
    let connection = match connection {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(connection)) => connection,
        Some(_) => bail!("the connection must be a JSON object of parameters"),
    };
    let unknown = unknown_parameters(&target.scripts, &connection);
    target.scripts.warnings.extend(unknown);
    let folder = folder.unwrap_or_else(|| target.folder());
    let declared = target.declared().map(|command| command.inputs.as_slice());
    let given = if fills && case.is_none() { with_samples(inputs, declared.unwrap_or_default()) } else { inputs };
    let given = if schedule.is_some() { inputs::scheduled(given, declared) } else { given };
    let inputs = inputs::convert(given.as_ref(), declared, &folder)
        .map_err(|faults| anyhow::anyhow!("{}", fault::joined(&faults, "\n       ")))?;
    Ok(Request {
        target,
        case,
        inputs,
        connection,
        now,
        http,
        d3,
        network: false,
        record: false,
        coverage: false,
        schedule,
    })
}

/// The test case that shows best how the command is meant to be run.
fn first_case(workspace: &Workspace, target: &Target) -> Option<PathBuf> {
    target.declared()?;
    cases::cases_by_command(workspace, &target.folder().join(MANIFEST)).remove(&target.command)?.into_iter().next()
}

/// The case at `path`, which must be one of the command's.
fn case_of(workspace: &Workspace, path: &Path, target: &Target) -> anyhow::Result<Written> {
    if !cases::is_case(path) || cases::manifest_of(path).parent() != Some(&target.folder()) {
        bail!(
            "{} is no test case of `{}`; one is a file `tests/NAME.json` beside its d3.json",
            path.display(),
            target.command
        );
    }
    let case = cases::written(workspace, path).map_err(|reason| anyhow::anyhow!("{}: {reason}", path.display()))?;
    if case.command != target.command {
        bail!("{} is a test case of `{}`, not of `{}`", path.display(), case.command, target.command);
    }
    Ok(case)
}

/// A connection may lack parameters, since a test needs few, but one that the manifest does not know is a slip.
fn unknown_parameters(scripts: &Scripts, connection: &Map<String, Value>) -> Vec<String> {
    let Some(manifest) = scripts.manifest() else { return Vec::new() };
    let known = || manifest.connection.iter().map(|parameter| parameter.parameter_name.value.as_str());
    let unknown = connection.keys().filter(|name| manifest.connection_parameter(name).is_none());
    unknown
        .map(|name| {
            let hint = nearest(name, known()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            format!("the manifest has no connection parameter `{name}`{hint}")
        })
        .collect()
}

/// The inputs with samples for those that are not given and have no default. An input that is given as `null` stays
/// empty.
fn with_samples(given: Option<Value>, declared: &[InputParameter]) -> Option<Value> {
    let is_set = |value: &Option<Value>| value.as_ref().is_some_and(|value| !inputs::is_empty(value));
    let samples = declared.iter().filter(|input| !is_set(&input.default) && is_set(&input.sample_data));
    let sample = |input: &InputParameter| input.sample_data.clone().unwrap_or_default();
    match given {
        None | Some(Value::Null) => {
            let samples = samples.map(|input| (input.parameter_name.value.clone(), sample(input)));
            Some(Value::Object(samples.collect()))
        }
        Some(Value::Object(mut values)) => {
            for input in samples {
                values.entry(input.parameter_name.value.as_str()).or_insert_with(|| sample(input));
            }
            Some(Value::Object(values))
        }
        // By order: the rest of the inputs follows.
        Some(Value::Array(mut values)) => {
            let rest = declared.iter().skip(values.len());
            values.extend(rest.map(|input| if is_set(&input.default) { json!(null) } else { sample(input) }));
            Some(Value::Array(values))
        }
        other => other,
    }
}

/// Reads what a user writes for `now`.
///
/// # Errors
/// It is no time.
pub fn now(value: &str) -> anyhow::Result<Timestamp> {
    super::when::parse(value)
        .ok_or_else(|| anyhow::anyhow!("`now` is \"{value}\", which is no time; write 2024-01-31 23:59:59 (UTC)"))
}
