//! `d3.json`: what D3 keeps in its web forms, as a file.
//!
//! Owns: reading a manifest with positions, its defaults, its errors, its schema, edits of its text.
//! Must not know: Python, rules, the disk.

use std::sync::Arc;

use crate::diagnostic::{Applicability, Severity};
use crate::text::{Edit, Spanned, TextRange, TextSize};

mod check;
pub mod edits;
mod inputs;
pub(crate) mod json;
pub(crate) mod json_path;
mod location;
pub mod model;
mod read;
mod recover;
mod schema;
mod shape;
pub mod vocabulary;

pub use location::{Location, Role, Segment, locate};
pub use schema::{Key, Shape, ShapeKind, root_shape, schema_text, shape_at};

/// `script`, where it is not given.
pub const DEFAULT_SCRIPT: &str = "script.py";

/// `parameterType` and `type`, where they are not given.
pub const DEFAULT_TYPE: &str = "Text";

/// `inputType`, where it is not given.
pub const DEFAULT_INPUT_TYPE: &str = "Custom Input";

/// A repair: title, edits, how far it can be trusted.
pub type Repair = (String, Vec<Edit>, Applicability);

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
    /// The key `commands`, for findings about all of them; the manifest's first bracket where it is not given.
    pub commands_key: TextRange,
    /// The tree, `None` where the text is no JSON object.
    root: Option<json::Node>,
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
    /// `parameterName`: the name in the function definition. By default the display name without spaces; empty where
    /// neither is given.
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
    /// A repair, where there is one.
    pub fix: Option<Repair>,
}

/// The rules about manifests alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestErrorKind {
    /// D3903.
    Invalid,
    /// D3904.
    MixedStatus,
}

/// What a manifest takes a script for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScriptRole {
    /// The custom script, or a utility command's.
    Draft,
    /// The same as last submitted.
    Live,
    /// The system script.
    System,
}

impl ScriptRole {
    /// Whether people edit such a script: not the record of what D3 runs, and not what D3 lets no one edit.
    pub fn is_edited(self) -> bool {
        self == Self::Draft
    }
}

impl Implementation {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Python, Self::CodelessPlaybook, Self::MsSql, Self::Oracle, Self::MySql, Self::Odbc];

    /// Its name, in a manifest and in D3's forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::CodelessPlaybook => "Codeless Playbook",
            Self::MsSql => "MS SQL",
            Self::Oracle => "Oracle",
            Self::MySql => "MySQL",
            Self::Odbc => "ODBC",
        }
    }
}

