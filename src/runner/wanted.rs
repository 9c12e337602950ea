//! A run as a user asks for it, made into a request.

use std::path::PathBuf;

use anyhow::bail;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::inputs;
use super::job::{Request, Schedule};
use super::target::{Scripts, target};
use crate::manifest::InputParameter;
use crate::project::Workspace;
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
    /// Whether an input that is not given and has no default gets its sample.
    pub samples: bool,
}

/// The request, with neither HTTP entries nor the network.
///
/// # Errors
/// As [`target`]; and inputs or a connection that the command can't take.
pub fn request(workspace: &Workspace, wanted: Wanted) -> anyhow::Result<Request> {
    let Wanted { path, command, inputs, connection, now, schedule, live, folder, samples } = wanted;
    let mut target = target(workspace, &path, &command, live)?;
    let connection = match connection {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(connection)) => connection,
        Some(_) => bail!("the connection must be a JSON object of parameters"),
    };
    let unknown = unknown_parameters(&target.scripts, &connection);
    target.scripts.warnings.extend(unknown);
    let folder = folder.unwrap_or_else(|| target.folder());
    let declared = target.declared().map(|command| command.inputs.as_slice());
    let given = if samples { with_samples(inputs, declared.unwrap_or_default()) } else { inputs };
    let given = if schedule.is_some() { inputs::scheduled(given, declared) } else { given };
    let inputs = inputs::convert(given.as_ref(), declared, &folder)
        .map_err(|problems| anyhow::anyhow!("{}", problems.join("\n       ")))?;
    Ok(Request {
        target,
        inputs,
        connection,
        now,
        http: Vec::new(),
        d3: Vec::new(),
        network: false,
        record: false,
        coverage: false,
        schedule,
    })
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
