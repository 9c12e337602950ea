//! `d3.schema.json` is made from the manifest's model: the committed copy equals it.

use std::sync::Arc;

use d3ls::manifest::{
    Implementation, Key, Manifest, Segment, Shape, ShapeKind, Status, SystemScriptSetting, key, root_shape,
    schema_text, shape_at,
};

#[test]
fn the_committed_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/d3.schema.json");
    let made = schema_text();
    if std::env::var_os("D3LS_UPDATE").is_some() {
        std::fs::write(path, &made).expect("the schema can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == made,
        "d3.schema.json is not what the manifest's model says; run `D3LS_UPDATE=1 cargo test --test schema` and commit it"
    );
}

/// What is wrong in a manifest is told by d3ls alone: an editor with both would say it twice.
#[test]
fn the_schema_completes_and_reports_nothing() {
    fn walk(schema: &serde_json::Value, words: &mut Vec<String>) {
        for check in ["additionalProperties", "required", "minimum", "enum", "pattern"] {
            assert!(schema[check].is_null(), "{check} in {schema}");
        }
        for name in ["string", "number"] {
            let types = &schema["type"];
            assert!(types.is_null() || types.as_array().is_some_and(|types| types.iter().any(|one| one == name)));
        }
        words.extend(schema["examples"].as_array().into_iter().flatten().map(ToString::to_string));
        for part in schema["properties"].as_object().into_iter().flat_map(|properties| properties.values()) {
            walk(part, words);
        }
        if !schema["items"].is_null() {
            walk(&schema["items"], words);
        }
    }
    let schema: serde_json::Value = serde_json::from_str(&schema_text()).expect("JSON");
    let mut words = Vec::new();
    walk(&schema, &mut words);
    for word in ["\"integration\"", "\"Live\"", "\"Command Task\"", "\"Text Array\""] {
        assert!(words.iter().any(|known| known == word), "{word} in {words:?}");
    }
    assert_eq!(schema["properties"]["name"]["type"][0], "string");
}

fn parse(text: &str) -> Manifest {
    Manifest::parse(Arc::from(text))
}

#[test]
fn the_documented_example_is_read() {
    let example = include_str!("manifest/example.json");
    let manifest = parse(example);
    assert!(manifest.usable);
    assert_eq!(manifest.commands[0].inputs[0].parameter_name.value, "hostname");
    // The example shows every key on one command; only an ingestion command may have a mapping.
    let messages: Vec<_> = manifest.errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages, ["only fetchEvent and fetchIncident have an event field mapping; remove it"]);
    assert_eq!(parse(&example.replace("CheckDevice", "fetchEvent")).errors, vec![]);
}

#[test]
fn documented_defaults_apply() {
    let manifest = parse(
        r#"{"version": 1, "kind": "integration",
            "connection": [{"displayName": "API Key"}],
            "commands": [{"internalName": "A", "inputs": [{"parameterName": "x"}], "outputs": {"returnData": [{}]}}]}"#,
    );
    assert_eq!(manifest.errors, vec![]);
    let default = |path: &[Segment]| shape_at(path).and_then(|shape| shape.default.clone());
    let command = [key("commands"), Segment::Index(0)];
    let input = [key("commands"), Segment::Index(0), key("inputs"), Segment::Index(0)];
    let of = |parent: &[Segment], name: &str| default(&[parent, &[key(name)]].concat());

    assert_eq!(of(&[], "script"), Some(manifest.script.value.as_str().into()));
    assert_eq!(manifest.commands[0].implementation, Implementation::Python);
    assert_eq!(of(&command, "implementation"), Some("Python".into()));
    assert_eq!(manifest.commands[0].status.value, Status::Draft);
    assert_eq!(of(&command, "status"), Some("Draft".into()));
    assert_eq!(of(&input, "parameterType"), Some(manifest.commands[0].inputs[0].parameter_type.value.as_str().into()));
    assert_eq!(of(&input, "required"), Some(manifest.commands[0].inputs[0].required.into()));
    let connection = [key("connection"), Segment::Index(0)];
    assert_eq!(of(&connection, "parameterType"), Some(manifest.connection[0].parameter_type.value.as_str().into()));
    assert_eq!(of(&connection, "secret"), Some(manifest.connection[0].secret.into()));
    assert_eq!(manifest.commands[0].outputs.return_data[0].value_type.value, "Text");
    assert_eq!(manifest.system_script, SystemScriptSetting::None);
    assert!(manifest.libraries.is_empty() && manifest.connection_sets.is_empty());
}

#[test]
fn every_key_has_a_text() {
    fn walk(path: &str, shape: &Shape, silent: &mut Vec<String>) {
        match &shape.kind {
            ShapeKind::Object(keys) => {
                for Key { name, shape, .. } in keys {
                    let path = format!("{path}.{name}");
                    if shape.doc.is_empty() {
                        silent.push(path.clone());
                    }
                    walk(&path, shape, silent);
                }
            }
            ShapeKind::List(element) => walk(path, element, silent),
            _ => {}
        }
    }
    let mut silent = Vec::new();
    walk("", root_shape(), &mut silent);
    assert_eq!(silent, Vec::<String>::new());
}
