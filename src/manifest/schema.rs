//! `d3.schema.json` and what it says about each key, both made from [`super::model`].

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::location::Segment;
use super::model::ManifestFile;

/// What may stand at one place of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// What it means, for hover and completion. Empty for elements of lists.
    pub doc: String,
    /// What it is where it is not given.
    pub default: Option<Value>,
    /// Its type.
    pub kind: ShapeKind,
}

/// The type of a [`Shape`].
#[derive(Debug, Clone, PartialEq)]
pub enum ShapeKind {
    /// An object with these keys and no others.
    Object(Vec<Key>),
    /// A list of such elements.
    List(Box<Shape>),
    /// A text; one of these words unless there are none.
    Text(Vec<String>),
    /// A text or null.
    TextOrNull,
    /// true or false.
    Flag,
    /// A whole number from 0.
    Number,
    /// Anything.
    Any,
}

/// A key of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The key.
    pub name: String,
    /// Whether it must be given.
    pub required: bool,
    /// What may stand there.
    pub shape: Shape,
}

/// The JSON schema (draft 7, the one that editors know best), as it is committed: pretty, with a final newline.
///
/// It tells an editor what can be written, and calls nothing wrong that d3ls reports: the user would read it twice, and
/// d3ls knows the nearest key and the fix.
pub fn schema_text() -> String {
    let mut schema = schema();
    leave_reports(&mut schema);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// The shape of a whole manifest.
pub fn root_shape() -> &'static Shape {
    static ROOT: LazyLock<Shape> = LazyLock::new(|| shape(&schema()));
    &ROOT
}

/// The shape of the value at `path`: its keys, words, default and text. `None` for what is unknown.
pub fn shape_at(path: &[Segment]) -> Option<&'static Shape> {
    path.iter().try_fold(root_shape(), |shape, segment| match (&shape.kind, segment) {
        (ShapeKind::Object(keys), Segment::Key(name)) => {
            keys.iter().find(|key| key.name == *name).map(|key| &key.shape)
        }
        (ShapeKind::List(element), Segment::Index(_)) => Some(&**element),
        _ => None,
    })
}

fn schema() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = Value::from(settings.into_generator().into_root_schema_for::<ManifestFile>());
    tidy(&mut schema);
    let Value::Object(mut rest) = schema else {
        return schema;
    };
    let head = ["$schema", "title", "description"];
    let mut ordered: Map<String, Value> =
        head.into_iter().filter_map(|key| Some((key.to_owned(), rest.shift_remove(key)?))).collect();
    ordered.append(&mut rest);
    Value::Object(ordered)
}

/// What people write in the place of another type. The value's own comes first: by it an editor completes one. Further
/// types would be offered, too.
const TYPES: [&str; 2] = ["string", "number"];

/// Takes from a schema what it would report, and leaves what it completes and explains: known words become examples.
fn leave_reports(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    for check in ["additionalProperties", "required", "minimum"] {
        object.shift_remove(check);
    }
    if let Some(words) = object.shift_remove("enum") {
        object.insert("examples".to_owned(), words);
    }
    if let Some(own) = object.get_mut("type") {
        let mut types = texts(own);
        types.extend(own.as_str().map(str::to_owned));
        let others = TYPES.map(str::to_owned).into_iter().filter(|name| !types.contains(name));
        *own = types.iter().cloned().chain(others).collect();
    }
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(leave_reports);
    }
    if let Some(items) = object.get_mut("items") {
        leave_reports(items);
    }
}

/// Takes back what the generator adds for Rust's sake: `null` for optional keys (a key is left out,
/// not null; `systemScript` alone may be null), formats of numbers, line ends of comments.
fn tidy(schema: &mut Value) {
    let Value::Object(object) = schema else {
        return;
    };
    object.shift_remove("format");
    if let Some(Value::String(text)) = object.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    for (key, value) in object.iter_mut() {
        match value {
            Value::Object(properties) if key == "properties" => {
                for (name, property) in properties.iter_mut() {
                    tidy(property);
                    if name != "systemScript" {
                        drop_null(property);
                    }
                }
            }
            Value::Object(_) if key == "items" => tidy(value),
            _ => {}
        }
    }
}

fn drop_null(schema: &mut Value) {
    if let Some(Value::Array(alternatives)) = schema.get_mut("anyOf") {
        alternatives.retain(|alternative| alternative["type"] != "null");
        if let [Value::Object(only)] = alternatives.as_mut_slice() {
            let mut only = std::mem::take(only);
            only.shift_remove("description");
            if let Value::Object(object) = schema {
                object.shift_remove("anyOf");
                object.append(&mut only);
            }
        }
        tidy(schema);
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_mut_slice() {
            schema["type"] = only.take();
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
}

fn shape(schema: &Value) -> Shape {
    let kind = match &schema["type"] {
        Value::String(name) => match name.as_str() {
            "object" => ShapeKind::Object(keys(schema)),
            "array" => ShapeKind::List(Box::new(shape(&schema["items"]))),
            "boolean" => ShapeKind::Flag,
            "integer" => ShapeKind::Number,
            _ => ShapeKind::Text(texts(&schema["enum"])),
        },
        Value::Array(_) => ShapeKind::TextOrNull,
        _ => ShapeKind::Any,
    };
    let doc = schema["description"].as_str().unwrap_or_default().to_owned();
    Shape { doc, default: schema.get("default").cloned(), kind }
}

fn keys(schema: &Value) -> Vec<Key> {
    let required = texts(&schema["required"]);
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, property)| Key { name: name.clone(), required: required.contains(name), shape: shape(property) })
        .collect()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
