//! What a manifest may hold, as types: `d3.schema.json`, the checks of keys and
//! types, and the texts of hover and completion are all derived from these. No
//! value of them is ever built: reading keeps positions, which these don't have. (They
//! can be serialised because the schema's generator wants that of defaults.)

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::vocabulary;

/// The settings of one D3 integration, or of one set of utility commands, for d3ls.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, title = "d3.json")]
pub struct ManifestFile {
    /// The schema of this file, for editors.
    #[schemars(rename = "$schema")]
    pub schema: Option<String>,
    /// The version of this format: 1.
    #[schemars(extend("enum" = [1]))]
    pub version: u32,
    /// `integration`: all Python commands share one script. `utility`: each command has its own script.
    #[schemars(extend("enum" = vocabulary::KINDS))]
    pub kind: String,
    /// The integration's name as D3 shows it. D3 wants it to be unique.
    pub name: Option<String>,
    /// The name in `D3.Integration.<name>.<command>(...)`. By default the name without spaces.
    pub internal_name: Option<String>,
    /// The custom script, relative to this file. In a utility manifest each command names its own.
    #[schemars(default = "default_script")]
    pub script: String,
    /// The system script that D3 puts before the custom one, relative to this file. Leave it out where there is
    /// none, as in a custom integration; `null` where there is one that you don't have.
    #[schemars(extend("type" = ["string", "null"]))]
    pub system_script: Option<String>,
    /// The script as last submitted, relative to this file. The draft is `script`.
    pub live_script: Option<String>,
    /// Libraries of your D3 image beyond the known ones, as top-level import names.
    #[schemars(default)]
    pub libraries: Vec<String>,
    /// The preconfigured sets of connection parameters in use. A command of such an implementation needs its set.
    #[schemars(default)]
    pub connection_sets: Vec<ConnectionSet>,
    /// The connection parameters, which the script reads from `runtime['connector']`. Integrations only.
    #[schemars(default)]
    pub connection: Vec<Connection>,
    /// The commands.
    pub commands: Vec<Command>,
}

/// A preconfigured set of connection parameters.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(extend("enum" = vocabulary::CONNECTION_SETS))]
pub struct ConnectionSet(pub String);

/// A place where D3 offers a command.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(extend("enum" = vocabulary::FEATURES))]
pub struct Feature(pub String);

/// A connection parameter.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connection {
    /// The name that D3 shows.
    pub display_name: Option<String>,
    /// The key in `runtime['connector']`. By default the display name in lower case without spaces.
    pub parameter_name: Option<String>,
    /// The data type.
    #[schemars(default = "default_type", extend("enum" = vocabulary::PARAMETER_TYPES))]
    pub parameter_type: String,
    /// Whether a connection must have a value for it.
    #[schemars(default)]
    pub required: bool,
    /// Whether the value is secret: it must not reach a log or an output, and reports hide it.
    #[schemars(default)]
    pub secret: bool,
    /// What it is for.
    pub description: Option<String>,
}

/// A command.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct Command {
    /// The command's internal name, which is the name of its Python function.
    pub internal_name: String,
    /// The name that D3 shows.
    pub display_name: Option<String>,
    /// What the command does.
    pub description: Option<String>,
    /// How the command is built. Only Python commands have a function.
    #[schemars(default = "default_implementation", extend("enum" = vocabulary::IMPLEMENTATIONS))]
    pub implementation: String,
    /// `Draft`: editable, runs only as a test. `Live`: what playbooks and schedules use. All Python commands of an
    /// integration have the same status.
    #[schemars(default = "default_status", extend("enum" = vocabulary::STATUSES))]
    pub status: String,
    /// Where D3 offers the command. D3 wants at least one, unless the command only runs on a schedule.
    pub features: Option<Vec<Feature>>,
    /// The inputs, which the function takes by order of their index.
    #[schemars(default)]
    pub inputs: Vec<Input>,
    /// What the command gives back.
    pub outputs: Option<Outputs>,
    /// How fields of an event are taken from rawData. fetchEvent and fetchIncident only.
    #[schemars(default)]
    pub event_field_mapping: Vec<Mapping>,
    /// The script of a utility command, relative to this file. By default `<internalName>.py`.
    pub script: Option<String>,
    /// The script of a utility command as last submitted, relative to this file.
    pub live_script: Option<String>,
    /// The category of a utility command.
    #[schemars(extend("enum" = vocabulary::CATEGORIES))]
    pub category: Option<String>,
}

/// An input of a command.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// The parameter's name in the function definition. By default the display name without spaces.
    pub parameter_name: Option<String>,
    /// The name that D3 shows.
    pub display_name: Option<String>,
    /// The data type.
    #[schemars(default = "default_type", extend("enum" = vocabulary::PARAMETER_TYPES))]
    pub parameter_type: String,
    /// Whether the command can't run without it.
    #[schemars(default)]
    pub required: bool,
    /// The place in the order of the function's parameters, from 0. By default the place in this list.
    pub index: Option<u32>,
    /// How the value is entered. `Drop Down Option` goes with `Text` only, `Multi Select Option` with `Text Array` only.
    #[schemars(default = "default_input_type", extend("enum" = vocabulary::INPUT_TYPES))]
    pub input_type: String,
    /// What can be chosen, for `Drop Down Option` and `Multi Select Option`.
    #[schemars(default)]
    pub options: Vec<String>,
    /// The value where none is given. It can be empty.
    pub default: Option<Value>,
    /// What it is for.
    pub description: Option<String>,
    /// An example of a value.
    pub sample_data: Option<Value>,
}

/// What a command gives back.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outputs {
    /// The raw data, usually the answer of the other system as it came.
    #[schemars(default)]
    pub raw_data: Vec<Output>,
    /// Fields taken from the raw data by JSON path.
    #[schemars(default)]
    pub key_fields: Vec<KeyField>,
    /// The status that an integration command returns, or the value of a utility command.
    #[schemars(default)]
    pub return_data: Vec<Output>,
}

/// A typed output with a sample.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct Output {
    /// The data type.
    #[schemars(default = "default_type", extend("enum" = vocabulary::PARAMETER_TYPES))]
    pub r#type: String,
    /// An example of a value.
    pub sample_data: Option<Value>,
}

/// A field taken from the raw data.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyField {
    /// The field's name.
    pub name: String,
    /// The data type.
    #[schemars(default = "default_type", extend("enum" = vocabulary::PARAMETER_TYPES))]
    pub r#type: String,
    /// Where it stands in the raw data: `$.items[*].id`.
    pub json_path: Option<String>,
    /// An example of a value.
    pub sample_data: Option<Value>,
}

/// One field of an event and where it comes from.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mapping {
    /// The event's field.
    pub field_name: String,
    /// Where it stands in an event of the raw data: `$.host`.
    pub source_field: String,
}

fn default_script() -> String {
    super::DEFAULT_SCRIPT.to_owned()
}

fn default_type() -> String {
    super::DEFAULT_TYPE.to_owned()
}

fn default_implementation() -> String {
    "Python".to_owned()
}

fn default_status() -> String {
    "Draft".to_owned()
}

fn default_input_type() -> String {
    super::DEFAULT_INPUT_TYPE.to_owned()
}
