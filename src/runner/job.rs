//! What the engine is told: one JSON object.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::inputs::{self, Input};
use super::plan;
use super::target::{Scripts, Target};
use crate::image::names;
use crate::manifest::{Command, Implementation, Kind};

/// D3 has no limit that is known; a command that never stops asking for a retry must end here.
pub const MAX_ATTEMPTS: u32 = 100;

/// What to run, and with what.
#[derive(Debug, Clone)]
pub struct Request {
    /// The command.
    pub target: Target,
    /// The test case that its inputs and the recorded answers are from.
    pub case: Option<PathBuf>,
    /// Its inputs, converted, in order.
    pub inputs: Vec<Input>,
    /// The connection's parameters.
    pub connection: Map<String, Value>,
    /// Where all clocks stand; the real time if `None`.
    pub now: Option<Timestamp>,
    /// Recorded answers to HTTP requests.
    pub http: Vec<Value>,
    /// Recorded answers to D3 calls.
    pub d3: Vec<Value>,
    /// Whether the script may use the network.
    pub network: bool,
    /// Whether HTTP requests are recorded.
    pub record: bool,
    /// Whether the lines that run are counted.
    pub coverage: bool,
    /// How often, and how far apart, a schedule runs the command.
    pub schedule: Option<Schedule>,
}

/// A schedule.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// How many times, at least 1.
    pub ticks: u32,
    /// The time between two.
    pub interval: SignedDuration,
}

impl Request {
    /// Whether the inputs are not declared anywhere.
    fn undeclared(&self) -> bool {
        self.target.declared().is_none()
    }

    /// The job as the engine reads it.
    pub(super) fn to_json(&self) -> Value {
        let scripts = &self.target.scripts;
        let parts: Vec<Value> = scripts
            .plan
            .parts
            .iter()
            .map(|part| json!({"path": part.path.to_string_lossy(), "text": plan::callable(&part.text)}))
            .collect();
        let inputs: Vec<Value> = self.inputs.iter().map(|input| json!([input.name, input.kind, input.value])).collect();
        json!({
            "parts": parts,
            "command": self.target.command,
            "undeclared": self.undeclared(),
            "inputs": inputs,
            "connection": self.connection,
            "now": self.now.and_then(|now| i64::try_from(now.as_nanosecond()).ok()),
            "http": self.http,
            "d3": self.d3,
            "network": self.network,
            "record": self.record,
            "coverage": self.coverage,
            "schedule": self.schedule.map(|schedule| json!({
                "ticks": schedule.ticks, "interval": schedule.interval.as_secs_f64(),
            })),
            "maxAttempts": MAX_ATTEMPTS,
            "image": image(scripts),
            "integration": integration(scripts),
            "utilities": names::UTILITY_BEHAVIOURS.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            "words": words(),
        })
    }
}

fn image(scripts: &Scripts) -> Value {
    let image = &scripts.image;
    let mut libraries = Map::new();
    for library in image.libraries() {
        for module in &library.modules {
            libraries.insert(module.clone(), json!(library.distribution));
        }
    }
    for library in scripts.manifest().iter().flat_map(|manifest| &manifest.libraries) {
        libraries.entry(library.value.clone()).or_insert_with(|| json!(library.value));
    }
    let globals: Map<String, Value> =
        image.globals().filter_map(|name| Some((name.to_owned(), json!(image.global(name)?)))).collect();
    // What the image imports beforehand it has, whether its list of libraries says so or not.
    for path in globals.values().filter_map(Value::as_str) {
        let top = path.split('.').next().unwrap_or(path);
        libraries.entry(top).or_insert_with(|| json!(top));
    }
    json!({"pb": image.pb_members(), "globals": globals, "libraries": libraries})
}

fn integration(scripts: &Scripts) -> Value {
    let manifest = scripts.manifest();
    let is_python = |command: &&Command| command.implementation == Implementation::Python;
    let commands = manifest.map(|manifest| {
        let python = manifest.commands.iter().filter(is_python);
        let command = |command: &Command| {
            let inputs = command
                .inputs
                .iter()
                .map(|input| json!([input.parameter_name.value, input.parameter_type.value, inputs::left_out(input)]));
            (command.internal_name.value.clone(), Value::Array(inputs.collect()))
        };
        python.map(command).collect::<Map<String, Value>>()
    });
    let others: Vec<&str> = manifest
        .iter()
        .flat_map(|manifest| manifest.commands.iter().filter(|command| !is_python(command)))
        .map(|command| command.internal_name.value.as_str())
        .collect();
    json!({
        "kind": scripts.kind.map(Kind::as_str),
        "name": manifest.and_then(|manifest| manifest.internal_name.as_ref()).map(|name| &name.value),
        "commands": commands,
        "others": others,
    })
}

fn words() -> Value {
    let required: Vec<&str> =
        names::OUTPUT_FIELDS.iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({
        "fields": names::OUTPUT_MODEL_SLOTS,
        "required": required,
        "connector": names::CONNECTOR,
        "retrycount": names::RETRY_COUNT,
        "returnData": names::RETURN_DATA,
        "errors": names::ERRORS,
        "passdown": names::PASSDOWN_DATA,
        "start": names::PASSDOWN_START_TIME,
        "end": names::SCHEDULE_END_TIME,
        "retryKey": names::RETRY_ACTION_KEY,
        "retryAction": names::RETRY_ACTION,
        "delayKey": names::RETRY_DELAY_KEY,
    })
}
