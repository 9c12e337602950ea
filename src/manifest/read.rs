//! From a tree to a [`Manifest`]: what can be read is read, everything else takes its default.

use std::sync::Arc;

use crate::text::{Spanned, TextRange};

use super::json::{Node, Value};
use super::{
    Command, ConnectionParameter, DEFAULT_SCRIPT, DEFAULT_TYPE, Implementation, InputParameter, KeyField, Kind,
    Manifest, OutputValue, Outputs, Status, SystemScriptSetting,
};

/// A manifest that says nothing, for a text that is no JSON object.
pub(super) fn nothing(text: Arc<str>) -> Manifest {
    Manifest {
        text,
        errors: Vec::new(),
        usable: false,
        kind: Kind::Integration,
        name: None,
        internal_name: None,
        script: Spanned::new(DEFAULT_SCRIPT.to_owned(), TextRange::default()),
        system_script: SystemScriptSetting::None,
        live_script: None,
        libraries: Vec::new(),
        connection_sets: Vec::new(),
        connection: Vec::new(),
        commands: Vec::new(),
        commands_key: TextRange::default(),
        root: None,
    }
}

/// Reads the manifest whose tree is `root`.
pub(super) fn manifest(text: Arc<str>, root: Node) -> Manifest {
    let kind = match word(&root, "kind").as_deref() {
        Some("integration") => Some(Kind::Integration),
        Some("utility") => Some(Kind::Utility),
        _ => None,
    };
    let name = text_of(&root, "name");
    let internal_name = text_of(&root, "internalName")
        .or_else(|| name.as_ref().map(|name| Spanned::new(without_blanks(&name.value), name.range)));
    let commands = root.property("commands");
    let is_list = commands.is_some_and(|property| matches!(property.value.value, Value::List(_)));
    let version = matches!(root.get("version"), Some(Node { value: Value::Number(number), .. }) if number == "1");
    Manifest {
        usable: version && kind.is_some() && is_list,
        kind: kind.unwrap_or(Kind::Integration),
        name,
        internal_name,
        script: path_of(&root, "script").unwrap_or_else(|| Spanned::new(DEFAULT_SCRIPT.to_owned(), root.bracket())),
        system_script: system_script(&root),
        live_script: path_of(&root, "liveScript"),
        libraries: root.list("libraries").iter().filter_map(Node::text).collect(),
        connection_sets: root.list("connectionSets").iter().filter_map(Node::text).collect(),
        connection: root.list("connection").iter().filter_map(connection).collect(),
        commands: root.list("commands").iter().filter_map(|node| command(node, kind)).collect(),
        commands_key: commands.map_or(root.bracket(), |property| property.key.range),
        errors: Vec::new(),
        text,
        root: Some(root),
    }
}

fn system_script(root: &Node) -> SystemScriptSetting {
    match root.get("systemScript") {
        None => SystemScriptSetting::None,
        Some(_) => path_of(root, "systemScript").map_or(SystemScriptSetting::Unknown, SystemScriptSetting::File),
    }
}

fn connection(node: &Node) -> Option<ConnectionParameter> {
    let display_name = text_of(node, "displayName");
    let parameter_name = text_of(node, "parameterName").or_else(|| {
        let name = display_name.as_ref()?;
        Some(Spanned::new(without_blanks(&name.value).to_lowercase(), name.range))
    })?;
    Some(ConnectionParameter {
        range: node.range,
        display_name,
        parameter_name,
        parameter_type: type_of(node, "parameterType"),
        required: flag(node, "required"),
        secret: flag(node, "secret"),
        description: word(node, "description"),
    })
}