impl Kind {
    /// The kind's name in a manifest, a header comment and `--treat-as`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Integration => "integration",
            Self::Utility => "utility",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Integration, Self::Utility].into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Manifest {
    /// Reads a manifest. Never fails: what is wrong is in [`Manifest::errors`], sorted by place.
    pub fn parse(text: Arc<str>) -> Self {
        let mut errors = shape::Errors::default();
        let root = match json::parse(&text) {
            Ok(root) => root,
            Err(error) => {
                let fix =
                    error.remove.map(|range| ("Remove it".to_owned(), vec![Edit::delete(range)], Applicability::Safe));
                errors.push(Severity::Error, error.range, error.message, fix);
                return Self { errors: errors.list, ..read::nothing(text) };
            }
        };
        shape::check(&root, "", root_shape(), &mut errors);
        if !matches!(root.value, json::Value::Object(_)) {
            return Self { errors: errors.list, ..read::nothing(text) };
        }
        let mut manifest = read::manifest(text, root);
        if let Some(root) = &manifest.root {
            check::check(root, &manifest, &mut errors);
        }
        manifest.errors = errors.finish();
        manifest
    }

    /// The same manifest with all that can be read of it while its text is no JSON: for the editor, never for rules.
    pub fn recovered(self: &Arc<Self>) -> Arc<Self> {
        if self.root.is_some() {
            return Arc::clone(self);
        }
        let read = match recover::tree(&self.text) {
            Some(root) => read::manifest(Arc::clone(&self.text), root),
            None => read::nothing(Arc::clone(&self.text)),
        };
        Arc::new(Self { usable: false, ..read })
    }

    /// The commands that have a Python function, in order.
    pub fn python_commands(&self) -> impl Iterator<Item = &Command> {
        self.commands.iter().filter(|command| command.implementation == Implementation::Python)
    }

    /// The Python commands whose functions stand in `script`, a path as [`Manifest::scripts`] or
    /// [`Manifest::live_scripts`] writes it.
    pub fn commands_of<'a>(&'a self, script: &'a str) -> impl Iterator<Item = &'a Command> {
        let is = move |path: Option<&Spanned<String>>| path.is_some_and(|path| path.value == script);
        self.python_commands().filter(move |command| match self.kind {
            Kind::Integration => self.script.value == script || is(self.live_script.as_ref()),
            Kind::Utility => is(command.script.as_ref()) || is(command.live_script.as_ref()),
        })
    }

    /// The command of that internal name, in any implementation.
    pub fn command(&self, internal_name: &str) -> Option<&Command> {
        self.commands.iter().find(|command| command.internal_name.value == internal_name)
    }

    /// The connection parameter that scripts read under `key`.
    pub fn connection_parameter(&self, key: &str) -> Option<&ConnectionParameter> {
        self.connection.iter().find(|parameter| parameter.parameter_name.value == key)
    }

    /// The draft scripts it names, relative to it, each once: the integration's, or those of the Python commands of a utility manifest.
    pub fn scripts(&self) -> Vec<&Spanned<String>> {
        match self.kind {
            Kind::Integration => vec![&self.script],
            Kind::Utility => once(self.python_commands().filter_map(|command| command.script.as_ref())),
        }
    }

    /// The scripts as last submitted, likewise.
    pub fn live_scripts(&self) -> Vec<&Spanned<String>> {
        match self.kind {
            Kind::Integration => self.live_script.iter().collect(),
            Kind::Utility => once(self.python_commands().filter_map(|command| command.live_script.as_ref())),
        }
    }

    /// What it takes the script at `path` (relative to it, `/` between folders) for; `None` if it does not name it.
    pub fn role_of(&self, path: &str) -> Option<ScriptRole> {
        let is = |script: Option<&Spanned<String>>| script.is_some_and(|script| script.value == path);
        let is_draft = |command: &Command| is(command.script.as_ref());
        let is_live = |command: &Command| is(command.live_script.as_ref());
        let (draft, live) = match self.kind {
            Kind::Integration => (self.script.value == path, is(self.live_script.as_ref())),
            Kind::Utility => (self.python_commands().any(is_draft), self.python_commands().any(is_live)),
        };
        if draft {
            Some(ScriptRole::Draft)
        } else if live {
            Some(ScriptRole::Live)
        } else if matches!(&self.system_script, SystemScriptSetting::File(file) if file.value == path) {
            Some(ScriptRole::System)
        } else {
            None
        }
    }

    /// Where `offset` lies, in half-typed text too. `None` between and after values.
    pub fn path_at(&self, offset: TextSize) -> Option<Location> {
        location::locate(&self.text, offset)
    }

    /// The bytes of the value at `path`, a text without its quotes. `None` where there is no such value.
    pub fn range_of(&self, path: &[Segment]) -> Option<TextRange> {
        self.node(path).map(json::Node::inner)
    }

    /// The keys that the object at `path` has already, for completion. None in text that is no JSON.
    pub fn keys_at(&self, path: &[Segment]) -> Vec<&str> {
        match self.node(path).map(|node| &node.value) {
            Some(json::Value::Object(properties)) => {
                properties.iter().map(|property| property.key.value.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The bytes around `offset`: of the token, and of each value and property that holds it, innermost first.
    pub fn ranges_around(&self, offset: TextSize) -> Vec<TextRange> {
        let mut found = Vec::new();
        let mut node = self.root.as_ref().filter(|root| root.range.contains_inclusive(offset));
        while let Some(current) = node {
            found.push(current.range);
            node = match &current.value {
                json::Value::List(elements) => elements.iter().find(|one| one.range.contains_inclusive(offset)),
                json::Value::Object(properties) => {
                    let start = |one: &json::Property| one.key.range.start() - TextSize::new(1);
                    let whole = |one: &json::Property| TextRange::new(start(one), one.value.range.end());
                    let property = properties.iter().find(|one| whole(one).contains_inclusive(offset));
                    found.extend(property.map(whole));
                    found.extend(property.map(|one| one.key.range).filter(|key| key.contains_inclusive(offset)));
                    property.map(|one| &one.value).filter(|value| value.range.contains_inclusive(offset))
                }
                _ => {
                    found.push(current.inner());
                    None
                }
            };
        }
        found.dedup();
        found.reverse();
        found
    }

    /// The bytes of each object and list, outer ones first.
    pub fn blocks(&self) -> Vec<TextRange> {
        let mut found = Vec::new();
        let mut open: Vec<&json::Node> = self.root.iter().collect();
        while let Some(node) = open.pop() {
            match &node.value {
                json::Value::Object(properties) => open.extend(properties.iter().rev().map(|one| &one.value)),
                json::Value::List(elements) => open.extend(elements.iter().rev()),
                _ => continue,
            }
            found.push(node.range);
        }
        found
    }

    fn node(&self, path: &[Segment]) -> Option<&json::Node> {
        path.iter().try_fold(self.root.as_ref()?, json::Node::step)
    }
}

/// The step to the value of `name`.
pub fn key(name: &str) -> Segment {
    Segment::Key(name.to_owned())
}

fn once<'a>(paths: impl Iterator<Item = &'a Spanned<String>>) -> Vec<&'a Spanned<String>> {
    let mut seen = std::collections::HashSet::new();
    paths.filter(|path| seen.insert(path.value.as_str())).collect()
}

#[cfg(test)]
mod tests;
