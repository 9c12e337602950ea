//! `d3.json`: what D3 keeps in its web forms, as a file.
//!
//! Owns: reading a manifest with positions, its defaults, its errors, its schema.
//! Must not know: Python, rules, the disk.

use std::sync::Arc;

use crate::diagnostic::{Applicability, Severity};
use crate::text::{Edit, Spanned, TextRange};

/// Whether a script belongs to an integration or is a utility command (D3's page, "Types of Custom Command").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// All Python commands of one integration share one script.
    Integration,
    /// Each utility command has its own script.
    Utility,
}

/// How a command is built (D3's page, "Types of Custom Command Implementations").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Implementation {
    /// A function of the script. Only these have one.
    Python,
    /// A codeless playbook.
    CodelessPlaybook,
    /// A query through the preconfigured connection set of the same name.
    MsSql,
    /// As [`Implementation::MsSql`].
    Oracle,
    /// As [`Implementation::MsSql`].
    MySql,
    /// As [`Implementation::MsSql`].
    Odbc,
}

/// Draft or Live (D3's page, "Custom Command Status").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Editable, runs only as a test.
    Draft,
    /// Not editable; playbooks and schedules use it.
    Live,
}

/// The system script that D3 puts before the custom one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemScriptSetting {
    /// There is none.
    None,
    /// There is one, and we don't have it (`null`).
    Unknown,
    /// The file, relative to the manifest.
    File(Spanned<String>),
}

/// A whole manifest, or as much of it as could be read. Ranges are bytes of its text; a value
/// that comes from a default has the range of the thing it was made from, or of its parent's key.
#[derive(Debug)]
pub struct Manifest {
    /// The text it was read from.
    pub text: Arc<str>,
    /// What is wrong with it, in order.
    pub errors: Vec<ManifestError>,
    /// Whether script rules may rely on it: it is JSON, of a known version, with `kind` and `commands`.
    pub usable: bool,
    /// `kind`.
    pub kind: Kind,
    /// `name`: the integration's display name.
    pub name: Option<Spanned<String>>,
    /// `internalName`, by default `name` without spaces. The name in `D3.Integration.{name}`.
    pub internal_name: Option<Spanned<String>>,
    /// `script`, relative to the manifest, `/` between folders. Integrations only.
    pub script: Spanned<String>,
    /// `systemScript`.
    pub system_script: SystemScriptSetting,
    /// `liveScript`.
    pub live_script: Option<Spanned<String>>,
    /// `libraries`: top-level import names.
    pub libraries: Vec<Spanned<String>>,
    /// `connectionSets`.
    pub connection_sets: Vec<Spanned<String>>,
    /// `connection`.
    pub connection: Vec<ConnectionParameter>,
    /// `commands`, in order.
    pub commands: Vec<Command>,
    /// The key `commands`, for findings about all of them.
    pub commands_key: TextRange,
}

/// A connection parameter (D3's page, "Configure Integration Connection").
#[derive(Debug, Clone)]
pub struct ConnectionParameter {
    /// The whole object.
    pub range: TextRange,
    /// `displayName`.
    pub display_name: Option<Spanned<String>>,
    /// The key in `runtime['connector']`.
    pub parameter_name: Spanned<String>,
    /// `parameterType`.
    pub parameter_type: Spanned<String>,
    /// `required`.
    pub required: bool,
    /// `secret`.
    pub secret: bool,
    /// `description`.
    pub description: Option<String>,
}

/// A command (D3's page, "Create the Custom Command").
#[derive(Debug, Clone)]
pub struct Command {
    /// The whole object.
    pub range: TextRange,
    /// `internalName`: the function's name.
    pub internal_name: Spanned<String>,
    /// `displayName`.
    pub display_name: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<String>,
    /// `implementation`.
    pub implementation: Implementation,
    /// `status`.
    pub status: Spanned<Status>,
    /// `features`, `None` where not given.
    pub features: Option<Vec<Spanned<String>>>,
    /// `inputs`, sorted by index.
    pub inputs: Vec<InputParameter>,
    /// `outputs`.
    pub outputs: Outputs,
    /// `eventFieldMapping`: field name and source field.
    pub event_field_mapping: Vec<(Spanned<String>, Spanned<String>)>,
    /// `script` of a utility command, by default `<internalName>.py`. Relative to the manifest.
    pub script: Option<Spanned<String>>,
    /// `liveScript` of a utility command.
    pub live_script: Option<Spanned<String>>,
    /// `category` of a utility command.
    pub category: Option<Spanned<String>>,
}

/// An input (D3's page, "Command Input Setup").
#[derive(Debug, Clone)]
pub struct InputParameter {
    /// The whole object.
    pub range: TextRange,
    /// `parameterName`: the name in the function definition.
    pub parameter_name: Spanned<String>,
    /// `displayName`.
    pub display_name: Option<Spanned<String>>,
    /// `parameterType`.
    pub parameter_type: Spanned<String>,
    /// `inputType`.
    pub input_type: Option<Spanned<String>>,
    /// `required`.
    pub required: bool,
    /// `index`, from 0.
    pub index: u32,
    /// `options`.
    pub options: Vec<String>,
    /// `default`, as JSON.
    pub default: Option<serde_json::Value>,
    /// `description`.
    pub description: Option<String>,
    /// `sampleData`, as JSON.
    pub sample_data: Option<serde_json::Value>,
}

/// What a command gives back (D3's page, "Command Output Setup").
#[derive(Debug, Clone, Default)]
pub struct Outputs {
    /// `rawData`: type and sample.
    pub raw_data: Vec<OutputValue>,
    /// `keyFields`.
    pub key_fields: Vec<KeyField>,
    /// `returnData`.
    pub return_data: Vec<OutputValue>,
}

/// A typed output with a sample.
#[derive(Debug, Clone)]
pub struct OutputValue {
    /// `type`.
    pub value_type: Spanned<String>,
    /// `sampleData`, as JSON.
    pub sample_data: Option<Spanned<serde_json::Value>>,
}

/// A key field taken from rawData.
#[derive(Debug, Clone)]
pub struct KeyField {
    /// `name`.
    pub name: Spanned<String>,
    /// `type`.
    pub value_type: Spanned<String>,
    /// `jsonPath`.
    pub json_path: Option<Spanned<String>>,
}

/// One thing that is wrong with a manifest by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestError {
    /// Which rule says so.
    pub kind: ManifestErrorKind,
    /// How bad.
    pub severity: Severity,
    /// Where.
    pub range: TextRange,
    /// What, and what to do.
    pub message: String,
    /// A repair, where there is one: title, edits, how far it can be trusted.
    pub fix: Option<(String, Vec<Edit>, Applicability)>,
}

/// The rules about manifests alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestErrorKind {
    /// D3903.
    Invalid,
    /// D3904.
    MixedStatus,
}

impl Manifest {
    /// Reads a manifest. Never fails: what is wrong with it is in its errors.
    pub fn parse(text: Arc<str>) -> Self {
        Self {
            text,
            errors: Vec::new(),
            usable: false,
            kind: Kind::Integration,
            name: None,
            internal_name: None,
            script: Spanned::new("script.py".to_owned(), TextRange::default()),
            system_script: SystemScriptSetting::None,
            live_script: None,
            libraries: Vec::new(),
            connection_sets: Vec::new(),
            connection: Vec::new(),
            commands: Vec::new(),
            commands_key: TextRange::default(),
        }
    }
}