fn command(node: &Node, kind: Option<Kind>) -> Option<Command> {
    let internal_name = text_of(node, "internalName").filter(|name| !name.value.is_empty())?;
    let status_word = text_of(node, "status");
    let status = match status_word.as_ref().map(|word| word.value.as_str()) {
        Some("Live") => Status::Live,
        _ => Status::Draft,
    };
    let default_script = || Spanned::new(format!("{}.py", internal_name.value), internal_name.range);
    let utility = kind == Some(Kind::Utility);
    Some(Command {
        range: node.range,
        display_name: text_of(node, "displayName"),
        description: word(node, "description"),
        implementation: implementation(node),
        status: Spanned::new(status, status_word.map_or(internal_name.range, |word| word.range)),
        features: node.get("features").map(|_| node.list("features").iter().filter_map(Node::text).collect()),
        inputs: inputs(node.list("inputs")),
        outputs: node.get("outputs").map(outputs).unwrap_or_default(),
        event_field_mapping: node
            .list("eventFieldMapping")
            .iter()
            .filter_map(|field| Some((text_of(field, "fieldName")?, text_of(field, "sourceField")?)))
            .collect(),
        script: utility.then(|| path_of(node, "script").unwrap_or_else(default_script)),
        live_script: utility.then(|| path_of(node, "liveScript")).flatten(),
        category: text_of(node, "category"),
        internal_name,
    })
}

fn implementation(node: &Node) -> Implementation {
    let name = word(node, "implementation");
    let known = Implementation::ALL.into_iter().find(|known| name.as_deref() == Some(known.as_str()));
    known.unwrap_or(Implementation::Python)
}

/// The inputs, sorted by index; equal indexes keep the order of the list.
fn inputs(nodes: &[Node]) -> Vec<InputParameter> {
    let mut inputs: Vec<_> = nodes.iter().enumerate().filter_map(|(place, node)| input(place, node)).collect();
    inputs.sort_by_key(|input| input.index);
    inputs
}

fn input(place: usize, node: &Node) -> Option<InputParameter> {
    if !matches!(node.value, Value::Object(_)) {
        return None;
    }
    let display_name = text_of(node, "displayName");
    let parameter_name = text_of(node, "parameterName")
        .or_else(|| {
            let name = display_name.as_ref()?;
            Some(Spanned::new(without_blanks(&name.value), name.range))
        })
        .unwrap_or_else(|| Spanned::new(String::new(), node.bracket()));
    Some(InputParameter {
        range: node.range,
        parameter_name,
        display_name,
        parameter_type: type_of(node, "parameterType"),
        input_type: text_of(node, "inputType"),
        required: flag(node, "required"),
        index: index(node).unwrap_or_else(|| u32::try_from(place).unwrap_or(u32::MAX)),
        options: node.list("options").iter().filter_map(Node::text).map(|option| option.value).collect(),
        default: node.get("default").map(Node::to_json),
        description: word(node, "description"),
        sample_data: node.get("sampleData").map(Node::to_json),
    })
}

/// The index that an input gives itself.
pub(super) fn index(node: &Node) -> Option<u32> {
    match node.get("index")? {
        Node { value: Value::Number(number), .. } => number.parse().ok(),
        _ => None,
    }
}

fn outputs(node: &Node) -> Outputs {
    let values = |key| {
        node.list(key)
            .iter()
            .map(|output| OutputValue {
                value_type: type_of(output, "type"),
                sample_data: output.get("sampleData").map(|sample| Spanned::new(sample.to_json(), sample.mark())),
            })
            .collect()
    };
    let key_fields = node.list("keyFields").iter().filter_map(|field| {
        Some(KeyField {
            name: text_of(field, "name")?,
            value_type: type_of(field, "type"),
            json_path: text_of(field, "jsonPath"),
        })
    });
    Outputs { raw_data: values("rawData"), key_fields: key_fields.collect(), return_data: values("returnData") }
}

fn text_of(node: &Node, key: &str) -> Option<Spanned<String>> {
    node.get(key).and_then(Node::text)
}

fn word(node: &Node, key: &str) -> Option<String> {
    text_of(node, key).map(|text| text.value)
}

fn flag(node: &Node, key: &str) -> bool {
    matches!(node.get(key), Some(Node { value: Value::Flag(true), .. }))
}

fn type_of(node: &Node, key: &str) -> Spanned<String> {
    text_of(node, key).unwrap_or_else(|| Spanned::new(DEFAULT_TYPE.to_owned(), node.bracket()))
}

/// A path without a leading `./`.
fn path_of(node: &Node, key: &str) -> Option<Spanned<String>> {
    let path = text_of(node, key).filter(|path| !path.value.is_empty())?;
    let value = path.value.trim_start_matches("./").to_owned();
    Some(Spanned::new(value, path.range))
}

pub(super) fn without_blanks(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}
