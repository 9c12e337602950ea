//! What a manifest's JSON paths take from rawData: key fields and events.

use crate::manifest::json_path;
use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::image::names;
use crate::manifest::{Command, vocabulary};

/// The key fields of a command (D3's page, "Command Output Setup"): null where a path finds nothing.
pub fn key_fields(command: &Command, raw: &Value) -> Map<String, Value> {
    let fields = command.outputs.key_fields.iter().filter_map(|field| {
        let path = field.json_path.as_ref()?;
        Some((field.name.value.clone(), find(raw, &path.value)))
    });
    fields.collect()
}

/// The events that D3 would make: rawData's items, each through the event field mapping.
pub fn events(command: &Command, raw: &Value) -> Vec<Value> {
    if command.event_field_mapping.is_empty() || !vocabulary::is_ingestion(&command.internal_name.value) {
        return Vec::new();
    }
    let items = match raw {
        Value::Array(items) => items.as_slice(),
        Value::Object(fields) => {
            fields.get(names::ERROR_KEYS[0]).and_then(Value::as_array).map_or(&[][..], Vec::as_slice)
        }
        _ => &[],
    };
    let event = |item: &Value| -> Value {
        let mapping = command.event_field_mapping.iter();
        let fields = mapping.map(|(field, source)| (field.value.clone(), find(item, &source.value)));
        fields.collect::<Map<_, _>>().into()
    };
    items.iter().map(event).collect()
}

/// What a path finds: nothing is null, one value is itself, several are a list.
fn find(value: &Value, path: &str) -> Value {
    let Ok(path) = JsonPath::parse(&quoted(path)) else { return Value::Null };
    let mut found: Vec<&Value> = path.query(value).all();
    match found.len() {
        0 => Value::Null,
        1 => found.remove(0).clone(),
        _ => found.into_iter().cloned().collect(),
    }
}

/// A path with its bare names in quotes: dialects differ in which may stand bare (`$.a-b`, `$.@odata.type`).
fn quoted(path: &str) -> String {
    let mut result = String::new();
    let mut rest = path;
    while let Some(at) = rest.find(['.', '[']) {
        result.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('[') {
            let end = bracket_end(rest);
            result.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let dots = if rest.starts_with("..") { 2 } else { 1 };
        let name = &rest[dots..];
        let name = &name[..name.find(['.', '[']).unwrap_or(name.len())];
        let before = if dots == 2 { ".." } else { "" };
        match name {
            "" => result.push_str(before),
            "*" => result.push_str(&format!("{before}[*]")),
            name => result.push_str(&format!("{before}['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))),
        }
        rest = &rest[dots + name.len()..];
    }
    result.push_str(rest);
    result
}

/// Behind the bracket that opens a text; its end where the bracket is never closed.
fn bracket_end(text: &str) -> usize {
    json_path::bracket_end(text, 0).map_or(text.len(), |close| close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_find_values() {
        let raw =
            json!({"id": 7, "a-b": {"@odata.type": 1, "it's": 2}, "items": [{"id": 1, "n": "x"}, {"id": 2, "n": "y"}]});
        for (path, expected) in [
            ("$", raw.clone()),
            ("$.id", json!(7)),
            ("$.a-b.it's", json!(2)),
            ("$['a-b']['@odata.type']", json!(1)),
            ("$.items[*].id", json!([1, 2])),
            ("$.items[0].n", json!("x")),
            ("$.items[?(@.id == 2)].n", json!("y")),
            ("$..n", json!(["x", "y"])),
            ("$.missing.deep", Value::Null),
            ("$.items[", Value::Null),
        ] {
            assert_eq!(find(&raw, path), expected, "{path} as {}", quoted(path));
        }
    }
}
